//! One stream of bytes, plain or with TLS: bounded in time and size, with the secrets that went over it taken out of what
//! comes back.

use std::{io, sync::Arc, time::Duration};

use model::plugin::Egress;
use rustls::{CertificateError, ClientConfig, Error as TlsError, pki_types::ServerName};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    runtime::Handle,
    sync::{OwnedSemaphorePermit, mpsc::error::TrySendError},
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::body::Needles;
use crate::{
    bindings::switchboard::plugin::net::{Security, Trouble},
    contract::{LaneKey, Tag},
    event::HostEvent,
    host::Shared,
    plugin::Plugin,
    policy::{
        STREAM_CLOSE_WITHIN, STREAM_HANDSHAKE_WITHIN, STREAM_MAX_BYTES, STREAM_READ_MAX_BYTES,
        STREAM_WAIT_MAX_MS, STREAM_WRITE_MAX_BYTES, STREAM_WRITE_WITHIN,
    },
};

/// The room of a stream among those that are open; it is given back with the stream.
pub(super) type Room = Vec<OwnedSemaphorePermit>;

/// Whose stream it is and where it goes, for signals and ledger.
pub(super) struct Owner {
    pub shared: Arc<Shared>,
    pub plugin: Arc<Plugin>,
    pub lane: LaneKey,
    /// The caller's number of the call that opened it.
    pub tag: Option<Tag>,
    /// `host:port`.
    pub authority: String,
}

impl Owner {
    /// A line of the ledger. Streams also end where nobody can wait, so this does not.
    fn ledger(&self, method: &str, bytes: u64, secrets: Vec<String>) {
        let entry = Egress {
            number: self.plugin.signals.next_line(),
            at: self.shared.services.now(),
            plugin: self.plugin.manifest.id.clone(),
            account: self.lane.account,
            target: self.authority.clone(),
            method: method.to_owned(),
            bytes,
            secrets,
            status: None,
            conversation: None,
            customer: None,
            received: 0,
            denied: None,
            times: 1,
        };
        self.plugin.signals.left(entry.clone());
        let event = HostEvent::Egress { entry, tag: self.tag };
        if let Err(TrySendError::Full(event)) = self.shared.events.try_send(event) {
            // Without a runtime the host is closing, and nobody reads the ledger's events any more.
            if let Ok(runtime) = Handle::try_current() {
                let events = self.shared.events.clone();
                runtime.spawn(async move {
                    let _ = events.send(event).await;
                });
            }
        }
    }
}

enum Channel {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A stream that a guest holds open.
pub struct Connection {
    owner: Owner,
    /// Whom a certificate must name.
    name: ServerName<'static>,
    security: Security,
    /// None once it is over.
    channel: Option<Channel>,
    needles: Needles,
    /// Read but not handed out.
    pending: Vec<u8>,
    ended: bool,
    sent_bytes: u64,
    carried_bytes: u64,
    max_bytes: u64,
    _room: Room,
}

impl Connection {
    pub(super) fn new(
        owner: Owner,
        name: ServerName<'static>,
        security: Security,
        stream: TcpStream,
        guarded: bool,
        room: Room,
    ) -> Self {
        owner.ledger(if security == Security::Tls { "TLS" } else { "TCP" }, 0, Vec::new());
        Self {
            owner,
            name,
            security,
            channel: Some(Channel::Plain(stream)),
            needles: Needles::default(),
            pending: Vec::new(),
            ended: false,
            sent_bytes: 0,
            carried_bytes: 0,
            max_bytes: if guarded { STREAM_MAX_BYTES } else { u64::MAX },
            _room: room,
        }
    }

    pub(super) fn authority(&self) -> &str {
        &self.owner.authority
    }

    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self.channel, Some(Channel::Tls(_)))
    }

    /// Takes these out of what comes back from now on.
    pub(super) fn scrub(&mut self, needles: Needles) {
        self.needles.merge(needles);
    }

    /// Whether `upgrade-tls` makes sense now.
    pub(super) fn may_upgrade(&self) -> Result<(), Trouble> {
        match (self.security, &self.channel) {
            (_, None) => Err(Trouble::Closed),
            (Security::Starttls, Some(Channel::Plain(_))) => Ok(()),
            (Security::Starttls, Some(Channel::Tls(_))) => {
                Err(Trouble::Invalid("the stream has TLS already".to_owned()))
            }
            (Security::Plain | Security::Tls, _) => {
                Err(Trouble::Invalid("only a stream that was opened with starttls".to_owned()))
            }
        }
    }

    /// Speaks TLS from here on. What came before and was not read is the other side's first word of TLS, or none at all:
    /// nothing that was said in the open counts afterwards.
    pub(super) async fn secure(&mut self, config: Arc<ClientConfig>) -> Result<(), Trouble> {
        let Some(Channel::Plain(stream)) = self.channel.take() else { return Err(Trouble::Closed) };
        self.pending.clear();
        let handshake = TlsConnector::from(config).connect(self.name.clone(), stream);
        match timeout(STREAM_HANDSHAKE_WITHIN, handshake).await {
            Ok(Ok(stream)) => {
                self.channel = Some(Channel::Tls(Box::new(stream)));
                Ok(())
            }
            Ok(Err(error)) => Err(handshake_trouble(&error)),
            Err(_) => Err(Trouble::TimedOut),
        }
    }

    pub(super) async fn read(&mut self, max: u32, wait_ms: u32) -> Result<Option<Vec<u8>>, Trouble> {
        let max = (max as usize).clamp(1, STREAM_READ_MAX_BYTES);
        let until = Instant::now() + Duration::from_millis(u64::from(wait_ms.min(STREAM_WAIT_MAX_MS)));
        loop {
            let held_back = if self.ended { 0 } else { self.needles.unfinished(&self.pending) };
            let ready = self.pending.len() - held_back;
            if ready > 0 {
                let rest = self.pending.split_off(ready.min(max));
                return Ok(Some(std::mem::replace(&mut self.pending, rest)));
            }
            if self.ended {
                return Ok(None);
            }
            match timeout_at(until, self.receive(max)).await {
                Ok(received) => received?,
                // What looked like the beginning of a secret and went no further is none.
                Err(_) if !self.pending.is_empty() => {
                    let rest = self.pending.split_off(self.pending.len().min(max));
                    return Ok(Some(std::mem::replace(&mut self.pending, rest)));
                }
                Err(_) => return Err(Trouble::TimedOut),
            }
        }
    }

    /// Waits for the next bytes. Nothing is lost where the wait is given up.
    async fn receive(&mut self, max: usize) -> Result<(), Trouble> {
        let mut piece = Vec::with_capacity(max);
        let received = match &mut self.channel {
            Some(Channel::Plain(stream)) => stream.read_buf(&mut piece).await,
            Some(Channel::Tls(stream)) => stream.read_buf(&mut piece).await,
            None => return Err(Trouble::Closed),
        };
        match received {
            Ok(0) => self.ended = true,
            Ok(bytes) => {
                self.count(bytes)?;
                self.pending.extend_from_slice(&piece);
                self.needles.scrub(&mut self.pending);
            }
            // An end without goodbye under TLS as well: somebody on the way may have cut it.
            Err(_) => {
                self.channel = None;
                return Err(Trouble::Closed);
            }
        }
        Ok(())
    }

    /// Counts bytes that are carried, and ends the stream when they are too many.
    fn count(&mut self, bytes: usize) -> Result<(), Trouble> {
        self.owner.plugin.signals.transferred(bytes);
        self.carried_bytes += bytes as u64;
        if self.carried_bytes > self.max_bytes {
            self.channel = None;
            self.pending.clear();
            return Err(Trouble::TooLarge(format!("a stream carries {STREAM_MAX_BYTES} bytes at most")));
        }
        Ok(())
    }

    pub(super) async fn write(&mut self, data: &[u8]) -> Result<(), Trouble> {
        if data.len() > STREAM_WRITE_MAX_BYTES {
            return Err(Trouble::TooLarge(format!("{STREAM_WRITE_MAX_BYTES} bytes at once at most")));
        }
        if self.channel.is_none() {
            return Err(Trouble::Closed);
        }
        self.count(data.len())?;
        let writing = async {
            match &mut self.channel {
                Some(Channel::Plain(stream)) => stream.write_all(data).await,
                Some(Channel::Tls(stream)) => {
                    stream.write_all(data).await?;
                    stream.flush().await
                }
                None => Err(io::ErrorKind::NotConnected.into()),
            }
        };
        let trouble = match timeout(STREAM_WRITE_WITHIN, writing).await {
            Ok(Ok(())) => {
                self.sent_bytes += data.len() as u64;
                return Ok(());
            }
            Ok(Err(_)) => Trouble::Closed,
            Err(_) => Trouble::TimedOut,
        };
        // Nobody knows how much of it arrived.
        self.channel = None;
        Err(trouble)
    }

    /// A login went over it.
    pub(super) fn logged_in(&self, slot: &str, bytes: usize) {
        self.owner.ledger("SASL", bytes as u64, vec![slot.to_owned()]);
    }

    pub(super) async fn close(&mut self) {
        let goodbye = async {
            match self.channel.take() {
                Some(Channel::Plain(mut stream)) => stream.shutdown().await,
                Some(Channel::Tls(mut stream)) => stream.shutdown().await,
                None => Ok(()),
            }
        };
        // Whoever does not listen to a goodbye misses nothing.
        let _ = timeout(STREAM_CLOSE_WITHIN, goodbye).await;
        self.pending.clear();
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let method = if self.security == Security::Tls { "TLS END" } else { "TCP END" };
        self.owner.ledger(method, self.sent_bytes, Vec::new());
    }
}

/// Why two sides do not speak TLS.
fn handshake_trouble(error: &io::Error) -> Trouble {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
        Some(TlsError::InvalidCertificate(refused)) => Trouble::Certificate(certificate_words(refused)),
        Some(TlsError::InvalidMessage(_) | TlsError::InappropriateMessage { .. }) => {
            Trouble::Handshake("the other side does not speak TLS here".to_owned())
        }
        Some(TlsError::PeerIncompatible(_)) => {
            Trouble::Handshake("the other side knows no way of TLS that is safe enough".to_owned())
        }
        Some(TlsError::AlertReceived(alert)) => {
            Trouble::Handshake(format!("the other side refused: {alert:?}"))
        }
        Some(other) => Trouble::Handshake(other.to_string()),
        None => Trouble::Closed,
    }
}

/// Why a certificate is refused.
fn certificate_words(refused: &CertificateError) -> String {
    match refused {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate is not valid yet; is this computer's clock right?".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the certificate is for another name".to_owned()
        }
        CertificateError::UnknownIssuer => "nobody this computer trusts issued the certificate".to_owned(),
        CertificateError::Revoked => "the certificate was revoked".to_owned(),
        CertificateError::BadSignature => "the certificate's signature is wrong".to_owned(),
        CertificateError::BadEncoding => "the certificate cannot be read".to_owned(),
        other => format!("the certificate is refused: {other}"),
    }
}
