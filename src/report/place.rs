//! Where a finding is, for the formats of code scanners: they name a file and a line for each finding, and their readers recognise a
//! finding by them. What a file declares has both. What was read from a cloud has neither: its path is made of what identifies the
//! resource, so that it is the same in every run and no two resources share one, and its line is the first.

use innovate_model::{Location, Span};

use crate::finding::Finding;

/// The file of a finding, below the folder that the program ran in, or as it was named; of a live resource, a path such as
/// `111122223333/eu-west-1/AWS-RDS-DBInstance/orders`.
pub(super) fn path(finding: &Finding) -> String {
    finding.location.as_ref().map_or_else(|| live(finding), |location| below(&location.file).to_owned())
}

/// The same as a reference of a URI (RFC 3986).
pub(super) fn uri(finding: &Finding) -> String {
    let Some(location) = &finding.location else { return live(finding) };
    let path = below(&location.file).split('/').map(encoded).collect::<Vec<_>>().join("/");
    if path.starts_with('/') { format!("file://{path}") } else { path }
}

/// Where in its file a finding is.
pub(super) fn span(finding: &Finding) -> Span {
    finding.location.as_ref().map(|location| location.span).unwrap_or_default()
}

/// The line of the last character. A span that takes whole lines ends before the first character of the next.
pub(super) fn last_line(span: Span) -> usize {
    if span.end.column <= 1 && span.end.line > span.start.line { span.end.line - 1 } else { span.end.line }
}

/// The place as a person reads it: file, line and column.
pub(super) fn spot(location: &Location) -> String {
    let start = location.span.start;
    format!("{}:{}:{}", location.file, start.line, start.column)
}

/// GitHub and GitLab want paths without a leading `./`.
fn below(file: &str) -> &str {
    file.strip_prefix("./").unwrap_or(file)
}

/// No part is hidden or leads out of its folder.
fn live(finding: &Finding) -> String {
    let type_name = finding.resource.type_name.replace("::", "-");
    let part = |part: &str| {
        let part = encoded(part);
        part.strip_prefix('.').map(|rest| format!("%2E{rest}")).unwrap_or(part)
    };
    [&finding.account, &finding.region, &type_name, &finding.resource.id].map(|text| part(text)).join("/")
}

/// Percent-encoded as a part of a path in a URI.
fn encoded(part: &str) -> String {
    let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    part.bytes().map(|byte| if is_kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use innovate_model::{Position, Resource};

    use super::*;
    use crate::finding::Verdict;
    use crate::policy::Severity;

    fn finding(id: &str, file: Option<&str>) -> Finding {
        let resource = Resource::new("AWS::S3::Bucket", id, "111122223333", "eu-west-1");
        let mut finding = Finding::new("aws.a", Verdict::Fail, Severity::High, &resource, String::new(), String::new(), 0);
        finding.location = file.map(|file| Location { file: file.to_owned(), address: "Logs".to_owned(), span: Span::default() });
        finding
    }

    #[test]
    fn a_live_resource_has_a_path_of_its_own_that_leads_nowhere() {
        for (id, last) in [("logs", "logs"), ("../a", "%2E.%2Fa"), (".a b", "%2Ea%20b")] {
            let finding = finding(id, None);
            assert_eq!(path(&finding), format!("111122223333/eu-west-1/AWS-S3-Bucket/{last}"));
            assert_eq!(uri(&finding), path(&finding));
        }
    }

    #[test]
    fn a_declared_resource_has_the_path_of_its_file() {
        for (file, expected, reference) in [
            ("./infra/a b.yaml", "infra/a b.yaml", "infra/a%20b.yaml"),
            (".github/x%.yaml", ".github/x%.yaml", ".github/x%25.yaml"),
            ("/srv/x.yaml", "/srv/x.yaml", "file:///srv/x.yaml"),
            ("../x:1.yaml", "../x:1.yaml", "../x%3A1.yaml"),
        ] {
            let finding = finding("logs", Some(file));
            assert_eq!((path(&finding).as_str(), uri(&finding).as_str()), (expected, reference));
        }
    }

    #[test]
    fn the_last_line_is_that_of_the_last_character() {
        let at = |line, column| Position { line, column };
        for (start, end, last) in [(at(3, 5), at(3, 9), 3), (at(3, 5), at(5, 1), 4), (at(3, 1), at(3, 1), 3), (at(3, 5), at(5, 2), 5)] {
            assert_eq!(last_line(Span { start, end }), last);
        }
    }
}
