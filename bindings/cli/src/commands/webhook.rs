//! `libauth webhook send`: a callback as a platform sends it, to a server on this machine.

use clap::Subcommand;
use libauth_sandbox::send_callback;
use serde_json::json;

use crate::failure::Failure;
use crate::out::{Colour, Out, Verdict};

/// Send messages as the platforms do, to a server of yours on this machine
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Send one genuine message, signed with the sandbox's keys
    ///
    /// Kinds of creditpay: GET_DEFAULT_ACCOUNT_CREDIT_LIMIT, PAY_START, ASSIGN_SUCCESS, ASSIGN_FAILED,
    /// GET_BARCODE_SUCCESS, GET_BARCODE_FAILED, PAY_SUCCESS, PAY_FAILED, REFUND, PAY_TIMEOUT, PAY_FINISH,
    /// SESSION_RENEWAL; of daxpay and daxpay-open: payment, refund, transfer; of redemption: authorization.
    /// The exit status is 0 if the server's answer counts as received, and 1 if the platform would send the
    /// message again.
    Send {
        /// creditpay, daxpay, daxpay-open or redemption
        platform: String,
        /// Kind of message, such as PAY_SUCCESS
        kind: String,
        /// Address on this machine, such as http://127.0.0.1:8080/notify
        url: String,
    },
}

pub fn run(args: &Args, out: &mut Out) -> Result<Verdict, Failure> {
    let Command::Send {
        platform,
        kind,
        url,
    } = &args.command;
    let answered = send_callback(platform, kind, url).map_err(failure)?;
    let verdict = match answered.accepted {
        true => Verdict::Well,
        false => Verdict::Wrong,
    };
    if out.is_json() {
        out.json(&json!({
            "platform": platform,
            "kind": kind,
            "url": url,
            "status": answered.status,
            "body": answered.body,
            "accepted": answered.accepted,
        }))?;
        return Ok(verdict);
    }
    let said = match answered.accepted {
        true => out.paint(Colour::Green, "received"),
        false => out.paint(
            Colour::Red,
            "not received: the platform would send it again",
        ),
    };
    let status = answered.status;
    out.line(&format!(
        "{platform} {kind} to {url}: HTTP {status}, {said}"
    ))?;
    let body = crate::failure::one_line(&answered.body);
    if !body.trim().is_empty() {
        let short: String = body.chars().take(200).collect();
        out.line(&format!("the answer: {short}"))?;
    }
    Ok(verdict)
}

/// Where nobody answers, that is the network's; all else is on the command line.
fn failure(message: String) -> Failure {
    if message.contains("cannot be reached") || message.contains("is not HTTP") {
        return Failure::unreached(message);
    }
    Failure::usage(message)
}
