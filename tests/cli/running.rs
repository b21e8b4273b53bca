//! The built command: started with nothing of this machine's own settings, and never for ever.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use libauth_sandbox::{Sandbox, credentials};
use serde_json::Value;

/// No run takes longer.
pub const LIMIT: Duration = Duration::from_secs(120);

/// The command of this test run's profile.
pub fn program() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let profile = if cfg!(debug_assertions) {
            tools::Profile::Debug
        } else {
            tools::Profile::Release
        };
        tools::command(profile, None).unwrap_or_else(|e| panic!("{e}"))
    })
}

/// `libauth` with these arguments, and no settings but those that a test gives.
pub fn libauth(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments);
    for (name, _) in std::env::vars_os() {
        let shown = name.to_string_lossy();
        if shown.starts_with("LIBAUTH_") || shown == "XDG_CONFIG_HOME" || shown == "NO_COLOR" {
            command.env_remove(&name);
        }
    }
    command.env("HOME", "/nonexistent");
    command
}

/// How a run ended.
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// The one document that was printed.
    pub fn json(&self) -> Value {
        assert_eq!(self.stdout.lines().count(), 1, "{}", self.stdout);
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.stdout))
    }

    /// Fails unless it ended with this status; tells what it said.
    #[track_caller]
    pub fn ended(self, status: i32) -> Ran {
        let said = format!("{}\n{}", self.stdout, self.stderr);
        assert_eq!(self.status, status, "{said}");
        self
    }

    /// Fails unless it ended with this status and one line that has all of these words in it.
    #[track_caller]
    pub fn failed(self, status: i32, words: &[&str]) -> Ran {
        let ran = self.ended(status);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        assert!(ran.stderr.starts_with("libauth: "), "{}", ran.stderr);
        for word in words {
            assert!(ran.stderr.contains(word), "no {word} in: {}", ran.stderr);
        }
        ran
    }
}

/// Runs a command to its end with this on its standard input.
pub fn run(command: &mut Command, stdin: &[u8]) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut to = child.stdin.take().expect("a pipe");
    let stdin = stdin.to_vec();
    // A command that fails first does not read it all.
    let writing = thread::spawn(move || to.write_all(&stdin));
    let reading = [
        read_on(child.stdout.take().expect("a pipe")),
        read_on(child.stderr.take().expect("a pipe")),
    ];
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break status;
        }
        if begun.elapsed() > LIMIT {
            let _ = child.kill();
            let _ = child.wait();
            panic!("it took longer than {LIMIT:?}: {command:?}");
        }
        thread::sleep(Duration::from_millis(2));
    };
    let _ = writing.join();
    let [stdout, stderr] = reading.map(|reader| reader.join().expect("a reader ends"));
    Ran {
        status: status.code().unwrap_or(-1),
        stdout,
        stderr,
    }
}

fn read_on(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Sets the variables of an account that the sandbox knows, at this base URL.
pub fn with_account<'a>(command: &'a mut Command, name: &str, base_url: &str) -> &'a mut Command {
    for (variable, value) in account(name) {
        command.env(variable, value);
    }
    let platform = name.split('-').next().unwrap_or(name).to_uppercase();
    command.env(format!("LIBAUTH_{platform}_BASE_URL"), base_url)
}

/// The same for an account of a running sandbox.
pub fn of_sandbox(arguments: &[&str], sandbox: &Sandbox, name: &str) -> Command {
    let mut command = libauth(arguments);
    with_account(&mut command, name, &sandbox.base(name));
    command
}

/// The credentials of an account, as docs/environment.md names them.
pub fn account(name: &str) -> Vec<(&'static str, &'static str)> {
    let test = credentials();
    match name {
        "creditpay" => vec![
            ("LIBAUTH_CREDITPAY_PLAT_ID", test.creditpay_plat_id),
            ("LIBAUTH_CREDITPAY_API_KEY", test.creditpay_api_key),
            (
                "LIBAUTH_CREDITPAY_SIGNATURE_KEY",
                test.creditpay_signature_key,
            ),
        ],
        "daxpay" => vec![
            ("LIBAUTH_DAXPAY_APP_ID", test.daxpay_app_id),
            ("LIBAUTH_DAXPAY_MCH_NO", test.daxpay_mch_no),
            ("LIBAUTH_DAXPAY_SIGN_KEY", test.daxpay_sign_key),
        ],
        "daxpay-open" => vec![
            ("LIBAUTH_DAXPAY_EDITION", "open"),
            ("LIBAUTH_DAXPAY_MCH_NO", test.daxpay_open_mch_no),
            ("LIBAUTH_DAXPAY_APP_ID", test.daxpay_open_app_id),
            (
                "LIBAUTH_DAXPAY_PRIVATE_KEY",
                test.daxpay_open_private_key_pem,
            ),
            (
                "LIBAUTH_DAXPAY_PLATFORM_PUBLIC_KEY",
                test.daxpay_open_platform_public_key_pem,
            ),
        ],
        "openplatform" => vec![
            (
                "LIBAUTH_OPENPLATFORM_CLIENT_ID",
                test.openplatform_client_id,
            ),
            ("LIBAUTH_OPENPLATFORM_SECRET", test.openplatform_secret),
        ],
        "redemption" => vec![
            (
                "LIBAUTH_REDEMPTION_BUSINESS_ID",
                test.redemption_business_id,
            ),
            (
                "LIBAUTH_REDEMPTION_MERCHANT_ID",
                test.redemption_merchant_id,
            ),
            (
                "LIBAUTH_REDEMPTION_PRIVATE_KEY",
                test.redemption_merchant_private_key_pem,
            ),
            (
                "LIBAUTH_REDEMPTION_PLATFORM_PUBLIC_KEY",
                test.redemption_platform_public_key_pem,
            ),
        ],
        "seller" => vec![
            ("LIBAUTH_SELLER_ACCESS_KEY", test.seller_access_key),
            ("LIBAUTH_SELLER_SECRET_KEY", test.seller_secret_key),
        ],
        _ => panic!("the tests know no account {name}"),
    }
}

/// A folder of one test's own, removed on drop.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("libauth-cli-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a temporary folder can be made");
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file that only its owner may read, and tells where.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).expect("a temporary file can be written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let private = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(&path, private).expect("its mode can be set");
        }
        path.to_str().expect("a plain path").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
