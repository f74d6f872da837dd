//! Arbitrum's precompiled contracts, beside Ethereum's.
//!
//! Each file is one contract: its interface, and what its methods do. Methods that nobody calls on a development chain are
//! left out; calling one is like calling an unknown selector.

mod arb_debug;
mod arb_gas_info;
mod arb_info;
mod arb_owner;
mod arb_owner_public;
mod arb_sys;
mod arb_wasm;
mod arb_wasm_cache;
mod call;
pub mod node_interface;

use std::sync::LazyLock;

use alloy_primitives::{Address, Bytes};
use revm::{
    context_interface::{JournalTr, LocalContextTr},
    handler::{EthPrecompiles, PrecompileProvider},
    interpreter::{CallInputs, Gas, InstructionResult, InterpreterResult},
    primitives::{AddressSet, hardfork::SpecId},
};

use crate::evm::Ctx;
pub use arb_wasm::ArbWasm::ArbWasmErrors;
use call::{Call, Fault, Output};

/// All addresses that Arbitrum reserves for precompiles; each holds the code `fe`.
pub const ADDRESSES: [Address; 17] = [
    arbitrum(0x64),
    arbitrum(0x65),
    arbitrum(0x66),
    arbitrum(0x67),
    arbitrum(0x68),
    arbitrum(0x69),
    arbitrum(0x6b),
    arbitrum(0x6c),
    arbitrum(0x6d),
    arbitrum(0x6e),
    arbitrum(0x6f),
    arbitrum(0x70),
    arbitrum(0x71),
    arbitrum(0x72),
    arbitrum(0x73),
    arbitrum(0x74),
    arbitrum(0xff),
];

const fn arbitrum(low: u8) -> Address {
    Address::with_last_byte(low)
}

type Method = fn(&mut Call<'_, '_>, &[u8]) -> Output;

/// The contract at an address, if it is Arbitrum's. Reserved addresses without methods of their own know no selector.
fn contract(address: &Address) -> Option<Method> {
    if !ADDRESSES.contains(address) {
        return None;
    }
    Some(match address[19] {
        0x64 => arb_sys::run,
        0x65 => arb_info::run,
        0x6b => arb_owner_public::run,
        0x6c => arb_gas_info::run,
        0x70 => arb_owner::run,
        0x71 => arb_wasm::run,
        0x72 => arb_wasm_cache::run,
        0xff => arb_debug::run,
        _ => |_, _| Err(Fault::Refused),
    })
}

/// Whether an address is a precompile, Ethereum's or Arbitrum's.
pub fn is_precompile(address: &Address) -> bool {
    Precompiles::addresses(SpecId::OSAKA).contains(address)
}

/// Ethereum's precompiles and Arbitrum's.
#[derive(Debug)]
pub struct Precompiles {
    ethereum: EthPrecompiles,
}

impl Precompiles {
    pub fn new(spec: SpecId) -> Self {
        Self {
            ethereum: EthPrecompiles::new(spec),
        }
    }

    fn addresses(spec: SpecId) -> &'static AddressSet {
        static PRAGUE: LazyLock<AddressSet> = LazyLock::new(|| all(SpecId::PRAGUE));
        static OSAKA: LazyLock<AddressSet> = LazyLock::new(|| all(SpecId::OSAKA));
        if spec.is_enabled_in(SpecId::OSAKA) {
            &OSAKA
        } else {
            &PRAGUE
        }
    }
}

fn all(spec: SpecId) -> AddressSet {
    EthPrecompiles::new(spec)
        .warm_addresses()
        .iter()
        .copied()
        .chain(ADDRESSES)
        .collect()
}

impl PrecompileProvider<Ctx<'_>> for Precompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: SpecId) -> bool {
        <EthPrecompiles as PrecompileProvider<Ctx<'_>>>::set_spec(&mut self.ethereum, spec)
    }

    fn run(&mut self, ctx: &mut Ctx<'_>, inputs: &CallInputs) -> Result<Option<InterpreterResult>, String> {
        let Some(contract) = contract(&inputs.bytecode_address) else {
            return self.ethereum.run(ctx, inputs);
        };
        let input = inputs.input.bytes(ctx);
        // Depth 1 is the checkpoint of the transaction's own call.
        let outermost = ctx.journaled_state.depth() == 1;
        let mut call = Call::new(ctx, inputs);
        let output = call.pay_input(&input).and_then(|()| contract(&mut call, &input));
        let (mut result, mut output, mut left) = match output {
            Ok(output) => (InstructionResult::Return, output, call.gas_left()),
            Err(Fault::Error(data)) => (InstructionResult::Revert, data, call.gas_left()),
            Err(Fault::Internal) => (InstructionResult::Revert, Vec::new(), call.gas_left()),
            Err(Fault::Refused) => (InstructionResult::Revert, Vec::new(), 0),
            Err(Fault::Failed(reason)) => {
                if outermost {
                    ctx.local.set_precompile_error_context(reason);
                }
                (InstructionResult::PrecompileError, Vec::new(), 0)
            }
        };
        match left.checked_sub(call::copy_gas(output.len())) {
            Some(rest) => left = rest,
            None => (result, output, left) = (InstructionResult::Revert, Vec::new(), 0),
        }
        let mut gas = Gas::new(inputs.gas_limit);
        gas.set_spent(inputs.gas_limit.saturating_sub(left));
        Ok(Some(InterpreterResult::new(result, Bytes::from(output), gas)))
    }

    fn warm_addresses(&self) -> &AddressSet {
        Self::addresses(self.ethereum.spec)
    }
}
