//! A headless Chromium, driven over its DevTools pipe: JSON messages, each ended by a zero byte.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(60);

/// One tab of a browser of its own, which ends with it.
pub struct Browser {
    child: Child,
    commands: ChildStdin,
    messages: Receiver<Value>,
    session: Option<String>,
    last: u64,
    profile: PathBuf,
}

impl Browser {
    /// `None` when there is no Chromium, said loudly; with `CI=true` that is a failure.
    pub fn start(name: &str) -> Option<Browser> {
        let path = std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
        let found = Command::new(&path)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !found.is_ok_and(|status| status.success()) {
            let is_ci = std::env::var("CI").as_deref() == Ok("true");
            assert!(!is_ci, "{path} is missing, which the page's tests need");
            eprintln!("\n*** SKIPPED: {path} is missing, so the page was not tested ***\n");
            return None;
        }
        let profile = std::env::temp_dir().join(format!(
            "libauth-sandbox-browser-{name}-{}",
            std::process::id()
        ));
        // The pipe is at descriptors 3 and 4.
        let mut child = Command::new("sh")
            .args([
                "-c",
                r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#,
            ])
            .arg(&path)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
            ])
            .args(["--no-first-run", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-sync"])
            .args(["--disable-dev-shm-usage", "--remote-debugging-pipe"])
            .args(["--proxy-server=direct://", "--window-size=1400,1000"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh starts");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (send, messages) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while output
                .read_until(0, &mut message)
                .is_ok_and(|count| count > 0)
            {
                message.pop();
                let json = serde_json::from_slice(&message).unwrap_or_default();
                if send.send(json).is_err() {
                    break;
                }
                message.clear();
            }
        });
        let commands = child.stdin.take().expect("a pipe");
        let mut browser = Browser {
            child,
            commands,
            messages,
            session: None,
            last: 0,
            profile,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = browser.call("Target.attachToTarget", attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        Some(browser)
    }

    /// A DevTools call.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.commands.write_all(&bytes).expect("the browser reads");
        loop {
            let answer = self.messages.recv_timeout(LIMIT).expect(method);
            if answer["id"] == self.last {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    pub fn open(&mut self, url: &str) {
        self.call("Page.navigate", json!({"url": url}));
        self.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /// The value of an expression, promises awaited.
    pub fn value(&mut self, expression: &str) -> Value {
        let parameters =
            json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let result = self.call("Runtime.evaluate", parameters);
        assert!(
            result.get("exceptionDetails").is_none(),
            "{expression}: {result}"
        );
        result["result"]["value"].clone()
    }

    pub fn text(&mut self, selector: &str) -> String {
        let value = self.value(&format!(
            "document.querySelector({selector:?})?.textContent"
        ));
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an expression is true; bounded.
    #[track_caller]
    pub fn wait_for(&mut self, expression: &str) {
        let started = Instant::now();
        while self.value(expression) != json!(true) {
            if started.elapsed() > LIMIT {
                let body = self.value("document.body.innerText.slice(0, 1500)");
                panic!("never true: {expression}\n{body}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses a key where the focus is.
    pub fn press(&mut self, key: &str, code: u32) {
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Keeps a picture where `LIBAUTH_SCREENSHOTS` says, if it does.
    pub fn picture(&mut self, name: &str) {
        use base64::Engine as _;
        let Some(folder) = std::env::var_os("LIBAUTH_SCREENSHOTS") else {
            return;
        };
        let shot = self.call("Page.captureScreenshot", json!({"format": "png"}));
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(shot["data"].as_str().unwrap_or_default())
            .expect("base64");
        let path = PathBuf::from(folder).join(format!("{name}.png"));
        std::fs::write(path, bytes).expect("a picture can be written");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
