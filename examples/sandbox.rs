//! The five platforms on loopback, to try libauth (or your own integration) against.
//!
//! `cargo run --example sandbox [-- --port N] [--quiet] [--until-stdin-closes]`
//!
//! It listens on port 18321, or on the port given; 0 takes a free one.
//! The first line of its output is `sandbox listening on http://127.0.0.1:PORT`, for programs that
//! start it. `--quiet` prints nothing else.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use libauth_sandbox::{Sandbox, credentials};

/// Where the quickstarts look for the sandbox when nothing else is said.
const DEFAULT_PORT: u16 = 18321;

const USAGE: &str = "usage: sandbox [--port N] [--quiet] [--until-stdin-closes]";

struct Options {
    port: u16,
    quiet: bool,
    until_stdin_closes: bool,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let quiet = options.quiet;
    let log = move |line: &str| {
        if !quiet {
            say(line);
        }
    };
    let sandbox = match Sandbox::start_logging(options.port, log) {
        Ok(sandbox) => sandbox,
        Err(error) => {
            eprintln!(
                "the sandbox cannot listen on port {}: {error}",
                options.port
            );
            return ExitCode::FAILURE;
        }
    };
    say(&format!("sandbox listening on {}", sandbox.origin()));
    if !quiet {
        say(&introduction(&sandbox));
    }
    if options.until_stdin_closes {
        let mut block = [0; 1024];
        while std::io::stdin()
            .read(&mut block)
            .is_ok_and(|count| count > 0)
        {}
        return ExitCode::SUCCESS;
    }
    loop {
        std::thread::park();
    }
}

fn options() -> Option<Options> {
    let mut options = Options {
        port: DEFAULT_PORT,
        quiet: false,
        until_stdin_closes: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--port" => options.port = arguments.next()?.parse().ok()?,
            "--quiet" => options.quiet = true,
            "--until-stdin-closes" => options.until_stdin_closes = true,
            _ => return None,
        }
    }
    Some(options)
}

/// Prints a line at once. Nobody listening is no reason to stop.
fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

fn introduction(sandbox: &Sandbox) -> String {
    let test = credentials();
    let origin = sandbox.origin();
    let ident_code = sandbox
        .scoped("default")
        .issue_ident_code("473_32_86000698");
    let body = concat!(
        r#"{"customer_no":"473_32_86000698","customer_token":"customer-token-1","#,
        r#""token_expire":1893456000000,"callback_url":"https://shop.example/callback","#,
        r#""client_ip":"192.168.1.166"}"#
    );
    let path = "/v1/platform/identify/auth";
    let key = test.creditpay_signature_key;
    let signature = libauth_sandbox::signatures::creditpay(key, path, body.as_bytes());
    format!(
        r#"
Base URLs and test credentials (the RSA keys are in {origin}/_/credentials):

  creditpay     {origin}/creditpay
                plat_id {plat_id}   api_key {api_key}
                signature_key {key}
  daxpay        {origin}/daxpay
                app_id {app_id}   mch_no {mch_no}   sign_key {sign_key}
  openplatform  {origin}/openplatform
                clientId {client_id}   secret {client_secret}
  redemption    {origin}/redemption
                business_id {business_id}   merchant_id {merchant_id}
                secret for MD5 {md5_secret}
  seller        {origin}/seller
                accessKey {access_key}   secretKey {secret_key}

Try one in another terminal. Signed (creditpay: HMAC-SHA1 of path and body):

  curl '{origin}/creditpay{path}?plat_id={plat_id}' -H 'trace: t-1' -H 'api-key: {api_key}' -H 'signature: {signature}' -H 'Content-Type: application/json' -d '{body}'

Not signed:

  curl {origin}/creditpay/v1/identify/redirect -H 'trace: t-2' -H 'Content-Type: application/json' -d '{{"ident_code":"{ident_code}"}}'
  curl {origin}/openplatform/openapi/auth/credential -d clientId={client_id} -d secret={client_secret} -d userType=2
  curl {origin}/seller/seller/202405/auth/get-access-token -H 'Content-Type: application/json' -d '{{"accessKey":"{access_key}","secretKey":"{secret_key}"}}'

To see it misbehave, put a fault in front of the platform: {origin}/f/status=503,times=1/creditpay,
or slow=3000, reset_after, cut=10, json=missing, sign=wrong ...
To see what it received: curl {origin}/_/last   and   curl {origin}/_/counters
All faults and control calls: tests/sandbox/src/lib.rs. Ctrl-C stops it.
"#,
        plat_id = test.creditpay_plat_id,
        api_key = test.creditpay_api_key,
        app_id = test.daxpay_app_id,
        mch_no = test.daxpay_mch_no,
        sign_key = test.daxpay_sign_key,
        client_id = test.openplatform_client_id,
        client_secret = test.openplatform_secret,
        business_id = test.redemption_business_id,
        merchant_id = test.redemption_merchant_id,
        md5_secret = test.redemption_md5_secret,
        access_key = test.seller_access_key,
        secret_key = test.seller_secret_key,
    )
}
