//! RSA keys in the forms that people have them in, and what is said about those that will not do.

use auth::Status;
use auth::json::Json;
use auth::signing::rsa::{PrivateKey, PublicKey};

/// A key of the shared vectors.
fn vector(name: &str) -> String {
    let file = Json::parse(include_bytes!("../vectors/redemption.json")).expect("JSON");
    file.get(name)
        .and_then(Json::as_str)
        .expect("a key")
        .to_owned()
}

/// The base64 of a PEM text, without its armour, in lines.
fn lines(pem: &str) -> Vec<String> {
    let inner = pem.lines().filter(|line| !line.starts_with("-----"));
    inner.map(str::to_owned).collect()
}

/// The same key, spelt in all the ways in which it reaches a program.
fn spellings(pem: &str) -> Vec<(&'static str, String)> {
    let (first, last) = (pem.lines().next().unwrap(), pem.lines().last().unwrap());
    let base64 = lines(pem).concat();
    vec![
        ("PEM", pem.to_owned()),
        ("PEM without a last line break", pem.trim_end().to_owned()),
        ("PEM with CRLF", pem.replace('\n', "\r\n")),
        ("PEM with CR", pem.replace('\n', "\r")),
        ("PEM with \\n escaped", pem.replace('\n', "\\n")),
        ("PEM with \\r\\n escaped", pem.replace('\n', "\\r\\n")),
        ("PEM in one line", pem.replace('\n', "")),
        ("PEM with spaces for line breaks", pem.replace('\n', " ")),
        ("PEM with spaces around", format!("  \n\t{pem}\n  ")),
        ("PEM with a byte order mark", format!("\u{feff}{pem}")),
        ("PEM with a text before", format!("my key:\n{pem}")),
        ("PEM indented", pem.replace('\n', "\n    ")),
        ("bare base64", base64.clone()),
        ("bare base64 in lines", lines(pem).join("\n")),
        ("bare base64 in lines of CRLF", lines(pem).join("\r\n")),
        ("bare base64 with \\n escaped", lines(pem).join("\\n")),
        ("bare base64 with spaces", lines(pem).join(" ")),
        (
            "bare base64 without padding",
            base64.trim_end_matches('=').to_owned(),
        ),
        (
            "PEM around one long line",
            format!("{first}\n{base64}\n{last}"),
        ),
        ("PEM around odd lines", {
            let chunks = base64.as_bytes().chunks(37);
            let chunks = chunks.map(|chunk| std::str::from_utf8(chunk).unwrap());
            format!("{first}\n{}\n{last}", chunks.collect::<Vec<_>>().join("\n"))
        }),
    ]
}

#[test]
fn private_keys_are_read_however_they_are_spelt() {
    let public = PublicKey::parse("k", &vector("rsa_public_key_pem")).unwrap();
    for form in ["rsa_private_key_pkcs8_pem", "rsa_private_key_pkcs1_pem"] {
        for (what, text) in spellings(&vector(form)) {
            let key = PrivateKey::parse("k", &text);
            let key = key.unwrap_or_else(|error| panic!("{form}, {what}: {error}"));
            if what == "PEM" {
                assert!(public.verify(b"message", &key.sign(b"message")));
            }
        }
    }
}

#[test]
fn public_keys_are_read_however_they_are_spelt() {
    let private = PrivateKey::parse("k", &vector("rsa_private_key_pkcs8_pem")).unwrap();
    let signature = private.sign(b"message");
    let pkcs1 = include_str!("../support/keys/rsa_public_pkcs1.pem").to_owned();
    for form in [vector("rsa_public_key_pem"), pkcs1] {
        for (what, text) in spellings(&form) {
            let key = PublicKey::parse("k", &text);
            let key = key.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(key.verify(b"message", &signature), "{what}");
            assert!(!key.verify(b"massage", &signature), "{what}");
        }
    }
}

/// Keys that will not do as either, and a word of what is said about them.
fn unusable() -> Vec<(&'static str, String, &'static str)> {
    let pem = vector("rsa_private_key_pkcs8_pem");
    let base64 = lines(&pem).concat();
    let without_end = pem.split("-----END").next().unwrap().to_owned();
    let file = |text: &str| text.to_owned();
    vec![
        ("nothing", String::new(), "is empty"),
        ("white space", " \r\n\t".to_owned(), "is empty"),
        (
            "no base64",
            "hello, world!".to_owned(),
            "neither PEM nor base64",
        ),
        (
            "base64 of something else",
            "aGVsbG8sIHdvcmxkIQ==".to_owned(),
            "is not an RSA key",
        ),
        (
            "cut off in the base64",
            base64[..base64.len() / 2].to_owned(),
            "is not an RSA key",
        ),
        ("without its end", without_end, "cut off"),
        (
            "an EC key (SEC1)",
            file(include_str!("../support/keys/ec_sec1.pem")),
            "RSA",
        ),
        (
            "an EC key (PKCS#8)",
            file(include_str!("../support/keys/ec_pkcs8.pem")),
            "elliptic-curve",
        ),
        (
            "an EC public key",
            file(include_str!("../support/keys/ec_public.pem")),
            "",
        ),
        (
            "an Ed25519 key",
            file(include_str!("../support/keys/ed25519.pem")),
            "",
        ),
        (
            "a certificate",
            file(include_str!("../support/keys/certificate.pem")),
            "is a certificate",
        ),
        (
            "an encrypted PKCS#8 key",
            file(include_str!("../support/keys/encrypted_pkcs8.pem")),
            "is encrypted",
        ),
        (
            "an encrypted PKCS#1 key",
            file(include_str!("../support/keys/encrypted_pkcs1.pem")),
            "is encrypted",
        ),
    ]
}

#[test]
fn what_is_no_usable_key_is_refused_with_its_reason() {
    for (what, text, says) in unusable() {
        for error in [
            PrivateKey::parse("my_key", &text).map(|_| ()),
            PublicKey::parse("my_key", &text).map(|_| ()),
        ] {
            let error = error.expect_err(what);
            assert_eq!(error.status(), Status::InvalidKey, "{what}");
            let message = error.message();
            assert!(message.starts_with("my_key "), "{what}: {message}");
            let of_a_kind = message.contains("is a private key") && text.contains("PRIVATE");
            assert!(message.contains(says) || of_a_kind, "{what}: {message}");
            // A key is a secret, also one that cannot be read.
            let piece = text.get(text.len() / 2..text.len() / 2 + 10);
            assert!(
                !piece.is_some_and(|piece| message.contains(piece)),
                "{message}"
            );
        }
    }
}

#[test]
fn a_key_of_the_other_kind_is_named_as_such() {
    let private = ["rsa_private_key_pkcs8_pem", "rsa_private_key_pkcs1_pem"].map(vector);
    let pkcs1 = include_str!("../support/keys/rsa_public_pkcs1.pem").to_owned();
    for pem in [vector("rsa_public_key_pem"), pkcs1] {
        for (what, text) in [("PEM", pem.clone()), ("base64", lines(&pem).concat())] {
            let error = PrivateKey::parse("k", &text).unwrap_err();
            assert!(
                error.message().contains("is a public key"),
                "{what}: {error}"
            );
        }
    }
    for pem in private {
        for (what, text) in [("PEM", pem.clone()), ("base64", lines(&pem).concat())] {
            let error = PublicKey::parse("k", &text).unwrap_err();
            assert!(
                error.message().contains("is a private key"),
                "{what}: {error}"
            );
        }
    }
}

#[test]
fn keys_below_2048_bits_are_refused() {
    let private = include_str!("../support/keys/rsa1024_private.pem");
    let public = include_str!("../support/keys/rsa1024_public.pem");
    for error in [
        PrivateKey::parse("k", private).map(|_| ()).unwrap_err(),
        PublicKey::parse("k", public).map(|_| ()).unwrap_err(),
    ] {
        assert_eq!(error.status(), Status::InvalidKey);
        assert!(error.message().contains("1024 bits"), "{error}");
        assert!(error.message().contains("2048"), "{error}");
    }
}

#[test]
fn a_key_whose_numbers_do_not_belong_together_is_refused_or_signs_all_the_same() {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    let base64 = lines(&vector("rsa_private_key_pkcs1_pem")).concat();
    let der = BASE64_STANDARD.decode(base64).unwrap();
    let public = PublicKey::parse("k", &vector("rsa_public_key_pem")).unwrap();
    let mut refused = 0;
    // Bits of the modulus, of both exponents, of the primes, and of what follows from them.
    for at in (20..der.len()).step_by(20) {
        let mut spoiled = der.clone();
        spoiled[at] ^= 4;
        match PrivateKey::parse("k", &BASE64_STANDARD.encode(spoiled)) {
            Err(error) => {
                assert_eq!(error.status(), Status::InvalidKey);
                refused += 1;
            }
            // A number that is not made use of does no harm.
            Ok(key) => assert!(public.verify(b"m", &key.sign(b"m")), "byte {at}"),
        }
    }
    assert!(refused > 20, "{refused}");
}
