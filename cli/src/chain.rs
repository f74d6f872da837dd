//! The chain behind an RPC URL: typed calls, signed transactions, and errors that say what to do.

mod logs;
pub mod outgoing;

use std::{sync::Arc, time::Duration};

use alloy::{
    consensus::Transaction as _,
    eips::{BlockId, BlockNumberOrTag},
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, B256, Bytes, TxKind, U256},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::{Header, TransactionReceipt, TransactionRequest},
    sol_types::SolCall,
    transports::{RpcError, TransportError, TransportErrorKind, http::reqwest},
};
use anyhow::Result;
use serde_json::{Value, json};

use crate::{revert, units};

/// How long a sent transaction may take to be mined.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(120);

/// Why the chain did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    #[error("`{url}` is no RPC URL: write for example http://127.0.0.1:8547")]
    Url { url: String },
    #[error(
        "cannot reach {url} ({reason}): start a chain with `surety devnet`, or name another with --network or --rpc-url"
    )]
    Unreachable { url: String, reason: String },
    #[error("{url} answered {method} with something else than expected: {reason}")]
    Answer {
        url: String,
        method: &'static str,
        reason: String,
    },
    #[error(
        "{url} is chain {found}, but this job lives on chain {expected}: name that chain with --network or --rpc-url"
    )]
    WrongChain { url: String, expected: u64, found: u64 },
    #[error("there is no contract at {address} on chain {chain_id}: check the address, or deploy with `surety deploy`")]
    NoContract { address: Address, chain_id: u64 },
    #[error(
        "account {account} has {} on chain {chain_id} and needs {} for this transaction with its gas: send it some ether",
        units::ether(*.balance), units::ether(*.needed)
    )]
    Unfunded {
        account: Address,
        chain_id: u64,
        balance: U256,
        needed: U256,
    },
    #[error("{} refused: {}", .call, revert::describe(.data))]
    Reverted { call: &'static str, data: Bytes },
    #[error(
        "transaction {hash} of {call} failed on the chain: the state changed since it was prepared; look with `surety status` and try again"
    )]
    Failed { call: &'static str, hash: B256 },
    #[error("the node refuses {call}: {reason}")]
    Refused { call: &'static str, reason: String },
    #[error("transaction {hash} was sent but not mined within {} s: look for it before you send it again", RECEIPT_TIMEOUT.as_secs())]
    NotMined { hash: B256 },
    #[error(
        "nobody signs here: make a key with `surety key new`, or name one with --keystore, --key-file or SURETY_PRIVATE_KEY"
    )]
    NoKey,
}

impl ChainError {
    /// Whether the chain answered well, and it is what stands there that is not as it should be.
    pub fn is_about_state(&self) -> bool {
        matches!(self, Self::NoContract { .. } | Self::Reverted { .. })
    }

    /// Whether node or contract answered with a no, so that asking again would change nothing.
    pub fn is_refusal(&self) -> bool {
        self.is_about_state() || matches!(self, Self::Refused { .. } | Self::Failed { .. } | Self::Answer { .. })
    }

    /// The revert data, if a contract refused.
    pub fn revert_data(&self) -> Option<&Bytes> {
        match self {
            Self::Reverted { data, .. } => Some(data),
            _ => None,
        }
    }
}

/// A mined transaction.
#[derive(Clone, Debug)]
pub struct Sent {
    pub hash: B256,
    pub block: u64,
    pub gas: u64,
    /// Wei paid for gas.
    pub fee: U256,
    pub success: bool,
    pub contract: Option<Address>,
    /// Events of the contracts that were called.
    pub logs: Vec<alloy::primitives::Log>,
}

impl Sent {
    fn new(receipt: &TransactionReceipt) -> Self {
        Self {
            hash: receipt.transaction_hash,
            block: receipt.block_number.unwrap_or_default(),
            gas: receipt.gas_used,
            fee: U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price),
            success: receipt.status(),
            contract: receipt.contract_address,
            logs: receipt.logs().iter().map(|log| log.inner.clone()).collect(),
        }
    }

    pub fn json(&self) -> Value {
        json!({ "hash": self.hash, "block": self.block, "gas": self.gas, "feeWei": self.fee.to_string() })
    }
}

/// A transaction before it has nonce, gas and fees.
#[derive(Clone, Debug)]
pub struct Request {
    /// For messages: the contract's function.
    pub call: &'static str,
    pub to: TxKind,
    pub input: Bytes,
    pub value: U256,
}

impl Request {
    pub fn call<C: SolCall>(to: Address, call: &C) -> Self {
        Self {
            call: name_of::<C>(),
            to: TxKind::Call(to),
            input: call.abi_encode().into(),
            value: U256::ZERO,
        }
    }

    pub fn create(init_code: Vec<u8>) -> Self {
        Self {
            call: "create",
            to: TxKind::Create,
            input: init_code.into(),
            value: U256::ZERO,
        }
    }

    pub fn paying(mut self, value: U256) -> Self {
        self.value = value;
        self
    }

    fn transaction(&self, from: Option<Address>) -> TransactionRequest {
        let mut request = TransactionRequest::default()
            .with_kind(self.to)
            .with_input(self.input.clone())
            .with_value(self.value);
        request.from = from;
        request
    }
}

/// A signed transaction as it goes over the wire.
#[derive(Clone, Debug)]
pub struct Signed {
    pub hash: B256,
    pub raw: Bytes,
}

/// A chain, with or without a key to sign for it.
#[derive(Clone)]
pub struct Chain {
    provider: DynProvider,
    url: String,
    id: u64,
    reach: Arc<logs::Reach>,
    signer: Option<(Address, EthereumWallet)>,
}

impl Chain {
    /// Connects, and asks for the chain id so that an unreachable node is noticed at once.
    pub async fn connect(url: &str) -> Result<Self, ChainError> {
        let parsed = reqwest::Url::parse(url)
            .ok()
            .filter(|parsed| matches!(parsed.scheme(), "http" | "https"))
            .ok_or_else(|| ChainError::Url { url: url.to_owned() })?;
        let provider = ProviderBuilder::new()
            .disable_recommended_fillers()
            .connect_http(parsed)
            .erased();
        let mut chain = Self {
            provider,
            url: url.to_owned(),
            id: 0,
            reach: Arc::new(logs::Reach::new()),
            signer: None,
        };
        chain.id = chain.ask("eth_chainId", chain.provider.get_chain_id()).await?;
        Ok(chain)
    }

    /// The same chain, signing with this wallet's account.
    pub fn signing(&self, wallet: impl Into<EthereumWallet>) -> Self {
        let mut chain = self.clone();
        let wallet = wallet.into();
        chain.signer = Some((wallet.default_signer().address(), wallet));
        chain
    }

    pub fn id(&self) -> u64 {
        self.id
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The account that signs.
    pub fn account(&self) -> Result<Address, ChainError> {
        self.signer
            .as_ref()
            .map(|(address, _)| *address)
            .ok_or(ChainError::NoKey)
    }

    pub fn require_id(&self, expected: u64) -> Result<(), ChainError> {
        if self.id == expected {
            Ok(())
        } else {
            Err(ChainError::WrongChain {
                url: self.url.clone(),
                expected,
                found: self.id,
            })
        }
    }

    pub async fn balance(&self, account: Address) -> Result<U256, ChainError> {
        self.ask("eth_getBalance", self.provider.get_balance(account)).await
    }

    /// The code at an address that must have some.
    pub async fn code(&self, address: Address) -> Result<Bytes, ChainError> {
        let code = self.ask("eth_getCode", self.provider.get_code_at(address)).await?;
        if code.is_empty() {
            return Err(ChainError::NoContract {
                address,
                chain_id: self.id,
            });
        }
        Ok(code)
    }

    /// Time of the latest block: what a deadline is compared with, give or take a block.
    pub async fn now(&self) -> Result<u64, ChainError> {
        self.latest().await.map(|header| header.timestamp)
    }

    /// Header of the latest block.
    pub async fn latest(&self) -> Result<Header, ChainError> {
        let latest = self.provider.get_block(BlockId::Number(BlockNumberOrTag::Latest));
        match self.ask("eth_getBlockByNumber", latest).await? {
            Some(block) => Ok(block.header),
            None => Err(self.answer("eth_getBlockByNumber", "no latest block")),
        }
    }

    /// A view.
    pub async fn call<C: SolCall>(&self, to: Address, call: C) -> Result<C::Return, ChainError> {
        let output = self.simulate(&Request::call(to, &call)).await?;
        if output.is_empty() {
            self.code(to).await?;
        }
        C::abi_decode_returns(&output).map_err(|error| self.answer(name_of::<C>(), error))
    }

    /// What a transaction would return, without sending it.
    pub async fn simulate(&self, request: &Request) -> Result<Bytes, ChainError> {
        let from = self.signer.as_ref().map(|(address, _)| *address);
        self.provider
            .call(request.transaction(from))
            .await
            .map_err(|error| self.refusal(request.call, "eth_call", error))
    }

    /// Calls a contract by a signed transaction and waits for it to be mined.
    pub async fn send(&self, request: &Request) -> Result<Sent, ChainError> {
        // To an address without code every call succeeds and the money is gone.
        if let TxKind::Call(to) = request.to {
            self.code(to).await?;
        }
        self.submit(request).await
    }

    /// Sends a transaction with the gas that the node estimates. One that would revert is not sent.
    pub async fn submit(&self, request: &Request) -> Result<Sent, ChainError> {
        let signed = self.prepare(request).await?;
        self.conclude(request.call, &signed).await
    }

    /// Signs a transaction with the gas that the node estimates, for an account that can pay for it. One that would
    /// revert is not signed.
    pub async fn prepare(&self, request: &Request) -> Result<Signed, ChainError> {
        let account = self.account()?;
        let price = self.gas_price().await?;
        let balance = self.balance(account).await?;
        self.require_funds(account, balance, request.value + U256::from(21_000) * price)?;
        let gas = self.estimate(request).await?;
        self.require_funds(account, balance, request.value + U256::from(gas) * price)?;
        let nonce = self.pending_nonce().await?;
        self.sign(request, nonce, gas, outgoing::max_fee(price)).await
    }

    /// Sends what was signed and waits for it to be mined. `call`: for messages.
    pub async fn conclude(&self, call: &'static str, signed: &Signed) -> Result<Sent, ChainError> {
        self.broadcast(call, &signed.raw).await?;
        let sent = self.receipt(signed.hash).await?;
        if sent.success {
            Ok(sent)
        } else {
            let hash = sent.hash;
            Err(ChainError::Failed { call, hash })
        }
    }

    /// Sends a transaction with this gas limit, whatever becomes of it.
    pub async fn submit_with_gas(&self, request: &Request, gas: u64) -> Result<Sent, ChainError> {
        let nonce = self.pending_nonce().await?;
        let max_fee = outgoing::max_fee(self.gas_price().await?);
        let signed = self.sign(request, nonce, gas, max_fee).await?;
        self.broadcast(request.call, &signed.raw).await?;
        self.receipt(signed.hash).await
    }

    /// A development chain's own method, such as `evm_mine`.
    pub async fn develop(&self, method: &'static str, parameters: Value) -> Result<Value, ChainError> {
        self.ask(method, self.provider.raw_request(method.into(), parameters))
            .await
    }

    /// A mined transaction: what came of it, who sent it, to whom, with what calldata.
    pub async fn mined(&self, hash: B256) -> Result<(Sent, Address, Address, Bytes), ChainError> {
        let sent = self.receipt(hash).await?;
        let found = self.provider.get_transaction_by_hash(hash);
        match self.ask("eth_getTransactionByHash", found).await? {
            Some(transaction) => {
                let to = transaction.to().unwrap_or_default();
                Ok((sent, transaction.inner.signer(), to, transaction.input().clone()))
            }
            None => Err(self.answer("eth_getTransactionByHash", "no such transaction")),
        }
    }

    /// The calldata of a mined transaction.
    pub async fn calldata(&self, hash: B256) -> Result<Bytes, ChainError> {
        self.mined(hash).await.map(|(.., calldata)| calldata)
    }

    async fn receipt(&self, hash: B256) -> Result<Sent, ChainError> {
        let waiting = async {
            let mut pause = Duration::from_millis(1);
            loop {
                if let Some(sent) = self.outcome(hash).await? {
                    return Ok(sent);
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
        };
        tokio::time::timeout(RECEIPT_TIMEOUT, waiting)
            .await
            .unwrap_or(Err(ChainError::NotMined { hash }))
    }

    pub async fn gas_price(&self) -> Result<U256, ChainError> {
        self.ask("eth_gasPrice", self.provider.get_gas_price())
            .await
            .map(U256::from)
    }

    pub fn require_funds(&self, account: Address, balance: U256, needed: U256) -> Result<(), ChainError> {
        if balance >= needed {
            return Ok(());
        }
        Err(ChainError::Unfunded {
            account,
            chain_id: self.id,
            balance,
            needed,
        })
    }

    async fn ask<T>(
        &self,
        method: &'static str,
        answer: impl IntoFuture<Output = Result<T, TransportError>>,
    ) -> Result<T, ChainError> {
        answer.await.map_err(|error| self.refusal(method, method, error))
    }

    fn refusal(&self, call: &'static str, method: &'static str, error: TransportError) -> ChainError {
        match error {
            RpcError::ErrorResp(payload) => match payload.as_revert_data() {
                Some(data) => ChainError::Reverted { call, data },
                // Nodes differ in how they report a revert without data.
                None if payload.message.contains("revert") => ChainError::Reverted {
                    call,
                    data: Bytes::new(),
                },
                None => ChainError::Refused {
                    call,
                    reason: payload.message.into_owned(),
                },
            },
            RpcError::Transport(kind) => match refusal_in(&kind) {
                Some(reason) => ChainError::Refused { call, reason },
                None => ChainError::Unreachable {
                    url: self.url.clone(),
                    reason: transport_reason(&kind),
                },
            },
            other => self.answer(method, other),
        }
    }

    fn answer(&self, method: &'static str, reason: impl ToString) -> ChainError {
        ChainError::Answer {
            url: self.url.clone(),
            method,
            reason: first_line(&reason.to_string()),
        }
    }
}

/// `takeOrder` of `takeOrder((address,...))`.
pub fn name_of<C: SolCall>() -> &'static str {
    C::SIGNATURE.split('(').next().unwrap_or(C::SIGNATURE)
}

/// Some nodes refuse a request by an HTTP status, with JSON-RPC's error as its body.
fn refusal_in(kind: &TransportErrorKind) -> Option<String> {
    let body: Value = serde_json::from_str(&kind.as_http_error()?.body).ok()?;
    let message = body.get("error")?.get("message")?.as_str()?;
    Some(first_line(message))
}

fn transport_reason(kind: &TransportErrorKind) -> String {
    match kind {
        TransportErrorKind::HttpError(http) => format!("HTTP status {}", http.status),
        TransportErrorKind::Custom(error) => {
            // The innermost cause says it shortest, such as "connection refused".
            let mut cause: &dyn std::error::Error = error.as_ref();
            while let Some(inner) = cause.source() {
                cause = inner;
            }
            first_line(&cause.to_string())
        }
        other => first_line(&other.to_string()),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}
