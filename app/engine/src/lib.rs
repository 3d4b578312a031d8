//! The one loop: inputs, decide, store, publish; outbox and timers.
