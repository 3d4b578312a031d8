//! Commands of the person at this desk.

use host::Signal;
use model::{
    ConversationId,
    command::{Command, ConversationCommand, DeskCommand, FileBytes, PluginCommand, TicketCommand},
    conversation::{Attachment, Status},
    input::{Input, Refusal},
    limits::{ATTACHMENT_MAX_BYTES, ATTACHMENTS_MAX, NAME_MAX_BYTES},
    view::{NoticeLevel, Upload},
};
use std::sync::Arc;
use store::{Commit, DraftKey, SlotName, Store};

use crate::core::{Core, InputError, fresh};

/// Most threads shown at once; the window hides those whose tab is closed.
const THREADS_SHOWN_MAX: usize = 256;

impl Core {
    /// Carries out a command, or tells the person why not.
    pub(crate) fn command(&mut self, store: &mut Store, command: Command) {
        let conversation = match &command {
            Command::Conversation(id, _)
            | Command::Proposal(id, ..)
            | Command::Form(id, _)
            | Command::Finding(id, ..) => Some(*id),
            _ => None,
        };
        if let Some(id) = conversation
            && self.conversation(store, id).is_none()
        {
            self.refused(&InputError::Refused(Refusal::NoConversation), conversation);
            return;
        }
        match command {
            Command::Form(id, command) => self.form_command(store, id, command),
            Command::Panel { plugin, slot, conversation, event } => {
                self.panel_event(&plugin, slot, conversation, event);
            }
            Command::Desk(command) => self.desk_command(store, command),
            Command::Plugin(id, PluginCommand::Configure(values)) => self.configure(store, id, values),
            Command::Plugin(id, PluginCommand::KeepSecret { account, slot, secret }) => {
                self.keep_secret(store, SlotName { plugin: id, account, slot }, &secret);
            }
            Command::Plugin(id, PluginCommand::ForgetSecret { account, slot }) => {
                self.forget_secret(store, &SlotName { plugin: id, account, slot });
            }
            Command::Conversation(id, command) => self.conversation_command(store, id, command),
            Command::Ticket(id, TicketCommand::Move(stage)) => {
                let may =
                    store.ticket(id).ok().flatten().is_some_and(|ticket| ticket.stage.may_move_to(stage));
                if may {
                    self.decided(store, Command::Ticket(id, TicketCommand::Move(stage)), None);
                } else {
                    self.refused(&InputError::Refused(Refusal::StageOrder), None);
                }
            }
            Command::Customer(id, command) => {
                if let model::command::CustomerCommand::Reveal(what) = &command {
                    self.shown.revealed.entry(id).or_default().push(what.clone());
                }
                self.decided(store, Command::Customer(id, command), None);
            }
            other => self.decided(store, other, conversation),
        }
    }

    /// Decides and stores; tells the person about a refusal.
    fn decided(&mut self, store: &mut Store, command: Command, conversation: Option<ConversationId>) {
        let now = self.now();
        self.decided_with(store, command, conversation, Commit::new(now));
    }

    fn decided_with(
        &mut self,
        store: &mut Store,
        command: Command,
        conversation: Option<ConversationId>,
        commit: Commit,
    ) {
        let input = Input::Command { agent: self.me, command: Box::new(command), fresh: fresh() };
        if let Err(error) = self.input_at(store, &input, commit.at, commit) {
            self.refused(&error, conversation);
        }
    }

    pub(crate) fn refused(&mut self, error: &InputError, conversation: Option<ConversationId>) {
        let now = self.now();
        let arguments = match error {
            InputError::Refused(Refusal::TooLong { limit, .. } | Refusal::TooMany { limit, .. }) => {
                vec![("limit".to_owned(), limit.to_string())]
            }
            InputError::Refused(Refusal::Setting { field, .. }) => vec![("field".to_owned(), field.clone())],
            _ => Vec::new(),
        };
        self.shown.notice(now, NoticeLevel::Warning, error.code(), arguments, conversation);
    }

    fn conversation_command(&mut self, store: &mut Store, id: ConversationId, command: ConversationCommand) {
        match command {
            ConversationCommand::Show => self.show(store, id),
            ConversationCommand::Hide => {
                self.shown.threads.remove(&id);
                self.shown.touch(id);
            }
            ConversationCommand::ShowEarlier => {
                if let Err(error) = self.shown.show_earlier(store, id) {
                    self.storage_trouble(&error, Some(id));
                }
            }
            ConversationCommand::SaveDraft(text) => self.save_draft(store, id, &text),
            ConversationCommand::SaveNoteDraft(text) => self.save_note_draft(store, id, &text),
            ConversationCommand::PrepareClose => self.prepare_close(store, id),
            ConversationCommand::Note(_) => {
                let mut commit = Commit::new(self.now());
                commit.drafts_done.push(DraftKey::Note(id));
                self.decided_with(store, Command::Conversation(id, command), Some(id), commit);
            }
            ConversationCommand::Typing => self.signal(id, Signal::Typing(true)),
            ConversationCommand::AskForReply => self.ask_for_reply(store, id),
            ConversationCommand::CheckQuality => self.score(store, id),
            ConversationCommand::Reply { .. } => self.reply(store, id, command),
            other => self.decided(store, Command::Conversation(id, other), Some(id)),
        }
    }

    /// A reply and the end of its draft are one commit.
    fn reply(&mut self, store: &mut Store, id: ConversationId, command: ConversationCommand) {
        let now = self.now();
        if let Some(conversation) = self.directory.conversations.get(&id)
            && let Some(since) = conversation.waiting_since
            && conversation.status != Status::Closed
        {
            self.first_answers.add(now.duration_since(since).as_secs().max(0) as u64);
        }
        let mut commit = Commit::new(now);
        commit.drafts_done.push(DraftKey::Reply(id));
        self.decided_with(store, Command::Conversation(id, command), Some(id), commit);
    }

    fn show(&mut self, store: &mut Store, id: ConversationId) {
        let Some(conversation) = self.conversation(store, id) else { return };
        if self.shown.threads.len() >= THREADS_SHOWN_MAX {
            self.refused(
                &InputError::Refused(Refusal::TooMany { what: "tabs", limit: THREADS_SHOWN_MAX }),
                Some(id),
            );
            return;
        }
        self.know_customer(store, conversation.customer);
        if let Err(error) = self.shown.open_thread(store, id, conversation.customer) {
            self.storage_trouble(&error, Some(id));
            return;
        }
        // Lookups and assist belong to the agent who has it, or who looks at what nobody has.
        if !conversation.is_closed() && conversation.agent().is_none_or(|agent| agent == self.me) {
            self.attend(store, id);
        }
        self.open_panels(id);
        self.find_knowledge_for_thread(store, id);
    }

    /// Keeps a draft as typed so far.
    pub(crate) fn save_draft(&mut self, store: &mut Store, id: ConversationId, text: &str) {
        let now = self.now();
        if let Err(error) = store.save_draft(&DraftKey::Reply(id), text, now) {
            self.storage_trouble(&error, Some(id));
            return;
        }
        if let Some(thread) = self.shown.threads.get_mut(&id) {
            text.clone_into(&mut thread.draft);
        }
        if text.is_empty() {
            self.shown.drafts.remove(&id);
        } else {
            self.shown.drafts.insert(id);
        }
        self.shown.touch(id);
    }

    /// Keeps a note to colleagues as typed so far.
    fn save_note_draft(&mut self, store: &mut Store, id: ConversationId, text: &str) {
        let now = self.now();
        if let Err(error) = store.save_draft(&DraftKey::Note(id), text, now) {
            self.storage_trouble(&error, Some(id));
            return;
        }
        if let Some(thread) = self.shown.threads.get_mut(&id) {
            text.clone_into(&mut thread.note_draft);
        }
    }

    pub(crate) fn storage_trouble(
        &mut self,
        error: &store::StorageError,
        conversation: Option<ConversationId>,
    ) {
        tracing::error!(%error, "the store did not answer");
        let now = self.now();
        self.shown.notice(now, NoticeLevel::Error, error.code(), Vec::new(), conversation);
    }

    fn desk_command(&mut self, store: &mut Store, command: DeskCommand) {
        match command {
            DeskCommand::SetSetting { key, value } => {
                if let Err(error) = store.set_setting(&key, Some(&value)) {
                    self.storage_trouble(&error, None);
                    return;
                }
                if key == "language" {
                    self.outside.language.store(Arc::new(value.clone()));
                }
                Arc::make_mut(&mut self.settings).insert(key, value);
                self.shown.changed = true;
            }
            DeskCommand::StoreFile { conversation, name, bytes } => {
                self.store_file(store, conversation, &name, &bytes);
            }
            DeskCommand::DismissNotice(number) => {
                self.shown.notices.retain(|notice| notice.number != number);
                self.shown.changed = true;
            }
            DeskCommand::AddAccount { plugin, wish } => self.add_account(store, &plugin, &wish),
            DeskCommand::ChangeAccount(id, wish) => self.change_account(store, id, &wish),
            other @ (DeskCommand::SetAccount(_)
            | DeskCommand::PauseAccount(..)
            | DeskCommand::RemoveAccount(_)) => {
                self.decided(store, Command::Desk(other), None);
            }
        }
    }

    fn store_file(&mut self, store: &mut Store, id: ConversationId, name: &str, bytes: &FileBytes) {
        let Some(thread) = self.shown.threads.get_mut(&id) else { return };
        let name = safe_name(name);
        let result = if thread.uploads.len() >= ATTACHMENTS_MAX {
            Err("too-many".to_owned())
        } else {
            match store.files().put(&mut &bytes.0[..], ATTACHMENT_MAX_BYTES) {
                Ok((file, size)) => Ok(Attachment {
                    file,
                    media_type: media_type(&name).to_owned(),
                    name: name.clone(),
                    bytes: size,
                }),
                Err(store::FileError::TooLarge { .. }) => Err("file-too-large".to_owned()),
                Err(error) => {
                    tracing::error!(%error, "a file could not be stored");
                    Err("file-not-stored".to_owned())
                }
            }
        };
        Arc::make_mut(&mut thread.uploads).push(Upload { name, result });
        self.shown.changed = true;
    }
}

/// A file name without folders, control characters and characters that change the direction of text, so
/// that what is shown is what it is.
pub(crate) fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut safe: String = last
        .chars()
        .filter(|c| {
            !c.is_control()
                && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .collect();
    while safe.len() > NAME_MAX_BYTES {
        safe.pop();
    }
    if safe.trim().is_empty() { "file".to_owned() } else { safe }
}

/// The media type of a file by its name; what a browser would show is told apart, the rest is bytes.
fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("pdf") => "application/pdf",
        Some("txt" | "md" | "csv" | "log") => "text/plain",
        Some("mp4") => "video/mp4",
        Some("mp3") => "audio/mpeg",
        Some("wav") => "audio/wav",
        Some("zip") => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe() {
        for (name, expect) in [
            ("photo.png", "photo.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\a.txt", "a.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("\u{0}\n", "file"),
            ("", "file"),
            ("发票.pdf", "发票.pdf"),
        ] {
            assert_eq!(safe_name(name), expect, "{name:?}");
        }
    }
}
