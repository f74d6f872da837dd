//! What ArbOS keeps: program records, the data pricer, chain owners and cache managers.
//!
//! It lies in the storage of an account of its own, so that it is journaled, reverted and snapshot like everything else.
//! Reading here is free; precompiles charge for what they read.

use alloy_primitives::{Address, B256, Keccak256, U256, address, keccak256};
use revm::context_interface::{Block, ContextTr, JournalTr};
use surety_stylus::entry::EntryCosts;

use super::context::Ctx;

/// The account that ArbOS keeps its state in.
pub const ACCOUNT: Address = address!("A4B05FffffFffFFFFfFFfffFfffFFfffFfFfFFFf");
/// Where fees and activation fees go. Nitro's development mode pays them to the chain owner, which would hide what
/// that account spends.
pub const NETWORK_FEE_ACCOUNT: Address = address!("A4B000000000000000000000000000000000FEE5");

/// Nitro counts the time of programs in hours from here.
const EPOCH: u64 = 1_421_388_000;
const EXPIRY: u64 = 365 * 24 * 3_600;
/// A program younger than this cannot be kept alive further.
pub const KEEPALIVE_AGE: u64 = 31 * 24 * 3_600;

/// Reads a slot of ArbOS.
pub fn read(ctx: &mut Ctx<'_>, slot: U256) -> U256 {
    let journal = ctx.journal_mut();
    let Ok(_) = journal.load_account(ACCOUNT);
    let Ok(value) = journal.sload(ACCOUNT, slot);
    value.data
}

/// Writes a slot of ArbOS.
pub fn write(ctx: &mut Ctx<'_>, slot: U256, value: U256) {
    let journal = ctx.journal_mut();
    let Ok(_) = journal.load_account(ACCOUNT);
    // A change of an account counts only if the account is touched.
    journal.touch_account(ACCOUNT);
    let Ok(_) = journal.sstore(ACCOUNT, slot, value);
}

/// A single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Bytes of compiled programs that recent activations added, less what time took off.
    DataDemand,
    /// When the demand was last brought up to date, in seconds since 1970.
    DataUpdated,
    InkPrice,
}

impl Field {
    pub fn slot(self) -> U256 {
        let name: &[u8] = match self {
            Self::DataDemand => b"arbos.data-demand",
            Self::DataUpdated => b"arbos.data-updated",
            Self::InkPrice => b"arbos.ink-price",
        };
        keccak256(name).into()
    }

    pub fn read(self, ctx: &mut Ctx<'_>) -> u64 {
        read(ctx, self.slot()).saturating_to()
    }

    pub fn write(self, ctx: &mut Ctx<'_>, value: u64) {
        write(ctx, self.slot(), U256::from(value));
    }
}

/// Where the record of a program lies.
fn record_slot(code_hash: B256) -> U256 {
    keyed(b"arbos.program", code_hash)
}

fn module_slot(code_hash: B256) -> U256 {
    keyed(b"arbos.module", code_hash)
}

fn keyed(name: &[u8], key: B256) -> U256 {
    let mut hasher = Keccak256::new();
    hasher.update(name);
    hasher.update(key);
    hasher.finalize().into()
}

/// What activation found out about a program, kept for each code hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Stylus version that it was activated under; 0 if it never was.
    pub version: u16,
    pub entry: EntryCosts,
    /// Hours since ArbOS' epoch.
    pub activated_at: u32,
    /// Size of the compiled program, in units of 1,024 bytes.
    pub asm_kb: u32,
    /// Held by the cache manager.
    pub cached: bool,
}

/// Why a program cannot run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Inactive {
    #[error("ProgramNotActivated()")]
    NotActivated,
    #[error("ProgramNeedsUpgrade({version}, {current})")]
    NeedsUpgrade { version: u16, current: u16 },
    #[error("ProgramExpired({age})")]
    Expired { age: u64 },
}

impl Record {
    pub fn read(ctx: &mut Ctx<'_>, code_hash: B256) -> Self {
        Self::unpack(read(ctx, record_slot(code_hash)))
    }

    pub fn write(&self, ctx: &mut Ctx<'_>, code_hash: B256) {
        write(ctx, record_slot(code_hash), self.pack());
    }

    /// The record, if the program may run now.
    pub fn active(ctx: &mut Ctx<'_>, code_hash: B256) -> Result<Self, Inactive> {
        let record = Self::read(ctx, code_hash);
        record.check(ctx).map(|()| record)
    }

    /// Whether the program of this record may run now.
    pub fn check(&self, ctx: &Ctx<'_>) -> Result<(), Inactive> {
        let current = ctx.chain.facts.stylus_version();
        if self.version == 0 {
            return Err(Inactive::NotActivated);
        }
        if self.version != current {
            return Err(Inactive::NeedsUpgrade {
                version: self.version,
                current,
            });
        }
        let age = self.age(now(ctx));
        if age > EXPIRY {
            return Err(Inactive::Expired { age });
        }
        Ok(())
    }

    /// Seconds since activation at time `now`.
    pub fn age(&self, now: u64) -> u64 {
        now.saturating_sub(EPOCH + u64::from(self.activated_at) * 3_600)
    }

    /// Seconds until the program expires.
    pub fn time_left(&self, now: u64) -> u64 {
        EXPIRY.saturating_sub(self.age(now))
    }

    fn pack(&self) -> U256 {
        let fields = [
            (16, u64::from(self.version)),
            (16, u64::from(self.entry.init)),
            (16, u64::from(self.entry.cached)),
            (16, u64::from(self.entry.footprint)),
            (32, u64::from(self.activated_at)),
            (32, u64::from(self.asm_kb)),
            (1, u64::from(self.cached)),
        ];
        fields
            .iter()
            .rev()
            .fold(U256::ZERO, |word, (bits, value)| (word << *bits) | U256::from(*value))
    }

    fn unpack(word: U256) -> Self {
        let mut rest = word;
        let mut take = |bits: usize| {
            let value = (rest & ((U256::ONE << bits) - U256::ONE)).to::<u64>();
            rest >>= bits;
            value
        };
        let mut take16 = || take(16) as u16;
        let version = take16();
        let entry = EntryCosts {
            init: take16(),
            cached: take16(),
            footprint: take16(),
        };
        Self {
            version,
            entry,
            activated_at: take(32) as u32,
            asm_kb: take(32) as u32,
            cached: take(1) == 1,
        }
    }
}

/// The hour that an activation at `timestamp` is recorded with.
pub const fn hours(timestamp: u64) -> u32 {
    (timestamp.saturating_sub(EPOCH) / 3_600) as u32
}

/// The hash of the module that a program was activated as; zero if it never was.
pub fn module_hash(ctx: &mut Ctx<'_>, code_hash: B256) -> B256 {
    read(ctx, module_slot(code_hash)).into()
}

/// Notes the hash of the module that a program was activated as.
pub fn write_module_hash(ctx: &mut Ctx<'_>, code_hash: B256, module_hash: B256) {
    write(ctx, module_slot(code_hash), module_hash.into());
}

/// Time of the block, in seconds since 1970.
pub fn now(ctx: &Ctx<'_>) -> u64 {
    ctx.block().timestamp().saturating_to()
}

/// Prices the code size of an activation and notes its demand. Returns wei.
pub fn data_fee(ctx: &mut Ctx<'_>, asm_bytes: u32) -> U256 {
    const BYTES_PER_SECOND: u64 = 34_865;
    const MIN_PRICE: u64 = 82_928_201;
    const INERTIA: u64 = 21_360_419;

    let now = now(ctx);
    let updated = Field::DataUpdated.read(ctx).max(EPOCH);
    let credit = BYTES_PER_SECOND
        .saturating_mul(now.saturating_sub(updated))
        .min(u64::from(u32::MAX));
    let demand = Field::DataDemand.read(ctx).saturating_sub(credit) + u64::from(asm_bytes);
    let demand = demand.min(u64::from(u32::MAX));
    Field::DataDemand.write(ctx, demand);
    Field::DataUpdated.write(ctx, now);

    let price = MIN_PRICE.saturating_mul(exp_bips(10_000 * demand / INERTIA)) / 10_000;
    U256::from(price.saturating_mul(u64::from(asm_bytes)))
}

/// 10,000 e^(x / 10,000) by twelve terms of its series, each rounded down.
fn exp_bips(x: u64) -> u64 {
    let mut result = 10_000 + x / 12;
    for i in (1..12).rev() {
        result = 10_000 + result.saturating_mul(x) / (10_000 * i);
    }
    result
}

/// A set of addresses that keeps the order in which they were added.
#[derive(Clone, Copy, Debug)]
pub enum AddressSet {
    ChainOwners,
    CacheManagers,
}

impl AddressSet {
    fn slot(self, kind: u8, key: B256) -> U256 {
        let name: &[u8] = match (self, kind) {
            (Self::ChainOwners, 0) => b"arbos.owner.member",
            (Self::ChainOwners, _) => b"arbos.owner.position",
            (Self::CacheManagers, 0) => b"arbos.cache-manager.member",
            (Self::CacheManagers, _) => b"arbos.cache-manager.position",
        };
        keyed(name, key)
    }

    /// Slot of the member at a position, 1 being the first; position 0 holds the size.
    fn member(self, position: u64) -> U256 {
        self.slot(0, U256::from(position).into())
    }

    fn position(self, address: Address) -> U256 {
        self.slot(1, address.into_word())
    }

    /// What to write into an empty ArbOS so that the set has one member.
    pub fn genesis(self, address: Address) -> [(U256, U256); 3] {
        [
            (self.member(0), U256::ONE),
            (self.member(1), address.into_word().into()),
            (self.position(address), U256::ONE),
        ]
    }

    pub fn contains(self, ctx: &mut Ctx<'_>, address: Address) -> bool {
        !read(ctx, self.position(address)).is_zero()
    }

    pub fn all(self, ctx: &mut Ctx<'_>) -> Vec<Address> {
        let size: u64 = read(ctx, self.member(0)).saturating_to();
        (1..=size)
            .map(|position| Address::from_word(read(ctx, self.member(position)).into()))
            .collect()
    }

    /// Adds an address unless it is there.
    pub fn add(self, ctx: &mut Ctx<'_>, address: Address) {
        if self.contains(ctx, address) {
            return;
        }
        let size = read(ctx, self.member(0)).saturating_to::<u64>() + 1;
        write(ctx, self.member(0), U256::from(size));
        write(ctx, self.member(size), address.into_word().into());
        write(ctx, self.position(address), U256::from(size));
    }

    /// Removes an address, the last one taking its place. Returns whether it was there.
    pub fn remove(self, ctx: &mut Ctx<'_>, address: Address) -> bool {
        let position = read(ctx, self.position(address));
        if position.is_zero() {
            return false;
        }
        let size = read(ctx, self.member(0)).saturating_to::<u64>();
        let last = read(ctx, self.member(size));
        write(ctx, self.position(Address::from_word(last.into())), position);
        write(ctx, self.member(position.saturating_to()), last);
        write(ctx, self.member(size), U256::ZERO);
        write(ctx, self.position(address), U256::ZERO);
        write(ctx, self.member(0), U256::from(size - 1));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_packing() {
        let record = Record {
            version: 3,
            entry: EntryCosts {
                init: 65_535,
                cached: 4_095,
                footprint: 128,
            },
            activated_at: 0x00ab_cdef,
            asm_kb: 0x00ff_ffff,
            cached: true,
        };
        assert_eq!(Record::unpack(record.pack()), record);
        assert_eq!(Record::unpack(U256::ZERO), Record::default());
    }

    #[test]
    fn series_of_the_exponential() {
        assert_eq!(exp_bips(0), 10_000);
        assert_eq!(exp_bips(10_000), 27_182);
    }
}
