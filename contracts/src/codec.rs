//! ABI encoding for contracts, where every byte of code and every copy is paid for: arguments are read in place from
//! calldata, and answers, errors and events are written word by word.
//!
//! Nothing here is inlined: a contract's size is paid for in every uncached call, the few calls between are not felt.
//!
//! Reading is strict, so that a call has one encoding: values use no bit above their type, padding is zero, what an offset
//! points to begins where the argument before it ends, and nothing follows the last one.

use alloc::{boxed::Box, vec::Vec};
use alloy_primitives::{Address, B256, U256, aliases::U96};
use core::cell::Cell;

use crate::{CasePhase, Fault, Form, PactPhase, Phase, Terms};

/// One word of the ABI.
pub type Word = [u8; 32];

/// Calldata that is not the encoding of what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Selector of a constructor, as the SDK and the deployer contract have it; its arguments follow.
pub const CONSTRUCTOR: [u8; 4] = [0x55, 0x85, 0x25, 0x8d];

/// Words of `Terms`.
pub const TERMS_WORDS: usize = 22;

/// `Terms` as they travel: the id of a job is a hash of exactly these words.
#[derive(Debug, Clone, Copy)]
pub struct EncodedTerms<'a>(pub &'a [Word; TERMS_WORDS]);

impl EncodedTerms<'_> {
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_flattened()
    }

    /// Fails unless this is the one encoding of some terms. They are large, hence boxed: no caller copies them.
    pub fn decode(&self) -> Result<Box<Terms>, Malformed> {
        let args = Args::of(self.0);
        Ok(Box::new(Terms {
            client: args.address(0)?,
            worker: args.address(1)?,
            referee: args.address(2)?,
            verifier: args.address(3)?,
            predicate: args.address(4)?,
            functionCommitment: B256::new(self.0[5]),
            dataCommitment: B256::new(self.0[6]),
            seedHash: B256::new(self.0[7]),
            salt: B256::new(self.0[8]),
            form: Form::try_from(args.small(9)?).map_err(|_| Malformed)?,
            count: args.u64(10)?,
            maxElement: args.u32(11)?,
            isSealed: args.bool(12)?,
            reward: args.u96(13)?,
            bonus: args.u96(14)?,
            deposit: args.u96(15)?,
            bond: args.u96(16)?,
            acceptBy: args.u64(17)?,
            computeWindow: args.u32(18)?,
            disputeWindow: args.u32(19)?,
            responseWindow: args.u32(20)?,
            rulingWindow: args.u32(21)?,
        }))
    }
}

/// ABI-encoded arguments, or the members of a struct or array among them.
#[derive(Debug, Clone, Copy)]
pub struct Args<'a> {
    words: &'a [Word],
    /// Words of calldata that nothing has been read from yet. All of these slices reach to its end: a length is a place.
    unread: Option<&'a Cell<usize>>,
}

impl<'a> Args<'a> {
    /// What follows the selector; `unread` keeps how far it was read.
    pub fn new(data: &'a [u8], unread: &'a Cell<usize>) -> Result<Self, Malformed> {
        let (words, rest) = data.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(Malformed);
        }
        unread.set(words.len());
        Ok(Self {
            words,
            unread: Some(unread),
        })
    }

    /// Words of static arguments, of which not all have to be read.
    pub fn of(words: &'a [Word]) -> Self {
        Self { words, unread: None }
    }

    /// These arguments, if they fill so many words and no more.
    #[inline(never)]
    pub fn only(&self, words: usize) -> Result<&Self, Malformed> {
        if self.words.len() == words {
            Ok(self)
        } else {
            Err(Malformed)
        }
    }

    /// These arguments, if reading stopped where they begin. They fill so many words, and what they point to follows.
    #[inline(never)]
    pub fn head(self, words: usize) -> Result<Self, Malformed> {
        let left = self.words.len().checked_sub(words).ok_or(Malformed)?;
        match self.unread {
            Some(unread) if unread.replace(left) != self.words.len() => Err(Malformed),
            _ => Ok(self),
        }
    }

    /// Nothing follows what was read.
    pub fn end(&self) -> Result<(), Malformed> {
        match self.unread {
            Some(unread) if unread.get() > 0 => Err(Malformed),
            _ => Ok(()),
        }
    }

    /// All words, if there are `N`.
    pub fn all<const N: usize>(&self) -> Result<&'a [Word; N], Malformed> {
        self.words.try_into().map_err(|_| Malformed)
    }

    pub fn word(&self, at: usize) -> Result<&'a Word, Malformed> {
        self.words.get(at).ok_or(Malformed)
    }

    #[inline(never)]
    pub fn b256(&self, at: usize) -> Result<B256, Malformed> {
        self.word(at).map(|word| B256::new(*word))
    }

    /// A word, if its first `zeros` bytes are zero.
    #[inline(never)]
    fn low(&self, at: usize, zeros: usize) -> Result<&'a Word, Malformed> {
        let word = self.word(at)?;
        if is_zero(&word[..zeros]) {
            Ok(word)
        } else {
            Err(Malformed)
        }
    }

    /// A number of at most `max`.
    #[inline(never)]
    fn number(&self, at: usize, max: u64) -> Result<u64, Malformed> {
        let limbs = self.word(at)?.as_chunks::<8>().0;
        let value = u64::from_be_bytes(limbs[3]);
        if [limbs[0], limbs[1], limbs[2]].map(u64::from_ne_bytes) == [0; 3] && value <= max {
            Ok(value)
        } else {
            Err(Malformed)
        }
    }

    #[inline(never)]
    pub fn address(&self, at: usize) -> Result<Address, Malformed> {
        self.low(at, 12).map(|word| Address::from_slice(&word[12..]))
    }

    #[inline(never)]
    pub fn u96(&self, at: usize) -> Result<U96, Malformed> {
        let bytes = &self.low(at, 20)?[20..];
        let value = bytes.iter().fold(0u128, |value, &byte| value << 8 | u128::from(byte));
        Ok(U96::from_limbs([value as u64, (value >> 64) as u64]))
    }

    pub fn u64(&self, at: usize) -> Result<u64, Malformed> {
        self.number(at, u64::MAX)
    }

    pub fn u32(&self, at: usize) -> Result<u32, Malformed> {
        self.number(at, u32::MAX.into()).map(|value| value as u32)
    }

    /// A `uint8`, or an enum's number.
    pub fn small(&self, at: usize) -> Result<u8, Malformed> {
        self.number(at, u8::MAX.into()).map(|value| value as u8)
    }

    pub fn bool(&self, at: usize) -> Result<bool, Malformed> {
        self.number(at, 1).map(|value| value == 1)
    }

    pub fn fault(&self, at: usize) -> Result<Fault, Malformed> {
        Fault::try_from(self.small(at)?).map_err(|_| Malformed)
    }

    /// `Terms` in the head, from word `at` on.
    pub fn terms(&self, at: usize) -> Result<EncodedTerms<'a>, Malformed> {
        let words = self.words.get(at..).and_then(<[Word]>::first_chunk).ok_or(Malformed)?;
        Ok(EncodedTerms(words))
    }

    /// What the offset in word `at` points to.
    #[inline(never)]
    pub fn tail(&self, at: usize) -> Result<Self, Malformed> {
        let offset = self.index(at)?;
        if offset % 32 != 0 {
            return Err(Malformed);
        }
        self.skip(offset / 32)
    }

    fn index(&self, at: usize) -> Result<usize, Malformed> {
        usize::try_from(self.u64(at)?).map_err(|_| Malformed)
    }

    fn skip(&self, words: usize) -> Result<Self, Malformed> {
        let words = self.words.get(words..).ok_or(Malformed)?;
        Ok(Self { words, ..*self })
    }

    /// `bytes`.
    #[inline(never)]
    pub fn bytes(&self, at: usize) -> Result<&'a [u8], Malformed> {
        let tail = self.tail(at)?;
        let length = tail.index(0)?;
        let content = tail.head(1 + length.div_ceil(32))?.skip(1)?.words;
        let padded = content.get(..length.div_ceil(32)).ok_or(Malformed)?.as_flattened();
        let (bytes, padding) = padded.split_at_checked(length).ok_or(Malformed)?;
        if is_zero(padding) { Ok(bytes) } else { Err(Malformed) }
    }

    /// `bytes32[]`.
    #[inline(never)]
    pub fn words(&self, at: usize) -> Result<&'a [Word], Malformed> {
        let items = self.items(at)?;
        items.args.words.get(..items.length).ok_or(Malformed)
    }

    /// An array: its length, and its items as arguments.
    #[inline(never)]
    pub fn items(&self, at: usize) -> Result<Items<'a>, Malformed> {
        let tail = self.tail(at)?;
        let length = tail.index(0)?;
        // A word an item: nothing is reserved for a length that is a lie.
        let args = tail.head(length.saturating_add(1))?.skip(1)?;
        Ok(Items { length, args })
    }
}

/// An array among arguments.
#[derive(Debug, Clone, Copy)]
pub struct Items<'a> {
    pub length: usize,
    /// Item `i` is argument `i`.
    pub args: Args<'a>,
}

impl<'a> Items<'a> {
    /// Reads every item.
    pub fn read<T>(&self, read: impl Fn(&Args<'a>, usize) -> Result<T, Malformed>) -> Result<Vec<T>, Malformed> {
        let mut items = Vec::with_capacity(self.length);
        for at in 0..self.length {
            items.push(read(&self.args, at)?);
        }
        Ok(items)
    }
}

/// An amount of terms, in wei. Sums of a few 96-bit numbers stay far below 2^128.
pub fn wei(amount: &U96) -> u128 {
    let [low, high] = *amount.as_limbs();
    u128::from(high) << 64 | u128::from(low)
}

/// A value that fills one word.
pub trait ToWord {
    fn to_word(&self) -> Word;
}

macro_rules! to_word {
    ($($type:ty: |$value:ident| $word:expr;)*) => {$(
        impl ToWord for $type {
            #[inline(never)]
            fn to_word(&self) -> Word {
                let $value = self;
                $word
            }
        }
    )*};
}

to_word! {
    u64: |value| {
        let mut word = [0; 32];
        word[24..].copy_from_slice(&value.to_be_bytes());
        word
    };
    u32: |value| u64::from(*value).to_word();
    u8: |value| u64::from(*value).to_word();
    bool: |value| u64::from(*value).to_word();
    i64: |value| {
        let mut word = [if *value < 0 { 0xff } else { 0 }; 32];
        word[24..].copy_from_slice(&value.to_be_bytes());
        word
    };
    i8: |value| i64::from(*value).to_word();
    Phase: |value| (*value as u8).to_word();
    CasePhase: |value| (*value as u8).to_word();
    PactPhase: |value| (*value as u8).to_word();
    Fault: |value| (*value as u8).to_word();
    u128: |value| {
        let mut word = [0; 32];
        word[16..].copy_from_slice(&value.to_be_bytes());
        word
    };
    U96: |value| wei(value).to_word();
    U256: |value| value.to_be_bytes();
    B256: |value| value.0;
    Address: |value| value.into_word().0;
}

/// Selector and static arguments: a revert's data, or calldata.
#[inline(never)]
pub fn with_selector(selector: [u8; 4], words: &[Word]) -> Vec<u8> {
    let mut data = Vec::with_capacity(4 + words.len() * 32);
    data.extend_from_slice(&selector);
    data.extend_from_slice(words.as_flattened());
    data
}

/// The answer of a call that returns static values.
pub fn answer(words: &[Word]) -> Vec<u8> {
    words.as_flattened().to_vec()
}

/// Appends `bytes` as the ABI has them: length, content, zeros up to a whole word.
#[inline(never)]
pub fn push_bytes(data: &mut Vec<u8>, bytes: &[u8]) {
    data.extend_from_slice(&(bytes.len() as u64).to_word());
    data.extend_from_slice(bytes);
    data.resize(data.len() + bytes.len().next_multiple_of(32) - bytes.len(), 0);
}

#[inline(never)]
fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0)
}
