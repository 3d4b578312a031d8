//! The guards that keep plugins in bounds, by name.
//!
//! All of them are on in every desk: nothing in arguments, settings or manifests reaches this module. The tests of
//! hostile plugins build a host with one of them off, to show that the attack it holds succeeds without it; a test that
//! cannot fail proves nothing.

use std::{cell::Cell, net::IpAddr};

/// One thing that holds plugins back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Guard {
    /// Processor time of one call.
    ProcessorTime,
    /// Elapsed time of one call.
    WallTime,
    /// Linear memory of one instance.
    Memory,
    /// Elements of an instance's tables.
    Tables,
    /// Depth of a guest's stack.
    Stack,
    /// Bytes that one call carries out of the guest.
    Transfer,
    /// Sizes, ranges and shapes of what a plugin answers.
    Answers,
    /// What a person granted.
    Grants,
    /// Personal data in clear only where granted.
    Masking,
    /// Addresses that may be dialled.
    Addresses,
    /// Credentials in an address.
    Credentials,
    /// Headers that belong to the desk.
    Headers,
    /// Where a secret may go.
    SecretPlace,
    /// Secrets taken out of what comes back.
    Scrubbing,
    /// Every hop of a redirect is a request of its own.
    Redirects,
    /// Size of a response.
    BodySize,
    /// Responses and connections that are open at once.
    OpenHandles,
    /// No network in drills and tests.
    Drill,
    /// Lines of the log in a second.
    LogRate,
    /// Names of counters.
    CounterNames,
    /// Notifications in a minute.
    Notifications,
    /// Storage of a plugin, and the size of one value.
    Storage,
    /// Number and shortest time of timers.
    Timers,
    /// A fresh instance after a fault.
    FreshInstance,
    /// Quarantine after too many faults.
    Quarantine,
    /// Serial numbers never go down.
    Serial,
    /// The code in the cache proves where it comes from.
    CodeAuthenticity,
    /// Time and memory of the compiler.
    Compiler,
    /// A package promises nothing it does not have, and imports nothing that is not offered.
    Interfaces,
    /// Sizes and names within a package.
    PackageContent,
}

/// The guards that are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guards {
    off: u64,
}

impl Guards {
    /// All of them.
    pub const fn all() -> Self {
        Self { off: 0 }
    }

    /// All but these. For tests of hostile plugins only.
    pub fn without(guards: &[Guard]) -> Self {
        Self { off: guards.iter().fold(0, |off, guard| off | 1 << *guard as u8) }
    }

    pub(crate) const fn on(self, guard: Guard) -> bool {
        self.off & (1 << guard as u8) == 0
    }
}

/// What a test of hostile plugins changes about a host.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The guards that are on.
    pub guards: Guards,
    /// Names that lead to these addresses instead of what the system's resolver says. Several lists are given out in
    /// turn, the last one from then on.
    pub names: Vec<(String, Vec<Vec<IpAddr>>)>,
    /// Authorities that streams trust beside the system's, in DER.
    pub authorities: Vec<Vec<u8>>,
}

impl Trial {
    /// Nothing changed.
    pub const fn none() -> Self {
        Self { guards: Guards::all(), names: Vec::new(), authorities: Vec::new() }
    }
}

thread_local! {
    /// Whether rules about answers hold in the conversion that runs on this thread. Conversions are plain functions, so
    /// that nothing else runs meanwhile.
    static ANSWERS_CHECKED: Cell<bool> = const { Cell::new(true) };
}

/// Converts an answer with the rules about answers, or in a trial without them.
pub(crate) fn checked<T>(guards: Guards, convert: impl FnOnce() -> T) -> T {
    ANSWERS_CHECKED.set(guards.on(Guard::Answers));
    let converted = convert();
    ANSWERS_CHECKED.set(true);
    converted
}

/// Whether a rule about answers is broken and counts.
pub(crate) fn counts(broken: bool) -> bool {
    broken && ANSWERS_CHECKED.get()
}

#[cfg(test)]
mod tests {
    use super::{Guard, Guards, checked, counts};

    #[test]
    fn one_guard_is_off_and_the_others_are_on() {
        let guards = Guards::without(&[Guard::Stack, Guard::PackageContent]);
        assert!(!guards.on(Guard::Stack) && !guards.on(Guard::PackageContent));
        assert!(guards.on(Guard::ProcessorTime) && guards.on(Guard::Interfaces));
        assert!(Guards::all().on(Guard::Stack));
    }

    #[test]
    fn rules_hold_again_after_a_trial() {
        assert!(counts(true) && !counts(false));
        assert!(!checked(Guards::without(&[Guard::Answers]), || counts(true)));
        assert!(counts(true));
    }
}
