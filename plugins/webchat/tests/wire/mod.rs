//! A network that can fail: a proxy between browser and desk.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
    sync::watch,
};

#[derive(Default)]
struct State {
    down: AtomicBool,
    swallowing: AtomicBool,
}

/// The wire and its switches.
pub struct Wire {
    addr: SocketAddr,
    state: Arc<State>,
    cuts: watch::Sender<u64>,
}

impl Wire {
    /// Lays a wire to this address.
    pub async fn to(desk: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        let state = Arc::new(State::default());
        let (cuts, cut) = watch::channel(0);
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !shared.down.load(Ordering::SeqCst) {
                    tokio::spawn(carry(client, desk, Arc::clone(&shared), cut.clone()));
                }
            }
        });
        Self { addr, state, cuts }
    }

    /// Its near end.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Ends every connection and takes no new one.
    pub fn cut(&self) {
        self.state.down.store(true, Ordering::SeqCst);
        self.cuts.send_modify(|count| *count += 1);
    }

    /// Lets requests through and ends the connection when the answer comes.
    pub fn swallow_answers(&self) {
        self.state.swallowing.store(true, Ordering::SeqCst);
    }

    /// All is well again.
    pub fn restore(&self) {
        self.state.down.store(false, Ordering::SeqCst);
        self.state.swallowing.store(false, Ordering::SeqCst);
    }
}

async fn carry(mut client: TcpStream, desk: SocketAddr, state: Arc<State>, mut cut: watch::Receiver<u64>) {
    cut.mark_unchanged();
    let Ok(mut desk) = TcpStream::connect(desk).await else { return };
    let (mut from_client, mut to_client) = client.split();
    let (mut from_desk, mut to_desk) = desk.split();
    let answers = async {
        let mut part = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = from_desk.read(&mut part).await {
            if state.swallowing.load(Ordering::SeqCst) || to_client.write_all(&part[..count]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        _ = copy(&mut from_client, &mut to_desk) => {}
        () = answers => {}
        _ = cut.changed() => {}
    }
}
