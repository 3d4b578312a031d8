//! Alerts that reach a desk nobody looks at: sound, notification, the window manager's hint and the count in
//! the title; what was missed is listed. Runs from `logic`, so also while the window is minimised.

use jiff::Timestamp;
use model::{ConversationId, view::QueueRow};

use crate::{Ctx, ShellRequest, derived::Section, settings, shell::Sound, widget::text};

/// Missed alerts that are kept; the oldest goes.
const MISSED_MAX: usize = 50;
/// How long it rings for a new conversation that nobody opens.
const RING_MAX_S: f64 = 20.0;

/// An alert that came while the window was not looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Missed {
    /// When.
    pub at: Timestamp,
    /// What it said.
    pub words: String,
    /// The conversation it was about.
    pub conversation: Option<ConversationId>,
}

/// What has been alerted of already.
#[derive(Default)]
pub struct Attention {
    revision: Option<u64>,
    /// The newest notice that was looked at.
    notices_seen: Option<u64>,
    missed: Vec<Missed>,
    ringing_since: Option<f64>,
    /// The title with what it was made of.
    title: String,
    titled: Option<(u32, assets::Language)>,
}

impl Attention {
    /// Alerts that were missed.
    pub fn missed(&self) -> &[Missed] {
        &self.missed
    }

    /// Forgets the missed alerts, because they were looked at.
    pub fn clear_missed(&mut self) {
        self.missed.clear();
    }

    /// Compares the view with the one before and asks for alerts.
    pub fn update(&mut self, ctx: &Ctx<'_>, now: f64) {
        self.set_title(ctx);
        self.stop_ringing(ctx, now);
        if self.revision == Some(ctx.view.revision) {
            return;
        }
        self.revision = Some(ctx.view.revision);
        let away = !ctx.shell.focused || ctx.shell.minimised;
        self.mentions(ctx, away);
        for changed in ctx.derived.changed() {
            let Some(row) = ctx.view.queue.get(changed.index) else { continue };
            if Section::of(row, ctx.view.me) != Some(Section::Mine) {
                continue;
            }
            if changed.section != Some(Section::Mine) {
                self.alert(ctx, row, "notice-assigned", Sound::NewConversation, away, now);
            } else if row.unread > changed.unread && (away || ctx.active != Some(row.id)) {
                self.alert(ctx, row, "notice-message", Sound::Message, away, now);
            }
        }
    }

    /// A colleague's note that mentions this agent also reaches a desk that nobody looks at.
    fn mentions(&mut self, ctx: &Ctx<'_>, away: bool) {
        let newest = ctx.view.notices.last().map_or(0, |notice| notice.number);
        let Some(seen) = self.notices_seen.replace(newest) else { return };
        let news = ctx.view.notices.iter().filter(|notice| notice.number > seen);
        for notice in news.filter(|notice| notice.code == "mentioned") {
            if settings::is_on(ctx.view, settings::NOTIFY_SOUND) {
                ctx.request(ShellRequest::PlaySound(Sound::Message));
            }
            if !away {
                continue;
            }
            let (words, _) = crate::overlay::notice_words(ctx, notice);
            ctx.request(ShellRequest::RequestAttention);
            if settings::is_on(ctx.view, settings::NOTIFY_DESKTOP) {
                let row = notice.conversation.and_then(|conversation| ctx.row(conversation));
                let body = row.map(|row| row.name.clone()).unwrap_or_default();
                let conversation = notice.conversation;
                ctx.request(ShellRequest::Notify { title: words.clone(), body, conversation });
            }
            self.miss(Missed { at: ctx.now, words, conversation: notice.conversation });
        }
    }

    fn miss(&mut self, missed: Missed) {
        self.missed.push(missed);
        if self.missed.len() > MISSED_MAX {
            self.missed.remove(0);
        }
    }

    fn alert(&mut self, ctx: &Ctx<'_>, row: &QueueRow, key: &str, sound: Sound, away: bool, now: f64) {
        let preview = text::one_line(&row.preview);
        let arguments = [("name", row.name.as_str().into()), ("text", preview.as_str().into())];
        let words = ctx.tw(key, &arguments);
        if settings::is_on(ctx.view, settings::NOTIFY_SOUND) {
            ctx.request(ShellRequest::PlaySound(sound));
        }
        if !away {
            return;
        }
        ctx.request(ShellRequest::RequestAttention);
        if settings::is_on(ctx.view, settings::NOTIFY_DESKTOP) {
            ctx.request(ShellRequest::Notify {
                title: row.name.clone(),
                body: if sound == Sound::Message { preview } else { words.clone() },
                conversation: Some(row.id),
            });
        }
        if sound == Sound::NewConversation
            && self.ringing_since.is_none()
            && settings::is_on(ctx.view, settings::NOTIFY_SOUND)
        {
            self.ringing_since = Some(now);
            ctx.request(ShellRequest::Ring(true));
        }
        self.miss(Missed { at: ctx.now, words, conversation: Some(row.id) });
    }

    fn stop_ringing(&mut self, ctx: &Ctx<'_>, now: f64) {
        let Some(since) = self.ringing_since else { return };
        let looked_at = ctx.shell.focused && !ctx.shell.minimised;
        if looked_at || now - since > RING_MAX_S {
            self.ringing_since = None;
            ctx.request(ShellRequest::Ring(false));
        }
    }

    /// For how many seconds it still rings.
    pub fn rings_for(&self, now: f64) -> Option<f32> {
        let since = self.ringing_since?;
        Some((since + RING_MAX_S - now).max(0.0) as f32 + 0.01)
    }

    fn set_title(&mut self, ctx: &Ctx<'_>) {
        let unread = ctx.derived.unread;
        let made_of = Some((unread, ctx.locale.language()));
        if self.titled == made_of {
            return;
        }
        self.titled = made_of;
        let name = ctx.t("app-name");
        let title = if unread == 0 {
            name.to_owned()
        } else {
            ctx.tw("app-title-unread", &[("count", unread.into()), ("name", name.into())])
        };
        if title != self.title {
            ctx.request(ShellRequest::SetTitle(title.clone()));
            self.title = title;
        }
    }
}
