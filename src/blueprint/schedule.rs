//! Work in the order of what rests on what: each piece as soon as all before it have ended.

use futures::stream::{FuturesUnordered, StreamExt};

use super::apply::Outcome;

/// Does every piece once those that it comes after have ended, and gives their outcomes. `after` has for each piece the numbers of these, `work` is told
/// the first of them that came to no good end. Pieces that wait for each other in a circle are never begun.
pub(super) async fn in_order<W: Future<Output = Outcome>>(after: &[Vec<usize>], work: impl Fn(usize, Option<usize>) -> W) -> Vec<Outcome> {
    let mut outcomes: Vec<Option<Outcome>> = vec![None; after.len()];
    let mut waiting: Vec<usize> = (0..after.len()).collect();
    let mut running = FuturesUnordered::new();
    loop {
        let ended = |number: &usize| outcomes.get(*number).and_then(Option::as_ref);
        let before = |number: &usize| after.get(*number).map(Vec::as_slice).unwrap_or_default();
        let (ready, others): (Vec<usize>, Vec<usize>) =
            waiting.iter().partition(|number| before(number).iter().all(|other| ended(other).is_some()));
        for number in ready {
            let bad = before(&number).iter().copied().find(|other| ended(other).is_some_and(|outcome| !outcome.is_good()));
            let begun = work(number, bad);
            running.push(async move { (number, begun.await) });
        }
        waiting = others;
        let Some((number, outcome)) = running.next().await else { break };
        if let Some(place) = outcomes.get_mut(number) {
            *place = Some(outcome);
        }
    }
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Outcome::Skipped("its turn never came".to_owned()))).collect()
}
