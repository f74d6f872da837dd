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
const INK_PRICE: u64 = 10_000;

/// Accounts with money, precompiles, ArbOS and the CREATE2 factory.
pub fn state(config: &Config, keys: &Keys) -> State {
    let mut state = State::default();
    for address in precompiles::ADDRESSES {
        state.set_code(address, Bytecode::new_legacy(bytes!("fe")));
    }
    state.set_code(CREATE2_FACTORY, Bytecode::new_legacy(CREATE2_FACTORY_CODE));
    let deployer: String = STYLUS_DEPLOYER_CODE.split_ascii_whitespace().collect();
    // The file is part of the binary and is tested to be hex.
    let deployer = hex::decode(deployer).unwrap_or_default();
    state.set_code(STYLUS_DEPLOYER, Bytecode::new_legacy(deployer.into()));
    for address in [arbos::ACCOUNT, CREATE2_FACTORY, STYLUS_DEPLOYER] {
        let info = state.account(address).unwrap_or_default();
        state.set_account(address, Some(Info { nonce: 1, ..info }));
    }
    state.set_slot(arbos::ACCOUNT, Field::InkPrice.slot(), U256::from(INK_PRICE));
    for (slot, value) in AddressSet::ChainOwners.genesis(NITRO_DEV_ACCOUNT) {
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
        assert_eq!(code_len(Address::with_last_byte(0x71)), 1);
        assert_eq!(
            state.account(NITRO_DEV_ACCOUNT).map(|info| info.balance),
            Some(config.dev_balance)
        );
    }
}
