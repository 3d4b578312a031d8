//! Mentions in notes as they are drawn, and the list of whom `@` can mean.

use egui::text::LayoutJob;
use model::{
    mention::{self, Mentioned},
    presence::Presence,
};

use crate::{Ctx, panel::top_bar::presence_look, theme::Type};

/// A note's words with every mention as a chip; one that means this agent stands out.
pub fn job(ctx: &Ctx<'_>, text: &str, width: f32) -> LayoutJob {
    let theme = ctx.theme;
    let plain = theme.format(Type::Body, theme.text);
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    let profiles = ctx.view.agents.values().map(|row| &row.profile);
    let mut at = 0;
    for (range, mentioned) in mention::find(text, profiles) {
        let me = match &mentioned {
            Mentioned::Agent(agent) => *agent == ctx.view.me,
            Mentioned::Skill(skill) => {
                ctx.view.agents.get(&ctx.view.me).is_some_and(|row| row.profile.skills.contains(skill))
            }
        };
        let mut chip = theme.format(Type::Strong, if me { theme.on_accent } else { theme.accent });
        chip.background = if me { theme.accent } else { theme.accent_soft };
        chip.expand_bg = 2.0;
        job.append(&text[at..range.start], 0.0, plain.clone());
        job.append(&text[range.clone()], 0.0, chip);
        at = range.end;
    }
    job.append(&text[at..], 0.0, plain);
    job
}

/// Whom `@` and these letters can mean: names with a word on each, colleagues that are ready first, then skills.
pub fn matching(ctx: &Ctx<'_>, query: &str, limit: usize) -> Vec<(String, String)> {
    let query = query.to_lowercase();
    let fits = |name: &str| {
        let name = name.to_lowercase();
        name.contains(&query) || assets::pinyin::initials(&name).starts_with(&query)
    };
    let mut rows: Vec<_> = ctx
        .view
        .agents
        .values()
        .filter(|row| row.profile.id != ctx.view.me && fits(&row.profile.name))
        .collect();
    rows.sort_by_key(|row| row.presence.presence != Presence::Ready);
    let mut found: Vec<(String, String)> = rows
        .into_iter()
        .map(|row| {
            let (_, key) = presence_look(ctx, row.presence.presence);
            let skills: Vec<&str> = row.profile.skills.iter().map(String::as_str).collect();
            (row.profile.name.clone(), format!("{}  {}", ctx.t(key), skills.join(" ")).trim().to_owned())
        })
        .collect();
    let skills: std::collections::BTreeSet<&String> =
        ctx.view.agents.values().flat_map(|row| &row.profile.skills).collect();
    for skill in skills.into_iter().filter(|skill| fits(skill)) {
        let with = |row: &&model::view::AgentRow| row.profile.skills.contains(skill);
        let count = ctx.view.agents.values().filter(with).count();
        found.push((skill.clone(), ctx.tw("composer-mention-team", &[("count", count.into())])));
    }
    found.truncate(limit);
    found
}
