//! Web-chat clients that mean harm, against the real desk: what they send is refused or kept as harmless text, and a
//! neighbour who chats meanwhile notices nothing.

#![allow(clippy::disallowed_methods, reason = "threads of a test need no names")]

use std::{
    io::{BufReader, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use switchboard_tests::{
    desk::{Desk, Place, Wish},
    http::{self, Answer},
    visitor::{Caller, post},
};

/// Where the attack comes from; the neighbour is at 127.0.0.1.
const ATTACKER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
/// A body that nobody sends by accident.
const HUGE_BYTES: usize = 100 * 1024 * 1024;
/// Requests of the flood.
const FLOOD: usize = 600;
/// What the neighbour may wait for one answer while others attack.
const NEIGHBOUR_PATIENCE: Duration = Duration::from_secs(2);
/// The neighbour writes at a person's speed.
const NEIGHBOUR_PAUSE: Duration = Duration::from_millis(500);
/// What a huge body may cost the desk, in KiB.
const MEMORY_MAX_KIB: u64 = 32 * 1024;

/// Somebody who chats as usual while others attack.
struct Neighbour {
    done: Arc<AtomicBool>,
    thread: thread::JoinHandle<Result<Vec<String>>>,
}

impl Neighbour {
    fn start(desk: SocketAddr) -> Result<Self> {
        let caller = Caller::new(desk)?;
        let done = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&done);
        let thread = thread::spawn(move || {
            let mut said = Vec::new();
            while !told.load(Ordering::SeqCst) || said.len() < 3 {
                let text = format!("空调不制冷 {}", said.len());
                let begun = Instant::now();
                let answer = caller.say(&format!("neighbour{:06}", said.len()), &text)?;
                ensure!(answer.status == 200, "the neighbour was refused: {}", answer.status);
                let took = begun.elapsed();
                ensure!(took < NEIGHBOUR_PATIENCE, "the neighbour waited {took:?}");
                said.push(text);
                thread::sleep(NEIGHBOUR_PAUSE);
            }
            let log = caller.log()?;
            let texts: Vec<_> = log.iter().map(|entry| entry["text"].as_str().unwrap_or_default()).collect();
            ensure!(texts == said, "the neighbour said {said:?} and reads {texts:?}");
            Ok(said)
        });
        Ok(Self { done, thread })
    }

    fn end(self) -> Result<Vec<String>> {
        self.done.store(true, Ordering::SeqCst);
        self.thread.join().map_err(|_| anyhow::anyhow!("the neighbour panicked"))?
    }
}

fn begin() -> Result<(Place, Desk)> {
    let place = Place::new(Wish::default())?;
    let desk = place.headless()?;
    Ok((place, desk))
}

/// Sends bytes from the attacker's address and reads what comes back; nothing where the desk hung up.
fn send(desk: SocketAddr, parts: impl Iterator<Item = Vec<u8>>) -> Result<Option<Answer>> {
    let mut stream = http::connect_from(ATTACKER, desk)?;
    for part in parts {
        // The desk stops listening once it has seen enough.
        if stream.write_all(&part).is_err() {
            break;
        }
    }
    Ok(http::read(&mut BufReader::new(stream)).ok())
}

fn request(head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{head}\r\nhost: desk\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[test]
fn a_flood_is_slowed_down_and_a_neighbour_notices_nothing() -> Result<()> {
    let (place, desk) = begin()?;
    let flooder = Caller::new(desk.address)?;
    let neighbour = Neighbour::start(desk.address)?;
    let mut stated = std::collections::BTreeMap::new();
    for number in 0..FLOOD {
        let body = json!({ "id": format!("flood{number:06}"), "text": "!" }).to_string();
        let head = format!(
            "POST /c/webchat/hook/messages HTTP/1.1\r\nconnection: close\r\nauthorization: Bearer {}",
            flooder.credential()
        );
        let answer = send(desk.address, [request(&head, body.as_bytes())].into_iter())?;
        *stated.entry(answer.map_or(0, |answer| answer.status)).or_insert(0_usize) += 1;
    }
    let said = neighbour.end()?;
    println!("flood: {stated:?}");
    let (taken, slowed) = (stated.get(&200).copied().unwrap_or(0), stated.get(&429).copied().unwrap_or(0));
    ensure!(taken >= 20 && slowed > FLOOD / 2, "answers by status: {stated:?}");
    ensure!(stated.keys().all(|status| [0, 200, 429].contains(status)), "answers by status: {stated:?}");
    desk.end()?;
    place.verify()?;
    let kept = place.export()?.texts(true);
    ensure!(kept.iter().filter(|text| *text == "!").count() == taken, "{taken} were taken: {kept:?}");
    ensure!(said.iter().all(|text| kept.contains(text)), "the neighbour's words are missing");
    Ok(())
}

#[test]
fn a_huge_body_is_refused_without_being_held() -> Result<()> {
    let (place, mut desk) = begin()?;
    let caller = Caller::new(desk.address)?;
    let neighbour = Neighbour::start(desk.address)?;
    let before = desk.peak_kib()?;
    let head = format!(
        "POST /c/webchat/hook/messages HTTP/1.1\r\nhost: desk\r\nauthorization: Bearer {}",
        caller.credential()
    );
    let part = || vec![b'a'; 1024 * 1024];
    let declared = format!("{head}\r\ncontent-length: {HUGE_BYTES}\r\n\r\n").into_bytes();
    let chunked = format!("{head}\r\ntransfer-encoding: chunked\r\n\r\n").into_bytes();
    let chunk = || [format!("{:x}\r\n", 1024 * 1024).into_bytes(), part(), b"\r\n".to_vec()].concat();
    let parts = HUGE_BYTES / (1024 * 1024);
    let answers = [
        send(desk.address, std::iter::once(declared).chain((0..parts).map(|_| part())))?,
        send(desk.address, std::iter::once(chunked).chain((0..parts).map(|_| chunk())))?,
    ];
    for answer in &answers {
        // Where the desk hung up while the client still wrote, there is no answer to read.
        let status = answer.as_ref().map(|answer| answer.status);
        ensure!(matches!(status, None | Some(400 | 413)), "100 MB were answered with {status:?}");
    }
    let grown = desk.peak_kib()?.saturating_sub(before);
    ensure!(grown < MEMORY_MAX_KIB, "two bodies of 100 MB cost {grown} KiB");
    neighbour.end()?;
    desk.end()?;
    place.verify()?;
    ensure!(place.export()?.texts(true).iter().all(|text| text.starts_with("空调")), "nothing of it is kept");
    Ok(())
}

#[test]
fn nobody_can_be_somebody_else() -> Result<()> {
    let (place, desk) = begin()?;
    let (victim, attacker) = (Caller::new(desk.address)?, Caller::new(desk.address)?);
    let secret = "我的地址是幸福路 12 号";
    ensure!(victim.say("victim000001", secret)?.status == 200, "the victim writes");
    let mut turned = victim.token.clone();
    turned.replace_range(..1, if turned.starts_with('0') { "1" } else { "0" });
    let forged = [
        format!("{}.{}", victim.visitor, attacker.token),
        format!("{}.{turned}", victim.visitor),
        format!("{}.{}", victim.visitor, "0".repeat(64)),
        format!("{}.", victim.visitor),
        victim.visitor.clone(),
        format!("{}.{}", victim.visitor.to_uppercase(), victim.token),
        format!("{}.{}\u{0}", victim.visitor, &victim.token[..63]),
        String::new(),
    ];
    for credential in &forged {
        for line in [
            "GET /c/webchat/hook/messages?after=0 HTTP/1.1",
            "POST /c/webchat/hook/messages HTTP/1.1",
            "POST /c/webchat/hook/receipts HTTP/1.1",
        ] {
            let head = format!("{line}\r\nconnection: close\r\nauthorization: Bearer {credential}");
            let body = br#"{"id":"forged000001","text":"forged","read":9,"delivered":9}"#;
            let answer = send(desk.address, [request(&head, body)].into_iter())?;
            let status = answer.map_or(400, |answer| answer.status);
            ensure!([400, 401].contains(&status), "{line} with {credential:?}: {status}");
        }
        let stream = format!(
            "GET /c/webchat/push/events?token={} HTTP/1.1\r\nconnection: close",
            credential.replace('\u{0}', "%00")
        );
        let status =
            send(desk.address, [request(&stream, b"")].into_iter())?.map_or(400, |answer| answer.status);
        ensure!([400, 401, 403].contains(&status), "stream with {credential:?}: {status}");
    }
    // One's own token with another's id beside it.
    let credential = format!("Bearer {}", attacker.credential());
    let path = format!("/c/webchat/hook/messages?after=0&visitor={}", victim.visitor);
    let answer = http::ask(desk.address, "GET", &path, &[("authorization", &credential)], &[])?;
    ensure!(answer.status == 403, "another visitor's id: {}", answer.status);
    ensure!(!String::from_utf8_lossy(&answer.body).contains("幸福路"), "the victim's words leaked");
    ensure!(attacker.log()?.is_empty(), "the attacker reads {:?}", attacker.log()?);
    let log = victim.log()?;
    ensure!(log.len() == 1 && log[0]["text"] == secret, "the victim reads {log:?}");
    desk.end()?;
    place.verify()?;
    ensure!(place.export()?.texts(true) == [secret], "{:?}", place.export()?.texts(true));
    Ok(())
}

#[test]
fn what_is_no_message_is_refused() -> Result<()> {
    let (place, desk) = begin()?;
    let caller = Caller::new(desk.address)?;
    let neighbour = Neighbour::start(desk.address)?;
    let long = json!({ "id": "toolong00001", "text": "字".repeat(4001) }).to_string();
    let cases: &[(&[u8], &[u16])] = &[
        (b"{\"id\":\"utf8-0000001\",\"text\":\"\xff\xfe\xc3\x28\"}", &[400]),
        (b"\xed\xa0\x80", &[400]),
        (br#"{"id":"surrogate001","text":"\ud800"}"#, &[400]),
        (br#"{"id":"empty0000001","text":"  "}"#, &[400]),
        (br#"{"id":"../../etc/x","text":"x"}"#, &[400]),
        (br#"{"id":"x","text":"x"}"#, &[400]),
        (br#"{"text":"x"}"#, &[400]),
        (br#"{"id":"files0000001","text":"x","files":["../../../desk.sqlite"]}"#, &[400]),
        (b"[[[[[[[[", &[400]),
        (b"", &[400]),
        (long.as_bytes(), &[413]),
    ];
    for (body, wanted) in cases {
        let status = post(desk.address, "messages", Some(&caller.credential()), body)?.status;
        ensure!(
            wanted.contains(&status),
            "{}: {status}",
            String::from_utf8_lossy(&body[..body.len().min(60)])
        );
    }
    let deep = [vec![b'['; 60_000], vec![b']'; 60_000]].concat();
    let status = post(desk.address, "messages", Some(&caller.credential()), &deep)?.status;
    ensure!([400, 413].contains(&status), "deeply nested: {status}");
    for path in [
        "/c/webchat/../../desk.sqlite",
        "/c/webchat/%2e%2e/%2e%2e/desk.sqlite",
        "/c/webchat/..%2f..%2fhost-keys.json",
        "/c/nobody/hook/hello",
        "/desk.sqlite",
        "/c/webchat/hook/files/..%2f..%2fhost-keys.json",
    ] {
        let head = format!("GET {path} HTTP/1.1\r\nconnection: close");
        let answer = send(desk.address, [request(&head, b"")].into_iter())?.context(path)?;
        ensure!([400, 401, 403, 404, 405].contains(&answer.status), "{path}: {}", answer.status);
    }
    ensure!(caller.log()?.is_empty(), "kept: {:?}", caller.log()?);
    neighbour.end()?;
    desk.end()?;
    place.verify()?;
    Ok(())
}

#[test]
fn tricks_in_a_text_stay_text() -> Result<()> {
    let (place, desk) = begin()?;
    let caller = Caller::new(desk.address)?;
    let tricks = [
        "<script>document.title='hit'</script><img src=x onerror=alert(1)>",
        "rechnung\u{202e}fdp.exe \u{2066}x\u{2069} \u{200f}y",
        "{{7*7}} ${jndi:ldap://x} '; DROP TABLE journal; --",
        "a\u{0}b\u{1b}[31mred\u{7}",
        "Z\u{351}\u{36b}\u{343}\u{36a}\u{302}a\u{321}\u{34a}l\u{327}\u{348}go 👩‍👩‍👧‍👦 \u{fffd}",
    ];
    for (number, text) in tricks.iter().enumerate() {
        let answer = caller.say(&format!("tricks{number:06}"), text)?;
        ensure!(answer.status == 200, "{text:?}: {}", answer.status);
    }
    let credential = format!("Bearer {}", caller.credential());
    let path = "/c/webchat/hook/messages?after=0";
    let answer = http::ask(desk.address, "GET", path, &[("authorization", &credential)], &[])?;
    ensure!(answer.header("content-type") == Some("application/json"), "{:?}", answer.headers);
    ensure!(answer.header("x-content-type-options") == Some("nosniff"), "{:?}", answer.headers);
    let policy = answer.header("content-security-policy").unwrap_or_default().to_owned();
    ensure!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    desk.end()?;
    place.verify()?;
    let kept = place.export()?.texts(true);
    ensure!(kept.len() == tricks.len(), "kept {kept:?}");
    // Every visible word is there; only what no screen shows may have been taken out.
    for (text, kept) in tricks.iter().zip(&kept) {
        let visible = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        ensure!(visible(text) == visible(kept), "{text:?} was kept as {kept:?}");
    }
    ensure!(
        !place.log().contains("rechnung") && !place.log().contains("DROP"),
        "words of customers in the log"
    );
    Ok(())
}
