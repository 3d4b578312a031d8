//! From a channel to the desk.

use model::{
    FileId,
    conversation::Attachment,
    limits::{ATTACHMENT_MAX_BYTES, ATTACHMENTS_MAX, MESSAGE_TEXT_MAX_BYTES},
};

use super::{
    Invalid,
    inward::{TEXT_MAX_BYTES, cut_text, id, invalid, list, moment, name, pairs, text, words},
};
use crate::{
    bindings::{exports::switchboard::plugin::channel, switchboard::plugin::types as wit},
    contract::{Batch, Incoming, Item, Party, ReceiptState, SendOutcome, SentState, WebReply},
    guard::counts,
    policy::{HTTP_BODY_MAX_BYTES, HTTP_HEADER_MAX_BYTES, HTTP_HEADERS_MAX},
};

/// Items of one batch.
const BATCH_ITEMS_MAX: usize = 1000;
/// HTML of one message, in bytes.
const HTML_MAX_BYTES: usize = 2 * 1024 * 1024;
/// Headers of an answer that belong to the gateway.
const GATEWAY_HEADERS: &[&str] = &[
    "connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
    "upgrade",
    "trailer",
    "te",
    "date",
    "server",
];

fn party(party: wit::Party) -> Result<Party, Invalid> {
    Ok(Party {
        id: id("party.id", party.id)?,
        name: name("party.name", party.name)?,
        handle: name("party.handle", party.handle)?,
    })
}

fn file(file: wit::BlobRef) -> Result<Attachment, Invalid> {
    let named_by_hash =
        file.id.len() == 64 && file.id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if counts(!named_by_hash) {
        return invalid("file.id", "not from blobs.put");
    }
    if counts(file.bytes > ATTACHMENT_MAX_BYTES) {
        return invalid("file.bytes", format_args!("{}, {ATTACHMENT_MAX_BYTES} allowed", file.bytes));
    }
    Ok(Attachment {
        file: FileId::new(file.id),
        name: name("file.name", file.name)?,
        media_type: name("file.mime", file.mime)?,
        bytes: file.bytes,
    })
}

pub(crate) fn batch(batch: channel::Batch) -> Result<Batch, Invalid> {
    Ok(Batch {
        items: list("items", batch.items, BATCH_ITEMS_MAX, item)?,
        cursor: batch.cursor.map(|cursor| text("cursor", cursor, TEXT_MAX_BYTES)).transpose()?,
        poll_again_ms: batch.poll_again_ms,
        reply: batch.reply.map(reply).transpose()?,
    })
}

fn reply(reply: channel::WebReply) -> Result<WebReply, Invalid> {
    if counts(!(200..=599).contains(&reply.status)) {
        return invalid("reply.status", reply.status);
    }
    if reply.body.len() > HTTP_BODY_MAX_BYTES {
        return invalid(
            "reply.body",
            format_args!("{} bytes, {HTTP_BODY_MAX_BYTES} allowed", reply.body.len()),
        );
    }
    let mut headers = list("reply.headers", reply.headers, HTTP_HEADERS_MAX, |header| {
        let name = header.name.to_ascii_lowercase();
        let token = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let clean = !header.value.bytes().any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f);
        if counts(!token || !clean || name.len() + header.value.len() > HTTP_HEADER_MAX_BYTES) {
            return invalid("reply.headers", "a header that cannot be sent");
        }
        Ok((name, header.value))
    })?;
    headers.retain(|(name, _)| !GATEWAY_HEADERS.contains(&name.as_str()));
    let topic = reply.topic.map(|topic| id("reply.topic", topic)).transpose()?;
    Ok(WebReply { status: reply.status, headers, body: reply.body, topic })
}

fn item(item: channel::Item) -> Result<Item, Invalid> {
    Ok(match item {
        channel::Item::Message(message) => Item::Message(Box::new(incoming(message)?)),
        channel::Item::Edit(edit) => Item::Edit {
            remote_id: id("edit.remote-id", edit.remote_id)?,
            thread: id("edit.thread", edit.thread)?,
            at: moment("edit.at-ms", edit.at_ms)?,
            text: text("edit.text", edit.text, MESSAGE_TEXT_MAX_BYTES)?,
        },
        channel::Item::Redaction(redaction) => Item::Redaction {
            remote_id: id("redaction.remote-id", redaction.remote_id)?,
            thread: id("redaction.thread", redaction.thread)?,
            at: moment("redaction.at-ms", redaction.at_ms)?,
        },
        channel::Item::Receipt(receipt) => Item::Receipt {
            remote_id: id("receipt.remote-id", receipt.remote_id)?,
            thread: id("receipt.thread", receipt.thread)?,
            state: match receipt.state {
                channel::ReceiptState::Delivered => ReceiptState::Delivered,
                channel::ReceiptState::Read => ReceiptState::Read,
                channel::ReceiptState::Failed => ReceiptState::Failed,
            },
            at: moment("receipt.at-ms", receipt.at_ms)?,
            reason: words("receipt.reason", receipt.reason)?,
        },
        channel::Item::Typing(typing) => Item::Typing {
            thread: id("typing.thread", typing.thread)?,
            who: party(typing.who)?,
            active: typing.active,
        },
        channel::Item::Facts(facts) => Item::Facts {
            thread: id("facts.thread", facts.thread)?,
            who: party(facts.who)?,
            facts: pairs("facts.facts", facts.facts)?,
        },
        channel::Item::Closed(closed) => Item::Closed {
            thread: id("closed.thread", closed.thread)?,
            at: moment("closed.at-ms", closed.at_ms)?,
            reason: words("closed.reason", closed.reason)?,
        },
    })
}

fn incoming(message: channel::Incoming) -> Result<Incoming, Invalid> {
    let from_us = match message.dir {
        wit::Direction::Inbound => false,
        wit::Direction::Outbound => true,
        wit::Direction::Note if !counts(true) => true,
        wit::Direction::Note => return invalid("message.dir", "a channel has no notes"),
    };
    Ok(Incoming {
        remote_id: id("message.remote-id", message.remote_id)?,
        thread: id("message.thread", message.thread)?,
        subject: message.subject.map(|subject| name("message.subject", subject)).transpose()?,
        at: moment("message.at-ms", message.at_ms)?,
        from_us,
        sender: party(message.sender)?,
        text: text("message.text", message.text, MESSAGE_TEXT_MAX_BYTES)?,
        html: message.html.map(|html| text("message.html", html, HTML_MAX_BYTES)).transpose()?,
        files: list("message.files", message.files, ATTACHMENTS_MAX, file)?,
        in_reply_to: message.in_reply_to.map(|reply| id("message.in-reply-to", reply)).transpose()?,
    })
}

pub(crate) fn outcome(outcome: channel::Outcome) -> Result<SendOutcome, Invalid> {
    Ok(match outcome {
        channel::Outcome::Sent(remote_id) => SendOutcome::Sent(id("sent", remote_id)?),
        channel::Outcome::RetryAfterMs(wait_ms) => SendOutcome::RetryAfterMs(wait_ms),
        channel::Outcome::Rejected(why) => SendOutcome::Rejected(cut_text(&why)),
        channel::Outcome::Unknown => SendOutcome::Unknown,
    })
}

pub(crate) fn sent_state(state: channel::SentState) -> Result<SentState, Invalid> {
    Ok(match state {
        channel::SentState::WasSent(remote_id) => SentState::WasSent(id("was-sent", remote_id)?),
        channel::SentState::NotSent => SentState::NotSent,
        channel::SentState::CannotTell => SentState::CannotTell,
    })
}
