// Looks whether the agent said hello.

import * as kit from './kit/switchboard.js';

export const lifecycle = kit.lifecycle();

const HELLO = 'hello';
const WORDS = ['hello', 'good morning', '您好', '你好'];

export const quality = kit.quality({
  rubric: () => [{ id: HELLO, title: '@title', help: '@help', weight: 1 }],

  score(ctx, conversation) {
    const [first] = kit.outbound(conversation);
    // Nothing was said yet: no mark, rather than a bad one.
    if (!first) return { marks: [], findings: [] };
    const greets = WORDS.some((word) => first.text.toLowerCase().includes(word));
    const mark = kit.mark(HELLO, greets ? 1 : 0, greets ? '@greeted' : '@silent', [kit.whole(first)]);
    return { marks: [mark], findings: [] };
  },
});
