//! One hostile plugin, and everything it tries against the host, its neighbours and the world. Each attack runs twice:
//! with every guard on it must fail, and with its own guard off it must succeed, so that no attack passes for held that
//! never had a chance. Then the table of plugin-sdk/HOSTILE.md is compared with what came out.

extern crate switchboard_host as host;

mod arena;
mod attacks;
#[path = "../../../../tests/src/guest.rs"]
mod component;
mod desk;
#[path = "../host/guest.rs"]
#[allow(dead_code, reason = "the other suite uses the rest")]
mod guest;
mod server;
mod special;
mod steady;
mod streams;
mod table;

use arena::World;
use table::Row;

/// One at a time: memory and the neighbour's times are those of the whole process.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_attack_is_held_and_succeeds_without_its_guard() {
    let _alone = ALONE.lock().await;
    let world = World::new().await;
    let wanted = std::env::var("SWITCHBOARD_ATTACK").ok();
    let mut rows: Vec<Row> = Vec::new();
    for attack in attacks::all() {
        if wanted.as_ref().is_none_or(|wanted| attack.name.contains(wanted.as_str())) {
            rows.push(attacks::run(&world, &attack).await);
        }
    }
    for special in special::ALL {
        if wanted.as_ref().is_none_or(|wanted| special.name.contains(wanted.as_str())) {
            rows.push(special::run(&world, special).await);
        }
    }
    let failed: Vec<_> = rows.iter().filter(|row| !row.complaints.is_empty()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    if wanted.is_none() {
        assert!(rows.len() >= 40, "{} attacks", rows.len());
        table::compare(&rows);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_no_guard_holds_as_well() {
    let _alone = ALONE.lock().await;
    let world = World::new().await;
    steady::servers(&world).await;
    steady::collusion(&world).await;
    steady::reloads(&world).await;
    steady::redirects(&world).await;
}

/// Nothing but these tests may build a host with a guard off.
#[test]
fn guards_are_out_of_reach_for_the_desk() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut waiting = vec![root.join("app"), root.join("plugin-sdk")];
    let mut looked_at = 0;
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("app/host") {
                waiting.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).expect("source");
                looked_at += 1;
                for word in ["Host::in_trial", "Guards", "Guard::"] {
                    assert!(!text.contains(word), "{} speaks of {word}", path.display());
                }
            }
        }
    }
    assert!(looked_at > 100, "{looked_at} files");
}
