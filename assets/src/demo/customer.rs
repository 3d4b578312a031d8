//! Customers of the demo company with what they own, ordered and had repaired.

use serde::Deserialize;

use super::Text;

/// One customer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// Id.
    pub id: String,
    /// Name.
    pub name: Text,
    /// How to address the person.
    pub title: Text,
    /// Preferred language, a tag.
    pub language: String,
    /// Tier's id.
    pub tier: String,
    /// Labels' ids.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Addresses on channels.
    pub handles: Vec<Handle>,
    /// Postal address.
    pub address: Text,
    /// Days since the first contact.
    pub since_days: u32,
    /// Whether the customer agreed to be offered things.
    pub consent: bool,
    /// What colleagues should know, or empty.
    #[serde(default)]
    pub notes: Text,
    /// Devices owned.
    #[serde(default)]
    pub devices: Vec<Device>,
    /// Orders, newest first.
    #[serde(default)]
    pub orders: Vec<Order>,
    /// Earlier service, newest first.
    #[serde(default)]
    pub services: Vec<ServiceRecord>,
    /// Tickets, newest first.
    #[serde(default)]
    pub tickets: Vec<Ticket>,
}

/// An address on a channel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handle {
    /// What it is.
    pub kind: HandleKind,
    /// The address; telephone numbers in E.164.
    pub value: String,
}

/// What a handle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandleKind {
    /// A telephone number.
    Phone,
    /// A mail address.
    Mail,
    /// A visitor of the web-chat widget.
    Web,
    /// An account on a social network.
    Social,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Model number.
    pub model: String,
    /// Serial number.
    pub serial: String,
    /// Where it stands.
    pub place: Text,
    /// Days since it was bought.
    pub bought_days: u32,
    /// Days since it was installed; none while it waits for that.
    pub installed_days: Option<u32>,
    /// Whether the warranty was extended.
    #[serde(default)]
    pub extended: bool,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Number as the customer knows it.
    pub number: String,
    /// What was ordered.
    pub title: Text,
    /// Days ago.
    pub days: u32,
    /// State's id.
    pub state: String,
    /// Yuan.
    pub amount: u32,
}

/// One earlier visit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceRecord {
    /// Days ago.
    pub days: u32,
    /// What was done.
    pub title: Text,
    /// From 1 to 5, where given.
    pub rating: Option<u8>,
}

/// One earlier ticket.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    /// Number people say aloud.
    pub number: String,
    /// One line.
    pub title: Text,
    /// Days ago.
    pub days: u32,
    /// Kind's id.
    pub kind: String,
    /// Where it stands.
    pub stage: Stage,
}

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Submitted.
    Open,
    /// Somebody works on it.
    InProgress,
    /// Waiting for the customer.
    WaitingForCustomer,
    /// Done.
    Done,
    /// Given up.
    Cancelled,
}
