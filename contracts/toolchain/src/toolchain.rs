//! Finds a Rust toolchain that can build WASM, or gets one.
//!
//! In this order: rustup's wasm32 target, also by adding it; Debian's rustc-web, cargo-web and rust-web-src, which
//! build std along, also by installing them where we may; a message that says what to install.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const TARGET: &str = "wasm32-unknown-unknown";
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
/// The linker's default stack of 1 MiB would make 17 pages, paid for in every call; 32 KiB makes one.
const FLAGS: [&str; 2] = ["-C", "link-arg=-zstack-size=32768"];
/// Panics trap without std's machinery to print them, which nobody would see: an eighth of the escrow's bytes.
const IMMEDIATE_ABORT: [&str; 2] = ["-Zunstable-options", "-Cpanic=immediate-abort"];

/// What compiles to WASM.
pub struct Toolchain {
    kind: Kind,
    /// As `rustc --version` prints it, and where std comes from: that changes the bytes too.
    pub version: String,
}

enum Kind {
    /// The pinned toolchain, with std built from rustup's rust-src if that is there, else precompiled.
    Rustup { has_sources: bool },
    /// Debian's compiler, which builds std itself and borrows rustup's linker.
    Debian { linker: PathBuf, sysroot: PathBuf },
}

/// The toolchain that is there for what lies in `root`, or one that could be installed.
///
/// # Errors
/// If there is none: says what to install.
pub fn find(root: &Path) -> Result<Toolchain, String> {
    if rustup_has_target(root) || add_rustup_target(root) {
        let has_sources = rustup_has_sources(root);
        let version = output(clean("rustc").current_dir(root).arg("--version"))?;
        let std = if has_sources { "built along" } else { "precompiled" };
        return Ok(Toolchain {
            kind: Kind::Rustup { has_sources },
            version: format!("{version}, std {std}"),
        });
    }
    if debian(root).is_none() {
        install_debian();
    }
    debian(root).ok_or_else(|| {
        format!(
            "No toolchain for {TARGET}. Install one of these and build again:\n  \
             rustup target add {TARGET}\n  \
             apt-get install {} (Debian; needs rustup's rust-lld too)",
            PACKAGES.join(" ")
        )
    })
}

impl Toolchain {
    /// Builds the library of `folder` with the workspace's release profile.
    pub(crate) fn build(&self, root: &Path, folder: &str, target: &Path) -> Result<(), String> {
        let mut flags: Vec<String> = FLAGS.map(String::from).into();
        let mut cargo = match &self.kind {
            Kind::Rustup { .. } => clean("cargo"),
            Kind::Debian { linker, sysroot } => {
                flags.extend(["-C".into(), format!("linker={}", linker.display())]);
                flags.push(format!(
                    "--remap-path-prefix={}=/std",
                    sysroot.join("lib/rustlib/src").display()
                ));
                let mut cargo = clean("/usr/bin/cargo");
                let path = env::var("PATH").unwrap_or_default();
                cargo.env("PATH", format!("/usr/bin:{path}"));
                cargo
            }
        };
        if !matches!(self.kind, Kind::Rustup { has_sources: false }) {
            flags.extend(IMMEDIATE_ABORT.map(String::from));
            cargo.env("RUSTC_BOOTSTRAP", "1").arg("-Zbuild-std=std,panic_abort");
        }
        // The same bytes wherever the project and the registry lie.
        flags.push(format!("--remap-path-prefix={}=/surety", root.display()));
        flags.push(format!("--remap-path-prefix={}=/cargo", cargo_home().display()));
        cargo
            .current_dir(root.join(folder))
            .args(["build", "--lib", "--release", "--locked", "--target", TARGET])
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        let status = cargo
            .stdout(Stdio::null())
            .status()
            .map_err(|e| format!("cannot run cargo: {e}"))?;
        status
            .success()
            .then_some(())
            .ok_or_else(|| format!("building {folder} for {TARGET} failed"))
    }
}

/// Builds a program with its workspace's release profile, by whichever cargo is the user's.
pub(crate) fn build_native(root: &Path, name: &str, target: &Path) -> Result<(), String> {
    let status = clean("cargo")
        .current_dir(root)
        .args(["build", "--bin", name, "--release"])
        .env("CARGO_TARGET_DIR", target)
        .stdout(Stdio::null())
        .status()
        .map_err(|e| format!("cannot run cargo: {e}"))?;
    status
        .success()
        .then_some(())
        .ok_or_else(|| format!("building {name} failed"))
}

fn rustup_has_target(root: &Path) -> bool {
    let mut rustc = clean("rustc");
    let Ok(folder) = output(
        rustc
            .current_dir(root)
            .args(["--print", "target-libdir", "--target", TARGET]),
    ) else {
        return false;
    };
    fs::read_dir(folder).is_ok_and(|mut files| {
        files.any(|file| file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libstd")))
    })
}

/// Whether std's sources lie in the toolchain, also after asking rustup for them.
fn rustup_has_sources(root: &Path) -> bool {
    let Ok(sysroot) = output(clean("rustc").current_dir(root).args(["--print", "sysroot"])) else {
        return false;
    };
    let sources = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std");
    sources.is_dir() || {
        let _ = clean("rustup")
            .current_dir(root)
            .args(["component", "add", "rust-src"])
            .output();
        sources.is_dir()
    }
}

fn add_rustup_target(root: &Path) -> bool {
    let added = clean("rustup")
        .current_dir(root)
        .args(["target", "add", TARGET])
        .output();
    added.is_ok_and(|out| out.status.success()) && rustup_has_target(root)
}

fn debian(root: &Path) -> Option<Toolchain> {
    let version = output(clean("/usr/bin/rustc").arg("--version")).ok()?;
    let sysroot = PathBuf::from(output(clean("/usr/bin/rustc").args(["--print", "sysroot"])).ok()?);
    let has_sources = sysroot.join("lib/rustlib/src/rust/library/std").is_dir();
    let mut rustc = clean("rustc");
    let rustup = PathBuf::from(output(rustc.current_dir(root).args(["--print", "sysroot"])).ok()?);
    let about = output(clean("rustc").current_dir(root).arg("-vV")).ok()?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "))?;
    let linker = rustup.join("lib/rustlib").join(host).join("bin/rust-lld");
    (has_sources && linker.is_file() && Path::new("/usr/bin/cargo").is_file()).then_some(Toolchain {
        kind: Kind::Debian { linker, sysroot },
        version: format!("{version}, std built along"),
    })
}

/// Installs Debian's packages if we are root on Debian; a failure shows when [`debian`] looks again.
fn install_debian() {
    if output(Command::new("id").arg("-u")).as_deref() != Ok("0") {
        return;
    }
    for arguments in [vec!["update"], [&["install", "-y"], &PACKAGES[..]].concat()] {
        let _ = Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null())
            .status();
    }
}

/// A command without what an outer cargo, clippy or rustup says about its own toolchain and flags.
fn clean(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars() {
        let keep = [
            "CARGO_HOME",
            "CARGO_NET_",
            "CARGO_HTTP_",
            "CARGO_REGISTR",
            "RUSTUP_HOME",
            "RUSTUP_DIST",
        ];
        let outer = [
            "CARGO",
            "RUSTC",
            "RUSTDOC",
            "RUSTFLAGS",
            "RUSTUP_TOOLCHAIN",
            "TARGET",
            "PROFILE",
        ];
        if outer.iter().any(|p| name.starts_with(p)) && !keep.iter().any(|p| name.starts_with(p)) {
            command.env_remove(&name);
        }
    }
    command
}

fn cargo_home() -> PathBuf {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .unwrap_or_else(|| env::home_dir().unwrap_or_default().join(".cargo"))
}

fn output(command: &mut Command) -> Result<String, String> {
    let out = command.output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&out.stdout).trim().to_string();
    out.status
        .success()
        .then_some(text)
        .ok_or_else(|| String::from_utf8_lossy(&out.stderr).trim().to_string())
}
