//! Section 3, judge: what evidence shows, and who decides the bit that is left.

use alloy_primitives::B256;
use surety_contracts::{Fault, Form, IEscrow as E, Leaf, Phase};

use super::{Reference, Refusal, Verdict, escrow::CHALLENGE};
use crate::action::*;
use crate::scene::sha256;

impl Reference<'_> {
    /// Each leaf's path has to lead to the committed root, for the count that was claimed with it: as it is shown, or when
    /// it goes on as an earlier leaf's does from where they meet.
    pub(super) fn in_the_tree(&self, at: usize, leaves: &[Leaf], no: &mut Refusal) {
        let (root, count) = self.jobs[at].result.unwrap_or_default();
        let mut earlier: Vec<Place> = Vec::new();
        for shown in leaves {
            let place = Place {
                hash: sha256(&[&[0], &shown.element]),
                index: shown.index,
                path: shown.proof.clone(),
            };
            let longer = earlier.iter().filter_map(|other| place.beside(other, count));
            let proven = [place.clone()]
                .into_iter()
                .chain(longer)
                .find(|place| place.index < count && place.root(count) == Some(root));
            no.when(proven.is_none(), E::BadProof { index: shown.index });
            earlier.extend(proven);
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

/// A leaf in a tree, or in a subtree, and its path there.
#[derive(Clone)]
struct Place {
    hash: B256,
    index: u64,
    path: Vec<B256>,
}

/// Leaves of the left subtree: the largest power of two below the count.
fn left_of(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

impl Place {
    /// The same leaf in its half of the tree, and the root of the other half.
    fn half(&self, count: u64) -> Option<(Self, u64, B256)> {
        let left = left_of(count);
        let (sibling, path) = self.path.split_last()?;
        let (index, size) = match self.index.checked_sub(left) {
            Some(index) => (index, count - left),
            None => (self.index, left),
        };
        let path = path.to_vec();
        Some((Self { index, path, ..*self }, size, *sibling))
    }

    /// The root that the path leads to: PATH of RFC 9162, section 2.1.3.1, read backwards.
    fn root(&self, count: u64) -> Option<B256> {
        if count == 1 {
            return self.path.is_empty().then_some(self.hash);
        }
        let (half, size, sibling) = self.half(count)?;
        let root = half.root(size)?;
        Some(match self.index < left_of(count) {
            true => sha256(&[&[1], &root.0, &sibling.0]),
            false => sha256(&[&[1], &sibling.0, &root.0]),
        })
    }

    /// The same leaf with its path continued by that of another one to its left, if the first ends where they meet.
    fn beside(&self, other: &Self, count: u64) -> Option<Self> {
        if count < 2 || self.index >= count {
            return None;
        }
        let left = left_of(count);
        let (theirs, size, sibling) = other.half(count)?;
        let (mut path, above) = match (other.index < left, self.index < left) {
            (true, false) => (self.path.clone(), theirs.root(size)?),
            (false, true) => return None,
            _ => {
                let index = if self.index < left {
                    self.index
                } else {
                    self.index - left
                };
                let ours = Self { index, ..self.clone() };
                (ours.beside(&theirs, size)?.path, sibling)
            }
        };
        path.push(above);
        Some(Self { path, ..self.clone() })
    }
}
