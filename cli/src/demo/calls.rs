//! What a play sends: the transaction of each call, the terms, false results and the evidence against them.

use alloy::primitives::{Address, B256, U256, aliases::U96};
use anyhow::{Context as _, Result, ensure};
use surety_contracts::{Fault, Form, ICollusion, IEscrow, IReferee, Leaf, Offer, Opening, Pact, Terms, leaves};
use surety_protocol::{commitment, sample};

use super::{
    play::Play,
    protocol::Price,
    scenarios::{Accusation, Call, Committing, Judge, Role, Scenario},
    stage::{Solved, Stage},
};
use crate::{
    chain::Request,
    context::{closed, total},
    evidence::{Committed, Evidence, Finding, InMemory},
};

/// The states of one demand in the search for a wrong step.
pub const SEARCH_WIDTH: u64 = 64;
/// Salt of the seals, which a demo has no need to hide.
const SEAL_SALT: B256 = B256::repeat_byte(0x5e);
/// What clients offer their referees, with amounts that no rounding would survive.
pub const OFFER: Offer = Offer {
    fee: wei(300_000_000_000_000_019),
    bonus: wei(100_000_000_000_000_023),
    stake: wei(3_000_000_000_000_000_029),
};
/// What workers offer referees.
pub const PRICE: Price = Price {
    bribe: wei(240_000_000_000_000_031),
    stake: wei(120_000_000_000_000_037),
};

const fn wei(amount: u64) -> U96 {
    U96::from_limbs([amount, 0])
}

impl Play<'_> {
    /// The transaction of a call.
    pub fn request(&mut self, call: Call) -> Result<Request> {
        let to = self.stage.escrow.address;
        let terms = self.terms.clone();
        let bond = U256::from(terms.bond);
        Ok(match call {
            Call::Appeal
            | Call::TakeCase
            | Call::SealOpinion
            | Call::CopySeal
            | Call::RevealOpinion
            | Call::SettleCase => self.case_request(call)?,
            Call::OfferBribe | Call::AcceptBribe | Call::WithdrawBribe | Call::CheckResults => {
                self.pact_request(call)?
            }
            Call::SubmitSeal => {
                let seal = self.seal(Role::Worker, &self.committed)?;
                Request::call(to, &IEscrow::submitSealCall { terms, seal })
            }
            Call::Reveal => {
                let (root, count, salt) = (self.committed.root().into(), self.committed.count(), SEAL_SALT);
                Request::call(
                    to,
                    &IEscrow::revealCall {
                        terms,
                        root,
                        count,
                        salt,
                    },
                )
            }
            Call::DemandNext => {
                self.demanded = self.search.next();
                let indices = self.demanded.clone();
                let pay = bond * U256::from(indices.len());
                Request::call(to, &IEscrow::demandCall { terms, indices }).paying(pay)
            }
            Call::Delegate => {
                let pay = total(&[terms.reward, terms.bonus]);
                Request::call(to, &IEscrow::delegateCall { terms }).paying(pay)
            }
            Call::TakeOrder => {
                let pay = U256::from(terms.deposit);
                Request::call(to, &IEscrow::takeOrderCall { terms }).paying(pay)
            }
            Call::SubmitResult => {
                let (root, count) = (self.committed.root().into(), self.committed.count());
                Request::call(to, &IEscrow::submitResultCall { terms, root, count })
            }
            Call::PublishLeaves => {
                let hashes = self.committed.leaf_hashes();
                Request::call(to, &IEscrow::publishLeavesCall { terms, hashes })
            }
            Call::Cancel => Request::call(to, &IEscrow::cancelCall { terms }),
            Call::Accept => Request::call(to, &IEscrow::acceptCall { terms }),
            Call::Demand(wanted) => {
                // A client draws at random; a demo's gas is the same in every run.
                self.demanded = sample::fresh(&self.id.0, self.committed.count(), wanted);
                let indices = self.demanded.clone();
                let pay = bond * U256::from(indices.len());
                Request::call(to, &IEscrow::demandCall { terms, indices }).paying(pay)
            }
            Call::Deliver => {
                let leaves = self.committed.leaves(&self.demanded)?;
                Request::call(to, &IEscrow::deliverCall { terms, leaves })
            }
            Call::Dispute => Request::call(to, &IEscrow::disputeCall { terms }).paying(bond),
            Call::Judge(accusation) => {
                let Evidence {
                    fault,
                    leaves,
                    at,
                    missing,
                } = self.accuse(accusation)?;
                let opening = self.opening_for(fault);
                Request::call(
                    to,
                    &IEscrow::judgeCall {
                        terms,
                        fault,
                        leaves,
                        at,
                        missing,
                        opening,
                    },
                )
            }
            Call::Confirm => Request::call(to, &IEscrow::confirmCall { terms }),
            Call::TimeTick => Request::call(to, &IEscrow::timeTickCall { terms }),
        })
    }

    /// The transaction of a call to the referee contract.
    fn case_request(&self, call: Call) -> Result<Request> {
        let to = self.stage.verifier.address;
        let terms = self.terms.clone();
        let opinion = || self.opinion.as_ref().context("the referee has no result");
        Ok(match call {
            Call::Appeal => {
                let pay = total(&[OFFER.fee, OFFER.bonus]);
                Request::call(to, &IReferee::appealCall { terms, offer: OFFER }).paying(pay)
            }
            Call::TakeCase => Request::call(to, &IReferee::takeCaseCall { terms }).paying(U256::from(OFFER.stake)),
            Call::SealOpinion => {
                let seal = self.seal(Role::Referee, opinion()?)?;
                Request::call(to, &IReferee::submitSealCall { terms, seal })
            }
            Call::CopySeal => {
                let seal = self.seal(Role::Worker, &self.committed)?;
                Request::call(to, &IReferee::submitSealCall { terms, seal })
            }
            Call::RevealOpinion => {
                let (root, count, salt) = (opinion()?.root().into(), opinion()?.count(), SEAL_SALT);
                Request::call(
                    to,
                    &IReferee::revealCall {
                        terms,
                        root,
                        count,
                        salt,
                    },
                )
            }
            _ => Request::call(to, &IReferee::settleCall { terms }),
        })
    }

    /// The transaction of a call to the bribe contract. What is agreed is the false result.
    fn pact_request(&self, call: Call) -> Result<Request> {
        let to = self.stage.collusion.address;
        let agreed = Committed::new(falsified(self.solved, self.terms.form, Committing::WrongElement)?)?;
        let pact = Pact {
            terms: self.terms.clone(),
            root: agreed.root().into(),
            count: agreed.count(),
            bribe: PRICE.bribe,
            stake: PRICE.stake,
        };
        Ok(match call {
            Call::OfferBribe => {
                let pay = total(&[PRICE.bribe, PRICE.stake]);
                Request::call(to, &ICollusion::offerBribeCall { pact }).paying(pay)
            }
            Call::AcceptBribe => {
                Request::call(to, &ICollusion::acceptBribeCall { pact }).paying(U256::from(PRICE.stake))
            }
            Call::WithdrawBribe => Request::call(to, &ICollusion::withdrawBribeCall { pact }),
            _ => Request::call(to, &ICollusion::checkResultsCall { pact }),
        })
    }

    fn seal(&self, role: Role, result: &Committed<InMemory>) -> Result<B256> {
        let account = self.stage.account(role)?.into_array();
        Ok(commitment::seal(&self.id, &account, &result.root(), result.count(), &SEAL_SALT).into())
    }

    /// The evidence of an accuser, who recomputed everything.
    fn accuse(&self, accusation: Accusation) -> Result<Evidence> {
        let middle = self.committed.count() / 2;
        // A false element stands in the middle, and right ones before it.
        let right = middle / 2;
        let of_a_right_element = match self.terms.form {
            Form::Chain => Fault::WrongStep,
            _ => Fault::WrongElement,
        };
        if let (Accusation::Found, Some(at)) = (accusation, self.search.found()) {
            let shown = [at.checked_sub(1), Some(at)].into_iter().flatten();
            let shown = shown.map(|index| self.shown.get(&index).cloned());
            let mut leaves: Vec<_> = shown.collect::<Option<_>>().context("the search saw both states")?;
            leaves::cut(&mut leaves, self.committed.count());
            return Ok(Evidence {
                fault: Fault::WrongStep,
                leaves,
                at,
                missing: Default::default(),
            });
        }
        let claim = |fault, at| Finding {
            fault,
            at,
            missing: Vec::new(),
        };
        let finding = match accusation {
            Accusation::Found => self
                .committed
                .fault(self.terms.form, &self.solved.right)?
                .context("the committed result should be false")?,
            Accusation::RightElementIsWrong => claim(of_a_right_element, right),
            Accusation::NothingIsMissing => {
                let missing = between(self.committed.elements(), middle as usize)?;
                Finding {
                    missing,
                    ..claim(Fault::MissingElement, middle + 1)
                }
            }
            Accusation::NeverCommitted => {
                let mut evidence = self.committed.evidence(claim(Fault::WrongElement, middle))?;
                for leaf in &mut evidence.leaves {
                    *leaf = Leaf {
                        element: altered(&leaf.element).into(),
                        ..leaf.clone()
                    };
                }
                return Ok(evidence);
            }
        };
        self.committed.evidence(finding)
    }

    /// The openings are shown only where the predicate is asked.
    fn opening_for(&self, fault: Fault) -> Opening {
        if self.terms.predicate.is_zero() || fault == Fault::Disorder {
            closed()
        } else {
            self.opening.clone()
        }
    }
}

/// Terms with amounts that no rounding would survive.
pub fn terms(stage: &Stage, scenario: &Scenario, opening: &Opening, salt: B256, now: u64) -> Result<Terms> {
    const HOUR: u32 = 3600;
    let (form, count, max_element) = stage.work(scenario.work)?.computation.shape()?;
    let predicate = match scenario.judge {
        Judge::Predicate => stage.predicate.address,
        Judge::Referee => Address::ZERO,
    };
    let has_case = scenario.opinion.is_some();
    let referee = match has_case || scenario.judge == Judge::Referee {
        true => stage.account(Role::Referee)?,
        false => Address::ZERO,
    };
    let verifier = if has_case {
        stage.verifier.address
    } else {
        Address::ZERO
    };
    let commit = |salt: B256, bytes: &[u8]| B256::from(commitment::commit(&salt.0, bytes));
    Ok(Terms {
        client: stage.account(Role::Client)?,
        worker: Address::ZERO,
        referee,
        verifier,
        predicate,
        functionCommitment: commit(opening.functionSalt, &opening.functionBytes),
        dataCommitment: commit(opening.dataSalt, &opening.dataBytes),
        seedHash: B256::ZERO,
        salt,
        form,
        count,
        maxElement: max_element,
        isSealed: has_case,
        reward: U96::from(1_000_000_000_000_000_007u64),
        bonus: U96::from(200_000_000_000_000_011u64),
        deposit: U96::from(1_500_000_000_000_000_013u64),
        bond: U96::from(10_000_000_000_000_017u64),
        // Whole hours: gas depends on the zeros among the bytes.
        acceptBy: now.next_multiple_of(u64::from(HOUR)) + u64::from(HOUR),
        computeWindow: 6 * HOUR,
        disputeWindow: 24 * HOUR,
        responseWindow: 2 * HOUR,
        rulingWindow: 12 * HOUR,
    })
}

/// The right result, or one made false in its middle.
pub fn falsified(solved: &Solved, form: Form, committing: Committing) -> Result<Vec<Vec<u8>>> {
    let mut elements = solved.right.clone();
    let middle = elements.len() / 2;
    match committing {
        Committing::Right => {}
        Committing::WrongElement if form == Form::Set => {
            let wrong = between(&elements, middle)?;
            elements.insert(middle + 1, wrong);
        }
        Committing::WrongElement => elements[middle] = altered(&elements[middle]),
        Committing::WrongStep => {
            elements.truncate(middle + 1);
            elements[middle] = altered(&elements[middle]);
            solved.computation.carry_on(&mut elements)?;
        }
        Committing::Duplicate => elements.insert(middle, elements[middle].clone()),
        Committing::Omission => {
            elements.remove(middle);
        }
    }
    Ok(elements)
}

/// Bytes strictly between an element and the next one, and so not in the Set.
fn between(elements: &[Vec<u8>], index: usize) -> Result<Vec<u8>> {
    let low = elements.get(index).context("the Set has too few elements")?;
    let number = u64::from_be_bytes(low.as_slice().try_into().context("the elements have not eight bytes")?);
    let element = (number + 1).to_be_bytes().to_vec();
    ensure!(
        elements.get(index + 1).is_none_or(|high| element < *high),
        "no number fits behind element {index}"
    );
    Ok(element)
}

/// The same with its last bit turned.
fn altered(element: &[u8]) -> Vec<u8> {
    let mut altered = element.to_vec();
    if let Some(last) = altered.last_mut() {
        *last ^= 1;
    }
    altered
}
