//! `libauth sandbox`: the five platforms on loopback.

use std::io::{Read as _, Write as _};

use libauth_sandbox::{Sandbox, banner, credentials};
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::judge::Judge;
use crate::out::{Out, Verdict};
use crate::test_settings::{Account, USUAL_PORT, accounts};

/// Run the five platforms on this machine, to try libauth or an integration of your own against
///
/// The sandbox listens on 127.0.0.1 only, is as strict as the platforms are, and shows each request on a page
/// for a browser. With --json its first and only line says where everything is, for programs that start it.
#[derive(clap::Args)]
pub struct Args {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = USUAL_PORT)]
    port: u16,
    /// Open the page in a browser
    #[arg(long)]
    open: bool,
    /// Say where it listens, and nothing else
    #[arg(long)]
    quiet: bool,
    /// End when standard input ends, that is when the program that started it does
    #[arg(long)]
    until_stdin_closes: bool,
}

pub fn run(args: &Args, out: &mut Out) -> Result<Verdict, Failure> {
    let is_quiet = args.quiet || out.is_json();
    let log = move |line: &str| {
        if !is_quiet {
            say(line);
        }
    };
    let sandbox = Sandbox::start_logging(args.port, log).map_err(|error| {
        let port = args.port;
        Failure::machine(format!(
            "the sandbox cannot listen on port {port} ({error}): give another with --port, 0 takes a free one"
        ))
    })?;
    sandbox.set_explainer(Judge(sandbox.origin().to_owned()));
    if out.is_json() {
        out.json(&where_everything_is(&sandbox))?;
    } else {
        out.line(&format!("sandbox listening on {}", sandbox.origin()))?;
        if !args.quiet {
            out.line(&with_this_command(&sandbox))?;
            out.line(&banner(&sandbox))?;
        }
    }
    if args.open {
        let page = format!("{}/", sandbox.origin());
        if open::that_detached(&page).is_err() {
            let _ = writeln!(
                std::io::stderr(),
                "libauth: no browser could be started: open {page}"
            );
        }
    }
    if !args.until_stdin_closes {
        loop {
            std::thread::park();
        }
    }
    let mut block = [0; 1024];
    while std::io::stdin()
        .read(&mut block)
        .is_ok_and(|count| count > 0)
    {}
    Ok(Verdict::Well)
}

/// What `--json` prints: see the README of the command.
fn where_everything_is(sandbox: &Sandbox) -> Value {
    let mut bases = Map::new();
    let mut environment = Map::new();
    for Account {
        name,
        platform,
        settings,
    } in accounts()
    {
        let base_url = sandbox.base(name);
        let mut base = Map::new();
        base.insert("platform".to_owned(), json!(platform.name()));
        base.insert("base_url".to_owned(), json!(base_url));
        for (setting, value) in settings {
            base.insert(setting.to_owned(), json!(value));
        }
        if name == platform.name() {
            for (setting, value) in base.iter().skip(1) {
                let variable = format!("LIBAUTH_{name}_{setting}").to_uppercase();
                environment.insert(variable, value.clone());
            }
        }
        bases.insert(name.to_owned(), Value::Object(base));
    }
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "origin": sandbox.origin(),
        "control": format!("{}/_/", sandbox.origin()),
        "bases": bases,
        "environment": environment,
        "credentials": credentials().to_json(),
    })
}

/// What the command itself can do with a running sandbox.
fn with_this_command(sandbox: &Sandbox) -> String {
    let usual = format!("http://127.0.0.1:{USUAL_PORT}");
    let elsewhere = match sandbox.origin() == usual {
        true => String::new(),
        false => format!("  export LIBAUTH_SANDBOX={}\n", sandbox.origin()),
    };
    format!(
        "
In another terminal, with this command:

{elsewhere}  libauth token seller --sandbox
  libauth call creditpay POST /v1/any '{{\"a\":1}}' --sandbox
  libauth doctor daxpay --sandbox
  libauth webhook send creditpay PAY_SUCCESS http://127.0.0.1:8080/notify"
    )
}

/// Prints a line at once. Nobody listening is no reason to stop.
fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}
