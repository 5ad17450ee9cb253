//! What is checked of a policy's text before the engine sees it: the parser of regorus takes time that doubles with each level of nested literals, and
//! recursion would end the process.

use crate::PolicyError;

/// Bytes of one module.
const MAX_BYTES: usize = 1 << 20;

/// Brackets within brackets.
const MAX_DEPTH: usize = 12;

/// The functions that a policy may call: those that give the same for the same arguments, and touch nothing. Time is `data.now`.
const ALLOWED: &[&str] = &[
    "abs",
    "all",
    "any",
    "array.concat",
    "array.reverse",
    "array.slice",
    "base64.decode",
    "base64.encode",
    "base64.is_valid",
    "base64url.decode",
    "base64url.encode",
    "base64url.encode_no_pad",
    "bits.and",
    "bits.lsh",
    "bits.negate",
    "bits.or",
    "bits.rsh",
    "bits.xor",
    "ceil",
    "concat",
    "contains",
    "count",
    "endswith",
    "floor",
    "format_int",
    "glob.match",
    "glob.quote_meta",
    "graph.reachable",
    "graph.reachable_paths",
    "hex.decode",
    "hex.encode",
    "indexof",
    "indexof_n",
    "intersection",
    "is_array",
    "is_boolean",
    "is_null",
    "is_number",
    "is_object",
    "is_set",
    "is_string",
    "json.filter",
    "json.is_valid",
    "json.marshal",
    "json.patch",
    "json.remove",
    "json.unmarshal",
    "lower",
    "max",
    "min",
    "net.cidr_contains",
    "net.cidr_expand",
    "net.cidr_is_valid",
    "numbers.range",
    "numbers.range_step",
    "object.filter",
    "object.get",
    "object.keys",
    "object.remove",
    "object.subset",
    "object.union",
    "object.union_n",
    "print",
    "product",
    "regex.find_n",
    "regex.globs_match",
    "regex.is_valid",
    "regex.match",
    "regex.replace",
    "regex.split",
    "regex.template_match",
    "replace",
    "round",
    "semver.compare",
    "semver.is_valid",
    "sort",
    "split",
    "sprintf",
    "startswith",
    "strings.any_prefix_match",
    "strings.any_suffix_match",
    "strings.count",
    "strings.replace_n",
    "strings.reverse",
    "substring",
    "sum",
    "time.add_date",
    "time.clock",
    "time.date",
    "time.diff",
    "time.format",
    "time.parse_duration_ns",
    "time.parse_ns",
    "time.parse_rfc3339_ns",
    "time.weekday",
    "to_number",
    "trim",
    "trim_left",
    "trim_prefix",
    "trim_right",
    "trim_space",
    "trim_suffix",
    "type_name",
    "union",
    "units.parse",
    "units.parse_bytes",
    "upper",
    "urlquery.decode",
    "urlquery.decode_object",
    "urlquery.encode",
    "urlquery.encode_object",
    "uuid.parse",
    "walk",
];

/// Whether a policy may call the function.
pub(crate) fn is_allowed(name: &str) -> bool {
    ALLOWED.binary_search(&name).is_ok()
}

/// Whether a name is that of a built-in function, or what several begin with, such as `time`.
pub(crate) fn is_function_or_family(name: &str) -> bool {
    is_allowed(name) || ALLOWED.iter().any(|known| known.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// What is said of a function that a policy may not call.
pub(crate) fn forbidden(name: &str) -> String {
    let instead = if name == "time.now_ns" { "; the time is `data.now`" } else { "" };
    format!("`{name}` is no function that a policy may call{instead}")
}

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
    fn functions_are_allowed_by_name() {
        assert!(ALLOWED.is_sorted(), "they are looked up by halves");
        assert!(is_allowed("sprintf") && !is_allowed("http.send") && !is_allowed("opa.runtime"));
        assert_eq!(forbidden("time.now_ns"), "`time.now_ns` is no function that a policy may call; the time is `data.now`");
    }

    #[test]
    fn brackets_count_where_they_are_code() {
        assert!(check("a.rego", "# [[[[[[[[[[[[[[[[\nx := \"[[[[[[[[[[[[[[[[\\\"\"\ny := `[[[[[[[[[[[[[[[[`\n").is_ok());
        let nested = format!("x := 1\ny := {}1{}\n", "[".repeat(16), "]".repeat(16));
        let error = check("a.rego", &nested).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("a.rego: line 2: brackets are nested 13 deep; at most 12 are taken"));
        assert!(check("a.rego", &" ".repeat(MAX_BYTES + 1)).is_err());
    }
}
