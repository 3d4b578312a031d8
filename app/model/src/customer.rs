//! Customers: one person or household, with handles, devices and history.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    id::{CustomerId, TicketId},
};

/// An address of a customer on a channel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Handle {
    /// What it is.
    pub kind: HandleKind,
    /// The address itself, in the provider's own form; phones in E.164 where known.
    pub value: String,
}

/// What a handle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandleKind {
    /// A telephone number.
    Phone,
    /// A mail address.
    Mail,
    /// A visitor of a web-chat widget.
    Web,
    /// An account on a social network.
    Social,
    /// An id in the company's own systems.
    User,
}

impl Handle {
    /// The handle as shown before a person asks to see it in clear: `138****6027`, `a***r@example.com`.
    pub fn masked(&self) -> String {
        match self.kind {
            HandleKind::Phone => mask_middle(&self.value, 3, 4),
            HandleKind::Mail => match self.value.split_once('@') {
                Some((name, domain)) => format!("{}@{domain}", mask_middle(name, 1, 1)),
                None => mask_middle(&self.value, 1, 1),
            },
            HandleKind::Web | HandleKind::Social | HandleKind::User => {
                if self.value.chars().count() > 8 {
                    mask_middle(&self.value, 2, 2)
                } else {
                    self.value.clone()
                }
            }
        }
    }
}

/// Keeps `head` and `tail` characters and hides the rest behind four stars (three in short texts).
pub fn mask_middle(text: &str, head: usize, tail: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= head + tail {
        return chars.iter().take(1).collect::<String>() + "***";
    }
    let start: String = chars[..head].iter().collect();
    let end: String = chars[chars.len() - tail..].iter().collect();
    format!("{start}****{end}")
}

/// Everything the desk knows about one customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// The customer's id.
    pub id: CustomerId,
    /// Name as the agent sees it.
    pub name: String,
    /// How to address the person (`女士`, `先生`, `Ms`), where known.
    #[serde(default)]
    pub title: String,
    /// Preferred language, BCP 47, where known.
    #[serde(default)]
    pub language: Option<String>,
    /// Addresses on channels.
    #[serde(default)]
    pub handles: Vec<Handle>,
    /// Loyalty tier in the company's own words, or empty.
    #[serde(default)]
    pub tier: String,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Postal address, or empty.
    #[serde(default)]
    pub address: String,
    /// Devices owned.
    #[serde(default)]
    pub devices: Vec<Device>,
    /// Orders, newest first.
    #[serde(default)]
    pub orders: Vec<Order>,
    /// Earlier service, newest first.
    #[serde(default)]
    pub services: Vec<ServiceRecord>,
    /// Whether the customer agreed to be offered things.
    #[serde(default)]
    pub marketing_consent: bool,
    /// Anything else, by name.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Tickets, newest first.
    #[serde(default)]
    pub tickets: Vec<TicketId>,
    /// When the desk first heard of the person.
    pub since: Timestamp,
}

impl Customer {
    /// A customer of whom nothing is known but a name.
    pub fn named(id: CustomerId, name: impl Into<String>, since: Timestamp) -> Self {
        Self {
            id,
            name: name.into(),
            title: String::new(),
            language: None,
            handles: Vec::new(),
            tier: String::new(),
            tags: Vec::new(),
            address: String::new(),
            devices: Vec::new(),
            orders: Vec::new(),
            services: Vec::new(),
            marketing_consent: false,
            attributes: BTreeMap::new(),
            tickets: Vec::new(),
            since,
        }
    }
}

/// A device a customer owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// What it is, in the customer's language, such as `燃气热水器`.
    pub name: String,
    /// Model number.
    pub model: String,
    /// Serial number, or empty.
    #[serde(default)]
    pub serial: String,
    /// Where it stands, or empty.
    #[serde(default)]
    pub place: String,
    /// When it was bought.
    #[serde(default)]
    pub bought: Option<Date>,
    /// When it was installed.
    #[serde(default)]
    pub installed: Option<Date>,
    /// Last day of the warranty, extension included.
    #[serde(default)]
    pub warranty_until: Option<Date>,
    /// Whether the warranty was extended.
    #[serde(default)]
    pub warranty_extended: bool,
}

/// An order of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Number as the customer knows it.
    pub number: String,
    /// What was ordered.
    pub title: String,
    /// When.
    pub ordered: Date,
    /// State in the company's own words.
    pub state: String,
    /// Amount with currency, ready to read.
    #[serde(default)]
    pub amount: String,
}

/// One earlier visit or repair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRecord {
    /// When.
    pub day: Date,
    /// What was done.
    pub title: String,
    /// Satisfaction from 1 to 5, where given.
    #[serde(default)]
    pub rating: Option<u8>,
}
