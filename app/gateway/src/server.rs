//! Accepting connections, counting them, and ending in good order.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, http::Request};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::{JoinHandle, JoinSet},
    time::timeout,
};

use crate::{
    guard::Guarded,
    inbound::Inbound,
    limits::{CONNECTION_BUFFER_BYTES, Limits},
    push::PushHub,
    rate::{Seat, Seats, limited_address},
    routes,
};

/// What the system gets to hold for us between two turns of the accept loop.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);
/// Said to a client for whom there is no room, before the connection is closed.
const NO_ROOM: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Why the gateway cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program, or another desk, listens there.
    #[error("{0} is taken by another program")]
    Taken(SocketAddr),
    /// The address is not one of this machine's, or the port is reserved.
    #[error("{0} cannot be used here")]
    NotAllowed(SocketAddr),
    /// Anything else the system said.
    #[error("cannot listen on {0}")]
    System(SocketAddr, #[source] io::Error),
}

/// What the gateway has counted since it opened, for the status line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Connections open now.
    pub connections: usize,
    /// Push streams open now.
    pub streams: usize,
    /// Requests so far.
    pub requests: u64,
    /// Requests and connections refused so far, by limits of any kind.
    pub refused: u64,
}

#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) requests: AtomicU64,
    pub(crate) refused: AtomicU64,
}

impl Counters {
    pub(crate) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }
}

/// The address of the client, as routes find it among a request's extensions.
#[derive(Clone, Copy)]
pub(crate) struct Remote(pub(crate) IpAddr);

/// A listening gateway. Dropping it ends it at once, [`Gateway::close`] in good order.
pub struct Gateway {
    local: SocketAddr,
    hub: PushHub,
    counters: Arc<Counters>,
    seats: Arc<Semaphore>,
    connections_max: usize,
    closing: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Gateway {
    /// Listens. Port 0 lets the system choose, see [`Gateway::local_addr`]. The hub is the one that the engine publishes
    /// with.
    pub async fn bind(
        addr: SocketAddr,
        inbound: Arc<dyn Inbound>,
        hub: PushHub,
        limits: Limits,
    ) -> Result<Self, BindError> {
        let listener = TcpListener::bind(addr).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => BindError::Taken(addr),
            io::ErrorKind::PermissionDenied | io::ErrorKind::AddrNotAvailable => BindError::NotAllowed(addr),
            _ => BindError::System(addr, error),
        })?;
        let local = listener.local_addr().map_err(|error| BindError::System(addr, error))?;
        let counters = Arc::new(Counters::default());
        let seats = Arc::new(Semaphore::new(limits.connections_max));
        let connections_max = limits.connections_max;
        let (closing, closing_seen) = watch::channel(false);
        let limits = Arc::new(limits);
        let router = routes::router(inbound, hub.clone(), Arc::clone(&limits), Arc::clone(&counters));
        let acceptor = Acceptor {
            listener,
            router,
            limits,
            counters: Arc::clone(&counters),
            seats: Arc::clone(&seats),
            remote_seats: Seats::default(),
            closing: closing_seen,
        };
        let accepting = tokio::spawn(acceptor.run());
        tracing::info!(%local, "the gateway listens");
        Ok(Self { local, hub, counters, seats, connections_max, closing, accepting })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// The hub whose events its streams get.
    pub fn push_hub(&self) -> &PushHub {
        &self.hub
    }

    /// What it has counted.
    pub fn traffic(&self) -> Traffic {
        Traffic {
            connections: self.connections_max.saturating_sub(self.seats.available_permits()),
            streams: self.hub.streams(),
            requests: self.counters.requests.load(Ordering::Relaxed),
            refused: self.counters.refused.load(Ordering::Relaxed),
        }
    }

    /// Stops listening, ends push streams, lets open requests finish for a moment and closes their connections.
    pub async fn close(self) {
        let _nobody_left = self.closing.send(true);
        self.hub.close_all();
        if let Err(error) = self.accepting.await {
            tracing::warn!(%error, "the gateway did not close in good order");
        }
    }
}

/// Waits until the gateway closes, or was dropped.
async fn told_to_close(closing: &mut watch::Receiver<bool>) {
    let _either = closing.wait_for(|closing| *closing).await;
}

struct Acceptor {
    listener: TcpListener,
    router: Router,
    limits: Arc<Limits>,
    counters: Arc<Counters>,
    seats: Arc<Semaphore>,
    remote_seats: Seats,
    closing: watch::Receiver<bool>,
}

impl Acceptor {
    async fn run(self) {
        let mut closing = self.closing.clone();
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = told_to_close(&mut closing) => break,
                Some(_ended) = connections.join_next() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, remote)) => self.open(stream, remote.ip(), &mut connections),
                    // Out of file descriptors, most likely: others must end first.
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(ACCEPT_RETRY).await;
                    }
                }
            }
        }
        drop(self.listener);
        let all_ended = async { while connections.join_next().await.is_some() {} };
        if timeout(self.limits.close_timeout, all_ended).await.is_err() {
            tracing::info!("closing connections with unfinished requests");
        }
        connections.shutdown().await;
    }

    fn open(&self, stream: TcpStream, remote: IpAddr, connections: &mut JoinSet<()>) {
        let seat = Arc::clone(&self.seats).try_acquire_owned().ok();
        let remote_seat =
            self.remote_seats.take(limited_address(remote), self.limits.connections_per_remote_max);
        let (Some(seat), Some(remote_seat)) = (seat, remote_seat) else {
            self.counters.refuse();
            let _best_effort = stream.try_write(NO_ROOM);
            return;
        };
        let _only_slower_without = stream.set_nodelay(true);
        let connection = Connection {
            router: self.router.clone(),
            limits: Arc::clone(&self.limits),
            closing: self.closing.clone(),
            remote,
            _seats: (seat, remote_seat),
        };
        connections.spawn(connection.serve(stream));
    }
}

struct Connection {
    router: Router,
    limits: Arc<Limits>,
    closing: watch::Receiver<bool>,
    remote: IpAddr,
    _seats: (OwnedSemaphorePermit, Seat),
}

impl Connection {
    async fn serve(mut self, stream: TcpStream) {
        let remote = Remote(self.remote);
        let routes = TowerToHyperService::new(self.router.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(remote);
            routes.call(request.map(Body::new))
        });
        let io = TokioIo::new(Guarded::new(stream, self.limits.write_stall_timeout));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head_timeout)
            .max_headers(self.limits.headers_max)
            .max_buf_size(CONNECTION_BUFFER_BYTES)
            .serve_connection(io, service);
        let mut connection = std::pin::pin!(connection);
        // What a client does wrong on its own connection is of no interest to anybody else.
        tokio::select! {
            _outcome = connection.as_mut() => return,
            () = told_to_close(&mut self.closing) => connection.as_mut().graceful_shutdown(),
        }
        let _outcome = connection.await;
    }
}
