//! The organization and its accounts, from <https://docs.aws.amazon.com/organizations/latest/APIReference/Welcome.html>.

use aws_config::SdkConfig;
use innovate_model::{HandlerError, OrganizationFacts};

#[cfg(not(feature = "organizations"))]
pub(crate) async fn read(_config: &SdkConfig) -> Result<OrganizationFacts, HandlerError> {
    Err(HandlerError::new(
        innovate_model::HandlerErrorCode::InvalidRequest,
        "organizations:DescribeOrganization",
        "built without the feature `organizations`",
    ))
}

/// Reads the organization, its units and every account.
#[cfg(feature = "organizations")]
pub(crate) async fn read(config: &SdkConfig) -> Result<OrganizationFacts, HandlerError> {
    use crate::failure::Failure;
    use aws_sdk_organizations::types::ChildType;
    use innovate_model::{AccountFacts, GLOBAL, Unread};

    let client = aws_sdk_organizations::Client::new(config);
    let answer = client.describe_organization().send().await.failed("organizations:DescribeOrganization")?;
    let organization = answer.organization();
    let mut facts = OrganizationFacts {
        id: organization.and_then(|o| o.id()).unwrap_or_default().to_owned(),
        management_account: organization.and_then(|o| o.master_account_id()).unwrap_or_default().to_owned(),
        ..OrganizationFacts::default()
    };

    let mut pages = client.list_accounts().into_paginator().send();
    while let Some(page) = pages.next().await {
        for account in page.failed("organizations:ListAccounts")?.accounts() {
            let Some(id) = account.id() else { continue };
            let state = account.state().map(|state| state.as_str().to_owned());
            #[allow(deprecated, reason = "`State` replaces `Status`, but older partitions answer with `Status` alone")]
            let status = state.or_else(|| account.status().map(|status| status.as_str().to_owned()));
            let fact = AccountFacts {
                id: id.to_owned(),
                name: account.name().map(ToOwned::to_owned),
                email: account.email().map(ToOwned::to_owned),
                status: status.unwrap_or_else(|| "ACTIVE".to_owned()),
                management: id == facts.management_account,
                ..AccountFacts::default()
            };
            facts.accounts.insert(id.to_owned(), fact);
        }
    }

    let mut unread = Vec::new();
    let mut note = |type_name: &str, error: HandlerError| {
        unread.push(Unread {
            account: facts.management_account.clone(),
            region: GLOBAL.to_owned(),
            type_name: type_name.to_owned(),
            cause: error.into(),
        });
    };

    // The tree, breadth first: every unit with the names and ids that lead to it.
    let mut queue: Vec<(String, Vec<(String, String)>)> = Vec::new();
    let mut roots = client.list_roots().into_paginator().send();
    while let Some(page) = roots.next().await {
        match page.failed("organizations:ListRoots") {
            Ok(page) => queue.extend(page.roots().iter().filter_map(|root| Some((root.id()?.to_owned(), Vec::new())))),
            Err(error) => {
                note("AWS::Organizations::OrganizationalUnit", error);
                break;
            }
        }
    }
    while let Some((parent, path)) = queue.pop() {
        let mut accounts = client.list_children().parent_id(&parent).child_type(ChildType::Account).into_paginator().send();
        while let Some(page) = accounts.next().await {
            match page.failed("organizations:ListChildren") {
                Ok(page) => {
                    for id in page.children().iter().filter_map(|child| child.id()) {
                        if let Some(account) = facts.accounts.get_mut(id) {
                            account.organizational_units = path.iter().map(|(name, _)| name.clone()).collect();
                            account.organizational_unit_ids = path.iter().map(|(_, id)| id.clone()).collect();
                        }
                    }
                }
                Err(error) => {
                    note("AWS::Organizations::OrganizationalUnit", error);
                    break;
                }
            }
        }
        let mut units = client.list_organizational_units_for_parent().parent_id(&parent).into_paginator().send();
        while let Some(page) = units.next().await {
            match page.failed("organizations:ListOrganizationalUnitsForParent") {
                Ok(page) => {
                    for unit in page.organizational_units() {
                        let (Some(id), Some(name)) = (unit.id(), unit.name()) else { continue };
                        let mut path = path.clone();
                        path.push((name.to_owned(), id.to_owned()));
                        queue.push((id.to_owned(), path));
                    }
                }
                Err(error) => {
                    note("AWS::Organizations::OrganizationalUnit", error);
                    break;
                }
            }
        }
    }

    for (id, account) in &mut facts.accounts {
        let mut tags = client.list_tags_for_resource().resource_id(id).into_paginator().send();
        while let Some(page) = tags.next().await {
            match page.failed("organizations:ListTagsForResource") {
                Ok(page) => account.tags.extend(page.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned()))),
                Err(error) => {
                    note("AWS::Organizations::Account", error);
                    break;
                }
            }
        }
    }
    facts.unread = unread;
    Ok(facts)
}
