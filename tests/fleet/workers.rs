//! The processes of a fleet: programs in C, Python and Java that share nothing but a Redis and the platform.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::redis::Redis;
use crate::languages::python_suite;
use crate::languages::suite::{Installed, c_compiler, compile, has_tool, root, run};
use crate::support::CREDENTIALS;
use crate::support::sandbox::Scope;

/// Longer than anything here takes, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    C,
    Python,
    Java,
}

pub fn sources() -> PathBuf {
    root().join("tests/fleet/workers")
}

/// The library, and the programs in C that use it.
pub fn built() -> Option<&'static Installed> {
    static BUILT: OnceLock<Option<Installed>> = OnceLock::new();
    let build = || {
        let has_hiredis = Command::new("pkg-config")
            .args(["--exists", "hiredis"])
            .status();
        let is_there = has_tool(&c_compiler(), "--version", "the test of a fleet")
            && (has_hiredis.is_ok_and(|status| status.success())
                || has_tool("hiredis (libhiredis-dev)", "", "the test of a fleet"));
        is_there.then(|| {
            let installed = Installed::new("fleet");
            let adapter = root().join("bindings/c/redis");
            for program in ["worker", "messages"] {
                let files = [
                    sources().join(format!("{program}.c")),
                    adapter.join("libauth_redis.c"),
                ];
                let include = format!("-I{}", adapter.display());
                let flags = [
                    "-std=c11",
                    "-O1",
                    "-g",
                    "-Wall",
                    "-Wextra",
                    "-pedantic",
                    "-Werror",
                    "-pthread",
                    &include,
                    "-lhiredis",
                ];
                let to = installed.dir().join(program);
                compile(&c_compiler(), &files, &flags, &installed, &to);
            }
            installed
        })
    };
    BUILT.get_or_init(build).as_ref()
}

/// The class path of the worker in Java; `None` when Java or Maven is missing.
fn java() -> Option<&'static str> {
    static PATH: OnceLock<Option<String>> = OnceLock::new();
    let build = || {
        let are_there = has_tool("mvn", "-version", "the fleet's processes in Java")
            && has_tool("javac", "-version", "the fleet's processes in Java");
        are_there.then(|| class_path(built()?)).flatten()
    };
    PATH.get_or_init(build).as_deref()
}

fn class_path(installed: &Installed) -> Option<String> {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fleet-java");
    let repository = kept.join("repository");
    std::fs::create_dir_all(&repository).ok()?;
    let own = std::env::home_dir()?.join(".m2/repository");
    for group in std::fs::read_dir(own).into_iter().flatten().flatten() {
        if group.file_name() != "libauth" {
            let _ = std::os::unix::fs::symlink(group.path(), repository.join(group.file_name()));
        }
    }
    let limit = Duration::from_secs(600);
    let maven = |project: &str, goals: &[&str]| {
        let mut maven = Command::new("mvn");
        maven
            .args(["--batch-mode", "--quiet", "--file"])
            .arg(root().join(project).join("pom.xml"))
            .arg(format!("-Dmaven.repo.local={}", repository.display()))
            .arg(format!(
                "-Dlibauth.build={}",
                kept.join(project.replace('/', "-")).display()
            ))
            .args(goals)
            .env("LIBAUTH_LIBRARY", installed.library());
        run(&mut maven, limit);
    };
    let list = kept.join("class-path");
    let output = format!("-Dmdep.outputFile={}", list.display());
    maven("bindings/java", &["-DskipTests", "install"]);
    maven(
        "bindings/java/redis",
        &["package", "dependency:build-classpath", &output],
    );
    let classes = kept.join("bindings-java-redis/classes");
    let jars = std::fs::read_to_string(list).ok()?;
    let path = format!("{}:{}", classes.display(), jars.trim());
    let to = kept.join("worker");
    let mut javac = Command::new("javac");
    javac
        .args(["-Xlint:all", "-Werror", "-cp", &path, "-d"])
        .arg(&to)
        .arg(sources().join("Worker.java"));
    run(&mut javac, limit);
    Some(format!("{}:{path}", to.display()))
}

/// A process of the fleet, killed on drop.
pub struct Worker {
    pub language: Language,
    process: Child,
    orders: Option<ChildStdin>,
    said: Receiver<String>,
    /// What it logged, and what its adapter ran into.
    pub log: Vec<String>,
}

/// How a process is started.
#[derive(Clone)]
pub struct Setting {
    pub base: String,
    pub environment: Vec<(&'static str, String)>,
}

impl Setting {
    /// Over TCP, with one key, and patient enough for a machine that does other things too.
    pub fn new(scope: &Scope, redis: &Redis) -> Setting {
        let setting = Setting {
            base: scope.base("seller"),
            environment: Vec::new(),
        };
        setting
            .with("REDIS_HOST", "127.0.0.1")
            .with("REDIS_PORT", redis.port)
            .with("KEY_1", "first")
            .with("STORE_TIMEOUT_MS", 3_000)
            .with("TIMEOUT_MS", 40_000)
    }

    pub fn at(mut self, base: String) -> Setting {
        self.base = base;
        self
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Setting {
        self.environment.retain(|(other, _)| *other != name);
        self.environment.push((name, value.to_string()));
        self
    }
}

impl Worker {
    /// `None` when the language's tools are missing, which was said.
    pub fn start(language: Language, setting: &Setting) -> Option<Worker> {
        let installed = built()?;
        let mut command = match language {
            Language::C => Command::new(installed.dir().join("worker")),
            Language::Python => {
                let mut python = Command::new(python_suite::python()?);
                python.arg(sources().join("worker.py"));
                python.env("PYTHONPATH", root().join("bindings/python/src"));
                python.env("PYTHONDONTWRITEBYTECODE", "1");
                python
            }
            Language::Java => {
                let mut java = Command::new("java");
                java.args([
                    "-Xmx64m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    self::java()?,
                    "Worker",
                ]);
                java
            }
        };
        command
            .env("LIBAUTH_LIBRARY", installed.library())
            .env("BASE", &setting.base)
            .env("ACCESS_KEY", CREDENTIALS.seller_access_key)
            .env("SECRET_KEY", CREDENTIALS.seller_secret_key)
            .envs(
                setting
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut process = command.spawn().expect("a process starts");
        let (sender, said) = channel();
        let output = process.stdout.take().expect("its output is piped");
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut worker = Worker {
            language,
            orders: process.stdin.take(),
            process,
            said,
            log: Vec::new(),
        };
        assert_eq!(worker.answer(), "ready", "{language:?}");
        Some(worker)
    }

    pub fn order(&mut self, line: &str) {
        let orders = self.orders.as_mut().expect("it is running");
        writeln!(orders, "{line}").expect("it is running");
    }

    /// The next line that is an answer.
    pub fn answer(&mut self) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(left) {
                Ok(line) if line.starts_with("log ") || line.starts_with("problem ") => {
                    self.log.push(line);
                }
                Ok(line) => return line,
                Err(e) => panic!("{:?} says nothing ({e}): {:?}", self.language, self.log),
            }
        }
    }

    pub fn ask(&mut self, line: &str) -> String {
        self.order(line);
        self.answer()
    }

    /// The token and whether it is degraded.
    pub fn token(&mut self) -> (String, bool) {
        let answer = self.ask("token");
        let words: Vec<&str> = answer.split(' ').collect();
        match words[..] {
            ["token", value, degraded] => (value.to_owned(), degraded == "1"),
            _ => panic!("{:?}: {answer}, {:?}", self.language, self.log),
        }
    }

    #[track_caller]
    pub fn call(&mut self) {
        let answer = self.ask("call");
        assert_eq!(answer, "ok", "{:?}: {:?}", self.language, self.log);
    }

    pub fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        run(
            Command::new("kill").args(["-s", name, &id]),
            Duration::from_secs(10),
        );
    }

    pub fn has_logged(&self, text: &str) -> bool {
        self.log.iter().any(|line| line.contains(text))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// So many processes of each language that is there.
pub fn fleet(numbers: &[(Language, usize)], setting: impl Fn(usize) -> Setting) -> Vec<Worker> {
    let languages = numbers
        .iter()
        .flat_map(|(language, number)| std::iter::repeat_n(*language, *number));
    let workers = languages
        .enumerate()
        .filter_map(|(i, language)| Worker::start(language, &setting(i)));
    workers.collect()
}

/// All of them do it at once; what each answers.
pub fn all(workers: &mut [Worker], line: &str) -> Vec<String> {
    workers.iter_mut().for_each(|worker| worker.order(line));
    workers.iter_mut().map(Worker::answer).collect()
}
