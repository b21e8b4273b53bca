//! The few shapes that exports have. An export's body is one of these, inside the guard.

use std::ffi::c_char;
use std::ptr;

use super::handle::{Draft, Opaque, Out, Text, Which, borrow, checked, edit, lend};
use super::string::{self, Chars};
use crate::error::Result;
use crate::inbound::Rejected;

/// Makes something and gives it out.
/// # Safety
/// `output` is NULL or may be written.
pub(super) unsafe fn make<O: Opaque, V: Into<O::Value>>(
    output: *mut *mut O,
    make: impl FnOnce() -> Result<V>,
) -> Result<()> {
    // SAFETY: see above.
    let output = unsafe { Out::new(output) }?;
    output.give(make()?.into());
    Ok(())
}

/// Asks a handle for something and gives it out.
/// # Safety
/// As [`make`]; `handle` is NULL or valid for as long as the call lasts.
pub(super) unsafe fn ask<H: Opaque, O: Opaque, V: Into<O::Value>>(
    handle: *const H,
    output: *mut *mut O,
    ask: impl FnOnce(&H::Value) -> Result<V>,
) -> Result<()> {
    // SAFETY: see above.
    let output = unsafe { Out::new(output) }?;
    // SAFETY: see above.
    output.give(ask(unsafe { borrow(handle) }?)?.into());
    Ok(())
}

/// Checks a message. The one exception from "only on success": an event that was replayed or is busy is
/// given too.
/// # Safety
/// As [`ask`]; `message` is NULL or valid for as long as the call lasts.
pub(super) unsafe fn verify<H: Opaque, T, M: Opaque<Value = Draft<T>>, O: Opaque>(
    handle: *const H,
    message: *const M,
    output: *mut *mut O,
    verify: impl FnOnce(&H::Value, &T) -> std::result::Result<O::Value, Rejected<O::Value>>,
) -> Result<()> {
    // SAFETY: see above.
    let output = unsafe { Out::new(output) }?;
    // SAFETY: see above.
    let (handle, message) = unsafe { (borrow(handle)?, checked(message)?) };
    let (error, event) = match verify(handle, message) {
        Ok(event) => {
            output.give(event);
            return Ok(());
        }
        Err(rejected) => rejected.into_parts(),
    };
    if let Some(event) = event {
        output.give(event);
    }
    Err(error)
}

/// Does something with a handle.
/// # Safety
/// `handle` is NULL or valid for as long as the call lasts.
pub(super) unsafe fn with<H: Opaque>(
    handle: *const H,
    with: impl FnOnce(&H::Value) -> Result<()>,
) -> Result<()> {
    // SAFETY: see above.
    with(unsafe { borrow(handle) }?)
}

/// Tells a handle something.
/// # Safety
/// `handle` is NULL or valid for as long as the call lasts.
pub(super) unsafe fn tell<H: Opaque, V>(
    handle: *const H,
    given: Result<V>,
    tell: impl FnOnce(&H::Value, V),
) -> Result<()> {
    // SAFETY: see above.
    let handle = unsafe { borrow(handle) }?;
    tell(handle, given?);
    Ok(())
}

/// Another handle to the same; NULL for NULL.
/// # Safety
/// `handle` is NULL or valid.
pub(super) unsafe fn share<O: Opaque>(handle: *const O) -> *mut O
where
    O::Value: Clone,
{
    // SAFETY: see above.
    match unsafe { handle.as_ref() } {
        Some(handle) => O::give(handle.object().value.clone()),
        None => ptr::null_mut(),
    }
}

/// A builder without anything set.
pub(super) fn empty<T: Default, O: Opaque<Value = Draft<T>>>() -> *mut O {
    O::give(Draft::new(T::default()))
}

/// A builder that begins with something set.
pub(super) fn begin<T, O: Opaque<Value = Draft<T>>>(
    value: T,
    first: impl FnOnce(&mut Draft<T>),
) -> *mut O {
    let mut draft = Draft::new(value);
    first(&mut draft);
    O::give(draft)
}

/// Sets what needs no checking here.
/// # Safety
/// `builder` is NULL or valid, and nobody else uses it meanwhile.
pub(super) unsafe fn set<T, B: Opaque<Value = Draft<T>>>(
    builder: *mut B,
    set: impl FnOnce(&mut T),
) {
    // SAFETY: see above.
    unsafe { edit(builder, |draft| set(&mut draft.value)) }
}

/// Sets what may be wrong.
/// # Safety
/// As [`set`].
pub(super) unsafe fn set_checked<T, B: Opaque<Value = Draft<T>>, V>(
    builder: *mut B,
    name: &'static str,
    value: Result<V>,
    set: impl FnOnce(&mut T, V),
) {
    // SAFETY: see above.
    unsafe { edit(builder, |draft| draft.set(name, value, set)) }
}

/// Sets a text, which may be a secret; NULL unsets it.
/// # Safety
/// As [`set`]; `text` is NULL or NUL-terminated.
pub(super) unsafe fn set_text<T, B: Opaque<Value = Draft<T>>, F: From<String>>(
    builder: *mut B,
    name: &'static str,
    text: *const c_char,
    field: impl FnOnce(&mut T) -> &mut Option<F>,
) {
    // SAFETY: see above.
    let text = unsafe { string::owned(name, text) };
    // SAFETY: see above.
    unsafe {
        set_checked(builder, name, text, |value, text| {
            *field(value) = text.map(F::from)
        })
    }
}

/// Sets a body.
/// # Safety
/// As [`set`]; `body` is NULL or points to `length` bytes.
pub(super) unsafe fn set_bytes<T, B: Opaque<Value = Draft<T>>>(
    builder: *mut B,
    name: &'static str,
    body: *const u8,
    length: usize,
    set: impl FnOnce(&mut T, Vec<u8>),
) {
    // SAFETY: see above.
    let body = unsafe { string::bytes(name, body, length) }.map(<[u8]>::to_vec);
    // SAFETY: see above.
    unsafe { set_checked(builder, name, body, set) }
}

/// Adds one of many: what is wrong with it stays wrong.
/// # Safety
/// As [`set`].
pub(super) unsafe fn add<T, B: Opaque<Value = Draft<T>>, V>(
    builder: *mut B,
    name: &'static str,
    value: Result<V>,
    add: impl FnOnce(&mut T, V),
) {
    // SAFETY: see above.
    unsafe { edit(builder, |draft| draft.add(name, value, add)) }
}

/// Adds a name and its value.
/// # Safety
/// As [`set`]; both texts are NULL or what they say they are.
pub(super) unsafe fn add_pair<T, B: Opaque<Value = Draft<T>>>(
    builder: *mut B,
    what: &'static str,
    name: Chars,
    value: Chars,
    add_to: impl FnOnce(&mut T, (String, String)),
) {
    // SAFETY: see above.
    let name = unsafe { name.text(&format!("{what} name")) };
    // SAFETY: see above.
    let pair = name.and_then(|name| Ok((name, unsafe { value.text(&format!("{what} value")) }?)));
    // SAFETY: see above.
    unsafe { add(builder, what, pair, add_to) }
}

/// A number read from a handle; `default` for NULL.
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

/// A text read from a handle; NULL when it is absent, and for NULL. `name` tells the texts of one handle
/// apart.
/// # Safety
/// `handle` is NULL or valid.
pub(super) unsafe fn text<'h, O: Opaque + 'h, T: Text<'h>>(
    handle: *const O,
    name: &'static str,
    read: impl FnOnce(&'h O::Value) -> T,
) -> *const c_char {
    // SAFETY: see above.
    unsafe { lend(handle, name, Which::Only, read) }
}

/// As [`text`], for one of many, by its position.
/// # Safety
/// `handle` is NULL or valid.
pub(super) unsafe fn nth_text<'h, O: Opaque + 'h, T: Text<'h>>(
    handle: *const O,
    name: &'static str,
    index: usize,
    read: impl FnOnce(&'h O::Value, usize) -> T,
) -> *const c_char {
    // SAFETY: see above.
    unsafe { lend(handle, name, Which::Nth(index), |value| read(value, index)) }
}

/// As [`text`], for one of many, by its key; NULL for a key that is NULL or not UTF-8.
/// # Safety
/// `handle` is NULL or valid, `key` NULL or NUL-terminated.
pub(super) unsafe fn keyed_text<'h, O: Opaque + 'h, T: Text<'h>>(
    handle: *const O,
    name: &'static str,
    key: *const c_char,
    read: impl FnOnce(&'h O::Value, &str) -> T,
) -> *const c_char {
    // SAFETY: see above.
    match unsafe { string::optional(name, key) } {
        // SAFETY: see above.
        Ok(Some(key)) => unsafe { lend(handle, name, Which::Of(key), |value| read(value, key)) },
        _ => ptr::null(),
    }
}

/// Bytes lent by a handle, and their length if it is wanted; NULL and 0 for NULL.
/// # Safety
/// `handle` is NULL or valid, `length` is NULL or may be written.
pub(super) unsafe fn bytes<O: Opaque>(
    handle: *const O,
    length: *mut usize,
    read: impl FnOnce(&O::Value) -> &[u8],
) -> *const u8 {
    // SAFETY: see above.
    let lent = unsafe { handle.as_ref() }.map(|handle| read(&handle.object().value));
    if !length.is_null() {
        // SAFETY: see above.
        unsafe { length.write(lent.map_or(0, <[u8]>::len)) };
    }
    lent.map_or(ptr::null(), <[u8]>::as_ptr)
}

/// A handle that lives inside another; NULL when there is none, and for NULL.
/// # Safety
/// `handle` is NULL or valid.
pub(super) unsafe fn part<'h, O: Opaque + 'h, P: 'h, R: Into<Option<&'h P>>>(
    handle: *const O,
    read: impl FnOnce(&'h O::Value) -> R,
) -> *const P {
    // SAFETY: see above.
    let part =
        unsafe { handle.as_ref::<'h>() }.and_then(|whole| read(&whole.object().value).into());
    part.map_or(ptr::null(), ptr::from_ref)
}
