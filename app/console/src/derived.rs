//! What is worked out from a view once for each revision, so that drawing only looks things up.

use std::{collections::HashMap, hash::BuildHasherDefault, sync::Arc};

use model::{
    AgentId, ConversationId, Timestamp,
    conversation::Status,
    plugin::PluginState,
    view::{PluginRow, QueueRow, View},
};

use crate::hash::QuickHasher;

/// A part of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the parts by their names")]
pub enum Section {
    #[default]
    Mine,
    Waiting,
    Parked,
    Team,
}

impl Section {
    /// Every section, in the order of the filters.
    pub const ALL: [Self; 4] = [Self::Mine, Self::Waiting, Self::Parked, Self::Team];

    /// The key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Mine => "queue-mine",
            Self::Waiting => "queue-waiting",
            Self::Parked => "queue-parked",
            Self::Team => "queue-team",
        }
    }

    /// Where a row belongs for this agent; closed conversations are in none.
    pub fn of(row: &QueueRow, me: AgentId) -> Option<Self> {
        match &row.status {
            Status::Waiting => Some(Self::Waiting),
            Status::Assigned(agent) if *agent == me => Some(Self::Mine),
            Status::Parked { agent, .. } if *agent == me => Some(Self::Parked),
            Status::Assigned(_) | Status::Parked { .. } => Some(Self::Team),
            Status::Closed => None,
        }
    }
}

/// The kind of channel on which nobody sits and waits.
const MAIL: &str = "mail";
/// From here on a waiting clock is amber, and from the second on red: in seconds.
const WAITING_LIMITS_S: (u64, u64) = (45, 90);
/// The same for mail, whose customers do not sit in front of it.
const MAIL_LIMITS_S: (u64, u64) = (4 * 3600, 8 * 3600);

/// After how many seconds a customer's wait on this kind of channel is amber, and after how many red.
pub fn waiting_limits_s(kind: &str) -> (u64, u64) {
    if kind == MAIL { MAIL_LIMITS_S } else { WAITING_LIMITS_S }
}

/// What is known of a row of the queue without looking at the row: the queue is ten thousand of them, each
/// somewhere else in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Digest {
    /// The number under which `Derived::positions` has the row's place. A conversation keeps it.
    slot: u32,
    section: Option<Section>,
    /// Whether its customer waits by the limits of mail.
    mail: bool,
    unread: u32,
    waiting_since: Option<Timestamp>,
}

impl Digest {
    fn of(row: &QueueRow, section: Option<Section>, slot: u32) -> Self {
        Self {
            slot,
            section,
            mail: row.channel.kind == MAIL,
            unread: row.unread,
            waiting_since: row.waiting_since,
        }
    }

    /// Whether the row stands where it stood and counts as it counted, except for its unread messages.
    fn stands_like(&self, other: &Self) -> bool {
        Self { unread: 0, ..*self } == Self { unread: 0, ..*other }
    }
}

/// A row that is new or another one than in the view before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Where it stands now.
    pub index: usize,
    /// The section it was in; nothing where it is new.
    pub section: Option<Section>,
    /// The unread messages it had.
    pub unread: u32,
}

/// How far apart the same row is looked for in the queue before and after. Rows move one at a time, so that a few
/// places are enough; what has moved more is worked out anew.
const LOOK_AHEAD: usize = 6;

/// What is worked out from a view.
///
/// # Invariant
///
/// A new view costs little more than what is new in it: rows that are the same object as before are passed over,
/// and only a view in which nearly everything is new is worked out row by row.
#[derive(Debug, Default)]
pub struct Derived {
    revision: Option<u64>,
    me: Option<AgentId>,
    queue: Arc<Vec<Arc<QueueRow>>>,
    plugins: Option<Arc<Vec<Arc<PluginRow>>>>,
    /// For every row of `queue`, in its order.
    digests: Vec<Digest>,
    /// The digests of the queue before, kept for their room.
    before: Vec<Digest>,
    slots: HashMap<ConversationId, u32, BuildHasherDefault<QuickHasher>>,
    /// Where the row of a slot stands.
    positions: Vec<u32>,
    free: Vec<u32>,
    sections: [Vec<usize>; 4],
    changed: Vec<Changed>,
    order: u64,
    /// Since when the first of mine waits, by mail and by anything else, and where.
    longest: [Option<(Timestamp, usize)>; 2],
    /// Plugins that answer.
    pub plugins_healthy: usize,
    /// Plugins stopped by a person or by the host, or broken.
    pub plugins_stopped: usize,
    /// Unread customer messages in my conversations.
    pub unread: u32,
}

impl Derived {
    /// Works out again what another view changes.
    pub fn update(&mut self, view: &View) {
        if self.revision == Some(view.revision) {
            return;
        }
        let first = self.revision.replace(view.revision).is_none();
        self.changed.clear();
        if self.plugins.as_ref().is_none_or(|plugins| !Arc::ptr_eq(plugins, &view.plugins)) {
            self.plugins = Some(Arc::clone(&view.plugins));
            self.count_plugins(view);
        }
        if Arc::ptr_eq(&self.queue, &view.queue) && self.me == Some(view.me) {
            return;
        }
        let same_agent = self.me.replace(view.me) == Some(view.me);
        let old = std::mem::replace(&mut self.queue, Arc::clone(&view.queue));
        std::mem::swap(&mut self.digests, &mut self.before);
        let moved = if let Some(moved) = same_agent.then(|| self.align(&old)).flatten() {
            moved
        } else {
            self.anew();
            true
        };
        if moved {
            self.place();
        } else {
            self.count_unread();
        }
        if first {
            // What was there when the window opened is no news.
            self.changed.clear();
        }
    }

    /// Walks along the queue before and the one now, keeps what is the same and digests what is not. Whether
    /// anything stands elsewhere; nothing where too much has moved.
    fn align(&mut self, old: &[Arc<QueueRow>]) -> Option<bool> {
        let new = Arc::clone(&self.queue);
        self.digests.clear();
        self.digests.reserve(new.len());
        let mut gone = Vec::new();
        let mut moved = false;
        let (mut from, mut to) = (0, 0);
        while from < old.len() || to < new.len() {
            let pair = old.get(from).zip(new.get(to));
            if pair.is_some_and(|(was, is)| Arc::ptr_eq(was, is)) {
                self.digests.push(self.before[from]);
                (from, to) = (from + 1, to + 1);
            } else if let Some((_, row)) = pair.filter(|(was, is)| was.id == is.id) {
                let was = self.before[from];
                moved |= !self.digest(row, to, Some(was)).stands_like(&was);
                (from, to) = (from + 1, to + 1);
            } else {
                moved = true;
                let (left, came) = next_pair(&old[from..], &new[to..])?;
                gone.extend(from..from + left);
                for index in to..to + came {
                    let was = self.digest_before(old, &new[index]);
                    self.digest(&new[index], index, was);
                }
                (from, to) = (from + left, to + came);
            }
        }
        self.forget(old, &gone);
        Some(moved)
    }

    /// Digests every row.
    fn anew(&mut self) {
        let new = Arc::clone(&self.queue);
        self.changed.clear();
        self.digests.clear();
        let mut before = vec![None; self.positions.len()];
        self.before.iter().for_each(|digest| before[digest.slot as usize] = Some(*digest));
        for (index, row) in new.iter().enumerate() {
            let was = self.slots.get(&row.id).and_then(|slot| before.get(*slot as usize).copied().flatten());
            self.digest(row, index, was);
        }
        let mut here = vec![false; self.positions.len()];
        self.digests.iter().for_each(|digest| here[digest.slot as usize] = true);
        let free = &mut self.free;
        self.slots.retain(|_, slot| {
            let stays = here[*slot as usize];
            if !stays {
                free.push(*slot);
            }
            stays
        });
    }

    /// Adds a row's digest and notes what it was before.
    fn digest(&mut self, row: &QueueRow, index: usize, was: Option<Digest>) -> Digest {
        let section = self.me.and_then(|me| Section::of(row, me));
        let slot = was.map_or_else(|| self.slot(row.id), |was| was.slot);
        let digest = Digest::of(row, section, slot);
        self.digests.push(digest);
        self.changed.push(Changed {
            index,
            section: was.and_then(|was| was.section),
            unread: was.map_or(0, |was| was.unread),
        });
        digest
    }

    /// The number of a conversation, a free one where it is new.
    fn slot(&mut self, conversation: ConversationId) -> u32 {
        if let Some(slot) = self.slots.get(&conversation) {
            return *slot;
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.positions.push(0);
            (self.positions.len() - 1) as u32
        });
        self.slots.insert(conversation, slot);
        slot
    }

    /// What was known of a row that now stands elsewhere.
    fn digest_before(&self, old: &[Arc<QueueRow>], row: &QueueRow) -> Option<Digest> {
        let slot = *self.slots.get(&row.id)?;
        let position = self.positions[slot as usize] as usize;
        old.get(position).filter(|was| was.id == row.id).map(|_| self.before[position])
    }

    /// Frees the slots of rows that left their place and did not come to stand elsewhere.
    fn forget(&mut self, old: &[Arc<QueueRow>], gone: &[usize]) {
        for index in gone {
            let slot = self.before[*index].slot;
            if !self.changed.iter().any(|changed| self.digests[changed.index].slot == slot) {
                self.slots.remove(&old[*index].id);
                self.free.push(slot);
            }
        }
    }

    /// Sorts the rows into their sections by what is known of them.
    fn place(&mut self) {
        self.order += 1;
        self.unread = 0;
        self.longest = [None; 2];
        self.sections.iter_mut().for_each(Vec::clear);
        for (index, digest) in self.digests.iter().enumerate() {
            self.positions[digest.slot as usize] = index as u32;
            let Some(section) = digest.section else { continue };
            self.sections[section as usize].push(index);
            if section == Section::Mine {
                self.unread += digest.unread;
                let longest = &mut self.longest[usize::from(digest.mail)];
                if let Some(since) = digest.waiting_since
                    && longest.is_none_or(|(longest, _)| since < longest)
                {
                    *longest = Some((since, index));
                }
            }
        }
    }

    /// No row has come to stand elsewhere: only what is unread can have changed.
    fn count_unread(&mut self) {
        for changed in &self.changed {
            if changed.section == Some(Section::Mine) {
                self.unread = self.unread - changed.unread + self.digests[changed.index].unread;
            }
        }
    }

    fn count_plugins(&mut self, view: &View) {
        let healthy = |state: &PluginState| *state == PluginState::Healthy;
        let stopped = |state: &PluginState| {
            matches!(state, PluginState::Paused | PluginState::Quarantined | PluginState::Broken(_))
        };
        self.plugins_healthy = view.plugins.iter().filter(|row| healthy(&row.state)).count();
        self.plugins_stopped = view.plugins.iter().filter(|row| stopped(&row.state)).count();
    }

    /// Where a conversation stands in the view's queue.
    pub fn row_index(&self, conversation: ConversationId) -> Option<usize> {
        self.slots.get(&conversation).map(|slot| self.positions[*slot as usize] as usize)
    }

    /// The rows of a section, as indices into the view's queue.
    pub fn section(&self, section: Section) -> &[usize] {
        &self.sections[section as usize]
    }

    /// Counts up whenever a row comes to stand elsewhere or in another section.
    pub fn order(&self) -> u64 {
        self.order
    }

    /// Rows that are new or other ones than in the view before; none for the first view.
    pub fn changed(&self) -> &[Changed] {
        &self.changed
    }

    /// The conversation of mine whose customer has waited longest, measured by what is usual on its channel.
    pub fn most_urgent(&self, now: Timestamp) -> Option<usize> {
        let share = |mail: usize| {
            let limit = if mail == 1 { MAIL_LIMITS_S.1 } else { WAITING_LIMITS_S.1 };
            let (since, index) = self.longest[mail]?;
            Some(((now.as_second() - since.as_second()).max(1) as f64 / limit as f64, index))
        };
        let shares = [share(0), share(1)];
        shares.into_iter().flatten().max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, row)| row)
    }
}

/// The nearest place at which the same row stands in both: how many rows to pass over in the one and the other.
fn next_pair(old: &[Arc<QueueRow>], new: &[Arc<QueueRow>]) -> Option<(usize, usize)> {
    let (most_left, most_came) = (old.len().min(LOOK_AHEAD), new.len().min(LOOK_AHEAD));
    for distance in 1..=most_left + most_came {
        for left in distance.saturating_sub(most_came)..=distance.min(most_left) {
            let came = distance - left;
            let same = match (old.get(left), new.get(came)) {
                (Some(was), Some(is)) => Arc::ptr_eq(was, is),
                // Both at their end.
                (None, None) => true,
                _ => false,
            };
            if same {
                return Some((left, came));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// A small generator of numbers that are the same in every run.
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self, below: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % below.max(1) as u64) as usize
        }
    }

    fn changed_row(numbers: &mut Numbers, row: &QueueRow, me: AgentId) -> Arc<QueueRow> {
        let mut row = row.clone();
        let other = AgentId::from_u128(77);
        let at = Timestamp::from_second(1_780_000_000 + numbers.next(3000).cast_signed() as i64).unwrap();
        match numbers.next(4) {
            0 => row.unread = numbers.next(5) as u32,
            1 => row.waiting_since = (numbers.next(2) == 0).then_some(at),
            2 => {
                row.status = match numbers.next(4) {
                    0 => Status::Waiting,
                    1 => Status::Closed,
                    2 => Status::Assigned(other),
                    _ => Status::Assigned(me),
                }
            }
            _ => row.channel.kind = if numbers.next(2) == 0 { MAIL } else { "chat" }.to_owned(),
        }
        Arc::new(row)
    }

    /// Sections, unread messages, the most urgent row, and where every row stands.
    type Facts = (Vec<Vec<usize>>, u32, Option<usize>, Vec<Option<usize>>);

    fn facts(derived: &Derived, view: &View) -> Facts {
        let sections = Section::ALL.iter().map(|section| derived.section(*section).to_vec()).collect();
        let places = view.queue.iter().map(|row| derived.row_index(row.id)).collect();
        (sections, derived.unread, derived.most_urgent(view.now), places)
    }

    /// Whatever happens to the queue between two views, what follows from it is what a new beginning finds.
    #[test]
    fn what_is_followed_agrees_with_what_is_worked_out_anew() {
        let first = crate::fixture::large(assets::Language::English, 60, 1);
        let first = model::port::Desk::view(&*first);
        for seed in 1..40 {
            let mut numbers = Numbers(seed * 104_729);
            let mut view = (*first).clone();
            let mut followed = Derived::default();
            followed.update(&view);
            assert_eq!(followed.changed(), []);
            for step in 0..60_u64 {
                let before = view.clone();
                let mut queue = view.queue.to_vec();
                for _ in 0..=numbers.next(3) {
                    let (from, to) = (numbers.next(queue.len()), numbers.next(queue.len()));
                    match numbers.next(5) {
                        0 => {
                            let row = queue.remove(from);
                            queue.insert(to, row);
                        }
                        1 => {
                            let mut row = (*queue[from]).clone();
                            row.id = ConversationId::from_u128(u128::from(seed * 1000 + step) << 64);
                            queue.insert(to, Arc::new(row));
                        }
                        2 if queue.len() > 20 => drop(queue.remove(from)),
                        _ => queue[from] = changed_row(&mut numbers, &queue[from], view.me),
                    }
                }
                let mut here = HashSet::new();
                queue.retain(|row| here.insert(row.id));
                if numbers.next(20) == 0 {
                    queue.reverse();
                }
                view.queue = Arc::new(queue);
                view.revision += 1;
                let mut anew = Derived::default();
                anew.update(&view);
                followed.update(&view);
                assert_eq!(facts(&followed, &view), facts(&anew, &view), "seed {seed}, step {step}");
                assert_changes(&followed, &before, &view);
            }
        }
    }

    fn assert_changes(derived: &Derived, before: &View, view: &View) {
        let noted: HashMap<usize, Changed> =
            derived.changed().iter().map(|changed| (changed.index, *changed)).collect();
        for (index, row) in view.queue.iter().enumerate() {
            let was = before.queue.iter().find(|was| was.id == row.id);
            let Some(changed) = noted.get(&index) else {
                assert!(was.is_some_and(|was| Arc::ptr_eq(was, row)), "a change is missing at {index}");
                continue;
            };
            assert_eq!(changed.section, was.and_then(|was| Section::of(was, view.me)));
            assert_eq!(changed.unread, was.map_or(0, |was| was.unread));
        }
        assert_eq!(derived.row_index(ConversationId::from_u128(u128::MAX)), None);
    }
}
