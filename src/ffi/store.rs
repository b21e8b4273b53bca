//! Stores that processes share.

use std::ffi::{CString, c_char, c_void};
use std::sync::Arc;

use super::guard::guard;
use super::handle::{Object, Opaque, free, is_null, opaque};
use crate::error::{Error, Result, Status};
use crate::store::{LARGEST_VALUE, Store};

/// Looks a key up: writes its value into `value`, which has room for `value_capacity` bytes, and returns the
/// value's length; 0 when there is no such key; a negative number when the store failed. A value that is longer than
/// the capacity is not written: only its length is returned. It should return within `timeout_ms` milliseconds:
/// nobody can stop it, and a call that waits for it waits as long as it does. The key is NUL-terminated ASCII, at
/// most 100 bytes, valid until the function returns; braces in it enclose the hash tag of a Redis cluster. It is
/// called on the thread that makes the call, by several threads at once if several make calls. It must not unwind or
/// longjmp, nor call a function of the handle it is called for.
pub type libauth_store_get_callback = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        key: *const c_char,
        timeout_ms: i64,
        value: *mut u8,
        value_capacity: usize,
    ) -> i64,
>;

/// Puts a value under a key that has none, until `ttl_ms` milliseconds have passed, and returns 1; 0 when there is
/// one, which stays as it is; a negative number when the store failed. Of any number of callers with one key, in any
/// process, exactly one gets 1. The value is valid until the function returns. All else as
/// libauth_store_get_callback.
pub type libauth_store_add_callback = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        key: *const c_char,
        value: *const u8,
        value_length: usize,
        ttl_ms: i64,
        timeout_ms: i64,
    ) -> i32,
>;

/// Puts a value, with a new time to live, in the place of the one that equals `expected`, in one step, and returns 1;
/// 0 when another value or none is there, which stays so; a negative number when the store failed. All else as
/// libauth_store_get_callback.
pub type libauth_store_replace_callback = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        key: *const c_char,
        expected: *const u8,
        expected_length: usize,
        value: *const u8,
        value_length: usize,
        ttl_ms: i64,
        timeout_ms: i64,
    ) -> i32,
>;

/// Removes a key whose value equals `expected`, in one step, and returns 1; 0 when it does not or there is none; a
/// negative number when the store failed. All else as libauth_store_get_callback.
pub type libauth_store_remove_callback = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        key: *const c_char,
        expected: *const u8,
        expected_length: usize,
        timeout_ms: i64,
    ) -> i32,
>;

/// A store that the processes of a fleet share, such as a Redis: four functions of yours and their context. It is
/// given to libauth_config_set_token_store and libauth_config_set_replay_store, which copy it; functions and context
/// must live as long as the handles made from that configuration. One thread at a time.
pub struct libauth_store(Object<Result<Arc<dyn Store>>>);
opaque!(libauth_store, Result<Arc<dyn Store>>, "store");

type GetFunction = unsafe extern "C" fn(*mut c_void, *const c_char, i64, *mut u8, usize) -> i64;
type AddFunction =
    unsafe extern "C" fn(*mut c_void, *const c_char, *const u8, usize, i64, i64) -> i32;
type ReplaceFunction = unsafe extern "C" fn(
    *mut c_void,
    *const c_char,
    *const u8,
    usize,
    *const u8,
    usize,
    i64,
    i64,
) -> i32;
type RemoveFunction =
    unsafe extern "C" fn(*mut c_void, *const c_char, *const u8, usize, i64) -> i32;

struct Callbacks {
    add: AddFunction,
    others: Option<(GetFunction, ReplaceFunction, RemoveFunction)>,
    context: *mut c_void,
}

// SAFETY: the header tells the user that the functions are called by several threads at once, and that the context
// must bear it.
unsafe impl Send for Callbacks {}
// SAFETY: as above.
unsafe impl Sync for Callbacks {}

impl Callbacks {
    fn others(&self) -> Result<(GetFunction, ReplaceFunction, RemoveFunction)> {
        let lacks = || Error::new(Status::Store, "the store has only add");
        self.others.ok_or_else(lacks)
    }
}

fn key_of(key: &str) -> Result<CString> {
    let broken = |_| Error::new(Status::Internal, "a key has a NUL in it");
    CString::new(key).map_err(broken)
}

/// What a callback's number says.
fn answer(name: &str, number: i32) -> Result<bool> {
    match number {
        0 => Ok(false),
        1.. => Ok(true),
        _ => Err(failed(name, number.into())),
    }
}

fn failed(name: &str, number: i64) -> Error {
    Error::new(Status::Store, format!("its {name} returned {number}"))
}

impl Store for Callbacks {
    fn get(&self, key: &str, timeout_ms: i64) -> Result<Option<Vec<u8>>> {
        let (key, (get, ..)) = (key_of(key)?, self.others()?);
        let mut value = vec![0; LARGEST_VALUE];
        let (start, room) = (value.as_mut_ptr(), value.len());
        // SAFETY: the function came with this context; key and buffer live until it returns, and the buffer is as
        // long as it is told.
        let length = unsafe { get(self.context, key.as_ptr(), timeout_ms, start, room) };
        match usize::try_from(length) {
            Ok(0) => Ok(None),
            // One byte too many says that it is too long; what it holds is not looked at.
            Ok(length) => {
                value.resize(length.min(LARGEST_VALUE + 1), 0);
                Ok(Some(value))
            }
            Err(_) => Err(failed("get", length)),
        }
    }

    fn add(&self, key: &str, value: &[u8], ttl_ms: i64, timeout_ms: i64) -> Result<bool> {
        let key = key_of(key)?;
        let (start, length) = (value.as_ptr(), value.len());
        // SAFETY: as above.
        let added = unsafe {
            (self.add)(
                self.context,
                key.as_ptr(),
                start,
                length,
                ttl_ms,
                timeout_ms,
            )
        };
        answer("add", added)
    }

    fn replace(
        &self,
        key: &str,
        expected: &[u8],
        value: &[u8],
        ttl_ms: i64,
        timeout_ms: i64,
    ) -> Result<bool> {
        let (key, (_, replace, _)) = (key_of(key)?, self.others()?);
        // SAFETY: as above.
        let replaced = unsafe {
            replace(
                self.context,
                key.as_ptr(),
                expected.as_ptr(),
                expected.len(),
                value.as_ptr(),
                value.len(),
                ttl_ms,
                timeout_ms,
            )
        };
        answer("replace", replaced)
    }

    fn remove(&self, key: &str, expected: &[u8], timeout_ms: i64) -> Result<bool> {
        let (key, (_, _, remove)) = (key_of(key)?, self.others()?);
        let (start, length) = (expected.as_ptr(), expected.len());
        // SAFETY: as above.
        let removed = unsafe { remove(self.context, key.as_ptr(), start, length, timeout_ms) };
        answer("remove", removed)
    }

    fn has_only_add(&self) -> bool {
        self.others.is_none()
    }
}

/// A store of these functions, which are all called with `context`. `get`, `replace` and `remove` may be NULL
/// together: a store that has only `add` is enough for messages, which are then final when they are accepted. A
/// function that is missing is reported when a handle is made: LIBAUTH_INVALID_CONFIG. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn libauth_store_new(
    get: libauth_store_get_callback,
    add: libauth_store_add_callback,
    replace: libauth_store_replace_callback,
    remove: libauth_store_remove_callback,
    context: *mut c_void,
) -> *mut libauth_store {
    guard!(libauth_store::give(made(
        get, add, replace, remove, context
    )))
}

fn made(
    get: libauth_store_get_callback,
    add: libauth_store_add_callback,
    replace: libauth_store_replace_callback,
    remove: libauth_store_remove_callback,
    context: *mut c_void,
) -> Result<Arc<dyn Store>> {
    let add = add.ok_or_else(|| Error::config("store", "has no add"))?;
    let others = match (get, replace, remove) {
        (Some(get), Some(replace), Some(remove)) => Some((get, replace, remove)),
        (None, None, None) => None,
        _ => {
            let problem = "has some of get, replace and remove: give all of them or none";
            return Err(Error::config("store", problem));
        }
    };
    Ok(Arc::new(Callbacks {
        add,
        others,
        context,
    }))
}

/// Ends a store; configurations and handles that it was given to go on. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libauth_store_free(store: *mut libauth_store) {
    guard!(free(store))
}

/// What a configuration keeps of a store; NULL is none.
/// # Safety
/// `store` is NULL or valid.
pub(super) unsafe fn kept(store: *const libauth_store) -> Result<Option<Arc<dyn Store>>> {
    // SAFETY: see above.
    match unsafe { store.as_ref() } {
        Some(store) => store.object().value.clone().map(Some),
        None => Ok(None),
    }
}

/// The bytes of a key for libauth_config_add_store_key.
pub(super) fn key_bytes<const N: usize>(key: &[u8]) -> Result<[u8; N]> {
    if key.is_empty() {
        return Err(is_null("key"));
    }
    let wrong = |_| {
        let problem = format!("has {} bytes: it must have {N}", key.len());
        Error::config("store_key", problem)
    };
    <[u8; N]>::try_from(key).map_err(wrong)
}
