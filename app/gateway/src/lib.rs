//! Inbound HTTP: webhooks, a package's web files, attachments, server push and their limits, on axum.
//!
//! The engine implements [`Inbound`]; the gateway turns requests into calls of it and its answers into
//! responses. Where things are, for an account with the slug `S`:
//!
//! | request | becomes |
//! |---|---|
//! | `GET /c/S/` and `GET /c/S/FILE` | [`Inbound::asset`] `index.html` or `FILE` |
//! | any of the usual methods on `/c/S/hook/PATH` | [`Inbound::web_event`] |
//! | `POST /c/S/upload/PATH` | `web_event` with [`METHOD_UPLOAD`] (may it?), [`Inbound::upload`], `web_event` with [`METHOD_UPLOADED`] |
//! | `GET /c/S/push/PATH` | `web_event` with [`METHOD_SUBSCRIBE`], then a stream of server-sent events fed by [`PushHub::publish`] |
//!
//! # Invariants
//!
//! - No plugin is known by name, and no request reaches [`Inbound`] before the limits have let it pass.
//! - No byte from outside makes the gateway panic; a client that misbehaves loses its own connection only.
//! - A client can never send the methods and headers that the gateway itself adds: they are refused or removed.
//! - Nothing of a request (paths, queries, bodies, tokens) is logged.

mod guard;
mod inbound;
mod limits;
mod push;
mod rate;
mod reply;
mod routes;
mod server;
mod stream;
mod upload;

pub use axum::body::Bytes;
pub use inbound::{
    Asset, BLOB_HEADER, BoxFuture, Download, Inbound, METHOD_SUBSCRIBE, METHOD_UPLOAD, METHOD_UPLOADED,
    NewFile, Pairs, StoredFile, WebEvent, WebReply,
};
pub use limits::Limits;
pub use push::PushHub;
pub use server::{BindError, Gateway, Traffic};
pub use upload::{UploadBody, UploadError};
