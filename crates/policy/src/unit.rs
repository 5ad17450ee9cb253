//! Tests in Rego: the `test_…` rules of `*_test.rego` files, as OPA runs them.

use serde::{Deserialize, Serialize};

use crate::evaluate::engine;
use crate::syntax::Syntax;
use crate::{Coverage, Library, Place, PolicyError, guard};

/// A rule of a test that does not hold, or a file of tests that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct UnitFailure {
    /// Where the rule is.
    pub place: Place,
    /// Its path, such as `data.lib.values_test.test_as_array`; empty where the file as a whole is at fault.
    pub rule: String,
    /// What it gave.
    pub reason: String,
}

/// What the `test_…` rules of files gave.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct UnitTests {
    /// Rules that were evaluated.
    pub count: usize,
    /// Those that are not true.
    pub failures: Vec<UnitFailure>,
    /// The lines of policies and library modules that they went through; empty where that was not asked for.
    pub coverage: Coverage,
}

impl UnitTests {
    /// Evaluates each `test_…` rule of the files, each a name and its text, over an empty world. Policies and library modules of the library can be
    /// imported. `with_coverage` notes the lines that the evaluations went through.
    ///
    /// # Errors
    /// A module of the library does not parse.
    pub fn run(library: &Library, files: &[(String, String)], with_coverage: bool) -> Result<Self, PolicyError> {
        let policies = library.policies.iter().map(|policy| (policy.file.as_str(), policy.source.as_ref()));
        let mut engine = engine(library.modules().chain(policies))?;
        engine.set_enable_coverage(with_coverage);
        let mut tests = Self::default();
        for (file, text) in files {
            let added = guard::check(file, text).map_err(|error| error.to_string());
            let added = added.and_then(|()| engine.add_policy(file.clone(), text.clone()).map_err(|error| error.to_string()));
            if let Err(reason) = added {
                let place = Place { file: file.as_str().into(), line: 1, column: 1 };
                tests.failures.push(UnitFailure { place, rule: String::new(), reason });
            }
        }
        let syntax = Syntax::of(&engine)?;
        let is_test = |file: &str| files.iter().any(|(known, _)| known == file);
        for module in syntax.modules().iter().filter(|module| is_test(module.file)) {
            for (name, definitions) in module.rules.iter().filter(|(name, _)| name.starts_with("test_")) {
                tests.count += 1;
                let rule = format!("data.{}.{name}", module.package);
                let reason = match engine.eval_rule(rule.clone()) {
                    Ok(regorus::Value::Bool(true)) => continue,
                    Ok(regorus::Value::Undefined) => "it does not hold".to_owned(),
                    Ok(other) => format!("it gives `{other}`, not `true`"),
                    Err(error) => error.to_string(),
                };
                let place = definitions.first().map(|definition| module.place(definition));
                let place = place.unwrap_or_else(|| Place { file: module.file.into(), line: 1, column: 1 });
                tests.failures.push(UnitFailure { place, rule, reason });
            }
        }
        if with_coverage {
            tests.coverage = Coverage::none_of(&engine, |file| !is_test(file))?;
            tests.coverage.merge(Coverage::of(&engine, |file| !is_test(file))?);
        }
        Ok(tests)
    }
}
