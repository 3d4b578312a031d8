// What is known of the conversation, and how it is kept up to date.
//
// How nothing is lost or repeated: the server keeps one log for each visitor, numbered without gaps. `cursor` is the
// last number seen without a gap. A pushed entry that does not follow it means something is missing, and the log after
// `cursor` is fetched. What the visitor writes is kept in the browser under an id of its own until it has been seen in
// the log; sending it again is harmless because the server knows the id.

import { BASE, Backoff, Refused, call, newId, storage } from './server.js';
import { TAG } from './texts.js';

const STREAM_TIMEOUT_MS = 20000;
const SILENCE_MAX_MS = 40000; // The server beats every 15 s; after this the stream is dead.
const HIDDEN_STREAM_MS = 30000; // Browsers allow six connections to a server, so hidden pages let theirs go.
const HIDDEN_POLL_MS = 20000;
const TYPING_REPEAT_MS = 4000;
const TYPING_SHOWN_MS = 8000;
const CACHED_ENTRIES = 80;
const OUTBOX_MAX = 50;

/** The page the visitor looks at, without what may stand in its query. */
const page = () => ({ title: document.title.slice(0, 200), address: location.origin + location.pathname });

export class Chat {
  constructor(changed) {
    this.changed = changed;
    this.identity = storage.get('identity');
    this.entries = storage.get('log') || [];
    this.cursor = this.entries.length ? this.entries[this.entries.length - 1].seq : 0;
    this.outbox = storage.names('out:').map((name) => storage.get(name)).filter(Boolean);
    this.outbox.sort((one, other) => one.at - other.at);
    this.limits = { text: 4000, file: 20 * 1024 * 1024, files: 5 };
    this.look = storage.get('look');
    this.state = 'idle'; // idle, connecting, online, offline
    this.seen = 0;
    this.told = null;
    this.read = Math.min(storage.get('read') || 0, this.cursor);
    this.agentTypes = false;
    this.backoff = new Backoff();
    this.sendBackoff = new Backoff();
    this.watch();
  }

  get credential() { return this.identity && `${this.identity.visitor}.${this.identity.token}`; }
  get unread() { return this.entries.filter((entry) => entry.from === 'agent' && entry.seq > this.read).length; }
  get waiting() { return this.outbox.filter((message) => message.state !== 'failed'); }

  watch() {
    addEventListener('online', () => this.wake());
    addEventListener('offline', () => this.lost());
    addEventListener('pagehide', () => this.closeStream());
    addEventListener('pageshow', (event) => { if (event.persisted) this.wake(); });
    document.addEventListener('visibilitychange', () => this.visibility());
    addEventListener('storage', (event) => {
      // Another page of the same visitor became somebody first.
      if (event.key === `${storage.prefix}identity` && !this.identity) this.identity = storage.get('identity');
    });
    setInterval(() => {
      if (this.stream && Date.now() - this.heardAt > SILENCE_MAX_MS) this.lost();
    }, 5000);
  }

  /** Connects where there is something to follow; a page that is only looked at makes no visitor. */
  begin() {
    if (this.identity && (this.cursor > 0 || this.outbox.length)) this.start();
  }

  start() {
    if (this.state === 'idle') this.connect();
  }

  /** Tries again at once, for instance because the network is back. */
  wake() {
    if (this.state === 'idle' || this.state === 'online') return;
    this.backoff.reset();
    this.sendBackoff.reset();
    this.connect();
  }

  async connect() {
    if (this.connecting) return;
    this.connecting = true;
    clearTimeout(this.retryTimer);
    this.setState(this.state === 'offline' ? 'offline' : 'connecting');
    try {
      await this.hello();
      await this.openStream();
      await this.catchUp();
      this.backoff.reset();
      this.setState('online');
      this.flush();
      this.told = null;
      this.tell();
    } catch (error) {
      if (error instanceof Refused && error.status === 401) this.forget();
      this.lost(error.waitMs);
    } finally {
      this.connecting = false;
    }
  }

  async hello() {
    const welcome = await call('POST', 'hook/hello', { language: TAG, page: page() }, this.credential);
    if (!this.identity) {
      this.identity = storage.get('identity') || { visitor: welcome.visitor, token: welcome.token };
      storage.set('identity', this.identity);
    }
    this.limits = { text: welcome.text_max, file: welcome.file_max, files: welcome.files_max };
    this.look = welcome.look;
    storage.set('look', welcome.look);
    if (this.identity.visitor === welcome.visitor) {
      this.seen = Math.max(this.seen, welcome.seen);
      this.read = Math.max(this.read, welcome.read);
      // The server knows less than we do: it was set up anew.
      if (welcome.head < this.cursor) this.resetLog();
    }
  }

  forget() {
    storage.remove('identity');
    this.identity = null;
    this.resetLog();
  }

  resetLog() {
    this.entries = [];
    this.cursor = 0;
    this.read = 0;
    this.seen = 0;
    this.told = null;
    storage.remove('log');
    storage.remove('read');
  }

  openStream() {
    this.closeStream();
    return new Promise((resolve, reject) => {
      const stream = new EventSource(`${BASE}push/events?token=${encodeURIComponent(this.credential)}`);
      const timer = setTimeout(() => { stream.close(); reject(new Error('late')); }, STREAM_TIMEOUT_MS);
      this.stream = stream;
      this.heardAt = Date.now();
      const heard = () => { this.heardAt = Date.now(); };
      stream.onopen = () => { clearTimeout(timer); heard(); resolve(); };
      stream.addEventListener('beat', heard);
      stream.onmessage = (event) => { heard(); this.heard(event.data); };
      stream.onerror = () => {
        clearTimeout(timer);
        stream.close();
        reject(new Error('closed'));
        if (this.stream === stream) this.lost();
      };
    });
  }

  closeStream() {
    if (this.stream) this.stream.close();
    this.stream = null;
  }

  lost(waitMs) {
    this.closeStream();
    clearTimeout(this.retryTimer);
    if (this.state === 'idle') return;
    this.setState('offline');
    this.setTyping(false);
    this.retryTimer = setTimeout(() => this.connect(), this.backoff.pause(waitMs));
  }

  visibility() {
    clearTimeout(this.hiddenTimer);
    if (this.state === 'idle') return;
    if (document.hidden) {
      const poll = async () => {
        this.closeStream();
        try { await this.catchUp(); this.tell(); } catch { /* The next look tries again. */ }
        this.hiddenTimer = setTimeout(poll, HIDDEN_POLL_MS);
      };
      this.hiddenTimer = setTimeout(poll, HIDDEN_STREAM_MS);
    } else if (!this.stream) {
      this.backoff.reset();
      this.connect();
    }
    this.changed();
  }

  heard(data) {
    let event;
    try { event = JSON.parse(data); } catch { return; }
    if (event.kind === 'typing') this.setTyping(Boolean(event.active));
    if (event.kind === 'seen') { this.seen = Math.max(this.seen, event.seen); this.changed(); }
    if (event.kind === 'entry') this.take(event.entry);
  }

  setTyping(active) {
    clearTimeout(this.typingTimer);
    if (active) this.typingTimer = setTimeout(() => this.setTyping(false), TYPING_SHOWN_MS);
    if (this.agentTypes !== active) { this.agentTypes = active; this.changed(); }
  }

  /** One entry that arrived by itself: the next, one already here, or proof that some are missing. */
  take(entry) {
    if (entry.seq === this.cursor + 1) {
      this.add([entry]);
      this.tell();
    } else if (entry.seq > this.cursor) {
      this.catchUp().then(() => this.tell()).catch(() => this.lost());
    }
  }

  /** Fetches the log after the cursor until its end. One at a time; who asks meanwhile waits for one more round. */
  catchUp() {
    this.catching = (this.catching || Promise.resolve()).catch(() => {}).then(() => this.fetchLog());
    return this.catching;
  }

  async fetchLog() {
    for (;;) {
      const part = await call('GET', `hook/messages?after=${this.cursor}`, undefined, this.credential);
      this.seen = Math.max(this.seen, part.seen);
      this.add(part.entries.filter((entry) => entry.seq > this.cursor), true);
      if (this.cursor >= part.head || !part.entries.length) {
        this.cursor = Math.max(this.cursor, part.head);
        return;
      }
    }
  }

  add(entries, fetched = false) {
    for (const entry of entries) {
      this.entries.push(entry);
      this.cursor = entry.seq;
      if (entry.key) this.settle(entry.key);
      if (entry.from === 'agent') this.setTyping(false);
    }
    if (entries.length) storage.set('log', this.entries.slice(-CACHED_ENTRIES));
    if (entries.length || fetched) this.changed(entries);
  }

  /** Tells how far we are; repeated after each connection in case the last telling was lost. */
  tell() {
    if (!this.identity || !this.entries.some((entry) => entry.from === 'agent')) return;
    const now = { delivered: this.cursor, read: this.read };
    if (this.told && now.delivered === this.told.delivered && now.read === this.told.read) return;
    clearTimeout(this.tellTimer);
    this.tellTimer = setTimeout(async () => {
      try {
        await call('POST', 'hook/receipts', now, this.credential);
        this.told = now;
      } catch { /* Told again with the next news or connection. */ }
    }, 200);
  }

  markRead() {
    if (this.read === this.cursor) return;
    this.read = this.cursor;
    storage.set('read', this.read);
    this.changed();
    this.tell();
  }

  // ---------------------------------------------------------------- sending

  write(text, files = []) {
    if (this.outbox.length >= OUTBOX_MAX) return false;
    const message = { id: newId(), at: Date.now(), text, files };
    this.keep(message);
    this.outbox.push(message);
    this.changed();
    this.start();
    this.flush();
    return true;
  }

  keep(message) {
    const { id, at, text, files, state } = message;
    storage.set(`out:${id}`, { id, at, text, files, state });
  }

  settle(id) {
    storage.remove(`out:${id}`);
    this.outbox = this.outbox.filter((message) => message.id !== id);
  }

  again(message) {
    message.state = undefined;
    this.keep(message);
    this.changed();
    this.flush();
  }

  drop(message) {
    this.settle(message.id);
    this.changed();
  }

  async flush() {
    if (this.flushing || this.state !== 'online') return;
    this.flushing = true;
    clearTimeout(this.flushTimer);
    try {
      for (let message = this.waiting[0]; message && this.state === 'online'; message = this.waiting[0]) {
        await this.post(message);
      }
    } catch (error) {
      const waitMs = this.sendBackoff.pause(error.waitMs);
      if (error instanceof Refused && error.status === 401) this.lost();
      else if (!(error instanceof Refused)) this.lost();
      this.flushTimer = setTimeout(() => this.flush(), waitMs);
    } finally {
      this.flushing = false;
    }
  }

  async post(message) {
    const files = message.files.map((file) => file.id);
    const body = { id: message.id, text: message.text, files, language: TAG, page: page() };
    try {
      const entry = await call('POST', 'hook/messages', body, this.credential);
      this.sendBackoff.reset();
      this.settle(message.id);
      this.take(entry);
      this.changed();
    } catch (error) {
      if (!(error instanceof Refused) || error.passes || error.status === 401) throw error;
      message.state = 'failed';
      this.keep(message);
      this.changed();
    }
  }

  typing(active) {
    if (this.state !== 'online') return;
    const now = Date.now();
    if (active && this.typedAt && now - this.typedAt < TYPING_REPEAT_MS) return;
    if (!active && !this.typedAt) return;
    this.typedAt = active ? now : 0;
    call('POST', 'hook/typing', { active }, this.credential).catch(() => {});
    clearTimeout(this.typedTimer);
    if (active) this.typedTimer = setTimeout(() => this.typing(false), TYPING_REPEAT_MS + 2000);
  }

  /** Sends a file's bytes; answers how the server calls it. */
  upload(file, progress) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', `${BASE}upload/file?name=${encodeURIComponent(file.name || 'file')}`);
      request.setRequestHeader('authorization', `Bearer ${this.credential}`);
      request.setRequestHeader('content-type', file.type || 'application/octet-stream');
      request.responseType = 'json';
      request.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0);
      request.onload = () => (request.status === 200 ? resolve(request.response) : reject(new Refused(request.status, 0)));
      request.onerror = () => reject(new Error('network'));
      request.send(file);
    });
  }

  async fileUrl(id) {
    const response = await fetch(`${BASE}hook/files/${encodeURIComponent(id)}`, {
      headers: { authorization: `Bearer ${this.credential}` }, credentials: 'omit',
    });
    if (!response.ok) throw new Refused(response.status, 0);
    return URL.createObjectURL(await response.blob());
  }

  setState(state) {
    if (this.state === state) return;
    this.state = state;
    this.changed();
  }
}
