//! Section 5: the bribe contract.

use surety_contracts::{CasePhase, ICollusion as E, PactPhase, Phase};

use super::{Reference, Refusal, Verdict, escrow::wei};
use crate::action::*;

impl Reference<'_> {
    /// b and t.
    fn pot(&self, at: usize, pact: usize) -> (u128, u128) {
        let pact = &self.scene.jobs[at].pacts[pact];
        (wei(pact.bribe), wei(pact.stake))
    }

    pub(super) fn held_for_pacts(&self, at: usize) -> u128 {
        let pacts = self.pacts[at].iter().enumerate();
        pacts
            .map(|(number, pact)| {
                let (bribe, stake) = self.pot(at, number);
                match pact.phase {
                    PactPhase::Offered => bribe + stake,
                    PactPhase::Accepted => bribe + 2 * stake,
                    _ => 0,
                }
            })
            .sum()
    }

    fn in_pact_phase(&self, at: usize, pact: usize, no: &mut Refusal, phases: &[PactPhase]) -> Verdict {
        let phase = self.pacts[at][pact].phase;
        if phases.contains(&phase) {
            return Ok(());
        }
        no.when(true, E::WrongPactPhase { phase });
        Err(no.clone())
    }

    fn known_verifier(&self, at: usize, no: &mut Refusal) {
        let verifier = self.terms(at).verifier;
        no.when(verifier != self.scene.contracts.verifier, E::NotVerifier { verifier });
    }

    pub(super) fn offer_bribe(&mut self, at: usize, pact: usize, by: Who, paid: u128) -> Verdict {
        let (bribe, stake) = self.pot(at, pact);
        let (job, phase) = (&self.jobs[at], self.jobs[at].phase);
        let mut no = Refusal::default();
        no.unless_paid(bribe + stake, paid);
        self.known_verifier(at, &mut no);
        let computing = matches!(phase, Phase::Taken | Phase::Sealed);
        no.when(!computing, E::WrongPhase { phase });
        if computing {
            no.by(self.now, job.compute_by);
        }
        if let Some(worker) = job.worker {
            let worker = self.scene.address(worker);
            no.when(self.scene.address(by) != worker, E::NotWorker { worker });
        }
        let id = self.scene.jobs[at].pact_ids[pact];
        no.when(self.pacts[at][pact].phase != PactPhase::None, E::IdUsed { pactId: id });
        no.verdict()?;
        let compute_by = self.jobs[at].compute_by;
        let state = &mut self.pacts[at][pact];
        state.phase = PactPhase::Offered;
        state.worker = Some(by);
        state.compute_by = compute_by;
        self.ledger.pay_in(by, House::Collusion, paid);
        Ok(())
    }

    pub(super) fn accept_bribe(&mut self, at: usize, pact: usize, by: Who, paid: u128) -> Verdict {
        let mut no = Refusal::default();
        no.unless_paid(self.pot(at, pact).1, paid);
        let referee = self.terms(at).referee;
        no.when(self.scene.address(by) != referee, E::NotReferee { referee });
        self.in_pact_phase(at, pact, &mut no, &[PactPhase::Offered])?;
        no.by(self.now, self.pacts[at][pact].compute_by);
        // The referee of the case is who took it.
        let phase = self.cases[at].phase;
        no.when(
            !matches!(phase, CasePhase::Bound | CasePhase::Sealed),
            E::WrongCasePhase { phase },
        );
        no.verdict()?;
        self.pacts[at][pact].phase = PactPhase::Accepted;
        self.ledger.pay_in(by, House::Collusion, paid);
        Ok(())
    }

    pub(super) fn withdraw_bribe(&mut self, at: usize, pact: usize, by: Who, paid: u128) -> Verdict {
        let mut no = Refusal::unpayable(paid);
        self.in_pact_phase(at, pact, &mut no, &[PactPhase::Offered])?;
        if let Some(worker) = self.pacts[at][pact].worker {
            let worker = self.scene.address(worker);
            no.when(self.scene.address(by) != worker, E::NotWorker { worker });
        }
        no.verdict()?;
        let (bribe, stake) = self.pot(at, pact);
        self.close(at, pact, bribe + stake, 0);
        Ok(())
    }

    pub(super) fn check_results(&mut self, at: usize, pact: usize, paid: u128) -> Verdict {
        let mut no = Refusal::unpayable(paid);
        self.in_pact_phase(at, pact, &mut no, &[PactPhase::Offered, PactPhase::Accepted])?;
        let (bribe, stake) = self.pot(at, pact);
        let t2 = self.pacts[at][pact].compute_by;
        if self.pacts[at][pact].phase == PactPhase::Offered {
            no.after(self.now, t2);
            no.verdict()?;
            self.close(at, pact, bribe + stake, 0);
            return Ok(());
        }
        let (result, opinion) = (self.jobs[at].result, self.cases[at].opinion);
        if result.is_none() || opinion.is_none() {
            no.after(self.now, t2 + u64::from(self.terms(at).responseWindow));
        }
        no.verdict()?;
        let agreed = &self.scene.jobs[at].pacts[pact];
        let kept = |revealed| revealed == Some((agreed.root, agreed.count));
        let (to_worker, to_referee) = match (kept(result), kept(opinion)) {
            (true, true) => (stake, stake + bribe),
            (false, true) => (0, 2 * stake + bribe),
            (true, false) => (2 * stake + bribe, 0),
            (false, false) => (stake + bribe, stake),
        };
        self.close(at, pact, to_worker, to_referee);
        Ok(())
    }

    fn close(&mut self, at: usize, pact: usize, to_worker: u128, to_referee: u128) {
        let worker = self.pacts[at][pact].worker;
        let referee = self.scene.who(self.terms(at).referee);
        self.pacts[at][pact].phase = PactPhase::Closed;
        for (who, wei) in [(worker, to_worker), (referee, to_referee)] {
            if let Some(who) = who {
                self.ledger.pay_out(House::Collusion, who, wei);
            }
        }
    }
}
