//! Modular exponentiation by the EVM's precompile (EIP-198; priced by EIP-7883).

use alloc::vec::Vec;
use alloy_primitives::{Address, U256, address};
use stylus_sdk::{call::RawCall, stylus_core::Host};
use surety_tasks::ModExp;

const MODEXP: Address = address!("0000000000000000000000000000000000000005");

/// The precompile did not answer with a number as wide as the modulus.
pub struct NoResult;

/// The chain's backend of the shared task functions.
pub struct Precompile<'a, H: Host + ?Sized> {
    host: &'a H,
}

impl<'a, H: Host + ?Sized> Precompile<'a, H> {
    pub fn new(host: &'a H) -> Self {
        Self { host }
    }
}

impl<H: Host + ?Sized> ModExp for Precompile<'_, H> {
    type Error = NoResult;

    fn modexp(&self, base: &[u8], exponent: &[u8], modulus: &[u8], power: &mut [u8]) -> Result<(), NoResult> {
        let numbers = [base, exponent, modulus];
        let mut input = Vec::with_capacity(numbers.iter().map(|number| number.len() + 32).sum());
        for number in numbers {
            input.extend_from_slice(&U256::from(number.len()).to_be_bytes::<32>());
        }
        for number in numbers {
            input.extend_from_slice(number);
        }
        let call = RawCall::new_static(self.host).limit_return_data(0, power.len());
        // SAFETY: a precompile cannot re-enter, and this contract has no storage that the call could alias.
        let output = unsafe { call.call(MODEXP, &input) }.map_err(|_| NoResult)?;
        // A call to an address without code succeeds and returns nothing: that is no result either.
        if output.len() != power.len() {
            return Err(NoResult);
        }
        power.copy_from_slice(&output);
        Ok(())
    }
}
