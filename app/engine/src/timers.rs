//! What is due when.

use std::collections::BTreeSet;

use model::{AccountId, ConversationId, ProposalId, Timestamp};

/// Something that becomes due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// Look at a conversation's outbox again.
    Outbox(ConversationId),
    /// A parked conversation comes back.
    ParkEnded(ConversationId),
    /// A proposal is no longer useful.
    ProposalExpires(ConversationId, ProposalId),
    /// A prompt is no longer useful.
    PromptExpires(ConversationId),
    /// A customer has stopped typing.
    TypingEnds(ConversationId),
    /// Ask a provider for news.
    Poll(AccountId),
    /// Check a conversation's quality, once it has been quiet for a moment.
    Score(ConversationId),
    /// Delete what has had its time.
    Tidy,
}

/// What is due when. The same thing at the same moment is kept once.
#[derive(Debug, Default)]
pub(crate) struct Timers(BTreeSet<(Timestamp, Due)>);

impl Timers {
    /// Remembers something for a moment.
    pub fn at(&mut self, at: Timestamp, due: Due) {
        self.0.insert((at, due));
    }

    /// Remembers something for a moment in place of what was remembered of the same kind before.
    pub fn only_at(&mut self, at: Timestamp, due: Due) {
        self.0.retain(|(_, have)| *have != due);
        self.0.insert((at, due));
    }

    /// The next moment at which something is due.
    pub fn next(&self) -> Option<Timestamp> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes out what is due.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<Due> {
        let mut due = Vec::new();
        while self.0.first().is_some_and(|(at, _)| *at <= now)
            && let Some((_, what)) = self.0.pop_first()
        {
            due.push(what);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_in_order_and_once() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let conversation = |id| ConversationId::from_u128(id);
        let mut timers = Timers::default();
        timers.at(at(3), Due::Outbox(conversation(1)));
        timers.at(at(1), Due::ParkEnded(conversation(2)));
        timers.at(at(1), Due::ParkEnded(conversation(2)));
        timers.only_at(at(9), Due::Outbox(conversation(1)));
        assert_eq!(timers.next(), Some(at(1)));
        assert_eq!(timers.take_due(at(3)), [Due::ParkEnded(conversation(2))]);
        assert_eq!(timers.take_due(at(9)), [Due::Outbox(conversation(1))]);
        assert_eq!(timers.next(), None);
    }
}
