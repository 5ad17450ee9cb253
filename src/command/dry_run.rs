//! `innovate audit --dry-run`: what a run would call, how long that takes, and what it needs to be allowed.

use std::io::{self, BufWriter, Write};

use innovate_model::World;

use super::live::Live;
use super::{Exit, Global};
use crate::collect::Needs;
use crate::estimate::{Estimate, Places};

/// Tells it, as JSON where that is wanted.
pub(super) fn run(live: &Live, earlier: Option<&World>, needs: Option<&Needs>, as_json: bool, global: &Global) -> anyhow::Result<Exit> {
    let (places, is_complete) = match earlier {
        Some(world) => (of_world(world), true),
        None => live.places(global)?,
    };
    let estimate = estimate(needs, &places, earlier)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if as_json {
        serde_json::to_writer_pretty(&mut out, &estimate).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        write(&estimate, &mut out)?;
    }
    out.flush()?;
    Ok(if is_complete { Exit::Clean } else { Exit::Incomplete })
}

/// The places of a world that was read before.
fn of_world(world: &World) -> Places {
    let active = world.accounts.values().filter(|account| account.is_active());
    let regions = active.map(|account| (account.id.clone(), world.regions.get(&account.id).cloned().unwrap_or_default())).collect();
    Places { caller: world.caller.clone(), regions, ..Places::default() }
}

fn write(estimate: &Estimate, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{:<12}  {:<14}  {:<22}  {:>6}", "account", "region", "service", "calls")?;
    for (account, regions) in &estimate.calls {
        for (region, services) in regions {
            for (service, calls) in services {
                writeln!(out, "{account:<12}  {region:<14}  {service:<22}  {calls:>6}")?;
            }
        }
    }
    writeln!(out, "\n{} calls, {:.1} seconds at the rates that AWS publishes", estimate.total, estimate.seconds)?;
    if !estimate.for_each_resource.is_empty() {
        let actions: Vec<&str> = estimate.for_each_resource.iter().map(String::as_str).collect();
        writeln!(out, "and for each resource that is found: {}\n`--snapshot FILE` tells how many to expect", actions.join(", "))?;
    }
    let actions: Vec<&str> = estimate.actions.iter().map(String::as_str).collect();
    writeln!(out, "needs {} and what finds the accounts; `innovate permissions` prints the policy", actions.join(", "))
}

#[cfg(feature = "aws")]
fn estimate(needs: Option<&Needs>, places: &Places, earlier: Option<&World>) -> anyhow::Result<Estimate> {
    use crate::estimate::Rate;
    let rate = |service: &str| {
        let (bucket, refill) = innovate_aws::rate(service);
        Rate { bucket, refill }
    };
    let anywhere = places.regions.values().flatten().next().map_or("us-east-1", String::as_str);
    let places = Places { home: innovate_aws::home_region(anywhere).to_owned(), ..places.clone() };
    Ok(Estimate::new(&innovate_aws::definitions(), needs, &places, earlier, rate))
}

#[cfg(not(feature = "aws"))]
fn estimate(_needs: Option<&Needs>, _places: &Places, _earlier: Option<&World>) -> anyhow::Result<Estimate> {
    Err(super::usage("this build reads nothing live; build with the feature `aws`"))
}
