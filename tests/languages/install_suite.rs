//! libauth as it is installed: programs in C and C++ that find it through pkg-config and CMake, shared and static.

use crate::languages::{documents, suite};
use libauth_sandbox as sandbox;

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sandbox::Sandbox;
use suite::{c_compiler, cxx_compiler, has_tool, library_dir, root, run};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const LIMIT: Duration = Duration::from_secs(300);

/// A temporary folder, removed on drop.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("libauth-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a temporary folder can be made");
        Folder(path)
    }

    fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.join(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn install_sh() -> Command {
    let mut command = Command::new("sh");
    command.arg(root().join("bindings/install.sh"));
    for name in ["DESTDIR", "LIBAUTH_BUILT", "LIBDIR"] {
        command.env_remove(name);
    }
    command
}

/// Installs the library of this test run, and moves it elsewhere: an installation finds its own way.
fn install(folder: &Folder) -> PathBuf {
    let first = folder.join("first");
    run(
        install_sh().arg(&first).env("LIBAUTH_BUILT", library_dir()),
        LIMIT,
    );
    let prefix = folder.join("moved/prefix");
    std::fs::create_dir_all(folder.join("moved")).unwrap();
    std::fs::rename(first, &prefix).expect("an installation can be moved");
    prefix
}

fn text(command: &mut Command) -> String {
    String::from_utf8(run(command, LIMIT).stdout)
        .expect("it prints text")
        .trim()
        .to_owned()
}

/// Runs a consumer: header and library are of this version, and a token comes.
fn check_consumer(program: &Path, sandbox: &Sandbox) {
    let test = sandbox::credentials();
    let said = text(
        Command::new(program)
            .env("LIBAUTH_SELLER_BASE_URL", sandbox.base("seller"))
            .env("LIBAUTH_SELLER_ACCESS_KEY", test.seller_access_key)
            .env("LIBAUTH_SELLER_SECRET_KEY", test.seller_secret_key),
    );
    assert!(
        said.starts_with(&format!("header {VERSION} {VERSION} library {VERSION}\n")),
        "{said}"
    );
    assert!(said.contains("Authorization: "), "{said}");
}

/// Whether a program asks for libauth.so.0.2 at run time.
fn asks_for_the_shared_library(program: &Path) -> bool {
    let said = text(Command::new("readelf").arg("-d").arg(program));
    assert!(said.contains("NEEDED"), "{said}");
    let asks = said.contains("[libauth.so");
    assert_eq!(asks, said.contains("[libauth.so.0.2]"), "{said}");
    asks
}

fn pkg_config(prefix: &Path, arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new("pkg-config");
    command
        .env("PKG_CONFIG_LIBDIR", prefix.join("lib/pkgconfig"))
        .env_remove("PKG_CONFIG_PATH");
    text(command.args(arguments).arg("libauth"))
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

/// A consumer in C and one in C++ with these flags, and libraries behind the source.
fn build_consumers<S: AsRef<OsStr>>(
    folder: &Folder,
    name: &str,
    flags: &[S],
    libraries: &[S],
) -> Vec<PathBuf> {
    let mut programs = Vec::new();
    for (compiler, source, dialect) in [
        (c_compiler(), "consumer.c", "-std=c99"),
        (cxx_compiler(), "consumer.cpp", "-std=c++11"),
    ] {
        let program = folder.join(format!("{name}-{source}.out"));
        let mut command = Command::new(compiler);
        command
            .args([dialect, "-Wall", "-Wextra", "-pedantic", "-Werror"])
            .args(flags);
        command
            .arg(root().join("tests/languages/install").join(source))
            .args(libraries)
            .arg("-o")
            .arg(&program);
        run(&mut command, LIMIT);
        programs.push(program);
    }
    programs
}

fn has_compilers(what_for: &str) -> bool {
    has_tool(&c_compiler(), "--version", what_for)
        && has_tool(&cxx_compiler(), "--version", what_for)
}

#[cfg(target_os = "linux")]
#[test]
fn pkg_config_shared_and_static() {
    if !has_compilers("the installation")
        || !has_tool("pkg-config", "--version", "the installation")
    {
        return;
    }
    let folder = Folder::new("pkg-config");
    let prefix = install(&folder);
    let sandbox = Sandbox::start();
    assert_eq!(pkg_config(&prefix, &["--modversion"]), [VERSION]);
    let cflags = pkg_config(&prefix, &["--cflags"]);

    let rpath = format!("-Wl,-rpath,{}", prefix.join("lib").display());
    let shared: Vec<String> = pkg_config(&prefix, &["--libs"])
        .into_iter()
        .chain([rpath])
        .collect();
    for program in build_consumers(&folder, "shared", &cflags, &shared) {
        assert!(asks_for_the_shared_library(&program));
        check_consumer(&program, &sandbox);
    }
    // As the README says, where both libraries are installed.
    let libraries: Vec<String> = pkg_config(&prefix, &["--static", "--libs"])
        .into_iter()
        .map(|library| library.replace("-lauth", "-l:libauth.a"))
        .collect();
    for program in build_consumers(&folder, "static", &cflags, &libraries) {
        assert!(!asks_for_the_shared_library(&program));
        check_consumer(&program, &sandbox);
    }
    // The list of system libraries is whole: nothing that the compiler adds by itself is needed.
    let exact = folder.join("exact");
    let mut command = Command::new(c_compiler());
    command
        .args(&cflags)
        .arg(root().join("tests/languages/install/consumer.c"));
    command.arg("-nodefaultlibs").args(&libraries);
    run(command.arg("-o").arg(&exact), LIMIT);
    check_consumer(&exact, &sandbox);
    // And where there is only the static one.
    for name in ["libauth.so", "libauth.so.0.2"] {
        std::fs::remove_file(prefix.join("lib").join(name)).unwrap();
    }
    let libraries = pkg_config(&prefix, &["--static", "--libs"]);
    for program in build_consumers(&folder, "alone", &cflags, &libraries) {
        assert!(!asks_for_the_shared_library(&program));
        check_consumer(&program, &sandbox);
    }
}

/// Configures a project that does nothing but look for libauth; gives what CMake said, and whether it was found.
fn find_package(folder: &Folder, prefix: &Path, arguments: &str) -> (bool, String) {
    let source = folder.join("look");
    std::fs::create_dir_all(&source).unwrap();
    let _ = std::fs::remove_dir_all(folder.join("looked"));
    let project = format!(
        "cmake_minimum_required(VERSION 3.16)\nproject(look LANGUAGES NONE)\n{arguments}\nmessage(STATUS \"found ${{libauth_VERSION}}\")\n"
    );
    std::fs::write(source.join("CMakeLists.txt"), project).unwrap();
    let mut command = Command::new("cmake");
    command
        .arg("-S")
        .arg(source)
        .arg("-B")
        .arg(folder.join("looked"));
    let output = command
        .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()))
        .output()
        .expect("cmake runs");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    // CMake breaks lines where it likes.
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    (output.status.success(), said)
}

#[cfg(target_os = "linux")]
#[test]
fn cmake_shared_and_static() {
    if !has_compilers("the CMake package") || !has_tool("cmake", "--version", "the CMake package") {
        return;
    }
    let folder = Folder::new("cmake");
    let prefix = install(&folder);
    let sandbox = Sandbox::start();
    for use_static in [false, true] {
        let build = folder.join(format!("build-{use_static}"));
        let mut configure = Command::new("cmake");
        configure
            .arg("-S")
            .arg(root().join("tests/languages/install"))
            .arg("-B")
            .arg(&build);
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
        configure.arg(format!("-DCMAKE_C_COMPILER={}", c_compiler()));
        configure.arg(format!("-DCMAKE_CXX_COMPILER={}", cxx_compiler()));
        configure.arg(format!(
            "-Dlibauth_USE_STATIC_LIBS={}",
            if use_static { "ON" } else { "OFF" }
        ));
        run(&mut configure, LIMIT);
        let kinds: &[&str] = if use_static {
            &["libauth"]
        } else {
            &["shared", "static", "libauth"]
        };
        for kind in kinds {
            for language in ["c", "cpp"] {
                let target = format!("{language}_{kind}");
                run(
                    Command::new("cmake")
                        .arg("--build")
                        .arg(&build)
                        .args(["--target", &target]),
                    LIMIT,
                );
                let program = build.join(&target);
                assert_eq!(
                    asks_for_the_shared_library(&program),
                    *kind != "static" && !use_static,
                    "{target}"
                );
                check_consumer(&program, &sandbox);
            }
        }
    }

    let [major, minor, patch] = *VERSION.split('.').collect::<Vec<_>>() else {
        panic!("three numbers")
    };
    let (major, minor, patch): (u32, u32, u32) = (
        major.parse().unwrap(),
        minor.parse().unwrap(),
        patch.parse().unwrap(),
    );
    let mut lookups = vec![
        (String::new(), true),
        (format!("{major}"), true),
        (format!("{major}.{minor}"), true),
        (VERSION.to_owned(), true),
        (format!("{VERSION} EXACT"), true),
        (format!("{major}.{minor}.{}", patch + 1), false),
        (format!("{major}.{}", minor + 1), false),
        (format!("{}.0", major + 1), false),
    ];
    if minor > 0 {
        lookups.push((format!("{major}.{}", minor - 1), major > 0));
    }
    for (wanted, fits) in lookups {
        let (found, said) = find_package(
            &folder,
            &prefix,
            &format!("find_package(libauth {wanted} REQUIRED)"),
        );
        assert_eq!(found, fits, "find_package(libauth {wanted}):\n{said}");
        assert!(
            !found || said.contains(&format!("found {VERSION}")),
            "{said}"
        );
    }
    // What is not installed is said.
    std::fs::remove_file(prefix.join("lib/libauth.a")).unwrap();
    let (found, said) = find_package(
        &folder,
        &prefix,
        "find_package(libauth REQUIRED COMPONENTS static)",
    );
    assert!(!found && said.contains("has no static libauth"), "{said}");
    let (found, said) = find_package(
        &folder,
        &prefix,
        "set(libauth_USE_STATIC_LIBS ON)\nfind_package(libauth REQUIRED)",
    );
    assert!(!found && said.contains("has no static libauth"), "{said}");
    assert!(
        find_package(
            &folder,
            &prefix,
            "find_package(libauth REQUIRED COMPONENTS shared)"
        )
        .0
    );
}

/// The lines of the documents that link a program, as they stand there.
#[cfg(target_os = "linux")]
#[test]
fn the_documents_lines_link_a_program() {
    let what_for = "the documents' lines that link";
    if !has_compilers(what_for)
        || !has_tool("pkg-config", "--version", what_for)
        || !has_tool("cmake", "--version", what_for)
    {
        return;
    }
    let folder = Folder::new("documents-install");
    let prefix = install(&folder);
    let sandbox = Sandbox::start();
    let consumers = root().join("tests/languages/install");
    for name in ["c", "cpp"] {
        let from = consumers.join("consumer").with_extension(name);
        std::fs::copy(from, folder.join("program").with_extension(name)).unwrap();
    }
    let mut lines = 0;
    for block in documents::blocks("sh") {
        let links = |line: &&str| line.starts_with("cc ") || line.starts_with("c++ ");
        for line in block.code.lines().filter(links) {
            println!("{}: {line}", block.place);
            let _ = std::fs::remove_file(folder.join("a.out"));
            let mut shell = Command::new("sh");
            shell.args(["-c", line]).current_dir(&folder.0);
            shell.env("PKG_CONFIG_LIBDIR", prefix.join("lib/pkgconfig"));
            shell.env("LD_RUN_PATH", prefix.join("lib"));
            run(&mut shell, LIMIT);
            check_consumer(&folder.join("a.out"), &sandbox);
            lines += 1;
        }
    }
    assert!(lines > 0, "no line was found");
    for (number, block) in documents::blocks("cmake").iter().enumerate() {
        println!("{}", block.place);
        let project = folder.join(format!("project{number}"));
        std::fs::create_dir_all(&project).unwrap();
        std::fs::copy(folder.join("program.c"), project.join("program.c")).unwrap();
        // The target has to be there before the block's line that links it.
        let text = format!(
            "cmake_minimum_required(VERSION 3.16)\nproject(program C)\nadd_executable(program program.c)\n{}",
            block.code
        );
        std::fs::write(project.join("CMakeLists.txt"), text).unwrap();
        let mut configure = Command::new("cmake");
        configure.arg("-S").arg(&project).arg("-B").arg(&project);
        run(
            configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())),
            LIMIT,
        );
        run(Command::new("cmake").arg("--build").arg(&project), LIMIT);
        check_consumer(&project.join("program"), &sandbox);
    }
}

/// The whole way of the script, with a cargo that only pretends to build.
#[cfg(target_os = "linux")]
#[test]
fn the_script_builds_and_installs_the_same_files_everywhere() {
    let folder = Folder::new("script");
    let cargo = folder.join("cargo");
    let pretend = "#!/bin/sh\nset -e\necho \"$@\" > \"$CARGO_TARGET_DIR/asked\"\npwd >> \"$CARGO_TARGET_DIR/asked\"\n\
                   for name in libauth.so libauth.a; do echo $name > \"$CARGO_TARGET_DIR/$name\"; done\n\
                   echo \"$CARGO_TARGET_DIR\"\n";
    std::fs::write(&cargo, pretend).unwrap();
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    let target = folder.join("target dir");
    std::fs::create_dir_all(&target).unwrap();
    let mut command = install_sh();
    command
        .env("CARGO", &cargo)
        .env("CARGO_TARGET_DIR", &target)
        .env("DESTDIR", folder.join("dest"));
    run(command.arg("/usr/local"), LIMIT);
    // Again, over what is there; and to a relative prefix with a space.
    run(command.current_dir(&folder.0), LIMIT);
    let mut relative = install_sh();
    relative
        .env("CARGO", &cargo)
        .env("CARGO_TARGET_DIR", &target)
        .current_dir(&folder.0);
    run(relative.arg("a prefix"), LIMIT);

    let asked = std::fs::read_to_string(target.join("asked")).unwrap();
    assert_eq!(
        asked,
        format!(
            "run --quiet --package tools -- library --release\n{}\n",
            root().display()
        )
    );
    for prefix in [folder.join("dest/usr/local"), folder.join("a prefix")] {
        let mut expected = installed("lib");
        expected.sort();
        let mut found = files(&prefix, &prefix);
        found.sort();
        assert_eq!(found, expected);
        let link = |name: &str| {
            std::fs::read_link(prefix.join("lib").join(name))
                .unwrap()
                .display()
                .to_string()
        };
        assert_eq!(
            (link("libauth.so"), link("libauth.so.0.2")),
            ("libauth.so.0.2".to_owned(), format!("libauth.so.{VERSION}"))
        );
        let mode = |name: &str| {
            std::fs::metadata(prefix.join(name))
                .unwrap()
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(
            (
                mode("lib/libauth.so"),
                mode("lib/libauth.a"),
                mode("include/libauth.h")
            ),
            (0o755, 0o644, 0o644)
        );
        let pc = std::fs::read_to_string(prefix.join("lib/pkgconfig/libauth.pc")).unwrap();
        assert!(
            pc.contains(&format!("\nVersion: {VERSION}\n")) && !pc.contains("/usr/local"),
            "{pc}"
        );
    }
    for arguments in [&[][..], &["--target"], &["uninstall"], &["--no", "/usr"]] {
        let refused = install_sh().args(arguments).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).starts_with("usage: "));
    }
}

/// What is installed where there is no command, with the libraries in a folder of that name.
fn installed(libdir: &str) -> Vec<String> {
    let mut names: Vec<String> = [
        "include/libauth.h",
        "include/libauth.hpp",
        "share/doc/libauth/CHANGELOG.md",
        "share/doc/libauth/LICENSE",
        "share/doc/libauth/README.md",
        "share/doc/libauth/examples/offline_curl.c",
        "share/doc/libauth/examples/pkcs11.c",
        "share/doc/libauth/examples/quickstart.c",
        "share/doc/libauth/examples/quickstart.cpp",
        "share/man/man3/libauth.3",
        "share/man/man3/libauth_creditpay.3",
        "share/man/man3/libauth_daxpay.3",
        "share/man/man3/libauth_openplatform.3",
        "share/man/man3/libauth_redemption.3",
        "share/man/man3/libauth_seller.3",
    ]
    .map(str::to_owned)
    .into();
    for name in [
        "cmake/libauth/libauthConfig.cmake",
        "cmake/libauth/libauthConfigVersion.cmake",
        "libauth.a",
        "libauth.so",
        "libauth.so.0.2",
        &format!("libauth.so.{VERSION}"),
        "pkgconfig/libauth.pc",
    ] {
        names.push(format!("{libdir}/{name}"));
    }
    names
}

/// Distributions keep libraries elsewhere: pkg-config and CMake find them there, and what is removed is what was put.
#[cfg(target_os = "linux")]
#[test]
fn other_folders_of_libraries_and_back() {
    if !has_compilers("the installation")
        || !has_tool("pkg-config", "--version", "the installation")
        || !has_tool("cmake", "--version", "the installation")
    {
        return;
    }
    let folder = Folder::new("libdir");
    let sandbox = Sandbox::start();
    for libdir in ["lib64", "lib/x86_64-linux-gnu"] {
        let prefix = folder.join(libdir.replace('/', "-"));
        std::fs::create_dir_all(&prefix).unwrap();
        std::fs::write(prefix.join("mine"), "somebody else's").unwrap();
        let script = |arguments: &[&OsStr]| {
            let mut script = install_sh();
            script.args(arguments).env("LIBDIR", libdir);
            run(script.env("LIBAUTH_BUILT", library_dir()), LIMIT);
        };
        script(&[prefix.as_os_str()]);
        let mut found = files(&prefix, &prefix);
        let mut expected = installed(libdir);
        expected.push("mine".to_owned());
        found.sort();
        expected.sort();
        assert_eq!(found, expected);

        let pc = prefix.join(libdir).join("pkgconfig");
        let mut pkg_config = Command::new("pkg-config");
        pkg_config.env("PKG_CONFIG_LIBDIR", &pc);
        let flags = text(pkg_config.args(["--cflags", "--libs", "libauth"]));
        let flags: Vec<String> = flags
            .split_whitespace()
            .map(str::to_owned)
            .chain([format!("-Wl,-rpath,{}", prefix.join(libdir).display())])
            .collect();
        for program in build_consumers(&folder, "libdir", &[], &flags) {
            check_consumer(&program, &sandbox);
        }
        let (found, said) = find_package(
            &folder,
            &prefix,
            &format!(
                "set(CMAKE_LIBRARY_ARCHITECTURE x86_64-linux-gnu)\nset(libauth_DIR \"{}\")\nfind_package(libauth REQUIRED COMPONENTS shared static)",
                prefix.join(libdir).join("cmake/libauth").display()
            ),
        );
        assert!(
            found && said.contains(&format!("found {VERSION}")),
            "{said}"
        );

        script(&["uninstall".as_ref(), prefix.as_os_str()]);
        assert_eq!(files(&prefix, &prefix), ["mine"]);
    }
    let mut outside = install_sh();
    let refused = outside.arg(folder.join("x")).env("LIBDIR", "../elsewhere");
    let refused = refused.output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("LIBDIR=../elsewhere is not below"));
}

/// A project that brings libauth along, with add_subdirectory and with FetchContent.
#[cfg(target_os = "linux")]
#[test]
fn cmake_brings_it_along() {
    if !has_compilers("CMakeLists.txt") || !has_tool("cmake", "--version", "CMakeLists.txt") {
        return;
    }
    let folder = Folder::new("along");
    let sandbox = Sandbox::start();
    let source = root().join("tests/languages/install/consumer.c");
    for (way, lines) in [
        (
            "subdirectory",
            format!("add_subdirectory(\"{}\" libauth)", root().display()),
        ),
        (
            "fetch",
            format!(
                "include(FetchContent)\nFetchContent_Declare(libauth SOURCE_DIR \"{}\")\nFetchContent_MakeAvailable(libauth)",
                root().display()
            ),
        ),
    ] {
        let project = folder.join(way);
        std::fs::create_dir_all(&project).unwrap();
        let text = format!(
            "cmake_minimum_required(VERSION 3.16)\nproject(consumer LANGUAGES C)\n{lines}\n\
             foreach(kind shared static libauth)\n  add_executable(c_${{kind}} \"{}\")\n  target_link_libraries(c_${{kind}} PRIVATE libauth::${{kind}})\nendforeach()\n",
            source.display()
        );
        std::fs::write(project.join("CMakeLists.txt"), text).unwrap();
        let build = project.join("build");
        let mut configure = Command::new("cmake");
        configure.arg("-S").arg(&project).arg("-B").arg(&build);
        configure.arg(format!("-DLIBAUTH_BUILT={}", library_dir().display()));
        run(
            configure.arg(format!("-DCMAKE_C_COMPILER={}", c_compiler())),
            LIMIT,
        );
        run(Command::new("cmake").arg("--build").arg(&build), LIMIT);
        for kind in ["shared", "static", "libauth"] {
            let program = build.join(format!("c_{kind}"));
            assert_eq!(asks_for_the_shared_library(&program), kind != "static");
            check_consumer(&program, &sandbox);
        }
    }
}

fn files(folder: &Path, below: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files(&path, below));
        } else {
            found.push(path.strip_prefix(below).unwrap().display().to_string());
        }
    }
    found
}

/// The list of system libraries stands in three places, and is one.
#[test]
fn static_linking_is_documented_as_it_is_done() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let script = read("bindings/install.sh");
    let list = script
        .lines()
        .find_map(|line| {
            line.trim()
                .strip_prefix("private='-lgcc_s")
                .map(|rest| format!("-lgcc_s{}", rest.trim_end_matches('\'')))
        })
        .expect("install.sh has the list");
    let cmake = list.replace("-l", "");
    assert!(
        read("bindings/cmake/libauthConfig.cmake")
            .contains(&format!("set(_libauth_system {cmake})")),
        "{cmake}"
    );
    assert!(read("bindings/cpp/README.md").contains(&list), "{list}");
}
