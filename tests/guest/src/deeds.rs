//! What the plugin does to the desk and to the world. An order is a word and its arguments.

use std::{cell::RefCell, hint::black_box};

use plugin_kit::{
    Failure, Result,
    desk::{
        clock, conversations, customers, http, kv, log,
        net::{Sasl, Security, Stream, Trouble},
        notify, random, secrets, timers,
    },
};

const MIB: usize = 1024 * 1024;
/// Rounds of a loop between two looks at the clock.
const ROUNDS: u64 = 2_000_000;
const READ_BYTES: u32 = 256 * 1024;
const KEPT_TEXT_MAX_BYTES: usize = 4096;

/// Does it, and says what came of it.
pub fn act(order: &str) -> Result<String> {
    let words: Vec<&str> = order.split(' ').collect();
    let number = |index: usize| words.get(index).and_then(|word| word.parse::<usize>().ok()).unwrap_or(1);
    let word = |index: usize| words.get(index).copied().unwrap_or("");
    match word(0) {
        "spin" => spin(number(1)),
        "calls" => until(number(1), || {
            black_box(clock::now_ms());
        }),
        "random" => until(number(1), || {
            black_box(random::bytes(64 * 1024));
        }),
        "wait" => kv::get(word(1)).map(|_| "waited".to_owned()),
        "eat" => Ok(format!("ate {} MiB", eat(number(1)))),
        "recurse" => Ok(format!("{} deep", recurse(number(1) as u64))),
        "panic" => panic!("{}", order),
        "log" => {
            log::info(&"x".repeat(number(1) * MIB));
            Ok("logged".to_owned())
        }
        "lines" => {
            (0..number(1)).for_each(|line| log::info(&format!("line {line}")));
            Ok("logged".to_owned())
        }
        "count" => {
            (0..number(1)).for_each(|name| log::count(&format!("counter {name}"), 1));
            Ok("counted".to_owned())
        }
        "notify" => {
            let shown = (0..number(1)).filter(|_| notify::post(notify::Urgency::Urgent, "!", "!")).count();
            Ok(format!("{shown} shown"))
        }
        "value" => kv::set("large", &vec![7; number(1) * MIB], None).map(|()| "kept".to_owned()),
        "fill" => fill(number(1)),
        "get" => kv::get(word(1)).map(|value| format!("{value:?}")),
        "mac" => secrets::mac(word(1), secrets::MacAlg::HmacSha256, b"x").map(|_| "signed".to_owned()),
        "timers" => timers_of(number(1)),
        "storm" => timers::set("storm", 0, true).map(|()| "set".to_owned()),
        "conversation" => conversations::get(word(1), 10).map(|read| format!("{:?}", read.customer.name)),
        "customer" => customers::get(word(1)).map(|who| format!("{} {:?}", who.address, who.handles)),
        "fetch" => fetch(http::Request::get(word(1))),
        "header" => fetch(http::Request::get(word(1)).header(word(2), word(3))),
        "secret" => fetch(http::Request::get(word(1)).secret_header(word(3), word(2))),
        "read" => read(word(1), number(2)),
        "hoard" => hoard(word(1), number(2)),
        "stream" => converse(open(&words)?, &words[4..]),
        "streams" => (0..number(4)).map(|_| open(&words)).collect::<Result<Vec<_>>>().map(|open| {
            let count = open.len();
            format!("{count} open")
        }),
        "often" => {
            for _ in 0..number(4) {
                open(&words)?.close();
            }
            Ok(format!("{} opened", number(4)))
        }
        "keep" => {
            KEPT.replace(Some(open(&words)?));
            Ok("kept".to_owned())
        }
        "kept" => converse(KEPT.take().ok_or(Failure::NotFound)?, &words[1..]),
        _ => Ok(String::new()),
    }
}

/// Computes without a call of the desk, but for the clock now and then.
fn spin(ms: usize) -> Result<String> {
    let mut sum = 0_u64;
    until(ms, || {
        for round in 0..ROUNDS {
            sum = black_box(sum.wrapping_mul(31).wrapping_add(round));
        }
    })
}

#[allow(clippy::unnecessary_wraps, reason = "as every deed answers")]
fn until(ms: usize, mut round: impl FnMut()) -> Result<String> {
    let end = clock::now_ms() + ms as u64;
    while clock::now_ms() < end {
        round();
    }
    Ok("done".to_owned())
}

fn eat(mib: usize) -> usize {
    let mut eaten: Vec<Vec<u8>> = Vec::new();
    for _ in 0..mib {
        eaten.push(black_box(vec![1; MIB]));
    }
    eaten.len()
}

fn recurse(depth: u64) -> u64 {
    if depth == 0 { 0 } else { black_box(recurse(black_box(depth - 1))) + 1 }
}

fn fill(mib: usize) -> Result<String> {
    let half = vec![1; MIB / 2];
    for part in 0..mib * 2 {
        kv::set(&format!("part {part}"), &half, None)?;
    }
    Ok(format!("{mib} MiB kept"))
}

fn timers_of(count: usize) -> Result<String> {
    for timer in 0..count {
        timers::set(&format!("timer {timer}"), 60_000, false)?;
    }
    Ok(format!("{count} timers"))
}

/// Sends, and tells status, headers and the beginning of the body.
fn fetch(request: http::Request) -> Result<String> {
    let response = request.send()?;
    let headers: Vec<_> =
        response.headers.iter().map(|pair| format!("{}={}", pair.name, pair.value)).collect();
    let headers = headers.join(";");
    let mut body = Vec::new();
    while let Some(part) = response.read(READ_BYTES)? {
        body.extend_from_slice(&part);
        if body.len() > KEPT_TEXT_MAX_BYTES {
            break;
        }
    }
    let told = format!("{} {headers} {}", response.status, String::from_utf8_lossy(&body));
    // Whoever reads the log should find no secret there either.
    log::info(&told);
    Ok(told)
}

fn read(url: &str, mib: usize) -> Result<String> {
    let response = http::Request::get(url).send()?;
    let mut bytes = 0;
    while bytes < mib * MIB {
        match response.read(READ_BYTES)? {
            Some(part) => bytes += part.len(),
            None => return Err(Failure::Invalid(format!("it ended after {bytes}"))),
        }
    }
    Ok(format!("{mib} MiB read"))
}

fn hoard(url: &str, count: usize) -> Result<String> {
    let mut open = Vec::new();
    for _ in 0..count {
        open.push(http::Request::get(url).send()?);
    }
    Ok(format!("{} open", open.len()))
}

thread_local! {
    /// A stream between two calls.
    static KEPT: RefCell<Option<Stream>> = const { RefCell::new(None) };
}

fn open(words: &[&str]) -> Result<Stream> {
    let &[_, security, host, port, ..] = words else { return Err(Failure::Unsupported) };
    let security = match security {
        "plain" => Security::Plain,
        "tls" => Security::Tls,
        _ => Security::Starttls,
    };
    Ok(Stream::connect(host, port.parse().map_err(Failure::invalid)?, security)?)
}

/// Takes the steps on a stream, and tells what came of each.
fn converse(mut stream: Stream, steps: &[&str]) -> Result<String> {
    let mut told = Vec::new();
    for step in steps {
        let (verb, object) = step.split_once(':').unwrap_or((step, ""));
        let done = match verb {
            "say" => stream
                .send(format!("{}\r\n", object.replace('_', " ")).as_bytes())
                .map(|()| "said".to_owned()),
            "read" => stream.receive(object.parse().unwrap_or(READ_BYTES)).map(heard),
            "wait" => {
                stream.set_wait_ms(object.parse().unwrap_or(0));
                Ok("waits".to_owned())
            }
            "tls" => stream.upgrade_tls().map(|()| "secured".to_owned()),
            "login" => stream.send_login(Sasl::Plain, "me", object, "AUTH ").map(|()| "sent".to_owned()),
            "flood" => Ok(flood(&stream, object.parse().unwrap_or(1))?),
            "panic" => panic!("{}", step),
            _ => Ok("nothing".to_owned()),
        };
        told.push(done.unwrap_or_else(|trouble| format!("{trouble:?}")));
    }
    let told = told.join("|");
    log::info(&told);
    Ok(told)
}

fn heard(piece: Option<Vec<u8>>) -> String {
    piece.map_or("end".to_owned(), |piece| String::from_utf8_lossy(&piece).trim_end().replace("\r\n", "/"))
}

fn flood(stream: &Stream, mib: usize) -> Result<String, Trouble> {
    let mut bytes = 0;
    while bytes < mib * MIB {
        bytes += stream.receive(READ_BYTES)?.map_or(mib * MIB, |piece| piece.len());
    }
    Ok(format!("{mib} MiB read"))
}
