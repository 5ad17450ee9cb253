//! The reports, held by snapshots, and the JSON by its published schema.

use innovate::engine::{Options, judge};
use innovate::policy::{self, Selection};
use innovate::report::{Format, Report, Style};
use innovate_model::{AccountFacts, Cause, HandlerErrorCode, Unread};
use serde_json::Value;

use crate::world::{PRODUCTION, organization};

fn render(format: Format) -> String {
    let mut world = organization();
    world.unread.push(Unread {
        account: PRODUCTION.to_owned(),
        region: "us-east-1".to_owned(),
        type_name: "AWS::EC2::Volume".to_owned(),
        cause: Cause {
            code: HandlerErrorCode::AccessDenied,
            action: Some("ec2:DescribeVolumes".to_owned()),
            message: "You are not authorized to perform this operation.".to_owned(),
        },
    });
    world.accounts.insert(
        "333333333333".to_owned(),
        AccountFacts { id: "333333333333".to_owned(), status: "ACTIVE".to_owned(), ..AccountFacts::default() },
    );
    world.unread.push(Unread {
        account: "333333333333".to_owned(),
        region: "*".to_owned(),
        type_name: "*".to_owned(),
        cause: Cause {
            code: HandlerErrorCode::AccessDenied,
            action: Some("sts:AssumeRole".to_owned()),
            message: "no such role".to_owned(),
        },
    });
    let ids = vec!["aws.ec2.volume_not_encrypted".to_owned()];
    let library = policy::shipped().unwrap().select(&Selection { ids, severity: None }).unwrap();
    let judgement = judge(&(&world).into(), &library, Options { keep_passes: true, workers: 1, watch: None }).unwrap();
    let style = Style { colour: false, width: Some(120) };
    let mut bytes = Vec::new();
    format
        .write(
            &Report { world: &world, library: &library, judgement: &judgement, frameworks: &[], calls: None, texts: None, style },
            &mut bytes,
        )
        .unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_table() {
    insta::assert_snapshot!(render(Format::Table));
}

#[test]
fn the_json() {
    insta::assert_snapshot!(render(Format::Json));
}

#[test]
fn the_json_fits_its_published_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/report.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut document: Value = serde_json::from_str(&render(Format::Json)).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    document["findings"][0]["verdict"] = Value::from("maybe");
    assert!(!validator.is_valid(&document), "the schema refuses a verdict that there is not");
}
