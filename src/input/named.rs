//! Resources that are named and that nobody declares: what is deployed rests on them, and a file says nothing of them.

use std::collections::{BTreeMap, BTreeSet};

use innovate_model::{Cause, Gap, HandlerErrorCode, Resource, Schemas, pointer};
use serde_json::Value;

/// Properties whose texts name resources of a type, by id, name or ARN.
const NAMES: [(&str, &str); 30] = [
    ("Bucket", "AWS::S3::Bucket"),
    ("ClusterName", "AWS::EKS::Cluster"),
    ("DBClusterIdentifier", "AWS::RDS::DBCluster"),
    ("DBClusterParameterGroupName", "AWS::RDS::DBClusterParameterGroup"),
    ("DBParameterGroupName", "AWS::RDS::DBParameterGroup"),
    ("DBSubnetGroupName", "AWS::RDS::DBSubnetGroup"),
    ("DestinationBucketName", "AWS::S3::Bucket"),
    ("GatewayId", "AWS::EC2::InternetGateway"),
    ("GroupId", "AWS::EC2::SecurityGroup"),
    ("GroupSet", "AWS::EC2::SecurityGroup"),
    ("Groups", "AWS::IAM::Group"),
    ("LaunchTemplateId", "AWS::EC2::LaunchTemplate"),
    ("LaunchTemplateName", "AWS::EC2::LaunchTemplate"),
    ("ListenerArn", "AWS::ElasticLoadBalancingV2::Listener"),
    ("LoadBalancerArn", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    ("ManagedPolicyArns", "AWS::IAM::ManagedPolicy"),
    ("NatGatewayId", "AWS::EC2::NatGateway"),
    ("NetworkAclId", "AWS::EC2::NetworkAcl"),
    ("RouteTableId", "AWS::EC2::RouteTable"),
    ("S3BucketName", "AWS::S3::Bucket"),
    ("SecretId", "AWS::SecretsManager::Secret"),
    ("SecurityGroupIds", "AWS::EC2::SecurityGroup"),
    ("SecurityGroups", "AWS::EC2::SecurityGroup"),
    ("SourceSecurityGroupId", "AWS::EC2::SecurityGroup"),
    ("SubnetId", "AWS::EC2::Subnet"),
    ("SubnetIds", "AWS::EC2::Subnet"),
    ("Subnets", "AWS::EC2::Subnet"),
    ("VPCSecurityGroups", "AWS::EC2::SecurityGroup"),
    ("VpcId", "AWS::EC2::VPC"),
    ("VpcSecurityGroupIds", "AWS::EC2::SecurityGroup"),
];

/// What each type is known by among the resources: ids, ARNs, and the names that identify.
#[derive(Debug, Default)]
pub struct Known(BTreeMap<String, BTreeSet<String>>);

impl Known {
    /// Of these resources.
    pub fn of<'a>(resources: impl IntoIterator<Item = &'a Resource>) -> Self {
        let mut known = Self::default();
        for resource in resources.into_iter().filter(|resource| NAMES.iter().any(|(_, name)| *name == resource.type_name)) {
            let names = known.0.entry(resource.type_name.clone()).or_default();
            names.insert(resource.id.to_lowercase());
            names.extend(resource.arn.as_deref().map(str::to_lowercase));
            let schema = Schemas::vendored().get(&resource.type_name).ok();
            let identifiers = schema.map(innovate_model::Schema::primary_identifier).unwrap_or_default();
            names.extend(identifiers.into_iter().filter_map(|name| resource.text(name)).map(str::to_lowercase));
        }
        known
    }

    /// Notes in the resource what it names and nobody declares, a gap each.
    pub fn note(&self, resource: &mut Resource) {
        let mut missing = Vec::new();
        for (name, value) in &resource.properties {
            self.look(&resource.type_name, name, value, &mut format!("/{}", pointer::escape(name)), &mut missing);
        }
        resource.gaps.extend(missing);
    }

    fn look(&self, own: &str, name: &str, value: &Value, at: &mut String, missing: &mut Vec<Gap>) {
        let length = at.len();
        match value {
            Value::String(text) => {
                let types = NAMES.iter().filter(|(property, _)| *property == name).map(|(_, type_name)| *type_name);
                for type_name in types.filter(|type_name| *type_name != own && !is_of_aws(type_name, text) && !self.has(type_name, text)) {
                    let message = format!("no file declares the {type_name} `{text}`; `--snapshot` brings what is there already");
                    missing.push(Gap {
                        pointer: at.clone(),
                        cause: Cause { code: HandlerErrorCode::NotYetKnown, action: None, message },
                        values: Vec::new(),
                        refers: Some(type_name.to_owned()),
                    });
                }
            }
            Value::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    at.push_str(&format!("/{number}"));
                    self.look(own, name, item, at, missing);
                    at.truncate(length);
                }
            }
            Value::Object(object) => {
                for (name, value) in object {
                    at.push('/');
                    at.push_str(&pointer::escape(name));
                    self.look(own, name, value, at, missing);
                    at.truncate(length);
                }
            }
            _ => {}
        }
    }

    fn has(&self, type_name: &str, text: &str) -> bool {
        self.0.get(type_name).is_some_and(|names| names.contains(&text.to_lowercase()))
    }
}

/// Whether the name is one of AWS's own, or stands for no resource.
fn is_of_aws(type_name: &str, text: &str) -> bool {
    match type_name {
        "AWS::IAM::ManagedPolicy" => text.contains(":iam::aws:policy/"),
        name if name.starts_with("AWS::RDS::DB") => text.to_lowercase().starts_with("default"),
        "AWS::EC2::InternetGateway" => !text.starts_with("igw-"),
        _ => text.is_empty() || text == "*",
    }
}
