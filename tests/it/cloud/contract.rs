//! The contract of handlers, held for every registered type.

use std::collections::BTreeSet;

use innovate_model::{Definition, Resource, Schema, Schemas};
use serde_json::{Value, json};

use super::{SEEDED, Stage, WHOLE};

fn check(hold: impl Fn(&Definition, &Schema) -> Vec<String>) {
    let definitions = innovate_aws::definitions();
    assert!(definitions.len() > 70, "{} types", definitions.len());
    let problems: Vec<String> = definitions
        .iter()
        .flat_map(|definition| {
            let schema = Schemas::vendored().get(definition.type_name).unwrap();
            hold(definition, schema).into_iter().map(|problem| format!("{}: {problem}", definition.type_name))
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn of_type(definition: &Definition) -> impl Iterator<Item = &'static Resource> {
    WHOLE.0.resources.iter().filter(|resource| resource.type_name == definition.type_name)
}

#[test]
fn every_operation_declares_its_iam_action_and_properties_of_the_schema() {
    check(|definition, schema| {
        let names: BTreeSet<&str> = schema.root().names().into_iter().collect();
        let mut problems = Vec::new();
        for facet in definition.facets() {
            let well_formed = facet.action.split_once(':').is_some_and(|(service, action)| {
                service.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit()) && action.starts_with(char::is_uppercase)
            });
            if !well_formed {
                problems.push(format!("`{}` is no IAM action", facet.action));
            }
            problems.extend(facet.properties.iter().filter(|name| !names.contains(**name)).map(|name| format!("no property `{name}`")));
        }
        problems
    });
}

#[test]
fn what_was_made_is_listed_and_read_back_in_the_form_of_the_schema() {
    check(|definition, schema| {
        let mut problems = Vec::new();
        if of_type(definition).next().is_none() {
            problems.push("none was read".to_owned());
        }
        for resource in of_type(definition) {
            let violations = schema.root().violations(&Value::Object(resource.properties.clone()));
            problems.extend(violations.into_iter().map(|violation| format!("{}: {violation}", resource.id)));
            // A part that the resource does not have, such as the set identifier of a simple record, is left out.
            let parts = schema.primary_identifier();
            let id: Vec<String> = parts.iter().filter_map(|part| resource.properties.get(*part)).map(text).collect();
            if id.join("|") != resource.id {
                problems.push(format!("the id is `{}`, the properties say `{}`", resource.id, id.join("|")));
            }
        }
        problems
    });
    for made in SEEDED["made"].as_array().unwrap() {
        let word = |name: &str| made[name].as_str().unwrap();
        let order = (word("account"), word("region"), word("type"), word("id"));
        let resource = WHOLE.0.resources.iter().find(|resource| resource.order() == order).unwrap_or_else(|| panic!("not read: {made}"));
        for (name, value) in made["properties"].as_object().unwrap() {
            let read = resource.properties.get(name).unwrap_or(&Value::Null);
            assert!(holds(read, value), "{order:?}: {name} is {read}, was made as {value}");
        }
    }
    let made: BTreeSet<&str> = SEEDED["made"].as_array().unwrap().iter().filter_map(|made| made["type"].as_str()).collect();
    check(|definition, _| {
        (!made.contains(definition.type_name)).then(|| "the seed says of none what it made".to_owned()).into_iter().collect()
    });
}

/// Whether `read` has all that was asked for; AWS adds what it decides itself.
fn holds(read: &Value, asked: &Value) -> bool {
    match (read, asked) {
        (Value::Object(read), Value::Object(asked)) => {
            asked.iter().all(|(name, asked)| read.get(name).is_some_and(|read| holds(read, asked)))
        }
        (Value::Array(read), Value::Array(asked)) => {
            read.len() == asked.len() && read.iter().zip(asked).all(|(read, asked)| holds(read, asked))
        }
        _ => read == asked,
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

#[test]
fn nothing_is_filled_that_no_facet_declares() {
    check(|definition, _| {
        let declared: BTreeSet<&str> = definition.facets().flat_map(|facet| facet.properties.iter().copied()).collect();
        let filled: BTreeSet<&str> = of_type(definition).flat_map(|resource| resource.properties.keys()).map(String::as_str).collect();
        filled.difference(&declared).map(|name| format!("`{name}` would not be a gap where its call is denied")).collect()
    });
}

#[test]
fn every_page_is_read() {
    let world = Stage::open("pages", &json!({ "page": 1 })).read();
    let whole: Vec<_> = WHOLE.0.resources.iter().map(Resource::order).collect();
    let paged: Vec<_> = world.resources.iter().map(Resource::order).collect();
    assert_eq!(paged, whole);
    assert_eq!(world, WHOLE.0);
}

#[test]
fn what_stood_on_the_pages_before_a_denied_one_is_kept_and_the_rest_is_unread() {
    let rule = json!({ "fault": "denied", "action": "ec2:DescribeVolumes", "later_pages": true });
    let world = Stage::open("later", &json!({ "page": 1, "rules": [rule] })).read();
    let volumes = |of: &innovate_model::World| of.resources.iter().filter(|resource| resource.type_name == "AWS::EC2::Volume").count();
    assert!(volumes(&world) > 0 && volumes(&world) < volumes(&WHOLE.0), "{} of {}", volumes(&world), volumes(&WHOLE.0));
    assert!(world.unread.iter().any(|unread| unread.type_name == "AWS::EC2::Volume"));
}

#[test]
fn no_secret_is_read() {
    let world = serde_json::to_string(&WHOLE.0).unwrap();
    // As `SECRET` of `tests/cloud/seeding/place.py`, plain and in Base64: passwords, a secret's value, user data.
    for secret in ["Never-in-a-snapshot-1", "TmV2ZXItaW4tYS1zbmFwc2hvdC0x"] {
        assert!(!world.contains(secret));
    }
}
