//! One defect gives one verdict, whether it was deployed or is about to be: data in `tests/fixtures/thrice`, one file a policy.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use innovate::engine::{Options, judge};
use innovate::finding::{Finding, Verdict};
use innovate::input::cloudformation::Parameters;
use innovate::input::declared::Target;
use innovate::input::files::{self, Request, STDIN};
use innovate::input::helm::Chart;
use innovate::input::snapshot;
use innovate::policy::{self, Selection, Severity};
use innovate_model::{AccountFacts, Resource, Schemas, World};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::command::EXAMPLE;

/// Of the policies with a defect, those that nothing in the recorded organization fails.
const UNRECORDED: [&str; 0] = [];

/// A defect in the three forms in which it can be met.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Defect {
    /// As it is read from a live account.
    resource: Vec<Live>,
    /// A template.
    cloudformation: String,
    /// What `terraform show -json` gives.
    terraform: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Live {
    #[serde(rename = "type")]
    type_name: String,
    id: String,
    region: Option<String>,
    properties: Map<String, Value>,
}

/// What fails, without what can differ: the place, and an id that AWS gives only to what is there.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Failure {
    policy: String,
    severity: Severity,
    type_name: String,
    id: String,
    path: String,
    message: String,
}

/// The defects by policy.
fn defects() -> BTreeMap<String, Defect> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/thrice");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let defects: BTreeMap<String, Defect> = paths
        .map(|path| {
            let policy = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap();
            let defect = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{policy}: {error}"));
            (policy, defect)
        })
        .collect();
    assert_eq!(defects.len(), 16, "{:?}", defects.keys());
    defects
}

fn target() -> Target {
    Target { account: "111111111111".to_owned(), region: "eu-west-1".to_owned() }
}

fn world(resources: Vec<Resource>) -> World {
    let account = target().account;
    let facts = AccountFacts { id: account.clone(), status: "ACTIVE".to_owned(), ..AccountFacts::default() };
    let mut world = World {
        read_at: "2026-01-01T00:00:00Z".to_owned(),
        caller: account.clone(),
        accounts: [(account, facts)].into(),
        resources,
        ..World::default()
    };
    world.sort();
    world
}

fn failing<'a>(policies: impl IntoIterator<Item = &'a String>, world: &World) -> Vec<Finding> {
    let ids = policies.into_iter().cloned().collect();
    let library = policy::shipped().unwrap().select(&Selection { ids, severity: None }).unwrap();
    let judgement = judge(&world.into(), &library, Options { keep_passes: false, workers: 1, watch: None }).unwrap();
    judgement.findings.to_vec().unwrap().into_iter().filter(|finding| finding.verdict == Verdict::Fail).collect()
}

/// A message without these ids, which it has between backticks.
fn without(ids: &BTreeSet<&str>, message: &str) -> String {
    let parts = message.split('`').enumerate().map(|(at, part)| if at % 2 == 1 && ids.contains(part) { "…" } else { part });
    parts.collect::<Vec<_>>().join("`")
}

/// Whether AWS makes up the ids of a type, so that they are known only after deployment.
fn is_given(type_name: &str) -> bool {
    let schema = Schemas::vendored().get(type_name).unwrap();
    let read_only = schema.read_only();
    schema.primary_identifier().iter().any(|name| read_only.contains(name))
}

fn failures(policy: &String, resources: Vec<Resource>) -> BTreeSet<Failure> {
    let world = world(resources);
    let given = world.resources.iter().filter(|resource| is_given(&resource.type_name));
    // A plan may have the name in place of an id that AWS is to give; messages have the name in every form.
    let given = given.map(|resource| resource.id.as_str()).filter(|id| !world.resources.iter().any(|named| named.text("Name") == Some(id)));
    let given = given.collect();
    let failure = |finding: Finding| Failure {
        policy: finding.policy,
        severity: finding.severity,
        id: if is_given(&finding.resource.type_name) { "…".to_owned() } else { finding.resource.id },
        type_name: finding.resource.type_name,
        path: finding.path,
        message: without(&given, &finding.message),
    };
    failing([policy], &world).into_iter().map(failure).collect()
}

/// What a file declares.
fn declared(text: &str) -> Vec<Resource> {
    let (target, parameters) = (target(), Parameters::new());
    let stdin = Some(text.as_bytes().to_vec());
    let request = Request {
        root: Path::new(""),
        paths: &["-".to_owned()],
        stdin,
        target: &target,
        parameters: &parameters,
        chart: &Chart::default(),
        helm: &|_| Err(std::io::ErrorKind::NotFound.into()),
        tracked: None,
        excluded: &[],
        workers: 1,
    };
    let gathered = files::gather(&request).unwrap();
    assert!(gathered.broken.is_empty(), "{:?}", gathered.broken);
    assert!(gathered.declaration.resources.iter().all(|declared| &*declared.origin.file == STDIN));
    gathered.declaration.resources.into_iter().map(|declared| declared.resource).collect()
}

#[test]
fn a_defect_fails_alike_before_and_after_its_deployment() {
    let mut wrong = Vec::new();
    for (policy, defect) in defects() {
        let Target { account, region } = target();
        let live = defect.resource.into_iter().map(|live| {
            let region = live.region.unwrap_or_else(|| region.clone());
            Resource { properties: live.properties, ..Resource::new(&live.type_name, live.id, account.as_str(), region) }
        });
        let live = failures(&policy, live.collect());
        for (form, text) in [("cloudformation", defect.cloudformation), ("terraform", defect.terraform)] {
            let found = failures(&policy, declared(&text));
            if live.is_empty() || found != live {
                wrong.push(format!("{policy}\n  live {live:#?}\n  {form} {found:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a message may call resources by.
fn names(world: &World) -> BTreeSet<&str> {
    world.resources.iter().flat_map(|resource| [Some(resource.id.as_str()), resource.text("Name")]).flatten().collect()
}

#[test]
fn what_fails_in_a_recorded_organization_says_what_a_template_with_the_same_defect_says() {
    let recorded = snapshot::read(fs::File::open(EXAMPLE).unwrap()).unwrap();
    let defects = defects();
    let said = |world: &World, findings: Vec<Finding>| -> BTreeSet<(String, Severity, String)> {
        let names = names(world);
        findings.into_iter().map(|finding| (finding.policy, finding.severity, without(&names, &finding.message))).collect()
    };
    let live = said(&recorded, failing(defects.keys(), &recorded));
    let templates = defects.iter().flat_map(|(policy, defect)| {
        let world = world(declared(&defect.cloudformation));
        said(&world, failing([policy], &world))
    });
    let templates: BTreeSet<_> = templates.collect();
    let other: Vec<_> = live.difference(&templates).collect();
    assert!(other.is_empty(), "live {other:#?}\ntemplates {templates:#?}");
    let unrecorded: Vec<&str> =
        defects.keys().map(String::as_str).filter(|policy| !live.iter().any(|(failing, ..)| failing == policy)).collect();
    assert_eq!(unrecorded, UNRECORDED);
}
