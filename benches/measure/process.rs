//! Time and memory of whole processes.

use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};

/// The first argument of a process that measures another.
const MEASURE: &str = "measure";

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From its start to its end.
    pub seconds: f64,
    /// At the peak of the largest of its processes.
    pub megabytes: f64,
}

/// Runs a command, which must end with one of the statuses.
pub fn run(command: &mut Command, statuses: &[i32]) {
    // A tool that notes where each error arose measures that.
    command.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it starts");
    assert!(status.code().is_some_and(|code| statuses.contains(&code)), "{command:?}: {status}");
}

/// What the command takes, which must end with one of the statuses. It is run by another process of this program, as the kernel tells no more than the peak
/// of all the children that a process ever had, and counts what a child inherits.
pub fn cost(command: &Command, statuses: &[i32]) -> Cost {
    let mut measure = Command::new(std::env::current_exe().expect("this program"));
    let statuses: Vec<String> = statuses.iter().map(i32::to_string).collect();
    measure.args([MEASURE, &statuses.join(",")]).arg(command.get_program()).args(command.get_args());
    measure.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        measure.current_dir(folder);
    }
    let output = measure.stderr(Stdio::inherit()).output().expect("it starts");
    assert!(output.status.success(), "{command:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    let (seconds, megabytes) = text.trim().split_once(' ').expect("two numbers");
    Cost { seconds: seconds.parse().expect("a number"), megabytes: megabytes.parse().expect("a number") }
}

/// Measures another process, where this one was started for that, and ends.
pub fn serve() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [first, statuses, program, rest @ ..] = arguments.as_slice() else { return };
    if first != MEASURE {
        return;
    }
    let statuses: Vec<i32> = statuses.split(',').map(|status| status.parse().expect("a number")).collect();
    let started = Instant::now();
    run(Command::new(program).args(rest), &statuses);
    let seconds = started.elapsed().as_secs_f64();
    println!("{seconds} {}", getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel tells").max_rss() as f64 / 1024.0);
    std::process::exit(0);
}
