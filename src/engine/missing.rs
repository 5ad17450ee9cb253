//! What a verdict rests on and was not read, and whether it could have made a difference.
//!
//! Two proofs, both without a guess. The evaluation did not go through a line that reads what is missing: then nothing that could be there changes
//! it. Or all that the policy does with the missing value is to compare it with constants: then the constants, and one value that is none of them,
//! stand for all values, and each is tried. A value that is read in any other way has no such list: trying some of its values would prove nothing.

use std::collections::BTreeSet;

use innovate_model::{Cause, Property, Resource, Schemas, pointer};
use serde_json::{Value, json};

use super::scope::Documents;
use crate::policy::{ANY, Evaluator, Input, Interpreter, Outcome, Place, Policy, PolicyError, ReadSet, Scope};

/// Values that are tried for one verdict, all properties taken together.
const MOST_TRIALS: usize = 64;

/// Verdicts of one policy in one account and Region that are looked into; it takes a hundred times as long as a judgement.
const MOST_INQUIRIES: usize = 500;

/// Something that was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A property of the input, by its pointer, and what it can be where that is known: JSON texts, `null` for absence.
    Own(String, Vec<String>),
    /// A property of resources of a type that are looked up.
    Property(String, String),
    /// The resources of a type.
    Type(String),
    /// What the organization tells of accounts.
    Facts,
}

/// Something that was not read, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Missing {
    pub(super) what: What,
    pub(super) cause: Cause,
}

/// Looks into the verdicts of one policy.
pub(super) struct Inquiry<'a> {
    interpreter: Interpreter<'a>,
    /// With places.
    read_set: ReadSet,
    left: usize,
}

impl<'a> Inquiry<'a> {
    pub(super) fn new(policy: &'a Policy) -> Result<Self, PolicyError> {
        let interpreter = Interpreter::of_reached(policy)?;
        let read_set = interpreter.read_set()?;
        Ok(Self { interpreter, read_set, left: 0 })
    }

    pub(super) fn enter(&mut self, scope: &Scope) -> Result<(), PolicyError> {
        self.left = MOST_INQUIRIES;
        self.interpreter.enter(scope)
    }

    /// The outcome that holds whatever is missing; none where it could be another.
    pub(super) fn outcome(
        &mut self,
        evaluator: &mut Evaluator<'_>,
        resource: &Resource,
        missing: &[&Missing],
        documents: &mut Documents,
    ) -> Result<Option<Outcome>, PolicyError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut open: BTreeSet<&Place> = BTreeSet::new();
        let mut closed: Vec<(&str, Vec<Option<Value>>)> = Vec::new();
        let mut watched: BTreeSet<&Place> = BTreeSet::new();
        for Missing { what, .. } in missing {
            let places = places(&self.read_set, what);
            watched.extend(&places);
            match what {
                What::Own(pointer, known) if let Some(values) = values(&self.read_set, resource, pointer, known) => {
                    closed.push((pointer, values));
                }
                _ => open.extend(places),
            }
        }
        let given = Input::new(&resource.id, documents.fresh(resource));
        let (outcome, went) = self.interpreter.judge_watching(&given, &watched)?;
        if !went {
            return Ok(Some(outcome));
        }
        let trials = closed.iter().try_fold(1_usize, |product, (_, values)| product.checked_mul(values.len()));
        if closed.is_empty() || trials.is_none_or(|trials| trials > MOST_TRIALS) {
            return Ok(None);
        }
        let mut agreed: Option<Outcome> = None;
        for number in 0..trials.unwrap_or_default() {
            let tried = with_values(resource, &closed, number);
            let input = Input::new(&resource.id, documents.fresh(&tried));
            let outcome = if open.is_empty() {
                evaluator.judge(&input)?
            } else {
                match self.interpreter.judge_watching(&input, &open)? {
                    (_, true) => return Ok(None),
                    (outcome, false) => outcome,
                }
            };
            agreed = match agreed {
                None => Some(outcome),
                Some(known) => match agree(known, outcome) {
                    None => return Ok(None),
                    both => both,
                },
            };
        }
        Ok(agreed)
    }
}

/// Where the policy reads what is missing.
fn places<'a>(reads: &'a ReadSet, what: &What) -> BTreeSet<&'a Place> {
    let by_type = [&reads.resources, &reads.referrers, &reads.organization_resources];
    match what {
        What::Own(pointer, _) => reads.input.places_of(pointer).collect(),
        What::Property(name, pointer) => {
            let touched = reads.places_of(name, pointer);
            // Whether a resource refers to another can hang on any of its properties.
            let referrers = reads.referrers.values().flat_map(|paths| paths.places());
            touched.chain(referrers).collect()
        }
        What::Type(name) => by_type
            .into_iter()
            .flat_map(|map| map.iter().filter(|(key, _)| *key == name || *key == ANY || name == ANY))
            .flat_map(|(_, paths)| paths.places())
            .collect(),
        What::Facts => reads.facts.places().collect(),
    }
}

/// The values that stand for all that the property could be, none of them for its absence; none where the policy does more than to compare it, and
/// nobody knows what it could be.
fn values(reads: &ReadSet, resource: &Resource, pointer: &str, known: &[String]) -> Option<Vec<Option<Value>>> {
    let elsewhere = reads.reads_looked_up(&resource.type_name, pointer) || reads.reads_in_organization(&resource.type_name, pointer);
    if !known.is_empty() && !elsewhere {
        return known.iter().map(|text| serde_json::from_str(text).ok().map(|value: Value| (!value.is_null()).then_some(value))).collect();
    }
    let steps = pointer::names(pointer);
    let names: Vec<&str> = steps.iter().map(String::as_str).collect();
    if elsewhere || steps.is_empty() {
        return None;
    }
    let mut constants: BTreeSet<String> = BTreeSet::new();
    for (path, reading) in reads.input.touched(pointer) {
        if reading.open || path.len() != steps.len() {
            return None;
        }
        constants.extend(reading.constants.iter().cloned());
    }
    let property = Schemas::vendored().get(&resource.type_name).ok()?.property(&names)?;
    stand_ins(property, &constants)
}

/// The values that stand for all that the schema admits, for whoever does no more than to compare them with the constants; none for absence.
/// There is no such list where the schema names no type.
pub(super) fn stand_ins(property: Property<'_>, constants: &BTreeSet<String>) -> Option<Vec<Option<Value>>> {
    let types = property.types();
    if types.is_empty() {
        return None;
    }
    let mut values: Vec<Option<Value>> = vec![None];
    let mut add = |value: Value| {
        if !values.contains(&Some(value.clone())) {
            values.push(Some(value));
        }
    };
    property.enumeration().into_iter().cloned().for_each(&mut add);
    let constants: Vec<Value> = constants.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
    for name in types {
        match name {
            "boolean" => [false, true].into_iter().map(Value::from).for_each(&mut add),
            "string" => constants.iter().filter(|value| value.is_string()).cloned().chain([json!("\u{1}")]).for_each(&mut add),
            "integer" | "number" => {
                let numbers = constants.iter().filter_map(Value::as_f64).chain([0.0]);
                for number in numbers {
                    for step in [-1.0, -0.5, 0.0, 0.5, 1.0] {
                        let near = number + step;
                        if name == "integer" && near.fract() != 0.0 {
                            continue;
                        }
                        #[allow(clippy::cast_possible_truncation, reason = "a whole number of the size of a constant in a policy")]
                        add(if near.fract() == 0.0 { json!(near as i64) } else { json!(near) });
                    }
                }
            }
            "array" => [json!([]), json!(["\u{1}"])].into_iter().for_each(&mut add),
            "object" => [json!({}), json!({ "\u{1}": "\u{1}" })].into_iter().for_each(&mut add),
            _ => return None,
        }
    }
    Some(values)
}

/// The resource with combination `number` of the values.
fn with_values(resource: &Resource, closed: &[(&str, Vec<Option<Value>>)], number: usize) -> Resource {
    let mut tried = resource.clone();
    let mut rest = number;
    for (pointer, values) in closed {
        let value = values.get(rest % values.len().max(1)).cloned().flatten();
        rest /= values.len().max(1);
        tried.put(pointer, value);
    }
    tried
}

/// What two outcomes have in common; none where their verdicts differ.
fn agree(one: Outcome, other: Outcome) -> Option<Outcome> {
    match (one, other) {
        (Outcome::NotApplicable, Outcome::NotApplicable) => Some(Outcome::NotApplicable),
        (Outcome::Denials(one), Outcome::Denials(other)) if one.is_empty() == other.is_empty() => {
            // Where every value is denied for another reason, the first one's stand for all.
            let common: Vec<_> = one.iter().filter(|denial| other.contains(denial)).cloned().collect();
            Some(Outcome::Denials(if common.is_empty() { one } else { common }))
        }
        _ => None,
    }
}
