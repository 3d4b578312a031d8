//! How fast a plugin is, and what it uses: a world lived through many times on the same instance.

use std::{collections::BTreeMap, fmt::Write as _, path::Path, time::Duration};

use anyhow::{Result, bail};
use host::policy;

use crate::{
    request::{self, Happening},
    run::{Plugin, Session},
    world::Located,
};

/// What was measured.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Times by call, in microseconds, sorted.
    calls: BTreeMap<String, Vec<u64>>,
    /// The budget of each call.
    budgets: BTreeMap<String, Duration>,
    /// Processor time of all calls.
    cpu_us: u64,
    /// Linear memory at its largest.
    memory_bytes: u64,
    /// What it may have.
    memory_budget_bytes: u64,
    /// Size of the package.
    package_bytes: usize,
}

/// Lives through a world until so many calls are made.
pub fn bench(plugin: &Plugin, file: &Path, calls: usize) -> Result<Figures> {
    let located = Located::read(file)?;
    let mut session = Session::start(plugin, &located)?;
    let mut times: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut budgets = BTreeMap::new();
    let mut made = 0;
    while made < calls {
        let before = made;
        for step in &located.world.steps {
            let happening = request::of(step.get_ref(), &session.desk, 0).map_err(anyhow::Error::msg)?;
            let Happening::Ask(request) = happening else { continue };
            let kind = request.kind();
            let name = serde_json::to_value(kind)?.as_str().unwrap_or_default().to_owned();
            budgets.insert(name.clone(), policy::budget_of(kind).wall);
            let (_, took) = session.ask(*request)?;
            times.entry(name).or_default().push(u64::try_from(took.as_micros())?);
            made += 1;
        }
        if made == before {
            bail!("{}: no step of this world calls the plugin", file.display());
        }
    }
    for times in times.values_mut() {
        times.sort_unstable();
    }
    let seen = session.seen();
    let figures = Figures {
        calls: times,
        budgets,
        cpu_us: seen.signals.guest_cpu_us,
        memory_bytes: seen.signals.memory_peak_bytes,
        memory_budget_bytes: seen.signals.memory_budget_bytes,
        package_bytes: plugin.package.bytes.len(),
    };
    session.host.close();
    Ok(figures)
}

impl Figures {
    /// A table for people.
    pub fn table(&self) -> String {
        let mut out = format!("{:<20}{:>8}{:>12}{:>12}{:>12}\n", "call", "calls", "p50", "p99", "budget");
        for (name, times) in &self.calls {
            let at =
                |percent: usize| times[(times.len() * percent).div_ceil(100).saturating_sub(1)] as f64 / 1e3;
            let budget = self.budgets.get(name).map_or(0, Duration::as_millis);
            let _ = writeln!(
                out,
                "{name:<20}{:>8}{:>9.3} ms{:>9.3} ms{budget:>9} ms",
                times.len(),
                at(50),
                at(99)
            );
        }
        let mib = |bytes: u64| bytes as f64 / 1024.0 / 1024.0;
        let calls: usize = self.calls.values().map(Vec::len).sum();
        let _ = writeln!(
            out,
            "processor time      {:.3} ms a call",
            self.cpu_us as f64 / 1e3 / calls.max(1) as f64
        );
        let _ = writeln!(
            out,
            "memory              {:.1} MiB of {:.0} MiB",
            mib(self.memory_bytes),
            mib(self.memory_budget_bytes)
        );
        let _ = writeln!(out, "package             {} bytes", self.package_bytes);
        out
    }
}
