//! The recorded organization, again and again under other account ids and in more Regions.

use std::collections::{BTreeMap, BTreeSet};

use innovate::input::inventory::{Builder, Inventory};
use innovate::input::snapshot;
use innovate_model::{GLOBAL, Reach, World};

/// Regions that an account's resources are repeated in, in pairs, as they were recorded in two.
const REGIONS: [&str; 16] = [
    "us-east-1",
    "eu-west-1",
    "us-east-2",
    "eu-west-2",
    "us-west-1",
    "eu-west-3",
    "us-west-2",
    "eu-north-1",
    "ca-central-1",
    "eu-central-1",
    "sa-east-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "ap-northeast-2",
];

/// A world of at least this many resources; the builder decides where they are.
pub fn enlarged(resources: usize, mut builder: Builder) -> Inventory<'static> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/organization.snapshot");
    let recorded = snapshot::read(std::fs::File::open(file).expect("the example is there")).expect("it is a snapshot");
    let text = serde_json::to_string(&recorded).expect("a world is JSON");
    // Identity Center is there once, in the Region that was chosen for it.
    let is_of_organization = |name: &str| {
        name.starts_with("AWS::SSO::") || recorded.types.as_ref().is_some_and(|types| types.get(name) == Some(&Reach::Organization))
    };
    let buckets = recorded.resources.iter().filter(|resource| resource.type_name == "AWS::S3::Bucket");
    let buckets: BTreeSet<&str> = buckets.map(|bucket| bucket.id.as_str()).collect();
    let mut world = World { resources: Vec::new(), reads: BTreeMap::new(), ..recorded.clone() };
    let (mut count, mut copy) = (0, 0);
    while count < resources {
        let mut of_copy = text.clone();
        for (number, id) in recorded.accounts.keys().enumerate() {
            of_copy = of_copy.replace(id.as_str(), &format!("{:012}", 100_000_000_000_usize + copy * 100 + number));
        }
        // No two buckets of the world have one name.
        for name in &buckets {
            of_copy = of_copy.replace(&format!("{name}\""), &format!("{name}-{copy}\""));
        }
        for (number, pair) in REGIONS.chunks(2).enumerate() {
            // By way of names that are no Regions, as one may become the other.
            let mut of_pair = of_copy.replace("us-east-1", "first-region").replace("eu-west-1", "second-region");
            of_pair = of_pair.replace("first-region", pair[0]).replace("second-region", pair[1]);
            let copied: World = serde_json::from_str(&of_pair).expect("it stays a world");
            world.accounts.extend(copied.accounts);
            for (account, regions) in copied.regions {
                world.regions.entry(account).or_default().extend(regions);
            }
            // What there is once in an organization, or in an account, is there once.
            let added = copied.resources.into_iter().filter(|resource| {
                let once = is_of_organization(&resource.type_name);
                (number == 0 || (resource.region != GLOBAL && !once)) && (copy == 0 || !once)
            });
            added.inspect(|_| count += 1).try_for_each(|resource| builder.add(resource)).expect("the disk has room");
        }
        copy += 1;
    }
    builder.finish(world).expect("the disk has room")
}
