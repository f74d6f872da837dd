//! Transactions, signed beforehand, sent by several accounts at once.

use std::{
    collections::VecDeque,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::eip2718::Encodable2718,
    network::TxSignerSync,
    signers::local::PrivateKeySigner,
};
use alloy_primitives::{Address, Bytes, TxKind, U256, hex};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use tokio::task::JoinSet;

use crate::server::Running;

const MINT: [u8; 4] = hex!("40c10f19");
const TRANSFER: [u8; 4] = hex!("a9059cbb");
const RUN: [u8; 4] = hex!("a444f5e9");
/// Rounds of the compute loop: about 1.2 million gas.
const ROUNDS: u64 = 10_000;
/// The first accounts that anvil and surety both fund; each sends on a connection of its own.
const KEYS: [&str; 8] = [
    "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
    "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
    "8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba",
    "92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e",
    "4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356",
];

/// Transactions that a sender has in the pool at most: of thousands, anvil 1.7.1 stopped mining some.
const AHEAD: usize = 64;
const POLL: Duration = Duration::from_millis(1);
const STALLED: Duration = Duration::from_secs(60);

/// What the transactions do.
#[derive(Clone, Copy)]
pub enum Load {
    Transfer,
    Token,
    Compute,
}

/// An account that signs its transactions in a row.
struct Account {
    signer: PrivateKeySigner,
    chain_id: u64,
    nonce: u64,
}

impl Account {
    fn sign(&mut self, to: TxKind, input: Bytes, value: u64, gas_limit: u64) -> Result<String> {
        let mut tx = TxEip1559 {
            chain_id: self.chain_id,
            nonce: self.nonce,
            gas_limit,
            max_fee_per_gas: 20_000_000_000,
            to,
            value: U256::from(value),
            input,
            ..TxEip1559::default()
        };
        self.nonce += 1;
        let signature = self.signer.sign_transaction_sync(&mut tx)?;
        Ok(hex::encode_prefixed(
            TxEnvelope::from(tx.into_signed(signature)).encoded_2718(),
        ))
    }
}

impl Load {
    /// Transactions a second, from the first that is sent to the last that is in a block.
    pub async fn rate(self, server: &Running, contracts: &Path, count: usize) -> Result<f64> {
        let chain_id = server.number("eth_chainId", json!([])).await?;
        let mut accounts = Vec::new();
        for key in KEYS {
            accounts.push(Account {
                signer: key.parse().context("a key of the list")?,
                chain_id,
                nonce: 0,
            });
        }
        let contract = self.prepare(server, contracts, &mut accounts).await?;
        // A loop is worth many transfers.
        let each = match self {
            Self::Compute => count / KEYS.len() / 8,
            Self::Transfer | Self::Token => count / KEYS.len(),
        };
        let batches: Vec<Vec<String>> = accounts
            .iter_mut()
            .map(|account| (0..each).map(|_| self.sign(account, contract)).collect())
            .collect::<Result<_>>()?;
        let start = Instant::now();
        let mut senders = JoinSet::new();
        for batch in batches {
            let server = server.clone();
            senders.spawn(async move {
                let mut sent = VecDeque::with_capacity(AHEAD);
                for raw in batch {
                    if sent.len() == AHEAD {
                        mined(&server, &sent.pop_front().unwrap_or_default()).await?;
                    }
                    sent.push_back(server.call("eth_sendRawTransaction", json!([raw])).await?);
                }
                mined(&server, &sent.pop_back().context("a sender without transactions")?).await
            });
        }
        while let Some(result) = senders.join_next().await {
            result??;
        }
        Ok((each * KEYS.len()) as f64 / start.elapsed().as_secs_f64())
    }

    /// Deploys what is needed.
    async fn prepare(self, server: &Running, contracts: &Path, accounts: &mut [Account]) -> Result<Address> {
        let (name, token) = match self {
            Self::Transfer => return Ok(Address::repeat_byte(0xee)),
            Self::Token => ("Token.hex", true),
            Self::Compute => ("Loop.hex", false),
        };
        let file = contracts.join(name);
        let code = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let digits: String = code.split_ascii_whitespace().collect();
        let raw = accounts[0].sign(TxKind::Create, hex::decode(digits)?.into(), 0, 3_000_000)?;
        let hash = server.call("eth_sendRawTransaction", json!([raw])).await?;
        mined(server, &hash).await?;
        let contract = accounts[0].signer.address().create(0);
        if token {
            for index in 0..accounts.len() {
                let to = accounts[index].signer.address().into_word();
                let input = [&MINT[..], to.as_slice(), &[0xff; 1], &[0; 31]].concat();
                let raw = accounts[0].sign(contract.into(), input.into(), 0, 200_000)?;
                let hash = server.call("eth_sendRawTransaction", json!([raw])).await?;
                mined(server, &hash).await?;
            }
        }
        Ok(contract)
    }

    fn sign(self, account: &mut Account, contract: Address) -> Result<String> {
        let word = |value: u64| U256::from(value).to_be_bytes::<32>();
        match self {
            Self::Transfer => account.sign(contract.into(), Bytes::new(), 1, 21_000),
            Self::Token => {
                let to = Address::repeat_byte(0xee).into_word();
                let input = [&TRANSFER[..], to.as_slice(), &word(1)].concat();
                account.sign(contract.into(), input.into(), 0, 100_000)
            }
            Self::Compute => {
                let input = [&RUN[..], &word(ROUNDS)].concat();
                account.sign(contract.into(), input.into(), 0, 3_000_000)
            }
        }
    }
}

/// Waits until a transaction is in a block, and fails if it did not succeed there, or if that takes too long.
async fn mined(server: &Running, hash: &serde_json::Value) -> Result<()> {
    let waiting = async {
        loop {
            let receipt = server.call("eth_getTransactionReceipt", json!([hash])).await?;
            if !receipt.is_null() {
                ensure!(receipt["status"] == "0x1", "transaction {hash} failed");
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
    };
    let stalled = || format!("transaction {hash} is in no block after {} s", STALLED.as_secs());
    tokio::time::timeout(STALLED, waiting).await.with_context(stalled)?
}

/// Sends transfers, each in a block of its own, and says how fast the first and the last tenth of them went and how much
/// memory the node took.
pub async fn endure(server: &Running, blocks: u64) -> Result<String> {
    let tenth = (blocks / 10).max(KEYS.len() as u64);
    let chain_id = server.number("eth_chainId", json!([])).await?;
    let mut account = Account {
        signer: KEYS[0].parse().context("a key of the list")?,
        chain_id,
        nonce: 0,
    };
    let mut rates = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..10 {
        let batch = (0..tenth)
            .map(|_| account.sign(Address::repeat_byte(0xee).into(), Bytes::new(), 1, 21_000))
            .collect::<Result<Vec<_>>>()?;
        let start = Instant::now();
        for raw in batch {
            server.call("eth_sendRawTransaction", json!([raw])).await?;
        }
        rates.push(tenth as f64 / start.elapsed().as_secs_f64());
        memory.push(server.memory().unwrap_or_default());
    }
    Ok(format!(
        "{} blocks one after the other: the first tenth at {:.0} blocks/s with {} MiB in the end, the last at {:.0} with {} MiB",
        tenth * 10,
        rates[0],
        memory[0],
        rates[9],
        memory[9],
    ))
}
