//! What the Serverless Application Model makes of its resources, as far as policies judge it:
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html>.

use innovate_model::Span;

use super::part::Part;
use super::{Skipped, Template};
use crate::input::declared::Declaration;
use crate::input::document::{Entry, InputError};

/// The transform.
pub(super) const TRANSFORM: &str = "AWS::Serverless-2016-10-31";

/// The managed policy of every function's own role.
const EXECUTION: &str = "AWSLambdaBasicExecutionRole";

/// The type of a resource that SAM makes under this name.
pub(super) fn owner(template: &Template<'_>, logical: &str) -> Option<&'static str> {
    let owner = logical.strip_suffix("Role")?;
    let is_function = matches!(super::type_of(template.resource(owner)?)?, "AWS::Serverless::Function" | "AWS::Serverless::StateMachine");
    is_function.then_some("AWS::IAM::Role")
}

fn member(key: &str, part: Part) -> (String, Span, Part) {
    (key.to_owned(), Span::default(), part)
}

impl Template<'_> {
    /// Adds the role that SAM makes for a function or state machine without one; tells of the rest that nothing judges it.
    pub(super) fn serverless(&self, entry: &Entry, type_name: &str, declaration: &mut Declaration) -> Result<(), InputError> {
        let (logical, properties) = (entry.key.as_str(), entry.value.get("Properties"));
        let principal = match type_name {
            "AWS::Serverless::Function" => "lambda.amazonaws.com",
            "AWS::Serverless::StateMachine" => "states.amazonaws.com",
            _ => "",
        };
        declaration.skipped.push(Skipped {
            location: self.location(logical, entry.span),
            type_name: type_name.to_owned(),
            reason: if principal.is_empty() {
                "no policy speaks of what SAM makes of it".to_owned()
            } else {
                "no policy speaks of this type; its role is judged".to_owned()
            },
            unread: false,
        });
        // Of what holds for every function, only a function has any.
        let globals = self.root.get("Globals").and_then(|globals| globals.get(type_name.strip_prefix("AWS::Serverless::")?));
        let property = |name: &str| properties.and_then(|properties| properties.entry(name)).or_else(|| globals?.entry(name));
        if principal.is_empty() || property("Role").is_some() {
            return Ok(());
        }
        let mut managed = Vec::new();
        if type_name == "AWS::Serverless::Function" {
            managed.push((
                entry.span,
                Part::text(format!("arn:{}:iam::aws:policy/service-role/{EXECUTION}", super::arn::partition(&self.target.region))),
            ));
        }
        let mut inline = Vec::new();
        let policies = properties.and_then(|properties| properties.entry("Policies"));
        let listed = policies.map(|policies| policies.value.items().unwrap_or(std::slice::from_ref(&policies.value)));
        for (number, policy) in listed.into_iter().flatten().enumerate() {
            let part = self.resolve(policy)?;
            let place = policy.place();
            match &part {
                Part::Scalar(_, name) if name.starts_with("arn:") => managed.push((place, part)),
                Part::Scalar(_, name) => {
                    let partition = super::arn::partition(&self.target.region);
                    managed.push((place, Part::text(format!("arn:{partition}:iam::aws:policy/{name}"))));
                }
                Part::Map(_) if policy.get("Statement").is_some() => {
                    let name = Part::text(format!("{logical}RolePolicy{number}"));
                    inline.push((place, Part::Map(vec![member("PolicyName", name), ("PolicyDocument".to_owned(), place, part)])));
                }
                // A condition may give the name of a policy as well as its text.
                Part::Unknown { why, .. } => {
                    managed.push((place, Part::unknown(why.as_str())));
                    inline.push((place, Part::unknown(why.as_str())));
                }
                _ => inline.push((place, Part::unknown("SAM makes it of a policy template"))),
            }
        }
        let assume = Part::of_value(&serde_json::json!({
            "Version": "2012-10-17",
            "Statement": [{ "Action": ["sts:AssumeRole"], "Effect": "Allow", "Principal": { "Service": [principal] } }],
        }));
        let assume = match property("AssumeRolePolicyDocument") {
            Some(entry) => (entry.key.clone(), entry.place(), self.resolve(&entry.value)?),
            None => member("AssumeRolePolicyDocument", assume),
        };
        let mut role = vec![assume];
        let at = policies.map_or(entry.span, |policies| policies.span);
        role.push(("ManagedPolicyArns".to_owned(), at, Part::List(managed)));
        if !inline.is_empty() {
            role.push(("Policies".to_owned(), at, Part::List(inline)));
        }
        if let Some(entry) = property("PermissionsBoundary") {
            role.push((entry.key.clone(), entry.place(), self.resolve(&entry.value)?));
        }
        let name = format!("{logical}Role");
        declaration.resources.push(self.declared("AWS::IAM::Role", &self.placeholder(&name), &name, entry.span, &Part::Map(role)));
        Ok(())
    }
}
