//! Everything that happened to a job, from the contracts' logs alone.

use alloy::{
    primitives::{Address, B256, I256, U256},
    rpc::types::Filter,
    sol_types::{SolEvent as _, SolEventInterface as _},
};
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use surety_contracts::{
    IEscrow::IEscrowEvents as Escrow,
    IReferee::{self, IRefereeEvents as Referee},
    Terms,
};

use super::{args::HistoryArgs, seen};
use crate::{
    args::GlobalArgs,
    chain::Chain,
    context::{Report, total},
    names, units,
};

/// Money that an account paid in (below zero) or was owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    pub role: &'static str,
    pub account: Address,
    pub wei: I256,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Entry {
    pub block: u64,
    /// Seconds since 1970, by the chain's clock.
    pub time: u64,
    pub transaction: B256,
    /// The account that signed the transaction, if the node still has it.
    pub sender: Option<Address>,
    /// The event's name.
    pub event: &'static str,
    pub text: String,
    pub flows: Vec<Flow>,
}

impl Entry {
    pub fn json(&self) -> Value {
        let flow = |flow: &Flow| json!({ "role": flow.role, "account": flow.account, "wei": flow.wei.to_string() });
        json!({
            "block": self.block,
            "time": self.time,
            "transaction": self.transaction,
            "sender": self.sender,
            "event": self.event,
            "text": self.text,
            "money": self.flows.iter().map(flow).collect::<Vec<_>>(),
        })
    }

    /// What was paid by whom, in a few words.
    pub fn money(&self) -> String {
        let words: Vec<String> = self
            .flows
            .iter()
            .map(|flow| {
                let sign = if flow.wei.is_negative() { "-" } else { "+" };
                format!("{} {sign}{}", flow.role, units::ether(flow.wei.unsigned_abs()))
            })
            .collect();
        words.join(", ")
    }
}

/// `surety history`
pub async fn history(global: &GlobalArgs, args: &HistoryArgs) -> Result<Report> {
    let (session, found) = seen::find(global, &args.job, &args.place).await?;
    let entries = read(&session.chain, found.escrow, found.id, &found.terms, found.since).await?;
    ensure!(
        !entries.is_empty(),
        "the node has no logs of job {} from block {} on: name an earlier block with --since, or another node with \
         --rpc-url",
        found.id,
        found.since
    );
    let mut text = format!("job {}", found.id);
    if let Some(task) = &found.task {
        text += &format!(", {task}");
    }
    for entry in &entries {
        text += &format!(
            "\n\n{}  block {}\n  {}\n",
            units::moment(entry.time),
            units::grouped(entry.block),
            entry.text
        );
        for flow in &entry.flows {
            let verb = if flow.wei.is_negative() { "paid in" } else { "gets" };
            text += &format!(
                "  {} {} {verb} {}\n",
                flow.role,
                flow.account,
                units::ether(flow.wei.unsigned_abs())
            );
        }
        text += &format!("  transaction {}", entry.transaction);
        if let Some(sender) = entry.sender {
            text += &format!("\n  signed by {sender}");
        }
    }
    let json = json!({
        "jobId": found.id,
        "escrow": found.escrow,
        "events": entries.iter().map(Entry::json).collect::<Vec<_>>(),
    });
    Ok(Report::new(text, json))
}

/// All events of a job, oldest first. `since`: block from which on there can be some.
pub async fn read(chain: &Chain, escrow: Address, id: B256, terms: &Terms, since: u64) -> Result<Vec<Entry>> {
    let latest = chain.latest().await?.number;
    let mut contracts = vec![escrow];
    if !terms.verifier.is_zero() {
        contracts.push(terms.verifier);
    }
    let first = Filter::new().address(contracts).topic1(id);
    let mut logs = chain.scan(&first, since, latest).await?;
    if !terms.verifier.is_zero() {
        // The one event that names the account first.
        let second = Filter::new()
            .address(terms.verifier)
            .event_signature(IReferee::ReputationChanged::SIGNATURE_HASH)
            .topic2(id);
        logs.extend(chain.scan(&second, since, latest).await?);
    }
    logs.sort_by_key(|log| (log.block_number, log.log_index));
    let mut teller = Teller {
        terms,
        worker: terms.worker,
        bonds: U256::ZERO,
        disputed: false,
        stake: U256::ZERO,
    };
    let mut entries = Vec::with_capacity(logs.len());
    let mut sender = (B256::ZERO, None);
    for log in &logs {
        let told = if log.address() == escrow {
            Escrow::decode_log(&log.inner)
                .ok()
                .map(|event| teller.of_escrow(event.data))
        } else {
            Referee::decode_log(&log.inner)
                .ok()
                .map(|event| teller.of_referee(event.data))
        };
        let Some(Some((event, text, flows))) = told else {
            continue;
        };
        let transaction = log.transaction_hash.unwrap_or_default();
        if sender.0 != transaction {
            sender = (
                transaction,
                chain.mined(transaction).await.ok().map(|(_, from, ..)| from),
            );
        }
        entries.push(Entry {
            block: log.block_number.unwrap_or_default(),
            time: chain.time_of(log).await?,
            transaction,
            sender: sender.1,
            event,
            text,
            flows,
        });
    }
    Ok(entries)
}

type Told = Option<(&'static str, String, Vec<Flow>)>;

/// Tells events in their order, with what is known from those before.
struct Teller<'a> {
    terms: &'a Terms,
    worker: Address,
    /// Held for the demand or dispute that is open, in wei.
    bonds: U256,
    disputed: bool,
    /// What the referee is to put in, by the offer.
    stake: U256,
}

impl Teller<'_> {
    fn flow(&self, role: &'static str, account: Address, wei: U256, paid_in: bool) -> Option<Flow> {
        let wei = I256::from_raw(wei);
        let wei = if paid_in { -wei } else { wei };
        (!wei.is_zero()).then_some(Flow { role, account, wei })
    }

    fn pays(&self, role: &'static str, account: Address, wei: U256) -> Vec<Flow> {
        self.flow(role, account, wei, true).into_iter().collect()
    }

    fn of_escrow(&mut self, event: Escrow) -> Told {
        let terms = self.terms;
        let bond = U256::from(terms.bond);
        let ether = |amount| units::ether(U256::from(amount));
        let nothing = Vec::new();
        Some(match event {
            Escrow::Delegated(event) => {
                let text = format!(
                    "delegated: reward {}, bonus {}, deposit {}; to be taken by {}",
                    ether(terms.reward),
                    ether(terms.bonus),
                    ether(terms.deposit),
                    units::moment(terms.acceptBy)
                );
                let paid = total(&[terms.reward, terms.bonus]);
                ("Delegated", text, self.pays("client", event.client, paid))
            }
            Escrow::Cancelled(_) => ("Cancelled", "taken back by the client".to_owned(), nothing),
            Escrow::OrderTaken(event) => {
                self.worker = event.worker;
                let text = format!("taken; result due by {}", units::moment(event.computeBy));
                let flows = self.pays("worker", event.worker, U256::from(terms.deposit));
                ("OrderTaken", text, flows)
            }
            Escrow::ResultSealed(event) => ("ResultSealed", format!("result sealed: {}", event.seal), nothing),
            Escrow::ResultCommitted(event) => {
                let text = format!(
                    "result committed: {} elements, root {}; can be challenged until {}",
                    units::grouped(event.count),
                    event.root,
                    units::moment(event.payoutAfter)
                );
                ("ResultCommitted", text, nothing)
            }
            Escrow::LeavesPublished(event) => {
                let text = format!("{} leaf hashes published", units::grouped(event.hashes.len() as u64));
                ("LeavesPublished", text, nothing)
            }
            Escrow::Demanded(event) => {
                self.bonds = bond * U256::from(event.indices.len());
                let indices: Vec<String> = event.indices.iter().map(u64::to_string).collect();
                let text = format!(
                    "elements demanded: {}; answer due by {}",
                    indices.join(", "),
                    units::moment(event.answerBy)
                );
                ("Demanded", text, self.pays("client", terms.client, self.bonds))
            }
            Escrow::Delivered(event) => {
                let text = format!(
                    "elements delivered; can be challenged until {}",
                    units::moment(event.payoutAfter)
                );
                let flows = self.release("deliverer", event.by);
                ("Delivered", text, flows)
            }
            Escrow::Disputed(event) => {
                (self.bonds, self.disputed) = (bond, true);
                let text = format!("disputed; ruling due by {}", units::moment(event.rulingBy));
                ("Disputed", text, self.pays("client", terms.client, bond))
            }
            Escrow::Confirmed(event) => {
                let text = format!(
                    "confirmed: the bonus is earned, paid after {}",
                    units::moment(event.payoutAfter)
                );
                // A demand stays open, a dispute does not.
                let flows = match std::mem::take(&mut self.disputed) {
                    true => self.release("worker", self.worker),
                    false => nothing,
                };
                ("Confirmed", text, flows)
            }
            Escrow::Convicted(event) => {
                let text = format!(
                    "convicted: {} at {}",
                    names::fault(event.fault),
                    units::grouped(event.at)
                );
                ("Convicted", text, nothing)
            }
            Escrow::Settled(event) => {
                self.bonds = U256::ZERO;
                let client = self.flow("client", terms.client, event.toClient, false);
                let worker = self.flow("worker", self.worker, event.toWorker, false);
                let text = format!("ended: {}", names::phase(event.phase));
                ("Settled", text, client.into_iter().chain(worker).collect())
            }
            Escrow::Credited(_) | Escrow::Withdrawn(_) => return None,
        })
    }

    fn release(&mut self, role: &'static str, account: Address) -> Vec<Flow> {
        let bonds = std::mem::take(&mut self.bonds);
        self.flow(role, account, bonds, false).into_iter().collect()
    }

    fn of_referee(&mut self, event: Referee) -> Told {
        let (client, referee) = (self.terms.client, self.terms.referee);
        let ether = |amount| units::ether(U256::from(amount));
        let nothing = Vec::new();
        Some(match event {
            Referee::Appealed(event) => {
                let offer = event.offer;
                self.stake = U256::from(offer.stake);
                let text = format!(
                    "second opinion asked for: fee {}, bonus {}, stake {}",
                    ether(offer.fee),
                    ether(offer.bonus),
                    ether(offer.stake)
                );
                (
                    "Appealed",
                    text,
                    self.pays("client", client, total(&[offer.fee, offer.bonus])),
                )
            }
            Referee::CaseTaken(event) => {
                let text = format!("case taken; opinion due by {}", units::moment(event.computeBy));
                ("CaseTaken", text, self.pays("referee", event.referee, self.stake))
            }
            Referee::OpinionSealed(event) => ("OpinionSealed", format!("opinion sealed: {}", event.seal), nothing),
            Referee::OpinionRevealed(event) => {
                let text = format!(
                    "opinion revealed: {} elements, root {}",
                    units::grouped(event.count),
                    event.root
                );
                ("OpinionRevealed", text, nothing)
            }
            Referee::CaseClosed(event) => {
                let to_client = self.flow("client", client, event.toClient, false);
                let to_referee = self.flow("referee", referee, event.toReferee, false);
                let flows = to_client.into_iter().chain(to_referee).collect();
                ("CaseClosed", "case closed".to_owned(), flows)
            }
            Referee::ReputationChanged(event) => {
                let text = format!("reputation of {}: {:+}", event.account, event.change);
                ("ReputationChanged", text, nothing)
            }
            Referee::Credited(_) | Referee::Withdrawn(_) => return None,
        })
    }
}
