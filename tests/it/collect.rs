//! Reading through the handler contract, over the cloud in memory.

use std::sync::Arc;

use innovate::collect::{CollectError, Plan, Progress, Store, collect};
use innovate::input::inventory::Builder;
use innovate_model::{Cloud, HandlerErrorCode, MemoryCloud, World};
use tokio::sync::watch;

use crate::world::{MANAGEMENT, PRODUCTION, organization};

fn in_memory() -> Store {
    Store { builder: Builder::new(usize::MAX, None), journal: None }
}

async fn read(cloud: &dyn Cloud, plan: Plan) -> Result<World, CollectError> {
    let (_stopper, stop) = watch::channel(false);
    let plan = Plan { read_at: "2026-01-01T00:00:00Z".to_owned(), ..plan };
    let mut store = in_memory();
    let world = collect(cloud, &plan, &mut store, Arc::new(Progress::default()), stop).await?;
    Ok(store.builder.finish(world).unwrap().world.into_owned())
}

#[tokio::test]
async fn every_account_and_resource_is_read() {
    let original = organization();
    let world = read(&MemoryCloud::new(original.clone()), Plan::default()).await.unwrap();
    assert_eq!(world.accounts, original.accounts);
    assert!(world.unread.is_empty());
    for resource in &original.resources {
        assert!(world.resources.contains(resource), "{}", resource.id);
    }
    let regions = world.resources.iter().filter(|resource| resource.type_name == "Innovate::Account::Region").count();
    assert_eq!(world.resources.len(), original.resources.len() + regions);
    assert_eq!(regions, 2);
}

#[tokio::test]
async fn an_account_that_cannot_be_entered_is_unread_and_the_rest_goes_on() {
    let cloud = MemoryCloud::new(organization()).denying(&[], &[PRODUCTION]);
    let world = read(&cloud, Plan::default()).await.unwrap();
    assert_eq!(world.unread.len(), 1);
    let unread = &world.unread[0];
    assert_eq!((unread.account.as_str(), unread.region.as_str(), unread.type_name.as_str()), (PRODUCTION, "*", "*"));
    assert_eq!(unread.cause.code, HandlerErrorCode::AccessDenied);
    assert_eq!(unread.cause.action.as_deref(), Some("sts:AssumeRole"));
    assert!(world.resources.iter().any(|resource| resource.id == "vol-a1"));
}

#[tokio::test]
async fn a_denied_listing_is_unread_not_absent() {
    let cloud = MemoryCloud::new(organization()).denying(&["AWS::EC2::Volume"], &[]);
    let world = read(&cloud, Plan::default()).await.unwrap();
    assert_eq!(world.unread.len(), 2);
    assert!(world.unread.iter().all(|unread| unread.type_name == "AWS::EC2::Volume" && unread.region == "eu-west-1"));
}

#[tokio::test]
async fn accounts_are_chosen_and_unknown_ones_refused() {
    let cloud = MemoryCloud::new(organization());
    let only = Plan { accounts: vec![PRODUCTION.to_owned()], ..Plan::default() };
    let world = read(&cloud, only).await.unwrap();
    assert_eq!(world.accounts.keys().collect::<Vec<_>>(), [PRODUCTION]);
    let without = Plan { excluded: vec![PRODUCTION.to_owned()], ..Plan::default() };
    assert_eq!(read(&cloud, without).await.unwrap().accounts.keys().collect::<Vec<_>>(), [MANAGEMENT]);
    let unknown = Plan { accounts: vec!["999999999999".to_owned()], ..Plan::default() };
    assert!(matches!(read(&cloud, unknown).await, Err(CollectError::UnknownAccount(_))));
    let unit = Plan { organizational_units: vec!["Nowhere".to_owned()], ..Plan::default() };
    assert!(matches!(read(&cloud, unit).await, Err(CollectError::UnknownUnit(_))));
}

#[tokio::test]
async fn a_region_that_is_asked_for_and_not_enabled_is_unread_not_empty() {
    let regions = vec!["eu-west-1".to_owned(), "eu-wset-1".to_owned()];
    let world = read(&MemoryCloud::new(organization()), Plan { regions, ..Plan::default() }).await.unwrap();
    assert!(world.resources.iter().any(|resource| resource.id == "vol-a1"));
    let unread: Vec<_> = world.unread.iter().map(|unread| (unread.region.as_str(), unread.type_name.as_str(), unread.cause.code)).collect();
    assert_eq!(unread, [("eu-wset-1", "*", HandlerErrorCode::RegionDisabled); 2]);
}

#[tokio::test]
async fn a_stopped_run_says_what_it_left_out() {
    let (stopper, stop) = watch::channel(false);
    stopper.send(true).unwrap();
    let plan = Plan { read_at: "2026-01-01T00:00:00Z".to_owned(), ..Plan::default() };
    let cloud = MemoryCloud::new(organization());
    let world = collect(&cloud, &plan, &mut in_memory(), Arc::new(Progress::default()), stop).await.unwrap();
    assert!(world.interrupted);
    assert!(world.resources.is_empty());
    assert_eq!(world.unread.len(), 2);
    assert!(world.unread.iter().all(|unread| unread.cause.code == HandlerErrorCode::Interrupted));
}
