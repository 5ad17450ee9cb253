//! Laws that hold for whatever is read, tried on the recorded organization with parts of it taken away.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use innovate::engine::{Judgement, Options, judge};
use innovate::input::snapshot;
use innovate::policy::{self, Library, Metadata, Platform};
use innovate::report::{Format, Report, Style};
use innovate_model::{Cause, HandlerErrorCode, Unread, World};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use crate::verdict::{departures, verdicts};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/organization.snapshot");

static LIBRARY: LazyLock<Library> = LazyLock::new(|| policy::shipped().unwrap().on(&[Platform::Aws]));

static WHOLE: LazyLock<(World, Judgement)> = LazyLock::new(|| {
    let world = snapshot::read(fs::File::open(EXAMPLE).unwrap()).unwrap();
    let judgement = judged(&world);
    (world, judgement)
});

fn judged(world: &World) -> Judgement {
    judge(&world.into(), &LIBRARY, Options { keep_passes: true, workers: 2, watch: None }).unwrap()
}

fn denied() -> Cause {
    Cause { code: HandlerErrorCode::AccessDenied, action: Some("any:Action".to_owned()), message: "denied".to_owned() }
}

/// Something that could not be read.
#[derive(Clone, Debug)]
enum Mask {
    /// One property of one resource.
    Property(Index, Index),
    /// One property of every resource of a type, as where one action is denied.
    Facet(Index, Index),
    /// The type of a resource, in its account and Region.
    Type(Index),
    /// All of an account.
    Account(Index),
}

fn masks() -> impl Strategy<Value = Vec<Mask>> {
    let index = any::<Index>;
    let mask = prop_oneof![
        4 => (index(), index()).prop_map(|(resource, property)| Mask::Property(resource, property)),
        4 => (index(), index()).prop_map(|(resource, property)| Mask::Facet(resource, property)),
        4 => index().prop_map(Mask::Type),
        1 => index().prop_map(Mask::Account),
    ];
    prop::collection::vec(mask, 1..5)
}

fn hide(world: &mut World, mask: &Mask) {
    let unread = |account: &str, region: &str, type_name: &str| Unread {
        account: account.to_owned(),
        region: region.to_owned(),
        type_name: type_name.to_owned(),
        cause: denied(),
    };
    let (Mask::Property(index, _) | Mask::Facet(index, _) | Mask::Type(index) | Mask::Account(index)) = mask;
    if world.resources.is_empty() {
        return;
    }
    let chosen = index.get(&world.resources).clone();
    match mask {
        Mask::Property(_, property) | Mask::Facet(_, property) => {
            let names: Vec<&String> = chosen.properties.keys().collect();
            if names.is_empty() {
                return;
            }
            let name = property.get(&names).to_string();
            let whole_type = matches!(mask, Mask::Facet(..));
            for resource in &mut world.resources {
                if resource.order() == chosen.order() || (whole_type && resource.type_name == chosen.type_name) {
                    resource.properties.remove(&name);
                    resource.add_gap(format!("/{name}"), denied());
                }
            }
        }
        Mask::Type(_) => {
            let (_, region, type_name, _) = chosen.order();
            world
                .resources
                .retain(|resource| resource.order().0 != chosen.account || resource.region != region || resource.type_name != type_name);
            world.unread.push(unread(&chosen.account, region, type_name));
        }
        Mask::Account(_) => {
            world.resources.retain(|resource| resource.account != chosen.account);
            world.unread.push(unread(&chosen.account, "*", "*"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_read_turns_a_verdict_to_unknown_or_leaves_it(masks in masks()) {
        let mut world = WHOLE.0.clone();
        masks.iter().for_each(|mask| hide(&mut world, mask));
        world.sort();
        let judgement = judged(&world);
        let departures = departures(&world, &verdicts(&judgement), &verdicts(&WHOLE.1));
        prop_assert!(departures.is_empty(), "{}", departures.join("\n"));
        let findings = judgement.findings.to_vec().unwrap();
        let fingerprints: BTreeSet<&str> = findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
        prop_assert_eq!(fingerprints.len(), findings.len(), "two findings share a fingerprint");
        fits_its_schema(&world, &judgement)?;
    }

    #[test]
    fn a_broken_snapshot_is_an_error_and_no_panic(at in any::<Index>(), byte in any::<u8>()) {
        let mut bytes = fs::read(EXAMPLE).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        // A few bits of what is compressed mean nothing.
        prop_assert!(snapshot::read(bytes.as_slice()).is_err() || snapshot::read(bytes.as_slice()).unwrap() == WHOLE.0);
    }

    #[test]
    fn no_bytes_make_the_readers_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC*") {
        prop_assert!(snapshot::read(bytes.as_slice()).is_err());
        prop_assert!(Metadata::parse("any.rego", &text).is_err());
        let block = format!("# METADATA\n# title: {text}\npackage any\n");
        prop_assert!(Metadata::parse("any.rego", &block).is_err());
    }
}

fn fits_its_schema(world: &World, judgement: &Judgement) -> Result<(), TestCaseError> {
    static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
        let schema: Value = serde_json::from_str(include_str!("../../schemas/report.json")).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    });
    let mut bytes = Vec::new();
    let report = Report {
        world,
        library: &LIBRARY,
        judgement,
        frameworks: &[],
        calls: None,
        texts: None,
        style: Style { colour: false, width: None },
    };
    Format::Json.write(&report, &mut bytes).unwrap();
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    let errors: Vec<String> = VALIDATOR.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    prop_assert!(errors.is_empty(), "{errors:?}");
    Ok(())
}
