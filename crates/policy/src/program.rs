//! A policy compiled to the bytecode of regorus' RVM.

use std::borrow::Cow;
use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::rvm::program::{DeserializationResult, Program as Bytecode};

use crate::PolicyError;

/// Instructions that one policy may use on one resource; regorus' own default of 25,000 is too few for a security group of 1,000 rules.
const MAX_INSTRUCTIONS: usize = 50_000_000;

/// One policy, compiled with the library rules that it reaches.
#[derive(Clone, Debug)]
pub struct Program(pub(crate) Cow<'static, [u8]>);

/// The entry points that are compiled for a policy.
pub(crate) fn entry_points(id: &str, rules: &[String], has_applicability: bool) -> Vec<String> {
    has_applicability
        .then_some("not_applicable")
        .into_iter()
        .chain(rules.iter().map(String::as_str))
        .map(|rule| format!("data.{id}.{rule}"))
        .collect()
}

impl Program {
    /// Compiles policies that are loaded in one engine, each alone, so that a run loads only those that it needs.
    pub(crate) fn compile_each(engine: &mut regorus::Engine, entries: &[Vec<String>]) -> Result<Vec<Self>, PolicyError> {
        let rego = |reason: String| PolicyError::Rego { reason };
        let Some(first) = entries.iter().flatten().next() else { return Ok(Vec::new()) };
        let compiled = engine.compile_with_entrypoint(&Arc::from(first.as_str())).map_err(|error| rego(error.to_string()))?;
        entries
            .iter()
            .map(|entries| {
                let paths: Vec<&str> = entries.iter().map(String::as_str).collect();
                let bytecode = Compiler::compile_from_policy(&compiled, &paths).map_err(|error| rego(error.to_string()))?;
                let mut bytecode = Bytecode::clone(&bytecode);
                // The text of every module would be in every program; where in it an instruction comes from, nobody asks.
                bytecode.sources.clear();
                bytecode.instruction_spans.clear();
                bytecode.serialize_binary().map(|bytes| Self(bytes.into())).map_err(rego)
            })
            .collect()
    }

    /// A machine with this program, and the entry points that it has, in the order of `entries`.
    pub(crate) fn load(&self, entries: &[String]) -> Result<(RegoVM, Vec<usize>), PolicyError> {
        let rego = |reason: String| PolicyError::Rego { reason };
        let DeserializationResult::Complete(bytecode) = Bytecode::deserialize_binary(&self.0).map_err(rego)? else {
            return Err(rego("the compiled policy is of another version".to_owned()));
        };
        let indexes = entries
            .iter()
            .map(|path| bytecode.entry_points.get_index_of(path).ok_or_else(|| rego(format!("`{path}` was not compiled"))))
            .collect::<Result<_, _>>()?;
        let mut vm = RegoVM::new();
        vm.set_max_instructions(MAX_INSTRUCTIONS);
        vm.load_program(Arc::new(bytecode));
        Ok((vm, indexes))
    }
}
