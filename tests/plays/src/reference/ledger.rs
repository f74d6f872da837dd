//! Money: who gained or lost how much, and what contracts keep for those who refused a payment.

use std::collections::BTreeMap;

use crate::action::{House, Manner, Target, Who};

/// Where money can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purse {
    Account(Who),
    House(House),
    Elsewhere,
}

#[derive(Clone, Debug, Default)]
pub struct Ledger {
    changes: BTreeMap<Purse, i128>,
    credits: BTreeMap<(House, Who), u128>,
    refusing: Vec<Who>,
}

impl Ledger {
    /// What a purse gained since the beginning, in wei.
    pub fn change(&self, purse: Purse) -> i128 {
        self.changes.get(&purse).copied().unwrap_or_default()
    }

    pub fn credit(&self, house: House, who: Who) -> u128 {
        self.credits.get(&(house, who)).copied().unwrap_or_default()
    }

    pub fn takes(&self, who: Who) -> bool {
        !self.refusing.contains(&who)
    }

    pub fn set_manner(&mut self, who: Who, manner: Manner) {
        self.refusing.retain(|other| *other != who);
        if manner != Manner::Takes {
            self.refusing.push(who);
        }
    }

    fn transfer(&mut self, from: Purse, to: Purse, wei: u128) {
        *self.changes.entry(from).or_default() -= wei as i128;
        *self.changes.entry(to).or_default() += wei as i128;
    }

    pub fn pay_in(&mut self, who: Who, house: House, wei: u128) {
        self.transfer(Purse::Account(who), Purse::House(house), wei);
    }

    /// Pushed, or credited if it is refused.
    pub fn pay_out(&mut self, house: House, who: Who, wei: u128) {
        match self.takes(who) {
            true => self.transfer(Purse::House(house), Purse::Account(who), wei),
            false => *self.credits.entry((house, who)).or_default() += wei,
        }
    }

    /// The whole credit.
    pub fn withdraw(&mut self, house: House, who: Who, to: Target) {
        let wei = self.credits.remove(&(house, who)).unwrap_or_default();
        let to = match to {
            Target::Account(who) => Purse::Account(who),
            Target::Elsewhere | Target::Zero => Purse::Elsewhere,
        };
        self.transfer(Purse::House(house), to, wei);
    }
}
