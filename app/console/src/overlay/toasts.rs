//! Toasts: what the engine has to tell the person, each once, for a few seconds; errors until put away.

use std::collections::VecDeque;

use egui::{Align2, Area, Id, Order, Sense, Ui, Vec2, vec2};
use model::{
    command::{Command, DeskCommand},
    view::{Notice, NoticeLevel, View},
};

use crate::{
    Action, Ctx,
    theme::Type,
    widget::{Icon, IconButton, paragraph},
};

/// Most toasts at once; the oldest goes.
const TOASTS_MAX: usize = 4;

/// The number of notices that the engine did not make.
const OWN: u64 = u64::MAX;

struct Toast {
    notice: Notice,
    until: f64,
}

/// The toasts that are shown.
#[derive(Default)]
pub struct Toasts {
    seen: Option<u64>,
    shown: VecDeque<Toast>,
}

impl Toasts {
    /// Takes in notices that were not shown yet.
    pub fn receive(&mut self, view: &View, now: f64, stay_s: f64) {
        // What was told before this window opened is not told again.
        let seen = *self.seen.get_or_insert_with(|| view.notices.last().map_or(0, |notice| notice.number));
        for notice in view.notices.iter().filter(|notice| notice.number > seen) {
            let stay = if notice.level == NoticeLevel::Error { f64::INFINITY } else { stay_s };
            self.shown.push_back(Toast { notice: notice.clone(), until: now + stay });
            self.seen = Some(notice.number);
        }
        while self.shown.len() > TOASTS_MAX {
            self.shown.pop_front();
        }
    }

    /// Shows an error of the window's own, which the engine knows nothing of, until it is put away.
    pub fn tell(&mut self, code: &str, arguments: Vec<(String, String)>, at: model::Timestamp) {
        let notice = Notice {
            number: OWN,
            level: NoticeLevel::Error,
            code: code.to_owned(),
            arguments,
            conversation: None,
            at,
        };
        if self
            .shown
            .iter()
            .any(|toast| toast.notice.code == code && toast.notice.arguments == notice.arguments)
        {
            return;
        }
        self.shown.push_back(Toast { notice, until: f64::INFINITY });
        while self.shown.len() > TOASTS_MAX {
            self.shown.pop_front();
        }
    }

    /// How many are shown.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether none is shown.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// Draws them above the right end of the status line.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let now = ui.input(|input| input.time);
        self.shown.retain(|toast| toast.until > now);
        if self.shown.is_empty() {
            return;
        }
        let next = self.shown.iter().map(|toast| toast.until - now).fold(f64::INFINITY, f64::min);
        if next.is_finite() {
            ui.ctx().request_repaint_after_secs(next as f32 + 0.02);
        }
        let area = Area::new(Id::unique("toasts"))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-16.0, -40.0));
        let mut closed = None;
        area.show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            for (index, toast) in self.shown.iter().enumerate() {
                if toast_card(ui, ctx, &toast.notice) {
                    closed = Some(index);
                }
            }
        });
        if let Some(toast) =
            closed.and_then(|index| self.shown.remove(index)).filter(|toast| toast.notice.number != OWN)
        {
            ctx.send(Command::Desk(DeskCommand::DismissNotice(toast.notice.number)));
        }
    }
}

/// What a notice says: what happened, and what was kept and is to be done.
pub fn words(ctx: &Ctx<'_>, notice: &Notice) -> (String, String) {
    let arguments: Vec<(&str, assets::Arg<'_>)> =
        notice.arguments.iter().map(|(name, value)| (name.as_str(), value.into())).collect();
    if ctx.locale.has(&format!("error-{}.what", notice.code)) {
        let text = ctx.locale.error(&notice.code, &arguments);
        let rest = [text.kept, text.advice].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        return (text.what, rest.join(ctx.t("app-separator")));
    }
    let key = format!("notice-{}", notice.code);
    (ctx.tw(&key, &arguments), String::new())
}

fn toast_card(ui: &mut Ui, ctx: &Ctx<'_>, notice: &Notice) -> bool {
    let theme = ctx.theme;
    let (icon, ink) = match notice.level {
        NoticeLevel::Info => (Icon::Info, theme.accent),
        NoticeLevel::Success => (Icon::CheckCircle, theme.good),
        NoticeLevel::Warning => (Icon::Warning, theme.warn),
        NoticeLevel::Error => (Icon::Error, theme.bad),
    };
    let (what, rest) = words(ctx, notice);
    let mut closed = false;
    theme.popover().inner_margin(12).show(ui, |ui| {
        ui.set_width(320.0);
        ui.horizontal_top(|ui| {
            let (mark, _) = ui.allocate_exact_size(Vec2::splat(18.0), Sense::hover());
            icon.paint(ui.painter(), mark.shrink(1.0), ink);
            ui.vertical(|ui| {
                ui.set_width(ui.available_width() - 30.0);
                ui.spacing_mut().item_spacing.y = 2.0;
                paragraph(ui, theme, &what, Type::Strong, theme.text);
                if !rest.is_empty() {
                    paragraph(ui, theme, &rest, Type::Small, theme.muted);
                }
                if let Some(conversation) = notice.conversation
                    && crate::widget::Button::new(ctx.t("app-open")).small().show(ui, theme).clicked()
                {
                    ctx.push(Action::Open(conversation));
                    closed = true;
                }
            });
            closed |= IconButton::new(Icon::Close, ctx.t("app-close")).size(22.0).show(ui, theme).clicked();
        });
    });
    closed
}
