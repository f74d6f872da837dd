//! Builds the contracts to WASM and prepares what is deployed.
//!
//! Each contract is built alone, so that features of one never leak into another, in a target folder of their own.

mod module;
mod toolchain;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::exit,
};

/// Name, folder and library of every contract.
const CONTRACTS: &[(&str, &str)] = &[
    ("escrow", "escrow"),
    ("referee", "referee"),
    ("collusion", "collusion"),
    ("predicate", "tasks/predicate"),
];

/// Folders whose change rebuilds the contracts.
const SOURCES: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "protocol",
    "contracts/src",
    "contracts/Cargo.toml",
    "escrow",
    "referee",
    "collusion",
    "tasks",
];

fn main() {
    if let Err(message) = build() {
        eprintln!("{message}");
        exit(1);
    }
}

fn build() -> Result<(), String> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../..");
    let root = root.canonicalize().map_err(|e| format!("{}: {e}", root.display()))?;
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    let target = out
        .ancestors()
        .nth(3)
        .expect("OUT_DIR lies in the target folder")
        .join("contracts");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    println!("cargo::rerun-if-changed=build");

    let toolchain = toolchain::find()?;
    println!("cargo::rustc-env=SURETY_WASM_COMPILER={}", toolchain.version);
    for (name, folder) in CONTRACTS {
        toolchain.build(&root, folder, &target)?;
        prepare(
            name,
            &target.join(format!("wasm32-unknown-unknown/release/surety_{name}.wasm")),
            &out,
        )?;
    }
    Ok(())
}

/// Writes the stripped module and the code that is deployed.
fn prepare(name: &str, wasm: &Path, out: &Path) -> Result<(), String> {
    let built = fs::read(wasm).map_err(|e| format!("{}: {e}", wasm.display()))?;
    let refused = |reason| format!("{} cannot be deployed: {reason}", wasm.display());
    let normal = module::normalise(&built).map_err(|error| refused(error))?;
    let stripped = module::strip(&normal).ok_or_else(|| refused("a section is cut short".into()))?;
    let code = module::deployable(&stripped);
    for (extension, bytes) in [("wasm", &stripped), ("code", &code)] {
        let path = out.join(name).with_extension(extension);
        fs::write(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}
