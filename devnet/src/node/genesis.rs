//! The state that a chain starts with.

use alloy_primitives::{Address, Bytes, U256, address, bytes};
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
const INK_PRICE: u64 = 10_000;

/// Accounts with money, precompiles, ArbOS and the CREATE2 factory.
pub fn state(config: &Config, keys: &Keys) -> State {
    let mut state = State::default();
    for address in precompiles::ADDRESSES {
        state.set_code(address, Bytecode::new_legacy(bytes!("fe")));
    }
    state.set_code(CREATE2_FACTORY, Bytecode::new_legacy(CREATE2_FACTORY_CODE));
    for address in [arbos::ACCOUNT, CREATE2_FACTORY] {
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
