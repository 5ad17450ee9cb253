//! JSON pointers (RFC 6901).

/// A name as a step of a pointer.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a step of a pointer stands for.
pub fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// The names of a pointer; none for the document as a whole.
pub fn names(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(unescape).collect()
}
