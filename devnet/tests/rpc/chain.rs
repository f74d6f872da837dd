//! A chain behind a server, and ways to talk to it.

use alloy::{
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, B256, Bytes, U256, bytes},
    providers::{Provider, ProviderBuilder},
    rpc::types::{TransactionReceipt, TransactionRequest},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use surety_devnet::{
    Config, Node,
    rpc::{ServerHandle, serve},
};

/// A contract that, called without data, adds one to slot 0, logs the new value under the topic 1 and returns it;
/// called with data, it reverts with that data.
pub const COUNTER: Bytes = bytes!(
    "602880600b6000396000f3" // copies the rest and returns it
    "36601d57"               // calldatasize, push revert, jumpi
    "60005460010180600055"   // sload 0, add 1, dup, sstore 0
    "600052"                 // mstore 0
    "600160206000a1"         // log1(0, 32, 1)
    "60206000f3"             // return(0, 32)
    "5b366000600037366000fd" // revert: calldatacopy(0, 0, size), revert(0, size)
);

/// The topic of the counter's log.
pub const COUNTED: B256 = B256::with_last_byte(1);

pub struct Chain {
    pub node: Node,
    pub server: ServerHandle,
    http: reqwest::Client,
}

impl Chain {
    pub async fn start() -> Self {
        Self::with(Config::default()).await
    }

    pub async fn with(config: Config) -> Self {
        let node = Node::new(config).expect("a chain");
        let server = serve(node.clone(), ([127, 0, 0, 1], 0).into())
            .await
            .expect("a free port");
        Self {
            node,
            server,
            http: reqwest::Client::new(),
        }
    }

    /// An account that the node has the key of.
    pub fn account(&self, index: usize) -> Address {
        self.node.accounts()[index]
    }

    /// alloy's provider, signing for that account.
    pub fn provider(&self, index: usize) -> impl Provider + Clone + use<> {
        let signer = self
            .node
            .signer(self.account(index))
            .expect("the key of a development account");
        let url = self.server.url().parse().expect("a URL");
        ProviderBuilder::new()
            .wallet(EthereumWallet::from(signer))
            .connect_http(url)
    }

    /// Sends a body as it is.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> (StatusCode, String) {
        let request = self
            .http
            .post(self.server.url())
            .header("content-type", "application/json")
            .body(body);
        let response = request.send().await.expect("an answer");
        (response.status(), response.text().await.expect("a text"))
    }

    /// The whole answer to a call.
    pub async fn answer(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let (status, text) = self.post(request.to_string()).await;
        assert_eq!(status, StatusCode::OK, "{method}: {text}");
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            (&answer["jsonrpc"], &answer["id"]),
            (&json!("2.0"), &json!(1)),
            "{method}"
        );
        answer
    }

    /// The result of a call that succeeds.
    pub async fn result(&self, method: &str, params: Value) -> Value {
        let mut answer = self.answer(method, params).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// The error of a call that fails.
    pub async fn error(&self, method: &str, params: Value) -> Value {
        let mut answer = self.answer(method, params).await;
        assert!(answer.get("result").is_none(), "{method}: {answer}");
        answer["error"].take()
    }

    /// Deploys [`COUNTER`] from account 0.
    pub async fn deploy_counter(&self) -> Address {
        let receipt = self
            .send(TransactionRequest::default().input(COUNTER.into()).into_create())
            .await;
        assert!(receipt.status());
        receipt.contract_address.expect("the address of a new contract")
    }

    /// Has account 0 add one to a counter.
    pub async fn count(&self, counter: Address) -> TransactionReceipt {
        let receipt = self.send(TransactionRequest::default().to(counter)).await;
        assert!(receipt.status());
        receipt
    }

    /// Signs with account 0, sends, and waits for the receipt.
    pub async fn send(&self, request: TransactionRequest) -> TransactionReceipt {
        let pending = self
            .provider(0)
            .send_transaction(request)
            .await
            .expect("an accepted transaction");
        pending.get_receipt().await.expect("a receipt")
    }

    /// Slot 0 of a counter.
    pub async fn counted(&self, counter: Address) -> U256 {
        self.provider(0)
            .get_storage_at(counter, U256::ZERO)
            .await
            .expect("a slot")
    }
}

/// A quantity in a result.
pub fn number(value: &Value) -> u64 {
    let text = value
        .as_str()
        .and_then(|text| text.strip_prefix("0x"))
        .unwrap_or_else(|| panic!("no number: {value}"));
    u64::from_str_radix(text, 16).unwrap_or_else(|_| panic!("no number: {value}"))
}
