//! The same play on two chains: the contracts as WASM on the devnet, and as native code beside it.

use std::collections::BTreeMap;

use alloy_primitives::{Bytes, U256};
use alloy_trie::root::storage_root_unhashed;
use surety_native::{Answer, Native, Platform};
use surety_tests::Devnet;

use crate::action::{Action, HOUSES, Play};
use crate::decoder::Decoder;
use crate::play::{Failure, Script, Tally, act, purses};
use crate::reference::Purse;
use crate::scene::Scene;
use crate::watch::Watch;

/// Two chains with the same accounts and contracts, at the same second.
pub struct Twins {
    devnet: Devnet,
    native: Native,
}

impl Default for Twins {
    fn default() -> Self {
        let devnet = <Devnet>::default();
        let native = Native::at(devnet.accounts(), devnet.contracts(), devnet.now());
        Self { devnet, native }
    }
}

impl Twins {
    /// Plays a script on both, and tries `forms` changed forms of each call before it.
    ///
    /// # Errors
    /// If native code parts from the protocol; if a return, a revert, an event, a balance, or in the end a contract's storage
    /// is not the same on both.
    pub fn play(self, script: &Script, forms: u32) -> Result<Tally, Box<Failure>> {
        let mut shadow = Shadow {
            twins: &self,
            decoder: Decoder::new(&self.devnet, Some(&self.native), forms, script.scene),
            before: BTreeMap::new(),
        };
        script.play(&self.native, &mut shadow)
    }
}

struct Shadow<'a> {
    twins: &'a Twins,
    decoder: Decoder<'a, Devnet>,
    /// Wei at the beginning: on the devnet, and natively.
    before: BTreeMap<Purse, [U256; 2]>,
}

impl Shadow<'_> {
    fn money(&self, scene: &Scene, purse: Purse) -> [U256; 2] {
        let account = scene.purse(purse);
        [self.twins.devnet.money(account), self.twins.native.money(account)]
    }
}

impl Watch for Shadow<'_> {
    fn begin(&mut self, scene: &Scene) {
        let money = purses().map(|purse| (purse, self.money(scene, purse)));
        self.before = money.collect();
    }

    fn before(&mut self, scene: &Scene, play: &Play, now: u64) -> Result<(), String> {
        self.twins.devnet.set_time(now);
        self.decoder.before(scene, play, now)
    }

    fn after(&mut self, scene: &Scene, action: &Action, now: u64, expected: Option<&Answer>) -> Result<(), String> {
        let Twins { devnet, native } = self.twins;
        let answer = act(devnet, scene, action, now);
        if answer.as_ref() != expected {
            let shown = |answer: Answer| answer.map(Bytes::from).map_err(Bytes::from);
            let (answer, expected) = (answer.map(shown), expected.cloned().map(shown));
            return Err(format!("WASM answered {answer:?}, natively {expected:?}"));
        }
        let (seen, expected) = (devnet.take_logs(), native.chain.take_logs());
        if seen != expected {
            return Err(format!("WASM logged {seen:?}, natively {expected:?}"));
        }
        for (purse, before) in &self.before {
            let after = self.money(scene, *purse);
            let [on_devnet, natively] = [0, 1].map(|chain| after[chain].wrapping_sub(before[chain]));
            if on_devnet != natively {
                return Err(format!("money of {purse:?} after WASM is {after:?}, before {before:?}"));
            }
        }
        Ok(())
    }

    fn end(&mut self, scene: &Scene) -> Result<(), String> {
        let Twins { devnet, native } = self.twins;
        for house in HOUSES {
            let contract = scene.house(house);
            let words = native.chain.storage_of(contract);
            let slots = words
                .iter()
                .map(|(slot, word)| (slot.to_be_bytes().into(), (*word).into()));
            if devnet.storage_root(contract) != storage_root_unhashed(slots) {
                return Err(format!(
                    "the storage of {house:?} is another one than natively: {words:?}"
                ));
            }
        }
        Ok(())
    }
}
