//! The primary operations of the five platforms, in a form that one test can go through.

use auth::{Config, Error, Options};

use super::sandbox::Scope;
use super::*;

/// One operation, as a row of a table.
#[derive(Clone, Copy)]
pub struct Operation {
    pub name: &'static str,
    pub platform: &'static str,
    /// Whether its input can be used once only, so that a lost answer leaves the outcome unknown.
    pub one_time: bool,
    /// The field that its answer cannot do without.
    pub essential: &'static str,
    /// Where the platform's code stands.
    pub code: &'static str,
    run: fn(&Config, &Scope) -> Result<(), Error>,
}

impl Operation {
    /// Runs it on a fresh handle.
    pub fn run(&self, config: &Config, scope: &Scope) -> Result<(), Error> {
        (self.run)(config, scope)
    }
}

const fn operation(
    name: &'static str,
    platform: &'static str,
    one_time: bool,
    essential: &'static str,
    run: fn(&Config, &Scope) -> Result<(), Error>,
) -> Operation {
    let code = match platform.as_bytes()[0] {
        b'r' => "status",
        _ => "code",
    };
    Operation {
        name,
        platform,
        one_time,
        essential,
        code,
        run,
    }
}

/// Every one of them.
pub const OPERATIONS: [Operation; 8] = [
    operation(
        "issue_code",
        "creditpay",
        false,
        "data.ident_code",
        |config, _| {
            creditpay(config)
                .issue_code(&code_request(), &Options::default())
                .map(drop)
        },
    ),
    operation(
        "open_token",
        "creditpay",
        true,
        "data.open_token",
        |config, scope| {
            let code = scope.issue_ident_code("473_32");
            creditpay(config)
                .open_token(&code, &Options::default())
                .map(drop)
        },
    ),
    operation("auth", "daxpay", true, "data.status", |config, _| {
        daxpay(config)
            .auth(&auth_request("one-time"), &Options::default())
            .map(drop)
    }),
    operation("auth_and_set", "daxpay", true, "code", |config, _| {
        let request = auth_request("one-time");
        daxpay(config)
            .auth_and_set(&request, &Options::default())
            .map(drop)
    }),
    operation(
        "generate_auth_url",
        "daxpay",
        false,
        "data.authUrl",
        |config, _| {
            let request = auth::providers::daxpay::AuthUrlRequest {
                channel: Some("ali_pay".into()),
                ..Default::default()
            };
            daxpay(config)
                .generate_auth_url(&request, &Options::default())
                .map(drop)
        },
    ),
    operation("token", "openplatform", false, "data", |config, _| {
        openplatform(config).token(&Options::default()).map(drop)
    }),
    operation(
        "get_alipay_url",
        "redemption",
        true,
        "data.alipayAuthUrl",
        |config, _| {
            let request = alipay_request("serial-1");
            redemption(config)
                .get_alipay_url(&request, &Options::default())
                .map(drop)
        },
    ),
    operation("token", "seller", false, "data.accessToken", |config, _| {
        seller(config).token(&Options::default()).map(drop)
    }),
];

/// Runs a check on every operation, all at once.
pub fn each_operation(check: impl Fn(&Operation) + Sync) {
    std::thread::scope(|threads| {
        for operation in &OPERATIONS {
            let check = &check;
            threads.spawn(move || check(operation));
        }
    });
}
