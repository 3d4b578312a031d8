//! The imports of a guest, answered by the pretended desk. The same names and arguments as the generated
//! ones, so that [`desk`](crate::desk) need not know which it calls.

#![allow(missing_docs, reason = "the contract has the documentation")]
#![allow(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the generated functions can fail and have a state"
)]

pub mod log {
    use crate::{desk::log::Level, testing::world, types::Pair};

    pub fn emit(level: Level, text: &str, _fields: &[Pair]) {
        world(|world| world.log.push(format!("{level:?}: {text}")));
    }

    pub fn count(metric: &str, by: u32) {
        world(|world| *world.counts.entry(metric.to_owned()).or_default() += by);
    }
}

pub mod clock {
    use crate::testing::world;

    pub fn now_ms() -> u64 {
        world(|world| world.now_ms)
    }
}

pub mod random {
    use crate::testing::world;

    pub fn bytes(count: u32) -> Vec<u8> {
        world(|world| (0..count.min(65_536)).map(|_| world.random.number() as u8).collect())
    }

    pub fn next() -> u64 {
        world(|world| world.random.number())
    }
}

pub mod kv {
    use crate::{Result, testing::world};

    pub fn get(key: &str) -> Result<Option<Vec<u8>>> {
        Ok(world(|world| world.kv.get(key).cloned()))
    }

    pub fn set(key: &str, value: &[u8], _ttl_s: Option<u32>) -> Result<()> {
        world(|world| world.kv.insert(key.to_owned(), value.to_vec()));
        Ok(())
    }

    pub fn cas(key: &str, expect: Option<&[u8]>, value: &[u8]) -> Result<bool> {
        Ok(world(|world| {
            let fits = world.kv.get(key).map(Vec::as_slice) == expect;
            if fits {
                world.kv.insert(key.to_owned(), value.to_vec());
            }
            fits
        }))
    }

    pub fn delete(key: &str) -> Result<()> {
        world(|world| world.kv.remove(key));
        Ok(())
    }

    pub fn scan(prefix: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>> {
        Ok(world(|world| {
            let wanted = world.kv.keys().filter(|key| key.starts_with(prefix));
            let wanted = wanted.filter(|key| after.is_none_or(|after| key.as_str() > after));
            wanted.take(limit as usize).cloned().collect()
        }))
    }
}

pub mod blobs {
    use crate::{Failure, Result, testing::world, types::BlobRef};

    pub fn read(id: &str, offset: u64, max: u32) -> Result<Vec<u8>> {
        let found = id.strip_prefix("blob-").and_then(|number| number.parse::<usize>().ok());
        world(|world| {
            let (_, _, data) = found.and_then(|index| world.blobs.get(index)).ok_or(Failure::NotFound)?;
            Ok(data.iter().skip(offset as usize).take(max as usize).copied().collect())
        })
    }

    pub fn put(mime: &str, name: &str, data: &[u8]) -> Result<BlobRef> {
        world(|world| {
            let id = format!("blob-{}", world.blobs.len());
            world.blobs.push((mime.to_owned(), name.to_owned(), data.to_vec()));
            Ok(BlobRef { id, mime: mime.to_owned(), name: name.to_owned(), bytes: data.len() as u64 })
        })
    }
}

pub mod secrets {
    use crate::{Failure, Result, desk::secrets::MacAlg, testing::world};

    pub fn configured(slot: &str) -> bool {
        world(|world| world.secrets.contains(slot))
    }

    /// Not a real code, but one that depends on slot, algorithm and data.
    pub fn mac(slot: &str, algorithm: MacAlg, data: &[u8]) -> Result<Vec<u8>> {
        if !configured(slot) {
            return Err(Failure::Denied(format!("the slot {slot} is empty")));
        }
        let text = format!("{slot}/{algorithm:?}/");
        let seed = text.bytes().chain(data.iter().copied()).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Ok(seed.to_be_bytes().repeat(4))
    }

    pub fn verify(slot: &str, algorithm: MacAlg, data: &[u8], tag: &[u8]) -> Result<bool> {
        Ok(mac(slot, algorithm, data)? == tag)
    }
}

pub mod http {
    use std::cell::RefCell;

    use crate::{
        Failure, Result, bindings::base::switchboard::plugin::http::Request, testing::world, types::Pair,
    };

    #[derive(Debug)]
    pub struct Response {
        status: u16,
        rest: RefCell<Vec<u8>>,
    }

    impl Response {
        pub fn status(&self) -> u16 {
            self.status
        }

        pub fn headers(&self) -> Vec<Pair> {
            vec![]
        }

        pub fn read(&self, max: u32) -> Result<Option<Vec<u8>>> {
            let mut rest = self.rest.borrow_mut();
            let count = rest.len().min(max as usize);
            let part: Vec<u8> = rest.drain(..count).collect();
            Ok((!part.is_empty()).then_some(part))
        }
    }

    pub fn send(request: &Request) -> Result<Response> {
        world(|world| {
            world.requests.push(format!("{} {}", request.method, request.url));
            let (status, body) = world
                .http
                .get(&request.url)
                .cloned()
                .ok_or_else(|| Failure::Denied(format!("no answer was prepared for {}", request.url)))?;
            Ok(Response { status, rest: RefCell::new(body) })
        })
    }
}

pub mod net {
    use crate::{
        bindings::base::switchboard::plugin::net::{Sasl, Security, Trouble},
        testing::world,
    };

    #[derive(Debug)]
    pub struct Connection {
        target: String,
    }

    impl Connection {
        fn call<R>(&self, call: impl FnOnce(&mut crate::testing::Peer) -> R) -> Result<R, Trouble> {
            world(|world| world.peers.get_mut(&self.target).map(call)).ok_or(Trouble::Closed)
        }

        pub fn read(&self, max: u32, _wait_ms: u32) -> Result<Option<Vec<u8>>, Trouble> {
            self.call(|peer| peer.take(max as usize))?
        }

        pub fn write(&self, data: &[u8]) -> Result<(), Trouble> {
            self.call(|peer| peer.hear(data))?
        }

        pub fn write_sasl(
            &self,
            mechanism: Sasl,
            user: &str,
            slot: &str,
            prefix: &str,
        ) -> Result<(), Trouble> {
            if !world(|world| world.secrets.contains(slot)) {
                return Err(Trouble::Invalid("nothing is in the secret's slot".to_owned()));
            }
            self.write(format!("{prefix}[{mechanism:?} {user} {slot}]\r\n").as_bytes())
        }

        pub fn upgrade_tls(&self) -> Result<(), Trouble> {
            self.call(crate::testing::Peer::upgrade)?
        }

        pub fn close(&self) {
            let _ = self.call(|peer| peer.ended = true);
        }
    }

    pub fn connect(host: &str, port: u16, security: Security) -> Result<Connection, Trouble> {
        let target = format!("{host}:{port}");
        let denied = || Trouble::Denied(format!("nobody was prepared to answer at {target}"));
        world(|world| world.peers.get_mut(&target).map(|peer| peer.greet(security)).ok_or_else(denied))??;
        Ok(Connection { target })
    }
}

pub mod webhook {
    use crate::Result;

    pub fn public_url(path: &str) -> Result<String> {
        Ok(format!("http://desk.test/hook/{}", path.trim_start_matches('/')))
    }
}

pub mod push {
    use crate::{Result, testing::world};

    pub fn send(topic: &str, event_json: &str) -> Result<u32> {
        world(|world| world.pushed.push((topic.to_owned(), event_json.to_owned())));
        Ok(1)
    }
}

pub mod timers {
    use crate::{Failure, Result, testing::world};

    const SHORTEST_MS: u32 = 1000;

    pub fn set(id: &str, after_ms: u32, repeat: bool) -> Result<()> {
        if after_ms < SHORTEST_MS {
            return Err(Failure::Invalid(format!("a timer of {after_ms} ms")));
        }
        world(|world| world.timers.insert(id.to_owned(), (after_ms, repeat)));
        Ok(())
    }

    pub fn cancel(id: &str) {
        world(|world| world.timers.remove(id));
    }
}

pub mod notify {
    use crate::{desk::notify::Urgency, testing::world};

    pub fn post(urgency: Urgency, title: &str, text: &str) -> bool {
        world(|world| world.notices.push(format!("{urgency:?}: {title}: {text}")));
        true
    }
}

pub mod conversations {
    use crate::{Failure, Result, testing::world, types::Conversation};

    pub fn get(id: &str, last: u32) -> Result<Conversation> {
        let mut found = world(|world| world.conversations.get(id).cloned()).ok_or(Failure::NotFound)?;
        let older = found.messages.len().saturating_sub(last as usize);
        found.messages.drain(..older);
        found.more |= older > 0;
        Ok(found)
    }
}

pub mod customers {
    use crate::{Failure, Result, testing::world, types::Customer};

    pub fn get(id: &str) -> Result<Customer> {
        world(|world| world.customers.get(id).cloned()).ok_or(Failure::NotFound)
    }
}

pub mod knowledge {
    use std::collections::BTreeSet;

    use crate::{
        Failure, Result,
        desk::knowledge::{Article, Hit},
        testing::world,
    };

    /// Each article once, in this language where it exists in several.
    fn known(language: Option<&str>) -> Vec<Article> {
        let mut all = world(|world| world.articles.clone());
        all.sort_by_key(|(of, _)| language.is_some_and(|language| language != of));
        let mut seen = BTreeSet::new();
        all.into_iter()
            .filter(|(_, article)| seen.insert(article.id.clone()))
            .map(|(_, article)| article)
            .collect()
    }

    /// Letters, digits and Chinese characters, in lower case.
    fn characters(text: &str) -> BTreeSet<char> {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    }

    pub fn search(query: &str, limit: u32, language: Option<&str>) -> Result<Vec<Hit>> {
        let wanted = characters(query);
        let mut hits: Vec<Hit> = known(language)
            .into_iter()
            .map(|article| {
                let shared = characters(&article.title).intersection(&wanted).count();
                Hit {
                    score: shared as f32,
                    snippet: article.text.lines().next().unwrap_or_default().to_owned(),
                    article: article.id,
                    title: article.title,
                    uri: article.uri,
                }
            })
            .filter(|hit| hit.score > 0.0)
            .collect();
        hits.sort_by(|one, other| other.score.total_cmp(&one.score));
        hits.truncate(limit as usize);
        Ok(hits)
    }

    pub fn get(article: &str, language: Option<&str>) -> Result<Article> {
        known(language).into_iter().find(|known| known.id == article).ok_or(Failure::NotFound)
    }
}

pub mod proposals {
    use crate::{Result, advice::Item, testing::world};

    pub fn put(items: &[Item]) -> Result<()> {
        world(|world| world.proposals.extend_from_slice(items));
        Ok(())
    }
}
