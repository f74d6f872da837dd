//! Small tasks, one of each form, with the truth about them in the plainest way.

use rand::Rng;
use surety_contracts::Form;
use surety_native::Work;
use surety_tasks::{Encoded, Range};

use crate::scene::sha256;

/// The modulus of the Table and of the Chain.
const MODULUS: u8 = 251;
/// Elements of the Table and of the Chain.
const COUNT: u64 = 4;
const SEED: [u8; 32] = [7; 32];
const START: u8 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// The primes below 8.
    Primes,
    /// x_i^3 mod 251.
    Cubes,
    /// s_(i+1) = s_i^2 mod 251.
    Squares,
}

fn cube(index: u64) -> u8 {
    let digest = sha256(&[&SEED, &index.to_be_bytes(), &0u32.to_be_bytes()]);
    let x = u64::from(digest[0]);
    (x * x * x % u64::from(MODULUS)) as u8
}

fn square(state: u8) -> u8 {
    (u64::from(state) * u64::from(state) % u64::from(MODULUS)) as u8
}

impl Task {
    pub fn draw(rng: &mut impl Rng) -> Self {
        match rng.random_range(0..6) {
            0 => Self::Cubes,
            1 => Self::Squares,
            _ => Self::Primes,
        }
    }

    pub fn form(self) -> Form {
        match self {
            Self::Primes => Form::Set,
            Self::Cubes => Form::Table,
            Self::Squares => Form::Chain,
        }
    }

    /// What terms say: none for a Set.
    pub fn count(self) -> u64 {
        match self {
            Self::Primes => 0,
            Self::Cubes | Self::Squares => COUNT,
        }
    }

    pub fn encoded(self) -> Encoded {
        match self {
            Self::Primes => Encoded::primes(Range::new(0, 8).expect("not empty")),
            Self::Cubes => Encoded::modexp(&[3], &[MODULUS], &SEED, COUNT).expect("a task"),
            Self::Squares => Encoded::squarings(&[START], &[MODULUS], 1, COUNT).expect("a task"),
        }
    }

    /// Does an element belong to the result?
    pub fn holds(self, index: u64, previous: &[u8], element: &[u8]) -> bool {
        match self {
            Self::Primes => [2u64, 3, 5, 7].iter().any(|prime| element == prime.to_be_bytes()),
            Self::Cubes => index < COUNT && element == [cube(index)],
            Self::Squares => match (index, previous) {
                (0, []) => element == [START],
                (1.., [state]) => index < COUNT && element == [square(*state)],
                _ => false,
            },
        }
    }

    /// Results that somebody may claim: the right one, then false ones.
    pub fn works(self) -> Vec<Work> {
        match self {
            Self::Primes => {
                // A wrong element, one that is missing, two out of order, one twice, none at all, one outside the domain.
                let numbers: [&[u64]; 7] = [
                    &[2, 3, 5, 7],
                    &[2, 3, 4, 5, 7],
                    &[2, 3, 7],
                    &[2, 5, 3, 7],
                    &[2, 2, 3, 5, 7],
                    &[],
                    &[11],
                ];
                let mut works: Vec<_> = numbers.into_iter().map(Work::of).collect();
                let mut long = works[0].elements.clone();
                long.push([&7u64.to_be_bytes()[..], &[0]].concat());
                works.push(Work::new(long));
                works
            }
            Self::Cubes => {
                let right: Vec<_> = (0..COUNT).map(|index| vec![cube(index)]).collect();
                let mut wrong = right.clone();
                wrong[2][0] ^= 1;
                let short = right[..3].to_vec();
                [right, wrong, short].map(Work::new).into()
            }
            Self::Squares => {
                let from = |start: u8, length| {
                    let states = std::iter::successors(Some(start), |state| Some(square(*state)));
                    states.take(length).map(|state| vec![state]).collect::<Vec<_>>()
                };
                let right = from(START, 4);
                let mut slipped = right.clone();
                slipped[2][0] ^= 1;
                slipped[3][0] = square(slipped[2][0]);
                [right, slipped, from(5, 4), from(START, 3)].map(Work::new).into()
            }
        }
    }
}
