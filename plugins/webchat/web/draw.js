// Small things to draw with: elements, icons, safe text, dates and colours.

import { TAG, TEXT } from './texts.js';

export const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
};

export const icon = (...paths) => {
  const SVG = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(SVG, 'svg');
  const attributes = { viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  for (const data of paths) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', data);
    svg.append(path);
  }
  return svg;
};

export const ICONS = {
  chat: ['M4.5 6.2A2.7 2.7 0 0 1 7.2 3.5h9.6a2.7 2.7 0 0 1 2.7 2.7v6.6a2.7 2.7 0 0 1-2.7 2.7h-4.6l-4.4 4v-4h-.6a2.7 2.7 0 0 1-2.7-2.7z', 'M8.5 8h7', 'M8.5 11.2h4.5'],
  down: ['m6 9.5 6 6 6-6'],
  close: ['M6.5 6.5l11 11', 'M17.5 6.5l-11 11'],
  send: ['M12 19V5.5', 'm5.8 11 6.2-6 6.2 6'],
  clip: ['m20 11.2-8.1 8a5 5 0 0 1-7.1-7l8.3-8.2a3.3 3.3 0 0 1 4.7 4.7l-8.2 8.1a1.65 1.65 0 0 1-2.4-2.3l7.6-7.5'],
  file: ['M13.5 3.5H7.2a1.7 1.7 0 0 0-1.7 1.7v13.6a1.7 1.7 0 0 0 1.7 1.7h9.6a1.7 1.7 0 0 0 1.7-1.7V8.5z', 'M13.5 3.5v5h5'],
  tick: ['m5 12.5 4.5 4.5L19 7.5'],
  ticks: ['m2.5 12.5 4.5 4.5 9-9.5', 'm11.5 16 1.2 1L22 7.5'],
  clock: ['M12 7.5V12l3 2', 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z'],
  alert: ['M12 8v5', 'M12 16.2v.1', 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z'],
};

// Marks that turn the reading direction for what follows, and control characters: shown as a box instead of obeyed.
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/g;
export const shown = (text) => (text || '').replace(/\r\n?/g, '\n').replace(UNSAFE, '\u25a1');
const LINK = /\bhttps?:\/\/[^\s<>"'`，。；！？、（）《》“”]+/gi;

/** Text as nodes: never markup, with addresses as links that tell the other side nothing. */
export function rich(text) {
  const nodes = [];
  let last = 0;
  const safe = shown(text);
  for (const match of safe.matchAll(LINK)) {
    const address = match[0].replace(/[.,;:!?)\]}]+$/, '');
    let url;
    try { url = new URL(address); } catch { continue; }
    if (url.username || url.password) continue;
    nodes.push(safe.slice(last, match.index));
    nodes.push(element('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, address));
    last = match.index + address.length;
  }
  nodes.push(safe.slice(last));
  return nodes;
}

export const size = (bytes) => {
  const [value, unit] = bytes >= 1048576 ? [bytes / 1048576, 'MB'] : [Math.max(1, bytes / 1024), 'kB'];
  return `${value.toLocaleString(TAG, { maximumFractionDigits: value < 10 && unit === 'MB' ? 1 : 0 })} ${unit}`;
};

export const clock = (at) => new Intl.DateTimeFormat(TAG, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
export const dayOf = (at) => new Date(at).toDateString();
export function dayName(at) {
  const now = Date.now();
  if (dayOf(at) === dayOf(now)) return TEXT.today;
  if (dayOf(at) === dayOf(now - 86400000)) return TEXT.yesterday;
  return new Intl.DateTimeFormat(TAG, { month: 'long', day: 'numeric', weekday: 'short' }).format(at);
}

// Colours: text on the accent, and the accent as text, always with enough contrast.
export const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const luminance = (rgb) => {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one, other) => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const mixed = (one, other, share) => one.map((value, at) => Math.round(value + (other[at] - value) * share));
const css = (rgb) => `rgb(${rgb.join(' ')})`;
function readable(accent, ground, toward) {
  for (let share = 0; share <= 1; share += 0.05) {
    const colour = mixed(accent, toward, share);
    if (contrast(colour, ground) >= 4.6) return colour;
  }
  return toward;
}
export function palette(accent, dark) {
  const [white, black] = [[255, 255, 255], [16, 20, 26]];
  const surface = dark ? [23, 27, 33] : white;
  // On dark ground a dark accent would sink: lift it first.
  const lifted = dark && contrast(accent, surface) < 3 ? readable(accent, surface, white) : accent;
  const on = contrast(lifted, white) >= 4.5 || contrast(lifted, white) >= contrast(lifted, black) ? white : black;
  const solid = contrast(lifted, on) >= 4.5 ? lifted : readable(lifted, on, on === white ? black : white);
  return {
    '--accent': css(solid), '--accent-deep': css(mixed(solid, black, 0.18)), '--on': css(on),
    '--accent-text': css(readable(accent, surface, dark ? white : black)),
    '--accent-soft': css(mixed(solid, surface, dark ? 0.8 : 0.9)),
  };
}
