//! Every shipped policy: its metadata, its examples in both evaluators, the tests of the library.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use innovate::engine::run_examples;
use innovate::policy::{self, Metadata, Platform, Selection, UnitTests};

#[test]
fn every_example_comes_out_as_it_says() {
    let library = policy::shipped().unwrap();
    let report = run_examples(&library.policies);
    assert_eq!(report.policies, library.policies.len());
    assert!(report.cases >= 2 * report.policies, "every policy has a failing and a passing case");
    let failures: Vec<String> =
        report.failures.iter().map(|failure| format!("{} `{}`: {}", failure.policy, failure.case, failure.reason)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_library_test_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/lib");
    let mut tests = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().ends_with("_test.rego") {
            tests.push((path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()));
        }
    }
    let run = UnitTests::run(&policy::shipped().unwrap(), &tests, false).unwrap();
    assert!(run.count >= tests.len() && run.count > 0, "{} tests were found", run.count);
    assert!(run.failures.is_empty(), "{:?}", run.failures);
}

#[test]
fn every_policy_says_what_a_reader_needs() {
    let mut titles = BTreeSet::new();
    for policy in policy::shipped().unwrap().policies {
        let metadata = &policy.metadata;
        assert!(titles.insert(metadata.title.clone()), "{}: the title `{}` is another's too", policy.id, metadata.title);
        assert!(!metadata.title.ends_with('.'), "{}: a title has no period", policy.id);
        assert!(!metadata.related_resources.is_empty(), "{}: no link", policy.id);
        let remediation = &metadata.custom.remediation;
        let ways: &[&str] = match policy.platform() {
            Platform::Aws => &[&remediation.console, &remediation.cli, &remediation.cloudformation],
            Platform::Kubernetes => &[&remediation.manifest],
            Platform::Repository => &[&remediation.console, &remediation.cli],
        };
        for text in [metadata.description.as_str(), &metadata.custom.risk].iter().chain(ways) {
            assert!(text.trim().len() >= 20, "{}: too short: `{text}`", policy.id);
        }
        for (name, schema) in &metadata.custom.parameters {
            let default = schema.get("default").unwrap_or_else(|| panic!("{}: parameter `{name}` has no default", policy.id));
            let validator = jsonschema::validator_for(schema).unwrap_or_else(|error| panic!("{}: `{name}`: {error}", policy.id));
            assert!(validator.is_valid(default), "{}: the default of `{name}` does not fit its schema", policy.id);
            assert!(schema.get("description").is_some(), "{}: parameter `{name}` has no description", policy.id);
        }
    }
}

#[cfg(feature = "aws")]
#[test]
fn every_policy_reads_what_there_is_to_read() {
    let filled = innovate_aws::properties();
    let library = policy::shipped().unwrap();
    let lints: Vec<String> = library
        .policies
        .iter()
        .flat_map(|policy| innovate::engine::lint(policy, Some(&filled)).unwrap())
        .map(|lint| lint.to_string())
        .collect();
    assert!(lints.is_empty(), "{}", lints.join("\n"));
}

#[test]
fn unknown_ids_are_refused_with_the_nearest_one() {
    let selection = Selection { ids: vec!["aws.rds.tls_not_requird".to_owned()], severity: None };
    let error = policy::shipped().unwrap().select(&selection).unwrap_err();
    assert_eq!(error.to_string(), "no policy `aws.rds.tls_not_requird`; did you mean `aws.rds.tls_not_required`?");
}

#[test]
fn a_remediation_is_for_aws_or_for_kubernetes() {
    let parse = |remediation: &str| {
        let text = format!(
            "# METADATA\n# title: T\n# description: D\n# custom:\n#   severity: low\n#   resource_types: [v1/Pod]\n#   risk: R\n#   remediation: \
             {remediation}\npackage a\n"
        );
        Metadata::parse("a.rego", &text).map(|metadata| metadata.custom.remediation.ways().count()).map_err(|error| error.to_string())
    };
    assert_eq!(parse("{manifest: M}"), Ok(1));
    assert_eq!(parse("{console: A, cli: B, cloudformation: C}"), Ok(3));
    let refused = "a.rego: the metadata is not valid: `custom.remediation` needs `console`, `cli` and `cloudformation`, or `manifest`";
    assert_eq!(parse("{console: A, cli: B}"), Err(refused.to_owned()));
}
