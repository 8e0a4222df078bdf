//! Reads settings into an author's type; each fault has a JSON pointer and the possible choices.

use serde_json::Value;

use crate::ConfigFault;

mod reader;
mod value;

pub use reader::{NoSettings, ReadSettings, Reader, SettingInfo, read_all};
pub use value::{escape, read};

/// The settings if the pack sets none; faults if some are required.
pub fn usual<T: ReadSettings>() -> Result<T, Vec<ConfigFault>> {
    read_all(&Value::Object(serde_json::Map::new()))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Example {
        #[serde(default)]
        limits: Vec<u8>,
        mode: Option<Mode>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Mode {
        Fast,
        Slow,
    }

    #[test]
    fn faults_point_at_the_setting() {
        let check = |value: Value, path: &str, message: &str, expected: &[&str]| {
            let fault = read::<Example>(&value).unwrap_err();
            assert_eq!((fault.path.as_str(), fault.message.as_str()), (path, message));
            assert_eq!(fault.expected, expected);
        };
        check(json!({"limit": [1]}), "/limit", "unknown key `limit`", &["limits", "mode"]);
        check(json!({"limits": [1, "x"]}), "/limits/1", "expected u8, found string \"x\"", &[]);
        check(json!({"limits": [1, 300]}), "/limits/1", "expected u8, found integer `300`", &[]);
        check(json!({"mode": "quick"}), "/mode", "unknown choice `quick`", &["fast", "slow"]);
        check(json!(7), "", "expected struct Example, found integer `7`", &[]);
        let good = read::<Example>(&json!({"limits": [1, 2], "mode": "slow"}));
        assert_eq!(good, Ok(Example { limits: vec![1, 2], mode: Some(Mode::Slow) }));
        assert_eq!(read::<Example>(&json!({"mode": "fast"})).unwrap().mode, Some(Mode::Fast));
    }
}
