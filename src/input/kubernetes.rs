//! Kubernetes manifests: objects as YAML or JSON, one or many in a file.
//!
//! An object is a resource of the type `<apiVersion>/<Kind>`, such as `apps/v1/Deployment` or `v1/Pod`, whatever version it is written for, and its
//! properties are the object as it is, without its status and without the values of Secrets.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use innovate_model::pointer::escape;
use innovate_model::{GLOBAL, Location, Resource, Schemas, Span};
use serde_json::{Map, Value, json};

use super::declared::{Declaration, Declared, Origin, Skipped, Target};
use super::document::{Entry, InputError, Kind, Node};

/// What stands for each value of a Secret.
pub const HIDDEN: &str = "(hidden)";

/// The namespace of objects that name none.
pub const DEFAULT_NAMESPACE: &str = "default";

/// How the annotations begin that are for `innovate`.
const REMARK: &str = "innovate.dev/";

/// Where `kubectl apply` keeps the whole object, with the values of Secrets.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The kinds that live in no namespace.
const OF_CLUSTER: [&str; 3] = ["Namespace", "ClusterRole", "ClusterRoleBinding"];

/// The names by which kustomize knows its files.
const KUSTOMIZATION: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The types that there are schemas for, by kind.
static TYPES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let types = Schemas::vendored().types().into_iter();
    types.filter_map(|name| name.rsplit_once('/').map(|(_, kind)| kind.to_owned()).map(|kind| (kind, name))).collect()
});

/// Whether the document is a Kubernetes object, or a list of them: it says its `apiVersion` and its `kind`.
pub fn is_manifest(document: &Node) -> bool {
    text(document, "apiVersion").is_some() && text(document, "kind").is_some()
}

/// Whether the file, by its name, says what kustomize is to build. It may leave out `apiVersion` and `kind`.
pub fn is_kustomization(file: &str) -> bool {
    file.rsplit(['/', '\\']).next().is_some_and(|name| KUSTOMIZATION.contains(&name))
}

/// The objects that the documents of a file declare, those within lists among them. Objects of kinds that there is no schema for are skipped.
///
/// # Errors
/// A document is no object, or an object has no name.
pub fn read(file: &str, documents: &[Node], target: &Target) -> Result<Declaration, InputError> {
    read_in(file, documents, target, None)
}

/// The same, where objects that name no namespace go to this one.
pub(super) fn read_in(file: &str, documents: &[Node], target: &Target, namespace: Option<&str>) -> Result<Declaration, InputError> {
    let mut reader = Reader { file, name: Arc::from(file), target, namespace, found: Declaration::default() };
    for document in documents {
        reader.document(document, None)?;
    }
    Ok(reader.found)
}

/// The text of an entry.
fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Node::text)
}

/// An API version and a kind.
#[derive(Clone, Copy)]
struct Named<'a> {
    version: &'a str,
    kind: &'a str,
}

impl Named<'_> {
    fn written(self) -> String {
        format!("{}/{}", self.version, self.kind)
    }

    /// The type of the current version, where there is a schema for it: `extensions/v1beta1/Ingress` is a `networking.k8s.io/v1/Ingress`.
    fn current(self) -> Option<&'static str> {
        let known = TYPES.get(self.kind)?;
        let (known_version, _) = known.rsplit_once('/')?;
        let (group, version) = self.version.rsplit_once('/').unwrap_or(("", self.version));
        let (known_group, known_version) = known_version.rsplit_once('/').unwrap_or(("", known_version));
        let is_earlier = version.contains("alpha") || version.contains("beta") || number(version) <= number(known_version);
        ((group == known_group || group == "extensions") && is_earlier).then_some(known.as_str())
    }

    /// Why objects of no known type are left out.
    fn reason(self) -> &'static str {
        let (group, _) = self.version.rsplit_once('/').unwrap_or(("", self.version));
        let is_custom = group.contains('.') && !group.ends_with(".k8s.io");
        if is_custom { "is a custom resource, of which no policy knows the form" } else { "is of a kind that no policy judges" }
    }
}

/// The number of a version such as `v2beta1`; the greatest where it has none.
fn number(version: &str) -> u32 {
    let digits: String = version.chars().skip(1).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(u32::MAX)
}

struct Reader<'a> {
    file: &'a str,
    name: Arc<str>,
    target: &'a Target,
    namespace: Option<&'a str>,
    found: Declaration,
}

impl Reader<'_> {
    /// A document, or an item of a list that says what its items are.
    fn document(&mut self, document: &Node, of_list: Option<Named<'_>>) -> Result<(), InputError> {
        let version = text(document, "apiVersion").or(of_list.map(|named| named.version));
        let kind = text(document, "kind").or(of_list.map(|named| named.kind));
        let (Some(version), Some(kind)) = (version, kind) else {
            if is_kustomization(self.file) {
                self.skip(document.place(), "Kustomization", "Kustomization", KUSTOMIZE);
                return Ok(());
            }
            let message = format!("is {} without `apiVersion` and `kind`, so it is no Kubernetes object; name both", document.describe());
            return Err(InputError::new(self.file, document.span.start, message));
        };
        let named = Named { version, kind };
        match (kind.strip_suffix("List"), document.get("items").map(|items| &items.kind)) {
            (Some(of), Some(Kind::List(items))) => {
                let of_items = Some(Named { version, kind: of }).filter(|_| !of.is_empty());
                items.iter().try_for_each(|item| self.document(item, of_items))
            }
            (Some(_), Some(Kind::Null)) => Ok(()),
            _ => self.object(document, named),
        }
    }

    fn object(&mut self, document: &Node, named: Named<'_>) -> Result<(), InputError> {
        let place = || document.entry("kind").map_or(document.span, Entry::place);
        if named.kind == "Kustomization" && named.version.starts_with("kustomize.config.k8s.io/") {
            self.skip(place(), "Kustomization", &named.written(), KUSTOMIZE);
            return Ok(());
        }
        let metadata = document.get("metadata");
        let name = ["name", "generateName"].iter().find_map(|key| metadata?.get(key).map(|node| (*key, node)));
        let Some(type_name) = named.current() else {
            let name = name.and_then(|(_, node)| node.text());
            let address = name.map_or_else(|| named.kind.to_owned(), |name| format!("{}/{name}", named.kind));
            self.skip(place(), &address, &named.written(), named.reason());
            return Ok(());
        };
        let Some((key, name)) = name else {
            let message = format!("this {} has no `metadata.name`; give it one, or a `generateName`", named.kind);
            return Err(InputError::new(self.file, document.span.start, message));
        };
        let Some(text_of_name) = name.text().filter(|text| !text.is_empty()) else {
            let message = format!("`metadata.{key}` is {}; it must be a text that is not empty", name.describe());
            return Err(InputError::new(self.file, name.span.start, message));
        };
        let full_name = if key == "name" { text_of_name.to_owned() } else { format!("{text_of_name}*") };
        let (mut properties, mut places) = (Map::new(), BTreeMap::new());
        for entry in document.entries().into_iter().flatten().filter(|entry| entry.key != "status") {
            let hides = named.kind == "Secret" && matches!(entry.key.as_str(), "data" | "stringData");
            properties.insert(entry.key.clone(), if hides { hidden(&entry.value) } else { entry.value.value() });
            let values = entry.value.entries().into_iter().flatten().filter(|_| hides);
            self.found.secrets.extend(values.map(|value| (self.name.clone(), value.value.span)));
            let pointer = format!("/{}", escape(&entry.key));
            locate(&entry.value, &pointer, &mut places);
            places.insert(pointer, entry.place());
        }
        if named.kind == "Secret"
            && let Some(kept) = properties.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations")?.get_mut(LAST_APPLIED))
        {
            *kept = Value::from(HIDDEN);
        }
        // Of a list's item that does not say it.
        properties.entry("apiVersion").or_insert_with(|| Value::from(named.version));
        properties.entry("kind").or_insert_with(|| Value::from(named.kind));
        let written = metadata.and_then(|metadata| text(metadata, "namespace")).filter(|namespace| !namespace.is_empty());
        let is_of_cluster = OF_CLUSTER.contains(&named.kind);
        let namespace = written.or(self.namespace).filter(|_| !is_of_cluster);
        if let (Some(namespace), Some(Value::Object(metadata))) = (namespace, properties.get_mut("metadata")) {
            metadata.insert("namespace".to_owned(), Value::from(namespace));
        }
        let id = if is_of_cluster { full_name.clone() } else { format!("{}/{full_name}", namespace.unwrap_or(DEFAULT_NAMESPACE)) };
        let mut resource = Resource::new(type_name, id, &self.target.account, GLOBAL);
        resource.properties = properties;
        let address = namespace.map_or_else(String::new, |namespace| format!("{namespace}/"));
        let address = format!("{}/{address}{full_name}", named.kind);
        let remarks = metadata.and_then(|metadata| metadata.get("annotations")).and_then(Node::entries).into_iter().flatten();
        let remarks = remarks.filter(|entry| entry.key.starts_with(REMARK));
        let remarks = remarks.map(|entry| (entry.place(), json!({ (entry.key.as_str()): entry.value.value() }))).collect();
        let origin = Origin { file: self.name.clone(), address, span: name.span, places, remarks };
        self.found.resources.push(Declared { resource, origin });
        Ok(())
    }

    fn skip(&mut self, span: Span, address: &str, type_name: &str, reason: &str) {
        let location = Location { file: self.file.to_owned(), address: address.to_owned(), span };
        self.found.skipped.push(Skipped { location, type_name: type_name.to_owned(), reason: reason.to_owned(), unread: false });
    }
}

/// Why a kustomization is left out.
const KUSTOMIZE: &str = "says what kustomize is to build; check what `kustomize build` prints";

/// The keys of a Secret's map without the values.
fn hidden(value: &Node) -> Value {
    match value.entries() {
        Some(entries) => Value::Object(entries.iter().map(|entry| (entry.key.clone(), Value::from(HIDDEN))).collect()),
        None => Value::from(HIDDEN),
    }
}

/// Notes the places of all that the value holds.
fn locate(value: &Node, pointer: &str, places: &mut BTreeMap<String, Span>) {
    match &value.kind {
        Kind::Map(entries) => {
            for entry in entries {
                let pointer = format!("{pointer}/{}", escape(&entry.key));
                locate(&entry.value, &pointer, places);
                places.insert(pointer, entry.place());
            }
        }
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let pointer = format!("{pointer}/{index}");
                locate(item, &pointer, places);
                places.insert(pointer, item.place());
            }
        }
        _ => {}
    }
}
