//! The formats of reports, each by the schema or the reader that it is written for, and what holds of all of them.

mod asff;
mod csv;
mod github;
mod gitlab;
mod junit;
mod markdown;
mod ocsf;
mod sarif;

use std::process::Command;

use clap::ValueEnum;
use innovate::engine::{Findings, Judgement, Options, judge};
use innovate::finding::{Finding, Verdict};
use innovate::framework::{Framework, framework};
use innovate::policy::{self, Broken, Library, Selection};
use innovate::report::{Format, Report, Style};
use innovate_model::{Cause, Gap, HandlerErrorCode, Location, Position, Span, Unread, World};
use serde_json::{Value, json};

use crate::command::Desk;
use crate::world::{MANAGEMENT, PRODUCTION, organization, resource};

/// A name as somebody would choose it who wants to break a report.
pub const HOSTILE: &str = "a|b\\|c`d<script>\n::error::e%0A\r\u{1b}[31m, @everyone";

const POLICY: &str = "aws.ec2.volume_not_encrypted";

fn library() -> Library {
    policy::shipped().unwrap().select(&Selection { ids: vec![POLICY.to_owned()], severity: None }).unwrap()
}

fn judged(world: &World, library: &Library) -> Judgement {
    judge(&world.into(), library, Options { keep_passes: true, workers: 1, watch: None }).unwrap()
}

fn render(format: &str, world: &World, library: &Library, judgement: &Judgement, frameworks: &[Framework]) -> String {
    let style = Style { colour: false, width: None };
    let mut bytes = Vec::new();
    format
        .parse::<Format>()
        .unwrap()
        .write(&Report { world, library, judgement, frameworks, calls: None, texts: None, style }, &mut bytes)
        .unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The report on an organization with that name in it wherever a name can be: three volumes and so many more fail, one is unknown, two pass; a policy cannot
/// judge.
pub fn hostile(format: &str, volumes: usize) -> String {
    let mut world = organization();
    let names = (0..volumes).map(|number| format!("vol-{number:08}")).chain([HOSTILE.to_owned()]);
    world.resources.extend(names.map(|id| resource("AWS::EC2::Volume", &id, PRODUCTION, "eu-west-1", json!({ "Encrypted": false }))));
    let cause = Cause { code: HandlerErrorCode::AccessDenied, action: Some(HOSTILE.to_owned()), message: HOSTILE.to_owned() };
    let mut unread = resource("AWS::EC2::Volume", "vol-unread", MANAGEMENT, "eu-west-1", json!({}));
    unread.gaps.push(Gap { pointer: "/Encrypted".to_owned(), cause: cause.clone(), values: Vec::new(), refers: None });
    world.resources.push(unread);
    world.unread.push(Unread { account: PRODUCTION.to_owned(), region: "us-east-1".to_owned(), type_name: "*".to_owned(), cause });
    world.sort();
    let library = library().with(Library::of_broken(vec![Broken { id: HOSTILE.to_owned(), reason: HOSTILE.to_owned() }]));
    render(format, &world, &library, &judged(&world, &library), &[])
}

/// The report on what `file` declares: a volume fails in a part of one line, another's failure over three lines is waived, two pass. Two frameworks are asked for.
pub fn declared(format: &str, file: &str) -> String {
    let (world, library) = (organization(), library());
    let mut judgement = judged(&world, &library);
    let mut findings: Vec<Finding> = judgement.findings.to_vec().unwrap();
    let at = |line, column| Position { line, column };
    let spans = [("Volume.a", at(3, 5), at(3, 9)), ("Volume.b", at(7, 1), at(10, 1))];
    for (finding, (address, start, end)) in findings.iter_mut().zip(spans) {
        assert_eq!(finding.verdict, Verdict::Fail);
        finding.location = Some(Location { file: file.to_owned(), address: address.to_owned(), span: Span { start, end } });
    }
    findings[1].verdict = Verdict::Waived;
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    judgement.findings = serde_json::from_value::<Findings>(json!({ "held": findings })).unwrap();
    let counts = judgement.ledger.policies.get_mut(POLICY).unwrap();
    (counts.fail, counts.waived) = (1, 1);
    let frameworks = ["cis_aws_5.0", "hipaa"].map(|id| framework(id).unwrap());
    render(format, &world, &library, &judgement, &frameworks)
}

#[test]
fn every_format_has_one_name() {
    let names = [
        "table",
        "text",
        "html",
        "json",
        "sarif",
        "junit",
        "ocsf",
        "asff",
        "csv",
        "markdown",
        "github",
        "gitlab-code-quality",
        "gitlab-sast",
    ];
    let help = Command::new(env!("CARGO_BIN_EXE_innovate")).args(["audit", "--help"]).env_clear().output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for name in names {
        assert_eq!(name.parse::<Format>().unwrap().to_string(), name);
        assert!(help.contains(&format!("`{name}`")), "{help}");
    }
    for format in Format::value_variants() {
        assert_eq!(format.to_string().parse::<Format>().unwrap(), *format);
    }
    let error = "xml".parse::<Format>().unwrap_err().to_string();
    assert!(error.starts_with("no format `xml`; use `table`, `text`, "), "{error}");
    assert!(error.ends_with("with `=PATH` to write to a file"), "{error}");
}

#[test]
fn what_is_on_disk_gives_the_same_report_in_every_format() {
    let desk = Desk::new();
    for format in Format::value_variants() {
        let arguments = ["--framework", "cis_aws_5.0", "--show-passes", "-o", &format.to_string()];
        let held = desk.audit(3, &arguments);
        assert!(held.len() > 10_000, "{format}");
        assert_eq!(desk.audit(3, &[["--memory", "0"].as_slice(), &arguments].concat()), held, "{format}");
    }
}

#[test]
fn every_format_is_documented_and_its_example_runs() {
    let text = include_str!("../../../docs/reports.md");
    let root = env!("CARGO_MANIFEST_DIR");
    let examples: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("innovate audit ")).collect();
    for format in Format::value_variants() {
        assert!(text.lines().any(|line| line.starts_with("## ") && line.ends_with(&format!("`{format}`"))), "no heading for `{format}`");
        assert!(examples.iter().any(|example| example.contains(&format!("-o {format}"))), "no example for `{format}`");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("examples")).unwrap();
    std::fs::copy(format!("{root}/examples/organization.snapshot"), folder.path().join("examples/organization.snapshot")).unwrap();
    for example in examples {
        let output = Command::new(env!("CARGO_BIN_EXE_innovate"))
            .current_dir(folder.path())
            .env_clear()
            .args(["audit"].into_iter().chain(example.split_whitespace()))
            .output()
            .unwrap();
        assert!(matches!(output.status.code(), Some(0 | 3)), "{example}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_json_of_what_a_file_declares_fits_its_published_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../../schemas/report.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut report: Value = serde_json::from_str(&declared("json", "infra/main.yaml")).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(report["findings"][0]["location"]["start"], json!({ "line": 3, "column": 5 }));
    report["findings"][0]["location"]["start"]["line"] = json!(0);
    assert!(!validator.is_valid(&report), "the schema refuses a line that there is not");
}

#[test]
fn the_table_names_the_line_and_what_is_waived() {
    let table = declared("table", "infra/main.yaml");
    assert!(table.contains("infra/main.yaml:3:5") && table.contains("Volume.a"), "{table}");
    assert!(table.contains("WAIVED (1)") && table.contains("1 verdicts failed, 0 unknown, 1 waived, 2 passed"), "{table}");
}
