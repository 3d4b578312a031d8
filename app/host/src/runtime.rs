//! The engine, its epoch ticker, the linker with everything the contract offers, and the plugins' own tokio runtime.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};

use tokio::runtime::{Builder, Runtime};
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig,
    component::{HasSelf, Linker},
};

use crate::{
    bindings::EveryRole,
    error::HostError,
    guard::{Guard, Guards},
    policy::{EPOCH_TICK, MEMORY_MAX_BYTES, TABLE_ELEMENTS_MAX},
    state::LaneState,
};

/// Threads that run guests. A guest yields at every epoch, so two are enough for many lanes.
const WORKERS: usize = 2;
/// Threads that compile.
const COMPILERS_MAX: usize = 2;
/// Instances at once, over all lanes. Address space only, until they are used.
const INSTANCES_MAX: u32 = 128;
/// Stack of a guest, in bytes.
const GUEST_STACK_BYTES: usize = 512 * 1024;
/// Stack of a fiber: the guest's and the host functions' on top of it, in bytes.
const FIBER_STACK_BYTES: usize = 2 * 1024 * 1024;
/// How much deeper a stack may be in a trial without its guard, in bytes.
const UNGUARDED_STACK_BYTES: usize = 16 * 1024 * 1024;
/// How much larger tables may be in a trial without their guard.
const UNGUARDED_TABLES: usize = 50;
/// Memory a slot keeps resident for its next instance, in bytes.
const KEEP_RESIDENT_BYTES: usize = 128 * 1024;

pub(crate) fn tokio_runtime() -> std::io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(COMPILERS_MAX)
        .thread_name("plugins")
        .enable_all()
        .build()
}

/// The engine: pooled where the system gives the address space, else on demand.
pub(crate) fn engine(guards: Guards) -> Result<Engine, HostError> {
    Engine::new(&config(InstanceAllocationStrategy::Pooling(pooling(guards)), guards))
        .or_else(|_| Engine::new(&config(InstanceAllocationStrategy::OnDemand, guards)))
        .map_err(|error| HostError::Engine(format!("{error:#}")))
}

fn config(strategy: InstanceAllocationStrategy, guards: Guards) -> Config {
    let deeper = if guards.on(Guard::Stack) { 0 } else { UNGUARDED_STACK_BYTES };
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .wasm_memory64(false)
        .epoch_interruption(true)
        .max_wasm_stack(GUEST_STACK_BYTES + deeper)
        .async_stack_size(FIBER_STACK_BYTES + deeper)
        .cranelift_nan_canonicalization(true)
        .parallel_compilation(true)
        .allocation_strategy(strategy);
    config
}

fn pooling(guards: Guards) -> PoolingAllocationConfig {
    let tables = if guards.on(Guard::Tables) { 1 } else { UNGUARDED_TABLES };
    let mut pooling = PoolingAllocationConfig::new();
    pooling
        .total_component_instances(INSTANCES_MAX)
        // A JavaScript or Python component is several core modules.
        .total_core_instances(INSTANCES_MAX * 4)
        .total_memories(INSTANCES_MAX)
        .total_tables(INSTANCES_MAX * 4)
        .total_stacks(INSTANCES_MAX)
        .max_memory_size(MEMORY_MAX_BYTES)
        .table_elements(TABLE_ELEMENTS_MAX * tables)
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES);
    pooling
}

/// Everything the contract offers. Which of it a plugin may use is checked at every call.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<LaneState>, HostError> {
    let mut linker = Linker::new(engine);
    EveryRole::add_to_linker::<_, HasSelf<LaneState>>(&mut linker, |state| state)
        .map_err(|error| HostError::Engine(format!("{error:#}")))?;
    Ok(linker)
}

/// A plain thread that advances the epoch while a guest runs, and sleeps while none does.
pub(crate) struct Ticker {
    shared: Arc<TickerShared>,
    thread: Option<JoinHandle<()>>,
}

struct TickerShared {
    running: AtomicUsize,
    ended: AtomicBool,
}

/// A guest runs as long as this lives.
pub(crate) struct Running {
    shared: Arc<TickerShared>,
}

impl Ticker {
    pub(crate) fn start(engine: Engine) -> std::io::Result<Self> {
        let shared = Arc::new(TickerShared { running: AtomicUsize::new(0), ended: AtomicBool::new(false) });
        let state = Arc::clone(&shared);
        let thread = thread::Builder::new().name("epoch".to_owned()).spawn(move || {
            while !state.ended.load(Ordering::Acquire) {
                if state.running.load(Ordering::Acquire) == 0 {
                    // A wake-up between the check and this leaves a token, so none is lost.
                    thread::park();
                } else {
                    thread::sleep(EPOCH_TICK);
                    engine.increment_epoch();
                }
            }
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(crate) fn guest_runs(&self) -> Running {
        if self.shared.running.fetch_add(1, Ordering::AcqRel) == 0 {
            self.wake();
        }
        Running { shared: Arc::clone(&self.shared) }
    }

    fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        self.wake();
        if let Some(thread) = self.thread.take() {
            // It ends within one tick, unless it panicked, which leaves nothing to do.
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.running.fetch_sub(1, Ordering::AcqRel);
    }
}
