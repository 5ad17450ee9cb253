//! Every check and test, with the servers that they need.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::process::{self, cache, root};
use crate::schema;

/// The pinned packages of the test server, and of what checks the files for pipelines.
const REQUIREMENTS: [&str; 2] = ["tests/cloud/requirements.txt", "tests/pipelines/requirements.txt"];

/// What checks workflows, pinned; the packages bring the Go that builds it.
const ACTIONLINT: &str = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";

/// What renders the charts of the tests, pinned.
const HELM: &str = "helm.sh/helm/v3/cmd/helm@v3.16.4";

/// What draws the diagrams of the reference, pinned: a package of npm, which the packages bring.
const MERMAID: &str = "mermaid@11.17.2";

/// What tells the tests which browser to start.
const BROWSER: &str = "INNOVATE_TEST_BROWSER";

/// The browsers that will do, by the names of their programs.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Formatting, lints, generated files, then all tests with the test server running.
pub fn run() -> Result<()> {
    process::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    schema::generate(true)?;
    process::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    let server = Server::start(python()?)?;
    process::run(
        cargo(&["test", "--workspace"])
            .env("INNOVATE_TEST_SERVER", &server.address)
            .env("INNOVATE_TEST_PYTHON", python()?)
            .env(BROWSER, browser()?),
    )
}

/// The benchmarks, with the test server running and seeded for the one that reads it.
pub fn bench() -> Result<()> {
    let server = Server::seeded()?;
    process::run(cargo(&["bench", "--benches"]).env("INNOVATE_TEST_SERVER", &server.address))
}

/// Records the seeded organization as the example.
pub fn record() -> Result<()> {
    let server = Server::seeded()?;
    process::run(
        cargo(&["run", "--quiet", "--", "snapshot", "-o", "examples/organization.snapshot"])
            .envs([("HTTP_PROXY", server.address.as_str()), ("AWS_ENDPOINT_URL", "http://aws.example"), ("AWS_REGION", "us-east-1")])
            .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_EC2_METADATA_DISABLED", "true")]),
    )
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments);
    command
}

/// The interpreter of a virtual environment with the pinned packages and tools, made where it is not there yet.
fn python() -> Result<PathBuf> {
    let mut pinned = [ACTIONLINT, HELM, MERMAID].concat();
    for file in REQUIREMENTS {
        pinned += &fs::read_to_string(root().join(file))?;
    }
    let folder = cache().join("python");
    let (tools, installed) = (folder.join("bin"), folder.join("installed.txt"));
    let interpreter = tools.join("python");
    if fs::read_to_string(&installed).ok().as_deref() != Some(&pinned) {
        process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let files = REQUIREMENTS.iter().flat_map(|file| ["--requirement", file]);
        process::run(Command::new(&interpreter).args(["-m", "pip", "install", "--quiet"]).args(files))?;
        // Where it looks for modules and what it makes of them are left as they are set up for others.
        for tool in [ACTIONLINT, HELM] {
            process::run(Command::new(tools.join("go")).args(["install", tool]).env("GOBIN", &tools).env("GOTOOLCHAIN", "local"))?;
        }
        process::run(Command::new(tools.join("npm")).args(["pack", "--silent", "--pack-destination"]).arg(&folder).arg(MERMAID))?;
        let archive = folder.join(format!("{}.tgz", MERMAID.replace('@', "-")));
        process::run(Command::new(&interpreter).args(["-m", "tarfile", "--extract"]).arg(archive).arg(&folder))?;
        fs::write(&installed, pinned)?;
    }
    Ok(interpreter)
}

/// The Chromium that opens the HTML report: the one that `INNOVATE_TEST_BROWSER` names, or one that is installed, or Debian's.
fn browser() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(BROWSER) {
        return Ok(PathBuf::from(path));
    }
    if let Some(path) = installed(&BROWSERS) {
        return Ok(path);
    }
    let help = || {
        format!(
            "the tests of the HTML report need Chromium or Chrome: install one of `{}`, or name it in `{BROWSER}`",
            BROWSERS.join("`, `")
        )
    };
    process::run(Command::new("apt-get").args(["update", "--quiet"])).with_context(help)?;
    let install = ["install", "--quiet", "--yes", "--no-install-recommends", "chromium"];
    process::run(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(install)).with_context(help)?;
    installed(&BROWSERS).with_context(help)
}

/// The first of these programs that there is.
fn installed(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}

/// The AWS API server of the tests, on a free port of the loopback; it ends with this value.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// A server that holds the seeded organization.
    fn seeded() -> Result<Self> {
        let python = python()?;
        let server = Self::start(python.clone())?;
        process::run(Command::new(python).arg("tests/cloud/seed.py").arg(&server.address).stdout(Stdio::null()))?;
        Ok(server)
    }

    fn start(python: PathBuf) -> Result<Self> {
        let mut child = Command::new(python)
            .arg("tests/cloud/server.py")
            .current_dir(root())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the test server")?;
        let stdout = child.stdout.take().context("the test server has no standard output")?;
        let mut server = Self { child, address: String::new() };
        BufReader::new(stdout).read_line(&mut server.address).context("the test server did not say its address")?;
        server.address = server.address.trim().to_owned();
        anyhow::ensure!(server.address.starts_with("http://127.0.0.1:"), "the test server ended before it served");
        println!("test server at {}", server.address);
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
