//! `libauth url`: an address at which a user authorizes, at redemption or daxpay.

use auth::providers::daxpay::AuthUrlRequest;
use auth::providers::redemption::AlipayUrlRequest;
use serde_json::json;

use crate::called::Limits;
use crate::failure::Failure;
use crate::handle::{Handle, is_open};
use crate::masked::masked;
use crate::out::{Out, Verdict};
use crate::settings::{Settings, Which};

/// Get the address at which a user authorizes: redemption's at Alipay, daxpay's at a channel
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// redemption: your serial number, globally unique; keep it when asking again
    #[arg(long, value_name = "NUMBER")]
    serial_no: Option<String>,
    /// redemption: your own id of the customer
    #[arg(long, value_name = "ID")]
    user_id: Option<String>,
    /// redemption: where the user's openId is sent
    #[arg(long, value_name = "URL")]
    callback_url: Option<String>,
    /// daxpay: ali_pay, wechat_pay, union_pay, or any code the gateway knows
    #[arg(long)]
    channel: Option<String>,
    /// daxpay: where the user is sent back to
    #[arg(long, value_name = "PATH")]
    return_path: Option<String>,
    /// daxpay: kind of authorization
    #[arg(long, value_name = "TYPE")]
    auth_type: Option<String>,
    /// daxpay, edition 3: the user's IP address
    #[arg(long, value_name = "IP")]
    client_ip: Option<String>,
    /// Do not mask the session's token (daxpay, edition open)
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    limits: Limits,
}

pub fn run(args: &Args, out: &mut Out) -> Result<Verdict, Failure> {
    let settings = Settings::of(&args.which)?;
    let of_redemption = [&args.serial_no, &args.user_id, &args.callback_url];
    let of_daxpay = [
        &args.channel,
        &args.return_path,
        &args.auth_type,
        &args.client_ip,
    ];
    let foreign = |options: &[&Option<String>], of: &str| {
        let some = options.iter().any(|option| option.is_some());
        let message = format!("an option was given that is {of}'s");
        some.then(|| Failure::usage(message)).map_or(Ok(()), Err)
    };
    let options = args.limits.options();
    let document = match Handle::of(&settings, None)? {
        Handle::Redemption(redemption) => {
            foreign(&of_daxpay, "daxpay")?;
            let request = AlipayUrlRequest {
                serial_no: args.serial_no.clone(),
                user_id: args.user_id.clone(),
                callback_url: args.callback_url.clone(),
            };
            let url = redemption.get_alipay_url(&request, &options)?;
            json!({"platform": "redemption", "url": url.url()})
        }
        Handle::DaxPay(daxpay) => {
            foreign(&of_redemption, "redemption")?;
            let back = args.return_path.clone();
            let (auth_path, return_path) = match is_open(&settings)? {
                true => (None, back),
                false => (back, None),
            };
            let request = AuthUrlRequest {
                channel: args.channel.clone(),
                auth_path,
                return_path,
                auth_type: args.auth_type.clone(),
                client_ip: args.client_ip.clone(),
                ..AuthUrlRequest::default()
            };
            let url = daxpay.generate_auth_url(&request, &options)?;
            json!({
                "platform": "daxpay",
                "url": url.url(),
                "query_code": url.query_code(),
                "auth_token": url.auth_token().map(|token| masked(token, args.reveal)),
            })
        }
        _ => {
            let name = settings.platform.name();
            return Err(Failure::usage(format!(
                "{name} has no such address: redemption and daxpay have"
            )));
        }
    };
    if out.is_json() {
        out.json(&document)?;
        return Ok(Verdict::Well);
    }
    out.line(document["url"].as_str().unwrap_or_default())?;
    for (name, title) in [("query_code", "query code"), ("auth_token", "auth token")] {
        if let Some(value) = document[name].as_str() {
            out.line(&format!("{title} {value}"))?;
        }
    }
    Ok(Verdict::Well)
}
