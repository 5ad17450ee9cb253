//! `innovate check` on the command line: exit codes, what is found in folders, and what is shown of it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::command::{Desk, EXAMPLE, findings};

/// A bucket that a policy of this name denies.
const PLAIN: &str = "Resources:\n  Ledger:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: innovate-ledger\n";

const VERSIONED: &str = "aws.s3.bucket_not_versioned";

fn checked(desk: &Desk, code: i32, arguments: &[&str]) -> (String, String) {
    let output = desk.run(&[&["check"], arguments].concat());
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stdout}{stderr}");
    (stdout, stderr)
}

fn piped(text: &str, arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_innovate"))
        .env_clear()
        .args([&["check", "-"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_exit_code_says_what_was_found() {
    let desk = Desk::new();
    desk.write("bad.yaml", PLAIN);
    desk.write("good.yaml", PLAIN.to_owned() + "      VersioningConfiguration: { Status: Enabled }\n");
    desk.write(
        "perhaps.yaml",
        format!("Parameters: {{ S: {{ Type: String }} }}\n{PLAIN}      VersioningConfiguration: {{ Status: !Ref S }}\n"),
    );
    let policy = ["--policy", VERSIONED, "--fail-on", "info"];
    let code = |file: &str, more: &[&str], code: i32| checked(&desk, code, &[&[file], policy.as_slice(), more].concat());
    code("bad.yaml", &[], 3);
    code("bad.yaml", &["--fail-on", "never"], 2);
    checked(&desk, 0, &["bad.yaml", "--policy", VERSIONED, "--fail-on", "never"]);
    code("good.yaml", &[], 0);
    code("perhaps.yaml", &[], 4);
    code("perhaps.yaml", &["--require-complete"], 3);
    code("perhaps.yaml", &["--parameter", "S=Enabled"], 0);
    code("perhaps.yaml", &["--parameter", "S=Suspended"], 3);
    desk.write("parameters.json", "[{\"ParameterKey\": \"S\", \"ParameterValue\": \"Suspended\"}]");
    code("perhaps.yaml", &["--parameters", "parameters.json"], 3);
    code("perhaps.yaml", &["--parameters", "parameters.json", "--parameter", "S=Enabled"], 0);
}

#[test]
fn what_cannot_be_meant_is_a_usage_error() {
    let desk = Desk::new();
    desk.write("bad.yaml", PLAIN);
    desk.write("package.json", "{\"name\": \"app\", \"Resources\": 1}");
    fs::create_dir(desk.path("empty")).unwrap();
    desk.write("wrong.json", "[1]");
    desk.write("env.yaml", "Parameters: { E: { Type: String, AllowedValues: [a] } }\nResources: { B: { Type: AWS::S3::Bucket } }");
    for (arguments, said) in [
        (["empty"].as_slice(), "nothing to check in `empty`: 0 files of other kinds; name a template or its folder"),
        (&["nowhere.yaml"], "nowhere.yaml: is not there"),
        (&["bad.yaml", "--nonsense"], "--nonsense"),
        (&["bad.yaml", "--parameter", "x"], "`--parameter x` is not of the form `KEY=VALUE`"),
        (&["bad.yaml", "--parameters", "wrong.json"], "wrong.json:1:2: expected"),
        (&["bad.yaml", "--policy", "aws.nothing"], "aws.nothing"),
        (&[], "<PATH>"),
    ] {
        let (stdout, stderr) = checked(&desk, 2, arguments);
        assert!(stderr.contains(said) && stdout.is_empty(), "{arguments:?}: {stdout}{stderr}");
    }
    let (_, stderr) = checked(&desk, 1, &["env.yaml", "--parameter", "E=b"]);
    assert!(stderr.contains("env.yaml:1:49: parameter `E` is `b`; it must be one of a"), "{stderr}");
    let (_, stderr) = checked(&desk, 2, &["package.json"]);
    assert!(stderr.contains("package.json: is nothing that can be checked"), "{stderr}");
}

#[test]
fn a_broken_file_is_told_and_the_others_are_judged() {
    let desk = Desk::new();
    desk.write("bad.yaml", PLAIN);
    desk.write("broken.yaml", "Resources:\n  B: { Type: AWS::S3::Bucket, Properties: { BucketName: !Ref Nobody } }\n");
    desk.write("unclosed.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  B: \"\n");
    let (stdout, stderr) = checked(&desk, 1, &[".", "--policy", VERSIONED, "-o", "json"]);
    assert_eq!(findings(&stdout).len(), 1);
    assert!(stderr.contains("error: broken.yaml:2:57: `Nobody` is neither a parameter nor a resource of this template"), "{stderr}");
    assert!(stderr.contains("error: unclosed.yaml:3:"), "{stderr}");
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["findings"][0]["location"]["file"], "bad.yaml");
}

#[test]
fn standard_input_is_a_file() {
    let output = piped(PLAIN, &["--policy", VERSIONED, "--fail-on", "info", "-o", "json"]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["findings"][0]["location"]["file"], "<stdin>");
    assert_eq!(piped("", &[]).status.code(), Some(2));
}

#[test]
fn a_folder_is_searched_for_templates_alone() {
    let desk = Desk::new();
    desk.write(
        "stacks/main.yaml",
        format!("{PLAIN}  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{ TemplateURL: inner.json }}\n"),
    );
    desk.write("stacks/inner.json", "{\"Resources\": {\"Ledger\": {\"Type\": \"AWS::S3::Bucket\"}}}");
    desk.write(".gitignore", "ignored/\ncdk.out/\n");
    desk.write("ignored/old.yaml", PLAIN);
    desk.write("cdk.out/manifest.json", "{\"version\": \"48.0.0\", \"artifacts\": {\"App\": {\"type\": \"aws:cloudformation:stack\", \"environment\": \"aws://123456789012/eu-west-1\", \"properties\": {\"templateFile\": \"App.template.json\"}}}}");
    desk.write(
        "cdk.out/App.template.json",
        "{\"Resources\": {\"Logs\": {\"Type\": \"AWS::S3::Bucket\", \"Metadata\": {\"aws:cdk:path\": \"App/Logs/Resource\"}}}}",
    );
    desk.write("package.json", "{\"name\": \"app\", \"scripts\": {\"Resources\": \"echo\"}}");
    desk.write("docker-compose.yaml", "services:\n  web: { image: Resources }\n");
    desk.write(
        ".github/workflows/ci.yaml",
        "on: push\njobs:\n  Resources:\n    runs-on: x\n    steps: [{ run: \"echo ${{ github.sha }}\" }]\n",
    );
    desk.write(
        "chart/templates/deployment.yaml",
        "{{- if .Values.on }}\napiVersion: v1\nkind: ConfigMap\ndata:\n  Resources: {{ .Values.x }}\n{{- end }}\n",
    );
    desk.write("manifest.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { Resources: x }\n");
    let (stdout, stderr) = checked(&desk, 3, &[".", "--policy", VERSIONED, "--fail-on", "info", "-o", "json"]);
    assert_eq!(stderr, "");
    let mut found: Vec<String> = findings(&stdout)
        .iter()
        .map(|finding| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            [text(&finding["location"]["file"]), text(&finding["location"]["address"]), text(&finding["account"])].join(" ")
        })
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            "cdk.out/App.template.json App/Logs/Resource 123456789012",
            "stacks/inner.json Ledger 000000000000",
            "stacks/main.yaml Ledger 000000000000"
        ]
    );
}

#[test]
fn a_snapshot_is_the_world_that_the_files_change() {
    let desk = Desk::new();
    let file = desk.write(
        "database.yaml",
        "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties: { DBInstanceIdentifier: planned, Engine: postgres, EngineVersion: \"16.4\", DBParameterGroupName: no-tls }\n",
    );
    let tls = ["--policy", "aws.rds.tls_not_required", "-o", "json", "--fail-on", "info"];
    let audit: Value = serde_json::from_str(&desk.audit(3, &tls)).unwrap();
    let weak = audit["findings"].as_array().unwrap().iter().find(|finding| finding["resource"]["id"] == "weak").unwrap();
    let (account, region) = (weak["account"].as_str().unwrap(), weak["region"].as_str().unwrap());
    let (changed, _) =
        checked(&desk, 3, &[&[file.as_str(), "--snapshot", EXAMPLE, "--account-id", account, "--region", region], tls.as_slice()].concat());
    let found = findings(&changed);
    assert_eq!(found.len(), 1, "what is there already is not judged: {changed}");
    let message = weak["message"].as_str().unwrap().replace("`weak`", "`planned`");
    assert_eq!((&found[0]["verdict"], &found[0]["message"]), (&Value::from("fail"), &Value::from(message)));
}

#[test]
fn the_text_shows_the_lines() {
    let desk = Desk::new();
    desk.write(
        "stack.yaml",
        "\u{feff}# 日本語\tand a tab\r\nResources:\r\n  Wide: # 漢字\r\n    Type: AWS::S3::Bucket\r\n    Properties: { BucketName: wide, VersioningConfiguration: { Status: Suspended } } #\tt\r\n  Long:\r\n    Type: AWS::S3::Bucket\r\n    Properties:\r\n      BucketName: >-\r\n        long\r\n      VersioningConfiguration:\r\n        Status:\r\n          Suspended\r\n  Table: { Type: AWS::DynamoDB::Table }\r\n",
    );
    let (stdout, _) = checked(&desk, 3, &["stack.yaml", "--policy", VERSIONED, "--fail-on", "info"]);
    insta::assert_snapshot!(stdout);
}

#[test]
fn secrets_are_in_no_report() {
    let desk = Desk::new();
    desk.write(
        "secret.yaml",
        concat!(
            "Parameters:\n  Password:\n    Type: String\n    NoEcho: true\n    Default: hunter2default\n  Plain: { Type: String }\n\n\n",
            "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      DBInstanceIdentifier: main\n      Engine: postgres\n\n",
            "      MasterUserPassword: !Ref Password\n\n      MasterUsername: !Ref Plain\n\n      PubliclyAccessible: !Ref Plain\n\n",
            "      Tags: [{ Key: k, Value: !Sub \"x-${Password}\" }, { Key: l, Value: !Ref Plain }]\n"
        ),
    );
    desk.write("parameters.json", "{\"Plain\": \"{{resolve:secretsmanager:hunter2dynamic}}\"}");
    for format in
        ["text", "table", "json", "sarif", "junit", "gitlab-code-quality", "gitlab-sast", "github", "ocsf", "asff", "csv", "markdown"]
    {
        let output = desk.run(&[
            "check",
            "secret.yaml",
            "--parameter",
            "Password=hunter2given",
            "--parameters",
            "parameters.json",
            "-o",
            format,
            "--show-passes",
        ]);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!said.contains("unexpected value") && !said.contains("invalid value"), "{format}: {said}");
        assert!(said.len() > 20 && !said.contains("hunter2"), "{format}: {said}");
    }
}

#[test]
fn the_json_fits_its_published_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/report.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let desk = Desk::new();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cloudformation");
    desk.write("broken.yaml", "Resources: [1]\nAWSTemplateFormatVersion: 2010-09-09\n");
    let (stdout, _) = checked(&desk, 1, &[examples.to_str().unwrap(), "broken.yaml", "-o", "json", "--show-passes"]);
    let document: Value = serde_json::from_str(&stdout).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn the_example_has_the_defects_that_it_says() {
    let desk = Desk::new();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cloudformation");
    let (stdout, stderr) = checked(&desk, 3, &[examples.to_str().unwrap(), "-o", "json"]);
    assert_eq!(stderr, "");
    let found = findings(&stdout);
    let mut planted = 0;
    for file in ["network.yaml", "database.yaml", "storage.yaml"] {
        let text = fs::read_to_string(examples.join(file)).unwrap();
        for (line, policy) in text.lines().enumerate().filter_map(|(line, text)| Some((line + 1, text.split_once("# fails: ")?.1.trim()))) {
            planted += 1;
            let is_it = |finding: &&Value| {
                let at = &finding["location"];
                finding["policy"] == policy
                    && finding["verdict"] == "fail"
                    && at["file"].as_str().unwrap().ends_with(file)
                    && at["start"]["line"] == line
            };
            assert!(found.iter().any(|finding| is_it(&finding)), "{file}:{line}: {policy} is not found: {found:#?}");
        }
    }
    assert!(planted >= 10, "{planted} defects are planted");
}

/// The verdict on whether the database takes connections without TLS.
fn tls(desk: &Desk, code: i32, arguments: &[&str]) -> String {
    let policy = ["--policy", "aws.rds.tls_not_required", "--fail-on", "info", "--show-passes", "-o", "json"];
    let (report, _) = checked(desk, code, &[arguments, &policy].concat());
    let found = findings(&report);
    assert_eq!(found.len(), 1, "{report}");
    found[0]["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_named_and_not_declared_is_unknown_not_absent() {
    let desk = Desk::new();
    let database = |group: &str| {
        format!(
            "Resources:\n  Database:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: postgres\n      EngineVersion: \"14.2\"\n      \
             DBParameterGroupName: {group}\n      DBSubnetGroupName: elsewhere\n"
        )
    };
    desk.write("database.yaml", database("orders-pg14"));
    assert_eq!(tls(&desk, 4, &["database.yaml"]), "unknown");
    let (text, _) = checked(&desk, 4, &["database.yaml", "--policy", "aws.rds.tls_not_required"]);
    assert!(
        text.contains("no file declares the AWS::RDS::DBParameterGroup `orders-pg14`; `--snapshot` brings what is there already"),
        "{text}"
    );
    assert!(text.contains("database.yaml:7:7"), "{text}");

    let group = |force: u8| {
        format!(
            "Resources:\n  Group:\n    Type: AWS::RDS::DBParameterGroup\n    Properties:\n      DBParameterGroupName: orders-pg14\n      Family: postgres14\n      \
             Description: orders\n      Parameters: {{ rds.force_ssl: {force} }}\n"
        )
    };
    desk.write("group.yaml", group(0));
    assert_eq!(tls(&desk, 3, &["database.yaml", "group.yaml"]), "fail");
    desk.write("group.yaml", group(1));
    assert_eq!(tls(&desk, 0, &["database.yaml", "group.yaml"]), "pass", "what else is named elsewhere does not matter to the policy");

    desk.write("database.yaml", database("default.postgres14"));
    assert_eq!(tls(&desk, 3, &["database.yaml"]), "fail", "everybody knows the default group");
}

#[test]
fn facts_of_the_account_are_unknown_until_they_are_given() {
    let desk = Desk::new();
    desk.write(
        "database.yaml",
        "Resources:\n  Database:\n    Type: AWS::RDS::DBInstance\n    Properties: { Engine: postgres, DBInstanceClass: db.t4g.medium }\n",
    );
    let policy = ["database.yaml", "--policy", "aws.rds.not_multi_az", "--fail-on", "info"];
    let code = |more: &[&str], code: i32| checked(&desk, code, &[policy.as_slice(), more].concat()).0;
    assert!(code(&[], 4).contains("give `--account-name`, or `--snapshot`"));
    code(&["--account-name", "production"], 3);
    code(&["--account-name", "sandbox"], 0);
}

#[test]
fn the_page_tells_what_was_not_judged() {
    let desk = Desk::new();
    desk.write("good.yaml", PLAIN.to_owned() + "  Function:\n    Type: AWS::Lambda::Function\n");
    desk.write("bad.yaml", "Resources:\n  A: [\n");
    checked(&desk, 1, &["good.yaml", "bad.yaml", "-o", "html=page.html"]);
    let page = fs::read_to_string(desk.path("page.html")).unwrap();
    assert!(page.contains("Files that could not be read") && page.contains("bad.yaml:"), "the broken file");
    assert!(page.contains("1 file could not be read"), "in the banner");
    assert!(page.contains("AWS::Lambda::Function Function"), "what no policy judges");
}

#[test]
fn what_hangs_on_a_condition_puts_nothing_else_in_doubt() {
    let desk = Desk::new();
    let open = "Resources:\n  Open:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: web\n      SecurityGroupIngress:\n        \
                - { IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0 }\n";
    let conditional = "Parameters: { P: { Type: String } }\nConditions: { C: !Equals [!Ref P, x] }\n";
    let rule = |group: &str| {
        format!(
            "  Rule:\n    Type: AWS::EC2::SecurityGroupIngress\n    Condition: C\n    Properties: {{ GroupId: {group}, IpProtocol: tcp, FromPort: 22, ToPort: 22, \
             CidrIp: 0.0.0.0/0 }}\n"
        )
    };
    let closed = "  Closed:\n    Type: AWS::EC2::SecurityGroup\n    Properties: { GroupDescription: app }\n";
    let policy = ["--policy", "aws.ec2.security_group_ssh_from_internet", "-o", "json"];
    let verdicts = |file: &str, code: i32| {
        let (report, _) = checked(&desk, code, &[&[file], policy.as_slice()].concat());
        let said = |finding: &Value| format!("{} {}", finding["resource"]["id"].as_str().unwrap(), finding["verdict"].as_str().unwrap());
        let groups = findings(&report).into_iter().filter(|finding| finding["resource"]["type"] == "AWS::EC2::SecurityGroup");
        groups.map(|finding| said(&finding)).collect::<Vec<String>>()
    };
    desk.write("certain.yaml", format!("{conditional}{open}{}", rule("sg-1")));
    assert_eq!(verdicts("certain.yaml", 3), ["Open fail"]);
    desk.write("doubt.yaml", format!("{conditional}{open}{closed}{}", rule("!Ref Closed")));
    assert_eq!(verdicts("doubt.yaml", 3), ["Open fail", "Closed unknown"]);
}

#[test]
fn what_git_tracks_is_checked_whatever_is_ignored() {
    let desk = Desk::new();
    desk.write("stack/bad.yaml", PLAIN);
    desk.write(".ignore", "stack\n");
    let policy = ["--policy", VERSIONED, "--fail-on", "medium"];
    let check = |code: i32, more: &[&str]| checked(&desk, code, &[&["."], policy.as_slice(), more].concat());
    check(3, &[]);
    desk.write(".gitignore", "stack/\n");
    check(2, &[]);
    for arguments in [["init", "--quiet"].as_slice(), &["add", "--force", "stack/bad.yaml"]] {
        assert!(Command::new("git").current_dir(desk.path("")).args(arguments).status().unwrap().success());
    }
    check(3, &[]);
    check(2, &["--exclude", "stack/"]);
}

#[test]
fn a_broken_file_of_a_folder_is_named() {
    for (name, text) in [
        ("cut.json", "{\"Resources\": {\"V\": {\"Type\": \"AWS::EC2::Volume\"}"),
        ("plan.json", "{\"format_version\": \"1.2\", \"planned_values\": {\"root_module\": {"),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: { name: \"a }\n"),
        ("comment.yaml", "Resources: # all\n  V: { Type: AWS::EC2::Volume\n"),
        ("two.yaml", "Resources: { V: { Type: AWS::EC2::Volume } }\n---\nResources: { V: { Type: AWS::EC2::Volume } }\n"),
    ] {
        let desk = Desk::new();
        desk.write("good.yaml", PLAIN);
        desk.write(name, text);
        let (said, errors) = checked(&desk, 1, &[".", "--fail-on", "never"]);
        assert!(errors.contains(&format!("error: {name}")), "{name}: {errors}");
        assert!(said.contains("Ledger"), "{name}: the good one is judged");
    }
    let desk = Desk::new();
    desk.write("good.yaml", PLAIN);
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(PLAIN.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    desk.write("wide.yaml", wide);
    assert!(checked(&desk, 1, &[".", "--fail-on", "never"]).1.contains("error: wide.yaml: is UTF-16; save the file as UTF-8"));
}

#[test]
fn what_cannot_be_followed_makes_a_run_incomplete() {
    let desk = Desk::new();
    desk.write(
        "stack.yaml",
        "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: https://example.com/inner.yaml }\n",
    );
    let (text, _) = checked(&desk, 4, &["stack.yaml"]);
    assert!(text.contains("INCOMPLETE: 1 declaration could not be followed"), "{text}");
    checked(&desk, 3, &["stack.yaml", "--require-complete"]);
}

#[test]
fn a_reader_that_hangs_up_hides_no_violation() {
    let desk = Desk::new();
    desk.write("bad.yaml", PLAIN);
    let script = format!("{} check bad.yaml --fail-on low --show-passes | true", env!("CARGO_BIN_EXE_innovate"));
    let output = Command::new("bash").args(["-o", "pipefail", "-c", &script]).current_dir(desk.path("")).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
}
