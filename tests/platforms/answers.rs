//! Every kind of answer that a platform, or something in front of it, can give: which status and
//! delivery each operation makes of it, and how often the request went out.

use crate::support;

use auth::{Delivery, Error, Options, Status};
use support::operations::{Operation, each_operation};
use support::sandbox::Sandbox;
use support::*;

use Delivery::{Answered, MaybeSent};
use Status::{Http, Network, OutcomeUnknown, Platform, Protocol, RateLimited, Unauthorized};

/// Runs an operation under a fault, twice at most; the outcome and the requests the platform saw.
fn under(sandbox: &Sandbox, operation: &Operation, fault: &str) -> (Result<(), Error>, u64) {
    let scope = sandbox.scoped(&format!("{}-{}", operation.platform, operation.name));
    let mut config = config(scope.faulty(operation.platform, fault));
    config.max_tries = 2;
    let outcome = operation.run(&config, &scope);
    (outcome, scope.count(operation.platform).requests)
}

/// What is expected: of operations that may be repeated, and of those with one-time input.
type Row = (&'static str, (Status, u64), (Status, u64), Delivery);

/// What an answer comes to that is of no use.
fn unusable(operation: &Operation) -> Status {
    if operation.one_time {
        OutcomeUnknown
    } else {
        Protocol
    }
}

fn check(rows: &[Row]) {
    for (fault, repeatable, one_time, delivery) in rows {
        let sandbox = support::start();
        each_operation(|operation| {
            let (status, requests) = if operation.one_time {
                *one_time
            } else {
                *repeatable
            };
            let (outcome, seen) = under(&sandbox, operation, fault);
            let error = fails(outcome, status, *delivery);
            let what = format!("{} under {fault}: {error:?}", operation.name);
            assert_eq!(seen, requests, "{what}");
            let label = format!("{} {}: ", operation.platform, operation.name);
            assert!(error.message().starts_with(&label), "{what}");
            if status == OutcomeUnknown {
                assert!(error.message().contains("query before repeating"), "{what}");
                assert!(!error.is_retry_safe(), "{what}");
            }
        });
    }
}

#[test]
fn a_lost_answer_is_repeated_unless_the_input_was_one_time() {
    check(&[
        ("reset_before", (Network, 2), (OutcomeUnknown, 1), MaybeSent),
        ("reset_after", (Network, 2), (OutcomeUnknown, 1), MaybeSent),
        ("close_after", (Network, 2), (OutcomeUnknown, 1), MaybeSent),
        ("cut=5", (Network, 2), (OutcomeUnknown, 1), MaybeSent),
        (
            "cut=5,chunked",
            (Network, 2),
            (OutcomeUnknown, 1),
            MaybeSent,
        ),
    ]);
}

#[test]
fn an_unavailable_gateway_is_asked_again_unless_the_input_was_one_time() {
    check(&[
        ("status=502", (Http, 2), (OutcomeUnknown, 1), Answered),
        (
            "status=503,body=empty",
            (Http, 2),
            (OutcomeUnknown, 1),
            Answered,
        ),
        ("status=504", (Http, 2), (OutcomeUnknown, 1), Answered),
        (
            "status=503,retry_after=0",
            (Http, 2),
            (OutcomeUnknown, 1),
            Answered,
        ),
        (
            "status=503,body=envelope",
            (Platform, 2),
            (OutcomeUnknown, 1),
            Answered,
        ),
    ]);
}

#[test]
fn a_server_error_without_an_envelope_leaves_one_time_input_unknown() {
    check(&[
        ("status=500", (Http, 1), (OutcomeUnknown, 1), Answered),
        ("status=507", (Http, 1), (OutcomeUnknown, 1), Answered),
        (
            "status=500,body=envelope",
            (Platform, 1),
            (Platform, 1),
            Answered,
        ),
    ]);
}

#[test]
fn too_many_requests_are_repeated_when_the_platform_says_when() {
    check(&[
        ("status=429", (RateLimited, 2), (RateLimited, 1), Answered),
        (
            "status=429,retry_after=0",
            (RateLimited, 2),
            (RateLimited, 2),
            Answered,
        ),
        (
            "status=429,body=envelope,retry_after=0",
            (RateLimited, 2),
            (RateLimited, 2),
            Answered,
        ),
        // Beyond the call's deadline there is no point in waiting.
        (
            "status=429,retry_after=6",
            (RateLimited, 1),
            (RateLimited, 1),
            Answered,
        ),
        (
            "status=503,retry_after=6",
            (Http, 1),
            (OutcomeUnknown, 1),
            Answered,
        ),
    ]);
}

#[test]
fn what_is_no_envelope_is_told_by_its_http_status() {
    check(&[
        ("status=400", (Http, 1), (Http, 1), Answered),
        (
            "status=401,body=empty",
            (Unauthorized, 1),
            (Unauthorized, 1),
            Answered,
        ),
        ("status=403", (Http, 1), (Http, 1), Answered),
        ("status=404", (Http, 1), (Http, 1), Answered),
        ("redirect", (Http, 1), (Http, 1), Answered),
    ]);
}

#[test]
fn a_byte_order_mark_before_an_answer_is_skipped() {
    let sandbox = support::start();
    each_operation(|operation| {
        let (outcome, seen) = under(&sandbox, operation, "bom");
        outcome.unwrap_or_else(|error| panic!("{}: {error}", operation.name));
        assert_eq!(seen, 1, "{}", operation.name);
    });
}

#[test]
fn an_answer_that_cannot_be_read_is_as_good_as_lost_where_the_input_was_one_time() {
    let rows = [
        "html",
        "empty",
        "notutf8",
        "trailing",
        "huge",
        "bad_http",
        "headers_huge",
        "json=notobject",
        "json=deep",
        "json=duplicate",
        "json=missing,field=code",
        "json=missing,field=status",
    ];
    let rows = rows.map(|fault| (fault, (Protocol, 1), (OutcomeUnknown, 1), Answered));
    // `code` is redemption's `status`, and the other way round.
    let (codes, others): (Vec<Row>, Vec<Row>) =
        rows.into_iter().partition(|row| row.0.contains("field="));
    check(&others);
    let sandbox = support::start();
    each_operation(|operation| {
        let fault = codes
            .iter()
            .find(|row| row.0.ends_with(operation.code))
            .expect("one of two");
        let (outcome, _) = under(&sandbox, operation, fault.0);
        let error = fails(outcome, unusable(operation), Answered);
        let name = format!("`{}` is missing", operation.code);
        assert!(error.message().contains(&name), "{error}");
    });
}

#[test]
fn a_required_field_is_named_when_it_is_missing_null_or_of_another_type() {
    for (kind, says) in [
        ("missing", "is missing"),
        ("null", "is missing"),
        ("wrongtype", "is not a"),
    ] {
        let sandbox = support::start();
        each_operation(|operation| {
            let fault = format!("json={kind},field={}", operation.essential);
            let (outcome, requests) = under(&sandbox, operation, &fault);
            let error = fails(outcome, unusable(operation), Answered);
            let name = format!("`{}` {says}", operation.essential);
            assert!(error.message().contains(&name), "{name}: {error}");
            assert_eq!(requests, 1);
            assert_eq!(error.http_status(), 200);
            assert!(!error.answer().expect("the raw answer").body().is_empty());
        });
    }
}

#[test]
fn an_object_that_is_missing_is_named_by_the_field_that_was_looked_for() {
    let sandbox = support::start();
    each_operation(|operation| {
        if !operation.essential.starts_with("data.") {
            return;
        }
        let (outcome, _) = under(&sandbox, operation, "json=null,field=data");
        let error = fails(outcome, unusable(operation), Answered);
        assert!(error.message().contains("`data"), "{error}");
    });
}

#[test]
fn unknown_fields_and_absent_optional_ones_do_not_matter() {
    for fault in [
        "json=extra",
        "data_nulls",
        "chunked",
        "connection_close",
        "bom",
        "drip=0",
        "slow=1",
        "json=extra,times=1",
    ] {
        let sandbox = support::start();
        each_operation(|operation| {
            if fault == "data_nulls" && operation.name == "issue_code" {
                return; // A code without its URL is of no use: see creditpay.rs.
            }
            let (outcome, requests) = under(&sandbox, operation, fault);
            assert!(
                outcome.is_ok(),
                "{} under {fault}: {outcome:?}",
                operation.name
            );
            assert_eq!(requests, 1);
        });
    }
}

#[test]
fn a_redirect_is_not_followed_and_says_what_to_do() {
    let sandbox = support::start();
    each_operation(|operation| {
        let (outcome, _) = under(&sandbox, operation, "redirect");
        let error = outcome.unwrap_err();
        assert_eq!(error.http_status(), 302);
        assert!(
            error.message().contains("configure the final address"),
            "{error}"
        );
    });
}

#[test]
fn the_error_says_how_long_the_platform_wants_to_be_left_alone() {
    let sandbox = support::start();
    each_operation(|operation| {
        let (outcome, _) = under(&sandbox, operation, "status=429,retry_after=61");
        let error = outcome.unwrap_err();
        assert_eq!(error.retry_after_ms(), Some(61_000));
        assert!(error.is_retry_safe());
        assert_eq!(error.http_status(), 429);
    });
}

#[test]
fn a_success_in_the_envelope_under_an_error_status_is_no_success() {
    let body = r#"{"code":0,"msg":"success","data":{"ident_code":"a","url":"b"}}"#;
    let server = raw::RawServer::answering(raw::http_json(403, body));
    let outcome = creditpay(&config(server.url())).issue_code(&code_request(), &Options::default());
    fails(outcome, Http, Answered);
}

#[test]
fn every_repeat_has_a_number_of_its_own() {
    let sandbox = support::start();
    each_operation(|operation| {
        if operation.platform == "seller" || operation.name == "token" {
            return; // No number on the wire.
        }
        let scope = sandbox.scoped(operation.name);
        let fault = "status=429,retry_after=0,times=2";
        let mut config = config(scope.faulty(operation.platform, fault));
        config.max_tries = 3;
        operation.run(&config, &scope).expect("the third time");
        let count = scope.count(operation.platform);
        assert_eq!((count.requests, count.distinct_nonces), (3, 3));
    });
}

#[test]
fn the_number_of_tries_is_what_was_configured() {
    for (max_tries, requests) in [(0, 1), (1, 1), (2, 2), (4, 4)] {
        let sandbox = support::start();
        let scope = sandbox.scoped("tries");
        let mut config = config(scope.faulty("seller", "status=503,retry_after=0"));
        config.max_tries = max_tries;
        fails(seller(&config).token(&Options::default()), Http, Answered);
        assert_eq!(scope.count("seller").requests, requests);
    }
}

#[test]
fn a_request_that_never_left_is_repeated_even_with_one_time_input() {
    let port = raw::closed_port();
    let scope = support::start().scoped("none");
    each_operation(|operation| {
        let mut config = config(format!("http://127.0.0.1:{port}"));
        let lines = Lines::of(&mut config);
        let error = fails(operation.run(&config, &scope), Network, Delivery::NotSent);
        assert!(error.is_retry_safe());
        assert_eq!(error.http_status(), 0);
        let attempts = lines.count(auth::log::Level::Debug, " attempt ");
        assert_eq!(attempts, 3, "{:?}", lines.all());
    });
}
