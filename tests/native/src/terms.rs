//! The job that tests are about: its amounts in wei, its windows in seconds, its terms, and the openings of what they
//! commit to.

use alloy_primitives::{Address, B256, Bytes, aliases::U96};
use surety_contracts::{Form, Opening, Terms};
use surety_protocol::commitment;
use surety_tasks::{Encoded, Range};

/// Amounts take more than 64 bits from about 18.4 ether on: most of these do.
pub const REWARD: u128 = 200 * 10u128.pow(18);
pub const BONUS: u128 = REWARD / 10;
pub const DEPOSIT: u128 = REWARD * 3 / 2;
pub const BOND: u128 = REWARD / 100;
/// r3, w3 and n of the case.
pub const FEE: u128 = REWARD / 5;
pub const CASE_BONUS: u128 = REWARD / 20;
pub const STAKE: u128 = 2 * DEPOSIT;
/// b and t of the pact.
pub const BRIBE: u128 = REWARD / 4;
pub const PACT_STAKE: u128 = REWARD / 8;

pub const ACCEPT: u64 = 3_600;
pub const COMPUTE: u64 = 7_200;
pub const DISPUTE: u64 = 10_800;
pub const RESPONSE: u64 = 1_800;
pub const RULING: u64 = 5_400;

const FUNCTION_SALT: B256 = B256::repeat_byte(0xf5);
const DATA_SALT: B256 = B256::repeat_byte(0xd5);
/// The salt of every seal.
pub const SEAL_SALT: B256 = B256::repeat_byte(0x5e);

/// Whom the terms name; zero for nobody.
#[derive(Clone, Copy, Debug)]
pub struct Parties {
    pub client: Address,
    pub worker: Address,
    pub referee: Address,
    pub verifier: Address,
    pub predicate: Address,
}

fn task(below: u64) -> Encoded {
    Encoded::primes(Range::new(0, below).expect("not empty"))
}

/// Terms of a Set job that may be taken for [`ACCEPT`] seconds from `start` on: the primes below `below`. Sealed where
/// there is a verifier.
pub fn terms(parties: Parties, below: u64, start: u64) -> Terms {
    let task = task(below);
    Terms {
        client: parties.client,
        worker: parties.worker,
        referee: parties.referee,
        verifier: parties.verifier,
        predicate: parties.predicate,
        functionCommitment: commitment::commit(&FUNCTION_SALT, &task.function).into(),
        dataCommitment: commitment::commit(&DATA_SALT, &task.data).into(),
        seedHash: B256::ZERO,
        salt: B256::repeat_byte(1),
        form: Form::Set,
        count: 0,
        maxElement: 8,
        isSealed: !parties.verifier.is_zero(),
        reward: U96::from(REWARD),
        bonus: U96::from(BONUS),
        deposit: U96::from(DEPOSIT),
        bond: U96::from(BOND),
        acceptBy: start + ACCEPT,
        computeWindow: COMPUTE as u32,
        disputeWindow: DISPUTE as u32,
        responseWindow: RESPONSE as u32,
        rulingWindow: RULING as u32,
    }
}

/// The openings of what [`terms`] commit to.
pub fn opening(below: u64) -> Opening {
    let task = task(below);
    Opening {
        functionSalt: FUNCTION_SALT,
        functionBytes: task.function.into(),
        dataSalt: DATA_SALT,
        dataBytes: task.data.into(),
    }
}

/// What stands in the place of openings where no predicate is asked.
pub fn no_opening() -> Opening {
    Opening {
        functionSalt: B256::ZERO,
        functionBytes: Bytes::new(),
        dataSalt: B256::ZERO,
        dataBytes: Bytes::new(),
    }
}
