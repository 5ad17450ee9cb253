//! Policies that did not ship run in a process of their own: what one of them does costs its verdicts, and nobody else's.

use serde_json::Value;

use crate::command::{Desk, EXAMPLE, findings, policy};

/// Copies a million numbers a hundred thousand times.
const COPIES: &str = "many := numbers.range(1, 1000000)\n\ndeny contains \"no\" if {\n\tsome i in numbers.range(1, 100000)\n\tcount(array.concat(many, many)) == i\n}";

/// Judges the recorded organization by a sound policy of a user, one that ships, and the policies of these bodies; gives the report.
fn with(bodies: &[(&str, &str)]) -> Value {
    let desk = Desk::new();
    desk.write("own/mine/sound.rego", policy("mine.sound", "deny contains \"no\" if input.properties.Engine == \"postgres\""));
    for (name, body) in bodies {
        desk.write(&format!("own/mine/{name}.rego"), policy(&format!("mine.{name}"), body));
    }
    let report = desk.audit(1, &["--policy", "own", "--policy", "mine", "--policy", "aws.rds.storage_not_encrypted", "-o", "json"]);
    let of = |id: &str| findings(&report).iter().filter(|finding| finding["policy"] == id).count();
    assert!(of("mine.sound") > 0 && of("aws.rds.storage_not_encrypted") > 0, "the rest of the run goes on");
    for (name, _) in bodies {
        assert_eq!(of(&format!("mine.{name}")), 0, "{name} has no verdict");
    }
    serde_json::from_str(&report).unwrap()
}

fn holds(bodies: &[(&str, &str, &str)]) {
    let report = with(&bodies.iter().map(|(name, body, _)| (*name, *body)).collect::<Vec<_>>());
    let errors = report["ledger"]["errors"].as_object().unwrap();
    assert_eq!(errors.len(), bodies.len(), "{errors:?}");
    for (name, _, expected) in bodies {
        let said = errors[&format!("mine.{name}")].as_str().unwrap();
        assert!(said.contains(expected), "{name}: {said}");
        assert!(report["ledger"]["policies"].get(format!("mine.{name}")).is_none(), "{name} is not counted");
    }
}

#[test]
fn a_policy_that_does_not_load_is_an_error_that_names_it() {
    let nested = format!("deny contains \"no\" if {}1{} == 1", "[".repeat(16), "]".repeat(16));
    let long = format!("deny contains \"no\" if input.id == \"{}\"", "a".repeat(10 << 20));
    holds(&[
        ("recursion", "deny contains \"no\" if f(1)\n\nf(x) if f(x - 1)", "mine/recursion.rego: rule `mine.recursion.f` calls itself"),
        ("circle", "deny contains \"no\" if a\n\na if b\n\nb if a", "calls itself"),
        ("nested", &nested, "mine/nested.rego: line 15: brackets are nested 13 deep"),
        ("long", &long, "a module may have 1048576"),
        ("syntax", "deny contains", "mine/syntax.rego"),
        (
            "request",
            "deny contains \"no\" if http.send({\"method\": \"get\", \"url\": \"http://169.254.169.254/\"}).status_code == 200",
            "mine/request.rego:15:23: `http.send` is no function that a policy may call",
        ),
        ("clock", "deny contains \"no\" if time.now_ns() > 0", "the time is `data.now`"),
        ("environment", "deny contains \"no\" if opa.runtime().env.HOME", "`opa.runtime` is no function that a policy may call"),
    ]);
}

#[test]
fn a_policy_that_eats_memory_or_breaks_the_engine_is_an_error_that_names_it() {
    let memory = "it asked for more memory than a policy may have";
    holds(&[
        ("width", "deny contains sprintf(\"%2000000000d\", [1]) if true", memory),
        ("range", "deny contains \"no\" if count(numbers.range(1, 100000000000)) > 0", memory),
        ("addresses", "deny contains \"no\" if count(net.cidr_expand(\"10.0.0.0/8\")) > 0", memory),
        ("needle", "deny contains \"no\" if strings.count(input.properties.Engine, \"\") > 5", "the engine failed"),
        (
            "expression",
            "deny contains \"no\" if regex.match(\"(((((a{1,100}){1,100}){1,100}){1,100}){1,100})\", input.properties.Engine)",
            "Compiled regex exceeded size limit",
        ),
    ]);
}

/// The limits and the environment of the worker of the process, once it has given up what it may not have.
#[cfg(target_os = "linux")]
fn confined(parent: u32) -> Option<(String, Vec<u8>)> {
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    let child = children.split_whitespace().next()?;
    let limits = std::fs::read_to_string(format!("/proc/{child}/limits")).ok()?;
    let files = limits.lines().find(|line| line.starts_with("Max open files"))?;
    let is_confined = files.split_whitespace().nth(3) == Some("0");
    is_confined.then(|| std::fs::read(format!("/proc/{child}/environ")).ok()).flatten().map(|environment| (limits, environment))
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_can_open_nothing_and_knows_no_credentials() {
    use std::process::{Command, Stdio};

    let desk = Desk::new();
    desk.write("own/mine/copies.rego", policy("mine.copies", COPIES));
    let mut audit = Command::new(env!("CARGO_BIN_EXE_innovate"))
        .current_dir(desk.path(""))
        .args(["audit", "--policy", "own", "--policy", "mine", "--snapshot", EXAMPLE])
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut found = None;
    while found.is_none() && audit.try_wait().unwrap().is_none() {
        found = confined(audit.id());
    }
    audit.wait().unwrap();
    let (limits, environment) = found.expect("a worker ran");
    assert_eq!(String::from_utf8_lossy(&environment), "MIMALLOC_ARENA_RESERVE=0\0");
    let of = |name: &str| limits.lines().find_map(|line| line.strip_prefix(name)).unwrap().split_whitespace().next().unwrap().to_owned();
    assert_eq!([of("Max file size"), of("Max open files"), of("Max core file size")], ["0", "0", "0"]);
    assert_ne!(of("Max address space"), "unlimited");
}

#[test]
fn a_policy_that_takes_too_long_is_an_error_that_names_it() {
    holds(&[("copies", COPIES, "it took more than 5 s for one step")]);
}

#[test]
fn a_comprehension_over_a_million_elements_is_judged() {
    let desk = Desk::new();
    let body = "deny contains \"no\" if count([x | some x in numbers.range(1, 1000000); x % 2 == 0]) != 500000";
    desk.write("own/mine/million.rego", policy("mine.million", body));
    let report = desk.audit(0, &["--policy", "own", "--policy", "mine", "--show-passes", "-o", "json"]);
    assert!(findings(&report).len() > 3 && findings(&report).iter().all(|finding| finding["verdict"] == "pass"));
}

#[test]
fn examples_that_unfold_without_end_are_a_failure_of_their_policy() {
    let desk = Desk::new();
    let cases = "cases:\n  - name: one\n    expect: fail\n    resource: { type: AWS::RDS::DBInstance, id: db, properties: { MultiAZ: false } }\n  - name: two\n    expect: pass\n    resource: { type: AWS::RDS::DBInstance, id: db, properties: { MultiAZ: true } }\n";
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, of) in ["b", "c", "d", "e", "f", "g", "h"].iter().zip(["a", "b", "c", "d", "e", "f", "g"]) {
        bomb += &format!("{name}: &{name} [*{of}, *{of}, *{of}, *{of}, *{of}, *{of}, *{of}, *{of}, *{of}]\n");
    }
    for (name, examples) in [("sound", cases), ("bomb", &format!("{bomb}cases: *h\n"))] {
        desk.write(
            &format!("own/mine/{name}.rego"),
            policy(&format!("mine.{name}"), "deny contains \"no\" if not input.properties.MultiAZ"),
        );
        desk.write(&format!("own/mine/{name}.yaml"), examples);
    }
    let output = desk.run(&["policy", "test", "--folder", "own"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("FAIL mine.bomb") && said.contains("2 policies, 2 cases, 0 unit tests, 1 failures"), "{said}");
}
