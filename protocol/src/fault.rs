//! What the committed root itself says about an accusation. Each check proves the leaves it is given, tests what can
//! be tested without knowing the computation, and returns the one question that is left, if any.

use crate::{
    Digest,
    merkle::{leaf_hash, verify_beside},
};
use core::borrow::Borrow;

/// A committed element with its inclusion proof.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a, P> {
    /// 0-based.
    pub index: u64,
    pub element: &'a [u8],
    /// Lowest sibling first. In a list it may end where it meets an earlier leaf's ([`joining_len`](crate::merkle::joining_len)).
    pub proof: &'a [P],
}

/// What is left to decide: does `element` belong to the result?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// Index of `element`; the predicate of a Set, whose elements stand for themselves, is asked with zero.
    pub index: u64,
    /// The state before `element`; empty for every form but Chain, and for its leaf 0.
    pub previous: &'a [u8],
    pub element: &'a [u8],
}

/// Why evidence shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceError {
    /// The leaves are not the ones that this fault at this index takes.
    WrongLeaves,
    /// The leaf with this index is not in the root.
    Proof { index: u64 },
    /// The two elements are in strictly increasing order.
    InOrder,
    /// The element does not fall strictly between its neighbours.
    NotMissing,
    /// The element is longer than the terms let any element be.
    TooLong,
}

impl core::fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::WrongLeaves => f.write_str("the leaves are not the ones that this fault at this index takes"),
            Self::Proof { index } => write!(f, "the proof of leaf {index} does not lead to the root"),
            Self::InOrder => f.write_str("the two elements are in strictly increasing order"),
            Self::NotMissing => f.write_str("the element does not fall strictly between its neighbours"),
            Self::TooLong => f.write_str("the element is longer than the terms allow"),
        }
    }
}

impl core::error::Error for EvidenceError {}

/// Leaf `at` is in the root. Left to ask: is it right? Takes that one leaf.
pub fn wrong_element<'a, P: Borrow<Digest>>(
    root: &Digest,
    count: u64,
    leaves: &[Leaf<'a, P>],
    at: u64,
) -> Result<Question<'a>, EvidenceError> {
    if leaves.len() != 1 {
        return Err(EvidenceError::WrongLeaves);
    }
    let element = included(root, count, leaves, 0, at)?;
    Ok(Question {
        index: at,
        previous: &[],
        element,
    })
}

/// Leaves `at` and `at + 1` are in the root and not strictly increasing. Nothing is left to ask.
pub fn disorder<P: Borrow<Digest>>(
    root: &Digest,
    count: u64,
    leaves: &[Leaf<'_, P>],
    at: u64,
) -> Result<(), EvidenceError> {
    if leaves.len() != 2 {
        return Err(EvidenceError::WrongLeaves);
    }
    let next = at.checked_add(1).ok_or(EvidenceError::WrongLeaves)?;
    let left = included(root, count, leaves, 0, at)?;
    let right = included(root, count, leaves, 1, next)?;
    if left < right {
        Err(EvidenceError::InOrder)
    } else {
        Ok(())
    }
}

/// `missing` falls strictly between the leaves before and at its insertion point `at`, so the result lacks it.
/// Left to ask: does it belong there? Takes the neighbours that exist: both, one at either end, none if `count` is 0.
///
/// `max_element` is in bytes.
pub fn missing_element<'a, P: Borrow<Digest>>(
    root: &Digest,
    count: u64,
    leaves: &[Leaf<'_, P>],
    at: u64,
    missing: &'a [u8],
    max_element: u32,
) -> Result<Question<'a>, EvidenceError> {
    if missing.len() as u64 > u64::from(max_element) {
        return Err(EvidenceError::TooLong);
    }
    if at > count {
        return Err(EvidenceError::WrongLeaves);
    }
    let before = at.checked_sub(1);
    let neighbours = usize::from(before.is_some()) + usize::from(at < count);
    if leaves.len() != neighbours {
        return Err(EvidenceError::WrongLeaves);
    }
    if let Some(before) = before
        && included(root, count, leaves, 0, before)? >= missing
    {
        return Err(EvidenceError::NotMissing);
    }
    if at < count && missing >= included(root, count, leaves, neighbours - 1, at)? {
        return Err(EvidenceError::NotMissing);
    }
    Ok(Question {
        index: 0,
        previous: &[],
        element: missing,
    })
}

/// State `at` of a Chain and the one before it are in the root. Left to ask: is it the next one, or for `at` = 0 the
/// start? Takes leaves `at - 1` and `at`, or leaf 0 alone.
pub fn wrong_step<'a, P: Borrow<Digest>>(
    root: &Digest,
    count: u64,
    leaves: &[Leaf<'a, P>],
    at: u64,
) -> Result<Question<'a>, EvidenceError> {
    let before = at.checked_sub(1);
    if leaves.len() != 1 + usize::from(before.is_some()) {
        return Err(EvidenceError::WrongLeaves);
    }
    let previous = match before {
        Some(before) => included(root, count, leaves, 0, before)?,
        None => &[],
    };
    let element = included(root, count, leaves, leaves.len() - 1, at)?;
    Ok(Question {
        index: at,
        previous,
        element,
    })
}

/// The element of leaf `which` of the list `leaves`, once it is proven to be leaf `at` of the root; the leaves before it
/// must have been.
pub fn included<'a, P: Borrow<Digest>>(
    root: &Digest,
    count: u64,
    leaves: &[Leaf<'a, P>],
    which: usize,
    at: u64,
) -> Result<&'a [u8], EvidenceError> {
    let (earlier, leaf) = match leaves.get(..=which).and_then(<[_]>::split_last) {
        Some((leaf, earlier)) if leaf.index == at => (earlier, leaf),
        _ => return Err(EvidenceError::WrongLeaves),
    };
    let earlier = earlier.iter().rev().map(|leaf| (leaf.index, leaf.proof));
    match verify_beside(root, count, at, &leaf_hash(leaf.element), leaf.proof, earlier) {
        Ok(()) => Ok(leaf.element),
        Err(_) => Err(EvidenceError::Proof { index: at }),
    }
}
