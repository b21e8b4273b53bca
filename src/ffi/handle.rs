//! Handles: what C holds is a pointer to one of these, made once and freed once.

use std::borrow::Cow;
use std::ffi::c_char;
use std::ptr;
use std::sync::{Mutex, PoisonError};

use zeroize::{Zeroize, Zeroizing};

use crate::error::{Error, Result};

/// What a handle holds: a value, and the texts that its getters lent out.
pub(super) struct Object<T> {
    pub(super) value: T,
    lent: Mutex<Vec<Lent>>,
}

/// A text lent to C. It may be a secret: it is wiped when the handle ends.
struct Lent {
    name: &'static str,
    /// Which of the texts of that name: a path, a header's name, a position.
    which: String,
    text: Zeroizing<Vec<u8>>,
}

/// A type that C sees as opaque.
pub(super) trait Opaque: Sized {
    type Value;

    /// What a parameter of this type is called, everywhere.
    const NAME: &'static str;

    fn wrap(object: Object<Self::Value>) -> Self;
    fn object(&self) -> &Object<Self::Value>;
    fn object_mut(&mut self) -> &mut Object<Self::Value>;

    /// A value that lives inside another handle and is freed with it.
    fn inner(value: Self::Value) -> Self {
        Self::wrap(Object {
            value,
            lent: Mutex::default(),
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

/// Makes a tuple struct around an [`Object`] usable as a handle; the text is what parameters of the type are
/// called.
macro_rules! opaque {
    ($type:ident, $value:ty, $name:literal) => {
        impl crate::ffi::handle::Opaque for $type {
            type Value = $value;

            const NAME: &'static str = $name;

            fn wrap(object: crate::ffi::handle::Object<$value>) -> $type {
                $type(object)
            }

            fn object(&self) -> &crate::ffi::handle::Object<$value> {
                &self.0
            }

            fn object_mut(&mut self) -> &mut crate::ffi::handle::Object<$value> {
                &mut self.0
            }
        }
    };
}
pub(super) use opaque;

/// A required handle.
/// # Safety
/// `handle` is NULL or valid for as long as the call lasts.
pub(super) unsafe fn borrow<'a, O: Opaque + 'a>(handle: *const O) -> Result<&'a O::Value> {
    // SAFETY: see above.
    match unsafe { handle.as_ref() } {
        Some(handle) => Ok(&handle.object().value),
        None => Err(is_null(O::NAME)),
    }
}

/// Ends a handle; NULL is fine.
/// # Safety
/// As [`Opaque::take`].
pub(super) unsafe fn free<O: Opaque>(handle: *mut O) {
    // SAFETY: see above.
    drop(unsafe { O::take(handle) });
}

/// The error for a required pointer that is NULL.
pub(super) fn is_null(name: &str) -> Error {
    Error::argument(name, "is NULL")
}

/// An output parameter: NULL on entry, written only on success.
pub(super) struct Out<O>(*mut *mut O);

impl<O: Opaque> Out<O> {
    /// # Safety
    /// `slot` is NULL, or may be written for as long as the output lives.
    pub(super) unsafe fn new(slot: *mut *mut O) -> Result<Out<O>> {
        if slot.is_null() {
            return Err(is_null(O::NAME));
        }
        // SAFETY: see above. What was there is not looked at: it need not be a pointer yet.
        unsafe { slot.write(ptr::null_mut()) };
        Ok(Out(slot))
    }

    pub(super) fn give(self, value: O::Value) {
        // SAFETY: as promised to `new`.
        unsafe { self.0.write(O::give(value)) };
    }
}

/// What a builder handle holds: the value as far as it is set, and what was wrong with what it
/// was given.
#[derive(Clone)]
pub(super) struct Draft<T> {
    pub(super) value: T,
    problems: Problems,
}

/// What was wrong, by the name of the field.
#[derive(Clone, Default)]
struct Problems(Vec<(&'static str, Error)>);

impl Problems {
    fn note(&mut self, name: &'static str, problem: Error) {
        self.0.push((name, problem));
    }

    fn forget(&mut self, name: &'static str) {
        self.0.retain(|(problem, _)| *problem != name);
    }
}

impl<T> Draft<T> {
    pub(super) fn new(value: T) -> Draft<T> {
        Draft {
            value,
            problems: Problems::default(),
        }
    }

    /// Sets a field, or remembers why it cannot be set. Setting it again replaces both.
    pub(super) fn set<V>(
        &mut self,
        name: &'static str,
        given: Result<V>,
        set: impl FnOnce(&mut T, V),
    ) {
        self.problems.forget(name);
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
            Err(problem) => self.problems.note(name, problem),
        }
    }

    /// The value, or the first thing that is wrong with it.
    pub(super) fn checked(&self) -> Result<&T> {
        match self.problems.0.first() {
            Some((_, problem)) => Err(problem.clone()),
            None => Ok(&self.value),
        }
    }
}

/// The value of a required builder handle.
/// # Safety
/// As [`borrow`].
pub(super) unsafe fn checked<'a, T: 'a, O: Opaque<Value = Draft<T>> + 'a>(
    handle: *const O,
) -> Result<&'a T> {
    // SAFETY: see above.
    unsafe { borrow(handle) }?.checked()
}

/// Changes a builder; NULL is ignored.
/// # Safety
/// `handle` is NULL or valid, and nobody else uses it meanwhile.
pub(super) unsafe fn edit<T, O: Opaque<Value = Draft<T>>>(
    handle: *mut O,
    edit: impl FnOnce(&mut Draft<T>),
) {
    // SAFETY: see above.
    if let Some(handle) = unsafe { handle.as_mut() } {
        edit(&mut handle.object_mut().value);
    }
}

/// Which of the texts of one name a getter lends.
#[derive(Clone, Copy)]
pub(super) enum Which<'a> {
    /// There is one.
    Only,
    /// By its position.
    Nth(usize),
    /// By a path or a header's name.
    Of(&'a str),
}

/// A text read from a handle, lent to C for as long as the handle lives. `name` and `which` tell the texts
/// of one handle apart.
/// # Safety
/// `handle` is NULL or valid.
pub(super) unsafe fn lend<'h, O: Opaque + 'h, T: Text<'h>>(
    handle: *const O,
    name: &'static str,
    which: Which<'_>,
    read: impl FnOnce(&'h O::Value) -> T,
) -> *const c_char {
    // SAFETY: see above.
    let Some(handle) = (unsafe { handle.as_ref::<'h>() }) else {
        return ptr::null();
    };
    let object = handle.object();
    let mut read = Some(read);
    lend_one(&object.lent, name, which, &mut || {
        read.take()?(&object.value).text()
    })
}

/// The same for all handles and getters.
fn lend_one<'h>(
    lent: &Mutex<Vec<Lent>>,
    name: &'static str,
    which: Which<'_>,
    read: &mut dyn FnMut() -> Option<Cow<'h, str>>,
) -> *const c_char {
    let which = match which {
        Which::Only => String::new(),
        Which::Nth(index) => index.to_string(),
        Which::Of(key) => key.to_owned(),
    };
    let mut lent = lent.lock().unwrap_or_else(PoisonError::into_inner);
    let same = |one: &&Lent| one.name == name && one.which == which;
    if let Some(before) = lent.iter().find(same) {
        return before.text.as_ptr().cast();
    }
    let Some(text) = read() else {
        return ptr::null();
    };
    let text = terminated(text);
    let start = text.as_ptr().cast();
    lent.push(Lent { name, which, text });
    start
}

/// The text for C. A NUL inside would end it early: it shows as U+FFFD instead.
fn terminated(mut text: Cow<'_, str>) -> Zeroizing<Vec<u8>> {
    const SHOWN: &str = "\u{fffd}";
    let nuls = text.bytes().filter(|byte| *byte == 0).count();
    // Of its final size at once: what grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + nuls * SHOWN.len() + 1));
    for (i, part) in text.split('\0').enumerate() {
        bytes.extend_from_slice(if i == 0 { "" } else { SHOWN }.as_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes.push(0);
    if let Cow::Owned(made) = &mut text {
        made.zeroize();
    }
    bytes
}

/// What a getter of text reads: a text that is always there, or one that may be absent.
pub(super) trait Text<'h> {
    fn text(self) -> Option<Cow<'h, str>>;
}

impl<'h> Text<'h> for &'h str {
    fn text(self) -> Option<Cow<'h, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl<'h> Text<'h> for String {
    fn text(self) -> Option<Cow<'h, str>> {
        Some(Cow::Owned(self))
    }
}

impl<'h, T: Text<'h>> Text<'h> for Option<T> {
    fn text(self) -> Option<Cow<'h, str>> {
        self?.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_for_c_end_once() {
        assert_eq!(
            terminated("a\0中\0".into()).as_slice(),
            "a\u{fffd}中\u{fffd}\0".as_bytes()
        );
        let text = terminated(String::from("\0\0").into());
        assert_eq!(text.as_slice(), "\u{fffd}\u{fffd}\0".as_bytes());
        assert_eq!(terminated("".into()).as_slice(), b"\0");
    }
}
