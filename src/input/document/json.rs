//! JSON by its own grammar: YAML has no tab in indentation, no `\/`, and no letters of two escapes.

use innovate_model::{Position, Span};
use serde_json::Number;

use super::{Builder, InputError, Kind, Node};

/// Whether the text begins as JSON does: Helm's templates and YAML in braces do not.
pub(super) fn is_meant(text: &str) -> bool {
    let begins = |rest: &str, characters: &[char]| rest.trim_start_matches(BLANK).starts_with(characters);
    let text = text.trim_start_matches(BLANK);
    text.strip_prefix('{').is_some_and(|rest| begins(rest, &['"', '}']))
        || text.strip_prefix('[').is_some_and(|rest| begins(rest, &['"', '{', '[', ']']))
}

/// What may stand between tokens.
const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// What may come next.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    Value,
    /// A value, or the end of the list.
    FirstItem,
    Key,
    /// A key, or the end of the map.
    FirstKey,
    /// A comma, or the end of what is open.
    Comma,
}

impl Next {
    fn describe(self, is_map: Option<&bool>) -> &'static str {
        match (self, is_map) {
            (Self::Value, _) => "a value",
            (Self::FirstItem, _) => "a value or `]`",
            (Self::Key, _) => "a key in double quotes",
            (Self::FirstKey, _) => "a key in double quotes or `}`",
            (Self::Comma, Some(true)) => "`,` or `}`",
            (Self::Comma, Some(false)) => "`,` or `]`",
            (Self::Comma, None) => "the end of the file",
        }
    }
}

/// Gives the text to the builder.
pub(super) fn read(builder: &mut Builder<'_>, text: &str) -> Result<(), InputError> {
    let mut reader = Reader { file: builder.file, text, at: Position::default() };
    // Of each list or map that is open, whether it is a map.
    let mut open: Vec<bool> = Vec::new();
    let mut next = Next::Value;
    loop {
        reader.blank();
        let start = reader.at;
        let here = Span { start, end: start };
        let first = reader.text.chars().next();
        match (next, first) {
            (Next::Comma, None) if open.is_empty() => return Ok(()),
            (Next::Comma, Some(',')) if !open.is_empty() => {
                reader.pass(1);
                next = if open.last() == Some(&true) { Next::Key } else { Next::Value };
            }
            (Next::Value | Next::FirstItem, Some(bracket @ ('{' | '['))) => {
                reader.pass(1);
                let is_map = bracket == '{';
                builder.open(if is_map { Kind::Map(Vec::new()) } else { Kind::List(Vec::new()) }, 0, None, here)?;
                open.push(is_map);
                next = if is_map { Next::FirstKey } else { Next::FirstItem };
            }
            (Next::Comma | Next::FirstKey, Some('}')) if open.last() == Some(&true) => (next, _) = (reader.end(builder)?, open.pop()),
            (Next::Comma | Next::FirstItem, Some(']')) if open.last() == Some(&false) => (next, _) = (reader.end(builder)?, open.pop()),
            (Next::Key | Next::FirstKey, Some('"')) => {
                let node = reader.string()?;
                builder.add(node, (0, 1), false)?;
                reader.blank();
                if !reader.text.starts_with(':') {
                    return Err(reader.expected("`:` after the key"));
                }
                reader.pass(1);
                next = Next::Value;
            }
            (Next::Value | Next::FirstItem, Some('"')) => {
                let node = reader.string()?;
                builder.add(node, (0, 1), false)?;
                next = Next::Comma;
            }
            (Next::Value | Next::FirstItem, Some(letter)) if letter.is_ascii_alphanumeric() || letter == '-' => {
                let node = reader.word()?;
                builder.add(node, (0, 1), false)?;
                next = Next::Comma;
            }
            (Next::Value, Some(']')) | (Next::Key, Some('}')) if !open.is_empty() => {
                return Err(InputError::new(builder.file, start, "a comma stands before the end; JSON has none there"));
            }
            _ => return Err(reader.expected(next.describe(open.last()))),
        }
    }
}

/// What is left of a text, and where that begins.
struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    at: Position,
}

impl Reader<'_> {
    fn blank(&mut self) {
        let rest = self.text.trim_start_matches(BLANK);
        self.pass(self.text.len() - rest.len());
    }

    fn pass(&mut self, bytes: usize) {
        let (passed, rest) = self.text.split_at(bytes);
        for letter in passed.chars() {
            if letter == '\n' {
                self.at = Position { line: self.at.line + 1, column: 1 };
            } else {
                self.at.column += 1;
            }
        }
        self.text = rest;
    }

    fn expected(&self, what: &str) -> InputError {
        let found = match self.text.chars().next() {
            Some(letter) if letter.is_control() => "a control character".to_owned(),
            Some(letter) => format!("`{letter}`"),
            None => "the end of the file".to_owned(),
        };
        InputError::new(self.file, self.at, format!("expected {what}, found {found}"))
    }

    fn end(&mut self, builder: &mut Builder<'_>) -> Result<Next, InputError> {
        self.pass(1);
        builder.close(self.at)?;
        Ok(Next::Comma)
    }

    fn string(&mut self) -> Result<Node, InputError> {
        let start = self.at;
        let mut escaped = false;
        let end = self.text.bytes().skip(1).position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let written = end.and_then(|end| self.text.get(..end + 2));
        let Some(written) = written else { return Err(InputError::new(self.file, start, "a text has no closing quote")) };
        let text = serde_json::from_str(written).map_err(|error| {
            // The column of the parser is that of a byte.
            let before = written.get(..error.column().saturating_sub(1)).unwrap_or_default().chars().count();
            let at = Position { line: start.line, column: start.column + before };
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or_default();
            InputError::new(self.file, if error.line() == 1 { at } else { start }, what)
        })?;
        self.pass(written.len());
        Ok(Node::new(Kind::Text(text), Span { start, end: self.at }))
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Node, InputError> {
        let start = self.at;
        let end = self.text.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | '+' | '-' | '_'));
        let word = self.text.get(..end.unwrap_or(self.text.len())).unwrap_or_default();
        let kind = match word {
            "true" | "false" => Kind::Bool(word == "true"),
            "null" => Kind::Null,
            _ => match word.parse::<Number>() {
                Ok(number) => Kind::Number(number, word.to_owned()),
                Err(_) => {
                    let shown: String = word.chars().take(40).collect();
                    return Err(InputError::new(self.file, start, format!("`{shown}` is no value; a text stands in double quotes")));
                }
            },
        };
        self.pass(word.len());
        Ok(Node::new(kind, Span { start, end: self.at }))
    }
}
