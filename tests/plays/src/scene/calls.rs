//! From plays to transactions.

use alloy_primitives::{B256, aliases::U96};
use alloy_sol_types::SolCall;
use surety_contracts::*;

use super::{Job, Scene};
use crate::action::*;

impl Scene {
    /// What the protocol asks for with a call, in wei.
    pub fn price(&self, job: usize, call: &Call) -> u128 {
        let Job {
            terms, offers, pacts, ..
        } = &self.jobs[job];
        let wei = |amount: U96| amount.to::<u128>();
        match call {
            Call::Delegate => wei(terms.reward) + wei(terms.bonus),
            Call::TakeOrder => wei(terms.deposit),
            Call::Demand { indices } => wei(terms.bond) * indices.len() as u128,
            Call::Dispute => wei(terms.bond),
            Call::Appeal { offer } => wei(offers[*offer].fee) + wei(offers[*offer].bonus),
            // The offer that most appeals make; another one's stake is then the wrong payment.
            Call::TakeCase => wei(offers[0].stake),
            Call::OfferBribe { pact } => wei(pacts[*pact].bribe) + wei(pacts[*pact].stake),
            Call::AcceptBribe { pact } => wei(pacts[*pact].stake),
            _ => 0,
        }
    }

    pub fn paid(&self, play: &Play) -> u128 {
        let price = self.price(play.job, &play.call);
        match play.pay {
            Pay::Right => price,
            Pay::OneLess => price.saturating_sub(1),
            Pay::OneMore => price + 1,
            Pay::Nothing => 0,
        }
    }

    /// The contract that a call goes to, and its calldata.
    pub fn calldata(&self, play: &Play) -> (House, Vec<u8>) {
        let job = play.job;
        let terms = self.jobs[job].terms.clone();
        let pact = |pact: usize| self.jobs[job].pacts[pact].clone();
        match &play.call {
            Call::Delegate => (House::Escrow, IEscrow::delegateCall { terms }.abi_encode()),
            Call::Cancel => (House::Escrow, IEscrow::cancelCall { terms }.abi_encode()),
            Call::TakeOrder => (House::Escrow, IEscrow::takeOrderCall { terms }.abi_encode()),
            Call::SubmitResult(claim) => {
                let (root, count) = self.claim(job, *claim);
                (
                    House::Escrow,
                    IEscrow::submitResultCall { terms, root, count }.abi_encode(),
                )
            }
            Call::SubmitSeal(seal) => {
                let seal = self.seal(*seal);
                (House::Escrow, IEscrow::submitSealCall { terms, seal }.abi_encode())
            }
            Call::Reveal { claim, salt } => {
                let ((root, count), salt) = (self.claim(job, *claim), B256::repeat_byte(*salt));
                let call = IEscrow::revealCall {
                    terms,
                    root,
                    count,
                    salt,
                };
                (House::Escrow, call.abi_encode())
            }
            Call::PublishLeaves { work, dropped } => {
                let hashes = self.hashes(job, *work, *dropped);
                (House::Escrow, IEscrow::publishLeavesCall { terms, hashes }.abi_encode())
            }
            Call::Accept => (House::Escrow, IEscrow::acceptCall { terms }.abi_encode()),
            Call::Demand { indices } => {
                let indices = indices.clone();
                (House::Escrow, IEscrow::demandCall { terms, indices }.abi_encode())
            }
            Call::Deliver { work, indices, damage } => {
                let leaves = self.leaves(job, *work, indices, *damage);
                (House::Escrow, IEscrow::deliverCall { terms, leaves }.abi_encode())
            }
            Call::Dispute => (House::Escrow, IEscrow::disputeCall { terms }.abi_encode()),
            Call::Judge(accusation) => {
                let call = IEscrow::judgeCall {
                    terms,
                    fault: accusation.fault,
                    leaves: self.leaves(job, accusation.work, &accusation.leaves, accusation.damage),
                    at: accusation.at,
                    missing: accusation.missing.clone().into(),
                    opening: self.opening(job, accusation.opening),
                };
                (House::Escrow, call.abi_encode())
            }
            Call::Confirm => (House::Escrow, IEscrow::confirmCall { terms }.abi_encode()),
            Call::TimeTick => (House::Escrow, IEscrow::timeTickCall { terms }.abi_encode()),
            Call::Appeal { offer } => {
                let offer = self.jobs[job].offers[*offer].clone();
                (House::Referee, IReferee::appealCall { terms, offer }.abi_encode())
            }
            Call::TakeCase => (House::Referee, IReferee::takeCaseCall { terms }.abi_encode()),
            Call::SealOpinion(seal) => {
                let seal = self.seal(*seal);
                (House::Referee, IReferee::submitSealCall { terms, seal }.abi_encode())
            }
            Call::RevealOpinion { claim, salt } => {
                let ((root, count), salt) = (self.claim(job, *claim), B256::repeat_byte(*salt));
                let call = IReferee::revealCall {
                    terms,
                    root,
                    count,
                    salt,
                };
                (House::Referee, call.abi_encode())
            }
            Call::Settle => (House::Referee, IReferee::settleCall { terms }.abi_encode()),
            Call::OfferBribe { pact: at } => (
                House::Collusion,
                ICollusion::offerBribeCall { pact: pact(*at) }.abi_encode(),
            ),
            Call::AcceptBribe { pact: at } => (
                House::Collusion,
                ICollusion::acceptBribeCall { pact: pact(*at) }.abi_encode(),
            ),
            Call::WithdrawBribe { pact: at } => (
                House::Collusion,
                ICollusion::withdrawBribeCall { pact: pact(*at) }.abi_encode(),
            ),
            Call::CheckResults { pact: at } => (
                House::Collusion,
                ICollusion::checkResultsCall { pact: pact(*at) }.abi_encode(),
            ),
            Call::Withdraw { house, to } => {
                let to = self.target(*to);
                (*house, IEscrow::withdrawCall { to }.abi_encode())
            }
        }
    }
}
