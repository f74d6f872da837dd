//! Calldata that somebody changed: no byte string makes a contract panic, every refusal is an error of its interface, and
//! whatever is accepted is the one encoding of its arguments.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolInterface, SolValue};
use rand::{Rng, SeedableRng, rngs::SmallRng, seq::IndexedRandom};
use surety_contracts::{ICollusion, IEscrow, IPredicate, IReferee};
use surety_native::{Answer, Native, Platform, element};

use crate::action::{House, Play};
use crate::scene::Scene;
use crate::task::Task;
use crate::watch::Watch;

/// Tries every call of a play in changed forms first.
pub struct Decoder<'a, P> {
    pub platform: &'a P,
    /// Has to give the same answers.
    pub twin: Option<&'a Native>,
    /// Forms of each call.
    pub forms: u32,
    pub rng: SmallRng,
}

impl<'a, P: Platform> Decoder<'a, P> {
    pub fn new(platform: &'a P, twin: Option<&'a Native>, forms: u32, seed: u64) -> Self {
        let rng = SmallRng::seed_from_u64(seed);
        Self {
            platform,
            twin,
            forms,
            rng,
        }
    }
}

impl<P: Platform> Watch for Decoder<'_, P> {
    fn before(&mut self, scene: &Scene, play: &Play, _now: u64) -> Result<(), String> {
        let (house, data) = scene.calldata(play);
        let (from, to, paid) = (scene.address(play.by), scene.house(house), scene.paid(play));
        for _ in 0..self.forms {
            let changed = change(&mut self.rng, selectors(house), &data);
            let answer = self.platform.peek(from, to, paid, changed.clone());
            let shown = || {
                format!(
                    "{house:?} asked {} by {from}: {answer:02x?}",
                    Bytes::from(changed.clone())
                )
            };
            if !is_proper(house, &changed, &answer) {
                return Err(shown());
            }
            if let Some(twin) = self.twin {
                let expected = twin.peek(from, to, paid, changed.clone());
                if answer != expected {
                    return Err(format!("{}, natively {expected:02x?}", shown()));
                }
            }
        }
        Ok(())
    }
}

/// Asks the predicate about numbers from 0 to 12, each question in changed forms: it answers with a word of 0 or 1, or
/// reverts, and yes only to what is true.
///
/// # Errors
/// At the first answer that is none of these.
pub fn question_predicate(platform: &impl Platform, forms: u32, seed: u64) -> Result<(), String> {
    let mut rng = SmallRng::seed_from_u64(seed);
    let predicate = platform.contracts().predicate;
    let encoded = Task::Primes.encoded();
    for number in 0..13u64 {
        let question = IPredicate::holdsCall {
            functionBytes: encoded.function.clone().into(),
            dataBytes: encoded.data.clone().into(),
            index: 0,
            previous: Bytes::new(),
            element: element(number).into(),
        };
        let data = question.abi_encode();
        for form in 0..=forms {
            let asked = match form {
                0 => data.clone(),
                _ => change(&mut rng, &[IPredicate::holdsCall::SELECTOR], &data),
            };
            let answer = platform.peek(Address::ZERO, predicate, 0, asked.clone());
            let yes = answer.as_ref().is_ok_and(|answer| *answer == true.abi_encode());
            let no = answer.is_err() || answer == Ok(false.abi_encode());
            let right = match IPredicate::holdsCall::abi_decode(&asked) {
                // Another task's bytes are another question.
                Ok(read) if read.functionBytes == question.functionBytes && read.dataBytes == question.dataBytes => {
                    yes == Task::Primes.holds(0, &[], &read.element) || answer.is_err()
                }
                Ok(_) => yes || no,
                Err(_) => no,
            };
            if !right {
                return Err(format!("asked {}, answered {answer:02x?}", Bytes::from(asked)));
            }
        }
    }
    Ok(())
}

/// Whether an answer is one that such calldata may have.
fn is_proper(house: House, data: &[u8], answer: &Answer) -> bool {
    match house {
        House::Escrow => follows::<IEscrow::IEscrowCalls, IEscrow::IEscrowErrors>(data, answer),
        House::Referee => follows::<IReferee::IRefereeCalls, IReferee::IRefereeErrors>(data, answer),
        House::Collusion => follows::<ICollusion::ICollusionCalls, ICollusion::ICollusionErrors>(data, answer),
    }
}

fn follows<Calls: SolInterface, Errors: SolInterface>(data: &[u8], answer: &Answer) -> bool {
    match answer {
        Ok(_) => Calls::abi_decode(data).is_ok_and(|call| call.abi_encode() == data),
        Err(error) => Errors::abi_decode_validate(error).is_ok(),
    }
}

fn selectors(house: House) -> &'static [[u8; 4]] {
    match house {
        House::Escrow => IEscrow::IEscrowCalls::SELECTORS,
        House::Referee => IReferee::IRefereeCalls::SELECTORS,
        House::Collusion => ICollusion::ICollusionCalls::SELECTORS,
    }
}

/// Changes calldata in one to three places.
fn change(rng: &mut SmallRng, selectors: &[[u8; 4]], data: &[u8]) -> Vec<u8> {
    let mut data = data.to_vec();
    for _ in 0..rng.random_range(1..=3) {
        change_once(rng, selectors, &mut data);
    }
    data
}

fn change_once(rng: &mut SmallRng, selectors: &[[u8; 4]], data: &mut Vec<u8>) {
    let words = data.len().saturating_sub(4) / 32;
    let place = |rng: &mut SmallRng| 4 + 32 * rng.random_range(0..words);
    match rng.random_range(0..9) {
        0 if !data.is_empty() => {
            let at = rng.random_range(0..data.len());
            data[at] ^= 1 << rng.random_range(0..8);
        }
        1 if words > 0 => {
            let edges = [0, 1, 2, 31, 32, 33, 64, 1 << 32, u64::MAX].map(U256::from);
            let far = [U256::MAX, U256::ONE << 255, U256::ONE << 64];
            let edge = *edges.iter().chain(&far).collect::<Vec<_>>().choose(rng).expect("some");
            let at = place(rng);
            data[at..at + 32].copy_from_slice(&edge.to_be_bytes::<32>());
        }
        2 => {
            let by = *[1, 4, 31, 32, 64].choose(rng).expect("some");
            data.truncate(data.len().saturating_sub(by));
        }
        3 => {
            let by = *[1, 4, 31, 32, 64].choose(rng).expect("some");
            data.resize(data.len() + by, 0);
        }
        4 if words > 1 => {
            let (one, other) = (place(rng), place(rng));
            for byte in 0..32 {
                data.swap(one + byte, other + byte);
            }
        }
        5 if words > 1 => {
            let (from, to) = (place(rng), place(rng));
            data.copy_within(from..from + 32, to);
        }
        6 if data.len() >= 4 => {
            data[..4].copy_from_slice(selectors.choose(rng).expect("some"));
        }
        7 if words > 0 => move_tail(rng, data),
        _ => rng.fill(&mut data[..]),
    }
}

/// Inserts a word, and makes offsets point behind it: the same arguments, laid out otherwise.
fn move_tail(rng: &mut SmallRng, data: &mut Vec<u8>) {
    let words = (data.len() - 4) / 32;
    let at = rng.random_range(0..=words);
    let length = U256::from(data.len());
    for word in data[4..].chunks_exact_mut(32) {
        let value = U256::from_be_slice(word);
        let is_offset = value >= U256::from(32) && value < length && value.to::<u64>().is_multiple_of(32);
        if is_offset && value >= U256::from(32 * at) && rng.random_ratio(3, 4) {
            word.copy_from_slice(&(value + U256::from(32)).to_be_bytes::<32>());
        }
    }
    let place = 4 + 32 * at;
    data.splice(place..place, [0; 32]);
}
