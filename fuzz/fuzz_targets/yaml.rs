//! Configuration as YAML: what reads is written again and reads the same, and what does not is told in few words.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match regent::yaml::read::<Value>(text) {
        Ok(value) => {
            let written = regent::yaml::write(&value).expect("a value that was read");
            let read: Value = regent::yaml::read(&written).expect("a value that was written");
            assert_eq!(read, value, "{written}");
        }
        Err(told) => assert!(told.len() < 500, "{told}"),
    }
});
