//! Flowcharts in the language of Mermaid: <https://mermaid.js.org/syntax/flowchart.html>.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use itertools::Itertools;

/// What leads to what: from the first to the second.
pub(super) type Edges<T> = BTreeSet<(T, T)>;

/// A flowchart that is being drawn.
pub(super) struct Flowchart {
    text: String,
    depth: usize,
    /// The identifiers of what there is, by its key.
    ids: BTreeMap<String, String>,
}

impl Flowchart {
    /// An empty one, from the left to the right.
    pub(super) fn new() -> Self {
        Self { text: "flowchart LR\n".to_owned(), depth: 1, ids: BTreeMap::new() }
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:indent$}{line}", "", indent = 2 * self.depth);
    }

    /// Begins a frame around what comes until [`Self::close`].
    pub(super) fn open(&mut self, key: &str, title: &str) {
        let id = self.id(key);
        self.line(&format!("subgraph {id}[{}]", quoted(&[title])));
        self.depth += 1;
    }

    /// Ends the frame that was begun last.
    pub(super) fn close(&mut self) {
        self.depth -= 1;
        self.line("end");
    }

    /// A box with these lines in it.
    pub(super) fn node(&mut self, key: &str, lines: &[&str]) {
        let id = self.id(key);
        self.line(&format!("{id}[{}]", quoted(lines)));
    }

    /// An arrow between what is there; without an end of it there is none.
    pub(super) fn edge(&mut self, from: &str, to: &str, label: &str) {
        let (Some(from), Some(to)) = (self.ids.get(from), self.ids.get(to)) else { return };
        let label = if label.is_empty() { String::new() } else { format!("|{}|", quoted(&[label])) };
        let line = format!("{from} -->{label} {to}");
        self.line(&line);
    }

    /// What was drawn.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// A new identifier of letters, digits and underscores that reads like the key. It has an underscore, so it is no word of the language.
    fn id(&mut self, key: &str) -> String {
        let mut id: String =
            key.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).dedup_by(underscores).collect();
        if !id.contains('_') {
            id.push('_');
        }
        while self.ids.values().any(|taken| *taken == id) {
            id.push('_');
        }
        self.ids.insert(key.to_owned(), id.clone());
        id
    }
}

fn underscores(one: &char, other: &char) -> bool {
    (*one, *other) == ('_', '_')
}

/// Lines as a label, in which nothing means anything to Mermaid.
fn quoted(lines: &[&str]) -> String {
    let plain = |letter: char| match letter {
        '"' | '#' | '&' | '<' | '>' | '`' | '\\' => format!("#{};", u32::from(letter)),
        other => other.to_string(),
    };
    format!("\"{}\"", lines.iter().filter(|line| !line.is_empty()).map(|line| line.chars().map(plain).collect::<String>()).join("<br/>"))
}

/// The edges without those in whose place others lead the same way.
pub(super) fn reduced<T: Copy + Ord>(edges: &Edges<T>) -> Edges<T> {
    let mut kept = edges.clone();
    for edge in edges {
        kept.remove(edge);
        if !leads(&kept, *edge) {
            kept.insert(*edge);
        }
    }
    kept
}

/// Whether there is a way between two ends.
fn leads<T: Copy + Ord>(edges: &Edges<T>, (from, to): (T, T)) -> bool {
    let (mut seen, mut open) = (BTreeSet::from([from]), vec![from]);
    while let Some(at) = open.pop() {
        let next = edges.iter().filter(|(from, _)| *from == at).map(|(_, to)| *to);
        open.extend(next.filter(|next| seen.insert(*next)).collect::<Vec<_>>());
    }
    from != to && seen.contains(&to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_goes_where_others_lead_the_same_way() {
        let edges = Edges::from([(1, 2), (2, 3), (1, 3), (3, 4), (1, 4), (5, 4)]);
        assert_eq!(reduced(&edges), Edges::from([(1, 2), (2, 3), (3, 4), (5, 4)]));
        let circle = Edges::from([(1, 2), (2, 1), (2, 3), (1, 3)]);
        let kept = reduced(&circle);
        for edge in circle {
            assert!(leads(&kept, edge), "{edge:?}");
        }
    }

    #[test]
    fn keys_that_read_the_same_stay_apart_and_labels_say_what_they_are_given() {
        let mut chart = Flowchart::new();
        chart.open("end", "a \"b\" <c>");
        chart.node("a-b", &["#1"]);
        chart.node("a_b", &["2", "", "3"]);
        chart.close();
        chart.edge("a-b", "a_b", "");
        chart.edge("end", "a-b", "to");
        chart.edge("a-b", "nobody", "");
        let expected = "flowchart LR\n  subgraph end_[\"a #34;b#34; #60;c#62;\"]\n    a_b[\"#35;1\"]\n    a_b_[\"2<br/>3\"]\n  end\n  \
                        a_b --> a_b_\n  end_ -->|\"to\"| a_b\n";
        assert_eq!(chart.text(), expected);
    }
}
