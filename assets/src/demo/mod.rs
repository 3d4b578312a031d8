//! The demo company: an invented maker of home appliances with its people, customers, products and work.
//!
//! The files under `demo/` hold no dates: days and seconds count back from the moment at which the demo starts,
//! so that it always looks like today. Everything a person reads is there in both languages ([`Text`]).

mod customer;
mod text;
mod work;

use serde::Deserialize;

pub use customer::{Customer, Device, Handle, HandleKind, Order, ServiceRecord, Stage, Ticket};
pub use text::Text;
pub use work::{Author, Channel, Message, OpenConversation, PastConversation, PastMessage, Snippet, State};

use crate::Language;

/// The files of the demo as `(name, source)`.
pub fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        ("company.toml", COMPANY),
        ("agents.toml", AGENTS),
        ("products.toml", PRODUCTS),
        ("customers.toml", CUSTOMERS),
        ("snippets.toml", SNIPPETS),
        ("history.toml", HISTORY),
        ("queue.toml", QUEUE),
    ]
    .into_iter()
}

const COMPANY: &str = include_str!("../../demo/company.toml");
const AGENTS: &str = include_str!("../../demo/agents.toml");
const PRODUCTS: &str = include_str!("../../demo/products.toml");
const CUSTOMERS: &str = include_str!("../../demo/customers.toml");
const SNIPPETS: &str = include_str!("../../demo/snippets.toml");
const HISTORY: &str = include_str!("../../demo/history.toml");
const QUEUE: &str = include_str!("../../demo/queue.toml");

/// A demo file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("demo/{file}: {source}")]
pub struct DemoError {
    /// The file.
    pub file: &'static str,
    /// What is wrong with it.
    #[source]
    pub source: toml::de::Error,
}

/// Reads the whole demo company.
pub fn company() -> Result<Company, DemoError> {
    let CompanyFile { profile, skill, tier, tag, order_state, ticket_kind, engineer } =
        read("company.toml", COMPANY)?;
    let AgentsFile { agent } = read("agents.toml", AGENTS)?;
    let ProductsFile { category, product, code, policy } = read("products.toml", PRODUCTS)?;
    let CustomersFile { customer } = read("customers.toml", CUSTOMERS)?;
    let SnippetsFile { snippet } = read("snippets.toml", SNIPPETS)?;
    let Conversations { conversation: history } = read("history.toml", HISTORY)?;
    let Conversations { conversation: queue } = read("queue.toml", QUEUE)?;
    Ok(Company {
        profile,
        skills: skill,
        tiers: tier,
        tags: tag,
        order_states: order_state,
        ticket_kinds: ticket_kind,
        engineers: engineer,
        agents: agent,
        catalogue: Catalogue { categories: category, products: product, codes: code, policies: policy },
        customers: customer,
        snippets: snippet,
        history,
        queue,
    })
}

/// The snippets for `/` in the composer, without reading the rest.
pub fn snippets() -> Result<Vec<Snippet>, DemoError> {
    let SnippetsFile { snippet } = read("snippets.toml", SNIPPETS)?;
    Ok(snippet)
}

fn read<'a, T: Deserialize<'a>>(file: &'static str, source: &'a str) -> Result<T, DemoError> {
    toml::from_str(source).map_err(|source| DemoError { file, source })
}

/// The demo company.
#[derive(Clone, Debug, PartialEq)]
pub struct Company {
    /// Name and addresses.
    pub profile: Profile,
    /// Skills by which conversations are routed.
    pub skills: Vec<Named>,
    /// Loyalty tiers, best first.
    pub tiers: Vec<Named>,
    /// Labels.
    pub tags: Vec<Named>,
    /// States of orders.
    pub order_states: Vec<Named>,
    /// Kinds of tickets.
    pub ticket_kinds: Vec<Named>,
    /// Field engineers.
    pub engineers: Vec<Engineer>,
    /// People at desks.
    pub agents: Vec<Agent>,
    /// Products, fault codes and policies.
    pub catalogue: Catalogue,
    /// Customers.
    pub customers: Vec<Customer>,
    /// Snippets for the composer.
    pub snippets: Vec<Snippet>,
    /// Closed conversations.
    pub history: Vec<PastConversation>,
    /// Conversations that are open at the start.
    pub queue: Vec<OpenConversation>,
}

impl Company {
    /// The person at this desk.
    pub fn desk_agent(&self) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.desk)
    }

    /// An agent by id.
    pub fn agent(&self, id: &str) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.id == id)
    }

    /// A customer by id.
    pub fn customer(&self, id: &str) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.id == id)
    }

    /// A product by model number.
    pub fn product(&self, model: &str) -> Option<&Product> {
        self.catalogue.products.iter().find(|product| product.model == model)
    }

    /// What a device is, such as 燃气热水器: the name of its product's category.
    pub fn device_name<'a>(&'a self, device: &'a Device, language: Language) -> &'a str {
        let category = self.product(&device.model).map(|product| product.category.as_str());
        category
            .and_then(|id| Named::find(&self.catalogue.categories, id))
            .map_or(device.model.as_str(), |named| named.name.get(language))
    }

    /// Months of warranty from the day of installation, extension included.
    pub fn warranty_months(&self, device: &Device) -> u32 {
        let whole = self.product(&device.model).map_or(0, |product| product.warranty.whole);
        if device.extended { whole.max(EXTENDED_WARRANTY_MONTHS) } else { whole }
    }

    /// The name of a label in a language; the id where it is not known.
    pub fn tag<'a>(&'a self, id: &'a str, language: Language) -> &'a str {
        Named::find(&self.tags, id).map_or(id, |named| named.name.get(language))
    }

    /// The name of a tier in a language; the id where it is not known.
    pub fn tier<'a>(&'a self, id: &'a str, language: Language) -> &'a str {
        Named::find(&self.tiers, id).map_or(id, |named| named.name.get(language))
    }

    /// The name of an order's state in a language; the id where it is not known.
    pub fn order_state<'a>(&'a self, id: &'a str, language: Language) -> &'a str {
        Named::find(&self.order_states, id).map_or(id, |named| named.name.get(language))
    }
}

/// Months of warranty after an extension, as the policy `warranty` says.
pub const EXTENDED_WARRANTY_MONTHS: u32 = 120;

/// Name and addresses of the company.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Full name.
    pub name: Text,
    /// Name in conversation.
    pub short_name: Text,
    /// Service number.
    pub hotline: String,
    /// Web site.
    pub site: String,
    /// Mail address.
    pub mail: String,
    /// Seat.
    pub city: Text,
    /// What a visitor is greeted with.
    pub greeting: Text,
}

/// Something with an id and a name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The id used in the other files.
    pub id: String,
    /// Its name.
    pub name: Text,
}

impl Named {
    /// The one with this id.
    pub fn find<'a>(list: &'a [Self], id: &str) -> Option<&'a Self> {
        list.iter().find(|named| named.id == id)
    }
}

/// A field engineer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engineer {
    /// Id.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Skills.
    pub skills: Vec<String>,
    /// Grade, A is best.
    pub grade: String,
    /// Where the engineer starts in the morning.
    pub district: Text,
}

/// A person at a desk.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Id.
    pub id: String,
    /// Whether it is the person at this desk.
    #[serde(default)]
    pub desk: bool,
    /// Name as colleagues see it.
    pub name: Text,
    /// Name as customers see it.
    pub public_name: Text,
    /// Skills.
    pub skills: Vec<String>,
    /// Conversations at once by kind of channel, `*` for all others.
    pub capacity: std::collections::BTreeMap<String, u32>,
    /// Presence at the start.
    pub presence: AgentPresence,
}

/// Presence of an agent at the start of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentPresence {
    /// Takes new work.
    Ready,
    /// Works on what is open.
    Busy,
    /// Out for a meal.
    BreakMeal,
    /// Not signed in.
    Offline,
}

/// Products, fault codes and policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// Kinds of products.
    pub categories: Vec<Named>,
    /// Products.
    pub products: Vec<Product>,
    /// Fault codes by category.
    pub codes: Vec<FaultCode>,
    /// Rules of service.
    pub policies: Vec<Policy>,
}

/// One product.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Model number.
    pub model: String,
    /// Its category's id.
    pub category: String,
    /// What it is.
    pub name: Text,
    /// Year in which it came out.
    pub launched: u16,
    /// Whether it is still sold.
    pub sold: bool,
    /// Price in yuan.
    pub price: u32,
    /// Warranty.
    pub warranty: Warranty,
    /// What an agent may need to know.
    pub facts: Vec<Text>,
}

/// Warranty of a product in months.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warranty {
    /// For the whole machine.
    pub whole: u32,
    /// For its main part.
    pub part: u32,
    /// What the main part is.
    pub part_name: Text,
}

/// What a fault code means.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultCode {
    /// The category in whose machines it appears.
    pub category: String,
    /// The code on the display.
    pub code: String,
    /// What it is called.
    pub title: Text,
    /// What may be behind it.
    pub cause: Text,
    /// What the customer may do.
    pub steps: Text,
    /// Whether an engineer must come.
    pub visit: Visit,
    /// Whether the safety sentence comes first.
    pub danger: bool,
}

/// Whether a fault needs an engineer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visit {
    /// Never.
    Never,
    /// If the steps do not help.
    AfterSteps,
    /// Always.
    Always,
}

/// A rule of service.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Id.
    pub id: String,
    /// Title.
    pub title: Text,
    /// What holds.
    pub rules: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompanyFile {
    profile: Profile,
    skill: Vec<Named>,
    tier: Vec<Named>,
    tag: Vec<Named>,
    order_state: Vec<Named>,
    ticket_kind: Vec<Named>,
    engineer: Vec<Engineer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgentsFile {
    agent: Vec<Agent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductsFile {
    category: Vec<Named>,
    product: Vec<Product>,
    code: Vec<FaultCode>,
    policy: Vec<Policy>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomersFile {
    customer: Vec<Customer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SnippetsFile {
    snippet: Vec<Snippet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Conversations<T> {
    conversation: Vec<T>,
}

#[cfg(test)]
mod tests;
