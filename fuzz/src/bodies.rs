//! Bodies of HTTP requests that strangers may send.

use proptest::{
    collection,
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Map, Value, json};

/// Every kind of argument that the methods read.
const METHODS: [&str; 57] = [
    "eth_getBlockByNumber",
    "eth_getBlockByHash",
    "eth_getBlockReceipts",
    "eth_getBalance",
    "eth_getCode",
    "eth_getStorageAt",
    "eth_getStorageValues",
    "eth_getTransactionCount",
    "eth_getTransactionByBlockNumberAndIndex",
    "eth_getTransactionByHash",
    "eth_getTransactionReceipt",
    "eth_getLogs",
    "eth_newFilter",
    "eth_getFilterChanges",
    "eth_getFilterLogs",
    "eth_uninstallFilter",
    "eth_call",
    "eth_estimateGas",
    "eth_createAccessList",
    "eth_simulateV1",
    "eth_getProof",
    "eth_fillTransaction",
    "eth_signTransaction",
    "eth_sendTransaction",
    "eth_sendRawTransaction",
    "eth_sign",
    "eth_feeHistory",
    "personal_sign",
    "web3_sha3",
    "net_version",
    "txpool_contentFrom",
    "debug_traceTransaction",
    "debug_traceCall",
    "debug_traceBlockByNumber",
    "debug_getRawBlock",
    "evm_mine",
    "evm_increaseTime",
    "evm_setTime",
    "evm_setNextBlockTimestamp",
    "evm_snapshot",
    "evm_revert",
    "evm_setAutomine",
    "evm_setIntervalMining",
    "evm_setBlockGasLimit",
    "anvil_mine",
    "anvil_setBalance",
    "anvil_setNonce",
    "anvil_setCode",
    "anvil_setStorageAt",
    "anvil_setNextBlockBaseFeePerGas",
    "anvil_setBlockTimestampInterval",
    "anvil_impersonateAccount",
    "anvil_dropTransaction",
    "anvil_rollback",
    "anvil_reset",
    "eth_subscribe",
    "rpc_modules",
];

const KEYS: [&str; 26] = [
    "from",
    "to",
    "gas",
    "gasPrice",
    "maxFeePerGas",
    "value",
    "data",
    "input",
    "nonce",
    "type",
    "chainId",
    "accessList",
    "authorizationList",
    "fromBlock",
    "toBlock",
    "blockHash",
    "address",
    "topics",
    "tracer",
    "tracerConfig",
    "stateOverrides",
    "code",
    "calls",
    "blockStateCalls",
    "storageKeys",
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
];

const WORDS: [&str; 18] = [
    "latest",
    "pending",
    "earliest",
    "callTracer",
    "stylusTracer",
    "newHeads",
    "",
    "0x",
    "0x0",
    "0x1",
    "0xf",
    "0xffffffffffffffff",
    "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0x0000000000000000000000000000000000000000000000000000000000000000",
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x0000000000000000000000000000000000000071",
    "0x5b600056",
    "0xeff00000",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_u64..40).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(&WORDS[..]).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let key = prop_oneof![8 => select(&KEYS[..]).prop_map(str::to_owned), 1 => "\\PC{0,4}"];
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::vec((key, inner), 0..6).prop_map(|fields| Value::from(Map::from_iter(fields))),
        ]
    })
}

fn request() -> impl Strategy<Value = Value> {
    let params = prop_oneof![8 => collection::vec(value(), 0..4).prop_map(Value::from), 1 => value()];
    (select(&METHODS[..]), params).prop_map(|(method, params)| call(method, &params))
}

/// A request as clients send it.
pub fn call(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

/// A real request with other values in some places.
fn damaged(real: Vec<Value>) -> impl Strategy<Value = Value> {
    let change = (
        any::<Index>(),
        prop_oneof![4 => value().prop_map(Some), 1 => Just(None)],
    );
    (any::<Index>(), collection::vec(change, 1..4)).prop_map(move |(which, changes)| {
        let mut request = which.get(&real).clone();
        for (place, value) in changes {
            let mut left = place.index(places(&request));
            change_at(&mut request, &mut left, &value);
        }
        request
    })
}

/// How many values there are in a value, itself counted.
fn places(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(places).sum::<usize>(),
        Value::Object(fields) => fields.values().map(places).sum(),
        _ => 0,
    }
}

/// Puts another value in the place that is `left` places on; without one, empties it.
fn change_at(value: &mut Value, left: &mut usize, other: &Option<Value>) {
    if *left == 0 {
        match (other, &mut *value) {
            (Some(other), value) => *value = other.clone(),
            (None, Value::Array(items)) => items.clear(),
            (None, Value::Object(fields)) => fields.clear(),
            (None, value) => *value = Value::Null,
        }
    }
    let inner: Vec<&mut Value> = match value {
        Value::Array(items) if *left > 0 => items.iter_mut().collect(),
        Value::Object(fields) if *left > 0 => fields.values_mut().collect(),
        _ => return,
    };
    for value in inner {
        let size = places(value);
        *left -= 1;
        if *left < size {
            return change_at(value, left, other);
        }
        *left -= size - 1;
    }
}

/// Bodies of all kinds; `real` are requests that the server has results for.
pub fn bodies(real: Vec<Value>) -> impl Strategy<Value = Vec<u8>> {
    let text = |value: Value| value.to_string().into_bytes();
    let any_request = prop_oneof![1 => request(), 1 => damaged(real)].boxed();
    prop_oneof![
        12 => any_request.clone().prop_map(text),
        2 => collection::vec(any_request.clone(), 0..5).prop_map(move |batch| text(batch.into())),
        2 => value().prop_map(text),
        1 => collection::vec(any::<u8>(), 0..64),
        1 => (any_request, any::<Index>()).prop_map(move |(request, cut)| {
            let mut bytes = text(request);
            bytes.truncate(cut.index(bytes.len()));
            bytes
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_can_be_changed() {
        let whole = json!({ "a": [1, { "b": 2 }, 3], "c": 4 });
        assert_eq!(places(&whole), 7);
        let changed: Vec<_> = (0..7)
            .map(|place| {
                let mut value = whole.clone();
                change_at(&mut value, &mut place.clone(), &Some(json!("x")));
                value
            })
            .collect();
        let expected = [
            json!("x"),
            json!({ "a": "x", "c": 4 }),
            json!({ "a": ["x", { "b": 2 }, 3], "c": 4 }),
            json!({ "a": [1, "x", 3], "c": 4 }),
            json!({ "a": [1, { "b": "x" }, 3], "c": 4 }),
            json!({ "a": [1, { "b": 2 }, "x"], "c": 4 }),
            json!({ "a": [1, { "b": 2 }, 3], "c": "x" }),
        ];
        assert_eq!(changed, expected);
    }
}
