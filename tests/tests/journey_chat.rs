//! A customer's chat from end to end: real Chromium on one side, the desk's real window on the other, typed into with
//! keys. What the customer says comes from outside the test (`SWITCHBOARD_SAYS`, else words drawn when it runs).
//!
//! Pictures of both moments that matter are left in `target/journey`.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context as _, Result, ensure};
use switchboard_tests::{
    desk::{Desk, Place, Wish, workspace},
    screen::Screen,
    visitor::Browser,
    wait::until,
    words::{Seeded, from_outside},
};

/// A browser and a window at a time are enough for two cores.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Both sides of one conversation, and what each has said so far.
struct Journey {
    place: Place,
    screen: Screen,
    browser: Browser,
    random: Seeded,
    customer: Vec<String>,
    agent: Vec<String>,
    _alone: MutexGuard<'static, ()>,
}

impl Journey {
    /// The desk opens, the customer writes first, the agent opens the conversation with keys.
    fn begin() -> Result<(Self, Desk)> {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let place = Place::new(Wish::default())?;
        let screen = Screen::start(1440, 900)?;
        let desk = place.window(&screen)?;
        let browser = Browser::start()?;
        browser.open_chat(desk.address)?;
        let random = Seeded::by_chance();
        let (customer, agent) = (Vec::new(), Vec::new());
        let mut journey = Self { place, screen, browser, random, customer, agent, _alone: alone };
        let first = from_outside();
        journey.customer_says(&first)?;
        journey.kept(true)?;
        journey.open()?;
        Ok((journey, desk))
    }

    /// Alt+J goes to the next conversation, Alt+I into the composer; the desk keeps that the agent has seen it.
    fn open(&self) -> Result<()> {
        self.screen.focus_window()?;
        self.screen.keys(&["alt+j", "alt+i"])?;
        until("the agent has seen it", || {
            Ok(self.place.journal()?.events.iter().any(|event| event["kind"] == "seen").then_some(()))
        })
    }

    fn customer_says(&mut self, text: &str) -> Result<()> {
        self.customer.push(text.to_owned());
        self.browser.say(text)
    }

    /// Types into the composer and waits until the draft is stored, which is what survives a crash.
    fn agent_types(&self, text: &str) -> Result<()> {
        // A keyboard has no keys for Chinese; that is pasted here, and typed in the input method's own test.
        if text.is_ascii() {
            self.screen.write(text)?;
        } else {
            self.screen.paste(text)?;
        }
        let stored = until("the draft is stored", || {
            Ok(self.place.drafts()?.values().any(|draft| draft.ends_with(text)).then_some(()))
        });
        stored.with_context(|| format!("{text:?} was typed, stored is {:?}", self.place.drafts()))
    }

    fn agent_sends(&mut self, text: &str) -> Result<()> {
        self.agent_types(text)?;
        self.agent.push(text.to_owned());
        self.screen.keys(&["Return"])?;
        self.kept(false)
    }

    /// Waits until the journal has what one side has said: all of it, once, in order.
    fn kept(&self, customer: bool) -> Result<()> {
        let said = if customer { &self.customer } else { &self.agent };
        let mut last = Vec::new();
        let kept = until("the journal has it", || {
            last = self.place.journal()?.texts(customer);
            Ok((last == *said).then_some(()))
        });
        kept.with_context(|| format!("said {said:?}, kept {last:?}"))
    }

    /// Waits until a reply has reached a state.
    fn reached(&self, text: &str, state: &str) -> Result<()> {
        until(&format!("{text:?} is {state}"), || {
            Ok(self.place.journal()?.deliveries(text).iter().any(|it| it == state).then_some(()))
        })
    }

    /// Waits until both sides have everything, once and in order, and the customer has read it.
    fn complete(&self) -> Result<()> {
        let shown = self.browser.until("both sides are complete", |seen| {
            let (mine, theirs) = (seen.texts(true), seen.texts(false));
            // The first bubble of the other side is the welcome.
            seen.state == "online"
                && mine.len() >= self.customer.len()
                && theirs.len() > self.agent.len()
                && seen.states.iter().all(|state| state == "sent" || state == "seen")
        })?;
        ensure!(shown.texts(true) == self.customer, "the customer's own: {shown:?}");
        ensure!(shown.texts(false)[1..] == self.agent, "the agent's: {shown:?}");
        self.kept(true)?;
        self.kept(false)?;
        self.agent.iter().try_for_each(|text| self.reached(text, "read"))
    }

    /// Ends the desk and reads the journal with the desk's own tools.
    fn verify(&self, desk: Desk) -> Result<()> {
        desk.kill()?;
        let said = self.place.verify()?;
        ensure!(said.contains("the journal holds"), "{said}");
        let journal = self.place.export()?;
        ensure!(journal.texts(true) == self.customer, "exported: {:?}", journal.texts(true));
        ensure!(journal.texts(false) == self.agent, "exported: {:?}", journal.texts(false));
        for text in &self.agent {
            let last = journal.deliveries(text).pop();
            ensure!(last.as_deref() == Some("read"), "{text:?} ended as {last:?}");
        }
        Ok(())
    }

    fn picture(&self, name: &str) -> Result<()> {
        let folder: PathBuf = workspace().join("target/journey");
        std::fs::create_dir_all(&folder)?;
        self.screen.save(&folder.join(format!("{name}.png")))
    }

    /// Keeps a picture of what went wrong.
    fn looked_at(&self, name: &str, result: Result<()>) -> Result<()> {
        if result.is_err() {
            self.picture(&format!("{name}-failed"))?;
        }
        result
    }
}

#[test]
fn a_customer_is_answered_and_the_desk_knows_it_was_read() -> Result<()> {
    let (mut journey, desk) = Journey::begin()?;
    let answered = (|| {
        let plain = journey.random.plain_sentence();
        journey.agent_types(&plain)?;
        journey.browser.until("the widget says that the agent types", |seen| seen.typing)?;
        journey.agent.push(plain);
        journey.screen.keys(&["Return"])?;
        journey.kept(false)?;
        journey.browser.until("the sign of typing goes when the answer comes", |seen| !seen.typing)?;
        let chinese = journey.random.chinese_sentence();
        journey.agent_sends(&chinese)?;
        let again = journey.random.sentence();
        journey.customer_says(&again)?;
        journey.complete()?;
        journey.picture("answered")
    })();
    journey.looked_at("answered", answered)?;
    journey.verify(desk)
}

#[test]
fn a_pasted_picture_reaches_the_customer() -> Result<()> {
    let (mut journey, desk) = Journey::begin()?;
    let shown = (|| {
        // Of a size that no icon of the page has, so that it can be no other picture.
        let size = (200 + journey.random.below(200) as u32, 100 + journey.random.below(90) as u32);
        let picture = image::RgbImage::from_fn(size.0, size.1, |x, y| image::Rgb([x as u8, y as u8, 90]));
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, image::ImageFormat::Png)?;
        journey.screen.paste_png(png.get_ref())?;
        until("the picture is kept with the draft", || {
            Ok(std::fs::read_dir(journey.place.data().join("files"))?.next().map(drop))
        })?;
        journey.picture("pasted")?;
        let words = journey.random.plain_sentence();
        journey.agent_sends(&words)?;
        let wished = (u64::from(size.0), u64::from(size.1));
        journey.browser.until("the picture is drawn", |seen| seen.pictures == [wished])?;
        journey.complete()?;
        journey.picture("picture-sent")
    })();
    journey.looked_at("pasted", shown)?;
    journey.verify(desk)
}

#[test]
fn a_cut_network_loses_and_repeats_nothing() -> Result<()> {
    let (mut journey, desk) = Journey::begin()?;
    let survived = (|| {
        journey.browser.set_offline(true)?;
        journey.browser.until("the widget says that it is offline", |seen| seen.state == "offline")?;
        let mut unseen = Vec::new();
        for _ in 0..3 {
            let (question, answer) = (journey.random.sentence(), journey.random.plain_sentence());
            journey.customer_says(&question)?;
            journey.agent_sends(&answer)?;
            journey.reached(&answer, "sent")?;
            unseen.push(answer);
        }
        let journal = journey.place.journal()?;
        ensure!(journal.texts(true).len() == 1, "nothing came through: {:?}", journal.texts(true));
        for answer in &unseen {
            let states = journal.deliveries(answer);
            ensure!(!states.iter().any(|it| it == "delivered" || it == "read"), "{answer:?}: {states:?}");
        }
        journey.picture("cut")?;
        journey.browser.set_offline(false)?;
        journey.complete()?;
        journey.picture("restored")
    })();
    journey.looked_at("cut", survived)?;
    journey.verify(desk)
}

#[test]
fn a_killed_desk_loses_and_repeats_nothing() -> Result<()> {
    let (mut journey, desk) = Journey::begin()?;
    let begun = journey.random.plain_sentence();
    let survived = (|| {
        let sent = journey.random.plain_sentence();
        journey.agent_sends(&sent)?;
        journey.agent_types(&begun)
    })();
    journey.looked_at("before-kill", survived)?;
    desk.kill()?;
    journey.browser.until("the widget notices", |seen| seen.state == "offline")?;
    let meanwhile = journey.random.sentence();
    journey.customer_says(&meanwhile)?;

    let desk = journey.place.window(&journey.screen)?;
    let survived = (|| {
        ensure!(
            journey.place.drafts()?.values().any(|draft| *draft == begun),
            "the draft is gone: {:?}",
            journey.place.drafts()?
        );
        journey.kept(true)?;
        journey.screen.keys(&["alt+j", "alt+i"])?;
        journey.picture("restarted")?;
        // The draft stands in the window, not only in the data: what is sent is the draft and what was added to it.
        let end = journey.random.plain_sentence();
        journey.agent_types(&format!(" {end}"))?;
        journey.agent.push(format!("{begun} {end}"));
        journey.screen.keys(&["Return"])?;
        journey.kept(false)?;
        journey.complete()
    })();
    journey.looked_at("restarted", survived)?;
    journey.verify(desk)
}
