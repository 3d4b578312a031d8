//! Where requests of plugins may go: every address is checked, and the checked one is dialled.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use rustls::{ClientConfig, pki_types::CertificateDer};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use url::Host;

use crate::guard::{Guard, Guards, Trial};

/// Longest time to connect.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Idle connections kept for one host.
const IDLE_PER_HOST: usize = 4;

/// Which addresses a request may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The public internet.
    Public,
    /// This machine and private networks: only by an explicit grant.
    Private,
}

/// Clients that dial only what their reach allows. Made when first used: most desks have plugins without network.
pub(crate) struct Egress {
    names: Arc<Names>,
    public: OnceLock<Option<Client>>,
    private: OnceLock<Option<Client>>,
    tls: OnceLock<Option<Arc<ClientConfig>>>,
    /// Authorities of a trial.
    authorities: Vec<Vec<u8>>,
}

impl Egress {
    pub(crate) fn new(mut trial: Trial) -> Self {
        let authorities = std::mem::take(&mut trial.authorities);
        let names = Arc::new(Names::new(trial));
        Self { names, public: OnceLock::new(), private: OnceLock::new(), tls: OnceLock::new(), authorities }
    }

    /// The client for a reach; none where the system gives no certificates to trust.
    pub(crate) fn client(&self, reach: Reach) -> Option<&Client> {
        let slot = match reach {
            Reach::Public => &self.public,
            Reach::Private => &self.private,
        };
        slot.get_or_init(|| client(reach, &self.names)).as_ref()
    }

    /// How streams speak TLS; none where the system gives no certificates to trust.
    pub(crate) fn tls(&self) -> Option<Arc<ClientConfig>> {
        let config = || {
            tls_config(&self.authorities)
                .inspect_err(|error| tracing::error!(%error, "no TLS for plugins' streams"))
                .ok()
        };
        self.tls.get_or_init(config).clone()
    }

    /// Connects to a host, at an address that was checked.
    pub(crate) async fn dial(&self, host: &Host, port: u16, reach: Reach) -> io::Result<TcpStream> {
        let literal = match host {
            Host::Domain(name) => {
                let mut addresses = self.names.resolve(name, reach).await?;
                for address in &mut addresses {
                    address.set_port(port);
                }
                return connect(&addresses).await;
            }
            Host::Ipv4(address) => IpAddr::V4(*address),
            Host::Ipv6(address) => IpAddr::V6(*address),
        };
        if !self.may_dial(literal, reach) {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, AddressDenied));
        }
        connect(&[SocketAddr::new(literal, port)]).await
    }

    /// Whether an address may be dialled.
    pub(crate) fn may_dial(&self, address: IpAddr, reach: Reach) -> bool {
        self.names.may_dial(address, reach)
    }
}

fn client(reach: Reach, names: &Arc<Names>) -> Option<Client> {
    // An error means that there is one already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_WITHIN)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .dns_resolver(CheckedResolver { reach, names: Arc::clone(names) })
        .build()
        .inspect_err(|error| tracing::error!(%error, "no client for plugins' requests"))
        .ok()
}

async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(addresses).await?;
    // Lines of a protocol are short, and somebody waits for each.
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn tls_config(authorities: &[Vec<u8>]) -> Result<Arc<ClientConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let authorities = authorities.iter().cloned().map(CertificateDer::from);
    let verifier = Verifier::new_with_extra_roots(authorities, Arc::clone(&provider))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Resolves a name and gives back only addresses within reach. One that is not spoils the name: it would be the
/// way to reach a private service through a public name.
struct CheckedResolver {
    reach: Reach,
    names: Arc<Names>,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, names) = (self.reach, Arc::clone(&self.names));
        Box::pin(async move {
            let addresses = names.resolve(name.as_str(), reach).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Names and the addresses behind them. What is given out was checked, and nothing resolves it again before it is
/// dialled: a name that changes its mind in between gains nothing.
struct Names {
    guards: Guards,
    /// Names of a trial.
    trial: Mutex<BTreeMap<String, VecDeque<Vec<IpAddr>>>>,
}

impl Names {
    fn new(trial: Trial) -> Self {
        let names = trial.names.into_iter().map(|(name, answers)| (name, answers.into())).collect();
        Self { guards: trial.guards, trial: Mutex::new(names) }
    }

    fn may_dial(&self, address: IpAddr, reach: Reach) -> bool {
        may_dial(address, reach) || !self.guards.on(Guard::Addresses)
    }

    async fn resolve(&self, name: &str, reach: Reach) -> io::Result<Vec<SocketAddr>> {
        let addresses: Vec<SocketAddr> = match self.of_trial(name) {
            Some(addresses) => addresses.into_iter().map(|address| SocketAddr::new(address, 0)).collect(),
            None => tokio::net::lookup_host((name, 0)).await?.collect(),
        };
        if addresses.iter().all(|address| self.may_dial(address.ip(), reach)) {
            Ok(addresses)
        } else {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, AddressDenied))
        }
    }

    fn of_trial(&self, name: &str) -> Option<Vec<IpAddr>> {
        let mut names = self.trial.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = names.get_mut(name)?;
        if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
    }
}

/// A name led to an address that is out of reach.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not public")]
pub(crate) struct AddressDenied;

/// Whether an error comes from an address that is out of reach.
pub(crate) fn is_address_denied(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if error.is::<AddressDenied>() || matches!(wrapped, Some(inner) if inner.is::<AddressDenied>()) {
            return true;
        }
        next = error.source();
    }
    false
}

/// Whether an address may be dialled.
pub(crate) fn may_dial(address: IpAddr, reach: Reach) -> bool {
    match address {
        IpAddr::V4(address) => may_dial_v4(address, reach),
        // ::ffff:a.b.c.d is the same host as a.b.c.d to the system.
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => may_dial_v4(mapped, reach),
            None => may_dial_v6(address, reach),
        },
    }
}

fn may_dial_v4(address: Ipv4Addr, reach: Reach) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    if address.is_private() || address.is_loopback() || shared {
        return reach == Reach::Private;
    }
    let special = a == 0
        || a >= 240
        || address.is_link_local() // with the metadata service of clouds
        || address.is_multicast()
        || address.is_documentation()
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn may_dial_v6(address: Ipv6Addr, reach: Reach) -> bool {
    let [a, b, ..] = address.segments();
    let unique_local = a & 0xfe00 == 0xfc00;
    if address.is_loopback() || unique_local {
        return reach == Reach::Private;
    }
    // Only what is handed out as global unicast, without the parts that embed or carry other addresses.
    let global = a & 0xe000 == 0x2000;
    let teredo_orchid_or_benchmark = a == 0x2001 && b < 0x0200;
    let documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b < 0x1000);
    let six_to_four = a == 0x2002;
    global && !teredo_orchid_or_benchmark && !documentation && !six_to_four
}

#[cfg(test)]
mod tests {
    use super::{Reach, may_dial};

    #[test]
    fn only_public_addresses_are_dialled_without_a_grant() {
        for (address, public, private) in [
            ("1.1.1.1", true, true),
            ("2606:4700:4700::1111", true, true),
            ("::ffff:1.1.1.1", true, true),
            ("127.0.0.1", false, true),
            ("127.255.0.1", false, true),
            ("10.0.0.7", false, true),
            ("172.16.0.1", false, true),
            ("172.32.0.1", true, true),
            ("192.168.1.1", false, true),
            ("100.64.0.1", false, true),
            ("100.128.0.1", true, true),
            ("::1", false, true),
            ("fd00::1", false, true),
            ("::ffff:127.0.0.1", false, true),
            ("::ffff:10.0.0.7", false, true),
            ("169.254.169.254", false, false),
            ("::ffff:169.254.169.254", false, false),
            ("fe80::1", false, false),
            ("0.0.0.0", false, false),
            ("0.1.2.3", false, false),
            ("::", false, false),
            ("224.0.0.1", false, false),
            ("ff02::1", false, false),
            ("255.255.255.255", false, false),
            ("240.0.0.1", false, false),
            ("192.0.2.1", false, false),
            ("198.18.0.1", false, false),
            ("192.0.0.170", false, false),
            ("192.88.99.1", false, false),
            ("::7f00:1", false, false),
            ("64:ff9b::7f00:1", false, false),
            ("64:ff9b:1::1", false, false),
            ("2002:7f00:1::", false, false),
            ("2001:0:1::1", false, false),
            ("2001:db8::1", false, false),
            ("fec0::1", false, false),
            ("100::1", false, false),
        ] {
            let parsed = address.parse().expect("an address");
            assert_eq!(may_dial(parsed, Reach::Public), public, "{address}, public");
            assert_eq!(may_dial(parsed, Reach::Private), private, "{address}, private");
        }
    }
}
