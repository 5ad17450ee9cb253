//! `innovate permissions`.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use super::settings::{Policies, needs};
use super::{Exit, Global};
use crate::permission::Permission;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    policies: Policies,
    /// For all that `innovate snapshot` reads, whatever the policies need.
    #[arg(long, conflicts_with_all = ["policy", "severity"])]
    all: bool,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Policy)]
    format: Format,
    /// The role that is assumed in every account but the caller's own.
    #[arg(long, value_name = "NAME", env = "INNOVATE_ROLE", default_value = "InnovateAudit")]
    role: String,
    /// Who may assume the role: an account id, or the ARN of a user or role.
    #[arg(long, value_name = "ID|ARN")]
    auditor: Option<String>,
    /// The external id that the role asks for.
    #[arg(long, value_name = "ID", env = "INNOVATE_EXTERNAL_ID")]
    external_id: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// IAM policy documents of the caller, one after the other where they are several.
    Policy,
    /// IAM policy documents of the role in every other account.
    MemberPolicy,
    /// A CloudFormation template of the role in one account.
    Cloudformation,
    /// A CloudFormation template of a StackSet that makes the role in every account.
    Stackset,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    let library = arguments.policies.of_aws(global)?.library;
    if let Some(broken) = library.broken.first() {
        anyhow::bail!("policy `{}` does not load, so what it reads is not known: {}", broken.id, broken.reason);
    }
    let permission = permission(if arguments.all { None } else { needs(&library) }.as_ref())?;
    let (role, auditor, external_id) = (arguments.role.as_str(), arguments.auditor.as_deref(), arguments.external_id.as_deref());
    let documents = match arguments.format {
        Format::Policy => permission.of_auditor(role),
        Format::MemberPolicy => permission.of_member(),
        Format::Cloudformation => vec![permission.template(role, auditor, external_id)],
        Format::Stackset => vec![permission.stack_set(role, auditor, external_id)],
    };
    let mut out = io::stdout().lock();
    for document in documents {
        serde_json::to_writer_pretty(&mut out, &document).map_err(io::Error::from)?;
        writeln!(out)?;
    }
    Ok(Exit::Clean)
}

#[cfg(feature = "aws")]
fn permission(needs: Option<&crate::collect::Needs>) -> anyhow::Result<Permission> {
    Ok(Permission::new(&innovate_aws::definitions(), needs, innovate_aws::OWN_ACTIONS, innovate_aws::ENTERING_ACTIONS))
}

#[cfg(not(feature = "aws"))]
fn permission(_needs: Option<&crate::collect::Needs>) -> anyhow::Result<Permission> {
    Err(super::usage("this build reads nothing live; build with the feature `aws`"))
}
