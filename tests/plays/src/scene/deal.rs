//! Random jobs.

use alloy_primitives::{Address, B256, U256, aliases::U96, keccak256};
use alloy_sol_types::SolValue;
use rand::{Rng, seq::IndexedRandom};
use surety_contracts::*;
use surety_native::Contracts;

use super::{CHAIN_ID, Job, NOBODY, Scene, commit, data_salt, function_salt, root_of};
use crate::action::*;
use crate::task::Task;

const YEAR: u32 = 365 * 24 * 3600;

impl Scene {
    /// Some jobs, most of which work.
    pub fn draw(rng: &mut impl Rng, accounts: [Address; 4], contracts: Contracts, start: u64) -> Self {
        let mut scene = Self {
            accounts,
            contracts,
            start,
            jobs: Vec::new(),
        };
        for number in 0..rng.random_range(1..=6) {
            let job = scene.draw_job(rng, number);
            scene.jobs.push(job);
        }
        scene
    }

    fn draw_job(&self, rng: &mut impl Rng, number: u8) -> Job {
        let task = Task::draw(rng);
        let game = rng.random_ratio(2, 3);
        let encoded = task.encoded();
        let ruled = rng.random_ratio(1, 3);
        let mut who = |usual: Who, nobody: bool| match rng.random_range(0..24) {
            0 if nobody => Address::ZERO,
            1 => self.address(*EVERYBODY.choose(rng).expect("four")),
            _ => self.address(usual),
        };
        let (client, worker, referee) = (who(Who::Client, false), who(Who::Worker, true), who(Who::Referee, true));
        // One job in four is about amounts of more than 64 bits, with as much in the bits below.
        let unit = match rng.random_range(0..4) {
            0 => (1u128 << 57) + 1,
            _ => 1,
        };
        let wei = |units: u64| U96::from(u128::from(units) * unit);
        let amount = |rng: &mut dyn rand::RngCore, least: u64| wei(rng.random_range(least..1_000));
        let mut window = |most: u32| match rng.random_range(0..600) {
            0 => 0,
            1 => YEAR,
            2 => YEAR + 1,
            _ => rng.random_range(1..=most),
        };
        let (compute, dispute, response, ruling) = (window(20), window(40), window(12), window(15));
        let mut terms = Terms {
            client,
            worker,
            referee,
            verifier: match game {
                true => self.contracts.verifier,
                false => *[Address::ZERO, NOBODY]
                    .choose_weighted(rng, |a| if a.is_zero() { 6 } else { 1 })
                    .expect("two"),
            },
            predicate: match ruled {
                true => Address::ZERO,
                false => *[self.contracts.predicate, NOBODY]
                    .choose_weighted(rng, |a| if *a == NOBODY { 1 } else { 9 })
                    .expect("two"),
            },
            functionCommitment: commit(function_salt(), &encoded.function),
            dataCommitment: commit(data_salt(), &encoded.data),
            seedHash: B256::ZERO,
            salt: B256::repeat_byte(number),
            form: task.form(),
            count: task.count(),
            maxElement: match rng.random_range(0..10) {
                0 => 32_768,
                1 => 700,
                _ => 8,
            },
            isSealed: game || rng.random_ratio(1, 3),
            reward: amount(rng, 0),
            bonus: amount(rng, 0),
            deposit: amount(rng, 0),
            bond: amount(rng, 1),
            // One after the other, so that there is always something to do.
            acceptBy: self.start + 40 * u64::from(number) + rng.random_range(0..40),
            computeWindow: compute,
            disputeWindow: dispute,
            responseWindow: response,
            rulingWindow: ruling,
        };
        if game && terms.disputeWindow <= terms.responseWindow && rng.random_ratio(9, 10) {
            terms.disputeWindow = terms.responseWindow + 1;
        }
        self.spoil(rng, &mut terms);
        let works = task.works();
        let roots: Vec<_> = works.iter().map(|work| root_of(&work.elements)).collect();
        let twice = terms.deposit.saturating_add(terms.deposit);
        let offer = |fee: u64, bonus: u64, stake| Offer {
            fee: wei(fee),
            bonus: wei(bonus),
            stake,
        };
        let pact = |work: usize, bribe: u64, stake: u64| Pact {
            terms: terms.clone(),
            root: roots[work],
            count: works[work].count(),
            bribe: wei(bribe),
            stake: wei(stake),
        };
        let pacts = vec![pact(1, 250, 127), pact(0, 0, 0)];
        let pact_id =
            |pact: &Pact| keccak256((U256::from(CHAIN_ID), self.contracts.collusion, pact.clone()).abi_encode());
        Job {
            id: keccak256((U256::from(CHAIN_ID), self.contracts.escrow, terms.clone()).abi_encode()),
            offers: vec![
                offer(201, 53, twice),
                offer(0, 0, twice.saturating_add(U96::from(7))),
                offer(3, 1, twice.saturating_sub(U96::from(1))),
            ],
            pact_ids: pacts.iter().map(pact_id).collect(),
            pacts,
            terms,
            task,
            works,
            roots,
        }
    }

    /// One time in a few, terms that cannot work, or only just.
    fn spoil(&self, rng: &mut impl Rng, terms: &mut Terms) {
        match rng.random_range(0..120) {
            0 => terms.bond = U96::ZERO,
            1 => terms.acceptBy = self.start - 1,
            2 => terms.count += 1,
            3 => terms.count = 1 << 48,
            4 => terms.maxElement = 0,
            5 => terms.maxElement = 32_769,
            6 => terms.referee = terms.client,
            7 => terms.referee = self.contracts.escrow,
            8 => terms.referee = terms.verifier,
            9 => terms.isSealed = !terms.isSealed,
            10 => terms.disputeWindow = terms.responseWindow,
            _ => {}
        }
    }
}
