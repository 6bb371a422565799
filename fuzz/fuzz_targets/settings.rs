//! A configuration file: whatever resolves can be used.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent::config::{Config, Settings};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let settings = match toml::from_str::<Settings>(text) {
        Ok(settings) => settings,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let config = match Config::resolve(Settings::default(), settings.clone()) {
        Ok(config) => config,
        Err(error) => {
            let error = error.to_string();
            // A secret may be a word of ours, so it is not looked for: its place is.
            for key in ["database-url", "root-secret-access-key"] {
                let shown = error.strip_prefix(&format!("`{key}` is `"));
                assert!(shown.is_none_or(|shown| shown.starts_with("…`")), "a secret in {error:?}");
            }
            return;
        }
    };
    // A semaphore of more permits panics, and so does the sum of the limits where it overflows.
    assert!(config.connection_limit <= usize::MAX >> 3);
    assert!(config.body_limit_bytes.checked_add(config.header_limit_bytes).is_some());
    assert!(config.header_limit_bytes >= 8192);
    assert!(!config.poll.is_zero() && !config.client_patience.is_zero());
    // What was resolved is settled: the same settings from the command line come to the same.
    let again = Config::resolve(settings, Settings::default()).expect("the same settings");
    assert_eq!(config.listen, again.listen);
    assert_eq!(config.storage, again.storage);
});
