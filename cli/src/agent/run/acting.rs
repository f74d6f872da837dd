//! From the chain's state to transactions, and back to what became of them.

use std::time::Instant;

use alloy::primitives::B256;
use anyhow::Result;
use serde_json::json;

use super::{Agent, LONGEST, Pause};
use crate::{
    agent::{
        action::{Action, Move},
        labour::{self, Kind},
        outbox::{Outcome, Settled},
        steps,
        store::StoreError,
    },
    chain::ChainError,
    resultfile::ResultFileError,
};

impl Agent {
    /// Decides about every job, the nearest deadline first, and carries it out.
    pub(super) async fn act(&mut self, now: u64) -> Result<()> {
        let mut plans: Vec<(u64, B256, Action)> = Vec::new();
        for (id, known) in &self.jobs {
            let resting = self.pauses.get(id).is_some_and(|pause| Instant::now() < pause.until);
            let Some(view) = self.feed.view(*id) else { continue };
            if resting || self.busy.contains(id) || self.outbox.holds(*id) {
                continue;
            }
            let facts = known.facts(self.me, view, now);
            let action = self.role.next(&facts);
            let by = match action {
                Action::Wait => continue,
                Action::Send { by, .. } => by,
                _ => view.job.clock,
            };
            plans.push((by, *id, action));
        }
        plans.sort_by_key(|(by, id, _)| (*by, *id));
        for (_, id, action) in plans {
            match self.carry_out(id, action, now).await {
                Ok(()) => {}
                Err(error) if error.downcast_ref::<StoreError>().is_some() => return Err(error),
                Err(error) if matches!(error.downcast_ref(), Some(ChainError::Unreachable { .. })) => {
                    return Err(error);
                }
                Err(error) => {
                    if error.downcast_ref::<ResultFileError>().is_some() {
                        // A result that cannot be read is computed or fetched again.
                        self.change(id, |record| (record.own, record.theirs) = (None, None))?;
                    }
                    self.postpone(id, &error);
                }
            }
        }
        Ok(())
    }

    /// Tries again later, at growing intervals.
    pub(super) fn postpone(&mut self, job: B256, error: &anyhow::Error) {
        let length = self
            .pauses
            .get(&job)
            .map_or(self.interval, |pause| (pause.length * 2).min(LONGEST));
        let until = Instant::now() + length;
        // The first refusal of a contract mostly means that somebody else was first.
        let raced =
            matches!(error.downcast_ref(), Some(ChainError::Reverted { .. })) && !self.pauses.contains_key(&job);
        self.pauses.insert(job, Pause { until, length });
        self.feed.doubt(job);
        if !raced {
            self.voice.complain(Some(job), &format!("{error:#}; trying again"));
        }
    }

    async fn carry_out(&mut self, id: B256, action: Action, now: u64) -> Result<()> {
        match action {
            Action::Wait => Ok(()),
            Action::Finish => self.finish(id),
            Action::Appraise => self.appraise(id, now).await,
            Action::Work if self.computing.is_some() => Ok(()),
            Action::Work => {
                self.computing = Some(id);
                self.begin(id, Kind::Work, labour::work(self.folder.job(id), self.allowed.clone()));
                Ok(())
            }
            Action::Fetch => {
                let (context, view) = self.context(id)?;
                let to = self.folder.theirs(id);
                self.begin(
                    id,
                    Kind::Fetch,
                    labour::fetch(self.fetcher.clone(), context, view.job, to),
                );
                Ok(())
            }
            Action::Verify => self.verify(id),
            Action::Examine => {
                let (context, view) = self.context(id)?;
                self.begin(id, Kind::Examine, labour::examine(context, view.job));
                Ok(())
            }
            Action::Send { .. } if !self.outbox.has_room() => Ok(()),
            Action::Send { step, by } => self.send(id, step, by, now).await,
        }
    }

    async fn send(&mut self, id: B256, step: Move, by: u64, now: u64) -> Result<()> {
        let (context, view) = self.context(id)?;
        let Some(known) = self.jobs.get(&id) else { return Ok(()) };
        let facts = known.facts(self.me, &view, now);
        let request = steps::step(&context, &self.folder, step, &facts, self.role.demanded()).await?;
        self.outbox
            .send(&self.session.chain, &self.store, (id, step), request, (by, now))
            .await
    }

    /// Says what became of a transaction.
    pub(super) fn report(&mut self, settled: Settled) -> Result<()> {
        let Settled {
            job,
            step,
            done,
            outcome,
        } = settled;
        self.feed.doubt(job);
        match outcome {
            Outcome::Mined(sent) if sent.success => {
                if step == Move::Demand {
                    self.change(job, |record| record.demanded = true)?;
                }
                self.pauses.remove(&job);
                let fields = json!({ "transaction": sent.json() });
                self.voice.tell(step.name(), Some(job), &done, fields);
            }
            Outcome::Mined(sent) => {
                let text = format!(
                    "{} came too late and changed nothing (transaction {})",
                    step.name(),
                    sent.hash
                );
                self.voice
                    .tell("failed", Some(job), &text, json!({ "transaction": sent.json() }));
            }
            Outcome::Replaced => {
                let text = format!(
                    "another transaction of this account took the place of {}; looking again",
                    step.name()
                );
                self.voice
                    .tell("replaced", Some(job), &text, json!({ "step": step.name() }));
            }
        }
        Ok(())
    }
}
