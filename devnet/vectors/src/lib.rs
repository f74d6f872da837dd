//! Reads the metering vectors that lie beside this crate; its README explains their fields.
//!
//! For tests: whatever is wrong with a file is a panic that names it.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// All files of vectors.
pub const FILES: [&str; 9] = [
    "opcode.json",
    "control.json",
    "memory.json",
    "hostio.json",
    "storage.json",
    "call.json",
    "failure.json",
    "activation.json",
    "sdk.json",
];

/// One file: the chain that its cases start from, and the cases.
#[derive(Deserialize)]
pub struct Suite {
    pub chain_id: u64,
    pub sender: Address,
    pub sender_balance: U256,
    pub block: Block,
    pub block_gas_limit: u64,
    pub gas_price: u64,
    pub ink_price: u32,
    pub cases: Vec<Case>,
}

/// The block that every call is in.
#[derive(Deserialize)]
pub struct Block {
    pub number: u64,
    pub timestamp: u64,
    pub basefee: u64,
    pub coinbase: Address,
}

/// A program, what its activation must give, and calls of it.
#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    pub address: Address,
    #[serde(flatten)]
    wasm: Wasm,
    accounts: Option<BTreeMap<Address, U256>>,
    contracts: Option<Vec<Contract>>,
    /// Absent if the program is not activated at all.
    pub activation: Option<Activation>,
    pub calls: Vec<Call>,
}

/// A further contract of a case.
#[derive(Deserialize)]
pub struct Contract {
    pub address: Address,
    pub kind: Kind,
    #[serde(flatten)]
    wasm: Wasm,
    same_wasm_as: Option<String>,
    runtime: Option<Bytes>,
    #[serde(default)]
    pub activate: bool,
}

/// What a contract is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Stylus,
    Evm,
}

#[derive(Deserialize)]
struct Wasm {
    wasm_hex: Option<String>,
    wasm_rle: Option<Vec<(String, usize)>>,
}

/// What activation must give.
#[derive(Deserialize)]
pub struct Activation {
    pub ok: bool,
    pub ok_arbos60: Option<bool>,
    pub ok_debug_chain: Option<bool>,
    pub data_fee_wei: Option<U256>,
    pub gas_dynamic: Option<u64>,
    pub footprint: Option<u16>,
    pub init: Option<u16>,
    pub cached_init: Option<u16>,
    pub asm_estimate: Option<u32>,
    pub init_gas: Option<u64>,
    pub cached_gas: Option<u64>,
}

/// One transaction.
#[derive(Deserialize)]
pub struct Call {
    pub label: Option<String>,
    /// The case's program if absent.
    pub to: Option<Address>,
    /// The suite's sender if absent.
    pub from: Option<Address>,
    data: String,
    value: U256,
    pub gas_limit: u64,
    expect: Expect,
}

/// What a call must give. Fields of `cached_differs` replace the others in the cached run.
#[derive(Clone, Deserialize)]
pub struct Expect {
    pub status: String,
    output: Option<Bytes>,
    output_len: Option<usize>,
    output_keccak256: Option<B256>,
    gas_used_uncached: Option<u64>,
    gas_used_cached: Option<u64>,
    pub gas_used_arbos60: Option<u64>,
    pub intrinsic_gas: u64,
    pub ink_used: Option<u64>,
    pub refunded: u64,
    pub logs: Vec<Log>,
    pub hostio_ink: Option<Vec<(String, u64)>>,
    /// Measured, but an accident of the runner.
    #[serde(default)]
    pub informative: bool,
    #[serde(default)]
    cached_differs: Option<serde_json::Map<String, Value>>,
}

/// A log that a call must leave.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Log {
    pub address: Address,
    pub topics: Vec<B256>,
    pub data: Bytes,
}

/// One file of vectors, from the folder that `STYLUS_VECTORS` names or else the project's own.
pub fn load(file: &str) -> Suite {
    let folder = env::var_os("STYLUS_VECTORS").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut json: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for case in json["cases"].as_array_mut().into_iter().flatten() {
        for call in case["calls"].as_array_mut().into_iter().flatten() {
            keep_single_frame_inks(&mut call["expect"]);
        }
    }
    serde_json::from_value(json).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// One field of `cached_differs`.
fn parse<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap_or_else(|error| panic!("cached_differs: {error}"))
}

/// Where several frames ran, each host call has a depth; only the single-frame form is read here.
fn keep_single_frame_inks(expect: &mut Value) {
    let nested = |inks: &Value| {
        inks.as_array()
            .into_iter()
            .flatten()
            .any(|ink| ink.as_array().is_some_and(|a| a.len() > 2))
    };
    if nested(&expect["hostio_ink"]) {
        expect["hostio_ink"] = Value::Null;
    }
}

impl Case {
    pub fn wasm(&self) -> Vec<u8> {
        self.wasm.bytes(&self.name)
    }

    /// Accounts that have money from the start.
    pub fn accounts(&self) -> impl Iterator<Item = (Address, U256)> + '_ {
        self.accounts
            .iter()
            .flatten()
            .map(|(address, balance)| (*address, *balance))
    }

    /// Further contracts, in the order of their deployment.
    pub fn contracts(&self) -> &[Contract] {
        self.contracts.as_deref().unwrap_or_default()
    }
}

impl Contract {
    /// The WASM of a program, which may be that of the case.
    pub fn wasm(&self, case: &Case) -> Vec<u8> {
        match self.same_wasm_as.as_deref() {
            Some("main") => case.wasm(),
            Some(other) => panic!("{}: same_wasm_as {other} is unknown", case.name),
            None => self.wasm.bytes(&case.name),
        }
    }

    /// The code of an EVM contract.
    pub fn runtime(&self) -> Bytes {
        self.runtime.clone().expect("an EVM contract has runtime code")
    }
}

impl Wasm {
    fn bytes(&self, name: &str) -> Vec<u8> {
        let bytes = |text: &str| hex::decode(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        match (&self.wasm_hex, &self.wasm_rle) {
            (Some(text), _) => bytes(text),
            (None, Some(pieces)) => pieces
                .iter()
                .flat_map(|(text, count)| bytes(text).repeat(*count))
                .collect(),
            (None, None) => panic!("{name}: no wasm"),
        }
    }
}

impl Call {
    pub fn input(&self) -> Bytes {
        self.data.parse().expect("calldata is hex")
    }

    pub fn value(&self) -> U256 {
        self.value
    }

    /// What the run with or without cached programs must give.
    pub fn expect(&self, cached: bool) -> Expect {
        let mut expect = self.expect.clone();
        let Some(differs) = expect.cached_differs.take().filter(|_| cached) else {
            return expect;
        };
        for (key, value) in differs {
            match key.as_str() {
                "status" => expect.status = parse(value),
                "output" => expect.output = parse(value),
                "ink_used" => expect.ink_used = parse(value),
                "refunded" => expect.refunded = parse(value),
                "logs" => expect.logs = parse(value),
                "output_len" => expect.output_len = parse(value),
                "output_keccak256" => expect.output_keccak256 = parse(value),
                "outcome" | "hostio_ink" => expect.hostio_ink = None,
                other => panic!("cached_differs.{other} is unknown"),
            }
        }
        expect.hostio_ink = None;
        expect
    }
}

impl Expect {
    pub fn gas_used(&self, cached: bool) -> Option<u64> {
        if cached {
            self.gas_used_cached
        } else {
            self.gas_used_uncached
        }
    }

    /// Length and hash of the output.
    pub fn output_digest(&self) -> (usize, B256) {
        match &self.output {
            Some(output) => digest(output),
            None => (
                self.output_len.unwrap_or_default(),
                self.output_keccak256.unwrap_or_default(),
            ),
        }
    }
}

pub fn digest(output: &[u8]) -> (usize, B256) {
    (output.len(), keccak256(output))
}
