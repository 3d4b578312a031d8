// The web-chat widget: one script tag on any page, no dependencies.
//
//   <script src="https://desk.example/c/ACCOUNT/widget.js" async></script>
//
// Attributes of the tag: data-language (zh or en; otherwise the page's, then the browser's), data-theme (light or
// dark; otherwise the system's), data-open (begin opened). Any element with data-chat-open opens it when clicked.
//
// This file only finds its own tag and loads the parts: view.js (what is seen), chat.js (what is known), server.js
// (requests and storage), draw.js, texts.js and style.css.
(() => {
  'use strict';

  const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
  if (!script || customElements.get('switchboard-chat')) return;

  // Taken at once, so that a second tag on the same page finds it taken.
  let parts;
  customElements.define('switchboard-chat', class extends HTMLElement {
    async connectedCallback() {
      if (this.view) return;
      const [{ View }, { speak }, sheet] = await parts;
      speak(script.dataset.language, document.documentElement.lang, ...(navigator.languages || []));
      this.view = new View(this, script.dataset, sheet);
    }
  });

  const base = new URL('.', script.src).href;
  const text = async (path) => {
    const response = await fetch(base + path, { credentials: 'omit' });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.text();
  };
  parts = Promise.all([import(`${base}view.js`), import(`${base}texts.js`), text('style.css')]);

  const begin = () => document.body.append(document.createElement('switchboard-chat'));
  if (document.body) begin();
  else addEventListener('DOMContentLoaded', begin);
})();
