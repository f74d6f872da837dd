//! From calldata to a call and back.

use alloc::{boxed::Box, vec::Vec};
use alloy_sol_types::SolCall;
use stylus_sdk::prelude::*;
use surety_contracts::{
    ICollusion,
    codec::{Args, CONSTRUCTOR, Malformed, ToWord, answer},
    contract::Contract,
};

use crate::{Collusion, CollusionError, EncodedPact, Outcome};

#[cfg(target_arch = "wasm32")]
#[entrypoint]
fn entry(calldata: Vec<u8>, vm: stylus_sdk::host::VM) -> stylus_sdk::ArbResult {
    Collusion::new(vm).route(&calldata)
}

impl<H: Host> Contract for Collusion<H> {
    type Host = H;
    type Error = Box<CollusionError>;

    const PAYABLE: &'static [[u8; 4]] = &[
        ICollusion::offerBribeCall::SELECTOR,
        ICollusion::acceptBribeCall::SELECTOR,
    ];

    fn vm(&self) -> &H {
        &self.vm
    }

    fn dispatch(&mut self, selector: [u8; 4], args: Args<'_>) -> Outcome<Vec<u8>> {
        match selector {
            _ if selector == ICollusion::offerBribeCall::SELECTOR => {
                return Ok(answer(&[self.offer_bribe(pact(&args)?)?.to_word()]));
            }
            _ if selector == ICollusion::acceptBribeCall::SELECTOR => self.accept_bribe(pact(&args)?)?,
            _ if selector == ICollusion::withdrawBribeCall::SELECTOR => self.withdraw_bribe(pact(&args)?)?,
            _ if selector == ICollusion::checkResultsCall::SELECTOR => self.check_results(pact(&args)?)?,
            _ if selector == ICollusion::withdrawCall::SELECTOR => self.withdraw(args.only(1)?.address(0)?)?,
            _ if selector == CONSTRUCTOR => self.construct(args.only(2)?.address(0)?, args.address(1)?)?,
            _ if selector == ICollusion::escrowCall::SELECTOR => {
                args.only(0)?;
                return Ok(answer(&[self.escrow().to_word()]));
            }
            _ if selector == ICollusion::refereeCall::SELECTOR => {
                args.only(0)?;
                return Ok(answer(&[self.referee().to_word()]));
            }
            _ if selector == ICollusion::pactIdCall::SELECTOR => {
                return Ok(answer(&[self.pact_id(pact(&args)?)?.to_word()]));
            }
            _ if selector == ICollusion::pactOfCall::SELECTOR => {
                let state = self.pact_of(args.only(1)?.b256(0)?);
                return Ok(answer(&[
                    state.phase.to_word(),
                    state.worker.to_word(),
                    state.computeBy.to_word(),
                ]));
            }
            _ if selector == ICollusion::creditCall::SELECTOR => {
                return Ok(answer(&[self.credit(args.only(1)?.address(0)?).to_word()]));
            }
            _ => return Err(Malformed.into()),
        }
        Ok(Vec::new())
    }
}

fn pact<'a>(args: &Args<'a>) -> Result<EncodedPact<'a>, Malformed> {
    args.all().map(EncodedPact)
}
