//! Reading the live organization: the flags, the session, progress, and Ctrl-C.

use std::collections::BTreeSet;
use std::path::PathBuf;
#[cfg(feature = "aws")]
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use anyhow::Context;
use clap::Args;
use innovate_model::{Calls, World};
use jiff::SignedDuration;

use super::Global;
use crate::collect::{self, CollectError, Needs, Plan};
#[cfg(feature = "aws")]
use crate::collect::{Progress, Store, collect};
use crate::estimate::Places;
use crate::input::inventory::{Builder, Inventory};
use crate::input::journal::Journal;
#[cfg(feature = "aws")]
use crate::input::journal::JournalError;

/// Connections where the system does not tell what it allows.
#[cfg(feature = "aws")]
const LEAST_CONNECTIONS: usize = 48;

/// Connections with which every bucket of hundreds of accounts is emptied as fast as it fills.
#[cfg(feature = "aws")]
const MOST_CONNECTIONS: usize = 4096;

/// How long a report may take on its way.
#[cfg(feature = "aws")]
const PUT_TIMEOUT: Duration = Duration::from_secs(300);

/// Attempts to write a report.
#[cfg(feature = "aws")]
const PUT_ATTEMPTS: u32 = 5;

/// Files that the process asks the system for: half of them for connections that wait to be used again.
#[cfg(all(feature = "aws", unix))]
const MOST_FILES: u64 = 8192;

/// What to read, and as whom.
#[derive(Args, Debug)]
pub(super) struct Live {
    /// Only this account; repeatable.
    #[arg(long, value_name = "ID")]
    account: Vec<String>,
    /// Only accounts below this organizational unit (name or id); repeatable.
    #[arg(long, value_name = "OU")]
    ou: Vec<String>,
    /// Not this account; repeatable.
    #[arg(long, value_name = "ID")]
    exclude_account: Vec<String>,
    /// Only this Region; repeatable. Global services are always read.
    #[arg(long, value_name = "REGION", env = "INNOVATE_REGION", value_delimiter = ',')]
    region: Vec<String>,
    /// The role to assume in every account but the caller's own.
    #[arg(long, value_name = "NAME", env = "INNOVATE_ROLE", default_value = "InnovateAudit")]
    role: String,
    /// The external id that the role asks for.
    #[arg(long, value_name = "ID", env = "INNOVATE_EXTERNAL_ID")]
    external_id: Option<String>,
    /// The profile of the AWS configuration files.
    #[arg(long, value_name = "NAME", env = "AWS_PROFILE")]
    profile: Option<String>,
    /// Seconds that one attempt of a call may take.
    #[arg(long, value_name = "SECONDS", env = "INNOVATE_CALL_TIMEOUT", default_value_t = 30)]
    call_timeout: u64,
    /// Seconds that the whole reading may take; what is not read by then is reported as such.
    #[arg(long, value_name = "SECONDS", env = "INNOVATE_TIMEOUT", default_value_t = 3600)]
    timeout: u64,
    /// Attempts of one call, the first included.
    #[arg(long, value_name = "N", env = "AWS_MAX_ATTEMPTS", default_value_t = 5)]
    max_attempts: u32,
    /// Megabytes that the run may take as far as it can be helped; resources and findings beyond go to disk.
    #[arg(long, value_name = "MB", env = "INNOVATE_MEMORY", default_value_t = 512)]
    memory: usize,
    /// Go on where an earlier run with this folder was broken off, and keep there what is finished; the folder is removed when the run comes to its end.
    #[arg(long, value_name = "DIR", env = "INNOVATE_RESUME")]
    pub(super) resume: Option<PathBuf>,
    /// Read again what was finished longer ago than this, such as `90m` or `6h`.
    #[arg(long, value_name = "DURATION", env = "INNOVATE_MAX_AGE", default_value = "6h")]
    max_age: SignedDuration,
}

/// What was read, and how.
pub(super) struct Reading {
    pub(super) inventory: Inventory<'static>,
    pub(super) calls: Calls,
    /// How long it took.
    pub(super) time: std::time::Duration,
    journal: Option<Journal>,
}

impl Reading {
    /// Forgets what was kept for a later run, once nothing is left to be done; what was interrupted stays.
    pub(super) fn end(self) -> anyhow::Result<()> {
        match self.journal {
            Some(journal) if !self.inventory.world.interrupted => journal.clear().context("cannot remove what was kept for `--resume`"),
            _ => Ok(()),
        }
    }
}

impl Live {
    fn plan(&self, needs: Option<Needs>, read_at: String) -> Plan {
        Plan {
            needs,
            accounts: self.account.clone(),
            organizational_units: self.ou.clone(),
            excluded: self.exclude_account.clone(),
            regions: self.region.clone(),
            read_at,
        }
    }

    /// Narrows what is judged of a snapshot to the accounts, units and Regions that are asked for.
    pub(super) fn narrow(&self, world: &mut World) -> anyhow::Result<()> {
        collect::narrow(world, &self.plan(None, String::new())).map_err(usage_of_plan)
    }

    /// What takes resources, for policies that look up these types across accounts.
    pub(super) fn builder(&self, across: Option<BTreeSet<String>>) -> Builder {
        Builder::new(self.memory.saturating_mul(1 << 20), across)
    }

    /// Reads the world, or what is needed of it; with the calls that it took.
    #[cfg(not(feature = "aws"))]
    pub(super) fn read(&self, needs: Option<Needs>, _builder: Builder, _global: &Global) -> anyhow::Result<Reading> {
        let _ = (
            self.plan(needs, String::new()),
            &self.role,
            &self.external_id,
            &self.profile,
            self.call_timeout,
            self.timeout,
            self.max_attempts,
            self.max_age,
        );
        Err(super::usage("this build has no AWS access; give `--snapshot FILE`, or build with the feature `aws`"))
    }

    /// The journal of the reading, where one is wanted.
    #[cfg(feature = "aws")]
    fn journal(&self, needs: Option<&Needs>) -> anyhow::Result<Option<Journal>> {
        let Some(folder) = &self.resume else { return Ok(None) };
        match Journal::open(folder, serde_json::to_value(needs)?, jiff::Timestamp::now, self.max_age) {
            Ok(journal) => Ok(Some(journal)),
            Err(error @ JournalError::Other { .. }) => Err(super::usage(error)),
            Err(error) => Err(error.into()),
        }
    }

    /// How to connect.
    #[cfg(feature = "aws")]
    fn options(&self) -> anyhow::Result<innovate_aws::Options> {
        hold_endpoint()?;
        Ok(innovate_aws::Options {
            profile: self.profile.clone(),
            roles: vec![self.role.clone()],
            external_id: self.external_id.clone(),
            call_timeout: Duration::from_secs(self.call_timeout),
            max_attempts: self.max_attempts,
            // An endpoint of one's own has no published buckets.
            throttle: std::env::var_os("AWS_ENDPOINT_URL").is_none(),
            connections: connections(),
        })
    }

    /// The accounts and Regions that would be read.
    #[cfg(not(feature = "aws"))]
    pub(super) fn places(&self, global: &Global) -> anyhow::Result<(Places, bool)> {
        self.read(None, self.builder(None), global).map(|_| (Places::default(), true))
    }

    /// The accounts and Regions that would be read, and whether that is all. An account that cannot be entered is named on standard error.
    #[cfg(feature = "aws")]
    pub(super) fn places(&self, _global: &Global) -> anyhow::Result<(Places, bool)> {
        use std::io::Write;

        use innovate_model::Cloud;

        let options = self.options()?;
        let plan = self.plan(None, String::new());
        let runtime = runtime()?;
        runtime.block_on(async {
            let session = innovate_aws::Session::connect(options).await;
            let (regions, closed) = collect::regions(&session, &plan).await.map_err(usage_of_plan)?;
            for (account, error) in &closed {
                writeln!(std::io::stderr(), "cannot read {account}: {error}")?;
            }
            let caller = session.caller().await?;
            Ok((Places { caller, regions, ..Places::default() }, closed.is_empty()))
        })
    }

    /// Reads the world, or what is needed of it; with the calls that it took.
    #[cfg(feature = "aws")]
    pub(super) fn read(&self, needs: Option<Needs>, builder: Builder, global: &Global) -> anyhow::Result<Reading> {
        use innovate_model::Cloud;

        let options = self.options()?;
        let journal = self.journal(needs.as_ref())?;
        let read_at = journal.as_ref().map_or_else(jiff::Timestamp::now, Journal::read_at).round(jiff::Unit::Second)?;
        let plan = self.plan(needs, read_at.to_string());
        let mut store = Store { builder, journal };
        let runtime = runtime()?;
        runtime.block_on(async {
            let session = Arc::new(innovate_aws::Session::connect(options).await);
            let (stopper, stop) = tokio::sync::watch::channel(false);
            let deadline = Duration::from_secs(self.timeout);
            let watcher = tokio::spawn(async move {
                tokio::select! {
                    Ok(()) = tokio::signal::ctrl_c() => {}
                    () = tokio::time::sleep(deadline) => {}
                }
                stopper.send_replace(true);
                // Kept open: a closed channel would say that nobody can stop the run.
                std::future::pending::<()>().await;
            });
            let started = std::time::Instant::now();
            let progress = Arc::new(Progress::default());
            let shown = show(global, progress.clone(), session.clone() as Arc<dyn Cloud>);
            let world = collect(session.as_ref(), &plan, &mut store, progress, stop).await;
            watcher.abort();
            if let Some(shown) = shown {
                shown.abort();
            }
            let inventory = store.builder.finish(world.map_err(usage_of_plan)?).map_err(CollectError::Store)?;
            Ok(Reading { inventory, calls: session.calls_by_service(), time: started.elapsed(), journal: store.journal })
        })
    }
}

/// The SDK panics on an endpoint that is no URL.
#[cfg(feature = "aws")]
pub(super) fn hold_endpoint() -> anyhow::Result<()> {
    if let Some(endpoint) = std::env::var_os("AWS_ENDPOINT_URL")
        && !["http://", "https://"].iter().any(|scheme| endpoint.to_string_lossy().starts_with(scheme))
    {
        return Err(super::usage("`AWS_ENDPOINT_URL` is set but is not a URL; unset it, or give one that begins with `https://`"));
    }
    Ok(())
}

/// Puts a file in the place of an object of Amazon S3, by the standard credential chain.
#[cfg(feature = "aws")]
pub(super) fn put(bucket: &str, key: &str, path: &std::path::Path, media_type: &str) -> anyhow::Result<()> {
    hold_endpoint()?;
    let options = innovate_aws::Options {
        profile: None,
        roles: Vec::new(),
        external_id: None,
        call_timeout: PUT_TIMEOUT,
        max_attempts: PUT_ATTEMPTS,
        throttle: false,
        connections: 1,
    };
    runtime()?.block_on(async { Ok(innovate_aws::Session::connect(options).await.put(bucket, key, path, media_type).await?) })
}

/// Puts a file in the place of an object of Amazon S3.
#[cfg(not(feature = "aws"))]
pub(super) fn put(_bucket: &str, _key: &str, _path: &std::path::Path, _media_type: &str) -> anyhow::Result<()> {
    Err(super::usage("this build has no AWS access; write to a file, or build with the feature `aws`"))
}

/// Connections that the process may have: as many files as the system lets it open, but for those that it needs otherwise.
#[cfg(all(feature = "aws", unix))]
pub(super) fn connections() -> usize {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return LEAST_CONNECTIONS };
    let wanted = hard.min(MOST_FILES).max(soft);
    let files = setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).map_or(soft, |()| wanted);
    usize::try_from(files / 2).unwrap_or(LEAST_CONNECTIONS).clamp(LEAST_CONNECTIONS, MOST_CONNECTIONS)
}

#[cfg(all(feature = "aws", not(unix)))]
pub(super) fn connections() -> usize {
    LEAST_CONNECTIONS
}

/// Two threads, whatever the machine: this one, which reads, and one for the connections. A reading waits for answers.
#[cfg(feature = "aws")]
pub(super) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}

/// An account or unit that is not there is the user's error.
fn usage_of_plan(error: CollectError) -> anyhow::Error {
    match error {
        CollectError::UnknownAccount(_) | CollectError::UnknownUnit(_) => super::usage(error),
        error @ (CollectError::Identity(_) | CollectError::Store(_)) => error.into(),
    }
}

/// Shows the progress on standard error where that is a terminal and is wanted.
#[cfg(feature = "aws")]
fn show(global: &Global, progress: Arc<Progress>, cloud: Arc<dyn innovate_model::Cloud>) -> Option<tokio::task::JoinHandle<()>> {
    use std::io::IsTerminal;
    if global.quiet || !std::io::stderr().is_terminal() {
        return None;
    }
    let bar = indicatif::ProgressBar::new_spinner();
    bar.set_style(
        indicatif::ProgressStyle::with_template("{spinner} {elapsed} {msg}")
            .unwrap_or_else(|_| indicatif::ProgressStyle::default_spinner()),
    );
    Some(tokio::spawn(async move {
        let value = |of: &std::sync::atomic::AtomicU64| of.load(Ordering::Relaxed);
        loop {
            bar.set_message(format!(
                "{} of {} accounts, {} calls, {} resources, {} gaps",
                value(&progress.accounts_done),
                value(&progress.accounts),
                cloud.calls(),
                value(&progress.resources),
                value(&progress.gaps)
            ));
            bar.tick();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }))
}
