//! Settings of an account that CloudFormation has no type for: what they are, and setting them in place.

use innovate_model::{HandlerError, HandlerErrorCode, Properties};
use serde_json::Value;

use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::object;

/// The properties that a setting has now; none where there is no such setting, or it cannot be read.
///
/// # Errors
/// The failed call, or nobody knows settings of the type.
pub(crate) async fn read(cx: &Context, type_name: &str, wanted: &Properties) -> Result<Properties, HandlerError> {
    let given = Given { type_name, properties: wanted };
    match type_name {
        #[cfg(feature = "iam")]
        "Innovate::IAM::PasswordPolicy" => read_password_policy(cx).await,
        #[cfg(feature = "s3")]
        "Innovate::S3::AccountPublicAccessBlock" => read_public_access_block(cx).await,
        #[cfg(feature = "ec2")]
        "Innovate::EC2::EbsEncryptionByDefault" => read_ebs_encryption(cx, &given).await,
        #[cfg(feature = "ec2")]
        "Innovate::EC2::DefaultSecurityGroup" => read_default_security_group(cx, &given).await,
        #[cfg(feature = "organizations")]
        "Innovate::Organizations::Root" => read_policy_types(cx, &given).await,
        #[cfg(feature = "organizations")]
        "Innovate::Organizations::ServiceAccess" => read_service_access(cx, &given).await,
        #[cfg(feature = "organizations")]
        "Innovate::Organizations::DelegatedAdministrator" => read_delegated_administrator(cx, &given).await,
        _ => Err(given.error("is no setting that can be read")),
    }
}

/// Has a setting have these properties. Where it has them already, nothing changes.
///
/// # Errors
/// The failed call, or nobody can set properties of the type.
pub(crate) async fn set(cx: &Context, type_name: &str, wanted: &Properties) -> Result<(), HandlerError> {
    let given = Given { type_name, properties: wanted };
    match type_name {
        #[cfg(feature = "iam")]
        "Innovate::IAM::PasswordPolicy" => password_policy(cx, &given).await,
        #[cfg(feature = "s3")]
        "Innovate::S3::AccountPublicAccessBlock" => public_access_block(cx, &given).await,
        #[cfg(feature = "ec2")]
        "Innovate::EC2::EbsEncryptionByDefault" => ebs_encryption(cx, &given).await,
        #[cfg(feature = "ec2")]
        "Innovate::EC2::DefaultSecurityGroup" => default_security_group(cx, &given).await,
        #[cfg(feature = "organizations")]
        "Innovate::Organizations::Root" => policy_types(cx, &given).await,
        #[cfg(feature = "organizations")]
        "Innovate::Organizations::ServiceAccess" => service_access(cx, &given).await,
        #[cfg(feature = "organizations")]
        "Innovate::Organizations::DelegatedAdministrator" => delegated_administrator(cx, &given).await,
        _ => Err(given.error("is no setting that can be set")),
    }
}

/// What is to be set.
struct Given<'a> {
    type_name: &'a str,
    properties: &'a Properties,
}

impl Given<'_> {
    fn error(&self, message: &str) -> HandlerError {
        HandlerError { code: HandlerErrorCode::InvalidRequest, action: None, message: format!("`{}`: {message}", self.type_name) }
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.properties.get(name).and_then(Value::as_bool)
    }

    #[cfg(feature = "iam")]
    fn number(&self, name: &str) -> Option<i32> {
        self.properties.get(name).and_then(Value::as_i64).and_then(|number| i32::try_from(number).ok())
    }

    #[cfg(any(feature = "ec2", feature = "organizations"))]
    fn text(&self, name: &str) -> Option<&str> {
        self.properties.get(name).and_then(Value::as_str)
    }

    /// Of the texts of a list those that are there, too, in their order.
    #[cfg(feature = "organizations")]
    fn those(&self, name: &str, there: &[String]) -> Properties {
        let kept = self.texts(name).filter(|text| there.iter().any(|other| other == text)).map(Value::from);
        let list = Value::Array(kept.collect());
        Properties::from_iter([(name.to_owned(), list)])
    }

    #[cfg(feature = "organizations")]
    fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.properties.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html>
#[cfg(feature = "iam")]
async fn read_password_policy(cx: &Context) -> Result<Properties, HandlerError> {
    let answer = cx.iam().get_account_password_policy().send().await;
    if let Err(error) = &answer
        && service_code(error) == Some("NoSuchEntity")
    {
        return Ok(object! { "Configured" => false });
    }
    let answer = answer.failed("iam:GetAccountPasswordPolicy")?;
    let Some(policy) = answer.password_policy() else { return Ok(object! { "Configured" => false }) };
    Ok(object! {
        "Configured" => true,
        "MinimumPasswordLength" => policy.minimum_password_length(),
        "RequireSymbols" => policy.require_symbols(),
        "RequireNumbers" => policy.require_numbers(),
        "RequireUppercaseCharacters" => policy.require_uppercase_characters(),
        "RequireLowercaseCharacters" => policy.require_lowercase_characters(),
        "AllowUsersToChangePassword" => policy.allow_users_to_change_password(),
        "ExpirePasswords" => policy.expire_passwords(),
        "MaxPasswordAge" => policy.max_password_age(),
        "PasswordReusePrevention" => policy.password_reuse_prevention(),
        "HardExpiry" => policy.hard_expiry().unwrap_or(false),
    })
}

/// The policy as a whole is set; what is not given falls back to the default of the service:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html>.
#[cfg(feature = "iam")]
async fn password_policy(cx: &Context, given: &Given<'_>) -> Result<(), HandlerError> {
    let call = cx
        .iam()
        .update_account_password_policy()
        .set_minimum_password_length(given.number("MinimumPasswordLength"))
        .set_require_symbols(given.flag("RequireSymbols"))
        .set_require_numbers(given.flag("RequireNumbers"))
        .set_require_uppercase_characters(given.flag("RequireUppercaseCharacters"))
        .set_require_lowercase_characters(given.flag("RequireLowercaseCharacters"))
        .set_allow_users_to_change_password(given.flag("AllowUsersToChangePassword"))
        .set_max_password_age(given.number("MaxPasswordAge"))
        .set_password_reuse_prevention(given.number("PasswordReusePrevention"))
        .set_hard_expiry(given.flag("HardExpiry"));
    call.send().await.failed("iam:UpdateAccountPasswordPolicy").map(drop)
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetPublicAccessBlock.html>
#[cfg(feature = "s3")]
async fn read_public_access_block(cx: &Context) -> Result<Properties, HandlerError> {
    let answer = cx.s3control().get_public_access_block().account_id(cx.account()).send().await;
    if let Err(error) = &answer
        && service_code(error) == Some("NoSuchPublicAccessBlockConfiguration")
    {
        return Ok(Properties::new());
    }
    let answer = answer.failed("s3:GetAccountPublicAccessBlock")?;
    let Some(block) = answer.public_access_block_configuration() else { return Ok(Properties::new()) };
    Ok(object! {
        "BlockPublicAcls" => block.block_public_acls(),
        "BlockPublicPolicy" => block.block_public_policy(),
        "IgnorePublicAcls" => block.ignore_public_acls(),
        "RestrictPublicBuckets" => block.restrict_public_buckets(),
    })
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutPublicAccessBlock.html>
#[cfg(feature = "s3")]
async fn public_access_block(cx: &Context, given: &Given<'_>) -> Result<(), HandlerError> {
    let block = aws_sdk_s3control::types::PublicAccessBlockConfiguration::builder()
        .set_block_public_acls(given.flag("BlockPublicAcls"))
        .set_block_public_policy(given.flag("BlockPublicPolicy"))
        .set_ignore_public_acls(given.flag("IgnorePublicAcls"))
        .set_restrict_public_buckets(given.flag("RestrictPublicBuckets"))
        .build();
    let call = cx.s3control().put_public_access_block().account_id(cx.account()).public_access_block_configuration(block);
    call.send().await.failed("s3:PutAccountPublicAccessBlock").map(drop)
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetEbsEncryptionByDefault.html>
#[cfg(feature = "ec2")]
async fn read_ebs_encryption(cx: &Context, given: &Given<'_>) -> Result<Properties, HandlerError> {
    let answer = cx.ec2().get_ebs_encryption_by_default().send().await.failed("ec2:GetEbsEncryptionByDefault")?;
    let mut properties = object! { "Enabled" => answer.ebs_encryption_by_default().unwrap_or(false) };
    if given.text("KmsKeyId").is_some() {
        let answer = cx.ec2().get_ebs_default_kms_key_id().send().await.failed("ec2:GetEbsDefaultKmsKeyId")?;
        properties.extend(object! { "KmsKeyId" => answer.kms_key_id() });
    }
    Ok(properties)
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableEbsEncryptionByDefault.html>
#[cfg(feature = "ec2")]
async fn ebs_encryption(cx: &Context, given: &Given<'_>) -> Result<(), HandlerError> {
    match given.flag("Enabled") {
        Some(true) => cx.ec2().enable_ebs_encryption_by_default().send().await.failed("ec2:EnableEbsEncryptionByDefault").map(drop)?,
        Some(false) => cx.ec2().disable_ebs_encryption_by_default().send().await.failed("ec2:DisableEbsEncryptionByDefault").map(drop)?,
        None => return Err(given.error("`Enabled` is missing")),
    }
    if let Some(key) = given.text("KmsKeyId") {
        let call = cx.ec2().modify_ebs_default_kms_key_id().kms_key_id(key);
        call.send().await.failed("ec2:ModifyEbsDefaultKmsKeyId")?;
    }
    Ok(())
}

/// The ids of the rules of a security group, those of ingress and those of egress:
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroupRules.html>.
#[cfg(feature = "ec2")]
async fn rules(cx: &Context, given: &Given<'_>) -> Result<(String, Vec<String>, Vec<String>), HandlerError> {
    let group = given.text("GroupId").ok_or_else(|| given.error("`GroupId` is missing"))?;
    let filter = aws_sdk_ec2::types::Filter::builder().name("group-id").values(group).build();
    let mut pages = cx.ec2().describe_security_group_rules().filters(filter).into_paginator().send();
    let (mut ingress, mut egress) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        for rule in page.failed("ec2:DescribeSecurityGroupRules")?.security_group_rules() {
            let of = if rule.is_egress().unwrap_or(false) { &mut egress } else { &mut ingress };
            of.extend(rule.security_group_rule_id().map(ToOwned::to_owned));
        }
    }
    Ok((group.to_owned(), ingress, egress))
}

#[cfg(feature = "ec2")]
async fn read_default_security_group(cx: &Context, given: &Given<'_>) -> Result<Properties, HandlerError> {
    let (group, ingress, egress) = rules(cx, given).await?;
    let listed = |rules: Vec<String>| Value::Array(rules.into_iter().map(Value::from).collect());
    Ok(object! { "GroupId" => group, "SecurityGroupIngress" => listed(ingress), "SecurityGroupEgress" => listed(egress) })
}

/// All rules go: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html>.
#[cfg(feature = "ec2")]
async fn default_security_group(cx: &Context, given: &Given<'_>) -> Result<(), HandlerError> {
    let (group, ingress, egress) = rules(cx, given).await?;
    if !ingress.is_empty() {
        let call = cx.ec2().revoke_security_group_ingress().group_id(&group).set_security_group_rule_ids(Some(ingress));
        call.send().await.failed("ec2:RevokeSecurityGroupIngress")?;
    }
    if !egress.is_empty() {
        let call = cx.ec2().revoke_security_group_egress().group_id(&group).set_security_group_rule_ids(Some(egress));
        call.send().await.failed("ec2:RevokeSecurityGroupEgress")?;
    }
    Ok(())
}

/// Of the policy types that are asked for, those that the root has:
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListRoots.html>.
#[cfg(feature = "organizations")]
async fn read_policy_types(cx: &Context, given: &Given<'_>) -> Result<Properties, HandlerError> {
    let mut pages = cx.organizations().list_roots().into_paginator().send();
    let mut enabled = Vec::new();
    let mut id = None;
    while let Some(page) = pages.next().await {
        for root in page.failed("organizations:ListRoots")?.roots() {
            let kinds = root.policy_types().iter();
            enabled.extend(kinds.filter_map(|kind| Some((kind.r#type()?.as_str().to_owned(), kind.status()?.as_str().to_owned()))));
            id = id.or_else(|| root.id().map(ToOwned::to_owned));
        }
    }
    let wanted = given.properties.get("PolicyTypes").and_then(Value::as_array).into_iter().flatten();
    let there = wanted.filter(|entry| {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        enabled.contains(&(text("Type"), text("Status")))
    });
    Ok(object! { "Id" => id, "PolicyTypes" => Value::Array(there.cloned().collect()) })
}

/// Policy types that are to be enabled are; others stay as they are:
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnablePolicyType.html>.
#[cfg(feature = "organizations")]
async fn policy_types(cx: &Context, given: &Given<'_>) -> Result<(), HandlerError> {
    let root = given.text("Id").ok_or_else(|| given.error("`Id` of the root is missing"))?;
    for entry in given.properties.get("PolicyTypes").and_then(Value::as_array).into_iter().flatten() {
        let Some(kind) = entry.get("Type").and_then(Value::as_str) else { continue };
        let enabled = cx.organizations().enable_policy_type().root_id(root).policy_type(kind.into()).send().await;
        if let Err(error) = &enabled
            && service_code(error) == Some("PolicyTypeAlreadyEnabledException")
        {
            continue;
        }
        enabled.failed("organizations:EnablePolicyType")?;
    }
    Ok(())
}

/// Of the services that are asked for, those that have access:
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAWSServiceAccessForOrganization.html>.
#[cfg(feature = "organizations")]
async fn read_service_access(cx: &Context, given: &Given<'_>) -> Result<Properties, HandlerError> {
    let mut pages = cx.organizations().list_aws_service_access_for_organization().into_paginator().send();
    let mut enabled = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.failed("organizations:ListAWSServiceAccessForOrganization")?;
        enabled
            .extend(page.enabled_service_principals().iter().filter_map(|principal| principal.service_principal().map(ToOwned::to_owned)));
    }
    Ok(given.those("ServicePrincipals", &enabled))
}

/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAWSServiceAccess.html>
#[cfg(feature = "organizations")]
async fn service_access(cx: &Context, given: &Given<'_>) -> Result<(), HandlerError> {
    for principal in given.texts("ServicePrincipals") {
        let call = cx.organizations().enable_aws_service_access().service_principal(principal);
        call.send().await.failed("organizations:EnableAWSServiceAccess")?;
    }
    Ok(())
}

/// Of the services that are asked for, those that the account administers:
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListDelegatedServicesForAccount.html>.
#[cfg(feature = "organizations")]
async fn read_delegated_administrator(cx: &Context, given: &Given<'_>) -> Result<Properties, HandlerError> {
    let account = given.text("AccountId").ok_or_else(|| given.error("`AccountId` is missing"))?;
    let mut pages = cx.organizations().list_delegated_services_for_account().account_id(account).into_paginator().items().send();
    let mut services = Vec::new();
    while let Some(service) = pages.next().await {
        if let Err(error) = &service
            && service_code(error) == Some("AccountNotRegisteredException")
        {
            break;
        }
        services.extend(service.failed("organizations:ListDelegatedServicesForAccount")?.service_principal().map(ToOwned::to_owned));
    }
    let mut properties = given.those("ServicePrincipals", &services);
    properties.extend(object! { "AccountId" => account });
    Ok(properties)
}

/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html>
#[cfg(feature = "organizations")]
async fn delegated_administrator(cx: &Context, given: &Given<'_>) -> Result<(), HandlerError> {
    let account = given.text("AccountId").ok_or_else(|| given.error("`AccountId` is missing"))?;
    for principal in given.texts("ServicePrincipals") {
        let registered =
            cx.organizations().register_delegated_administrator().account_id(account).service_principal(principal).send().await;
        if let Err(error) = &registered
            && service_code(error) == Some("AccountAlreadyRegisteredException")
        {
            continue;
        }
        registered.failed("organizations:RegisterDelegatedAdministrator")?;
    }
    Ok(())
}
