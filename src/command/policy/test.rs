//! `innovate policy test`.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};
use itertools::Itertools;
use serde_json::{Value, json};

use super::Chosen;
use crate::command::origin::Own;
use crate::command::{Exit, Global, usage, worker};
use crate::engine::{ExampleReport, Tests, run_chosen};
use crate::policy::{self, Coverage, Library, Selection, UnitTests};

/// How often a folder is looked at for changes.
const PERIOD: Duration = Duration::from_millis(300);

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    chosen: Chosen,
    /// Run only cases with this text in their names, and no unit tests.
    #[arg(long, value_name = "TEXT")]
    case: Option<String>,
    /// Tell for each file which lines no case and no unit test went through.
    #[arg(long)]
    coverage: bool,
    /// Exit with 3 where fewer of all lines than this were gone through.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    fail_under: Option<f64>,
    /// Run again whenever a file of `--folder` changes, until Ctrl-C.
    #[arg(long, requires = "folder")]
    watch: bool,
    /// How to tell.
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse().ok().filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| "not a number from 0 to 100".to_owned())
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> anyhow::Result<Exit> {
    match &arguments.chosen.folder {
        Some(folder) if arguments.watch => arguments.watch(folder, global),
        _ => {
            let (text, exit) = arguments.once(global)?;
            io::stdout().lock().write_all(text.as_bytes())?;
            Ok(exit)
        }
    }
}

/// What was tested.
struct Outcome {
    examples: ExampleReport,
    units: UnitTests,
    /// None where it was not asked for.
    coverage: Option<Coverage>,
}

impl Arguments {
    /// Runs what is chosen; gives what is to be said of it.
    fn once(&self, global: &Global) -> anyhow::Result<(String, Exit)> {
        let outcome = self.outcome(global)?;
        let text = match self.output {
            Format::Text => outcome.text()?,
            Format::Json => format!("{:#}\n", outcome.json()),
        };
        let uncovered = self.fail_under.zip(outcome.coverage.as_ref()).is_some_and(|(least, coverage)| coverage.percent() < least);
        Ok((text, if outcome.has_failures() || uncovered { Exit::Violations } else { Exit::Clean }))
    }

    fn outcome(&self, global: &Global) -> anyhow::Result<Outcome> {
        let coverage = self.coverage || self.fail_under.is_some();
        let own = self.chosen.own(global)?;
        let all = self.chosen.all(own.as_ref(), global)?;
        // Ids of the library are those of unit tests.
        let is_library = |id: &&String| *id == "lib" || id.starts_with("lib.");
        let (modules, ids): (Vec<&String>, Vec<&String>) = self.chosen.ids.iter().partition(is_library);
        let ids: Vec<String> = ids.into_iter().cloned().collect();
        let library = match (modules.as_slice(), ids.as_slice()) {
            ([_, ..], []) => Library::default(),
            _ => all.select(&Selection { ids: ids.clone(), severity: None }).map_err(usage)?,
        };
        let tests = Tests { case: self.case.clone(), coverage };
        let mut examples = run_chosen(&library.of_origin(true), &tests);
        examples.merge(worker::examples(&library, &tests)?);
        library.broken.iter().for_each(|broken| examples.merge(ExampleReport::failed(&broken.id, broken.reason.clone())));
        examples.failures.sort_by(|a, b| a.policy.cmp(&b.policy));
        if let Some(text) = self.case.as_ref().filter(|_| examples.cases == 0) {
            return Err(usage(format!("no case has `{text}` in its name")));
        }
        let is_wanted = |file: &str| {
            let id = file.trim_end_matches(".rego").trim_end_matches("_test").replace('/', ".");
            let names = |wanted: &&String| id.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            self.case.is_none() && (self.chosen.ids.is_empty() || modules.iter().any(names))
        };
        let units = unit_tests(own.as_ref(), is_wanted, coverage)?;
        if let (Some(id), 0) = (modules.first(), units.count + units.failures.len()) {
            return Err(usage(format!("no unit test of `{id}`")));
        }
        let coverage = coverage.then(|| {
            let mut coverage = examples.coverage.clone();
            coverage.merge(units.coverage.clone());
            coverage
        });
        // What is reached besides what was chosen is not in question.
        let coverage = coverage.map(|Coverage(files)| {
            let is_policy = |file: &str| library.policies.iter().any(|policy| policy.file == file);
            let is_chosen = |file: &str| is_policy(file) || (file.starts_with("lib/") && is_wanted(file));
            Coverage(files.into_iter().filter(|(file, _)| is_chosen(file)).collect())
        });
        Ok(Outcome { examples, units, coverage })
    }

    /// Runs again and again.
    fn watch(&self, folder: &str, global: &Global) -> anyhow::Result<Exit> {
        if !Path::new(folder).is_dir() {
            return Err(usage(format!("`{folder}` is no folder: there is nothing to watch")));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot wait for changes")?;
        runtime.block_on(async {
            let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
            let mut before = None;
            loop {
                let now = self.chosen.policies.own(folder, global).map(|own| own.sources).map_err(|error| format!("{error:#}"));
                if before.as_ref() != Some(&now) {
                    let said = self.once(global);
                    // A worker hears the end, too: what came of that is nothing to tell.
                    if ended(&mut stop, Duration::ZERO).await {
                        return Ok(Exit::Clean);
                    }
                    let mut out = io::stdout().lock();
                    match said {
                        Ok((text, _)) => out.write_all(text.as_bytes())?,
                        Err(error) => writeln!(out, "error: {error:#}")?,
                    }
                    writeln!(out, "waiting for a change of `{folder}`; Ctrl-C ends it")?;
                    out.flush()?;
                    before = Some(now);
                }
                if ended(&mut stop, PERIOD).await {
                    return Ok(Exit::Clean);
                }
            }
        })
    }
}

/// Whether the end comes within the time.
async fn ended(stop: &mut (impl Future<Output = io::Result<()>> + Unpin), time: Duration) -> bool {
    tokio::select! {
        biased;
        _ = stop => true,
        () = tokio::time::sleep(time) => false,
    }
}

/// Runs the unit tests of the folder, or those that ship.
fn unit_tests(own: Option<&Own>, is_wanted: impl Fn(&str) -> bool, coverage: bool) -> anyhow::Result<UnitTests> {
    let wanted = |files: Vec<(String, String)>| files.into_iter().filter(|(file, _)| is_wanted(file)).collect::<Vec<_>>();
    match own {
        None => Ok(UnitTests::run(&policy::shipped()?, &wanted(policy::shipped_tests()), coverage)?),
        Some(own) => {
            let files = own.sources.files.iter().filter(|(file, _)| file.ends_with("_test.rego"));
            let files = wanted(files.map(|(file, text)| (file.clone(), text.clone())).collect());
            if files.is_empty() { Ok(UnitTests::default()) } else { worker::unit_tests(&own.sources, &files, coverage) }
        }
    }
}

impl Outcome {
    fn has_failures(&self) -> bool {
        !self.examples.failures.is_empty() || !self.units.failures.is_empty()
    }

    fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        for failure in &self.examples.failures {
            let case = if failure.case.is_empty() { String::new() } else { format!(", case `{}`", failure.case) };
            writeln!(text, "FAIL {}{case}: {}", failure.policy, failure.reason)?;
        }
        for failure in &self.units.failures {
            let rule = if failure.rule.is_empty() { String::new() } else { format!(" {}:", failure.rule) };
            writeln!(text, "FAIL {}:{}:{}:{rule} {}", failure.place.file, failure.place.line, failure.place.column, failure.reason)?;
        }
        if let Some(coverage) = &self.coverage {
            for (file, lines) in &coverage.0 {
                let missing =
                    if lines.uncovered.is_empty() { String::new() } else { format!("  not gone through: {}", ranges(&lines.uncovered)) };
                writeln!(text, "{:>7}  {file}{missing}", shown(lines.percent()))?;
            }
            writeln!(text, "{:>7}  of all lines of {} files", shown(coverage.percent()), coverage.0.len())?;
        }
        let failures = self.examples.failures.len() + self.units.failures.len();
        writeln!(
            text,
            "{} policies, {} cases, {} unit tests, {failures} failures",
            self.examples.policies, self.examples.cases, self.units.count
        )?;
        Ok(text)
    }

    fn json(&self) -> Value {
        let of_cases = self.examples.failures.iter().map(|failure| json!(failure));
        let of_units = self.units.failures.iter().map(|failure| json!(failure));
        let mut document = json!({
            "policies": self.examples.policies,
            "cases": self.examples.cases,
            "unit_tests": self.units.count,
            "failures": of_cases.chain(of_units).collect::<Vec<_>>(),
        });
        if let (Some(coverage), Some(document)) = (&self.coverage, document.as_object_mut()) {
            let files = coverage.0.iter().map(
                |(file, lines)| json!({ "file": file, "percent": lines.percent(), "covered": lines.covered, "uncovered": lines.uncovered }),
            );
            let coverage = json!({ "percent": coverage.percent(), "files": files.collect::<Vec<_>>() });
            document.insert("coverage".to_owned(), coverage);
        }
        document
    }
}

/// A share, never rounded up to all.
fn shown(percent: f64) -> String {
    format!("{:.1} %", (percent * 10.0).floor() / 10.0)
}

/// Numbers, those that follow each other as a range.
fn ranges<'a>(lines: impl IntoIterator<Item = &'a u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            _ => ranges.push((*line, *line)),
        }
    }
    ranges.iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") }).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_in_ranges_and_shares_are_not_rounded_up() {
        assert_eq!(ranges(&[3, 5, 6, 7, 9, 10]), "3, 5-7, 9-10");
        assert_eq!((shown(99.99), shown(100.0), shown(0.0)), ("99.9 %".to_owned(), "100.0 %".to_owned(), "0.0 %".to_owned()));
        assert!(percent("101").is_err() && percent("x").is_err() && percent("80%") == Ok(80.0));
    }
}
