//! The interfaces a component exports, looked up by name for the role it is called in.

use model::plugin::Role;
use wasmtime::{Store, component::InstancePre};

use crate::{
    bindings::exports::switchboard::plugin::{
        assist, channel, lifecycle, lookup, panel, quality, ticket_form,
    },
    state::LaneState,
};

/// The interfaces a plugin exports: the first is always there.
pub(crate) struct Exports {
    pub lifecycle: lifecycle::Guest,
    pub channel: Option<channel::Guest>,
    pub lookup: Option<lookup::Guest>,
    pub assist: Option<assist::Guest>,
    pub quality: Option<quality::Guest>,
    pub ticket_form: Option<ticket_form::Guest>,
    pub panel: Option<panel::Guest>,
}

impl Exports {
    pub(crate) fn load(
        linked: &InstancePre<LaneState>,
        store: &mut Store<LaneState>,
        instance: &wasmtime::component::Instance,
        role: Role,
    ) -> wasmtime::Result<Self> {
        macro_rules! export {
            ($interface:ident if $wanted:expr) => {
                if $wanted {
                    Some($interface::GuestIndices::new(linked)?.load(&mut *store, instance)?)
                } else {
                    None
                }
            };
        }
        Ok(Self {
            lifecycle: lifecycle::GuestIndices::new(linked)?.load(&mut *store, instance)?,
            channel: export!(channel if role == Role::Channel),
            lookup: export!(lookup if role == Role::Lookup),
            assist: export!(assist if role == Role::Assist),
            quality: export!(quality if role == Role::Quality),
            ticket_form: export!(ticket_form if role == Role::TicketForm),
            panel: export!(panel if role == Role::Panel),
        })
    }
}
