//! Panels of plugins beside a conversation.

use std::sync::Arc;

use host::{Answer, LaneKey, PanelEffect, Place, Request};
use model::{
    ConversationId, PluginId,
    panel::{PanelEvent, Slot},
    plugin::Role,
    view::{NoticeLevel, PanelView},
};
use store::Store;

use crate::{
    core::Core,
    job::{Call, Replied},
};

/// Slots beside a conversation.
const CONVERSATION_SLOTS: [Slot; 3] = [Slot::CustomerSide, Slot::TicketSide, Slot::AboveComposer];

/// One panel beside one conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PanelKey {
    pub plugin: PluginId,
    pub slot: Slot,
    pub conversation: Option<ConversationId>,
    /// Whether a person's click asked for it: only then may the plugin touch the composer, the clipboard or
    /// the browser.
    pub clicked: bool,
}

impl Core {
    /// A conversation comes into view: its panels are asked for.
    pub(crate) fn open_panels(&mut self, id: ConversationId) {
        for (plugin, slot) in self.conversation_panels() {
            self.panel_event(&plugin, slot, Some(id), PanelEvent::Opened);
        }
    }

    /// Something about a conversation in view has changed.
    pub(crate) fn tick_panels(&mut self, id: ConversationId) {
        let Some(thread) = self.shown.threads.get(&id) else { return };
        let panels: Vec<_> = thread.panels.keys().cloned().collect();
        for (plugin, slot) in panels {
            self.panel_event(&plugin, slot, Some(id), PanelEvent::Tick);
        }
    }

    fn conversation_panels(&self) -> Vec<(PluginId, Slot)> {
        let mut panels = Vec::new();
        for plugin in self.plugins_of(Role::Panel) {
            let Some(manifest) = self.manifests.get(&plugin) else { continue };
            let beside = manifest.panels.iter().filter(|panel| CONVERSATION_SLOTS.contains(&panel.slot));
            panels.extend(beside.map(|panel| (plugin.clone(), panel.slot)));
        }
        panels
    }

    /// Passes an event to a panel.
    pub(crate) fn panel_event(
        &mut self,
        plugin: &PluginId,
        slot: Slot,
        conversation: Option<ConversationId>,
        event: PanelEvent,
    ) {
        let customer = conversation.and_then(|id| self.directory.conversations.get(&id)).map(|c| c.customer);
        let shown = conversation.and_then(|id| self.shown.threads.get(&id));
        let revision = shown
            .and_then(|thread| thread.panels.get(&(plugin.clone(), slot)))
            .map_or(0, |view| view.panel.revision);
        let clicked = matches!(event, PanelEvent::Clicked(_));
        let place = Place { slot, conversation, customer, ticket: None };
        let lane = LaneKey { plugin: plugin.clone(), role: Role::Panel, account: None };
        let key = PanelKey { plugin: plugin.clone(), slot, conversation, clicked };
        self.post(lane, Request::Panel { place, revision, event }, Call::Panel(key));
    }

    /// A panel answered; where it did not, its last good state stays, marked.
    pub(crate) fn panel_replied(&mut self, store: &mut Store, key: &PanelKey, result: Replied) {
        let Some(id) = key.conversation else { return };
        let at = (key.plugin.clone(), key.slot);
        match result {
            Ok(Answer::Effects(effects)) => {
                for effect in effects {
                    self.panel_effect(store, key, id, effect);
                }
                if let Some(view) =
                    self.shown.threads.get_mut(&id).and_then(|thread| thread.panels.get_mut(&at))
                    && view.stale
                {
                    Arc::make_mut(view).stale = false;
                }
            }
            _ => {
                if let Some(view) =
                    self.shown.threads.get_mut(&id).and_then(|thread| thread.panels.get_mut(&at))
                {
                    Arc::make_mut(view).stale = true;
                }
            }
        }
        self.shown.changed = true;
    }

    fn panel_effect(&mut self, store: &mut Store, key: &PanelKey, id: ConversationId, effect: PanelEffect) {
        match effect {
            PanelEffect::Replace(panel) => {
                let title = self
                    .manifests
                    .get(&key.plugin)
                    .and_then(|manifest| manifest.panels.iter().find(|panel| panel.slot == key.slot))
                    .map_or_else(String::new, |panel| panel.title.clone());
                let view = PanelView {
                    plugin: key.plugin.clone(),
                    slot: key.slot,
                    title,
                    panel: Arc::new(panel),
                    stale: false,
                };
                if let Some(thread) = self.shown.threads.get_mut(&id) {
                    thread.panels.insert((key.plugin.clone(), key.slot), Arc::new(view));
                }
            }
            PanelEffect::Notice { text, .. } => {
                let arguments =
                    vec![("plugin".to_owned(), key.plugin.to_string()), ("text".to_owned(), text)];
                let now = self.now();
                self.shown.notice(now, NoticeLevel::Info, "plugin-notice", arguments, Some(id));
            }
            // Only after a click, and never over what the agent has typed.
            PanelEffect::DraftText(text) if key.clicked => {
                let empty = self.shown.threads.get(&id).is_some_and(|thread| thread.draft.trim().is_empty());
                if empty {
                    self.save_draft(store, id, &text);
                }
            }
            PanelEffect::DraftText(_) | PanelEffect::OpenUrl(_) | PanelEffect::Copy(_) => {
                tracing::debug!(plugin = %key.plugin, "a panel asked for something without a click, or for what is not offered");
            }
        }
    }
}
