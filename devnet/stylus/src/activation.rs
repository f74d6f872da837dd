//! Activation: is a program acceptable, and what will it cost.

use alloy_primitives::{B256, keccak256};

use crate::{
    Rules,
    entry::EntryCosts,
    error::ActivationError,
    instrument::{self, Instrumented},
    validate::{self, Program},
};

/// What the chain stores about an activated program, and what activating it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Stylus version it was activated for.
    pub version: u16,
    /// `init`, `cached` and `footprint`.
    pub entry: EntryCosts,
    /// Estimated size of the native code in bytes; sets the data fee.
    pub asm_estimate: u32,
    /// Gas for parsing and instrumenting, on top of the fixed price of activation.
    pub prover_gas: u64,
    /// keccak-256 of the instrumented module. Arbitrum's prover hashes its own form of it, so the value differs there.
    pub module_hash: B256,
}

/// Gas for each microsecond that Arbitrum reckons for an activation.
const GAS_PER_MICROSECOND: u64 = 28;

/// Validates, instruments and prices `wasm`. `page_budget` is 128 less the pages open in the transaction.
///
/// # Errors
/// If the program breaks a rule or a limit, with the rule or the limit.
pub fn activate(wasm: &[u8], page_budget: u16, rules: &Rules) -> Result<Activation, ActivationError> {
    let program = validate::validate(wasm, page_budget, rules)?;
    let module = instrument::instrument(&program, rules)?;
    price(&program, &module, rules)
}

/// Validates and instruments `wasm` for execution.
pub(crate) fn prepare(wasm: &[u8], rules: &Rules) -> Result<Vec<u8>, ActivationError> {
    let program = validate::validate(wasm, crate::memory::PAGE_LIMIT, rules)?;
    Ok(instrument::instrument(&program, rules)?.wasm)
}

fn price(program: &Program, module: &Instrumented, rules: &Rules) -> Result<Activation, ActivationError> {
    let functions = program.bodies.len() as u64;
    let defined = program.signatures.defined().flatten();
    let values: u64 = defined.map(|ty| (ty.params().len() + ty.results().len()) as u64).sum();
    let length = program.wasm_len as u64;
    let pages = program.memory.map_or(0, |memory| memory.initial);
    let sizes = program.sizes;
    let segments = sizes.encoded_data + sizes.elements;

    let init = 8_252 * functions / 1_000 + 1_059 * values / 1_000 + 1_286 * length / 10_000;
    let cached = 13_420 * functions / 100_000
        + 89 * values / 100_000
        + 122 * length / 100_000
        + 1_628 * module.globals / 1_000
        + 75_244 * segments / 100_000
        + 5 * pages;
    let asm = 512_000 + 996_829 * functions / 1_000 + 11_416 * values / 1_000 + 62_628 * length / 10_000;
    let microseconds = 31_733 * length / 100_000
        + 17_263 * functions / 100_000
        + 17_376 * sizes.data / 100_000
        + 17_376 * sizes.elements / 100_000
        + 2_217 * pages
        + 535 * module.operators / 1_000;

    Ok(Activation {
        version: rules.version,
        entry: EntryCosts {
            init: fit("init cost", init)?,
            cached: fit("cached init cost", cached)?,
            footprint: fit("pages", pages)?,
        },
        asm_estimate: u32::try_from(asm).map_err(|_| ActivationError::Limit {
            what: "estimated bytes of native code",
            found: asm,
            limit: u32::MAX.into(),
        })?,
        prover_gas: GAS_PER_MICROSECOND * microseconds,
        module_hash: keccak256(&module.wasm),
    })
}

fn fit(what: &'static str, found: u64) -> Result<u16, ActivationError> {
    u16::try_from(found).map_err(|_| ActivationError::Limit {
        what,
        found,
        limit: u16::MAX.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with two imports, two helper functions, a fill, a grow and an indirect call, measured on Arbitrum's own code.
    const GOLDEN: &str = concat!(
        "0061736d0100000001150460017f0060027f7f0060027f7e017f60017f017f02380208766d5f686f6f6b731370",
        "61795f666f725f6d656d6f72795f67726f77000008766d5f686f6f6b730c77726974655f726573756c74000103",
        "040302030304040170000305030100010606017f0141070b071c02066d656d6f727902000f757365725f656e74",
        "7279706f696e7400040908010041000b0202030a5c032603017f017e017f200041056a210202402002450d0041",
        "0121020b410041002000fc0b0020020b1400410040001a037f2000047f41030541040b0b0b1e00410010004104",
        "420910021a410141011103001a41e4004105100141000b0b20010041e4000b1968656c6c6f20776f726c642c20",
        "746869732069732064617461",
    );

    #[test]
    fn golden_module() {
        let wasm = alloy_primitives::hex::decode(GOLDEN).unwrap();
        let rules = Rules::default();
        let program = validate::validate(&wasm, 128, &rules).unwrap();
        let module = instrument::instrument(&program, &rules).unwrap();
        assert_eq!(program.bodies.len(), 3);
        assert_eq!(
            (program.sizes.data, program.sizes.elements, program.sizes.encoded_data),
            (25, 7, 31)
        );
        assert_eq!((module.globals, module.operators, program.wasm_len), (5, 284, 282));

        let activation = activate(&wasm, 128, &rules).unwrap();
        assert_eq!(
            activation.entry,
            EntryCosts {
                init: 67,
                cached: 41,
                footprint: 1
            }
        );
        assert_eq!((activation.asm_estimate, activation.prover_gas), (516_835, 68_936));
    }
}
