//! Plays actions on a chain, and compares everything that can be seen with what the protocol says.

use std::{collections::BTreeMap, fmt, ops::AddAssign};

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use rand::{SeedableRng, rngs::SmallRng};
use surety_contracts::*;
use surety_native::{Answer, Behaviour, Platform};

use crate::action::*;
use crate::reference::{Purse, Reference};
use crate::scene::Scene;
use crate::watch::Watch;

/// What happened, counted.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub actions: u64,
    /// Calls that were accepted, by name.
    pub accepted: BTreeMap<&'static str, u64>,
    /// Calls that were refused, by the signature of the error.
    pub refused: BTreeMap<&'static str, u64>,
    /// Jobs that came to an end, by phase and fault.
    pub ended: BTreeMap<(Phase, Fault), u64>,
}

impl Tally {
    /// Every call that was never accepted.
    pub fn never_accepted(&self) -> Vec<&'static str> {
        let names = Call::NAMES.into_iter();
        names.filter(|name| !self.accepted.contains_key(name)).collect()
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.actions += other.actions;
        add(&mut self.accepted, other.accepted);
        add(&mut self.refused, other.refused);
        add(&mut self.ended, other.ended);
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, others: BTreeMap<K, u64>) {
    for (key, count) in others {
        *counts.entry(key).or_default() += count;
    }
}

/// Where a chain and the protocol, or two chains, parted.
#[derive(Debug)]
pub struct Failure {
    /// What was seen, and what was expected.
    pub what: String,
    /// Everything that happened before, the last action included.
    pub history: Vec<Action>,
    pub scene: Scene,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.what)?;
        for job in &self.scene.jobs {
            writeln!(f, "{:?}", job.terms)?;
        }
        self.history.iter().try_for_each(|action| writeln!(f, "{action:?}"))
    }
}

/// A chain on which a scene is played.
pub struct Stage<'a, P> {
    platform: &'a P,
    scene: &'a Scene,
    /// Wei at the beginning.
    before: Vec<(Purse, U256)>,
}

pub(crate) fn purses() -> impl Iterator<Item = Purse> {
    let accounts = EVERYBODY.into_iter().map(Purse::Account);
    let houses = HOUSES.into_iter().map(Purse::House);
    accounts.chain(houses).chain([Purse::Elsewhere])
}

impl<'a, P: Platform> Stage<'a, P> {
    pub fn new(platform: &'a P, scene: &'a Scene) -> Self {
        let mut stage = Self {
            platform,
            scene,
            before: Vec::new(),
        };
        platform.set_time(scene.start);
        stage.before = purses().map(|purse| (purse, stage.money(purse))).collect();
        stage
    }

    fn money(&self, purse: Purse) -> U256 {
        self.platform.money(self.scene.purse(purse))
    }

    /// Plays an action on the chain and in the reference.
    fn step(
        &self,
        reference: &mut Reference<'_>,
        action: &Action,
        tally: &mut Tally,
    ) -> Result<Option<Answer>, String> {
        tally.actions += 1;
        match action {
            Action::Wait(seconds) => reference.now += seconds,
            Action::Until { job, deadline, off } => {
                let time = reference.deadlines(*job)[*deadline].saturating_add_signed(*off);
                // What is further away is nothing to wait for.
                if time < reference.now + 1_000 {
                    reference.now = reference.now.max(time);
                }
            }
            Action::Manner { who, manner } => reference.ledger.set_manner(*who, *manner),
            Action::Play(_) => {}
        }
        let answer = act(self.platform, self.scene, action, reference.now);
        let (Action::Play(play), Some(answer)) = (action, &answer) else {
            return Ok(None);
        };
        match (answer, reference.play(play)) {
            (Ok(_), Ok(())) => {
                *tally.accepted.entry(play.call.name()).or_default() += 1;
                if !reference.is_solvent() {
                    return Err("the reference does not add up".to_owned());
                }
                self.compare(reference, play.job)?;
            }
            (answer, verdict) => {
                let reason = match (answer, &verdict) {
                    (Err(data), Err(refusal)) => refusal.explain(data),
                    _ => None,
                };
                let shown = answer.clone().map(Bytes::from).map_err(Bytes::from);
                let reason = reason.ok_or_else(|| format!("answered {shown:?}, expected {verdict:?}"))?;
                *tally.refused.entry(reason).or_default() += 1;
            }
        }
        Ok(Some(answer.clone()))
    }

    fn view<C: SolCall>(&self, house: House, call: C) -> Result<C::Return, String> {
        let answer = self
            .platform
            .peek(Address::ZERO, self.scene.house(house), 0, call.abi_encode())
            .map_err(|data| format!("{} reverted with {}", C::SIGNATURE, Bytes::from(data)))?;
        C::abi_decode_returns_validate(&answer).map_err(|error| format!("{}: {error}", C::SIGNATURE))
    }

    /// Compares money, credits, reputation and the state of a job, its case and its pacts.
    fn compare(&self, reference: &Reference<'_>, job: usize) -> Result<(), String> {
        for (purse, before) in &self.before {
            let change = signed(self.money(*purse)) - signed(*before);
            same("money", purse, change, reference.ledger.change(*purse))?;
        }
        for who in EVERYBODY {
            let account = self.scene.address(who);
            for house in HOUSES {
                let credit = self.view(house, IEscrow::creditCall { account })?;
                same(
                    "credit",
                    (house, who),
                    credit,
                    U256::from(reference.ledger.credit(house, who)),
                )?;
            }
            let marks = &reference.marks[who as usize];
            let expected = Reputation {
                score: marks.score(),
                upheld: marks.upheld,
                faulted: marks.faulted,
                colluded: marks.colluded,
                stake: U256::from(marks.stake),
            };
            let reputation = self.view(House::Referee, IReferee::reputationCall { account })?;
            same("reputation", who, reputation, expected)?;
        }
        self.compare_job(reference, job)?;
        self.compare_case(reference, job)?;
        for (number, pact) in reference.pacts[job].iter().enumerate() {
            let pact_id = self.scene.jobs[job].pact_ids[number];
            let state = self.view(House::Collusion, ICollusion::pactOfCall { pactId: pact_id })?;
            same("pact", (job, number), state.phase, pact.phase)?;
        }
        Ok(())
    }

    fn compare_job(&self, reference: &Reference<'_>, job: usize) -> Result<(), String> {
        let expected = &reference.jobs[job];
        let id = self.scene.jobs[job].id;
        let seen = self.view(House::Escrow, IEscrow::jobCall { jobId: id })?;
        same("job's phase", job, seen.phase, expected.phase)?;
        same("job's fault", job, seen.fault, expected.fault)?;
        same("job's confirmation", job, seen.confirmed, expected.confirmed)?;
        let worker = expected.worker.map_or(Address::ZERO, |who| self.scene.address(who));
        same("job's worker", job, seen.worker, worker)?;
        same(
            "job's result",
            job,
            (seen.root, seen.count),
            expected.result.unwrap_or_default(),
        )?;
        let runs = matches!(
            expected.phase,
            Phase::Taken | Phase::Sealed | Phase::Committed | Phase::Demanded | Phase::Disputed
        );
        if runs {
            same("job's clock", job, seen.clock, expected.clock)?;
        }
        let bonds = match expected.phase {
            Phase::Demanded => expected.demanded.len() as u8,
            Phase::Disputed => 1,
            _ => return Ok(()),
        };
        let pending = self.view(House::Escrow, IEscrow::pendingCall { jobId: id })?;
        let pending = (pending.demandBy, pending.payoutAfter, pending.bonds);
        same(
            "challenge",
            job,
            pending,
            (expected.demand_by, expected.payout_after, bonds),
        )
    }

    fn compare_case(&self, reference: &Reference<'_>, job: usize) -> Result<(), String> {
        let expected = &reference.cases[job];
        let id = self.scene.jobs[job].id;
        let seen = self.view(House::Referee, IReferee::caseOfCall { jobId: id })?;
        same("case's phase", job, seen.phase, expected.phase)?;
        let report = self.view(House::Referee, IReferee::reportCall { jobId: id })?;
        let opinion = expected.opinion.unwrap_or_default();
        let report = (report.revealed, report.root, report.count);
        same(
            "report",
            job,
            report,
            (expected.opinion.is_some(), opinion.0, opinion.1),
        )
    }
}

/// Does to a chain what an action says; the answer if it is a call.
pub(crate) fn act<P: Platform>(platform: &P, scene: &Scene, action: &Action, now: u64) -> Option<Answer> {
    platform.set_time(now);
    match action {
        Action::Wait(_) | Action::Until { .. } => None,
        Action::Manner { who, manner } => {
            let behaviour = match manner {
                Manner::Takes => Behaviour::Plain,
                Manner::Refuses => Behaviour::Reverts(0),
                Manner::BurnsGas => Behaviour::Burns,
            };
            platform.behave(scene.address(*who), behaviour);
            None
        }
        Action::Play(play) => {
            let (house, data) = scene.calldata(play);
            let (from, to) = (scene.address(play.by), scene.house(house));
            Some(platform.send(from, to, scene.paid(play), data))
        }
    }
}

fn signed(wei: U256) -> i128 {
    i128::try_from(wei).expect("nobody has that much")
}

fn same<T: PartialEq + fmt::Debug>(what: &str, whose: impl fmt::Debug, seen: T, expected: T) -> Result<(), String> {
    match seen == expected {
        true => Ok(()),
        false => Err(format!("{what} of {whose:?} is {seen:?}, expected {expected:?}")),
    }
}

/// A scene and the actions of which each is drawn with its own seed.
#[derive(Clone, Debug)]
pub struct Script {
    pub scene: u64,
    pub actions: Vec<u64>,
}

impl Script {
    /// So many actions, all from one seed.
    pub fn new(seed: u64, length: usize) -> Self {
        use rand::Rng;
        let mut rng = SmallRng::seed_from_u64(seed);
        Self {
            scene: rng.random(),
            actions: (0..length).map(|_| rng.random()).collect(),
        }
    }

    pub fn scene<P: Platform>(&self, platform: &P) -> Scene {
        let mut rng = SmallRng::seed_from_u64(self.scene);
        let start = platform.now() + 100;
        Scene::draw(&mut rng, platform.accounts(), platform.contracts(), start)
    }

    /// Plays on a chain that is as it was deployed.
    ///
    /// # Errors
    /// At the first action after which the chain is not as the protocol says, or `watch` objects.
    pub fn play<P: Platform>(&self, platform: &P, watch: &mut impl Watch) -> Result<Tally, Box<Failure>> {
        let scene = self.scene(platform);
        let mut history = Vec::new();
        match self.play_scene(platform, &scene, watch, &mut history) {
            Ok(tally) => Ok(tally),
            Err(what) => Err(Box::new(Failure { what, history, scene })),
        }
    }

    fn play_scene<P: Platform>(
        &self,
        platform: &P,
        scene: &Scene,
        watch: &mut impl Watch,
        history: &mut Vec<Action>,
    ) -> Result<Tally, String> {
        let stage = Stage::new(platform, scene);
        watch.begin(scene);
        let mut reference = Reference::new(scene);
        let mut tally = Tally::default();
        for seed in &self.actions {
            let action = Action::draw(&mut SmallRng::seed_from_u64(*seed), &reference);
            history.push(action.clone());
            if let Action::Play(play) = &action {
                watch.before(scene, play, reference.now)?;
            }
            let answer = stage.step(&mut reference, &action, &mut tally)?;
            watch.after(scene, &action, reference.now, answer.as_ref())?;
        }
        watch.end(scene)?;
        for job in reference.ended() {
            *tally.ended.entry((job.phase, job.fault)).or_default() += 1;
        }
        Ok(tally)
    }
}
