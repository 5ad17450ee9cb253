//! Files and folders of what is to be deployed, known by what they hold.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use innovate_model::{Position, Span};

use super::cloudformation::{self, Context, Exports, Parameters, cdk};
use super::declared::{Declaration, Target};
use super::document::{InputError, MOST_BYTES, Node, parse};
use super::helm::{self, Chart};
use super::{kubernetes, terraform};

/// The name of what comes from standard input.
pub const STDIN: &str = "<stdin>";

/// What is said of a file that is none of ours.
const STRANGE: &str = "is nothing that can be checked: no CloudFormation template, no `cdk.out/manifest.json`, no Terraform plan as JSON and no Kubernetes manifest";

/// What a file of a folder must have somewhere to be looked into.
const MARKS: [&str; 4] = ["Resources", "apiVersion", "planned_values", "artifacts"];

/// Endings of files that a folder is searched for.
const ENDINGS: [&str; 4] = ["json", "template", "yaml", "yml"];

/// Templates that a value may go through, from one that exports it to one that imports it.
const MOST_IMPORTED: usize = 8;

/// What to read.
pub struct Request<'a> {
    /// The folder that paths start from.
    pub root: &'a Path,
    /// Files and folders; `-` is standard input.
    pub paths: &'a [String],
    /// What standard input holds, where it is among the paths.
    pub stdin: Option<Vec<u8>>,
    /// Where resources go whose file does not say it.
    pub target: &'a Target,
    /// Values of parameters.
    pub parameters: &'a Parameters,
    /// How charts are rendered: of each, only the folder is another.
    pub chart: &'a Chart,
    /// Runs `helm` with these arguments in [`Self::root`].
    pub helm: &'a (dyn Fn(&[OsString]) -> io::Result<Output> + Sync),
    /// Files that Git tracks, which are read whatever is ignored; none where nothing is to be ignored.
    pub tracked: Option<&'a BTreeSet<String>>,
    /// Patterns of files and folders to leave out, as in `.gitignore`.
    pub excluded: &'a [String],
    /// Threads.
    pub workers: usize,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Gathered {
    /// What the files declare.
    pub declaration: Declaration,
    /// The texts of the files, by name.
    pub texts: BTreeMap<String, Arc<str>>,
    /// Files that are not of the form that they should have.
    pub broken: Vec<InputError>,
    /// Files of folders that hold nothing of this kind.
    pub others: usize,
    /// Files that the user named and that hold nothing of this kind.
    pub strangers: Vec<InputError>,
}

impl Gathered {
    /// Puts asterisks in the place of something that nobody should see.
    pub fn hide(&mut self, file: &str, place: Span) {
        if let Some(text) = self.texts.get_mut(file) {
            *text = Arc::from(masked(text, place));
        }
    }
}

/// A file, and what it is.
struct File {
    name: String,
    kind: Kind,
    target: Option<Target>,
}

enum Kind {
    Template(Node),
    Assembly(Node),
    Manifests(Vec<Node>),
    /// A Terraform plan or state.
    Plan(Vec<u8>),
    /// The folder of a Helm chart.
    Chart,
    Other,
}

/// A file as it is, or why it cannot be had.
struct Raw {
    name: String,
    /// Whether the user named it.
    named: bool,
    bytes: io::Result<Vec<u8>>,
}

/// Reads what the paths name.
///
/// # Errors
/// A path is not there, or a folder cannot be read.
pub fn gather(request: &Request<'_>) -> Result<Gathered, InputError> {
    let (names, charts) = walk(request)?;
    let mut gathered = Gathered::default();
    let found = shared_out(request.workers, &names, |(name, named)| {
        let raw = load(request, name, *named);
        (examine(&raw), text(raw))
    });
    let mut files = Vec::new();
    for ((examined, (name, text)), (_, named)) in found.into_iter().zip(&names) {
        match examined {
            Ok(Kind::Other) if *named => gathered.strangers.push(InputError::new(&name, None, STRANGE)),
            Ok(Kind::Other) => gathered.others += 1,
            Ok(kind) => {
                gathered.texts.insert(name.clone(), text);
                files.push(File { name, kind, target: None });
            }
            Err(error) => {
                gathered.texts.insert(name, text);
                gathered.broken.push(error);
            }
        }
    }
    files.extend(charts.into_iter().map(|name| File { name, kind: Kind::Chart, target: None }));
    assemble(request, &mut files, &mut gathered);
    declare(request, files, &mut gathered);
    Ok(gathered)
}

/// Files, and whether the user named each; folders of charts.
type Found = (Vec<(String, bool)>, Vec<String>);

/// The files of the paths, each once, but for what belongs to charts.
fn walk(request: &Request<'_>) -> Result<Found, InputError> {
    let mut names: BTreeMap<String, bool> = BTreeMap::new();
    let mut excluded = ignore::gitignore::GitignoreBuilder::new(request.root);
    for pattern in request.excluded {
        let added = excluded.add_line(None, pattern).map(drop);
        added.map_err(|error| InputError::new(pattern, None, format!("is no pattern of files: {error}")))?;
    }
    let excluded = excluded.build().map_err(|error| InputError::new("--exclude", None, error.to_string()))?;
    for path in request.paths {
        if path == "-" {
            names.insert(STDIN.to_owned(), true);
            continue;
        }
        let full = request.root.join(path);
        if full.is_file() {
            names.insert(shown(path), true);
            continue;
        }
        if !full.exists() {
            return Err(InputError::new(path, None, "is not there"));
        }
        let mut walk = ignore::WalkBuilder::new(&full);
        // What nobody commits is not what is deployed, but for what the CDK writes; a hidden folder may be somebody's own.
        walk.standard_filters(request.tracked.is_some()).ignore(false).hidden(false).require_git(false);
        walk.filter_entry(|entry| entry.file_name() != ".git");
        let mut walks = vec![walk];
        while let Some(walk) = walks.pop() {
            for entry in walk.build() {
                let entry = entry.map_err(|error| InputError::new(path, None, error.to_string()))?;
                let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                if is_folder && entry.path().join("cdk.out").is_dir() {
                    let mut assembly = ignore::WalkBuilder::new(entry.path().join("cdk.out"));
                    assembly.standard_filters(false);
                    walks.push(assembly);
                }
                let ends = entry.path().extension().and_then(|ending| ending.to_str()).is_some_and(|ending| ENDINGS.contains(&ending));
                if ends && entry.file_type().is_some_and(|kind| kind.is_file()) {
                    let inside = entry.path().strip_prefix(request.root).unwrap_or(entry.path());
                    names.entry(shown(&inside.to_string_lossy())).or_insert(false);
                }
            }
        }
        let within = shown(path);
        let is_within = |name: &&String| within == "." || name.starts_with(&format!("{}/", within.trim_end_matches('/')));
        let tracked = request.tracked.into_iter().flatten().filter(is_within);
        let ends = |name: &&String| name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending));
        for name in tracked.filter(ends).filter(|name| request.root.join(name).is_file()) {
            names.entry(name.clone()).or_insert(false);
        }
    }
    names.retain(|name, named| *named || !excluded.matched_path_or_any_parents(name, false).is_ignore());
    let mut charts: Vec<String> = Vec::new();
    // A chart comes before the charts that it holds.
    for name in names.keys().filter(|name| name.rsplit('/').next() == Some(helm::CHART)) {
        let folder = name.strip_suffix(helm::CHART).unwrap_or_default();
        if !charts.iter().any(|chart| folder.starts_with(chart.as_str())) {
            charts.push(folder.to_owned());
        }
    }
    let of_chart = |name: &str| charts.iter().any(|chart| name.starts_with(chart.as_str()));
    let is_own = |(name, named): &(String, bool)| name.rsplit('/').next() != Some(helm::CHART) && (*named || !of_chart(name));
    let files = names.into_iter().filter(is_own).collect();
    Ok((files, charts.iter().map(|chart| if chart.is_empty() { ".".to_owned() } else { chart.trim_end_matches('/').to_owned() }).collect()))
}

/// A path as it is shown: with `/`, and without `.` before it.
fn shown(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut rest = path.as_str();
    while let Some(inner) = rest.strip_prefix("./") {
        rest = inner;
    }
    if rest.is_empty() { path } else { rest.to_owned() }
}

/// Gives the items to threads; answers come in the order of the items.
fn shared_out<T: Sync, R: Send>(workers: usize, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let one = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(number) else { return done };
            done.push((number, work(item)));
        }
    };
    let mut all: Vec<(usize, R)> = std::thread::scope(|threads| {
        let others: Vec<_> = (1..workers.min(items.len() / 2)).map(|_| threads.spawn(one)).collect();
        let mine = one();
        let others = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(mine).chain(others).flatten().collect()
    });
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, result)| result).collect()
}

fn load(request: &Request<'_>, name: &str, named: bool) -> Raw {
    let bytes = match (&request.stdin, name) {
        (Some(bytes), STDIN) => Ok(bytes.clone()),
        _ => read(&request.root.join(name)),
    };
    Raw { name: name.to_owned(), named, bytes }
}

/// A file, unless it is too large to be looked at.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let size = std::fs::metadata(path)?.len();
    if usize::try_from(size).map_or(true, |size| size > MOST_BYTES) {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has {size} bytes, more than the {MOST_BYTES} that are read")));
    }
    std::fs::read(path)
}

fn text(raw: Raw) -> (String, Arc<str>) {
    let text = raw.bytes.map(|bytes| match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    });
    (raw.name, Arc::from(text.unwrap_or_default()))
}

/// What the file is. A file of a folder that is none of ours is no error.
fn examine(raw: &Raw) -> Result<Kind, InputError> {
    let bytes = match &raw.bytes {
        Ok(bytes) => bytes.as_slice(),
        Err(error) => return Err(InputError::new(&raw.name, None, format!("cannot be read: {error}"))),
    };
    if let Some(text) = utf_16(bytes) {
        let is_ours = raw.named || MARKS.iter().any(|mark| text.contains(mark));
        return if is_ours { Err(InputError::new(&raw.name, None, "is UTF-16; save the file as UTF-8")) } else { Ok(Kind::Other) };
    }
    let text: Cow<'_, str> = String::from_utf8_lossy(bytes);
    if !raw.named && !MARKS.iter().any(|mark| text.contains(mark)) {
        return Ok(Kind::Other);
    }
    if terraform::is_plan(bytes) {
        return Ok(Kind::Plan(bytes.to_vec()));
    }
    let documents = match parse(&raw.name, bytes) {
        Ok(documents) => documents,
        Err(_) if !raw.named && !is_meant(&text) => return Ok(Kind::Other),
        Err(error) => return Err(error),
    };
    if kubernetes::is_kustomization(&raw.name) || documents.iter().any(kubernetes::is_manifest) {
        return Ok(Kind::Manifests(documents));
    }
    match <[Node; 1]>::try_from(documents) {
        Ok([document]) if cloudformation::is_template(&document) => Ok(Kind::Template(document)),
        Ok([document]) if cdk::is_manifest(&document) => Ok(Kind::Assembly(document)),
        Err(documents) if documents.iter().any(cloudformation::is_template) => {
            let second = documents.get(1).map(|document| document.span.start);
            Err(InputError::new(&raw.name, second, "is a second document; CloudFormation takes one template a file"))
        }
        _ => Ok(Kind::Other),
    }
}

/// The text of a file that begins as UTF-16 does.
fn utf_16(bytes: &[u8]) -> Option<String> {
    let (rest, is_little) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, true),
        [0xfe, 0xff, rest @ ..] => (rest, false),
        _ => return None,
    };
    let unit = |pair: [u8; 2]| if is_little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
    let units = rest.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok()).map(unit);
    Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// Whether a text that does not parse was meant to be one of ours: not so a template of templates.
fn is_meant(text: &str) -> bool {
    let has = |words: &[&str]| words.iter().all(|word| text.contains(word));
    let begins = |word: &str| text.lines().any(|line| line.trim_start_matches(['"', '{', ' ', '\t']).starts_with(word));
    if text.trim_start().starts_with('{') && !text.trim_start().starts_with("{{") {
        return has(&["\"Resources\"", "\"Type\""])
            || has(&["\"format_version\"", "\"planned_values\""])
            || has(&["\"apiVersion\"", "\"kind\""]);
    }
    let is_templated = text.contains("{{");
    begins("AWSTemplateFormatVersion")
        || (!is_templated && text.lines().any(|line| line.starts_with("Resources:")) && text.contains("Type:"))
        || (!is_templated && ["apiVersion:", "kind:"].iter().all(|word| text.lines().any(|line| line.starts_with(word))))
}

/// Takes the stacks of assemblies for templates with the account and Region that they go to, and leaves out what else lies beside them, and the
/// templates of nested stacks, which are read where they are used.
fn assemble(request: &Request<'_>, files: &mut Vec<File>, gathered: &mut Gathered) {
    let (mut folders, mut stacks): (Vec<String>, HashMap<String, Target>) = (Vec::new(), HashMap::new());
    let manifests = files.iter().filter_map(|file| match &file.kind {
        Kind::Assembly(manifest) => Some((file.name.clone(), manifest.clone())),
        _ => None,
    });
    let mut manifests: Vec<(String, Node)> = manifests.collect();
    while let Some((name, manifest)) = manifests.pop() {
        let folder = name.strip_suffix("manifest.json").unwrap_or(&name).to_owned();
        if folders.contains(&folder) {
            continue;
        }
        folders.push(folder);
        match cdk::stacks(&name, &manifest, request.target) {
            Ok((found, assemblies)) => {
                stacks.extend(found.into_iter().map(|stack| (stack.file, stack.target)));
                for inner in assemblies {
                    match examine(&load(request, &inner, true)) {
                        Ok(Kind::Assembly(manifest)) => manifests.push((inner, manifest)),
                        Ok(_) => gathered.broken.push(InputError::new(&inner, None, "is no manifest of the CDK")),
                        Err(error) => gathered.broken.push(error),
                    }
                }
            }
            Err(error) => gathered.broken.push(error),
        }
    }
    let named: BTreeSet<&String> = files.iter().map(|file| &file.name).collect();
    let missing: Vec<String> = stacks.keys().filter(|name| !named.contains(name)).cloned().collect();
    for name in missing {
        let raw = load(request, &name, true);
        match examine(&raw) {
            Ok(kind) => {
                gathered.texts.insert(name.clone(), text(raw).1);
                files.push(File { name, kind, target: None });
            }
            Err(error) => gathered.broken.push(error),
        }
    }
    let nested = nested(files);
    files.retain_mut(|file| {
        file.target = stacks.get(&file.name).cloned();
        let beside = file.target.is_none() && folders.iter().any(|folder| file.name.starts_with(folder));
        let is_read = matches!(file.kind, Kind::Template(_) | Kind::Manifests(_) | Kind::Plan(_) | Kind::Chart);
        is_read && !beside && !nested.contains(&file.name)
    });
}

/// The templates that are read where others nest them. Of those that nest each other in a circle one is read for itself, and tells.
fn nested(files: &[File]) -> BTreeSet<String> {
    let nests: BTreeMap<&str, Vec<String>> = files
        .iter()
        .filter_map(|file| match &file.kind {
            Kind::Template(document) => Some((file.name.as_str(), cloudformation::nested(&file.name, document))),
            _ => None,
        })
        .collect();
    let inner: BTreeSet<&str> = nests.values().flatten().map(String::as_str).collect();
    let (outer, circles): (Vec<&str>, Vec<&str>) = nests.keys().partition(|name| !inner.contains(*name));
    let mut reached = BTreeSet::new();
    for start in outer.into_iter().chain(circles) {
        let mut open = if reached.contains(start) { Vec::new() } else { nests.get(start).into_iter().flatten().collect() };
        while let Some(name) = open.pop() {
            if name != start && reached.insert(name.clone()) {
                open.extend(nests.get(name.as_str()).into_iter().flatten());
            }
        }
    }
    reached
}

/// What all templates are read with.
struct Common<'a> {
    request: &'a Request<'a>,
    /// Where each file's stack goes.
    targets: Vec<&'a Target>,
    ambiguous: BTreeSet<String>,
    load: &'a (dyn Fn(&str) -> io::Result<Vec<u8>> + Sync),
}

impl Common<'_> {
    fn target(&self, number: usize) -> &Target {
        self.targets.get(number).copied().unwrap_or(self.request.target)
    }

    fn context<'a>(&'a self, number: usize, exports: &'a Exports) -> Context<'a> {
        Context {
            target: self.target(number),
            parameters: self.request.parameters,
            exports,
            ambiguous: &self.ambiguous,
            load: self.load,
            stack: None,
        }
    }
}

/// Adds what the files declare.
fn declare(request: &Request<'_>, files: Vec<File>, gathered: &mut Gathered) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for file in &files {
        if let Kind::Template(document) = &file.kind {
            cloudformation::logical_ids(document).for_each(|id| *seen.entry(id).or_default() += 1);
        }
    }
    let ambiguous: BTreeSet<String> = seen.into_iter().filter(|(_, count)| *count > 1).map(|(id, _)| id.to_owned()).collect();
    let load = |name: &str| if name.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { read(&request.root.join(name)) };
    let targets = files.iter().map(|file| file.target.as_ref().unwrap_or(request.target)).collect();
    let common = Common { request, targets, ambiguous, load: &load };
    let numbered: Vec<(usize, &File)> = files.iter().enumerate().collect();
    let mut exports = Exports::default();
    if gathered.texts.values().any(|text| text.contains("ImportValue")) {
        // What is exported may have been imported.
        for _ in 0..MOST_IMPORTED {
            let context = |number| common.context(number, &exports);
            let found = shared_out(request.workers, &numbered, |(number, file)| match &file.kind {
                // What is wrong with the template is told when it is read.
                Kind::Template(document) => cloudformation::exports(&file.name, document.clone(), &context(*number)).unwrap_or_default(),
                _ => Exports::default(),
            });
            let found = found.into_iter().fold(Exports::default(), |mut all, one| {
                all.extend(one);
                all
            });
            if found == exports {
                break;
            }
            exports = found;
        }
    }
    let read_all = shared_out(request.workers, &numbered, |(number, file)| match &file.kind {
        Kind::Template(document) => cloudformation::read(&file.name, document.clone(), &common.context(*number, &exports)),
        Kind::Manifests(documents) => kubernetes::read(&file.name, documents, common.target(*number)),
        Kind::Plan(text) if file.name == STDIN => terraform::read(&file.name, text, common.target(*number)),
        Kind::Plan(text) => {
            let folder = Path::new(&file.name).parent().unwrap_or(Path::new(""));
            let target = common.target(*number);
            let mut read = terraform::read_beside(&file.name, text, target, &request.root.join(folder))?;
            for declared in &mut read.resources {
                let inside =
                    Path::new(declared.origin.file.as_ref()).strip_prefix(request.root).map(|path| path.to_string_lossy().into_owned());
                declared.origin.file = inside.map_or_else(|_| declared.origin.file.clone(), Arc::from);
            }
            Ok(read)
        }
        Kind::Chart => {
            let chart = Chart { folder: file.name.clone().into(), ..request.chart.clone() };
            let target = common.target(*number);
            chart.read(target, |arguments| (request.helm)(arguments)).map_err(|error| InputError::new(&file.name, None, error.to_string()))
        }
        Kind::Assembly(_) | Kind::Other => Ok(Declaration::default()),
    });
    let mut addresses: BTreeSet<String> = BTreeSet::new();
    for declared in read_all {
        match declared {
            Ok(mut declaration) => {
                for declared in &mut declaration.resources {
                    // Two templates may name one resource, such as those of two environments.
                    let before = declared.resource.address();
                    while !addresses.insert(declared.resource.address()) {
                        declared.resource.id = format!("{}#{}", declared.origin.file, declared.resource.id);
                    }
                    if declaration.conditional.remove(&before) {
                        declaration.conditional.insert(declared.resource.address());
                    }
                }
                gathered.declaration.extend(declaration);
            }
            Err(error) => gathered.broken.push(error),
        }
    }
    // The texts of nested templates are wanted where findings are shown.
    let files: BTreeSet<&Arc<str>> = gathered.declaration.resources.iter().map(|declared| &declared.origin.file).collect();
    for name in files {
        if !gathered.texts.contains_key(name.as_ref())
            && let Ok(bytes) = read(&request.root.join(name.as_ref()))
        {
            gathered.texts.insert(name.to_string(), Arc::from(String::from_utf8_lossy(&bytes)));
        }
    }
    for (file, span) in std::mem::take(&mut gathered.declaration.secrets) {
        gathered.hide(&file, span);
    }
    gathered.broken.sort_by(|a, b| (&a.file, a.at).cmp(&(&b.file, b.at)));
}

/// The text with asterisks in a place: as many as there are characters, so that all else stays where it is.
fn masked(text: &str, place: Span) -> String {
    let mut line = 1;
    let mut column = 1;
    let starred = text.chars().map(|character| {
        let at = Position { line, column };
        if character == '\n' {
            (line, column) = (line + 1, 1);
            return character;
        }
        column += 1;
        if at >= place.start && at < place.end && !character.is_whitespace() { '*' } else { character }
    });
    starred.collect()
}
