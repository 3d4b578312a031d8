// Shows how long somebody has been a customer.

import * as kit from './kit/switchboard.js';

export const lifecycle = kit.lifecycle();

const DAY_MS = 24 * 60 * 60 * 1000;

export const lookup = kit.lookup({
  search(ctx, customer) {
    if (!customer) return [];
    const days = Math.floor(Math.max(0, ctx.nowMs - customer.sinceMs) / DAY_MS);
    const facts = [kit.fact('@days', days, days < 30 ? 'good' : 'plain'), kit.fact('@tier', customer.tier)];
    return [kit.card(customer.id, 'customer', customer.name, { facts })];
  },
});
