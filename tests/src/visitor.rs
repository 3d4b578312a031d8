//! The customer's side: a real browser with the web-chat widget, and the same requests by hand.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    http::{self, Answer},
    screen::Running,
    wait::until,
};

/// The key under which `WebDriver` names elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// `WebDriver`'s name for the Enter key.
const ENTER: &str = "\u{e007}";

/// Reads the widget as a person would: what stands in it, who wrote it, how far one's own messages have come.
const READ: &str = r"
    const root = document.querySelector('switchboard-chat')?.shadowRoot;
    const frame = root?.querySelector('.frame');
    if (!frame) return { state: 'none', rows: [], states: [] };
    const shown = (it) => it && !it.hidden && !it.closest('[hidden]');
    return {
        state: frame.dataset.state,
        rows: [...root.querySelectorAll('.row')].filter(shown)
            .filter((row) => row.querySelector('.bubble p'))
            .map((row) => [row.classList.contains('mine') ? 'mine' : 'theirs',
                [...row.querySelectorAll('.bubble p')].map((p) => p.textContent).join('\n')]),
        pictures: [...root.querySelectorAll('.row.theirs img')]
            .filter((image) => shown(image) && image.complete && image.naturalWidth > 0)
            .map((image) => [image.naturalWidth, image.naturalHeight]),
        typing: Boolean(shown(root.querySelector('.typing'))),
        states: [...root.querySelectorAll('.state')].map((it) => it.className.replace('state ', '')),
    };";

/// What the widget shows.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// `idle`, `connecting`, `online` or `offline`.
    pub state: String,
    /// Bubbles from the top: whether they are the visitor's own, and their text.
    pub bubbles: Vec<(bool, String)>,
    /// States written under the visitor's own bubbles.
    pub states: Vec<String>,
    /// Widths and heights of pictures from the other side, once the browser has drawn them.
    pub pictures: Vec<(u64, u64)>,
    /// Whether it says that the other side is typing.
    pub typing: bool,
}

impl Seen {
    /// Texts of the visitor's own bubbles, or of the other side's.
    pub fn texts(&self, mine: bool) -> Vec<&str> {
        self.bubbles.iter().filter(|(own, _)| *own == mine).map(|(_, text)| text.as_str()).collect()
    }
}

/// A headless browser with an empty profile.
pub struct Browser {
    _driver: Running,
    profile: TempDir,
    address: SocketAddr,
    session: String,
}

impl Browser {
    /// Starts chromedriver on a port of its choice, and a browser with it.
    pub fn start() -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let mut driver = Running::start(
            Command::new("chromedriver")
                .args(["--port=0", "--log-level=SEVERE"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
            "Debian package chromium-driver",
        )?;
        let said = BufReader::new(driver.child().stdout.take().context("chromedriver's output")?);
        let port = said.lines().map_while(Result::ok).find_map(|line| {
            let rest = line.strip_suffix('.')?.rsplit_once("started successfully on port ")?.1;
            rest.parse::<u16>().ok()
        });
        let address = SocketAddr::from(([127, 0, 0, 1], port.context("chromedriver did not say its port")?));
        let mut browser = Self { _driver: driver, profile, address, session: String::new() };
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-proxy-server",
            "--window-size=1200,900",
            &format!("--user-data-dir={}", browser.profile.path().display()),
        ];
        let wish = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": { "args": arguments },
        } } });
        let answer = browser.call("POST", "/session", &wish).context("chromium (Debian package chromium)")?;
        answer["sessionId"].as_str().context("a session")?.clone_into(&mut browser.session);
        Ok(browser)
    }

    /// Opens a desk's chat page and its widget, and waits until it is connected.
    pub fn open_chat(&self, desk: SocketAddr) -> Result<()> {
        let page = json!({ "url": format!("http://{desk}/c/webchat/") });
        self.command("POST", "/url", &page)?;
        until("the widget loads", || Ok((self.seen()?.state != "none").then_some(())))?;
        self.click(".launcher")?;
        until("the widget connects", || Ok((self.seen()?.state == "online").then_some(())))
    }

    /// Writes a message as a person would, and sends it with Enter.
    pub fn say(&self, text: &str) -> Result<()> {
        let element = self.inside("textarea")?;
        self.command(
            "POST",
            &format!("/element/{element}/value"),
            &json!({ "text": format!("{text}{ENTER}") }),
        )
        .map(drop)
    }

    /// What the widget shows now.
    pub fn seen(&self) -> Result<Seen> {
        let seen = self.run(READ, &json!([]))?;
        let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |name: &str| seen[name].as_array().cloned().unwrap_or_default();
        Ok(Seen {
            state: words(&seen["state"]),
            bubbles: list("rows").iter().map(|row| (row[0] == "mine", words(&row[1]))).collect(),
            states: list("states").iter().map(words).collect(),
            pictures: list("pictures")
                .iter()
                .map(|size| (size[0].as_u64().unwrap_or_default(), size[1].as_u64().unwrap_or_default()))
                .collect(),
            typing: seen["typing"] == true,
        })
    }

    /// Waits until the widget shows something.
    pub fn until(&self, what: &str, wished: impl Fn(&Seen) -> bool) -> Result<Seen> {
        let mut last = Seen::default();
        let found = until(what, || {
            last = self.seen()?;
            Ok(wished(&last).then(|| last.clone()))
        });
        found.with_context(|| format!("the widget showed {last:?}"))
    }

    /// Cuts the browser's network, or restores it.
    pub fn set_offline(&self, offline: bool) -> Result<()> {
        self.cdp("Network.enable", &json!({}))?;
        let conditions =
            json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.cdp("Network.emulateNetworkConditions", &conditions).map(drop)
    }

    /// Runs a script and gives what it returns.
    pub fn run(&self, script: &str, arguments: &Value) -> Result<Value> {
        self.command("POST", "/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    fn cdp(&self, command: &str, parameters: &Value) -> Result<Value> {
        self.command("POST", "/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    fn click(&self, selector: &str) -> Result<()> {
        let element = self.inside(selector)?;
        self.command("POST", &format!("/element/{element}/click"), &json!({})).map(drop)
    }

    /// The name of an element inside the widget.
    fn inside(&self, selector: &str) -> Result<String> {
        let script =
            "return document.querySelector('switchboard-chat').shadowRoot.querySelector(arguments[0])";
        let found = self.run(script, &json!([selector]))?;
        Ok(found[ELEMENT].as_str().with_context(|| format!("{selector} is not in the widget"))?.to_owned())
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        self.call(method, &format!("/session/{}{path}", self.session), body)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let headers = [("content-type", "application/json")];
        let answer = http::ask(self.address, method, path, &headers, body.as_bytes())?.json()?;
        ensure!(answer["value"]["error"].is_null(), "{method} {path}: {}", answer["value"]);
        Ok(answer["value"].clone())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser in good order; killing the driver alone would leave it behind.
        let _ended = self.command("DELETE", "", &Value::Null);
    }
}

/// A visitor without a browser: the widget's requests by hand.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The desk.
    pub desk: SocketAddr,
    /// The id the desk gave.
    pub visitor: String,
    /// The code that proves it.
    pub token: String,
}

impl Caller {
    /// Somebody new.
    pub fn new(desk: SocketAddr) -> Result<Self> {
        let answer = post(desk, "hello", None, br#"{"language":"zh"}"#)?;
        ensure!(answer.status == 200, "hello: {}", answer.status);
        let welcome = answer.json()?;
        let text = |name: &str| welcome[name].as_str().map(str::to_owned).with_context(|| name.to_owned());
        Ok(Self { desk, visitor: text("visitor")?, token: text("token")? })
    }

    /// What proves the visitor, as it stands behind `Bearer`.
    pub fn credential(&self) -> String {
        format!("{}.{}", self.visitor, self.token)
    }

    /// Sends a message under an id of the visitor's own.
    pub fn say(&self, id: &str, text: &str) -> Result<Answer> {
        let body = json!({ "id": id, "text": text }).to_string();
        post(self.desk, "messages", Some(&self.credential()), body.as_bytes())
    }

    /// The log as the widget fetches it.
    pub fn log(&self) -> Result<Vec<Value>> {
        let credential = format!("Bearer {}", self.credential());
        let path = "/c/webchat/hook/messages?after=0";
        let answer = http::ask(self.desk, "GET", path, &[("authorization", &credential)], &[])?;
        ensure!(answer.status == 200, "log: {}", answer.status);
        Ok(answer.json()?["entries"].as_array().cloned().unwrap_or_default())
    }
}

/// Posts bytes to one of the widget's addresses.
pub fn post(desk: SocketAddr, path: &str, credential: Option<&str>, body: &[u8]) -> Result<Answer> {
    post_to(desk, "webchat", path, credential, body)
}

/// The same for another account of the web chat, by its name in addresses.
pub fn post_to(
    desk: SocketAddr,
    account: &str,
    path: &str,
    credential: Option<&str>,
    body: &[u8],
) -> Result<Answer> {
    let bearer = credential.map(|credential| format!("Bearer {credential}"));
    let mut headers = vec![("content-type", "application/json")];
    if let Some(bearer) = &bearer {
        headers.push(("authorization", bearer));
    }
    http::ask(desk, "POST", &format!("/c/{account}/hook/{path}"), &headers, body)
}
