// A channel of plain web requests: `POST /message` brings a message in, answers are pushed to its sender.

import push from 'switchboard:plugin/push@0.1.0';
import * as kit from './kit/switchboard.js';

export const lifecycle = kit.lifecycle();

// The id is the sender's own number for the message: the same one again is no new message.
function posted(body) {
  try {
    const { id, from, text } = JSON.parse(kit.text(body));
    return [id, from, text].every((it) => typeof it === 'string') ? { id, from, text } : null;
  } catch {
    return null;
  }
}

export const channel = kit.channel({
  features: () => kit.features('idempotentSend'),
  limits: () => kit.limits({ textChars: 1000 }),

  ingest(ctx, raw) {
    if (raw.tag !== 'webhook') return kit.batch();
    const { method, path, body } = raw.val;
    if (method === 'POST' && path === '/message') {
      const message = posted(body);
      if (!message) return kit.batch([], { reply: kit.webReply(400) });
      const { id, from, text } = message;
      const item = kit.incoming(`${from}:${id}`, from, ctx.nowMs, kit.party(from, from), text);
      return kit.batch([item], { reply: kit.webReply(202) });
    }
    if (method === 'SUBSCRIBE') {
      return kit.batch([], { reply: kit.webReply(200, { topic: path.replace(/^\/+/, '') }) });
    }
    return kit.batch([], { reply: kit.webReply(404) });
  },

  send(ctx, message) {
    try {
      push.send(message.thread, JSON.stringify(message.text));
      return { tag: 'sent', val: message.key };
    } catch (failure) {
      return { tag: 'rejected', val: `${failure.tag ?? failure}` };
    }
  },
});
