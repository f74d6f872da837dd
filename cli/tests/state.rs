//! `surety devnet --state FILE`, killed while it writes the file.

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use alloy::{
    primitives::{Address, B256, Bytes, U64, U256, bytes},
    rpc::client::RpcClient,
    transports::TransportResult,
};
use serde_json::json;
use support::{Devnet, arg};

/// Stores the word that it is called with in each of its slots from 0 to `LAST_SLOT`: all of them hold the same after any
/// transaction, and none may hold anything else.
///
/// `PUSH1 0 CALLDATALOAD PUSH1 200 | JUMPDEST PUSH1 1 SWAP1 SUB DUP2 DUP2 SSTORE DUP1 PUSH1 5 JUMPI`
const FILL: Bytes = bytes!("60003560c85b600190038181558060055700");
const LAST_SLOT: u64 = 199;
const FILLED: Address = Address::repeat_byte(0xbb);
/// Kills that must have come before the new file took the old one's place.
const TORN: u32 = 4;
/// Kills at most: some come when the file is already complete.
const ROUNDS: u64 = 30;

struct Chain {
    devnet: Devnet,
    client: RpcClient,
}

impl Chain {
    /// Starts where `state` left off; fails if the file does not load.
    fn start(state: &Path) -> Self {
        let folder = state.parent().expect("a file in a folder");
        let devnet = Devnet::start(folder, "0", &["--state-interval", "1", "--state", arg(state)]);
        let client = RpcClient::new_http(devnet.url.parse().unwrap());
        Self { devnet, client }
    }

    async fn height(&self) -> u64 {
        let height: U64 = self.client.request_noparams("eth_blockNumber").await.unwrap();
        height.to()
    }

    async fn slot(&self, slot: u64, block: u64) -> u64 {
        let params = (FILLED, U256::from(slot), U64::from(block));
        let value: U256 = self.client.request("eth_getStorageAt", params).await.unwrap();
        value.to()
    }

    /// Waits for what the chain does by itself.
    fn until(&mut self, condition: impl Fn() -> bool) {
        while !condition() {
            assert_eq!(
                self.devnet.process.try_wait().unwrap(),
                None,
                "the chain runs until it is killed"
            );
            thread::yield_now();
        }
    }

    /// Checks that the state after the latest blocks is what their transactions left, whole.
    async fn check(&self) -> u64 {
        let height = self.height().await;
        for block in height.saturating_sub(2)..=height {
            for slot in [0, 1, LAST_SLOT / 2, LAST_SLOT] {
                assert_eq!(self.slot(slot, block).await, block, "slot {slot} after block {block}");
            }
        }
        height
    }
}

/// Makes blocks, each of which fills all slots with its number, until the chain is gone.
async fn make_blocks(client: RpcClient, mut height: u64) -> TransportResult<()> {
    client.request::<_, ()>("anvil_setCode", (FILLED, FILL)).await?;
    let accounts: Vec<Address> = client.request_noparams("eth_accounts").await?;
    loop {
        height += 1;
        let transaction = json!({
            "from": accounts[0],
            "to": FILLED,
            "gas": "0x1000000",
            "input": B256::from(U256::from(height)),
        });
        client.request::<_, B256>("eth_sendTransaction", (transaction,)).await?;
    }
}

fn modified(state: &Path) -> Option<SystemTime> {
    fs::metadata(state).and_then(|metadata| metadata.modified()).ok()
}

/// Where the file is written before it takes its place.
fn unfinished(state: &Path) -> PathBuf {
    state.with_extension("unfinished")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_killed_while_it_saves_goes_on_from_a_whole_state() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("chain");
    let (mut torn, mut height) = (0, 0);
    for round in 0..ROUNDS {
        let mut chain = Chain::start(&state);
        let loaded = chain.check().await;
        assert!(loaded >= height, "block {height} was saved, now there are {loaded}");
        height = loaded;
        if torn == TORN {
            break;
        }
        // What the last process left is overwritten, and must not be taken for this one's.
        let _ = fs::remove_file(unfinished(&state));
        let before = modified(&state);
        let work = tokio::spawn(make_blocks(chain.client.clone(), height));
        // Every other process is killed at its first save, the others at a later one.
        chain.until(|| round % 2 == 1 || modified(&state) != before);
        chain.until(|| unfinished(&state).exists());
        thread::sleep(Duration::from_micros(500) * (round % 8) as u32);
        chain.devnet.process.kill().unwrap();
        chain.devnet.process.wait().unwrap();
        torn += u32::from(unfinished(&state).exists());
        assert!(work.await.unwrap().is_err(), "blocks are made until the chain is gone");
    }
    assert_eq!(torn, TORN, "of {ROUNDS} kills so many came while the file was written");
    assert!(height > 0, "blocks were saved between the kills");
}
