//! A key and those that it came after: what comes from a platform is accepted under each of them.

use crate::client::Client;
use crate::config::Config;
use crate::error::Result;
use crate::log::Level;
use crate::secret::Secret;

/// The key of today, and the readable ones before it, each with its place in the order they were given.
pub(crate) struct Keys<K> {
    current: K,
    previous: Vec<(usize, K)>,
}

impl<K> Keys<K> {
    pub(crate) fn new(current: K) -> Keys<K> {
        let previous = Vec::new();
        Keys { current, previous }
    }

    /// Takes in the keys of a setting. One that cannot be read is left out with a line in the log: it must
    /// not keep what comes under the others from being accepted.
    pub(crate) fn with_previous(
        mut self,
        setting: &'static str,
        config: &Config,
        client: &Client,
        read: impl Fn(&str) -> Result<K>,
    ) -> Keys<K> {
        for (index, key) in config.settings::<Secret>(setting).enumerate() {
            let place = index + 1;
            match read(key.expose()) {
                Ok(key) => self.previous.push((place, key)),
                Err(error) => client.log(Level::Warn, || {
                    format!("{setting} {place} is left out: {}", error.message())
                }),
            }
        }
        self
    }

    pub(crate) fn current(&self) -> &K {
        &self.current
    }

    /// All of them, today's first, which has the place 0.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &K)> {
        let previous = self.previous.iter().map(|(place, key)| (*place, key));
        std::iter::once((0, &self.current)).chain(previous)
    }

    /// The place of the key that something is right under.
    pub(crate) fn which(&self, mut is_right: impl FnMut(&K) -> bool) -> Option<usize> {
        let (place, _) = self.iter().find(|(_, key)| is_right(key))?;
        Some(place)
    }
}

/// What of a setting's keys is secret, to be blotted out of messages.
pub(crate) fn secrets<'a>(
    setting: &str,
    config: &'a Config,
) -> impl Iterator<Item = Secret> + use<'a> {
    config
        .settings::<Secret>(setting)
        .cloned()
        .collect::<Vec<_>>()
        .into_iter()
}
