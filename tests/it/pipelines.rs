//! What runs `innovate` in people's pipelines: none of it can run here as it will there, so each file is held against the schema and the
//! linters of its format, and each script runs with a stand-in that records what it is given and ends as it is told.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use regex::Regex;
use serde_json::{Map, Value, json};

use crate::command::{Desk, EXAMPLE, findings};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The workflows, and the places of those that others copy.
const WORKFLOWS: [&str; 4] =
    [".github/workflows/ci.yml", ".github/workflows/release.yml", "integrations/github/check.yml", "deploy/github/nightly.yml"];

const SCRIPTS: [&str; 3] = ["integrations/github/install.sh", "integrations/github/package.sh", "integrations/github/run.sh"];

/// Texts that would do something if a shell saw them as anything but one argument.
const HOSTILE: [&str; 8] =
    ["$(touch pwned)", "`touch pwned`", "'; touch pwned #", "\"; touch pwned; \"", "a  b", "*", "--trust-head", "%0A::stop-commands::x"];

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A linter of `tests/pipelines/requirements.txt`, or one of the system.
fn tool(name: &str) -> PathBuf {
    let installed = std::env::var_os("INNOVATE_TEST_PYTHON").map(|python| PathBuf::from(python).with_file_name(name));
    let found = installed.filter(|path| path.is_file()).or_else(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
    });
    let installer =
        if name == "systemd-analyze" { "install systemd, of which it is a part" } else { "run `cargo xtask test`, which installs it" };
    found.unwrap_or_else(|| panic!("`{name}` is missing: {installer}"))
}

/// The program with the linters before all else in its path.
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let folders = std::env::var_os("INNOVATE_TEST_PYTHON").and_then(|python| Some(PathBuf::from(python).parent()?.to_owned()));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut command = Command::new(program);
    command.env("PATH", std::env::join_paths(folders.into_iter().chain(std::env::split_paths(&path))).unwrap()).current_dir(ROOT);
    command
}

/// Everything that was printed.
fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs what must find nothing.
fn passes(name: &str, arguments: &[&str]) -> String {
    let output = command(tool(name)).args(arguments).output().unwrap();
    assert!(output.status.success(), "{name} {arguments:?}: {}", said(&output));
    said(&output)
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A folder with a stand-in for `innovate` that writes its arguments into `arguments`, reports that are `*.given` in the folder, and ends
/// with the status in `status`.
struct Stage {
    desk: Desk,
    variables: BTreeMap<String, String>,
}

impl Stage {
    fn new() -> Self {
        let desk = Desk::new();
        let stage = desk.path("").to_str().unwrap().trim_end_matches('/').to_owned();
        let body = "#!/bin/sh\n\
            printf '%s\\0' \"$@\" >\"$STAGE/arguments\"\n\
            for argument; do\n\
              case $argument in\n\
                --output=json=*) cp \"$STAGE/json.given\" \"${argument#--output=json=}\" ;;\n\
                --output=markdown=*) cp \"$STAGE/markdown.given\" \"${argument#--output=markdown=}\" ;;\n\
                --output=sarif=*) printf '{}' >\"${argument#--output=sarif=}\" ;;\n\
              esac\n\
            done\n\
            echo findings\n\
            exit \"$(cat \"$STAGE/status\")\"\n";
        let program = desk.write("bin/innovate", body);
        fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
        desk.write("json.given", "{}");
        desk.write("markdown.given", "# Summary\n");
        desk.write("status", "0");
        desk.write("work/present", "");
        let path = std::env::var("PATH").unwrap();
        let variables = [
            ("PATH", format!("{stage}/bin:{path}")),
            ("HOME", stage.clone()),
            ("STAGE", stage.clone()),
            ("RUNNER_TEMP", stage.clone()),
            ("GITHUB_OUTPUT", format!("{stage}/output")),
            ("GITHUB_PATH", format!("{stage}/path")),
            ("GITHUB_STEP_SUMMARY", format!("{stage}/summary")),
        ];
        Self { desk, variables: variables.map(|(name, value)| (name.to_owned(), value)).into() }
    }

    fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Runs a program in the folder `work`.
    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        Command::new(program).args(arguments).current_dir(self.desk.path("work")).env_clear().envs(&self.variables).output().unwrap()
    }

    /// Runs a script of the action; gives what it printed.
    fn script(&self, name: &str, status: i32) -> String {
        let output = self.run("bash", &[&format!("{ROOT}/integrations/github/{name}.sh")]);
        assert_eq!(output.status.code(), Some(status), "{}", said(&output));
        assert!(!self.desk.path("work/pwned").exists());
        said(&output)
    }

    /// What the stand-in was given; nothing where it did not run.
    fn arguments(&self) -> Vec<String> {
        let recorded = fs::read_to_string(self.desk.path("arguments")).unwrap_or_default();
        recorded.split_terminator('\0').map(ToOwned::to_owned).collect()
    }

    /// The outputs of the step.
    fn outputs(&self) -> BTreeMap<String, String> {
        let written = fs::read_to_string(self.desk.path("output")).unwrap_or_default();
        written.lines().map(|line| line.split_once('=').unwrap()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

// GitHub

/// The text as it is where somebody uses it.
fn filled(path: &str) -> String {
    text(path).replace("OWNER/innovate@COMMIT # VERSION", &format!("example/innovate@{} # v0.1.0", "0123456789".repeat(4)))
}

#[test]
fn workflows_pass_their_schema_and_the_linters() {
    let desk = Desk::new();
    // Where actionlint finds what `./` is.
    desk.write("action.yml", text("action.yml"));
    git(&desk.path(""), &["init", "--quiet"]);
    let files: Vec<String> =
        WORKFLOWS.iter().map(|path| desk.write(&format!(".github/workflows/{}", path.replace('/', "-")), filled(path))).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    passes("actionlint", &[&["-no-color", "-shellcheck", tool("shellcheck").to_str().unwrap()], files.as_slice()].concat());
    passes("check-jsonschema", &[&["--builtin-schema", "vendor.github-workflows"], files.as_slice()].concat());
    passes("zizmor", &["--offline", "--no-progress", desk.path("").to_str().unwrap()]);
}

#[test]
fn workflows_may_do_little_and_pin_what_they_use() {
    let pinned = Regex::new(r"uses: (\S+/\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\./ # zizmor: .*)$").unwrap();
    for path in WORKFLOWS {
        let workflow = filled(path);
        for line in workflow.lines().filter(|line| line.contains("uses:")) {
            assert!(pinned.is_match(line), "{path}: {line}");
        }
        let workflow = yaml(&workflow);
        assert_eq!(workflow["permissions"], json!({}), "{path}");
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            let granted = job["permissions"].as_object().unwrap_or_else(|| panic!("{path}: {name} has no permissions of its own"));
            let writes: Vec<&str> = granted.iter().filter(|(_, level)| **level == "write").map(|(scope, _)| scope.as_str()).collect();
            let allowed: &[&str] = match name.as_str() {
                "publish" => &["contents", "id-token", "attestations"],
                "image" if path.ends_with("release.yml") => &["packages"],
                "index" => &["packages", "id-token", "attestations"],
                "check" => &["security-events"],
                "audit" => &["id-token"],
                _ => &[],
            };
            assert!(writes.iter().all(|scope| allowed.contains(scope)), "{path}: {name}: {writes:?}");
            assert!(job["timeout-minutes"].is_number(), "{path}: {name}");
        }
    }
}

#[test]
fn the_action_passes_its_schema_and_gives_every_input_as_a_variable() {
    passes("check-jsonschema", &["--builtin-schema", "vendor.github-actions", "action.yml"]);
    passes("zizmor", &["--offline", "--no-progress", "action.yml"]);
    let action = yaml(&text("action.yml"));
    let scripts: String = SCRIPTS.iter().map(|path| text(path)).collect();
    let mut given = Vec::new();
    for step in action["runs"]["steps"].as_array().unwrap() {
        assert!(!step["run"].as_str().unwrap().contains("${{"), "{step}");
        let script = step["run"].as_str().unwrap().strip_prefix("bash \"$GITHUB_ACTION_PATH/").unwrap().trim_end_matches('"');
        assert!(Path::new(ROOT).join(script).is_file(), "{script}");
        for (name, value) in step["env"].as_object().unwrap() {
            assert!(scripts.contains(name), "no script reads {name}");
            given.extend(value.as_str().unwrap().strip_prefix("${{ inputs.").map(|rest| rest.trim_end_matches(" }}").to_owned()));
        }
    }
    given.sort();
    let inputs: Vec<&String> = action["inputs"].as_object().unwrap().keys().collect();
    let mut inputs: Vec<String> = inputs.into_iter().cloned().collect();
    inputs.sort();
    assert_eq!(inputs, given);
    for (name, output) in action["outputs"].as_object().unwrap() {
        assert_eq!(output["value"], format!("${{{{ steps.run.outputs.{name} }}}}"));
    }
}

#[test]
fn the_action_speaks_to_the_program_itself() {
    let mut stage = Stage::new();
    fs::remove_file(stage.desk.path("bin/innovate")).unwrap();
    symlink(env!("CARGO_BIN_EXE_innovate"), stage.desk.path("bin/innovate")).unwrap();
    stage.set("INPUT_COMMAND", "audit").set("INPUT_ARGS", &format!("--snapshot={EXAMPLE}"));
    stage.set("INPUT_SARIF", "out.sarif").script("run", 3);
    assert_ne!(stage.outputs()["critical"], "0");
}

#[test]
fn scripts_pass_shellcheck() {
    passes("shellcheck", &[&["--severity=style"], SCRIPTS.as_slice()].concat());
    for path in SCRIPTS {
        assert_eq!(fs::metadata(Path::new(ROOT).join(path)).unwrap().permissions().mode() & 0o111, 0o111, "{path}");
    }
}

#[test]
fn the_action_passes_on_what_it_is_told() {
    let mut stage = Stage::new();
    stage.set("INPUT_COMMAND", "check").set("INPUT_PATHS", "templates\r\n\nplan.json\n").set("INPUT_POLICY", "aws.rds\nown");
    stage.set("INPUT_FRAMEWORK", "cis_aws_5.0").set("INPUT_SEVERITY", "medium").set("INPUT_FAIL_ON", "low").set("INPUT_SINCE", "none");
    stage.set("INPUT_SARIF", "out.sarif").set("INPUT_SUMMARY", "true").set("INPUT_ARGS", "--parameters\nparameters.json");
    stage.script("run", 0);
    let mut arguments = stage.arguments();
    let json = arguments.remove(2);
    assert!(json.starts_with("--output=json="));
    let markdown = arguments.remove(3);
    assert!(markdown.starts_with("--output=markdown="));
    assert_eq!(
        arguments,
        [
            "check",
            "--output=github",
            "--output=sarif=out.sarif",
            "--policy=aws.rds",
            "--policy=own",
            "--framework=cis_aws_5.0",
            "--severity=medium",
            "--fail-on=low",
            "--parameters",
            "parameters.json",
            "--",
            "templates",
            "plan.json"
        ]
    );
    assert_eq!(stage.outputs()["sarif"], "out.sarif");
    assert_eq!(fs::read_to_string(stage.desk.path("summary")).unwrap(), "# Summary\n");
    let left: Vec<_> = fs::read_dir(stage.desk.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("innovate.")), "{left:?}");

    let mut stage = Stage::new();
    stage.set("INPUT_COMMAND", "audit").set("INPUT_PATHS", ".").set("INPUT_SINCE", &"0".repeat(40)).set("INPUT_SUMMARY", "false");
    stage.script("run", 0);
    let arguments = stage.arguments();
    assert_eq!((arguments.len(), arguments[0].as_str(), arguments[1].as_str()), (3, "audit", "--output=github"), "{arguments:?}");
    assert!(!stage.desk.path("summary").exists() && !stage.outputs().contains_key("sarif"));
}

#[test]
fn the_action_ends_as_innovate_does_but_for_what_is_unknown() {
    for (status, ends, expected) in [
        (0, 0, "findings\n"),
        (1, 1, "::error title=innovate::innovate itself failed (status 1)"),
        (2, 2, "::error title=innovate::innovate itself failed (status 2)"),
        (3, 3, "::error title=innovate::there are findings at `fail-on` or worse (status 3)"),
        (4, 0, "::warning title=innovate::nothing fails at `fail-on` or worse, but something is unknown or was not read (status 4)"),
        (137, 137, "::error title=innovate::innovate itself failed (status 137)"),
    ] {
        let mut stage = Stage::new();
        stage.desk.write("status", status.to_string());
        let printed = stage.set("INPUT_SARIF", "out.sarif").script("run", ends);
        assert!(printed.contains(expected), "{status}: {printed}");
        assert_eq!(stage.outputs()["exit-code"], status.to_string());
        assert_eq!(stage.outputs()["sarif"], "out.sarif", "{status}");
    }
}

#[test]
fn hostile_inputs_of_the_action_stay_arguments() {
    for hostile in HOSTILE {
        let mut stage = Stage::new();
        for name in ["PATHS", "POLICY", "FRAMEWORK", "SEVERITY", "FAIL_ON", "ARGS"] {
            stage.set(&format!("INPUT_{name}"), hostile);
        }
        stage.set("INPUT_SARIF", &format!("./{}", hostile.replace('/', "-")));
        stage.script("run", 0);
        let arguments = stage.arguments();
        for flag in ["--policy", "--framework", "--severity", "--fail-on"] {
            assert!(arguments.contains(&format!("{flag}={hostile}")), "{arguments:?}");
        }
        let end = arguments.iter().position(|argument| argument == "--").unwrap();
        assert_eq!(arguments[end - 1..], [hostile, "--", hostile]);

        for name in ["INPUT_COMMAND", "INPUT_SINCE"] {
            let mut stage = Stage::new();
            git(&stage.desk.path("work"), &["init", "--quiet"]);
            let printed = stage.set(name, hostile).script("run", 2);
            assert!(printed.starts_with("::error title=innovate::") && printed.lines().count() == 1, "{printed}");
            assert!(stage.arguments().is_empty(), "{hostile}");
            assert_eq!(stage.outputs()["exit-code"], "2");
        }
    }
    for path in ["a.sarif,table=/etc/passwd", "a\nexit-code=0"] {
        let mut stage = Stage::new();
        stage.set("INPUT_SARIF", path).script("run", 2);
        assert!(stage.arguments().is_empty());
        assert_eq!(stage.outputs().len(), 1);
    }
}

#[test]
fn the_action_fetches_what_a_pull_request_is_compared_with() {
    let mut stage = Stage::new();
    let origin = stage.desk.path("origin");
    fs::create_dir(&origin).unwrap();
    git(&origin, &["init", "--quiet"]);
    for message in ["base", "head"] {
        git(&origin, &["commit", "--quiet", "--allow-empty", "--message", message]);
    }
    let base = git(&origin, &["rev-parse", "HEAD^"]);
    fs::remove_dir_all(stage.desk.path("work")).unwrap();
    git(&stage.desk.path(""), &["clone", "--quiet", "--depth=1", &format!("file://{}", origin.display()), "work"]);
    stage.set("INPUT_SINCE", &base).script("run", 0);
    assert!(stage.arguments().contains(&format!("--since={base}")));
    assert_eq!(git(&stage.desk.path("work"), &["log", "-1", "--format=%s", &base]), "base");

    fs::remove_file(stage.desk.path("arguments")).unwrap();
    for revision in ["0".repeat(40), "no-such-branch".to_owned()] {
        let printed = stage.set("INPUT_SINCE", &revision).script("run", 2);
        assert!(printed.contains("check out with `fetch-depth: 0`") && stage.arguments().is_empty(), "{printed}");
    }
}

#[test]
fn the_action_counts_what_the_report_holds() {
    let stage = Stage::new();
    let report = stage.desk.audit(3, &["-o", "json", "--show-passes"]);
    let mut expected: BTreeMap<String, String> =
        ["critical", "high", "medium", "low", "info", "unknown"].map(|name| (name.to_owned(), "0".to_owned())).into();
    for finding in findings(&report) {
        let name = if finding["verdict"] == "fail" { &finding["severity"] } else { &finding["verdict"] };
        if let Some(count) = expected.get_mut(name.as_str().unwrap()) {
            *count = (count.parse::<usize>().unwrap() + 1).to_string();
        }
    }
    assert!(expected["critical"] != "0" && expected["low"] != "0", "{expected:?}");
    stage.desk.write("json.given", report);
    stage.script("run", 0);
    let mut outputs = stage.outputs();
    outputs.remove("exit-code");
    assert_eq!(outputs, expected);
    let clean = Stage::new();
    clean.desk.write(
        "json.given",
        clean.desk.audit(0, &["-o", "json", "--policy", "aws.ec2.security_group_unrestricted_egress", "--fail-on", "never"]),
    );
    clean.script("run", 0);
    assert!(clean.outputs().len() > 5, "{:?}", clean.outputs());
}

#[test]
fn a_summary_that_is_too_long_for_github_says_where_the_findings_are() {
    let mut stage = Stage::new();
    stage.desk.write("markdown.given", "x".repeat(1 << 20));
    stage.set("INPUT_SARIF", "out.sarif").script("run", 0);
    let summary = fs::read_to_string(stage.desk.path("summary")).unwrap();
    assert!(summary.len() < 200 && summary.contains("out.sarif"), "{} bytes", summary.len());
}

/// A release of the stand-in as `package.sh` makes it, a `curl` that serves it, and a `cargo` that says that it was called.
fn released(platform: &str) -> Stage {
    let mut stage = Stage::new();
    let binary = fs::read(stage.desk.path("bin/innovate")).unwrap();
    stage.desk.write(&format!("built/{platform}/innovate"), binary);
    stage.desk.write("built/sbom/innovate.cdx.json", "{}");
    let (built, release) = (stage.desk.path("built"), stage.desk.path("release"));
    let package = format!("{ROOT}/integrations/github/package.sh");
    let output = stage.run("bash", &[&package, built.to_str().unwrap(), release.to_str().unwrap()]);
    assert!(output.status.success(), "{}", said(&output));
    let curl = "#!/bin/sh\nfor argument; do\n  case $previous in --output) to=$argument ;; esac\n  previous=$argument\ndone\n\
        echo \"$previous\" >>\"$STAGE/urls\"\ncp \"$STAGE/release/$(basename \"$previous\")\" \"$to\"\n";
    let cargo = "#!/bin/sh\nprintf '%s\\0' \"$PWD\" \"$@\" >\"$STAGE/cargo\"\nmkdir -p \"$STAGE/innovate/bin\"\ncp \"$STAGE/bin/innovate\" \"$STAGE/innovate/bin/\"\n";
    for (name, body) in [("curl", curl), ("cargo", cargo)] {
        let path = stage.desk.write(&format!("bin/{name}"), body);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    stage.set("GITHUB_ACTION_PATH", ROOT).set("ACTION_REPOSITORY", "example/innovate").set("ACTION_REF", "v7.8.9");
    stage.set("RUNNER_OS", "Linux").set("RUNNER_ARCH", "X64");
    stage
}

const PLATFORM: &str = "x86_64-unknown-linux-gnu";

#[test]
fn the_action_installs_the_release_that_it_is_used_at() {
    for (reference, input, version) in [
        ("v7.8.9", "", "v7.8.9"),
        ("v7.8.9-rc.1", "", "v7.8.9-rc.1"),
        ("v7", "", concat!("v", env!("CARGO_PKG_VERSION"))),
        ("0123456789012345678901234567890123456789", "", concat!("v", env!("CARGO_PKG_VERSION"))),
        ("v7.8.9", "v1.2.3", "v1.2.3"),
    ] {
        let mut stage = released(PLATFORM);
        stage.set("ACTION_REF", reference).set("INPUT_VERSION", input).script("install", 0);
        assert_eq!(stage.arguments(), ["--version"]);
        let urls = fs::read_to_string(stage.desk.path("urls")).unwrap();
        let from = format!("https://github.com/example/innovate/releases/download/{version}/innovate-{PLATFORM}.tar.gz");
        assert_eq!(urls, format!("{from}\n{from}.sha256\n"));
        let folder = fs::read_to_string(stage.desk.path("path")).unwrap();
        assert!(Path::new(folder.trim()).join("innovate").is_file() && !stage.desk.path("cargo").exists());
    }
    for (system, processor, platform) in [
        ("Linux", "ARM64", "aarch64-unknown-linux-gnu"),
        ("macOS", "X64", "x86_64-apple-darwin"),
        ("macOS", "ARM64", "aarch64-apple-darwin"),
    ] {
        released(platform).set("RUNNER_OS", system).set("RUNNER_ARCH", processor).script("install", 0);
    }
}

#[test]
fn the_action_builds_where_there_is_no_release_but_never_for_a_wrong_checksum() {
    for (name, value) in [
        ("INPUT_VERSION", "source"),
        ("ACTION_REPOSITORY", ""),
        ("RUNNER_ARCH", "RISCV64"),
        ("RUNNER_ARCH", "ARM64"),
        ("RUNNER_OS", "Windows"),
    ] {
        let mut stage = released(PLATFORM);
        let printed = stage.set(name, value).script("install", 0);
        assert!(printed.contains("::notice title=innovate::"), "{printed}");
        let place = stage.desk.path("innovate");
        let expected =
            [ROOT, "install", "--locked", "--path", ".", "--root", place.to_str().unwrap()].map(|part| format!("{part}\0")).concat();
        assert_eq!(fs::read_to_string(stage.desk.path("cargo")).unwrap(), expected, "{name} {value}");
    }
    let stage = released(PLATFORM);
    let archive = format!("release/innovate-{PLATFORM}.tar.gz");
    let mut bytes = fs::read(stage.desk.path(&archive)).unwrap();
    bytes.push(0);
    stage.desk.write(&archive, bytes);
    assert!(stage.script("install", 1).contains("is not what its checksum says"));
    assert!(!stage.desk.path("cargo").exists() && !stage.desk.path("path").exists() && stage.arguments().is_empty());
    for hostile in HOSTILE {
        let mut stage = released(PLATFORM);
        assert!(stage.set("INPUT_VERSION", hostile).script("install", 1).contains("`version` is neither a release"));
        assert!(!stage.desk.path("urls").exists());
    }
}

#[test]
fn the_same_binaries_make_the_same_release() {
    let [first, second] = [released(PLATFORM), released(PLATFORM)].map(|stage| {
        let files = fs::read_dir(stage.desk.path("release")).unwrap().map(|entry| entry.unwrap().path());
        files.map(|path| (path.file_name().unwrap().to_owned(), fs::read(&path).unwrap())).collect::<BTreeMap<_, _>>()
    });
    assert_eq!(first.len(), 4);
    assert!(first == second);
}

// GitLab

/// The header and the body of the component, with these inputs and the defaults of the others.
fn component(inputs: &[(&str, &str)]) -> (Value, Value) {
    let text = text("templates/innovate/template.yml");
    let (header, body) = text.split_once("\n---\n").unwrap();
    let header = yaml(header);
    let declared = header["spec"]["inputs"].as_object().unwrap();
    let mut values: BTreeMap<&str, &str> =
        declared.iter().filter_map(|(name, input)| Some((name.as_str(), input.get("default")?.as_str()?))).collect();
    values.insert("image", "registry.example.com/innovate:ci");
    values.extend(inputs.iter().copied());
    assert_eq!(values.len(), declared.len(), "every input has a default but the image");
    let mut body = yaml(body);
    interpolate(&mut body, &values);
    (header, body)
}

/// Puts inputs into the texts and keys of a document, as GitLab does once it is parsed.
fn interpolate(value: &mut Value, inputs: &BTreeMap<&str, &str>) {
    let replaced =
        |text: &str| inputs.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("$[[ inputs.{name} ]]"), value));
    match value {
        Value::String(text) => *text = replaced(text),
        Value::Array(items) => items.iter_mut().for_each(|item| interpolate(item, inputs)),
        Value::Object(fields) => {
            *fields = std::mem::take(fields)
                .into_iter()
                .map(|(name, mut value)| {
                    interpolate(&mut value, inputs);
                    (replaced(&name), value)
                })
                .collect::<Map<String, Value>>();
        }
        _ => {}
    }
}

/// Runs the script of a job in its variables.
fn run_job(stage: &mut Stage, job: &Value) -> i32 {
    for (name, value) in job["variables"].as_object().unwrap() {
        let value = value.get("value").unwrap_or(value).as_str().unwrap();
        stage.set(name, value);
    }
    let script: Vec<&str> = job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let output = stage.run("sh", &["-e", "-c", &script.join("\n")]);
    assert!(!stage.desk.path("work/pwned").exists());
    output.status.code().unwrap()
}

#[test]
fn the_component_passes_its_schema_and_shellcheck() {
    let (header, body) = component(&[]);
    let desk = Desk::new();
    let nightly = text("deploy/gitlab/nightly.yml");
    let files = [("header.yml", header.to_string()), ("body.yml", body.to_string()), ("nightly.yml", nightly.clone())];
    for (name, text) in files {
        let path = desk.write(name, text);
        passes("check-jsonschema", &["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", &path]);
    }
    for (job, shell) in [(&body["innovate"], "sh"), (&yaml(&nightly)["innovate-nightly"], "sh")] {
        let script: Vec<&str> = job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        assert!(!script.join("\n").contains("$["), "an input would be part of the script");
        // What the job's variables hold, shellcheck cannot know.
        passes("shellcheck", &["--exclude=SC2154", "--shell", shell, &desk.write("script.sh", script.join("\n"))]);
        assert_eq!(job["allow_failure"]["exit_codes"], json!([4]));
        assert_eq!(job["artifacts"]["when"], "always");
    }
    let reports = body["innovate"]["artifacts"]["reports"].as_object().unwrap();
    assert_eq!(reports.keys().collect::<Vec<_>>(), ["codequality", "junit", "sast"]);
    for report in reports.values() {
        assert!(body["innovate"]["script"][0].as_str().unwrap().contains(&format!("={}", report.as_str().unwrap())), "{report}");
    }
}

#[test]
fn the_component_passes_on_what_it_is_told() {
    let reports = [
        "--output=text",
        "--output=gitlab-code-quality=gl-code-quality-report.json",
        "--output=gitlab-sast=gl-sast-report.json",
        "--output=junit=innovate-junit.xml",
    ];
    let run = |inputs: &[(&str, &str)], base: Option<&str>| {
        let mut stage = Stage::new();
        if let Some(base) = base {
            stage.set("CI_MERGE_REQUEST_DIFF_BASE_SHA", base);
        }
        assert_eq!(run_job(&mut stage, &component(inputs).1["innovate"]), 0);
        stage.arguments()
    };
    assert_eq!(run(&[], None), [&["check"], reports.as_slice(), &["--", "."]].concat());
    assert_eq!(run(&[], Some("abc")), [&["check"], reports.as_slice(), &["--since=abc", "--", "."]].concat());
    assert_eq!(run(&[("since", "none")], Some("abc")), [&["check"], reports.as_slice(), &["--", "."]].concat());
    assert_eq!(run(&[("command", "audit")], Some("abc")), [&["audit", "--output=table"], &reports[1..]].concat());
    let all = [("policy", "aws.rds\nown"), ("framework", "soc_2"), ("severity", "medium"), ("fail-on", "low"), ("paths", "a b\nc\n")];
    let all = [all.as_slice(), &[("since", "v1"), ("args", "--parameters\np.json")]].concat();
    let expected = ["--policy=aws.rds", "--policy=own", "--framework=soc_2", "--severity=medium", "--fail-on=low", "--since=v1"];
    let rest = ["--parameters", "p.json", "--", "a b", "c"];
    assert_eq!(run(&all, Some("abc")), [&["check"], reports.as_slice(), &expected, &rest].concat());
    for hostile in HOSTILE {
        let names = ["policy", "framework", "severity", "fail-on", "since", "args", "paths"];
        let arguments = run(&names.map(|name| (name, hostile)), None);
        let flags = ["policy", "framework", "severity", "fail-on", "since"].map(|name| format!("--{name}={hostile}"));
        let end: Vec<&str> = flags.iter().map(String::as_str).chain([hostile, "--", hostile]).collect();
        assert_eq!(arguments, [&["check"], reports.as_slice(), &end].concat());
    }
}

#[test]
fn jobs_end_as_innovate_does() {
    let nightly = yaml(&text("deploy/gitlab/nightly.yml"));
    let (_, body) = component(&[]);
    for job in [&body["innovate"], &nightly["innovate-nightly"]] {
        for status in 0..=4 {
            let mut stage = Stage::new();
            stage.desk.write("status", status.to_string());
            stage.set("AWS_ID_TOKEN", "token").set("INNOVATE_BUCKET", "bucket");
            let mut job = job.clone();
            if let Some(file) = job["variables"].get_mut("AWS_WEB_IDENTITY_TOKEN_FILE") {
                *file = stage.desk.path("token").to_str().unwrap().into();
            }
            assert_eq!(run_job(&mut stage, &job), status);
            assert!(!stage.arguments().is_empty());
        }
    }
}

// What the documents show

#[test]
fn the_examples_of_the_documents_pass_the_checks_of_their_formats() {
    let desk = Desk::new();
    git(&desk.path(""), &["init", "--quiet"]);
    let document = filled("docs/continuous-integration.md");
    let mut checked = Vec::new();
    for block in document.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
        let (kind, path) = match block.split_whitespace().next().unwrap() {
            "name:" => ("workflow", desk.write(".github/workflows/innovate.yml", block)),
            "include:" => ("gitlab", desk.write("gitlab.yml", block)),
            "repos:" => ("pre-commit", desk.write("pre-commit.yaml", block)),
            _ => continue,
        };
        match kind {
            "workflow" => {
                passes("actionlint", &["-no-color", "-shellcheck=", &path]);
                passes("zizmor", &["--offline", "--no-progress", &path]);
            }
            "gitlab" => drop(passes("check-jsonschema", &["--builtin-schema", "vendor.gitlab-ci", &path])),
            _ => drop(passes("pre-commit", &["validate-config", &path])),
        }
        checked.push(kind);
    }
    assert_eq!(checked, ["workflow", "gitlab", "pre-commit"]);
}

// pre-commit

#[test]
fn the_hooks_hold_back_a_commit_for_findings_alone() {
    passes("pre-commit", &["validate-manifest", ".pre-commit-hooks.yaml"]);
    let stage = Stage::new();
    let hooks = stage.desk.path("hooks");
    stage.desk.write("hooks/.pre-commit-hooks.yaml", text(".pre-commit-hooks.yaml"));
    git(&hooks, &["init", "--quiet"]);
    git(&hooks, &["add", "."]);
    git(&hooks, &["commit", "--quiet", "--message", "Hooks"]);
    let revision = git(&hooks, &["rev-parse", "HEAD"]);
    let project = stage.desk.path("work");
    git(&project, &["init", "--quiet"]);
    let config = format!(
        "repos:\n  - repo: {}\n    rev: {revision}\n    hooks: [{{ id: innovate-system, args: [templates, --fail-on=low] }}]\n",
        hooks.display()
    );
    stage.desk.write("work/.pre-commit-config.yaml", config);
    stage.desk.write("work/templates/a.yaml", "Resources: {}\n");
    git(&project, &["add", "."]);
    let pre_commit = tool("pre-commit");
    for (status, ends) in [(0, 0), (1, 1), (2, 1), (3, 1), (4, 0)] {
        stage.desk.write("status", status.to_string());
        let output = stage.run(pre_commit.to_str().unwrap(), &["run", "--color=never"]);
        assert_eq!(output.status.code(), Some(ends), "{status}: {}", said(&output));
        assert!(said(&output).contains("findings"), "{}", said(&output));
        assert_eq!(stage.arguments(), ["check", "templates", "--fail-on=low"]);
    }
    let both = yaml(&text(".pre-commit-hooks.yaml"));
    assert_eq!((&both[0]["entry"], &both[0]["args"]), (&both[1]["entry"], &both[1]["args"]));
}

// Images

/// The instructions of the Containerfile, each with its arguments, by stage.
fn stages() -> Vec<Vec<(String, String)>> {
    let joined = text("Containerfile")
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect::<Vec<_>>()
        .join("\n")
        .replace("\\\n", " ");
    let mut stages = vec![Vec::new()];
    for (instruction, rest) in joined.lines().filter_map(|line| line.split_once(' ')) {
        if instruction == "FROM" {
            stages.push(Vec::new());
        }
        stages.last_mut().unwrap().push((instruction.to_owned(), rest.to_owned()));
    }
    stages
}

#[test]
fn images_pass_their_linter_and_run_as_nobody() {
    passes("hadolint", &["--failure-threshold", "style", "Containerfile"]);
    let stages = stages();
    assert_eq!(stages.len(), 4, "what is before the first stage, the build, and two images");
    for stage in &stages[2..] {
        let last = |name: &str| stage.iter().rev().find(|(instruction, _)| instruction == name).map(|(_, rest)| rest.as_str());
        assert_eq!(last("USER"), Some("65532:65532"));
        let labels = last("LABEL").unwrap();
        for label in ["title", "description", "licenses", "source", "revision", "version"] {
            assert!(labels.contains(&format!("org.opencontainers.image.{label}=")), "{label}");
        }
        assert!(stage.iter().filter(|(name, _)| name == "COPY").all(|(_, rest)| rest.starts_with("--from=build ")), "{stage:?}");
    }
    // What is built where nothing else is said.
    let own = stages.last().unwrap();
    assert!(own[0].1.starts_with("gcr.io/distroless/"), "{own:?}");
    assert!(own.iter().all(|(name, _)| name != "RUN"), "there is no shell");
    assert!(own.iter().any(|(name, rest)| name == "ENTRYPOINT" && rest == r#"["/usr/local/bin/innovate"]"#));
}

#[test]
fn the_context_of_the_image_holds_what_cargo_needs() {
    let ignore = text(".containerignore");
    assert_eq!(ignore.lines().nth(1), Some("*"), "nothing is in it but what is named");
    let desk = Desk::new();
    for name in ignore.lines().filter_map(|line| line.strip_prefix('!')) {
        let path = Path::new(ROOT).join(name);
        assert!(path.exists(), "{name}");
        symlink(path, desk.path(name)).unwrap();
    }
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--no-deps", "--format-version=1"])
        .current_dir(desk.path(""))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    // It leaves out targets whose file is not there, without which nothing is built.
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "innovate").unwrap();
    let found: Vec<&Value> = package["targets"].as_array().unwrap().iter().map(|target| &target["name"]).collect();
    let manifest: Value = toml::from_str(&text("Cargo.toml")).unwrap();
    let declared = ["bench", "bin", "example", "test"].iter().filter_map(|kind| manifest[kind].as_array()).flatten();
    for target in declared {
        assert!(found.contains(&&target["name"]), "{target}");
    }
    // What the sources include at compile time, from the folder of each.
    let include = Regex::new(r#"include_(?:str|bytes|dir)!\("(?:\$CARGO_MANIFEST_DIR/)?((?:\.\./)*)([a-z.]+)"#).unwrap();
    let mut included = 0;
    for path in walk(&Path::new(ROOT).join("src")) {
        for found in include.captures_iter(&fs::read_to_string(&path).unwrap()) {
            included += 1;
            assert!(ignore.lines().any(|line| line == format!("!{}", &found[2])), "{}: {}", path.display(), &found[0]);
        }
    }
    assert!(included > 4, "{included}");
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

// Nightly

#[test]
fn units_pass_the_checks_of_systemd() {
    let desk = Desk::new();
    for name in ["usr/local/bin/innovate", "bin/sh"] {
        fs::set_permissions(desk.write(name, ""), fs::Permissions::from_mode(0o755)).unwrap();
    }
    for name in ["innovate-audit.service", "innovate-audit.timer"] {
        desk.write(&format!("etc/systemd/system/{name}"), text(&format!("deploy/systemd/{name}")));
    }
    let root = format!("--root={}", desk.path("").display());
    let printed = passes(
        "systemd-analyze",
        &["verify", "--man=no", "--recursive-errors=no", &root, "innovate-audit.timer", "innovate-audit.service"],
    );
    assert_eq!(printed, "", "it only warns of what it does not know");
    passes("systemd-analyze", &["security", "--offline=yes", "--threshold=20", "--no-pager", "deploy/systemd/innovate-audit.service"]);
}

#[test]
fn the_journal_tells_findings_from_failures() {
    let service = text("deploy/systemd/innovate-audit.service").replace("\\\n", " ");
    assert!(service.lines().any(|line| line == "SuccessExitStatus=3 4"));
    let (_, script) = service.split_once("ExecStopPost=/bin/sh -c '").unwrap();
    let (script, _) = script.split_once('\'').unwrap();
    let script = script.replace("$$", "$");
    for (status, priority) in [("0", "<6>"), ("1", "<2>"), ("2", "<2>"), ("3", "<3>"), ("4", "<4>"), ("KILL", "<2>")] {
        let mut stage = Stage::new();
        let state = stage.desk.path("").to_str().unwrap().to_owned();
        stage.set("EXIT_STATUS", status).set("SERVICE_RESULT", "exit-code").set("STATE_DIRECTORY", &state);
        let output = stage.run("sh", &["-c", &script]);
        assert!(output.status.success() && said(&output).starts_with(priority), "{status}: {}", said(&output));
        assert_eq!(fs::read_to_string(stage.desk.path("status")).unwrap(), format!("{status}\n"));
    }
}

#[test]
fn the_cron_job_passes_its_schema_and_is_restricted() {
    passes("kubernetes-validate", &["--strict", "deploy/kubernetes/cronjob.yaml"]);
    let manifests: Vec<Value> = text("deploy/kubernetes/cronjob.yaml").split("\n---\n").map(yaml).collect();
    let [namespace, account, job] = manifests.as_slice() else { panic!("{} manifests", manifests.len()) };
    assert_eq!(namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
    assert!(account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].is_string());
    assert_eq!(account["automountServiceAccountToken"], false);
    let run = &job["spec"]["jobTemplate"]["spec"];
    let pod = &run["template"]["spec"];
    assert_eq!(pod["serviceAccountName"], account["metadata"]["name"]);
    assert_eq!((&pod["automountServiceAccountToken"], &pod["restartPolicy"]), (&json!(false), &json!("Never")));
    let security = &pod["securityContext"];
    assert_eq!((&security["runAsNonRoot"], &security["runAsUser"]), (&json!(true), &json!(65532)));
    assert_eq!(security["seccompProfile"]["type"], "RuntimeDefault");
    let container = &pod["containers"][0];
    let expected = json!({ "allowPrivilegeEscalation": false, "privileged": false, "readOnlyRootFilesystem": true, "capabilities": { "drop": ["ALL"] } });
    assert_eq!(container["securityContext"], expected);
    for kind in ["requests", "limits"] {
        assert!(["cpu", "memory", "ephemeral-storage"].iter().all(|name| container["resources"][kind][name].is_string()), "{kind}");
    }
    // Another try of the same audit would find the same.
    let rule = &run["podFailurePolicy"]["rules"][0];
    assert_eq!((&rule["action"], &rule["onExitCodes"]["containerName"]), (&json!("FailJob"), &container["name"]));
    assert_eq!(rule["onExitCodes"]["values"], json!([2, 3, 4]));
}

#[test]
fn everything_in_deploy_is_described() {
    let readme = text("deploy/README.md");
    for path in walk(&Path::new(ROOT).join("deploy")) {
        let name = path.strip_prefix(Path::new(ROOT).join("deploy")).unwrap().to_str().unwrap();
        assert!(name == "README.md" || readme.contains(&format!("`{name}`")), "{name}");
    }
}
