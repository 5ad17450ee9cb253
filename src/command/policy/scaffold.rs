//! `innovate policy new`.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use innovate_model::{Property, Schema, Schemas};
use serde_json::{Value, json};

use crate::command::{Exit, usage};

/// How deep a property is looked for that the new policy can begin with.
const DEEPEST: usize = 4;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The policy's id, such as `mine.storage.bucket_without_owner`: its folders and its name.
    id: String,
    /// The type that it judges.
    #[arg(long = "type", value_name = "TYPE", default_value = "AWS::S3::Bucket")]
    type_name: String,
    /// The folder of policies.
    #[arg(long, value_name = "DIR", default_value = "policies")]
    folder: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let Arguments { id, type_name, folder } = arguments;
    let is_step = |step: &str| {
        step.starts_with(|c: char| c.is_ascii_lowercase()) && step.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    if !id.contains('.') || !id.split('.').all(is_step) || id.starts_with("lib.") {
        return Err(usage(format!(
            "`{id}` is no id of a policy: write names in snake_case with dots between them, such as `mine.storage.defect`"
        )));
    }
    let schema = Schemas::vendored().get(type_name).map_err(usage)?;
    let start = Start::find(schema).ok_or_else(|| usage(format!("`{type_name}` has no property that a policy could begin with")))?;
    let path = folder.join(id.replace('.', "/"));
    let files = [(path.with_extension("rego"), start.policy(id, type_name)), (path.with_extension("yaml"), start.examples(type_name))];
    if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
        return Err(usage(format!("`{}` is there already", path.display())));
    }
    let mut out = io::stdout().lock();
    for (path, text) in &files {
        write_new(path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        writeln!(out, "wrote `{}`", path.display())?;
    }
    writeln!(
        out,
        "replace what stands in `<…>`, then run `innovate policy lint --folder {0} {id}` and `innovate policy test --folder {0} {id}`",
        folder.display()
    )?;
    Ok(Exit::Clean)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    std::fs::File::create_new(path)?.write_all(text.as_bytes())
}

/// A sound value of a property and one that is not; none where the property is of another kind.
type Kind = fn(Property<'_>) -> Option<(Value, Value)>;

/// A property to begin with, a value of it that is sound, and one that is not.
struct Start {
    path: Vec<String>,
    sound: Value,
    unsound: Value,
}

impl Start {
    /// A flag if there is one, a choice of words otherwise, or a text; the nearest to the top.
    fn find(schema: &Schema) -> Option<Self> {
        let kinds: [Kind; 3] = [
            |property| (property.types() == ["boolean"]).then_some((json!(true), json!(false))),
            |property| match property.enumeration().as_slice() {
                [sound, unsound, ..] if property.types() == ["string"] => Some(((*sound).clone(), (*unsound).clone())),
                _ => None,
            },
            |property| (property.types() == ["string"] && property.enumeration().is_empty()).then_some((json!("right"), json!("wrong"))),
        ];
        kinds.into_iter().find_map(|kind| Self::first(schema, kind))
    }

    fn first(schema: &Schema, kind: Kind) -> Option<Self> {
        let set_by_service = schema.read_only();
        let mut left = VecDeque::from([(Vec::<String>::new(), schema.root())]);
        while let Some((path, property)) = left.pop_front() {
            let mut names = property.names();
            names.sort_unstable();
            for name in names {
                let (path, Some(child)) = ([path.as_slice(), &[name.to_owned()]].concat(), property.child(name)) else { continue };
                if set_by_service.contains(&path.join("/").as_str()) {
                    continue;
                }
                if let Some((sound, unsound)) = kind(child) {
                    return Some(Self { path, sound, unsound });
                }
                if child.types() == ["object"] && path.len() < DEEPEST {
                    left.push_back((path, child));
                }
            }
        }
        None
    }

    fn policy(&self, id: &str, type_name: &str) -> String {
        let pointer: String = self.path.iter().map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1"))).collect();
        let is_plain =
            |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
        let step = |name: &String| if is_plain(name) { format!(".{name}") } else { format!("[{}]", json!(name)) };
        let reference: String = self.path.iter().map(step).collect();
        let comparison = if self.sound == json!(true) { String::new() } else { format!(" == {}", self.sound) };
        let name = self.path.join(".");
        let remediation = if type_name.contains("::") {
            let flat: String = self
                .path
                .iter()
                .enumerate()
                .map(|(depth, name)| format!("#{}{name}:", " ".repeat(9 + 2 * depth)))
                .collect::<Vec<_>>()
                .join("\n");
            format!(
                "#     console: <the way through the console to where it is set>\n\
                 #     cli: <the command of the AWS CLI that sets it>\n\
                 #     cloudformation: |\n\
                 #       Type: {type_name}\n\
                 #       Properties:\n\
                 {flat} {}",
                self.sound
            )
        } else {
            "#     cli: <the command of kubectl that sets it>\n#     manifest: <the part of the manifest that sets it>".to_owned()
        };
        format!(
            "# METADATA\n\
             # title: <the defect in a few words>\n\
             # description: <what is wrong with a resource that the policy denies>\n\
             # related_resources:\n\
             #   - https://<the page of the documentation that says why>\n\
             # custom:\n\
             #   severity: medium\n\
             #   resource_types:\n\
             #     - {type_name}\n\
             #   risk: <what happens to those who leave it so>\n\
             #   remediation:\n\
             {remediation}\n\
             package {id}\n\
             \n\
             deny contains {{\"message\": message, \"path\": {}}} if {{\n\
             \tnot input.properties{reference}{comparison}\n\
             \tmessage := sprintf(\"`%s` does not have {name} set to {}\", [input.id])\n\
             }}\n",
            json!(pointer),
            self.sound.to_string().replace('"', "`"),
        )
    }

    fn examples(&self, type_name: &str) -> String {
        let mut text = String::from("cases:\n");
        for (expect, name, value) in
            [("fail", "is not set as it should be", &self.unsound), ("pass", "is set as it should be", &self.sound)]
        {
            text.push_str(&format!("  - name: a resource whose {} {name}\n    expect: {expect}\n", self.path.join(".")));
            if expect == "fail" {
                text.push_str(&format!("    deny:\n      - /{}\n", self.path.join("/")));
            }
            text.push_str(&format!("    resource:\n      type: {type_name}\n      id: example\n      properties:\n"));
            for (depth, name) in self.path.iter().enumerate() {
                text.push_str(&format!("{}{name}:", " ".repeat(8 + 2 * depth)));
                text.push_str(&if depth + 1 == self.path.len() { format!(" {value}\n") } else { "\n".to_owned() });
            }
        }
        text
    }
}
