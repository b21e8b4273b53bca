//! The page at `/`: one text with its style and script inside, so that it needs nothing else.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;

use super::http::Answer;
use super::state::now_ms;

const HTML: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
/// The words in both languages, then what is done with them.
const SCRIPTS: [&str; 3] = [
    include_str!("page/words.js"),
    include_str!("page/requests.js"),
    include_str!("page/tools.js"),
];

/// The page and the policy under which a browser runs its own script and nothing else.
fn page() -> &'static (String, String) {
    static PAGE: OnceLock<(String, String)> = OnceLock::new();
    PAGE.get_or_init(|| {
        let script = SCRIPTS.concat();
        let hash = |text: &str| STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()));
        let policy = format!(
            "default-src 'none'; connect-src 'self'; style-src 'sha256-{}'; script-src 'sha256-{}'; \
             img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            hash(STYLE),
            hash(&script)
        );
        let html = HTML.replace("/*style*/", STYLE).replace("/*script*/", &script);
        (html, policy)
    })
}

pub fn answer() -> Answer {
    let (html, policy) = page();
    let mut answer = Answer::new(200, "text/html; charset=utf-8", html.as_str(), now_ms());
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    answer.headers = vec![
        header("Content-Security-Policy", policy),
        header("X-Content-Type-Options", "nosniff"),
        header("Referrer-Policy", "no-referrer"),
        header("Cache-Control", "no-store"),
    ];
    answer
}
