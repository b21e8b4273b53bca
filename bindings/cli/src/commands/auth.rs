//! `libauth auth`: DaxPay's exchange of an authorization code for a user's identity.

use auth::providers::daxpay::{AuthRequest, IdentityStatus};
use auth::secret::Secret;
use serde_json::json;

use crate::called::Limits;
use crate::failure::Failure;
use crate::given::secret_text;
use crate::handle::Handle;
use crate::masked::masked;
use crate::out::{Out, Verdict};
use crate::settings::{Settings, Which};

/// Exchange an authorization code at daxpay for the user's identity
///
/// The code is used up by it, whatever becomes of the answer. The exit status is 1 when there is no identity
/// (yet).
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// The one-time code: @FILE reads it from a file, - from standard input
    auth_code: String,
    /// Edition 3: ali_pay, wechat_pay, union_pay, or any code the gateway knows
    #[arg(long)]
    channel: Option<String>,
    /// Edition 3: the user's IP address, which some channels require
    #[arg(long, value_name = "IP")]
    client_ip: Option<String>,
    /// Edition open: kind of authorization
    #[arg(long, value_name = "TYPE")]
    auth_type: Option<String>,
    /// Edition open: what libauth url gave, to go on with that session
    #[arg(long, value_name = "TOKEN")]
    auth_token: Option<String>,
    /// Code to query by
    #[arg(long, value_name = "CODE")]
    query_code: Option<String>,
    /// Leave the identity at the gateway (authAndSet)
    #[arg(long)]
    set: bool,
    /// Do not mask the channel's access token
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    limits: Limits,
}

pub fn run(args: &Args, out: &mut Out) -> Result<Verdict, Failure> {
    let settings = Settings::of(&args.which)?;
    let Handle::DaxPay(daxpay) = Handle::of(&settings, None)? else {
        return Err(Failure::usage("only daxpay exchanges authorization codes"));
    };
    let auth_code = secret_text("AUTH_CODE", &args.auth_code)?;
    let auth_token = args.auth_token.as_deref();
    let auth_token = auth_token.map(|token| secret_text("--auth-token", token));
    let request = AuthRequest {
        channel: args.channel.clone(),
        auth_code: Some(Secret::new(auth_code)),
        query_code: args.query_code.clone(),
        client_ip: args.client_ip.clone(),
        auth_type: args.auth_type.clone(),
        auth_token: auth_token.transpose()?.map(Secret::new),
        ..AuthRequest::default()
    };
    let options = args.limits.options();
    if args.set {
        let answer = daxpay.auth_and_set(&request, &options)?;
        match out.is_json() {
            true => out.json(&json!({"platform": "daxpay", "trace_id": answer.trace_id()}))?,
            false => out.line("the gateway has the identity")?,
        }
        return Ok(Verdict::Well);
    }
    let identity = daxpay.auth(&request, &options)?;
    let access_token = identity.access_token();
    let access_token = access_token.map(|token| masked(token, args.reveal));
    let verified = identity.answer().is_verified();
    if out.is_json() {
        out.json(&json!({
            "platform": "daxpay",
            "status": identity.status_name(),
            "open_id": identity.open_id(),
            "user_id": identity.user_id(),
            "access_token": access_token,
            "return_path": identity.return_path(),
            "verified": verified,
        }))?;
    } else {
        out.line(&format!("status        {}", identity.status_name()))?;
        for (name, value) in [
            ("open id", identity.open_id()),
            ("user id", identity.user_id()),
            ("access token", access_token.as_deref()),
            ("return path", identity.return_path()),
        ] {
            if let Some(value) = value {
                out.line(&format!("{name:<13} {value}"))?;
            }
        }
        if !verified {
            out.line("the answer is not signed: nothing but TLS vouches for it")?;
        }
    }
    Ok(match identity.status() {
        IdentityStatus::Success => Verdict::Well,
        _ => Verdict::Wrong,
    })
}
