//! Random ids and bytes, from the system.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::hex;
use crate::os::this_process;

/// 32 random hex digits: a nonce, a trace id, a request id. No secret, but no two are the same.
pub(crate) fn hex_id() -> String {
    hex::lower(&id_bytes())
}

/// Random bytes for ids, many at once: asking the system for each would cost more than all else about a signature.
struct Stock {
    process: u64,
    left: usize,
    bytes: [u8; Stock::BYTES],
}

impl Stock {
    const ID: usize = 16;
    const BYTES: usize = 32 * Stock::ID;
    const EMPTY: Stock = Stock {
        process: 0,
        left: 0,
        bytes: [0; Stock::BYTES],
    };
}

thread_local! {
    static STOCK: RefCell<Stock> = const { RefCell::new(Stock::EMPTY) };
}

/// From this thread's stock, mixed with the time: a machine that was put back to an earlier state, or doubled, has
/// the same stock again, but not the same time. A forked child does not take from its parent's.
fn id_bytes() -> [u8; Stock::ID] {
    let process = this_process();
    let taken = STOCK.try_with(|stock| {
        let mut stock = stock.try_borrow_mut().ok()?;
        if stock.process != process || stock.left == 0 {
            stock.bytes = bytes();
            stock.left = Stock::BYTES;
            stock.process = process;
        }
        stock.left -= Stock::ID;
        let left = stock.left;
        stock.bytes[left..left + Stock::ID].try_into().ok()
    });
    let random = taken.ok().flatten().unwrap_or_else(bytes);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.unwrap_or_default().as_nanos();
    (u128::from_le_bytes(random) ^ now).to_le_bytes()
}

/// A number from 0 up to 1, for jitter.
pub(crate) fn fraction() -> f64 {
    f64::from(u32::from_le_bytes(bytes())) / (f64::from(u32::MAX) + 1.0)
}

/// Bytes that nobody can guess.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system's random source works");
    bytes
}

/// A random UUID (version 4).
pub(crate) fn uuid() -> String {
    let hex = hex_id();
    // The two places that say which kind of UUID this is.
    let kind = ["8", "9", "a", "b"][usize::from(hex.as_bytes()[16] & 3)];
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..],
    ];
    let [a, b, c, d, e] = parts;
    format!("{a}-{b}-4{c}-{kind}{d}-{e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_ids_are_the_same_in_any_thread() {
        let make = || (0..1000).map(|_| hex_id()).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(make)).collect();
        let mut ids: Vec<String> = threads
            .into_iter()
            .flat_map(|t| t.join().unwrap())
            .collect();
        let is_hex = |id: &String| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(ids.iter().all(is_hex));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 4000);
    }

    #[test]
    fn a_stock_of_another_process_is_not_taken_from() {
        hex_id();
        STOCK.with(|stock| stock.borrow_mut().process = u64::MAX);
        let parents = STOCK.with(|stock| stock.borrow().bytes);
        hex_id();
        STOCK.with(|stock| {
            let stock = stock.borrow();
            assert_eq!(stock.process, this_process());
            assert_eq!(stock.left, Stock::BYTES - Stock::ID);
            assert_ne!(stock.bytes, parents);
        });
    }
}
