//! What a play is about: accounts, contracts, and jobs with their terms, results, offers and pacts. Hashes, ids and the
//! truth about results are computed here from the protocol's text, by other code than the contracts'.

mod calls;
mod deal;

use alloy_primitives::{Address, B256, Bytes};
use sha2::{Digest, Sha256};
use surety_contracts::*;
use surety_native::{Contracts, Work, no_opening};

use crate::action::*;
use crate::reference::Purse;
use crate::task::Task;

pub const CHAIN_ID: u64 = 412_346;
/// An account without code or history.
pub const ELSEWHERE: Address = Address::repeat_byte(0xee);
/// What terms may name as predicate or verifier though no contract is there.
pub const NOBODY: Address = Address::repeat_byte(0xdd);

#[derive(Clone, Debug)]
pub struct Scene {
    pub accounts: [Address; 4],
    pub contracts: Contracts,
    pub start: u64,
    pub jobs: Vec<Job>,
}

/// A job that may be delegated.
#[derive(Clone, Debug)]
pub struct Job {
    pub terms: Terms,
    pub id: B256,
    pub task: Task,
    pub works: Vec<Work>,
    /// By the recursion of RFC 9162, section 2.1.1.
    pub(super) roots: Vec<B256>,
    pub offers: Vec<Offer>,
    pub pacts: Vec<Pact>,
    /// keccak256(abi.encode(chain id, contract, pact)).
    pub pact_ids: Vec<B256>,
}

pub fn sha256(parts: &[&[u8]]) -> B256 {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    B256::from_slice(&hash.finalize())
}

pub(super) fn root_of(elements: &[Vec<u8>]) -> B256 {
    match elements {
        [] => sha256(&[]),
        [one] => sha256(&[&[0], one]),
        many => {
            // The largest power of two below their number.
            let left = 1 << (many.len() - 1).ilog2();
            let (left, right) = many.split_at(left);
            sha256(&[&[1], &root_of(left).0, &root_of(right).0])
        }
    }
}

pub(super) fn commit(salt: B256, message: &[u8]) -> B256 {
    sha256(&[&salt.0, &sha256(&[message]).0])
}

pub(super) fn function_salt() -> B256 {
    B256::repeat_byte(0xf5)
}

pub(super) fn data_salt() -> B256 {
    B256::repeat_byte(0xd5)
}

impl Scene {
    pub fn address(&self, who: Who) -> Address {
        self.accounts[who as usize]
    }

    pub fn who(&self, address: Address) -> Option<Who> {
        EVERYBODY.into_iter().find(|who| self.address(*who) == address)
    }

    pub fn house(&self, house: House) -> Address {
        match house {
            House::Escrow => self.contracts.escrow,
            House::Referee => self.contracts.verifier,
            House::Collusion => self.contracts.collusion,
        }
    }

    pub fn purse(&self, purse: Purse) -> Address {
        match purse {
            Purse::Account(who) => self.address(who),
            Purse::House(house) => self.house(house),
            Purse::Elsewhere => ELSEWHERE,
        }
    }

    pub fn target(&self, target: Target) -> Address {
        match target {
            Target::Zero => Address::ZERO,
            Target::Account(who) => self.address(who),
            Target::Elsewhere => ELSEWHERE,
        }
    }

    /// Root and count.
    pub fn claim(&self, job: usize, claim: Claim) -> (B256, u64) {
        let count = self.jobs[job].works[claim.work].count();
        let count = match claim.count {
            Count::Right => count,
            Count::OneMore => count + 1,
            Count::Zero => 0,
        };
        (self.jobs[job].roots[claim.work], count)
    }

    pub fn seal(&self, seal: Seal) -> B256 {
        // The claim is about the job that the seal is for.
        let (root, count) = self.claim(seal.job, seal.claim);
        self.seal_of(seal.job, seal.by, root, count, seal.salt)
    }

    /// H(0x02 || jobId || account || root || count || salt).
    pub fn seal_of(&self, job: usize, by: Who, root: B256, count: u64, salt: u8) -> B256 {
        let account = self.address(by);
        sha256(&[
            &[2],
            &self.jobs[job].id.0,
            account.as_slice(),
            &root.0,
            &count.to_be_bytes(),
            &[salt; 32],
        ])
    }

    /// Leaves of a result, the first or last of them damaged.
    pub fn leaves(&self, job: usize, work: usize, indices: &[u64], damage: Damage) -> Vec<Leaf> {
        let work = &self.jobs[job].works[work];
        let mut leaves: Vec<_> = indices.iter().map(|&index| leaf(work, index)).collect();
        if damage != Damage::Whole {
            leaves::cut(&mut leaves, work.count());
        }
        let damaged = match damage {
            Damage::ProofTooShort => leaves.last_mut(),
            _ => leaves.first_mut(),
        };
        if let Some(leaf) = damaged {
            spoil_leaf(leaf, damage);
        }
        leaves
    }

    pub fn opening(&self, job: usize, paper: Paper) -> Opening {
        let encoded = self.jobs[job].task.encoded();
        let right = Opening {
            functionSalt: function_salt(),
            functionBytes: encoded.function.into(),
            dataSalt: data_salt(),
            dataBytes: encoded.data.into(),
        };
        match paper {
            Paper::Right => right,
            Paper::WrongFunction => Opening {
                functionBytes: Bytes::from_static(b"\x06modexp"),
                ..right
            },
            Paper::WrongSalt => Opening {
                dataSalt: function_salt(),
                ..right
            },
            Paper::None => no_opening(),
        }
    }

    /// The leaf hashes of a result, without the last few.
    pub fn hashes(&self, job: usize, work: usize, dropped: usize) -> Vec<B256> {
        let elements = &self.jobs[job].works[work].elements;
        let kept = elements.len().saturating_sub(dropped);
        elements[..kept]
            .iter()
            .map(|element| sha256(&[&[0], element]))
            .collect()
    }

    /// The root over the first elements of a result.
    pub fn root_without(&self, job: usize, work: usize, dropped: usize) -> B256 {
        let elements = &self.jobs[job].works[work].elements;
        root_of(&elements[..elements.len().saturating_sub(dropped)])
    }
}

/// A leaf, or for an index beyond the last one the last leaf under another index.
fn leaf(work: &Work, index: u64) -> Leaf {
    if index < work.count() {
        return work.leaf(index);
    }
    match work.count().checked_sub(1) {
        Some(last) => Leaf {
            index,
            ..work.leaf(last)
        },
        None => Leaf {
            index,
            element: Bytes::new(),
            proof: Vec::new(),
        },
    }
}

fn spoil_leaf(leaf: &mut Leaf, damage: Damage) {
    let flipped = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        match bytes.last_mut() {
            Some(last) => *last ^= 1,
            None => bytes.push(1),
        }
        Bytes::from(bytes)
    };
    match damage {
        Damage::None | Damage::Whole => {}
        Damage::Element => leaf.element = flipped(&leaf.element),
        Damage::TooLong => leaf.element = [&leaf.element[..], &[0; 40_000]].concat().into(),
        Damage::Proof => match leaf.proof.first_mut() {
            Some(hash) => hash.0[0] ^= 1,
            None => leaf.proof.push(B256::ZERO),
        },
        Damage::ProofTooLong => leaf.proof.push(B256::ZERO),
        Damage::ProofTooShort => drop(leaf.proof.pop()),
        Damage::Index => leaf.index ^= 1,
    }
}
