//! `libauth token`: a token of a platform.

use auth::token::Token;
use serde_json::json;

use crate::called::Limits;
use crate::failure::Failure;
use crate::given::secret_text;
use crate::handle::Handle;
use crate::masked::masked;
use crate::out::{Out, Verdict};
use crate::settings::{Settings, Which};

/// Fetch a token: of openplatform or seller, or creditpay's open_token for an ident_code
///
/// The token is masked unless --reveal is given; with it, the output is the header to send.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// creditpay: the one-time code to exchange; @FILE reads it from a file, - from standard input
    #[arg(long, value_name = "CODE")]
    ident_code: Option<String>,
    /// Do not mask the token
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    limits: Limits,
}

pub fn run(args: &Args, out: &mut Out) -> Result<Verdict, Failure> {
    let settings = Settings::of(&args.which)?;
    let handle = Handle::of(&settings, None)?;
    let options = args.limits.options();
    let token: Token = match (&handle, &args.ident_code) {
        (Handle::Seller(seller), None) => (*seller.token(&options)?).clone(),
        (Handle::OpenPlatform(platform), None) => (*platform.token(&options)?).clone(),
        (Handle::CreditPay(creditpay), Some(code)) => {
            creditpay.open_token(&secret_text("--ident-code", code)?, &options)?
        }
        (Handle::CreditPay(_), None) => {
            return Err(Failure::usage(
                "creditpay gives a token for an ident_code: --ident-code - reads it from standard input",
            ));
        }
        (Handle::Seller(_) | Handle::OpenPlatform(_), Some(_)) => {
            return Err(Failure::usage("--ident-code is creditpay's"));
        }
        (Handle::DaxPay(_) | Handle::Redemption(_), _) => {
            let name = settings.platform.name();
            return Err(Failure::usage(format!(
                "{name} has no token: its calls are signed; see libauth sign and libauth call"
            )));
        }
    };
    if out.is_json() {
        out.json(&json!({
            "platform": settings.platform.name(),
            "header_name": token.header_name(),
            "header_value": masked(token.header_value(), args.reveal),
            "masked": !args.reveal,
            "expires_at_ms": token.expires_at_ms(),
            "lifetime_ms": token.lifetime_ms(),
        }))?;
        return Ok(Verdict::Well);
    }
    let value = masked(token.header_value(), args.reveal);
    out.line(&format!("{}: {value}", token.header_name()))?;
    if !args.reveal {
        out.line(&format!(
            "it lives for {} s, until {} (Unix milliseconds)",
            token.lifetime_ms() / 1000,
            token.expires_at_ms()
        ))?;
    }
    Ok(Verdict::Well)
}
