//! Between the generated exports and the traits that authors implement: one instance, calls handed on to
//! it, and a panic hook that logs before the trap. Used by [`plugin!`](crate::plugin) only.

use std::{cell::RefCell, marker::PhantomData, sync::Once};

use crate::{
    Ctx, Plugin, Result,
    advice::Fate,
    bindings::{
        assist::exports::switchboard::plugin::assist as assist_export,
        base::exports::switchboard::plugin::lifecycle as lifecycle_export,
        channel::exports::switchboard::plugin::channel as channel_export,
        lookup::exports::switchboard::plugin::lookup as lookup_export,
        panel::exports::switchboard::plugin::panel as panel_export,
        quality::exports::switchboard::plugin::quality as quality_export,
        ticket_form::exports::switchboard::plugin::ticket_form as form_export,
    },
    desk,
    forms::{Field, Remark, Value},
    roles::{assist, channel, lookup, panel, quality, ticket_form},
    settings::Settings,
    types::{Conversation, Customer, Pair},
};

/// The one instance of a plugin's type.
pub trait Instance: Plugin {
    /// Calls it, making it first where there is none yet.
    fn with<R>(call: impl FnOnce(&mut Self) -> R) -> R;
}

/// Implements the generated traits for a plugin's type.
pub struct Export<T>(PhantomData<T>);

/// Turns a panic into a line in the plugin's log; the trap follows.
fn report_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            desk::log::error(&info.to_string());
        }));
    });
}

fn call<T: Instance, R>(run: impl FnOnce(&mut T) -> R) -> R {
    if cfg!(target_arch = "wasm32") {
        report_panics();
    }
    T::with(run)
}

impl<T: Instance> lifecycle_export::Guest for Export<T> {
    fn init(ctx: Ctx, config: Vec<Pair>) -> Result<()> {
        call::<T, _>(|plugin| plugin.init(&ctx, &Settings::new(config)))
    }

    fn check(ctx: Ctx, config: Vec<Pair>) -> Result<String> {
        call::<T, _>(|plugin| plugin.check_settings(&ctx, &Settings::new(config)))
    }

    fn on_timer(ctx: Ctx, id: String) -> Result<()> {
        call::<T, _>(|plugin| plugin.timer(&ctx, &id))
    }

    fn on_outcome(ctx: Ctx, proposal: String, fate: Fate) -> Result<()> {
        call::<T, _>(|plugin| plugin.outcome(&ctx, &proposal, fate))
    }

    fn shutdown(ctx: Ctx) {
        call::<T, _>(|plugin| plugin.shutdown(&ctx));
    }
}

impl<T: Instance + channel::Channel> channel_export::Guest for Export<T> {
    fn features() -> channel::Feature {
        call::<T, _>(|plugin| plugin.features())
    }

    fn limits() -> channel::MessageLimits {
        call::<T, _>(|plugin| plugin.limits())
    }

    fn ingest(ctx: Ctx, raw: channel::Ingress) -> Result<channel::Batch> {
        call::<T, _>(|plugin| plugin.ingest(&ctx, raw))
    }

    fn send(ctx: Ctx, message: channel::Outgoing) -> channel::Outcome {
        call::<T, _>(|plugin| plugin.send(&ctx, message))
    }

    fn reconcile(ctx: Ctx, key: String) -> channel::SentState {
        call::<T, _>(|plugin| plugin.reconcile(&ctx, &key))
    }

    fn signal(ctx: Ctx, thread: String, signal: channel::OutgoingSignal) -> Result<()> {
        call::<T, _>(|plugin| plugin.signal(&ctx, &thread, signal))
    }
}

impl<T: Instance + lookup::Lookup> lookup_export::Guest for Export<T> {
    fn search(ctx: Ctx, who: Option<Customer>, query: String) -> Result<Vec<lookup::Card>> {
        call::<T, _>(|plugin| plugin.search(&ctx, who.as_ref(), &query))
    }

    fn act(ctx: Ctx, card: String, action: String, args: Vec<Pair>, key: String) -> Result<lookup::Card> {
        call::<T, _>(|plugin| plugin.act(&ctx, &card, &action, &args, &key))
    }
}

/// A generation that the desk pulls from.
pub struct Pulled(RefCell<Box<dyn assist::Generation>>);

impl assist_export::GuestGeneration for Pulled {
    fn next(&self, ctx: Ctx) -> Result<assist::Delta> {
        self.0.borrow_mut().next(&ctx)
    }
}

impl<T: Instance + assist::Assist> assist_export::Guest for Export<T> {
    type Generation = Pulled;

    fn observe(ctx: Ctx, conversation: String, event: assist::ContactEvent) -> Result<Vec<assist::Item>> {
        call::<T, _>(|plugin| plugin.observe(&ctx, &conversation, event))
    }

    fn start(
        ctx: Ctx,
        task: assist::Task,
        conversation: Conversation,
        draft: String,
        wish: String,
    ) -> Result<assist_export::Generation> {
        let generation = call::<T, _>(|plugin| plugin.start(&ctx, task, &conversation, &draft, &wish))?;
        Ok(assist_export::Generation::new(Pulled(RefCell::new(generation))))
    }
}

impl<T: Instance + quality::Quality> quality_export::Guest for Export<T> {
    fn rubric(ctx: Ctx) -> Vec<quality::Criterion> {
        call::<T, _>(|plugin| plugin.rubric(&ctx))
    }

    fn score(ctx: Ctx, conversation: Conversation) -> Result<quality::Scorecard> {
        call::<T, _>(|plugin| plugin.score(&ctx, &conversation))
    }
}

impl<T: Instance + ticket_form::TicketForm> form_export::Guest for Export<T> {
    fn forms(ctx: Ctx) -> Vec<ticket_form::Form> {
        call::<T, _>(|plugin| plugin.forms(&ctx))
    }

    fn fields(
        ctx: Ctx,
        form: String,
        conversation: Option<Conversation>,
        values: Vec<Value>,
    ) -> Result<Vec<Field>> {
        call::<T, _>(|plugin| plugin.fields(&ctx, &form, conversation.as_ref(), &values))
    }

    fn check(ctx: Ctx, form: String, values: Vec<Value>) -> Vec<Remark> {
        call::<T, _>(|plugin| plugin.check(&ctx, &form, &values))
    }

    fn submit(ctx: Ctx, form: String, key: String, values: Vec<Value>) -> Result<ticket_form::Submitted> {
        call::<T, _>(|plugin| plugin.submit(&ctx, &form, &key, &values))
    }
}

impl<T: Instance + panel::Panel> panel_export::Guest for Export<T> {
    fn handle(ctx: Ctx, at: panel::Place, rev: u64, event: panel::Event) -> Result<Vec<panel::Effect>> {
        call::<T, _>(|plugin| plugin.handle(&ctx, &at, rev, event))
    }
}
