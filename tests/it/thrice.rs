//! One defect gives one verdict, whether it was deployed or is about to be: data in `tests/fixtures/thrice`, one file a policy.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use innovate::engine::{Options, judge};
use innovate::finding::Verdict;
use innovate::input::cloudformation::Parameters;
use innovate::input::declared::Target;
use innovate::input::files::{self, Request, STDIN};
use innovate::input::helm::Chart;
use innovate::policy::{self, Selection, Severity};
use innovate_model::{AccountFacts, Resource, World};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A defect in the forms in which it can be met.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Defect {
    /// As it is read from a live account.
    resource: Vec<Live>,
    /// A template.
    cloudformation: String,
    /// What `terraform show -json` gives.
    #[serde(default)]
    terraform: Option<String>,
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

/// What fails, without what can differ: the place.
type Failing = BTreeSet<(String, Severity, String)>;

fn target() -> Target {
    Target { account: "111111111111".to_owned(), region: "eu-west-1".to_owned() }
}

fn judged(policy: &str, resources: Vec<Resource>) -> Failing {
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
    let library = policy::shipped().unwrap().select(&Selection { ids: vec![policy.to_owned()], severity: None }).unwrap();
    let judgement = judge(&(&world).into(), &library, Options { keep_passes: false, workers: 1, watch: None }).unwrap();
    let findings = judgement.findings.to_vec().unwrap();
    let failing = findings.into_iter().filter(|finding| finding.verdict == Verdict::Fail);
    failing.map(|finding| (finding.policy, finding.severity, finding.message)).collect()
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
        workers: 1,
    };
    let gathered = files::gather(&request).unwrap();
    assert!(gathered.broken.is_empty(), "{:?}", gathered.broken);
    assert!(gathered.declaration.resources.iter().all(|declared| &*declared.origin.file == STDIN));
    gathered.declaration.resources.into_iter().map(|declared| declared.resource).collect()
}

#[test]
fn a_defect_fails_alike_before_and_after_its_deployment() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/thrice");
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let policy = path.file_stem().unwrap().to_string_lossy().into_owned();
        let defect: Defect =
            serde_saphyr::from_str(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{policy}: {error}"));
        let Target { account, region } = target();
        let live = defect.resource.into_iter().map(|live| {
            let region = live.region.unwrap_or_else(|| region.clone());
            Resource { properties: live.properties, ..Resource::new(&live.type_name, live.id, account.as_str(), region) }
        });
        let live = judged(&policy, live.collect());
        for (form, text) in [("cloudformation", Some(defect.cloudformation)), ("terraform", defect.terraform)] {
            let Some(text) = text else { continue };
            let found = judged(&policy, declared(&text));
            if live.is_empty() || found != live {
                wrong.push(format!("{policy}\n  live {live:?}\n  {form} {found:?}"));
            }
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 15, "{count} defects were found");
}
