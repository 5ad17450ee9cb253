//! The controls of frameworks, as the policies that serve them found.

use serde::Serialize;

use crate::engine::{Counts, Ledger};
use crate::framework::{Control, Coverage, Framework};

/// What is said of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// A policy denies something.
    Fail,
    /// A policy could not judge at all.
    Error,
    /// Something was not read, or a policy of the control was left out of the run.
    Unknown,
    /// No policy judges it; a person has to.
    Manual,
    /// Nothing judges it.
    Unserved,
    /// There is nothing that it speaks of.
    NotApplicable,
    /// Its policies found nothing wrong.
    Pass,
}

/// A control and what was found.
#[derive(Debug, Serialize)]
pub(super) struct Judged<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) status: Status,
    /// Verdicts of its policies.
    #[serde(flatten)]
    pub(super) counts: Counts,
    pub(super) policies: &'a [String],
    /// What is left to a person.
    pub(super) manual: Option<&'a str>,
}

impl Judged<'_> {
    /// The status in a person's words.
    pub(super) fn word(&self) -> &'static str {
        match self.status {
            Status::Fail => "fail",
            Status::Error => "error",
            Status::Unknown => "unknown",
            Status::Manual => "manual",
            Status::Unserved => "unserved",
            Status::NotApplicable => "does not apply",
            Status::Pass if self.manual.is_some() => "pass, in part",
            Status::Pass => "pass",
        }
    }
}

/// A framework and what was found.
#[derive(Debug, Serialize)]
pub(super) struct Summary<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) version: &'a str,
    pub(super) controls: Vec<Judged<'a>>,
}

impl Summary<'_> {
    /// How many controls there are of each status, in one line.
    pub(super) fn line(&self) -> String {
        let count = |status: Status| self.controls.iter().filter(|control| control.status == status).count();
        format!(
            "{} controls fail, {} cannot be judged, {} pass, {} do not apply, {} are left to a person, no policy judges {}",
            count(Status::Fail),
            count(Status::Unknown) + count(Status::Error),
            count(Status::Pass),
            count(Status::NotApplicable),
            count(Status::Manual),
            count(Status::Unserved),
        )
    }
}

/// What was found for each control of a framework.
pub(super) fn summary<'a>(framework: &'a Framework, ledger: &Ledger) -> Summary<'a> {
    let controls = framework.controls.iter().map(|control| judged(control, ledger)).collect();
    Summary { id: &framework.id, title: &framework.title, version: &framework.version, controls }
}

/// The controls that a policy serves, in the order of the frameworks.
pub(super) fn served<'a>(frameworks: &'a [Framework], policy: &str) -> impl Iterator<Item = (&'a Framework, &'a Control)> {
    let of = |framework: &'a Framework| framework.controls.iter().map(move |control| (framework, control));
    frameworks.iter().flat_map(of).filter(move |(_, control)| control.policies.iter().any(|served| served == policy))
}

fn judged<'a>(control: &'a Control, ledger: &Ledger) -> Judged<'a> {
    let mut counts = Counts::default();
    control.policies.iter().filter_map(|policy| ledger.policies.get(policy)).for_each(|of_policy| counts.merge(*of_policy));
    let left_out = control.policies.iter().any(|policy| !ledger.policies.contains_key(policy));
    let status = match control.coverage() {
        Coverage::Manual => Status::Manual,
        Coverage::Unserved => Status::Unserved,
        Coverage::Full | Coverage::Partial if counts.fail > 0 => Status::Fail,
        _ if control.policies.iter().any(|policy| ledger.errors.contains_key(policy)) => Status::Error,
        _ if counts.unknown > 0 || left_out => Status::Unknown,
        _ if counts.pass + counts.waived == 0 => Status::NotApplicable,
        _ => Status::Pass,
    };
    Judged { id: &control.id, title: &control.title, status, counts, policies: &control.policies, manual: control.manual.as_deref() }
}
