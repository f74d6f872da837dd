//! What happens to each job, what that moves, and how it is ordered.

use crate::{
    JOBS, ROGUE_ADDRESS,
    support::{REFEREE_ADDRESS, World},
};

const GWEI: i128 = 1_000_000_000;
const REWARD: i128 = 10_000_000 * GWEI;
const BONUS: i128 = 3_000_000 * GWEI;
const DEPOSIT: i128 = 20_000_000 * GWEI;
const BOND: i128 = 1_000_000 * GWEI;
const FEE: i128 = 2_000_000 * GWEI;
const FEE_BONUS: i128 = 1_000_000 * GWEI;
/// Elements that the client demands when nothing is delivered.
pub const DEMANDED: i128 = 4;

/// What becomes of a job, and so what it moves between the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// The client finds nothing wrong and pays at once.
    Accepted,
    /// With a bonus that nobody confirms: the clock pays, the bonus goes back.
    PaidByClock,
    /// Sealed, with a second opinion that is the same: both are paid with their bonuses.
    Confirmed,
    /// The rogue's: a value of the table is wrong.
    WrongValue,
    /// The rogue's: an element too many.
    Extra,
    /// The rogue's: two elements change places.
    Unordered,
    /// The rogue's: an element too few.
    Gap,
    /// The rogue's: a step of the chain is wrong.
    WrongStep,
    /// The rogue's: a wrong value in a job without predicate, where the referee's word decides.
    WrongByWord,
    /// The rogue's: sealed, wrong, and the second opinion differs.
    WrongBesideOpinion,
    /// The rogue's: committed, not delivered, and silent when elements are demanded.
    Withheld,
    /// The rogue's: committed, not delivered, but shown on chain when demanded: that earns the bonds.
    ShownOnChain,
    /// The rogue's: committed, not delivered, and every element wrong, which shows when some are demanded.
    WrongWhenShown,
    /// The rogue's: taken, and nothing else.
    Late,
    /// The rogue's: sealed, and never revealed.
    NeverRevealed,
    /// The rogue's by the terms, which never takes it.
    NeverTaken,
}

pub use Story::*;

pub const ROGUES: [Story; 13] = [
    WrongValue,
    Extra,
    Unordered,
    Gap,
    WrongStep,
    WrongByWord,
    WrongBesideOpinion,
    Withheld,
    ShownOnChain,
    WrongWhenShown,
    Late,
    NeverRevealed,
    NeverTaken,
];

impl Story {
    /// Wei that client, worker, referee and rogue gain, by docs/PROTOCOL.md alone; gas not counted.
    pub fn gains(self) -> [i128; 4] {
        match self {
            Accepted | PaidByClock => [-REWARD, REWARD, 0, 0],
            Confirmed => {
                let (worker, referee) = (REWARD + BONUS, FEE + FEE_BONUS);
                [-worker - referee, worker, referee, 0]
            }
            WrongBesideOpinion => [DEPOSIT - FEE - FEE_BONUS, 0, FEE + FEE_BONUS, -DEPOSIT],
            ShownOnChain => {
                let shown = REWARD + DEMANDED * BOND;
                [-shown, 0, 0, shown]
            }
            WrongWhenShown => {
                let lost = DEPOSIT - DEMANDED * BOND;
                [lost, 0, 0, -lost]
            }
            NeverTaken => [0; 4],
            _ => [DEPOSIT, 0, 0, -DEPOSIT],
        }
    }

    /// How the job ends, in the words of `surety status`.
    pub fn end(self) -> (&'static str, &'static str) {
        match self {
            Accepted | PaidByClock | Confirmed | ShownOnChain => ("paid", "none"),
            WrongValue | Extra | WrongByWord | WrongBesideOpinion | WrongWhenShown => ("convicted", "wrong element"),
            Unordered => ("convicted", "disorder"),
            Gap => ("convicted", "missing element"),
            WrongStep => ("convicted", "wrong step"),
            Withheld => ("convicted", "withheld"),
            Late | NeverRevealed => ("forfeited", "none"),
            NeverTaken => ("refunded", "none"),
        }
    }

    pub fn is_sealed(self) -> bool {
        matches!(self, Confirmed | WrongBesideOpinion | NeverRevealed)
    }
}

/// The stories of all jobs: the rogue's, and three kinds of honest ones between them.
pub fn stories() -> Vec<Story> {
    let honest = [Accepted, Accepted, Confirmed, Accepted, PaidByClock];
    let honest = honest.into_iter().cycle().take(JOBS - ROGUES.len());
    let mut stories: Vec<Story> = honest.collect();
    for (at, rogue) in ROGUES.into_iter().enumerate() {
        stories.insert(at * 4, rogue);
    }
    stories
}

/// A task of its own for each job, by which its file is recognised.
pub fn task(at: usize, story: Story) -> String {
    let set = |length: usize| format!("primes:{}..{}", at * 1000, at * 1000 + length);
    match story {
        Extra | Unordered | Gap => set(500),
        WrongStep => format!("squarings:{}:ffffffffffffffffffffffffffffffc5:16:200", at + 2),
        WrongValue | WrongByWord | WrongBesideOpinion | WrongWhenShown => powers(at),
        _ => match at % 4 {
            0 => set(20_000),
            1 => powers(at),
            2 => format!("squarings:{}:ffffffffffffffc5:10:300", at + 2),
            _ => format!("preimage:{at:02x}:6:0..5000"),
        },
    }
}

fn powers(at: usize) -> String {
    format!("modexp:65537:ffffffffffffffc5:{}:16", format!("{at:02x}").repeat(32))
}

pub fn order(at: usize, story: Story, world: &World) -> String {
    let gwei = |amount: i128| format!("{}gwei", amount / GWEI);
    let mut words = vec![
        task(at, story),
        "--no-warn --accept-within 2h --compute-window 2h --dispute-window 4h --response-window 1h --ruling-window 2h"
            .into(),
        format!(
            "--reward {} --deposit {} --bond {}",
            gwei(REWARD),
            gwei(DEPOSIT),
            gwei(BOND)
        ),
    ];
    if ROGUES.contains(&story) {
        words.push(format!("--worker {ROGUE_ADDRESS}"));
    }
    match story {
        WrongByWord => words.push(format!("--referee {REFEREE_ADDRESS}")),
        _ => words.push(format!("--predicate {}", world.predicate)),
    }
    match story {
        PaidByClock => words.push(format!("--bonus {}", gwei(BONUS))),
        NeverRevealed => words.push("--sealed".into()),
        _ => {}
    }
    if matches!(story, Confirmed | WrongBesideOpinion) {
        words.push(format!("--bonus {}", gwei(BONUS)));
        words.push(format!("--referee {REFEREE_ADDRESS} --verifier {}", world.verifier));
        words.push(format!("--appeal {} --appeal-bonus {}", gwei(FEE), gwei(FEE_BONUS)));
    }
    words.join(" ")
}
