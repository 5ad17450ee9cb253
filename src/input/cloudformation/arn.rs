//! Where resources go, and what they are called there before they are.

use innovate_model::GLOBAL;

use super::Target;

/// Types of global services, by their service.
const GLOBAL_SERVICES: [&str; 5] = ["AWS::IAM::", "AWS::Route53::", "AWS::CloudFront::", "AWS::Organizations::", "AWS::SSO::"];

/// Where the resources of a type go.
pub fn region_of<'a>(type_name: &str, target: &'a Target) -> &'a str {
    if GLOBAL_SERVICES.iter().any(|service| type_name.starts_with(service)) { GLOBAL } else { &target.region }
}

/// An ARN for what has none yet, in the form of its service.
pub(super) fn arn(type_name: &str, id: &str, target: &Target) -> String {
    if id.starts_with("arn:") {
        return id.to_owned();
    }
    let partition = partition(&target.region);
    let Target { account, region } = target;
    let mut parts = type_name.split("::").skip(1).map(str::to_lowercase);
    let (service, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match type_name {
        "AWS::S3::Bucket" => format!("arn:{partition}:s3:::{id}"),
        "AWS::SNS::Topic" | "AWS::SQS::Queue" => format!("arn:{partition}:{service}:{region}:{account}:{id}"),
        "AWS::IAM::ManagedPolicy" => format!("arn:{partition}:iam::{account}:policy/{id}"),
        _ if type_name.starts_with("AWS::IAM::") => format!("arn:{partition}:iam::{account}:{kind}/{id}"),
        "AWS::Logs::LogGroup" => format!("arn:{partition}:logs:{region}:{account}:log-group:{id}:*"),
        "AWS::SecretsManager::Secret" => format!("arn:{partition}:secretsmanager:{region}:{account}:secret:{id}"),
        _ => format!("arn:{partition}:{service}:{region}:{account}:{kind}/{id}"),
    }
}

/// The partition of a Region.
pub(super) fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
