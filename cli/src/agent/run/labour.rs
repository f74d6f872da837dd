//! What is looked at and worked on beside the chain, and what is written down of it.

use alloy::{primitives::B256, sol_types::SolValue};
use anyhow::{Context as _, Result};
use serde_json::json;
use surety_contracts::Phase;

use super::{Agent, Finished};
use crate::{
    agent::{
        appraisal::{self, Conditions},
        labour::{self, Done, Kind},
        role::Role,
        store::{Appraisal, Judged, Verdict},
    },
    chain::ChainError,
    commands::worker,
    names, units,
};

impl Agent {
    pub(super) fn begin(&mut self, id: B256, kind: Kind, work: impl Future<Output = Result<Done>> + Send + 'static) {
        self.busy.insert(id);
        self.labour.spawn(async move { (id, kind, work.await) });
    }

    /// Writes down what came of a piece of work.
    pub(super) fn note(&mut self, (id, kind, done): Finished) -> Result<()> {
        self.busy.remove(&id);
        if self.computing == Some(id) {
            self.computing = None;
        }
        match done {
            Ok(Done::Worked(held)) => {
                let text = format!("computed {} elements", units::grouped(held.count));
                self.voice.tell(
                    "computed",
                    Some(id),
                    &text,
                    json!({ "root": held.root, "count": held.count }),
                );
                self.change(id, |record| record.own = Some(held))
            }
            Ok(Done::Fetched { held, from }) => {
                let text = format!("fetched {} elements from {from}", units::grouped(held.count));
                self.voice
                    .tell("fetched", Some(id), &text, json!({ "from": from, "count": held.count }));
                self.change(id, |record| record.theirs = Some(held))
            }
            Ok(Done::Verified(judged)) => {
                let finding = judged.verdict.finding();
                let fields = json!({ "right": finding.is_none() });
                let text = match finding {
                    None => "nothing wrong was found".to_owned(),
                    Some(finding) => format!("the result is WRONG: {} at {}", names::fault(finding.fault), finding.at),
                };
                self.voice.tell("verified", Some(id), &text, fields);
                self.change(id, |record| record.verdict = Some(judged))
            }
            Ok(Done::Examined(proof)) => {
                let text = match &proof {
                    None => "nothing wrong was found in what was delivered on chain",
                    Some(_) => "what was delivered on chain is WRONG",
                };
                let fields = json!({ "right": proof.is_none() });
                self.voice.tell("examined", Some(id), text, fields);
                self.change(id, |record| {
                    record.examined = true;
                    if let Some((judged, leaves)) = proof {
                        record.shown = Some(leaves.abi_encode().into());
                        record.verdict = Some(judged);
                    }
                })
            }
            Err(error) => {
                let now = self.now;
                self.change(id, |record| match kind {
                    Kind::Work | Kind::Examine => {}
                    Kind::Fetch => _ = record.undelivered.get_or_insert(now),
                    // What cannot be read is fetched again.
                    Kind::Verify => record.theirs = None,
                })?;
                self.postpone(id, &error);
                Ok(())
            }
        }
    }

    pub(super) fn verify(&mut self, id: B256) -> Result<()> {
        let (context, view) = self.context(id)?;
        let record = self.jobs.get(&id).map(|known| &known.record);
        let own = record.and_then(|record| record.own);
        if own.is_some_and(|own| (own.root, own.count) == (view.job.root, view.job.count)) {
            let judged = Judged {
                root: view.job.root,
                verdict: Verdict::Right,
            };
            return self.note((id, Kind::Verify, Ok(Done::Verified(judged))));
        }
        let own = own.map(|_| self.folder.own(id));
        let check = labour::verify(context, view.job, own, self.folder.theirs(id), self.role.check());
        self.begin(id, Kind::Verify, check);
        Ok(())
    }

    pub(super) async fn appraise(&mut self, id: B256, now: u64) -> Result<()> {
        let (context, view) = self.context(id)?;
        let appraisal = match worker::check(&context).await {
            Err(error)
                if error
                    .downcast_ref::<ChainError>()
                    .is_some_and(|error| !error.is_about_state()) =>
            {
                return Err(error);
            }
            Err(error) => appraisal::decline(format!("{error:#}"), now),
            Ok(()) => {
                let gas_price = self.session.chain.gas_price().await?;
                let seconds = labour::heavy(move || appraisal::seconds(&context.computation()?)).await;
                let Some(known) = self.jobs.get(&id) else { return Ok(()) };
                let facts = known.facts(self.me, &view, now);
                let conditions = Conditions {
                    gas_price,
                    now,
                    backlog: self.backlog(),
                };
                match seconds {
                    Ok(seconds) => self
                        .role
                        .appraise(&facts, seconds, &conditions)
                        .context("this role takes no offers")?,
                    Err(error) => appraisal::decline(format!("{error:#}"), now),
                }
            }
        };
        let before = self.jobs.get(&id).and_then(|known| known.record.appraisal.clone());
        if let Appraisal::Declined { reason, .. } = &appraisal
            && !matches!(before, Some(Appraisal::Declined { reason: said, .. }) if said == *reason)
        {
            let text = format!("not taken: {reason}");
            self.voice
                .tell("declined", Some(id), &text, json!({ "reason": reason }));
        }
        self.change(id, |record| record.appraisal = Some(appraisal))
    }

    /// Seconds of computing that are promised and not done.
    fn backlog(&self) -> u64 {
        let mine = |id: &B256| {
            let job = self.feed.view(*id).map(|view| &view.job);
            let taken = job.is_some_and(|job| job.worker == self.me || job.phase == Phase::Open);
            taken || matches!(self.role, Role::Referee(_))
        };
        self.jobs
            .iter()
            .filter(|(id, known)| known.record.own.is_none() && mine(id))
            .map(|(_, known)| match known.record.appraisal {
                Some(Appraisal::Welcome { seconds }) => seconds,
                _ => 0,
            })
            .sum()
    }
}
