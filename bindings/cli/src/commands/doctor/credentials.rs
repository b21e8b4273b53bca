//! Does the platform accept the credentials; and what its answer says about the clock.

use std::time::{Duration, SystemTime};

use auth::answer::Answer;
use auth::call::Call;
use auth::http::Headers;
use auth::{Error, Options, Status};

use super::Check;
use crate::handle::Handle;

/// Platforms that sign times refuse what is 5 minutes off.
const FAR: u64 = 5 * 60;
/// Less than this cannot be told from the time that the answer took.
const NEAR: u64 = 30;

/// A path that no platform has.
const NOWHERE: &str = "/libauth-doctor";

/// What is asked, and the headers of what came back.
pub fn checks(handle: &Handle) -> Vec<Check> {
    let options = Options::default();
    let (check, headers) = match handle {
        Handle::Seller(seller) => judged("a token was issued", seller.token(&options), |token| {
            token.answer().headers().clone()
        }),
        Handle::OpenPlatform(platform) => {
            judged("a token was issued", platform.token(&options), |token| {
                token.answer().headers().clone()
            })
        }
        Handle::DaxPay(daxpay) => match daxpay.ping(&options) {
            // Edition 3 has no ping.
            Err(error) if error.status() == Status::InvalidConfig => probed(handle, &options),
            pinged => judged(
                "/unipay/ping: merchant, application, key and signature are accepted",
                pinged,
                |answer| answer.headers().clone(),
            ),
        },
        Handle::CreditPay(_) | Handle::Redemption(_) => probed(handle, &options),
    };
    let mut checks = vec![check];
    checks.extend(headers.map(|headers| clock(&headers)));
    checks
}

fn judged<T>(
    said: &str,
    outcome: Result<T, Error>,
    headers: impl Fn(&T) -> Headers,
) -> (Check, Option<Headers>) {
    match outcome {
        Ok(answer) => (Check::well("credentials", said), Some(headers(&answer))),
        Err(error) => {
            let headers = error.answer().map(|answer| answer.headers().clone());
            (refused(&error), headers)
        }
    }
}

fn refused(error: &Error) -> Check {
    let remedy = match error.status() {
        Status::Unauthorized => {
            "check the credentials: are they of this environment, and complete?"
        }
        Status::Network | Status::Timeout => "see the checks above; a longer timeout_ms, a proxy",
        Status::BadSignature => {
            "the answer is not signed by the key that is set: check sign_key and algorithm, or the platform's key, or response_signature"
        }
        Status::Http | Status::Protocol => {
            "something else than the platform answered: check base_url and its prefix"
        }
        _ => "see the platform's message",
    };
    let name = error.status().name();
    Check::wrong(
        "credentials",
        format!("{name}: {}", error.message()),
        remedy,
    )
}

/// Asks for what does not exist: a refused signature is told, an accepted one only by some.
fn probed(handle: &Handle, options: &Options) -> (Check, Option<Headers>) {
    let method = match handle {
        Handle::DaxPay(_) => "POST",
        _ => "GET",
    };
    let mut call = Call::new(method, NOWHERE);
    call.idempotent = true;
    match handle.call(&call, options) {
        Ok(answer) => {
            let check = Check::well("credentials", "a signed request was accepted");
            (check, Some(answer.headers().clone()))
        }
        Err(error) => {
            let headers = error.answer().map(Answer::headers).cloned();
            let is_telling = !matches!(
                error.status(),
                Status::Http | Status::Platform | Status::Protocol
            );
            let check = if is_telling || headers.is_none() {
                refused(&error)
            } else {
                Check::open(
                    "credentials",
                    format!(
                        "it answers, and has nothing to ask without an effect: a first real call will tell ({})",
                        error.message()
                    ),
                )
            };
            (check, headers)
        }
    }
}

/// How far this machine's clock is from the platform's.
fn clock(headers: &Headers) -> Check {
    let date = headers.get("Date").map(httpdate::parse_http_date);
    let Some(Ok(theirs)) = date else {
        return Check::open("clock", "the answer has no Date");
    };
    let now = SystemTime::now();
    let (off, which) = match now.duration_since(theirs) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    let seconds = off.max(Duration::ZERO).as_secs();
    let said = format!("{seconds} s {which} the platform's");
    match seconds {
        0..NEAR => Check::well("clock", said),
        NEAR..FAR => Check::open("clock", format!("{said}: it should be set")),
        _ => Check::wrong(
            "clock",
            said,
            "set this machine's clock (NTP): signed times that are 5 minutes off are refused",
        ),
    }
}
