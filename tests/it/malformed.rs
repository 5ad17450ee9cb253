//! What is no template, no YAML and no JSON: said with its place, in bounded time and memory.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::io;

use innovate::input::cloudformation::{self, Context, Exports, Parameters, parameter};
use innovate::input::declared::{Declaration, Target};
use innovate::input::document::{InputError, Kind, MOST_BYTES, Node, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Reads one template that nests none.
fn read(file: &str, bytes: &[u8]) -> Result<Declaration, InputError> {
    let (target, parameters, exports, ambiguous) = (Target::default(), Parameters::new(), Exports::default(), BTreeSet::new());
    let load = |_: &str| Err(io::ErrorKind::NotFound.into());
    let context = Context { target: &target, parameters: &parameters, exports: &exports, ambiguous: &ambiguous, load: &load, stack: None };
    let mut documents = parse(file, bytes)?.into_iter();
    cloudformation::read(file, documents.next().unwrap_or_else(|| Node::new(Kind::Null, Default::default())), &context)
}

fn error(file: &str, text: impl AsRef<[u8]>) -> String {
    match read(file, text.as_ref()) {
        Ok(declaration) => format!("no error, {} resources", declaration.resources.len()),
        Err(error) => error.to_string(),
    }
}

/// A template whose key has this policy.
fn with(value: &str) -> String {
    format!("Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      KeyPolicy: {{ a: {value} }}\n")
}

#[test]
fn what_is_no_yaml_or_json_says_where() {
    for (text, said) in [
        ("Resources:\n\tK: 1\n", "t.yaml:2:2: tabs disallowed within this context (block indentation)"),
        ("Resources:\n  K: \"open\n", "t.yaml:2:6: "),
        ("Resources:\n  K: 1\n  K: 2\n", "t.yaml:3:3: the key `K` is there twice, first in line 2"),
        ("Resources:\n  ? [a, b]\n  : 1\n", "t.yaml:2:5: a key is a list; it must be a text"),
        ("a: &a [*a]\n", "t.yaml:1:8: "),
        ("a: *nowhere\n", "t.yaml:1:4: "),
        ("a: &x text\nb:\n  <<: [*x]\n", "t.yaml:3:3: `<<` takes a map, or a list of maps"),
        ("{\"a\": 1,}", "no error"),
    ] {
        let found = parse("t.yaml", text.as_bytes()).map_or_else(|error| error.to_string(), |_| "no error".to_owned());
        assert!(found.starts_with(said), "{text:?}: {found}");
    }
    for (text, said) in [
        ("{\"a\": 1,}", "t.json:1:9: a comma stands before the end; JSON has none there"),
        ("{\"a\": [1,\n]}", "t.json:2:1: a comma stands before the end; JSON has none there"),
        ("{\"a\" 1}", "t.json:1:6: expected `:` after the key, found `1`"),
        ("{\"a\": 1 \"b\": 2}", "t.json:1:9: expected `,` or `}`, found `\"`"),
        ("{\"a\": [1 2]}", "t.json:1:10: expected `,` or `]`, found `2`"),
        ("{\"a\": 1} x", "t.json:1:10: expected the end of the file, found `x`"),
        ("{\"a\": 1, b: 2}", "t.json:1:10: expected a key in double quotes, found `b`"),
        ("{\"a\": tru}", "t.json:1:7: `tru` is no value; a text stands in double quotes"),
        ("{\"a\": 01}", "t.json:1:7: `01` is no value; a text stands in double quotes"),
        ("{\"a\":", "t.json:1:6: expected a value, found the end of the file"),
        ("{\"ä\": \"x\\q\"}", "t.json:1:10: invalid escape"),
        ("{\"a\": \"x\ny\"}", "t.json:1:7: control character (\\u0000-\\u001F) found while parsing a string"),
        ("{\"a\": \"x}", "t.json:1:7: a text has no closing quote"),
        ("{\"a\": 1,\n \"a\": 2}", "t.json:2:2: the key `a` is there twice, first in line 1"),
        ("{\"a\": \u{7}}", "t.json:1:7: expected a value, found a control character"),
    ] {
        let found = parse("t.json", text.as_bytes()).map_or_else(|error| error.to_string(), |_| "no error".to_owned());
        assert_eq!(found, said, "{text:?}");
    }
}

#[test]
fn json_is_read_by_its_own_grammar() {
    let text = "{\r\n\t\"a\\/b\": [\"\\ud83d\\ude00\", 1e3, -0.5, \"<<\", null, true],\r\n\t\"<<\": {\"c\": \"ü\"},\t\"d\": 1\r\n}\r\n";
    let document = parse("t.json", text.as_bytes()).unwrap().pop().unwrap();
    assert_eq!(document.value(), json!({ "a/b": ["😀", 1e3, -0.5, "<<", null, true], "<<": { "c": "ü" }, "d": 1 }));
    let place = |entry: &str| document.entry(entry).map(|entry| (entry.span.start.line, entry.span.start.column)).unwrap();
    assert_eq!([place("a/b"), place("<<"), place("d")], [(2, 2), (3, 2), (3, 20)]);
}

#[test]
fn texts_of_any_encoding_and_line_end_have_their_places() {
    assert_eq!(error("t.yaml", b"Resources:\n  B\xff: 1\n"), "t.yaml:2:4: is not UTF-8 from here on; save the file as UTF-8");
    for text in
        ["\u{feff}Resources:\n  B: { Type: 5 }\n", "Resources:\r\n  B: { Type: 5 }\r\n", "# ü\u{1F600}\rResources:\n  B: { Type: 5 }\n"]
    {
        assert!(error("t.yaml", text).ends_with(":14: `Type` is a text, such as `AWS::S3::Bucket`"), "{text:?}: {}", error("t.yaml", text));
    }
    assert_eq!(error("t.json", "\u{feff}{\"Resources\": {\"B\": 1}}"), "t.json:1:16: the resource `B` has no `Type`");
}

#[test]
fn what_is_no_template_says_where() {
    for (text, said) in [
        ("Resources: [1]", "1:1: `Resources` is a map, not a list"),
        ("AWSTemplateFormatVersion: 2010-09-09", "1:1: a template has `Resources`, and this one has not"),
        ("", "1:1: a template has `Resources`, and this one has not"),
        ("Resources: { B: { Type: 5 } }", "1:25: `Type` is a text, such as `AWS::S3::Bucket`"),
        ("Resources: { B: text }", "1:14: the resource `B` has no `Type`"),
        ("Resources: { B: { Type: AWS::S3::Bucket, Properties: [1] } }", "1:54: the `Properties` of `B` are a map"),
        ("Resources: { B: { Type: AWS::S3::Bucket, Condition: No } }", "1:53: `Conditions` has no `No`"),
        ("Resources: { B: { Type: AWS::S3::Bucket, Condition: [No] } }", "1:53: `Condition` is the name of a condition"),
        ("Parameters: { P: text }\nResources: {}", "1:18: parameter `P` is a text; it must be a map with its `Type`"),
        ("Resources: { S: { Type: AWS::CloudFormation::Stack } }", "1:17: the stack `S` has no `TemplateURL`"),
    ] {
        assert_eq!(error("t.yaml", text), format!("t.yaml:{said}"), "{text}");
    }
}

#[test]
fn a_wrong_argument_of_each_function_says_what_it_takes() {
    for (value, said) in [
        ("!Ref [K]", "`Ref` takes the name of a parameter or resource, not a list"),
        ("!Ref Kk", "`Kk` is neither a parameter nor a resource of this template"),
        ("!GetAtt K", "`Fn::GetAtt` takes a resource and an attribute, as `K.Arn`"),
        ("!GetAtt [K]", "`Fn::GetAtt` takes a resource and an attribute"),
        ("!GetAtt { a: b }", "`Fn::GetAtt` takes a resource and an attribute"),
        ("!GetAtt Nobody.Arn", "`Nobody` is neither a parameter nor a resource of this template"),
        ("!Sub [a]", "`Fn::Sub` takes a text, or a list of a text and a map of variables"),
        ("!Sub { a: b }", "`Fn::Sub` takes a text, not a map"),
        ("!Sub \"${K\"", "a `${` of `Fn::Sub` has no `}`"),
        ("!Sub \"${Nobody}\"", "`Nobody` is neither a parameter nor a resource of this template"),
        ("!If [C, 1]", "`Fn::If` takes a list of a condition and two values"),
        ("!If [[C], 1, 2]", "the first of `Fn::If` is the name of a condition"),
        ("!If [C, 1, 2]", "`Conditions` has no `C`"),
        ("!FindInMap [M, a]", "`Fn::FindInMap` takes a list of a map and two keys"),
        ("!FindInMap [M, a, b]", "`Mappings` has no `M.a.b`; give `DefaultValue`, or the entry"),
        ("!ImportValue [a]", "`Fn::ImportValue` takes the name of an export"),
        ("!Equals [1]", "`Fn::Equals` takes a list of two values"),
        ("!Not [1, 2]", "a condition is `Fn::And`, `Fn::Or`, `Fn::Not`, `Fn::Equals` or `Condition`"),
        ("!And 1", "`Fn::And` takes a list"),
        ("!Base64 [a]", "`Fn::Base64` takes a text"),
        ("!Cidr [10.0.0.0/8, 0, 8]", "`Fn::Cidr` takes a list of a CIDR block, a number of subnets and the bits of each"),
        ("!Cidr [\"::/129\", 1, 8]", "`Fn::Cidr` takes a list of a CIDR block, a number of subnets and the bits of each"),
        ("!Cidr [10.0.0.0/24, 257, 0]", "`Fn::Cidr` takes a list of a CIDR block, a number of subnets and the bits of each"),
        ("!GetAZs [a]", "`Fn::GetAZs` takes a Region"),
        ("!Join [a]", "`Fn::Join` takes a list of a delimiter and a list of texts"),
        ("!Join [\",\", a]", "`Fn::Join` takes a list of a delimiter and a list of texts"),
        ("!Length a", "`Fn::Length` takes a list"),
        ("!Select [5, [a]]", "`Fn::Select` takes a list of an index and a list that has it"),
        ("!Select [-1, [a]]", "`Fn::Select` takes a list of an index and a list that has it"),
        ("!Split [\"\", a]", "`Fn::Split` takes a list of a delimiter and a text"),
        ("!Sbu a", "`Fn::Sbu` is no function of CloudFormation"),
        ("{ \"Fn::Sub\": a, b: c }", "`Fn::Sub` stands with other entries in one map; it stands alone"),
        ("!GetAtt K.KeyPolicy", "`K.KeyPolicy` rests on itself"),
    ] {
        let found = error("t.yaml", with(value));
        assert!(found.starts_with("t.yaml:5:") && found.ends_with(&format!(": {said}")), "{value}: {found}");
    }
    let slip = "Parameters: { Environment: { Type: String } }\nResources: { T: { Type: AWS::SNS::Topic, Properties: { TopicName: !Ref Enviroment } } }";
    assert_eq!(
        error("t.yaml", slip),
        "t.yaml:2:67: `Enviroment` is neither a parameter nor a resource of this template; did you mean `Environment`?"
    );
    let circle =
        "Conditions: { A: !Not [!Condition B], B: !Not [!Condition A] }\nResources: { T: { Type: AWS::SNS::Topic, Condition: A } }";
    assert_eq!(error("t.yaml", circle), "t.yaml:1:48: condition `A` rests on itself");
}

#[test]
fn depth_is_bounded_on_a_small_stack() {
    let nested = |depth: usize, (open, close): (&str, &str), inner: &str| format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
    for brackets in [("[", "]"), ("!Join [x, [", "]]"), ("{ \"Fn::If\": [C, 1, ", "] }"), ("!If [C, 1, ", "]"), ("{ a: ", "}")] {
        let conditions = "Conditions: { C: !Equals [1, 2] }\n";
        let of = |depth| conditions.to_owned() + &with(&nested(depth, brackets, "1"));
        assert_eq!(error("t.yaml", of(64 / brackets.1.len())), "no error, 1 resources", "{brackets:?}");
        assert!(error("t.yaml", of(300)).ends_with(": values are nested more than 128 deep"), "{brackets:?}: {}", error("t.yaml", of(300)));
    }
    let json = nested(300, ("{\"a\":", "}"), "1");
    assert_eq!(parse("t.json", json.as_bytes()).unwrap_err().to_string(), "t.json:1:641: values are nested more than 128 deep");
    assert!(parse("t.json", nested(127, ("[", "]"), "1").as_bytes()).is_ok());

    let mut names = String::from("Resources:\n");
    let mut conditions = String::from("Conditions:\n  C0: !Equals [1, 1]\n");
    for number in 1..5_000 {
        writeln!(names, "  T{}: {{ Type: AWS::SNS::Topic, Properties: {{ DisplayName: !GetAtt T{number}.DisplayName }} }}", number - 1)
            .unwrap();
        writeln!(conditions, "  C{number}: !Not [!Condition C{}]", number - 1).unwrap();
    }
    names += "  T4999: { Type: AWS::SNS::Topic, Properties: { DisplayName: x } }\n";
    conditions += "Resources: { T: { Type: AWS::SNS::Topic, Condition: C4999 } }\n";
    for text in [names, conditions] {
        let found = error("t.yaml", text);
        assert!(found.ends_with(": values rest on values that rest on values, and so on without end"), "{found}");
    }
}

#[test]
fn what_repeats_itself_is_bounded() {
    let mut aliases = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    let mut texts = format!("a: &a {}\nb:\n", "x".repeat(1 << 20));
    let mut anchors = String::from("a: ");
    let mut outputs = String::from("Resources:\n  T0: { Type: AWS::SNS::Topic, Properties: { DisplayName: xxxxxxxx } }\n");
    for number in 1..40 {
        let before = number - 1;
        writeln!(aliases, "a{number}: &a{number} [{}]", vec![format!("*a{before}"); 10].join(", ")).unwrap();
        writeln!(outputs, "  T{number}: {{ Type: AWS::SNS::Topic, Properties: {{ DisplayName: !Sub \"${{T{before}.DisplayName}}${{T{before}.DisplayName}}\" }} }}").unwrap();
    }
    texts += &" - *a\n".repeat(10_000);
    for number in 0..120 {
        write!(anchors, "&x{number} [").unwrap();
    }
    anchors += &"x, ".repeat(100_000);
    anchors += &"]".repeat(120);
    for text in [aliases, texts, anchors] {
        assert!(
            error("t.yaml", &text).ends_with(": has more than 4000000 values, with those that aliases repeat"),
            "{}",
            error("t.yaml", &text)
        );
    }
    let found = error("t.yaml", outputs);
    assert!(found.ends_with(": what functions give is too much to be read; values are repeated again and again"), "{found}");
    let large = vec![b'x'; MOST_BYTES + 1];
    assert_eq!(error("t.yaml", large), "t.yaml: has 134217729 bytes; what is checked has at most 134217728");
    let mut long = String::from("Resources: { B: { Type: AWS::S3::Bucket } }\nOutputs:\n");
    long += &"  # nothing to see here, but much of it\n".repeat((32 << 20) / 40);
    assert_eq!(error("t.yaml", long), "no error, 1 resources");
}

#[test]
fn parameter_files_say_what_they_should_be() {
    for (text, said) in [
        ("5", "p.json:1:1: expected a list of parameters or a map of them"),
        ("", "p.json: holds no parameters"),
        ("[1]", "p.json:1:2: expected `{\"ParameterKey\": …, \"ParameterValue\": …}` or `\"Key=Value\"`"),
        ("[\"Key\"]", "p.json:1:2: expected `{\"ParameterKey\": …, \"ParameterValue\": …}` or `\"Key=Value\"`"),
        ("{\"A\": {\"b\": 1}}", "p.json:1:7: the value of a parameter is a text or a list of texts"),
    ] {
        assert_eq!(parameter::read("p.json", text.as_bytes()).unwrap_err().to_string(), said, "{text}");
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e12..1e12f64).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map("[ -~]{0,8}", inner, 0..8).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Parts of templates, right and wrong.
fn parts() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "K",
            "P",
            "C",
            "AWS::Region",
            "AWS::NoValue",
            "K.Arn",
            "a,b",
            "${P}",
            "${!x}",
            "${K.Arn",
            "{{resolve:ssm:/x}}",
            "10.0.0.0/8",
            "::/0",
            ""
        ])
        .prop_map(Value::from),
        (-3..300i64).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    let names = vec![
        "Ref",
        "Condition",
        "Fn::And",
        "Fn::Base64",
        "Fn::Cidr",
        "Fn::Equals",
        "Fn::FindInMap",
        "Fn::GetAZs",
        "Fn::GetAtt",
        "Fn::If",
        "Fn::ImportValue",
        "Fn::Join",
        "Fn::Length",
        "Fn::Not",
        "Fn::Or",
        "Fn::Select",
        "Fn::Split",
        "Fn::Sub",
        "Fn::ToJsonString",
        "Fn::Transform",
        "Fn::ForEach::X",
        "Other",
    ];
    leaf.prop_recursive(6, 48, 5, move |inner| {
        let call = (prop::sample::select(names.clone()), inner.clone());
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            call.prop_map(|(name, value)| json!({ name: value })),
            prop::collection::vec((prop::sample::select(names.clone()), inner), 0..4)
                .prop_map(|entries| entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_is_what_serde_has_it(value in values()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let found = parse("t.json", text.as_bytes()).unwrap().pop().map_or(Value::Null, |document| document.value());
            prop_assert_eq!(&found, &serde_json::from_str::<Value>(&text).unwrap());
        }
    }

    #[test]
    fn yaml_is_what_serde_has_it(keys in prop::collection::btree_map("[a-z]{1,6}", "[a-zA-Z0-9_ .]{0,10}|-?[0-9]{1,6}(\\.[0-9]{1,3})?|true|null", 1..6)) {
        let text: String = keys.iter().map(|(key, value)| format!("k{key}:\n  - {value}\n  - '{value}'\n")).collect();
        // What YAML 1.1 has beside 1.2 the two need not agree on.
        prop_assume!(!keys.values().any(|value| matches!(value.trim().to_lowercase().as_str(), "y" | "n" | "yes" | "no" | "on" | "off" | ".inf" | ".nan") || value.contains('_')));
        prop_assume!(!keys.values().any(|value| value.trim().trim_start_matches('-').starts_with(['0', '.']) || value.trim().ends_with('.') || value.to_lowercase().contains('e')));
        let found = parse("t.yaml", text.as_bytes()).unwrap().pop().unwrap().value();
        let known: Value = serde_saphyr::from_str(&text).unwrap();
        prop_assert_eq!(found, known);
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}:,&*!|>\"'a-z0-9 \n\t#-]{0,120}") {
        let _ = (read("t.yaml", &bytes), read("t.json", &bytes), read("t.yaml", text.as_bytes()), read("t.json", text.as_bytes()));
    }

    #[test]
    fn no_template_panics(one in parts(), other in parts(), condition in parts()) {
        let template = json!({
            "Transform": "AWS::LanguageExtensions",
            "Parameters": { "P": { "Type": "String", "AllowedValues": ["a", "b"] } },
            "Mappings": { "M": { "a": { "b": [1] } } },
            "Conditions": { "C": condition },
            "Resources": {
                "K": { "Type": "AWS::KMS::Key", "Properties": { "KeyPolicy": one } },
                "B": { "Type": "AWS::S3::Bucket", "Condition": "C", "Properties": { "BucketName": other } },
            },
        });
        let _ = read("t.json", template.to_string().as_bytes());
    }

    #[test]
    fn a_template_without_functions_gives_its_own_values(value in values()) {
        fn plain(value: &Value) -> bool {
            match value {
                Value::Null => false,
                Value::String(text) => !text.contains("{{resolve:"),
                Value::Array(items) => items.iter().all(plain),
                Value::Object(object) => object.iter().all(|(key, value)| !key.starts_with("Fn::") && key != "Ref" && plain(value)),
                _ => true,
            }
        }
        prop_assume!(plain(&value));
        let template = json!({ "Resources": { "K": { "Type": "AWS::KMS::Key", "Properties": { "KeyPolicy": { "v": value } } } } });
        let text = template.to_string();
        let declaration = read("t.json", text.as_bytes()).unwrap();
        let expected: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(Some(&declaration.resources[0].resource.properties["KeyPolicy"]), expected.pointer("/Resources/K/Properties/KeyPolicy"));
    }
}
