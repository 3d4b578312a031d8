//! The widget in a real browser: headless Chromium, driven through chromedriver, against the plugin behind the real gateway.
//!
//! Needs `chromium` and `chromedriver`, as the desk's end-to-end tests do.

mod driver;
mod stand_in;
mod wire;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use driver::Browser;
use plugin_kit::channel::{Item, ReceiptState};
use serde_json::{Value, json};
use stand_in::{Running, SLUG};
use wire::Wire;

/// Longest that anything may take to show.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// Reads the widget as a person would: rows with their text, the state under the last of one's own.
const READ: &str = r"
    const root = document.querySelector('switchboard-chat')?.shadowRoot;
    const frame = root?.querySelector('.frame');
    if (!frame) return { state: 'none', rows: [] };
    const shown = (it) => it && !it.hidden && !it.closest('[hidden]');
    return {
        state: frame.dataset.state,
        open: shown(root.querySelector('.panel')),
        rows: [...root.querySelectorAll('.row')].filter(shown)
            .map((row) => (row.classList.contains('mine') ? '> ' : '< ') + [...row.querySelectorAll('.bubble p')].map((p) => p.textContent).join(' ')),
        states: [...root.querySelectorAll('.state')].map((it) => it.className.replace('state ', '')),
        badge: shown(root.querySelector('.badge')) ? root.querySelector('.badge').textContent : '',
        typing: Boolean(shown(root.querySelector('.typing'))),
        focus: root.activeElement?.tagName || '',
        inside: root.querySelectorAll('.bubble img, .bubble script, .bubble b, .bubble iframe').length,
        links: [...root.querySelectorAll('.bubble a')].map((a) => a.href),
    };";

struct Setup {
    desk: Running,
    wire: Wire,
    browser: Browser,
    items: Arc<Mutex<Vec<Item>>>,
}

impl Setup {
    async fn new(language: &str) -> Self {
        let items: Arc<Mutex<Vec<Item>>> = Arc::default();
        let kept = Arc::clone(&items);
        let told = move |item: &Item| kept.lock().unwrap_or_else(PoisonError::into_inner).push(item.clone());
        let desk = Running::start(0, told).await.expect("the stand-in starts");
        let wire = Wire::to(desk.addr()).await;
        let browser = Browser::start();
        browser.open(&format!("http://{}/c/{SLUG}/?lang={language}", wire.addr()));
        Self { desk, wire, browser, items }
    }

    fn say(&self, line: &str) {
        assert!((self.desk.lines())(line));
    }

    fn read(&self) -> Value {
        self.browser.run(READ, &json!([]))
    }

    /// Waits until the widget looks as wished.
    fn until(&self, what: &str, wished: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let seen = self.read();
            if wished(&seen) {
                return seen;
            }
            assert!(begun.elapsed() < PATIENCE, "{what}: {seen:#}");
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn until_row(&self, row: &str) -> Value {
        self.until(row, |seen| rows(seen).iter().any(|shown| shown == row))
    }

    fn click(&self, selector: &str) {
        self.browser.click(&self.browser.inside(selector));
    }

    fn write(&self, text: &str) {
        self.browser.keys(&self.browser.inside("textarea"), text);
    }

    fn told(&self) -> Vec<Item> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn until_told(&self, what: &str, wished: impl Fn(&Item) -> bool) {
        let begun = Instant::now();
        while !self.told().iter().any(&wished) {
            assert!(begun.elapsed() < PATIENCE, "{what}");
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Messages as the desk keeps them: each remote id once, in the order of the first telling.
    fn messages(&self) -> Vec<(String, String)> {
        let mut kept: Vec<(String, String)> = Vec::new();
        for item in self.told() {
            if let Item::Message(message) = item
                && !kept.iter().any(|(id, _)| *id == message.remote_id)
            {
                kept.push((message.remote_id, message.text));
            }
        }
        kept
    }

    async fn end(self) {
        self.say("quit");
        drop(self.browser);
        self.desk.end().await.expect("the stand-in ends");
    }
}

fn rows(seen: &Value) -> Vec<String> {
    let rows = seen["rows"].as_array().expect("rows");
    rows.iter().filter_map(|row| row.as_str().map(str::to_owned)).collect()
}

fn is_receipt(item: &Item, seq: &str, state: ReceiptState) -> bool {
    matches!(item, Item::Receipt(receipt) if receipt.state == state && receipt.remote_id.ends_with(seq))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_and_its_receipts_survive_a_reload() {
    let setup = Setup::new("zh").await;
    setup.until("the widget loads", |seen| seen["state"] == "idle");
    setup.click(".launcher");
    let open = setup.until("it connects", |seen| seen["state"] == "online");
    assert_eq!(open["focus"], "TEXTAREA", "the composer has the focus");
    setup.write("热水器显示 E4\u{e007}");
    setup.until("it is delivered", |seen| seen["states"] == json!(["sent"]));
    assert_eq!(setup.messages()[0].1, "热水器显示 E4");
    setup.until_told("typing reaches the desk", |item| matches!(item, Item::Typing(typing) if typing.active));

    setup.say("seen");
    setup.until("the agent has read it", |seen| seen["states"] == json!(["seen"]));
    setup.say("type");
    setup.until("the agent types", |seen| seen["typing"] == true);
    setup.say("say 您好");
    let answered = setup.until_row("< 您好");
    assert_eq!(answered["typing"], false);
    setup.until_told("it arrived", |item| is_receipt(item, "#2", ReceiptState::Delivered));
    setup.until_told("it was read", |item| is_receipt(item, "#2", ReceiptState::Read));

    setup.write("\u{e00c}");
    setup.until("Escape closes", |seen| seen["open"] == false);
    setup.say("say 还在吗");
    setup.until("a badge counts", |seen| seen["badge"] == "1");
    setup.until_told("it arrived closed", |item| is_receipt(item, "#3", ReceiptState::Delivered));
    assert!(
        !setup.told().iter().any(|item| is_receipt(item, "#3", ReceiptState::Read)),
        "nobody has seen it"
    );

    setup.browser.reload();
    setup.until("the badge is still there", |seen| seen["badge"] == "1" && seen["state"] == "online");
    setup.click(".launcher");
    let again = setup.until_row("< 还在吗");
    assert_eq!(rows(&again)[1..], ["> 热水器显示 E4", "< 您好", "< 还在吗"]);
    setup.until_told("now it was read", |item| is_receipt(item, "#3", ReceiptState::Read));
    setup.write("在\u{e007}");
    setup.until_row("> 在");
    let visitors: std::collections::BTreeSet<String> =
        setup.messages().iter().filter_map(|(id, _)| Some(id.split_once(':')?.0.to_owned())).collect();
    assert_eq!(visitors.len(), 1, "the same visitor after the reload");
    setup.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_network_loses_and_repeats_nothing() {
    let setup = Setup::new("en").await;
    setup.until("the widget loads", |seen| seen["state"] == "idle");
    setup.click(".launcher");
    setup.until("it connects", |seen| seen["state"] == "online");
    let (mut mine, mut theirs) = (vec!["m0".to_owned()], Vec::new());
    setup.write("m0\u{e007}");
    setup.until_row("> m0");
    let mut random = plugin_kit::desk::random::Seeded::new(20_261_124);
    for step in 1..=40 {
        match random.between(0, 9) {
            0..=3 => {
                mine.push(format!("m{step}"));
                setup.write(&format!("m{step}\u{e007}"));
            }
            4..=7 => {
                theirs.push(format!("a{step}"));
                setup.say(&format!("say a{step}"));
            }
            8 => setup.wire.cut(),
            // Requests arrive, their answers do not.
            _ => setup.wire.swallow_answers(),
        }
        if random.percent(30) {
            setup.wire.restore();
        }
        if step == 20 {
            setup.wire.restore();
            setup.browser.reload();
            setup.until("it is back", |seen| seen["open"] == true);
        }
    }
    setup.wire.restore();
    let all = mine.len() + theirs.len();
    let of = |seen: &Value, mark: &str| -> Vec<String> {
        rows(seen).iter().filter_map(|row| row.strip_prefix(mark)).map(str::to_owned).collect()
    };
    let seen = setup.until("everything arrives", |seen| {
        let unsent = seen["states"]
            .as_array()
            .is_some_and(|states| states.iter().any(|it| it != "sent" && it != "seen"));
        !unsent && of(seen, "> ").len() + of(seen, "< ").len() > all
    });
    assert_eq!(of(&seen, "> "), mine);
    assert_eq!(of(&seen, "< ")[1..], theirs, "after the welcome");
    let kept: Vec<String> = setup.messages().into_iter().map(|(_, text)| text).collect();
    assert_eq!(kept, mine, "the desk");
    setup.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_inert_and_composing_sends_nothing() {
    let setup = Setup::new("en").await;
    setup.until("the widget loads", |seen| seen["state"] == "idle");
    setup.click(".launcher");
    setup.until("it connects", |seen| seen["state"] == "online");
    setup.write("hi\u{e007}");
    setup.until_row("> hi");
    setup.say("say <img src=x onerror=\"window.hit=1\"><script>window.hit=2</script> \u{202e}gpj.exe javascript:alert(1)");
    setup.say("say see https://example.com/a?b=1, or https://user@evil.example/");
    let seen = setup.until_row("< see https://example.com/a?b=1, or https://user@evil.example/");
    assert_eq!(seen["inside"], 0);
    assert_eq!(seen["links"], json!(["https://example.com/a?b=1"]));
    let shown = rows(&seen).join("\n");
    assert!(shown.contains("<img src=x onerror") && shown.contains("\u{25a1}gpj.exe"), "{shown}");
    assert_eq!(setup.browser.run("return window.hit ?? null", &json!([])), Value::Null);

    setup.write("ni hao");
    let composing = r"
        const input = arguments[0];
        for (const more of [{ isComposing: true }, { keyCode: 229 }]) {
            input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...more }));
        }
        return input.value;";
    let input = setup.browser.inside("textarea");
    assert_eq!(setup.browser.run(composing, &json!([input])), "ni hao");
    setup.write("\u{e007}");
    setup.until_row("> ni hao");
    assert_eq!(setup.messages().len(), 2);
    setup.end().await;
}
