//! The other side of a stream, as a test plays it.

use std::{collections::VecDeque, fmt};

use crate::desk::net::{Security, Trouble};

type Answer = Box<dyn FnMut(&[u8]) -> Option<Vec<u8>>>;

/// What answers at one `host:port`.
pub struct Peer {
    answer: Answer,
    fails: Option<Trouble>,
    security: Security,
    /// Whether the stream speaks TLS.
    pub encrypted: bool,
    /// Everything that was written.
    pub heard: Vec<u8>,
    said: VecDeque<u8>,
    /// Whether the stream is over.
    pub ended: bool,
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").field("heard", &self.heard).field("ended", &self.ended).finish_non_exhaustive()
    }
}

impl Peer {
    pub(super) fn new(answer: impl FnMut(&[u8]) -> Option<Vec<u8>> + 'static) -> Self {
        Self {
            answer: Box::new(answer),
            fails: None,
            security: Security::Plain,
            encrypted: false,
            heard: vec![],
            said: VecDeque::new(),
            ended: true,
        }
    }

    pub(super) fn fail(&mut self, trouble: Trouble) {
        self.fails = Some(trouble);
    }

    pub(super) fn greet(&mut self, security: Security) -> Result<(), Trouble> {
        if let Some(trouble) = self.fails.take() {
            return Err(trouble);
        }
        self.security = security;
        self.encrypted = security == Security::Tls;
        self.said.clear();
        self.ended = false;
        self.ask(b"");
        Ok(())
    }

    fn ask(&mut self, data: &[u8]) {
        match (self.answer)(data) {
            Some(said) => self.said.extend(said),
            None => self.ended = true,
        }
    }

    pub(super) fn hear(&mut self, data: &[u8]) -> Result<(), Trouble> {
        if self.ended {
            return Err(Trouble::Closed);
        }
        self.heard.extend_from_slice(data);
        self.ask(data);
        Ok(())
    }

    pub(super) fn take(&mut self, max: usize) -> Result<Option<Vec<u8>>, Trouble> {
        let count = self.said.len().min(max);
        match (count, self.ended) {
            (0, true) => Ok(None),
            (0, false) => Err(Trouble::TimedOut),
            _ => Ok(Some(self.said.drain(..count).collect())),
        }
    }

    pub(super) fn upgrade(&mut self) -> Result<(), Trouble> {
        if self.security != Security::Starttls || self.encrypted {
            return Err(Trouble::Invalid("only once, on a stream that was opened with starttls".to_owned()));
        }
        self.encrypted = true;
        Ok(())
    }
}
