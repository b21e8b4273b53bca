//! What the suites of the other languages need: the library as they link it, their tool chains,
//! and a bound on how long they may take.

#![allow(dead_code)]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder with `libauth.so` and `libauth.a` of this test run's profile, under the names that are installed:
/// linked as they are shipped.
pub fn library_dir() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let profile = if cfg!(debug_assertions) {
            tools::Profile::Debug
        } else {
            tools::Profile::Release
        };
        tools::library(profile, None, None).unwrap_or_else(|e| panic!("{e}"))
    })
}

/// A folder with a copy of it, beside which a test can put what it makes. It is removed on drop.
pub struct Installed {
    dir: PathBuf,
}

impl Installed {
    pub fn new(name: &str) -> Installed {
        let dir = std::env::temp_dir().join(format!("libauth-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).expect("a temporary folder can be made");
        for entry in std::fs::read_dir(library_dir()).expect("the library was laid out") {
            let entry = entry.expect("the library was laid out");
            std::fs::copy(entry.path(), dir.join(entry.file_name()))
                .expect("the library can be copied");
        }
        Installed { dir }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The shared library itself.
    pub fn library(&self) -> PathBuf {
        self.dir.join(format!(
            "{}auth{}",
            std::env::consts::DLL_PREFIX,
            std::env::consts::DLL_SUFFIX
        ))
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Whether a tool can be started. One that is missing is said loudly; with `CI=true` it is a failure.
pub fn has_tool(tool: &str, version_argument: &str, what_for: &str) -> bool {
    let started = Command::new(tool)
        .arg(version_argument)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if started.is_ok_and(|status| status.success()) {
        return true;
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "{tool} is missing, which {what_for} needs"
    );
    eprintln!("\n*** SKIPPED: {tool} is missing, so {what_for} did not run ***\n");
    false
}

/// The C compiler and the C++ compiler, as `CC` and `CXX` or the system name them.
pub fn c_compiler() -> String {
    std::env::var("CC").unwrap_or_else(|_| "cc".to_owned())
}

pub fn cxx_compiler() -> String {
    std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned())
}

/// Runs a command to its end, or for `limit` at most; its whole output is shown when it fails.
pub fn run(command: &mut Command, limit: Duration) -> Output {
    let shown = command.get_program().to_string_lossy().into_owned();
    let out = tempfile("out");
    let err = tempfile("err");
    let open = |path: &Path| std::fs::File::create(path).expect("a temporary file can be made");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(open(&out))
        .stderr(open(&err))
        .spawn()
        .unwrap_or_else(|e| panic!("{shown} does not start: {e}"));
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break Some(status);
        }
        if started.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            break None;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let read = |path: &Path| std::fs::read(path).unwrap_or_default();
    let (stdout, stderr) = (read(&out), read(&err));
    let _ = std::fs::remove_file(&out);
    let _ = std::fs::remove_file(&err);
    let text = || {
        format!(
            "{}\n{}",
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr)
        )
    };
    let Some(status) = status else {
        panic!("{shown} took longer than {limit:?}:\n{}", text())
    };
    assert!(status.success(), "{shown} ended with {status}:\n{}", text());
    Output {
        status,
        stdout,
        stderr,
    }
}

fn tempfile(kind: &str) -> PathBuf {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("libauth-{}-{number}.{kind}", std::process::id()))
}

/// Compiles and links a C or C++ program against the installed shared library.
pub fn compile<S: AsRef<OsStr>>(
    compiler: &str,
    sources: &[PathBuf],
    flags: &[S],
    installed: &Installed,
    program: &Path,
) {
    let mut command = Command::new(compiler);
    // Such as -fsanitize=…, from .ci.
    let more = std::env::var("LIBAUTH_TEST_CFLAGS").unwrap_or_default();
    command.args(more.split_whitespace());
    // A library counts for what stands before it.
    let is_library = |flag: &&S| flag.as_ref().to_string_lossy().starts_with("-l");
    let (libraries, flags): (Vec<&S>, Vec<&S>) = flags.iter().partition(is_library);
    command
        .args(flags)
        .arg("-I")
        .arg(root().join("include"))
        .args(sources);
    command
        .arg("-L")
        .arg(installed.dir())
        .arg("-lauth")
        .args(libraries)
        .arg(format!("-Wl,-rpath,{}", installed.dir().display()));
    command.arg("-o").arg(program);
    run(&mut command, Duration::from_secs(120));
}
