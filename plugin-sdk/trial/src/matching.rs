//! Whether an answer is what a world expects: all that is said must be there, and what is not said may be anything.

use serde_json::Value as Json;
use toml::Value as Toml;

/// Numbers that differ by less are the same.
const TOLERANCE: f64 = 1e-4;
/// As a list's first element: the others must occur in this order, with anything between them.
const AMONG: &str = "...";
/// Before a text: it must occur within.
const WITHIN: char = '~';

/// One thing that is not as expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where in the answer, such as `advice[0].reply`.
    pub at: String,
    /// What was expected.
    pub expected: String,
    /// What is there.
    pub actual: String,
}

/// Everything that is not as expected.
pub fn differences(expected: &Toml, actual: &Json) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", expected, actual, &mut found);
    found
}

fn compare(at: &str, expected: &Toml, actual: &Json, found: &mut Vec<Difference>) {
    let same = match (expected, actual) {
        (Toml::Table(table), Json::Object(object)) => {
            for (key, value) in table {
                let inside = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                compare(&inside, value, object.get(key).unwrap_or(&Json::Null), found);
            }
            return;
        }
        (Toml::Array(wanted), Json::Array(items)) => return compare_lists(at, wanted, items, found),
        (Toml::String(wanted), Json::String(text)) => match wanted.strip_prefix(WITHIN) {
            Some(part) => text.contains(part),
            None => wanted == text,
        },
        (Toml::Integer(wanted), Json::Number(number)) => {
            number.as_f64().is_some_and(|number| (number - *wanted as f64).abs() < TOLERANCE)
        }
        (Toml::Float(wanted), Json::Number(number)) => {
            number.as_f64().is_some_and(|number| (number - wanted).abs() < TOLERANCE)
        }
        (Toml::Boolean(wanted), Json::Bool(value)) => wanted == value,
        _ => false,
    };
    if !same {
        let expected = expected.to_string().trim().to_owned();
        found.push(Difference { at: at.to_owned(), expected, actual: inline(actual) });
    }
}

fn compare_lists(at: &str, wanted: &[Toml], items: &[Json], found: &mut Vec<Difference>) {
    match wanted.split_first() {
        Some((first, rest)) if first.as_str() == Some(AMONG) => among(at, rest, items, found),
        _ if wanted.len() == items.len() => {
            for (index, (wanted, item)) in wanted.iter().zip(items).enumerate() {
                compare(&format!("{at}[{index}]"), wanted, item, found);
            }
        }
        _ => found.push(Difference {
            at: at.to_owned(),
            expected: format!("{} of them", wanted.len()),
            actual: format!("{}: {}", items.len(), inline(&Json::Array(items.to_vec()))),
        }),
    }
}

fn among(at: &str, wanted: &[Toml], items: &[Json], found: &mut Vec<Difference>) {
    let mut rest = items.iter();
    for wanted in wanted {
        if !rest.any(|item| differences(wanted, item).is_empty()) {
            found.push(Difference {
                at: at.to_owned(),
                expected: format!("{} among them, in this order", wanted.to_string().trim()),
                actual: inline(&Json::Array(items.to_vec())),
            });
            return;
        }
    }
}

/// A value as it would be written into a world.
pub fn inline(value: &Json) -> String {
    match value {
        Json::Null => "nothing".to_owned(),
        Json::String(text) => Toml::String(text.clone()).to_string(),
        Json::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Json::Object(object) if object.is_empty() => "{}".to_owned(),
        Json::Object(object) => {
            let entries: Vec<String> =
                object.iter().map(|(key, value)| format!("{} = {}", plain_key(key), inline(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

fn plain_key(key: &str) -> String {
    let bare =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if bare { key.to_owned() } else { Toml::String(key.to_owned()).to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_said_must_be_there_and_the_rest_may_be_anything() {
        let answer = json!({
            "advice": [{ "reply": "You are welcome!", "confidence": 0.9 }, { "clear": "x" }],
            "lines": ["a", "b", "c"],
            "on": true,
        });
        for (expected, at) in [
            ("on = true", None),
            ("lines = ['a', 'b', 'c']", None),
            ("lines = ['...', 'a', 'c']", None),
            ("lines = ['...']", None),
            ("advice = [{ reply = '~welcome' }, {}]", None),
            ("advice = [{ confidence = 0.9 }, { clear = 'x' }]", None),
            ("on = false", Some("on")),
            ("lines = ['a']", Some("lines")),
            ("lines = ['...', 'c', 'a']", Some("lines")),
            ("advice = [{ reply = 'welcome' }, {}]", Some("advice[0].reply")),
            ("advice = [{ note = 'n' }, {}]", Some("advice[0].note")),
            ("nowhere = 1", Some("nowhere")),
        ] {
            let table: Toml = Toml::Table(expected.parse().unwrap());
            let found = differences(&table, &answer);
            assert_eq!(found.first().map(|first| first.at.as_str()), at, "{expected}: {found:?}");
        }
    }

    #[test]
    fn values_are_shown_as_they_are_written() {
        let value = json!({ "a": [1, true, "x \"y\""], "b c": {} });
        assert_eq!(inline(&value), "{ a = [1, true, 'x \"y\"'], \"b c\" = {} }");
    }
}
