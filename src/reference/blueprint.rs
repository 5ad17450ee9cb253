//! A page for each blueprint, and an index of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use itertools::Itertools;
use serde_json::{Map, Value as Json};

use super::diagram::{Edges, Flowchart, reduced};
use super::{cell, ended, fenced, names, policy};
use crate::blueprint::{Approval, Blueprint, Environment, FILE, Guardrails, Part, Stack, Step, Value};
use crate::input::cloudformation::outline::{self, Outline};
use crate::input::cloudformation::stack;
use crate::input::document::{InputError, Node};
use crate::policy::Action;

/// Where the blueprints that ship are, seen from the folder of the pages.
const SOURCES: &str = "../../blueprints";

/// Where the pages of policies are, seen from there.
const POLICIES: &str = "../policies";

/// The page of a blueprint, relative to the folder of the pages.
pub fn file(blueprint: &Blueprint) -> String {
    format!("{}.md", blueprint.document.name.value)
}

/// The index of blueprints that ship.
pub fn index(blueprints: &[Blueprint]) -> String {
    let mut text = String::from("# Blueprints\n\n<!-- Written by `innovate blueprint docs`. -->\n\n");
    let _ = writeln!(text, "| blueprint | what it is | accounts | stacks | resources in templates |\n|---|---|---|---|---|");
    for blueprint in blueprints {
        let document = &blueprint.document;
        let (name, title) = (&document.name.value, cell(&document.title));
        let (accounts, stacks, resources) = counts(blueprint);
        let _ = writeln!(text, "| [{name}]({}) | {title} | {accounts} | {stacks} | {resources} |", file(blueprint));
    }
    ended(&text)
}

/// The page of a blueprint: of one that ships, or of the user's in `folder`, as the user names it.
///
/// # Errors
/// A step names what there is not, or steps rest on each other in a circle.
pub fn page(blueprint: &Blueprint, folder: Option<&str>) -> Result<String, InputError> {
    let mut page = Page { blueprint, folder, steps: blueprint.steps()?, text: String::new() };
    page.beginning();
    page.architecture();
    page.environments();
    page.order();
    page.parameters();
    page.stacks();
    page.settings();
    page.cost();
    page.guardrails();
    Ok(ended(&page.text))
}

/// The accounts, the stacks in all their environments, and the resources of their templates.
fn counts(blueprint: &Blueprint) -> (usize, usize, usize) {
    let stacks = blueprint.document.stacks.values().map(|stack| &stack.value);
    let resources = stacks.clone().map(|stack| outlines(blueprint, stack).len() * stack.environments.len()).sum();
    (blueprint.document.accounts.len(), stacks.map(|stack| stack.environments.len()).sum(), resources)
}

fn outlines<'a>(blueprint: &'a Blueprint, stack: &Stack) -> Vec<Outline<'a>> {
    blueprint.template(stack).map(outline::resources).unwrap_or_default()
}

/// A page that is being written.
struct Page<'a> {
    blueprint: &'a Blueprint,
    folder: Option<&'a str>,
    steps: Vec<Step<'a>>,
    text: String,
}

impl<'a> Page<'a> {
    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    /// A table; without rows there is none.
    fn table(&mut self, heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_some() {
            self.line(format!("| {} |\n|{}", heads.join(" | "), "---|".repeat(heads.len())));
            rows.for_each(|row| self.line(format!("| {} |", row.iter().map(|text| cell(text)).join(" | "))));
            self.line("");
        }
    }

    fn beginning(&mut self) {
        let document = &self.blueprint.document;
        let name = &document.name.value;
        let (accounts, stacks, resources) = counts(self.blueprint);
        self.line(format!("# {}\n\n<!-- Written by `innovate blueprint docs`. -->\n", document.title));
        self.line(format!("`{name}` · accounts: {accounts} · stacks: {stacks} · resources in their templates: {resources}\n"));
        self.line(format!("{}\n\n## How to begin\n", document.description.trim()));
        let folder = self.folder.unwrap_or("infra");
        let new = if self.folder.is_none() { format!("innovate blueprint new {folder} --from {name}\n") } else { String::new() };
        let commands = format!(
            "{new}innovate blueprint lint {folder}\ninnovate plan {folder} --offline\ninnovate plan {folder}\ninnovate apply {folder}"
        );
        self.text.push_str(&fenced("sh", &commands));
        let mut what = format!("What is yours is set in `{folder}/{FILE}`.");
        let open = document.parameters.iter().filter(|(_, parameter)| parameter.value.default().is_none()).map(|(name, _)| name);
        let open = names(open);
        if !open.is_empty() {
            let _ = write!(what, " Without a default: {open}.");
        }
        self.line(format!(
            "{what} The first plan needs no AWS and takes all for new; the second one reads the accounts, and writes nothing. `apply` plans, asks, and does it.\n"
        ));
    }

    /// Accounts, their environments and the stacks there, and what each takes of others.
    fn architecture(&mut self) {
        let document = &self.blueprint.document;
        let stack = |environment: &str, name: &str| format!("stack/{environment}/{name}");
        let (account, environment) = (|name: &str| format!("account/{name}"), |name: &str| format!("environment/{name}"));
        let mut chart = Flowchart::new();
        let (mut edges, mut inside, mut made) = (Edges::new(), BTreeSet::new(), BTreeSet::new());
        for (name, declared) in &document.accounts {
            chart.open(&account(name), &titled(&format!("account {name}"), &declared.value.title));
            if let Some(Ok(Value::Output { environment: Some(other), stack: maker, .. })) =
                declared.value.id.as_ref().map(|id| Value::parse(&id.value))
            {
                made.insert((stack(&other, &maker), account(name)));
            }
            for (own, declared) in document.environments.iter().filter(|(_, environment)| environment.value.account.value == *name) {
                chart.open(&environment(own), &titled(&format!("environment {own}"), &terms(&declared.value)));
                for step in self.steps.iter().filter(|step| step.environment == own) {
                    let Part::Stack(declared) = step.part else { continue };
                    let count = counted(outlines(self.blueprint, declared).len());
                    let key = stack(own, step.name);
                    chart.node(&key, &[if declared.title.is_empty() { step.name } else { &declared.title }, &count, step.region]);
                    for value in step.part.outputs() {
                        let Value::Output { environment, stack: other, .. } = value else { continue };
                        edges.insert((stack(environment.as_deref().unwrap_or(own), &other), key.clone()));
                    }
                    inside.insert((account(name), key));
                }
                chart.close();
            }
            chart.close();
        }
        // What an account's stacks take of the one that makes the account, they take by being in it.
        let all: Edges<&String> = edges.iter().chain(&inside).chain(&made).map(|(from, to)| (from, to)).collect();
        let kept = reduced(&all);
        let drawn = |edges: &Edges<String>| edges.iter().filter(|(from, to)| kept.contains(&(from, to))).cloned().collect_vec();
        drawn(&made).iter().for_each(|(from, to)| chart.edge(from, to, "makes"));
        drawn(&edges).iter().for_each(|(from, to)| chart.edge(from, to, ""));
        self.line("## Architecture\n");
        self.text.push_str(&fenced("mermaid", chart.text()));
        self.line("An arrow goes from a stack to one that takes its outputs. It is left out where others lead the same way; [Stacks](#stacks) has them all.\n");
    }

    fn environments(&mut self) {
        let document = &self.blueprint.document;
        self.line("## Environments\n");
        let accounts = document.environments.iter().map(|(name, environment)| {
            let environment = &environment.value;
            let account = document.accounts.get(&environment.account.value);
            let what = account.map(|account| account.value.title.clone()).unwrap_or_default();
            let approval = if environment.approval == Approval::Required { "by somebody else, or typed" } else { "none" };
            let protection = if environment.protection { "against deletion and replacement" } else { "none" };
            vec![format!("`{name}`"), format!("`{}`", environment.account.value), what, approval.to_owned(), protection.to_owned()]
        });
        self.table(&["environment", "account", "what it is for", "approval", "protection"], accounts.collect_vec());
        let regions = document.regions.iter().map(|(name, region)| format!("`{region}` ({name})")).join(", ");
        self.line(format!("Regions: {regions}.\n"));
        let is_set = |name: &&String| document.environments.values().any(|environment| environment.value.parameters.contains_key(*name));
        let rows = document.parameters.keys().filter(is_set).map(|name| {
            let value = |own: &String| self.blueprint.parameter(own, name).map(json).unwrap_or_default();
            [format!("`{name}`")].into_iter().chain(document.environments.keys().map(value)).collect_vec()
        });
        let rows = rows.collect_vec();
        if !rows.is_empty() {
            self.line("What is not the same in all of them:\n");
            self.table(&[&["parameter"], document.environments.keys().map(String::as_str).collect_vec().as_slice()].concat(), rows);
        }
    }

    fn order(&mut self) {
        self.line("## Steps\n\nEach comes after those that it rests on; what rests on no other may go at once.\n");
        let edges: Edges<usize> =
            self.steps.iter().enumerate().flat_map(|(number, step)| step.after.iter().map(move |before| (*before, number))).collect();
        let edges = reduced(&edges);
        let rows = self.steps.iter().enumerate().map(|(number, step)| {
            let (kind, title) = match step.part {
                Part::Stack(stack) => ("stack", &stack.title),
                Part::Setting(setting) => ("setting", &setting.title),
            };
            let after = edges.iter().filter(|(_, to)| *to == number).map(|(from, _)| from + 1).join(", ");
            let name = format!("`{}/{}`", step.environment, step.name);
            vec![(number + 1).to_string(), name, kind.to_owned(), title.clone(), step.region.to_owned(), after]
        });
        let rows = rows.collect_vec();
        self.table(&["step", "name", "kind", "what it is", "Region", "after"], rows);
    }

    fn parameters(&mut self) {
        let document = &self.blueprint.document;
        self.line("## Parameters\n");
        let rows = document.parameters.iter().map(|(name, parameter)| {
            let parameter = &parameter.value;
            let own = document.environments.iter().filter_map(|(own, environment)| {
                environment.value.parameters.get(name).map(|value| format!("`{own}`: {}", json(&value.value)))
            });
            let values = parameter.default().map(json).into_iter().chain(own).join("; ");
            vec![format!("`{name}`"), values, admitted(&parameter.0), parameter.description().to_owned()]
        });
        self.table(&["name", "default, and where it is set otherwise", "admits", "what it is"], rows.collect_vec());
    }

    fn stacks(&mut self) {
        self.line("## Stacks\n");
        let mut shown: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, stack) in &self.blueprint.document.stacks {
            let stack = &stack.value;
            let Some(template) = self.blueprint.template(stack) else { continue };
            let path = stack.template.value.as_str();
            let link = match self.folder {
                None => format!("[`{path}`]({SOURCES}/{}/{path})", self.blueprint.document.name.value),
                Some(_) => format!("`{path}`"),
            };
            let title = if stack.title.is_empty() { name } else { &stack.title };
            let environments = names(stack.environments.iter().map(|environment| &environment.value));
            self.line(format!("### {name}\n\n{title}: {link} in {environments}, {}.\n", self.region(stack.region.as_ref())));
            if let Some(description) = template.get("Description").and_then(Node::text) {
                self.line(format!("{}\n", description.trim()));
            }
            match shown.get(path) {
                Some(other) => self.line(format!("Its resources are those of [{other}](#{other}).\n")),
                None => self.resources(&outline::resources(template)),
            }
            shown.entry(path).or_insert(name);
            self.inputs(stack, template);
            self.outputs(name, template);
        }
    }

    fn region(&self, name: Option<&serde_saphyr::Spanned<String>>) -> String {
        let name = name.map_or("home", |name| name.value.as_str());
        format!("Region `{}`", self.blueprint.document.regions.get(name).map_or(name, String::as_str))
    }

    /// The resources by type, and which type refers to which.
    fn resources(&mut self, resources: &[Outline<'_>]) {
        let mut types: BTreeMap<&str, Vec<&Outline<'_>>> = BTreeMap::new();
        resources.iter().for_each(|resource| types.entry(resource.type_name).or_default().push(resource));
        let of_id: BTreeMap<&str, &str> = resources.iter().map(|resource| (resource.id, resource.type_name)).collect();
        let references = |resource: &Outline<'_>| resource.references.iter().filter_map(|id| of_id.get(id).copied()).collect_vec();
        let edges = resources.iter().flat_map(|resource| references(resource).into_iter().map(|other| (other, resource.type_name)));
        let edges = reduced(&edges.filter(|(from, to)| from != to).collect());
        let mut chart = Flowchart::new();
        for (name, resources) in types.iter().filter(|(name, _)| edges.iter().any(|(from, to)| from == *name || to == *name)) {
            let count = if resources.len() > 1 { format!("{} × {}", resources.len(), short(name)) } else { short(name) };
            chart.node(name, &[&count]);
        }
        edges.iter().for_each(|(from, to)| chart.edge(from, to, ""));
        if !edges.is_empty() {
            self.text.push_str(&fenced("mermaid", chart.text()));
        }
        let row = |(name, resources): (&&str, &Vec<&Outline<'_>>)| {
            let named = resources.iter().map(|resource| match resource.condition {
                Some(condition) => format!("`{}` (if `{condition}`)", resource.id),
                None => format!("`{}`", resource.id),
            });
            vec![format!("`{name}`"), resources.len().to_string(), named.collect_vec().join(", ")]
        };
        self.table(&["type", "number", "resources"], types.iter().map(row));
    }

    /// The parameters of a template, and what the blueprint gives them.
    fn inputs(&mut self, stack: &Stack, template: &Node) {
        let declared = stack::parameters(template);
        let entries = template.get("Parameters").and_then(Node::entries).unwrap_or_default();
        let rows = entries.iter().map(|entry| {
            let parameter = declared.get(&entry.key);
            let default = || parameter.and_then(|parameter| parameter.default.as_ref()).map(|default| format!("default {}", json(default)));
            let given = stack.parameters.get(&entry.key).map(|given| worded(&given.value)).or_else(default).unwrap_or_default();
            vec![format!("`{}`", entry.key), given, parameter.map(|parameter| parameter.description.clone()).unwrap_or_default()]
        });
        self.table(&["input", "is", "what it is for"], rows);
    }

    /// The outputs of a template, and the stacks, settings and accounts that take them.
    fn outputs(&mut self, name: &str, template: &Node) {
        let document = &self.blueprint.document;
        let is_taken =
            |value: &Value, output: &str| matches!(value, Value::Output { stack, name: taken, .. } if stack == name && taken == output);
        let stacks = document.stacks.iter().map(|(name, stack)| (name, Part::Stack(&stack.value)));
        let parts = stacks.chain(document.settings.iter().map(|(name, setting)| (name, Part::Setting(&setting.value)))).collect_vec();
        let takers = |output: &str| {
            let ids =
                document.accounts.iter().filter_map(|(name, account)| Some((name, Value::parse(&account.value.id.as_ref()?.value).ok()?)));
            let parts =
                parts.iter().filter(|(_, part)| part.outputs().any(|value| is_taken(&value, output))).map(|(name, _)| format!("`{name}`"));
            let accounts = ids.filter(|(_, value)| is_taken(value, output)).map(|(name, _)| format!("the account `{name}`"));
            parts.chain(accounts).join(", ")
        };
        let entries = template.get("Outputs").and_then(Node::entries).unwrap_or_default();
        let rows = entries.iter().map(|entry| {
            let description = entry.value.get("Description").and_then(Node::text).unwrap_or_default();
            vec![format!("`{}`", entry.key), takers(&entry.key), description.to_owned()]
        });
        self.table(&["output", "goes to", "what it is"], rows.collect_vec());
    }

    fn settings(&mut self) {
        let settings = &self.blueprint.document.settings;
        if settings.is_empty() {
            return;
        }
        self.line("## Settings\n\nWhat CloudFormation has no type for.\n");
        let rows = settings.iter().map(|(name, setting)| {
            let setting = &setting.value;
            let properties = setting.properties.iter().map(|(name, value)| format!("`{name}`: {}", worded(&value.value))).join("; ");
            let environments = names(setting.environments.iter().map(|environment| &environment.value));
            let place = format!("{environments}, {}", self.region(setting.region.as_ref()));
            vec![format!("`{name}`"), setting.title.clone(), format!("`{}`", setting.type_name.value), place, properties]
        });
        let rows = rows.collect_vec();
        self.table(&["setting", "what it is", "type", "in", "properties"], rows);
    }

    fn cost(&mut self) {
        self.line("## What drives the cost\n");
        let stacks = self.blueprint.document.stacks.iter().filter(|(_, stack)| !stack.value.cost.is_empty());
        let rows = stacks.map(|(name, stack)| {
            let environments = names(stack.value.environments.iter().map(|environment| &environment.value));
            vec![format!("[{name}](#{name})"), environments, stack.value.cost.join(", ")]
        });
        self.table(&["stack", "in", "by"], rows);
    }

    /// What is done about violations where the blueprint says so, first for all environments, then for those in which it is other.
    fn guardrails(&mut self) {
        let document = &self.blueprint.document;
        self.line(
            "## Guardrails\n\nEvery plan is judged by all policies. What is done about a violation is said here, otherwise by the policy, and otherwise it is \
             refused from the severity medium on, and told below. A verdict that cannot be given yet counts like a violation, unless it may stay unknown.\n",
        );
        let own = document.environments.iter().map(|(name, environment)| (Some(name.as_str()), &environment.value.guardrails));
        let all: Vec<(Option<&str>, &Guardrails)> = [(None, &document.guardrails)].into_iter().chain(own).collect();
        let ids: BTreeSet<&str> = all
            .iter()
            .flat_map(|(_, rails)| rails.stages.keys().chain(rails.parameters.keys()).chain(rails.unknown.iter().map(|id| &id.value)))
            .map(String::as_str)
            .collect();
        let said = |what: &dyn Fn(&Guardrails) -> Option<String>| {
            let words = |what: String, own: Option<&str>| own.map_or(what.clone(), |own| format!("`{own}`: {what}"));
            all.iter().filter_map(|(own, rails)| Some(words(what(rails)?, *own))).join("; ")
        };
        let rows = ids.into_iter().map(|id| {
            let link = match self.folder {
                None => format!("[{id}]({POLICIES}/{})", policy::file(id)),
                Some(_) => format!("`{id}`"),
            };
            let action = said(&|rails| rails.stages.get(id).map(|action| done(action.value).to_owned()));
            let parameters = |rails: &Guardrails| {
                rails
                    .parameters
                    .get(id)
                    .map(|values| values.value.iter().map(|(name, value)| format!("`{name}` = {}", json(value))).join(", "))
            };
            let unknown = said(&|rails| rails.unknown.iter().any(|known| known.value == id).then(|| "may stay unknown".to_owned()));
            vec![link, action, unknown, said(&parameters)]
        });
        let rows = rows.collect_vec();
        self.table(&["policy", "a violation is", "until the stacks are there it", "parameters"], rows);
    }
}

/// A frame's title: one line, since what is in the frame would cover another.
fn titled(what: &str, more: &str) -> String {
    if more.is_empty() { what.to_owned() } else { format!("{what}: {more}") }
}

/// The terms of an environment.
fn terms(environment: &Environment) -> String {
    let approval = (environment.approval == Approval::Required).then_some("needs approval");
    [approval, environment.protection.then_some("protected")].into_iter().flatten().join(", ")
}

fn counted(resources: usize) -> String {
    format!("{resources} resource{}", if resources == 1 { "" } else { "s" })
}

fn done(action: Action) -> &'static str {
    match action {
        Action::Off => "not looked at",
        Action::Warn => "told",
        Action::Deny => "refused",
    }
}

/// A type without who gives it: `EC2 Subnet`.
fn short(type_name: &str) -> String {
    type_name.trim_start_matches("AWS::").replace("::", " ")
}

/// A value as it is written in JSON, as code.
fn json(value: &Json) -> String {
    let text = value.to_string();
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// A value of the blueprint in words.
fn worded(value: &Json) -> String {
    match Value::parse(value) {
        Ok(Value::Parameter(name)) => format!("parameter `{name}`"),
        Ok(Value::EnvironmentName) => "the name of the environment".to_owned(),
        Ok(Value::Account(name)) => format!("id of the account `{name}`"),
        Ok(Value::Region(name)) => format!("Region `{name}`"),
        Ok(Value::Output { environment, stack, name }) => {
            let other = environment.map(|environment| format!(" in `{environment}`")).unwrap_or_default();
            format!("output `{name}` of [{stack}](#{stack}){other}")
        }
        Ok(Value::Literal(_)) | Err(_) => json(value),
    }
}

/// What a JSON Schema admits, in words; as it is written where there are none for it.
fn admitted(schema: &Json) -> String {
    let Some(schema) = schema.as_object() else { return json(schema) };
    let mut rest: Map<String, Json> = schema.clone();
    rest.retain(|key, _| !["default", "description"].contains(&key.as_str()));
    let mut words = Vec::new();
    let kind = rest.remove("type");
    if let Some(Json::Array(values)) = rest.remove("enum") {
        words.push(values.iter().map(json).join(", "));
    } else if let Some(kind) = kind {
        words.push(match kind.as_str() {
            Some("string") => "a text".to_owned(),
            Some("integer") => "a whole number".to_owned(),
            Some("number") => "a number".to_owned(),
            Some("boolean") => "`true`, `false`".to_owned(),
            Some("array") => "a list".to_owned(),
            _ => json(&kind),
        });
    }
    if let Some(items) = rest.remove("items") {
        words.push(format!("each {}", admitted(&items)));
    }
    for (key, before, after) in [
        ("minimum", "from ", ""),
        ("maximum", "to ", ""),
        ("minLength", "of ", " letters or more"),
        ("maxLength", "of ", " letters at most"),
        ("minItems", "of ", " or more"),
        ("maxItems", "of ", " at most"),
        ("pattern", "of the form ", ""),
        ("format", "of the format ", ""),
    ] {
        if let Some(value) = rest.remove(key) {
            let value = value.as_str().map_or_else(|| json(&value), |text| format!("`{text}`"));
            words.push(format!("{before}{value}{after}"));
        }
    }
    if rest.remove("uniqueItems").is_some_and(|unique| unique == true) {
        words.push("none of them twice".to_owned());
    }
    if !rest.is_empty() {
        words.push(json(&Json::Object(rest)));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_admitted_is_said_in_words_and_what_has_none_as_it_is_written() {
        for (schema, expected) in [
            (json!({ "type": "boolean", "default": true, "description": "Any." }), "`true`, `false`"),
            (json!({ "type": "string", "enum": ["a", "b"] }), "`\"a\"`, `\"b\"`"),
            (
                json!({ "type": "integer", "minimum": 1, "maximum": 9, "not": { "const": 3 } }),
                "a whole number, from `1`, to `9`, `{\"not\":{\"const\":3}}`",
            ),
            (
                json!({ "type": "array", "items": { "type": "string", "pattern": "^a$" }, "minItems": 1 }),
                "a list, each a text, of the form `^a$`, of `1` or more",
            ),
        ] {
            assert_eq!(admitted(&schema), expected);
        }
    }
}
