//! The widget without a desk.
//!
//! ```text
//! cargo run -p plugin-webchat --example without_a_desk -- 8080
//! ```
//!
//! Open the address it prints. What visitors do is printed; what is typed goes to the visitor who wrote last: `say TEXT`,
//! `file PATH`, `type`, `seen`, `join NAME`, `close`, `quit`. Files in `web/` are read anew at every request.

use std::{io::BufRead as _, thread};

#[path = "../tests/stand_in/mod.rs"]
mod stand_in;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let running = stand_in::Running::start(port, |item| println!("{item:?}")).await?;
    println!("http://{}/c/{}/", running.addr(), stand_in::SLUG);
    let lines = running.lines();
    thread::Builder::new().name("lines".to_owned()).spawn(move || {
        std::io::stdin().lock().lines().map_while(Result::ok).all(|line| lines(&line));
    })?;
    running.end().await
}
