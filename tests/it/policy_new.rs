//! `innovate policy new`: what it writes loads, and its examples hold.

use std::fs;

use innovate_model::Schemas;

use crate::command::Desk;

#[test]
fn a_new_policy_loads_and_holds_and_has_only_placeholders_to_replace() {
    let desk = Desk::new();
    let run = |arguments: &[&str]| {
        let output = desk.run(&[&["policy"], arguments].concat());
        (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
    };
    for (id, type_name) in [
        ("mine.disk.volume_alone", "AWS::EC2::Volume"),
        ("mine.role_without_words", "AWS::IAM::Role"),
        ("mine.queue.key", "AWS::KMS::Key"),
        ("mine.bucket", "AWS::S3::Bucket"),
    ] {
        let (code, said) = run(&["new", id, "--type", type_name, "--folder", "own"]);
        assert_eq!(code, Some(0), "{said}");
        let file = format!("own/{}", id.replace('.', "/"));
        for end in ["rego", "yaml"] {
            assert!(said.contains(&format!("wrote `{file}.{end}`")), "{said}");
        }
        let (code, said) = run(&["new", id, "--folder", "own"]);
        assert!(code == Some(2) && said.contains(&format!("`{file}.rego` is there already")), "{said}");
    }
    let (code, said) = run(&["test", "--folder", "own", "--fail-under", "100"]);
    assert!(code == Some(0) && said.ends_with("4 policies, 8 cases, 0 unit tests, 0 failures\n"), "{said}");
    let (code, said) = run(&["lint", "--folder", "own"]);
    // Whether a handler fills the property that a policy begins with, only a build with handlers can tell.
    let is_expected = |line: &&str| line.ends_with("[placeholder]") || line.ends_with("[unfilled-property]");
    let others: Vec<&str> = said.lines().filter(|line| !is_expected(line)).collect();
    assert!(code == Some(3) && others.len() == 1 && others[0].starts_with("4 policies, "), "{said}");
    assert_eq!(said.matches("[placeholder]").count(), 24);
    insta::assert_snapshot!("policy_new", fs::read_to_string(desk.path("own/mine/disk/volume_alone.rego")).unwrap());
    insta::assert_snapshot!("policy_new_examples", fs::read_to_string(desk.path("own/mine/disk/volume_alone.yaml")).unwrap());

    for (arguments, expected) in [
        (["Mine.Disk", "AWS::EC2::Volume"], "`Mine.Disk` is no id of a policy"),
        (["disk", "AWS::EC2::Volume"], "`disk` is no id of a policy"),
        (["lib.disk", "AWS::EC2::Volume"], "`lib.disk` is no id of a policy"),
        (["mine...disk", "AWS::EC2::Volume"], "is no id of a policy"),
        (["mine.disk", "AWS::EC2::Volum"], "did you mean `AWS::EC2::Volume`?"),
    ] {
        let (code, said) = run(&["new", arguments[0], "--type", arguments[1]]);
        assert!(code == Some(2) && said.contains(expected), "{said}");
    }
}

/// Whatever the type, what is written holds, or it is said that there is nothing to begin with.
#[test]
fn a_policy_can_be_begun_for_nearly_every_type() {
    let desk = Desk::new();
    let types = Schemas::vendored().types();
    let mut written = 0;
    for (number, type_name) in types.iter().enumerate() {
        let output = desk.run(&["policy", "new", &format!("mine.type_{number}"), "--type", type_name]);
        if output.status.code() == Some(0) {
            written += 1;
        } else {
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(
                output.status.code() == Some(2) && said.contains("has no property that a policy could begin with"),
                "{type_name}: {said}"
            );
        }
    }
    assert!(written * 10 > types.len() * 8, "{written} of {}", types.len());
    let output = desk.run(&["policy", "test", "--folder", "policies"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, format!("{written} policies, {} cases, 0 unit tests, 0 failures\n", written * 2));
}
