//! `libauth code`: Credit Pay's one-time code.

use auth::providers::creditpay::CodeRequest;
use auth::secret::Secret;
use serde_json::json;

use crate::called::Limits;
use crate::failure::Failure;
use crate::given::secret_text;
use crate::handle::Handle;
use crate::masked::{masked, without};
use crate::out::{Out, Verdict};
use crate::settings::{Settings, Which};

/// Have creditpay issue a one-time code, and the URL to send the customer to
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Your own unique number of the customer
    #[arg(long, value_name = "NUMBER")]
    customer_no: String,
    /// Your token of the customer: @FILE reads it from a file, - from standard input
    #[arg(long, value_name = "TOKEN")]
    customer_token: String,
    /// When that token expires, Unix milliseconds
    #[arg(long, value_name = "MS")]
    token_expire_ms: i64,
    /// Your callback address
    #[arg(long, value_name = "URL")]
    callback_url: String,
    /// The customer's IP address
    #[arg(long, value_name = "IP")]
    client_ip: String,
    /// The same value as before gets the code issued before
    #[arg(long, value_name = "TEXT")]
    session_sign: Option<String>,
    /// Language of messages
    #[arg(long)]
    lang: Option<String>,
    /// Do not mask the code
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    limits: Limits,
}

pub fn run(args: &Args, out: &mut Out) -> Result<Verdict, Failure> {
    let settings = Settings::of(&args.which)?;
    let Handle::CreditPay(creditpay) = Handle::of(&settings, None)? else {
        return Err(Failure::usage("only creditpay issues codes"));
    };
    let token = secret_text("--customer-token", &args.customer_token)?;
    let request = CodeRequest {
        customer_no: Some(args.customer_no.clone()),
        customer_token: Some(Secret::new(token)),
        token_expire_ms: Some(args.token_expire_ms),
        callback_url: Some(args.callback_url.clone()),
        client_ip: Some(args.client_ip.clone()),
        session_sign: args.session_sign.clone(),
        lang: args.lang.clone(),
        ..CodeRequest::default()
    };
    let code = creditpay.issue_code(&request, &args.limits.options())?;
    let url = without(code.url(), code.ident_code(), args.reveal);
    if out.is_json() {
        out.json(&json!({
            "platform": "creditpay",
            "ident_code": masked(code.ident_code(), args.reveal),
            "url": url,
            "masked": !args.reveal,
            "trace_id": code.answer().trace_id(),
        }))?;
        return Ok(Verdict::Well);
    }
    out.line(&url)?;
    if !args.reveal {
        out.line("the code in it is masked: --reveal shows it")?;
    }
    Ok(Verdict::Well)
}
