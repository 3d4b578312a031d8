//! The desk as a screen reader hears it: over AT-SPI, on a session bus of the test's own.
//!
//! This is what Orca and its like read on Linux (AT-SPI 2, `org.a11y.atspi`); the names of the interfaces are in
//! <https://gitlab.gnome.org/GNOME/at-spi2-core/-/tree/main/xml>.

use std::collections::VecDeque;

use anyhow::{Context as _, Result};
use zbus::{
    blocking::{Connection, Proxy, connection::Builder},
    zvariant::OwnedObjectPath,
};

use crate::{bus::SessionBus, wait::until};

const REGISTRY: &str = "org.a11y.atspi.Registry";
const ROOT: &str = "/org/a11y/atspi/accessible/root";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const ACTION: &str = "org.a11y.atspi.Action";
const COMPONENT: &str = "org.a11y.atspi.Component";
/// The bit of `ATSPI_STATE_FOCUSED` in the first word of states.
const FOCUSED: u32 = 1 << 12;
const STATUS: &str = "org.a11y.Status";
/// Numbers of roles, from `AtspiRole` in `atspi-constants.h` of at-spi2-core.
pub mod role {
    /// A box that is on or off.
    pub const CHECK_BOX: u32 = 7;
    /// A choice among several.
    pub const COMBO_BOX: u32 = 11;
    /// Text to read.
    pub const LABEL: u32 = 29;
    /// One of a list.
    pub const LIST_ITEM: u32 = 32;
    /// One page among several.
    pub const PAGE_TAB: u32 = 37;
    /// Something to press.
    pub const BUTTON: u32 = 43;
    /// A field to type into.
    pub const ENTRY: u32 = 79;
}
/// A window of ours has a few hundred; more would mean that the tree turns in a circle.
const MOST_NODES: usize = 20_000;

/// A session bus with accessibility switched on.
pub struct Reader {
    accessibility: Connection,
    _session: Connection,
    bus: SessionBus,
}

/// Something in the window that can be read.
#[derive(Clone, Debug)]
pub struct Node {
    /// AT-SPI's number of the role.
    pub role: u32,
    /// What is read aloud.
    pub name: String,
    bus_name: String,
    path: OwnedObjectPath,
}

impl Reader {
    /// Starts the bus and switches accessibility on, as a desktop with a screen reader does.
    pub fn start() -> Result<Self> {
        let bus = SessionBus::start()?;
        let session = Builder::address(bus.address())?.build()?;
        let launcher = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus")?;
        let at: String = launcher
            .call("GetAddress", &())
            .context("the accessibility bus (Debian package at-spi2-core)")?;
        let status = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", STATUS)?;
        status.set_property("IsEnabled", true)?;
        status.set_property("ScreenReaderEnabled", true)?;
        let accessibility = Builder::address(at.as_str())?.build()?;
        Ok(Self { accessibility, _session: session, bus })
    }

    /// The bus as the desk's environment names it.
    pub fn environment(&self) -> (String, String) {
        self.bus.environment()
    }

    /// Everything that can be read now, from the top.
    pub fn nodes(&self) -> Result<Vec<Node>> {
        let mut waiting: VecDeque<_> = self.children(REGISTRY, ROOT)?.into();
        let mut nodes = Vec::new();
        while let Some((bus_name, path)) = waiting.pop_front() {
            // What went away between being listed and being asked is no longer in the window.
            let Ok(node) = self.read(bus_name, path) else { continue };
            if let Ok(children) = self.children(&node.bus_name, node.path.as_str()) {
                waiting.extend(children);
            }
            nodes.push(node);
            anyhow::ensure!(nodes.len() < MOST_NODES, "the tree does not end");
        }
        Ok(nodes)
    }

    /// Waits for something with this role whose name holds these words.
    pub fn until(&self, role: u32, words: &str) -> Result<Node> {
        let mut last = Vec::new();
        let found = until(&format!("something of role {role} that reads {words:?}"), || {
            last = self.nodes()?;
            Ok(last.iter().find(|node| node.role == role && node.name.contains(words)).cloned())
        });
        found.with_context(|| {
            let read: Vec<_> = last.iter().map(|node| format!("{}: {}", node.role, node.name)).collect();
            format!("read was {read:#?}")
        })
    }

    /// Does with something what its main action is, such as pressing a button.
    pub fn press(&self, node: &Node) -> Result<()> {
        let done: bool =
            self.proxy(&node.bus_name, node.path.as_str(), ACTION)?.call("DoAction", &(0_i32,))?;
        anyhow::ensure!(done, "{node:?} does nothing");
        Ok(())
    }

    /// Gives something the keyboard, and waits until it has it.
    pub fn focus(&self, node: &Node) -> Result<()> {
        let component = self.proxy(&node.bus_name, node.path.as_str(), COMPONENT)?;
        anyhow::ensure!(component.call::<_, _, bool>("GrabFocus", &())?, "{node:?} takes no keyboard");
        until("it has the keyboard", || {
            let states: Vec<u32> =
                self.proxy(&node.bus_name, node.path.as_str(), ACCESSIBLE)?.call("GetState", &())?;
            Ok(states.first().is_some_and(|bits| bits & FOCUSED != 0).then_some(()))
        })
    }

    fn read(&self, bus_name: String, path: OwnedObjectPath) -> Result<Node> {
        let (role, name) = {
            let proxy = self.proxy(&bus_name, path.as_str(), ACCESSIBLE)?;
            (proxy.call("GetRole", &())?, proxy.get_property("Name")?)
        };
        Ok(Node { role, name, bus_name, path })
    }

    fn children(&self, bus_name: &str, path: &str) -> Result<Vec<(String, OwnedObjectPath)>> {
        Ok(self.proxy(bus_name, path, ACCESSIBLE)?.call("GetChildren", &())?)
    }

    fn proxy<'a>(&'a self, bus_name: &'a str, path: &'a str, interface: &'a str) -> Result<Proxy<'a>> {
        let builder = zbus::blocking::proxy::Builder::new(&self.accessibility)
            .destination(bus_name)?
            .path(path)?
            .interface(interface)?
            .cache_properties(zbus::proxy::CacheProperties::No);
        Ok(builder.build()?)
    }
}
