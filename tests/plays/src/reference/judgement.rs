//! Section 3, judge: what evidence shows, and who decides the bit that is left.

use alloy_primitives::B256;
use surety_contracts::{Fault, Form, IEscrow as E, Leaf, Phase};

use super::{Reference, Refusal, Verdict, escrow::CHALLENGE};
use crate::action::*;
use crate::scene::sha256;

impl Reference<'_> {
    /// Whether a leaf's proof leads to the committed root, for the count that was claimed with it.
    fn is_committed(&self, at: usize, shown: &Leaf) -> bool {
        let (root, count) = self.jobs[at].result.unwrap_or_default();
        let hash = sha256(&[&[0], &shown.element]);
        shown.index < count && root_above(hash, shown.index, count, &shown.proof) == Some(root)
    }

    pub(super) fn in_the_tree(&self, at: usize, leaves: &[Leaf], no: &mut Refusal) {
        for shown in leaves {
            no.when(!self.is_committed(at, shown), E::BadProof { index: shown.index });
        }
    }

    /// The word of the referee that the terms name.
    pub(super) fn only_referee(&self, at: usize, by: Who, no: &mut Refusal) {
        let referee = self.terms(at).referee;
        match referee.is_zero() {
            true => no.when(true, E::NoReferee {}),
            false => no.when(self.scene.address(by) != referee, E::NotReferee { referee }),
        }
    }

    pub(super) fn judge(&mut self, at: usize, by: Who, paid: u128, accusation: &Accusation) -> Verdict {
        let mut no = self.enter(at, paid, &CHALLENGE)?;
        let (terms, fault) = (self.terms(at), accusation.fault);
        no.by(self.now, self.jobs[at].clock);
        let by_predicate = !terms.predicate.is_zero();
        let admissible = match fault {
            Fault::WrongElement => terms.form != Form::Chain,
            Fault::Disorder => terms.form == Form::Set,
            Fault::MissingElement => terms.form == Form::Set && by_predicate,
            Fault::WrongStep => terms.form == Form::Chain,
            _ => false,
        };
        no.when(!admissible, E::FaultNotAdmissible { fault });
        let by_word = fault != Fault::Disorder && !by_predicate;
        if by_word && admissible {
            self.only_referee(at, by, &mut no);
            no.when(self.jobs[at].confirmed, E::AlreadyConfirmed {});
        }
        if admissible {
            self.evidence(at, accusation, &mut no);
        }
        // What is left to decide is asked about what was shown, and only about that.
        if by_predicate && fault != Fault::Disorder && no == Refusal::default() {
            self.ask_predicate(at, accusation, &mut no);
        }
        no.verdict()?;
        let held = self.held_for_job(at);
        self.jobs[at].fault = fault;
        self.end(at, Phase::Convicted, held, 0);
        Ok(())
    }

    /// The contract's own part: what is shown has to be in the tree, and to be of the fault's shape.
    fn evidence(&self, at: usize, accusation: &Accusation, no: &mut Refusal) {
        let leaves = self
            .scene
            .leaves(at, accusation.work, &accusation.leaves, accusation.damage);
        let (_, count) = self.jobs[at].result.unwrap_or_default();
        let place = accusation.at;
        let before = place.checked_sub(1);
        let expected: Vec<u64> = match accusation.fault {
            Fault::WrongElement => vec![place],
            Fault::Disorder => vec![place, place + 1],
            Fault::WrongStep => before.into_iter().chain([place]).collect(),
            // The neighbours of the insertion point.
            _ => before.into_iter().chain((place < count).then_some(place)).collect(),
        };
        let shown = leaves.iter().map(|leaf| leaf.index).eq(expected);
        let beyond = accusation.fault == Fault::MissingElement && place > count;
        no.when(!shown || beyond, E::WrongEvidence {});
        self.in_the_tree(at, &leaves, no);
        let max = self.terms(at).maxElement;
        let missing = &accusation.missing[..];
        match accusation.fault {
            Fault::Disorder => {
                let ordered = leaves.windows(2).all(|pair| pair[0].element < pair[1].element);
                no.when(ordered, E::InOrder {});
            }
            Fault::MissingElement => {
                let length = missing.len() as u64;
                no.when(
                    length > u64::from(max),
                    E::ElementTooLong {
                        length,
                        maxElement: max,
                    },
                );
                let between = leaves.iter().all(|leaf| match leaf.index < place {
                    true => leaf.element[..] < *missing,
                    false => *missing < leaf.element[..],
                });
                no.when(!between, E::NotMissing {});
            }
            _ => {}
        }
    }

    fn ask_predicate(&self, at: usize, accusation: &Accusation, no: &mut Refusal) {
        let (terms, job) = (self.terms(at), &self.scene.jobs[at]);
        no.when(accusation.opening != Paper::Right, E::OpeningMismatch {});
        if terms.predicate != self.scene.contracts.predicate {
            no.when(true, E::PredicateFailed {});
            return;
        }
        let leaves = self
            .scene
            .leaves(at, accusation.work, &accusation.leaves, accusation.damage);
        let element = |at: usize| leaves.get(at).map(|leaf| &leaf.element[..]).unwrap_or_default();
        // A Set's elements have no index.
        let index = if terms.form == Form::Set { 0 } else { accusation.at };
        let is_fault = match accusation.fault {
            Fault::MissingElement => job.task.holds(0, &[], &accusation.missing),
            Fault::WrongStep if accusation.at > 0 => !job.task.holds(index, element(0), element(1)),
            _ => !job.task.holds(index, &[], element(0)),
        };
        no.when(!is_fault, E::NotAFault {});
    }
}

/// The root that a path leads to from a leaf: PATH of RFC 9162, section 2.1.3.1, read backwards.
fn root_above(leaf: B256, index: u64, count: u64, path: &[B256]) -> Option<B256> {
    if count == 1 {
        return path.is_empty().then_some(leaf);
    }
    let (sibling, path) = path.split_last()?;
    // The largest power of two below the count.
    let left = 1 << (count - 1).ilog2();
    Some(match index < left {
        true => sha256(&[&[1], &root_above(leaf, index, left, path)?.0, &sibling.0]),
        false => sha256(&[&[1], &sibling.0, &root_above(leaf, index - left, count - left, path)?.0]),
    })
}
