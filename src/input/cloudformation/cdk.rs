//! What `cdk synth` writes: an assembly of templates with a manifest
//! (<https://docs.aws.amazon.com/cdk/v2/guide/configure-synth.html>).

use super::{Target, beside};
use crate::input::document::{InputError, Node};

/// A stack of an assembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// Its template.
    pub file: String,
    /// The account and Region that it goes to, where the assembly knows them.
    pub target: Target,
}

/// Whether the document is the manifest of an assembly.
pub fn is_manifest(document: &Node) -> bool {
    let of_cdk = |node: &Node| {
        node.get("type").and_then(Node::text).is_some_and(|name| name.starts_with("aws:cloudformation:") || name.starts_with("cdk:"))
    };
    document.get("version").is_some()
        && document.get("artifacts").and_then(Node::entries).is_some_and(|entries| entries.iter().any(|entry| of_cdk(&entry.value)))
}

/// The stacks that a manifest names, and the manifests of the assemblies in it.
///
/// # Errors
/// A stack has no template.
pub fn stacks(file: &str, manifest: &Node, target: &Target) -> Result<(Vec<Stack>, Vec<String>), InputError> {
    let (mut stacks, mut assemblies) = (Vec::new(), Vec::new());
    for artifact in manifest.get("artifacts").and_then(Node::entries).unwrap_or_default() {
        let property = |name: &str| artifact.value.get("properties").and_then(|properties| properties.get(name)).and_then(Node::text);
        match artifact.value.get("type").and_then(Node::text) {
            Some("aws:cloudformation:stack") => {
                let Some(template) = property("templateFile") else {
                    return Err(InputError::new(file, artifact.span.start, format!("the stack `{}` has no `templateFile`", artifact.key)));
                };
                stacks.push(Stack { file: beside(file, template), target: environment(&artifact.value, target) });
            }
            Some("cdk:cloud-assembly") => {
                assemblies.extend(property("directoryName").map(|name| beside(file, &format!("{name}/manifest.json"))))
            }
            _ => {}
        }
    }
    Ok((stacks, assemblies))
}

/// The account and Region of `aws://123456789012/eu-central-1`; either may be unknown.
fn environment(artifact: &Node, target: &Target) -> Target {
    let mut known = target.clone();
    let text = artifact.get("environment").and_then(Node::text).and_then(|text| text.strip_prefix("aws://")).unwrap_or_default();
    if let Some((account, region)) = text.split_once('/') {
        if !account.is_empty() && account != "unknown-account" {
            account.clone_into(&mut known.account);
        }
        if !region.is_empty() && region != "unknown-region" {
            region.clone_into(&mut known.region);
        }
    }
    known
}
