//! Compiling packages in a child process with limits on memory and time. The compiler takes what strangers wrote; what it
//! spends on that is the child's and ends with it.
//!
//! The child is this program itself. A program that can be one calls [`serve`] first thing in `main`; from then on
//! packages are compiled by children of it. In any other program (tests, tools) they are compiled in the process.

use std::{
    io::{Read as _, Write as _},
    path::PathBuf,
    process::{ExitCode, Stdio},
    sync::OnceLock,
    time::Duration,
};

use tokio::{io::AsyncReadExt as _, io::AsyncWriteExt as _, process::Command, time::timeout};
use wasmtime::{Engine, component::Component};

use crate::{
    error::LoadError,
    guard::{Guard, Guards},
    policy::{
        COMPILE_MEMORY_BASE_BYTES, COMPILE_MEMORY_FACTOR, COMPILE_TIME_BASE_S, COMPILE_TIME_PER_MIB_S,
        PACKAGE_MAX_BYTES,
    },
    runtime,
};

/// The first argument of a child.
const ARGUMENT: &str = "compile-plugin";
/// How much longer than its processor time a child may take, on a machine that has other things to do.
const PATIENCE: u32 = 4;
/// Longest complaint of a child that is kept, in bytes.
const COMPLAINT_MAX_BYTES: usize = 2048;
const MIB: u64 = 1024 * 1024;

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// What a child may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limits {
    memory_bytes: u64,
    processor_s: u64,
}

impl Limits {
    fn of(package_bytes: usize) -> Self {
        let bytes = package_bytes as u64;
        Self {
            memory_bytes: COMPILE_MEMORY_BASE_BYTES + bytes * COMPILE_MEMORY_FACTOR,
            processor_s: COMPILE_TIME_BASE_S + bytes.div_ceil(MIB) * COMPILE_TIME_PER_MIB_S,
        }
    }
}

/// For the first line of `main`: does a child's work if this process is one, and gives its exit code. In any other
/// process, packages are compiled by children of this program from now on.
pub fn serve() -> Option<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some(ARGUMENT) {
        if let Ok(program) = std::env::current_exe() {
            use_program(program);
        }
        return None;
    }
    let numbers: Vec<u64> = arguments.map_while(|text| text.parse().ok()).collect();
    let limits = match numbers[..] {
        [memory_bytes, processor_s] => Some(Limits { memory_bytes, processor_s }),
        _ => None,
    };
    Some(match child(limits) {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprint!("{complaint}");
            ExitCode::FAILURE
        }
    })
}

/// Lets children of this program compile. It must call [`serve`] at its start. Only the first one counts.
pub fn use_program(program: PathBuf) {
    // There is one already: it is as good.
    let _ = PROGRAM.set(program);
}

fn child(limits: Option<Limits>) -> Result<(), String> {
    if let Some(limits) = limits {
        limit(limits).map_err(|error| format!("no limits: {error}"))?;
    }
    let mut bytes = Vec::new();
    let most = PACKAGE_MAX_BYTES as u64 + 1;
    std::io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    let engine = runtime::engine(Guards::all()).map_err(|error| error.to_string())?;
    let component = Component::from_binary(&engine, &bytes).map_err(|error| format!("{error:#}"))?;
    let code = component.serialize().map_err(|error| format!("{error:#}"))?;
    std::io::stdout().lock().write_all(&code).map_err(|error| error.to_string())
}

/// Memory that can be written to, not address space: the engine reserves much of that and uses little.
#[cfg(unix)]
fn limit(limits: Limits) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    for (resource, most) in
        [(Resource::Data, limits.memory_bytes), (Resource::Cpu, limits.processor_s), (Resource::Core, 0)]
    {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// The parent's patience is the only limit here.
#[cfg(not(unix))]
fn limit(_limits: Limits) -> std::io::Result<()> {
    Ok(())
}

/// The code of a component. Blocks until it is there; called on a thread of the runtime that may block.
pub(crate) fn code(engine: &Engine, bytes: &[u8], guards: Guards) -> Result<Vec<u8>, LoadError> {
    match PROGRAM.get() {
        // A trial's own stack or tables are not the child's.
        Some(program) if guards.on(Guard::Stack) && guards.on(Guard::Tables) => {
            let limits = guards.on(Guard::Compiler).then(|| Limits::of(bytes.len()));
            tokio::runtime::Handle::current().block_on(by_child(program, bytes, limits))
        }
        _ => {
            let component = Component::from_binary(engine, bytes)
                .map_err(|error| LoadError::Compile(format!("{error:#}")))?;
            component.serialize().map_err(|error| LoadError::Compile(format!("{error:#}")))
        }
    }
}

async fn by_child(program: &PathBuf, bytes: &[u8], limits: Option<Limits>) -> Result<Vec<u8>, LoadError> {
    let failed = |what: String| LoadError::Compile(what);
    let mut command = Command::new(program);
    command.arg(ARGUMENT).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(limits) = limits {
        command.args([limits.memory_bytes.to_string(), limits.processor_s.to_string()]);
    }
    let mut child =
        command.kill_on_drop(true).spawn().map_err(|error| failed(format!("no compiler: {error}")))?;
    let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut input), Some(mut output), Some(complaint)) = streams else {
        return Err(failed("no compiler: it has no streams".to_owned()));
    };
    let work = async {
        let write = async {
            // A child that is over its limits stops reading; how it ended says why.
            let _ = input.write_all(bytes).await;
            drop(input);
        };
        let mut code = Vec::new();
        let mut words = Vec::new();
        let mut complaint = complaint.take(COMPLAINT_MAX_BYTES as u64);
        let ((), read, _) =
            tokio::join!(write, output.read_to_end(&mut code), complaint.read_to_end(&mut words));
        read.map_err(|error| error.to_string())?;
        let status = child.wait().await.map_err(|error| error.to_string())?;
        if status.success() {
            return Ok(code);
        }
        let words = String::from_utf8_lossy(&words).trim().to_owned();
        // The allocator's last words are of no use to anybody but us.
        if status.code().is_none() || words.contains("memory allocation") || words.is_empty() {
            tracing::warn!(%status, words, "the compiler's child was stopped");
            return Err("it takes more memory or time to compile than its size allows".to_owned());
        }
        Err(words)
    };
    let patience = limits.map_or(Duration::MAX, |limits| Duration::from_secs(limits.processor_s) * PATIENCE);
    match timeout(patience, work).await {
        Ok(result) => result.map_err(failed),
        Err(_late) => Err(failed("it takes longer to compile than its size allows".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn limits_grow_with_the_package() {
        let (small, large) = (Limits::of(100 * 1024), Limits::of(20 * 1024 * 1024));
        assert!(small.memory_bytes < large.memory_bytes && small.processor_s < large.processor_s);
        assert!(small.memory_bytes <= 1024 * 1024 * 1024, "{small:?}");
    }
}
