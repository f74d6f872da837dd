//! From calldata to a call and back.

use alloc::{boxed::Box, vec::Vec};
use alloy_sol_types::SolCall;
use stylus_sdk::prelude::*;
use surety_contracts::{
    IReferee, Offer,
    codec::{Args, CONSTRUCTOR, Malformed, TERMS_WORDS, ToWord, answer},
    contract::Contract,
};

use crate::{Outcome, Referee, RefereeError};

#[cfg(target_arch = "wasm32")]
#[entrypoint]
fn entry(calldata: Vec<u8>, vm: stylus_sdk::host::VM) -> stylus_sdk::ArbResult {
    Referee::new(vm).route(&calldata)
}

impl<H: Host> Contract for Referee<H> {
    type Host = H;
    type Error = Box<RefereeError>;

    const PAYABLE: &'static [[u8; 4]] = &[IReferee::appealCall::SELECTOR, IReferee::takeCaseCall::SELECTOR];

    fn vm(&self) -> &H {
        &self.vm
    }

    fn dispatch(&mut self, selector: [u8; 4], args: Args<'_>) -> Outcome<Vec<u8>> {
        // Arguments follow the terms, which fill the first words.
        let rest = TERMS_WORDS;
        match selector {
            _ if selector == IReferee::appealCall::SELECTOR => {
                let args = args.only(rest + 3)?;
                let offer = Offer {
                    fee: args.u96(rest)?,
                    bonus: args.u96(rest + 1)?,
                    stake: args.u96(rest + 2)?,
                };
                self.appeal(args.terms(0)?, offer)?;
            }
            _ if selector == IReferee::takeCaseCall::SELECTOR => self.take_case(args.only(rest)?.terms(0)?)?,
            _ if selector == IReferee::submitSealCall::SELECTOR => {
                self.submit_seal(args.only(rest + 1)?.terms(0)?, args.b256(rest)?)?
            }
            _ if selector == IReferee::revealCall::SELECTOR => {
                let args = args.only(rest + 3)?;
                let (root, count, salt) = (args.b256(rest)?, args.u64(rest + 1)?, args.b256(rest + 2)?);
                self.reveal(args.terms(0)?, root, count, salt)?;
            }
            _ if selector == IReferee::settleCall::SELECTOR => self.settle(args.only(rest)?.terms(0)?)?,
            _ if selector == IReferee::withdrawCall::SELECTOR => self.withdraw(args.only(1)?.address(0)?)?,
            _ if selector == CONSTRUCTOR => self.construct(args.only(1)?.address(0)?)?,
            _ if selector == IReferee::escrowCall::SELECTOR => {
                args.only(0)?;
                return Ok(answer(&[self.escrow().to_word()]));
            }
            _ if selector == IReferee::reportCall::SELECTOR => {
                let (revealed, root, count) = self.report(args.only(1)?.b256(0)?);
                return Ok(answer(&[revealed.to_word(), root.to_word(), count.to_word()]));
            }
            _ if selector == IReferee::caseOfCall::SELECTOR => {
                let case = self.case_of(args.only(1)?.b256(0)?);
                return Ok(answer(&[
                    case.phase.to_word(),
                    case.fee.to_word(),
                    case.bonus.to_word(),
                    case.stake.to_word(),
                    case.computeBy.to_word(),
                    case.root.to_word(),
                    case.count.to_word(),
                ]));
            }
            _ if selector == IReferee::reputationCall::SELECTOR => {
                let reputation = self.reputation(args.only(1)?.address(0)?);
                return Ok(answer(&[
                    reputation.score.to_word(),
                    reputation.upheld.to_word(),
                    reputation.faulted.to_word(),
                    reputation.colluded.to_word(),
                    reputation.stake.to_word(),
                ]));
            }
            _ if selector == IReferee::creditCall::SELECTOR => {
                return Ok(answer(&[self.credit(args.only(1)?.address(0)?).to_word()]));
            }
            _ => return Err(Malformed.into()),
        }
        Ok(Vec::new())
    }
}
