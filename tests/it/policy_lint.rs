//! `innovate policy lint`: what is wrong with the text of a policy, and where.

use std::collections::BTreeSet;

use innovate::engine::{LINTS, lint_library, lint_module};
use innovate::policy::{self, CONVENTIONS};

use crate::command::Desk;

const HEAD: &str = "# METADATA\n# title: Database has no standby\n# description: A database runs in one zone alone.\n# related_resources:\n\
    #   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html\n# custom:\n#   severity: high\n#   resource_types:\n\
    #     - AWS::RDS::DBInstance\n#   risk: The zone fails, and the database with it.\n#   remediation:\n#     console: RDS > Databases > Modify > a standby.\n\
    #     cli: aws rds modify-db-instance --multi-az\n#     cloudformation: Properties/MultiAZ set to true\n";

const EXAMPLES: &str = "cases:\n  - name: one\n    expect: fail\n    resource: { type: AWS::RDS::DBInstance, id: db, properties: { MultiAZ: false } }\n  \
    - name: two\n    expect: pass\n    resource: { type: AWS::RDS::DBInstance, id: db, properties: { MultiAZ: true } }\n";

const BODY: &str = "package mine.standby\n\ndeny contains {\"message\": \"no\", \"path\": \"/MultiAZ\"} if not input.properties.MultiAZ\n";

fn lint(desk: &Desk) -> (Option<i32>, String) {
    let output = desk.run(&["policy", "lint", "--folder", "own"]);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// Lints a policy of this head and body.
fn of(head: &str, body: &str, examples: &str) -> (Option<i32>, String) {
    let desk = Desk::new();
    desk.write("own/mine/standby.rego", format!("{head}{body}"));
    desk.write("own/mine/standby.yaml", examples);
    lint(&desk)
}

fn summary(text: &str) -> &str {
    text.lines().last().unwrap().split(';').next().unwrap()
}

#[test]
fn a_policy_that_says_all_is_clean() {
    let (code, text) = of(HEAD, BODY, EXAMPLES);
    assert_eq!((code, summary(&text)), (Some(0), "1 policies, 0 problems"), "{text}");
}

#[test]
fn each_lint_tells_where_it_is() {
    let deny = "deny contains {\"message\": \"no\", \"path\": \"/MultiAZ\"} if";
    let declared = "#   parameters:\n#     engines:\n#       type: array\n";
    for (head, body, examples, said) in [
        (
            HEAD.replace("A database runs in one zone alone.", "None."),
            BODY.to_owned(),
            EXAMPLES,
            "mine/standby.rego:3:3: `description` says too little",
        ),
        (
            HEAD.replace("standby\n# desc", "standby.\n# desc"),
            BODY.to_owned(),
            EXAMPLES,
            "mine/standby.rego:2:3: a title is the defect in a few words",
        ),
        (HEAD.replace("https:", "http:"), BODY.to_owned(), EXAMPLES, "mine/standby.rego:5:7: `http://docs.aws"),
        (
            HEAD.replace("Database has no standby", "<the defect>"),
            BODY.to_owned(),
            EXAMPLES,
            "mine/standby.rego:2:3: `title` is still what the scaffold wrote: replace it [placeholder]",
        ),
        (
            format!("{HEAD}{declared}#       default: 7\n#       description: Those.\n"),
            format!("package mine.standby\n\n{deny} input.properties.Engine in data.parameters.engines\n"),
            EXAMPLES,
            "mine/standby.rego:16:7: parameter `engines`: its `default` is not what its schema admits",
        ),
        (
            format!("{HEAD}{declared}#       default: []\n#       description: Those.\n"),
            BODY.to_owned(),
            EXAMPLES,
            "mine/standby.rego:16:7: parameter `engines` is declared, and nothing reads",
        ),
        (
            HEAD.to_owned(),
            format!("package mine.standby\n\n{deny} input.properties.Engine in data.parameters.engine\n"),
            EXAMPLES,
            "mine/standby.rego:17:83: no parameter `engine` is declared, so the rule never holds",
        ),
        (
            HEAD.to_owned(),
            BODY.replace("/MultiAZ", "/MultiZone"),
            EXAMPLES,
            "mine/standby.rego:17:42: a denial points to `/MultiZone`: `AWS::RDS::DBInstance` has no property `MultiZone`",
        ),
        (HEAD.to_owned(), BODY.replace("\"/MultiAZ\"", "sprintf(\"/AssociatedRoles/%d/Name\", [1])"), EXAMPLES, "[denied-path]"),
        (
            HEAD.to_owned(),
            BODY.replace("/MultiAZ", "MultiAZ"),
            EXAMPLES,
            "mine/standby.rego:17:42: `MultiAZ` is no JSON pointer into the properties: begin it with `/` [denial-form]",
        ),
        (HEAD.to_owned(), BODY.replace("\"path\"", "\"at\""), EXAMPLES, "nobody reads `at` [denial-form]"),
        (HEAD.to_owned(), format!("{BODY}\nhelper if input.id\n"), EXAMPLES, "mine/standby.rego:19:1: nothing uses the rule `helper`"),
        (HEAD.to_owned(), format!("{BODY}\n# TODO more\n"), EXAMPLES, "mine/standby.rego:19:1: `TODO` is left to do"),
        (
            HEAD.to_owned(),
            BODY.to_owned(),
            "cases:\n  - name: one\n    expect: fail\n",
            "mine/standby.yaml:1:1: no case with `expect: pass` [example]",
        ),
        (HEAD.to_owned(), BODY.to_owned(), "cases:\n  - name: one\n    expects: fail\n", "mine/standby.yaml:3:"),
        (HEAD.to_owned(), BODY.to_owned(), &EXAMPLES.replace("two", "one"), "mine/standby.yaml:5:1: two cases are named `one` [example]"),
        (
            HEAD.to_owned(),
            BODY.replace("package mine.standby", "package mine.other"),
            EXAMPLES,
            "mine/standby.rego:15:1: the package is `mine.other`, but the path asks for `mine.standby` [load]",
        ),
        (HEAD.to_owned(), BODY.replace(" if not input", " if not input("), EXAMPLES, "mine/standby.rego:17:"),
        (String::new(), BODY.to_owned(), EXAMPLES, "mine/standby.rego:1:1: no `# METADATA` block"),
    ] {
        let (code, text) = of(&head, &body, examples);
        assert!(text.contains(said), "{said}: {text}");
        assert!(matches!(code, Some(1 | 3)), "{said}: {code:?}");
    }
}

#[test]
fn a_comment_above_keeps_a_lint_from_being_told() {
    let body = BODY
        .replace("deny contains", "# Schemas are behind here.\n# innovate: ignore denied-path, todo\n# So it is.\ndeny contains")
        .replace("/MultiAZ", "/Multi");
    let (code, text) = of(HEAD, &body, EXAMPLES);
    assert!(!text.contains("[denied-path]"), "{text}");
    assert!(
        code == Some(3)
            && text.contains("mine/standby.rego:18:1: `todo` is ignored, and nothing below is of this kind: remove it [ignore]"),
        "{text}"
    );
    let head = format!("# innovate: ignore metadata title nothing\n{}", HEAD.replace("A database runs in one zone alone.", "None."));
    let (_, text) = of(&head, BODY, EXAMPLES);
    assert!(!text.contains("[metadata]") && text.contains("`nothing` is ignored, and there is no such lint"), "{text}");
    let (code, text) = of(HEAD, BODY, &format!("# innovate: ignore example\n{}", EXAMPLES.replace("pass", "fail")));
    assert!(code == Some(0), "{text}");
}

#[test]
fn policies_that_get_in_each_others_way_are_told() {
    let desk = Desk::new();
    for (file, package) in [("own/mine/standby.rego", "mine.standby"), ("own/mine/standby/zone.rego", "mine.standby.zone")] {
        desk.write(file, format!("{HEAD}{}", BODY.replace("mine.standby", package)));
        desk.write(&file.replace(".rego", ".yaml"), EXAMPLES);
    }
    desk.write("own/mine/gone.yaml", EXAMPLES);
    desk.write("own/lib/flags.rego", "package lib.flags\n\nis_on(flag) if flag = true\n\nis_on(flags) if print(flags)\n");
    let (code, text) = lint(&desk);
    assert_eq!(code, Some(3), "{text}");
    for said in [
        "mine/standby/zone.rego:15:1: `mine.standby` is a policy, too, so that its rules and this package are in each other's way",
        "mine/standby/zone.rego:2:3: `mine.standby` has this title, too: say what tells them apart [duplicate-title]",
        "mine/gone.yaml:1:1: there is no policy of this name, so nobody runs these examples: rename or remove them [orphan-examples]",
        "lib/flags.rego:5:17: `print` is left in",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn the_shipped_policies_and_modules_are_clean() {
    let library = policy::shipped().unwrap();
    let mut lints = lint_library(&library);
    for policy in &library.policies {
        lints.extend(innovate::engine::lint(policy, None).unwrap());
    }
    for (file, text) in library.modules() {
        lints.extend(lint_module(file, text).unwrap());
    }
    assert!(lints.is_empty(), "{}", lints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_lint_is_described() {
    let text = include_str!("../../docs/policy-lint.md");
    let described: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let known: BTreeSet<&str> = LINTS.iter().chain(CONVENTIONS).copied().collect();
    assert_eq!(described, known);
}
