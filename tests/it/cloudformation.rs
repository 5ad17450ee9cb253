//! Templates and what they come to: the corpus of `tests/fixtures/cloudformation`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use innovate::input::cloudformation::stack::{Stack, stack};
use innovate::input::cloudformation::{Parameters, parameter};
use innovate::input::declared::{Declared, Target};
use innovate::input::document::{Kind, Node, parse};
use innovate::input::files::{self, Gathered, Request};
use innovate::input::helm::Chart;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A template and what it comes to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    template: String,
    /// Files beside `template.yaml`.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// What is named on the command line.
    #[serde(default = "template")]
    paths: Vec<String>,
    #[serde(default)]
    parameters: Parameters,
    /// A file of parameters.
    parameter_file: Option<String>,
    #[serde(default)]
    account: Option<String>,
    #[serde(default)]
    region: Option<String>,
    /// All resources, by type and id.
    #[serde(default)]
    expect: BTreeMap<String, Expected>,
    /// What the files are broken by, one after the other.
    #[serde(default)]
    errors: Vec<String>,
    /// `place: type address: reason`.
    #[serde(default)]
    skipped: Vec<String>,
    /// `Region type: why`.
    #[serde(default)]
    unread: Vec<String>,
}

fn template() -> Vec<String> {
    vec!["template.yaml".to_owned()]
}

/// A resource. What is not said is not asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    properties: Option<Value>,
    /// By pointer, why; nothing else is missing.
    #[serde(default)]
    gaps: BTreeMap<String, String>,
    /// By pointer, what it can be.
    #[serde(default)]
    values: BTreeMap<String, Vec<Value>>,
    /// By pointer, `file:line:column`.
    #[serde(default)]
    places: BTreeMap<String, String>,
    address: Option<String>,
    account: Option<String>,
    region: Option<String>,
    arn: Option<String>,
    remarks: Option<Vec<Value>>,
}

impl Case {
    fn gather(&self, template: &str) -> Gathered {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in self.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).chain([("template.yaml", template)]) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut parameters = self.parameters.clone();
        if let Some(text) = &self.parameter_file {
            parameters.extend(parameter::read("parameters.json", text.as_bytes()).unwrap());
        }
        let known = Target::default();
        let target = Target {
            account: self.account.clone().unwrap_or(known.account),
            region: self.region.clone().unwrap_or_else(|| "eu-west-1".to_owned()),
        };
        let request = Request {
            root: folder.path(),
            paths: &self.paths,
            stdin: None,
            target: &target,
            parameters: &parameters,
            chart: &Chart::default(),
            helm: &|_| Err(std::io::ErrorKind::NotFound.into()),
            tracked: None,
            excluded: &[],
            workers: 1,
        };
        files::gather(&request).unwrap()
    }

    /// Says what comes out otherwise than it is expected.
    fn departures(&self, gathered: &Gathered) -> Vec<String> {
        let mut found = Vec::new();
        let mut equal = |what: &str, found_there: Value, expected: Value| {
            if found_there != expected {
                found.push(format!("{what}\n      is        {found_there}\n      should be {expected}"));
            }
        };
        let errors: Vec<String> = gathered.broken.iter().map(ToString::to_string).collect();
        equal("errors", json!(errors), json!(self.errors));
        let skipped = gathered.declaration.skipped.iter().map(|skipped| {
            let at = &skipped.location;
            format!("{}:{}:{}: {} {}: {}", at.file, at.span.start.line, at.span.start.column, skipped.type_name, at.address, skipped.reason)
        });
        equal("skipped", json!(skipped.collect::<Vec<_>>()), json!(self.skipped));
        let unread = gathered.declaration.unread.iter().map(|one| format!("{} {}: {}", one.region, one.type_name, one.cause.message));
        equal("unread", json!(unread.collect::<Vec<_>>()), json!(self.unread));
        let mut resources: BTreeMap<String, &Declared> = BTreeMap::new();
        for declared in &gathered.declaration.resources {
            resources.insert(format!("{}/{}", declared.resource.type_name, declared.resource.id), declared);
        }
        equal("resources", json!(resources.keys().collect::<Vec<_>>()), json!(self.expect.keys().collect::<Vec<_>>()));
        for (name, expected) in &self.expect {
            let Some(Declared { resource, origin }) = resources.get(name) else { continue };
            if let Some(properties) = &expected.properties {
                equal(name, Value::Object(resource.properties.clone()), properties.clone());
            }
            let gaps: BTreeMap<&str, &str> = resource.gaps.iter().map(|gap| (gap.pointer.as_str(), gap.cause.message.as_str())).collect();
            equal(&format!("{name} gaps"), json!(gaps), json!(expected.gaps));
            let values = resource.gaps.iter().filter(|gap| !gap.values.is_empty());
            let values: BTreeMap<&str, Vec<Value>> = values
                .map(|gap| (gap.pointer.as_str(), gap.values.iter().map(|value| serde_json::from_str(value).unwrap()).collect()))
                .collect();
            equal(&format!("{name} values"), json!(values), json!(expected.values));
            for (pointer, place) in &expected.places {
                let at = origin.locate(pointer);
                let at = format!("{}:{}:{}", at.file, at.span.start.line, at.span.start.column);
                equal(&format!("{name} place of `{pointer}`"), json!(at), json!(place));
            }
            for (what, is, should) in [
                ("address", Some(&origin.address), &expected.address),
                ("account", Some(&resource.account), &expected.account),
                ("region", Some(&resource.region), &expected.region),
                ("arn", resource.arn.as_ref(), &expected.arn),
            ] {
                if should.is_some() {
                    equal(&format!("{name} {what}"), json!(is), json!(should));
                }
            }
            if let Some(remarks) = &expected.remarks {
                equal(&format!("{name} remarks"), json!(origin.remarks.iter().map(|(_, value)| value).collect::<Vec<_>>()), json!(remarks));
            }
        }
        found
    }
}

fn corpus() -> Vec<(String, Vec<Case>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cloudformation");
    let mut topics: Vec<(String, Vec<Case>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let topic = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap();
            (topic, serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        })
        .collect();
    topics.sort_by(|a, b| a.0.cmp(&b.0));
    topics
}

#[test]
fn every_template_comes_to_what_it_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (topic, cases) in corpus() {
        for case in cases {
            count += 1;
            let departures = case.departures(&case.gather(&case.template));
            wrong.extend(departures.into_iter().map(|departure| format!("{topic}: {}: {departure}", case.name)));
        }
    }
    assert!(wrong.is_empty(), "{} of what is expected does not come:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 50, "{count} cases were found");
}

/// The document in JSON with the long forms of functions.
fn long(node: &Node) -> Value {
    let value = match &node.kind {
        Kind::List(items) => Value::Array(items.iter().map(long).collect()),
        Kind::Map(entries) => Value::Object(entries.iter().map(|entry| (entry.key.clone(), long(&entry.value))).collect::<Map<_, _>>()),
        _ => node.value(),
    };
    match node.tag.as_deref() {
        None => value,
        Some(name @ ("Ref" | "Condition")) => json!({ name: value }),
        Some("GetAtt") if value.is_string() => {
            let (resource, attribute) = value.as_str().unwrap().split_once('.').unwrap();
            json!({ "Fn::GetAtt": [resource, attribute] })
        }
        Some(name) => json!({ format!("Fn::{name}"): value }),
    }
}

#[test]
fn json_and_the_long_forms_come_to_the_same_as_yaml_and_the_short_forms() {
    let mut count = 0;
    for (topic, cases) in corpus() {
        for case in cases.iter().filter(|case| case.errors.is_empty()) {
            let Ok(documents) = parse("template.yaml", case.template.as_bytes()) else { continue };
            let Some(document) = documents.first() else { continue };
            let json = serde_json::to_string_pretty(&long(document)).unwrap();
            let of = |gathered: Gathered| {
                let mut resources: Vec<_> = gathered.declaration.resources.into_iter().map(|declared| declared.resource).collect();
                resources.iter_mut().for_each(|resource| resource.gaps.sort());
                resources.sort_by(|a, b| a.order().cmp(&b.order()));
                assert!(gathered.broken.is_empty(), "{topic}: {}: {:?}: {json}", case.name, gathered.broken);
                resources
            };
            assert_eq!(of(case.gather(&json)), of(case.gather(&case.template)), "{topic}: {}", case.name);
            count += 1;
        }
    }
    assert!(count > 40, "{count} cases were compared");
}

/// A line more in a template changes nothing for the stacks that take its outputs.
#[test]
fn where_an_output_is_written_is_no_part_of_it() {
    let target = Target { account: "111111111111".to_owned(), region: "eu-central-1".to_owned() };
    let outputs = |text: &str| {
        let document = parse("template.yaml", text.as_bytes()).unwrap().remove(0);
        let (given, ids, replaced) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        let place = Stack { name: "names", target: &target, given: &given, ids: &ids, replaced: &replaced, exact: false };
        stack("template.yaml", document, &place).unwrap().outputs
    };
    let template =
        "Parameters:\n  Names: { Type: CommaDelimitedList, Default: \"a,b\" }\nResources: {}\nOutputs:\n  Names: { Value: !Ref Names }\n";
    assert_eq!(outputs(template), outputs(&format!("# A line more.\n{template}")));
}
