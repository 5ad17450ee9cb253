//! Terraform plans: what each mapped type becomes, and how plans are read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use innovate::engine::{Options, judge};
use innovate::finding::Verdict;
use innovate::input::declared::{Declaration, Target};
use innovate::input::terraform::{is_plan, read, read_beside, types};
use innovate::policy::{self, Policy};
use innovate_model::{AccountFacts, HandlerErrorCode, Position, Resource, Schemas, World};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn target() -> Target {
    Target { account: "111122223333".to_owned(), region: "eu-west-1".to_owned() }
}

fn declare(plan: &Value) -> Declaration {
    read("plan.json", &serde_json::to_vec(plan).unwrap(), &target()).unwrap()
}

/// A plan of resources that are each `{type, name, index?, values, unknown?, sensitive?, before?, actions?, expressions?, module?}`.
fn plan(resources: &[Value]) -> Value {
    let mut root = json!({ "resources": [], "module_calls": {} });
    let mut changes = Vec::new();
    for resource in resources {
        let (type_name, name) = (resource["type"].as_str().unwrap(), resource["name"].as_str().unwrap());
        let module = resource["module"].as_str().unwrap_or_default();
        let mut address = format!("{type_name}.{name}");
        let mut block = &mut root;
        if !module.is_empty() {
            let call = module.trim_start_matches("module.").split('[').next().unwrap();
            block = &mut root["module_calls"][call]["module"];
            if block.is_null() {
                *block = json!({ "resources": [] });
            }
        }
        let expressions = resource.get("expressions").cloned().unwrap_or_else(|| json!({}));
        let blocks = block["resources"].as_array_mut().unwrap();
        if !blocks.iter().any(|block| block["address"] == json!(address)) {
            blocks.push(json!({ "address": address, "mode": "managed", "type": type_name, "name": name,
                "provider_config_key": resource.get("provider").cloned().unwrap_or_else(|| json!("aws")), "expressions": expressions }));
        }
        if let Some(index) = resource.get("index") {
            address = format!("{address}[{index}]");
        }
        if !module.is_empty() {
            address = format!("{module}.{address}");
        }
        let of = |key: &str| resource.get(key).cloned().unwrap_or(Value::Null);
        changes.push(json!({ "address": address, "mode": "managed", "type": type_name, "name": name, "index": of("index"), "change": {
            "actions": resource.get("actions").cloned().unwrap_or_else(|| json!(["create"])),
            "before": of("before"), "after": of("values"), "after_unknown": of("unknown"), "after_sensitive": of("sensitive"),
        }}));
    }
    json!({ "format_version": "1.2", "resource_changes": changes, "configuration": { "root_module": root } })
}

fn only(declaration: &Declaration) -> &Resource {
    assert_eq!(declaration.resources.len(), 1, "{declaration:?}");
    &declaration.resources[0].resource
}

fn gaps(resource: &Resource) -> Vec<(&str, &str)> {
    resource.gaps.iter().map(|gap| (gap.pointer.as_str(), gap.cause.message.as_str())).collect()
}

static FIXTURES: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
    let entries = fs::read_dir(Path::new(ROOT).join("tests/fixtures/terraform")).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap();
            (name, serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        })
        .collect()
});

fn departures(resource: &Resource) -> Vec<String> {
    let schema = Schemas::vendored().get(&resource.type_name).unwrap();
    let found = schema.root().violations(&Value::Object(resource.properties.clone()));
    found.into_iter().filter(|violation| !violation.ends_with("is required")).collect()
}

#[test]
fn every_mapped_type_becomes_what_its_fixture_says() {
    let (mapped, tried): (BTreeSet<_>, BTreeSet<_>) = (types().into_keys().collect(), FIXTURES.keys().cloned().collect());
    assert_eq!(mapped, tried, "each type of the table has its fixture, and each fixture its type");
    let mut wrong = Vec::new();
    for (name, fixture) in FIXTURES.iter() {
        let resources: Vec<Value> = fixture["resources"].as_array().unwrap().clone();
        assert!(resources.iter().any(|resource| resource["type"] == json!(name)), "{name}");
        let declaration = declare(&plan(&resources));
        for declared in &declaration.resources {
            assert_eq!(departures(&declared.resource), Vec::<String>::new(), "{name}: {:?}", declared.resource);
        }
        let declared: Vec<Value> = declaration.resources.iter().map(|declared| serde_json::to_value(&declared.resource).unwrap()).collect();
        if Value::Array(declared.clone()) != fixture["expect"] {
            let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("terraform").join(format!("{name}.json"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, serde_json::to_string_pretty(&declared).unwrap()).unwrap();
            wrong.push(format!("{name}: see {}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_type_of_ours_that_terraform_declares_is_mapped() {
    // What no resource of the AWS provider declares.
    let undeclared = BTreeSet::from([
        "AWS::IAM::Policy",
        "Innovate::Account::Region",
        "Innovate::CertificateManager::CertificateStatus",
        "Innovate::IAM::RootUser",
        "Innovate::IAM::UserCredentials",
        "Innovate::Organizations::EffectivePolicies",
        "Innovate::Repository::File",
    ]);
    let mapped: BTreeSet<String> = types().into_values().flatten().collect();
    // Types that no policy looks at are there for what is provisioned.
    let library = policy::shipped().unwrap();
    let spoken_of: BTreeSet<&str> = library.policies.iter().flat_map(Policy::types).collect();
    let missing = Schemas::vendored().types().into_iter();
    let missing: BTreeSet<String> =
        missing.filter(|name| name.contains("::") && !mapped.contains(name) && spoken_of.contains(name.as_str())).collect();
    assert_eq!(missing, undeclared.into_iter().map(ToOwned::to_owned).collect());
}

/// A pointer without the numbers of items.
fn of_any_item(pointer: &str) -> String {
    pointer.split('/').map(|step| if step.parse::<usize>().is_ok() { "*" } else { step }).collect::<Vec<_>>().join("/")
}

#[test]
fn every_property_that_a_policy_reads_is_in_a_fixture() {
    // What only AWS tells, of what is there already, and what the provider has no attribute for.
    let untold = BTreeSet::from([
        "AWS::EC2::SecurityGroupIngress/GroupName",
        "AWS::EC2::Subnet/BlockPublicAccessStates",
        "AWS::EC2::Subnet/BlockPublicAccessStates/InternetGatewayBlockMode",
        "AWS::EC2::Volume/SourceVolumeId",
        "AWS::IAM::ManagedPolicy/PermissionsBoundaryUsageCount",
        "AWS::IAM::ManagedPolicy/Users",
        "AWS::IAM::ManagedPolicy/Users/*",
        "AWS::RDS::DBCluster/AutoMinorVersionUpgrade",
        "AWS::RDS::DBCluster/MasterUserAuthenticationType",
        "AWS::RDS::DBCluster/MasterUserPassword",
        "AWS::RDS::DBCluster/PubliclyAccessible",
        "AWS::RDS::DBCluster/StorageEncryptionType",
        "AWS::RDS::DBInstance/DBClusterSnapshotIdentifier",
        "AWS::RDS::DBInstance/MasterUserAuthenticationType",
        "AWS::RDS::DBInstance/MasterUserPassword",
        "AWS::RDS::DBInstance/SourceDBClusterIdentifier",
        "Innovate::EC2::Snapshot/CreateVolumePermissions/*/Group",
    ]);
    let mut shown: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for resource in FIXTURES.values().flat_map(|fixture| fixture["expect"].as_array().unwrap()) {
        let mut found = Vec::new();
        pointers(&resource["properties"], String::new(), &mut found);
        let gaps = resource["gaps"].as_array().into_iter().flatten().map(|gap| gap["pointer"].as_str().unwrap().to_owned());
        let of_type = shown.entry(resource["type"].as_str().unwrap()).or_default();
        of_type.extend(found.into_iter().chain(gaps).map(|pointer| of_any_item(&pointer)));
    }
    let mut missing = BTreeSet::new();
    for policy in policy::shipped().unwrap().policies {
        let judged = policy.metadata.custom.resource_types.iter().map(|name| (name, &policy.read_set.input));
        for (type_name, paths) in judged.chain(&policy.read_set.resources).chain(&policy.read_set.organization_resources) {
            let Some(shown) = shown.get(type_name.as_str()) else { continue };
            let schema = Schemas::vendored().get(type_name).unwrap();
            for path in paths.0.keys() {
                // A document or map has whatever names.
                let steps: Vec<&str> = path.iter().map(String::as_str).collect();
                let closed = (1..=steps.len()).take_while(|length| {
                    let around = schema.property(&steps[..length - 1]);
                    around.is_some_and(|around| *length == 1 || around.types().contains(&"array") || !around.names().is_empty())
                });
                let steps = &steps[..closed.count()];
                if !steps.is_empty() && schema.property(steps).is_some() && !shown.contains(&format!("/{}", steps.join("/"))) {
                    missing.insert(format!("{type_name}/{}", steps.join("/")));
                }
            }
        }
    }
    assert_eq!(missing.iter().map(String::as_str).collect::<BTreeSet<_>>(), untold);
}

/// A resource of [`plan`].
fn make(type_name: &str, name: &str, values: Value, unknown: Value, expressions: Value) -> Value {
    json!({ "type": type_name, "name": name, "values": values, "unknown": unknown, "expressions": expressions })
}

fn refers(references: &[&str]) -> Value {
    json!({ "references": references })
}

fn find<'a>(declaration: &'a Declaration, address: &str) -> &'a Resource {
    let found = declaration.resources.iter().find(|declared| declared.origin.address == address);
    &found.unwrap_or_else(|| panic!("no {address} in {declaration:?}")).resource
}

fn key(name: &str) -> Value {
    make("aws_kms_key", name, json!({}), json!({ "id": true, "arn": true, "key_id": true }), json!({}))
}

fn group(name: &str, values: Value, unknown: Value, expressions: Value) -> Value {
    make("aws_cloudwatch_log_group", name, values, unknown, expressions)
}

#[test]
fn what_one_resource_is_referred_to_by_is_its_id_and_everything_else_unknown_is_a_gap() {
    let cases = [
        (refers(&["aws_kms_key.a.arn", "aws_kms_key.a"]), Some("aws_kms_key.a")),
        (refers(&["aws_kms_key.a"]), Some("aws_kms_key.a")),
        // Something of it that is not the resource.
        (refers(&["aws_kms_key.a.policy", "aws_kms_key.a"]), None),
        // One of two.
        (refers(&["aws_kms_key.a.arn", "aws_kms_key.a", "aws_kms_key.b.arn", "aws_kms_key.b"]), None),
        (refers(&["local.key"]), None),
        (refers(&["data.aws_kms_key.a.arn", "data.aws_kms_key.a"]), None),
        (refers(&["var.key"]), None),
        (refers(&["aws_kms_key.elsewhere.arn", "aws_kms_key.elsewhere"]), None),
        (refers(&["module.none.key", "module.none"]), None),
        (refers(&[]), None),
        (json!({}), None),
    ];
    for (expression, expected) in cases {
        let log = group("g", json!({ "name": "/g" }), json!({ "id": true, "kms_key_id": true }), json!({ "kms_key_id": expression }));
        let declaration = declare(&plan(&[key("a"), key("b"), log]));
        let log = find(&declaration, "aws_cloudwatch_log_group.g");
        assert_eq!(log.text("KmsKeyId"), expected, "{expression}");
        let gap = ("/KmsKeyId", "`kms_key_id` is known only after apply");
        assert_eq!(gaps(log), if expected.is_some() { vec![] } else { vec![gap] }, "{expression}");
        assert!(log.gaps.iter().all(|gap| gap.cause.code == HandlerErrorCode::NotYetKnown));
    }
}

#[test]
fn what_is_not_configured_is_left_to_aws_and_without_configuration_nobody_knows() {
    let log = group("g", json!({ "name": "/g" }), json!({ "id": true, "kms_key_id": true }), json!({ "name": { "constant_value": "/g" } }));
    let mut document = plan(&[log]);
    let declaration = declare(&document);
    assert_eq!((only(&declaration).text("KmsKeyId"), gaps(only(&declaration))), (None, vec![]));
    document.as_object_mut().unwrap().remove("configuration");
    assert_eq!(gaps(only(&declare(&document))), [("/KmsKeyId", "`kms_key_id` is known only after apply")]);
}

#[test]
fn outputs_that_refer_to_many_outputs_of_many_modules_come_to_an_end() {
    for (levels, is_found) in [(2, true), (20, false)] {
        let outputs = |references: Vec<String>| -> Value {
            let output = json!({ "expression": { "references": references } });
            (0..8).map(|number| (format!("o{number}"), output.clone())).collect::<Map<String, Value>>().into()
        };
        let block = json!({ "address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key", "name": "k" });
        let mut module = json!({ "resources": [block], "outputs": outputs(vec!["aws_kms_key.k.arn".to_owned()]) });
        for _ in 1..levels {
            let references = (0..8).map(|number| format!("module.m.o{number}")).collect();
            module = json!({ "outputs": outputs(references), "module_calls": { "m": { "module": module } } });
        }
        let expressions = json!({ "kms_key_id": refers(&["module.m.o0", "module.m"]) });
        let log = group("g", json!({ "name": "/g" }), json!({ "kms_key_id": true }), expressions);
        let mut document = plan(&[log, key("k")]);
        let address = format!("{}aws_kms_key.k", "module.m.".repeat(levels));
        document["resource_changes"][1]["address"] = json!(address);
        document["configuration"]["root_module"]["module_calls"] = json!({ "m": { "module": module } });
        let declaration = declare(&document);
        let log = find(&declaration, "aws_cloudwatch_log_group.g");
        assert_eq!(log.text("KmsKeyId"), is_found.then_some(address.as_str()));
        assert_eq!(gaps(log).is_empty(), is_found);
    }
}

#[test]
fn counts_and_keys_lead_to_the_instance_of_the_same_key_or_to_all() {
    let numbered = |mut resource: Value, index: Value| {
        resource["index"] = index;
        resource
    };
    let subnet = |index: usize| numbered(make("aws_subnet", "s", json!({}), json!({ "id": true }), json!({})), json!(index));
    let table = |index: usize| {
        let unknown = json!({ "id": true, "subnet_id": true, "route_table_id": true });
        let expressions = json!({ "subnet_id": refers(&["aws_subnet.s", "count.index"]), "route_table_id": refers(&["aws_route_table.t.id", "aws_route_table.t"]) });
        numbered(make("aws_route_table_association", "s", json!({}), unknown, expressions), json!(index))
    };
    let all = make(
        "aws_db_subnet_group",
        "all",
        json!({ "name": "all" }),
        json!({ "subnet_ids": true }),
        json!({ "subnet_ids": refers(&["aws_subnet.s"]) }),
    );
    let one = make(
        "aws_db_subnet_group",
        "one",
        json!({ "name": "one" }),
        json!({ "subnet_ids": true }),
        json!({ "subnet_ids": refers(&["aws_subnet.s[1].id", "aws_subnet.s[1]", "aws_subnet.s"]) }),
    );
    // A list shows its items, each unknown.
    let balancer = make(
        "aws_eks_node_group",
        "n",
        json!({ "cluster_name": "c", "node_group_name": "n", "subnet_ids": [null, null] }),
        json!({ "subnet_ids": [true, true] }),
        json!({ "subnet_ids": refers(&["aws_subnet.s[1].id", "aws_subnet.s[1]", "aws_subnet.s", "aws_subnet.s[0].id", "aws_subnet.s[0]", "aws_subnet.s"]) }),
    );
    let bucket = |name: &str| {
        let mut bucket = make("aws_s3_bucket", "b", json!({ "bucket": name }), json!({ "id": true }), json!({}));
        bucket["index"] = json!(name);
        bucket
    };
    let versioning = |name: &str| {
        let mut part = make(
            "aws_s3_bucket_versioning",
            "b",
            json!({ "versioning_configuration": [{ "status": "Enabled" }] }),
            json!({ "bucket": true }),
            json!({ "bucket": refers(&["each.value.id", "each.value"]) }),
        );
        part["index"] = json!(name);
        part
    };
    let mut document = plan(&[subnet(0), subnet(1), table(0), table(1), all, one, balancer, bucket("x.y"), bucket("z"), versioning("z")]);
    let blocks = document["configuration"]["root_module"]["resources"].as_array_mut().unwrap();
    let block = blocks.iter_mut().find(|block| block["address"] == "aws_s3_bucket_versioning.b").unwrap();
    block["for_each_expression"] = refers(&["aws_s3_bucket.b"]);
    let declaration = declare(&document);
    assert_eq!(find(&declaration, "aws_route_table_association.s[1]").text("SubnetId"), Some("aws_subnet.s[1]"));
    assert_eq!(find(&declaration, "aws_db_subnet_group.all").properties["SubnetIds"], json!(["aws_subnet.s[0]", "aws_subnet.s[1]"]));
    assert_eq!(find(&declaration, "aws_db_subnet_group.one").properties["SubnetIds"], json!(["aws_subnet.s[1]"]));
    assert_eq!(find(&declaration, "aws_eks_node_group.n").properties["Subnets"], json!(["aws_subnet.s[1]", "aws_subnet.s[0]"]));
    assert!(find(&declaration, "aws_s3_bucket.b[\"z\"]").properties.contains_key("VersioningConfiguration"));
    assert!(!find(&declaration, "aws_s3_bucket.b[\"x.y\"]").properties.contains_key("VersioningConfiguration"));
}

#[test]
fn modules_are_entered_by_variables_and_left_by_outputs() {
    let inside = |mut resource: Value, module: &str| {
        resource["module"] = json!(module);
        resource
    };
    let log = |expression: Value| group("g", json!({ "name": "/g" }), json!({ "kms_key_id": true }), json!({ "kms_key_id": expression }));
    let own = |module: &str| inside(key("own"), module);
    let mut document = plan(&[
        key("outer"),
        own("module.m[\"a.b\"]"),
        own("module.m[\"c\"]"),
        inside(log(refers(&["var.key"])), "module.n"),
        make(
            "aws_kms_alias",
            "one",
            json!({ "name": "alias/one" }),
            json!({ "target_key_id": true }),
            json!({ "target_key_id": refers(&["module.m[\"a.b\"].key", "module.m[\"a.b\"]"]) }),
        ),
        make(
            "aws_kms_alias",
            "any",
            json!({ "name": "alias/any" }),
            json!({ "target_key_id": true }),
            json!({ "target_key_id": refers(&["module.m"]) }),
        ),
        // A loop leads nowhere.
        make(
            "aws_kms_alias",
            "loop",
            json!({ "name": "alias/loop" }),
            json!({ "target_key_id": true }),
            json!({ "target_key_id": refers(&["module.n.again", "module.n"]) }),
        ),
    ]);
    let calls = &mut document["configuration"]["root_module"]["module_calls"];
    calls["m"]["module"]["outputs"] = json!({ "key": { "expression": refers(&["aws_kms_key.own.arn", "aws_kms_key.own"]) } });
    calls["n"]["expressions"] =
        json!({ "key": refers(&["aws_kms_key.outer.arn", "aws_kms_key.outer"]), "again": refers(&["module.n.again", "module.n"]) });
    calls["n"]["module"]["outputs"] = json!({ "again": { "expression": refers(&["var.again"]) } });
    let declaration = declare(&document);
    assert_eq!(find(&declaration, "module.n.aws_cloudwatch_log_group.g").text("KmsKeyId"), Some("aws_kms_key.outer"));
    assert_eq!(find(&declaration, "aws_kms_alias.one").text("TargetKeyId"), Some("module.m[\"a.b\"].aws_kms_key.own"));
    for address in ["aws_kms_alias.any", "aws_kms_alias.loop"] {
        assert_eq!(gaps(find(&declaration, address)), [("/TargetKeyId", "`target_key_id` is known only after apply")], "{address}");
    }
}

#[test]
fn thousands_of_resources_in_as_many_modules_are_read_at_once() {
    let mut resources = Vec::new();
    for number in 0..3000 {
        let mut own = key("own");
        own["module"] = json!(format!("module.m[{number}]"));
        resources.push(own);
        let mut alias = make(
            "aws_kms_alias",
            "a",
            json!({ "name": format!("alias/{number}") }),
            json!({ "target_key_id": true }),
            json!({ "target_key_id": refers(&["module.m", "count.index"]) }),
        );
        alias["index"] = json!(number);
        resources.push(alias);
    }
    let mut document = plan(&resources);
    document["configuration"]["root_module"]["module_calls"]["m"]["module"]["outputs"] =
        json!({ "key": { "expression": refers(&["aws_kms_key.own.arn", "aws_kms_key.own"]) } });
    let declaration = declare(&document);
    assert_eq!(declaration.resources.len(), 6000);
    // Of a module by a computed key the plan does not say which output is meant.
    let gap = ("/TargetKeyId", "`target_key_id` is known only after apply");
    assert_eq!(gaps(find(&declaration, "aws_kms_alias.a[2999]")), [gap]);
}

#[test]
fn sensitive_values_are_gaps_but_for_switches_and_numbers() {
    let mut database = make(
        "aws_db_instance",
        "d",
        json!({ "identifier": "orders", "engine": "hunter2", "storage_encrypted": false, "backup_retention_period": 7, "username": "hunter2", "password": "hunter2", "tags": { "a": "hunter2" } }),
        json!({}),
        json!({}),
    );
    database["sensitive"] = json!({ "engine": true, "storage_encrypted": true, "backup_retention_period": true, "username": true, "password": true, "tags": { "a": true } });
    let declaration = declare(&plan(&[database]));
    let database = only(&declaration);
    assert_eq!((&database.properties["StorageEncrypted"], &database.properties["BackupRetentionPeriod"]), (&json!(false), &json!(7)));
    assert_eq!(
        gaps(database),
        [("/Engine", "`engine` is sensitive"), ("/Tags/0/Value", "`tags.a` is sensitive"), ("/MasterUsername", "`username` is sensitive"),]
    );
    assert!(!format!("{declaration:?}").contains("hunter2"));
}

#[test]
fn what_is_deleted_or_forgotten_is_not_judged_and_what_is_replaced_is() {
    let acting = |name: &str, actions: Value, after: Value| {
        let mut resource = make("aws_ebs_volume", name, after, json!({}), json!({}));
        resource["actions"] = actions;
        resource["before"] = json!({ "id": "vol-1", "encrypted": true });
        resource
    };
    let after = json!({ "encrypted": false });
    let declaration = declare(&plan(&[
        acting("deleted", json!(["delete"]), Value::Null),
        acting("forgotten", json!(["forget"]), after.clone()),
        acting("replaced", json!(["delete", "create"]), after.clone()),
        acting("replaced_later", json!(["create", "delete"]), after.clone()),
        acting("updated", json!(["update"]), after.clone()),
        acting("kept", json!(["no-op"]), after),
    ]));
    let addresses: Vec<&str> = declaration.resources.iter().map(|declared| declared.origin.address.as_str()).collect();
    assert_eq!(addresses, ["aws_ebs_volume.kept", "aws_ebs_volume.replaced", "aws_ebs_volume.replaced_later", "aws_ebs_volume.updated"]);
    assert!(declaration.skipped.is_empty());
}

#[test]
fn a_rule_that_is_deleted_is_taken_out_of_the_group_that_remembers_it() {
    let rule = |cidr: &str| json!({ "from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": [cidr], "ipv6_cidr_blocks": [], "self": false });
    let known = json!({ "id": "sg-1", "name": "web", "ingress": [rule("0.0.0.0/0"), rule("10.0.0.0/8")] });
    let part = |name: &str, before: Value, after: Value| {
        let of = |cidr: &Value| {
            cidr.as_str().map(|cidr| json!({ "type": "ingress", "security_group_id": "sg-1", "from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": [cidr] }))
        };
        json!({ "type": "aws_security_group_rule", "name": name, "values": of(&after), "before": of(&before), "actions": if after.is_null() { json!(["delete"]) } else { json!(["no-op"]) } })
    };
    let declaration = declare(&plan(&[
        make("aws_security_group", "web", known, json!({}), json!({})),
        part("gone", json!("0.0.0.0/0"), Value::Null),
        part("kept", json!("10.0.0.0/8"), json!("10.0.0.0/8")),
    ]));
    let rules = json!([{ "CidrIp": "10.0.0.0/8", "FromPort": 22, "ToPort": 22, "IpProtocol": "tcp" }]);
    assert_eq!(only(&declaration).properties["SecurityGroupIngress"], rules);
}

#[test]
fn a_part_of_nobody_knows_what_is_a_gap_of_all_and_one_of_something_elsewhere_is_skipped() {
    let bucket = |name: &str| make("aws_s3_bucket", name, json!({ "bucket": name }), json!({ "id": true }), json!({}));
    let versioning = |name: &str, values: Value, unknown: Value, expressions: Value| {
        make("aws_s3_bucket_versioning", name, values, unknown, expressions)
    };
    let enabled = json!([{ "status": "Enabled" }]);
    let declaration = declare(&plan(&[
        bucket("a"),
        bucket("b"),
        versioning(
            "some",
            json!({ "versioning_configuration": enabled }),
            json!({ "bucket": true }),
            json!({ "bucket": refers(&["local.bucket"]) }),
        ),
        versioning("other", json!({ "bucket": "elsewhere", "versioning_configuration": enabled }), json!({}), json!({})),
    ]));
    for name in ["aws_s3_bucket.a", "aws_s3_bucket.b"] {
        let message = "`aws_s3_bucket_versioning.some` may belong to it, as its `bucket` is known only after apply";
        assert_eq!(gaps(find(&declaration, name)), [("/VersioningConfiguration", message)]);
    }
    let skipped: Vec<_> = declaration.skipped.iter().map(|skipped| (skipped.location.address.as_str(), skipped.reason.as_str())).collect();
    assert_eq!(skipped, [("aws_s3_bucket_versioning.other", "its `bucket` is not in this plan")]);
}

#[test]
fn what_is_not_mapped_is_listed() {
    let declaration = declare(&plan(&[
        make("aws_lambda_function", "f", json!({}), json!({}), json!({})),
        make("awscc_no_such_thing", "f", json!({}), json!({}), json!({})),
        make("random_pet", "p", json!({}), json!({}), json!({})),
        make("aws_route_table_association", "a", json!({ "gateway_id": "igw-1", "subnet_id": null }), json!({}), json!({})),
        make("null_resource", "n", json!({}), json!({}), json!({})),
    ]));
    assert!(declaration.resources.is_empty());
    let skipped: Vec<_> = declaration.skipped.iter().map(|skipped| (skipped.type_name.as_str(), skipped.reason.as_str())).collect();
    let unspoken = "no policy speaks of this type";
    assert_eq!(
        skipped,
        [
            ("aws_lambda_function", unspoken),
            ("aws_route_table_association", "no policy speaks of what it declares"),
            ("awscc_no_such_thing", unspoken),
            ("null_resource", "not an AWS resource"),
            ("random_pet", "not an AWS resource")
        ]
    );
}

#[test]
fn accounts_and_regions_are_those_of_the_resource_then_of_its_provider_then_the_target() {
    let volume = |name: &str, provider: &str, values: Value| {
        let mut resource = make("aws_ebs_volume", name, values, json!({}), json!({}));
        resource["provider"] = json!(provider);
        resource
    };
    let mut document = plan(&[
        volume("target", "aws.plain", json!({})),
        volume("constant", "aws.constant", json!({})),
        volume("variable", "aws.variable", json!({})),
        volume("own", "aws.constant", json!({ "region": "us-west-2" })),
        volume("arn", "aws.constant", json!({ "arn": "arn:aws:ec2:ap-south-1:999988887777:volume/vol-1" })),
        volume("role", "aws.role", json!({})),
        volume("beside", "module.m:aws.beside", json!({})),
        volume("known", "aws.beside", json!({ "arn": "arn:aws:ec2:eu-north-1:555566667777:volume/vol-2" })),
    ]);
    document["variables"] = json!({ "region": { "value": "eu-central-1" } });
    document["configuration"]["provider_config"] = json!({
        "aws.plain": { "name": "aws" },
        "aws.constant": { "name": "aws", "expressions": { "region": { "constant_value": "eu-west-3" } } },
        "aws.variable": { "name": "aws", "expressions": { "region": refers(&["var.region"]) } },
        "aws.role": { "name": "aws", "expressions": { "assume_role": [{ "role_arn": { "constant_value": "arn:aws:iam::444455556666:role/deploy" } }] } },
        "aws.beside": { "name": "aws" },
    });
    let declaration = declare(&document);
    let place = |name: &str| {
        let resource = find(&declaration, &format!("aws_ebs_volume.{name}"));
        (resource.account.as_str(), resource.region.as_str())
    };
    assert_eq!(place("target"), ("111122223333", "eu-west-1"));
    assert_eq!(place("variable"), ("111122223333", "eu-central-1"));
    assert_eq!(place("role"), ("444455556666", "eu-west-1"));
    assert_eq!(place("arn"), ("999988887777", "ap-south-1"));
    // What one resource of a provider tells holds for the others.
    assert_eq!(place("constant"), ("999988887777", "eu-west-3"));
    assert_eq!(place("own"), ("999988887777", "us-west-2"));
    assert_eq!(place("beside"), ("555566667777", "eu-north-1"));
}

#[test]
fn the_provider_awscc_goes_by_rule() {
    let values = json!({ "db_instance_identifier": "orders", "allocated_storage": "20", "storage_encrypted": false, "publicly_accessible": true,
        "enable_iam_database_authentication": true, "tags": [{ "key": "Team", "value": "a" }] });
    let role = json!({ "role_name": "app", "assume_role_policy_document": "{\"Statement\":[]}", "policies": [{ "policy_name": "p", "policy_document": "{\"Statement\":[]}" }] });
    let declaration = declare(&plan(&[
        make("awscc_rds_db_instance", "d", values, json!({ "id": true, "kms_key_id": true, "vpc_security_groups": true }), json!({})),
        make("awscc_iam_role", "r", role, json!({}), json!({})),
        make("awscc_ec2_vpc", "v", json!({ "cidr_block": "10.0.0.0/16" }), json!({ "id": true, "vpc_id": true }), json!({})),
    ]));
    let database = find(&declaration, "awscc_rds_db_instance.d");
    assert_eq!(
        (database.type_name.as_str(), database.id.as_str(), database.region.as_str()),
        ("AWS::RDS::DBInstance", "orders", "eu-west-1")
    );
    assert_eq!(
        Value::Object(database.properties.clone()),
        json!({ "DBInstanceIdentifier": "orders", "AllocatedStorage": "20", "StorageEncrypted": false,
        "PubliclyAccessible": true, "EnableIAMDatabaseAuthentication": true, "Tags": [{ "Key": "Team", "Value": "a" }] })
    );
    let role = find(&declaration, "awscc_iam_role.r");
    assert_eq!(
        (role.id.as_str(), role.region.as_str(), &role.properties["AssumeRolePolicyDocument"]),
        ("app", "global", &json!({ "Statement": [] }))
    );
    assert_eq!(find(&declaration, "awscc_ec2_vpc.v").id, "awscc_ec2_vpc.v");
}

#[test]
fn a_policy_document_that_is_made_at_apply_is_known_as_far_as_its_blocks_are() {
    let bucket = make("aws_s3_bucket", "b", json!({ "bucket": "b" }), json!({ "id": true, "arn": true }), json!({}));
    let policy = |expression: Value| {
        let unknown = json!({ "id": true, "bucket": true, "policy": true });
        let expressions = json!({ "bucket": refers(&["aws_s3_bucket.b.id", "aws_s3_bucket.b"]), "policy": expression });
        make("aws_s3_bucket_policy", "b", json!({}), unknown, expressions)
    };
    let data = json!({ "type": "aws_iam_policy_document", "name": "d", "actions": ["read"], "values": { "version": null, "policy_id": null,
        "source_policy_documents": null, "statement": [
            { "sid": "Open", "effect": null, "actions": ["s3:GetObject"], "not_actions": null, "principals": [{ "type": "AWS", "identifiers": ["*"] }], "not_principals": [], "condition": [] },
            { "sid": "Tls", "effect": "Deny", "actions": ["s3:*"], "resources": ["*"], "principals": [{ "type": "*", "identifiers": ["*"] }],
              "condition": [{ "test": "Bool", "variable": "aws:SecureTransport", "values": ["false"] }, { "test": "Bool", "variable": "aws:ViaAWSService", "values": ["false"] }] },
        ] }, "unknown": { "json": true, "statement": [{ "resources": true }, {}] } });
    let mut document = plan(&[bucket, policy(refers(&["data.aws_iam_policy_document.d.json", "data.aws_iam_policy_document.d"])), data]);
    document["resource_changes"][2]["address"] = json!("data.aws_iam_policy_document.d");
    document["resource_changes"][2]["mode"] = json!("data");
    let blocks = document["configuration"]["root_module"]["resources"].as_array_mut().unwrap();
    let block = blocks.iter_mut().find(|block| block["type"] == "aws_iam_policy_document").unwrap();
    block["address"] = json!("data.aws_iam_policy_document.d");
    block["expressions"] = json!({ "statement": [
        { "sid": { "constant_value": "Open" }, "resources": refers(&["aws_s3_bucket.b.arn", "aws_s3_bucket.b"]) },
        { "sid": { "constant_value": "Tls" } },
    ] });
    let declaration = declare(&document);
    let found = find(&declaration, "aws_s3_bucket_policy.b");
    assert_eq!(
        found.properties["PolicyDocument"],
        json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Open", "Effect": "Allow", "Action": ["s3:GetObject"], "Principal": { "AWS": ["*"] } },
        { "Sid": "Tls", "Effect": "Deny", "Action": ["s3:*"], "Resource": ["*"], "Principal": "*",
          "Condition": { "Bool": { "aws:SecureTransport": ["false"], "aws:ViaAWSService": ["false"] } } },
    ] })
    );
    assert_eq!(gaps(found), [("/PolicyDocument/Statement/0/Resource", "`statement[0].resources` is known only after apply")]);
    assert_eq!(declaration.resources.len(), 2);
    // One that is made of others is unknown.
    document["resource_changes"][2]["change"]["after"]["source_policy_documents"] = json!(["{}"]);
    let declaration = declare(&document);
    assert_eq!(gaps(find(&declaration, "aws_s3_bucket_policy.b")), [("/PolicyDocument", "`policy` is known only after apply")]);
}

#[test]
fn a_state_alone_is_read_as_what_is_there() {
    let state = json!({ "format_version": "1.0", "values": { "root_module": {
        "resources": [
            { "address": "data.aws_region.here", "mode": "data", "type": "aws_region", "name": "here", "values": {} },
            { "address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b", "values": { "id": "b", "bucket": "b", "arn": "arn:aws:s3:::b" } },
        ],
        "child_modules": [{ "address": "module.m", "resources": [
            { "address": "module.m.aws_s3_bucket_versioning.b", "mode": "managed", "type": "aws_s3_bucket_versioning", "name": "b",
              "values": { "bucket": "b", "versioning_configuration": [{ "status": "Suspended" }] } } ] }],
    } } });
    let declaration = declare(&state);
    let bucket = only(&declaration);
    assert_eq!((bucket.id.as_str(), bucket.arn.as_deref()), ("b", Some("arn:aws:s3:::b")));
    assert_eq!(bucket.properties["VersioningConfiguration"], json!({ "Status": "Suspended" }));
}

#[test]
fn plans_are_told_by_what_is_in_them() {
    for text in [
        "\u{feff}{\"format_version\":\"1.2\",\"planned_values\":{}}",
        "{\"resource_changes\":[],\"format_version\":\"1.2\"}",
        "{\"format_version\":\"1.0\",\"values\":{}}",
        // Cut short: it is a plan still, and the error says where it ends.
        "{ \"format_version\": \"1.2\", \"planned_values\": {",
    ] {
        assert!(is_plan(text.as_bytes()), "{text}");
    }
    for text in ["{}", "[]", "", "{\"Resources\":{}}", "{\"format_version\":\"1.2\"}", "format_version: 1", "{\"planned_values\":{}}"] {
        assert!(!is_plan(text.as_bytes()), "{text}");
    }
}

#[test]
fn what_is_no_plan_is_told_with_its_place() {
    let error = |text: &[u8]| read("p.json", text, &target()).unwrap_err();
    let cut = error(b"{\"format_version\": \"1.2\",\n  \"resource_changes\": [");
    assert_eq!(cut.to_string(), "p.json:2:23: is no plan as `terraform show -json` writes it: EOF while parsing a list");
    let wrong = error(b"{\"format_version\": \"1.2\",\n  \"resource_changes\": 1}");
    assert_eq!(wrong.at, Some(Position { line: 2, column: 23 }));
    assert!(error(b"{\"format_version\": \"\xff\"}").at.is_some());
    let deep = [b"{\"format_version\":\"1.2\",\"configuration\":".as_slice(), "[".repeat(100_000).as_bytes()].concat();
    assert!(error(&deep).to_string().contains("recursion limit"), "{}", error(&deep));
    let failed = error(b"{\"format_version\":\"1.2\",\"resource_changes\":[],\"errored\":true}");
    assert_eq!(
        failed.to_string(),
        "p.json: the plan failed, so that it is not whole; mend what `terraform plan` complains of and write it again"
    );
}

#[test]
fn values_of_the_wrong_type_are_gaps() {
    let wrong = json!({ "identifier": "d", "storage_encrypted": "perhaps", "backup_retention_period": [1, 2], "engine": {}, "multi_az": [true], "tags": "no" });
    let declaration = declare(&plan(&[make("aws_db_instance", "d", wrong, json!({}), json!({}))]));
    let database = only(&declaration);
    assert_eq!(database.properties["MultiAZ"], json!(true));
    let found: Vec<(&str, HandlerErrorCode)> = database.gaps.iter().map(|gap| (gap.pointer.as_str(), gap.cause.code)).collect();
    let malformed = HandlerErrorCode::MalformedAnswer;
    assert_eq!(
        found,
        [("/Engine", malformed), ("/StorageEncrypted", malformed), ("/Tags", malformed), ("/BackupRetentionPeriod", malformed)]
    );
    assert!(departures(database).is_empty());
}

#[test]
fn places_are_those_of_the_blocks() {
    let folder = Path::new(ROOT).join("examples/terraform");
    let text = fs::read(folder.join("plan.json")).unwrap();
    let declaration = read_beside("examples/terraform/plan.json", &text, &target(), &folder).unwrap();
    let place = |address: &str, pointer: &str| {
        let declared = declaration.resources.iter().find(|declared| declared.origin.address == address).unwrap();
        let location = declared.origin.locate(pointer);
        let file = Path::new(&location.file).strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&location.file).unwrap();
        let (start, end) = (location.span.start, location.span.end);
        let line = text.lines().nth(start.line - 1).unwrap();
        assert_eq!(start.line, end.line);
        (file, line[start.column - 1..end.column - 1].to_owned())
    };
    let main = |text: &str| ("main.tf".to_owned(), text.to_owned());
    assert_eq!(place("aws_db_instance.orders", "/StorageEncrypted"), main("storage_encrypted                   = false"));
    assert_eq!(place("aws_db_instance.orders", "/MultiAZ"), main("resource \"aws_db_instance\" \"orders\""));
    // Of several blocks, that with the values.
    assert_eq!(place("aws_security_group.balancer", "/SecurityGroupIngress/0/FromPort"), main("from_port   = 22"));
    assert_eq!(place("aws_security_group.balancer", "/SecurityGroupIngress/1/FromPort"), main("from_port   = 443"));
    // A part is where it is written.
    assert_eq!(place("aws_s3_bucket.orders", "/PublicAccessBlockConfiguration/BlockPublicPolicy"), main("block_public_policy     = false"));
    assert_eq!(place("aws_ecr_repository.shop", "/ImageScanningConfiguration/ScanOnPush"), main("scan_on_push = false"));
    // Of a value of many lines, its name.
    assert_eq!(place("aws_iam_role.deploy", "/AssumeRolePolicyDocument/Statement/0"), main("assume_role_policy"));
    let inside = place("module.network.aws_subnet.this[1]", "/VpcId");
    assert_eq!(inside, ("modules/network/main.tf".to_owned(), "vpc_id            = aws_vpc.this.id".to_owned()));
    let remarks: Vec<&Value> =
        declaration.resources.iter().flat_map(|declared| &declared.origin.remarks).map(|(_, remark)| remark).collect();
    assert_eq!(remarks, [&json!("what is logged is worth no history")]);
    assert!(declaration.skipped.iter().all(|skipped| skipped.location.file.ends_with("main.tf")));
}

#[test]
fn what_is_planted_in_the_example_is_found() {
    let text = fs::read(Path::new(ROOT).join("examples/terraform/plan.json")).unwrap();
    let declaration = read("plan.json", &text, &target()).unwrap();
    let facts: AccountFacts = serde_json::from_value(json!({ "id": "111122223333", "status": "ACTIVE", "management": false })).unwrap();
    let mut world = World {
        read_at: "2026-01-05T08:00:00Z".to_owned(),
        caller: "111122223333".to_owned(),
        accounts: BTreeMap::from([("111122223333".to_owned(), facts)]),
        resources: declaration.resources.into_iter().map(|declared| declared.resource).collect(),
        ..World::default()
    };
    world.sort();
    let judgement = judge(&(&world).into(), &policy::shipped().unwrap(), Options { keep_passes: false, workers: 1, watch: None }).unwrap();
    let findings = judgement.findings.to_vec().unwrap();
    let of = |wanted: Verdict| -> BTreeSet<String> {
        let found = findings.iter().filter(|finding| finding.verdict == wanted);
        found.map(|finding| format!("{}: {}", finding.policy, finding.resource.id)).collect()
    };
    insta::assert_debug_snapshot!("example", of(Verdict::Fail));
    assert_eq!(of(Verdict::Unknown), BTreeSet::new());
}

#[test]
fn remarks_are_comments_of_the_block_and_no_texts() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# innovate: of nothing\n\n// innovate: above\n# more\nresource \"aws_s3_bucket\" \"b\" { # innovate: beside\n  bucket = \"# innovate: text\"\n  tags = {\n    a = <<-END\n      # innovate: document\n    END\n  }\n  # innovate: inside\n}\n# innovate: below\n";
    fs::write(folder.path().join("main.tf"), text).unwrap();
    fs::write(folder.path().join("broken.tf"), "resource \"aws_s3_bucket\" {{{").unwrap();
    fs::write(folder.path().join("deep.tf"), format!("locals {{ a = {} }}", "[".repeat(100_000))).unwrap();
    let plan = plan(&[make("aws_s3_bucket", "b", json!({ "bucket": "b" }), json!({}), json!({}))]);
    let declaration = read_beside("plan.json", plan.to_string().as_bytes(), &target(), folder.path()).unwrap();
    let remarks: Vec<(usize, &str)> =
        declaration.resources[0].origin.remarks.iter().map(|(span, remark)| (span.start.line, remark.as_str().unwrap())).collect();
    assert_eq!(remarks, [(3, "above"), (5, "beside"), (12, "inside")]);
}

/// Any JSON.
fn anything() -> impl Strategy<Value = Value> {
    let single = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z*:/.{}\\[\\]\"]{0,12}".prop_map(Value::from),
        Just(json!({ "references": ["aws_vpc.main.id", "aws_vpc.main"] })),
    ];
    single.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4).prop_map(|map| map.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// The pointers of all values in it.
fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, item)| {
            pointers(item, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(number, item)| pointers(item, format!("{at}/{number}"), found)),
        _ => {}
    }
    found.push(at);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_plan_with_anything_in_it_is_read_or_refused_and_fits_the_schemas(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..6),
    ) {
        let fixtures: Vec<&Value> = FIXTURES.values().collect();
        let mut document = plan(fixtures[which.index(fixtures.len())]["resources"].as_array().unwrap());
        let mut places = Vec::new();
        pointers(&document, String::new(), &mut places);
        for (place, value) in changes {
            if let Some(found) = document.pointer_mut(&places[place.index(places.len())]) {
                *found = value;
            }
        }
        if let Ok(declaration) = read("plan.json", document.to_string().as_bytes(), &target()) {
            for declared in declaration.resources {
                prop_assert_eq!(departures(&declared.resource), Vec::<String>::new(), "{:?}", declared.resource);
            }
        }
    }

    #[test]
    fn nothing_sensitive_is_told(which in any::<prop::sample::Index>()) {
        let fixtures: Vec<&Value> = FIXTURES.values().collect();
        let mut resources = fixtures[which.index(fixtures.len())]["resources"].as_array().unwrap().clone();
        fn hide(value: &mut Value) {
            match value {
                Value::String(text) => *text = "hunter2".to_owned(),
                Value::Array(items) => items.iter_mut().for_each(hide),
                Value::Object(object) => object.values_mut().for_each(hide),
                _ => {}
            }
        }
        for resource in &mut resources {
            hide(&mut resource["values"]);
            resource["sensitive"] = json!(true);
        }
        let declaration = declare(&plan(&resources));
        prop_assert!(!format!("{declaration:?}").contains("hunter2"), "{:?}", declaration);
    }
}
