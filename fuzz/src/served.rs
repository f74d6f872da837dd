//! A chain behind a server on a free port.

use std::time::Duration;

use alloy::{
    eips::BlockId,
    primitives::{Address, Bytes, bytes},
    rpc::types::{TransactionInput, TransactionRequest},
};
use serde_json::{Value, json};
use surety_devnet::{
    Config, Node,
    rpc::{ServerHandle, serve},
};
use tokio::runtime::Runtime;

use crate::bodies::call;

/// Creates a contract that adds one to slot 0 and logs it.
const COUNTER: Bytes = bytes!("6d5f54600101805f555f5260205fa05f52600e6012f3");
/// Requests between two questions whether the server is still there.
const BETWEEN: u64 = 100;
/// The server answers sooner, whatever it is asked.
const PATIENCE: Duration = Duration::from_secs(100);

pub struct Served {
    runtime: Runtime,
    server: ServerHandle,
    http: reqwest::Client,
    node: Node,
    asked: u64,
}

impl Served {
    /// # Panics
    /// If the chain or its server cannot start.
    pub fn new() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let node = Node::new(Config::default()).expect("the chain starts");
        let server = serve(node.clone(), ([127, 0, 0, 1], 0).into());
        let server = runtime.block_on(server).expect("a free port");
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build();
        Self {
            runtime,
            server,
            http: http.expect("a client"),
            node,
            asked: 0,
        }
    }

    /// Requests of every kind, about blocks and transactions that there are. Must be asked for before anything else is sent.
    ///
    /// # Panics
    /// If one of them has no result.
    pub fn real_requests(&mut self) -> Vec<Value> {
        let from = self.node.accounts()[0];
        let send = |to: Option<Address>, input: Bytes| {
            let request = TransactionRequest::default()
                .from(from)
                .input(TransactionInput::new(input));
            let request = to.into_iter().fold(request, TransactionRequest::to);
            let hash = self.node.send_transaction(request).expect("it is accepted");
            (hash, self.node.receipt(hash).expect("it is mined"))
        };
        let (_, created) = send(None, COUNTER);
        let counter = created.0.contract_address.expect("a contract");
        let (hash, _) = send(Some(counter), Bytes::new());
        let block = self.node.block(BlockId::latest(), false).ok().flatten();
        let block_hash = block.expect("the latest block").header.hash;
        let raw = self.node.raw_transaction(hash).expect("it is mined");
        let to_counter = json!({ "from": from, "to": counter });
        let filter = json!({ "fromBlock": "0x0", "toBlock": "latest", "address": counter, "topics": [null] });
        let overrides = json!({ counter.to_string(): { "balance": "0x1", "stateDiff": { hash.to_string(): hash } } });
        let requests = [
            ("eth_getBlockByNumber", json!(["0x1", true])),
            ("eth_getBlockByHash", json!([block_hash, false])),
            ("eth_getBlockReceipts", json!(["latest"])),
            ("eth_getBalance", json!([from, { "blockHash": block_hash }])),
            ("eth_getStorageAt", json!([counter, "0x0", "latest"])),
            ("eth_getProof", json!([counter, ["0x0"], "latest"])),
            ("eth_getTransactionByHash", json!([hash])),
            ("eth_getTransactionReceipt", json!([hash])),
            ("eth_getTransactionByBlockNumberAndIndex", json!(["0x1", "0x1"])),
            ("eth_getLogs", json!([filter])),
            ("eth_newFilter", json!([filter])),
            (
                "eth_call",
                json!([to_counter, "latest", overrides, { "time": "0x7fffffff" }]),
            ),
            ("eth_estimateGas", json!([to_counter, "pending", overrides])),
            ("eth_createAccessList", json!([to_counter, "latest"])),
            ("eth_fillTransaction", json!([to_counter])),
            ("eth_sendTransaction", json!([to_counter])),
            ("eth_feeHistory", json!(["0x2", "latest", [10.0, 50.0]])),
            (
                "eth_simulateV1",
                json!([{ "blockStateCalls": [{ "stateOverrides": overrides, "blockOverrides": { "number": "0x5" },
                    "calls": [to_counter] }], "traceTransfers": true, "validation": false }, "latest"]),
            ),
            (
                "debug_traceTransaction",
                json!([hash, { "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } }]),
            ),
            (
                "debug_traceCall",
                json!([to_counter, "latest", { "tracer": "stylusTracer", "stateOverrides": overrides }]),
            ),
            (
                "debug_traceBlockByNumber",
                json!(["latest", { "tracer": "callTracer", "tracerConfig": { "withLog": true } }]),
            ),
            (
                "debug_traceTransaction",
                json!([hash, { "enableMemory": true, "limit": 5 }]),
            ),
            ("debug_getRawReceipts", json!(["latest"])),
            ("anvil_setBalance", json!([from, "0xffffffffffffffffffff"])),
            ("anvil_setStorageAt", json!([counter, "0x0", hash])),
            ("anvil_mine", json!(["0x2", "0x1"])),
            ("evm_snapshot", json!([])),
            ("evm_increaseTime", json!(["0x10"])),
            ("txpool_content", json!([])),
            ("web3_sha3", json!([raw])),
        ];
        let requests: Vec<Value> = requests.iter().map(|(method, params)| call(method, params)).collect();
        for request in &requests {
            let answer = self.answer(request.to_string().into_bytes());
            assert!(answer.contains("\"result\""), "{request}: {answer}");
        }
        requests
    }

    /// Sends a body. What comes back is nothing, as for a notification, or JSON, in which no handler broke down; and the
    /// server goes on.
    ///
    /// # Panics
    /// If it is anything else.
    pub fn ask(&mut self, body: Vec<u8>) {
        let shown = String::from_utf8_lossy(&body).into_owned();
        check(&self.answer(body), &shown);
        self.asked += 1;
        if self.asked.is_multiple_of(BETWEEN) {
            let alive = self.answer(call("web3_clientVersion", &json!([])).to_string().into_bytes());
            assert!(alive.contains("\"result\""), "{alive}");
        }
    }

    fn answer(&self, body: Vec<u8>) -> String {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let request = self
            .http
            .post(self.server.url())
            .header("content-type", "application/json")
            .body(body);
        let answer = self.runtime.block_on(async { request.send().await?.text().await });
        answer.unwrap_or_else(|error| panic!("no answer to {shown}: {error}"))
    }
}

impl Default for Served {
    fn default() -> Self {
        Self::new()
    }
}

fn check(text: &str, body: &str) {
    if text.is_empty() {
        return;
    }
    let answer: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("{body}: no JSON: {text}"));
    let answers = match &answer {
        Value::Array(answers) => answers.as_slice(),
        one => std::slice::from_ref(one),
    };
    for answer in answers {
        assert_ne!(answer["error"]["code"], -32603, "{body}: {answer}");
        assert!(
            answer.get("result").is_some() != answer.get("error").is_some(),
            "{body}: expected either a result or an error: {answer}"
        );
    }
}
