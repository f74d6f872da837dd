//! The chain as plain lists, encoded as RLP. What may be absent is a list of none or one.

use alloy::consensus::Header;
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use alloy_rlp::{RlpDecodable, RlpEncodable};

/// All of a chain but its snapshots.
#[derive(RlpEncodable, RlpDecodable)]
pub struct ChainImage {
    pub chain_id: u64,
    pub arbos_version: u64,
    pub debug_chain: bool,
    pub clock: ClockImage,
    pub terms: TermsImage,
    pub state: StateImage,
    /// Those that are kept, oldest first.
    pub blocks: Vec<BlockImage>,
    pub pool: Vec<TransactionImage>,
    pub impersonated: Vec<Address>,
    pub impersonates_all: bool,
}

#[derive(RlpEncodable, RlpDecodable)]
pub struct ClockImage {
    /// Seconds ahead of the wall clock, in two's complement.
    pub offset: u64,
    pub next: Vec<u64>,
    pub interval: Vec<u64>,
}

/// What the blocks to come are like.
#[derive(RlpEncodable, RlpDecodable)]
pub struct TermsImage {
    pub base_fee: u64,
    pub coinbase: Address,
    pub gas_limit: u64,
}

#[derive(RlpEncodable, RlpDecodable)]
pub struct StateImage {
    pub accounts: Vec<AccountImage>,
    pub storage: Vec<StorageImage>,
    pub codes: Vec<Bytes>,
    /// Changes that can be undone, oldest first, and how many older ones were forgotten.
    pub undo: Vec<ChangeImage>,
    pub dropped: u64,
}

#[derive(RlpEncodable, RlpDecodable)]
pub struct InfoImage {
    pub balance: U256,
    pub nonce: u64,
    pub code_hash: B256,
}

#[derive(RlpEncodable, RlpDecodable)]
pub struct AccountImage {
    pub address: Address,
    pub info: InfoImage,
}

#[derive(RlpEncodable, RlpDecodable)]
pub struct SlotImage {
    pub slot: U256,
    pub value: U256,
}

#[derive(RlpEncodable, RlpDecodable)]
pub struct StorageImage {
    pub address: Address,
    pub slots: Vec<SlotImage>,
}

/// What a change replaced: a slot if there is one, else the account, which may not have been there.
#[derive(RlpEncodable, RlpDecodable)]
pub struct ChangeImage {
    pub address: Address,
    pub slot: Vec<SlotImage>,
    pub account: Vec<InfoImage>,
}

#[derive(RlpEncodable, RlpDecodable)]
pub struct BlockImage {
    pub header: Header,
    pub l1_number: u64,
    /// ArbOS' own transaction.
    pub start: Vec<StartImage>,
    /// Where in the undo log the block begins.
    pub before: u64,
    pub transactions: Vec<MinedImage>,
}

#[derive(RlpEncodable, RlpDecodable)]
pub struct StartImage {
    pub hash: B256,
    pub chain_id: u64,
    pub input: Bytes,
}

#[derive(RlpEncodable, RlpDecodable)]
pub struct TransactionImage {
    /// EIP-2718 encoding.
    pub raw: Bytes,
    /// Not always the signer: the sender may have been impersonated.
    pub sender: Address,
}

#[derive(RlpEncodable, RlpDecodable)]
pub struct MinedImage {
    pub transaction: TransactionImage,
    pub success: bool,
    pub gas_used: u64,
    pub logs: Vec<Log>,
    pub contract_address: Vec<Address>,
}
