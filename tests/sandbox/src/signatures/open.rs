//! daxpay, edition `open`: the JSON is flattened, sorted and signed with RSA.

use serde_json::Value;

use super::numbers::{NUMBER, mark_numbers, plain_number};

/// The string to sign of a JSON object. It reads the text and not a parsed message, so that every digit counts.
pub fn open_string(json: &str) -> Result<String, String> {
    let not_json = |error: serde_json::Error| format!("not JSON: {error}");
    serde_json::from_str::<Value>(json).map_err(not_json)?;
    let message: Value = serde_json::from_str(&mark_numbers(json)).map_err(not_json)?;
    let Value::Object(members) = message else {
        return Err("not a JSON object".to_owned());
    };
    let mut pairs = Vec::new();
    for (name, value) in &members {
        if !name.eq_ignore_ascii_case("sign") {
            flatten(name.clone(), value, &mut pairs);
        }
    }
    // Code unit order is Java's: it differs from that of code points beyond U+FFFF.
    pairs.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    if let Some(pair) = pairs.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(format!("two members are both {} when flattened", pair[0].0));
    }
    let pairs: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
    Ok(pairs.join("&"))
}

fn flatten(name: String, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Bool(value) => pairs.push((name, value.to_string())),
        Value::Number(number) => pairs.push((name, number.to_string())),
        Value::String(text) => {
            let text = match text.strip_prefix(NUMBER) {
                Some(number) => plain_number(number),
                None => text.clone(),
            };
            pairs.push((name, text));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(format!("{name}[{index}]"), item, pairs);
            }
        }
        Value::Object(members) => {
            for (inner, value) in members {
                flatten(format!("{name}.{inner}"), value, pairs);
            }
        }
    }
}
