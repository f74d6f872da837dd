//! From calldata to a call and back.

use alloc::{boxed::Box, vec::Vec};
use alloy_sol_types::SolCall;
use stylus_sdk::prelude::*;
use surety_contracts::{
    IEscrow,
    codec::{Args, Malformed, TERMS_WORDS, ToWord, answer},
    contract::Contract,
};
use surety_protocol::{Digest, fault::Leaf};

use crate::{Escrow, EscrowError, Opening, Outcome};

#[cfg(target_arch = "wasm32")]
#[entrypoint]
fn entry(calldata: Vec<u8>, vm: stylus_sdk::host::VM) -> stylus_sdk::ArbResult {
    Escrow::new(vm).route(&calldata)
}

impl<H: Host> Contract for Escrow<H> {
    type Host = H;
    type Error = Box<EscrowError>;

    const PAYABLE: &'static [[u8; 4]] = &[
        IEscrow::delegateCall::SELECTOR,
        IEscrow::takeOrderCall::SELECTOR,
        IEscrow::demandCall::SELECTOR,
        IEscrow::disputeCall::SELECTOR,
    ];

    fn vm(&self) -> &H {
        &self.vm
    }

    fn dispatch(&mut self, selector: [u8; 4], args: Args<'_>) -> Outcome<Vec<u8>> {
        // Arguments follow the terms, which fill the first words.
        let rest = TERMS_WORDS;
        match selector {
            _ if selector == IEscrow::delegateCall::SELECTOR => {
                return Ok(self.delegate(args.only(rest)?.terms(0)?)?.to_vec());
            }
            _ if selector == IEscrow::takeOrderCall::SELECTOR => self.take_order(args.only(rest)?.terms(0)?)?,
            _ if selector == IEscrow::demandCall::SELECTOR => {
                let indices = args.head(rest + 1)?.items(rest)?.read(Args::u64)?;
                args.end()?;
                self.demand(args.terms(0)?, &indices)?;
            }
            _ if selector == IEscrow::disputeCall::SELECTOR => self.dispute(args.only(rest)?.terms(0)?)?,
            _ if selector == IEscrow::cancelCall::SELECTOR => self.cancel(args.only(rest)?.terms(0)?)?,
            _ if selector == IEscrow::submitResultCall::SELECTOR => {
                let args = args.only(rest + 2)?;
                self.submit_result(args.terms(0)?, args.b256(rest)?, args.u64(rest + 1)?)?;
            }
            _ if selector == IEscrow::submitSealCall::SELECTOR => {
                self.submit_seal(args.only(rest + 1)?.terms(0)?, args.b256(rest)?)?
            }
            _ if selector == IEscrow::revealCall::SELECTOR => {
                let args = args.only(rest + 3)?;
                let (root, count, salt) = (args.b256(rest)?, args.u64(rest + 1)?, args.b256(rest + 2)?);
                self.reveal(args.terms(0)?, root, count, salt)?;
            }
            _ if selector == IEscrow::publishLeavesCall::SELECTOR => {
                let hashes = args.head(rest + 1)?.words(rest)?;
                args.end()?;
                self.publish_leaves(args.terms(0)?, hashes)?;
            }
            _ if selector == IEscrow::acceptCall::SELECTOR => self.accept(args.only(rest)?.terms(0)?)?,
            _ if selector == IEscrow::deliverCall::SELECTOR => {
                let leaves = args.head(rest + 1)?.items(rest)?.read(leaf)?;
                args.end()?;
                self.deliver(args.terms(0)?, &leaves)?;
            }
            _ if selector == IEscrow::judgeCall::SELECTOR => {
                let leaves = args.head(rest + 5)?.items(rest + 1)?.read(leaf)?;
                let (fault, at, missing) = (args.fault(rest)?, args.u64(rest + 2)?, args.bytes(rest + 3)?);
                let opening = opening(&args, rest + 4)?;
                args.end()?;
                self.judge(args.terms(0)?, fault, &leaves, at, missing, opening)?;
            }
            _ if selector == IEscrow::confirmCall::SELECTOR => self.confirm(args.only(rest)?.terms(0)?)?,
            _ if selector == IEscrow::timeTickCall::SELECTOR => self.time_tick(args.only(rest)?.terms(0)?)?,
            _ if selector == IEscrow::withdrawCall::SELECTOR => self.withdraw(args.only(1)?.address(0)?)?,
            _ if selector == IEscrow::jobCall::SELECTOR => {
                let job = self.job(args.only(1)?.b256(0)?);
                return Ok(answer(&[
                    job.phase.to_word(),
                    job.fault.to_word(),
                    job.confirmed.to_word(),
                    job.worker.to_word(),
                    job.clock.to_word(),
                    job.root.to_word(),
                    job.count.to_word(),
                ]));
            }
            _ if selector == IEscrow::pendingCall::SELECTOR => {
                let pending = self.pending(args.only(1)?.b256(0)?);
                let mut hash = [0; 32];
                hash[..20].copy_from_slice(pending.indicesHash.as_slice());
                return Ok(answer(&[
                    pending.demandBy.to_word(),
                    pending.payoutAfter.to_word(),
                    pending.bonds.to_word(),
                    hash,
                ]));
            }
            _ if selector == IEscrow::jobIdCall::SELECTOR => {
                return Ok(self.job_id(args.only(rest)?.terms(0)?)?.to_vec());
            }
            _ if selector == IEscrow::creditCall::SELECTOR => {
                return Ok(answer(&[self.credit(args.only(1)?.address(0)?).to_word()]));
            }
            _ => return Err(Malformed.into()),
        }
        Ok(Vec::new())
    }
}

fn leaf<'a>(args: &Args<'a>, at: usize) -> Result<Leaf<'a, Digest>, Malformed> {
    let leaf = args.tail(at)?.head(3)?;
    Ok(Leaf {
        index: leaf.u64(0)?,
        element: leaf.bytes(1)?,
        proof: leaf.words(2)?,
    })
}

fn opening<'a>(args: &Args<'a>, at: usize) -> Result<Opening<'a>, Malformed> {
    let opening = args.tail(at)?.head(4)?;
    Ok(Opening {
        function_salt: opening.word(0)?,
        function: opening.bytes(1)?,
        data_salt: opening.word(2)?,
        data: opening.bytes(3)?,
    })
}
