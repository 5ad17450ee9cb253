//! A library in one piece of bytes: what a build makes once, so that a start does not parse and compile. The form is private to one build: the
//! length of an index (four bytes, little endian), the index, and of each policy the program and its trace.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::library::Modules;
use crate::trace::Trace;
use crate::{Broken, Library, Metadata, Policy, PolicyError, Program, ReadSet, Sources};

#[derive(Deserialize, Serialize)]
struct Entry<'a> {
    id: Cow<'a, str>,
    file: Cow<'a, str>,
    metadata: Cow<'a, Metadata>,
    read_set: Cow<'a, ReadSet>,
    rules: Cow<'a, [String]>,
    has_applicability: bool,
    /// Bytes of its program.
    length: usize,
    /// Bytes of its trace.
    trace: usize,
}

impl<'a> From<&'a Policy> for Entry<'a> {
    fn from(policy: &'a Policy) -> Self {
        Self {
            id: Cow::from(&policy.id),
            file: Cow::from(&policy.file),
            metadata: Cow::Borrowed(&policy.metadata),
            read_set: Cow::Borrowed(&policy.read_set),
            rules: Cow::from(&policy.rules),
            has_applicability: policy.has_applicability,
            length: policy.program.0.len(),
            trace: 0,
        }
    }
}

impl Entry<'_> {
    fn into_policy(self, modules: &Arc<Modules>, source: Cow<'static, str>, examples: Option<Cow<'static, str>>) -> Policy {
        let metadata = self.metadata.into_owned();
        Policy {
            source,
            examples,
            id: self.id.into_owned(),
            ships: false,
            file: self.file.into_owned(),
            parameters: metadata.defaults(),
            metadata,
            read_set: self.read_set.into_owned(),
            rules: self.rules.into_owned(),
            has_applicability: self.has_applicability,
            program: Program(Cow::Borrowed(&[])),
            trace: Trace::Unknown,
            modules: modules.clone(),
        }
    }
}

/// What a loading found, without texts and programs: for a process that does not trust them.
#[derive(Deserialize, Serialize)]
struct Described<'a> {
    policies: Vec<Entry<'a>>,
    broken: Cow<'a, [Broken]>,
}

impl Library {
    /// The library in one piece.
    ///
    /// # Errors
    /// The index cannot be written, which no library does.
    pub fn pack(&self) -> Result<Vec<u8>, PolicyError> {
        let traces = self.policies.iter().map(|policy| policy.trace.pack(&policy.read_set)).collect::<Result<Vec<_>, _>>()?;
        let entries = self.policies.iter().zip(&traces);
        let index: Vec<Entry<'_>> = entries.map(|(policy, trace)| Entry { trace: trace.len(), ..Entry::from(policy) }).collect();
        let index = postcard::to_allocvec(&index).map_err(|error| wrong(&error))?;
        let length = u32::try_from(index.len()).map_err(|error| wrong(&error))?;
        let mut bytes = length.to_le_bytes().to_vec();
        bytes.extend(index);
        for (policy, trace) in self.policies.iter().zip(traces) {
            bytes.extend(policy.program.0.iter());
            bytes.extend(trace);
        }
        Ok(bytes)
    }

    /// A library from its piece; `text` gives the text of a file of the folder that was packed, `modules` are the files of its library modules.
    ///
    /// # Errors
    /// The bytes are not those of [`Library::pack`] of the same build.
    pub fn unpack(
        bytes: &'static [u8],
        modules: Vec<(String, Cow<'static, str>)>,
        text: impl Fn(&str) -> Option<&'static str>,
    ) -> Result<Self, PolicyError> {
        let short = || wrong(&"they are cut short");
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(short)?;
        let (index, mut rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(short)?;
        let index: Vec<Entry<'static>> = postcard::from_bytes(index).map_err(|error| wrong(&error))?;
        let modules = Arc::new(modules);
        let mut policies = Vec::with_capacity(index.len());
        for entry in index {
            let (program, after) = rest.split_at_checked(entry.length).ok_or_else(short)?;
            let (trace, after) = after.split_at_checked(entry.trace).ok_or_else(short)?;
            rest = after;
            let source = text(&entry.file).ok_or_else(|| wrong(&format!("`{}` is missing", entry.file)))?.into();
            let examples = text(&entry.file.replace(".rego", ".yaml")).map(Into::into);
            let policy = entry.into_policy(&modules, source, examples);
            policies.push(Policy { ships: true, program: Program(Cow::Borrowed(program)), trace: Trace::Packed(trace), ..policy });
        }
        Ok(Self { policies, broken: Vec::new(), modules })
    }

    /// What was loaded, as JSON, for [`Library::from_description`].
    ///
    /// # Errors
    /// It cannot be written, which no library does.
    pub fn describe(&self) -> Result<String, PolicyError> {
        let described = Described { policies: self.policies.iter().map(Entry::from).collect(), broken: Cow::from(&self.broken) };
        serde_json::to_string(&described).map_err(|error| wrong(&error))
    }

    /// The library that another process loaded from the sources and described. It can say all of its policies, but not evaluate them.
    ///
    /// # Errors
    /// The text is not that of [`Library::describe`] for these sources.
    pub fn from_description(text: &str, sources: &Sources) -> Result<Self, PolicyError> {
        let described: Described<'static> = serde_json::from_str(text).map_err(|error| wrong(&error))?;
        let modules = Arc::new(sources.library_modules().into_iter().map(|(file, text)| (file, text.into())).collect());
        let mut policies = Vec::with_capacity(described.policies.len());
        for entry in described.policies {
            let source = sources.files.get(entry.file.as_ref()).ok_or_else(|| wrong(&format!("`{}` is missing", entry.file)))?;
            let examples = sources.files.get(&entry.file.replace(".rego", ".yaml"));
            policies.push(entry.into_policy(&modules, source.clone().into(), examples.map(|text| text.clone().into())));
        }
        Ok(Self { policies, broken: described.broken.into_owned(), modules })
    }
}

pub(crate) fn wrong(reason: &dyn std::fmt::Display) -> PolicyError {
    PolicyError::Pack { reason: reason.to_string() }
}
