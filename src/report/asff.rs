//! AWS Security Finding Format: one JSON list a line, each for one call of Security Hub's `BatchImportFindings`
//! (<https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html>).
//!
//! Security Hub takes 100 findings in a call, and only those of the account and Region that it is called in: a line holds those of one
//! account and Region. It may be too long for an argument of a command; `aws securityhub batch-import-findings --findings
//! file:///dev/stdin` reads it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use innovate_model::{GLOBAL, World};
use itertools::Itertools;
use serde::Serialize;

use super::Report;
use super::control::served;
use super::outcome::{shortcomings, steps};
use crate::finding::{Finding, Verdict};
use crate::framework::Framework;
use crate::policy::{Policy, Severity};

/// Findings that one call takes.
const MOST_OF_A_LINE: usize = 100;

/// Findings that wait until their line is full, over all accounts and Regions.
const MOST_WAITING: usize = 10_000;

/// What Security Hub knows a resource as: the members of its `ResourceDetails`, and accounts.
const TYPES: &str = "\
    AwsAccount AwsAmazonMqBroker AwsApiGatewayRestApi AwsApiGatewayStage AwsApiGatewayV2Api AwsApiGatewayV2Stage \
    AwsAppSyncGraphQlApi AwsAthenaWorkGroup AwsAutoScalingAutoScalingGroup AwsAutoScalingLaunchConfiguration AwsBackupBackupPlan \
    AwsBackupBackupVault AwsBackupRecoveryPoint AwsCertificateManagerCertificate AwsCloudFormationStack AwsCloudFrontDistribution \
    AwsCloudTrailTrail AwsCloudWatchAlarm AwsCodeBuildProject AwsDmsEndpoint AwsDmsReplicationInstance AwsDmsReplicationTask \
    AwsDynamoDbTable AwsEc2ClientVpnEndpoint AwsEc2Eip AwsEc2Instance AwsEc2LaunchTemplate AwsEc2NetworkAcl AwsEc2NetworkInterface \
    AwsEc2RouteTable AwsEc2SecurityGroup AwsEc2Subnet AwsEc2TransitGateway AwsEc2Volume AwsEc2Vpc AwsEc2VpcEndpointService \
    AwsEc2VpcPeeringConnection AwsEc2VpnConnection AwsEcrContainerImage AwsEcrRepository AwsEcsCluster AwsEcsContainer AwsEcsService \
    AwsEcsTask AwsEcsTaskDefinition AwsEfsAccessPoint AwsEksCluster AwsElasticBeanstalkEnvironment AwsElasticsearchDomain \
    AwsElbLoadBalancer AwsElbv2LoadBalancer AwsEventSchemasRegistry AwsEventsEndpoint AwsEventsEventbus AwsGuardDutyDetector \
    AwsIamAccessKey AwsIamGroup AwsIamPolicy AwsIamRole AwsIamUser AwsKinesisStream AwsKmsKey AwsLambdaFunction \
    AwsLambdaLayerVersion AwsMskCluster AwsNetworkFirewallFirewall AwsNetworkFirewallFirewallPolicy AwsNetworkFirewallRuleGroup \
    AwsOpenSearchServiceDomain AwsRdsDbCluster AwsRdsDbClusterSnapshot AwsRdsDbInstance AwsRdsDbSecurityGroup AwsRdsDbSnapshot \
    AwsRdsEventSubscription AwsRedshiftCluster AwsRoute53HostedZone AwsS3AccessPoint AwsS3AccountPublicAccessBlock AwsS3Bucket \
    AwsS3Object AwsSageMakerNotebookInstance AwsSecretsManagerSecret AwsSnsTopic AwsSqsQueue AwsSsmPatchCompliance \
    AwsStepFunctionStateMachine AwsWafRateBasedRule AwsWafRegionalRateBasedRule AwsWafRegionalRule AwsWafRegionalRuleGroup \
    AwsWafRegionalWebAcl AwsWafRule AwsWafRuleGroup AwsWafWebAcl AwsWafv2RuleGroup AwsWafv2WebAcl AwsXrayEncryptionConfig";

/// A finding; the names of all fields are Security Hub's.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AwsSecurityFinding<'a> {
    schema_version: &'static str,
    id: String,
    product_arn: String,
    product_name: &'static str,
    company_name: &'static str,
    generator_id: String,
    aws_account_id: &'a str,
    types: &'a [String],
    created_at: &'a str,
    updated_at: &'a str,
    severity: Level,
    /// What a further import of the same finding updates the types and the severity from.
    finding_provider_fields: FindingProviderFields<'a>,
    title: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Remediation<'a>>,
    product_fields: BTreeMap<&'static str, String>,
    resources: [Resource<'a>; 1],
    compliance: Compliance<'a>,
    workflow: Workflow,
    record_state: &'static str,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Level {
    label: &'static str,
    original: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FindingProviderFields<'a> {
    severity: Level,
    types: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Remediation<'a> {
    recommendation: &'a Recommendation,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Recommendation {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource<'a> {
    r#type: &'static str,
    id: String,
    partition: &'static str,
    region: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    other: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Compliance<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    related_requirements: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Workflow {
    status: &'static str,
}

/// What all findings of one policy say.
#[derive(Default)]
struct About<'a> {
    title: &'a str,
    description: &'a str,
    types: Vec<String>,
    requirements: Vec<String>,
    recommendation: Option<Recommendation>,
}

impl<'a> About<'a> {
    fn new(policy: &'a Policy, frameworks: &[Framework]) -> Self {
        let metadata = &policy.metadata;
        let controls = || served(frameworks, &policy.id);
        // A slash would begin a further level.
        let names = controls().map(|(framework, _)| format!("{} {}", framework.title, framework.version).replace('/', " ")).dedup();
        let standards = names.map(|name| format!("Software and Configuration Checks/Industry and Regulatory Standards/{name}"));
        let general = "Software and Configuration Checks/AWS Security Best Practices".to_owned();
        let mut types: Vec<String> = std::iter::once(general).chain(standards).collect();
        let mut requirements: Vec<String> =
            controls().map(|(framework, control)| cut(format!("{} {}", framework.id, control.id), 64)).collect();
        types.truncate(50);
        requirements.truncate(32);
        let recommendation = Recommendation {
            text: line(&steps(&metadata.custom.remediation, " "), 512),
            url: metadata.related_resources.iter().find(|link| link.starts_with("https://")).cloned(),
        };
        Self { title: &metadata.title, description: &metadata.description, types, requirements, recommendation: Some(recommendation) }
    }
}

/// At most so many bytes of the text, which are no fewer than its characters in whatever way they are counted.
fn cut(mut text: String, most: usize) -> String {
    const ELLIPSIS: &str = "\u{2026}";
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most.saturating_sub(ELLIPSIS.len())));
        text.push_str(ELLIPSIS);
    }
    text
}

/// The text in one line, as the pattern of Security Hub's strings has it.
fn line(text: &str, most: usize) -> String {
    cut(text.split_whitespace().collect::<Vec<_>>().join(" "), most)
}

/// The first of the two that is not empty.
fn either(text: String, other: &str) -> String {
    if text.is_empty() { other.to_owned() } else { text }
}

/// Whether a resource of the type stands for a whole account; its id is the account's.
fn is_account(type_name: &str) -> bool {
    matches!(
        type_name,
        "AWS::EC2::SnapshotBlockPublicAccess"
            | "AWS::Organizations::Account"
            | "Innovate::Account::Region"
            | "Innovate::EC2::EbsEncryptionByDefault"
            | "Innovate::IAM::PasswordPolicy"
            | "Innovate::IAM::RootUser"
            | "Innovate::Organizations::EffectivePolicies"
    )
}

/// Security Hub's name of the type: that of CloudFormation in other letters, but for a few.
fn type_of(type_name: &str) -> &'static str {
    let name = match type_name {
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => "AwsElbv2LoadBalancer",
        "AWS::IAM::ManagedPolicy" => "AwsIamPolicy",
        "AWS::SecretsManager::ResourcePolicy" => "AwsSecretsManagerSecret",
        "Innovate::CertificateManager::CertificateStatus" => "AwsCertificateManagerCertificate",
        "Innovate::IAM::UserCredentials" => "AwsIamUser",
        name if is_account(name) => "AwsAccount",
        name => &name.replacen("Innovate::", "AWS::", 1).replace("::", ""),
    };
    TYPES.split_whitespace().find(|known| known.eq_ignore_ascii_case(name)).unwrap_or("Other")
}

fn resource<'a>(finding: &Finding, (partition, region): (&'static str, &'a str)) -> Resource<'a> {
    let resource = &finding.resource;
    let id = if is_account(&resource.type_name) {
        format!("AWS::::Account:{}", resource.id)
    } else {
        resource.arn.as_ref().unwrap_or(&resource.id).clone()
    };
    let details = finding.location.as_ref().map(|location| {
        let fields =
            [("file", location.file.clone()), ("line", location.span.start.line.to_string()), ("address", location.address.clone())];
        let fields = fields.map(|(name, value)| (name, line(&value, 1024)));
        Details { other: fields.into_iter().filter(|(_, value)| !value.is_empty()).collect() }
    });
    Resource { r#type: type_of(&resource.type_name), id: cut(id, 512), partition, region, details }
}

/// The partition and the Region to which a finding belongs; global services have their home in one Region.
fn place<'a>(world: &'a World, finding: &'a Finding) -> (&'static str, &'a str) {
    let is_global = finding.region == GLOBAL;
    let regions = world.regions.get(&finding.account).map(Vec::as_slice).unwrap_or_default();
    let region = if is_global { regions.first().map_or("", String::as_str) } else { &finding.region };
    let (partition, home) = match region {
        region if region.starts_with("cn-") => ("aws-cn", "cn-north-1"),
        region if region.starts_with("us-gov-") => ("aws-us-gov", "us-gov-west-1"),
        _ => ("aws", "us-east-1"),
    };
    (partition, if is_global { home } else { region })
}

/// How bad it is; of what passes the documentation wants to hear that there is no issue.
fn label(finding: &Finding) -> &'static str {
    match finding.severity {
        _ if finding.verdict == Verdict::Pass => "INFORMATIONAL",
        Severity::Info => "INFORMATIONAL",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

/// What the policy found; a waiver does not mend anything.
fn compliance(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASSED",
        Verdict::Unknown => "WARNING",
        Verdict::Fail | Verdict::Waived => "FAILED",
        Verdict::NotApplicable => "NOT_AVAILABLE",
    }
}

fn entry<'a>(
    world: &'a World,
    about: &'a About<'_>,
    finding: &'a Finding,
    (partition, region): (&'static str, &'a str),
) -> AwsSecurityFinding<'a> {
    let account = finding.account.as_str();
    let severity = Level { label: label(finding), original: finding.severity.to_string() };
    let message = if finding.message.is_empty() { String::new() } else { format!("{}. ", finding.message) };
    let fields = [
        ("innovate/fingerprint", finding.fingerprint.as_str()),
        ("innovate/path", &finding.path),
        ("innovate/resource_id", &finding.resource.id),
        ("innovate/resource_type", &finding.resource.type_name),
        ("innovate/verdict", &finding.verdict.to_string()),
        ("innovate/version", env!("CARGO_PKG_VERSION")),
    ];
    let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
    AwsSecurityFinding {
        schema_version: "2018-10-08",
        // Products without a registration share one space of ids.
        id: format!("innovate/{}", finding.fingerprint),
        product_arn: format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        product_name: "innovate",
        company_name: "innovate",
        generator_id: cut(finding.policy.clone(), 512),
        aws_account_id: account,
        types: &about.types,
        created_at: &world.read_at,
        updated_at: &world.read_at,
        severity: severity.clone(),
        finding_provider_fields: FindingProviderFields { severity, types: &about.types },
        title: either(line(about.title, 256), &finding.policy),
        description: either(line(&format!("{message}{}", about.description), 1024), &finding.policy),
        remediation: about.recommendation.as_ref().map(|recommendation| Remediation { recommendation }),
        product_fields: fields.map(|(name, value)| (name, line(value, 2048))).collect(),
        resources: [resource(finding, (partition, region))],
        compliance: Compliance { status: compliance(finding.verdict), related_requirements: &about.requirements },
        workflow: Workflow { status: if finding.verdict == Verdict::Waived { "SUPPRESSED" } else { "NEW" } },
        record_state: "ACTIVE",
    }
}

/// Findings that wait until their line is full, by account and Region.
#[derive(Default)]
struct Lines {
    waiting: BTreeMap<(String, String), Vec<String>>,
    count: usize,
}

impl Lines {
    fn add(&mut self, account: &str, region: &str, finding: String, writer: &mut dyn Write) -> io::Result<()> {
        let line = self.waiting.entry((account.to_owned(), region.to_owned())).or_default();
        line.push(finding);
        self.count += 1;
        let ready = if line.len() >= MOST_OF_A_LINE {
            Some(line)
        } else if self.count >= MOST_WAITING {
            self.waiting.values_mut().max_by_key(|line| line.len())
        } else {
            None
        };
        let ready = ready.map(std::mem::take).unwrap_or_default();
        self.count -= ready.len();
        write_line(&ready, writer)
    }

    fn end(self, writer: &mut dyn Write) -> io::Result<()> {
        self.waiting.values().try_for_each(|line| write_line(line, writer))
    }
}

fn write_line(findings: &[String], writer: &mut dyn Write) -> io::Result<()> {
    if findings.is_empty() { Ok(()) } else { writeln!(writer, "[{}]", findings.join(",")) }
}

/// Writes lists of findings, one a line.
pub(super) fn write(report: &Report<'_>, writer: &mut dyn Write) -> io::Result<()> {
    let policies = report.library.policies.iter().map(|policy| (policy.id.as_str(), About::new(policy, report.frameworks)));
    let policies: BTreeMap<&str, About<'_>> = policies.collect();
    let nothing = About::default();
    let mut lines = Lines::default();
    let shortcomings = shortcomings(report).into_iter().map(|finding| Ok(Cow::Owned(finding)));
    for finding in report.judgement.findings.iter()?.chain(shortcomings) {
        let finding = finding?;
        let about = policies.get(finding.policy.as_str()).unwrap_or(&nothing);
        let place = place(report.world, &finding);
        let text = serde_json::to_string(&entry(report.world, about, &finding, place))?;
        lines.add(&finding.account, place.1, text, writer)?;
    }
    lines.end(writer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(line(" a\n\tb ", 3), "a b");
        for most in 3..12 {
            let cut = line("\u{e9}\u{e9}\u{1f980}\u{e9}\u{e9}", most);
            assert!(cut.len() <= most && (cut.ends_with('\u{2026}') || most == 12), "{cut}");
        }
        assert_eq!(line("\u{e9}\u{e9}\u{1f980}\u{e9}\u{e9}", 12), "\u{e9}\u{e9}\u{1f980}\u{e9}\u{e9}");
    }

    #[test]
    fn types_have_the_names_of_security_hub() {
        for (type_name, expected) in [
            ("AWS::S3::Bucket", "AwsS3Bucket"),
            ("AWS::EC2::VPC", "AwsEc2Vpc"),
            ("AWS::RDS::DBInstance", "AwsRdsDbInstance"),
            ("AWS::ElasticLoadBalancingV2::LoadBalancer", "AwsElbv2LoadBalancer"),
            ("Innovate::RDS::DBClusterSnapshot", "AwsRdsDbClusterSnapshot"),
            ("Innovate::S3::AccountPublicAccessBlock", "AwsS3AccountPublicAccessBlock"),
            ("Innovate::IAM::PasswordPolicy", "AwsAccount"),
            ("AWS::Logs::LogGroup", "Other"),
        ] {
            assert_eq!(type_of(type_name), expected);
        }
    }

    #[test]
    fn a_line_is_written_when_it_is_full_or_too_many_wait() {
        let (mut lines, mut written) = (Lines::default(), Vec::new());
        for number in 0..150 {
            lines.add("1", "a", number.to_string(), &mut written).unwrap();
        }
        assert_eq!(String::from_utf8_lossy(&written).lines().count(), 1);
        for number in 0..MOST_WAITING {
            lines.add(&number.to_string(), "b", String::new(), &mut written).unwrap();
            assert!(lines.count < MOST_WAITING);
        }
        lines.end(&mut written).unwrap();
        let lists: Vec<usize> = String::from_utf8_lossy(&written).lines().map(|line| line.split(',').count()).collect();
        assert_eq!((lists.iter().sum::<usize>(), lists.iter().max()), (150 + MOST_WAITING, Some(&100)));
        assert_eq!(lists.get(..2), Some([100, 50].as_slice()), "the fullest line makes room");
    }
}
