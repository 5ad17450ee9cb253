//! Five hundred accounts in five Regions, read at the rates that AWS publishes, in a time that passes only as the calls need it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::{BoxFuture, poll_fn};
use innovate::collect::{Plan, Progress, Store, collect};
use innovate::input::inventory::Builder;
use innovate_aws::{Pace, Time, definitions, rate, service_of};
use innovate_model::{
    Account, AccountFacts, Cloud, Definition, Facet, Handler, HandlerError, Listing, OrganizationFacts, Properties, Reach, Region, Resource,
};
use tokio::sync::watch;

const ACCOUNTS: usize = 500;
const REGIONS: [&str; 5] = ["eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2"];
const CALLER: &str = "000000000000";
/// As many as the program has where the system allows it.
const CONNECTIONS: usize = 4096;
const LATENCY: Duration = Duration::from_millis(50);

/// Time that goes on to the next sleeper as soon as nothing else is to be done.
#[derive(Clone, Debug, Default)]
struct Virtual(Arc<Mutex<Clock>>);

#[derive(Debug, Default)]
struct Clock {
    now: Duration,
    sleepers: BinaryHeap<Reverse<(Duration, usize)>>,
    wakers: HashMap<usize, Waker>,
    last: usize,
}

impl Time for Virtual {
    fn now(&self) -> Duration {
        self.0.lock().unwrap().now
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let clock = self.0.clone();
        let mut number = None;
        let until = self.now() + duration;
        Box::pin(poll_fn(move |cx| {
            let mut clock = clock.lock().unwrap();
            if clock.now >= until {
                return Poll::Ready(());
            }
            let number = *number.get_or_insert_with(|| {
                clock.last += 1;
                let number = clock.last;
                clock.sleepers.push(Reverse((until, number)));
                number
            });
            clock.wakers.insert(number, cx.waker().clone());
            Poll::Pending
        }))
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Virtual {
    /// Runs to the end, without waiting.
    fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(flag.clone());
        loop {
            while flag.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return output;
                }
            }
            let mut clock = self.0.lock().unwrap();
            let Reverse((until, _)) = *clock.sleepers.peek().expect("somebody sleeps where nobody works");
            clock.now = until;
            let mut woken = Vec::new();
            while clock.sleepers.peek().is_some_and(|Reverse((other, _))| *other == until) {
                let number = clock.sleepers.pop().map(|Reverse((_, number))| number).unwrap();
                woken.extend(clock.wakers.remove(&number));
            }
            drop(clock);
            woken.into_iter().for_each(Waker::wake);
        }
    }
}

/// Calls by account, Region and service.
type Calls = BTreeMap<(String, String, &'static str), u64>;

/// An organization whose services answer after a while, as fast as the pace of the program lets them be asked.
#[derive(Clone)]
struct Simulated {
    time: Virtual,
    pace: Arc<Pace>,
    calls: Arc<Mutex<Calls>>,
}

impl Simulated {
    async fn call(&self, account: &str, region: &str, action: &'static str) {
        let service = service_of(action);
        let _turn = self.pace.turn(account, region, service).await;
        self.time.sleep(LATENCY).await;
        *self.calls.lock().unwrap().entry((account.to_owned(), region.to_owned(), service)).or_default() += 1;
    }
}

#[async_trait]
impl Cloud for Simulated {
    async fn caller(&self) -> Result<String, HandlerError> {
        Ok(CALLER.to_owned())
    }

    async fn organization(&self) -> Result<OrganizationFacts, HandlerError> {
        let ids = (0..ACCOUNTS).map(|number| format!("{number:012}"));
        let accounts = ids.map(|id| (id.clone(), AccountFacts { id, status: "ACTIVE".to_owned(), ..AccountFacts::default() })).collect();
        Ok(OrganizationFacts { accounts, management_account: CALLER.to_owned(), ..OrganizationFacts::default() })
    }

    async fn enter(&self, account: &str) -> Result<Box<dyn Account>, HandlerError> {
        self.pace.enter();
        self.call(CALLER, "us-east-1", "sts:AssumeRole").await;
        Ok(Box::new(Entered { id: account.to_owned(), cloud: self.clone() }))
    }

    fn types(&self) -> Option<BTreeMap<String, Reach>> {
        None
    }

    fn calls(&self) -> u64 {
        self.calls.lock().unwrap().values().sum()
    }
}

struct Entered {
    id: String,
    cloud: Simulated,
}

#[async_trait]
impl Account for Entered {
    fn id(&self) -> &str {
        &self.id
    }

    async fn regions(&self) -> Result<Vec<Region>, HandlerError> {
        self.cloud.call(&self.id, "us-east-1", "ec2:DescribeRegions").await;
        Ok(REGIONS.map(|name| Region { name: name.to_owned(), opt_in_status: String::new() }).to_vec())
    }

    fn handlers(&self, reach: Reach, region: &str) -> Vec<Box<dyn Handler>> {
        let region = if reach == Reach::Regional { region } else { "us-east-1" };
        let of_reach = definitions().into_iter().filter(|definition| definition.reach == reach);
        of_reach
            .map(|definition| -> Box<dyn Handler> {
                Box::new(Simulation { definition, account: self.id.clone(), region: region.to_owned(), cloud: self.cloud.clone() })
            })
            .collect()
    }
}

struct Simulation {
    definition: Definition,
    account: String,
    region: String,
    cloud: Simulated,
}

/// How many resources of a type an account has, in each Region where it is regional.
fn count(type_name: &str) -> usize {
    match type_name {
        "AWS::KMS::Key" => 40,
        "AWS::S3::Bucket" => 30,
        "AWS::EC2::Snapshot" | "AWS::Logs::LogGroup" => 20,
        _ => 2,
    }
}

#[async_trait]
impl Handler for Simulation {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn list(&self, listing: &mut Listing) -> Result<(), HandlerError> {
        for Facet { action, .. } in self.definition.list {
            self.cloud.call(&self.account, &self.region, action).await;
        }
        let name = self.definition.type_name;
        listing
            .resources
            .extend((0..count(name)).map(|number| Resource::new(name, number.to_string(), &self.account, self.region.as_str())));
        Ok(())
    }

    async fn read(&self, facet: usize, resources: &[Resource]) -> Vec<Result<Properties, HandlerError>> {
        let (facet, _) = self.definition.reads[facet];
        self.cloud.call(&self.account, &self.region, facet.action).await;
        resources.iter().map(|_| Ok(Properties::new())).collect()
    }
}

#[test]
fn a_large_organization_is_read_as_fast_as_its_buckets_allow() {
    let time = Virtual::default();
    let pace = Arc::new(Pace::new(Arc::new(time.clone()), true, CONNECTIONS));
    let cloud = Simulated { time: time.clone(), pace, calls: Arc::default() };
    let (_stopper, stop) = watch::channel(false);
    let mut store = Store { builder: Builder::new(usize::MAX, None), journal: None };
    let plan = Plan { read_at: "2026-01-01T00:00:00Z".to_owned(), ..Plan::default() };
    let world = time.run(collect(&cloud, &plan, &mut store, Arc::new(Progress::default()), stop)).unwrap();
    assert_eq!((world.regions.len(), world.unread.len()), (ACCOUNTS, 0));
    let calls = cloud.calls.lock().unwrap();
    let slowest = calls.iter().map(|((account, region, service), calls)| {
        let (bucket, refill) = rate(service);
        let beyond = calls.saturating_sub(u64::from(bucket));
        (Duration::from_secs_f64(beyond as f64 / f64::from(refill)), format!("{service} of {account} in {region}, {calls} calls"))
    });
    let (bound, slowest) = slowest.max().unwrap();
    let total: u64 = calls.values().sum();
    let took = time.now();
    assert!(bound > Duration::from_secs(5), "the buckets bind: {slowest}");
    assert!(took.as_secs_f64() <= 1.2 * bound.as_secs_f64(), "{total} calls took {took:?}, beyond 1.2 × {bound:?} of {slowest}");
    assert!(took >= bound, "no bucket gives more than it has: {took:?} of {bound:?}");
}
