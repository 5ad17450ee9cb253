//! Reports that go to object storage.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::{SEEDED, Stage};

/// An account and a bucket of it that has no policy: moto takes every denial for one without conditions.
fn place() -> (String, String) {
    let made = SEEDED["made"].as_array().unwrap();
    let text = |made: &Value, name: &str| made[name].as_str().unwrap().to_owned();
    let policies: Vec<String> = made.iter().filter(|made| made["type"] == "AWS::S3::BucketPolicy").map(|made| text(made, "id")).collect();
    let free = made.iter().find(|made| made["type"] == "AWS::S3::Bucket" && !policies.contains(&text(made, "id"))).unwrap();
    (text(free, "account"), text(free, "id"))
}

/// The answer to a GET through the session, which is reached as a proxy.
fn got(stage: &Stage, path: &str) -> String {
    let mut stream = TcpStream::connect(stage.server.trim_start_matches("http://")).unwrap();
    let scope = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    let host = format!("{}.test", stage.name);
    write!(stream, "GET http://{host}/{path} HTTP/1.0\r\nHost: {host}\r\nAuthorization: {scope}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_report_goes_into_a_bucket_with_the_day_in_its_key() {
    let (account, bucket) = place();
    let stage = Stage::open("storage", &json!({ "account": account }));
    let output = format!("json=s3://{bucket}/reports/%Y/%m/%d/innovate.json");
    let run = stage.run(&["audit", "--snapshot", "examples/organization.snapshot", "-o", &output]);
    assert_eq!(run.status.code(), Some(3), "{}", String::from_utf8_lossy(&run.stderr));
    let actions: Vec<String> = stage.calls().into_iter().filter_map(|call| call.action).collect();
    assert!(actions.contains(&"s3:PutObject".to_owned()), "{actions:?}");

    let today = jiff::Timestamp::now().strftime("%Y/%m/%d").to_string();
    let answer = got(&stage, &format!("{bucket}/reports/{today}/innovate.json"));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains("content-type: application/json"), "{head}");
    let report: Value = serde_json::from_str(body).unwrap();
    assert_eq!(report["schema"], "innovate-report/1");
}

#[test]
fn a_report_that_object_storage_does_not_take_is_a_tool_error() {
    let denied = json!({ "rules": [{ "action": "s3:PutObject", "fault": "denied" }] });
    let stage = Stage::open("storage-denied", &denied);
    let output = format!("json=s3://{}/report.json", place().1);
    let run = stage.run(&["audit", "--snapshot", "examples/organization.snapshot", "-o", &output]);
    let message = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(1), "{message}");
    assert!(message.contains("cannot write `s3://") && message.contains("s3:PutObject"), "{message}");
}

#[test]
fn an_address_that_is_none_is_a_usage_error() {
    let stage = Stage::open("storage-address", &json!({}));
    for address in ["json=s3://", "json=s3://bucket", "json=s3:///key", "json=s3://bucket/%é"] {
        let run = stage.run(&["audit", "--snapshot", "examples/organization.snapshot", "-o", address]);
        assert_eq!(run.status.code(), Some(2), "{address}");
    }
    assert!(stage.calls().is_empty());
}
