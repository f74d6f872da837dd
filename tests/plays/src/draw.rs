//! Which actions are tried: mostly what the protocol has a place for now, sometimes with a word changed, sometimes anything.

use alloy_primitives::{Address, B256};
use rand::{Rng, seq::IndexedRandom};
use surety_contracts::{CasePhase, Fault, Form, PactPhase, Phase};

use crate::action::*;
use crate::reference::Reference;

/// Salts that seals are made with.
const SALTS: [u8; 2] = [1, 2];

impl Action {
    /// Something that might happen next.
    pub fn draw(rng: &mut impl Rng, reference: &Reference<'_>) -> Self {
        let jobs: Vec<_> = (0..reference.jobs.len()).collect();
        let alive: Vec<_> = jobs.iter().copied().filter(|job| reference.is_alive(*job)).collect();
        let job = match alive.is_empty() || rng.random_ratio(1, 16) {
            true => any_of(rng, &jobs),
            false => any_of(rng, &alive),
        };
        match rng.random_range(0..100) {
            0..3 => Self::Wait(rng.random_range(0..=2)),
            3..8 => {
                let begun = |job: &usize| reference.jobs[*job].phase != Phase::None;
                let begun: Vec<_> = alive.into_iter().filter(begun).collect();
                Self::Until {
                    job: if begun.is_empty() { job } else { any_of(rng, &begun) },
                    deadline: rng.random_range(0..6),
                    off: rng.random_range(-1..=1),
                }
            }
            8..10 => Self::Manner {
                who: any_of(rng, &EVERYBODY),
                manner: any_of(rng, &[Manner::Takes, Manner::Takes, Manner::Refuses, Manner::BurnsGas]),
            },
            _ => {
                let play = Hand { reference, job }.play(rng);
                match reference.ledger.takes(play.by) {
                    true => Self::Play(play),
                    // Whoever refuses payments has code, and no account with code sends transactions.
                    false => Self::Manner {
                        who: play.by,
                        manner: Manner::Takes,
                    },
                }
            }
        }
    }
}

fn any_of<T: Clone>(rng: &mut impl Rng, choices: &[T]) -> T {
    choices.choose(rng).expect("some").clone()
}

/// What can be played about a job.
struct Hand<'a> {
    reference: &'a Reference<'a>,
    job: usize,
}

impl Hand<'_> {
    fn play(&self, rng: &mut impl Rng) -> Play {
        let (mut by, call) = match rng.random_range(0..10) {
            0..7 => self.likely(rng),
            _ => (any_of(rng, &EVERYBODY), self.any(rng)),
        };
        if rng.random_ratio(1, 20) {
            by = any_of(rng, &EVERYBODY);
        }
        let pay = match rng.random_range(0..24) {
            0 => Pay::OneLess,
            1 => Pay::OneMore,
            2 => Pay::Nothing,
            _ => Pay::Right,
        };
        let job = self.job;
        Play { by, job, pay, call }
    }

    fn party(&self, rng: &mut impl Rng, address: Address) -> Who {
        let who = self.reference.scene.who(address);
        who.unwrap_or_else(|| any_of(rng, &EVERYBODY))
    }

    /// What somebody would do now, and who.
    fn likely(&self, rng: &mut impl Rng) -> (Who, Call) {
        let scene = self.reference.scene;
        let terms = &scene.jobs[self.job].terms;
        let job = &self.reference.jobs[self.job];
        let client = self.party(rng, terms.client);
        let referee = self.party(rng, terms.referee);
        let worker = job.worker.unwrap_or_else(|| self.party(rng, terms.worker));
        let anybody = any_of(rng, &EVERYBODY);
        let mut calls = Vec::new();
        let owed = EVERYBODY.into_iter().find(|who| {
            HOUSES
                .iter()
                .any(|house| self.reference.ledger.credit(*house, *who) > 0)
        });
        if let Some(who) = owed {
            calls.push((who, self.withdrawal(rng)));
        }
        let seal = Seal {
            by: worker,
            job: self.job,
            claim: self.claim(rng),
            salt: any_of(rng, &SALTS),
        };
        let opinion = Seal { by: referee, ..seal };
        match job.phase {
            Phase::None => calls.extend(vec![(client, Call::Delegate); 3]),
            Phase::Open => {
                calls.push((worker, Call::TakeOrder));
                if rng.random_ratio(1, 8) {
                    calls.push((client, Call::Cancel));
                }
            }
            Phase::Taken => {
                let submits = match terms.isSealed {
                    true => Call::SubmitSeal(seal),
                    false => Call::SubmitResult(self.claim(rng)),
                };
                calls.push((worker, submits));
            }
            Phase::Sealed => {
                let (claim, salt) = self.opened(rng, job.seal, worker);
                calls.push((worker, Call::Reveal { claim, salt }));
            }
            Phase::Committed | Phase::Demanded | Phase::Disputed => {
                calls.push((client, self.demand(rng)));
                calls.push((client, self.demand(rng)));
                calls.push((client, Call::Dispute));
                if rng.random_ratio(1, 3) {
                    calls.push((client, Call::Accept));
                }
                calls.push((anybody, self.delivery(rng)));
                calls.push((anybody, self.delivery(rng)));
                calls.extend((0..4).map(|_| (referee, Call::Judge(self.accusation(rng)))));
                calls.push((referee, Call::Confirm));
                calls.push((worker, self.publication(rng)));
            }
            _ => calls.push((anybody, self.any(rng))),
        }
        let is_game = terms.verifier == scene.contracts.verifier;
        let computing = is_game && matches!(job.phase, Phase::Taken | Phase::Sealed);
        if rng.random_ratio(1, 4) {
            calls.push((anybody, Call::TimeTick));
        }
        match self.reference.cases[self.job].phase {
            CasePhase::None if computing || is_game && job.phase == Phase::Open => {
                calls.push((client, Call::Appeal { offer: 0 }))
            }
            CasePhase::Offered => calls.push((referee, Call::TakeCase)),
            CasePhase::Bound => calls.push((referee, Call::SealOpinion(opinion))),
            CasePhase::Sealed => {
                let (claim, salt) = self.opened(rng, self.reference.cases[self.job].seal, referee);
                calls.push((referee, Call::RevealOpinion { claim, salt }));
            }
            CasePhase::Revealed => calls.push((anybody, Call::Confirm)),
            _ => {}
        }
        if !matches!(
            self.reference.cases[self.job].phase,
            CasePhase::None | CasePhase::Closed
        ) {
            calls.push((anybody, Call::Settle));
        }
        for (pact, state) in self.reference.pacts[self.job].iter().enumerate() {
            match state.phase {
                PactPhase::None if computing => {
                    calls.push((worker, Call::OfferBribe { pact }));
                }
                PactPhase::Offered => {
                    calls.push((referee, Call::AcceptBribe { pact }));
                    calls.push((referee, Call::AcceptBribe { pact }));
                    calls.push((worker, Call::WithdrawBribe { pact }));
                    calls.push((anybody, Call::CheckResults { pact }));
                }
                PactPhase::Accepted => calls.push((anybody, Call::CheckResults { pact })),
                _ => {}
            }
        }
        any_of(rng, &calls)
    }

    /// Any call at all.
    fn any(&self, rng: &mut impl Rng) -> Call {
        let pact = rng.random_range(0..2);
        let (claim, salt) = (self.claim(rng), any_of(rng, &SALTS));
        match rng.random_range(0..24) {
            0 => Call::Delegate,
            1 => Call::Cancel,
            2 => Call::TakeOrder,
            3 => Call::SubmitResult(claim),
            4 => Call::SubmitSeal(self.seal(rng)),
            5 => Call::Reveal { claim, salt },
            6 => self.publication(rng),
            7 => Call::Accept,
            8 => self.demand(rng),
            9 => self.delivery(rng),
            10 => Call::Dispute,
            11 => Call::Judge(self.accusation(rng)),
            12 => Call::Confirm,
            13 => Call::TimeTick,
            14 => Call::Appeal {
                offer: rng.random_range(0..3),
            },
            15 => Call::TakeCase,
            16 => Call::SealOpinion(self.seal(rng)),
            17 => Call::RevealOpinion { claim, salt },
            18 => Call::Settle,
            19 => Call::OfferBribe { pact },
            20 => Call::AcceptBribe { pact },
            21 => Call::WithdrawBribe { pact },
            22 => Call::CheckResults { pact },
            _ => self.withdrawal(rng),
        }
    }

    /// The right result every other time.
    fn work(&self, rng: &mut impl Rng) -> usize {
        match rng.random() {
            true => 0,
            false => rng.random_range(0..self.reference.scene.jobs[self.job].works.len()),
        }
    }

    fn claim(&self, rng: &mut impl Rng) -> Claim {
        let count = match rng.random_range(0..20) {
            0 => Count::OneMore,
            1 => Count::Zero,
            _ => Count::Right,
        };
        let work = self.work(rng);
        Claim { work, count }
    }

    fn seal(&self, rng: &mut impl Rng) -> Seal {
        // A seal for another job has to be about a result that this one has, too.
        let job = match rng.random_range(0..10) {
            0 => rng.random_range(0..self.reference.jobs.len()),
            _ => self.job,
        };
        let works = self.reference.scene.jobs[job].works.len();
        let claim = self.claim(rng);
        Seal {
            claim: Claim {
                work: claim.work.min(works - 1),
                ..claim
            },
            job,
            by: any_of(rng, &EVERYBODY),
            salt: any_of(rng, &SALTS),
        }
    }

    /// The claim and the salt that open a seal of this job, mostly.
    fn opened(&self, rng: &mut impl Rng, seal: Option<B256>, by: Who) -> (Claim, u8) {
        let scene = self.reference.scene;
        let counts = [Count::Right, Count::OneMore, Count::Zero];
        let works = 0..scene.jobs[self.job].works.len();
        let claims = works.flat_map(|work| counts.map(|count| Claim { work, count }));
        let mut openings = claims.flat_map(|claim| SALTS.map(|salt| (claim, salt)));
        let opens = openings.find(|(claim, salt)| {
            let (root, count) = scene.claim(self.job, *claim);
            Some(scene.seal_of(self.job, by, root, count, *salt)) == seal
        });
        match opens {
            Some(opening) if rng.random_ratio(9, 10) => opening,
            _ => (self.claim(rng), any_of(rng, &SALTS)),
        }
    }

    /// The committed result, or any if there is none.
    fn committed(&self, rng: &mut impl Rng) -> usize {
        let scene = self.reference.scene;
        let result = self.reference.jobs[self.job].result;
        let mut works = 0..scene.jobs[self.job].works.len();
        let count = Count::Right;
        let committed = works.find(|&work| Some(scene.claim(self.job, Claim { work, count })) == result);
        match committed {
            Some(work) if rng.random_ratio(19, 20) => work,
            _ => self.work(rng),
        }
    }

    /// Damage, now and then.
    fn damage(rng: &mut impl Rng) -> Damage {
        match rng.random_range(0..40) {
            0 => Damage::Element,
            1 => Damage::TooLong,
            2 => Damage::Proof,
            3 => Damage::ProofTooLong,
            4 => Damage::Index,
            5 => Damage::ProofTooShort,
            6..16 => Damage::Whole,
            _ => Damage::None,
        }
    }

    /// Up to `most` places, now and then too many, not in order or beyond the end.
    fn indices(&self, rng: &mut impl Rng, most: u64) -> Vec<u64> {
        match rng.random_range(0..40) {
            0 => Vec::new(),
            1 => vec![0, 0],
            2 => vec![1, 0],
            3 => vec![most],
            4 => (0..65).collect(),
            5 => vec![u64::MAX],
            _ => (0..most).filter(|_| rng.random()).collect(),
        }
    }

    fn size(&self, work: usize) -> u64 {
        self.reference.scene.jobs[self.job].works[work].count()
    }

    fn demand(&self, rng: &mut impl Rng) -> Call {
        let work = self.committed(rng);
        let indices = self.indices(rng, self.size(work));
        Call::Demand { indices }
    }

    fn delivery(&self, rng: &mut impl Rng) -> Call {
        let demanded = &self.reference.jobs[self.job].demanded;
        let work = self.committed(rng);
        let indices = match rng.random_range(0..10) {
            0 => self.indices(rng, self.size(work)),
            _ => demanded.clone(),
        };
        Call::Deliver {
            work,
            indices,
            damage: Self::damage(rng),
        }
    }

    fn publication(&self, rng: &mut impl Rng) -> Call {
        Call::PublishLeaves {
            work: self.committed(rng),
            dropped: usize::from(rng.random_ratio(1, 5)),
        }
    }

    fn accusation(&self, rng: &mut impl Rng) -> Accusation {
        let form = self.reference.scene.jobs[self.job].terms.form;
        let faults: &[Fault] = match form {
            Form::Set => &[Fault::WrongElement, Fault::Disorder, Fault::MissingElement],
            Form::Table => &[Fault::WrongElement],
            _ => &[Fault::WrongStep],
        };
        let others = [
            Fault::None,
            Fault::Withheld,
            Fault::WrongElement,
            Fault::Disorder,
            Fault::MissingElement,
            Fault::WrongStep,
        ];
        let fault = match rng.random_range(0..12) {
            0 => any_of(rng, &others),
            _ => any_of(rng, faults),
        };
        let work = self.committed(rng);
        let size = self.size(work);
        let at = rng.random_range(0..=size);
        let before = at.checked_sub(1);
        let leaves = match (rng.random_range(0..12), fault) {
            (0, _) => self.indices(rng, size),
            (_, Fault::Disorder) => vec![at, at + 1],
            (_, Fault::MissingElement) => before.into_iter().chain((at < size).then_some(at)).collect(),
            (_, Fault::WrongStep) => before.into_iter().chain([at]).collect(),
            _ => vec![at],
        };
        let missing = match (fault, rng.random_range(0..12)) {
            (Fault::MissingElement, 0) => vec![0; 33_000],
            (Fault::MissingElement, 1) => vec![0, 0, 0, 0, 0, 0, 0, 5, 0],
            (Fault::MissingElement, _) => rng.random_range(0..13u64).to_be_bytes().to_vec(),
            _ => Vec::new(),
        };
        let opening = match rng.random_range(0..16) {
            0 => Paper::WrongFunction,
            1 => Paper::WrongSalt,
            2 => Paper::None,
            _ => Paper::Right,
        };
        Accusation {
            fault,
            work,
            leaves,
            damage: Self::damage(rng),
            at,
            missing,
            opening,
        }
    }

    fn withdrawal(&self, rng: &mut impl Rng) -> Call {
        let to = match rng.random_range(0..8) {
            0 => Target::Zero,
            1..5 => Target::Elsewhere,
            _ => Target::Account(any_of(rng, &EVERYBODY)),
        };
        let house = any_of(rng, &HOUSES);
        Call::Withdraw { house, to }
    }
}
