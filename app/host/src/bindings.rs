//! What wasmtime generates from the contract. Only `convert`, `call` and `imports` look inside.

#![allow(missing_docs, reason = "generated from the WIT, which has the documentation")]
#![allow(clippy::pedantic, reason = "generated")]
#![allow(unsafe_code, reason = "generated: typed functions whose types the generator checked at load")]

wasmtime::component::bindgen!({
    path: "../../plugin-sdk/wit",
    world: "every-role",
    imports: { default: async },
    exports: { default: async },
    with: {
        "switchboard:plugin/http.response": crate::imports::http::Response,
        "switchboard:plugin/net.connection": crate::imports::net::Connection,
    },
});
