//! Which lines evaluations went through.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::syntax::Syntax;
use crate::{Interpreter, PolicyError};

/// The lines of one file that can be evaluated, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Lines {
    /// Those that some evaluation went through.
    pub covered: BTreeSet<u32>,
    /// Those that none did.
    pub uncovered: BTreeSet<u32>,
}

/// The lines of files, by file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Coverage(pub BTreeMap<String, Lines>);

impl Lines {
    /// How many of the lines were covered, in percent; a file without a line that can be evaluated is covered.
    pub fn percent(&self) -> f64 {
        percent(self.covered.len(), self.uncovered.len())
    }
}

impl Coverage {
    /// Adds what other evaluations went through.
    pub fn merge(&mut self, other: Self) {
        for (file, lines) in other.0 {
            let known = self.0.entry(file).or_default();
            known.covered.extend(lines.covered);
            known.uncovered.extend(lines.uncovered);
            known.uncovered.retain(|line| !known.covered.contains(line));
        }
    }

    /// How many of all lines were covered, in percent.
    pub fn percent(&self) -> f64 {
        let sum = |count: fn(&Lines) -> usize| self.0.values().map(count).sum();
        percent(sum(|lines| lines.covered.len()), sum(|lines| lines.uncovered.len()))
    }

    /// What the evaluations of an engine went through, in the modules for which `is_wanted` holds. A module that was never entered is not among them.
    pub(crate) fn of(engine: &regorus::Engine, is_wanted: impl Fn(&str) -> bool) -> Result<Self, PolicyError> {
        let report = engine.get_coverage_report().map_err(|error| PolicyError::Rego { reason: error.to_string() })?;
        let files = report.files.into_iter().filter(|file| is_wanted(&file.path)).map(|file| {
            let uncovered = file.not_covered.difference(&file.covered).copied().collect();
            (file.path, Lines { covered: file.covered, uncovered })
        });
        Ok(Self(files.collect()))
    }

    /// What evaluations could go through, in the modules for which `is_wanted` holds; nothing is covered.
    pub(crate) fn none_of(engine: &regorus::Engine, is_wanted: impl Fn(&str) -> bool) -> Result<Self, PolicyError> {
        let syntax = Syntax::of(engine)?;
        let modules = syntax.modules();
        let wanted = modules.iter().filter(|module| is_wanted(module.file));
        Ok(Self(wanted.map(|module| (module.file.to_owned(), Lines { covered: BTreeSet::new(), uncovered: module.lines() })).collect()))
    }
}

impl Interpreter<'_> {
    /// Notes from here on which lines evaluations go through.
    pub fn note_lines(&mut self) {
        self.engine.set_enable_coverage(true);
    }

    /// The lines that evaluations went through since [`Interpreter::note_lines`], and those that they did not, of the policy and of each library module
    /// that they came to.
    ///
    /// # Errors
    /// The engine cannot tell.
    pub fn coverage(&self) -> Result<Coverage, PolicyError> {
        Coverage::of(&self.engine, |_| true)
    }

    /// The lines that evaluations could go through, of the policy and of each library module that it reaches; nothing is covered.
    ///
    /// # Errors
    /// The syntax tree is not of the form that this build knows.
    pub fn lines(&self) -> Result<Coverage, PolicyError> {
        Coverage::none_of(&self.engine, |_| true)
    }
}

fn percent(covered: usize, uncovered: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if covered + uncovered == 0 { 100.0 } else { 100.0 * number(covered) / number(covered + uncovered) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_case_covers_is_covered() {
        let lines = |covered: &[u32], uncovered: &[u32]| {
            let lines = Lines { covered: covered.iter().copied().collect(), uncovered: uncovered.iter().copied().collect() };
            Coverage(BTreeMap::from([("a.rego".to_owned(), lines)]))
        };
        let mut all = lines(&[3], &[4, 5]);
        all.merge(lines(&[4], &[3, 5]));
        assert_eq!(all, lines(&[3, 4], &[5]));
        assert!((all.percent() - 200.0 / 3.0).abs() < 1e-9);
        assert!((Coverage::default().percent() - 100.0).abs() < 1e-9);
    }
}
