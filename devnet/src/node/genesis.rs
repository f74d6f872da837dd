//! The state that a chain starts with.

use alloy_primitives::{Address, Bytes, U256, address, bytes, hex};
use revm::bytecode::Bytecode;

use super::accounts::Keys;
use crate::{
    config::{Config, NITRO_DEV_ACCOUNT},
    evm::arbos::{self, AddressSet, Field},
    precompiles,
    state::{Info, State},
};

/// Deploys by CREATE2 whatever it is called with, at the same address on every chain.
const CREATE2_FACTORY: Address = address!("4e59b44847b379578588920ca78fbf26c0b4956c");
const CREATE2_FACTORY_CODE: Bytes = bytes!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);
/// Deploys, activates and initialises a program in one transaction; `cargo stylus deploy` uses it for constructors.
const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");
/// Its runtime code, from the crate stylus-tools 0.10.10 (MIT OR Apache-2.0, Offchain Labs).
const STYLUS_DEPLOYER_CODE: &str = include_str!("stylus_deployer.hex");
/// Auctions places in the cache of programs, at the address where nitro-devnode has its manager.
const CACHE_MANAGER: Address = address!("A6E41fFD769491a42A6e5Ce453259b93983a22EF");
/// Runtime code of `devnet/contracts/CacheManager.sol`, made by `build.mjs` beside it.
const CACHE_MANAGER_CODE: &str = include_str!("cache_manager.hex");
/// Bytes of compiled programs that it may hold, and wei that a bid loses against later ones with each second: what the
/// managers of Arbitrum's public chains started with.
const CACHE_SIZE: U256 = U256::from_limbs([536_870_912, 0, 0, 0]);
const BID_DECAY: U256 = U256::from_limbs([10_322_197_911, 0, 0, 0]);
const INK_PRICE: u64 = 10_000;

/// Accounts with money, precompiles, ArbOS, the factories and the cache manager.
pub fn state(config: &Config, keys: &Keys) -> State {
    let mut state = State::default();
    for address in precompiles::ADDRESSES {
        state.set_code(address, Bytecode::new_legacy(bytes!("fe")));
    }
    state.set_code(CREATE2_FACTORY, Bytecode::new_legacy(CREATE2_FACTORY_CODE));
    state.set_code(STYLUS_DEPLOYER, from_hex(STYLUS_DEPLOYER_CODE));
    state.set_code(CACHE_MANAGER, from_hex(CACHE_MANAGER_CODE));
    // Slot 0 of the contract packs, from the low end: cacheSize, queueSize, decay (64 bits each), isPaused.
    state.set_slot(CACHE_MANAGER, U256::ZERO, CACHE_SIZE | (BID_DECAY << 128));
    for address in [arbos::ACCOUNT, CREATE2_FACTORY, STYLUS_DEPLOYER, CACHE_MANAGER] {
        let info = state.account(address).unwrap_or_default();
        state.set_account(address, Some(Info { nonce: 1, ..info }));
    }
    state.set_slot(arbos::ACCOUNT, Field::InkPrice.slot(), U256::from(INK_PRICE));
    let owners = AddressSet::ChainOwners.genesis(NITRO_DEV_ACCOUNT);
    let managers = AddressSet::CacheManagers.genesis(CACHE_MANAGER);
    for (slot, value) in owners.into_iter().chain(managers) {
        state.set_slot(arbos::ACCOUNT, slot, value);
    }
    for address in keys.addresses() {
        state.set_account(
            *address,
            Some(Info {
                balance: config.dev_balance,
                ..Info::default()
            }),
        );
    }
    state.discard_before(state.mark());
    state
}

/// Code from one of the files above, which are part of the binary and tested to be hex.
fn from_hex(lines: &str) -> Bytecode {
    let digits: String = lines.split_ascii_whitespace().collect();
    Bytecode::new_legacy(hex::decode(digits).unwrap_or_default().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_contracts_are_there() {
        let config = Config::default();
        let state = state(&config, &Keys::development());
        let code_len = |address| {
            let hash = state.account(address).map(|info| info.code_hash);
            hash.and_then(|hash| state.code(hash))
                .map_or(0, |code| code.original_bytes().len())
        };
        assert_eq!(code_len(STYLUS_DEPLOYER), 2_269);
        assert_eq!(code_len(CREATE2_FACTORY), 69);
        let cache_manager: String = CACHE_MANAGER_CODE.split_ascii_whitespace().collect();
        assert_eq!(code_len(CACHE_MANAGER), cache_manager.len() / 2);
        assert_eq!(code_len(Address::with_last_byte(0x71)), 1);
        assert_eq!(
            state.account(NITRO_DEV_ACCOUNT).map(|info| info.balance),
            Some(config.dev_balance)
        );
    }
}
