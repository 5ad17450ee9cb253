//! Blueprints: what is provisioned in which accounts, in which order, by CloudFormation templates.

mod apply;
mod destroy;
mod document;
mod drift;
mod forecast;
mod lint;
mod live;
mod order;
mod schedule;

use std::collections::BTreeMap;
use std::sync::Arc;

use include_dir::{Dir, include_dir};

pub use apply::{Applied, Happening, Options, Outcome, Overseer};
pub use destroy::{Doomed, Fate, destruction_digest};
pub use document::{Account, Approval, Document, Entry, Environment, FILE, Guardrails, Parameter, Setting, Stack, Value, text};
pub use drift::{Drift, DriftReport, Drifted, Filled};
pub use forecast::{Forecast, Known};
pub use live::{Doors, LiveError, whole};
pub use order::{Part, Step};

use crate::input::document::{InputError, Node, parse};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/blueprints");

/// The files of a blueprint, by their path in its folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A blueprint with its templates.
#[derive(Debug)]
pub struct Blueprint {
    /// Where it is: what errors begin with.
    pub folder: String,
    /// What `blueprint.yaml` says.
    pub document: Document,
    /// Its files.
    pub files: Files,
    templates: BTreeMap<String, Node>,
}

/// The names of the blueprints that ship with the program.
pub fn shipped() -> Vec<&'static str> {
    let mut names: Vec<&str> = SHIPPED.dirs().filter_map(|folder| folder.path().to_str()).collect();
    names.sort_unstable();
    names
}

/// The files of a blueprint that ships; none of another name.
pub fn files(name: &str) -> Option<Files> {
    fn gather(folder: &Dir<'_>, root: &str, files: &mut Files) {
        for file in folder.files() {
            let path = file.path().to_string_lossy();
            let path = path.strip_prefix(root).unwrap_or(&path).trim_start_matches('/');
            files.insert(path.to_owned(), file.contents().to_owned());
        }
        folder.dirs().for_each(|inner| gather(inner, root, files));
    }
    let folder = SHIPPED.dirs().find(|folder| folder.path().to_str() == Some(name))?;
    let mut files = Files::new();
    gather(folder, name, &mut files);
    Some(files)
}

impl Blueprint {
    /// Reads the files of a folder.
    ///
    /// # Errors
    /// `blueprint.yaml` is missing or not of the form, or a template that it names is missing or cannot be read.
    pub fn read(folder: &str, files: Files) -> Result<Self, InputError> {
        let path = |file: &str| if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") };
        let text = |file: &str, bytes: &[u8]| {
            str::from_utf8(bytes)
                .map(ToOwned::to_owned)
                .map_err(|_| InputError::new(&path(file), None, "is not UTF-8; save the file as UTF-8"))
        };
        let Some(bytes) = files.get(FILE) else {
            let message = "is not there: a blueprint is a folder with this file; `innovate blueprint new` writes one";
            return Err(InputError::new(&path(FILE), None, message));
        };
        let document = document::parse(&path(FILE), &text(FILE, bytes)?)?;
        let mut templates = BTreeMap::new();
        for stack in document.stacks.values() {
            let name = &stack.value.template;
            let Some(bytes) = files.get(&name.value) else {
                let message = format!("the template `{}` is not in the folder of the blueprint", name.value);
                return Err(InputError::new(&path(FILE), document::place(name), message));
            };
            if !templates.contains_key(&name.value) {
                let parsed = parse(&path(&name.value), bytes)?.into_iter().next();
                let node = parsed.ok_or_else(|| InputError::new(&path(&name.value), None, "is empty; a template has `Resources`"))?;
                templates.insert(name.value.clone(), node);
            }
        }
        Ok(Self { folder: folder.to_owned(), document, files, templates })
    }

    /// The path of a file, as errors name it.
    pub fn path(&self, file: &str) -> String {
        if self.folder.is_empty() { file.to_owned() } else { format!("{}/{file}", self.folder) }
    }

    /// The texts of the files, by the paths that findings name.
    pub fn texts(&self) -> BTreeMap<String, Arc<str>> {
        let text = |(file, bytes): (&String, &Vec<u8>)| Some((self.path(file), Arc::from(str::from_utf8(bytes).ok()?)));
        self.files.iter().filter_map(text).collect()
    }

    /// The template of a stack.
    pub fn template(&self, stack: &Stack) -> Option<&Node> {
        self.templates.get(&stack.template.value)
    }

    /// The text of the template of a stack.
    pub fn template_text(&self, stack: &Stack) -> &str {
        self.files.get(&stack.template.value).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The name of a stack in CloudFormation.
    pub fn stack_name(&self, environment: &str, stack: &str) -> String {
        let prefix = self.document.prefix.as_ref().and_then(|prefix| match Value::parse(&prefix.value) {
            Ok(Value::Parameter(name)) => self.parameter(environment, &name).and_then(text),
            Ok(Value::Literal(text)) => Some(text),
            _ => None,
        });
        format!("{}-{environment}-{stack}", prefix.as_deref().unwrap_or(&self.document.name.value))
    }

    /// The name of the account whose credentials a run has.
    pub fn management(&self) -> Option<&str> {
        self.document.accounts.iter().find(|(_, account)| account.value.management).map(|(name, _)| name.as_str())
    }

    /// A parameter of the blueprint as it is set in an environment.
    pub fn parameter(&self, environment: &str, name: &str) -> Option<&serde_json::Value> {
        let set = self.document.environments.get(environment).and_then(|environment| environment.value.parameters.get(name));
        set.map(|set| &set.value).or_else(|| self.document.parameters.get(name).and_then(|parameter| parameter.value.default()))
    }

    fn error<T>(&self, at: &serde_saphyr::Spanned<T>, message: impl Into<String>) -> InputError {
        InputError::new(&self.path(FILE), document::place(at), message)
    }
}
