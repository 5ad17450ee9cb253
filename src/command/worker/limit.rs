//! What a worker gives up before a policy runs, and who ends it when a policy takes too long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Answer, say};
use crate::engine::Watch;

/// Memory that policies may take beyond what the resources need.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 512 << 20;

/// Memory of what the engine makes of a byte of the job.
#[cfg(target_os = "linux")]
const OF_A_BYTE: u64 = 8;

/// How often the time is looked at.
const PERIOD: Duration = Duration::from_millis(100);

/// Gives up files, sockets, processes and memory beyond a bound. Nothing can be opened from here on: a policy could reach nothing, were it to escape the
/// engine. The environment was left behind by whoever started the worker.
#[cfg(unix)]
pub(super) fn confine(length: usize) -> anyhow::Result<()> {
    use nix::sys::resource::{Resource, setrlimit};

    #[cfg(target_os = "linux")]
    {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        let size = size.ok_or_else(|| anyhow::anyhow!("the kernel does not tell how much memory the process has"))? << 10;
        let most = size + MEMORY + OF_A_BYTE * u64::try_from(length)?;
        setrlimit(Resource::RLIMIT_AS, most, most)?;
        setrlimit(Resource::RLIMIT_NPROC, 0, 0)?;
    }
    let _ = length;
    for resource in [Resource::RLIMIT_CORE, Resource::RLIMIT_FSIZE, Resource::RLIMIT_NOFILE] {
        setrlimit(resource, 0, 0)?;
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn confine(_length: usize) -> anyhow::Result<()> {
    Ok(())
}

/// Processor time of the process so far; none where the system does not tell.
fn processor_time() -> Option<Duration> {
    #[cfg(unix)]
    {
        use nix::time::{ClockId, clock_gettime};
        clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).ok().map(Duration::from)
    }
    #[cfg(not(unix))]
    None
}

/// Ends the process when one step takes more than `most` of processor time, or of time where the system does not tell that, and says which of the policies was at it.
pub(super) fn watch(watch: Arc<Watch>, most: Duration, ids: Vec<String>) -> std::io::Result<()> {
    let end = move || {
        let (mut known, mut started, mut used) = (watch.now(), Instant::now(), processor_time());
        loop {
            std::thread::sleep(PERIOD);
            let (now, time) = (watch.now(), processor_time());
            if now != known {
                (known, started, used) = (now, Instant::now(), time);
                continue;
            }
            let worked = time.zip(used).is_some_and(|(time, used)| time.saturating_sub(used) > most);
            if worked || (used.is_none() && started.elapsed() > most) {
                let policy = (now.0 > 0).then(|| ids.get(now.1).cloned()).flatten();
                let reason = format!("it took more than {} s for one step", most.as_secs());
                // Nobody listens where this fails.
                drop(say(&Answer::Overrun { policy, reason }));
                std::process::exit(1);
            }
        }
    };
    std::thread::Builder::new().name("watch".to_owned()).spawn(end).map(drop)
}
