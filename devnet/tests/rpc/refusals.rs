//! Input that no well-meaning client sends.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::chain::Chain;

const INVALID_PARAMS: i32 = -32602;

/// The server still answers.
async fn assert_alive(chain: &Chain) {
    assert_eq!(chain.result("eth_chainId", json!([])).await, "0x64aba");
}

#[tokio::test]
async fn malformed_json_is_a_parse_error() {
    let chain = Chain::start().await;
    let deep = "[".repeat(100_000);
    let bodies = [
        "",
        "{",
        "nonsense",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\"",
        "\u{0}\u{1}",
        deep.as_str(),
    ];
    for body in bodies {
        let (status, text) = chain.post(body.to_owned()).await;
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}: {text}"));
        assert_eq!(answer["error"]["code"], -32700, "{}", &body[..body.len().min(40)]);
    }
    let (_, text) = chain.post(&b"\xff\xfe{}"[..]).await;
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["error"]["code"], -32700);
    assert_alive(&chain).await;
}

#[tokio::test]
async fn what_is_no_request_is_invalid() {
    let chain = Chain::start().await;
    let bodies = [
        json!({}),
        json!({ "id": 1 }),
        json!({ "jsonrpc": "1.0", "id": 1, "method": "eth_chainId" }),
    ];
    for body in bodies {
        let (_, text) = chain.post(body.to_string()).await;
        // The server library answers some of these as unparsable instead.
        let code = serde_json::from_str::<Value>(&text).unwrap()["error"]["code"].as_i64();
        assert!(matches!(code, Some(-32600 | -32700)), "{body}: {text}");
    }
    let error = chain.error("eth_unheardOf", json!([])).await;
    assert_eq!(error["code"], -32601);
    assert_alive(&chain).await;
}

#[tokio::test]
async fn oversize_bodies_are_refused() {
    let chain = Chain::start().await;
    let data = "00".repeat(3 << 20);
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [{ "data": format!("0x{data}") }] });
    let (status, text) = chain.post(body.to_string()).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["error"]["code"], -32007);
    assert_alive(&chain).await;
}

#[tokio::test]
async fn wrong_parameters_are_told_in_one_line() {
    let chain = Chain::start().await;
    let address = "0x00000000000000000000000000000000000abcde";
    let cases = [
        (
            "eth_getBalance",
            json!([]),
            "missing argument 0: expected an address (20 bytes in hex with 0x)",
        ),
        (
            "eth_getBalance",
            json!(["0x12"]),
            "invalid argument 0: expected an address (20 bytes in hex with 0x); got \"0x12\"",
        ),
        (
            "eth_getBalance",
            json!([null]),
            "invalid argument 0: expected an address (20 bytes in hex with 0x); got null",
        ),
        (
            "eth_getBalance",
            json!([address, "newest"]),
            "invalid argument 1: expected a block number in hex with 0x, a block hash, or",
        ),
        (
            "eth_getBalance",
            json!([address, "latest", 1]),
            "too many arguments: expected at most 2, got 3",
        ),
        (
            "eth_getBalance",
            json!({ "address": address }),
            "expected an array of arguments in `params`",
        ),
        (
            "eth_getStorageAt",
            json!([address, "0x"]),
            "invalid argument 1: expected a number",
        ),
        (
            "eth_getStorageAt",
            json!([address, format!("0x1{}", "0".repeat(64))]),
            "invalid argument 1: expected a number",
        ),
        (
            "eth_getBlockByNumber",
            json!(["latest", "yes"]),
            "invalid argument 1: expected true or false; got \"yes\"",
        ),
        (
            "eth_getTransactionByHash",
            json!(["0x1"]),
            "invalid argument 0: expected 32 bytes in hex with 0x; got \"0x1\"",
        ),
        (
            "eth_call",
            json!([{ "to": "nobody" }]),
            "invalid argument 0: expected a transaction object",
        ),
        (
            "eth_call",
            json!([{ "to": address, "data": "0x01", "input": "0x02" }]),
            "invalid argument 0: expected a transaction object",
        ),
        (
            "eth_call",
            json!([{}, "latest", { "nobody": {} }]),
            "invalid argument 2: expected an object of address to",
        ),
        (
            "eth_sendRawTransaction",
            json!(["0x123"]),
            "invalid argument 0: expected bytes in hex with 0x; got \"0x123\"",
        ),
        (
            "eth_getLogs",
            json!([{ "fromBlock": "soon" }]),
            "invalid argument 0: expected a filter object",
        ),
        (
            "eth_feeHistory",
            json!([1, "latest", [50, 20]]),
            "invalid argument 2: expected at most 100 rising percentiles",
        ),
        (
            "eth_feeHistory",
            json!([1, "latest", [101]]),
            "invalid argument 2: expected at most 100 rising percentiles",
        ),
        (
            "evm_increaseTime",
            json!([-5]),
            "invalid argument 0: expected a number below 2^64",
        ),
        (
            "evm_mine",
            json!([{ "block": 1 }]),
            "invalid argument 0: expected a time in seconds, or {timestamp, blocks}",
        ),
        (
            "anvil_setBalance",
            json!([address]),
            "missing argument 1: expected a number",
        ),
    ];
    for (method, params, message) in cases {
        let error = chain.error(method, params.clone()).await;
        assert_eq!(error["code"], INVALID_PARAMS, "{method} {params}: {error}");
        let told = error["message"].as_str().unwrap();
        assert!(told.starts_with(message), "{method} {params}: {told}");
        assert!(!told.contains('\n'), "{told}");
    }
    let long = chain.error("eth_getBalance", json!(["0x".repeat(5000)])).await;
    assert!(
        long["message"].as_str().unwrap().len() < 200,
        "a long argument is not repeated: {long}"
    );
    assert_alive(&chain).await;
}

#[tokio::test]
async fn bytes_that_are_no_transaction_are_refused() {
    let chain = Chain::start().await;
    for raw in [
        "0x",
        "0x00",
        "0x02",
        "0x02c0",
        "0x7f00",
        "0xc0",
        "0xf86c808504a817c800",
        "0xffffffffffffffffff",
    ] {
        let error = chain.error("eth_sendRawTransaction", json!([raw])).await;
        let code = error["code"].as_i64().unwrap();
        assert!(matches!(code, -32000 | -32602), "{raw}: {error}");
    }
    assert_alive(&chain).await;
}

#[tokio::test]
async fn a_batch_is_answered_item_by_item() {
    let chain = Chain::start().await;
    let batch = json!([
        { "jsonrpc": "2.0", "id": "a", "method": "eth_chainId" },
        { "jsonrpc": "2.0", "id": 2, "method": "eth_unheardOf", "params": [] },
        1,
        { "jsonrpc": "2.0", "method": "eth_chainId", "params": [] },
        { "jsonrpc": "2.0", "id": 3, "method": "eth_getBalance", "params": [] },
        { "jsonrpc": "2.0", "id": 4, "method": "net_version", "params": [] },
    ]);
    let (status, text) = chain.post(batch.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    let answers: Vec<Value> = serde_json::from_str(&text).unwrap();
    let summary: Vec<_> = answers
        .iter()
        .map(|answer| {
            (
                answer["id"].clone(),
                answer.get("result").cloned().unwrap_or(answer["error"]["code"].clone()),
            )
        })
        .collect();
    let expected = [
        (json!("a"), json!("0x64aba")),
        (json!(2), json!(-32601)),
        (json!(null), json!(-32600)),
        (json!(3), json!(-32602)),
        (json!(4), json!("412346")),
    ];
    assert_eq!(summary, expected, "a notification has no answer");

    let one = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_chainId" });
    let (_, text) = chain.post(Value::Array(vec![one; 1001]).to_string()).await;
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["error"]["code"], -32010);
    assert_alive(&chain).await;
}

#[tokio::test]
async fn any_number_is_an_id_and_comes_back_as_it_was() {
    let chain = Chain::start().await;
    for id in ["-1", "1.5", "18446744073709551616", "1e3", "0"] {
        let request = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"eth_chainId"}}"#);
        let (_, one) = chain.post(request.clone()).await;
        let answer = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":"0x64aba"}}"#);
        assert_eq!(one, answer);
        let (_, batch) = chain.post(format!("[{request}, {request}]")).await;
        assert_eq!(batch, format!("[{answer},{answer}]"));
    }
    for id in ["{}", "[]", "true"] {
        let (_, text) = chain
            .post(format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"eth_chainId"}}"#))
            .await;
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            (&answer["error"]["code"], &answer["id"]),
            (&json!(-32600), &Value::Null)
        );
    }
}

#[tokio::test]
async fn a_notification_is_carried_out_and_not_answered() {
    let chain = Chain::start().await;
    let mine = r#"{"jsonrpc":"2.0","method":"evm_mine"}"#;
    for body in [mine.to_owned(), format!("[{mine}]")] {
        assert_eq!(chain.post(body).await, (StatusCode::OK, String::new()));
    }
    assert_alive(&chain).await;
}

#[tokio::test]
async fn endless_and_unpayable_calls_end() {
    let chain = Chain::start().await;
    // jumpdest, push 0, jump
    let state = json!({ "0x00000000000000000000000000000000000abcde": { "code": "0x5b600056" } });
    let call = json!({ "to": "0x00000000000000000000000000000000000abcde", "gas": "0xffffffffffffffff" });
    let error = chain.error("eth_call", json!([call, "latest", state])).await;
    assert_eq!(
        (&error["code"], &error["message"]),
        (&json!(-32000), &json!("out of gas"))
    );
    let error = chain
        .error("eth_call", json!([{ "value": "0xffffffffffffffffffffffffffff" }]))
        .await;
    assert_eq!(error["code"], -32000, "{error}");
    assert_alive(&chain).await;
}

#[tokio::test]
async fn a_web_page_may_call() {
    let chain = Chain::start().await;
    let request = reqwest::Client::new()
        .request(reqwest::Method::OPTIONS, chain.server.url())
        .header("origin", "https://example.org")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let response = request.send().await.unwrap();
    assert!(response.status().is_success());
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn hundreds_of_connections_are_served_at_once() {
    let chain = std::sync::Arc::new(Chain::start().await);
    let tasks: Vec<_> = (0..500)
        .map(|_| {
            let chain = chain.clone();
            tokio::spawn(async move { chain.result("eth_blockNumber", json!([])).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "0x0");
    }
}

#[tokio::test]
async fn a_stopped_server_answers_no_more() {
    let chain = Chain::start().await;
    assert_alive(&chain).await;
    let url = chain.server.url();
    chain.server.stop().await;
    assert!(reqwest::Client::new().post(url).send().await.is_err());
}
