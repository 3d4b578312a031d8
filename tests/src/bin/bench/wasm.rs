//! Wasmtime's bare call: the same component and export as the host calls, with nothing around it. No budget, no epoch,
//! no memory limit, no mailbox; the same types cross, since the component decides what they are.

use std::time::Instant;

use anyhow::{Context as _, Result};
use wasmtime::{
    Config, Engine, Store,
    component::{Component, ComponentType, InstancePre, Lift, Linker, Lower, TypedFunc},
};

#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
enum RunMode {
    #[component(name = "live")]
    Live,
    #[component(name = "drill")]
    _Drill,
    #[component(name = "test")]
    _Test,
    #[component(name = "shadow")]
    _Shadow,
}

#[derive(Clone, ComponentType, Lift, Lower)]
#[component(record)]
struct Ctx {
    call: u64,
    #[component(name = "now-ms")]
    now_ms: u64,
    #[component(name = "utc-offset-min")]
    utc_offset_min: i16,
    seed: u64,
    #[component(name = "budget-ms")]
    budget_ms: u32,
    attempt: u8,
    mode: RunMode,
    account: String,
    locale: String,
}

#[derive(Clone, ComponentType, Lift, Lower)]
#[component(record)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Clone, Debug, ComponentType, Lift, Lower)]
#[component(variant)]
enum Failure {
    #[component(name = "denied")]
    Denied(String),
    #[component(name = "invalid")]
    Invalid(String),
    #[component(name = "unauthorized")]
    Unauthorized,
    #[component(name = "not-found")]
    NotFound,
    #[component(name = "too-large")]
    TooLarge(String),
    #[component(name = "rate-limited")]
    RateLimited(u32),
    #[component(name = "unavailable")]
    Unavailable(u32),
    #[component(name = "timed-out")]
    TimedOut,
    #[component(name = "unsupported")]
    Unsupported,
    #[component(name = "internal")]
    Internal(String),
}

type Check = TypedFunc<(Ctx, Vec<Pair>), (Result<String, Failure>,)>;

/// An instance and nothing else.
pub struct Bare {
    prepared: InstancePre<()>,
    store: Store<()>,
    check: Check,
}

impl Bare {
    pub fn new(component: &[u8]) -> Result<Self> {
        let mut config = Config::new();
        config.wasm_component_model(true);
        let engine = Engine::new(&config)?;
        let component = Component::from_binary(&engine, component)?;
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&component)?;
        let prepared = linker.instantiate_pre(&component)?;
        let (store, check) = start(&prepared)?;
        Ok(Self { prepared, store, check })
    }

    /// Milliseconds of each start.
    pub fn starts(&self, rounds: usize) -> Result<Vec<f64>> {
        let time = |_| {
            let began = Instant::now();
            start(&self.prepared)?;
            Ok(began.elapsed().as_secs_f64() * 1e3)
        };
        (0..rounds).map(time).collect()
    }

    /// Microseconds of each call.
    pub fn calls(&mut self, rounds: usize, text: &str) -> Result<Vec<f64>> {
        let mut times = Vec::new();
        for call in 0..rounds {
            let ctx = Ctx {
                call: call as u64,
                now_ms: 0,
                utc_offset_min: 0,
                seed: 0,
                budget_ms: 1000,
                attempt: 1,
                mode: RunMode::Live,
                account: String::new(),
                locale: "en".to_owned(),
            };
            let settings = vec![Pair { name: "text".to_owned(), value: text.to_owned() }];
            let began = Instant::now();
            let (answer,) = self.check.call(&mut self.store, (ctx, settings))?;
            times.push(began.elapsed().as_secs_f64() * 1e6);
            answer.map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
        }
        Ok(times)
    }
}

fn start(prepared: &InstancePre<()>) -> Result<(Store<()>, Check)> {
    let mut store = Store::new(prepared.engine(), ());
    let instance = prepared.instantiate(&mut store)?;
    let interface = instance
        .get_export_index(&mut store, None, "switchboard:plugin/lifecycle@0.1.0")
        .context("the interface lifecycle")?;
    let check =
        instance.get_export_index(&mut store, Some(&interface), "check").context("its function check")?;
    let check = instance.get_typed_func(&mut store, check)?;
    Ok((store, check))
}
