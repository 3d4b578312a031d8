//! A browser through `WebDriver`, spoken over plain HTTP.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

/// The key under which `WebDriver` names elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const TIMEOUT: Duration = Duration::from_mins(1);

/// A headless browser of its own; dropping it ends it.
pub struct Browser {
    driver: Child,
    addr: SocketAddr,
    session: String,
}

impl Browser {
    /// Starts chromedriver on a port of its choice, and a browser with it.
    pub fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed (Debian: chromium-driver)");
        let output = BufReader::new(driver.stdout.take().expect("piped"));
        let port = output.lines().map_while(Result::ok).find_map(|line| {
            let rest = line.strip_suffix('.')?.rsplit_once("started successfully on port ")?.1;
            rest.parse::<u16>().ok()
        });
        let addr = SocketAddr::from(([127, 0, 0, 1], port.expect("chromedriver says its port")));
        let mut browser = Self { driver, addr, session: String::new() };
        let wish = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1200,900"] },
        } } });
        let answer = browser.call("POST", "/session", Some(&wish));
        answer["sessionId"].as_str().expect("a session").clone_into(&mut browser.session);
        browser
    }

    /// Goes to an address.
    pub fn open(&self, url: &str) {
        self.command("POST", "/url", Some(&json!({ "url": url })));
    }

    /// Loads the page again.
    pub fn reload(&self) {
        self.command("POST", "/refresh", Some(&json!({})));
    }

    /// Runs a script and gives what it returns.
    pub fn run(&self, script: &str, arguments: &Value) -> Value {
        self.command("POST", "/execute/sync", Some(&json!({ "script": script, "args": arguments })))
    }

    /// An element inside the widget.
    pub fn inside(&self, selector: &str) -> Value {
        let found =
            "return document.querySelector('switchboard-chat').shadowRoot.querySelector(arguments[0])";
        let found = self.run(found, &json!([selector]));
        assert!(found[ELEMENT].is_string(), "{selector} is not there");
        found
    }

    /// Clicks as a person would.
    pub fn click(&self, element: &Value) {
        self.on(element, "click", &json!({}));
    }

    /// Types as a person would; keys without a character are those of `WebDriver`.
    pub fn keys(&self, element: &Value, text: &str) {
        self.on(element, "value", &json!({ "text": text }));
    }

    fn on(&self, element: &Value, what: &str, body: &Value) {
        let id = element[ELEMENT].as_str().expect("an element");
        self.command("POST", &format!("/element/{id}/{what}"), Some(body));
    }

    fn command(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        self.call(method, &format!("/session/{}{path}", self.session), body)
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(self.addr).expect("chromedriver listens");
        stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.addr,
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).expect("the request is written");
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).expect("an answer");
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut bytes = vec![0; length];
        answer.read_exact(&mut bytes).expect("the whole answer");
        let answer: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert!(answer["value"]["error"].is_null(), "{method} {path}: {}", answer["value"]);
        answer["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.command("DELETE", "", None);
        }
        // It ends its browsers with it.
        let _gone = self.driver.kill();
        let _reaped = self.driver.wait();
    }
}
