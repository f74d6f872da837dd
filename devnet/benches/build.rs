//! Builds the hashing program, which is measured, to WASM.

use std::{fs, process::exit};

use surety_toolchain::Place;

const PROGRAM: &str = "devnet/benches/program";

fn main() {
    if let Err(message) = build() {
        eprintln!("{message}");
        exit(1);
    }
}

fn build() -> Result<(), String> {
    let place = Place::of_build_script(2)?;
    place.watch(&[PROGRAM]);
    let module = surety_toolchain::find(&place.root)?.module(&place, PROGRAM, "surety_bench_program")?;
    let path = place.out.join("program.wasm");
    fs::write(&path, module).map_err(|error| format!("{}: {error}", path.display()))
}
