//! The guest kit: write a Switchboard plugin in Rust.
//!
//! A plugin is a type that implements [`Plugin`] and the trait of each role it fills, and one line that
//! exports it:
//!
//! ```
//! use plugin_kit::{assist::*, prelude::*};
//! # extern crate switchboard_plugin as plugin_kit;
//!
//! #[derive(Default)]
//! struct Thanks;
//!
//! impl Plugin for Thanks {}
//!
//! impl Assist for Thanks {
//!     fn observe(&mut self, _ctx: &Ctx, conversation: &str, event: ContactEvent) -> Result<Vec<Item>> {
//!         let ContactEvent::Message(message) = event else { return Ok(vec![]) };
//!         if message.is_inbound() && message.text.contains("thank") {
//!             let reply = Proposal::reply("thanks", conversation, "You are welcome!");
//!             return Ok(vec![reply.confidence(0.9).because("The customer says thank you.").into()]);
//!         }
//!         Ok(vec![])
//!     }
//! }
//!
//! plugin!(Thanks: Assist);
//! ```
//!
//! The desk keeps one instance for each (plugin, role, account) and makes one call at a time. State lives in
//! the fields of the type; what must outlive a restart goes into [`desk::kv`]. What the desk offers is in
//! [`desk`]; on the build machine the same functions answer from [`testing`], so that everything a plugin
//! does can be tested natively with `cargo test`.
//!
//! A guest has no clock and no entropy of its own: [`Ctx`] carries both, [`desk::clock`] and
//! [`desk::random`] ask the desk. A panic becomes a line in the plugin's log before the instance is
//! dropped and started again.

pub mod bindings;
pub mod civil;
pub mod desk;
#[doc(hidden)]
pub mod export;
pub mod language;
pub mod prelude;
pub mod settings;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod texts;

mod convenience;
mod roles;

pub use bindings::base::switchboard::plugin::{advice, forms, types};
pub use roles::{Plugin, assist, channel, lookup, panel, quality, ticket_form};
pub use settings::Settings;
pub use types::{Ctx, Failure};

/// What every call answers.
pub type Result<T, E = Failure> = core::result::Result<T, E>;

/// Exports a plugin: its type, then its roles by the names of their traits.
///
/// ```text
/// plugin!(Hints: Assist, Panel);
/// ```
///
/// The roles must be those of the `roles` line in `plugin.toml`; `switchboard plugin build` checks it.
#[macro_export]
macro_rules! plugin {
    ($plugin:ty: $($role:ident),+ $(,)?) => {
        // The exported functions are ABI glue that `wit-bindgen` writes.
        #[allow(unsafe_code, missing_docs, clippy::all, clippy::pedantic, reason = "generated glue")]
        const _: () = {
            impl $crate::export::Instance for $plugin {
                fn with<R>(call: impl FnOnce(&mut Self) -> R) -> R {
                    ::std::thread_local! {
                        static INSTANCE: ::std::cell::RefCell<::std::option::Option<$plugin>> =
                            const { ::std::cell::RefCell::new(::std::option::Option::None) };
                    }
                    INSTANCE.with_borrow_mut(|slot| call(slot.get_or_insert_with(<$plugin>::default)))
                }
            }

            type SwitchboardExport = $crate::export::Export<$plugin>;

            $crate::export_role!(Plugin SwitchboardExport);
            $($crate::export_role!($role SwitchboardExport);)+
        };
    };
}

/// One interface of [`plugin!`]. Outside a guest nothing is exported, but the same bounds are checked.
#[doc(hidden)]
#[macro_export]
macro_rules! export_role {
    (Plugin $export:ident) => { $crate::export_interface!(base export_lifecycle lifecycle $export); };
    (Channel $export:ident) => { $crate::export_interface!(channel export_channel channel $export); };
    (Lookup $export:ident) => { $crate::export_interface!(lookup export_lookup lookup $export); };
    (Assist $export:ident) => { $crate::export_interface!(assist export_assist assist $export); };
    (Quality $export:ident) => { $crate::export_interface!(quality export_quality quality $export); };
    (TicketForm $export:ident) => {
        $crate::export_interface!(ticket_form export_ticket_form ticket_form $export);
    };
    (Panel $export:ident) => { $crate::export_interface!(panel export_panel panel $export); };
    ($other:ident $export:ident) => {
        ::std::compile_error!(::std::concat!(
            "unknown role `", ::std::stringify!($other),
            "`: the roles are Channel, Lookup, Assist, Quality, TicketForm and Panel"
        ));
    };
}

/// Exports one interface in a guest, and checks the bounds elsewhere.
#[doc(hidden)]
#[macro_export]
macro_rules! export_interface {
    ($module:ident $macro_name:ident $interface:ident $export:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::$module::$macro_name!($export with_types_in $crate::bindings::$module);
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            const fn exports<T: $crate::bindings::$module::exports::switchboard::plugin::$interface::Guest>() {}
            exports::<$export>();
        };
    };
}
