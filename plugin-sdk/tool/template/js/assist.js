// Proposes an answer to customers who say thank you.

import * as kit from './kit/switchboard.js';

export const lifecycle = kit.lifecycle();

export const assist = kit.assist({
  observe(ctx, conversation, event) {
    if (event.tag !== 'message' || !kit.isInbound(event.val)) return [];
    if (!event.val.text.toLowerCase().includes('thank')) return [];
    return [kit.reply('thanks', conversation, 'You are welcome!', { confidence: 0.9, because: '@because' })];
  },
});
