//! Calls that their caller ends: what is known of them then.

use crate::support;

use std::io::BufReader;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use auth::{Delivery, Options, Status};
use support::raw::{RawServer, read_request};
use support::*;

/// Ends the call at the third question: it has been sent by then.
fn options() -> Options {
    let asked = AtomicUsize::new(0);
    Options {
        cancel: Some(Arc::new(move || asked.fetch_add(1, Ordering::SeqCst) >= 2)),
        ..Options::default()
    }
}

#[test]
fn a_call_that_was_sent_and_then_cancelled_is_made_once() {
    let server = RawServer::start(|mut stream, _| {
        read_request(&mut BufReader::new(&stream));
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let config = config(server.url());
    let started = Instant::now();
    let outcome = daxpay(&config).auth(&auth_request("code"), &options());
    let error = fails(outcome, Status::OutcomeUnknown, Delivery::MaybeSent);
    assert!(error.message().contains("cancelled"), "{error}");
    assert!(
        error.message().contains("query before repeating"),
        "{error}"
    );
    let outcome = seller(&config).token(&options());
    let error = fails(outcome, Status::Cancelled, Delivery::MaybeSent);
    assert!(error.is_retry_safe());
    assert_eq!(server.accepted(), 2, "neither was tried again");
    assert!(started.elapsed() < Duration::from_secs(2));
}
