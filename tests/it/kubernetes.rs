//! Kubernetes manifests and Helm charts: what is declared, where, and what the policies say of it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};

use innovate::engine::{Filled, Options, judge, lint};
use innovate::finding::Verdict;
use innovate::input::declared::{Declaration, NO_ACCOUNT, Target};
use innovate::input::document::{InputError, parse};
use innovate::input::helm::{Chart, is_chart};
use innovate::input::kubernetes::{HIDDEN, is_kustomization, is_manifest, read};
use innovate::policy::{self, Platform};
use innovate_model::{AccountFacts, GLOBAL, World};
use proptest::prelude::*;
use serde_json::json;

use crate::command::Desk;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/kubernetes");

const FILES: [&str; 5] = ["namespace.yaml", "api.yaml", "web.yaml", "backup.yaml", "access.yaml"];

fn declared(file: &str, text: &str) -> Result<Declaration, InputError> {
    read(file, &parse(file, text.as_bytes())?, &Target::default())
}

fn example() -> Declaration {
    let mut all = Declaration::default();
    for file in FILES {
        let of_file = declared(file, &fs::read_to_string(Path::new(EXAMPLES).join(file)).unwrap()).unwrap();
        all.resources.extend(of_file.resources);
        all.skipped.extend(of_file.skipped);
    }
    all
}

/// What the policies say of what is declared, as `file:line:column policy address`.
fn said(declaration: &Declaration) -> Vec<String> {
    let mut world = World {
        read_at: "2026-01-01T00:00:00Z".to_owned(),
        caller: NO_ACCOUNT.to_owned(),
        accounts: BTreeMap::from([(
            NO_ACCOUNT.to_owned(),
            AccountFacts { id: NO_ACCOUNT.to_owned(), status: "ACTIVE".to_owned(), ..AccountFacts::default() },
        )]),
        resources: declaration.resources.iter().map(|declared| declared.resource.clone()).collect(),
        ..World::default()
    };
    world.sort();
    let library = policy::shipped().unwrap().on(&[Platform::Kubernetes]);
    let judgement = judge(&(&world).into(), &library, Options { keep_passes: false, workers: 1, watch: None }).unwrap();
    assert!(judgement.ledger.complete && judgement.ledger.errors.is_empty(), "{:?}", judgement.ledger.errors);
    let mut said = Vec::new();
    for finding in judgement.findings.to_vec().unwrap() {
        assert_eq!(finding.verdict, Verdict::Fail);
        let of = |declared: &&innovate::input::declared::Declared| {
            declared.resource.type_name == finding.resource.type_name && declared.resource.id == finding.resource.id
        };
        let origin = &declaration.resources.iter().find(of).unwrap().origin;
        let at = origin.locate(&finding.path);
        said.push(format!("{}:{}:{} {} {}", at.file, at.span.start.line, at.span.start.column, finding.policy, at.address));
    }
    said.sort();
    said
}

#[test]
fn every_planted_defect_is_found_where_it_is_and_no_other() {
    let planted = [
        "access.yaml:20:5 kubernetes.cluster_admin_binding ClusterRoleBinding/operators",
        "access.yaml:9:13 kubernetes.rbac_wildcard Role/shop/deployer",
        "api.yaml:27:11 kubernetes.readiness_probe_missing Deployment/shop/api",
        "api.yaml:28:11 kubernetes.latest_tag Deployment/shop/api",
        "api.yaml:35:15 kubernetes.secret_in_environment Deployment/shop/api",
        "api.yaml:63:3 kubernetes.disruption_budget_blocks_eviction PodDisruptionBudget/shop/api",
        "backup.yaml:26:19 kubernetes.host_path CronJob/shop/backup",
        "backup.yaml:34:21 kubernetes.privileged CronJob/shop/backup",
        "backup.yaml:35:21 kubernetes.allows_privilege_escalation CronJob/shop/backup",
        "backup.yaml:41:19 kubernetes.limits_missing CronJob/shop/backup",
        "web.yaml:31:13 kubernetes.runs_as_root Deployment/shop/web",
        "web.yaml:42:3 kubernetes.load_balancer_open_to_internet Service/shop/web",
        "web.yaml:64:7 kubernetes.ingress_without_tls Ingress/shop/shop",
        "web.yaml:7:1 kubernetes.single_replica Deployment/shop/web",
    ];
    assert_eq!(said(&example()), planted);
}

#[test]
fn what_no_policy_knows_is_listed() {
    let skipped: Vec<String> = example()
        .skipped
        .iter()
        .map(|skipped| format!("{}:{} {} {}", skipped.location.file, skipped.location.span.start.line, skipped.type_name, skipped.reason))
        .collect();
    assert_eq!(skipped, ["access.yaml:25 cert-manager.io/v1/Certificate is a custom resource, of which no policy knows the form"]);
    let kustomization = "resources: [base]\n";
    assert!(is_kustomization("overlays/production/kustomization.yaml") && !is_kustomization("kustomization.yaml.bak"));
    let skipped = declared("overlays/kustomization.yaml", kustomization).unwrap().skipped;
    assert_eq!(skipped[0].reason, "says what kustomize is to build; check what `kustomize build` prints");
    let said = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
    assert_eq!(declared("it.yaml", said).unwrap().skipped[0].type_name, "kustomize.config.k8s.io/v1beta1/Kustomization");
    let storage = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n";
    assert_eq!(declared("it.yaml", storage).unwrap().skipped[0].reason, "is of a kind that no policy judges");
}

/// Type and id of each object.
fn named(text: &str) -> Vec<(String, String)> {
    declared("it.yaml", text).unwrap().resources.into_iter().map(|one| (one.resource.type_name, one.resource.id)).collect()
}

#[test]
fn objects_are_named_by_version_kind_namespace_and_name() {
    let named = |version: &str, kind: &str, metadata: &str| -> (String, String) {
        named(&format!("apiVersion: {version}\nkind: {kind}\nmetadata: {metadata}\n")).remove(0)
    };
    for (version, kind, metadata, type_name, id) in [
        ("apps/v1", "Deployment", "{name: web}", "apps/v1/Deployment", "default/web"),
        ("v1", "Pod", "{name: web, namespace: shop}", "v1/Pod", "shop/web"),
        ("batch/v1", "Job", "{generateName: import-, namespace: shop}", "batch/v1/Job", "shop/import-*"),
        ("v1", "Namespace", "{name: shop}", "v1/Namespace", "shop"),
        ("rbac.authorization.k8s.io/v1beta1", "ClusterRole", "{name: ops}", "rbac.authorization.k8s.io/v1/ClusterRole", "ops"),
        ("batch/v1beta1", "CronJob", "{name: a}", "batch/v1/CronJob", "default/a"),
        ("batch/v2alpha1", "CronJob", "{name: a}", "batch/v1/CronJob", "default/a"),
        ("policy/v1beta1", "PodDisruptionBudget", "{name: a}", "policy/v1/PodDisruptionBudget", "default/a"),
        ("extensions/v1beta1", "Ingress", "{name: a}", "networking.k8s.io/v1/Ingress", "default/a"),
        ("networking.k8s.io/v1beta1", "Ingress", "{name: a}", "networking.k8s.io/v1/Ingress", "default/a"),
        ("extensions/v1beta1", "DaemonSet", "{name: a}", "apps/v1/DaemonSet", "default/a"),
        ("apps/v1beta2", "StatefulSet", "{name: a}", "apps/v1/StatefulSet", "default/a"),
        ("autoscaling/v1", "HorizontalPodAutoscaler", "{name: a}", "autoscaling/v2/HorizontalPodAutoscaler", "default/a"),
    ] {
        assert_eq!(named(version, kind, metadata), (type_name.to_owned(), id.to_owned()));
    }
    for (version, kind) in [("apps/v2", "Deployment"), ("example.com/v1", "Deployment"), ("serving.knative.dev/v1", "Service")] {
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n");
        assert_eq!(declared("it.yaml", &text).unwrap().skipped.len(), 1, "{version}/{kind} is something else");
    }
}

#[test]
fn lists_and_json_and_several_documents_are_read_alike() {
    let pods = [("v1/Pod".to_owned(), "default/a".to_owned()), ("v1/Pod".to_owned(), "default/b".to_owned())];
    let of = |name: &str| format!("{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {{\"name\": \"{name}\"}}}}");
    let (a, b) = (of("a"), of("b"));
    assert_eq!(named(&format!("{a}\n---\n{b}\n---\n")), pods);
    assert_eq!(named(&format!("{{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{a},\t{b}]}}")), pods);
    let items = "{\"metadata\": {\"name\": \"a\"}}, {\"metadata\": {\"name\": \"b\"}}";
    assert_eq!(named(&format!("{{\"apiVersion\": \"v1\", \"kind\": \"PodList\", \"items\": [{items}]}}")), pods);
    assert_eq!(named("apiVersion: v1\nkind: List\nitems: []\n"), []);
    assert_eq!(named("apiVersion: v1\nkind: List\nitems:\n"), []);
    let node = &parse("it.yaml", a.as_bytes()).unwrap()[0];
    assert!(is_manifest(node));
    for text in ["apiVersion: v2\nname: shop\n", "kind: Pod\n", "Resources: {}\n", "- 1\n", "apiVersion: 1\nkind: Pod\n"] {
        assert!(!is_manifest(&parse("it.yaml", text.as_bytes()).unwrap()[0]), "{text}");
    }
}

#[test]
fn secrets_do_not_leave_their_manifest() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  annotations:\n    \
                kubectl.kubernetes.io/last-applied-configuration: '{\"data\": \"c2VzYW1l\"}'\n\
                data: {password: c2VzYW1l}\nstringData: {user: sesame}\nstatus: {phase: sesame}\n";
    let declared_secret = declared("it.yaml", text).unwrap().resources.remove(0);
    let properties = &declared_secret.resource.properties;
    assert_eq!(properties["data"], json!({ "password": HIDDEN }));
    assert_eq!(properties["stringData"], json!({ "user": HIDDEN }));
    assert!(!properties.contains_key("status"));
    let shown = format!("{declared_secret:?}");
    assert!(!shown.contains("c2VzYW1l") && !shown.contains("sesame"), "{shown}");
    let odd = declared("it.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata: [c2VzYW1l]\n").unwrap();
    assert_eq!(odd.resources[0].resource.properties["data"], json!(HIDDEN));
}

#[test]
fn origins_say_the_address_the_places_and_the_remarks() {
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n  annotations:\n    \
                innovate.dev/waive: known\n    other: a\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          \
                image: web:1\n";
    let one = declared("it.yaml", text).unwrap().resources.remove(0);
    assert_eq!((one.resource.account.as_str(), one.resource.region.as_str()), (NO_ACCOUNT, GLOBAL));
    let origin = one.origin;
    assert_eq!((origin.file.as_ref(), origin.address.as_str()), ("it.yaml", "Deployment/shop/web"));
    let at = |pointer: &str| {
        let start = origin.locate(pointer).span.start;
        (start.line, start.column)
    };
    assert_eq!((origin.span.start.line, origin.span.start.column), (4, 9));
    assert_eq!(at(""), (4, 9));
    assert_eq!(at("/spec"), (9, 1));
    assert_eq!(at("/spec/template/spec/containers/0"), (13, 11));
    assert_eq!(at("/spec/template/spec/containers/0/image"), (14, 11));
    assert_eq!(at("/spec/template/spec/containers/0/securityContext/privileged"), (13, 11), "the nearest that there is");
    assert_eq!(at("/metadata/annotations/innovate.dev~1waive"), (7, 5));
    let remarks: Vec<_> = origin.remarks.iter().map(|(span, value)| (span.start.line, value.clone())).collect();
    assert_eq!(remarks, [(7, json!({ "innovate.dev/waive": "known" }))]);
}

#[test]
fn what_is_no_object_is_refused_with_its_place() {
    let error = |text: &str| declared("it.yaml", text).unwrap_err().to_string();
    assert_eq!(
        error("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\nimage: a\n"),
        "it.yaml:5:1: is a map without `apiVersion` and `kind`, so it is no Kubernetes object; name both"
    );
    assert_eq!(
        error("apiVersion: v1\nkind: Pod\nmetadata: {labels: {}}\n"),
        "it.yaml:1:1: this Pod has no `metadata.name`; give it one, or a `generateName`"
    );
    assert_eq!(
        error("apiVersion: v1\nkind: Pod\nmetadata:\n  name: 12\n"),
        "it.yaml:4:9: `metadata.name` is a number; it must be a text that is not empty"
    );
    assert_eq!(
        error("apiVersion: v1\nkind: List\nitems:\n  - 1\n"),
        "it.yaml:4:5: is a number without `apiVersion` and `kind`, so it is no Kubernetes object; name both"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_to_manifests_is_read_or_refused(
        file in 0..FILES.len(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, "[-{}:, a\"\\n*&<\\[\\]]{0,4}"), 1..8),
    ) {
        let mut text: Vec<char> = fs::read_to_string(Path::new(EXAMPLES).join(FILES[file])).unwrap().chars().collect();
        for (at, length, put) in cuts {
            let at = at.index(text.len());
            text.splice(at..(at + length).min(text.len()), put.chars());
        }
        let text: String = text.into_iter().collect();
        if let Ok(declaration) = declared("it.yaml", &text) {
            let lines = text.lines().count() + 1;
            for declared in &declaration.resources {
                prop_assert!(declared.origin.places.values().all(|span| span.start.line <= lines));
                prop_assert!(!declared.resource.id.is_empty());
            }
        }
    }
}

// --- Helm --------------------------------------------------------------------------------------------------------------

fn chart() -> Chart {
    Chart {
        folder: PathBuf::from("examples/kubernetes/chart"),
        values: vec!["examples/kubernetes/chart/values-development.yaml".into()],
        ..Chart::default()
    }
}

fn output(code: i32, stdout: &str, stderr: &str) -> io::Result<Output> {
    Ok(Output { status: ExitStatus::from_raw(code << 8), stdout: stdout.into(), stderr: stderr.into() })
}

/// Each at the first line of its template; without `--namespace` helm takes the default one.
const PLANTED_IN_CHART: [&str; 6] = [
    "examples/kubernetes/chart/templates/deployment.yaml:1:1 kubernetes.allows_privilege_escalation Deployment/release-name-api",
    "examples/kubernetes/chart/templates/deployment.yaml:1:1 kubernetes.default_namespace Deployment/release-name-api",
    "examples/kubernetes/chart/templates/deployment.yaml:1:1 kubernetes.privileged Deployment/release-name-api",
    "examples/kubernetes/chart/templates/deployment.yaml:1:1 kubernetes.single_replica Deployment/release-name-api",
    "examples/kubernetes/chart/templates/service.yaml:1:1 kubernetes.default_namespace Service/release-name-api",
    "examples/kubernetes/chart/templates/service.yaml:1:1 kubernetes.load_balancer_open_to_internet Service/release-name-api",
];

/// What helm 3.16.4 printed for the chart.
const RENDERED: &str = include_str!("../fixtures/helm/development.yaml");

#[test]
fn a_chart_is_judged_as_it_is_rendered() {
    let mut called = Vec::new();
    let declaration = chart().read(&Target::default(), |arguments| {
        called = arguments.to_vec();
        output(0, RENDERED, "")
    });
    let folder = "examples/kubernetes/chart";
    let values = format!("{folder}/values-development.yaml");
    assert_eq!(called, ["template", "--skip-tests", "--values", &values, "--", "release-name", folder].map(OsString::from));
    assert_eq!(said(&declaration.unwrap()), PLANTED_IN_CHART);
}

#[test]
fn what_the_user_gives_reaches_helm() {
    let chart = Chart {
        folder: "chart".into(),
        release: Some("shop".to_owned()),
        namespace: Some("production".to_owned()),
        values: vec!["a.yaml".into(), "b.yaml".into()],
        set: vec!["tag=2".to_owned()],
    };
    let arguments = "template --skip-tests --namespace production --values a.yaml --values b.yaml --set tag=2 -- shop chart";
    assert_eq!(chart.arguments().join(&OsString::from(" ")), *arguments);
    let declaration = chart.rendered(RENDERED.as_bytes(), &Target::default()).unwrap();
    let ids: Vec<&str> = declaration.resources.iter().map(|declared| declared.resource.id.as_str()).collect();
    assert_eq!(ids, ["production/release-name-api"; 3], "objects without a namespace go to that of the release");
    assert!(said(&declaration).iter().all(|line| !line.contains("default_namespace")));
}

#[test]
fn a_chart_that_cannot_be_rendered_says_why() {
    let fails = |result: io::Result<Output>| chart().read(&Target::default(), |_| result).unwrap_err().to_string();
    let missing = fails(Err(io::ErrorKind::NotFound.into()));
    assert!(missing.contains("is a Helm chart, and there is no `helm` to render it; install Helm 3"), "{missing}");
    let refused = fails(output(1, "", "Error: template: shop/templates/a.yaml:1:13: nil pointer\n\nUse --debug flag\n"));
    assert_eq!(refused, "`helm template` fails on `examples/kubernetes/chart`: template: shop/templates/a.yaml:1:13: nil pointer");
    let odd = fails(output(0, "---\n# Source: shop/templates/a.yaml\napiVersion: v1\nkind: Pod\n", ""));
    assert_eq!(
        odd,
        "examples/kubernetes/chart/templates/a.yaml: this Pod has no `metadata.name`; give it one, or a `generateName`, in line 3 of what `helm \
         template` prints"
    );
}

#[test]
fn a_real_helm_renders_what_was_recorded() {
    let python = std::env::var("INNOVATE_TEST_PYTHON").expect("run the tests by `cargo xtask test`, which builds helm");
    let helm = Path::new(&python).with_file_name("helm");
    assert!(is_chart(Path::new(EXAMPLES).join("chart").as_path()) && !is_chart(Path::new(EXAMPLES)));
    let run = |arguments: &[OsString]| Command::new(&helm).current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output();
    assert_eq!(said(&chart().read(&Target::default(), run).unwrap()), PLANTED_IN_CHART);
    assert_eq!(run(&chart().arguments()).unwrap().stdout, RENDERED.as_bytes());
    let none = Chart { folder: "./examples/kubernetes".into(), ..Chart::default() };
    let error = none.read(&Target::default(), run).unwrap_err().to_string();
    assert_eq!(error, "`helm template` fails on `./examples/kubernetes`: Chart.yaml file is missing");
}

// --- Beside AWS --------------------------------------------------------------------------------------------------------

#[test]
fn policies_of_kubernetes_need_no_handler_and_read_what_manifests_have() {
    let library = policy::shipped().unwrap().on(&[Platform::Kubernetes]);
    assert!(library.policies.len() > 40);
    for policy in &library.policies {
        let lints: Vec<String> = lint(policy, Some(&Filled::new())).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(lints, Vec::<String>::new());
        assert!(!policy.read_set.reads_organization(), "{} asks for an account", policy.id);
    }
}

#[test]
fn an_audit_of_aws_leaves_them_out() {
    let desk = Desk::new();
    let report: serde_json::Value = serde_json::from_str(&desk.audit(3, &["-o", "json"])).unwrap();
    let judged: Vec<&String> = report["ledger"]["policies"].as_object().unwrap().keys().collect();
    assert!(judged.len() > 100 && judged.iter().all(|id| id.starts_with("aws.")), "{judged:?}");
    assert_eq!((&report["ledger"]["uncovered"], &report["ledger"]["complete"]), (&json!([]), &json!(true)));
    let snapshot = ["audit", "--snapshot", crate::command::EXAMPLE, "--policy", "kubernetes"];
    let refused = desk.run(&snapshot);
    assert_eq!(refused.status.code(), Some(2));
    let refused = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.contains("all policies that are chosen judge Kubernetes objects, and what is read here is AWS"), "{refused}");
    let listed = String::from_utf8(desk.run(&["policy", "list"]).stdout).unwrap();
    assert!(listed.contains("kubernetes.privileged"));
    let shown = String::from_utf8(desk.run(&["policy", "show", "kubernetes.privileged"]).stdout).unwrap();
    assert!(shown.contains("\nRemediation\n  manifest:\n    securityContext:\n      privileged: false\n\nJudges: v1/Pod, "), "{shown}");
}
