//! Sends the chain modules that wasm-smith generates, for as long as wanted. `make fuzz-devnet` runs it.

use arbitrary::{Arbitrary, Unstructured};
use clap::Parser;
use proptest::{collection, prelude::*};
use surety_fuzz::{drive::Options, front_door::FrontDoor};
use wasm_smith::{Config, InstructionKind, InstructionKinds, Module};

/// What a program may import and must export.
const INTERFACE: &str = include_str!("../interface.wat");
/// Bytes from which a module is generated, at most.
const SEED: usize = 4_000;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    options: Options,
}

fn main() {
    let options = Args::parse().options;
    let modules = prop_oneof![4 => within(), 1 => beyond()];
    let tried = FrontDoor::new().enter_all("surety-smith", options.plan(), &modules);
    println!("generated modules: {tried}");
}

/// Modules that use what Stylus has: about a third of them activates.
fn within() -> impl Strategy<Value = Vec<u8>> {
    let interface = wat::parse_str(INTERFACE).expect("the text is WebAssembly");
    let config = Config {
        available_imports: Some(interface.clone()),
        exports: Some(interface),
        allow_floats: false,
        allow_start_export: false,
        allowed_instructions: InstructionKinds::new(&[
            InstructionKind::Numeric,
            InstructionKind::Parametric,
            InstructionKind::Variable,
            InstructionKind::Control,
            InstructionKind::MemoryInt,
        ]),
        bulk_memory_enabled: false,
        compact_imports_enabled: false,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        max_data_segments: 2,
        max_element_segments: 2,
        max_instructions: 400,
        max_memory32_bytes: 4 << 16,
        max_table_elements: 100,
        multi_value_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        saturating_float_to_int_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    };
    collection::vec(any::<u8>(), 0..SEED).prop_map(move |bytes| {
        let module = Module::new(config.clone(), &mut Unstructured::new(&bytes));
        module.map_or_else(|_| Vec::new(), |module| module.to_bytes())
    })
}

/// Modules of any proposal.
fn beyond() -> impl Strategy<Value = Vec<u8>> {
    collection::vec(any::<u8>(), 0..SEED).prop_map(|bytes| {
        let mut bytes = Unstructured::new(&bytes);
        let module = Config::arbitrary(&mut bytes).and_then(|config| Module::new(config, &mut bytes));
        module.map_or_else(|_| Vec::new(), |module| module.to_bytes())
    })
}
