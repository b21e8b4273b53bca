//! Values by their dotted path, such as `data.items.0.id`.

use super::value::{Json, JsonError, Result};

impl Json {
    /// The value at a dotted path such as `data.items.0.id`; absent is `None`, and `null` is itself.
    pub fn find(&self, path: &str) -> Option<&Json> {
        path.split('.').try_fold(self, |value, step| match value {
            Json::Array(elements) => elements.get(step.parse::<usize>().ok()?),
            other => {
                let mut members = other.members().iter();
                members
                    .find(|(name, _)| name == step)
                    .map(|(_, value)| value)
            }
        })
    }

    /// The value at a dotted path, as text; absent and `null` are `None`.
    pub fn field(&self, path: &str) -> Option<String> {
        let value = self.find(path)?;
        (*value != Json::Null).then(|| value.to_text())
    }

    /// The string at a dotted path such as `data.url`; `None` where any step is absent.
    /// Any other type is an error that names the path.
    pub(crate) fn text_at(&self, path: &str) -> Result<Option<&str>> {
        match self.at(path)? {
            None => Ok(None),
            Some(Json::String(value)) => Ok(Some(value)),
            Some(_) => Err(JsonError::new(format!("`{path}` is not a string"))),
        }
    }

    /// As [`Json::text_at`], for a field that must be there and not be empty.
    pub(crate) fn required_text_at(&self, path: &str) -> Result<String> {
        match self.text_at(path)? {
            Some("") => Err(JsonError::new(format!("`{path}` is empty"))),
            Some(value) => Ok(value.to_owned()),
            None => Err(JsonError::new(format!("`{path}` is missing"))),
        }
    }

    /// As [`Json::text_at`], owned.
    pub(crate) fn optional_text_at(&self, path: &str) -> Result<Option<String>> {
        Ok(self.text_at(path)?.map(str::to_owned))
    }

    /// The value at a dotted path; a step through something that is no object is an error.
    pub(crate) fn at(&self, path: &str) -> Result<Option<&Json>> {
        let mut value = self;
        let mut walked = 0;
        for step in path.split('.') {
            if !matches!(value, Json::Object(_)) {
                let what = if walked == 0 {
                    "the body"
                } else {
                    &path[..walked - 1]
                };
                return Err(JsonError::new(format!("`{what}` is not an object")));
            }
            walked += step.len() + 1;
            match value.get(step) {
                Some(next) => value = next,
                None => return Ok(None),
            }
        }
        Ok(Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_what_is_wrong() {
        let json = Json::parse(br#"{"data":{"url":5,"empty":"","none":null},"text":"x"}"#).unwrap();
        let wrong = |path| {
            json.required_text_at(path)
                .unwrap_err()
                .message()
                .to_owned()
        };
        assert_eq!(wrong("data.url"), "`data.url` is not a string");
        assert_eq!(wrong("data.empty"), "`data.empty` is empty");
        assert_eq!(wrong("data.none"), "`data.none` is missing");
        assert_eq!(wrong("text.url"), "`text` is not an object");
        assert_eq!(json.optional_text_at("absent.url").unwrap(), None);
    }
}
