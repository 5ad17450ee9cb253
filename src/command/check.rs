//! `innovate check`.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use clap::Args;
use innovate_model::{Cause, GLOBAL, HandlerErrorCode, Position, Resource, Span, UNLISTED, Unread, World};

use super::accept::{self, Accept};
use super::audit::{self, FailOn};
use super::output::{self, Output};
use super::revision::{self, Revision};
use super::settings::{Chosen, Policies};
use super::{DISK, Exit, Global, usage, workers};
use crate::engine::{self, Judgement, Prospect};
use crate::framework::Framework;
use crate::input::cloudformation::{Parameters, parameter};
use crate::input::declared::{Declaration, Declared, NO_REGION, Origin, Target};
use crate::input::files::{self, Gathered, Request};
use crate::input::helm::Chart;
use crate::policy::{self, Library, Platform, Selection};
use crate::report::{Format, Report};
use crate::waiver::{Accepted, Baseline, Known};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Files and folders to check; `-` is standard input. Folders are searched, what Git ignores is left out.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    policies: Policies,
    /// Values of template parameters: a file in any form that the AWS CLI takes; repeatable, the last one counts.
    #[arg(long, value_name = "FILE", env = "INNOVATE_PARAMETERS", value_delimiter = ',')]
    parameters: Vec<PathBuf>,
    /// The value of a template parameter; repeatable.
    #[arg(long, value_name = "KEY=VALUE")]
    parameter: Vec<String>,
    /// Leave out files and folders of this pattern, as in `.gitignore`; repeatable.
    #[arg(long, value_name = "PATTERN", env = "INNOVATE_EXCLUDE", value_delimiter = ',')]
    exclude: Vec<String>,
    /// Values for Helm charts: a file; repeatable, the last one counts.
    #[arg(long, value_name = "FILE")]
    values: Vec<PathBuf>,
    /// A value for Helm charts, in the form of `helm --set`; repeatable.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The namespace that Helm charts go to.
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
    /// What is there already: a snapshot, which the files change. Only what the files declare is judged.
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// The account that the files are deployed to; without it that of the snapshot's caller, or one that nothing is known of.
    #[arg(long, value_name = "ID", env = "INNOVATE_ACCOUNT_ID")]
    account_id: Option<String>,
    /// The name of this account, for policies that ask for it. Without a snapshot the account is then taken for one that is in no organization.
    #[arg(long, value_name = "NAME", env = "INNOVATE_ACCOUNT_NAME")]
    account_name: Option<String>,
    /// The Region that the files are deployed to.
    #[arg(long, value_name = "REGION", env = "AWS_REGION", default_value = NO_REGION)]
    region: String,
    /// Exit with 3 where something fails at this severity or worse: critical, high, medium, low, info, or never.
    #[arg(long, value_name = "SEVERITY", env = "INNOVATE_FAIL_ON", default_value = "high")]
    fail_on: FailOn,
    /// Exit with 3 where a verdict is unknown.
    #[arg(long, env = "INNOVATE_REQUIRE_COMPLETE")]
    require_complete: bool,
    #[arg(short, long = "output", help = output::help(), value_name = "FORMAT[=PATH]", env = "INNOVATE_OUTPUT", value_delimiter = ',')]
    output: Vec<Output>,
    /// Only what this revision of the Git repository does not have fails; what is new, fixed and unchanged is told. Policies, settings, waivers and the
    /// baseline are those of the revision, and a change of them is a finding.
    #[arg(long, value_name = "REV", env = "INNOVATE_SINCE")]
    since: Option<String>,
    /// With `--since`, go by policies, settings, waivers and the baseline as they are now.
    #[arg(long, requires = "since")]
    trust_head: bool,
    /// Report what passes, too.
    #[arg(long)]
    show_passes: bool,
    #[command(flatten)]
    accept: Accept,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    output::probe(&arguments.output)?;
    // The policies are unpacked while the files are read.
    let shipped = std::thread::spawn(policy::shipped);
    let snapshot = arguments.snapshot.as_deref().map(audit::read_snapshot).transpose()?;
    let target = arguments.target(snapshot.as_ref());
    let mut gathered = arguments.gather(&target)?;
    let nothing = gathered.declaration == Declaration::default() && gathered.broken.is_empty();
    match gathered.strangers.first() {
        Some(stranger) if nothing => return Err(usage(stranger)),
        _ => gathered.broken.append(&mut gathered.strangers),
    }
    if gathered.declaration.resources.is_empty() && gathered.declaration.skipped.is_empty() && gathered.broken.is_empty() {
        let others = gathered.others;
        let (paths, files) = (arguments.paths.join("`, `"), if others == 1 { "file" } else { "files" });
        return Err(usage(format!("nothing to check in `{paths}`: {others} {files} of other kinds; name a template or its folder")));
    }
    let shipped = shipped.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let Some(name) = &arguments.since else {
        let rules = arguments.rules(shipped, &gathered.declaration, global)?;
        return arguments.answer(gathered, snapshot, &target, rules);
    };
    let revision = Revision::check_out(name)?;
    let earlier = arguments.gather_in(&revision.root(), &target)?;
    let mut files = arguments.files(global).unwrap_or_default();
    let mut rules = if arguments.trust_head {
        arguments.rules(shipped, &gathered.declaration, global)?
    } else {
        let inside = revision.enter()?;
        let rules = arguments.rules(shipped, &earlier.declaration, global)?;
        files.extend(arguments.files(global)?);
        drop(inside);
        rules
    };
    if !arguments.trust_head {
        // Whatever else is chosen.
        let own = Selection { ids: vec![TRUSTED.to_owned()], severity: None };
        rules.library = rules.library.with(policy::shipped()?.select(&own)?);
        let mut changed = revision.changed(&files)?;
        changed.extend(other_remarks(&gathered.declaration, &earlier.declaration));
        gathered.declaration.resources.extend(changed.iter().map(|file| of_repository(file, name, &target)));
    }
    let known = arguments.failures(&earlier, snapshot.clone(), &target, &rules)?;
    // A file that is gone was looked at, too.
    rules.gone = earlier.texts.keys().cloned().collect();
    rules.accepted.baseline = Some(rules.accepted.baseline.unwrap_or_default().with(known));
    arguments.answer(gathered, snapshot, &target, rules)
}

/// The policy on changes of what a check is made by.
const TRUSTED: &str = "innovate.trusted_file_changed";

/// What is judged by, and what is accepted.
struct Rules {
    library: Library,
    frameworks: Vec<Framework>,
    accepted: Accepted,
    /// Files of the revision.
    gone: BTreeSet<String>,
}

impl Arguments {
    fn target(&self, snapshot: Option<&World>) -> Target {
        let known = self.account_id.clone().or_else(|| snapshot.map(|world| world.caller.clone()));
        Target { account: known.unwrap_or_else(|| Target::default().account), region: self.region.clone() }
    }

    /// The rules as the flags name them, with what stands beside what is declared.
    fn rules(&self, shipped: Library, declared: &Declaration, global: &Global) -> anyhow::Result<Rules> {
        let Chosen { library, frameworks, known } = self.policies.chosen_of(shipped, global)?;
        if library.policies.is_empty() && library.broken.is_empty() {
            return Err(usage("no policy is left by `--policy`, `--framework` and `--severity`: nothing would be checked"));
        }
        let accepted = self.accept.load(&known, declared.resources.iter().map(|declared| &declared.origin))?;
        Ok(Rules { library, frameworks, accepted, gone: BTreeSet::new() })
    }

    /// The files that the rules are in.
    fn files(&self, global: &Global) -> anyhow::Result<BTreeSet<PathBuf>> {
        let mut files = self.policies.files(global)?;
        files.extend(self.accept.files());
        Ok(files)
    }

    /// What the paths hold in the folder of an earlier revision.
    fn gather_in(&self, root: &Path, target: &Target) -> anyhow::Result<Gathered> {
        let there = |path: &&String| Path::new(path).is_relative() && root.join(path).exists();
        let paths: Vec<String> = self.paths.iter().filter(there).cloned().collect();
        self.gather_paths(root, &paths, None, None, target)
    }

    /// What fails of what was gathered.
    fn failures(&self, gathered: &Gathered, snapshot: Option<World>, target: &Target, rules: &Rules) -> anyhow::Result<Baseline> {
        let judgement = judge(&self.prospect(&gathered.declaration, snapshot, target), &rules.library, false)?;
        let findings = judgement.findings.to_vec().context(DISK)?;
        Ok(Baseline::new(findings.iter().filter_map(Known::of).collect()))
    }

    fn gather(&self, target: &Target) -> anyhow::Result<Gathered> {
        let stdin = if self.paths.iter().any(|path| path == "-") {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
            Some(bytes)
        } else {
            None
        };
        let tracked = revision::tracked(&self.paths);
        self.gather_paths(Path::new(""), &self.paths, stdin, Some(&tracked), target)
    }

    fn gather_paths(
        &self,
        root: &Path,
        paths: &[String],
        stdin: Option<Vec<u8>>,
        tracked: Option<&BTreeSet<String>>,
        target: &Target,
    ) -> anyhow::Result<Gathered> {
        let parameters = self.parameters()?;
        let chart = Chart { values: self.values.clone(), set: self.set.clone(), namespace: self.namespace.clone(), ..Chart::default() };
        let helm = |arguments: &[OsString]| {
            let mut command = Command::new("helm");
            if root != Path::new("") {
                command.current_dir(root);
            }
            command.args(arguments).output()
        };
        let workers = workers();
        let (parameters, chart, helm, excluded) = (&parameters, &chart, &helm, self.exclude.as_slice());
        files::gather(&Request { root, paths, stdin, target, parameters, chart, helm, tracked, excluded, workers }).map_err(usage)
    }

    fn parameters(&self) -> anyhow::Result<Parameters> {
        let mut parameters = Parameters::new();
        for path in &self.parameters {
            let text = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            parameters.extend(parameter::read(&path.to_string_lossy(), &text).map_err(usage)?);
        }
        for pair in &self.parameter {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(usage(format!("`--parameter {pair}` is not of the form `KEY=VALUE`")));
            };
            parameters.insert(key.to_owned(), value.to_owned());
        }
        Ok(parameters)
    }

    /// Judges what the files declare, and reports.
    fn answer(&self, mut gathered: Gathered, snapshot: Option<World>, target: &Target, rules: Rules) -> anyhow::Result<Exit> {
        let Rules { library, frameworks, accepted, gone } = rules;
        let resources = &gathered.declaration.resources;
        let platforms: BTreeSet<Platform> = resources.iter().map(|declared| Platform::of(&declared.resource.type_name)).collect();
        let library = library.on(&platforms.into_iter().collect::<Vec<_>>());
        let declared = std::mem::take(&mut gathered.declaration);
        let prospect = self.prospect(&declared, snapshot, target);
        let mut judgement = judge(&prospect, &library, self.show_passes)?;
        let world = &prospect.world;
        let files = gathered.texts.keys().chain(&gone).cloned().collect();
        engine::accept(&mut judgement, world, Some(&files), &accepted, accept::today()).context(DISK)?;
        judgement.ledger.skipped.clone_from(&declared.skipped);
        judgement.ledger.broken.clone_from(&gathered.broken);
        judgement.ledger.complete &= gathered.broken.is_empty() && !declared.skipped.iter().any(|skipped| skipped.unread);
        let sensitive = library.policies.iter().filter(|policy| policy.metadata.custom.sensitive).map(|policy| policy.id.as_str());
        let sensitive: BTreeSet<&str> = sensitive.collect();
        for finding in judgement.findings.iter().context(DISK)? {
            let finding = finding.context(DISK)?;
            if let Some(location) = finding.location.as_ref().filter(|_| sensitive.contains(finding.policy.as_str())) {
                gathered.hide(&location.file, location.span);
            }
        }
        let style = output::style();
        let report = Report {
            world,
            library: &library,
            judgement: &judgement,
            frameworks: &frameworks,
            calls: None,
            texts: Some(&gathered.texts),
            style,
        };
        output::write(&self.output, Format::Text, &report)?;
        for error in &gathered.broken {
            // Said here, too, as not every format has room for it.
            drop(writeln!(io::stderr(), "error: {error}"));
        }
        let exit = audit::exit(&library, &judgement, self.fail_on, self.require_complete);
        // The process ends here: nobody waits until all of this is taken apart.
        std::mem::forget((library, gathered));
        Ok(exit)
    }

    /// The world that the files lead to.
    fn prospect<'a>(&self, declared: &'a Declaration, snapshot: Option<World>, target: &Target) -> Prospect<'a> {
        let world = snapshot.unwrap_or_else(|| World {
            read_at: jiff::Timestamp::now().to_string(),
            caller: target.account.clone(),
            unread: self
                .account_name
                .is_none()
                .then(|| Unread {
                    account: UNLISTED.to_owned(),
                    region: "*".to_owned(),
                    type_name: "*".to_owned(),
                    cause: Cause {
                        code: HandlerErrorCode::NotYetKnown,
                        action: None,
                        message: "a file says nothing of the account and its organization; give `--account-name`, or `--snapshot`"
                            .to_owned(),
                    },
                })
                .into_iter()
                .collect(),
            ..World::default()
        });
        let mut prospect = Prospect::new(world, declared, &target.account);
        if let (Some(name), Some(facts)) = (&self.account_name, prospect.world.accounts.get_mut(&target.account)) {
            facts.name = Some(name.clone());
        }
        prospect
    }
}

/// The verdicts on what files declare.
fn judge(prospect: &Prospect<'_>, library: &Library, keep_passes: bool) -> anyhow::Result<Judgement> {
    prospect.judge(library, keep_passes, |inventory, keep_passes| {
        audit::judge(inventory, library, engine::Options { keep_passes, workers: workers(), watch: None })
    })
}

/// The files in which something else than before is said to `innovate` beside a resource.
fn other_remarks(now: &Declaration, then: &Declaration) -> BTreeSet<String> {
    let said = |declaration: &Declaration| -> BTreeSet<(String, String, String)> {
        let origins = declaration.resources.iter().map(|declared| &declared.origin);
        let remarks = origins.flat_map(|origin| origin.remarks.iter().map(move |(_, remark)| (origin, remark)));
        remarks.map(|(origin, remark)| (origin.file.to_string(), origin.address.clone(), remark.to_string())).collect()
    };
    said(now).symmetric_difference(&said(then)).map(|(file, ..)| file.clone()).collect()
}

/// A file of the rules that is not as it was.
fn of_repository(file: &str, revision: &str, target: &Target) -> Declared {
    let mut resource = Resource::new("Innovate::Repository::File", file, target.account.as_str(), GLOBAL);
    resource.properties.insert("Path".to_owned(), file.into());
    resource.properties.insert("ChangedSince".to_owned(), revision.into());
    let (span, places) = (Span { start: Position::default(), end: Position::default() }, BTreeMap::new());
    Declared { resource, origin: Origin { file: file.into(), address: file.to_owned(), span, places, remarks: Vec::new() } }
}
