//! Section 4: the second opinion, and reputation.

use surety_contracts::{CasePhase, Fault, IReferee as E, Phase};

use super::{Reference, Refusal, Verdict, escrow::wei};
use crate::action::*;

/// What cases said about an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub upheld: u32,
    pub faulted: u32,
    pub colluded: u32,
    pub stake: u128,
}

impl Marks {
    pub fn score(&self) -> i64 {
        i64::from(self.upheld) - i64::from(self.faulted) - 2 * i64::from(self.colluded)
    }

    fn add(&mut self, change: i8, stake: u128) {
        match change {
            1 => self.upheld += 1,
            -1 => self.faulted += 1,
            _ => self.colluded += 1,
        }
        self.stake += stake;
    }
}

/// How a case pays and marks: wei to the client and to the referee, H of worker and referee.
struct Ruling {
    to_client: u128,
    to_referee: u128,
    worker: Option<i8>,
    referee: Option<i8>,
}

impl Reference<'_> {
    pub(super) fn held_for_case(&self, at: usize) -> u128 {
        let case = &self.cases[at];
        match case.phase {
            CasePhase::Offered => case.fee + case.bonus,
            CasePhase::Bound | CasePhase::Sealed | CasePhase::Revealed => case.fee + case.bonus + case.stake,
            _ => 0,
        }
    }

    fn in_case_phase(&self, at: usize, no: &mut Refusal, phases: &[CasePhase]) -> Verdict {
        let phase = self.cases[at].phase;
        if phases.contains(&phase) {
            return Ok(());
        }
        no.when(true, E::WrongCasePhase { phase });
        Err(no.clone())
    }

    /// The job is in one of the phases, and T2 has not passed unless it is Open.
    fn computing(&self, at: usize, no: &mut Refusal, phases: &[Phase]) {
        let job = &self.jobs[at];
        let phase = job.phase;
        no.when(!phases.contains(&phase), E::WrongPhase { phase });
        if matches!(phase, Phase::Taken | Phase::Sealed) {
            no.by(self.now, job.compute_by);
        }
    }

    fn only_the_referee(&self, at: usize, by: Who, no: &mut Refusal) {
        let referee = self.terms(at).referee;
        no.when(self.scene.address(by) != referee, E::NotReferee { referee });
    }

    fn our_verifier(&self, at: usize, no: &mut Refusal) {
        let verifier = self.terms(at).verifier;
        no.when(verifier != self.scene.contracts.verifier, E::NotVerifier { verifier });
    }

    pub(super) fn appeal(&mut self, at: usize, by: Who, paid: u128, offer: usize) -> Verdict {
        let terms = self.terms(at);
        let offer = &self.scene.jobs[at].offers[offer];
        let (fee, bonus, stake) = (wei(offer.fee), wei(offer.bonus), wei(offer.stake));
        let mut no = Refusal::default();
        no.unless_paid(fee + bonus, paid);
        self.our_verifier(at, &mut no);
        let client = terms.client;
        no.when(self.scene.address(by) != client, E::NotClient { client });
        self.computing(at, &mut no, &[Phase::Open, Phase::Taken, Phase::Sealed]);
        let least = 2 * wei(terms.deposit);
        let error = E::StakeTooLow {
            least: alloy_primitives::U256::from(least),
        };
        no.when(stake < least, error);
        self.in_case_phase(at, &mut no, &[CasePhase::None])?;
        no.verdict()?;
        let case = &mut self.cases[at];
        case.phase = CasePhase::Offered;
        (case.fee, case.bonus, case.stake) = (fee, bonus, stake);
        self.ledger.pay_in(by, House::Referee, paid);
        Ok(())
    }

    pub(super) fn take_case(&mut self, at: usize, by: Who, paid: u128) -> Verdict {
        let mut no = Refusal::default();
        self.our_verifier(at, &mut no);
        self.only_the_referee(at, by, &mut no);
        self.computing(at, &mut no, &[Phase::Taken, Phase::Sealed]);
        self.in_case_phase(at, &mut no, &[CasePhase::Offered])?;
        no.unless_paid(self.cases[at].stake, paid);
        no.verdict()?;
        self.cases[at].phase = CasePhase::Bound;
        self.cases[at].compute_by = self.jobs[at].compute_by;
        self.ledger.pay_in(by, House::Referee, paid);
        Ok(())
    }

    pub(super) fn seal_opinion(&mut self, at: usize, by: Who, paid: u128, seal: Seal) -> Verdict {
        let mut no = Refusal::unpayable(paid);
        self.our_verifier(at, &mut no);
        self.only_the_referee(at, by, &mut no);
        self.in_case_phase(at, &mut no, &[CasePhase::Bound])?;
        no.by(self.now, self.cases[at].compute_by);
        no.verdict()?;
        self.cases[at].phase = CasePhase::Sealed;
        self.cases[at].seal = Some(self.scene.seal(seal));
        Ok(())
    }

    pub(super) fn reveal_opinion(&mut self, at: usize, by: Who, paid: u128, claim: Claim, salt: u8) -> Verdict {
        let mut no = Refusal::unpayable(paid);
        self.our_verifier(at, &mut no);
        self.only_the_referee(at, by, &mut no);
        self.in_case_phase(at, &mut no, &[CasePhase::Sealed])?;
        let case = &self.cases[at];
        no.after(self.now, case.compute_by);
        no.by(self.now, case.compute_by + u64::from(self.terms(at).responseWindow));
        let (root, count) = self.scene.claim(at, claim);
        let referee = self.scene.who(self.terms(at).referee);
        let opens = referee.map(|referee| self.scene.seal_of(at, referee, root, count, salt));
        no.when(opens != case.seal, E::SealMismatch {});
        no.when(self.is_wrong_count(at, root, count), E::WrongCount { count });
        no.verdict()?;
        self.cases[at].phase = CasePhase::Revealed;
        self.cases[at].opinion = Some((root, count));
        Ok(())
    }

    pub(super) fn settle(&mut self, at: usize, paid: u128) -> Verdict {
        let mut no = Refusal::unpayable(paid);
        self.our_verifier(at, &mut no);
        let running = [
            CasePhase::Offered,
            CasePhase::Bound,
            CasePhase::Sealed,
            CasePhase::Revealed,
        ];
        self.in_case_phase(at, &mut no, &running)?;
        let phase = self.jobs[at].phase;
        let case = self.cases[at].clone();
        match case.phase {
            // Nobody took it: the job ended, or T2 passed.
            CasePhase::Offered => match phase {
                Phase::Open => no.when(true, E::WrongPhase { phase }),
                _ if self.is_over(at) => {}
                _ => no.after(self.now, self.jobs[at].compute_by),
            },
            _ => {
                no.when(!self.is_over(at), E::WrongPhase { phase });
                if case.phase != CasePhase::Revealed {
                    no.after(self.now, case.compute_by + u64::from(self.terms(at).responseWindow));
                }
            }
        }
        no.verdict()?;
        let ruling = self.ruling(at);
        self.cases[at].phase = CasePhase::Closed;
        let (client, referee) = (self.terms(at).client, self.terms(at).referee);
        let deposit = wei(self.terms(at).deposit);
        let payments = [
            (self.scene.who(client), ruling.to_client),
            (self.scene.who(referee), ruling.to_referee),
        ];
        for (who, wei) in payments {
            if let Some(who) = who {
                self.ledger.pay_out(House::Referee, who, wei);
            }
        }
        let marks = [
            (self.jobs[at].worker, ruling.worker, deposit),
            (self.scene.who(referee), ruling.referee, case.stake),
        ];
        for (who, change, stake) in marks {
            if let (Some(who), Some(change)) = (who, change) {
                self.marks[who as usize].add(change, stake);
            }
        }
        Ok(())
    }

    /// The table of section 4.
    fn ruling(&self, at: usize) -> Ruling {
        let (job, case) = (&self.jobs[at], &self.cases[at]);
        let (r3, w3, n) = (case.fee, case.bonus, case.stake);
        let pays = |to_client, to_referee| Ruling {
            to_client,
            to_referee,
            worker: None,
            referee: None,
        };
        let marks = |ruling, worker, referee| Ruling {
            worker,
            referee,
            ..ruling
        };
        if case.phase == CasePhase::Offered {
            return pays(r3 + w3, 0);
        }
        let Some(opinion) = case.opinion else {
            return match job.result {
                Some(_) => marks(pays(n + r3 + w3, 0), None, Some(-1)),
                None => pays(r3 + w3, n),
            };
        };
        let same = job.result == Some(opinion);
        match (job.phase, job.fault, same) {
            (Phase::Forfeited, ..) | (Phase::Convicted, Fault::Withheld, false) => {
                marks(pays(w3, n + r3), Some(-1), None)
            }
            (Phase::Convicted, _, true) => marks(pays(n + r3 + w3, 0), Some(-1), Some(-2)),
            (Phase::Convicted, _, false) => marks(pays(0, n + r3 + w3), Some(-1), Some(1)),
            (_, _, true) => marks(pays(0, n + r3 + w3), Some(1), Some(1)),
            (_, _, false) => pays(r3 + w3, n),
        }
    }
}
