//! A call of a precompile, and what its steps cost.

use alloy_primitives::{Address, B256, Log, U256};
use alloy_sol_types::{SolError, SolEvent};
use revm::{
    context_interface::{ContextTr, JournalTr},
    interpreter::CallInputs,
};

use crate::evm::Ctx;

const COPY_GAS: u64 = 3;
const READ_GAS: u64 = 800;
const WRITE_GAS: u64 = 20_000;
const CODE_HASH_GAS: u64 = 2_600;
const PARAMS_GAS: u64 = 100;
const LOG_GAS: u64 = 375;
const LOG_DATA_GAS: u64 = 8;

/// What a method returns: its ABI-encoded result.
pub type Output = Result<Vec<u8>, Fault>;

/// Why a method did not return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A custom error, ABI-encoded. The rest of the gas is kept.
    Error(Vec<u8>),
    /// An empty revert that keeps the rest of the gas.
    Internal,
    /// An empty revert that takes all gas: out of gas, no such method, or not allowed to call it.
    Refused,
    /// A failure that is no revert and takes all gas, with its message.
    Failed(String),
}

impl Fault {
    pub fn error(error: &impl SolError) -> Self {
        Self::Error(error.abi_encode())
    }
}

/// Gas for copying `len` bytes of input or output.
pub const fn copy_gas(len: usize) -> u64 {
    COPY_GAS * (len as u64).div_ceil(32)
}

/// A running call.
pub struct Call<'c, 'a> {
    pub ctx: &'c mut Ctx<'a>,
    pub caller: Address,
    pub value: U256,
    /// The precompile.
    pub address: Address,
    is_static: bool,
    delegated: bool,
    gas: u64,
}

impl<'c, 'a> Call<'c, 'a> {
    pub fn new(ctx: &'c mut Ctx<'a>, inputs: &CallInputs) -> Self {
        Self {
            ctx,
            caller: inputs.caller,
            value: inputs.value.get(),
            address: inputs.bytecode_address,
            is_static: inputs.is_static,
            delegated: inputs.target_address != inputs.bytecode_address,
            gas: inputs.gas_limit,
        }
    }

    pub const fn gas_left(&self) -> u64 {
        self.gas
    }

    pub fn burn(&mut self, gas: u64) -> Result<(), Fault> {
        self.gas = self.gas.checked_sub(gas).ok_or(Fault::Refused)?;
        Ok(())
    }

    pub fn pay_input(&mut self, input: &[u8]) -> Result<(), Fault> {
        self.burn(copy_gas(input.len().saturating_sub(4)))
    }

    /// For methods that read the chain but not ArbOS.
    pub fn pure(&self) -> Result<(), Fault> {
        if self.value.is_zero() {
            Ok(())
        } else {
            Err(Fault::Refused)
        }
    }

    /// For methods that read ArbOS.
    pub fn view(&mut self) -> Result<(), Fault> {
        self.pure()?;
        if self.delegated {
            return Err(Fault::Refused);
        }
        self.read(1)
    }

    /// For methods that change something.
    pub fn write(&mut self) -> Result<(), Fault> {
        if self.is_static {
            return Err(Fault::Refused);
        }
        self.view()
    }

    /// For methods that change something and take money.
    pub fn payable(&mut self) -> Result<(), Fault> {
        if self.is_static || self.delegated {
            return Err(Fault::Refused);
        }
        self.read(1)
    }

    /// Pays for storage reads.
    pub fn read(&mut self, slots: u64) -> Result<(), Fault> {
        self.burn(READ_GAS * slots)
    }

    /// Pays for storage writes of values other than zero.
    pub fn store(&mut self, slots: u64) -> Result<(), Fault> {
        self.burn(WRITE_GAS * slots)
    }

    /// Pays for the Stylus parameters, which are warm.
    pub fn params(&mut self) -> Result<(), Fault> {
        self.burn(PARAMS_GAS)
    }

    /// The code hash of an account, for the price of a cold access.
    pub fn code_hash(&mut self, address: Address) -> Result<B256, Fault> {
        self.burn(CODE_HASH_GAS)?;
        let Ok(hash) = self.ctx.journal_mut().code_hash(address);
        Ok(hash.data)
    }

    pub fn emit(&mut self, event: &impl SolEvent) -> Result<(), Fault> {
        let data = event.encode_log_data();
        self.burn(LOG_GAS * (1 + data.topics().len() as u64) + LOG_DATA_GAS * data.data.len() as u64)?;
        let address = self.address;
        self.ctx.journal_mut().log(Log { address, data });
        Ok(())
    }

    /// Runs a method without charging for it.
    pub fn free(&mut self, method: impl FnOnce(&mut Self) -> Output) -> Output {
        let gas = std::mem::replace(&mut self.gas, u64::MAX);
        let output = method(self);
        self.gas = gas;
        output
    }
}
