//! The traits that authors implement, one for each role, and [`Plugin`] for all.

pub mod assist;
pub mod channel;
pub mod lookup;
pub mod panel;
pub mod quality;
pub mod ticket_form;

use crate::{Ctx, Result, Settings, advice::Fate};

/// What every plugin is. Everything has a default, so that `impl Plugin for Mine {}` is enough.
pub trait Plugin: Default + 'static {
    /// Begins, with the settings as a person saved them. Repeated after every restart.
    fn init(&mut self, ctx: &Ctx, settings: &Settings) -> Result<()> {
        let _ = (ctx, settings);
        Ok(())
    }

    /// Tries these settings, such as a connection, and says in words what it found.
    fn check_settings(&mut self, ctx: &Ctx, settings: &Settings) -> Result<String> {
        let _ = (ctx, settings);
        Ok(String::new())
    }

    /// A timer set with [`desk::timers`](crate::desk::timers) is due. A channel gets it as
    /// [`Ingress::Timer`](channel::Ingress::Timer) instead.
    fn timer(&mut self, ctx: &Ctx, id: &str) -> Result<()> {
        let _ = (ctx, id);
        Ok(())
    }

    /// What became of a proposal of this plugin.
    fn outcome(&mut self, ctx: &Ctx, proposal: &str, fate: Fate) -> Result<()> {
        let _ = (ctx, proposal, fate);
        Ok(())
    }

    /// The instance ends. There is little time, and after a fault it is not called at all.
    fn shutdown(&mut self, ctx: &Ctx) {
        let _ = ctx;
    }
}
