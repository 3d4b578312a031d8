//! The engine in this process with the real plugins: what a company sets up reaches them, and what they say and carry
//! reaches the agent and the visitor. The window and the browser have journeys of their own.

use std::{net::SocketAddr, path::Path, sync::Arc};

use anyhow::{Context as _, Result, ensure};
use engine::Engine;
use model::{
    ConversationId, PluginId,
    command::{AccountWish, Command, ConversationCommand, DeskCommand, FileBytes, PluginCommand},
    conversation::Delivery,
    field::{FieldValue, Origin, Values},
    port::Desk,
    proposal::{Change, WrapUp},
    view::{EntryKind, Thread, View},
};
use serde_json::Value;
use switchboard_tests::{
    http, in_process,
    visitor::{Caller, post_to},
    wait::until,
};

const WEBCHAT: &str = "webchat";

/// An engine with some of the plugins that come with the desk.
struct Running {
    engine: Engine,
    desk: Arc<dyn Desk>,
    address: SocketAddr,
}

impl Running {
    fn start(data: &Path, plugins: &[&str]) -> Result<Self> {
        let packages = plugins.iter().map(|name| in_process::built(name)).collect::<Result<_>>()?;
        let (engine, desk, address) = in_process::start(data, "zh-CN", packages)?;
        Ok(Self { engine, desk, address })
    }

    fn until<T>(&self, what: &str, look: impl Fn(&View) -> Option<T>) -> Result<T> {
        until(what, || Ok(look(&self.desk.view())))
    }

    fn send(&self, command: Command) -> Result<()> {
        self.desk.send(command).map_err(|_| anyhow::anyhow!("the engine's queue is full"))
    }

    fn to(&self, conversation: ConversationId, command: ConversationCommand) -> Result<()> {
        self.send(Command::Conversation(conversation, command))
    }

    /// Waits for the conversation that says this, and shows it.
    fn show(&self, preview: &str) -> Result<ConversationId> {
        let id = self.until("the conversation is in the queue", |view| {
            view.queue.iter().find(|row| row.preview == preview).map(|row| row.id)
        })?;
        self.to(id, ConversationCommand::Show)?;
        self.until_thread("the conversation is shown", id, |_| Some(()))?;
        Ok(id)
    }

    fn until_thread<T>(
        &self,
        what: &str,
        id: ConversationId,
        look: impl Fn(&Thread) -> Option<T>,
    ) -> Result<T> {
        self.until(what, |view| view.threads.get(&id).and_then(|thread| look(thread)))
    }

    fn account(&self, slug: &str) -> Option<model::event::Account> {
        let view = self.desk.view();
        let row = view.accounts.iter().find(|row| row.account.slug == slug);
        row.map(|row| row.account.clone())
    }

    fn notices(&self) -> Vec<String> {
        self.desk.view().notices.iter().map(|notice| notice.code.clone()).collect()
    }
}

fn value(text: &str) -> FieldValue {
    FieldValue { text: text.to_owned(), origin: Origin::Agent }
}

fn values(settings: &[(&str, &str)]) -> Values {
    settings.iter().map(|(name, text)| ((*name).to_owned(), value(text))).collect()
}

#[test]
fn what_is_set_about_a_plugin_works_at_once_and_after_a_restart() -> Result<()> {
    let data = tempfile::tempdir()?;
    let courtesy = PluginId::new("courtesy");
    let configure = |settings: &[(&str, &str)]| {
        Command::Plugin(courtesy.clone(), PluginCommand::Configure(values(settings)))
    };
    let set = |view: &View, name: &str| {
        let row = view.plugins.iter().find(|row| row.manifest.id == courtesy);
        row.and_then(|row| row.settings.get(name)).map(|value| value.text.clone())
    };
    let desk = Running::start(data.path(), &[WEBCHAT, "courtesy"])?;
    let default = set(&desk.desk.view(), "silence_min");
    ensure!(default.as_deref() == Some("3"), "defaults are shown: {default:?}");

    // What does not fit is refused by name, and changes nothing.
    desk.send(configure(&[("silence_min", "soon")]))?;
    desk.until("the refusal is told", |_| desk.notices().contains(&"setting".to_owned()).then_some(()))?;
    ensure!(set(&desk.desk.view(), "silence_min").as_deref() == Some("3"));

    // A word of the company's own is found as soon as it is set.
    let visitor = Caller::new(desk.address)?;
    visitor.say("m-0000000001", "你们的师傅什么时候来？")?;
    let id = desk.show("你们的师傅什么时候来？")?;
    let reply =
        |text: &str| ConversationCommand::Reply { text: text.to_owned(), files: Vec::new(), from: None };
    let finding_of = |thread: &Thread| {
        thread.entries.iter().find_map(|entry| match &entry.kind {
            EntryKind::Finding { finding, .. } if finding.criterion == "words" => Some(finding.title.clone()),
            _ => None,
        })
    };
    desk.send(configure(&[("silence_min", "5"), ("words", "顶格处理")]))?;
    desk.until("the settings are shown", |view| (set(view, "silence_min")? == "5").then_some(()))?;
    desk.to(id, reply("您好，这件事我们顶格处理。"))?;
    desk.until_thread("the word is found", id, finding_of)?;

    desk.engine.stop();
    let desk = Running::start(data.path(), &[WEBCHAT, "courtesy"])?;
    ensure!(set(&desk.desk.view(), "words").as_deref() == Some("顶格处理"), "it is kept over a restart");
    let visitor = Caller::new(desk.address)?;
    visitor.say("m-0000000002", "还有人吗")?;
    let id = desk.show("还有人吗")?;
    desk.to(id, reply("在的，顶格处理。"))?;
    desk.until_thread("the word is found again", id, finding_of)?;
    desk.engine.stop();
    Ok(())
}

#[test]
fn accounts_are_added_renamed_paused_and_removed() -> Result<()> {
    let data = tempfile::tempdir()?;
    let desk = Running::start(data.path(), &[WEBCHAT])?;
    let wish = |title: &str, settings: &[(&str, &str)]| AccountWish {
        title: title.to_owned(),
        skill: "gas".to_owned(),
        settings: values(settings),
    };
    let add = |wish| Command::Desk(DeskCommand::AddAccount { plugin: PluginId::new(WEBCHAT), wish });
    desk.send(add(wish("门店", &[("no-such", "x")])))?;
    desk.until("an unknown setting is refused", |_| {
        desk.notices().contains(&"setting".to_owned()).then_some(())
    })?;
    desk.send(add(wish("门店", &[("title_zh", "门店咨询")])))?;
    let account = desk.until("the second account is there", |_| desk.account("webchat-2"))?;
    ensure!((account.title.as_str(), account.skill.as_str()) == ("门店", "gas"), "{account:?}");

    // Its own page takes visitors, and its own title is what they see.
    let hello = |code: u16| {
        until("the account answers as it should", || {
            let answer = post_to(desk.address, "webchat-2", "hello", None, br#"{"language":"zh"}"#)?;
            Ok((answer.status == code).then_some(answer))
        })
    };
    let welcome = hello(200)?.json()?.to_string();
    ensure!(welcome.contains("门店咨询"), "{welcome}");
    let change = |wish| Command::Desk(DeskCommand::ChangeAccount(account.id, wish));
    desk.send(change(wish("旗舰店", &[("title_zh", "旗舰店咨询")])))?;
    desk.until("it has its new name", |_| {
        desk.account("webchat-2").filter(|account| account.title == "旗舰店")
    })?;
    until("visitors see the new title", || {
        let welcome = hello(200)?.json()?.to_string();
        Ok(welcome.contains("旗舰店咨询").then_some(()))
    })?;

    let visitor: Value = hello(200)?.json()?;
    let text = |name: &str| visitor[name].as_str().unwrap_or_default().to_owned();
    let credential = format!("{}.{}", text("visitor"), text("token"));
    let say = |id: &str, words: &str| {
        let body = serde_json::json!({ "id": id, "text": words }).to_string();
        post_to(desk.address, "webchat-2", "messages", Some(&credential), body.as_bytes())
    };
    ensure!(say("m-0000000001", "旗舰店还有货吗")?.status == 200);
    let id = desk.show("旗舰店还有货吗")?;

    desk.send(Command::Desk(DeskCommand::PauseAccount(account.id, true)))?;
    hello(404)?;
    desk.send(Command::Desk(DeskCommand::PauseAccount(account.id, false)))?;
    hello(200)?;
    desk.send(Command::Desk(DeskCommand::RemoveAccount(account.id)))?;
    hello(404)?;
    desk.until("it is gone from the list", |_| desk.account("webchat-2").is_none().then_some(()))?;

    // The conversation is kept; a reply to it is shown as not sent instead of waiting for ever.
    let text = "有货，欢迎来店".to_owned();
    desk.to(id, ConversationCommand::Reply { text, files: Vec::new(), from: None })?;
    desk.until_thread("the reply is shown as not sent", id, |thread| {
        thread.entries.iter().find_map(|entry| match &entry.kind {
            EntryKind::FromAgent { delivery: Delivery::Failed(_), .. } => Some(()),
            _ => None,
        })
    })?;
    // One that was removed stays removed, the plugin's first one too.
    let first = desk.account(WEBCHAT).context("the first account")?;
    desk.send(Command::Desk(DeskCommand::RemoveAccount(first.id)))?;
    desk.until("the first is gone", |view| view.accounts.is_empty().then_some(()))?;
    desk.engine.stop();
    let desk = Running::start(data.path(), &[WEBCHAT])?;
    ensure!(desk.desk.view().accounts.is_empty(), "no account is made again");
    ensure!(desk.desk.view().queue.iter().any(|row| row.id == id), "the conversation is still there");
    desk.engine.stop();
    Ok(())
}

#[test]
fn a_note_survives_the_engine() -> Result<()> {
    let data = tempfile::tempdir()?;
    let desk = Running::start(data.path(), &[WEBCHAT])?;
    let visitor = Caller::new(desk.address)?;
    visitor.say("m-0000000001", "您好")?;
    let id = desk.show("您好")?;
    desk.to(id, ConversationCommand::SaveDraft("回复写到一半".to_owned()))?;
    desk.to(id, ConversationCommand::SaveNoteDraft("客户很急，先".to_owned()))?;
    desk.until_thread("it is stored", id, |thread| (thread.note_draft == "客户很急，先").then_some(()))?;
    desk.engine.stop();

    let desk = Running::start(data.path(), &[WEBCHAT])?;
    let id = desk.show("您好")?;
    let drafts = |thread: &Thread| (thread.draft.clone(), thread.note_draft.clone());
    let found = desk.until_thread("both drafts are back", id, |thread| Some(drafts(thread)))?;
    ensure!(found == ("回复写到一半".to_owned(), "客户很急，先".to_owned()), "{found:?}");
    desk.to(id, ConversationCommand::Note("客户很急，先派单".to_owned()))?;
    let left = desk.until_thread("the note used its draft up", id, |thread| {
        thread.note_draft.is_empty().then(|| thread.draft.clone())
    })?;
    ensure!(left == "回复写到一半", "the reply's draft stays: {left}");
    desk.engine.stop();
    Ok(())
}

#[test]
fn plugins_propose_an_ending_when_the_agent_begins_to_close() -> Result<()> {
    let data = tempfile::tempdir()?;
    let desk = Running::start(data.path(), &[WEBCHAT, "wrap-up"])?;
    let visitor = Caller::new(desk.address)?;
    let words = "热水器打不着火，显示 E4，能上门维修吗";
    visitor.say("m-0000000001", words)?;
    let id = desk.show(words)?;
    let proposed = |thread: &Thread| {
        thread.proposals.iter().find_map(|proposal| match &proposal.change {
            Change::WrapUp(wrap_up) => Some(wrap_up.clone()),
            _ => None,
        })
    };
    let early = desk.desk.view().threads.get(&id).and_then(|thread| proposed(thread));
    ensure!(early.is_none(), "nothing is proposed before: {early:?}");
    desk.to(id, ConversationCommand::PrepareClose)?;
    let wrap_up: WrapUp = desk.until_thread("an ending is proposed", id, proposed)?;
    ensure!(!wrap_up.reason.is_empty() && !wrap_up.outcome.is_empty(), "{wrap_up:?}");
    ensure!(wrap_up.summary.contains("E4"), "the summary is about this: {wrap_up:?}");
    desk.to(id, ConversationCommand::Close(wrap_up.clone()))?;
    desk.until_thread("it is closed with it", id, |thread| {
        (thread.wrap_up.as_ref() == Some(&wrap_up)).then_some(())
    })?;
    desk.engine.stop();
    Ok(())
}

#[test]
fn a_file_of_the_agent_reaches_the_visitor() -> Result<()> {
    let data = tempfile::tempdir()?;
    let desk = Running::start(data.path(), &[WEBCHAT])?;
    let visitor = Caller::new(desk.address)?;
    visitor.say("m-0000000001", "请把说明书发我")?;
    let id = desk.show("请把说明书发我")?;
    let bytes: Vec<u8> = (0..200_000_u32).map(|number| (number % 251) as u8).collect();
    let file = FileBytes(bytes.clone().into());
    let name = "说明书.pdf".to_owned();
    desk.send(Command::Desk(DeskCommand::StoreFile { conversation: id, name, bytes: file }))?;
    let stored = desk.until_thread("the file is stored", id, |thread| {
        thread.uploads.first().and_then(|upload| upload.result.clone().ok())
    })?;
    desk.to(
        id,
        ConversationCommand::Reply { text: "请查收".to_owned(), files: vec![stored.clone()], from: None },
    )?;
    let entry = until("the visitor has the reply", || {
        Ok(visitor.log()?.into_iter().find(|entry| entry["text"] == "请查收"))
    })?;
    let file = &entry["files"][0];
    ensure!(file["name"] == "说明书.pdf", "{entry}");
    let path = format!("/c/webchat/hook/files/{}", file["id"].as_str().context("an id")?);
    let credential = format!("Bearer {}", visitor.credential());
    let fetched = http::ask(desk.address, "GET", &path, &[("authorization", &credential)], &[])?;
    ensure!(fetched.status == 200, "{}", fetched.status);
    ensure!(fetched.body == bytes, "the bytes are those that were sent: {} of them", fetched.body.len());
    // Somebody else who knows the file's name does not get it.
    let other = format!("Bearer {}", Caller::new(desk.address)?.credential());
    let refused = http::ask(desk.address, "GET", &path, &[("authorization", &other)], &[])?;
    ensure!(refused.status >= 400, "{}", refused.status);
    desk.engine.stop();
    Ok(())
}

#[test]
fn what_the_visitor_looks_at_is_shown_and_not_repeated() -> Result<()> {
    let data = tempfile::tempdir()?;
    let desk = Running::start(data.path(), &[WEBCHAT])?;
    let visitor = Caller::new(desk.address)?;
    visitor.say("m-0000000001", "这款还有吗")?;
    let id = desk.show("这款还有吗")?;
    let hello = |title: &str| {
        let page = serde_json::json!({ "title": title, "url": "https://shop.example/heater" });
        let body = serde_json::json!({ "language": "zh", "page": page }).to_string();
        post_to(desk.address, WEBCHAT, "hello", Some(&visitor.credential()), body.as_bytes())
    };
    ensure!(hello("燃气热水器")?.status == 200);
    let facts = desk.until_thread("the card says what the visitor looks at", id, |thread| {
        let facts = thread.customer.facts.clone();
        facts.values().any(|value| value.contains("燃气热水器")).then_some(facts)
    })?;
    ensure!(hello("燃气热水器")?.status == 200);
    ensure!(hello("配件")?.status == 200);
    desk.until_thread("the card follows", id, |thread| {
        thread.customer.facts.values().any(|value| value.contains("配件")).then_some(())
    })?;
    let lines = desk.until_thread("the timeline says it", id, |thread| {
        let is_facts = |kind: &EntryKind| matches!(kind, EntryKind::Facts(_));
        Some(thread.entries.iter().filter(|entry| is_facts(&entry.kind)).count())
    })?;
    ensure!(lines == 2, "once for each news: {lines} after {facts:?}");
    desk.engine.stop();
    Ok(())
}
