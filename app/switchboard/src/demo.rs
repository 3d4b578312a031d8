//! The demo company as something the engine can begin with: dates relative to now, one language.

use std::collections::BTreeMap;

use assets::{
    Language,
    demo::{self, AgentPresence, Author, Company, HandleKind as DemoHandle, State},
};
use engine::{Seed, SeedAuthor, SeedEntry, SeedState, SeedThread};
use jiff::{SignedDuration, civil::Date, tz::TimeZone};
use model::{
    AgentId, CustomerId, TicketId, Timestamp,
    customer::{Customer, Device, Handle, HandleKind, Order, ServiceRecord},
    presence::{AgentProfile, BreakReason, Presence},
    proposal::WrapUp,
    ticket::{Stage, Ticket},
};

/// The plugin that describes the tickets of the past.
const TICKET_PLUGIN: &str = "company";

/// The person at this desk.
pub fn me(company: &Company, language: Language) -> AgentProfile {
    match company.desk_agent() {
        Some(agent) => profile(agent, language),
        None => AgentProfile {
            id: AgentId::from_u128(1),
            name: String::new(),
            public_name: None,
            skills: std::collections::BTreeSet::new(),
            capacity: BTreeMap::new(),
        },
    }
}

/// The whole company.
pub fn seed(company: &Company, language: Language) -> Seed {
    let planter = Planter { company, language, now: Timestamp::now(), zone: TimeZone::system() };
    Seed {
        agents: company
            .agents
            .iter()
            .filter(|agent| !agent.desk)
            .map(|agent| (profile(agent, language), presence(agent.presence)))
            .collect(),
        customers: planter.customers(),
        tickets: planter.tickets(),
        threads: planter.threads(),
    }
}

fn profile(agent: &demo::Agent, language: Language) -> AgentProfile {
    AgentProfile {
        id: AgentId::from_u128(number(&["agent", &agent.id])),
        name: agent.name.get(language).to_owned(),
        public_name: Some(agent.public_name.get(language).to_owned()),
        skills: agent.skills.iter().cloned().collect(),
        capacity: agent.capacity.clone(),
    }
}

fn presence(presence: AgentPresence) -> Presence {
    match presence {
        // A colleague who is not really there must not be given real customers.
        AgentPresence::Ready | AgentPresence::Busy => Presence::Busy,
        AgentPresence::BreakMeal => Presence::Break(BreakReason::Meal),
        AgentPresence::Offline => Presence::Offline,
    }
}

/// A number that is the same for the same names: FNV-1a over 128 bits (Fowler, Noll, Vo).
fn number(parts: &[&str]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

struct Planter<'a> {
    company: &'a Company,
    language: Language,
    now: Timestamp,
    zone: TimeZone,
}

impl Planter<'_> {
    fn today(&self) -> Date {
        self.zone.to_datetime(self.now).date()
    }

    fn day(&self, days_ago: u32) -> Date {
        self.today().checked_sub(SignedDuration::from_hours(24 * i64::from(days_ago))).unwrap_or(Date::MIN)
    }

    fn ago(&self, seconds: u64) -> Timestamp {
        let span = SignedDuration::from_secs(seconds.cast_signed());
        self.now.checked_sub(span).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn days_ago(&self, days: u32) -> Timestamp {
        self.ago(u64::from(days) * 24 * 60 * 60)
    }

    fn customers(&self) -> Vec<Customer> {
        let visitors = self.company.queue.iter().filter(|open| open.customer.is_none()).map(|open| {
            let name = open.visitor.as_ref().map_or("", |name| name.get(self.language));
            let mut customer = Customer::named(customer_id(&open.id), name, self.ago(3600));
            customer.handles.extend(open.handle.as_ref().map(handle));
            customer
        });
        self.company.customers.iter().map(|customer| self.customer(customer)).chain(visitors).collect()
    }

    fn customer(&self, from: &demo::Customer) -> Customer {
        let language = self.language;
        Customer {
            id: customer_id(&from.id),
            name: from.name.get(language).to_owned(),
            title: from.title.get(language).to_owned(),
            language: Some(from.language.clone()),
            handles: from.handles.iter().map(handle).collect(),
            tier: self.company.tier(&from.tier, language).to_owned(),
            tags: from.tags.iter().map(|tag| self.company.tag(tag, language).to_owned()).collect(),
            address: from.address.get(language).to_owned(),
            devices: from.devices.iter().map(|device| self.device(device)).collect(),
            orders: from.orders.iter().map(|order| self.order(order)).collect(),
            services: from
                .services
                .iter()
                .map(|service| ServiceRecord {
                    day: self.day(service.days),
                    title: service.title.get(language).to_owned(),
                    rating: service.rating,
                })
                .collect(),
            marketing_consent: from.consent,
            attributes: BTreeMap::new(),
            tickets: from.tickets.iter().map(|ticket| ticket_id(&ticket.number)).collect(),
            since: self.days_ago(from.since_days),
        }
    }

    fn device(&self, from: &demo::Device) -> Device {
        let bought = self.day(from.bought_days);
        let installed = from.installed_days.map(|days| self.day(days));
        let months = i64::from(self.company.warranty_months(from));
        let begins = installed.unwrap_or(bought);
        // Months have no fixed length: the same day of the month, or the last one.
        let until = begins.checked_add(jiff::Span::new().months(months)).ok();
        Device {
            name: self.company.device_name(from, self.language).to_owned(),
            model: from.model.clone(),
            serial: from.serial.clone(),
            place: from.place.get(self.language).to_owned(),
            bought: Some(bought),
            installed,
            warranty_until: until,
            warranty_extended: from.extended,
        }
    }

    fn order(&self, from: &demo::Order) -> Order {
        Order {
            number: from.number.clone(),
            title: from.title.get(self.language).to_owned(),
            ordered: self.day(from.days),
            state: self.company.order_state(&from.state, self.language).to_owned(),
            amount: format!("¥{}", from.amount),
        }
    }

    fn tickets(&self) -> Vec<Ticket> {
        let me = me(self.company, self.language).id;
        let of = |customer: &demo::Customer, ticket: &demo::Ticket| Ticket {
            id: ticket_id(&ticket.number),
            number: ticket.number.clone(),
            plugin: TICKET_PLUGIN.into(),
            kind: ticket.kind.clone(),
            title: ticket.title.get(self.language).to_owned(),
            customer: customer_id(&customer.id),
            conversation: None,
            opened_by: me,
            values: BTreeMap::new(),
            stage: match ticket.stage {
                demo::Stage::Open => Stage::Open,
                demo::Stage::InProgress => Stage::InProgress,
                demo::Stage::WaitingForCustomer => Stage::WaitingForCustomer,
                demo::Stage::Done => Stage::Done,
                demo::Stage::Cancelled => Stage::Cancelled,
            },
            sequence: 0,
            opened: self.days_ago(ticket.days),
            changed: self.days_ago(ticket.days),
            comments: Vec::new(),
        };
        let mut tickets: Vec<_> = self
            .company
            .customers
            .iter()
            .flat_map(|customer| customer.tickets.iter().map(move |ticket| of(customer, ticket)))
            .collect();
        tickets.sort_by_key(|ticket| ticket.opened);
        tickets
    }

    fn threads(&self) -> Vec<SeedThread> {
        let mut threads: Vec<_> = self.company.history.iter().map(|past| self.past(past)).collect();
        threads.extend(self.company.queue.iter().map(|open| self.open(open)));
        threads.sort_by_key(|thread| thread.entries.first().map(|entry| entry.at));
        threads
    }

    fn past(&self, past: &demo::PastConversation) -> SeedThread {
        let agent = agent_id(&past.agent);
        let time = past.time_of_day().unwrap_or(jiff::civil::Time::midnight());
        let began = self.day(past.day).to_datetime(time);
        let began = self.zone.to_timestamp(began).unwrap_or_else(|_| self.days_ago(past.day));
        let entries = past
            .messages
            .iter()
            .map(|message| SeedEntry {
                at: began
                    .checked_add(SignedDuration::from_secs(message.after_s.cast_signed()))
                    .unwrap_or(began),
                by: author(message.by, agent),
                text: message.text(self.language).to_owned(),
            })
            .collect();
        let wrap_up = WrapUp { summary: past.summary.get(self.language).to_owned(), ..WrapUp::default() };
        SeedThread {
            customer: customer_id(&past.customer),
            kind: past.channel.kind().to_owned(),
            title: String::new(),
            thread: past.id.clone(),
            subject: past.subject.get(self.language).to_owned(),
            skill: String::new(),
            tags: self.tags(&past.tags),
            entries,
            state: SeedState::Closed(agent, wrap_up),
        }
    }

    fn open(&self, open: &demo::OpenConversation) -> SeedThread {
        let me = me(self.company, self.language).id;
        let agent = open.agent.as_deref().map_or(me, agent_id);
        let entries = open
            .messages
            .iter()
            .map(|message| SeedEntry {
                at: self.ago(message.ago_s),
                by: author(message.by, message.agent.as_deref().map_or(agent, agent_id)),
                text: message.text(self.language).to_owned(),
            })
            .collect();
        let until = open
            .park_minutes
            .and_then(|minutes| self.now.checked_add(SignedDuration::from_mins(i64::from(minutes))).ok());
        SeedThread {
            customer: customer_id(open.customer.as_deref().unwrap_or(&open.id)),
            kind: open.channel.kind().to_owned(),
            title: String::new(),
            thread: open.id.clone(),
            subject: open.subject.get(self.language).to_owned(),
            // A demo agent has no colleague who could take what asks for another skill.
            skill: String::new(),
            tags: self.tags(&open.tags),
            entries,
            state: match open.state {
                State::Waiting => SeedState::Waiting,
                State::Assigned => SeedState::Assigned(agent),
                State::Parked => SeedState::Parked(agent, until),
            },
        }
    }

    fn tags(&self, ids: &[String]) -> Vec<String> {
        ids.iter().map(|id| self.company.tag(id, self.language).to_owned()).collect()
    }
}

fn author(author: Author, agent: AgentId) -> SeedAuthor {
    match author {
        Author::Customer => SeedAuthor::Customer,
        Author::Agent => SeedAuthor::Agent(agent),
        Author::Note => SeedAuthor::Note(agent),
    }
}

fn handle(from: &demo::Handle) -> Handle {
    let kind = match from.kind {
        DemoHandle::Phone => HandleKind::Phone,
        DemoHandle::Mail => HandleKind::Mail,
        DemoHandle::Web => HandleKind::Web,
        DemoHandle::Social => HandleKind::Social,
    };
    Handle { kind, value: from.value.clone() }
}

fn agent_id(id: &str) -> AgentId {
    AgentId::from_u128(number(&["agent", id]))
}

fn customer_id(id: &str) -> CustomerId {
    CustomerId::from_u128(number(&["customer", id]))
}

fn ticket_id(number_text: &str) -> TicketId {
    TicketId::from_u128(number(&["ticket", number_text]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_company_can_be_planted_in_both_languages() {
        let company = demo::company().unwrap();
        for language in [Language::Chinese, Language::English] {
            let seed = seed(&company, language);
            assert!(seed.customers.len() >= 40);
            assert!(seed.threads.iter().all(|thread| {
                seed.customers.iter().any(|customer| customer.id == thread.customer)
                    && !thread.entries.is_empty()
            }));
            let me = me(&company, language).id;
            assert!(seed.agents.iter().all(|(agent, _)| agent.id != me));
        }
    }
}
