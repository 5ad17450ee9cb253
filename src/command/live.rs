//! Reading the live organization: the flags, the session, progress, and Ctrl-C.

#[cfg(feature = "aws")]
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use clap::Args;
use innovate_model::{Calls, World};

use super::Global;
use crate::collect::{self, CollectError, Needs, Plan};
#[cfg(feature = "aws")]
use crate::collect::{Progress, collect};
use crate::estimate::Places;

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

    /// Reads the world, or what is needed of it; with the calls that it took.
    #[cfg(not(feature = "aws"))]
    pub(super) fn read(&self, needs: Option<Needs>, _global: &Global) -> anyhow::Result<(World, Calls)> {
        let _ = (
            self.plan(needs, String::new()),
            &self.role,
            &self.external_id,
            &self.profile,
            self.call_timeout,
            self.timeout,
            self.max_attempts,
        );
        Err(super::usage("this build has no AWS access; give `--snapshot FILE`, or build with the feature `aws`"))
    }

    /// How to connect.
    #[cfg(feature = "aws")]
    fn options(&self) -> anyhow::Result<innovate_aws::Options> {
        // The SDK panics on an endpoint that is no URL.
        if let Some(endpoint) = std::env::var_os("AWS_ENDPOINT_URL")
            && !["http://", "https://"].iter().any(|scheme| endpoint.to_string_lossy().starts_with(scheme))
        {
            return Err(super::usage("`AWS_ENDPOINT_URL` is set but is not a URL; unset it, or give one that begins with `https://`"));
        }
        Ok(innovate_aws::Options {
            profile: self.profile.clone(),
            role: self.role.clone(),
            external_id: self.external_id.clone(),
            call_timeout: Duration::from_secs(self.call_timeout),
            max_attempts: self.max_attempts,
            // An endpoint of one's own has no published buckets.
            throttle: std::env::var_os("AWS_ENDPOINT_URL").is_none(),
        })
    }

    /// The accounts and Regions that would be read.
    #[cfg(not(feature = "aws"))]
    pub(super) fn places(&self, global: &Global) -> anyhow::Result<Places> {
        self.read(None, global).map(|_| Places::default())
    }

    /// The accounts and Regions that would be read. An account that cannot be entered is named on standard error.
    #[cfg(feature = "aws")]
    pub(super) fn places(&self, _global: &Global) -> anyhow::Result<Places> {
        use std::io::Write;

        use innovate_model::Cloud;

        let options = self.options()?;
        let plan = self.plan(None, String::new());
        let runtime = runtime()?;
        runtime.block_on(async {
            let session = innovate_aws::Session::connect(options).await;
            let (regions, closed) = collect::regions(&session, &plan).await.map_err(usage_of_plan)?;
            for (account, error) in closed {
                writeln!(std::io::stderr(), "cannot read {account}: {error}")?;
            }
            let caller = session.caller().await?;
            Ok(Places { caller, regions, ..Places::default() })
        })
    }

    /// Reads the world, or what is needed of it; with the calls that it took.
    #[cfg(feature = "aws")]
    pub(super) fn read(&self, needs: Option<Needs>, global: &Global) -> anyhow::Result<(World, Calls)> {
        use innovate_model::Cloud;

        let options = self.options()?;
        let plan = self.plan(needs, jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string());
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
            let progress = Arc::new(Progress::default());
            let shown = show(global, progress.clone(), session.clone() as Arc<dyn Cloud>);
            let world = collect(session.as_ref(), &plan, progress, stop).await;
            watcher.abort();
            if let Some(shown) = shown {
                shown.abort();
            }
            Ok((world.map_err(usage_of_plan)?, session.calls_by_service()))
        })
    }
}

/// Two threads, whatever the machine: this one, which reads, and one for the connections. A reading waits for answers.
#[cfg(feature = "aws")]
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}

/// An account or unit that is not there is the user's error.
fn usage_of_plan(error: CollectError) -> anyhow::Error {
    match error {
        CollectError::UnknownAccount(_) | CollectError::UnknownUnit(_) => super::usage(error),
        error @ CollectError::Identity(_) => error.into(),
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
