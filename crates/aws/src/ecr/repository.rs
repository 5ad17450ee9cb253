//! `AWS::ECR::Repository`, from <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::{document, list as objects, object, tags};
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeRepositories",
    action: "ecr:DescribeRepositories",
    properties: &[
        "Arn",
        "EncryptionConfiguration",
        "ImageScanningConfiguration",
        "ImageTagMutability",
        "ImageTagMutabilityExclusionFilters",
        "RepositoryName",
        "RepositoryUri",
    ],
};

const POLICY: Facet = Facet { operation: "GetRepositoryPolicy", action: "ecr:GetRepositoryPolicy", properties: &["RepositoryPolicyText"] };

const LIFECYCLE: Facet = Facet { operation: "GetLifecyclePolicy", action: "ecr:GetLifecyclePolicy", properties: &["LifecyclePolicy"] };

const TAGS: Facet = Facet { operation: "ListTagsForResource", action: "ecr:ListTagsForResource", properties: &["Tags"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::ECR::Repository",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: POLICY, call: Call::Each(|cx, repository| Box::pin(policy(cx, repository))) },
        Read { facet: LIFECYCLE, call: Call::Each(|cx, repository| Box::pin(lifecycle(cx, repository))) },
        Read { facet: TAGS, call: Call::Each(|cx, repository| Box::pin(list_tags(cx, repository))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.ecr().describe_repositories().max_results(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        for repository in page.failed(DESCRIBE.action)?.repositories() {
            let Some(name) = repository.repository_name() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, name);
            let arn = repository.repository_arn().map_or_else(|| cx.arn("ecr", &format!("repository/{name}")), ToOwned::to_owned);
            let encryption = repository.encryption_configuration().map(|encryption| {
                object! { "EncryptionType" => encryption.encryption_type().as_str(), "KmsKey" => encryption.kms_key() }
            });
            let filters = objects(repository.image_tag_mutability_exclusion_filters().iter().map(|filter| {
                object! {
                    "ImageTagMutabilityExclusionFilterType" => filter.filter_type().as_str(),
                    "ImageTagMutabilityExclusionFilterValue" => filter.filter(),
                }
            }));
            let scanning = repository.image_scanning_configuration();
            resource.properties = object! {
                "Arn" => &arn,
                "EncryptionConfiguration" => encryption.unwrap_or_else(|| object! { "EncryptionType" => "AES256" }),
                "ImageScanningConfiguration" => object! { "ScanOnPush" => scanning.is_some_and(|scanning| scanning.scan_on_push()) },
                "ImageTagMutability" => repository.image_tag_mutability().map_or("MUTABLE", |mutability| mutability.as_str()),
                "ImageTagMutabilityExclusionFilters" => (!filters.is_empty()).then_some(filters),
                "RepositoryName" => name,
                "RepositoryUri" => repository.repository_uri(),
            };
            resource.arn = Some(arn);
            listing.resources.push(resource);
        }
    }
    Ok(())
}

async fn policy(cx: &Context, repository: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.ecr().get_repository_policy().repository_name(&repository.id).send().await;
    if let Err(error) = &answer
        && service_code(error) == Some("RepositoryPolicyNotFoundException")
    {
        return Ok(Properties::new());
    }
    let answer = answer.failed(POLICY.action)?;
    let policy = answer.policy_text().map(|text| document(text, POLICY.action)).transpose()?;
    Ok(object! { "RepositoryPolicyText" => policy })
}

async fn lifecycle(cx: &Context, repository: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.ecr().get_lifecycle_policy().repository_name(&repository.id).send().await;
    if let Err(error) = &answer
        && service_code(error) == Some("LifecyclePolicyNotFoundException")
    {
        return Ok(Properties::new());
    }
    let answer = answer.failed(LIFECYCLE.action)?;
    let policy = object! { "LifecyclePolicyText" => answer.lifecycle_policy_text(), "RegistryId" => answer.registry_id() };
    Ok(object! { "LifecyclePolicy" => policy })
}

async fn list_tags(cx: &Context, repository: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.ecr().list_tags_for_resource().set_resource_arn(repository.arn.clone()).send().await.failed(TAGS.action)?;
    Ok(object! { "Tags" => tags!(answer.tags()) })
}
