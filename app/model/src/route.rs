//! Routing: which agent gets which waiting conversation. A pure function over a snapshot, so that every
//! decision can be replayed and explained.
//!
//! Order of work: higher priority first, then whoever has waited longest, then the smaller id. Order of
//! agents for one piece of work: the one asked for by skill with the smallest share of capacity in use,
//! then the one idle longest, then the smaller id.

use std::collections::BTreeMap;

use crate::{
    Timestamp,
    id::{AgentId, ConversationId},
    presence::{AgentProfile, Presence},
};

/// A conversation that waits for an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub conversation: ConversationId,
    /// Kind of channel, for capacities.
    pub kind: String,
    /// Skill asked for; empty for none.
    pub skill: String,
    /// Higher is sooner.
    pub priority: i32,
    /// Since when it waits.
    pub since: Timestamp,
}

/// An agent as routing sees one.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Who, with skills and capacities.
    pub profile: AgentProfile,
    /// Only ready agents get work.
    pub presence: Presence,
    /// Assigned conversations by channel kind.
    pub load: BTreeMap<String, u32>,
    /// When the agent last got something or finished something; the longest idle is served first.
    pub idle_since: Timestamp,
}

impl Candidate {
    fn can_take(&self, waiting: &Waiting) -> bool {
        self.presence == Presence::Ready
            && (waiting.skill.is_empty() || self.profile.skills.contains(&waiting.skill))
            && self.load_of(&waiting.kind) < self.profile.capacity_for(&waiting.kind)
    }

    fn load_of(&self, kind: &str) -> u32 {
        self.load.get(kind).copied().unwrap_or(0)
    }

    /// Share of the capacity for this kind that is in use, in thousandths, so that comparison is exact.
    fn use_permille(&self, kind: &str) -> u64 {
        u64::from(self.load_of(kind)) * 1000 / u64::from(self.profile.capacity_for(kind).max(1))
    }
}

/// Assigns waiting conversations to agents. Every conversation appears at most once in the result, nobody
/// gets more than the capacity, and work that nobody can take stays where it is.
pub fn route(mut waiting: Vec<Waiting>, mut agents: Vec<Candidate>) -> Vec<(ConversationId, AgentId)> {
    waiting.sort_by_key(|work| (std::cmp::Reverse(work.priority), work.since, work.conversation));
    let mut assigned = Vec::new();
    for work in &waiting {
        let best = agents
            .iter_mut()
            .filter(|agent| agent.can_take(work))
            .min_by_key(|agent| (agent.use_permille(&work.kind), agent.idle_since, agent.profile.id));
        if let Some(agent) = best {
            *agent.load.entry(work.kind.clone()).or_default() += 1;
            assigned.push((work.conversation, agent.profile.id));
        }
    }
    assigned
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn work(id: u128, kind: &str, skill: &str, priority: i32, since: i64) -> Waiting {
        Waiting {
            conversation: ConversationId::from_u128(id),
            kind: kind.into(),
            skill: skill.into(),
            priority,
            since: at(since),
        }
    }

    fn agent(id: u128, skills: &[&str], capacity: u32, load: u32, idle_since: i64) -> Candidate {
        Candidate {
            profile: AgentProfile {
                id: AgentId::from_u128(id),
                name: format!("agent {id}"),
                public_name: None,
                skills: skills.iter().map(ToString::to_string).collect(),
                capacity: [("chat".to_owned(), capacity)].into(),
            },
            presence: Presence::Ready,
            load: [("chat".to_owned(), load)].into(),
            idle_since: at(idle_since),
        }
    }

    /// `expect` is a list of conversation-agent pairs, in the order they are assigned.
    fn check(name: &str, waiting: Vec<Waiting>, agents: Vec<Candidate>, expect: &[(u128, u128)]) {
        let got = route(waiting, agents);
        let expect: Vec<_> = expect
            .iter()
            .map(|&(work, agent)| (ConversationId::from_u128(work), AgentId::from_u128(agent)))
            .collect();
        assert_eq!(got, expect, "{name}");
    }

    #[test]
    fn table() {
        check("nobody there", vec![work(1, "chat", "", 0, 0)], vec![], &[]);
        check("nothing to do", vec![], vec![agent(1, &[], 1, 0, 0)], &[]);
        check(
            "longest waiting first",
            vec![work(1, "chat", "", 0, 20), work(2, "chat", "", 0, 10)],
            vec![agent(1, &[], 1, 0, 0)],
            &[(2, 1)],
        );
        check(
            "priority beats waiting",
            vec![work(1, "chat", "", 0, 0), work(2, "chat", "", 5, 50)],
            vec![agent(1, &[], 1, 0, 0)],
            &[(2, 1)],
        );
        check(
            "the same moment: smaller id",
            vec![work(2, "chat", "", 0, 0), work(1, "chat", "", 0, 0)],
            vec![agent(1, &[], 1, 0, 0)],
            &[(1, 1)],
        );
        check(
            "skill decides",
            vec![work(1, "chat", "gas", 0, 0)],
            vec![agent(1, &["cooling"], 4, 0, 0), agent(2, &["gas"], 4, 3, 9)],
            &[(1, 2)],
        );
        check(
            "a missing skill leaves it waiting, and others go on",
            vec![work(1, "chat", "gas", 9, 0), work(2, "chat", "", 0, 5)],
            vec![agent(1, &[], 4, 0, 0)],
            &[(2, 1)],
        );
        check("full", vec![work(1, "chat", "", 0, 0)], vec![agent(1, &[], 2, 2, 0)], &[]);
        check(
            "smallest share of capacity",
            vec![work(1, "chat", "", 0, 0)],
            vec![agent(1, &[], 2, 1, 0), agent(2, &[], 5, 2, 9)],
            &[(1, 2)],
        );
        check(
            "longest idle breaks a tie",
            vec![work(1, "chat", "", 0, 0)],
            vec![agent(1, &[], 2, 0, 9), agent(2, &[], 2, 0, 3)],
            &[(1, 2)],
        );
        check(
            "spread over two",
            vec![work(1, "chat", "", 0, 1), work(2, "chat", "", 0, 2), work(3, "chat", "", 0, 3)],
            vec![agent(1, &[], 2, 0, 0), agent(2, &[], 2, 0, 1)],
            &[(1, 1), (2, 2), (3, 1)],
        );
        for presence in [Presence::Busy, Presence::WrapUp, Presence::Offline] {
            let mut away = agent(1, &[], 4, 0, 0);
            away.presence = presence;
            check("not ready", vec![work(1, "chat", "", 0, 0)], vec![away], &[]);
        }
        check(
            "another kind has its own capacity",
            vec![work(1, "mail", "", 0, 0)],
            vec![agent(1, &[], 2, 2, 0)],
            &[(1, 1)],
        );
    }

    proptest! {
        #[test]
        fn never_too_much_and_never_twice(
            works in proptest::collection::vec((0u8..3, -2i32..3, 0i64..100), 0..40),
            people in proptest::collection::vec((0u8..4, 0u32..5, 0u32..5, 0i64..100), 0..8),
        ) {
            const SKILLS: [&str; 3] = ["", "gas", "cooling"];
            let waiting: Vec<_> = works
                .iter()
                .enumerate()
                .map(|(i, &(skill, priority, since))| {
                    work(i as u128, "chat", SKILLS[usize::from(skill)], priority, since)
                })
                .collect();
            let agents: Vec<_> = people
                .iter()
                .enumerate()
                .map(|(i, &(skills, capacity, load, idle))| {
                    let known: &[&str] = [&[][..], &["gas"], &["cooling"], &["gas", "cooling"]][usize::from(skills)];
                    agent(i as u128, known, capacity, load, idle)
                })
                .collect();
            let result = route(waiting.clone(), agents.clone());

            let mut seen = std::collections::BTreeSet::new();
            let mut load: BTreeMap<AgentId, u32> = BTreeMap::new();
            for (conversation, who) in &result {
                prop_assert!(seen.insert(*conversation), "assigned twice");
                *load.entry(*who).or_default() += 1;
                let work = waiting.iter().find(|work| work.conversation == *conversation).unwrap();
                let agent = agents.iter().find(|agent| agent.profile.id == *who).unwrap();
                prop_assert!(work.skill.is_empty() || agent.profile.skills.contains(&work.skill));
            }
            for agent in &agents {
                let more = load.get(&agent.profile.id).copied().unwrap_or(0);
                prop_assert!(more == 0 || agent.load_of("chat") + more <= agent.profile.capacity_for("chat"));
            }
            // Work without a skill waits only while everybody is full.
            let spare: u32 = agents
                .iter()
                .map(|agent| agent.profile.capacity_for("chat").saturating_sub(agent.load_of("chat")))
                .sum();
            let left = waiting.iter().filter(|work| work.skill.is_empty() && !seen.contains(&work.conversation)).count();
            prop_assert!(left == 0 || result.len() == spare as usize);
            prop_assert_eq!(route(waiting, agents), result, "deterministic");
        }
    }
}
