//! A store that the processes of a fleet share: four operations on keys and bytes, which the user brings, and the
//! seal that makes a record worthless to whoever reads the store.

use std::sync::Arc;
use std::time::Instant;

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::{Error, Result, Status};
use crate::hex;
use crate::random;

/// The largest value that is read from a store, in bytes.
pub const LARGEST_VALUE: usize = 64 * 1024;

/// What several processes or machines share, such as a Redis: keys and values with an end. Any number of threads
/// use it at once. Every operation is told within how many milliseconds it should answer; nobody can stop one
/// that does not, so an implementation has to keep to it. Keys are ASCII; a pair of braces in one encloses what
/// has to stay together in a cluster, as Redis reads it.
pub trait Store: Send + Sync {
    /// The value of a key, if there is one.
    ///
    /// # Errors
    /// When the store cannot tell; any status.
    fn get(&self, _key: &str, _timeout_ms: i64) -> Result<Option<Vec<u8>>> {
        Err(only_add())
    }

    /// Puts a value under a key that has none, until `ttl_ms` milliseconds have passed: `true`. `false`: there is
    /// one, and it stays as it is. Of any number of callers at once exactly one is told `true`.
    ///
    /// # Errors
    /// As [`Store::get`].
    fn add(&self, key: &str, value: &[u8], ttl_ms: i64, timeout_ms: i64) -> Result<bool>;

    /// Puts a value in the place of the one that is `expected`, in one step: `true`. `false`: another one, or
    /// none, is there, and it stays as it is.
    ///
    /// # Errors
    /// As [`Store::get`].
    fn replace(
        &self,
        _key: &str,
        _expected: &[u8],
        _value: &[u8],
        _ttl_ms: i64,
        _timeout_ms: i64,
    ) -> Result<bool> {
        Err(only_add())
    }

    /// Removes a key whose value is the one that is `expected`, in one step: `true`. `false`: it is not.
    ///
    /// # Errors
    /// As [`Store::get`].
    fn remove(&self, _key: &str, _expected: &[u8], _timeout_ms: i64) -> Result<bool> {
        Err(only_add())
    }

    /// Whether there is nothing but [`Store::add`]. That is enough for messages in one phase; the other operations
    /// are then never called, and need not be written.
    fn has_only_add(&self) -> bool {
        false
    }
}

fn only_add() -> Error {
    Error::new(Status::Store, "the store has only add")
}

/// A store as a handle uses it: every failure is [`Status::Store`].
#[derive(Clone)]
pub(crate) struct SharedStore {
    store: Arc<dyn Store>,
    pub(crate) timeout_ms: i64,
}

impl SharedStore {
    pub(crate) fn new(store: Arc<dyn Store>, timeout_ms: i64) -> SharedStore {
        SharedStore { store, timeout_ms }
    }

    pub(crate) fn has_only_add(&self) -> bool {
        self.store.has_only_add()
    }

    pub(crate) fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.told(self.store.get(key, self.timeout_ms))
    }

    pub(crate) fn add(&self, key: &str, value: &[u8], ttl_ms: i64) -> Result<bool> {
        self.told(self.store.add(key, value, ttl_ms, self.timeout_ms))
    }

    pub(crate) fn replace(
        &self,
        key: &str,
        expected: &[u8],
        value: &[u8],
        ttl_ms: i64,
    ) -> Result<bool> {
        let store = &self.store;
        self.told(store.replace(key, expected, value, ttl_ms, self.timeout_ms))
    }

    pub(crate) fn remove(&self, key: &str, expected: &[u8]) -> Result<bool> {
        self.told(self.store.remove(key, expected, self.timeout_ms))
    }

    fn told<T>(&self, told: Result<T>) -> Result<T> {
        told.map_err(|error| {
            let message = format!("the shared store failed: {}", error.message());
            Error::new(Status::Store, message)
        })
    }

    /// What `operation` says, if it says it in time: a token has other ways to be had than a store that is slow.
    pub(crate) fn in_time<T>(
        &self,
        operation: impl FnOnce(&SharedStore) -> Result<T>,
    ) -> Result<T> {
        let started = Instant::now();
        let told = operation(self)?;
        let (took_ms, most_ms) = (started.elapsed().as_millis(), self.timeout_ms);
        if took_ms > u128::from(most_ms.unsigned_abs()) {
            let message = format!(
                "the shared store answered after {took_ms} ms: store_timeout_ms is {most_ms}"
            );
            return Err(Error::new(Status::Store, message));
        }
        Ok(told)
    }
}

/// What stands for an account, or a message, in a key: of bearable length, and without a character that any store
/// could take amiss.
pub(crate) fn tag(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    let digest = digest.finalize();
    hex::lower(&digest[..16])
}

/// A key that seals records, and what it is called.
#[derive(Clone)]
pub(crate) struct StoreKey {
    pub(crate) id: String,
    pub(crate) key: Zeroizing<[u8; KEY_BYTES]>,
}

pub(crate) const KEY_BYTES: usize = 32;
const LONGEST_ID: usize = 64;

/// Seals what goes into a store: whoever reads the store learns nothing, and whoever writes to it cannot make a
/// record, nor move one to another account.
pub(crate) struct Vault {
    /// The newest last.
    keys: Vec<(String, LessSafeKey)>,
    /// What a record belongs to.
    about: Vec<u8>,
}

/// The version of a record's form, its first byte. Behind it: the length of the key's id, the id, the nonce, and
/// the sealed bytes with their tag.
const VERSION: u8 = 1;

impl Vault {
    /// `about` is what its records belong to: platform, account, kind.
    pub(crate) fn new(keys: &[StoreKey], about: &[&str]) -> Result<Vault> {
        let wrong = |problem: &str| Error::config("store_key", problem);
        if keys.is_empty() {
            let problem = "is missing, and token_store is set: its records are sealed, with a key of 32 bytes that \
                           all processes of the fleet have";
            return Err(wrong(problem));
        }
        let mut made: Vec<(String, LessSafeKey)> = Vec::new();
        for StoreKey { id, key } in keys {
            if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(wrong(
                    "has a key_id that is not 1 to 64 visible ASCII characters",
                ));
            }
            if made.iter().any(|(other, _)| other == id) {
                return Err(wrong("is given twice under one key_id"));
            }
            let key = UnboundKey::new(&CHACHA20_POLY1305, &key[..]);
            let key = key.map_err(|_| wrong("does not have 32 bytes"))?;
            made.push((id.clone(), LessSafeKey::new(key)));
        }
        let mut bytes = vec![VERSION];
        for part in about {
            bytes.extend_from_slice(&part.len().to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Ok(Vault {
            keys: made,
            about: bytes,
        })
    }

    /// A record, under the newest key.
    pub(crate) fn seal(&self, mut content: Zeroizing<Vec<u8>>) -> Result<Vec<u8>> {
        let broken = || Error::new(Status::Internal, "a record cannot be sealed");
        let (id, key) = self.keys.last().ok_or_else(broken)?;
        let nonce: [u8; NONCE_LEN] = random::bytes();
        let aad = Aad::from(&self.about[..]);
        let tag = key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut content)
            .map_err(|_| broken())?;
        let length = [VERSION, u8::try_from(id.len()).unwrap_or(0)];
        Ok([&length[..], id.as_bytes(), &nonce, &content, tag.as_ref()].concat())
    }

    /// What is in a record; else why it cannot be read.
    pub(crate) fn open(&self, record: &[u8]) -> std::result::Result<Zeroizing<Vec<u8>>, String> {
        let altered = || "it is not as it was sealed".to_owned();
        match record.first() {
            Some(&VERSION) => {}
            Some(other) => return Err(format!("its form is of version {other}")),
            None => return Err(altered()),
        }
        let (length, rest) = record[1..].split_first().ok_or_else(altered)?;
        let length = usize::from(*length);
        let (id, rest) = rest.split_at_checked(length).ok_or_else(altered)?;
        let found = self.keys.iter().find(|(own, _)| own.as_bytes() == id);
        let (_, key) = found.ok_or_else(|| {
            let id = String::from_utf8_lossy(id);
            format!("it was sealed with key `{id}`, which is not known here")
        })?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_LEN).ok_or_else(altered)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| altered())?;
        let mut content = Zeroizing::new(sealed.to_vec());
        let opened = key.open_in_place(nonce, Aad::from(&self.about[..]), &mut content);
        let length = opened.map_err(|_| altered())?.len();
        content.truncate(length);
        Ok(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, byte: u8) -> StoreKey {
        StoreKey {
            id: id.to_owned(),
            key: Zeroizing::new([byte; KEY_BYTES]),
        }
    }

    fn vault(keys: &[StoreKey], account: &str) -> Vault {
        Vault::new(keys, &["seller", account, "token"]).unwrap()
    }

    fn sealed(vault: &Vault) -> Vec<u8> {
        vault.seal(Zeroizing::new(b"a token".to_vec())).unwrap()
    }

    #[test]
    fn the_newest_key_seals_and_all_open() {
        let old = vault(&[key("a", 1)], "account");
        let both = vault(&[key("a", 1), key("b", 2)], "account");
        assert_eq!(both.open(&sealed(&old)).unwrap().as_slice(), b"a token");
        assert_eq!(both.open(&sealed(&both)).unwrap().as_slice(), b"a token");
        let problem = old.open(&sealed(&both)).unwrap_err();
        assert!(problem.contains("key `b`"), "{problem}");
        assert_ne!(sealed(&old), sealed(&old), "each has a nonce of its own");
    }

    #[test]
    fn no_byte_can_be_altered_and_no_record_moved() {
        let keys = [key("a", 1)];
        let one = vault(&keys, "account");
        let record = sealed(&one);
        assert!(!record.windows(7).any(|part| part == b"a token"));
        for at in 0..record.len() {
            let mut altered = record.clone();
            altered[at] ^= 1;
            assert!(one.open(&altered).is_err(), "byte {at}");
            assert!(one.open(&record[..at]).is_err(), "cut at {at}");
        }
        assert!(vault(&keys, "another").open(&record).is_err());
        assert!(vault(&[key("a", 9)], "account").open(&record).is_err());
        assert!(one.open(&[2, 1, b'a']).unwrap_err().contains("version 2"));
    }

    #[test]
    fn keys_are_checked() {
        let check = |keys: &[StoreKey]| Vault::new(keys, &[]).err().unwrap().message().to_owned();
        assert!(check(&[]).contains("is missing"));
        assert!(check(&[key("", 1)]).contains("key_id"));
        assert!(check(&[key("中", 1)]).contains("key_id"));
        assert!(check(&[key("a", 1), key("a", 2)]).contains("twice"));
    }

    #[test]
    fn tags_tell_parts_apart() {
        assert_eq!(tag(&["a", "bc"]).len(), 32);
        assert_ne!(tag(&["a", "bc"]), tag(&["ab", "c"]));
    }
}
