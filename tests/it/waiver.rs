//! Waivers and the baseline: what is accepted, for how long, and what is told of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::sync::{Arc, LazyLock};

use innovate::engine::{Judgement, Options, accept, judge};
use innovate::finding::{Finding, Verdict, evidence};
use innovate::input::declared::Origin;
use innovate::input::snapshot;
use innovate::policy::{self, Library, Paths, Reading, Selection, Severity};
use innovate::waiver::{self, Accepted, Baseline, Draft, Ground, Known, Notice, NoticeKind, Waiver, Waiving};
use innovate_model::{Cause, HandlerErrorCode, Location, Position, Resource, Span, Unread, World};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::command::{Desk, EXAMPLE, findings, policy};
use crate::world::{MANAGEMENT, PRODUCTION, organization, resource};

const VOLUMES: &str = "aws.ec2.volume_not_encrypted";

const TODAY: Date = date(2026, 6, 1);

fn library(id: &str) -> Library {
    policy::shipped().unwrap().select(&Selection { ids: vec![id.to_owned()], severity: None }).unwrap()
}

fn judged(world: &World, id: &str) -> Judgement {
    judge(&world.into(), &library(id), Options { keep_passes: true, workers: 2, watch: None }).unwrap()
}

/// A file with one waiver of `aws.ec2.volume_not_encrypted` on `vol-a1`, changed by `change`.
fn one(change: impl Fn(&mut Value)) -> Vec<Waiver> {
    let volume = organization().resources.into_iter().find(|resource| resource.id == "vol-a1").unwrap();
    let judgement = judged(&organization(), VOLUMES);
    let failing = judgement.findings.to_vec().unwrap().into_iter().find(|finding| finding.resource.id == volume.id).unwrap();
    let mut entry = json!({
        "id": "old-volume", "policy": VOLUMES, "resource": { "id": "vol-a1" }, "reason": "it is empty", "owner": "storage@example.org",
        "expires": "2027-01-01", "fingerprints": [failing.evidence]
    });
    change(&mut entry);
    waiver::parse("waivers.yaml", &json!({ "version": 1, "waivers": [entry] }).to_string()).unwrap()
}

fn accepted(world: &World, waivers: Vec<Waiver>, today: Date) -> Judgement {
    let mut judgement = judged(world, VOLUMES);
    accept(&mut judgement, world, None, &Accepted { waivers, baseline: None }, today).unwrap();
    judgement
}

fn waived(judgement: &Judgement) -> Vec<String> {
    let findings = judgement.findings.to_vec().unwrap();
    findings.into_iter().filter(|finding| finding.verdict == Verdict::Waived).map(|finding| finding.resource.id).collect()
}

fn notices(judgement: &Judgement) -> Vec<(NoticeKind, &str)> {
    judgement.ledger.waivers.iter().map(|notice| (notice.kind, notice.message.as_str())).collect()
}

#[test]
fn a_waived_failure_says_who_accepts_it_and_does_not_count() {
    let judgement = accepted(&organization(), one(|_| {}), TODAY);
    assert_eq!(waived(&judgement), ["vol-a1"]);
    assert_eq!(notices(&judgement), []);
    let counts = judgement.ledger.policies[VOLUMES];
    assert_eq!((counts.fail, counts.waived, counts.pass), (1, 1, 2));
    assert_eq!(judgement.ledger.failing(VOLUMES), 1);
    let findings = judgement.findings.to_vec().unwrap();
    let waiver = findings.iter().find_map(|finding| finding.waiver.as_ref()).unwrap();
    assert_eq!((waiver.id.as_str(), waiver.owner.as_str(), waiver.reason.as_str()), ("old-volume", "storage@example.org", "it is empty"));
    assert_eq!(waiver.expires, date(2027, 1, 1));
    let order: Vec<Verdict> = findings.iter().map(|finding| finding.verdict).collect();
    assert_eq!(order, [Verdict::Fail, Verdict::Waived, Verdict::Pass, Verdict::Pass], "they are in the order of reports");
}

#[test]
fn a_selector_and_a_policy_cover_what_fits_all_that_they_say() {
    let covered = |change: &dyn Fn(&mut Value)| waived(&accepted(&organization(), one(change), TODAY));
    let select = |selector: Value| covered(&|entry| entry["resource"] = selector.clone());
    assert_eq!(select(json!({ "id": "vol-*" })), ["vol-a1", "vol-b1"]);
    assert_eq!(select(json!({ "id": "vol-*", "account": PRODUCTION })), ["vol-b1"]);
    assert_eq!(select(json!({ "id": "vol-?1", "region": "us-east-1" })), Vec::<String>::new());
    assert_eq!(select(json!({ "type": "AWS::EC2::Volume" })), ["vol-a1", "vol-b1"]);
    assert_eq!(select(json!({ "type": "AWS::EC2::Snapshot" })), Vec::<String>::new());
    assert_eq!(select(json!({ "file": "**" , "type": "AWS::EC2::Volume" })), Vec::<String>::new(), "no file declares what is live");
    assert_eq!(covered(&|entry| entry["policy"] = json!("aws.ec2")), ["vol-a1"]);
    assert_eq!(covered(&|entry| entry["policy"] = json!("aws.ec2.volume")), Vec::<String>::new(), "a prefix ends at a dot");
    assert_eq!(covered(&|entry| entry["path"] = json!("/Encrypted")), ["vol-a1"]);
    assert_eq!(covered(&|entry| entry["path"] = json!("/Encr")), Vec::<String>::new(), "a pointer ends at a step");
}

#[test]
fn a_waiver_ends_on_the_day_that_it_names() {
    let on = |today| {
        let judgement = accepted(&organization(), one(|entry| entry["expires"] = json!("2026-06-15")), today);
        (waived(&judgement).len(), notices(&judgement).iter().map(|(kind, message)| (*kind, (*message).to_owned())).collect::<Vec<_>>())
    };
    assert_eq!(on(date(2026, 5, 31)), (1, vec![]));
    let soon = |text: &str| (1, vec![(NoticeKind::Expiring, format!("expires on 2026-06-15, in {text}; it covers 1 finding"))]);
    assert_eq!(on(date(2026, 6, 1)), soon("14 days"));
    assert_eq!(on(date(2026, 6, 14)), soon("1 day"));
    let over = (0, vec![(NoticeKind::Expired, "expired since 2026-06-15; 1 finding fails again".to_owned())]);
    assert_eq!(on(date(2026, 6, 15)), over);
    assert_eq!(on(date(2028, 1, 1)), over);
}

#[test]
fn a_value_that_changes_is_no_longer_waived() {
    let mut world = organization();
    world.resources.iter_mut().find(|resource| resource.id == "vol-a1").unwrap().properties.remove("Encrypted");
    let judgement = accepted(&world, one(|_| {}), TODAY);
    assert_eq!(waived(&judgement), Vec::<String>::new());
    let [(NoticeKind::Changed, message)] = notices(&judgement)[..] else { panic!("{:?}", judgement.ledger.waivers) };
    assert!(message.starts_with("the value at `/Encrypted` of `vol-a1` is no longer what was waived"), "{message}");
    // What the policy does not speak of may change.
    let mut world = organization();
    let volume = world.resources.iter_mut().find(|resource| resource.id == "vol-a1").unwrap();
    volume.properties.insert("Size".to_owned(), json!(9000));
    assert_eq!(waived(&accepted(&world, one(|_| {}), TODAY)), ["vol-a1"]);
}

#[test]
fn the_fingerprint_of_values_is_of_what_the_policy_reads_of_them() {
    let mut policy = library(VOLUMES).policies.remove(0);
    let path = |text: &str| text.split('/').map(ToOwned::to_owned).collect::<Vec<String>>();
    let read = |text: &str, deep| (path(text), Reading { deep, ..Reading::default() });
    policy.read_set.input = Paths(
        [read("Encrypted", false), read("Tags", true), read("A/B/C", false), read("Rules/*/CidrIp", false), read("Rules/*/Ports", true)]
            .into(),
    );
    let of =
        |path: &str, properties: Value| evidence(&policy, &resource("AWS::EC2::Volume", "v", MANAGEMENT, "eu-west-1", properties), path);
    let base = of("/Tags", json!({ "Tags": [{ "Key": "a", "Value": 1 }] }));
    assert_eq!(base, of("/Tags", json!({ "Tags": [{ "Value": 1.0, "Key": "a" }], "Encrypted": true })));
    for other in [json!([{ "Key": "a", "Value": 2 }]), json!([{ "Key": "a", "Value": "1" }]), json!([]), json!(null), json!("absent")] {
        assert_ne!(base, of("/Tags", json!({ "Tags": other })), "{other}");
    }
    assert_ne!(of("/Tags", json!({})), of("/Tags", json!({ "Tags": null })));
    assert_ne!(of("/Tags", json!({})), of("/Tags", json!({ "Tags": "absent" })));
    assert_eq!(of("/A/B/C", json!({ "A": { "B": { "C": true, "D": 1 } } })), of("/Encrypted", json!({ "Encrypted": true })));
    assert_eq!(of("/A", json!({ "A": { "B": { "C": true } } })), of("/A", json!({ "A": { "B": { "C": true, "D": 1 }, "E": 1 } })));
    // Of a list: the whole item as it is read, wherever it stands.
    let rule = json!({ "CidrIp": "0.0.0.0/0", "Ports": { "From": 22 }, "Description": "ssh" });
    let open = of("/Rules/0/CidrIp", json!({ "Rules": [rule] }));
    assert_eq!(open, of("/Rules/1/CidrIp", json!({ "Rules": [{ "CidrIp": "10.0.0.0/8" }, rule] })));
    assert_eq!(open, of("/Rules/0/Ports/From", json!({ "Rules": [rule] })));
    assert_eq!(open, of("/Rules/0", json!({ "Rules": [{ "CidrIp": "0.0.0.0/0", "Ports": { "From": 22 }, "Description": "other" }] })));
    assert_ne!(open, of("/Rules/0/CidrIp", json!({ "Rules": [{ "CidrIp": "0.0.0.0/0", "Ports": { "From": 3389 } }] })));
    assert_eq!(of("/Rules/3/CidrIp", json!({ "Rules": [rule] })), of("/Rules/3/CidrIp", json!({ "Rules": [] })));
    // Of a resource as a whole, and of a place of which nothing is read: all that is read.
    for path in ["", "/Size"] {
        let whole = of(path, json!({ "Encrypted": false, "Size": 8 }));
        assert_eq!(whole, of(path, json!({ "Encrypted": false, "Size": 9 })));
        assert_ne!(whole, of(path, json!({ "Encrypted": true })));
        assert_ne!(whole, of(path, json!({})));
        assert_ne!(whole, of(path, json!({ "Encrypted": false, "Rules": [rule] })));
    }
}

#[test]
fn what_covers_nothing_is_told_only_where_it_could_have_been_seen() {
    let of = |world: &World, selector: Value, policy: &str| {
        let judgement = accepted(
            world,
            one(|entry| {
                entry["resource"] = selector.clone();
                entry["policy"] = json!(policy);
            }),
            TODAY,
        );
        notices(&judgement).iter().map(|(kind, _)| *kind).collect::<Vec<_>>()
    };
    let gone = json!({ "id": "vol-gone", "account": PRODUCTION, "region": "eu-west-1" });
    assert_eq!(of(&organization(), gone.clone(), VOLUMES), [NoticeKind::Unused]);
    assert_eq!(of(&organization(), gone.clone(), "aws.ec2"), [NoticeKind::Unused]);
    assert_eq!(of(&organization(), gone.clone(), "aws.rds"), [], "no such policy judged");
    assert_eq!(of(&organization(), json!({ "id": "vol-gone", "account": "333333333333" }), VOLUMES), [], "the account was not read");
    assert_eq!(of(&organization(), json!({ "id": "vol-gone", "account": PRODUCTION, "region": "us-east-1" }), VOLUMES), []);
    assert_eq!(of(&organization(), json!({ "file": "a.yaml" }), VOLUMES), [], "no file was checked");
    let mut world = organization();
    world.unread.push(Unread {
        account: PRODUCTION.to_owned(),
        region: "eu-west-1".to_owned(),
        type_name: "*".to_owned(),
        cause: Cause { code: HandlerErrorCode::AccessDenied, action: None, message: "denied".to_owned() },
    });
    assert_eq!(of(&world, gone, VOLUMES), [], "it may be in what was not read");
    // A verdict that is unknown may be the failure that is waived.
    let mut world = organization();
    let volume = world.resources.iter_mut().find(|resource| resource.id == "vol-a1").unwrap();
    volume.properties.remove("Encrypted");
    volume.add_gap("/Encrypted", Cause { code: HandlerErrorCode::AccessDenied, action: None, message: "denied".to_owned() });
    let judgement = accepted(&world, one(|_| {}), TODAY);
    assert_eq!((judgement.ledger.policies[VOLUMES].unknown, notices(&judgement)), (1, vec![]));
}

/// So many unencrypted volumes in the management account.
fn volumes(count: usize) -> World {
    let mut world = organization();
    world.resources.clear();
    for number in 0..count {
        let properties = json!({ "VolumeId": format!("vol-{number}"), "Encrypted": false });
        world.resources.push(resource("AWS::EC2::Volume", &format!("vol-{number}"), MANAGEMENT, "eu-west-1", properties));
    }
    world.sort();
    world
}

#[test]
fn a_waiver_that_covers_much_is_told() {
    let of = |count, selector: Value| {
        let judgement = accepted(&volumes(count), one(|entry| entry["resource"] = selector.clone()), TODAY);
        assert_eq!(waived(&judgement).len(), count);
        notices(&judgement).iter().map(|(kind, message)| (*kind, (*message).to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(of(20, json!({ "id": "vol-*" })), []);
    let message = "covers 21 findings, more than 20; name the resources, or divide it".to_owned();
    assert_eq!(of(21, json!({ "id": "vol-*" })), [(NoticeKind::Broad, message)]);
    for selector in [json!({ "account": MANAGEMENT }), json!({ "type": "AWS::EC2::Volume", "id": "*" })] {
        let [(NoticeKind::Broad, message)] = &of(1, selector)[..] else { panic!() };
        assert!(message.starts_with("names neither `id`, `file` nor `address`"), "{message}");
    }
}

#[test]
fn a_resource_is_waived_where_all_of_its_failures_are() {
    let rule = |name: &str, from: &str| json!({ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, (name): from });
    let mut world = organization();
    let rules = json!({ "GroupId": "sg-1", "SecurityGroupIngress": [rule("CidrIp", "0.0.0.0/0"), rule("CidrIpv6", "::/0")] });
    world.resources = vec![resource("AWS::EC2::SecurityGroup", "sg-1", MANAGEMENT, "eu-west-1", rules)];
    let failing = judged(&world, "aws.ec2").findings.to_vec().unwrap();
    let mut by_policy: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for finding in failing.into_iter().filter(|finding| finding.verdict == Verdict::Fail) {
        by_policy.entry(finding.policy.clone()).or_default().push(finding);
    }
    let (id, both) = by_policy.iter().find(|(_, findings)| findings.len() == 2).expect("a policy denies both rules");
    let counts = |waivers: Vec<Waiver>| {
        let mut judgement = judged(&world, id);
        accept(&mut judgement, &world, None, &Accepted { waivers, baseline: None }, TODAY).unwrap();
        (judgement.ledger.policies[id.as_str()].fail, judgement.ledger.policies[id.as_str()].waived, waived(&judgement).len())
    };
    let waiver = |finding: &Finding| {
        one(|entry| {
            entry["policy"] = json!(id);
            entry["resource"] = json!({ "id": "sg-1" });
            entry["path"] = json!(finding.path);
            entry["fingerprints"] = json!([finding.evidence]);
        })
    };
    assert_eq!(counts(waiver(&both[0])), (1, 0, 1));
    assert_eq!(counts([waiver(&both[0]), waiver(&both[1])].concat()), (0, 1, 2));
}

static WHOLE: LazyLock<(World, Vec<Finding>, BTreeMap<String, usize>)> = LazyLock::new(|| {
    let world = snapshot::read(fs::File::open(EXAMPLE).unwrap()).unwrap();
    let judgement = whole(&world);
    let failing = judgement.ledger.policies.iter().map(|(id, counts)| (id.clone(), counts.fail)).collect();
    (world, judgement.findings.to_vec().unwrap(), failing)
});

fn whole(world: &World) -> Judgement {
    judge(&world.into(), &policy::shipped().unwrap(), Options { keep_passes: true, workers: 2, watch: None }).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn waiving_changes_nothing_but_failures_to_waived(
        chosen in prop::collection::vec((any::<Index>(), any::<bool>(), any::<bool>(), any::<bool>()), 0..12),
    ) {
        let (world, before, _) = &*WHOLE;
        let failing: Vec<&Finding> = before.iter().filter(|finding| finding.verdict == Verdict::Fail).collect();
        let entries: Vec<Value> = chosen.iter().enumerate().map(|(number, (index, by_prefix, by_account, expired))| {
            let finding = index.get(&failing);
            json!({
                "id": format!("w{number}"),
                "policy": if *by_prefix { finding.policy.rsplit_once('.').unwrap().0 } else { &finding.policy },
                "resource": if *by_account { json!({ "account": finding.account }) } else { json!({ "id": finding.resource.id.replace('[', "?") }) },
                "reason": "r", "owner": "o",
                "expires": if *expired { "2026-01-01" } else { "2027-01-01" },
                "fingerprints": [finding.evidence],
            })
        }).collect();
        let waivers = waiver::parse("w.yaml", &json!({ "version": 1, "waivers": entries }).to_string()).unwrap();
        let mut judgement = whole(world);
        accept(&mut judgement, world, None, &Accepted { waivers: waivers.clone(), baseline: None }, TODAY).unwrap();
        let after = judgement.findings.to_vec().unwrap();
        let mut undone = after.clone();
        for finding in undone.iter_mut().filter(|finding| finding.verdict == Verdict::Waived) {
            let by = finding.waiver.take().unwrap();
            let waiver = waivers.iter().find(|waiver| waiver.id == by.id).unwrap();
            prop_assert!(waiver.expires > TODAY && waiver.fingerprints.as_ref().unwrap().contains(finding.evidence.as_ref().unwrap()));
            finding.verdict = Verdict::Fail;
        }
        undone.sort_by(|a, b| a.order().cmp(&b.order()));
        prop_assert_eq!(&undone, before);
        // Each chosen failure is waived, where its waiver has not expired.
        for (index, _, _, expired) in &chosen {
            let finding = index.get(&failing);
            let now = after.iter().find(|now| now.fingerprint == finding.fingerprint).unwrap();
            prop_assert!(*expired || now.verdict == Verdict::Waived);
        }
        let failing: usize = after.iter().filter(|finding| finding.verdict == Verdict::Fail).map(|finding| (&finding.policy, &finding.account, &finding.region, &finding.resource)).collect::<BTreeSet<_>>().len();
        prop_assert_eq!(judgement.ledger.policies.values().map(|counts| counts.fail).sum::<usize>(), failing);
    }

    #[test]
    fn no_text_makes_the_readers_panic(text in "\\PC*", lines in prop::collection::vec("(- |  |    )?(id|policy|resource|version|waivers|#)(: ?[a-z1\\[\\]{}\"]*)?", 0..12)) {
        let _ = waiver::parse("w.yaml", &text);
        let lines = lines.join("\n");
        let _ = waiver::parse("w.yaml", &lines);
        let _ = waiver::remove("w.yaml", &lines, &BTreeSet::from(["a".to_owned()]));
        let _ = Baseline::parse("b.json", &text);
        let origin = Origin { remarks: vec![(Span::default(), json!({ "waive": text }))], ..origin("a.yaml", "A") };
        let _ = waiver::inline(&origin);
    }
}

#[test]
fn a_file_that_is_not_of_the_form_says_where_and_which() {
    let entry = "  - id: a\n    policy: aws.ec2\n    resource: { id: x }\n    reason: r\n    owner: o\n    expires: 2027-01-01\n    fingerprints: [\"0123456789abcdef0123456789abcdef\"]\n";
    let file = |entries: &str| format!("version: 1\nwaivers:\n{entries}");
    let said = |text: &str| waiver::parse("w.yaml", text).unwrap_err().to_string();
    assert_eq!(waiver::parse("w.yaml", &file(entry)).unwrap().len(), 1);
    for empty in ["", "# nothing\n", "version: 1\n", "version: 1\nwaivers:\n", "version: 1\nwaivers: []\n"] {
        assert!(waiver::parse("w.yaml", empty).unwrap().is_empty(), "{empty}");
    }
    for (from, to, expected) in [
        ("    reason: r\n", "", "w.yaml:3:5: waiver `a`: has no `reason`; say why it is accepted"),
        ("reason: r", "reason: \" \"", "w.yaml:3:5: waiver `a`: has no `reason`"),
        ("    owner: o\n", "", "w.yaml:3:5: waiver `a`: has no `owner`"),
        ("    expires: 2027-01-01\n", "", "w.yaml:3:5: waiver `a`: has no `expires`"),
        ("    policy: aws.ec2\n", "", "w.yaml:3:5: waiver `a`: has no `policy`"),
        ("2027-01-01", "2027-02-30", "w.yaml:3:5: waiver `a`: `2027-02-30` is no date; write it as `2027-01-31`"),
        ("2027-01-01", "next year", "waiver `a`: `next year` is no date"),
        ("{ id: x }", "{}", "waiver `a`: `resource` narrows nothing; give one of `type`, `id`"),
        ("{ id: x }", "{ id: \"*\" }", "waiver `a`: `resource` narrows nothing"),
        ("{ id: x }", "{ id: \"[\" }", "waiver `a`: `id`: "),
        ("0123456789abcdef0123456789abcdef", "0123", "waiver `a`: `0123` is no fingerprint of values"),
        ("[\"0123456789abcdef0123456789abcdef\"]", "[]", "waiver `a`: has no `fingerprints`; `innovate waiver add` writes"),
        ("    reason: r", "    path: Encrypted\n    reason: r", "the path `Encrypted` is no JSON pointer; write it as `/Encrypted`"),
        ("- id: a\n    policy", "- policy", "w.yaml:3:5: a waiver has no `id`"),
        ("    owner: o", "    ownr: o", "w.yaml:7:5: unknown field `ownr`"),
        ("{ id: x }", "{ name: x }", "w.yaml:5:17: unknown field `name`"),
    ] {
        let text = file(&entry.replacen(from, to, 1));
        assert!(said(&text).contains(expected), "{}", said(&text));
    }
    assert!(
        said(&file(&entry.repeat(2))).contains("w.yaml:10:5: the id `a` is there twice, first in line 3"),
        "{}",
        said(&file(&entry.repeat(2)))
    );
    assert!(said("version: 2\n").contains("w.yaml:1:10: `version` is 2; this program reads 1"), "{}", said("version: 2\n"));
    assert!(said("waivers: []\n").contains("version"));
    assert!(said("version: 1\nwaivers: {}\n").starts_with("w.yaml:2:10: "), "{}", said("version: 1\nwaivers: {}\n"));
    assert!(said("version: [").starts_with("w.yaml:"));
    let waivers = waiver::parse("w.yaml", &file(entry)).unwrap();
    let known = |ids: &[&str]| waiver::hold_known(&waivers, &ids.iter().map(|id| (*id).to_owned()).collect());
    assert!(known(&["aws.ec2.a"]).is_ok() && known(&["aws.ec2"]).is_ok());
    let error = known(&["aws.ec", "aws.ec2x", "aws.ec2-a", "aws.rds.a"]).unwrap_err().to_string();
    assert_eq!(error, "w.yaml:3:5: waiver `a`: no policy `aws.ec2`; `innovate policy list` names them all");
}

fn origin(file: &str, address: &str) -> Origin {
    let span = Span { start: Position { line: 7, column: 3 }, end: Position { line: 7, column: 9 } };
    Origin { file: Arc::from(file), address: address.to_owned(), span, places: BTreeMap::new(), remarks: Vec::new() }
}

/// Of a resource of a template that says this to `innovate`.
fn beside(remark: Value) -> Result<Vec<Waiver>, String> {
    let mut origin = origin("infra/a.yaml", "Data");
    origin.remarks.push((origin.span, remark));
    waiver::inline(&origin).map_err(|error| error.to_string())
}

#[test]
fn a_waiver_beside_a_resource_covers_it_alone_whatever_its_values() {
    let forms = [
        json!({ "waive": [{ "policy": VOLUMES, "reason": "it is empty", "owner": "o", "expires": "2027-01-01" }] }),
        json!({ "waive": { "policy": VOLUMES, "reason": "it is empty", "owner": "o", "expires": "2027-01-01" }, "other": 1 }),
        json!(format!("waive {VOLUMES} reason=\"it is empty\" owner=o expires=2027-01-01")),
        json!([format!("  waive {VOLUMES} owner=o expires=2027-01-01 reason=\"it is empty\"  \nsomething else")]),
        json!({ "innovate.dev/waive": format!("{VOLUMES} reason=\"it is empty\" owner=o expires=2027-01-01") }),
    ];
    for form in forms {
        let waivers = beside(form.clone()).unwrap();
        let [waiver] = waivers.as_slice() else { panic!("{form}: {waivers:?}") };
        assert_eq!((waiver.policy.as_str(), waiver.reason.as_str(), waiver.owner.as_str()), (VOLUMES, "it is empty", "o"), "{form}");
        assert_eq!((waiver.id.as_str(), waiver.at.line, waiver.expires), ("infra/a.yaml:7:3", 7, date(2027, 1, 1)));
        let volume = resource("AWS::EC2::Volume", "v", MANAGEMENT, "eu-west-1", json!({}));
        let at = |file: &str, address: &str| {
            let mut finding = Finding::new(VOLUMES, Verdict::Fail, Severity::High, &volume, "no".to_owned(), "/Encrypted".to_owned(), 0);
            finding.location = Some(Location { file: file.to_owned(), address: address.to_owned(), span: Span::default() });
            finding.evidence = Some("any".to_owned());
            let accepted = Accepted { waivers: waivers.clone(), baseline: None };
            Waiving::new(&accepted, TODAY).take(&mut finding);
            finding.verdict
        };
        assert_eq!(at("infra/a.yaml", "Data"), Verdict::Waived);
        assert_eq!(at("infra/a.yaml", "Other"), Verdict::Fail);
        assert_eq!(at("infra/b.yaml", "Data"), Verdict::Fail);
    }
    let two =
        beside(json!({ "waive": ["aws.ec2 reason=a owner=o expires=2027-01-01", "aws.rds reason=a owner=o expires=2027-01-01"] })).unwrap();
    assert_eq!(two.iter().map(|waiver| waiver.id.as_str()).collect::<Vec<_>>(), ["infra/a.yaml:7:3", "infra/a.yaml:7:3#2"]);
    for none in [json!(null), json!("of no interest"), json!({ "note": "waive it" }), json!(7)] {
        assert!(beside(none).unwrap().is_empty());
    }
}

#[test]
fn a_waiver_beside_a_resource_needs_what_every_waiver_needs() {
    for (remark, expected) in [
        (json!("waive aws.ec2 owner=o expires=2027-01-01"), "infra/a.yaml:7:3: waiver of `Data`: has no `reason`"),
        (json!("waive aws.ec2 reason=r expires=2027-01-01"), "has no `owner`"),
        (json!("waive aws.ec2 reason=r owner=o"), "has no `expires`"),
        (json!("waive"), "has no `policy`"),
        (json!("waive aws.ec2 reason=it is empty owner=o expires=2027-01-01"), "`is` is not of the form `name=value`"),
        (json!("waive aws.ec2 reason=\"it owner=o"), "a double quote is not closed"),
        (json!("waive aws.ec2 until=2027-01-01"), "takes no `until`"),
        (json!({ "waive": { "policy": "aws.ec2", "why": "r" } }), "unknown field `why`"),
        (json!({ "waive": { "policy": "aws.ec2", "resource": { "id": "x" } } }), "takes no `id`, `resource` and `fingerprints`"),
        (json!({ "waive": true }), "is neither a map nor a text"),
    ] {
        let error = beside(remark.clone()).unwrap_err();
        assert!(error.contains(expected), "{remark}: {error}");
    }
}

#[test]
fn many_waivers_and_findings_are_looked_up_and_not_compared_each_with_each() {
    // Each with each would be 4 billion, which no test run waits for.
    let mut text = "{\"version\": 1, \"waivers\": [".to_owned();
    for number in 0..10_000 {
        let comma = if number == 0 { "" } else { "," };
        write!(
            text,
            "{comma}{{\"id\": \"w{number}\", \"policy\": \"{VOLUMES}\", \"resource\": {{\"id\": \"vol-{number}\"}}, \"reason\": \"r\", \"owner\": \"o\", \"expires\": \"2027-01-01\", \"fingerprints\": [\"{:032x}\"]}}",
            0
        )
        .unwrap();
    }
    text.push_str("]}");
    let accepted = Accepted { waivers: waiver::parse("w.yaml", &text).unwrap(), baseline: None };
    let mut waiving = Waiving::new(&accepted, TODAY);
    let mut covered = 0;
    for number in 0..400_000 {
        let volume = Resource::new("AWS::EC2::Volume", format!("vol-{}", number % 20_000), "1", "eu-west-1");
        let mut finding = Finding::new(VOLUMES, Verdict::Fail, Severity::High, &volume, String::new(), String::new(), 0);
        finding.evidence = Some(format!("{:032x}", 0));
        waiving.take(&mut finding);
        covered += usize::from(finding.verdict == Verdict::Waived);
    }
    assert_eq!(covered, 200_000);
}

fn known(judgement: &Judgement) -> Baseline {
    Baseline::new(judgement.findings.to_vec().unwrap().iter().filter_map(Known::of).collect())
}

fn against(world: &World, baseline: Baseline, waivers: Vec<Waiver>) -> Judgement {
    let mut judgement = judged(world, VOLUMES);
    accept(&mut judgement, world, None, &Accepted { waivers, baseline: Some(baseline) }, TODAY).unwrap();
    judgement
}

#[test]
fn what_a_baseline_knows_does_not_count_and_what_is_new_does() {
    let judgement = against(&organization(), known(&judged(&organization(), VOLUMES)), Vec::new());
    let comparison = judgement.ledger.baseline.clone().unwrap();
    assert_eq!((comparison.new, comparison.changed, comparison.unchanged, comparison.fixed), (0, 0, 2, 0));
    assert_eq!((judgement.ledger.policies[VOLUMES].fail, judgement.ledger.failing(VOLUMES)), (2, 0));
    assert!(judgement.findings.to_vec().unwrap().iter().all(|finding| finding.baseline == (finding.verdict == Verdict::Fail)));

    let mut world = organization();
    for resource in &mut world.resources {
        match resource.id.as_str() {
            // Fixed; fails with another value; new.
            "vol-a1" => drop(resource.properties.insert("Encrypted".to_owned(), json!(true))),
            "vol-b1" => drop(resource.properties.remove("Encrypted")),
            _ => drop(resource.properties.insert("Encrypted".to_owned(), json!(false))),
        }
    }
    let judgement = against(&world, known(&judged(&organization(), VOLUMES)), Vec::new());
    let comparison = judgement.ledger.baseline.clone().unwrap();
    assert_eq!((comparison.new, comparison.changed, comparison.unchanged, comparison.fixed), (3, 1, 0, 1));
    assert_eq!(judgement.ledger.failing(VOLUMES), 3);
}

#[test]
fn what_was_not_judged_is_not_called_fixed() {
    let baseline = || known(&judged(&organization(), VOLUMES));
    let of = |world: &World| {
        let comparison = against(world, baseline(), Vec::new()).ledger.baseline.unwrap();
        (comparison.unchanged, comparison.fixed, comparison.unjudged)
    };
    let cause = || Cause { code: HandlerErrorCode::AccessDenied, action: None, message: "denied".to_owned() };
    let mut world = organization();
    world.resources.retain(|resource| resource.account == MANAGEMENT);
    assert_eq!(of(&world), (1, 1, 0), "it is gone");
    world.unread.push(Unread { account: PRODUCTION.to_owned(), region: "*".to_owned(), type_name: "*".to_owned(), cause: cause() });
    assert_eq!(of(&world), (1, 0, 1), "its account was not read");
    let mut world = organization();
    let volume = world.resources.iter_mut().find(|resource| resource.id == "vol-b1").unwrap();
    volume.properties.remove("Encrypted");
    volume.add_gap("/Encrypted", cause());
    assert_eq!(of(&world), (1, 0, 1), "it is unknown");
    let mut other = judged(&organization(), "aws.rds");
    accept(&mut other, &organization(), None, &Accepted { waivers: Vec::new(), baseline: Some(baseline()) }, TODAY).unwrap();
    let comparison = other.ledger.baseline.unwrap();
    assert_eq!((comparison.fixed, comparison.unjudged), (0, 2), "its policy did not judge");
}

#[test]
fn what_is_waived_is_not_in_a_baseline_so_that_its_expiry_tells() {
    let judgement = accepted(&organization(), one(|_| {}), TODAY);
    let baseline = known(&judgement);
    assert_eq!(baseline.len(), 1);
    let over = one(|entry| entry["expires"] = json!("2026-01-01"));
    let judgement = against(&organization(), baseline, over);
    assert_eq!(judgement.ledger.failing(VOLUMES), 1);
    // A failure that is both waived and known is not fixed.
    let judgement = against(&organization(), known(&judged(&organization(), VOLUMES)), one(|_| {}));
    let comparison = judgement.ledger.baseline.clone().unwrap();
    assert_eq!((comparison.unchanged, comparison.fixed, judgement.ledger.failing(VOLUMES)), (1, 0, 0));
}

#[test]
fn a_baseline_is_canonical_and_comes_back() {
    let (world, findings, _) = &*WHOLE;
    assert!(world.resources.len() > 100);
    let write = |known: Vec<Known>| {
        let mut bytes = Vec::new();
        Baseline::new(known).write(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let mut all: Vec<Known> = findings.iter().filter_map(Known::of).collect();
    let text = write(all.clone());
    all.reverse();
    all.extend(all.clone());
    assert_eq!(write(all.clone()), text);
    let failing = findings.iter().filter(|finding| finding.verdict == Verdict::Fail).count();
    assert_eq!(text.lines().count(), failing + 5, "one line a finding");
    let back = Baseline::parse("b.json", &text).unwrap();
    let mut again = Vec::new();
    back.write(&mut again).unwrap();
    assert_eq!(String::from_utf8(again).unwrap(), text);
    fits("baseline", &serde_json::from_str(&text).unwrap());
    fits("baseline", &serde_json::from_str(&write(Vec::new())).unwrap());
    for (text, expected) in [
        ("", "b.json:1:0: is no baseline"),
        (
            "{\n\"schema\": \"innovate-baseline/2\", \"findings\": []}",
            "`schema` is `innovate-baseline/2`; this program reads `innovate-baseline/1`",
        ),
        ("{\"schema\": \"innovate-baseline/1\", \"findings\": [{}]}", "missing field"),
        ("{\"schema\": \"innovate-baseline/1\",\n\"finding\": []}", "b.json:2:"),
    ] {
        let error = Baseline::parse("b.json", text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

fn fits(schema: &str, document: &Value) {
    let text = fs::read_to_string(format!("{}/schemas/{schema}.json", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

const FILE: &str = "# Ours.\nversion: 1   # the form\nwaivers:\n  # They are all ours.\n\n  # The first.\n  - id: a # one\n    policy: aws.ec2\n    resource: {id: x}\n    reason: |\n      It is\n      long.\n    owner: o\n    expires: 2027-01-01\n    fingerprints:\n      - \"0123456789abcdef0123456789abcdef\"   # of the value\n\n  - { id: b, policy: aws.rds, resource: { id: yy }, reason: r, owner: o, expires: 2027-01-01,\n      fingerprints: [\"0123456789abcdef0123456789abcdef\"] }\n  # The last.\n  -\n    fingerprints: [\"0123456789abcdef0123456789abcdef\"]\n    policy: aws.rds\n    resource: { id: z }\n    reason: r\n    owner: o\n    expires: 2027-01-01\n    id: c\n# The end.\n";

fn draft(findings: &[Finding]) -> Draft<'_> {
    Draft { id: "new one".to_owned(), findings, reason: "so: \"it\"\nis".to_owned(), owner: "o".to_owned(), expires: date(2027, 1, 1) }
}

/// The failures of `vol-a1`.
fn failing() -> Vec<Finding> {
    let mut findings = judged(&organization(), VOLUMES).findings.to_vec().unwrap();
    findings.retain(|finding| finding.verdict == Verdict::Fail && finding.resource.id == "vol-a1");
    findings
}

#[test]
fn a_waiver_is_added_and_everything_else_stays() {
    let findings = failing();
    for text in [
        "",
        "# Nothing yet.\n",
        "version: 1\nwaivers: []\n",
        "version: 1\nwaivers: [] # none\n",
        "version: 1\nwaivers:\n",
        "version: 1\nwaivers:",
        "waivers:\n# none\nversion: 1\n",
        FILE,
        &FILE.replace('\n', "\r\n"),
        FILE.trim_end(),
        "waivers:\n- id: a\n  policy: aws.ec2\n  resource: {id: x}\n  reason: r\n  owner: o\n  expires: 2027-01-01\n  fingerprints: ['0123456789abcdef0123456789abcdef']\nversion: 1\n",
    ] {
        let before = waiver::parse("w.yaml", text).unwrap();
        let changed = waiver::append("w.yaml", text, &draft(&findings)).unwrap_or_else(|error| panic!("{text}: {error}"));
        let after = waiver::parse("w.yaml", &changed).unwrap();
        assert_eq!(after.len(), before.len() + 1, "{changed}");
        let added = after.last().unwrap();
        assert_eq!(
            (added.id.as_str(), added.reason.as_str(), added.path.as_str()),
            ("new one", "so: \"it\"\nis", "/Encrypted"),
            "{changed}"
        );
        let rest: Vec<&str> = changed.lines().filter(|line| !text.lines().any(|known| known == *line)).collect();
        let lost: Vec<&str> = text.lines().filter(|line| !changed.lines().any(|known| known == *line) && !line.contains("[]")).collect();
        assert!(lost.is_empty() && rest.len() < 18, "{lost:?} {changed}");
        assert_eq!(text.contains("\r\n"), changed.contains("\r\n"));
        assert_eq!(waived(&accepted(&organization(), after, TODAY)), ["vol-a1"]);
        let document: Value = serde_saphyr::from_str(&changed).unwrap();
        fits("waivers", &document);
        if !before.is_empty() {
            assert_eq!(waiver::remove("w.yaml", &changed, &BTreeSet::from(["new one".to_owned()])).unwrap(), text);
        }
    }
    let twice = waiver::append("w.yaml", &FILE.replace("id: c", "id: new one"), &draft(&findings)).unwrap_err().to_string();
    assert!(twice.contains("the id `new one` is there twice"), "{twice}");
    let flow = "version: 1\nwaivers: [{ id: b, policy: aws.rds, resource: { id: yy }, reason: r, owner: o, expires: 2027-01-01, fingerprints: [\"0123456789abcdef0123456789abcdef\"] }]\n";
    let error = waiver::append("w.yaml", flow, &draft(&findings)).unwrap_err().to_string();
    assert!(error.contains("begin each with `- ` on a line of its own"), "{error}");
    assert!(
        waiver::append("w.yaml", "{ version: 1, waivers: [] }", &draft(&findings))
            .unwrap_err()
            .to_string()
            .contains("`waivers:` on a line of its own")
    );
}

#[test]
fn what_is_taken_out_goes_with_its_comment_and_the_rest_stays_byte_for_byte() {
    let without = |ids: &[&str], text: &str| waiver::remove("w.yaml", text, &ids.iter().map(|id| (*id).to_owned()).collect()).unwrap();
    let part = |from: &str, to: &str| {
        let (head, rest) = FILE.split_once(from).unwrap();
        let (_, tail) = rest.split_once(to).unwrap();
        format!("{head}{to}{tail}")
    };
    assert_eq!(without(&[], FILE), FILE);
    assert_eq!(without(&["a"], FILE), part("  # The first.\n", "\n  - { id: b"));
    assert_eq!(without(&["b"], FILE), part("  - { id: b", "  # The last."));
    assert_eq!(without(&["c"], FILE), part("  # The last.\n", "# The end."));
    let windows = FILE.replace('\n', "\r\n");
    assert_eq!(without(&["b"], &windows), part("  - { id: b", "  # The last.").replace('\n', "\r\n"));
    let none = without(&["a", "b", "c"], FILE);
    assert!(
        waiver::parse("w.yaml", &none).unwrap().is_empty() && none.contains("# They are all ours.") && none.ends_with("# The end.\n"),
        "{none}"
    );
    let shared = FILE
        .replace("reason: |\n      It is\n      long.", "reason: &why r")
        .replace("resource: { id: z }\n    reason: r", "resource: { id: z }\n    reason: *why");
    assert_eq!(waiver::parse("w.yaml", &shared).unwrap().len(), 3);
    assert!(waiver::remove("w.yaml", &shared, &BTreeSet::from(["a".to_owned()])).is_err(), "another waiver repeats a part of it");
}

#[test]
fn ground_knows_policies_by_prefixes_at_dots() {
    let world = organization();
    let notices = |policy: &str, judged: &[&str]| -> Vec<Notice> {
        let waivers = one(|entry| {
            entry["policy"] = json!(policy);
            entry["resource"] = json!({ "id": "gone" });
        });
        let accepted = Accepted { waivers, baseline: None };
        let policies = judged.iter().map(|id| (*id).to_owned()).collect();
        Waiving::new(&accepted, TODAY).end(&Ground { policies, world: &world, files: None }).0
    };
    assert_eq!(notices("aws.ec2", &["aws.ec2-x", "aws.ec2.a"]).len(), 1);
    assert_eq!(notices("aws.ec2", &["aws.ec2-x", "aws.ec2x.a"]).len(), 0);
}

/// The volumes as files declare them: each in a file of its account.
fn located(findings: Vec<Finding>, ledger: innovate::engine::Ledger) -> Judgement {
    let findings: Vec<Finding> = findings
        .into_iter()
        .map(|finding| {
            let (file, address) = (format!("infra/{}.yaml", finding.account), format!("Volume[{}]", finding.resource.id));
            Finding { location: Some(Location { file, address, span: Span::default() }), ..finding }
        })
        .collect();
    Judgement { findings: findings.into(), ledger }
}

fn checked(files: &[&str], accepted: &Accepted) -> Judgement {
    let Judgement { findings, ledger } = judged(&organization(), VOLUMES);
    let mut judgement = located(findings.to_vec().unwrap(), ledger);
    let files = files.iter().map(|file| (*file).to_owned()).collect();
    accept(&mut judgement, &organization(), Some(&files), accepted, TODAY).unwrap();
    judgement
}

#[test]
fn what_files_declare_is_waived_by_file_and_address() {
    let of = |selector: Value, files: &[&str]| {
        let judgement = checked(files, &Accepted { waivers: one(|entry| entry["resource"] = selector.clone()), baseline: None });
        (waived(&judgement), judgement.ledger.waivers.into_iter().map(|notice| notice.kind).collect::<Vec<_>>())
    };
    let both = ["infra/111111111111.yaml", "infra/222222222222.yaml"];
    assert_eq!(of(json!({ "file": "infra/*.yaml" }), &both), (vec!["vol-a1".to_owned(), "vol-b1".to_owned()], vec![]));
    assert_eq!(of(json!({ "file": "**/222222222222.yaml" }), &both), (vec!["vol-b1".to_owned()], vec![]));
    assert_eq!(of(json!({ "address": "Volume[vol-a1]" }), &both), (vec!["vol-a1".to_owned()], vec![]));
    assert_eq!(of(json!({ "file": "*.yaml" }), &both), (vec![], vec![]), "a `*` ends at a `/`, and such a file was not checked");
    assert_eq!(of(json!({ "file": both[0], "address": "Gone" }), &both), (vec![], vec![NoticeKind::Unused]));
    assert_eq!(of(json!({ "file": both[0], "address": "Gone" }), &both[1..]), (vec![], vec![]), "the file was not checked");
    assert_eq!(of(json!({ "id": "vol-gone" }), &both), (vec![], vec![]), "it may be for what is live");
}

#[test]
fn a_waiver_is_added_for_what_a_file_declares_and_a_baseline_knows_the_file() {
    let judgement = checked(&[], &Accepted::default());
    let findings: Vec<Finding> =
        judgement.findings.to_vec().unwrap().into_iter().filter(|finding| finding.verdict == Verdict::Fail).collect();
    let text = waiver::append("w.yaml", "", &draft(&findings[..1])).unwrap();
    assert!(text.contains("file: infra/111111111111.yaml\n      address: \"Volume[vol-a1]\"\n") && !text.contains("account"), "{text}");
    let waivers = waiver::parse("w.yaml", &text).unwrap();
    let both = ["infra/111111111111.yaml", "infra/222222222222.yaml"];
    assert_eq!(waived(&checked(&both, &Accepted { waivers, baseline: None })), ["vol-a1"]);

    let mut gone = Known::of(&findings[1]).unwrap();
    assert_eq!(gone.file.as_deref(), Some(both[1]));
    gone.fingerprint = "0".repeat(32);
    let of = |files: &[&str]| {
        let baseline = Some(Baseline::new(vec![gone.clone()]));
        let comparison = checked(files, &Accepted { waivers: Vec::new(), baseline }).ledger.baseline.unwrap();
        (comparison.new, comparison.fixed, comparison.unjudged)
    };
    assert_eq!(of(&both), (2, 1, 0));
    assert_eq!(of(&both[..1]), (2, 0, 1), "its file was not checked");
}

// The command line.

/// The report of the example by a policy, and its failures.
fn report(desk: &Desk, id: &str) -> (String, Vec<Value>) {
    let text = desk.audit(0, &["--policy", id, "-o", "json", "--fail-on", "never"]);
    let failing = findings(&text).into_iter().filter(|finding| finding["verdict"] == "fail").collect();
    (desk.write("report.json", text), failing)
}

fn says(desk: &Desk, code: i32, arguments: &[&str]) -> String {
    let output = desk.run(arguments);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
    format!("{}{error}", String::from_utf8_lossy(&output.stdout))
}

const SHARED: &str = "aws.rds.snapshot_public";

#[test]
fn waivers_are_added_listed_and_pruned_and_a_waived_failure_ends_with_zero() {
    let desk = Desk::new();
    let (path, failing) = report(&desk, SHARED);
    assert_eq!(failing.len(), 2);
    desk.audit(3, &["--policy", SHARED]);
    let add = |finding: &Value, extra: &[&str]| {
        let prefix = &finding["fingerprint"].as_str().unwrap()[..12];
        let base = ["waiver", "add", "--report", &path, "--finding", prefix, "--reason", "it is: public", "--expires", "2999-01-01"];
        says(&desk, 0, &[&base, extra].concat())
    };
    let said = add(&failing[0], &["--owner", "data@example.org"]);
    assert!(said.starts_with("`snapshot_public-weak-c") && said.contains("waives 1 finding until 2999-01-01"), "{said}");
    let report = desk.audit(3, &["--policy", SHARED, "-o", "json"]);
    assert_eq!(findings(&report).iter().map(|finding| finding["verdict"].clone()).collect::<Vec<_>>(), ["fail", "waived"]);
    fits("report", &serde_json::from_str(&report).unwrap());
    let id = failing[1]["resource"]["id"].as_str().unwrap();
    let by_resource = [
        "waiver",
        "add",
        "--snapshot",
        EXAMPLE,
        "--policy",
        SHARED,
        "--resource",
        id,
        "--reason",
        "r",
        "--owner",
        "o",
        "--expires",
        "2999-01-01",
    ];
    says(&desk, 0, &by_resource);
    let table = desk.audit(0, &["--policy", SHARED]);
    assert!(
        table.contains("WAIVED (2)") && table.contains("2 waived") && table.contains("waived by data@example.org until 2999-01-01"),
        "{table}"
    );
    desk.audit(3, &["--policy", SHARED, "--no-waivers"]);
    let text = fs::read_to_string(desk.path("innovate-waivers.yaml")).unwrap();
    fits("waivers", &serde_saphyr::from_str(&text).unwrap());

    let listed: Value = serde_json::from_str(&says(&desk, 0, &["waiver", "list", "-o", "json", "--snapshot", EXAMPLE])).unwrap();
    assert_eq!(listed.as_array().unwrap().iter().map(|waiver| waiver["state"].clone()).collect::<Vec<_>>(), ["active", "active"]);
    // One expires, and of the other the resource is gone.
    let (first, second) = text.split_at(text.rfind("  - id:").unwrap());
    let gone = format!("id: {id}");
    assert!(second.contains(&gone));
    let text = format!("{}  # keep me\n\n{}", first.replace("2999-01-01", "2001-01-01"), second.replace(&gone, "id: gone"));
    desk.write("innovate-waivers.yaml", &text);
    let table = desk.audit(3, &["--policy", SHARED]);
    assert!(table.contains("WAIVERS: 2 notices") && table.contains("expired since 2001-01-01; 1 finding fails again"), "{table}");
    assert!(table.contains("covers nothing; `innovate waiver prune` takes it out"), "{table}");
    let list = says(&desk, 0, &["waiver", "list"]);
    assert!(list.lines().next().unwrap().starts_with("expired   2001-01-01  snapshot_public-"), "{list}");
    assert!(list.lines().nth(1).unwrap().starts_with("active "), "nobody looked whether it is used: {list}");
    let list = says(&desk, 0, &["waiver", "list", "--report", &path]);
    assert!(list.contains("\nunused "), "{list}");
    assert!(says(&desk, 0, &["waiver", "prune", "--dry-run", "--snapshot", EXAMPLE]).contains("is unused"));
    assert_eq!(fs::read_to_string(desk.path("innovate-waivers.yaml")).unwrap(), text);
    says(&desk, 0, &["waiver", "prune"]);
    assert!(fs::read_to_string(desk.path("innovate-waivers.yaml")).unwrap().contains("  # keep me\n\n  - id:"));
    says(&desk, 0, &["waiver", "prune", "--snapshot", EXAMPLE]);
    assert_eq!(fs::read_to_string(desk.path("innovate-waivers.yaml")).unwrap(), "version: 1\nwaivers:\n  # keep me\n\n");
    assert!(says(&desk, 0, &["waiver", "prune"]).contains("nothing to take out"));
}

#[test]
fn what_cannot_be_added_says_why() {
    let desk = Desk::new();
    let (path, failing) = report(&desk, "aws.rds");
    let add = |arguments: &[&str]| says(&desk, 2, &[&["waiver", "add", "--reason", "r", "--owner", "o"], arguments].concat());
    let fingerprint = failing[0]["fingerprint"].as_str().unwrap();
    assert!(add(&["--report", &path, "--finding", fingerprint, "--expires", "2001-01-01"]).contains("is over; give a day to come"));
    assert!(add(&["--report", &path, "--finding", "zz", "--expires", "2999-01-01"]).contains("nothing fails that `zz` names"));
    assert!(add(&["--report", &path, "--finding", "", "--expires", "2999-01-01"]).contains("names several; narrow it by `--policy`"));
    assert!(add(&["--finding", fingerprint, "--expires", "2999-01-01"]).contains("give `--report FILE` or `--snapshot FILE`"));
    assert!(add(&["--report", &path, "--expires", "2999-01-01"]).contains("--finding"));
    assert!(add(&["--report", EXAMPLE, "--finding", fingerprint, "--expires", "2999-01-01"]).contains("is no JSON report"));
    assert!(!desk.path("innovate-waivers.yaml").exists());
}

#[test]
fn a_file_of_waivers_that_is_wrong_is_a_usage_error_before_anything_is_judged() {
    let desk = Desk::new();
    desk.write("w.yaml", "version: 1\nwaivers:\n  - id: a\n    policy: aws.nothing\n");
    let said = says(&desk, 2, &["audit", "--snapshot", EXAMPLE, "--waivers", "w.yaml"]);
    assert!(said.contains("w.yaml:3:5: waiver `a`: has no `reason`"), "{said}");
    let text = "version: 1\nwaivers:\n  - {id: a, policy: aws.nothing, resource: {id: x}, reason: r, owner: o, expires: 2999-01-01, fingerprints: ['0123456789abcdef0123456789abcdef']}\n";
    desk.write("innovate-waivers.yaml", text);
    let said = says(&desk, 2, &["audit", "--snapshot", EXAMPLE, "--policy", "aws.rds"]);
    assert!(said.contains("innovate-waivers.yaml:3:5: waiver `a`: no policy `aws.nothing`"), "{said}");
    desk.write("innovate-waivers.yaml", text.replace("aws.nothing", "aws.ec2"));
    desk.audit(3, &["--policy", "aws.rds"]);
    says(&desk, 1, &["audit", "--snapshot", EXAMPLE, "--waivers", "nowhere.yaml"]);
}

#[test]
fn with_no_waiver_the_reports_are_byte_for_byte_as_without_a_file() {
    let desk = Desk::new();
    for format in ["json", "table"] {
        let plain = desk.audit(3, &["--show-passes", "-o", format]);
        desk.write("innovate-waivers.yaml", "version: 1\nwaivers: []\n");
        assert_eq!(desk.audit(3, &["--show-passes", "-o", format]), plain);
        fs::remove_file(desk.path("innovate-waivers.yaml")).unwrap();
        assert!(plain.len() > 100_000);
    }
}

#[test]
fn on_disk_and_in_a_worker_the_same_is_waived_and_known() {
    let desk = Desk::new();
    desk.write(
        "own/mine/it.rego",
        policy("mine.it", "deny contains {\"message\": \"no\", \"path\": \"/Engine\"} if input.properties.Engine == \"postgres\""),
    );
    desk.write("innovate.toml", "policies = [\"own\"]\n");
    says(&desk, 0, &["baseline", "--snapshot", EXAMPLE, "-o", "baseline.json", "--policy", "aws.ec2"]);
    let report = desk.write("all.json", desk.audit(3, &["-o", "json"]));
    let all = findings(&fs::read_to_string(&report).unwrap());
    for id in ["mine.it", SHARED] {
        let finding = all.iter().find(|finding| finding["policy"] == id).unwrap();
        let fingerprint = finding["fingerprint"].as_str().unwrap();
        says(
            &desk,
            0,
            &["waiver", "add", "--report", &report, "--finding", fingerprint, "--reason", "r", "--owner", "o", "--expires", "2999-01-01"],
        );
    }
    for format in ["json", "table"] {
        let held = desk.audit(3, &["--baseline", "baseline.json", "-o", format]);
        assert_eq!(desk.audit(3, &["--baseline", "baseline.json", "-o", format, "--memory", "0"]), held);
        assert!(held.contains("baseline"), "{held}");
        if format == "json" {
            let waived: Vec<Value> = findings(&held).into_iter().filter(|finding| finding["verdict"] == "waived").collect();
            assert_eq!(waived.iter().map(|finding| &finding["policy"]).collect::<Vec<_>>(), [SHARED, "mine.it"]);
            fits("report", &serde_json::from_str(&held).unwrap());
        }
    }
}

#[test]
fn only_what_is_new_fails_against_a_baseline() {
    let desk = Desk::new();
    says(&desk, 0, &["baseline", "--snapshot", EXAMPLE, "-o", "baseline.json"]);
    let text = fs::read_to_string(desk.path("baseline.json")).unwrap();
    fits("baseline", &serde_json::from_str(&text).unwrap());
    let table = desk.audit(0, &["--baseline", "baseline.json"]);
    let count = text.lines().count() - 5;
    assert!(table.contains(&format!("0 findings are new; of the baseline {count} are unchanged, 0 are fixed\n")), "{table}");
    assert!(table.contains("known to the baseline"), "they are still reported");
    let report = desk.write("report.json", desk.audit(3, &["-o", "json"]));
    says(&desk, 0, &["baseline", "--report", &report, "-o", "again.json"]);
    assert_eq!(fs::read_to_string(desk.path("again.json")).unwrap(), text);

    // One that the baseline does not know, one that it knows otherwise, and one that is fixed.
    let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
    let at = lines.iter().position(|line| line.contains(SHARED)).unwrap();
    let evidence = lines[at].split("\"evidence\":\"").nth(1).unwrap()[..32].to_owned();
    lines[at] = lines[at].replace(&evidence, &"0".repeat(32));
    let known: Value = serde_json::from_str(lines[at + 1].trim_end_matches(',')).unwrap();
    assert_eq!(known["policy"], SHARED);
    let fingerprint = known["fingerprint"].as_str().unwrap();
    lines[at + 1] = lines[at + 1].replace(fingerprint, &"0".repeat(32));
    desk.write("baseline.json", lines.join("\n"));
    let table = desk.audit(3, &["--baseline", "baseline.json", "--policy", SHARED]);
    let rest = count - 2;
    assert!(
        table.contains(&format!(
            "2 findings are new (1 of them changed); of the baseline 0 are unchanged, 1 are fixed, {rest} were not judged\n"
        )),
        "{table}"
    );
    let said = says(&desk, 1, &["audit", "--snapshot", EXAMPLE, "--baseline", "nowhere.json"]);
    assert!(said.contains("cannot read `nowhere.json`"), "{said}");
}
