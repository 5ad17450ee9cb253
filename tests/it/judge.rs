//! The engine: what is judged, what is unknown, and that threads change nothing.

use innovate::engine::{Judgement, Options, judge};
use innovate::finding::{Finding, Verdict};
use innovate::policy::{self, Library, Selection};
use innovate_model::{Cause, HandlerErrorCode, Layer, Reach, UNLISTED, Unread, World};
use serde_json::json;

use crate::world::{MANAGEMENT, PRODUCTION, organization, resource};

fn library(ids: &[&str]) -> Library {
    let ids = ids.iter().map(|id| (*id).to_owned()).collect();
    policy::shipped().unwrap().select(&Selection { ids, severity: None }).unwrap()
}

fn judged(world: &World, ids: &[&str], workers: usize) -> Judgement {
    judge(&world.into(), &library(ids), Options { keep_passes: true, workers, watch: None }).unwrap()
}

fn findings(judgement: &Judgement) -> Vec<Finding> {
    judgement.findings.to_vec().unwrap()
}

fn verdicts(findings: &[Finding]) -> Vec<(&str, Verdict)> {
    let mut verdicts: Vec<_> = findings.iter().map(|finding| (finding.resource.id.as_str(), finding.verdict)).collect();
    verdicts.sort();
    verdicts
}

fn denied(action: &str) -> Cause {
    Cause { code: HandlerErrorCode::AccessDenied, action: Some(action.to_owned()), message: "denied".to_owned() }
}

#[test]
fn an_unencrypted_volume_fails_and_an_encrypted_one_passes() {
    let judgement = judged(&organization(), &["aws.ec2.volume_not_encrypted"], 1);
    assert_eq!(
        verdicts(&findings(&judgement)),
        [("vol-a1", Verdict::Fail), ("vol-a2", Verdict::Pass), ("vol-b1", Verdict::Fail), ("vol-b2", Verdict::Pass)]
    );
    assert!(judgement.ledger.complete);
}

#[test]
fn a_gap_that_the_policy_reads_is_unknown_and_another_is_not() {
    let mut world = organization();
    world.regions.clear();
    for (region, enabled) in [("eu-west-1", true), ("us-east-1", false), ("us-west-2", true)] {
        let properties = json!({ "AccountId": MANAGEMENT, "Enabled": enabled });
        world.resources.push(resource("Innovate::EC2::EbsEncryptionByDefault", MANAGEMENT, MANAGEMENT, region, properties));
    }
    let at = |world: &World, region: &str| {
        world.resources.iter().position(|resource| resource.id == MANAGEMENT && resource.region == region).unwrap()
    };
    let (unread, harmless) = (at(&world, "eu-west-1"), at(&world, "us-east-1"));
    world.resources[unread].properties.remove("Enabled");
    world.resources[unread].add_gap("/Enabled", denied("ec2:GetEbsEncryptionByDefault"));
    world.resources[harmless].add_gap("/KmsKeyId", denied("ec2:GetEbsDefaultKmsKeyId"));
    world.sort();
    let judgement = judged(&world, &["aws.ec2.ebs_default_encryption_disabled"], 1);
    let findings = findings(&judgement);
    let mut verdicts: Vec<_> = findings.iter().map(|finding| (finding.region.as_str(), finding.verdict)).collect();
    verdicts.sort();
    assert_eq!(verdicts, [("eu-west-1", Verdict::Unknown), ("us-east-1", Verdict::Fail), ("us-west-2", Verdict::Pass)]);
    let unknown = findings.iter().find(|finding| finding.verdict == Verdict::Unknown).unwrap();
    assert_eq!(unknown.causes, [denied("ec2:GetEbsEncryptionByDefault")]);
    assert!(!judgement.ledger.complete);
}

#[test]
fn what_looks_up_an_unread_type_is_unknown_in_that_account_only() {
    let mut world = organization();
    for account in [MANAGEMENT, PRODUCTION] {
        let vpc = json!({ "VpcId": format!("vpc-{account}"), "CidrBlock": "10.0.0.0/16" });
        world.resources.push(resource("AWS::EC2::VPC", &format!("vpc-{account}"), account, "eu-west-1", vpc));
    }
    world.unread.push(Unread {
        account: PRODUCTION.to_owned(),
        region: "eu-west-1".to_owned(),
        type_name: "AWS::EC2::FlowLog".to_owned(),
        cause: denied("ec2:DescribeFlowLogs"),
    });
    world.sort();
    let judgement = judged(&world, &["aws.ec2.vpc_flow_logs_disabled"], 1);
    assert_eq!(verdicts(&findings(&judgement)), [("vpc-111111111111", Verdict::Fail), ("vpc-222222222222", Verdict::Unknown)]);
    assert_eq!(judgement.ledger.unread[0].policies, ["aws.ec2.vpc_flow_logs_disabled"]);
}

#[test]
fn a_policy_that_matches_nothing_is_named() {
    let judgement = judged(&organization(), &["aws.ec2.volume_not_encrypted", "aws.eks.endpoint_public"], 1);
    assert_eq!(judgement.ledger.unmatched, ["aws.eks.endpoint_public"]);
}

#[test]
fn threads_change_nothing() {
    let one = judged(&organization(), &["aws"], 1);
    let four = judged(&organization(), &["aws"], 4);
    assert_eq!(findings(&one), findings(&four));
    assert_eq!(serde_json::to_string(&one.ledger).unwrap(), serde_json::to_string(&four.ledger).unwrap());
}

#[test]
fn a_type_that_nothing_reads_is_unread_and_not_absent() {
    let mut world = organization();
    let vpc = json!({ "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16" });
    world.resources.push(resource("AWS::EC2::VPC", "vpc-1", MANAGEMENT, "eu-west-1", vpc));
    world.types = Some(["AWS::EC2::VPC", "AWS::EC2::Subnet"].map(|name| (name.to_owned(), Reach::Regional)).into());
    world.sort();
    let judgement = judged(&world, &["aws.ec2.vpc_flow_logs_disabled"], 1);
    assert_eq!(verdicts(&findings(&judgement)), [("vpc-1", Verdict::Unknown)]);
    assert!(findings(&judgement)[0].message.contains("nothing reads `AWS::EC2::FlowLog`"), "{judgement:?}");
    assert!(!judgement.ledger.complete);
}

#[test]
fn only_the_regions_that_were_to_be_read_are_judged() {
    let mut world = organization();
    let volume = world.resources.iter_mut().find(|resource| resource.id == "vol-b1").unwrap();
    volume.region = "us-east-1".to_owned();
    world.sort();
    let judgement = judged(&world, &["aws.ec2.volume_not_encrypted"], 1);
    assert_eq!(verdicts(&findings(&judgement)), [("vol-a1", Verdict::Fail), ("vol-a2", Verdict::Pass), ("vol-b2", Verdict::Pass)]);
}

#[test]
fn what_rests_on_an_organization_that_could_not_be_listed_is_unknown() {
    let mut world = organization();
    world.organization = None;
    let instance = json!({ "DBInstanceIdentifier": "db", "Engine": "postgres", "MultiAZ": true, "StorageEncrypted": true });
    world.resources.push(resource("AWS::RDS::DBInstance", "db", MANAGEMENT, "eu-west-1", instance));
    world.unread.push(Unread {
        account: UNLISTED.to_owned(),
        region: "*".to_owned(),
        type_name: "*".to_owned(),
        cause: denied("organizations:ListAccounts"),
    });
    world.sort();
    let of = |id: &str| verdicts(&findings(&judged(&world, &[id], 1))).last().map(|(_, verdict)| *verdict);
    assert_eq!(of("aws.rds.not_multi_az"), Some(Verdict::Unknown), "it asks for the name of the account");
    assert_eq!(of("aws.rds.storage_not_encrypted"), Some(Verdict::Pass));
}

fn scope(account: &str, region: &str, type_name: &str, cause: Cause) -> Unread {
    Unread { account: account.to_owned(), region: region.to_owned(), type_name: type_name.to_owned(), cause }
}

#[test]
fn a_gap_that_could_not_make_a_difference_leaves_the_verdict_and_is_told() {
    let mut world = organization();
    let cause = denied("ec2:DescribeVolumes");
    // Only a volume that says nothing of its encryption is judged by its source: another volume.
    world.unread.push(scope(MANAGEMENT, "eu-west-1", "AWS::EC2::Volume", cause.clone()));
    let unencrypted = world.resources.iter_mut().find(|resource| resource.id == "vol-a1").unwrap();
    unencrypted.properties.remove("Encrypted");
    unencrypted.properties.insert("SourceVolumeId".to_owned(), json!("vol-unread"));
    world.sort();
    let judgement = judged(&world, &["aws.ec2.volume_not_encrypted"], 1);
    let findings = findings(&judgement);
    let of = |id: &str| findings.iter().find(|finding| finding.resource.id == id).unwrap();
    assert_eq!((of("vol-a1").verdict, of("vol-a1").causes.as_slice()), (Verdict::Unknown, [cause.clone()].as_slice()));
    assert_eq!((of("vol-a2").verdict, of("vol-a2").immaterial.as_slice()), (Verdict::Pass, [cause].as_slice()));
}

#[test]
fn a_value_that_is_only_compared_is_tried_over_all_that_it_could_be() {
    let mut world = organization();
    world.resources.clear();
    // A copy may leave its encryption open; what it is a copy of is asked for, but counts only where it does.
    for (id, properties, gap) in [
        ("encrypted", json!({ "StorageEncrypted": true }), "/DBSnapshotIdentifier"),
        ("plain", json!({ "StorageEncrypted": false }), "/DBSnapshotIdentifier"),
        ("silent", json!({}), "/DBSnapshotIdentifier"),
        ("unread", json!({ "Engine": "postgres" }), "/StorageEncrypted"),
    ] {
        let mut instance = resource("AWS::RDS::DBInstance", id, MANAGEMENT, "eu-west-1", properties);
        instance.add_gap(gap, denied("rds:DescribeDBInstances"));
        world.resources.push(instance);
    }
    world.sort();
    let judgement = judged(&world, &["aws.rds.storage_not_encrypted"], 1);
    let expected = [("encrypted", Verdict::Pass), ("plain", Verdict::Fail), ("silent", Verdict::Unknown), ("unread", Verdict::Unknown)];
    assert_eq!(verdicts(&findings(&judgement)), expected);
}

#[test]
fn refusals_are_told_by_who_refused_them() {
    let mut world = organization();
    let scp = "arn:aws:organizations::111111111111:policy/o-abcdefghij/service_control_policy/p-12345678";
    for account in [MANAGEMENT, PRODUCTION] {
        let message = format!(
            "User: arn:aws:sts::{account}:assumed-role/Reader/innovate is not authorized to perform: rds:DescribeDBParameters on resource: \
             arn:aws:rds:eu-west-1:{account}:pg:main with an explicit deny in a service control policy: {scp}"
        );
        let cause = Cause { code: HandlerErrorCode::AccessDenied, action: Some("rds:DescribeDBParameters".to_owned()), message };
        world.unread.push(scope(account, "eu-west-1", "AWS::RDS::DBParameterGroup", cause));
    }
    world.sort();
    let judgement = judged(&world, &["aws.rds.tls_not_required"], 1);
    let [refusal] = judgement.ledger.refusals.as_slice() else { panic!("{:?}", judgement.ledger.refusals) };
    assert_eq!(
        (refusal.action.as_str(), refusal.layer, refusal.explicit),
        ("rds:DescribeDBParameters", Some(Layer::ServiceControlPolicy), Some(true))
    );
    assert_eq!(refusal.policy.as_deref(), Some(scp));
    assert_eq!(refusal.accounts.len(), 2);
    assert!(refusal.remedy.contains("role/Reader") && refusal.remedy.contains(scp), "{}", refusal.remedy);
}
