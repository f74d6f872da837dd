//! The same escrow in Solidity (`contracts/twin`), and what the same calls cost there.

use std::{collections::BTreeMap, fs, path::Path};

use alloy::{
    primitives::{Address, B256, Bytes, U256, hex, keccak256},
    sol_types::SolCall,
};
use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use surety_contracts::{IEscrow, Leaf};

use crate::{
    chain::Chain,
    demo::{
        play::{Played, Step},
        scenarios::Role,
        stage::Stage,
    },
    jobfile::job_id,
};

/// Compiled twins.
pub struct Twins {
    /// What creates the one whose tree is hashed by the SHA-256 precompile.
    pub sha256: Vec<u8>,
    /// Code of the one whose tree is hashed by keccak256.
    keccak: Bytes,
}

/// What a call costs in Solidity.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    pub sha256: u64,
    /// Of calls with one inclusion proof.
    pub keccak: Option<u64>,
}

impl Beside {
    pub fn json(&self) -> Value {
        json!({ "sha256": self.sha256, "keccak": self.keccak })
    }
}

impl Twins {
    /// Reads what `make twins` leaves in a folder.
    pub fn read(folder: &Path) -> Result<Self> {
        let read = |name: &str| -> Result<Vec<u8>> {
            let path = folder.join(name);
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}: `make twins` compiles it", path.display()))?;
            let digits: String = text.split_whitespace().collect();
            hex::decode(digits).with_context(|| format!("{} is not in hexadecimal", path.display()))
        };
        Ok(Self {
            sha256: read("Sha256Twin.hex")?,
            keccak: read("KeccakTwin.hex")?.into(),
        })
    }

    /// What a step of a play on the twin's stage cost, if it called the twin.
    pub async fn beside(&self, stage: &Stage, step: &Step) -> Result<Option<Beside>> {
        let chain = stage.role(Role::Client)?;
        let (sent, from, to, input) = chain.mined(step.transaction).await?;
        if to != stage.escrow.address {
            return Ok(None);
        }
        let before = Before {
            chain,
            from,
            to,
            input: &input,
            block: sent.block.saturating_sub(1),
        };
        let keccak = match IEscrow::judgeCall::abi_decode(&input) {
            Ok(judge) if judge.leaves.len() == 1 => {
                let replayed = before.again(json!({})).await?;
                ensure!(
                    replayed == sent.gas,
                    "the call took {} gas, and {replayed} when it was traced again",
                    sent.gas
                );
                Some(self.by_keccak(&before, &judge).await?)
            }
            _ => None,
        };
        Ok(Some(Beside {
            sha256: sent.gas,
            keccak,
        }))
    }

    /// The same evidence, under the root that keccak256 makes of it.
    async fn by_keccak(&self, before: &Before<'_>, judge: &IEscrow::judgeCall) -> Result<u64> {
        let id = job_id(before.chain.id(), before.to, &judge.terms);
        let job = before.chain.call(before.to, IEscrow::jobCall { jobId: id }).await?;
        let root = keccak_root(&judge.leaves[0], job.count);
        let slot = B256::from(U256::from_be_bytes(id.0).wrapping_add(U256::from(1)));
        let twin = json!({ before.to.to_string(): { "code": self.keccak, "stateDiff": { slot.to_string(): root } } });
        before.again(twin).await
    }
}

/// A transaction and the block before it.
struct Before<'a> {
    chain: &'a Chain,
    from: Address,
    to: Address,
    input: &'a Bytes,
    block: u64,
}

impl Before<'_> {
    /// Gas of the same call with other state.
    async fn again(&self, overrides: Value) -> Result<u64> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Frame {
            gas_used: U256,
            error: Option<String>,
        }
        let call = json!({ "from": self.from, "to": self.to, "input": self.input });
        let options = json!({ "tracer": "callTracer", "stateOverrides": overrides });
        let parameters = json!([call, U256::from(self.block), options]);
        let frame = self.chain.develop("debug_traceCall", parameters).await?;
        let frame: Frame = serde_json::from_value(frame)?;
        if let Some(error) = frame.error {
            anyhow::bail!("the call fails when it is traced again: {error}");
        }
        Ok(frame.gas_used.saturating_to())
    }
}

/// Gas of each action on the twin.
pub async fn beside<'a>(
    twins: &Twins,
    stage: &Stage,
    played: &BTreeMap<&'static str, Played>,
    actions: impl Iterator<Item = &'a super::Action>,
) -> Result<BTreeMap<&'a str, Beside>> {
    let mut all = BTreeMap::new();
    for action in actions {
        let step = action.step(played)?;
        if let Some(beside) = twins.beside(stage, step).await? {
            all.insert(action.name, beside);
        }
    }
    Ok(all)
}

/// The root that a leaf's proof leads to in a tree of `count` leaves (RFC 9162, 2.1.3.2), with keccak256 for SHA-256.
fn keccak_root(leaf: &Leaf, count: u64) -> B256 {
    let node = |left: &B256, right: &B256| keccak256([&[1], left.as_slice(), right.as_slice()].concat());
    let (mut at, mut last) = (leaf.index, count.saturating_sub(1));
    let mut digest = keccak256([&[0], leaf.element.as_ref()].concat());
    for sibling in &leaf.proof {
        if at % 2 == 1 || at == last {
            digest = node(sibling, &digest);
            while at.is_multiple_of(2) && at != 0 {
                (at, last) = (at / 2, last / 2);
            }
        } else {
            digest = node(&digest, sibling);
        }
        (at, last) = (at / 2, last / 2);
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of three leaves, all proofs lead to one root.
    #[test]
    fn proofs_lead_to_the_root_by_keccak() {
        let hash = |element: u8| keccak256([0, element]);
        let node = |left: B256, right: B256| keccak256([&[1], left.as_slice(), right.as_slice()].concat());
        let inner = node(hash(7), hash(8));
        let root = node(inner, hash(9));
        for (index, element, proof) in [
            (0, 7, vec![hash(8), hash(9)]),
            (1, 8, vec![hash(7), hash(9)]),
            (2, 9, vec![inner]),
        ] {
            let element = vec![element].into();
            assert_eq!(keccak_root(&Leaf { index, element, proof }, 3), root);
        }
    }
}
