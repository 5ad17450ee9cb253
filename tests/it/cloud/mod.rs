//! The program against the test server, over the wire.
//!
//! `cargo xtask test` starts the server, `tests/cloud/server.py`, and names it in `INNOVATE_TEST_SERVER`. Every test has a session of its own there, with
//! rules of what is to break and a log of what was called; all read the one organization that `tests/cloud/seed.py` makes.

mod account;
mod audit;
mod contract;
mod denial;
mod dry_run;
mod fault;
mod flag;
mod permission;
mod provision;
mod resume;
mod storage;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use innovate::engine::{Judgement, Options, judge};
use innovate::input::snapshot;
use innovate::policy::{self, Library, Platform};
use innovate_model::World;
use serde::Deserialize;
use serde_json::{Value, json};

fn environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("`{name}` is not set: run the tests by `cargo xtask test`"))
}

/// The seeded organization, as the seed tells of it: `accounts`, what was `made`, and the defects that were `planted`.
static SEEDED: LazyLock<Value> = LazyLock::new(|| {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cloud/seed.py");
    let output = Command::new(environment("INNOVATE_TEST_PYTHON")).arg(script).arg(environment("INNOVATE_TEST_SERVER")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
});

/// When every world is said to have been read, so that worlds that were read one after the other can be the same.
static READ_AT: LazyLock<String> = LazyLock::new(|| jiff::Timestamp::now().to_string());

/// What the organization is when nothing is broken.
static WHOLE: LazyLock<(World, Judgement)> = LazyLock::new(|| {
    let world = Stage::open("whole", &json!({})).read();
    let judgement = judged(&world);
    (world, judgement)
});

fn judged(world: &World) -> Judgement {
    static LIBRARY: LazyLock<Library> = LazyLock::new(|| policy::shipped().unwrap().on(&[Platform::Aws]));
    judge(&world.into(), &LIBRARY, Options { keep_passes: true, workers: 2, watch: None }).unwrap()
}

/// A session on the test server.
struct Stage {
    control: String,
    server: String,
    name: String,
}

/// One call as the server saw it.
#[derive(Debug, Deserialize)]
struct Called {
    /// The IAM action; none for a call that the server does not know.
    action: Option<String>,
    /// What befell it.
    fault: Option<String>,
}

impl Stage {
    /// Opens a session on the seeded server; its settings are those of `Session` in `tests/cloud/faults.py`.
    fn open(name: &str, settings: &Value) -> Self {
        LazyLock::force(&SEEDED);
        let server = environment("INNOVATE_TEST_SERVER");
        let control = format!("{server}/sessions/{name}");
        ureq::put(&control).send_json(settings).unwrap();
        Self { control, server, name: name.to_owned() }
    }

    /// The program, with credentials that the server takes, in the environment of nobody in particular.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_innovate"));
        command
            .args(arguments)
            .env_clear()
            .envs([("AWS_ENDPOINT_URL", format!("http://{}.test", self.name)), ("HTTP_PROXY", self.server.clone())])
            .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "us-east-1")])
            .envs([("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_MAX_ATTEMPTS", "1")]);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Reads the seeded organization.
    fn read(&self) -> World {
        self.read_with(|_| {})
    }

    fn read_with(&self, change: impl FnOnce(&mut Command)) -> World {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("world.snapshot");
        let mut command = self.command(&["snapshot", "-o", file.to_str().unwrap()]);
        change(&mut command);
        let output = command.output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 4)), "{}: {}", self.name, String::from_utf8_lossy(&output.stderr));
        let mut world = snapshot::read(std::fs::File::open(file).unwrap()).unwrap();
        world.read_at.clone_from(&READ_AT);
        world
    }

    /// What was called so far.
    fn calls(&self) -> Vec<Called> {
        ureq::get(&self.control).call().unwrap().body_mut().read_json().unwrap()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Lets go of answers that the server still holds back; a test that failed has more to say than this.
        drop(ureq::delete(&self.control).call());
    }
}
