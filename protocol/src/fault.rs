//! What the committed root itself says about an accusation. Each check proves the leaves it is given, tests what can
//! be tested without knowing the computation, and returns the one question that is left, if any.

use crate::{
    Digest,
    merkle::{leaf_hash, verify_inclusion},
};
use core::borrow::Borrow;

/// A committed element with its inclusion proof.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a, P> {
    /// 0-based.
    pub index: u64,
    pub element: &'a [u8],
    /// Lowest sibling first.
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
    let [leaf] = leaves else {
        return Err(EvidenceError::WrongLeaves);
    };
    let element = included(root, count, leaf, at)?;
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
    let [left, right] = leaves else {
        return Err(EvidenceError::WrongLeaves);
    };
    let next = at.checked_add(1).ok_or(EvidenceError::WrongLeaves)?;
    let left = included(root, count, left, at)?;
    let right = included(root, count, right, next)?;
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
    let (before, after) = match (at.checked_sub(1), at < count, leaves) {
        (None, false, []) => (None, None),
        (None, true, [after]) => (None, Some(after)),
        (Some(left), false, [before]) => (Some((left, before)), None),
        (Some(left), true, [before, after]) => (Some((left, before)), Some(after)),
        _ => return Err(EvidenceError::WrongLeaves),
    };
    if let Some((left, before)) = before
        && included(root, count, before, left)? >= missing
    {
        return Err(EvidenceError::NotMissing);
    }
    if let Some(after) = after
        && missing >= included(root, count, after, at)?
    {
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
    let (previous, element): (&[u8], _) = match (at.checked_sub(1), leaves) {
        (None, [leaf]) => (&[], leaf),
        (Some(before), [previous, leaf]) => (included(root, count, previous, before)?, leaf),
        _ => return Err(EvidenceError::WrongLeaves),
    };
    let element = included(root, count, element, at)?;
    Ok(Question {
        index: at,
        previous,
        element,
    })
}

/// The element of `leaf`, once it is proven to be leaf `at` of the root.
fn included<'a, P: Borrow<Digest>>(
    root: &Digest,
    count: u64,
    leaf: &Leaf<'a, P>,
    at: u64,
) -> Result<&'a [u8], EvidenceError> {
    if leaf.index != at {
        return Err(EvidenceError::WrongLeaves);
    }
    match verify_inclusion(root, count, at, &leaf_hash(leaf.element), leaf.proof) {
        Ok(()) => Ok(leaf.element),
        Err(_) => Err(EvidenceError::Proof { index: at }),
    }
}
