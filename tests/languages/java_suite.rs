//! The Java binding against the sandbox: its suite, and its quickstart as a project of its own that
//! depends on the installed artifact.

use crate::languages::{documents, suite};
use libauth_sandbox as sandbox;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The first run downloads Maven's plugins.
const LIMIT: Duration = Duration::from_secs(900);

fn maven(project: &Path) -> Command {
    let mut maven = Command::new("mvn");
    maven
        .args(["--batch-mode", "--no-transfer-progress", "--file"])
        .arg(project.join("pom.xml"));
    maven.env_remove("LIBAUTH_LIBRARY");
    maven
}

/// A Java of 21 or later: the default one, or one beside it where Linux keeps them.
fn java_with_virtual_threads() -> Option<PathBuf> {
    let kept = std::fs::read_dir("/usr/lib/jvm")
        .into_iter()
        .flatten()
        .flatten();
    let mut candidates: Vec<PathBuf> = kept.map(|entry| entry.path().join("bin/java")).collect();
    candidates.sort();
    candidates.insert(0, PathBuf::from("java"));
    candidates.into_iter().find(|java| {
        let said = Command::new(java).arg("-version").output();
        said.is_ok_and(|said| major_version(&String::from_utf8_lossy(&said.stderr)) >= Some(21))
    })
}

/// The 17 of `openjdk version "17.0.15"`.
fn major_version(said: &str) -> Option<u32> {
    let version = said.split('"').nth(1)?;
    version.split(['.', '-']).next()?.parse().ok()
}

/// A repository of its own for what is installed here; whatever else Maven needs is the user's.
fn local_repository(dir: &Path) -> PathBuf {
    let repository = dir.join("repository");
    let _ = std::fs::remove_dir_all(&repository);
    std::fs::create_dir_all(&repository).expect("a folder can be made");
    #[cfg(unix)]
    if let Some(home) = std::env::home_dir() {
        let kept = std::fs::read_dir(home.join(".m2/repository"))
            .into_iter()
            .flatten()
            .flatten();
        for group in kept.filter(|entry| entry.file_name() != "libauth") {
            std::os::unix::fs::symlink(group.path(), repository.join(group.file_name()))
                .expect("a link can be made");
        }
    }
    repository
}

/// The jar of JNA that the binding asks for.
fn jna(repository: &Path) -> PathBuf {
    let pom = std::fs::read_to_string(suite::root().join("bindings/java/pom.xml")).unwrap();
    let behind = pom.split("<artifactId>jna</artifactId>").nth(1);
    let version = behind.and_then(|rest| rest.split(['<', '>']).nth(2));
    let version = version.expect("the POM names JNA's version");
    repository.join(format!("net/java/dev/jna/jna/{version}/jna-{version}.jar"))
}

/// How many tests Maven ran, by the last summary of each run; they are shown.
fn tests_run(stdout: &[u8]) -> u32 {
    let text = String::from_utf8_lossy(stdout);
    let summaries = text
        .lines()
        .filter(|line| line.contains("Tests run:") && !line.contains("Time elapsed"));
    summaries
        .map(|line| {
            println!("java: {line}");
            let number = line
                .split("Tests run: ")
                .nth(1)
                .and_then(|rest| rest.split(',').next());
            number
                .and_then(|number| number.parse::<u32>().ok())
                .expect("a summary has a number")
        })
        .sum()
}

#[test]
fn the_suite_passes_and_a_consumer_runs() {
    if !suite::has_tool("mvn", "-version", "the Java suite")
        || !suite::has_tool("javac", "-version", "the Java suite")
    {
        return;
    }
    let sandbox = sandbox::Sandbox::start();
    let installed = suite::Installed::new("java");
    let java = suite::root().join("bindings/java");
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("java");
    std::fs::create_dir_all(&dir).expect("a folder can be made");
    let build = format!("-Dlibauth.build={}", dir.join("binding").display());

    let mut command = maven(&java);
    command.arg(&build).arg("verify");
    command
        .env("LIBAUTH_SANDBOX", sandbox.origin())
        .env("LIBAUTH_LIBRARY", installed.library());
    let ran = tests_run(&suite::run(&mut command, LIMIT).stdout);
    assert!(ran > 0, "Maven ran no test");

    match java_with_virtual_threads() {
        Some(newer) => {
            let mut command = maven(&java);
            command
                .arg(&build)
                .arg(format!("-Djvm={}", newer.display()));
            command.args([
                "-Dtest=VirtualThreadsTest,ScenariosTest,HandlesTest,CallbacksTest",
                "surefire:test",
            ]);
            command
                .env("LIBAUTH_SANDBOX", sandbox.origin())
                .env("LIBAUTH_LIBRARY", installed.library());
            let ran = tests_run(&suite::run(&mut command, LIMIT).stdout);
            assert!(ran > 0, "Maven ran no test");
        }
        None => {
            eprintln!("\n*** SKIPPED: no Java 21 or later, so nothing ran on virtual threads ***\n")
        }
    }

    let local = local_repository(&dir);
    let repository = format!("-Dmaven.repo.local={}", local.display());
    let mut command = maven(&java);
    command
        .arg(&build)
        .arg(&repository)
        .args(["-DskipTests", "install"]);
    command.env("LIBAUTH_LIBRARY", installed.library());
    suite::run(&mut command, LIMIT);

    documents::run_java_blocks(&[dir.join("binding/classes"), jna(&local)], &installed);

    let quickstart = |sandbox: &str| {
        let mut command = maven(&java.join("quickstart"));
        command.arg(format!(
            "-Dquickstart.build={}",
            dir.join("quickstart").display()
        ));
        command
            .arg(&repository)
            .args(["compile", "exec:exec"])
            .env("LIBAUTH_SANDBOX", sandbox);
        command
    };
    let output = suite::run(&mut quickstart(sandbox.origin()), LIMIT);
    let printed = String::from_utf8_lossy(&output.stdout);
    for line in [
        "creditpay     http",
        "webhook       genuine PAY_SUCCESS",
        "explain       ",
        "daxpay        openId ",
        "openplatform  Access-Token for ",
        "redemption    http",
        "seller        Authorization, then served from the cache",
    ] {
        assert!(
            printed.lines().any(|printed| printed.starts_with(line)),
            "no line begins with '{line}':\n{printed}"
        );
    }

    // Nobody listens on port 1.
    let failed = quickstart("http://127.0.0.1:1")
        .stdin(Stdio::null())
        .output()
        .expect("mvn starts");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&failed.stdout),
        String::from_utf8_lossy(&failed.stderr)
    );
    assert!(!failed.status.success(), "{said}");
    assert!(said.contains("quickstart: NETWORK: creditpay"), "{said}");
}
