//! Gate and audit say the same: what a template declares and what the account then has, shown by the examples of every policy in both forms.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use innovate::engine::{Example, Options, judge};
use innovate::finding::{Finding, Verdict};
use innovate::policy::{self, Denial, Library, Platform, Policy, Selection, Severity};
use innovate_model::{Cause, HandlerErrorCode, UNLISTED, Unread};

static LIBRARY: LazyLock<Library> = LazyLock::new(|| policy::shipped().unwrap().on(&[Platform::Aws]));

/// Policies of resources that a service makes, although CloudFormation has their type.
const SERVICE_MADE: [(&str, &str); 1] =
    [("aws.ec2.default_security_group_allows_traffic", "EC2 makes the default group of each VPC and lets nobody else have its name")];

/// Why no template declares what the policy judges; none where templates do.
fn undeclared(policy: &Policy) -> Option<String> {
    let types = &policy.metadata.custom.resource_types;
    if types.iter().all(|name| name.starts_with("Innovate::")) {
        return Some(format!("`{}` are facts that only a live account has", types.join("`, `")));
    }
    SERVICE_MADE.iter().find(|(id, _)| *id == policy.id).map(|(_, why)| (*why).to_owned())
}

/// What the policy says of the example's resource in a run such as that of `check` or `audit`.
fn findings(policy: &Policy, example: &Example) -> Vec<Finding> {
    let mut library = LIBRARY.clone().select(&Selection { ids: vec![policy.id.clone()], severity: None }).unwrap();
    library.policies[0].parameters.extend(example.parameters.clone());
    let judgement = judge(&(&example.world).into(), &library, Options { keep_passes: true, workers: 1, watch: None }).unwrap();
    let tested = &example.tested;
    let mut findings = judgement.findings.to_vec().unwrap();
    findings.retain(|finding| {
        finding.resource.type_name == tested.type_name
            && finding.resource.id == tested.id
            && finding.account == tested.account
            && finding.region == tested.region
    });
    findings
}

fn verdict(findings: &[Finding]) -> Verdict {
    findings.first().map_or(Verdict::NotApplicable, |finding| finding.verdict)
}

fn denials(findings: &[Finding]) -> Vec<Denial> {
    let failures = findings.iter().filter(|finding| finding.verdict == Verdict::Fail);
    failures.map(|finding| Denial { path: finding.path.clone(), message: finding.message.clone() }).collect()
}

fn kinds(findings: &[Finding]) -> BTreeSet<(&str, Verdict, Severity)> {
    findings.iter().map(|finding| (finding.policy.as_str(), finding.verdict, finding.severity)).collect()
}

#[test]
fn every_policy_of_what_a_template_declares_shows_it_in_both_forms() {
    let mut wrong = Vec::new();
    for policy in &LIBRARY.policies {
        let examples = Example::of(policy).unwrap();
        for expected in [Verdict::Fail, Verdict::Pass] {
            let declared = examples.iter().any(|example| example.declared && example.expect == expected);
            let paired = examples.iter().any(|example| example.same_as.is_some() && example.expect == expected);
            match undeclared(policy) {
                Some(why) if declared => wrong.push(format!("{}: a template has an example with `{expected}`, yet {why}", policy.id)),
                None if !paired => wrong.push(format!("{}: no template with `same_as` and `expect: {expected}`", policy.id)),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn gate_and_audit_give_the_same_verdict_severity_and_message() {
    let mut wrong = Vec::new();
    let mut pairs = 0;
    for policy in &LIBRARY.policies {
        let examples = Example::of(policy).unwrap();
        for gate in examples.iter().filter(|example| example.declared) {
            let of_gate = findings(policy, gate);
            if verdict(&of_gate) != gate.expect {
                wrong.push(format!("{} `{}`: {} {of_gate:#?}", policy.id, gate.name, verdict(&of_gate)));
                continue;
            }
            let Some(same) = &gate.same_as else { continue };
            let audit = examples.iter().find(|example| example.name == *same).unwrap();
            let of_audit = findings(policy, audit);
            pairs += 1;
            if kinds(&of_gate) != kinds(&of_audit) {
                wrong.push(format!("{} `{}`: {:?}, not {:?}", policy.id, gate.name, kinds(&of_gate), kinds(&of_audit)));
            }
            if let Err(reason) = gate.agrees(&denials(&of_gate), audit, &denials(&of_audit)) {
                wrong.push(format!("{} `{}`: {reason}", policy.id, gate.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(pairs >= 2 * LIBRARY.policies.iter().filter(|policy| undeclared(policy).is_none()).count(), "only {pairs} pairs");
}

/// `check` knows nothing of the organization without a snapshot, and a role of a service is no matter of it.
#[test]
fn a_role_of_a_service_is_judged_without_the_organization() {
    let id = "aws.iam.role_trusts_foreign_account_without_external_id";
    let policy = LIBRARY.policies.iter().find(|policy| policy.id == id).unwrap();
    let unlisted = |name: &str| {
        let mut example = Example::of(policy).unwrap().into_iter().find(|example| example.name == name).unwrap();
        let cause = Cause { code: HandlerErrorCode::NotYetKnown, action: None, message: "not known".to_owned() };
        example.world.organization = None;
        example.world.unread.push(Unread { account: UNLISTED.to_owned(), region: "*".to_owned(), type_name: "*".to_owned(), cause });
        verdict(&findings(policy, &example))
    };
    assert_eq!(unlisted("a service passes"), Verdict::Pass);
    assert_eq!(unlisted("a vendor without an external ID fails"), Verdict::Unknown);
}
