// A ticket for a call back.

import * as kit from './kit/switchboard.js';

export const lifecycle = kit.lifecycle();

export const ticketForm = kit.ticketForm({
  forms: () => [{ id: 'call-back', title: '@form', help: '' }],

  fields(ctx, form, conversation, values) {
    const message = conversation ? kit.last(kit.inbound(conversation)) : null;
    // What an agent typed comes back as it is.
    const about = kit.value(values, 'about') ?? (message ? kit.filled('about', message.text, '@from-message') : null);
    return [
      kit.field('phone', '@phone', 'phone', { required: true, value: kit.value(values, 'phone') }),
      kit.field('about', '@about', 'area', { value: about }),
    ];
  },

  check(ctx, form, values) {
    const digits = (kit.value(values, 'phone')?.text ?? '').replace(/[^0-9]/g, '').length;
    return digits < 7 ? [kit.remark('phone', '@short')] : [];
  },

  submit(ctx, form, key, values) {
    const text = (field) => kit.value(values, field)?.text ?? '';
    return { title: text('phone'), summary: text('about'), values };
  },
});
