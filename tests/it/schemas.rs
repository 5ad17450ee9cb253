//! The vendored schemas.

use innovate_model::Schemas;
use serde_json::json;

#[test]
fn every_schema_parses_and_names_its_identifier() {
    let types = Schemas::vendored().types();
    assert!(types.len() > 80, "{} types", types.len());
    for name in types {
        let schema = Schemas::vendored().get(&name).unwrap();
        assert_eq!(schema.type_name(), name);
        assert!(!schema.primary_identifier().is_empty(), "{name}");
        for part in schema.primary_identifier() {
            let path: Vec<&str> = part.split('/').collect();
            assert!(schema.property(&path).is_some(), "{name}: {part}");
        }
    }
}

#[test]
fn violations_name_pointer_and_reason() {
    let schema = Schemas::vendored().get("AWS::EC2::Volume").unwrap();
    assert_eq!(schema.root().violations(&json!({ "Encrypted": true, "Size": 8, "AvailabilityZone": "eu-west-1a" })), Vec::<String>::new());
    assert_eq!(
        schema.root().violations(&json!({ "Encrypted": "yes", "Sise": 8, "AvailabilityZone": "eu-west-1a" })),
        ["`/Encrypted` is a string but the schema says boolean", "`/Sise` is not in the schema"]
    );
}

#[test]
fn an_unknown_type_gets_the_nearest_one() {
    let error = Schemas::vendored().get("AWS::EC2::Volum").unwrap_err();
    assert_eq!(error.to_string(), "no schema for resource type `AWS::EC2::Volum`; did you mean `AWS::EC2::Volume`?");
}
