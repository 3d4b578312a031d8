//! What can go wrong, by operation.

use model::plugin::FaultCause;
use thiserror::Error;

/// The host could not be set up.
#[derive(Debug, Error)]
pub enum HostError {
    /// The runtime could not be started.
    #[error("the plugin runtime could not be started: {0}")]
    Runtime(std::io::Error),
    /// The engine refused its configuration.
    #[error("the WebAssembly engine refused its configuration: {0}")]
    Engine(String),
    /// The folder of compiled code or its key cannot be used.
    #[error("the plugin cache cannot be used: {0}")]
    Cache(std::io::Error),
}

/// A package could not be read or loaded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LoadError {
    /// Larger than a package may be.
    #[error("the package has {bytes} bytes, more than the {max} allowed")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// Not a component.
    #[error("not a WebAssembly component: {0}")]
    NotAComponent(String),
    /// There is no manifest section.
    #[error("the package has no manifest")]
    NoManifest,
    /// The manifest cannot be read.
    #[error("the manifest cannot be read: {0}")]
    Manifest(String),
    /// There is a signature, and it does not hold.
    #[error("the signature cannot be trusted: {0}")]
    Signature(plugin_package::SignatureError),
    /// The file is another one than was installed.
    #[error("the file was exchanged since it was installed; install it again")]
    Exchanged,
    /// The assets cannot be read.
    #[error("the assets cannot be read: {0}")]
    Assets(String),
    /// It imports something the desk does not offer.
    #[error("it imports `{0}`, which the desk does not offer")]
    Import(String),
    /// Its manifest lists a role whose interface it does not export.
    #[error("it does not export the interface `{0}` that its manifest promises")]
    MissingExport(String),
    /// The compiler refused it.
    #[error("it cannot be compiled: {0}")]
    Compile(String),
    /// A plugin with a higher serial number is loaded.
    #[error("serial {offered} is older than {present}, which is loaded")]
    OlderSerial {
        /// What was offered.
        offered: u32,
        /// What is loaded.
        present: u32,
    },
}

/// A request could not be posted; nothing was called.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PostError {
    /// There is no such plugin.
    #[error("no such plugin is loaded")]
    NoSuchPlugin,
    /// The plugin does not have this role, or the request belongs to another.
    #[error("the plugin does not have this role")]
    WrongRole,
    /// The plugin is paused, in quarantine or broken.
    #[error("the plugin is not running")]
    NotRunning,
    /// The mailbox is full.
    #[error("the plugin's mailbox is full")]
    Overloaded,
}

/// A call did not give an answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CallError {
    /// The plugin answered with an error of its own.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The plugin trapped; the text is its own last words or the trap's.
    #[error("the plugin stopped: {0}")]
    Trap(String),
    /// It used up its processor time.
    #[error("the plugin used up its processor time")]
    CpuTime,
    /// It did not answer in time.
    #[error("the plugin did not answer in time")]
    WallTime,
    /// It wanted more memory than its budget.
    #[error("the plugin wanted more memory than its budget")]
    Memory,
    /// It answered with something that is not allowed.
    #[error("the plugin's answer is not valid: {0}")]
    Invalid(String),
    /// It could not be started.
    #[error("the plugin could not be started: {0}")]
    Start(String),
    /// It is waiting for its restart, paused or in quarantine.
    #[error("the plugin is not running")]
    NotRunning,
    /// The caller cancelled it, or the desk is closing.
    #[error("cancelled")]
    Cancelled,
}

impl CallError {
    /// The fault to record; none where the plugin is well and only said no.
    pub fn fault(&self) -> Option<FaultCause> {
        Some(match self {
            Self::Failure(_) | Self::NotRunning | Self::Cancelled => return None,
            Self::Trap(words) => FaultCause::Trap(words.clone()),
            Self::CpuTime => FaultCause::CpuTime,
            Self::WallTime => FaultCause::WallTime,
            Self::Memory => FaultCause::Memory,
            Self::Invalid(what) => FaultCause::Invalid(what.clone()),
            Self::Start(what) => FaultCause::Start(what.clone()),
        })
    }

    /// Whether the instance is lost and has to be started again.
    pub(crate) fn poisons(&self) -> bool {
        matches!(self, Self::Trap(_) | Self::CpuTime | Self::WallTime | Self::Memory | Self::Start(_))
    }
}

/// The contract's failures, in both directions.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// Not granted; names the manifest line that would allow it.
    #[error("not granted: {0}")]
    Denied(String),
    /// Makes no sense.
    #[error("invalid: {0}")]
    Invalid(String),
    /// Credentials are missing or refused.
    #[error("unauthorized")]
    Unauthorized,
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// More than is allowed.
    #[error("too large: {0}")]
    TooLarge(String),
    /// Too often; milliseconds to wait.
    #[error("too often, wait {0} ms")]
    RateLimited(u32),
    /// Not reachable; milliseconds to wait, 0 if unknown.
    #[error("unavailable")]
    Unavailable(u32),
    /// Took too long.
    #[error("timed out")]
    TimedOut,
    /// Not offered here.
    #[error("unsupported")]
    Unsupported,
    /// Something broke.
    #[error("internal error: {0}")]
    Internal(String),
}
