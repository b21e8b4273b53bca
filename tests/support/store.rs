//! A store in memory, as several handles share it, that can be told to misbehave.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use auth::store::Store;
use auth::{Config, Error, Result, Status};

#[derive(Default)]
pub struct MemoryStore {
    values: Mutex<HashMap<String, (Vec<u8>, Instant)>>,
    /// Every operation fails.
    pub is_down: AtomicBool,
    /// Every operation takes so long.
    pub slow_ms: AtomicU64,
    /// Says that it added what it did not add.
    pub lies: AtomicBool,
    /// How often each operation was asked for: get, add, replace, remove.
    pub asked: [AtomicUsize; 4],
}

impl MemoryStore {
    pub fn new() -> Arc<MemoryStore> {
        Arc::default()
    }

    /// How many operations there were.
    pub fn asked(&self) -> usize {
        self.asked.iter().map(|count| count.load(SeqCst)).sum()
    }

    /// The values whose keys begin with this.
    pub fn values(&self, start: &str) -> Vec<Vec<u8>> {
        let values = self.values.lock().unwrap();
        let found = values.iter().filter(|(key, _)| key.starts_with(start));
        found.map(|(_, (value, _))| value.clone()).collect()
    }

    pub fn keys(&self) -> Vec<String> {
        self.values.lock().unwrap().keys().cloned().collect()
    }

    /// Changes the values whose keys begin with this.
    pub fn alter(&self, start: &str, change: impl Fn(&mut Vec<u8>)) {
        let mut values = self.values.lock().unwrap();
        for (key, (value, _)) in values.iter_mut() {
            if key.starts_with(start) {
                change(value);
            }
        }
    }

    /// Puts a value there, as somebody else would.
    pub fn plant(&self, key: &str, value: &[u8], ttl: Duration) {
        let mut values = self.values.lock().unwrap();
        values.insert(key.to_owned(), (value.to_vec(), Instant::now() + ttl));
    }

    pub fn flush(&self) {
        self.values.lock().unwrap().clear();
    }

    fn works(&self, operation: usize) -> Result<()> {
        self.asked[operation].fetch_add(1, SeqCst);
        std::thread::sleep(Duration::from_millis(self.slow_ms.load(SeqCst)));
        match self.is_down.load(SeqCst) {
            true => Err(Error::new(Status::Internal, "it is down")),
            false => Ok(()),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, (Vec<u8>, Instant)>) -> T) -> T {
        let mut values = self.values.lock().unwrap();
        values.retain(|_, (_, end)| *end > Instant::now());
        work(&mut values)
    }
}

fn until(ttl_ms: i64) -> Instant {
    assert!(ttl_ms > 0, "nothing is put down for {ttl_ms} ms");
    Instant::now() + Duration::from_millis(ttl_ms.unsigned_abs())
}

impl Store for MemoryStore {
    fn get(&self, key: &str, _: i64) -> Result<Option<Vec<u8>>> {
        self.works(0)?;
        Ok(self.with(|values| values.get(key).map(|(value, _)| value.clone())))
    }

    fn add(&self, key: &str, value: &[u8], ttl_ms: i64, _: i64) -> Result<bool> {
        self.works(1)?;
        Ok(self.with(|values| {
            if values.contains_key(key) {
                return self.lies.load(SeqCst);
            }
            values.insert(key.to_owned(), (value.to_vec(), until(ttl_ms)));
            true
        }))
    }

    fn replace(
        &self,
        key: &str,
        expected: &[u8],
        value: &[u8],
        ttl_ms: i64,
        _: i64,
    ) -> Result<bool> {
        self.works(2)?;
        Ok(self.with(|values| match values.get_mut(key) {
            Some(there) if there.0 == expected => {
                *there = (value.to_vec(), until(ttl_ms));
                true
            }
            _ => false,
        }))
    }

    fn remove(&self, key: &str, expected: &[u8], _: i64) -> Result<bool> {
        self.works(3)?;
        Ok(self.with(|values| {
            let is_it = values.get(key).is_some_and(|(there, _)| there == expected);
            is_it && values.remove(key).is_some()
        }))
    }
}

/// A configuration whose handles share their token.
pub fn sharing(mut config: Config, store: &Arc<MemoryStore>) -> Config {
    config.token_store = Some(Arc::clone(store) as Arc<dyn Store>);
    config.add_store_key("one", [1; 32]);
    // A machine that does other things too is slow now and then.
    config.store_timeout_ms = 10_000;
    config.timeout_ms = 60_000;
    config
}
