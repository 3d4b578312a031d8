//! What `wit-bindgen` generates from the contract: imports and the `lifecycle` export once, and every
//! role's export in a module of its own, so that a plugin may export any combination of roles. Each
//! module describes its part in a custom section of the guest; the encoder joins them into one world.
//!
//! The `unsafe` in here is the generated ABI glue and nothing else.

#![allow(missing_docs, reason = "generated from the WIT, which has the documentation")]
#![allow(clippy::all, clippy::pedantic, unsafe_code, reason = "generated")]

/// Everything a guest may import, and `lifecycle`.
pub mod base {
    wit_bindgen::generate!({
        path: "../wit",
        world: "base",
        pub_export_macro: true,
        export_macro_name: "export_lifecycle",
        default_bindings_module: "switchboard_plugin::bindings::base",
        generate_unused_types: true,
        additional_derives: [PartialEq],
    });
}

macro_rules! role {
    ($module:ident, $world:literal, $export:literal, $inline:literal, $($shared:literal: $path:path),+) => {
        pub mod $module {
            wit_bindgen::generate!({
                path: "../wit",
                inline: $inline,
                world: $world,
                pub_export_macro: true,
                export_macro_name: $export,
                default_bindings_module: "switchboard_plugin::bindings",
                generate_unused_types: true,
                additional_derives: [PartialEq],
                with: { $($shared: $path),+ },
            });
        }
    };
}

role!(
    channel,
    "kit-channel",
    "export_channel",
    "package switchboard:kit; world kit-channel { export switchboard:plugin/channel@0.1.0; }",
    "switchboard:plugin/types@0.1.0": crate::bindings::base::switchboard::plugin::types
);

role!(
    lookup,
    "kit-lookup",
    "export_lookup",
    "package switchboard:kit; world kit-lookup { export switchboard:plugin/lookup@0.1.0; }",
    "switchboard:plugin/types@0.1.0": crate::bindings::base::switchboard::plugin::types,
    "switchboard:plugin/forms@0.1.0": crate::bindings::base::switchboard::plugin::forms
);

role!(
    assist,
    "kit-assist",
    "export_assist",
    "package switchboard:kit; world kit-assist { export switchboard:plugin/assist@0.1.0; }",
    "switchboard:plugin/types@0.1.0": crate::bindings::base::switchboard::plugin::types,
    "switchboard:plugin/forms@0.1.0": crate::bindings::base::switchboard::plugin::forms,
    "switchboard:plugin/advice@0.1.0": crate::bindings::base::switchboard::plugin::advice
);

role!(
    quality,
    "kit-quality",
    "export_quality",
    "package switchboard:kit; world kit-quality { export switchboard:plugin/quality@0.1.0; }",
    "switchboard:plugin/types@0.1.0": crate::bindings::base::switchboard::plugin::types
);

role!(
    ticket_form,
    "kit-ticket-form",
    "export_ticket_form",
    "package switchboard:kit; world kit-ticket-form { export switchboard:plugin/ticket-form@0.1.0; }",
    "switchboard:plugin/types@0.1.0": crate::bindings::base::switchboard::plugin::types,
    "switchboard:plugin/forms@0.1.0": crate::bindings::base::switchboard::plugin::forms
);

role!(
    panel,
    "kit-panel",
    "export_panel",
    "package switchboard:kit; world kit-panel { export switchboard:plugin/panel@0.1.0; }",
    "switchboard:plugin/types@0.1.0": crate::bindings::base::switchboard::plugin::types,
    "switchboard:plugin/forms@0.1.0": crate::bindings::base::switchboard::plugin::forms
);
