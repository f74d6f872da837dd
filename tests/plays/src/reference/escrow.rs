//! Section 3: delegation and fair payment.

use alloy_primitives::{Address, B256, aliases::U96};
use surety_contracts::{Fault, Form, IEscrow as E, Phase, Terms};

use super::{Reference, Refusal, Verdict};
use crate::action::*;
use crate::scene::sha256;

const YEAR: u32 = 365 * 24 * 3600;
pub(super) const CHALLENGE: [Phase; 3] = [Phase::Committed, Phase::Demanded, Phase::Disputed];

pub(super) fn wei(amount: U96) -> u128 {
    amount.to()
}

impl Reference<'_> {
    pub(super) fn terms(&self, at: usize) -> &Terms {
        &self.scene.jobs[at].terms
    }

    /// Of a call that takes no money, in one of the phases. In all others it is refused, and nothing else is asked.
    pub(super) fn enter(&self, at: usize, paid: u128, phases: &[Phase]) -> Result<Refusal, Refusal> {
        let mut no = Refusal::unpayable(paid);
        self.in_phase(at, &mut no, phases)?;
        Ok(no)
    }

    fn in_phase(&self, at: usize, no: &mut Refusal, phases: &[Phase]) -> Verdict {
        let phase = self.jobs[at].phase;
        if phases.contains(&phase) {
            return Ok(());
        }
        no.when(true, E::WrongPhase { phase });
        Err(no.clone())
    }

    fn only_client(&self, at: usize, by: Who, no: &mut Refusal) {
        let client = self.terms(at).client;
        no.when(self.scene.address(by) != client, E::NotClient { client });
    }

    fn only_worker(&self, at: usize, by: Who, no: &mut Refusal) {
        if let Some(worker) = self.jobs[at].worker {
            let worker = self.scene.address(worker);
            no.when(self.scene.address(by) != worker, E::NotWorker { worker });
        }
    }

    /// Sends what the job holds to its client and its worker.
    pub(super) fn end(&mut self, at: usize, phase: Phase, to_client: u128, to_worker: u128) {
        let client = self.scene.who(self.terms(at).client);
        let job = &mut self.jobs[at];
        job.phase = phase;
        job.demanded.clear();
        let worker = job.worker;
        for (who, wei) in [(client, to_client), (worker, to_worker)] {
            if let Some(who) = who {
                self.ledger.pay_out(House::Escrow, who, wei);
            }
        }
    }

    /// Bonds of the demand or dispute that is pending.
    fn bonds(&self, at: usize) -> u128 {
        let job = &self.jobs[at];
        let bonds = match job.phase {
            Phase::Demanded => job.demanded.len() as u128,
            Phase::Disputed => 1,
            _ => 0,
        };
        bonds * wei(self.terms(at).bond)
    }

    pub(super) fn held_for_job(&self, at: usize) -> u128 {
        let terms = self.terms(at);
        let paid = wei(terms.reward) + wei(terms.bonus);
        match self.jobs[at].phase {
            Phase::Open => paid,
            Phase::Taken | Phase::Sealed => paid + wei(terms.deposit),
            phase if CHALLENGE.contains(&phase) => paid + wei(terms.deposit) + self.bonds(at),
            _ => 0,
        }
    }

    pub(super) fn delegate(&mut self, at: usize, by: Who, paid: u128) -> Verdict {
        let mut no = Refusal::default();
        self.terms_that_cannot_work(at, &mut no);
        self.only_client(at, by, &mut no);
        let terms = self.terms(at);
        no.unless_paid(wei(terms.reward) + wei(terms.bonus), paid);
        let id = self.scene.jobs[at].id;
        no.when(self.jobs[at].phase != Phase::None, E::IdUsed { jobId: id });
        no.verdict()?;
        self.jobs[at].phase = Phase::Open;
        self.ledger.pay_in(by, House::Escrow, paid);
        Ok(())
    }

    fn terms_that_cannot_work(&self, at: usize, no: &mut Refusal) {
        let terms = self.terms(at);
        for window in [
            terms.computeWindow,
            terms.disputeWindow,
            terms.responseWindow,
            terms.rulingWindow,
        ] {
            no.when(window == 0 || window > YEAR, E::BadWindow { window });
        }
        no.when(terms.bond.is_zero(), E::BondIsZero {});
        let accept_by = terms.acceptBy;
        no.when(self.now > accept_by, E::AcceptByPassed { acceptBy: accept_by });
        let fits = match terms.form {
            Form::Set => terms.count == 0,
            Form::Table => terms.count >= 1,
            _ => terms.count >= 2,
        };
        let count = terms.count;
        no.when(!fits || count >= 1 << 48, E::BadCount { count });
        let max = terms.maxElement;
        no.when(max == 0 || max > 32_768, E::BadMaxElement { maxElement: max });
        let (referee, verifier) = (terms.referee, terms.verifier);
        let taken = [terms.client, verifier, self.scene.contracts.escrow];
        no.when(
            !referee.is_zero() && taken.contains(&referee),
            E::BadReferee { referee },
        );
        if verifier.is_zero() {
            return;
        }
        no.when(referee.is_zero(), E::VerifierNeedsReferee {});
        no.when(!terms.isSealed, E::VerifierNeedsSealing {});
        let error = E::VerifierNeedsTime {
            disputeWindow: terms.disputeWindow,
            responseWindow: terms.responseWindow,
        };
        no.when(terms.disputeWindow <= terms.responseWindow, error);
    }

    pub(super) fn cancel(&mut self, at: usize, by: Who, paid: u128) -> Verdict {
        let mut no = self.enter(at, paid, &[Phase::Open])?;
        self.only_client(at, by, &mut no);
        no.verdict()?;
        let held = self.held_for_job(at);
        self.end(at, Phase::Refunded, held, 0);
        Ok(())
    }

    pub(super) fn take_order(&mut self, at: usize, by: Who, paid: u128) -> Verdict {
        let (terms, sender) = (self.terms(at), self.scene.address(by));
        let mut no = Refusal::default();
        no.unless_paid(wei(terms.deposit), paid);
        self.in_phase(at, &mut no, &[Phase::Open])?;
        let named = terms.worker;
        no.when(!named.is_zero() && named != sender, E::NotWorker { worker: named });
        let is_party = sender == terms.client || sender == terms.referee;
        no.when(is_party, E::WorkerIsParty { worker: sender });
        no.by(self.now, terms.acceptBy);
        no.verdict()?;
        let compute_by = self.now + u64::from(terms.computeWindow);
        let job = &mut self.jobs[at];
        job.phase = Phase::Taken;
        job.worker = Some(by);
        (job.clock, job.compute_by) = (compute_by, compute_by);
        self.ledger.pay_in(by, House::Escrow, paid);
        Ok(())
    }

    /// Count is 0 exactly when the root is that of nothing; a Table's and a Chain's is that of the terms.
    pub(super) fn is_wrong_count(&self, at: usize, root: B256, count: u64) -> bool {
        let terms = self.terms(at);
        let is_empty = root == sha256(&[]);
        (count == 0) != is_empty || (terms.form != Form::Set && count != terms.count)
    }

    fn commit(&mut self, at: usize, root: B256, count: u64) {
        let payout = self.now + u64::from(self.terms(at).disputeWindow);
        let job = &mut self.jobs[at];
        job.phase = Phase::Committed;
        job.result = Some((root, count));
        (job.clock, job.demand_by, job.payout_after) = (payout, payout, payout);
    }

    pub(super) fn submit_result(&mut self, at: usize, by: Who, paid: u128, claim: Claim) -> Verdict {
        let mut no = self.enter(at, paid, &[Phase::Taken])?;
        self.only_worker(at, by, &mut no);
        no.when(self.terms(at).isSealed, E::JobIsSealed {});
        no.by(self.now, self.jobs[at].compute_by);
        let (root, count) = self.scene.claim(at, claim);
        no.when(self.is_wrong_count(at, root, count), E::WrongCount { count });
        no.verdict()?;
        self.commit(at, root, count);
        Ok(())
    }

    pub(super) fn submit_seal(&mut self, at: usize, by: Who, paid: u128, seal: Seal) -> Verdict {
        let mut no = self.enter(at, paid, &[Phase::Taken])?;
        self.only_worker(at, by, &mut no);
        no.when(!self.terms(at).isSealed, E::JobIsNotSealed {});
        no.by(self.now, self.jobs[at].compute_by);
        no.verdict()?;
        self.jobs[at].phase = Phase::Sealed;
        self.jobs[at].seal = Some(self.scene.seal(seal));
        Ok(())
    }

    pub(super) fn reveal(&mut self, at: usize, by: Who, paid: u128, claim: Claim, salt: u8) -> Verdict {
        let mut no = self.enter(at, paid, &[Phase::Sealed])?;
        self.only_worker(at, by, &mut no);
        let t2 = self.jobs[at].compute_by;
        no.after(self.now, t2);
        no.by(self.now, t2 + u64::from(self.terms(at).responseWindow));
        let (root, count) = self.scene.claim(at, claim);
        let opens = self.jobs[at]
            .worker
            .map(|worker| self.scene.seal_of(at, worker, root, count, salt));
        no.when(opens != self.jobs[at].seal, E::SealMismatch {});
        no.when(self.is_wrong_count(at, root, count), E::WrongCount { count });
        no.verdict()?;
        self.commit(at, root, count);
        Ok(())
    }

    pub(super) fn publish_leaves(&mut self, at: usize, by: Who, paid: u128, work: usize, dropped: usize) -> Verdict {
        let mut no = self.enter(at, paid, &CHALLENGE)?;
        self.only_worker(at, by, &mut no);
        let (root, count) = self.jobs[at].result.unwrap_or_default();
        let published = self.scene.hashes(at, work, dropped).len() as u64;
        no.when(published != count, E::WrongCount { count: published });
        let rebuilt = self.scene.root_without(at, work, dropped);
        no.when(rebuilt != root, E::RootMismatch { root: rebuilt });
        no.verdict()
    }

    pub(super) fn accept(&mut self, at: usize, by: Who, paid: u128) -> Verdict {
        let mut no = self.enter(at, paid, &CHALLENGE)?;
        self.only_client(at, by, &mut no);
        no.verdict()?;
        let held = self.held_for_job(at);
        self.end(at, Phase::Paid, 0, held);
        Ok(())
    }

    pub(super) fn demand(&mut self, at: usize, by: Who, paid: u128, indices: &[u64]) -> Verdict {
        let (terms, job) = (self.terms(at), &self.jobs[at]);
        let mut no = Refusal::default();
        no.unless_paid(wei(terms.bond) * indices.len() as u128, paid);
        self.in_phase(at, &mut no, &[Phase::Committed])?;
        self.only_client(at, by, &mut no);
        no.by(self.now, job.demand_by);
        let increasing = indices.windows(2).all(|pair| pair[0] < pair[1]);
        no.when(!(1..=64).contains(&indices.len()) || !increasing, E::BadIndices {});
        let (_, count) = job.result.unwrap_or_default();
        for &index in indices {
            no.when(index >= count, E::IndexOutOfRange { index, count });
        }
        // 32 bytes for each level of the tree.
        let levels = u64::from(count.max(1).next_power_of_two().ilog2());
        let size = indices.len() as u64 * (u64::from(terms.maxElement) + 32 * levels + 256);
        no.when(size > 65_536, E::DemandTooLarge { size, limit: 65_536 });
        no.verdict()?;
        let due = self.now + u64::from(terms.responseWindow);
        let job = &mut self.jobs[at];
        job.phase = Phase::Demanded;
        job.demanded = indices.to_vec();
        (job.payout_after, job.clock) = (job.clock, due);
        self.ledger.pay_in(by, House::Escrow, paid);
        Ok(())
    }

    pub(super) fn deliver(
        &mut self,
        at: usize,
        by: Who,
        paid: u128,
        work: usize,
        indices: &[u64],
        damage: Damage,
    ) -> Verdict {
        let mut no = self.enter(at, paid, &[Phase::Demanded])?;
        no.by(self.now, self.jobs[at].clock);
        let leaves = self.scene.leaves(at, work, indices, damage);
        let asked = leaves
            .iter()
            .map(|leaf| leaf.index)
            .eq(self.jobs[at].demanded.iter().copied());
        no.when(!asked, E::IndicesMismatch {});
        let max = self.terms(at).maxElement;
        for shown in &leaves {
            let length = shown.element.len() as u64;
            no.when(
                length > u64::from(max),
                E::ElementTooLong {
                    length,
                    maxElement: max,
                },
            );
        }
        self.in_the_tree(at, &leaves, &mut no);
        no.verdict()?;
        let bonds = self.bonds(at);
        let answered = self.now + u64::from(self.terms(at).responseWindow);
        let job = &mut self.jobs[at];
        job.phase = Phase::Committed;
        job.demanded.clear();
        job.clock = job.demand_by.max(answered);
        self.ledger.pay_out(House::Escrow, by, bonds);
        Ok(())
    }

    pub(super) fn dispute(&mut self, at: usize, by: Who, paid: u128) -> Verdict {
        let (terms, job) = (self.terms(at), &self.jobs[at]);
        let mut no = Refusal::default();
        no.unless_paid(wei(terms.bond), paid);
        self.in_phase(at, &mut no, &[Phase::Committed])?;
        self.only_client(at, by, &mut no);
        no.when(job.confirmed, E::AlreadyConfirmed {});
        no.by(self.now, job.clock);
        no.when(terms.referee.is_zero(), E::NoReferee {});
        no.when(!terms.predicate.is_zero(), E::PredicateDecides {});
        no.verdict()?;
        let due = self.now + u64::from(terms.rulingWindow);
        let job = &mut self.jobs[at];
        job.phase = Phase::Disputed;
        (job.payout_after, job.clock) = (job.clock, due);
        self.ledger.pay_in(by, House::Escrow, paid);
        Ok(())
    }

    pub(super) fn confirm(&mut self, at: usize, by: Who, paid: u128) -> Verdict {
        let mut no = self.enter(at, paid, &CHALLENGE)?;
        no.when(self.jobs[at].confirmed, E::AlreadyConfirmed {});
        no.by(self.now, self.jobs[at].clock);
        let verifier = self.terms(at).verifier;
        if verifier == Address::ZERO {
            self.only_referee(at, by, &mut no);
        } else if verifier != self.scene.contracts.verifier {
            no.when(true, E::VerifierFailed {});
        } else {
            match self.cases[at].opinion {
                None => no.when(true, E::NotRevealed {}),
                Some((root, count)) => {
                    let differs = self.jobs[at].result != Some((root, count));
                    no.when(differs, E::ReportDiffers { root, count });
                }
            }
        }
        no.verdict()?;
        let bonds = self.bonds(at);
        let job = &mut self.jobs[at];
        job.confirmed = true;
        if job.phase == Phase::Disputed {
            job.phase = Phase::Committed;
            job.clock = job.payout_after;
            if let Some(worker) = job.worker {
                self.ledger.pay_out(House::Escrow, worker, bonds);
            }
        }
        Ok(())
    }

    pub(super) fn time_tick(&mut self, at: usize, paid: u128) -> Verdict {
        let phase = self.jobs[at].phase;
        let mut no = Refusal::unpayable(paid);
        if phase == Phase::None || self.is_over(at) {
            no.when(true, E::WrongPhase { phase });
            return Err(no);
        }
        let (terms, job) = (self.terms(at), &self.jobs[at]);
        let due = match job.phase {
            Phase::Open => terms.acceptBy,
            Phase::Sealed => job.compute_by + u64::from(terms.responseWindow),
            _ => job.clock,
        };
        no.after(self.now, due);
        no.verdict()?;
        let (held, bonus) = (self.held_for_job(at), wei(terms.bonus));
        let earned = if job.confirmed { bonus } else { 0 };
        match phase {
            Phase::Open => self.end(at, Phase::Refunded, held, 0),
            Phase::Taken | Phase::Sealed => self.end(at, Phase::Forfeited, held, 0),
            Phase::Demanded => {
                self.jobs[at].fault = Fault::Withheld;
                self.end(at, Phase::Convicted, held, 0);
            }
            Phase::Disputed => self.end(at, Phase::Paid, bonus, held - bonus),
            _ => self.end(at, Phase::Paid, bonus - earned, held - bonus + earned),
        }
        Ok(())
    }

    pub(super) fn is_over(&self, at: usize) -> bool {
        matches!(
            self.jobs[at].phase,
            Phase::Refunded | Phase::Forfeited | Phase::Paid | Phase::Convicted
        )
    }
}
