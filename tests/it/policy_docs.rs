//! The reference: the pages that are committed are what `innovate policy docs` writes.

use std::fs;
use std::path::Path;

use innovate::permission::recorded;
use innovate::policy;
use innovate_model::Schemas;

use crate::command::Desk;

#[test]
fn the_pages_are_what_the_policies_say() {
    let desk = Desk::new();
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policies");
    let output = desk.run(&["policy", "docs", "--check", "--out", pages]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}\nwrite them anew by `cargo run --no-default-features -- policy docs`");
    assert_eq!(said, format!("{} pages, 0 problems\n", policy::shipped().unwrap().policies.len() + 1));
}

#[test]
fn the_pages_of_a_users_policies_say_what_is_old_missing_or_left_over() {
    let desk = Desk::new();
    let own = format!("{}/tests/fixtures/bundles/policies", env!("CARGO_MANIFEST_DIR"));
    let run = |more: &[&str]| {
        let output = desk.run(&[&["policy", "docs", "--folder", &own], more].concat());
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(run(&[]), (Some(0), "2 pages in `docs/policies`, 2 written or removed\n".to_owned()));
    let page = fs::read_to_string(desk.path("docs/policies/storage/database_not_encrypted.md")).unwrap();
    insta::assert_snapshot!("policy_page", page);
    insta::assert_snapshot!("policy_index", fs::read_to_string(desk.path("docs/policies/README.md")).unwrap());
    assert_eq!(run(&["--check"]), (Some(0), "2 pages, 0 problems\n".to_owned()));
    desk.write("docs/policies/README.md", "# Mine\n");
    desk.write("docs/policies/storage/gone.md", "# Gone\n");
    fs::remove_file(desk.path("docs/policies/storage/database_not_encrypted.md")).unwrap();
    let expected = "docs/policies/README.md is old\ndocs/policies/storage/database_not_encrypted.md is missing\n\
                    docs/policies/storage/gone.md is of no policy\n2 pages, 3 problems; `innovate policy docs` writes them anew\n";
    assert_eq!(run(&["--check"]), (Some(3), expected.to_owned()));
    assert!(run(&[]).1.ends_with("3 written or removed\n") && !desk.path("docs/policies/storage/gone.md").exists());
    assert_eq!(run(&["--check"]).0, Some(0));
}

#[test]
fn every_example_of_the_reference_names_what_it_shows() {
    for policy in policy::shipped().unwrap().policies {
        let page = innovate::reference::policy::page(&policy).unwrap();
        for part in [
            "## What it finds",
            "## Why it matters",
            "Fails: ",
            "Passes: ",
            "## How to mend it",
            "## What it reads",
            "## Controls that it serves",
        ] {
            assert!(page.contains(part), "{}: no `{part}`", policy.id);
        }
        let fences = page.lines().filter(|line| line.starts_with("```")).count();
        assert!(fences % 2 == 0 && page.ends_with('\n') && !page.ends_with("\n\n"), "{}", policy.id);
    }
    assert!(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policies/README.md")).exists());
}

#[test]
fn what_is_recorded_of_the_handlers_is_of_types_that_there_are() {
    for name in recorded().unwrap().keys() {
        assert!(Schemas::vendored().get(name).is_ok(), "{name}");
    }
}

/// `schemas/actions.json` stands in for the handlers where a build has none.
#[cfg(feature = "aws")]
#[test]
fn what_is_recorded_of_the_handlers_is_what_they_say() {
    use std::collections::BTreeMap;

    use innovate::permission::{Recorded, RecordedRead};

    let read = |facet: &innovate_model::Facet| RecordedRead {
        action: facet.action.to_owned(),
        properties: facet.properties.iter().map(|name| (*name).to_owned()).collect(),
    };
    let of_handlers: BTreeMap<String, Recorded> = innovate_aws::definitions()
        .iter()
        .map(|definition| {
            let list = definition.list.iter().map(|facet| facet.action.to_owned()).collect();
            let reads = definition.reads.iter().map(|(facet, _)| read(facet)).collect();
            (definition.type_name.to_owned(), Recorded { reach: definition.reach, list, reads })
        })
        .collect();
    let line =
        |(name, calls): (&String, &Recorded)| format!("{}:{}", serde_json::to_string(name).unwrap(), serde_json::to_string(calls).unwrap());
    let lines: Vec<String> = of_handlers.iter().map(line).collect();
    let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/actions.json");
    if std::env::var_os("INNOVATE_RECORD_ACTIONS").is_some() {
        fs::write(file, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(file).unwrap(), text, "set INNOVATE_RECORD_ACTIONS to have this test write the record anew");
}

/// The guide's own policy, by the guide's own commands.
#[test]
fn the_guide_for_authors_can_be_followed() {
    let guide = include_str!("../../docs/writing-policies.md");
    let blocks = |language: &str| {
        let open = format!("```{language}\n");
        guide.split(&open).skip(1).map(|part| part.split("```").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let desk = Desk::new();
    desk.write("org.snapshot", fs::read(crate::command::EXAMPLE).unwrap());
    let commands: Vec<String> = blocks("sh").iter().flat_map(|block| block.lines().map(ToOwned::to_owned).collect::<Vec<_>>()).collect();
    assert_eq!(commands.len(), 10);
    for command in commands {
        let words: Vec<String> = command
            .split('"')
            .enumerate()
            .flat_map(|(at, part)| match at % 2 {
                0 => part.split_whitespace().map(ToOwned::to_owned).collect(),
                _ => vec![part.to_owned()],
            })
            .collect();
        let output = desk.run(&words.iter().skip(1).map(String::as_str).collect::<Vec<_>>());
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{command}: {said}");
        if command.contains("policy new") {
            for language in ["rego", "yaml"] {
                let path = format!("policies/mine/storage/volume_without_owner.{language}");
                assert!(desk.path(&path).exists());
                desk.write(&path, blocks(language)[0].as_str());
            }
        }
    }
    desk.write("data/mine/it.rego", blocks("rego")[0].replace("mine.storage.volume_without_owner", "mine.it"));
    desk.write("data/.manifest", "{}");
    desk.write("data/data.json", blocks("json")[0].replace("mine.storage.volume_without_owner", "mine.it"));
    let shown = desk.run(&["policy", "show", "mine.it", "--policy", "data", "--policy", "mine"]);
    assert!(String::from_utf8(shown.stdout).unwrap().contains("Parameter tag = \"team\""));
}
