//! Waivers that stand beside a resource, in the file that declares it.

use innovate_model::Position;
use serde_json::Value;

use super::file::Entry;
use super::{Pattern, Selector, Waiver};
use crate::input::declared::Origin;
use crate::input::document::InputError;

/// What a remark begins with, and the name under which waivers stand.
const WAIVE: &str = "waive";

/// The waivers that a file has beside a resource: of this resource only, for whatever its values are.
///
/// They are maps of `policy`, `reason`, `owner`, `expires` and, where wanted, `path`, one or a list of them under `waive`; or texts, one a line:
/// `waive aws.s3.bucket_public reason="a website" owner=web@example.org expires=2027-01-31`. Other remarks are none of ours.
///
/// # Errors
/// One is not of this form, or lacks something.
pub fn inline(origin: &Origin) -> Result<Vec<Waiver>, InputError> {
    let mut waivers: Vec<Waiver> = Vec::new();
    for (span, remark) in &origin.remarks {
        let fail = |message: String| InputError::new(&origin.file, span.start, format!("waiver of `{}`: {message}", origin.address));
        let mut entries = Vec::new();
        entries_of(remark, &mut entries).map_err(fail)?;
        for entry in entries {
            let mut waiver = entry.accepts().map_err(fail)?;
            waiver.id = id(origin, span.start, &waivers);
            waiver.resource =
                Selector { file: Some(Pattern::exact(&origin.file)), address: Some(origin.address.clone()), ..Selector::default() };
            waivers.push(Waiver { file: origin.file.to_string(), at: span.start, ..waiver });
        }
    }
    Ok(waivers)
}

/// Its place; several of one place are numbered.
fn id(origin: &Origin, at: Position, others: &[Waiver]) -> String {
    let number = others.iter().filter(|other| other.at == at).count();
    let number = if number > 0 { format!("#{}", number + 1) } else { String::new() };
    format!("{}:{}:{}{number}", origin.file, at.line, at.column)
}

fn entries_of(remark: &Value, entries: &mut Vec<Entry>) -> Result<(), String> {
    match remark {
        Value::String(text) => text.lines().filter(|line| is_waiver(line)).try_for_each(|line| {
            entries.push(entry_of(line)?);
            Ok(())
        }),
        Value::Object(members) => {
            // An annotation has a name such as `innovate.dev/waive`.
            let is_ours = |name: &str| name.rsplit('/').next() == Some(WAIVE);
            members.iter().filter(|(name, _)| is_ours(name)).try_for_each(|(_, value)| waived(value, entries))
        }
        Value::Array(items) => items.iter().try_for_each(|item| entries_of(item, entries)),
        _ => Ok(()),
    }
}

/// What stands under `waive`.
fn waived(value: &Value, entries: &mut Vec<Entry>) -> Result<(), String> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| waived(item, entries)),
        Value::String(text) => text.lines().filter(|line| !line.trim().is_empty()).try_for_each(|line| {
            let line = if is_waiver(line) { line.to_owned() } else { format!("{WAIVE} {line}") };
            entries.push(entry_of(&line)?);
            Ok(())
        }),
        Value::Object(_) => {
            let entry: Entry = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
            if entry.is_of_a_file() {
                return Err("stands beside its resource, so it takes no `id`, `resource` and `fingerprints`".to_owned());
            }
            entries.push(entry);
            Ok(())
        }
        _ => Err("is neither a map nor a text; write `policy`, `reason`, `owner` and `expires`".to_owned()),
    }
}

fn is_waiver(line: &str) -> bool {
    line.split_whitespace().next() == Some(WAIVE)
}

/// A line `waive POLICY name=value …`, values with spaces in double quotes.
fn entry_of(line: &str) -> Result<Entry, String> {
    let mut words = words(line)?.into_iter().skip(1);
    let mut entry = Entry::default();
    entry.policy = words.next();
    for word in words {
        let Some((name, value)) = word.split_once('=') else {
            return Err(format!("`{word}` is not of the form `name=value`; put values with spaces in double quotes"));
        };
        let value = value.to_owned();
        match name {
            "reason" => entry.reason = Some(value),
            "owner" => entry.owner = Some(value),
            "expires" => entry.expires = Some(value),
            "path" => entry.path = value,
            _ => return Err(format!("takes no `{name}`, but `reason`, `owner`, `expires` and `path`")),
        }
    }
    Ok(entry)
}

/// The words of a line, without the double quotes that hold spaces together.
fn words(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            space if space.is_whitespace() && !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            other => word.push(other),
        }
    }
    if quoted {
        return Err("a double quote is not closed".to_owned());
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    Ok(words)
}
