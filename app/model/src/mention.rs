//! Mentions in notes: `@` and the name of a colleague, or of a skill for everybody who has it.
//!
//! A note keeps what was written; whom it meant is decided when it is written, and looked for again only to be drawn.

use std::{collections::BTreeSet, ops::Range};

use crate::{id::AgentId, presence::AgentProfile};

/// Most colleagues that one note can mention.
pub const MENTIONED_MAX: usize = 64;

/// Whom a mention means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mentioned {
    /// One colleague.
    Agent(AgentId),
    /// Everybody with this skill.
    Skill(String),
}

/// The mentions in a text, as ranges of bytes with the `@`. The longest name that fits counts; an address of mail is
/// none, and a name in Latin letters ends where the letters end.
pub fn find<'a>(
    text: &str,
    agents: impl Iterator<Item = &'a AgentProfile>,
) -> Vec<(Range<usize>, Mentioned)> {
    if !text.contains(['@', '＠']) {
        return Vec::new();
    }
    let mut names: Vec<(&str, Mentioned)> = Vec::new();
    let mut skills = BTreeSet::new();
    for agent in agents {
        names.push((&agent.name, Mentioned::Agent(agent.id)));
        skills.extend(agent.skills.iter().map(String::as_str));
    }
    names.extend(skills.into_iter().map(|skill| (skill, Mentioned::Skill(skill.to_owned()))));
    names.retain(|(name, _)| !name.trim().is_empty());
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let mut found = Vec::new();
    let mut end = 0;
    for (at, sign) in text.char_indices().filter(|(_, letter)| matches!(letter, '@' | '＠')) {
        let within_a_word =
            text[..at].chars().next_back().is_some_and(|before| before.is_ascii_alphanumeric());
        if at < end || within_a_word {
            continue;
        }
        let rest = &text[at + sign.len_utf8()..];
        let fits = |name: &str| {
            let word = name.chars().next_back().is_some_and(|last| last.is_ascii_alphanumeric());
            rest.strip_prefix(name).is_some_and(|behind| {
                !word || !behind.chars().next().is_some_and(|next| next.is_ascii_alphanumeric())
            })
        };
        if let Some((name, mentioned)) = names.iter().find(|(name, _)| fits(name)) {
            end = at + sign.len_utf8() + name.len();
            found.push((at..end, mentioned.clone()));
        }
    }
    found
}

/// The colleagues that a text mentions by name or by skill, apart from who wrote it, each once.
pub fn colleagues<'a>(
    text: &str,
    author: AgentId,
    agents: &(impl Iterator<Item = &'a AgentProfile> + Clone),
) -> Vec<AgentId> {
    let mut meant = BTreeSet::new();
    for (_, mentioned) in find(text, agents.clone()) {
        match mentioned {
            Mentioned::Agent(agent) => {
                meant.insert(agent);
            }
            Mentioned::Skill(skill) => {
                meant.extend(
                    agents.clone().filter(|agent| agent.skills.contains(&skill)).map(|agent| agent.id),
                );
            }
        }
    }
    meant.remove(&author);
    meant.into_iter().take(MENTIONED_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agents() -> Vec<AgentProfile> {
        let agent = |number: u128, name: &str, skills: &[&str]| AgentProfile {
            id: AgentId::from_u128(number),
            name: name.to_owned(),
            public_name: None,
            skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
            capacity: std::collections::BTreeMap::new(),
        };
        vec![
            agent(1, "李雷", &["维修"]),
            agent(2, "李雷雷", &["维修", "english"]),
            agent(3, "Ann", &[]),
            agent(4, "Ann Lee", &["english"]),
        ]
    }

    #[test]
    fn names_are_found_where_a_reader_would_find_them() {
        let cases: &[(&str, &[&str], &[u128])] = &[
            ("@李雷 请看一下", &["@李雷"], &[1]),
            ("请@李雷雷看", &["@李雷雷"], &[2]),
            ("＠Ann, please", &["＠Ann"], &[3]),
            ("@Ann Lee and @Ann", &["@Ann Lee", "@Ann"], &[3, 4]),
            ("@Anna is nobody", &[], &[]),
            ("mail ann@Ann.example", &[], &[]),
            ("@维修 谁有空", &["@维修"], &[1, 2]),
            ("@", &[], &[]),
            ("no mention", &[], &[]),
        ];
        let agents = agents();
        for (text, expected, ids) in cases {
            let found: Vec<&str> =
                find(text, agents.iter()).into_iter().map(|(range, _)| &text[range]).collect();
            assert_eq!(found, *expected, "{text}");
            let ids: Vec<AgentId> = ids.iter().map(|id| AgentId::from_u128(*id)).collect();
            assert_eq!(colleagues(text, AgentId::from_u128(9), &agents.iter()), ids, "{text}");
        }
    }

    #[test]
    fn who_writes_is_not_told() {
        let agents = agents();
        let me = AgentId::from_u128(1);
        assert_eq!(colleagues("@李雷 @维修", me, &agents.iter()), [AgentId::from_u128(2)]);
    }
}
