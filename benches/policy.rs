//! One policy on one resource, from the resource to its verdict, against the bare bytecode machine with everything laid ready: a policy of one comparison,
//! and one that looks at each rule of a security group.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "a benchmark may end by a panic")]

mod measure;

use std::hint::black_box;
use std::sync::Arc;

use criterion::Criterion;
use innovate::engine::{Options, judge};
use innovate::policy::{self, Selection};
use innovate_model::{AccountFacts, Resource, World};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use serde_json::{Value, json};

/// Resources that are judged at once, so that what is done once a run does not count.
const RESOURCES: usize = 1000;

fn resource(type_name: &str, number: usize, properties: &Value) -> Resource {
    let mut resource = Resource::new(type_name, format!("resource-{number}"), "111122223333", "eu-west-1");
    resource.properties = properties.as_object().expect("an object").clone();
    resource
}

/// Measures both ways and prints the ratio.
fn compare(criterion: &mut Criterion, id: &str, type_name: &str, properties: &Value) {
    let ids = vec![id.to_owned()];
    let library = policy::shipped().and_then(|library| library.select(&Selection { ids, severity: None })).expect("the policy ships");
    let account = AccountFacts { id: "111122223333".to_owned(), status: "ACTIVE".to_owned(), ..AccountFacts::default() };
    let resources = (0..RESOURCES).map(|number| resource(type_name, number, properties)).collect();
    let world = World { accounts: [(account.id.clone(), account)].into(), resources, ..World::default() };

    let policy = &library.policies[0];
    let mut engine = regorus::Engine::new();
    for (file, source) in library.modules().chain([(policy.file.as_str(), policy.source.as_ref())]) {
        engine.add_policy(file.to_owned(), source.to_owned()).expect("it parses");
    }
    let rules = policy.has_applicability.then_some("not_applicable").into_iter().chain(policy.rules.iter().map(String::as_str));
    let entries: Vec<String> = rules.map(|rule| format!("data.{id}.{rule}")).collect();
    let compiled = engine.compile_with_entrypoint(&Arc::from(entries[0].as_str())).expect("it compiles");
    let mut vm = RegoVM::new();
    vm.load_program(
        Compiler::compile_from_policy(&compiled, &entries.iter().map(String::as_str).collect::<Vec<_>>()).expect("it compiles"),
    );
    let looked_up: serde_json::Map<String, Value> = policy.read_set.types().map(|name| (name.to_owned(), json!({}))).collect();
    let data =
        json!({ "account": {}, "now": 0, "organization": {}, "parameters": policy.parameters, "referrers": {}, "resources": looked_up });
    vm.set_data(regorus::Value::from(data)).expect("no conflict");
    let document = |resource: &Resource| json!({ "type": resource.type_name, "id": resource.id, "properties": resource.properties });
    let inputs: Vec<regorus::Value> = world.resources.iter().map(|resource| regorus::Value::from(document(resource))).collect();

    criterion.bench_function(&format!("{id}-end-to-end"), |bencher| {
        bencher.iter(|| {
            judge(&black_box(&world).into(), &library, Options { keep_passes: false, workers: 1, watch: None }).expect("no disk is used")
        });
    });
    criterion.bench_function(&format!("{id}-bare"), |bencher| {
        bencher.iter(|| {
            for input in &inputs {
                for index in 0..entries.len() {
                    vm.set_input(input.clone());
                    black_box(vm.execute_entry_point_by_index(index).expect("it runs"));
                }
            }
        });
    });
    let (ours, bare) = (measure::median(&format!("{id}-end-to-end")), measure::median(&format!("{id}-bare")));
    let each = ours.as_secs_f64() / RESOURCES as f64 * 1e6;
    measure::print(id, ours.as_secs_f64() / bare.as_secs_f64(), "×", "the bare RVM", &format!("at most 2 ×; {each:.2} µs a resource"));
}

fn main() {
    let mut criterion = measure::criterion();
    let instance = json!({ "Engine": "postgres", "PubliclyAccessible": false, "StorageEncrypted": true });
    compare(&mut criterion, "aws.rds.publicly_accessible", "AWS::RDS::DBInstance", &instance);
    let rules: Vec<Value> =
        (0..20).map(|n| json!({ "IpProtocol": "tcp", "FromPort": 8000 + n, "ToPort": 8000 + n, "CidrIp": "10.0.0.0/8" })).collect();
    let group = json!({ "GroupName": "application", "SecurityGroupIngress": rules });
    compare(&mut criterion, "aws.ec2.security_group_ssh_from_internet", "AWS::EC2::SecurityGroup", &group);
}
