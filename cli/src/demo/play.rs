//! Carries out one scenario with signed transactions, and measures what it did to everybody's balance.

use alloy::primitives::{Address, B256, U256, aliases::U96, keccak256};
use anyhow::{Context as _, Result, anyhow, ensure};
use surety_contracts::{Fault, Form, IEscrow, Job, Leaf, Opening, Phase, Terms};
use surety_protocol::{commitment, sample};

use super::{
    protocol::Net,
    scenarios::{Accusation, Act, Call, Committing, Judge, Role, Scenario},
    stage::{Solved, Stage},
};
use crate::{
    chain::{Request, Sent},
    context::{closed, total},
    evidence::{Committed, Evidence, Finding},
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
    for act in scenario.acts {
        if let Err(surprise) = play.act(act).await {
            play.surprises.push(format!("{surprise:#}"));
            break;
        }
    }
    let paid = before.net(&play.holdings().await?, &play.fees);
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
        expected: scenario.ending.net(&play.terms, scenario.bonds),
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

struct Play<'a> {
    stage: &'a Stage,
    solved: &'a Solved,
    terms: Terms,
    opening: Opening,
    id: B256,
    committed: Committed,
    demanded: Vec<u64>,
    steps: Vec<Step>,
    /// Wei spent on gas, by role.
    fees: Vec<(Role, U256)>,
    surprises: Vec<String>,
}

/// Wei at a moment.
struct Holdings {
    /// Balance and credit of each role.
    roles: Vec<(Role, U256)>,
    /// The escrow's balance without credits.
    escrow: U256,
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
            escrow: difference(self.escrow, now.escrow),
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
        let solved = stage.work(scenario.work);
        let salt = |what: &str| keccak256(format!("{} {what}", scenario.name));
        let opening = Opening {
            functionSalt: salt("function"),
            functionBytes: solved.computation.function().to_vec().into(),
            dataSalt: salt("data"),
            dataBytes: solved.computation.data().to_vec().into(),
        };
        let chain = stage.role(Role::Client)?;
        let terms = terms(stage, scenario, &opening, salt("salt"), chain.now().await?)?;
        Ok(Self {
            id: job_id(chain.id(), stage.escrow.address, &terms),
            committed: Committed::new(falsified(&solved.right, terms.form, scenario.committing)?),
            stage,
            solved,
            terms,
            opening,
            demanded: Vec::new(),
            steps: Vec::new(),
            fees: Vec::new(),
            surprises: Vec::new(),
        })
    }

    async fn act(&mut self, act: &Act) -> Result<()> {
        match *act {
            Act::Does(role, call) => {
                let request = self.request(call)?;
                let sent = self
                    .stage
                    .role(role)?
                    .submit(&request)
                    .await
                    .with_context(|| format!("the {}'s {} should work", role.name(), request.call))?;
                self.record(request.call, role, &sent, "ok".to_owned());
                Ok(())
            }
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
            gas: sent.gas,
            status,
        });
    }

    /// The transaction of a call.
    fn request(&mut self, call: Call) -> Result<Request> {
        let to = self.stage.escrow.address;
        let terms = self.terms.clone();
        let bond = U256::from(terms.bond);
        Ok(match call {
            Call::Delegate => {
                let pay = total(&[terms.reward, terms.bonus]);
                Request::call(to, &IEscrow::delegateCall { terms }).paying(pay)
            }
            Call::TakeOrder => {
                let pay = U256::from(terms.deposit);
                Request::call(to, &IEscrow::takeOrderCall { terms }).paying(pay)
            }
            Call::SubmitResult => {
                let (root, count) = (self.committed.root().into(), self.committed.count());
                Request::call(to, &IEscrow::submitResultCall { terms, root, count })
            }
            Call::Accept => Request::call(to, &IEscrow::acceptCall { terms }),
            Call::Demand(wanted) => {
                self.demanded = sample::fresh(&rand::random(), self.committed.count(), wanted);
                let indices = self.demanded.clone();
                let pay = bond * U256::from(indices.len());
                Request::call(to, &IEscrow::demandCall { terms, indices }).paying(pay)
            }
            Call::Deliver => {
                let leaves = self.demanded.iter().map(|index| self.committed.leaf(*index));
                let leaves = leaves.collect::<Result<_>>()?;
                Request::call(to, &IEscrow::deliverCall { terms, leaves })
            }
            Call::Dispute => Request::call(to, &IEscrow::disputeCall { terms }).paying(bond),
            Call::Judge(accusation) => {
                let Evidence {
                    fault,
                    leaves,
                    at,
                    missing,
                } = self.accuse(accusation)?;
                let opening = self.opening_for(fault);
                Request::call(
                    to,
                    &IEscrow::judgeCall {
                        terms,
                        fault,
                        leaves,
                        at,
                        missing,
                        opening,
                    },
                )
            }
            Call::Confirm => Request::call(to, &IEscrow::confirmCall { terms }),
            Call::TimeTick => Request::call(to, &IEscrow::timeTickCall { terms }),
        })
    }

    /// The evidence of an accuser, who recomputed everything.
    fn accuse(&self, accusation: Accusation) -> Result<Evidence> {
        let middle = self.committed.count() / 2;
        let claim = |fault, at| Finding {
            fault,
            at,
            missing: Vec::new(),
        };
        let finding = match accusation {
            Accusation::Found => self
                .committed
                .fault(self.terms.form, &self.solved.right)
                .context("the committed result should be false")?,
            Accusation::RightElementIsWrong => claim(Fault::WrongElement, middle),
            Accusation::NothingIsMissing => {
                let missing = between(self.committed.elements(), middle as usize)?;
                Finding {
                    missing,
                    ..claim(Fault::MissingElement, middle + 1)
                }
            }
            Accusation::NeverCommitted => {
                let mut evidence = self.committed.evidence(claim(Fault::WrongElement, middle))?;
                for leaf in &mut evidence.leaves {
                    *leaf = Leaf {
                        element: altered(&leaf.element).into(),
                        ..leaf.clone()
                    };
                }
                return Ok(evidence);
            }
        };
        self.committed.evidence(finding)
    }

    /// The openings are shown only where the predicate is asked.
    fn opening_for(&self, fault: Fault) -> Opening {
        if self.terms.predicate.is_zero() || fault == Fault::Disorder {
            closed()
        } else {
            self.opening.clone()
        }
    }

    async fn job(&self) -> Result<Job> {
        let call = IEscrow::jobCall { jobId: self.id };
        let chain = self.stage.role(Role::Client)?;
        Ok(chain.call(self.stage.escrow.address, call).await?)
    }

    async fn holdings(&self) -> Result<Holdings> {
        let escrow = self.stage.escrow.address;
        let chain = self.stage.role(Role::Client)?;
        let mut roles = Vec::with_capacity(Role::ALL.len());
        let mut credits = U256::ZERO;
        for role in Role::ALL {
            let account = self.stage.account(role)?;
            let credit = chain.call(escrow, IEscrow::creditCall { account }).await?;
            roles.push((role, chain.balance(account).await? + credit));
            credits += credit;
        }
        Ok(Holdings {
            roles,
            escrow: chain.balance(escrow).await?.saturating_sub(credits),
        })
    }
}

/// Terms with amounts that no rounding would survive.
fn terms(stage: &Stage, scenario: &Scenario, opening: &Opening, salt: B256, now: u64) -> Result<Terms> {
    const HOUR: u32 = 3600;
    let (form, count, max_element) = stage.work(scenario.work).computation.shape()?;
    let (predicate, referee) = match scenario.judge {
        Judge::Predicate => (stage.predicate.address, Address::ZERO),
        Judge::Referee => (Address::ZERO, stage.account(Role::Referee)?),
    };
    let commit = |salt: B256, bytes: &[u8]| B256::from(commitment::commit(&salt.0, bytes));
    Ok(Terms {
        client: stage.account(Role::Client)?,
        worker: Address::ZERO,
        referee,
        verifier: Address::ZERO,
        predicate,
        functionCommitment: commit(opening.functionSalt, &opening.functionBytes),
        dataCommitment: commit(opening.dataSalt, &opening.dataBytes),
        seedHash: B256::ZERO,
        salt,
        form,
        count,
        maxElement: max_element,
        isSealed: false,
        reward: U96::from(1_000_000_000_000_000_007u64),
        bonus: U96::from(200_000_000_000_000_011u64),
        deposit: U96::from(1_500_000_000_000_000_013u64),
        bond: U96::from(10_000_000_000_000_017u64),
        acceptBy: now + u64::from(HOUR),
        computeWindow: 6 * HOUR,
        disputeWindow: 24 * HOUR,
        responseWindow: 2 * HOUR,
        rulingWindow: 12 * HOUR,
    })
}

/// The right result, or one made false in its middle.
fn falsified(right: &[Vec<u8>], form: Form, committing: Committing) -> Result<Vec<Vec<u8>>> {
    let mut elements = right.to_vec();
    let middle = elements.len() / 2;
    match committing {
        Committing::Right => {}
        Committing::WrongElement if form == Form::Set => {
            let wrong = between(&elements, middle)?;
            elements.insert(middle + 1, wrong);
        }
        Committing::WrongElement => elements[middle] = altered(&elements[middle]),
        Committing::Duplicate => elements.insert(middle, elements[middle].clone()),
        Committing::Omission => {
            elements.remove(middle);
        }
    }
    Ok(elements)
}

/// Bytes strictly between an element and the next one, and so not in the Set.
fn between(elements: &[Vec<u8>], index: usize) -> Result<Vec<u8>> {
    let low = elements.get(index).context("the Set has too few elements")?;
    let number = u64::from_be_bytes(low.as_slice().try_into().context("the elements have not eight bytes")?);
    let element = (number + 1).to_be_bytes().to_vec();
    ensure!(
        elements.get(index + 1).is_none_or(|high| element < *high),
        "no number fits behind element {index}"
    );
    Ok(element)
}

/// The same with its last bit turned.
fn altered(element: &[u8]) -> Vec<u8> {
    let mut altered = element.to_vec();
    if let Some(last) = altered.last_mut() {
        *last ^= 1;
    }
    altered
}
