//! Handles: what C holds is a pointer to one of these, made once and freed once.

use std::ffi::{CString, c_char};
use std::ptr;
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::inbound::Rejected;

/// What a handle holds: a value, and the texts that its getters lent out.
pub(super) struct Object<T> {
    pub(super) value: T,
    texts: Mutex<Vec<(String, CString)>>,
}

/// A type that C sees as opaque.
pub(super) trait Opaque: Sized {
    type Value;

    fn wrap(object: Object<Self::Value>) -> Self;
    fn object(&self) -> &Object<Self::Value>;

    /// A value that lives inside another handle and is freed with it.
    fn inner(value: Self::Value) -> Self {
        Self::wrap(Object {
            value,
            texts: Mutex::default(),
        })
    }

    /// Hands a value over to C.
    fn give(value: Self::Value) -> *mut Self {
        Box::into_raw(Box::new(Self::inner(value)))
    }

    /// Takes a handle back from C, which must not use it again.
    /// # Safety
    /// `handle` is NULL or came from [`Opaque::give`] and was not taken before.
    unsafe fn take(handle: *mut Self) -> Option<Box<Self>> {
        // SAFETY: see above.
        (!handle.is_null()).then(|| unsafe { Box::from_raw(handle) })
    }
}

/// Makes a tuple struct around an [`Object`] usable as a handle.
macro_rules! opaque {
    ($name:ident, $value:ty) => {
        impl crate::ffi::handle::Opaque for $name {
            type Value = $value;

            fn wrap(object: crate::ffi::handle::Object<$value>) -> $name {
                $name(object)
            }

            fn object(&self) -> &crate::ffi::handle::Object<$value> {
                &self.0
            }
        }
    };
}
pub(super) use opaque;

/// A required handle.
/// # Safety
/// `handle` is NULL or valid for as long as the call lasts.
pub(super) unsafe fn borrow<'a, O: Opaque + 'a>(
    name: &str,
    handle: *const O,
) -> Result<&'a O::Value> {
    // SAFETY: see above.
    let handle = unsafe { handle.as_ref() };
    Ok(&handle.ok_or_else(|| is_null(name))?.object().value)
}

/// Ends a handle; NULL is fine.
/// # Safety
/// As [`Opaque::take`].
pub(super) unsafe fn free<O: Opaque>(handle: *mut O) {
    // SAFETY: see above.
    drop(unsafe { O::take(handle) });
}

/// A value read from a handle, or `default` for NULL.
/// # Safety
/// `handle` is NULL or valid.
pub(super) unsafe fn get<O: Opaque, T>(
    handle: *const O,
    default: T,
    read: impl FnOnce(&O::Value) -> T,
) -> T {
    // SAFETY: see above.
    unsafe { handle.as_ref() }.map_or(default, |handle| read(&handle.object().value))
}

/// A text read from a handle, lent to C for as long as the handle lives. `name` tells the texts
/// of one handle apart.
/// # Safety
/// `handle` is NULL or valid.
pub(super) unsafe fn text<'h, O: Opaque + 'h, S: Into<String>>(
    handle: *const O,
    name: &str,
    read: impl FnOnce(&'h O::Value) -> Option<S>,
) -> *const c_char {
    // SAFETY: see above.
    let Some(handle) = (unsafe { handle.as_ref::<'h>() }) else {
        return ptr::null();
    };
    let object = handle.object();
    let mut texts = object.texts.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, lent)) = texts.iter().find(|(lent, _)| lent == name) {
        return lent.as_ptr();
    }
    let Some(text) = read(&object.value) else {
        return ptr::null();
    };
    // A NUL inside would end the text early for C: it shows as U+FFFD instead.
    let text = CString::new(text.into().replace('\0', "\u{fffd}")).expect("no NUL is left");
    let lent = text.as_ptr();
    texts.push((name.to_owned(), text));
    lent
}

/// The error for a required pointer that is NULL.
pub(super) fn is_null(name: &str) -> Error {
    Error::argument(name, "is NULL")
}

/// An output parameter: NULL on entry, written only on success.
pub(super) struct Out<'a, O>(&'a mut *mut O);

impl<O: Opaque> Out<'_, O> {
    /// # Safety
    /// `slot` is NULL or may be written.
    pub(super) unsafe fn new<'a>(name: &str, slot: *mut *mut O) -> Result<Out<'a, O>> {
        // SAFETY: see above.
        let slot = unsafe { slot.as_mut() }.ok_or_else(|| is_null(name))?;
        *slot = ptr::null_mut();
        Ok(Out(slot))
    }

    pub(super) fn give(self, value: O::Value) -> Result<()> {
        *self.0 = O::give(value);
        Ok(())
    }

    /// The one exception from "only on success": an event that was replayed or is busy is given too.
    pub(super) fn give_event(
        self,
        verified: std::result::Result<O::Value, Rejected<O::Value>>,
    ) -> Result<()> {
        let (error, event) = match verified {
            Ok(event) => return self.give(event),
            Err(rejected) => rejected.into_parts(),
        };
        if let Some(event) = event {
            self.give(event)?;
        }
        Err(error)
    }
}

/// What a builder handle holds: the value as far as it is set, and what was wrong with what it
/// was given.
#[derive(Clone)]
pub(super) struct Draft<T> {
    pub(super) value: T,
    problems: Vec<(&'static str, Error)>,
}

impl<T> Draft<T> {
    pub(super) fn new(value: T) -> Draft<T> {
        Draft {
            value,
            problems: Vec::new(),
        }
    }

    /// Sets a field, or remembers why it cannot be set. Setting it again replaces both.
    pub(super) fn set<V>(
        &mut self,
        name: &'static str,
        given: Result<V>,
        set: impl FnOnce(&mut T, V),
    ) {
        self.problems.retain(|(problem, _)| *problem != name);
        self.add(name, given, set);
    }

    /// As [`Draft::set`], for a field that can be given many times.
    pub(super) fn add<V>(
        &mut self,
        name: &'static str,
        given: Result<V>,
        add: impl FnOnce(&mut T, V),
    ) {
        match given {
            Ok(given) => add(&mut self.value, given),
            Err(problem) => self.problems.push((name, problem)),
        }
    }

    /// The value, or the first thing that is wrong with it.
    pub(super) fn checked(&self) -> Result<&T> {
        match self.problems.first() {
            Some((_, problem)) => Err(problem.clone()),
            None => Ok(&self.value),
        }
    }
}

/// The value of a required builder handle.
/// # Safety
/// As [`borrow`].
pub(super) unsafe fn checked<'a, T: 'a, O: Opaque<Value = Draft<T>> + 'a>(
    name: &str,
    handle: *const O,
) -> Result<&'a T> {
    // SAFETY: see above.
    unsafe { borrow(name, handle) }?.checked()
}

/// Changes a builder; NULL is ignored.
/// # Safety
/// `handle` is NULL or valid, and nobody else uses it meanwhile.
pub(super) unsafe fn edit<T, O: Opaque<Value = Draft<T>> + OpaqueMut>(
    handle: *mut O,
    edit: impl FnOnce(&mut Draft<T>),
) {
    // SAFETY: see above.
    if let Some(handle) = unsafe { handle.as_mut() } {
        edit(&mut handle.object_mut().value);
    }
}

/// A builder: a handle that can be changed.
pub(super) trait OpaqueMut: Opaque {
    fn object_mut(&mut self) -> &mut Object<Self::Value>;
}

/// As `opaque!`, for a builder.
macro_rules! builder {
    ($name:ident, $value:ty) => {
        crate::ffi::handle::opaque!($name, crate::ffi::handle::Draft<$value>);

        impl crate::ffi::handle::OpaqueMut for $name {
            fn object_mut(
                &mut self,
            ) -> &mut crate::ffi::handle::Object<crate::ffi::handle::Draft<$value>> {
                &mut self.0
            }
        }
    };
}
pub(super) use builder;
