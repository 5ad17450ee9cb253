//! What a run found and what it missed, in the words that reports share.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use innovate_model::{Cause, GLOBAL, Resource};

use super::Report;
use crate::engine::Ledger;
use crate::finding::{Finding, Verdict};
use crate::policy::{Remediation, Severity};

/// How many findings there are, the worst first.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) failed: BTreeMap<Reverse<Severity>, usize>,
    unknown: usize,
    waived: usize,
}

impl Outcome {
    pub(super) fn add(&mut self, finding: &Finding) {
        match finding.verdict {
            Verdict::Fail => *self.failed.entry(Reverse(finding.severity)).or_default() += 1,
            Verdict::Unknown => self.unknown += 1,
            Verdict::Waived => self.waived += 1,
            Verdict::Pass | Verdict::NotApplicable => {}
        }
    }

    /// What was found and what is missing, in one line.
    pub(super) fn line(&self, ledger: &Ledger) -> String {
        let failed: Vec<String> = self.failed.iter().map(|(Reverse(severity), count)| format!("{count} {severity}")).collect();
        let failed = if failed.is_empty() { "nothing found".to_owned() } else { failed.join(", ") };
        let unknown = (self.unknown > 0).then(|| format!("{} unknown", self.unknown));
        let waived = (self.waived > 0).then(|| format!("{} waived", self.waived));
        [Some(failed), unknown, waived, shortfall(ledger)].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

/// What a run was to judge and did not, if anything.
pub(super) fn shortfall(ledger: &Ledger) -> Option<String> {
    let errors = (!ledger.errors.is_empty()).then(|| format!("{} could not judge", counted(ledger.errors.len(), "policy", "policies")));
    let parts: Vec<String> = [errors, incomplete(ledger)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// That a run did not read everything, where it did not.
fn incomplete(ledger: &Ledger) -> Option<String> {
    let broken: Vec<String> = ledger.broken.iter().map(ToString::to_string).collect();
    let reading = match broken.is_empty() {
        _ if ledger.interrupted => "the reading was interrupted".to_owned(),
        true if ledger.skipped.iter().any(|skipped| skipped.unread) => {
            let count = ledger.skipped.iter().filter(|skipped| skipped.unread).count();
            format!("{} could not be followed", counted(count, "declaration", "declarations"))
        }
        true => "not everything that the policies need was read".to_owned(),
        false => format!("{} could not be read: {}", counted(broken.len(), "file", "files"), broken.join("; ")),
    };
    (!ledger.complete).then(|| format!("incomplete: {reading}"))
}

/// What a run was to judge and did not as findings on the caller's account, for formats that have findings and nothing else: a policy
/// that could not judge is unknown, and so is `innovate.incomplete` where not everything was read.
pub(super) fn shortcomings(report: &Report<'_>) -> Vec<Finding> {
    let ledger = &report.judgement.ledger;
    let account = &report.world.caller;
    let resource = Resource::new("AWS::Organizations::Account", account, account, GLOBAL);
    let unknown = |policy: &str, message: String| {
        let severity = report.library.policies.iter().find(|known| known.id == policy).map(|known| known.metadata.custom.severity);
        let severity = severity.unwrap_or(Severity::Medium);
        Finding::new(policy, Verdict::Unknown, severity, &resource, message, String::new(), 0)
    };
    let errors = ledger.errors.iter().map(|(policy, reason)| unknown(policy, format!("the policy could not judge: {reason}")));
    errors.chain(incomplete(ledger).map(|message| unknown("innovate.incomplete", message))).collect()
}

/// Why something was not read: kind, action and the service's own words.
pub(super) fn reason(cause: &Cause) -> String {
    let action = cause.action.as_deref().map(|action| format!(" `{action}`")).unwrap_or_default();
    format!("{}{action}: {}", cause.code.describe(), cause.message)
}

/// A number with its noun.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What a way to mend something is called.
pub(super) fn heading(way: &str) -> &str {
    match way {
        "console" => "Console",
        "cli" => "CLI",
        "cloudformation" => "CloudFormation",
        "manifest" => "Manifest",
        way => way,
    }
}

/// The ways to mend something, one after the other.
pub(super) fn steps(remediation: &Remediation, between: &str) -> String {
    remediation.ways().map(|(way, how)| format!("{}: {}", heading(way), how.trim())).collect::<Vec<_>>().join(between)
}
