//! Finds a way to compile Rust for WebAssembly.
//!
//! Two are known. The ordinary one is the target of the toolchain in use (`rustup target add`). Where rustup cannot
//! download, Debian's `rustc-web` and `rust-web-src` compile the standard library along with the plugin; that takes
//! about a minute the first time in each target folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// The target that plugins are compiled for: no system interface at all.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The Debian packages that bring [`Toolchain::Debian`].
pub const DEBIAN_PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];

/// A way to compile for [`TARGET`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Toolchain {
    /// The toolchain in use has the target.
    Installed,
    /// Debian's compiler, with the standard library from source.
    Debian {
        /// Its `rustc`.
        compiler: PathBuf,
        /// The linker, of the toolchain in use.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Looks for a way on this machine, without installing anything.
    pub fn find() -> Option<Self> {
        let sysroot = PathBuf::from(output("rustc", &["--print", "sysroot"])?.trim());
        if has_target(&sysroot) {
            return Some(Self::Installed);
        }
        let compiler = packaged_compiler(&output("dpkg", &["-L", DEBIAN_PACKAGES[0]])?)?;
        let library = output(&compiler, &["--print", "sysroot"])?;
        if !Path::new(library.trim()).join("lib/rustlib/src/rust/library/std").is_dir() {
            return None;
        }
        let linker = linker(&sysroot)?;
        Some(Self::Debian { compiler: PathBuf::from(compiler), linker })
    }

    /// The same, asking rustup for the target where there is no way yet.
    pub fn find_or_add() -> Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        let added = Command::new("rustup").args(["target", "add", TARGET]).stdin(Stdio::null()).status();
        if added.is_ok_and(|status| status.success())
            && let Some(found) = Self::find()
        {
            return Ok(found);
        }
        bail!(
            "there is no way to compile for {TARGET}: run `rustup target add {TARGET}`, or install {}",
            DEBIAN_PACKAGES.join(" and ")
        )
    }

    /// What was found, in a sentence for the person who waits.
    pub fn describe(&self) -> String {
        match self {
            Self::Installed => format!("WebAssembly: the toolchain's own target {TARGET}"),
            Self::Debian { compiler, .. } => {
                format!(
                    "WebAssembly: Debian's compiler {} with the standard library from source",
                    compiler.display()
                )
            }
        }
    }

    /// Makes a `cargo build` command compile for [`TARGET`].
    pub fn prepare(&self, cargo: &mut Command) {
        cargo.args(["--target", TARGET]);
        if let Self::Debian { compiler, linker } = self {
            // The flag is unstable in name only here: it is fixed by the pair of packages above.
            cargo
                .arg("-Zbuild-std=std,panic_abort")
                .env("RUSTC", compiler)
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }
}

fn has_target(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir()
}

/// The compiler among the files of a package, one a line.
fn packaged_compiler(files: &str) -> Option<String> {
    files.lines().find(|file| file.ends_with("/bin/rustc")).map(str::to_owned)
}

/// The linker that comes with a toolchain, under the name of the machine's own target.
fn linker(sysroot: &Path) -> Option<PathBuf> {
    let targets = std::fs::read_dir(sysroot.join("lib/rustlib")).ok()?;
    targets.flatten().map(|target| target.path().join("bin/rust-lld")).find(|linker| linker.is_file())
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output =
        Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_counts_when_its_library_is_there() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_target(folder.path()));
        std::fs::create_dir_all(folder.path().join("lib/rustlib").join(TARGET).join("lib")).unwrap();
        assert!(has_target(folder.path()));
    }

    #[test]
    fn the_compiler_is_found_among_the_files_of_its_package() {
        let files = "/usr/lib/rustlib/bin/rustc/readme\n/usr/share/rustc/bin/wasi-node\n/usr/bin/rustc\n/usr/bin/rustdoc\n";
        assert_eq!(packaged_compiler(files).as_deref(), Some("/usr/bin/rustc"));
        assert_eq!(packaged_compiler("/usr/bin/rustdoc\n"), None);
    }

    #[test]
    fn the_linker_is_taken_from_the_toolchain() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(linker(folder.path()), None);
        let bin = folder.path().join("lib/rustlib/some-machine/bin");
        std::fs::create_dir_all(&bin).unwrap();
        std::fs::write(bin.join("rust-lld"), "").unwrap();
        assert_eq!(linker(folder.path()), Some(bin.join("rust-lld")));
    }

    #[test]
    fn the_build_is_told_all_that_it_needs() {
        let mut ordinary = Command::new("cargo");
        Toolchain::Installed.prepare(&mut ordinary);
        assert_eq!(ordinary.get_args().collect::<Vec<_>>(), ["--target", TARGET]);
        assert_eq!(ordinary.get_envs().count(), 0);

        let mut debian = Command::new("cargo");
        let toolchain =
            Toolchain::Debian { compiler: "/usr/bin/rustc".into(), linker: "/opt/rust-lld".into() };
        toolchain.prepare(&mut debian);
        assert!(debian.get_args().any(|argument| argument == "-Zbuild-std=std,panic_abort"));
        let names: Vec<_> = debian.get_envs().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "RUSTC", "RUSTC_BOOTSTRAP"]);
    }
}
