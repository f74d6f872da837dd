//! What comes in: logs, job files, orders.

use std::collections::HashSet;

use alloy::primitives::{Address, B256};
use anyhow::Result;
use surety_contracts::Terms;

use super::{Agent, BOOKMARK, Known};
use crate::{
    agent::{
        orders::{Order, Orders},
        store::Record,
    },
    chain::ChainError,
    commands::client::{self, Prepared},
    jobfile::beside,
    look::feed::Head,
};

impl Agent {
    pub(super) async fn read_logs(&mut self, head: Head) -> Result<()> {
        let verifiers: HashSet<Address> = self
            .jobs
            .values()
            .map(|known| known.terms.verifier)
            .filter(|verifier| !verifier.is_zero())
            .collect();
        let verifiers: Vec<Address> = verifiers.into_iter().collect();
        let delegated = self.feed.read(&self.session.chain, &verifiers, head).await?;
        if self.role.watches_all() {
            for (id, terms) in delegated {
                self.learn(id, terms, false)?;
            }
        }
        if self.feed.block() >= self.bookmark + BOOKMARK {
            self.bookmark = self.feed.block();
            self.store.set_block(self.bookmark)?;
        }
        Ok(())
    }

    /// New job files and orders.
    pub(super) async fn take_in(&mut self) -> Result<()> {
        let (files, troubles) = self.sources.look().await;
        for trouble in troubles {
            self.voice.complain(None, &format!("{trouble:#}"));
        }
        for file in files {
            if (file.chain_id, file.escrow) != (self.session.chain.id(), self.escrow) {
                let text = format!(
                    "job {} is of chain {} and escrow {}, not of this one: left alone",
                    file.job_id, file.chain_id, file.escrow
                );
                self.voice.complain(Some(file.job_id), &text);
                continue;
            }
            self.folder.keep(&file)?;
            self.learn(file.job_id, file.terms(), true)?;
        }
        self.take_orders().await
    }

    async fn take_orders(&mut self) -> Result<()> {
        let orders = match self.orders.as_mut().map(Orders::read) {
            None => return Ok(()),
            Some(Ok(orders)) => orders,
            Some(Err(error)) => {
                self.voice.complain(None, &format!("{error:#}"));
                return Ok(());
            }
        };
        for (key, order) in orders {
            let order = match order {
                Ok(order) => order,
                Err(error) => {
                    self.voice.complain(None, &format!("{error:#}"));
                    continue;
                }
            };
            if self.store.order(&key)?.is_some() {
                continue;
            }
            let prepared = match self.prepare(&order).await {
                Ok(prepared) => prepared,
                Err(error) if error.downcast_ref::<ChainError>().is_some() => {
                    self.orders.iter_mut().for_each(Orders::again);
                    return Err(error);
                }
                Err(error) => {
                    self.voice
                        .complain(None, &format!("`{}`: {error:#}", order.delegate.task));
                    continue;
                }
            };
            let (id, terms) = (prepared.file.job_id, prepared.file.terms());
            let record = Record {
                has_file: true,
                ordered: true,
                offer: order.offer(),
                ..Record::new(&terms)
            };
            // The files first: without its openings a job is worth nothing, and without the entry nothing is delegated.
            self.folder.keep(&prepared.file)?;
            prepared.seed.write(&beside(&self.folder.job(id), "seed"))?;
            self.store.set_order(&key, id, &record)?;
            self.jobs.insert(id, Known { record, terms });
        }
        Ok(())
    }

    async fn prepare(&self, order: &Order) -> Result<Prepared> {
        let order = self.session.complete(&order.delegate).await?;
        client::prepare(&self.session.chain, &order, &self.allowed).await
    }

    /// A job that was not known, or whose file was not.
    fn learn(&mut self, id: B256, terms: Terms, has_file: bool) -> Result<()> {
        if let Some(known) = self.jobs.get_mut(&id) {
            if has_file && !known.record.has_file {
                known.record.has_file = true;
                self.store.set_job(id, &known.record)?;
            }
            return Ok(());
        }
        let record = Record {
            has_file,
            ..Record::new(&terms)
        };
        self.store.set_job(id, &record)?;
        self.jobs.insert(id, Known { record, terms });
        Ok(())
    }
}
