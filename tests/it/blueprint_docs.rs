//! The reference of blueprints: the pages that are committed are what `innovate blueprint docs` writes, they say all that a blueprint has, and
//! their diagrams can be drawn.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use innovate::blueprint::{self, Blueprint, Part, Value};
use innovate::reference;
use serde_json::{Value as Json, json};

use crate::command::Desk;
use crate::html::Browser;

const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/blueprints");

fn shipped() -> Vec<Blueprint> {
    blueprint::shipped().into_iter().map(|name| Blueprint::read("", blueprint::files(name).unwrap()).unwrap()).collect()
}

fn page(blueprint: &Blueprint) -> String {
    reference::blueprint::page(blueprint, None).unwrap()
}

/// What stands between fences of a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    page.split(&open).skip(1).map(|part| part.split("```").next().unwrap().to_owned()).collect()
}

/// A flowchart as it is written.
#[derive(Debug, Default)]
struct Chart {
    /// The labels of nodes and frames by their ids.
    labels: BTreeMap<String, String>,
    /// The frame around each.
    within: BTreeMap<String, String>,
    edges: BTreeSet<(String, String)>,
    nodes: usize,
}

/// Reads a flowchart; each line is of one of the few forms that are written.
fn chart(text: &str) -> Chart {
    let mut chart = Chart::default();
    let mut open: Vec<String> = Vec::new();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("flowchart LR"));
    let is_id = |id: &str| !id.is_empty() && id.contains('_') && id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    for line in lines {
        assert!(line.starts_with("  "), "{line}");
        let line = line.trim_start();
        if line == "end" {
            open.pop().unwrap();
        } else if let Some((from, to)) = line.split_once(" -->") {
            let to = to.rsplit(' ').next().unwrap();
            for id in [from, to] {
                assert!(chart.labels.contains_key(id), "`{id}` is declared before `{line}`");
            }
            assert!(chart.edges.insert((from.to_owned(), to.to_owned())), "drawn once: {line}");
        } else {
            let frame = line.strip_prefix("subgraph ");
            let (id, label) = frame.unwrap_or(line).split_once('[').unwrap();
            let label = label.strip_prefix('"').and_then(|label| label.strip_suffix("\"]")).unwrap_or_else(|| panic!("quoted: {line}"));
            assert!(is_id(id), "{line}");
            assert!(!label.replace("<br/>", "").contains(['"', '<', '>', '`', '[', ']']), "{line}");
            assert!(chart.labels.insert(id.to_owned(), label.to_owned()).is_none(), "declared once: {line}");
            chart.within.extend(open.last().map(|around| (id.to_owned(), around.clone())));
            match frame {
                Some(_) => open.push(id.to_owned()),
                None => chart.nodes += 1,
            }
        }
    }
    assert!(open.is_empty(), "every frame has an end");
    chart
}

#[test]
fn the_pages_are_what_the_blueprints_say() {
    let output = Desk::new().run(&["blueprint", "docs", "--check", "--out", PAGES]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}\nwrite them anew by `cargo run --no-default-features -- blueprint docs`");
    assert_eq!(said, format!("{} pages, 0 problems\n", blueprint::shipped().len() + 1));
}

#[test]
fn a_page_that_is_old_missing_or_left_over_is_named() {
    let desk = Desk::new();
    let run = |more: &[&str]| {
        let output = desk.run(&[&["blueprint", "docs"], more].concat());
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(run(&[]), (Some(0), "3 pages in `docs/blueprints`, 3 written or removed\n".to_owned()));
    assert_eq!(run(&["--check"]), (Some(0), "3 pages, 0 problems\n".to_owned()));
    desk.write("docs/blueprints/README.md", "# Mine\n");
    desk.write("docs/blueprints/gone.md", "# Gone\n");
    fs::remove_file(desk.path("docs/blueprints/static-site.md")).unwrap();
    let expected = "docs/blueprints/README.md is old\ndocs/blueprints/gone.md is of no blueprint\ndocs/blueprints/static-site.md is missing\n\
                    3 pages, 3 problems; `innovate blueprint docs` writes them anew\n";
    assert_eq!(run(&["--check"]), (Some(3), expected.to_owned()));
    assert!(run(&[]).1.ends_with("3 written or removed\n") && !desk.path("docs/blueprints/gone.md").exists());
    assert_eq!(run(&["--check"]).0, Some(0));
}

#[test]
fn a_users_blueprint_gets_a_page_of_its_own() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["blueprint", "new", "infra", "--from", "static-site"]).status.code(), Some(0));
    let written = fs::read_to_string(desk.path("infra/blueprint.yaml")).unwrap();
    desk.write(
        "infra/blueprint.yaml",
        written.replace("name: static-site", "name: shop").replace("title: Static site", "title: The | shop"),
    );
    desk.write("pages/other.md", "# Mine\n");
    let run = |more: &[&str]| desk.run(&[&["blueprint", "docs", "infra", "--out", "pages"], more].concat());
    assert_eq!(run(&[]).status.code(), Some(0));
    let page = fs::read_to_string(desk.path("pages/shop.md")).unwrap();
    assert!(page.starts_with("# The | shop\n"), "{page}");
    assert_eq!(
        blocks(&page, "sh"),
        ["innovate blueprint lint infra\ninnovate plan infra --offline\ninnovate plan infra\ninnovate apply infra\n"]
    );
    assert!(!page.contains("](.."), "nothing that is not in the user's folder is linked");
    assert!(desk.path("pages/other.md").exists(), "other pages are left alone");
    assert_eq!(run(&["--check"]).status.code(), Some(0));
    desk.write(
        "infra/blueprint.yaml",
        written.replace("name: static-site", "name: shop").replace("default: PriceClass_100", "default: PriceClass_All"),
    );
    assert_eq!(run(&["--check"]).status.code(), Some(3), "a changed default makes the page old");
    desk.write("infra/blueprint.yaml", written.replace("name: static-site", "name: ../shop"));
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("infra/blueprint.yaml:2:7: `../shop` is no name of stacks"));
}

#[test]
fn a_page_says_all_that_a_blueprint_has() {
    for blueprint in shipped() {
        let (page, document) = (page(&blueprint), &blueprint.document);
        let row =
            |head: &str| page.lines().find(|line| line.starts_with(&format!("| {head} |"))).unwrap_or_else(|| panic!("no row `{head}`"));
        for (name, parameter) in &document.parameters {
            let row = row(&format!("`{name}`"));
            let all = page.lines().filter(|line| line.starts_with(&format!("| `{name}` |"))).collect::<String>();
            assert!(all.contains(&parameter.value.description().replace('|', "\\|")), "{row}");
            for (environment, declared) in &document.environments {
                if let Some(value) = declared.value.parameters.get(name) {
                    assert!(all.contains(&format!("`{environment}`: `{}`", value.value)), "{all}");
                }
            }
        }
        for (name, stack) in &document.stacks {
            let section = page.split(&format!("\n### {name}\n")).nth(1).unwrap().split("\n### ").next().unwrap();
            let template = blueprint.template(&stack.value).unwrap();
            for part in ["Parameters", "Outputs"] {
                for entry in template.get(part).and_then(|part| part.entries()).unwrap_or_default() {
                    assert!(section.contains(&format!("| `{}` |", entry.key)), "{name}: {}", entry.key);
                }
            }
            for entry in template.get("Resources").unwrap().entries().unwrap() {
                assert!(page.contains(&format!("`{}`", entry.key)), "{name}: {}", entry.key);
            }
            for cost in &stack.value.cost {
                assert!(page.contains(cost), "{name}: {cost}");
            }
        }
        for (number, step) in blueprint.steps().unwrap().iter().enumerate() {
            let row = row(&(number + 1).to_string());
            assert!(row.contains(&format!("`{}/{}`", step.environment, step.name)) && row.contains(step.region), "{row}");
        }
        for (name, setting) in &document.settings {
            assert!(row(&format!("`{name}`")).contains(&setting.value.type_name.value));
        }
        for id in document.guardrails.stages.keys() {
            let link = format!("../policies/{}", reference::policy::file(id));
            assert!(fs::exists(format!("{PAGES}/{link}")).unwrap(), "{link}");
            row(&format!("[{id}]({link})"));
        }
        // A pattern of a parameter has `](`, too.
        let links = page.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        for link in links.filter(|link| link.starts_with(['#', '.'])) {
            match link.strip_prefix('#') {
                Some(heading) => assert!(page.to_lowercase().contains(&format!("# {heading}\n")), "{link}"),
                None => assert!(fs::exists(format!("{PAGES}/{link}")).unwrap(), "{link}"),
            }
        }
    }
}

#[test]
fn an_overview_leads_from_every_output_to_whoever_takes_it_and_nowhere_else() {
    for blueprint in shipped() {
        let drawn = chart(&blocks(&page(&blueprint), "mermaid")[0]);
        let id = |environment: &str, stack: &str| format!("stack/{environment}/{stack}").replace(['/', '-'], "_");
        let mut taken = BTreeSet::new();
        for step in blueprint.steps().unwrap() {
            let Part::Stack(_) = step.part else { continue };
            assert!(drawn.labels.contains_key(&id(step.environment, step.name)), "{step:?}");
            for output in step.part.outputs() {
                let Value::Output { environment, stack, .. } = output else { panic!("{output:?}") };
                taken.insert((id(environment.as_deref().unwrap_or(step.environment), &stack), id(step.environment, step.name)));
            }
        }
        assert!(!taken.is_empty());
        // Whoever leads to a frame leads to all that is in it.
        let leads = |from: &str, to: &str| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
            while let Some(at) = open.pop() {
                let inner = drawn.within.iter().filter(|(_, around)| **around == at && at != from).map(|(id, _)| id);
                let next = drawn.edges.iter().filter(|(from, _)| *from == at).map(|(_, to)| to);
                open.extend(inner.chain(next).filter(|next| seen.insert((*next).clone())).cloned().collect::<Vec<_>>());
            }
            seen.contains(to)
        };
        for (from, to) in &taken {
            assert!(leads(from, to), "{}: {from} to {to}", blueprint.document.name.value);
        }
        let made = drawn.edges.iter().filter(|edge| !taken.contains(*edge)).collect::<Vec<_>>();
        assert!(made.iter().all(|(_, to)| to.starts_with("account_")), "{made:?}");
        let accounts = blueprint.document.accounts.values().filter(|account| !account.value.management).count();
        assert_eq!(made.len(), accounts, "each account is made by a stack");
    }
}

#[test]
fn diagrams_declare_each_node_once_and_join_those_that_there_are() {
    for blueprint in shipped() {
        let charts: Vec<Chart> = blocks(&page(&blueprint), "mermaid").iter().map(|text| chart(text)).collect();
        assert!(charts.len() > 1 && charts.iter().all(|chart| chart.nodes > 1 && !chart.edges.is_empty()), "{charts:?}");
    }
    let network = reference::blueprint::page(&shipped()[0], None).unwrap();
    let network = network.split("\n### network\n").nth(1).unwrap();
    let drawn = chart(&blocks(network, "mermaid")[0]);
    let id = |name: &str| format!("AWS_EC2_{name}");
    for way in [
        ["VPC", "Subnet", "SubnetRouteTableAssociation"],
        ["VPC", "RouteTable", "SubnetRouteTableAssociation"],
        ["Subnet", "NatGateway", "Route"],
    ] {
        for pair in way.windows(2) {
            assert!(drawn.edges.contains(&(id(pair[0]), id(pair[1]))), "{pair:?}: {drawn:?}");
        }
    }
    assert_eq!(drawn.labels[&id("Subnet")], "9 × EC2 Subnet");
}

/// By the library that GitHub and GitLab draw them with, in a browser, with its own limits.
#[test]
fn diagrams_are_drawn_by_mermaid() {
    let python =
        std::env::var_os("INNOVATE_TEST_PYTHON").expect("`cargo xtask test` sets INNOVATE_TEST_PYTHON and installs what is beside it");
    let library = PathBuf::from(python).parent().unwrap().parent().unwrap().join("package/dist/mermaid.min.js");
    assert!(library.exists(), "`{}` is missing: run `cargo xtask test`, which installs it", library.display());
    let mut browser = Browser::of(&format!(
        "<!doctype html><html><body><script src=\"file://{}\"></script><script>mermaid.initialize({{startOnLoad: false}})</script></body></html>",
        library.display()
    ));
    let mut draw = |text: &str| -> Json {
        browser.evaluate(&format!(
            "mermaid.render('drawn', {}).then(({{svg}}) => {{ document.body.innerHTML = svg; const count = (what) => document.querySelectorAll(what).length; \
             return {{ nodes: count('g.node'), frames: count('g.cluster'), edges: count('path.flowchart-link'), labels: document.body.textContent }}; }}, \
             (error) => String(error))",
            Json::from(text)
        ))
    };
    assert!(draw("flowchart LR\n  a_[\"a\"]\n  a_ --> end\n").is_string(), "what is no flowchart is refused");
    for blueprint in shipped() {
        for text in blocks(&page(&blueprint), "mermaid") {
            let (written, drawn) = (chart(&text), draw(&text));
            let frames = written.labels.len() - written.nodes;
            let counts = json!({ "nodes": written.nodes, "frames": frames, "edges": written.edges.len(), "labels": drawn["labels"] });
            assert_eq!(drawn, counts, "{text}");
            for line in written.labels.values().flat_map(|label| label.split("<br/>")) {
                assert!(drawn["labels"].as_str().unwrap().contains(line), "`{line}` is shown: {drawn}");
            }
        }
    }
}

/// Of the commands with which a page says to begin, those that need no AWS do what it says.
#[test]
fn a_page_says_how_to_begin() {
    for blueprint in shipped() {
        let desk = Desk::new();
        let block = blocks(&page(&blueprint), "sh").remove(0);
        let commands: Vec<Vec<&str>> = block.lines().map(|line| line.split_whitespace().skip(1).collect()).collect();
        let (offline, others) = commands.split_at(commands.len() - 2);
        assert_eq!(others, [["plan", "infra"], ["apply", "infra"]], "these need AWS");
        for command in offline {
            let output = desk.run(command);
            assert_eq!(output.status.code(), Some(0), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
