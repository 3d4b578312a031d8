//! Requests of the widget.

use plugin_kit::{
    Ctx, Failure, Result,
    channel::{Batch, Facts, Incoming, Item, Receipt, ReceiptState, Typing, WebEvent, WebReply},
    desk,
    language::Language,
    types::{BlobRef, Pair, Party},
};
use serde::{Deserialize, Serialize};

use crate::{
    Event, TEXTS,
    identity::Visitor,
    limits::{
        BODY_MAX_BYTES, CLIENT_ID_BYTES, ENTRIES_PER_ANSWER, FILE_MAX_BYTES, FILES_MAX, PAGE_MAX_CHARS,
        RECEIPTS_MAX, RECEIPTS_REPEATED, RETRY_AFTER_MS, TEXT_MAX_CHARS,
    },
    push,
    rate::{Kind, Rates},
    settings::{Look, Shown},
    thread::{Author, Entry, File, NewEntry, Progress, Thread},
};

/// Header by which a reply names a file for the desk to send.
const BLOB_HEADER: &str = "x-switchboard-blob";

/// Why a request is not done.
enum Refusal {
    /// Something is wrong with it; the text says what, for whoever writes a client.
    Bad(&'static str),
    Unauthorized,
    Forbidden,
    NotFound,
    Method,
    TooLarge,
    /// Milliseconds to wait.
    Wait(u32),
    /// The desk cannot do it now.
    Desk,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unauthorized => Self::Unauthorized,
            Failure::RateLimited(wait_ms) => Self::Wait(wait_ms),
            _ => Self::Desk,
        }
    }
}

impl Refusal {
    fn reply(&self) -> WebReply {
        let (status, code) = match self {
            Self::Bad(what) => (400, *what),
            Self::Unauthorized => (401, "unauthorized"),
            Self::Forbidden => (403, "forbidden"),
            Self::NotFound => (404, "not-found"),
            Self::Method => (405, "method"),
            Self::TooLarge => (413, "too-large"),
            Self::Wait(_) => (429, "slow-down"),
            Self::Desk => (503, "unavailable"),
        };
        let reply = WebReply::text(status, "application/json", format!("{{\"error\":\"{code}\"}}"));
        match self {
            Self::Wait(wait_ms) => reply.header("retry-after", &wait_ms.div_ceil(1000).max(1).to_string()),
            Self::Desk => reply.header("retry-after", &RETRY_AFTER_MS.div_ceil(1000).to_string()),
            _ => reply,
        }
    }
}

type Answer = Result<Batch, Refusal>;

/// One request and what it needs to be answered.
struct Asked<'a> {
    look: &'a Look,
    rates: &'a mut Rates,
    ctx: &'a Ctx,
    event: &'a WebEvent,
}

/// Answers a request. Whatever is wrong with it is the client's to know, never a fault of the plugin.
pub(crate) fn answer(look: &Look, rates: &mut Rates, ctx: &Ctx, event: &WebEvent) -> Batch {
    let mut asked = Asked { look, rates, ctx, event };
    asked.route().unwrap_or_else(|refusal| {
        desk::log::count("refused", 1);
        Batch::reply(refusal.reply())
    })
}

impl Asked<'_> {
    fn route(&mut self) -> Answer {
        if self.event.body.len() > BODY_MAX_BYTES {
            return Err(Refusal::TooLarge);
        }
        let path = self.event.path.trim_matches('/');
        match (self.event.method.as_str(), path) {
            ("POST", "hello") => self.hello(),
            ("POST", "messages") => self.message(),
            ("GET", "messages") => self.log(),
            ("POST", "typing") => self.typing(),
            ("POST", "receipts") => self.receipts(),
            ("UPLOAD", "file") => self.may_upload(),
            ("UPLOADED", "file") => self.uploaded(),
            ("SUBSCRIBE", "events") => self.subscribe(),
            ("GET", path) if path.starts_with("files/") => self.file(&path["files/".len()..]),
            (_, "hello" | "messages" | "typing" | "receipts" | "file" | "events") => Err(Refusal::Method),
            _ => Err(Refusal::NotFound),
        }
    }

    /// The visitor who asks. `kind` says against which of the visitor's limits it counts.
    fn visitor(&mut self, kind: Kind) -> Result<Visitor, Refusal> {
        let bearer = self.event.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        // Streams cannot carry headers of their own.
        let credential = match bearer {
            Some(credential) => credential,
            None if self.event.method == "SUBSCRIBE" => {
                self.event.query("token").ok_or(Refusal::Unauthorized)?
            }
            None => return Err(Refusal::Unauthorized),
        };
        let visitor = Visitor::admitted(&self.ctx.account, credential)?;
        if self.event.query("visitor").is_some_and(|other| other != visitor.as_str()) {
            return Err(Refusal::Forbidden);
        }
        self.take(kind, visitor.as_str())?;
        Ok(visitor)
    }

    fn take(&mut self, kind: Kind, whose: &str) -> Result<(), Refusal> {
        self.rates.take(kind, whose, self.ctx.now_ms).map_err(Refusal::Wait)
    }

    fn body<T: serde::de::DeserializeOwned>(&self) -> Result<T, Refusal> {
        let text = std::str::from_utf8(&self.event.body).map_err(|_| Refusal::Bad("not-utf-8"))?;
        serde_json::from_str(text).map_err(|_| Refusal::Bad("not-as-expected"))
    }

    fn thread(&self, visitor: &Visitor) -> Thread {
        Thread::of(&self.ctx.account, visitor)
    }

    fn party(&self, visitor: &Visitor) -> Party {
        Party::new(
            visitor.as_str(),
            TEXTS.format(&self.ctx.locale, "visitor-name", &[("code", &visitor.code())]),
        )
    }

    fn hello(&mut self) -> Answer {
        #[derive(Deserialize)]
        struct Hello {
            #[serde(default)]
            language: String,
            #[serde(default)]
            page: Option<Page>,
        }
        #[derive(Serialize)]
        struct Welcome<'a> {
            visitor: &'a str,
            token: String,
            head: u64,
            first: u64,
            seen: u64,
            delivered: u64,
            read: u64,
            look: Shown<'a>,
            text_max: usize,
            file_max: u64,
            files_max: usize,
        }
        let hello: Hello = self.body()?;
        let known = self.event.header("authorization").is_some();
        let visitor = if known {
            self.visitor(Kind::Request)?
        } else {
            self.take(Kind::NewVisitor, &self.event.client.clone())?;
            Visitor::new()?
        };
        let thread = self.thread(&visitor);
        let head = if known { thread.head()? } else { 0 };
        let (seen, progress) =
            if head > 0 { (thread.seen()?, thread.progress()?) } else { (0, Progress::default()) };
        let welcome = Welcome {
            visitor: visitor.as_str(),
            token: visitor.token(&self.ctx.account)?,
            head,
            first: Thread::first(head),
            seen,
            delivered: progress.delivered,
            read: progress.read,
            look: self.look.shown(Language::of_tag(&hello.language)),
            text_max: TEXT_MAX_CHARS,
            file_max: FILE_MAX_BYTES,
            files_max: FILES_MAX,
        };
        let reply = WebReply::json(200, &welcome)?;
        // Nobody at the desk has heard of a visitor who never wrote.
        let facts = hello.page.filter(|_| head > 0).map(|page| self.facts(&visitor, &page, &hello.language));
        Ok(Batch::of(facts).with_reply(reply))
    }

    fn facts(&self, visitor: &Visitor, page: &Page, language: &str) -> Item {
        let fact = |key: &str, value: &str| {
            (!value.is_empty()).then(|| Pair::new(TEXTS.get(&self.ctx.locale, key), shortened(value)))
        };
        let facts = [
            fact("page-title", &page.title),
            fact("page-address", &page.address),
            fact("page-language", language),
        ];
        Item::Facts(Facts {
            thread: visitor.as_str().to_owned(),
            who: self.party(visitor),
            facts: facts.into_iter().flatten().collect(),
        })
    }

    fn message(&mut self) -> Answer {
        #[derive(Deserialize)]
        struct Message {
            id: String,
            #[serde(default)]
            text: String,
            #[serde(default)]
            files: Vec<String>,
            #[serde(default)]
            language: String,
            #[serde(default)]
            page: Option<Page>,
        }
        let visitor = self.visitor(Kind::Message)?;
        let message: Message = self.body()?;
        let named_well = CLIENT_ID_BYTES.contains(&message.id.len())
            && message.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !named_well {
            return Err(Refusal::Bad("bad-id"));
        }
        if message.text.chars().count() > TEXT_MAX_CHARS {
            return Err(Refusal::TooLarge);
        }
        if message.text.trim().is_empty() && message.files.is_empty() {
            return Err(Refusal::Bad("empty"));
        }
        let thread = self.thread(&visitor);
        let files = own_files(&thread, &message.files)?;
        let known = thread.head()? > 0;
        let entry = thread.append(
            self.ctx.now_ms,
            NewEntry { text: message.text, files, key: Some(message.id), ..NewEntry::by(Author::Visitor) },
        )?;
        // Told even where it was there before: the desk may have gone down before it kept the first telling, and knows
        // the message again by its id.
        let mut items = vec![self.incoming(&visitor, &thread, &entry)];
        if let Some(page) = message.page.filter(|_| !known) {
            items.push(self.facts(&visitor, &page, &message.language));
        }
        push(&visitor, &Event::Entry { id: entry.seq, entry: &entry });
        Ok(Batch::of(items).with_reply(WebReply::json(200, &entry)?))
    }

    fn incoming(&self, visitor: &Visitor, thread: &Thread, entry: &Entry) -> Item {
        let mut message = Incoming::text(
            thread.remote_id(entry),
            visitor.as_str(),
            entry.at,
            self.party(visitor),
            entry.text.clone(),
        );
        message.files = entry.files.iter().cloned().map(BlobRef::from).collect();
        message.into()
    }

    fn log(&mut self) -> Answer {
        #[derive(Serialize)]
        struct Part {
            entries: Vec<Entry>,
            head: u64,
            first: u64,
            seen: u64,
        }
        let visitor = self.visitor(Kind::Request)?;
        let after: u64 = match self.event.query("after") {
            Some(text) => text.parse().map_err(|_| Refusal::Bad("bad-number"))?,
            None => 0,
        };
        let thread = self.thread(&visitor);
        let head = thread.head()?;
        let first = Thread::first(head);
        // Someone who comes for the first time gets the newest part, someone who resumes the part after theirs.
        let after = if after == 0 { head.saturating_sub(ENTRIES_PER_ANSWER) } else { after };
        let after = after.clamp(first - 1, head.max(first - 1));
        let entries = thread.entries(after, head.min(after + ENTRIES_PER_ANSWER))?;
        Ok(Batch::reply(WebReply::json(200, &Part { entries, head, first, seen: thread.seen()? })?))
    }

    fn typing(&mut self) -> Answer {
        #[derive(Deserialize)]
        struct Typed {
            active: bool,
        }
        let visitor = self.visitor(Kind::Request)?;
        let Typed { active } = self.body()?;
        let item =
            Item::Typing(Typing { thread: visitor.as_str().to_owned(), who: self.party(&visitor), active });
        Ok(Batch::of([item]).with_reply(WebReply::status(204)))
    }

    fn receipts(&mut self) -> Answer {
        let visitor = self.visitor(Kind::Request)?;
        let told: Progress = self.body()?;
        let thread = self.thread(&visitor);
        let head = thread.head()?;
        let before = thread.progress()?;
        // Read implies delivered; nobody can have read what is not there, or less than before.
        let read = told.read.min(head).max(before.read);
        let now = Progress { read, delivered: told.delivered.min(head).max(before.delivered).max(read) };
        // Nothing new at all: the browser makes sure, as it does after every connection.
        let repeated = now == before;
        let mut items = Vec::new();
        for (state, from, to) in [
            (ReceiptState::Delivered, before.delivered, now.delivered),
            (ReceiptState::Read, before.read, now.read),
        ] {
            let from = if repeated { to.saturating_sub(RECEIPTS_REPEATED) } else { from };
            let entries = thread.entries(from.max(to.saturating_sub(RECEIPTS_MAX)), to)?;
            let answers = entries.iter().filter(|entry| entry.from == Author::Agent);
            items.extend(answers.map(|entry| {
                Item::Receipt(Receipt {
                    remote_id: thread.remote_id(entry),
                    thread: visitor.as_str().to_owned(),
                    state,
                    at_ms: self.ctx.now_ms,
                    reason: String::new(),
                })
            }));
        }
        if !repeated {
            thread.set_progress(now)?;
        }
        Ok(Batch::of(items).with_reply(WebReply::status(204)))
    }

    fn may_upload(&mut self) -> Answer {
        #[derive(Deserialize)]
        struct Planned {
            bytes: Option<u64>,
        }
        self.visitor(Kind::Upload)?;
        let planned: Planned = self.body()?;
        if planned.bytes.is_some_and(|bytes| bytes > FILE_MAX_BYTES) {
            return Err(Refusal::TooLarge);
        }
        Ok(Batch::reply(WebReply::status(204)))
    }

    fn uploaded(&mut self) -> Answer {
        let visitor = self.visitor(Kind::Request)?;
        let file: File = self.body()?;
        if file.bytes > FILE_MAX_BYTES {
            return Err(Refusal::TooLarge);
        }
        self.thread(&visitor).keep_file(&file.clone().into())?;
        Ok(Batch::reply(WebReply::json(200, &file)?))
    }

    fn file(&mut self, id: &str) -> Answer {
        let visitor = self.visitor(Kind::Request)?;
        let file = self.thread(&visitor).file(id)?.ok_or(Refusal::NotFound)?;
        let reply = WebReply::status(200)
            .header(BLOB_HEADER, &file.id)
            .header("cache-control", "private, max-age=86400, immutable");
        Ok(Batch::reply(reply))
    }

    fn subscribe(&mut self) -> Answer {
        let visitor = self.visitor(Kind::Request)?;
        Ok(Batch::reply(WebReply::admit(visitor.as_str())))
    }
}

/// The page a visitor looks at.
#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    title: String,
    #[serde(default)]
    address: String,
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(PAGE_MAX_CHARS).collect()
}

fn own_files(thread: &Thread, ids: &[String]) -> Result<Vec<File>, Refusal> {
    if ids.len() > FILES_MAX {
        return Err(Refusal::TooLarge);
    }
    ids.iter().map(|id| thread.file(id)?.ok_or(Refusal::Bad("no-such-file"))).collect()
}
