//! Failures that someone accepts.

use std::collections::BTreeSet;
use std::io;

use innovate_model::World;
use jiff::civil::Date;

use super::Judgement;
use crate::finding::{Finding, Verdict};
use crate::waiver::{Accepted, Ground, Waiving};

/// Turns failures that waivers cover to [`Verdict::Waived`], marks those that a baseline knows, and notes what is to be told of both. A resource counts as waived
/// where all its failures by a policy are. `files` are those that were checked, none where the resources are live; their findings have their locations by now.
/// With nothing accepted nothing changes.
///
/// # Errors
/// Findings are on disk, and that fails.
pub fn accept(
    judgement: &mut Judgement,
    world: &World,
    files: Option<&BTreeSet<String>>,
    accepted: &Accepted,
    today: Date,
) -> io::Result<()> {
    if accepted.is_empty() {
        return Ok(());
    }
    let ledger = &mut judgement.ledger;
    let ground = Ground { policies: ledger.policies.keys().cloned().collect(), world, files };
    let mut waiving = Waiving::new(accepted, today);
    judgement.findings.rewrite(|list| {
        for failing in list.chunk_by_mut(is_of_one) {
            failing.iter_mut().for_each(|finding| waiving.take(finding));
            let Some(first) = failing.first() else { continue };
            let all =
                |accepted: &dyn Fn(&Finding) -> bool| failing.iter().all(|finding| finding.verdict == Verdict::Waived || accepted(finding));
            if all(&|_| false) {
                if let Some(counts) = ledger.policies.get_mut(&first.policy) {
                    counts.fail = counts.fail.saturating_sub(1);
                    counts.waived += 1;
                }
            } else if all(&|finding| finding.baseline) {
                waiving.note_known(&first.policy);
            }
        }
    })?;
    (ledger.waivers, ledger.baseline) = waiving.end(&ground);
    Ok(())
}

/// Whether both are of one policy and resource.
fn is_of_one(a: &Finding, b: &Finding) -> bool {
    (&a.policy, &a.account, &a.region, &a.resource) == (&b.policy, &b.account, &b.region, &b.resource)
}
