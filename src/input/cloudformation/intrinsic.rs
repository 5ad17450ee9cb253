//! The functions of templates: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>.

use std::borrow::Cow;
use std::net::IpAddr;

use base64::Engine;
use innovate_model::{Position, Span};

use super::Template;
use super::arn::partition;
use super::part::Part;
use crate::input::document::{InputError, Kind, Node};

/// Zones that are taken for those of a Region.
const ZONES: [&str; 3] = ["a", "b", "c"];

/// Subnets that `Fn::Cidr` gives at most, as AWS documents.
const MOST_SUBNETS: u32 = 256;

/// The function that has part of a template written by CloudFormation or a macro.
pub(super) const TRANSFORM: &str = "Fn::Transform";

const TRANSFORMED: &str = "a transform fills it in when the stack is deployed";

const TOO_DEEP: &str = "values rest on values that rest on values, and so on without end";

const TOO_MUCH: &str = "what functions give is too much to be read; values are repeated again and again";

/// The function that a node calls, and its argument.
pub(super) fn call(node: &Node) -> Option<(Cow<'_, str>, Cow<'_, Node>)> {
    if let Some(tag) = &node.tag {
        let name = match tag.as_str() {
            "Ref" | "Condition" => Cow::Borrowed(tag.as_str()),
            other => Cow::Owned(format!("Fn::{other}")),
        };
        return Some((name, Cow::Owned(Node { tag: None, ..node.clone() })));
    }
    match node.entries()? {
        [entry] if entry.key == "Ref" || entry.key.starts_with("Fn::") => Some((Cow::Borrowed(&entry.key), Cow::Borrowed(&entry.value))),
        _ => None,
    }
}

/// Whether no function is in the node: then what it comes to is what the user wrote.
fn is_literal(node: &Node) -> bool {
    call(node).is_none()
        && match &node.kind {
            Kind::List(items) => items.iter().all(is_literal),
            Kind::Map(entries) => entries.iter().all(|entry| is_literal(&entry.value)),
            _ => true,
        }
}

/// Whether a condition holds; none where that is not known.
pub(super) type Truth = Option<bool>;

impl Template<'_> {
    pub(super) fn error(&self, at: Position, message: impl Into<String>) -> InputError {
        InputError::new(&self.file, at, message)
    }

    /// What the node comes to.
    pub(super) fn resolve(&self, node: &Node) -> Result<Part, InputError> {
        self.cost.deeper(|| self.error(node.span.start, TOO_DEEP), || self.evaluate(node))
    }

    fn evaluate(&self, node: &Node) -> Result<Part, InputError> {
        if let Some((name, argument)) = call(node) {
            let part = self.function(&name, &argument, node.span)?.placed(node.span);
            self.cost.pay(part.weight(), || self.error(node.span.start, TOO_MUCH))?;
            return Ok(part);
        }
        match &node.kind {
            Kind::List(items) => {
                let items = items.iter().map(|item| Ok((item.place(), self.resolve(item)?)));
                Ok(Part::List(items.collect::<Result<_, InputError>>()?))
            }
            Kind::Map(entries) => {
                // What `AWS::Include` puts beside the other entries nobody knows.
                if entries.iter().any(|entry| entry.key == TRANSFORM) {
                    return Ok(Part::unknown(TRANSFORMED));
                }
                if let Some(entry) = entries.iter().find(|entry| entry.key.starts_with("Fn::")) {
                    return Err(
                        self.error(entry.span.start, format!("`{}` stands with other entries in one map; it stands alone", entry.key))
                    );
                }
                let entries = entries.iter().map(|entry| Ok((entry.key.clone(), entry.place(), self.resolve(&entry.value)?)));
                Ok(Part::Map(entries.collect::<Result<_, InputError>>()?))
            }
            _ => Ok(Part::literal(node)),
        }
    }

    fn function(&self, name: &str, argument: &Node, span: Span) -> Result<Part, InputError> {
        match name {
            "Ref" => match argument.text() {
                Some(logical) => self.reference(logical, argument.span.start),
                None => Err(self
                    .error(argument.span.start, format!("`Ref` takes the name of a parameter or resource, not {}", argument.describe()))),
            },
            "Fn::GetAtt" => self.get_att(argument),
            "Fn::Sub" => self.sub(argument),
            "Fn::If" => self.choose(argument),
            "Fn::FindInMap" => self.find_in_map(argument, span),
            TRANSFORM => Ok(Part::unknown(TRANSFORMED)),
            "Fn::ImportValue" => Part::lift(self.resolve(argument)?, |name| {
                let Some(name) = name.written() else {
                    return Err(self.error(argument.span.start, "`Fn::ImportValue` takes the name of an export"));
                };
                let exported = self.exports.get(name).cloned().map(|part| part.moved(span));
                Ok(exported.unwrap_or_else(|| Part::unknown(format!("`{name}` is exported by no template here"))))
            }),
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" | "Condition" => {
                let value = |truth: bool| Part::Scalar(truth.into(), truth.to_string());
                Ok(match self.holds_call(name, argument)? {
                    Some(truth) => value(truth),
                    None => Part::Unknown { why: "a condition is not known here".to_owned(), values: vec![value(true), value(false)] },
                })
            }
            "Fn::Base64" | "Fn::Cidr" | "Fn::GetAZs" | "Fn::Join" | "Fn::Length" | "Fn::Select" | "Fn::Split" | "Fn::ToJsonString" => {
                // What is wrong with what stands for a value of the deployment says nothing of that value.
                let literal = is_literal(argument);
                let wrong = || match literal {
                    true => Err(self.error(argument.span.start, format!("`{name}` takes {}", takes(name)))),
                    false => Ok(Part::unknown(format!("what `{name}` gives is known only when the stack is deployed"))),
                };
                Part::lift(self.resolve(argument)?, |argument| {
                    match name {
                        "Fn::Base64" => argument.written().map(|text| Part::text(base64::engine::general_purpose::STANDARD.encode(text))),
                        "Fn::Cidr" => cidr(argument),
                        "Fn::GetAZs" => self.zones(argument),
                        "Fn::Join" => join(argument),
                        "Fn::Length" => argument.items().map(|items| Part::of_value(&items.count().into())),
                        "Fn::Select" => select(argument),
                        "Fn::Split" => split(argument),
                        _ => serde_json::to_string(&argument.value()).ok().map(Part::text),
                    }
                    .map_or_else(wrong, Ok)
                })
            }
            other => Err(self.error(span.start, format!("`{other}` is no function of CloudFormation"))),
        }
    }

    /// `Ref`, of a parameter, a pseudo parameter or a resource.
    pub(super) fn reference(&self, name: &str, at: Position) -> Result<Part, InputError> {
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        let target = self.target;
        let partition = partition(&target.region);
        Ok(match name {
            "AWS::NoValue" => Part::Absent,
            "AWS::AccountId" => Part::text(target.account.as_str()),
            "AWS::Region" => Part::text(target.region.as_str()),
            "AWS::Partition" => Part::text(partition),
            "AWS::URLSuffix" => Part::text(if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }),
            "AWS::StackName" => Part::text(self.name()),
            "AWS::StackId" | "AWS::NotificationARNs" => Part::unknown(format!("`{name}` is known only when the stack is deployed")),
            logical => match self.id_of(logical)? {
                Some(id) => Part::text(id),
                None if self.is_transformed() => Part::unknown(format!("`{logical}` is made by a transform")),
                None => {
                    let names = self.parameters.keys().map(String::as_str).chain(self.logical_ids());
                    let nearest = names.min_by_key(|known| strsim::damerau_levenshtein(known, logical));
                    let nearest = nearest.filter(|known| strsim::damerau_levenshtein(known, logical) <= logical.len() / 3);
                    let hint = nearest.map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
                    return Err(self.error(at, format!("`{logical}` is neither a parameter nor a resource of this template{hint}")));
                }
            },
        })
    }

    fn get_att(&self, argument: &Node) -> Result<Part, InputError> {
        let start = argument.span.start;
        let (logical, attribute) = match &argument.kind {
            Kind::Text(text) => match text.split_once('.') {
                Some((logical, attribute)) => (logical.to_owned(), Part::text(attribute)),
                None => return Err(self.error(start, format!("`Fn::GetAtt` takes a resource and an attribute, as `{text}.Arn`"))),
            },
            Kind::List(items) => match items.as_slice() {
                [logical, rest @ ..] if !rest.is_empty() => {
                    let Some(logical) = logical.text() else {
                        return Err(self.error(logical.span.start, "the first of `Fn::GetAtt` is the name of a resource"));
                    };
                    let rest = rest.iter().map(|node| Ok((node.span, self.resolve(node)?))).collect::<Result<_, InputError>>()?;
                    let joined = Part::lift(Part::List(rest), |rest| {
                        let texts: Vec<&str> = rest.items().into_iter().flatten().filter_map(Part::written).collect();
                        Ok::<_, InputError>(Part::text(texts.join(".")))
                    })?;
                    (logical.to_owned(), joined)
                }
                _ => return Err(self.error(start, "`Fn::GetAtt` takes a resource and an attribute")),
            },
            _ => return Err(self.error(start, "`Fn::GetAtt` takes a resource and an attribute")),
        };
        Part::lift(attribute, |attribute| self.attribute(&logical, attribute.written().unwrap_or_default(), start))
    }

    fn sub(&self, argument: &Node) -> Result<Part, InputError> {
        let (text, variables) = match &argument.kind {
            Kind::List(items) => match items.as_slice() {
                [text, variables] => (text, Some(variables)),
                _ => return Err(self.error(argument.span.start, "`Fn::Sub` takes a text, or a list of a text and a map of variables")),
            },
            _ => (argument, None),
        };
        let Some(template) = text.scalar() else {
            return Err(self.error(text.span.start, format!("`Fn::Sub` takes a text, not {}", text.describe())));
        };
        if template.contains("{{resolve:") {
            // Whatever is put in, it stays a reference.
            return Ok(Part::text(template));
        }
        let mut parts: Vec<(Span, Part)> = Vec::new();
        let mut rest = template.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            parts.push((text.span, Part::text(before)));
            let Some((name, after)) = after.split_once('}') else {
                return Err(self.error(text.span.start, "a `${` of `Fn::Sub` has no `}`"));
            };
            let name = name.trim();
            let part = if let Some(literal) = name.strip_prefix('!') {
                Part::text(format!("${{{literal}}}"))
            } else if let Some(variable) = variables.and_then(|variables| variables.get(name)) {
                self.resolve(variable)?
            } else if let Some((logical, attribute)) = name.split_once('.') {
                self.attribute(logical, attribute, text.span.start)?
            } else {
                self.reference(name, text.span.start)?
            };
            parts.push((text.span, part));
            rest = after;
        }
        parts.push((text.span, Part::text(rest)));
        Part::lift(Part::List(parts), |parts| {
            let texts: Vec<String> = parts.items().into_iter().flatten().map(flat).collect();
            Ok(Part::text(texts.concat()))
        })
    }

    fn choose(&self, argument: &Node) -> Result<Part, InputError> {
        let Some([condition, yes, no]) = argument.items() else {
            return Err(self.error(argument.span.start, "`Fn::If` takes a list of a condition and two values"));
        };
        let Some(name) = condition.text() else {
            return Err(self.error(condition.span.start, "the first of `Fn::If` is the name of a condition"));
        };
        match self.condition(name, condition.span.start)? {
            Some(true) => self.resolve(yes),
            Some(false) => self.resolve(no),
            None => {
                let why = format!("condition `{name}` is not known here");
                let values = [self.resolve(yes)?, self.resolve(no)?].into_iter().map(|value| value.possibilities());
                match values.collect::<Option<Vec<_>>>() {
                    Some(values) => Ok(Part::Unknown { why, values: values.concat() }),
                    None => Ok(Part::unknown(why)),
                }
            }
        }
    }

    fn find_in_map(&self, argument: &Node, span: Span) -> Result<Part, InputError> {
        let Some([map, first, second, rest @ ..]) = argument.items() else {
            return Err(self.error(argument.span.start, "`Fn::FindInMap` takes a list of a map and two keys"));
        };
        let default = rest.first().and_then(|rest| rest.get("DefaultValue")).map(|default| self.resolve(default)).transpose()?;
        let keys = [map, first, second].into_iter().map(|node| Ok((node.span, self.resolve(node)?)));
        let keys = Part::List(keys.collect::<Result<_, InputError>>()?);
        Part::lift(keys, |keys| {
            let keys: Vec<&str> = keys.items().into_iter().flatten().filter_map(Part::written).collect();
            let found = keys.iter().try_fold(self.root.get("Mappings"), |node, key| node.map(|node| node.get(key)));
            match (found.flatten(), &default) {
                (Some(found), _) if keys.len() == 3 => Ok(Part::literal(found)),
                (_, Some(default)) => Ok(default.clone()),
                // CloudFormation says so, too, but only when it deploys.
                _ if self.is_transformed() => Ok(Part::unknown(TRANSFORMED)),
                _ => Err(self.error(span.start, format!("`Mappings` has no `{}`; give `DefaultValue`, or the entry", keys.join(".")))),
            }
        })
    }

    fn zones(&self, argument: &Part) -> Option<Part> {
        let region = match argument {
            Part::Null => "",
            argument => argument.written()?,
        };
        let region = if region.is_empty() { &self.target.region } else { region };
        Some(Part::List(ZONES.iter().map(|zone| (Span::default(), Part::text(format!("{region}{zone}")))).collect()))
    }

    /// Whether the condition of this name holds.
    pub(super) fn condition(&self, name: &str, at: Position) -> Result<Truth, InputError> {
        if let Some(known) = self.conditions.borrow().get(name) {
            return known.ok_or_else(|| self.error(at, format!("condition `{name}` rests on itself")));
        }
        let Some(node) = self.root.get("Conditions").and_then(|conditions| conditions.get(name)) else {
            if self.is_transformed() {
                return Ok(None);
            }
            return Err(self.error(at, format!("`Conditions` has no `{name}`")));
        };
        self.conditions.borrow_mut().insert(name.to_owned(), None);
        let truth = self.cost.deeper(|| self.error(at, TOO_DEEP), || self.holds(node))?;
        self.conditions.borrow_mut().insert(name.to_owned(), Some(truth));
        Ok(truth)
    }

    fn holds(&self, node: &Node) -> Result<Truth, InputError> {
        let found = call(node).or_else(|| match node.entries() {
            Some([entry]) if entry.key == "Condition" => Some((Cow::Borrowed("Condition"), Cow::Borrowed(&entry.value))),
            _ => None,
        });
        match found {
            Some((name, argument)) if matches!(name.as_ref(), "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" | "Condition") => {
                self.holds_call(&name, &argument)
            }
            // A condition may come from a parameter or a map.
            _ => truth(&self.resolve(node)?)
                .ok_or_else(|| self.error(node.span.start, "a condition is `Fn::And`, `Fn::Or`, `Fn::Not`, `Fn::Equals` or `Condition`")),
        }
    }

    fn holds_call(&self, name: &str, argument: &Node) -> Result<Truth, InputError> {
        let start = argument.span.start;
        if name == "Condition" {
            let Some(name) = argument.text() else { return Err(self.error(start, "`Condition` takes the name of a condition")) };
            return self.condition(name, start);
        }
        let Some(items) = argument.items() else { return Err(self.error(start, format!("`{name}` takes a list"))) };
        if name == "Fn::Equals" {
            let [one, other] = items else { return Err(self.error(start, "`Fn::Equals` takes a list of two values")) };
            let pair = Part::List(vec![(one.span, self.resolve(one)?), (other.span, self.resolve(other)?)]);
            let equal = Part::lift(pair, |pair| {
                let mut items = pair.items().into_iter().flatten().map(flat);
                let equal = items.next() == items.next();
                Ok::<_, InputError>(Part::Scalar(equal.into(), equal.to_string()))
            })?;
            return Ok(truth(&equal).unwrap_or_default());
        }
        let truths = items.iter().map(|item| self.holds(item)).collect::<Result<Vec<_>, _>>()?;
        match (name, truths.as_slice()) {
            ("Fn::Not", [one]) => Ok(one.map(|one| !one)),
            ("Fn::Not", _) => Err(self.error(start, "`Fn::Not` takes a list of one condition")),
            ("Fn::And", all) if all.contains(&Some(false)) => Ok(Some(false)),
            ("Fn::Or", all) if all.contains(&Some(true)) => Ok(Some(true)),
            (_, all) if all.contains(&None) => Ok(None),
            (name, _) => Ok(Some(name == "Fn::And")),
        }
    }
}

/// The truth of a value; none where it is no boolean.
fn truth(part: &Part) -> Option<Truth> {
    match part {
        Part::Scalar(_, text) if text.eq_ignore_ascii_case("true") => Some(Some(true)),
        Part::Scalar(_, text) if text.eq_ignore_ascii_case("false") => Some(Some(false)),
        Part::Unknown { .. } | Part::Secret { .. } => Some(None),
        _ => None,
    }
}

/// A value as text, a list joined by commas.
fn flat(part: &Part) -> String {
    match part {
        Part::Scalar(_, text) => text.clone(),
        Part::List(items) => items.iter().map(|(_, item)| flat(item)).collect::<Vec<_>>().join(","),
        Part::Map(_) => part.value().to_string(),
        Part::Null | Part::Absent | Part::Unknown { .. } | Part::Secret { .. } => String::new(),
    }
}

fn takes(name: &str) -> &'static str {
    match name {
        "Fn::Base64" => "a text",
        "Fn::Cidr" => "a list of a CIDR block, a number of subnets and the bits of each",
        "Fn::GetAZs" => "a Region",
        "Fn::Join" => "a list of a delimiter and a list of texts",
        "Fn::Length" => "a list",
        "Fn::Select" => "a list of an index and a list that has it",
        "Fn::Split" => "a list of a delimiter and a text",
        _ => "a value",
    }
}

fn pair(argument: &Part) -> Option<(&Part, &Part)> {
    let mut items = argument.items()?;
    let pair = items.next().zip(items.next());
    pair.filter(|_| items.next().is_none())
}

fn join(argument: &Part) -> Option<Part> {
    let (delimiter, list) = pair(argument)?;
    let texts: Vec<String> = list.items()?.filter(|item| **item != Part::Absent).map(flat).collect();
    Some(Part::text(texts.join(delimiter.written()?)))
}

fn select(argument: &Part) -> Option<Part> {
    let (index, list) = pair(argument)?;
    let index: usize = index.written()?.parse().ok()?;
    match list {
        Part::List(items) => items.get(index).map(|(_, item)| item.clone()),
        // A list parameter that is one text.
        Part::Scalar(_, text) => text.split(',').nth(index).map(|item| Part::text(item.trim())),
        _ => None,
    }
}

fn split(argument: &Part) -> Option<Part> {
    let (delimiter, text) = pair(argument)?;
    let delimiter = delimiter.written().filter(|delimiter| !delimiter.is_empty())?;
    Some(Part::List(text.written()?.split(delimiter).map(|item| (Span::default(), Part::text(item))).collect()))
}

/// Subnets of a block, one after the other, each with the number of bits for its hosts.
fn cidr(argument: &Part) -> Option<Part> {
    let arguments: Vec<&str> = argument.items()?.filter_map(Part::written).collect();
    let (address, prefix) = arguments.first()?.split_once('/')?;
    let prefix: u32 = prefix.parse().ok()?;
    let count: u32 = arguments.get(1)?.parse().ok()?;
    let (base, width) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let host: u32 = arguments.get(2).map_or(Some(if width == 32 { 8 } else { 64 }), |bits| bits.parse().ok())?;
    let fits = prefix <= width && host <= width - prefix && (1..=MOST_SUBNETS).contains(&count);
    if !fits || u128::from(count) > 1_u128.checked_shl(width - prefix - host).unwrap_or(u128::MAX) {
        return None;
    }
    let base = base.checked_shr(width - prefix).unwrap_or_default().checked_shl(width - prefix).unwrap_or_default();
    let subnet = |number: u32| {
        let address = base + u128::from(number).checked_shl(host).unwrap_or_default();
        let address = match u32::try_from(address) {
            Ok(address) if width == 32 => std::net::Ipv4Addr::from(address).to_string(),
            _ => std::net::Ipv6Addr::from(address).to_string(),
        };
        (Span::default(), Part::text(format!("{address}/{}", width - host)))
    };
    Some(Part::List((0..count).map(subnet).collect()))
}
