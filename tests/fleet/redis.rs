//! A redis-server of a test's own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::languages::suite::has_tool;

pub fn is_there() -> bool {
    has_tool("redis-server", "--version", "the test of a fleet")
}

/// A folder that is removed on drop.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("libauth-{name}-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a temporary folder can be made");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}

/// A running server, killed on drop.
pub struct Redis {
    pub port: u16,
    folder: Folder,
    arguments: Vec<String>,
    process: Option<Child>,
    password: Option<String>,
}

impl Redis {
    pub fn start() -> Redis {
        Redis::with(&[])
    }

    /// With more arguments than where it is. A password among them (`--requirepass`) is used here too.
    pub fn with(arguments: &[&str]) -> Redis {
        let at = arguments.iter().position(|one| *one == "--requirepass");
        let mut redis = Redis {
            port: free_port(),
            folder: Folder::new("redis"),
            arguments: arguments.iter().map(|one| (*one).to_owned()).collect(),
            process: None,
            password: at.map(|at| arguments[at + 1].to_owned()),
        };
        redis.run();
        redis
    }

    /// Starts it, again after [`Redis::stop`].
    pub fn run(&mut self) {
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--port", &self.port.to_string()])
            .args(["--enable-debug-command", "yes", "--dir"])
            .arg(&self.folder.0)
            .arg("--unixsocket")
            .arg(self.socket())
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.process = Some(command.spawn().expect("redis-server starts"));
        let started = Instant::now();
        while self.try_ask(&["PING"]).is_none_or(|pong| pong != "PONG") {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "redis-server does not answer"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.0.join("redis.sock")
    }

    fn try_ask(&self, words: &[&str]) -> Option<String> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .ok()?;
        let mut reader = BufReader::new(stream);
        if let Some(password) = &self.password {
            send(reader.get_mut(), &["AUTH", password]).ok()?;
            receive(&mut reader)?;
        }
        send(reader.get_mut(), words).ok()?;
        receive(&mut reader)
    }

    /// What the server answers: a list as its items, one a line.
    pub fn ask(&self, words: &[&str]) -> String {
        self.try_ask(words)
            .unwrap_or_else(|| panic!("no answer to {words:?}"))
    }

    /// The keys that begin with this.
    pub fn keys(&self, start: &str) -> Vec<String> {
        let found = self.ask(&["KEYS", &format!("{start}*")]);
        found.lines().map(str::to_owned).collect()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}

fn send(stream: &mut TcpStream, words: &[&str]) -> std::io::Result<()> {
    let mut text = format!("*{}\r\n", words.len());
    for word in words {
        text += &format!("${}\r\n{word}\r\n", word.len());
    }
    stream.write_all(text.as_bytes())
}

fn receive(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (kind, rest) = line.trim_end().split_at_checked(1)?;
    match kind {
        "+" | ":" | "-" => Some(rest.to_owned()),
        "$" => {
            let Ok(length) = rest.parse::<usize>() else {
                return Some(String::new());
            };
            let mut bytes = vec![0; length + 2];
            reader.read_exact(&mut bytes).ok()?;
            Some(String::from_utf8_lossy(&bytes[..length]).into_owned())
        }
        "*" => {
            let many: usize = rest.parse().ok()?;
            let items: Option<Vec<String>> = (0..many).map(|_| receive(reader)).collect();
            Some(items?.join("\n"))
        }
        _ => None,
    }
}
