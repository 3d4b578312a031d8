// The kit for plugins in JavaScript: what every role needs, and short ways to make what the desk takes.
//
// Names and shapes are those of the contract (plugin-sdk/wit/plugin.wit) with camelCase: records are objects, variants
// `{ tag, val }`, enums strings, options `null` where there is none. A function of the contract that can fail returns
// its value or throws a failure, such as `failure.invalid('no number')`. What the desk offers is imported by name:
// `import kv from 'switchboard:plugin/kv@0.1.0'`.

/** Why something cannot be done, to be thrown. */
export const failure = {
  denied: (line) => ({ tag: 'denied', val: line }),
  invalid: (words) => ({ tag: 'invalid', val: words }),
  unauthorized: () => ({ tag: 'unauthorized' }),
  notFound: () => ({ tag: 'not-found' }),
  tooLarge: (words) => ({ tag: 'too-large', val: words }),
  rateLimited: (waitMs) => ({ tag: 'rate-limited', val: waitMs }),
  unavailable: (waitMs = 0) => ({ tag: 'unavailable', val: waitMs }),
  timedOut: () => ({ tag: 'timed-out' }),
  unsupported: () => ({ tag: 'unsupported' }),
  internal: (words) => ({ tag: 'internal', val: words }),
};

const unsupported = () => { throw failure.unsupported(); };

// ---------------------------------------------------------------- roles, with what an author may leave out

/** What every plugin exports as `lifecycle`. */
export const lifecycle = (own = {}) => ({
  init() {},
  check() { return ''; },
  onTimer() {},
  onOutcome() {},
  shutdown() {},
  ...own,
});

class Nothing {
  next() { return { tag: 'done' }; }
}

export const assist = (own) => ({
  observe() { return []; },
  start: unsupported,
  Generation: Nothing,
  ...own,
});

export const channel = (own) => ({
  features() { return features(); },
  limits() { return limits({}); },
  ingest() { return batch(); },
  send() { return { tag: 'rejected', val: 'this channel sends nothing' }; },
  reconcile() { return { tag: 'cannot-tell' }; },
  signal() {},
  ...own,
});

export const lookup = (own) => ({ search() { return []; }, act: unsupported, ...own });
export const quality = (own) => ({ rubric() { return []; }, score() { return { marks: [], findings: [] }; }, ...own });
export const panel = (own) => ({ handle() { return []; }, ...own });

export const ticketForm = (own) => ({
  forms() { return []; },
  fields() { return []; },
  check() { return []; },
  submit: unsupported,
  ...own,
});

// ---------------------------------------------------------------- conversations

export const isInbound = (message) => message.dir === 'inbound';
export const isOutbound = (message) => message.dir === 'outbound';
export const inbound = (conversation) => conversation.messages.filter(isInbound);
export const outbound = (conversation) => conversation.messages.filter(isOutbound);
/** The newest of a list, or nothing. */
export const last = (list) => list[list.length - 1];

// ---------------------------------------------------------------- proposals

/** A change for the agent to decide about: `change` is `{ tag, val }` of the contract. */
export const proposal = (id, conversation, change, more = {}) => ({
  tag: 'proposal',
  val: { id, conversation, change, confidence: 0.5, because: '', sources: [], expiresMs: null, ...more },
});
/** Words for the agent to send. */
export const reply = (id, conversation, words, more) => proposal(id, conversation, { tag: 'reply', val: words }, more);
/** A hint without a change. */
export const prompt = (id, conversation, kind, title, words, expiresMs = null) => ({
  tag: 'prompt',
  val: { id, conversation, 'class': kind, title, text: words, expiresMs },
});
export const clear = (id) => ({ tag: 'clear', val: id });

// ---------------------------------------------------------------- channels

export const features = (...names) => {
  const all = ['html', 'files', 'receipts', 'typing', 'edits', 'subjects', 'templates', 'idempotentSend', 'reconcile'];
  return Object.fromEntries(all.map((name) => [name, names.includes(name)]));
};
export const limits = (own) => ({ textChars: 0, htmlBytes: 0, files: 0, fileBytes: 0, replyWindowS: null, ...own });
export const batch = (items = [], own = {}) => ({ items, cursor: null, pollAgainMs: null, reply: null, ...own });
export const party = (id, name, handle = '') => ({ id, name, handle, avatar: null });
/** A text that came in. */
export const incoming = (remoteId, thread, atMs, sender, words, own = {}) => ({
  tag: 'message',
  val: {
    remoteId, thread, subject: null, atMs, dir: 'inbound', sender, text: words, html: null, files: [],
    inReplyTo: null, ...own,
  },
});
/** The answer to a web request. */
export const webReply = (status, own = {}) => ({ status, headers: [], body: new Uint8Array(), topic: null, ...own });

// ---------------------------------------------------------------- lookups and forms

export const card = (id, kind, title, own = {}) => ({
  id, kind, title, subtitle: '', facts: [], link: null, actions: [], ...own,
});
export const fact = (label, value, tone = 'plain') => ({ label, value: String(value), tone });
export const field = (id, label, widget, own = {}) => ({
  id, label, help: '', required: false, widget: typeof widget === 'string' ? { tag: widget } : widget, value: null,
  showIf: null, ...own,
});
/** A value that a plugin filled in, with where it is from. */
export const filled = (id, words, from) => ({ field: id, text: words, cameFrom: { tag: 'filled', val: from } });
export const value = (values, id) => values.find((it) => it.field === id) ?? null;
export const remark = (id, words, blocks = true) => ({ field: id, text: words, blocks });

// ---------------------------------------------------------------- quality

/** All characters of a message: the contract counts Unicode scalar values. */
export const whole = (message) => ({ message: message.id, first: 0, last: [...message.text].length });
export const mark = (criterion, score, because, evidence = []) => ({ criterion, score, because, evidence });

// ---------------------------------------------------------------- panels: a tree, sent as a flat list

const part = (kind, children = [], own = {}) => ({ kind, children, id: '', a11y: '', ...own });
export const column = (children) => part({ tag: 'column' }, children);
export const row = (children) => part({ tag: 'row' }, children);
export const section = (title, children) => part({ tag: 'section', val: title }, children);
export const heading = (words) => part({ tag: 'heading', val: words });
export const words = (text, tone = 'plain') => part({ tag: 'text', val: { text, tone } });
export const line = (label, value) => part({ tag: 'fact', val: { label, value: String(value) } });
export const badge = (text, tone = 'plain') => part({ tag: 'badge', val: { text, tone } });
export const divider = () => part({ tag: 'divider' });
export const button = (id, text, tone = 'plain') => part({ tag: 'button', val: { text, tone } }, [], { id });
export const input = (id, label, value = '', hint = '') => part({ tag: 'input', val: { label, value, hint } }, [], { id });
export const toggle = (id, label, on) => part({ tag: 'toggle', val: { label, on } }, [], { id });
export const selector = (id, label, value, choices) => part({ tag: 'selector', val: { label, value, choices } }, [], { id });
export const link = (label, url) => part({ tag: 'link', val: { label, url } });
export const progress = (share) => part({ tag: 'progress', val: share });

/** The effect that shows a tree; `rev` is one more than that of the view on the screen. */
export function replace(tree, rev) {
  const nodes = [];
  const add = ({ id, kind, children, a11y }) => {
    const at = nodes.length;
    nodes.push(null);
    nodes[at] = { id, kind, a11y, children: children.map(add) };
    return at;
  };
  const root = add(tree);
  return { tag: 'replace', val: { rev, root, nodes } };
}

// ---------------------------------------------------------------- bytes

/** UTF-8 of a text. */
export function bytes(text) {
  const out = [];
  for (const letter of text) {
    const code = letter.codePointAt(0);
    if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else {
      out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    }
  }
  return new Uint8Array(out);
}

/** The text of UTF-8; what is none becomes U+FFFD. */
export function text(data) {
  let out = '';
  for (let at = 0; at < data.length;) {
    const first = data[at];
    const size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    let code = size === 1 ? first : first & (0xff >> (size + 1));
    let good = size > 0 && at + size <= data.length;
    for (let next = 1; good && next < size; next += 1) {
      good = (data[at + next] & 0xc0) === 0x80;
      code = (code << 6) | (data[at + next] & 0x3f);
    }
    const least = [0, 0, 0x80, 0x800, 0x10000][size];
    good = good && code >= least && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
    out += good ? String.fromCodePoint(code) : '\ufffd';
    at += good ? size : 1;
  }
  return out;
}
