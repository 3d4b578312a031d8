//! Streams of bytes: exact hosts and ports, checked addresses, certificates that the system trusts, and logins whose
//! secrets the guest never sees.

use std::{
    net::IpAddr,
    sync::{Arc, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::plugin::Capability;
use rustls::pki_types::ServerName;
use tokio::{sync::Semaphore, time::timeout};
use url::Host;
use wasmtime::component::Resource;

pub use super::connection::Connection;
use super::{
    body::Needles,
    connection::{Owner, Room},
};
use crate::{
    bindings::switchboard::plugin::{
        net::{self, Sasl, Security, Trouble},
        types::Failure as WitFailure,
    },
    egress::{Reach, is_address_denied},
    error::Failure,
    guard::Guard,
    host::RunMode,
    policy::{
        STREAM_CONNECT_WITHIN, STREAM_LOGIN_MAX_BYTES, STREAMS_PER_INSTANCE_MAX, STREAMS_PER_MINUTE,
        STREAMS_PER_PLUGIN_MAX,
    },
    services::Secret,
    state::LaneState,
};

/// What a manifest binds a slot to, so that its secret may go into a login.
const SASL_HEADER: &str = "sasl";
/// How long a plugin waits that opened too many streams, in milliseconds.
const WAIT_MS: u32 = 10_000;
const MINUTE: Duration = Duration::from_mins(1);

impl net::Host for LaneState {
    async fn connect(
        &mut self,
        host: String,
        port: u16,
        security: Security,
    ) -> Result<Resource<Connection>, Trouble> {
        let host = Host::parse(&host).map_err(|error| Trouble::Invalid(format!("host: {error}")))?;
        let authority = format!("{host}:{port}");
        let reach = self.stream_reach(&authority)?;
        if self.shared.mode != RunMode::Live && self.shared.guards.on(Guard::Drill) {
            return Err(Trouble::Denied("there is no network in drills and tests".to_owned()));
        }
        let name = server_name(&host)?;
        let room = self.room()?;
        let stream = match timeout(STREAM_CONNECT_WITHIN, self.shared.egress.dial(&host, port, reach)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) if is_address_denied(&error) => return Err(self.private_stream_denied(&authority)),
            Ok(Err(error)) => return Err(Trouble::Unreachable(format!("{authority}: {error}"))),
            Err(_) => return Err(Trouble::TimedOut),
        };
        let owner = Owner {
            shared: Arc::clone(&self.shared),
            plugin: Arc::clone(&self.plugin),
            lane: self.lane.clone(),
            tag: self.tag,
            authority,
        };
        let guarded = self.shared.guards.on(Guard::BodySize);
        let mut connection = Connection::new(owner, name, security, stream, guarded, room);
        if security == Security::Tls {
            let tls = self.shared.egress.tls();
            connection.secure(tls.ok_or_else(no_authorities)?).await?;
        }
        self.table.push(connection).map_err(internal)
    }
}

impl net::HostConnection for LaneState {
    async fn read(
        &mut self,
        connection: Resource<Connection>,
        max: u32,
        wait_ms: u32,
    ) -> Result<Option<Vec<u8>>, Trouble> {
        self.table.get_mut(&connection).map_err(internal)?.read(max, wait_ms).await
    }

    async fn write(&mut self, connection: Resource<Connection>, data: Vec<u8>) -> Result<(), Trouble> {
        self.table.get_mut(&connection).map_err(internal)?.write(&data).await
    }

    async fn write_sasl(
        &mut self,
        connection: Resource<Connection>,
        mechanism: Sasl,
        user: String,
        slot: String,
        prefix: String,
    ) -> Result<(), Trouble> {
        if user.len().max(prefix.len()) > STREAM_LOGIN_MAX_BYTES {
            return Err(Trouble::TooLarge(format!("a login has {STREAM_LOGIN_MAX_BYTES} bytes at most")));
        }
        let secret = self.secret(&slot).map_err(secret_trouble)?;
        let held = self.table.get(&connection).map_err(internal)?;
        self.may_log_in(&slot, held)?;
        let needles = if self.shared.guards.on(Guard::Scrubbing) {
            Needles::of(std::slice::from_ref(&secret))
        } else {
            Needles::default()
        };
        let line = login(mechanism, &user, &secret, &prefix);
        let held = self.table.get_mut(&connection).map_err(internal)?;
        held.scrub(needles);
        held.write(&line).await?;
        held.logged_in(&slot, line.len());
        Ok(())
    }

    async fn upgrade_tls(&mut self, connection: Resource<Connection>) -> Result<(), Trouble> {
        let tls = self.shared.egress.tls();
        let connection = self.table.get_mut(&connection).map_err(internal)?;
        connection.may_upgrade()?;
        connection.secure(tls.ok_or_else(no_authorities)?).await
    }

    async fn close(&mut self, connection: Resource<Connection>) {
        if let Ok(connection) = self.table.get_mut(&connection) {
            connection.close().await;
        }
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

impl LaneState {
    /// Which addresses may stand behind `host:port`, if it is granted.
    fn stream_reach(&self, authority: &str) -> Result<Reach, Trouble> {
        if self.plugin.granted.contains(&Capability::TcpPrivate(authority.to_owned())) {
            return Ok(Reach::Private);
        }
        self.plugin.allow(&Capability::Tcp(authority.to_owned())).map_err(denied)?;
        Ok(Reach::Public)
    }

    fn private_stream_denied(&self, authority: &str) -> Trouble {
        match self.plugin.allow(&Capability::TcpPrivate(authority.to_owned())) {
            Err(failure) => denied(failure),
            Ok(()) => Trouble::Denied(format!("{authority} is an address that plugins never reach")),
        }
    }

    /// Room for one more stream.
    fn room(&self) -> Result<Room, Trouble> {
        if !self.shared.guards.on(Guard::OpenHandles) {
            return Ok(Room::new());
        }
        let take = |from: &Arc<Semaphore>, most: usize| {
            let too_many = |_| Trouble::TooMany(format!("{most} streams are open"));
            Arc::clone(from).try_acquire_owned().map_err(too_many)
        };
        let room = vec![
            take(&self.streams, STREAMS_PER_INSTANCE_MAX)?,
            take(&self.plugin.streams, STREAMS_PER_PLUGIN_MAX)?,
        ];
        let mut opened = self.plugin.streams_opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.allows(STREAMS_PER_MINUTE, MINUTE) { Ok(room) } else { Err(Trouble::RateLimited(WAIT_MS)) }
    }

    /// A secret goes only where the manifest binds its slot, and where nobody can listen.
    fn may_log_in(&self, slot: &str, connection: &Connection) -> Result<(), Trouble> {
        let authority = connection.authority();
        let bound = self.plugin.secret_rule(slot).is_some_and(|rule| {
            rule.host == authority
                && rule.header.eq_ignore_ascii_case(SASL_HEADER)
                && connection.is_encrypted()
        });
        if bound || !self.shared.guards.on(Guard::SecretPlace) {
            return Ok(());
        }
        let line = format!(
            "[[secrets]] slot = \"{slot}\", host = \"{authority}\", header = \"{SASL_HEADER}\" (over TLS)"
        );
        Err(denied(self.plugin.deny(&line, false)))
    }
}

fn server_name(host: &Host) -> Result<ServerName<'static>, Trouble> {
    match host {
        Host::Domain(name) => ServerName::try_from(name.clone())
            .map_err(|_| Trouble::Invalid(format!("host: {name} is no name of a computer"))),
        Host::Ipv4(address) => Ok(ServerName::from(IpAddr::V4(*address))),
        Host::Ipv6(address) => Ok(ServerName::from(IpAddr::V6(*address))),
    }
}

/// A login as its line.
fn login(mechanism: Sasl, user: &str, secret: &Secret, prefix: &str) -> Vec<u8> {
    let secret = secret.bytes();
    let words = match mechanism {
        Sasl::Plain => [b"\0", user.as_bytes(), b"\0", secret].concat(),
        Sasl::Login => secret.to_vec(),
        Sasl::Xoauth2 => [b"user=", user.as_bytes(), b"\x01auth=Bearer ", secret, b"\x01\x01"].concat(),
    };
    format!("{prefix}{}\r\n", STANDARD.encode(words)).into_bytes()
}

fn denied(failure: Failure) -> Trouble {
    match failure {
        Failure::Denied(line) => Trouble::Denied(line),
        other => Trouble::Internal(other.to_string()),
    }
}

fn secret_trouble(failure: WitFailure) -> Trouble {
    match failure {
        WitFailure::Denied(line) => Trouble::Denied(line),
        _ => Trouble::Invalid("nothing is in the secret's slot".to_owned()),
    }
}

fn no_authorities() -> Trouble {
    Trouble::Internal("this computer has no list of authorities to trust".to_owned())
}

fn internal(error: impl std::fmt::Display) -> Trouble {
    Trouble::Internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Sasl, login};
    use crate::services::Secret;

    #[test]
    fn logins_are_written_as_the_mechanisms_say() {
        for (mechanism, expect) in [
            (Sasl::Plain, "a1 AUTHENTICATE PLAIN AHRpbQB0YW5zdGFhZg==\r\n"),
            (Sasl::Login, "a1 AUTHENTICATE PLAIN dGFuc3RhYWY=\r\n"),
            (Sasl::Xoauth2, "a1 AUTHENTICATE PLAIN dXNlcj10aW0BYXV0aD1CZWFyZXIgdGFuc3RhYWYBAQ==\r\n"),
        ] {
            let line = login(mechanism, "tim", &Secret::new("tanstaaf"), "a1 AUTHENTICATE PLAIN ");
            assert_eq!(String::from_utf8(line).expect("text"), expect);
        }
    }
}
