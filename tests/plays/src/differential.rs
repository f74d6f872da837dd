//! The same play on two chains: the contracts as WASM on the devnet, and as native code beside it.

use alloy_primitives::{Bytes, U256};
use alloy_trie::root::storage_root_unhashed;
use surety_native::{Answer, Native, Platform};
use surety_tests::Devnet;

use crate::action::{Action, HOUSES, Play};
use crate::decoder::Decoder;
use crate::play::{Failure, Script, Tally, act};
use crate::scene::Scene;
use crate::watch::Watch;

/// Two chains with the same accounts and contracts, at the same second.
pub struct Twins {
    devnet: Devnet,
    native: Native,
}

impl Default for Twins {
    fn default() -> Self {
        let devnet = Devnet::default();
        let native = Native::at(devnet.accounts(), devnet.contracts(), devnet.now());
        Self { devnet, native }
    }
}

impl Twins {
    /// Plays a script on both, and tries `forms` changed forms of each call before it.
    ///
    /// # Errors
    /// If the devnet parts from the protocol; if a return, a revert, an event, or in the end a contract's storage is not the
    /// same on both.
    pub fn play(self, script: &Script, forms: u32) -> Result<Tally, Box<Failure>> {
        let decoder = Decoder::new(&self.devnet, Some(&self.native), forms, script.scene);
        let mut shadow = Shadow { twins: &self, decoder };
        script.play(&self.devnet, &mut shadow)
    }
}

struct Shadow<'a> {
    twins: &'a Twins,
    decoder: Decoder<'a, Devnet>,
}

impl Watch for Shadow<'_> {
    fn before(&mut self, scene: &Scene, play: &Play) -> Result<(), String> {
        self.decoder.before(scene, play)
    }

    fn after(&mut self, scene: &Scene, action: &Action, now: u64, answer: Option<&Answer>) -> Result<(), String> {
        let Twins { devnet, native } = self.twins;
        let expected = act(native, scene, action, now);
        if answer != expected.as_ref() {
            let shown = |answer: Answer| answer.map(Bytes::from).map_err(Bytes::from);
            let (answer, expected) = (answer.cloned().map(shown), expected.map(shown));
            return Err(format!("WASM answered {answer:?}, natively {expected:?}"));
        }
        let (seen, expected) = (devnet.take_logs(), native.chain.take_logs());
        if seen != expected {
            return Err(format!("WASM logged {seen:?}, natively {expected:?}"));
        }
        Ok(())
    }

    fn end(&mut self, scene: &Scene) -> Result<(), String> {
        let Twins { devnet, native } = self.twins;
        for house in HOUSES {
            let contract = scene.house(house);
            let words = native.chain.storage_of(contract);
            let root = storage_root_unhashed(
                words
                    .iter()
                    .map(|(slot, word)| (U256::to_be_bytes(slot).into(), (*word).into())),
            );
            if devnet.storage_root(contract) != root {
                return Err(format!(
                    "the storage of {house:?} is another one than natively: {words:?}"
                ));
            }
        }
        Ok(())
    }
}
