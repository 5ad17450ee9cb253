//! What is checked of a policy's text before the engine sees it: the parser of regorus takes time that doubles with each level of nested literals, and
//! recursion would end the process.

use crate::PolicyError;

/// Bytes of one module.
const MAX_BYTES: usize = 1 << 20;

/// Brackets within brackets.
const MAX_DEPTH: usize = 12;

/// Holds that the text is one that the engine can take.
///
/// # Errors
/// The text is too long or nested too deeply.
pub(crate) fn check(file: &str, source: &str) -> Result<(), PolicyError> {
    let fail = |reason: String| Err(PolicyError::Guard { file: file.to_owned(), reason });
    if source.len() > MAX_BYTES {
        return fail(format!("the file has {} bytes; a module may have {MAX_BYTES}", source.len()));
    }
    let mut depth = 0_usize;
    for (number, line) in source.lines().enumerate() {
        let mut characters = line.chars();
        let mut quote = None;
        while let Some(character) = characters.next() {
            match (quote, character) {
                (Some('"'), '\\') => drop(characters.next()),
                (Some(open), _) if open == character => quote = None,
                (Some(_), _) => {}
                (None, '#') => break,
                (None, '"' | '`') => quote = Some(character),
                (None, '[' | '{' | '(') => depth += 1,
                (None, ']' | '}' | ')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_DEPTH {
                return fail(format!("line {}: brackets are nested {depth} deep; at most {MAX_DEPTH} are taken", number + 1));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_where_they_are_code() {
        assert!(check("a.rego", "# [[[[[[[[[[[[[[[[\nx := \"[[[[[[[[[[[[[[[[\\\"\"\ny := `[[[[[[[[[[[[[[[[`\n").is_ok());
        let nested = format!("x := 1\ny := {}1{}\n", "[".repeat(16), "]".repeat(16));
        let error = check("a.rego", &nested).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("a.rego: line 2: brackets are nested 13 deep; at most 12 are taken"));
        assert!(check("a.rego", &" ".repeat(MAX_BYTES + 1)).is_err());
    }
}
