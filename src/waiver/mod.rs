//! Failures that someone accepts: waivers, which have an owner, a reason and an expiry, and a baseline of what is known.

mod baseline;
mod edit;
mod file;
mod inline;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use globset::{GlobBuilder, GlobMatcher};
use innovate_model::{GLOBAL, HandlerErrorCode, Location, Position, UNLISTED, Unread, World};
use jiff::civil::Date;
use serde::Serialize;

use crate::finding::{Finding, Verdict, WaiverRef};

pub use baseline::{Baseline, Known};
pub use edit::{Draft, append, remove};
pub use file::{hold_known, parse};
pub use inline::inline;

/// Findings that one waiver covers before it is told that they are many.
const MOST_COVERED: usize = 20;

/// Days before its expiry in which a waiver is told of.
const SOON: i32 = 14;

/// One acceptance of failures.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// What it is called by: unique in its file, for one beside a resource its place.
    pub id: String,
    /// The policy's id, or a prefix of ids at a dot.
    pub policy: String,
    /// The resources that it covers.
    pub resource: Selector,
    /// JSON pointer: what is at it and below is covered; empty for all.
    pub path: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The first day, in UTC, on which it covers nothing any more.
    pub expires: Date,
    /// What the values that it covers have for [`crate::finding::evidence`]; none where it stands beside the values.
    pub fingerprints: Option<BTreeSet<String>>,
    /// The file that it is in.
    pub file: String,
    /// Where in the file.
    pub at: Position,
}

/// Which resources are meant: those that fit all that is given.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// The resource type.
    pub type_name: Option<String>,
    /// The resource's id.
    pub id: Option<Pattern>,
    /// The account id.
    pub account: Option<String>,
    /// The Region, or `global`.
    pub region: Option<String>,
    /// The file that declares it.
    pub file: Option<Pattern>,
    /// What the file calls it.
    pub address: Option<String>,
}

impl Selector {
    fn fits(&self, finding: &Finding) -> bool {
        let is = |wanted: &Option<String>, value: &str| wanted.as_ref().is_none_or(|wanted| wanted == value);
        let location = finding.location.as_ref();
        let declared = |fits: &dyn Fn(&Location) -> bool| location.is_some_and(fits);
        is(&self.type_name, &finding.resource.type_name)
            && is(&self.account, &finding.account)
            && is(&self.region, &finding.region)
            && self.id.as_ref().is_none_or(|id| id.fits(&finding.resource.id))
            && self.file.as_ref().is_none_or(|file| declared(&|location| file.fits(&location.file)))
            && self.address.as_ref().is_none_or(|address| declared(&|location| location.address == *address))
    }
}

/// A text, or a glob: `*` for any characters, `?` for one, `[ab]`, `{a,b}`; in names of files `*` ends at a `/` and `**` does not.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    glob: Option<GlobMatcher>,
}

impl Pattern {
    /// This text and no other.
    pub fn exact(text: &str) -> Self {
        Self { text: text.to_owned(), glob: None }
    }

    fn glob(text: &str, is_path: bool) -> Result<Self, globset::Error> {
        if !text.contains(['*', '?', '[', ']', '{', '}', '\\']) {
            return Ok(Self::exact(text));
        }
        let glob = GlobBuilder::new(text).literal_separator(is_path).backslash_escape(true).build()?;
        Ok(Self { text: text.to_owned(), glob: Some(glob.compile_matcher()) })
    }

    /// The text, where there is only one that fits.
    fn literal(&self) -> Option<&str> {
        self.glob.is_none().then_some(self.text.as_str())
    }

    fn fits_all(&self) -> bool {
        self.text.chars().all(|c| c == '*')
    }

    fn fits(&self, text: &str) -> bool {
        match &self.glob {
            Some(glob) => glob.is_match(text),
            None => self.text == text,
        }
    }
}

/// Whether a policy is what is named, or below it.
fn is_within(policy: &str, name: &str) -> bool {
    policy.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether a pointer leads to what is named, or below it.
fn is_below(path: &str, name: &str) -> bool {
    path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a waiver still covers something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Active,
    /// It does for this many days.
    Expiring(i32),
    /// It does not.
    Expired,
}

impl Waiver {
    /// Whether it still covers something on a day, in UTC.
    pub fn standing(&self, today: Date) -> Standing {
        if self.expires <= today {
            return Standing::Expired;
        }
        match today.until(self.expires).map_or(i32::MAX, |span| span.get_days()) {
            days if days <= SOON => Standing::Expiring(days),
            _ => Standing::Active,
        }
    }

    /// Whether the values are those that were waived.
    fn knows(&self, finding: &Finding) -> bool {
        let fingerprints = self.fingerprints.as_ref();
        fingerprints.is_none_or(|known| finding.evidence.as_ref().is_some_and(|evidence| known.contains(evidence)))
    }
}

/// Something about a waiver that its owner should know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Notice {
    /// The waiver's id.
    pub waiver: String,
    /// What it is.
    pub kind: NoticeKind,
    /// The file that the waiver is in.
    pub file: String,
    /// The line there, from 1.
    pub line: usize,
    /// What to know, and to do.
    pub message: String,
}

/// Kinds of notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// It covers nothing any more.
    Expired,
    /// It soon covers nothing any more.
    Expiring,
    /// A value is not what was waived.
    Changed,
    /// There is nothing that it covers.
    Unused,
    /// It covers much, or what nobody has seen yet.
    Broad,
}

/// All that is accepted.
#[derive(Debug, Default)]
pub struct Accepted {
    /// The waivers of the file, then those beside resources.
    pub waivers: Vec<Waiver>,
    /// What is known.
    pub baseline: Option<Baseline>,
}

impl Accepted {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.waivers.is_empty() && self.baseline.is_none()
    }
}

/// What a run looked at: only of that it can say that something is not there.
#[derive(Debug)]
pub struct Ground<'a> {
    /// The policies that judged.
    pub policies: BTreeSet<String>,
    /// The world that they judged.
    pub world: &'a World,
    /// The files that were checked; none where the resources are live.
    pub files: Option<&'a BTreeSet<String>>,
}

impl Ground<'_> {
    /// Whether some policy of this name judged.
    fn judges(&self, name: &str) -> bool {
        self.policies.range(name.to_owned()..).take_while(|id| id.starts_with(name)).any(|id| is_within(id, name))
    }

    /// Whether the account and Region were looked at.
    fn has(&self, account: Option<&str>, region: Option<&str>) -> bool {
        let Some(account) = account else { return true };
        let regions = self.world.regions.get(account);
        self.world.accounts.contains_key(account)
            && region.is_none_or(|region| region == GLOBAL || regions.is_none_or(|regions| regions.iter().any(|known| known == region)))
    }

    /// Whether something of these was not read.
    fn lacks(&self, account: Option<&str>, region: Option<&str>, type_name: Option<&str>) -> bool {
        let is = |unread: &str, wanted: Option<&str>| unread == "*" || wanted.is_none_or(|wanted| wanted == unread);
        self.world.unread.iter().any(|Unread { account: of, region: at, type_name: what, cause }| {
            let of_account = if of == UNLISTED { account.is_none() } else { is(of, account) };
            of_account && is(at, region) && is(what, type_name) && cause.code != HandlerErrorCode::NotYetKnown
        })
    }

    /// Whether it can be said that nothing fits the selector.
    fn sees(&self, selector: &Selector) -> bool {
        let of_files = match self.files {
            None => selector.file.is_none() && selector.address.is_none(),
            Some(files) => match &selector.file {
                Some(file) => files.iter().any(|known| file.fits(known)),
                None => selector.address.is_some(),
            },
        };
        let (account, region) = (selector.account.as_deref(), selector.region.as_deref());
        of_files && self.has(account, region) && !self.lacks(account, region, selector.type_name.as_deref())
    }
}

/// What became of the baseline, counted in findings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Failures that the baseline does not know, with those that changed.
    pub new: usize,
    /// Failures that the baseline knows with other values.
    pub changed: usize,
    /// Failures that the baseline knows.
    pub unchanged: usize,
    /// What the baseline knows and is not there any more.
    pub fixed: usize,
    /// What the baseline knows and was not judged in this run.
    pub unjudged: usize,
    /// By policy, the failing resources of which nothing is new.
    #[serde(skip)]
    pub resources: BTreeMap<String, usize>,
}

/// What one waiver did.
#[derive(Debug, Default)]
struct Tally {
    covered: usize,
    /// Findings that fail again.
    again: usize,
    changed: usize,
    /// A place where the value changed.
    example: Option<(String, String)>,
    /// Whether something that it may cover was not read.
    open: bool,
}

/// The waivers of one policy, or prefix.
#[derive(Debug, Default)]
struct Shelf<'a> {
    by_id: HashMap<&'a str, Vec<usize>>,
    by_address: HashMap<&'a str, Vec<usize>>,
    others: Vec<usize>,
}

/// Accepts findings, one after the other.
#[derive(Debug)]
pub struct Waiving<'a> {
    accepted: &'a Accepted,
    today: Date,
    shelves: HashMap<&'a str, Shelf<'a>>,
    tallies: Vec<Tally>,
    comparison: Comparison,
    /// Fingerprints of the baseline that were found.
    seen: HashSet<String>,
    /// What could not be judged: policy, account, Region, type and id.
    unknown: HashSet<[String; 5]>,
}

impl<'a> Waiving<'a> {
    /// On a day, in UTC.
    pub fn new(accepted: &'a Accepted, today: Date) -> Self {
        let mut shelves: HashMap<&str, Shelf<'_>> = HashMap::new();
        for (number, waiver) in accepted.waivers.iter().enumerate() {
            let shelf = shelves.entry(&waiver.policy).or_default();
            match (waiver.resource.id.as_ref().and_then(Pattern::literal), &waiver.resource.address) {
                (Some(id), _) => shelf.by_id.entry(id).or_default().push(number),
                (None, Some(address)) => shelf.by_address.entry(address).or_default().push(number),
                (None, None) => shelf.others.push(number),
            }
        }
        let tallies = accepted.waivers.iter().map(|_| Tally::default()).collect();
        let (comparison, seen, unknown) = (Comparison::default(), HashSet::new(), HashSet::new());
        Self { accepted, today, shelves, tallies, comparison, seen, unknown }
    }

    /// The numbers of the waivers that speak of the finding's policy and resource, in their order.
    fn fitting(&self, finding: &Finding) -> Vec<usize> {
        let policy = finding.policy.as_str();
        let address = finding.location.as_ref().map(|location| location.address.as_str());
        let prefixes = policy.match_indices('.').filter_map(|(dot, _)| policy.get(..dot)).chain([policy]);
        let shelves = prefixes.filter_map(|name| self.shelves.get(name));
        let numbers = shelves.flat_map(|shelf| {
            let by_address = address.and_then(|address| shelf.by_address.get(address));
            shelf.by_id.get(finding.resource.id.as_str()).into_iter().chain(by_address).flatten().chain(&shelf.others)
        });
        let fits = |number: &&usize| self.accepted.waivers.get(**number).is_some_and(|waiver| waiver.resource.fits(finding));
        let mut fitting: Vec<usize> = numbers.filter(fits).copied().collect();
        fitting.sort_unstable();
        fitting
    }

    /// Accepts a failure that a waiver covers, and marks one that the baseline knows.
    pub fn take(&mut self, finding: &mut Finding) {
        match finding.verdict {
            Verdict::Fail => {
                self.waive(finding);
                self.compare(finding);
            }
            Verdict::Unknown => {
                for number in self.fitting(finding) {
                    self.tallies.get_mut(number).into_iter().for_each(|tally| tally.open = true);
                }
                if self.accepted.baseline.is_some() {
                    let resource = &finding.resource;
                    let names = [&finding.policy, &finding.account, &finding.region, &resource.type_name, &resource.id];
                    self.unknown.insert(names.map(Clone::clone));
                }
            }
            _ => {}
        }
    }

    fn waive(&mut self, finding: &mut Finding) {
        let mut fitting = self.fitting(finding);
        fitting.retain(|number| self.accepted.waivers.get(*number).is_some_and(|waiver| is_below(&finding.path, &waiver.path)));
        let state = |number: &usize| {
            self.accepted
                .waivers
                .get(*number)
                .map(|waiver| (waiver, waiver.knows(finding), waiver.standing(self.today) == Standing::Expired))
        };
        let covering: Option<&Waiver> =
            fitting.iter().filter_map(state).find(|(_, knows, expired)| *knows && !expired).map(|(waiver, ..)| waiver);
        for number in &fitting {
            let Some((_, knows, expired)) = state(number) else { continue };
            let Some(tally) = self.tallies.get_mut(*number) else { continue };
            match (covering, knows, expired) {
                (Some(_), true, false) => tally.covered += 1,
                (None, true, true) => tally.again += 1,
                (None, false, false) => {
                    tally.changed += 1;
                    tally.example.get_or_insert_with(|| (finding.path.clone(), finding.resource.id.clone()));
                }
                _ => {}
            }
        }
        if let Some(waiver) = covering {
            finding.verdict = Verdict::Waived;
            finding.waiver = Some(WaiverRef {
                id: waiver.id.clone(),
                owner: waiver.owner.clone(),
                reason: waiver.reason.clone(),
                expires: waiver.expires,
            });
        }
    }

    fn compare(&mut self, finding: &mut Finding) {
        let Some(baseline) = &self.accepted.baseline else { return };
        let known = baseline.of(&finding.fingerprint);
        if known.is_some() {
            self.seen.insert(finding.fingerprint.clone());
        }
        if finding.verdict != Verdict::Fail {
            return;
        }
        match known {
            Some(known) if finding.evidence.as_ref() == Some(&known.evidence) => {
                finding.baseline = true;
                self.comparison.unchanged += 1;
            }
            known => {
                self.comparison.new += 1;
                self.comparison.changed += usize::from(known.is_some());
            }
        }
    }

    /// Notes a failing resource of which the baseline knows all that fails.
    pub fn note_known(&mut self, policy: &str) {
        *self.comparison.resources.entry(policy.to_owned()).or_default() += 1;
    }

    /// What is to be told once all findings were taken.
    pub fn end(mut self, ground: &Ground<'_>) -> (Vec<Notice>, Option<Comparison>) {
        let judged = self.accepted.waivers.iter().zip(&self.tallies).filter(|(waiver, _)| ground.judges(&waiver.policy));
        let notices = judged.flat_map(|(waiver, tally)| notices(waiver, tally, ground, self.today)).collect();
        let Some(baseline) = &self.accepted.baseline else { return (notices, None) };
        for known in baseline.known.iter().filter(|known| !self.seen.contains(&known.fingerprint)) {
            let subject = [&known.policy, &known.account, &known.region, &known.type_name, &known.id].map(Clone::clone);
            let (account, region) = (Some(known.account.as_str()), Some(known.region.as_str()));
            let is_of_files = match (ground.files, &known.file) {
                (Some(files), Some(file)) => files.contains(file),
                (files, file) => files.is_none() && file.is_none(),
            };
            let judged = ground.policies.contains(&known.policy)
                && is_of_files
                && ground.has(account, region)
                && !ground.lacks(account, region, Some(&known.type_name))
                && !self.unknown.contains(&subject);
            if judged {
                self.comparison.fixed += 1;
            } else {
                self.comparison.unjudged += 1;
            }
        }
        (notices, Some(self.comparison))
    }
}

/// What is to be told of a waiver.
fn notices(waiver: &Waiver, tally: &Tally, ground: &Ground<'_>, today: Date) -> Vec<Notice> {
    let notice = |kind, message| Notice { waiver: waiver.id.clone(), kind, file: waiver.file.clone(), line: waiver.at.line, message };
    let findings = |count: usize| if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") };
    let (expires, standing) = (waiver.expires, waiver.standing(today));
    if standing == Standing::Expired {
        let again = match tally.again {
            0 => String::new(),
            1 => "; 1 finding fails again".to_owned(),
            many => format!("; {many} findings fail again"),
        };
        return vec![notice(NoticeKind::Expired, format!("expired since {expires}{again}"))];
    }
    let mut found = Vec::new();
    if let Standing::Expiring(days) = standing {
        let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
        found.push(notice(NoticeKind::Expiring, format!("expires on {expires}, in {days}; it covers {}", findings(tally.covered))));
    }
    if let Some((path, id)) = &tally.example {
        let what = if path.is_empty() { format!("what `{}` reads", waiver.policy) } else { format!("the value at `{path}`") };
        let more = if tally.changed > 1 { format!(", and {} more", tally.changed - 1) } else { String::new() };
        found.push(notice(NoticeKind::Changed, format!("{what} of `{id}` is no longer what was waived{more}; mend it, or waive it anew")));
    } else if tally.covered == 0 && !tally.open && ground.sees(&waiver.resource) {
        found.push(notice(NoticeKind::Unused, "covers nothing; `innovate waiver prune` takes it out".to_owned()));
    }
    let selector = &waiver.resource;
    if selector.file.is_none() && selector.address.is_none() && selector.id.as_ref().is_none_or(Pattern::fits_all) {
        let message = "names neither `id`, `file` nor `address`: it covers what comes into being later, too; name the resources";
        found.push(notice(NoticeKind::Broad, message.to_owned()));
    } else if tally.covered > MOST_COVERED {
        let message = format!("covers {}, more than {MOST_COVERED}; name the resources, or divide it", findings(tally.covered));
        found.push(notice(NoticeKind::Broad, message));
    }
    found
}
