// The widget as it is seen: button, panel, conversation, composer.

import { Chat } from './chat.js';
import { ICONS, channels, clock, dayName, dayOf, element, icon, palette, rich, shown, size } from './draw.js';
import { newId, storage } from './server.js';
import { TAG, TEXT } from './texts.js';

const GROUP_MS = 5 * 60000;

export class View {
  constructor(host, options, sheet) {
    this.options = options;
    this.root = host.attachShadow({ mode: 'open' });
    this.host = host;
    this.opened = false;
    this.uploads = [];
    this.rows = new Map();
    this.urls = new Map();
    this.news = 0;
    this.chat = new Chat((added) => this.changed(added));
    this.build();
    this.style(sheet);
    this.chat.begin();
    this.draw();
    if ('open' in this.options || storage.get('open')) this.open(false);
  }

  build() {
    const button = (label, kind, paths, act) =>
      element('button', { type: 'button', class: kind, 'aria-label': label, title: label, onclick: act }, icon(...paths));
    this.badge = element('span', { class: 'badge', hidden: true, 'aria-hidden': 'true' });
    this.launcher = element('button', {
      type: 'button', class: 'launcher', 'aria-label': TEXT.open, 'aria-expanded': 'false', 'aria-controls': 'panel',
      onclick: () => (this.opened ? this.close() : this.open()),
    }, icon(...ICONS.chat), icon(...ICONS.down), this.badge);
    this.teaser = element('button', { type: 'button', class: 'teaser', hidden: true, onclick: () => this.open() });

    this.title = element('h2', { id: 'title' });
    this.status = element('p', { class: 'status' });
    this.face = element('span', { class: 'face', 'aria-hidden': 'true' }, icon(...ICONS.chat));
    const header = element('header', {}, this.face, element('div', { class: 'who' }, this.title, this.status),
      button(TEXT.close, 'quiet', ICONS.close, () => this.close()));

    this.note = element('div', { class: 'note', role: 'status', hidden: true });
    this.list = element('div', { class: 'list', role: 'log', 'aria-live': 'off', 'aria-label': TEXT.log, tabindex: '0' });
    this.list.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.jump = element('button', { type: 'button', class: 'jump', hidden: true, onclick: () => this.toEnd(true) },
      icon(...ICONS.down), element('span', {}, TEXT.newer));

    this.input = element('textarea', {
      rows: '1', placeholder: TEXT.write, 'aria-label': TEXT.write, enterkeyhint: 'send', autocomplete: 'off',
      oninput: () => this.typed(), onkeydown: (event) => this.key(event), onpaste: (event) => this.pasted(event),
    });
    this.picker = element('input', {
      type: 'file', multiple: true, hidden: true, tabindex: '-1', 'aria-hidden': 'true',
      onchange: () => { this.attach([...this.picker.files]); this.picker.value = ''; },
    });
    this.count = element('span', { class: 'count', hidden: true });
    this.sender = element('button', { type: 'submit', class: 'send', 'aria-label': TEXT.send, title: TEXT.send, disabled: true },
      icon(...ICONS.send));
    this.form = element('form', { onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      button(TEXT.attach, 'quiet clip', ICONS.clip, () => this.picker.click()), this.input, this.count, this.sender, this.picker);

    this.panel = element('section', {
      id: 'panel', class: 'panel', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'title', hidden: true,
      onkeydown: (event) => this.trap(event),
    }, header, this.note, element('div', { class: 'middle' }, this.list, this.jump), this.form,
    element('div', { class: 'drop', 'aria-hidden': 'true' }, icon(...ICONS.clip), element('span', {}, TEXT.drop)));
    this.live = element('div', { class: 'unseen', 'aria-live': 'polite', role: 'status' });
    this.frame = element('div', { class: 'frame', lang: TAG }, this.panel, this.teaser, this.launcher, this.live);
    this.root.append(this.frame);

    this.welcome = this.bubbleRow({ from: 'agent', text: '', files: [] });
    this.typingRow = element('div', { class: 'row theirs typing', hidden: true }, element('div', { class: 'bubble' },
      element('span', { class: 'unseen' }, TEXT.typing), element('i'), element('i'), element('i')));
    this.list.append(this.welcome, this.typingRow);
    this.input.value = storage.get('draft') || '';
    this.listen();
  }

  listen() {
    let depth = 0;
    const files = (event) => event.dataTransfer && [...event.dataTransfer.types].includes('Files');
    const mark = (by) => { depth = Math.max(0, depth + by); this.panel.classList.toggle('dropping', depth > 0); };
    this.panel.addEventListener('dragenter', (event) => { if (files(event)) { event.preventDefault(); mark(1); } });
    this.panel.addEventListener('dragleave', (event) => { if (files(event)) mark(-1); });
    this.panel.addEventListener('dragover', (event) => { if (files(event)) event.preventDefault(); });
    this.panel.addEventListener('drop', (event) => {
      if (!files(event)) return;
      event.preventDefault();
      mark(-depth);
      this.attach([...event.dataTransfer.files]);
    });
    document.addEventListener('click', (event) => {
      if (event.target instanceof Element && event.target.closest('[data-chat-open]')) {
        event.preventDefault();
        this.open();
      }
    });
    addEventListener('focus', () => this.changed());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.paint());
    // Under a phone's keyboard the page keeps its height; only the visual viewport tells what is left.
    const fit = () => this.frame.style.setProperty('--height', `${visualViewport.height}px`);
    if (window.visualViewport) { visualViewport.addEventListener('resize', fit); fit(); }
  }

  style(text) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      this.root.adoptedStyleSheets = [sheet];
    } catch {
      this.root.prepend(element('style', {}, text));
    }
    this.paint();
  }

  paint() {
    const look = this.chat.look || {};
    const theme = this.options.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    const accent = /^#[0-9a-f]{6}$/i.test(look.accent || '') ? look.accent : '#2558d6';
    this.frame.dataset.theme = theme;
    this.frame.dataset.side = look.side === 'left' ? 'left' : 'right';
    for (const [name, value] of Object.entries(palette(channels(accent), theme === 'dark'))) {
      this.frame.style.setProperty(name, value);
    }
  }

  // ---------------------------------------------------------------- opening and closing

  open(focus = true) {
    if (this.opened) return;
    this.opened = true;
    this.back = document.activeElement;
    this.panel.hidden = false;
    this.frame.classList.add('opened');
    this.launcher.setAttribute('aria-expanded', 'true');
    this.launcher.setAttribute('aria-label', TEXT.close);
    storage.set('open', true);
    this.chat.start();
    this.draw();
    this.grow();
    this.toEnd(false);
    if (focus) this.input.focus({ preventScroll: true });
  }

  close() {
    if (!this.opened) return;
    this.opened = false;
    this.panel.hidden = true;
    this.frame.classList.remove('opened');
    this.launcher.setAttribute('aria-expanded', 'false');
    storage.remove('open');
    this.chat.typing(false);
    this.draw();
    const back = this.back instanceof HTMLElement && this.back !== document.body && this.back.isConnected ? this.back : this.launcher;
    (back === this.host ? this.launcher : back).focus({ preventScroll: true });
  }

  trap(event) {
    if (event.isComposing) return;
    if (event.key === 'Escape') { event.stopPropagation(); this.close(); return; }
    if (event.key !== 'Tab') return;
    const stops = [...this.panel.querySelectorAll('button, a[href], textarea, [tabindex="0"]')]
      .filter((stop) => !stop.disabled && stop.offsetParent !== null);
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const at = this.root.activeElement;
    if (event.shiftKey && at === first) { event.preventDefault(); last.focus(); }
    if (!event.shiftKey && at === last) { event.preventDefault(); first.focus(); }
  }

  // ---------------------------------------------------------------- writing

  typed() {
    this.grow();
    storage.set('draft', this.input.value);
    this.chat.typing(this.input.value.trim() !== '');
  }

  grow() {
    this.input.style.height = 'auto';
    this.input.style.height = `${Math.min(this.input.scrollHeight, 132)}px`;
    const length = [...this.input.value].length;
    const { text } = this.chat.limits;
    this.sender.disabled = this.input.value.trim() === '' || length > text;
    this.count.hidden = length < text * 0.9;
    this.count.textContent = `${length} / ${text}`;
    this.count.classList.toggle('over', length > text);
  }

  key(event) {
    // While an input method composes, Enter belongs to it; 229 is how older browsers say so.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  submit() {
    const text = this.input.value.trim();
    if (!text) return;
    if ([...text].length > this.chat.limits.text) { this.say(TEXT.tooLong(this.chat.limits.text)); return; }
    if (!this.chat.write(text)) { this.say(TEXT.full); return; }
    this.input.value = '';
    storage.remove('draft');
    this.chat.typedAt = 0;
    this.grow();
    this.toEnd(true);
    this.input.focus({ preventScroll: true });
  }

  pasted(event) {
    const files = [...(event.clipboardData?.files || [])];
    if (files.length) { event.preventDefault(); this.attach(files); }
  }

  attach(files) {
    for (const file of files) {
      if (file.size > this.chat.limits.file) { this.say(TEXT.tooLarge(size(this.chat.limits.file))); continue; }
      const upload = { id: newId(), at: Date.now(), file, share: 0, state: 'uploading' };
      this.uploads.push(upload);
      this.upload(upload);
    }
  }

  async upload(upload) {
    upload.state = 'uploading';
    this.draw();
    this.toEnd(true);
    try {
      const kept = await this.chat.upload(upload.file, (share) => { upload.share = share; this.draw(); });
      if (kept.mime.startsWith('image/')) this.urls.set(kept.id, Promise.resolve(URL.createObjectURL(upload.file)));
      this.uploads = this.uploads.filter((other) => other !== upload);
      if (!this.chat.write('', [kept])) this.say(TEXT.full);
    } catch {
      upload.state = 'failed';
      this.draw();
    }
  }

  say(text) {
    this.note.textContent = text;
    this.note.hidden = false;
    clearTimeout(this.noteTimer);
    this.noteTimer = setTimeout(() => { this.note.hidden = true; this.draw(); }, 5000);
  }

  // ---------------------------------------------------------------- drawing

  changed(added = []) {
    const fromAgent = added.filter((entry) => entry.from === 'agent');
    if (fromAgent.length && this.live) {
      const last = fromAgent[fromAgent.length - 1];
      this.live.textContent = `${last.name || TEXT.agent}: ${shown(last.text) || TEXT.file}`;
    }
    if (!this.frame) return;
    if (this.opened && !this.atEnd()) this.news += fromAgent.length;
    const stay = this.atEnd();
    this.draw();
    if (stay) this.toEnd(false);
    this.readIfSeen();
  }

  readIfSeen() {
    if (this.opened && !document.hidden && document.hasFocus() && this.atEnd()) this.chat.markRead();
  }

  atEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
  }

  toEnd(smooth) {
    this.news = 0;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.list.scrollTo({ top: this.list.scrollHeight, behavior: smooth && !calm ? 'smooth' : 'auto' });
    this.scrolled();
  }

  scrolled() {
    if (this.atEnd()) this.news = 0;
    this.jump.hidden = this.news === 0;
    this.readIfSeen();
  }

  draw() {
    const { chat } = this;
    this.paint();
    const look = chat.look || {};
    this.title.textContent = look.title || TEXT.title;
    const agent = [...chat.entries].reverse().find((entry) => entry.name);
    const trouble = chat.state === 'offline';
    const calm = agent ? TEXT.served(agent.name) : TEXT.ready;
    this.status.textContent = chat.state === 'connecting' ? TEXT.connecting : trouble ? TEXT.connecting : calm;
    this.frame.dataset.state = chat.state;
    if (agent) this.face.replaceChildren([...agent.name][0].toUpperCase());
    if (trouble && (navigator.onLine === false || chat.waiting.length)) {
      this.note.textContent = TEXT.offline;
      this.note.hidden = false;
    } else if (this.note.textContent === TEXT.offline) {
      this.note.hidden = true;
      this.note.textContent = '';
    }
    this.drawLauncher();
    if (this.opened) this.drawList(look);
  }

  drawLauncher() {
    const { unread } = this.chat;
    this.badge.hidden = !unread || this.opened;
    this.badge.textContent = unread > 99 ? '99+' : String(unread);
    if (!this.opened) this.launcher.setAttribute('aria-label', unread ? `${TEXT.open}, ${TEXT.unread(unread)}` : TEXT.open);
    const last = [...this.chat.entries].reverse().find((entry) => entry.from === 'agent');
    const show = !this.opened && unread > 0 && last;
    this.teaser.hidden = !show;
    if (show) {
      const text = shown(last.text) || (last.files || []).map((file) => shown(file.name)).join(', ');
      this.teaser.replaceChildren(element('b', {}, last.name || TEXT.agent), element('span', { dir: 'auto' }, text));
    }
  }

  drawList(look) {
    const text = look.welcome || '';
    this.welcome.hidden = !text;
    if (this.welcome.dataset.text !== text) {
      this.welcome.dataset.text = text;
      this.welcome.querySelector('.bubble').replaceChildren(element('p', { dir: 'auto' }, ...rich(text)));
    }
    const items = [
      ...this.chat.entries.map((entry) => ({ ...entry, row: entry.key && entry.from === 'visitor' ? entry.key : `e${entry.seq}` })),
      ...this.chat.outbox.map((message) => ({ ...message, from: 'visitor', message, row: message.id })),
      ...this.uploads.map((upload) => ({ ...upload, from: 'visitor', upload, row: upload.id })),
    ];
    const wanted = new Set();
    let before = this.welcome;
    let previous = null;
    const lastOwn = [...items].reverse().find((item) => item.from === 'visitor' && item.seq);
    for (const item of items) {
      if (!previous || dayOf(previous.at) !== dayOf(item.at)) {
        before = this.place(`day ${dayOf(item.at)}`, dayName(item.at), before, wanted,
          () => element('div', { class: 'day' }, element('span', {}, dayName(item.at))));
        previous = null;
      }
      const joined = previous && previous.from === item.from && !previous.what && !item.what && item.at - previous.at < GROUP_MS;
      const state = item.from === 'visitor' ? this.stateOf(item, item === lastOwn) : '';
      const signature = JSON.stringify([item.text, item.files, item.name, item.what, state, joined, item.share, item.at]);
      before = this.place(item.row, signature, before, wanted, () => this.row(item, state, joined));
      previous = item;
    }
    for (const [key, row] of this.rows) {
      if (!wanted.has(key)) { row.remove(); this.rows.delete(key); }
    }
    this.typingRow.hidden = !this.chat.agentTypes;
    this.jump.hidden = this.news === 0;
  }

  /** Puts a row after another, made anew only where it changed, so that pictures and selections stay. */
  place(key, signature, before, wanted, make) {
    wanted.add(key);
    let row = this.rows.get(key);
    if (!row || row.signature !== signature) {
      const made = make();
      made.signature = signature;
      if (row) { made.classList.add('still'); row.replaceWith(made); }
      row = made;
      this.rows.set(key, row);
    }
    if (before.nextSibling !== row) before.after(row);
    return row;
  }

  stateOf(item, newest) {
    if (item.upload) return item.state === 'failed' ? 'failed' : 'sending';
    if (item.message) return item.message.state === 'failed' ? 'refused' : this.chat.state === 'online' ? 'sending' : 'waiting';
    return newest ? (item.seq <= this.chat.seen ? 'seen' : 'sent') : '';
  }

  row(item, state, joined) {
    if (item.what) {
      const text = item.what === 'joined' ? TEXT.joined(shown(item.name || TEXT.agent)) : TEXT.closed;
      return element('div', { class: 'event' }, text);
    }
    const row = this.bubbleRow(item);
    row.classList.toggle('joined', Boolean(joined));
    if (item.from === 'agent' && !joined) {
      row.prepend(element('span', { class: 'name' }, `${shown(item.name || TEXT.agent)} · ${clock(item.at)}`));
    } else {
      row.prepend(element('span', { class: 'unseen' }, `${item.from === 'agent' ? TEXT.agent : TEXT.you} ${clock(item.at)}: `));
    }
    if (state) row.append(this.stateRow(item, state));
    return row;
  }

  bubbleRow(item) {
    const bubble = element('div', { class: 'bubble' });
    const files = item.upload ? [] : item.files || [];
    if (item.text) bubble.append(element('p', { dir: 'auto' }, ...rich(item.text)));
    if (item.upload) bubble.append(this.uploadCard(item));
    for (const file of files) bubble.append(this.fileCard(file));
    if (!item.text && (files.length || item.upload)) bubble.classList.add('bare');
    return element('div', { class: `row ${item.from === 'visitor' ? 'mine' : 'theirs'}` }, bubble);
  }

  stateRow(item, state) {
    const icons = { waiting: 'clock', sending: 'clock', sent: 'tick', seen: 'ticks', failed: 'alert', refused: 'alert' };
    const time = state === 'sent' || state === 'seen' ? `${clock(item.at)} · ` : '';
    const row = element('span', { class: `state ${state}` }, icon(...ICONS[icons[state]]), element('span', {}, time + TEXT[state]));
    if (state !== 'failed' && state !== 'refused') return row;
    const again = () => (item.upload ? this.upload(item.upload) : this.chat.again(item.message));
    const drop = () => {
      if (item.upload) { this.uploads = this.uploads.filter((other) => other !== item.upload); this.draw(); } else this.chat.drop(item.message);
    };
    row.append(element('button', { type: 'button', onclick: again }, TEXT.retry), element('button', { type: 'button', onclick: drop }, TEXT.remove));
    return row;
  }

  uploadCard(item) {
    const bar = element('span', { class: 'bar' }, element('i'));
    bar.firstChild.style.width = `${Math.round(item.share * 100)}%`;
    return element('div', { class: 'file' }, element('span', { class: 'type' }, icon(...ICONS.file)),
      element('span', { class: 'label' }, element('b', { dir: 'auto' }, shown(item.file.name || TEXT.file)),
        item.state === 'failed' ? element('small', {}, size(item.file.size)) : bar));
  }

  fileCard(file) {
    const name = shown(file.name || TEXT.file);
    const picture = /^image\/(png|jpeg|gif|webp)$/.test(file.mime);
    const url = () => {
      if (!this.urls.has(file.id)) {
        const asked = this.chat.fileUrl(file.id);
        asked.catch(() => this.urls.delete(file.id));
        this.urls.set(file.id, asked);
      }
      return this.urls.get(file.id);
    };
    if (picture) {
      const image = element('img', { alt: `${TEXT.image}: ${name}` });
      const link = element('a', { class: 'picture', target: '_blank', rel: 'noopener', title: name }, image);
      const show = () => url().then((address) => { image.src = link.href = address; })
        .catch(() => { link.replaceWith(this.fileLink(file, name, url)); });
      image.onload = () => { link.classList.add('loaded'); if (this.pinned !== false && this.atEndBut(image)) this.toEnd(false); };
      show();
      return link;
    }
    return this.fileLink(file, name, url);
  }

  /** Whether the end was in view before this picture took its height. */
  atEndBut(image) {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < image.clientHeight + 40;
  }

  fileLink(file, name, url) {
    const save = async () => {
      try {
        const link = element('a', { href: await url(), download: file.name || 'file' });
        link.click();
      } catch { this.say(TEXT.offline); }
    };
    return element('button', { type: 'button', class: 'file', onclick: save },
      element('span', { class: 'type' }, icon(...ICONS.file)),
      element('span', { class: 'label' }, element('b', { dir: 'auto' }, name), element('small', {}, size(file.bytes))));
  }
}
