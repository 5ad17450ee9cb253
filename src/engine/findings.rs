//! Findings in the order of reports, in memory as far as they fit there.

use std::borrow::Cow;
use std::io;

use itertools::Itertools;
use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::spill::{Segment, Spill};

/// Findings that one thread holds before they go to disk, where resources do.
const MOST: usize = 20_000;

/// Findings, sorted piece by piece.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Findings {
    held: Vec<Finding>,
    #[serde(skip)]
    stored: Vec<(Spill, Vec<Segment>)>,
}

/// A finding, from memory or from disk.
type Item<'a> = io::Result<Cow<'a, Finding>>;

impl From<Vec<Finding>> for Findings {
    fn from(held: Vec<Finding>) -> Self {
        let mut findings = Self { held, stored: Vec::new() };
        findings.sort();
        findings
    }
}

impl Findings {
    /// Adds one that may be in any place of the order.
    pub(super) fn push(&mut self, finding: Finding) {
        self.held.push(finding);
    }

    /// Sorts what is held; a list of sorted halves is sorted in a single pass.
    pub(super) fn sort(&mut self) {
        self.held.sort_by(|a, b| a.order().cmp(&b.order()));
    }

    /// Puts what is held on disk where it has become too much.
    pub(super) fn relieve(&mut self) -> io::Result<()> {
        if self.held.len() < MOST { Ok(()) } else { self.store() }
    }

    fn store(&mut self) -> io::Result<()> {
        self.sort();
        if self.stored.is_empty() {
            self.stored.push((Spill::new()?, Vec::new()));
        }
        if let Some((spill, segments)) = self.stored.last_mut() {
            segments.push(spill.append(self.held.drain(..))?);
        }
        Ok(())
    }

    /// Takes out what is held.
    pub(super) fn take(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.held)
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.held.extend(other.held);
        self.stored.extend(other.stored);
    }

    /// All of them in order.
    ///
    /// # Errors
    /// The disk cannot be read; later errors are among the items.
    pub fn iter(&self) -> io::Result<Box<dyn Iterator<Item = Item<'_>> + '_>> {
        let held = self.held.iter().map(|finding| Ok(Cow::Borrowed(finding)));
        if self.stored.is_empty() {
            return Ok(Box::new(held));
        }
        let mut runs: Vec<Box<dyn Iterator<Item = Item<'_>> + '_>> = vec![Box::new(held)];
        for (spill, segments) in &self.stored {
            for segment in segments {
                let stored = spill.stream::<Finding>(*segment)?.map(|finding| finding.map(Cow::Owned));
                runs.push(Box::new(stored));
            }
        }
        // An error comes first: it ends the report.
        let comes_first = |a: &Item<'_>, b: &Item<'_>| match (a, b) {
            (Ok(a), Ok(b)) => a.order() <= b.order(),
            (Err(_), _) => true,
            (Ok(_), Err(_)) => false,
        };
        Ok(Box::new(runs.into_iter().kmerge_by(comes_first)))
    }

    /// All of them in order, in memory.
    ///
    /// # Errors
    /// The disk cannot be read.
    pub fn to_vec(&self) -> io::Result<Vec<Finding>> {
        self.iter()?.map(|finding| finding.map(Cow::into_owned)).collect()
    }

    /// Changes each; what is changed must not move it in the order.
    ///
    /// # Errors
    /// The disk cannot be read or written.
    pub fn update(&mut self, mut change: impl FnMut(&mut Finding)) -> io::Result<()> {
        self.rewrite(|list| list.iter_mut().for_each(&mut change))
    }

    /// Changes sorted lists of them, in which all that one policy says of one resource is together; they are sorted anew.
    pub(super) fn rewrite(&mut self, mut change: impl FnMut(&mut [Finding])) -> io::Result<()> {
        change(&mut self.held);
        self.sort();
        for (spill, segments) in &mut self.stored {
            let mut changed = Vec::new();
            for segment in segments.iter() {
                let mut list: Vec<Finding> = spill.read(*segment)?;
                change(&mut list);
                list.sort_by(|a, b| a.order().cmp(&b.order()));
                changed.push(spill.append(list)?);
            }
            *segments = changed;
        }
        Ok(())
    }

    /// Takes out those of policies that are not to be believed.
    pub(super) fn retain(&mut self, stays: impl Fn(&Finding) -> bool) -> io::Result<()> {
        self.held.retain(&stays);
        for (spill, segments) in &mut self.stored {
            let mut kept = Vec::new();
            for segment in segments.iter() {
                let list: Vec<Finding> = spill.read(*segment)?;
                kept.push(spill.append(list.into_iter().filter(&stays))?);
            }
            *segments = kept;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use innovate_model::Resource;

    use super::*;
    use crate::finding::Verdict;
    use crate::policy::Severity;

    /// Findings of two threads: of each a part on disk, in several runs, and a part in memory.
    fn of_two_threads() -> (Findings, Vec<Finding>) {
        let (mut all, mut both) = (Vec::new(), Findings::default());
        for thread in 0..2 {
            let mut findings = Findings::default();
            for number in 0..60 {
                let resource = Resource::new("AWS::EC2::Volume", format!("vol-{}", number * 7 % 60), format!("{thread}"), "eu-west-1");
                let policy = if number % 3 == 0 { "aws.a" } else { "aws.b" };
                let severity = if number % 2 == 0 { Severity::High } else { Severity::Low };
                let finding = Finding::new(policy, Verdict::Fail, severity, &resource, "no".to_owned(), String::new(), 0);
                all.push(finding.clone());
                findings.push(finding);
                if number % 25 == 24 {
                    findings.store().unwrap();
                }
            }
            findings.sort();
            both.merge(findings);
        }
        both.sort();
        all.sort_by(|a, b| a.order().cmp(&b.order()));
        (both, all)
    }

    #[test]
    fn findings_of_several_runs_come_in_the_order_of_all() {
        let (findings, all) = of_two_threads();
        assert_eq!((findings.stored.len(), findings.held.len()), (2, 20));
        assert_eq!(findings.to_vec().unwrap(), all);
        assert_eq!(findings.to_vec().unwrap(), all, "they can be had again");
    }

    #[test]
    fn what_is_not_to_be_believed_is_taken_out_on_disk_too() {
        let (mut findings, mut all) = of_two_threads();
        findings.retain(|finding| finding.policy != "aws.a").unwrap();
        all.retain(|finding| finding.policy != "aws.a");
        assert_eq!(findings.to_vec().unwrap(), all);
    }
}
