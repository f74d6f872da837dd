//! Builds the contracts to WASM and prepares what is deployed.

use std::{fs, process::exit};

use surety_toolchain::{Place, deployable};

/// Name and folder of every contract.
const CONTRACTS: &[(&str, &str)] = &[
    ("escrow", "escrow"),
    ("referee", "referee"),
    ("collusion", "collusion"),
    ("predicate", "tasks/predicate"),
];

/// Files and folders whose change rebuilds the contracts.
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
    let place = Place::of_build_script(2)?;
    place.watch(SOURCES);
    let toolchain = surety_toolchain::find(&place.root)?;
    println!("cargo::rustc-env=SURETY_WASM_COMPILER={}", toolchain.version);
    for (name, folder) in CONTRACTS {
        let module = toolchain.module(&place, folder, &format!("surety_{name}"))?;
        let code = deployable(&module);
        for (extension, bytes) in [("wasm", &module), ("code", &code)] {
            let path = place.out.join(name).with_extension(extension);
            fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(())
}
