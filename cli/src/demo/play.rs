//! Carries out one scenario with signed transactions, and measures what it did to everybody's balance.

use std::collections::BTreeMap;

use alloy::{
    primitives::{B256, U256, keccak256},
    sol_types::SolCall,
};
use anyhow::{Context as _, Result, anyhow};
use surety_contracts::{Fault, IEscrow, IReferee, Job, Leaf, Opening, Phase, Terms, leaves};
use surety_protocol::search::Search;

use super::{
    calls::{OFFER, PRICE, SEARCH_WIDTH, falsified, terms},
    protocol::Net,
    scenarios::{Act, Call, Role, Scenario},
    stage::{Solved, Stage},
};
use crate::{
    chain::Sent,
    evidence::{Committed, InMemory},
    jobfile::job_id,
    names, revert,
};

/// Gas limit of calls that are sent to be refused; no estimate exists for those.
const REFUSED_GAS: u64 = 10_000_000;

/// A transaction of a play.
#[derive(Clone, Debug)]
pub struct Step {
    pub call: &'static str,
    pub from: Role,
    pub transaction: B256,
    pub gas: u64,
    pub status: String,
}

/// A scenario and what came of it.
#[derive(Debug)]
pub struct Played {
    pub scenario: &'static Scenario,
    pub steps: Vec<Step>,
    pub outcome: String,
    pub paid: Net,
    pub expected: Net,
    /// Whatever went otherwise than the scenario says, payments aside.
    pub surprises: Vec<String>,
}

impl Played {
    pub fn as_expected(&self) -> bool {
        self.surprises.is_empty() && self.paid == self.expected
    }
}

/// Plays a scenario to its end, or to the first step that does not go as it should.
pub async fn play(stage: &Stage, scenario: &'static Scenario) -> Result<Played> {
    let mut play = Play::new(stage, scenario).await?;
    let before = play.holdings().await?;
    let scores = play.scores().await?;
    for act in scenario.acts.iter().copied().flatten() {
        if let Err(surprise) = play.act(act).await {
            play.surprises.push(format!("{surprise:#}"));
            break;
        }
    }
    let paid = before.net(&play.holdings().await?, &play.fees);
    let (worker, referee) = play.scores().await?;
    let marks = (worker - scores.0, referee - scores.1);
    if marks != scenario.case.marks() {
        play.surprises.push(format!(
            "scores of worker and referee moved by {marks:?}, the protocol says {:?}",
            scenario.case.marks()
        ));
    }
    let job = play.job().await?;
    let outcome = outcome(job.phase, job.fault);
    let (phase, fault) = scenario.ending.phase();
    if (job.phase, job.fault) != (phase, fault) {
        play.surprises.push(format!(
            "ended {outcome}, the protocol says {}",
            self::outcome(phase, fault)
        ));
    }
    Ok(Played {
        scenario,
        outcome,
        paid,
        expected: scenario
            .ending
            .net(&play.terms, scenario.bonds, play.shown.len() as u64)
            + scenario.case.net(&OFFER)
            + scenario.pact.net(PRICE),
        steps: play.steps,
        surprises: play.surprises,
    })
}

fn outcome(phase: Phase, fault: Fault) -> String {
    match fault {
        Fault::None => names::phase(phase).to_owned(),
        _ => format!("{}: {}", names::phase(phase), names::fault(fault)),
    }
}

pub struct Play<'a> {
    pub stage: &'a Stage,
    pub solved: &'a Solved,
    pub terms: Terms,
    pub opening: Opening,
    pub id: B256,
    pub committed: Committed<InMemory>,
    /// The referee's result, if it has one.
    pub opinion: Option<Committed<InMemory>>,
    pub demanded: Vec<u64>,
    /// States that were delivered, as the chain shows them.
    pub shown: BTreeMap<u64, Leaf>,
    pub search: Search,
    pub steps: Vec<Step>,
    /// T2, once the order was taken.
    pub t2: u64,
    /// Wei spent on gas, by role.
    pub fees: Vec<(Role, U256)>,
    pub surprises: Vec<String>,
}

/// Wei at a moment.
struct Holdings {
    /// Balance and credit of each role.
    roles: Vec<(Role, U256)>,
    /// The contracts' balances without credits.
    contracts: U256,
}

impl Holdings {
    fn of(&self, role: Role) -> U256 {
        sum(&self.roles, role)
    }

    /// Differences from then to now, with the gas that was paid in between put back.
    fn net(&self, now: &Self, fees: &[(Role, U256)]) -> Net {
        let role = |role| difference(self.of(role), now.of(role) + sum(fees, role));
        Net {
            client: role(Role::Client),
            worker: role(Role::Worker),
            referee: role(Role::Referee),
            uninvolved: role(Role::Uninvolved),
            contracts: difference(self.contracts, now.contracts),
        }
    }
}

fn sum(amounts: &[(Role, U256)], role: Role) -> U256 {
    amounts
        .iter()
        .filter(|(whose, _)| *whose == role)
        .map(|(_, amount)| *amount)
        .sum()
}

/// `after` - `before`. The demo's accounts hold far less than 2^127 wei.
fn difference(before: U256, after: U256) -> i128 {
    let magnitude = before.abs_diff(after).saturating_to::<u128>() as i128;
    if after < before { -magnitude } else { magnitude }
}

impl<'a> Play<'a> {
    async fn new(stage: &'a Stage, scenario: &'static Scenario) -> Result<Self> {
        let solved = stage.work(scenario.work)?;
        let salt = |what: &str| keccak256(format!("{} {what}", scenario.name));
        let opening = Opening {
            functionSalt: salt("function"),
            functionBytes: solved.computation.function().to_vec().into(),
            dataSalt: salt("data"),
            dataBytes: solved.computation.data().to_vec().into(),
        };
        let chain = stage.role(Role::Client)?;
        let terms = terms(stage, scenario, &opening, salt("salt"), chain.now().await?)?;
        let committed = Committed::new(falsified(solved, terms.form, scenario.committing)?)?;
        let opinion = match scenario.opinion {
            Some(committing) => Some(Committed::new(falsified(solved, terms.form, committing)?)?),
            None => None,
        };
        Ok(Self {
            id: job_id(chain.id(), stage.escrow.address, &terms),
            search: Search::new(committed.count(), SEARCH_WIDTH),
            committed,
            opinion,
            shown: BTreeMap::new(),
            stage,
            solved,
            terms,
            opening,
            demanded: Vec::new(),
            t2: 0,
            steps: Vec::new(),
            fees: Vec::new(),
            surprises: Vec::new(),
        })
    }

    async fn act(&mut self, act: &Act) -> Result<()> {
        match *act {
            Act::Does(role, call) => {
                self.does(role, call).await?;
                Ok(())
            }
            Act::T2Passes => self.stage.pass(self.t2).await,
            Act::RevealsEnd => {
                let end = self.t2 + u64::from(self.terms.responseWindow);
                self.stage.pass(end).await
            }
            Act::SearchesWrongStep => self.search().await,
            Act::Refused(role, call, error) => self.refused(role, call, error).await,
            Act::ClockRunsOut => {
                let job = self.job().await?;
                // An open job's clock is in its terms.
                let clock = if job.phase == Phase::Open {
                    self.terms.acceptBy
                } else {
                    job.clock
                };
                self.stage.pass(clock).await
            }
        }
    }

    /// Sends a call that must go through.
    async fn does(&mut self, role: Role, call: Call) -> Result<Sent> {
        let request = self.request(call)?;
        let chain = self.stage.role(role)?;
        let sent = chain
            .submit(&request)
            .await
            .with_context(|| format!("the {}'s {} should work", role.name(), request.call))?;
        self.record(request.call, role, &sent, "ok".to_owned());
        if call == Call::TakeOrder {
            self.t2 = self.job().await?.clock;
        }
        Ok(sent)
    }

    /// The client has computed the states itself and sees those of the worker only where the worker must show them.
    async fn search(&mut self) -> Result<()> {
        while !self.search.next().is_empty() {
            self.does(Role::Client, Call::DemandNext).await?;
            let delivery = self.does(Role::Worker, Call::Deliver).await?;
            let calldata = self.stage.role(Role::Client)?.calldata(delivery.hash).await?;
            let mut leaves = IEscrow::deliverCall::abi_decode(&calldata)?.leaves;
            let job = self.job().await?;
            leaves::whole(&mut leaves, &job.root, job.count)?;
            for leaf in leaves {
                let own = usize::try_from(leaf.index).ok().and_then(|i| self.solved.right.get(i));
                let is_right = own.is_some_and(|own| *leaf.element == own[..]);
                self.search.saw(leaf.index, is_right);
                self.shown.insert(leaf.index, leaf);
            }
        }
        self.search
            .found()
            .context("the search should end at a wrong step")
            .map(drop)
    }

    /// Sends a call that must fail on the chain, for this reason.
    async fn refused(&mut self, role: Role, call: Call, expected: &str) -> Result<()> {
        let request = self.request(call)?;
        let chain = self.stage.role(role)?;
        let reason = match chain.simulate(&request).await {
            Ok(_) => "nothing",
            Err(error) => error.revert_data().and_then(|data| revert::name(data)).ok_or(error)?,
        };
        let sent = chain.submit_with_gas(&request, REFUSED_GAS).await?;
        let status = if sent.success {
            "ok".to_owned()
        } else {
            format!("refused: {reason}")
        };
        let (name, success) = (request.call, sent.success);
        self.record(name, role, &sent, status);
        if success || reason != expected {
            return Err(anyhow!(
                "the {}'s {name} should be refused with {expected}, but {}",
                role.name(),
                if success { "it went through" } else { reason }
            ));
        }
        Ok(())
    }

    fn record(&mut self, call: &'static str, from: Role, sent: &Sent, status: String) {
        self.fees.push((from, sent.fee));
        self.steps.push(Step {
            call,
            from,
            transaction: sent.hash,
            gas: sent.gas,
            status,
        });
    }

    async fn job(&self) -> Result<Job> {
        let call = IEscrow::jobCall { jobId: self.id };
        let chain = self.stage.role(Role::Client)?;
        Ok(chain.call(self.stage.escrow.address, call).await?)
    }

    /// Reputation of worker and referee.
    async fn scores(&self) -> Result<(i64, i64)> {
        let chain = self.stage.role(Role::Client)?;
        let score = async |role| -> Result<i64> {
            let account = self.stage.account(role)?;
            let call = IReferee::reputationCall { account };
            Ok(chain.call(self.stage.verifier.address, call).await?.score)
        };
        Ok((score(Role::Worker).await?, score(Role::Referee).await?))
    }

    async fn holdings(&self) -> Result<Holdings> {
        let stage = self.stage;
        let contracts = [stage.escrow.address, stage.verifier.address, stage.collusion.address];
        let chain = stage.role(Role::Client)?;
        let mut roles = Vec::with_capacity(Role::ALL.len());
        let mut held = U256::ZERO;
        for contract in contracts {
            held += chain.balance(contract).await?;
        }
        for role in Role::ALL {
            let account = stage.account(role)?;
            let mut has = chain.balance(account).await?;
            for contract in contracts {
                // The same in every contract's interface.
                let credit = chain.call(contract, IEscrow::creditCall { account }).await?;
                has += credit;
                held = held.saturating_sub(credit);
            }
            roles.push((role, has));
        }
        Ok(Holdings { roles, contracts: held })
    }
}
