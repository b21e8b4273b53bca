//! A store in a Redis or a Valkey, over the `redis` crate, and a handle that shares its token through it:
//! `cargo run --manifest-path examples/redis_store/Cargo.toml redis://127.0.0.1/`. Keys and scripts are those of the C, Python and Java
//! packages: a token that one language fetched serves the others.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use auth::providers::seller::Seller;
use auth::store::{LARGEST_VALUE, Store};
use auth::{Config, Error, Options, Result, Status};
use libauth_sandbox::{Sandbox, credentials};
use redis::{Client, Connection, RedisError, Script};

/// Copy this into your program. What connects is your `redis::Client`: host or socket, TLS, user and password.
pub struct RedisStore {
    client: Client,
    prefix: &'static str,
    idle: Mutex<Vec<Connection>>,
    replace: Script,
    remove: Script,
}

impl RedisStore {
    pub fn new(client: Client, prefix: &'static str) -> RedisStore {
        RedisStore {
            client,
            prefix,
            idle: Mutex::default(),
            replace: Script::new(
                "if redis.call('GET',KEYS[1])==ARGV[1] then redis.call('SET',KEYS[1],ARGV[2],'PX',ARGV[3]) return 1 end return 0",
            ),
            remove: Script::new(
                "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0",
            ),
        }
    }

    /// Uses an idle connection, or a new one. One that failed is not used again.
    fn with<T>(
        &self,
        timeout_ms: i64,
        ask: impl FnOnce(&mut Connection) -> std::result::Result<T, RedisError>,
    ) -> Result<T> {
        let failed = |error: RedisError| Error::new(Status::Store, error.to_string());
        let limit = Duration::from_millis(timeout_ms.max(1).unsigned_abs());
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let mut connection = match taken {
            Some(connection) => connection,
            None => self.client.get_connection_with_timeout(limit).map_err(failed)?,
        };
        connection.set_read_timeout(Some(limit)).map_err(failed)?;
        connection.set_write_timeout(Some(limit)).map_err(failed)?;
        let told = ask(&mut connection).map_err(failed)?;
        idle().push(connection);
        Ok(told)
    }

    fn key(&self, key: &str) -> String {
        [self.prefix, key].concat()
    }
}

impl Store for RedisStore {
    fn get(&self, key: &str, timeout_ms: i64) -> Result<Option<Vec<u8>>> {
        // One byte too many says that it is too long; the rest stays where it is.
        let mut get = redis::cmd("GETRANGE");
        get.arg(self.key(key)).arg(0).arg(LARGEST_VALUE);
        let value: Vec<u8> = self.with(timeout_ms, |redis| get.query(redis))?;
        Ok((!value.is_empty()).then_some(value))
    }

    fn add(&self, key: &str, value: &[u8], ttl_ms: i64, timeout_ms: i64) -> Result<bool> {
        let mut set = redis::cmd("SET");
        set.arg(self.key(key)).arg(value).arg("NX").arg("PX").arg(ttl_ms);
        let told: Option<String> = self.with(timeout_ms, |redis| set.query(redis))?;
        Ok(told.is_some())
    }

    fn replace(
        &self,
        key: &str,
        expected: &[u8],
        value: &[u8],
        ttl_ms: i64,
        timeout_ms: i64,
    ) -> Result<bool> {
        let mut run = self.replace.key(self.key(key));
        run.arg(expected).arg(value).arg(ttl_ms);
        let done: i64 = self.with(timeout_ms, |redis| run.invoke(redis))?;
        Ok(done == 1)
    }

    fn remove(&self, key: &str, expected: &[u8], timeout_ms: i64) -> Result<bool> {
        let mut run = self.remove.key(self.key(key));
        run.arg(expected);
        let done: i64 = self.with(timeout_ms, |redis| run.invoke(redis))?;
        Ok(done == 1)
    }
}

/// Two handles, as in two processes: the first logs in, the second takes its token.
fn main() -> ExitCode {
    let address = std::env::args().nth(1);
    let client = Client::open(address.unwrap_or("redis://127.0.0.1/".to_owned()));
    let store = match client {
        Ok(client) => Arc::new(RedisStore::new(client, "libauth:")),
        Err(error) => {
            eprintln!("redis_store: {error}");
            return ExitCode::FAILURE;
        }
    };
    let sandbox = Sandbox::start();
    let mut config = Config::new(sandbox.base("seller"));
    config.token_store = Some(store);
    config.add_store_key("example", [7; 32]);
    for process in ["first", "second"] {
        let keys = credentials();
        let seller = Seller::new(&config, keys.seller_access_key, keys.seller_secret_key);
        match seller.and_then(|seller| seller.token(&Options::default())) {
            Ok(token) if token.is_degraded() => {
                eprintln!("redis_store: the Redis does not answer, and the token is not shared");
                return ExitCode::FAILURE;
            }
            Ok(token) => println!("{process}: {token:?}"),
            Err(error) => {
                eprintln!("redis_store: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("logins: {}", sandbox.scoped("default").count("seller").token_requests);
    ExitCode::SUCCESS
}
