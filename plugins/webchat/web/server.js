// The server, and what the browser keeps: requests, pauses between tries, local storage.

/** The account's address; everything else is below it. */
export const BASE = new URL('.', import.meta.url).href;

const RETRY_FIRST_MS = 1000;
const RETRY_LONGEST_MS = 30000;
const CALL_TIMEOUT_MS = 20000;

// Each waiting message has a key of its own, so that two open pages cannot overwrite each other's.
export const storage = (() => {
  const memory = new Map();
  const prefix = `switchboard-chat:${BASE}:`;
  const guarded = (run, otherwise) => {
    try { return run(window.localStorage); } catch { return otherwise(); }
  };
  return {
    prefix,
    get(name) {
      const text = guarded((kept) => kept.getItem(prefix + name), () => memory.get(name)) ?? memory.get(name);
      try { return text == null ? null : JSON.parse(text); } catch { return null; }
    },
    set(name, value) {
      const text = JSON.stringify(value);
      memory.set(name, text);
      guarded((kept) => kept.setItem(prefix + name, text), () => {});
    },
    remove(name) {
      memory.delete(name);
      guarded((kept) => kept.removeItem(prefix + name), () => {});
    },
    names(start) {
      const full = prefix + start;
      const kept = guarded((kept) => Object.keys(kept), () => []);
      const names = kept.filter((key) => key.startsWith(full)).map((key) => key.slice(prefix.length));
      return [...new Set([...names, ...[...memory.keys()].filter((name) => name.startsWith(start))])];
    },
  };
})();

export const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return 'm' + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
};

/** What the server answered with a status that is no success. */
export class Refused extends Error {
  constructor(status, waitMs) {
    super(`status ${status}`);
    this.status = status;
    this.waitMs = waitMs;
  }
  /** The same request may succeed later. */
  get passes() { return this.status === 408 || this.status === 429 || this.status >= 500; }
}

export async function call(method, path, body, credential) {
  const headers = {};
  if (credential) headers.authorization = `Bearer ${credential}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), CALL_TIMEOUT_MS);
  try {
    const response = await fetch(BASE + path, {
      method, headers, signal: stop.signal, credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer',
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new Refused(response.status, Number(response.headers.get('retry-after')) * 1000 || 0);
    return response.status === 204 ? null : await response.json();
  } finally {
    clearTimeout(timer);
  }
}

/** Doubling pauses, each shortened by chance so that many browsers do not come back at once. */
export class Backoff {
  constructor() { this.reset(); }
  reset() { this.next = RETRY_FIRST_MS; }
  pause(atLeastMs = 0) {
    const pause = this.next * (0.5 + Math.random() / 2);
    this.next = Math.min(this.next * 2, RETRY_LONGEST_MS);
    return Math.max(pause, atLeastMs);
  }
}
