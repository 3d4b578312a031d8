//! The network's way into the engine.

use std::{
    io::Read as _,
    sync::{Arc, mpsc::SyncSender},
};

use gateway::{
    Asset, BoxFuture, Download, Inbound, NewFile, StoredFile, UploadBody, UploadError, WebEvent, WebReply,
};
use host::Host;
use model::{FileId, limits::ATTACHMENT_MAX_BYTES};
use store::Files;
use tokio::sync::{mpsc, oneshot};

use crate::{job::Job, services::Facts};

/// Parts of an upload that may wait for the disk.
const UPLOAD_PARTS_MAX: usize = 4;

/// The network's way into the engine.
pub(crate) struct EngineInbound {
    pub jobs: SyncSender<Job>,
    pub host: Arc<Host>,
    pub facts: Arc<Facts>,
    pub files: Files,
}

impl EngineInbound {
    fn plugin(&self, slug: &str) -> Option<model::PluginId> {
        let accounts = self.facts.accounts.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        accounts
            .values()
            .find(|account| account.slug == slug && !account.paused)
            .map(|account| account.plugin.clone())
    }
}

impl Inbound for EngineInbound {
    fn asset<'a>(&'a self, slug: &'a str, path: &'a str) -> BoxFuture<'a, Option<Asset>> {
        let found = self.plugin(slug).and_then(|plugin| {
            let bytes = self.host.asset(&plugin, &format!("web/{path}"))?;
            Some(Asset { media_type: media_type(path).to_owned(), bytes })
        });
        Box::pin(std::future::ready(found))
    }

    fn web_event<'a>(&'a self, slug: &'a str, event: WebEvent) -> BoxFuture<'a, WebReply> {
        let (reply, answer) = oneshot::channel();
        let event = host::WebEvent {
            path: event.path,
            method: event.method,
            query: event.query,
            headers: event.headers,
            body: event.body,
            client: event.remote.to_string(),
        };
        let posted = self.jobs.try_send(Job::Web { slug: slug.to_owned(), event, reply });
        Box::pin(async move {
            if posted.is_err() {
                // Nothing was taken: the client may try again.
                return WebReply { status: 503, ..WebReply::default() };
            }
            let answer = answer.await.unwrap_or(host::WebReply { status: 503, ..host::WebReply::default() });
            WebReply {
                status: answer.status,
                headers: answer.headers,
                body: answer.body,
                subscribe: answer.topic,
            }
        })
    }

    fn upload<'a>(
        &'a self,
        slug: &'a str,
        _file: NewFile,
        mut body: UploadBody,
    ) -> BoxFuture<'a, Result<StoredFile, UploadError>> {
        Box::pin(async move {
            if self.plugin(slug).is_none() {
                return Err(UploadError::NoAccount);
            }
            let (parts, received) = mpsc::channel(UPLOAD_PARTS_MAX);
            let files = self.files.clone();
            let storing = tokio::task::spawn_blocking(move || {
                files.put(
                    &mut PartReader { parts: received, part: gateway::Bytes::new() },
                    ATTACHMENT_MAX_BYTES,
                )
            });
            let mut broken = None;
            while let Some(part) = body.next().await {
                let failed = part.as_ref().err().cloned();
                let gone =
                    parts.send(part.map_err(|error| std::io::Error::other(error.to_string()))).await.is_err();
                if failed.is_some() || gone {
                    broken = failed;
                    break;
                }
            }
            drop(parts);
            match storing.await {
                Ok(Ok((id, bytes))) if broken.is_none() => Ok(StoredFile { id: id.to_string(), bytes }),
                Ok(Err(store::FileError::TooLarge { limit })) => Err(UploadError::TooLarge(limit)),
                _ => Err(broken.unwrap_or(UploadError::Storage)),
            }
        })
    }

    fn download<'a>(&'a self, slug: &'a str, id: &'a str) -> BoxFuture<'a, Option<Download>> {
        Box::pin(async move {
            self.plugin(slug)?;
            let (files, id) = (self.files.clone(), FileId::new(id));
            let opened = tokio::task::spawn_blocking(move || {
                let mut file = files.open(&id).ok()?;
                let bytes = file.metadata().ok()?.len();
                let mut head = [0; 16];
                let read = file.read(&mut head).ok()?;
                std::io::Seek::rewind(&mut file).ok()?;
                Some((file, bytes, sniff(&head[..read])))
            });
            let (file, bytes, media_type) = opened.await.ok().flatten()?;
            Some(Download {
                media_type: media_type.to_owned(),
                name: "file".to_owned(),
                bytes,
                body: Box::new(tokio::fs::File::from_std(file)),
            })
        })
    }
}

/// Reads the parts of an upload as they arrive.
struct PartReader {
    parts: mpsc::Receiver<std::io::Result<gateway::Bytes>>,
    part: gateway::Bytes,
}

impl std::io::Read for PartReader {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.part.is_empty() {
            match self.parts.blocking_recv() {
                Some(part) => self.part = part?,
                None => return Ok(0),
            }
        }
        let count = into.len().min(self.part.len());
        into[..count].copy_from_slice(&self.part.split_to(count));
        Ok(count)
    }
}

/// What a browser may show of a file, by its first bytes: pictures, else bytes to save.
fn sniff(head: &[u8]) -> &'static str {
    match head {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'%', b'P', b'D', b'F', ..] => "application/pdf",
        _ => "application/octet-stream",
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("ftl" | "txt" | "md") => "text/plain; charset=utf-8",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
