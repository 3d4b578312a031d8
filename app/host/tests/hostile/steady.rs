//! What has no guard to switch off: it holds because there is nothing that would do otherwise.

use host::{Answer, CallError, Failure, Request, RunMode};
use model::plugin::Role;

use crate::{
    arena::{Arena, BAD, GOOD, World, lane},
    desk::SECRET,
};

async fn search(arena: &mut Arena, plugin: &str, order: String) -> Result<Answer, CallError> {
    arena.call(&lane(plugin, Role::Lookup), Request::Search { who: None, query: order }).await
}

fn title(answer: &Result<Answer, CallError>) -> String {
    match answer {
        Ok(Answer::Cards(cards)) => cards.first().map(|card| card.title.clone()).unwrap_or_default(),
        other => format!("{other:?}"),
    }
}

/// Servers that do not speak as they should cost one answer, in words, and nothing is unpacked.
pub async fn servers(world: &World) {
    let mut arena = Arena::new(&world.cache, RunMode::Live, &[]);
    arena.load(&world.good, true);
    arena.load(&world.bad, true);
    for (path, expect) in [
        ("bad-chunks", None),
        ("headers", None),
        ("long-header", None),
        ("short", None),
        ("nonsense", None),
        ("silent", None),
        ("packed", Some("packed")),
        ("", Some("ok")),
    ] {
        let order = world.with_ports(&format!("fetch http://127.0.0.1:OPEN/{path}"));
        let answer = search(&mut arena, BAD, order).await;
        match expect {
            Some(body) => assert!(title(&answer).ends_with(body), "{path}: {answer:?}"),
            None => assert!(
                matches!(
                    answer,
                    Err(CallError::Failure(
                        Failure::Unavailable(_) | Failure::Invalid(_) | Failure::TooLarge(_)
                    ))
                ),
                "{path}: {answer:.300?}"
            ),
        }
    }
    let faults = arena.host().status().iter().map(|status| status.signals.faults).sum::<u64>();
    assert_eq!(faults, 0, "a bad server is no fault of the plugin");
}

/// Two plugins of one maker have no storage in common.
pub async fn collusion(world: &World) {
    let mut arena = Arena::new(&world.cache, RunMode::Live, &[]);
    arena.load(&world.good, true);
    arena.load(&world.bad, true);
    let kept = search(&mut arena, GOOD, "value 1".to_owned()).await;
    assert_eq!(title(&kept), "kept");
    let own = search(&mut arena, GOOD, "get large".to_owned()).await;
    assert!(own.is_err() || title(&own).starts_with("Some"), "{own:.100?}");
    let other = search(&mut arena, BAD, "get large".to_owned()).await;
    assert_eq!(title(&other), "None");
}

/// A plugin that is replaced again and again answers every request that was taken, exactly once.
pub async fn reloads(world: &World) {
    const ROUNDS: usize = 20;
    const EACH: usize = 5;
    let mut arena = Arena::new(&world.cache, RunMode::Live, &[]);
    let lane = lane(GOOD, Role::Quality);
    let mut taken = 0;
    for _ in 0..ROUNDS {
        arena.load(&world.good, true);
        for _ in 0..EACH {
            taken += usize::from(arena.post(&lane, Request::Rubric));
        }
    }
    let answered = arena.answers(taken).await;
    assert_eq!(taken, ROUNDS * EACH);
    assert!(
        answered.iter().all(|result| matches!(result, Ok(_) | Err(CallError::Cancelled))),
        "{answered:?}"
    );
    // The last one's requests are nobody's to cancel.
    assert!(answered.iter().filter(|result| result.is_ok()).count() >= EACH, "{answered:?}");
    assert!(arena.answers_left() == 0, "an answer came twice");
}

/// A redirect to a host that is granted is followed; the secret stays where it belongs, and the ledger has both hops.
pub async fn redirects(world: &World) {
    let mut arena = Arena::new(&world.cache, RunMode::Live, &[]);
    arena.load(&world.good, true);
    world.open.take();
    let order = world.with_ports("secret http://127.0.0.1:OPEN/to-other token authorization");
    let answer = search(&mut arena, GOOD, order).await;
    assert!(title(&answer).starts_with("200"), "{answer:?}");
    let requests = world.open.take();
    let [first, second] = &requests[..] else { panic!("two requests, not {requests:?}") };
    assert!(first.contains(SECRET) && !second.contains(SECRET), "{requests:?}");
    assert!(second.contains("other.test"), "{second}");
    let ledger = arena.host().ledger(&GOOD.into());
    let lines: Vec<_> =
        ledger.iter().map(|line| (line.target.as_str(), line.secrets.len(), line.status)).collect();
    let (here, there) = (world.with_ports("127.0.0.1:OPEN"), world.with_ports("other.test:OPEN"));
    assert_eq!(lines, [(here.as_str(), 1, Some(307)), (there.as_str(), 0, Some(200))]);
    assert!(ledger.iter().all(|line| line.bytes > 0));
}
