//! Stacks and change sets: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html>.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{Capability, ChangeSetType, Parameter, Stack, Tag};
use aws_smithy_types::date_time::Format;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use innovate_model::{
    AnnouncedChange, ChangeSet, ChangeSetRequest, DeployedStack, HandlerError, Properties, Provisioner, StackEvent, StackResource,
};

use crate::context::Context;
use crate::failure::Failure;
use crate::setting;

/// What every template may need to be allowed to contain.
const CAPABILITIES: [Capability; 2] = [Capability::CapabilityNamedIam, Capability::CapabilityAutoExpand];

/// CloudFormation of one account and Region.
#[derive(Debug)]
pub(crate) struct CloudFormation {
    cx: Arc<Context>,
}

impl CloudFormation {
    pub(crate) fn new(cx: Arc<Context>) -> Self {
        Self { cx }
    }

    fn client(&self) -> Client {
        self.cx.cloudformation()
    }
}

/// Whether CloudFormation says that there is no such stack or change set: a `ValidationError` in words, or a code of its own.
fn is_missing<E: ProvideErrorMetadata>(error: &E) -> bool {
    let code = error.code().unwrap_or_default();
    let message = error.message().unwrap_or_default();
    code == "ChangeSetNotFound" || code == "ChangeSetNotFoundException" || code == "ValidationError" && message.contains("does not exist")
}

fn deployed(stack: &Stack) -> DeployedStack {
    let parameters = stack.parameters().iter();
    let outputs = stack.outputs().iter();
    DeployedStack {
        name: stack.stack_name().unwrap_or_default().to_owned(),
        id: stack.stack_id().unwrap_or_default().to_owned(),
        status: stack.stack_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: stack.stack_status_reason().map(ToOwned::to_owned),
        parameters: parameters
            .filter_map(|parameter| Some((parameter.parameter_key()?.to_owned(), parameter.parameter_value()?.to_owned())))
            .collect(),
        outputs: outputs.filter_map(|output| Some((output.output_key()?.to_owned(), output.output_value()?.to_owned()))).collect(),
        tags: stack.tags().iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()))).collect(),
        termination_protection: stack.enable_termination_protection().unwrap_or(false),
    }
}

#[async_trait]
impl Provisioner for CloudFormation {
    async fn stacks(&self) -> Result<Vec<DeployedStack>, HandlerError> {
        let mut stacks = Vec::new();
        let mut pages = self.client().describe_stacks().into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.failed("cloudformation:DescribeStacks")?;
            // A nested stack is a resource of another.
            stacks.extend(page.stacks().iter().filter(|stack| stack.parent_id().is_none()).map(deployed));
        }
        Ok(stacks)
    }

    async fn stack(&self, name: &str) -> Result<Option<DeployedStack>, HandlerError> {
        match self.client().describe_stacks().stack_name(name).send().await {
            Ok(answer) => Ok(answer.stacks().first().map(deployed)),
            Err(error) if error.as_service_error().is_some_and(is_missing) => Ok(None),
            Err(error) => Err(error).failed("cloudformation:DescribeStacks"),
        }
    }

    async fn template(&self, stack: &str) -> Result<String, HandlerError> {
        let answer = self.client().get_template().stack_name(stack).send().await.failed("cloudformation:GetTemplate")?;
        Ok(answer.template_body().unwrap_or_default().to_owned())
    }

    async fn resources(&self, stack: &str) -> Result<Vec<StackResource>, HandlerError> {
        let mut resources = Vec::new();
        let mut pages = self.client().list_stack_resources().stack_name(stack).into_paginator().send();
        while let Some(page) = pages.next().await {
            for summary in page.failed("cloudformation:ListStackResources")?.stack_resource_summaries() {
                resources.push(StackResource {
                    logical_id: summary.logical_resource_id().unwrap_or_default().to_owned(),
                    physical_id: summary.physical_resource_id().filter(|id| !id.is_empty()).map(ToOwned::to_owned),
                    type_name: summary.resource_type().unwrap_or_default().to_owned(),
                    status: summary.resource_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
                    reason: summary.resource_status_reason().map(ToOwned::to_owned),
                });
            }
        }
        Ok(resources)
    }

    async fn events(&self, stack: &str, after: Option<&str>) -> Result<Vec<StackEvent>, HandlerError> {
        let mut events = Vec::new();
        let mut pages = self.client().describe_stack_events().stack_name(stack).into_paginator().send();
        // The newest come first.
        'pages: while let Some(page) = pages.next().await {
            for event in page.failed("cloudformation:DescribeStackEvents")?.stack_events() {
                let id = event.event_id().unwrap_or_default();
                if Some(id) == after {
                    break 'pages;
                }
                events.push(StackEvent {
                    id: id.to_owned(),
                    time: event.timestamp().and_then(|time| time.fmt(Format::DateTime).ok()).unwrap_or_default(),
                    logical_id: event.logical_resource_id().unwrap_or_default().to_owned(),
                    physical_id: event.physical_resource_id().filter(|id| !id.is_empty()).map(ToOwned::to_owned),
                    type_name: event.resource_type().unwrap_or_default().to_owned(),
                    status: event.resource_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
                    reason: event.resource_status_reason().map(ToOwned::to_owned),
                    token: event.client_request_token().map(ToOwned::to_owned),
                });
            }
        }
        events.reverse();
        Ok(events)
    }

    async fn last_event(&self, stack: &str) -> Result<Option<String>, HandlerError> {
        // The newest come first.
        let answer = self.client().describe_stack_events().stack_name(stack).send().await.failed("cloudformation:DescribeStackEvents")?;
        Ok(answer.stack_events().first().and_then(|event| event.event_id()).map(ToOwned::to_owned))
    }

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Result<(), HandlerError> {
        let kind = if request.create { ChangeSetType::Create } else { ChangeSetType::Update };
        let parameters = request.parameters.iter();
        let parameters = parameters.map(|(name, value)| Parameter::builder().parameter_key(name).parameter_value(value).build()).collect();
        let tags = request.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let made = self
            .client()
            .create_change_set()
            .stack_name(&request.stack)
            .change_set_name(&request.name)
            .change_set_type(kind)
            .template_body(&request.template)
            .set_parameters(Some(parameters))
            .set_tags(Some(tags))
            .set_capabilities(Some(CAPABILITIES.to_vec()))
            .send()
            .await;
        made.failed("cloudformation:CreateChangeSet").map(drop)
    }

    async fn change_set(&self, stack: &str, name: &str) -> Result<Option<ChangeSet>, HandlerError> {
        let mut found: Option<ChangeSet> = None;
        let mut token = None;
        loop {
            let call = self.client().describe_change_set().stack_name(stack).change_set_name(name);
            let answer = match call.include_property_values(true).set_next_token(token.take()).send().await {
                Err(error) if error.as_service_error().is_some_and(is_missing) => return Ok(None),
                answer => answer.failed("cloudformation:DescribeChangeSet")?,
            };
            let set = found.get_or_insert_with(|| ChangeSet {
                name: answer.change_set_name().unwrap_or_default().to_owned(),
                status: answer.status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
                execution_status: answer.execution_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
                reason: answer.status_reason().map(ToOwned::to_owned),
                changes: Vec::new(),
            });
            for change in answer.changes().iter().filter_map(|change| change.resource_change()) {
                set.changes.push(AnnouncedChange {
                    action: change.action().map(|action| action.as_str().to_owned()).unwrap_or_default(),
                    logical_id: change.logical_resource_id().unwrap_or_default().to_owned(),
                    type_name: change.resource_type().unwrap_or_default().to_owned(),
                    replacement: change.replacement().map(|replacement| replacement.as_str().to_owned()).unwrap_or_default(),
                    after: change.after_context().map(ToOwned::to_owned),
                });
            }
            token = answer.next_token().map(ToOwned::to_owned);
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    async fn delete_change_set(&self, stack: &str, name: &str) -> Result<(), HandlerError> {
        match self.client().delete_change_set().stack_name(stack).change_set_name(name).send().await {
            Err(error) if error.as_service_error().is_some_and(is_missing) => Ok(()),
            answer => answer.failed("cloudformation:DeleteChangeSet").map(drop),
        }
    }

    async fn execute(&self, stack: &str, change_set: &str, token: &str) -> Result<(), HandlerError> {
        let call = self.client().execute_change_set().stack_name(stack).change_set_name(change_set).client_request_token(token);
        call.send().await.failed("cloudformation:ExecuteChangeSet").map(drop)
    }

    async fn delete(&self, stack: &str, retain: &[String], token: &str) -> Result<(), HandlerError> {
        let retain = (!retain.is_empty()).then(|| retain.to_vec());
        let call = self.client().delete_stack().stack_name(stack).set_retain_resources(retain).client_request_token(token);
        call.send().await.failed("cloudformation:DeleteStack").map(drop)
    }

    async fn continue_rollback(&self, stack: &str, skip: &[String], token: &str) -> Result<(), HandlerError> {
        let skip = (!skip.is_empty()).then(|| skip.to_vec());
        let call = self.client().continue_update_rollback().stack_name(stack).set_resources_to_skip(skip).client_request_token(token);
        call.send().await.failed("cloudformation:ContinueUpdateRollback").map(drop)
    }

    async fn protect(&self, stack: &str, protected: bool) -> Result<(), HandlerError> {
        let call = self.client().update_termination_protection().stack_name(stack).enable_termination_protection(protected);
        call.send().await.failed("cloudformation:UpdateTerminationProtection").map(drop)
    }

    async fn set_policy(&self, stack: &str, policy: &str) -> Result<(), HandlerError> {
        let call = self.client().set_stack_policy().stack_name(stack).stack_policy_body(policy);
        call.send().await.failed("cloudformation:SetStackPolicy").map(drop)
    }

    async fn setting(&self, type_name: &str, wanted: &Properties) -> Result<Properties, HandlerError> {
        setting::read(&self.cx, type_name, wanted).await
    }

    async fn set(&self, type_name: &str, wanted: &Properties) -> Result<(), HandlerError> {
        setting::set(&self.cx, type_name, wanted).await
    }
}
