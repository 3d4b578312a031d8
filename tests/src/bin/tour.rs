//! `tour --out DIR`: drives the real desk through the journeys on a virtual display, with keys, and writes one picture
//! a step: Chinese and English, light and dark.
//!
//! A customer in a real browser takes part; the tour fails where the answer does not reach the browser and come back read.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail, ensure};
use switchboard_tests::{
    desk::{Place, Wish},
    screen::Screen,
    visitor::Browser,
    wait::until,
};

/// The size of the display; the window fills it.
const SCREEN: (u32, u32) = (1440, 900);

/// What is said and searched for in one language.
struct Words {
    language: &'static str,
    question: &'static str,
    answer: &'static str,
    search: &'static str,
    palette: &'static str,
}

const LANGUAGES: [Words; 2] = [
    Words {
        language: "zh-CN",
        question: "热水器显示 E4，点不着火，家里有老人，今天能来修吗？",
        answer: "您好，别着急，先关机开窗通风，我马上帮您安排师傅上门。",
        search: "E4",
        palette: "gd",
    },
    Words {
        language: "en",
        question: "My water heater shows E4 and will not light. Can somebody come today?",
        answer: "Hello, please switch it off and open a window. I will book a visit for you right away.",
        search: "E4",
        palette: "ticket",
    },
];

fn main() -> ExitCode {
    match run() {
        Ok(pictures) => {
            println!("{pictures} pictures");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<usize> {
    let out = out()?;
    std::fs::create_dir_all(&out).with_context(|| format!("making {}", out.display()))?;
    let browser = Browser::start()?;
    let mut pictures = 0;
    for words in &LANGUAGES {
        for theme in ["light", "dark"] {
            let tour = Tour::begin(words, theme, &out, &browser)?;
            pictures += tour.go().with_context(|| format!("{} {theme}", words.language))?;
        }
    }
    Ok(pictures)
}

fn out() -> Result<PathBuf> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (Some("--out"), Some(folder), None) => Ok(PathBuf::from(folder)),
        _ => bail!("tour --out DIR"),
    }
}

/// One round through the desk, in one language and one theme.
struct Tour<'a> {
    words: &'a Words,
    theme: &'static str,
    out: &'a Path,
    browser: &'a Browser,
    place: Place,
    screen: Screen,
    steps: usize,
}

impl<'a> Tour<'a> {
    fn begin(words: &'a Words, theme: &'static str, out: &'a Path, browser: &'a Browser) -> Result<Self> {
        let place = Place::new(Wish { language: words.language, demo: true, ..Wish::default() })?;
        // The first start makes the data that the theme is written into.
        place.headless()?.kill()?;
        place.set("theme", theme)?;
        let screen = Screen::start(SCREEN.0, SCREEN.1)?;
        Ok(Self { words, theme, out, browser, place, screen, steps: 0 })
    }

    fn go(mut self) -> Result<usize> {
        let desk = self.place.window(&self.screen)?;
        self.picture("first-minute")?;
        self.press(&["alt+j"])?;
        self.picture("conversation")?;
        self.chat(desk.address)?;
        self.ticket()?;
        self.places()?;
        desk.kill()?;
        Ok(self.steps)
    }

    /// A customer writes in the browser, the agent finds and takes the conversation, answers, and sees it read.
    fn chat(&mut self, desk: std::net::SocketAddr) -> Result<()> {
        let (question, answer) = (self.words.question, self.words.answer);
        self.browser.open_chat(desk)?;
        self.browser.say(question)?;
        let name = until("the customer's message in the journal", || self.name_of_customer(question))?;
        self.press(&["ctrl+k"])?;
        // A visitor's name ends in a code that any keyboard can type.
        self.screen.write(name.rsplit(' ').next().unwrap_or(&name))?;
        self.picture("find-customer")?;
        self.press(&["Return", "alt+g", "alt+i"])?;
        self.picture("customer-writes")?;
        self.screen.paste(answer)?;
        until("the answer stands in the composer", || {
            Ok(self.place.drafts()?.values().any(|draft| draft == answer).then_some(()))
        })?;
        self.picture("answer")?;
        self.press(&["Return"])?;
        self.browser.until("the customer reads the answer", |seen| seen.texts(false).contains(&answer))?;
        until("the desk knows it was read", || {
            Ok(self.place.journal()?.deliveries(answer).iter().any(|state| state == "read").then_some(()))
        })?;
        self.picture("answer-read")
    }

    fn name_of_customer(&self, question: &str) -> Result<Option<String>> {
        let journal = self.place.journal()?;
        let asked = journal.events.iter().filter_map(|event| event["payload"].get("message-received"));
        let mut asked = asked.filter(|message| message["text"] == question);
        Ok(asked.next_back().and_then(|message| message["author"]["customer"].as_str()).map(str::to_owned))
    }

    /// The ticket form beside the conversation, half filled by what is known.
    fn ticket(&mut self) -> Result<()> {
        self.press(&["alt+n"])?;
        self.picture("ticket-form")?;
        self.press(&["alt+a"])?;
        self.picture("ticket-filled")
    }

    fn places(&mut self) -> Result<()> {
        self.press(&["ctrl+shift+k"])?;
        self.screen.write(self.words.search)?;
        self.picture("knowledge")?;
        for (key, name) in
            [("ctrl+2", "tickets"), ("ctrl+4", "quality"), ("ctrl+5", "plugins"), ("ctrl+6", "settings")]
        {
            self.press(&["Escape", key])?;
            self.picture(name)?;
        }
        self.press(&["ctrl+1", "ctrl+k"])?;
        self.screen.write(self.words.palette)?;
        self.picture("palette")
    }

    /// Presses keys one after the other, each once the window shows what the one before did, as a person does.
    fn press(&self, keys: &[&str]) -> Result<()> {
        for key in keys {
            self.screen.keys(&[key])?;
            self.screen.still_picture()?;
        }
        Ok(())
    }

    /// Writes a picture of this step.
    fn picture(&mut self, step: &str) -> Result<()> {
        self.steps += 1;
        let name = format!("{:02}-{step}-{}-{}.png", self.steps, self.words.language, self.theme);
        let picture = self.screen.still_picture()?;
        let first = picture.get_pixel(0, 0);
        ensure!(picture.pixels().any(|pixel| pixel != first), "{name} is empty");
        picture.save(self.out.join(&name)).with_context(|| format!("writing {name}"))?;
        println!("{name}");
        Ok(())
    }
}
