//! What tests need of a chain, so that the same test runs on the chain in memory and on the devnet.

use alloy_primitives::{Address, U256};

use crate::chain::Answer;

/// What is deployed.
#[derive(Clone, Copy, Debug)]
pub enum Contract {
    Escrow,
    Predicate,
    Referee { escrow: Address },
    Collusion { escrow: Address, referee: Address },
}

/// The contracts of every world.
#[derive(Clone, Copy, Debug)]
pub struct Contracts {
    pub escrow: Address,
    pub predicate: Address,
    pub verifier: Address,
    pub collusion: Address,
}

impl Contracts {
    /// Deploys them, each of which must succeed.
    pub fn deploy(mut deploy: impl FnMut(Contract) -> Option<Address>) -> Self {
        let mut deploy = |contract| deploy(contract).expect("constructed");
        let escrow = deploy(Contract::Escrow);
        let verifier = deploy(Contract::Referee { escrow });
        Self {
            escrow,
            predicate: deploy(Contract::Predicate),
            verifier,
            collusion: deploy(Contract::Collusion {
                escrow,
                referee: verifier,
            }),
        }
    }
}

/// What an account does with every call and every payment.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// It has no code: it takes the money and answers with nothing.
    Plain,
    /// Reverts with so many zero bytes.
    Reverts(usize),
    /// Loops until no gas is left.
    Burns,
    /// Sends `call` to a contract, does not look at what came of it, and answers.
    Answers {
        call: Option<(Address, Vec<u8>)>,
        answer: Vec<u8>,
    },
}

/// A chain that tests run on.
pub trait Platform {
    /// Client, worker, referee and a stranger, each with 10^21 wei or more.
    fn accounts(&self) -> [Address; 4];

    /// What was deployed before anything else happened.
    fn contracts(&self) -> Contracts;

    /// Deploys and constructs another contract in one transaction, unless its constructor refuses.
    fn try_deploy(&mut self, contract: Contract) -> Option<Address>;

    /// A transaction.
    fn send(&self, from: Address, to: Address, value: u128, data: Vec<u8>) -> Answer;

    /// The same, without any effect.
    fn peek(&self, from: Address, to: Address, value: u128, data: Vec<u8>) -> Answer;

    /// A transaction without value that may use so much gas; whether it succeeded.
    fn send_with_gas(&self, from: Address, to: Address, data: Vec<u8>, gas: u64) -> bool;

    /// Runs something, and takes all that it did to the chain back.
    fn undone<T>(&self, run: impl FnOnce() -> T) -> T;

    fn now(&self) -> u64;

    /// The next transaction, and every look until then, happens at `time`, in seconds.
    fn set_time(&self, time: u64);

    /// From now on `account` does this.
    fn behave(&self, account: Address, behaviour: Behaviour);

    /// Makes an account refuse every payment, or take it again.
    fn refuse_money(&self, account: Address, refuses: bool) {
        self.behave(
            account,
            match refuses {
                true => Behaviour::Reverts(0),
                false => Behaviour::Plain,
            },
        );
    }

    /// Puts something at `address` that sends `call` and answers, whatever it is asked or paid.
    fn impostor(&self, address: Address, call: Option<(Address, Vec<u8>)>, answer: Vec<u8>) {
        self.behave(address, Behaviour::Answers { call, answer });
    }

    /// The wei of an account, had it never paid for gas.
    fn money(&self, account: Address) -> U256;
}
