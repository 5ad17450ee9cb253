//! The reference: pages in Markdown of policies and of blueprints, and an index of each.

pub mod blueprint;
mod diagram;
pub mod policy;

use itertools::Itertools;

/// The file of an index.
pub const INDEX: &str = "README.md";

/// One line end at the end.
fn ended(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

fn names<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| format!("`{}`", name.as_ref())).join(", ")
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|").split_whitespace().join(" ")
}

/// A text between fences that are longer than any in it.
fn fenced(language: &str, content: &str) -> String {
    let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n\n", content.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_fence_or_a_cell_does_not() {
        assert_eq!(fenced("", "a ```` b"), "`````\na ```` b\n`````\n\n");
        assert_eq!(cell("a | b\n  c"), "a \\| b c");
    }
}
