//! Where credentials come from, and what is said of those that cannot be used.

use libauth_sandbox::{Sandbox, credentials};

use super::running::{Folder, account, libauth, of_sandbox, run, with_account};

const SECRET: &str = "planted-secret-4711";

#[test]
fn none_are_missed_by_name() {
    run(&mut libauth(&["token", "seller"]), b"")
        .failed(3, &["LIBAUTH_SELLER_BASE_URL", "libauth.toml", "--sandbox"]);
    // Half of them.
    for (platform, missing) in [
        ("seller", "LIBAUTH_SELLER_ACCESS_KEY"),
        ("creditpay", "LIBAUTH_CREDITPAY_PLAT_ID"),
        ("daxpay", "LIBAUTH_DAXPAY_SIGN_KEY"),
        ("openplatform", "LIBAUTH_OPENPLATFORM_CLIENT_ID"),
        ("redemption", "LIBAUTH_REDEMPTION_BUSINESS_ID"),
    ] {
        let variable = format!("LIBAUTH_{}_BASE_URL", platform.to_uppercase());
        let mut call = libauth(&["call", platform, "GET", "/x"]);
        call.env(variable, "https://host.example");
        run(&mut call, b"").failed(3, &[missing, "is missing"]);
    }
    // An empty one is none.
    let mut token = libauth(&["token", "seller"]);
    with_account(&mut token, "seller", "https://host.example");
    token.env("LIBAUTH_SELLER_SECRET_KEY", "");
    run(&mut token, b"").failed(3, &["LIBAUTH_SELLER_SECRET_KEY"]);
}

#[test]
fn what_cannot_be_read_is_named_and_not_shown() {
    let folder = Folder::new();
    let file = folder.file("secret", SECRET);
    let gbk = folder.file("gbk", b"\xc3\xdc\xd4\xbf");
    let large = folder.file("large", vec![b'a'; 1024 * 1024 + 1]);
    let missing = folder.path().join("missing");
    let with = |settings: &[(&str, &str)]| {
        let mut token = libauth(&["token", "seller"]);
        with_account(&mut token, "seller", "https://host.example");
        token.env_remove("LIBAUTH_SELLER_SECRET_KEY");
        for (name, value) in settings {
            token.env(name, value);
        }
        let ran = run(&mut token, b"");
        assert!(!ran.stderr.contains(SECRET), "{}", ran.stderr);
        ran
    };
    let from_file = "LIBAUTH_SELLER_SECRET_KEY_FILE";
    with(&[(from_file, missing.to_str().unwrap())]).failed(3, &[from_file, "missing"]);
    with(&[(from_file, folder.path().to_str().unwrap())]).failed(3, &[from_file]);
    with(&[(from_file, &gbk)]).failed(3, &[from_file, "UTF-8"]);
    with(&[(from_file, &large)]).failed(3, &[from_file, "larger"]);
    with(&[(from_file, &file), ("LIBAUTH_SELLER_SECRET_KEY", SECRET)]).failed(
        3,
        &["LIBAUTH_SELLER_SECRET_KEY and LIBAUTH_SELLER_SECRET_KEY_FILE"],
    );
    let secret = ("LIBAUTH_SELLER_SECRET_KEY", SECRET);
    with(&[secret, ("LIBAUTH_SELLER_TIMEOUT_MS", SECRET)])
        .failed(3, &["LIBAUTH_SELLER_TIMEOUT_MS", "whole number"]);
    with(&[secret, ("LIBAUTH_SELLER_SYSTEM_ROOTS", "yes")])
        .failed(3, &["LIBAUTH_SELLER_SYSTEM_ROOTS"]);
    with(&[secret, ("LIBAUTH_SELLER_EXPIRES_IN_UNIT", "hours")])
        .failed(3, &["LIBAUTH_SELLER_EXPIRES_IN_UNIT", "seconds"]);
    with(&[secret, ("LIBAUTH_SELLER_TIMEOUT_MS", "0")]).failed(3, &["timeout_ms"]);
    with(&[secret, ("LIBAUTH_SELLER_BASE_URL", "http://host.example")]).failed(3, &["https"]);
    with(&[secret, ("LIBAUTH_SELLER_CLIENT_KEY_PEM", SECRET)])
        .failed(3, &["LIBAUTH_SELLER_CLIENT_CERTIFICATE_PEM"]);
}

#[test]
fn a_key_that_is_none_is_named_and_not_shown() {
    let mut sign = libauth(&["sign", "redemption", "POST", "/x", "{}"]);
    with_account(&mut sign, "redemption", "https://host.example");
    sign.env("LIBAUTH_REDEMPTION_PRIVATE_KEY", SECRET);
    let ran = run(&mut sign, b"").failed(3, &["private_key"]);
    assert!(!ran.stderr.contains(SECRET), "{}", ran.stderr);
    sign.env("LIBAUTH_REDEMPTION_SECRET", SECRET);
    run(&mut sign, b"").failed(
        3,
        &[
            "LIBAUTH_REDEMPTION_PRIVATE_KEY",
            "LIBAUTH_REDEMPTION_SECRET",
        ],
    );
}

#[test]
fn settings_come_from_files_and_from_further_accounts() {
    let sandbox = Sandbox::start();
    let folder = Folder::new();
    let test = credentials();
    // Editors end a file with a line break, of either kind.
    let access_key = folder.file("access", format!("{}\n", test.seller_access_key));
    let secret_key = folder.file("secret", format!("{}\r\n", test.seller_secret_key));
    let mut token = libauth(&["token", "seller", "--account", "seller_eu"]);
    token
        .env("LIBAUTH_SELLER_EU_BASE_URL", sandbox.base("seller"))
        .env("LIBAUTH_SELLER_EU_ACCESS_KEY_FILE", access_key)
        .env("LIBAUTH_SELLER_EU_SECRET_KEY_FILE", secret_key);
    run(&mut token, b"").ended(0);
    run(&mut libauth(&["token", "seller", "--account", "shop"]), b"").failed(2, &["SELLER_EU"]);
    // A key in PEM from a file.
    let key = folder.file("key.pem", test.redemption_merchant_private_key_pem);
    let mut call = of_sandbox(
        &["call", "redemption", "POST", "/x", "{}"],
        &sandbox,
        "redemption",
    );
    call.env_remove("LIBAUTH_REDEMPTION_PRIVATE_KEY")
        .env("LIBAUTH_REDEMPTION_PRIVATE_KEY_FILE", key);
    run(&mut call, b"").ended(0);
}

fn profiles(sandbox: &Sandbox) -> String {
    let test = credentials();
    let (base, access, secret) = (
        sandbox.base("seller"),
        test.seller_access_key,
        test.seller_secret_key,
    );
    format!(
        "[seller]\nbase_url = \"{base}\"\naccess_key = \"{access}\"\nsecret_key = \"{secret}\"\ntimeout_ms = 5000\n\n\
         [shop-eu]\nplatform = \"seller\"\nbase_url = \"{base}\"\naccess_key = \"{access}\"\nsecret_key_file = \"shop.key\"\n\n\
         [odd]\nplatform = \"seller\"\nbase_url = \"{base}\"\nacess_key = \"{access}\"\n"
    )
}

#[test]
fn profiles_are_found_by_name() {
    let sandbox = Sandbox::start();
    let folder = Folder::new();
    let file = folder.file("libauth.toml", profiles(&sandbox));
    folder.file("shop.key", credentials().seller_secret_key);
    let token = |more: &[&str]| {
        let mut token = libauth(&["token", "seller"]);
        token.args(more).env("XDG_CONFIG_HOME", folder.path());
        token
    };
    run(&mut token(&[]), b"").ended(0);
    run(&mut token(&["--profile", "shop-eu"]), b"").ended(0);
    run(&mut token(&["--profile", "none"]), b"").failed(3, &["`none`", &file]);
    run(&mut token(&["--profile", "odd"]), b"").failed(3, &["`acess_key`", &file]);
    let mut other = libauth(&["token", "openplatform", "--profile", "seller"]);
    run(other.env("LIBAUTH_PROFILES", &file), b"").failed(3, &["platform = \"openplatform\""]);
    // The environment counts alone where it is there: no secret goes to another account's address.
    let mut mixed = token(&[]);
    mixed.env("LIBAUTH_SELLER_BASE_URL", "http://127.0.0.1:1");
    run(&mut mixed, b"").failed(3, &["LIBAUTH_SELLER_ACCESS_KEY"]);
    // In the home folder.
    let home = Folder::new();
    std::fs::create_dir(home.path().join(".config")).unwrap();
    std::fs::copy(&file, home.path().join(".config/libauth.toml")).unwrap();
    let mut at_home = libauth(&["token", "seller"]);
    run(at_home.env("HOME", home.path()), b"").ended(0);
}

#[cfg(unix)]
#[test]
fn a_file_of_profiles_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::start();
    let folder = Folder::new();
    let file = folder.file("libauth.toml", profiles(&sandbox));
    for (mode, is_refused) in [(0o644, true), (0o640, true), (0o602, true), (0o400, false)] {
        let mode_of = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&file, mode_of).unwrap();
        let mut token = libauth(&["token", "seller"]);
        let ran = run(token.env("LIBAUTH_PROFILES", &file), b"");
        match is_refused {
            true => drop(ran.failed(3, &[&file, "chmod 600"])),
            false => drop(ran.ended(0)),
        }
    }
}

#[test]
fn a_file_that_is_not_toml_is_named_and_not_shown() {
    let folder = Folder::new();
    for text in [
        format!("[seller]\nsecret_key = \"{SECRET}\nbase_url = 1\n"),
        format!("seller = \"{SECRET}\"\n"),
        format!("[seller]\nbase_url = \"https://h\"\naccess_key = {{ a = \"{SECRET}\" }}\n"),
        SECRET.to_owned(),
    ] {
        let file = folder.file("libauth.toml", text);
        let mut token = libauth(&["token", "seller"]);
        let ran = run(token.env("LIBAUTH_PROFILES", &file), b"").failed(3, &[&file]);
        assert!(!ran.stderr.contains(SECRET), "{}", ran.stderr);
    }
}

#[test]
fn wrong_credentials_are_the_platforms_to_refuse() {
    let sandbox = Sandbox::start();
    for (platform, variable) in [
        ("seller", "LIBAUTH_SELLER_SECRET_KEY"),
        ("openplatform", "LIBAUTH_OPENPLATFORM_SECRET"),
    ] {
        let mut token = of_sandbox(&["token", platform], &sandbox, platform);
        let ran = run(token.env(variable, SECRET), b"").failed(5, &[]);
        assert!(!ran.stderr.contains(SECRET), "{}", ran.stderr);
        let ran = run(token.arg("--json"), b"").ended(5);
        assert_eq!(ran.json()["error"]["name"], "UNAUTHORIZED");
        assert_eq!(ran.stderr, "");
    }
}

#[test]
fn no_credential_is_taken_from_the_command_line() {
    for option in [
        "--secret-key",
        "--access-key",
        "--signature-key",
        "--private-key",
    ] {
        let given = format!("{option}={SECRET}");
        let ran = run(&mut libauth(&["token", "seller", &given]), b"").failed(2, &[option]);
        assert!(!ran.stderr.contains(SECRET), "{}", ran.stderr);
    }
}

/// Every command that an account can be used with, well and refused.
#[test]
fn no_secret_is_printed() {
    let sandbox = Sandbox::start();
    let request = "POST /v1/pay HTTP/1.1\nsignature: c2ln\nsign: c2ln\n\n{\"sign\":\"c2ln\"}\n";
    let mut ran = 0;
    for name in [
        "creditpay",
        "daxpay",
        "daxpay-open",
        "openplatform",
        "redemption",
        "seller",
    ] {
        let platform = name.split('-').next().unwrap();
        let secrets: Vec<&str> = account(name)
            .into_iter()
            .filter(|(variable, _)| {
                ["_KEY", "SECRET", "API_KEY"]
                    .iter()
                    .any(|end| variable.ends_with(end))
                    && !variable.ends_with("PUBLIC_KEY")
            })
            // A line of a key in PEM is a secret too.
            .map(|(_, value)| value.lines().nth(1).unwrap_or(value))
            .collect();
        assert!(!secrets.is_empty(), "{name}");
        for words in [
            &["doctor"][..],
            &["token"],
            &["token", "--ident-code", "no-such-code"],
            &["call", "POST", "/x", "{}"],
            &["sign", "POST", "/x", "{}"],
            &["sign", "POST", "/x", "{}", "--string"],
            &["explain"],
            &["verify"],
        ] {
            for json in [None, Some("--json")] {
                let mut command = of_sandbox(&[words[0], platform], &sandbox, name);
                command.args(&words[1..]).args(json);
                let said = run(&mut command, request.as_bytes());
                ran += 1;
                for secret in &secrets {
                    for text in [&said.stdout, &said.stderr] {
                        assert!(!text.contains(secret), "{name} {words:?}: {text}");
                    }
                }
            }
        }
    }
    assert_eq!(ran, 96);
}
