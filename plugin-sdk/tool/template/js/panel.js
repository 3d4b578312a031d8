// Counts clicks, and remembers them.

import kv from 'switchboard:plugin/kv@0.1.0';
import * as kit from './kit/switchboard.js';

export const lifecycle = kit.lifecycle();

const COUNT = 'count';

export const panel = kit.panel({
  handle(ctx, place, rev, event) {
    const stored = kv.get(COUNT);
    let count = stored ? Number(kit.text(stored)) || 0 : 0;
    if (event.tag === 'clicked' && event.val === 'more') {
      count += 1;
      kv.set(COUNT, kit.bytes(`${count}`), null);
    }
    return [kit.replace(kit.column([kit.line('@clicks', count), kit.button('more', '@more')]), rev + 1)];
  },
});
