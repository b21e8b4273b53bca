//! An entry of a HAR file, as browsers and proxies write it.

use serde_json::Value;

use super::{Request, target_of};

pub fn read(text: &str, entry: Option<usize>) -> Result<Request, String> {
    let json: Value = serde_json::from_str(text).map_err(|error| {
        format!(
            "begins like JSON and is none: line {}, column {}",
            error.line(),
            error.column()
        )
    })?;
    let request = chosen(&json, entry)?;
    let text = |name: &str| request[name].as_str();
    let (Some(method), Some(url)) = (text("method"), text("url")) else {
        return Err("has no request with `method` and `url`: it is no HAR entry".to_owned());
    };
    let mut headers = Vec::new();
    for header in request["headers"].as_array().into_iter().flatten() {
        let (Some(name), Some(value)) = (header["name"].as_str(), header["value"].as_str()) else {
            return Err("has a header without `name` and `value`: it is no HAR entry".to_owned());
        };
        // What HTTP/2 sends in place of a request line.
        if !name.starts_with(':') {
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    let posted = &request["postData"];
    let mut remarks = Vec::new();
    let body = match posted["text"].as_str() {
        Some(text) => text.to_owned(),
        None if posted["params"]
            .as_array()
            .is_some_and(|all| !all.is_empty()) =>
        {
            return Err(
                "has the body's parameters, not its text: what was sent cannot be told; copy it as curl or raw HTTP"
                    .to_owned(),
            );
        }
        None => String::new(),
    };
    if body.is_empty() && request["bodySize"].as_i64().unwrap_or(0) > 0 {
        remarks.push("the entry says that there was a body, and holds none".to_owned());
    }
    Ok(Request {
        method: method.to_owned(),
        target: target_of(url),
        headers,
        body: body.into_bytes(),
        remarks,
    })
}

/// The request that is meant: of an entry, of a whole log, or by itself.
fn chosen(json: &Value, entry: Option<usize>) -> Result<&Value, String> {
    let entries = match json["log"]["entries"].as_array() {
        Some(entries) => entries,
        None if json.is_array() => json.as_array().ok_or("is no list")?,
        None => {
            let inner = &json["request"];
            return Ok(if inner.is_object() { inner } else { json });
        }
    };
    let count = entries.len();
    let at = match (entry, count) {
        (_, 0) => return Err("has no entries".to_owned()),
        (None, 1) => 1,
        (None, _) => return Err(format!("has {count} entries: say which with --entry 1…")),
        (Some(at), _) => at,
    };
    let chosen = at.checked_sub(1).and_then(|at| entries.get(at));
    chosen
        .map(|entry| &entry["request"])
        .ok_or_else(|| format!("has {count} entries, and no {at}th"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#"{"request":{"method":"POST","url":"https://host/v1/pay?x=1","headers":[{"name":":path","value":"/v1"},{"name":"sign","value":"abc"}],"postData":{"mimeType":"application/json","text":"{\"a\":\"é\"}"}},"response":{}}"#;

    #[test]
    fn entries_are_read() {
        let whole = format!(r#"{{"log":{{"entries":[{ENTRY},{ENTRY}]}}}}"#);
        let log_of_one = format!(r#"{{"log":{{"entries":[{ENTRY}]}}}}"#);
        for (text, entry) in [(ENTRY, None), (&log_of_one, None), (&whole, Some(2))] {
            let request = read(text, entry).unwrap();
            assert_eq!(request.target, "/v1/pay?x=1");
            assert_eq!(request.headers, [("sign".to_owned(), "abc".to_owned())]);
            assert_eq!(request.body, "{\"a\":\"é\"}".as_bytes());
        }
        assert!(read(&whole, None).unwrap_err().contains("--entry"));
        assert!(read(&whole, Some(3)).is_err());
        assert!(read(&whole, Some(0)).is_err());
    }

    #[test]
    fn what_is_no_entry_is_said() {
        for text in [
            "{",
            "{}",
            "[]",
            r#"{"log":{"entries":[]}}"#,
            r#"{"request":{"url":1}}"#,
        ] {
            assert!(read(text, None).is_err(), "{text}");
        }
    }
}
