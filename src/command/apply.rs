//! `innovate apply`.

use clap::Args;

use super::consent::Consent;
use super::provision::Access;
use super::settings::Policies;
use super::{Exit, Global};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The folder of the blueprint; or a plan that `innovate plan --out` wrote, to do that and nothing else.
    #[arg(value_name = "DIR|PLAN", default_value = ".")]
    target: String,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    policies: Policies,
    #[command(flatten)]
    consent: Consent,
    /// Go on with roll-backs that failed.
    #[arg(long)]
    continue_rollback: bool,
}

#[cfg(not(feature = "aws"))]
pub(super) fn run(arguments: &Arguments, _global: &Global) -> anyhow::Result<Exit> {
    arguments.access.refuse()
}

#[cfg(feature = "aws")]
pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    live::run(arguments, global)
}

#[cfg(feature = "aws")]
mod live {
    use std::io::{self, BufWriter, Write};
    use std::path::Path;

    use anyhow::Context;
    use serde_json::json;

    use super::Arguments;
    use crate::blueprint::{Doors, Forecast, Options, Outcome, Overseer};
    use crate::command::consent::teller;
    use crate::command::provision::{self, Desk};
    use crate::command::{Exit, Global, plan, usage};
    use crate::plan::{self as plans, Guardrails};
    use crate::report::{PlanFile, PlanFormat};

    pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
        if arguments.policies.narrow() {
            return Err(usage(
                "`apply` is judged by every policy; what an environment makes less of, its `guardrails` in `blueprint.yaml` say",
            ));
        }
        let file = arguments.file()?;
        let folder = file.as_ref().map_or(arguments.target.as_str(), |file| file.folder.as_str());
        let desk = Desk::new(folder, &arguments.policies, global)?;
        let options = arguments.access.options(&desk.blueprint)?;
        crate::command::live::runtime()?.block_on(async {
            let session = innovate_aws::Session::connect(options).await;
            let plan::Made { forecast, guardrails, known, world } = plan::made(&desk, &session).await?;
            let made = &forecast.plan;
            if let Some(file) = &file {
                if file.plan.caller != made.caller {
                    writeln!(
                        io::stderr(),
                        "refused: the plan was made in another account, or in none; plan again with the credentials that it is applied with"
                    )?;
                    return Ok(Exit::Refused);
                }
                let departures = file.plan.departures(made);
                if !departures.is_empty() {
                    for departure in &departures {
                        writeln!(io::stderr(), "moved: {departure}")?;
                    }
                    writeln!(io::stderr(), "refused: the world is not what it was when the plan was made; plan again")?;
                    return Ok(Exit::Refused);
                }
            }
            // What was agreed to is what was planned, even where part of it is done by now.
            let planned = file.as_ref().map_or(made, |file| &file.plan);
            if file.is_none() {
                let mut out = BufWriter::new(io::stdout().lock());
                let texts = desk.blueprint.texts();
                PlanFormat::Text.write(&plan::report(folder, &desk, &texts, &forecast, &guardrails), &mut out)?;
                out.flush()?;
            }
            if !made.refusals.is_empty() {
                for refusal in &made.refusals {
                    writeln!(io::stderr(), "refused: {refusal}")?;
                }
                return Ok(Exit::Refused);
            }
            match plan::exit(&guardrails) {
                Exit::Clean => {}
                exit => {
                    name_denials(&guardrails)?;
                    return Ok(exit);
                }
            }
            if made.is_empty() {
                writeln!(io::stdout(), "nothing to do")?;
                return Ok(Exit::Clean);
            }
            let environments =
                made.steps.iter().filter(|step| step.approval && step.change.is_change()).map(|step| step.environment.as_str());
            if let Err(refusal) = arguments.consent.given(&planned.digest(), environments)? {
                writeln!(io::stderr(), "refused: {refusal}")?;
                return Ok(Exit::Refused);
            }
            let caller = made.caller.clone().unwrap_or_default();
            let journal = arguments.consent.journal(folder, &made.blueprint, json!({ "plan": planned.digest(), "account": caller }))?;
            journal.write(json!({ "what": "begin", "blueprint": made.blueprint }))?;
            let doors = Doors::new(&desk.blueprint, &session);
            let labels: Vec<String> = made.steps.iter().map(|step| format!("{}/{}", step.environment, step.name)).collect();
            let tell = teller(&journal, &labels);
            let guard = |forecast: &Forecast| -> Result<Vec<String>, String> {
                let guardrails = desk.guard(forecast, world.clone()).map_err(|error| format!("{error:#}"))?;
                Ok(guardrails.denials().map(|guarded| format!("{}: {}", guarded.finding.policy, guarded.finding.message)).collect())
            };
            let overseer = Overseer { guard: &guard, tell: &tell };
            let options = Options { poll: arguments.consent.poll(), continue_rollback: arguments.continue_rollback };
            let applied = desk.blueprint.apply(made, known, &doors, options, &overseer).await;
            let bad: Vec<(&String, &Outcome)> = labels.iter().zip(&applied.outcomes).filter(|(_, outcome)| !outcome.is_good()).collect();
            journal.write(json!({ "what": "end", "failed": bad.iter().map(|(label, _)| label).collect::<Vec<_>>() }))?;
            let count = |wanted: &Outcome| applied.outcomes.iter().filter(|outcome| *outcome == wanted).count();
            writeln!(
                io::stdout(),
                "{}: {} steps done, {} had nothing to do, {} not",
                made.blueprint,
                count(&Outcome::Done),
                count(&Outcome::Kept),
                bad.len()
            )?;
            if !bad.is_empty() {
                return Ok(Exit::Refused);
            }
            // What was provisioned is read, and judged by the same policies.
            let forecast = desk.blueprint.forecast(&applied.known).map_err(usage)?;
            let proof = provision::proof(&desk, &session, &forecast).await?;
            journal.write(json!({ "what": "proof", "compared": proof.compared, "differences": proof.differences }))?;
            for difference in &proof.differences {
                writeln!(io::stdout(), "not as planned: {difference}")?;
            }
            writeln!(io::stdout(), "{} verdicts on what is there now, {} not as planned", proof.compared, proof.differences.len())?;
            Ok(if proof.differences.is_empty() { Exit::Clean } else { Exit::Violations })
        })
    }

    fn name_denials(guardrails: &Guardrails) -> io::Result<()> {
        let mut err = io::stderr().lock();
        for guarded in guardrails.denials() {
            writeln!(err, "denied in {}: {}: {}", guarded.environment, guarded.finding.policy, guarded.finding.message)?;
        }
        writeln!(err, "refused: nothing was changed")
    }

    impl Arguments {
        /// The plan, where the argument is the file of one.
        fn file(&self) -> anyhow::Result<Option<PlanFile>> {
            let path = Path::new(&self.target);
            if !path.is_file() {
                return Ok(None);
            }
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", self.target))?;
            let file: PlanFile = serde_json::from_str(&text).map_err(|error| usage(format!("`{}` is no plan: {error}", self.target)))?;
            if file.plan.version != plans::VERSION {
                return Err(usage(format!(
                    "`{}` is a plan of version {}; this program reads {}",
                    self.target,
                    file.plan.version,
                    plans::VERSION
                )));
            }
            if file.digest != file.plan.digest() {
                return Err(usage(format!("`{}` was changed after it was made: its digest is another", self.target)));
            }
            Ok(Some(file))
        }
    }
}
