//! Accounts whose keys everybody knows.

use std::collections::BTreeMap;

use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::{Address, B256, b256};

/// The key of [`NITRO_DEV_ACCOUNT`](crate::config::NITRO_DEV_ACCOUNT), as published with nitro-devnode.
const NITRO_KEY: B256 = b256!("b6b15c8cb491557369f3c7d2c287b053eb229daa9c22138887752191c9520659");

/// The first ten keys of the mnemonic "test test test test test test test test test test test junk", which anvil and
/// hardhat also start with.
const TEST_KEYS: [B256; 10] = [
    b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    b256!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    b256!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    b256!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    b256!("47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    b256!("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    b256!("92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    b256!("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    b256!("dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    b256!("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
];

/// Keys that the node signs with, in the order in which it lists them.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    order: Vec<Address>,
    signers: BTreeMap<Address, PrivateKeySigner>,
}

impl Keys {
    /// The ten test accounts and then Nitro's.
    pub fn development() -> Self {
        let mut keys = Self::default();
        for key in TEST_KEYS.iter().chain([&NITRO_KEY]) {
            // All of these are valid keys; a broken one would only be missing from the list.
            if let Ok(signer) = PrivateKeySigner::from_bytes(key) {
                keys.order.push(signer.address());
                keys.signers.insert(signer.address(), signer);
            }
        }
        keys
    }

    pub fn addresses(&self) -> &[Address] {
        &self.order
    }

    pub fn signer(&self, address: Address) -> Option<&PrivateKeySigner> {
        self.signers.get(&address)
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::address;

    use super::*;
    use crate::config::NITRO_DEV_ACCOUNT;

    #[test]
    fn keys_belong_to_the_known_addresses() {
        let keys = Keys::development();
        assert_eq!(keys.addresses().len(), 11);
        assert_eq!(
            keys.addresses()[0],
            address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
        );
        assert_eq!(
            keys.addresses()[9],
            address!("a0Ee7A142d267C1f36714E4a8F75612F20a79720")
        );
        assert!(keys.signer(NITRO_DEV_ACCOUNT).is_some());
    }
}
