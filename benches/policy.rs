//! One policy on one resource, from the resource to its finding, against the bare bytecode machine with everything laid ready.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "a benchmark may end by a panic")]

mod measure;

use std::hint::black_box;
use std::sync::Arc;

use innovate::engine::{Options, judge};
use innovate::policy::{self, Selection};
use innovate_model::{AccountFacts, Resource, World};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use serde_json::json;

const POLICY: &str = "aws.rds.publicly_accessible";

/// Resources that are judged at once, so that what is done once a run does not count.
const RESOURCES: usize = 1000;

fn instances() -> Vec<Resource> {
    (0..RESOURCES)
        .map(|number| {
            let id = format!("database-{number}");
            let mut resource = Resource::new("AWS::RDS::DBInstance", &id, "111122223333", "eu-west-1");
            let properties =
                json!({ "DBInstanceIdentifier": id, "Engine": "postgres", "PubliclyAccessible": false, "StorageEncrypted": true });
            resource.properties = properties.as_object().expect("an object").clone();
            resource
        })
        .collect()
}

fn main() {
    let ids = vec![POLICY.to_owned()];
    let library = policy::shipped().and_then(|library| library.select(&Selection { ids, severity: None })).expect("the policy ships");
    let account = AccountFacts { id: "111122223333".to_owned(), status: "ACTIVE".to_owned(), ..AccountFacts::default() };
    let world = World { accounts: [(account.id.clone(), account)].into(), resources: instances(), ..World::default() };

    let mut engine = regorus::Engine::new();
    for (file, source) in library.modules().chain(library.policies.iter().map(|policy| (policy.file.as_str(), policy.source.as_ref()))) {
        engine.add_policy(file.to_owned(), source.to_owned()).expect("it parses");
    }
    let entry = format!("data.{POLICY}.deny");
    let compiled = engine.compile_with_entrypoint(&Arc::from(entry.as_str())).expect("it compiles");
    let mut vm = RegoVM::new();
    vm.load_program(Compiler::compile_from_policy(&compiled, &[&entry]).expect("it compiles"));
    let data = json!({ "account": {}, "now": 0, "organization": {}, "parameters": {}, "referrers": {}, "resources": {} });
    vm.set_data(regorus::Value::from(data)).expect("no conflict");
    let inputs: Vec<regorus::Value> = world
        .resources
        .iter()
        .map(|resource| regorus::Value::from(json!({ "type": resource.type_name, "id": resource.id, "properties": resource.properties })))
        .collect();

    let mut criterion = measure::criterion();
    criterion.bench_function("policy-end-to-end", |bencher| {
        bencher.iter(|| judge(black_box(&world), &library, Options { keep_passes: true, workers: 1 }).expect("it judges"));
    });
    criterion.bench_function("policy-bare", |bencher| {
        bencher.iter(|| {
            for input in &inputs {
                vm.set_input(input.clone());
                black_box(vm.execute_entry_point_by_index(0).expect("it runs"));
            }
        });
    });
    let (ours, bare) = (measure::median("policy-end-to-end"), measure::median("policy-bare"));
    measure::print("one policy on one resource", ours.as_secs_f64() / bare.as_secs_f64(), "×", "the bare RVM", "at most 2 ×");
}
