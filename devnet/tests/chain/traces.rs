//! Transactions and calls under the tracers that tools ask for.

use alloy::{eips::BlockId, network::AnyTransactionReceipt, rpc::types::TransactionRequest};
use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_rpc_types_trace::geth::GethDebugTracingOptions;
use serde_json::{Value, json};
use surety_devnet::{Config, Mining, Node, NodeError};

use crate::{contracts::*, support::*};

fn options(options: Value) -> GethDebugTracingOptions {
    serde_json::from_value(options).expect("trace options")
}

fn trace(node: &Node, receipt: &AnyTransactionReceipt, with: Value) -> Value {
    node.trace_transaction(receipt.0.transaction_hash, options(with))
        .expect("a trace")
}

fn trace_call(node: &Node, request: TransactionRequest, with: Value) -> Result<Value, NodeError> {
    let options = serde_json::from_value(with).expect("trace options");
    node.trace_call(request, BlockId::latest(), options)
}

fn number(value: &Value) -> u64 {
    let text = value.as_str().expect("a hex number");
    u64::from_str_radix(text.trim_start_matches("0x"), 16).expect("a hex number")
}

/// A program that calls an EVM contract that calls a program that stores, and a transaction that runs them all.
struct Chained {
    node: Node,
    program: Address,
    contract: Address,
    store: Address,
    receipt: AnyTransactionReceipt,
}

impl Chained {
    fn new(status: u8) -> Self {
        let node = node();
        let store = program(&node, STORE);
        let contract = deploy(&node, &evm_proxy(store));
        let program = program(&node, PROXY);
        let input = proxy_input(0, contract, 0, &store_input(7, 77, status));
        let receipt = send(&node, request(&node, program, input).gas_limit(2_000_000));
        assert_eq!(receipt.is_success(), status == 0);
        Self {
            node,
            program,
            contract,
            store,
            receipt,
        }
    }
}

#[test]
fn the_call_tree_runs_through_programs_and_contracts() {
    let chained = Chained::new(0);
    let config = json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } });
    let outer = trace(&chained.node, &chained.receipt, config);
    assert_eq!(outer["type"], "CALL");
    assert_eq!(outer["from"], json!(chained.node.accounts()[0]));
    assert_eq!(outer["to"], json!(chained.program));
    assert_eq!(number(&outer["gas"]), 2_000_000);
    assert_eq!(number(&outer["gasUsed"]), chained.receipt.0.gas_used);
    assert_eq!(outer["output"], json!(B256::ZERO));

    let middle = &outer["calls"][0];
    assert_eq!(
        (&middle["from"], &middle["to"]),
        (&json!(chained.program), &json!(chained.contract))
    );
    let inner = &middle["calls"][0];
    assert_eq!(
        (&inner["from"], &inner["to"]),
        (&json!(chained.contract), &json!(chained.store))
    );
    assert_eq!(inner["input"], json!(Bytes::from(store_input(7, 77, 0))));
    let logs =
        json!([{ "address": chained.store, "topics": [word(77)], "data": word(7), "position": "0x0", "index": "0x0" }]);
    assert_eq!(inner["logs"], logs);
    assert!(inner.get("calls").is_none(), "{inner}");
    let used = [outer.clone(), middle.clone(), inner.clone()].map(|frame| number(&frame["gasUsed"]));
    assert!(
        used[0] > used[1] && used[1] > used[2],
        "a frame pays for those inside: {used:?}"
    );

    let config = json!({ "tracer": "callTracer", "tracerConfig": { "onlyTopCall": true } });
    let top = trace(&chained.node, &chained.receipt, config);
    assert!(top.get("calls").is_none(), "{top}");
    assert_eq!(top["gasUsed"], outer["gasUsed"]);
}

#[test]
fn a_failed_call_says_why() {
    let chained = Chained::new(1);
    let outer = trace(&chained.node, &chained.receipt, json!({ "tracer": "callTracer" }));
    let inner = &outer["calls"][0]["calls"][0];
    for frame in [&outer, &outer["calls"][0], inner] {
        assert_eq!(frame["error"], "execution reverted", "{frame}");
    }
    let config = json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } });
    let outer = trace(&chained.node, &chained.receipt, config);
    assert!(
        outer["calls"][0]["calls"][0].get("logs").is_none(),
        "the logs of a failed call are gone: {outer}"
    );

    let node = node();
    let halting = send(&node, request(&node, None, hex!("fe").to_vec()).gas_limit(100_000));
    let frame = trace(&node, &halting, json!({ "tracer": "callTracer" }));
    assert_eq!(frame["type"], "CREATE");
    assert_eq!(number(&frame["gasUsed"]), 100_000);
    assert!(frame["error"].is_string(), "{frame}");
}

#[test]
fn the_state_before_and_after_is_told() {
    let chained = Chained::new(0);
    let payer = chained.node.accounts()[0];
    let key = |address: Address| format!("{address:#x}");
    let slot = B256::ZERO.to_string();

    let before = trace(&chained.node, &chained.receipt, json!({ "tracer": "prestateTracer" }));
    assert_eq!(before[key(chained.store)]["storage"][&slot], json!(B256::ZERO));
    let nonce = chained
        .node
        .nonce(payer, BlockId::latest())
        .expect("the latest state is kept");
    assert_eq!(before[key(payer)]["nonce"], nonce - 1);
    let code = chained
        .node
        .code(chained.contract, BlockId::latest())
        .expect("the latest state is kept");
    assert_eq!(before[key(chained.contract)]["code"], json!(code));

    let config = json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } });
    let diff = trace(&chained.node, &chained.receipt, config);
    assert_eq!(diff["post"][key(chained.store)]["storage"][&slot], json!(word(7)));
    assert_eq!(diff["pre"][key(payer)]["nonce"], nonce - 1);
    assert_eq!(diff["post"][key(payer)]["nonce"], nonce);
    let balance =
        |side: &str| -> U256 { serde_json::from_value(diff[side][key(payer)]["balance"].clone()).expect("a balance") };
    assert_eq!(
        balance("pre") - balance("post"),
        U256::from(chained.receipt.0.gas_used) * U256::from(chained.receipt.0.effective_gas_price)
    );
    assert!(diff["post"].get(key(chained.contract)).is_none(), "it did not change");
}

#[test]
fn evm_frames_are_logged_step_by_step() {
    let chained = Chained::new(0);
    let log = trace(&chained.node, &chained.receipt, json!({}));
    assert_eq!(
        (&log["gas"], &log["failed"]),
        (&json!(chained.receipt.0.gas_used), &json!(false))
    );
    let steps = log["structLogs"].as_array().expect("steps");
    let names = |depth: u64| -> Vec<&str> {
        let of_depth = steps.iter().filter(|step| step["depth"] == depth);
        of_depth.map(|step| step["op"].as_str().expect("a name")).collect()
    };
    assert_eq!(names(1), ["CALL"], "a program shows by its calls alone");
    let contract = names(2);
    assert_eq!((contract[0], contract[contract.len() - 1]), ("CALLDATASIZE", "RETURN"));
    assert_eq!(contract.iter().filter(|name| **name == "CALL").count(), 1);
    assert_eq!(names(3), [""; 0]);
    let call = steps
        .iter()
        .rposition(|step| step["op"] == "CALL")
        .expect("the contract calls");
    assert_eq!(steps[call]["stack"].as_array().map(Vec::len), Some(7));

    let short = trace(
        &chained.node,
        &chained.receipt,
        json!({ "limit": 3, "disableStack": true }),
    );
    let steps = short["structLogs"].as_array().expect("steps");
    assert_eq!(steps.len(), 3);
    assert!(steps[2].get("stack").is_none_or(Value::is_null), "{short}");
}

#[test]
fn other_tracers_of_geth_are_there() {
    let chained = Chained::new(0);
    let node = &chained.node;
    assert_eq!(
        trace(node, &chained.receipt, json!({ "tracer": "noopTracer" })),
        json!({})
    );
    // The contract is called with the calldata of STORE, 65 bytes that begin with zeros.
    let selectors = trace(node, &chained.receipt, json!({ "tracer": "4byteTracer" }));
    assert_eq!(selectors["0x00000000-61"], 2, "{selectors}");
    let flat = trace(node, &chained.receipt, json!({ "tracer": "flatCallTracer" }));
    assert_eq!(flat.as_array().map(Vec::len), Some(3), "{flat}");
    let mux = json!({ "tracer": "muxTracer", "tracerConfig": { "callTracer": {}, "4byteTracer": null } });
    assert_eq!(trace(node, &chained.receipt, mux)["4byteTracer"], selectors);
}

/// Asserts that a host call has the fields that Arbitrum's tools read, of the lengths that they read.
fn check_layout(step: &Value) {
    let len = |field: &str| step[field].as_str().map_or(usize::MAX, |hex| hex.len() / 2 - 1);
    let expected = match step["name"].as_str().expect("a name") {
        "user_entrypoint" => (4, 0),
        "user_returned" => (0, 4),
        "read_args" => (0, len("outs")),
        "write_result" => (len("args"), 0),
        "storage_load_bytes32" => (32, 32),
        "storage_cache_bytes32" => (64, 0),
        "storage_flush_cache" => (1, 0),
        "emit_log" => (4 + 64, 0),
        "call_contract" => (20 + 8 + 32 + store_input(0, 0, 0).len(), 5),
        "read_return_data" => (8, len("outs")),
        "evm_call_contract" => (0, 0),
        other => panic!("{other} is not called by these programs"),
    };
    assert_eq!((len("args"), len("outs")), expected, "{step}");
    let (start, end) = (step["startInk"].as_u64(), step["endInk"].as_u64());
    assert!(start >= end && start.is_some() && end.is_some(), "{step}");
    for step in step["steps"].as_array().into_iter().flatten() {
        check_layout(step);
    }
}

fn names(steps: &Value) -> Vec<&str> {
    let steps = steps.as_array().expect("steps");
    steps
        .iter()
        .map(|step| step["name"].as_str().expect("a name"))
        .collect()
}

#[test]
fn host_calls_are_traced_through_contracts() {
    let chained = Chained::new(0);
    let steps = trace(&chained.node, &chained.receipt, json!({ "tracer": "stylusTracer" }));
    steps.as_array().expect("steps").iter().for_each(check_layout);
    assert_eq!(
        names(&steps),
        [
            "user_entrypoint",
            "read_args",
            "call_contract",
            "read_return_data",
            "write_result",
            "user_returned"
        ]
    );
    let call = &steps[2];
    assert_eq!(call["address"], json!(chained.contract));
    assert_eq!(call["outs"], "0x0000002000", "32 bytes came back, and success");
    let contract = &call["steps"];
    assert_eq!(names(contract), ["evm_call_contract"]);
    assert_eq!(contract[0]["address"], json!(chained.store));
    let store = &contract[0]["steps"];
    assert_eq!(
        names(store),
        [
            "user_entrypoint",
            "read_args",
            "storage_load_bytes32",
            "storage_cache_bytes32",
            "storage_flush_cache",
            "emit_log",
            "write_result",
            "user_returned"
        ]
    );
    assert_eq!(store[1]["outs"], json!(Bytes::from(store_input(7, 77, 0))));
    assert_eq!(
        store[3]["args"],
        json!(Bytes::from([word(0), word(7)].concat())),
        "key and value"
    );
    let script = json!({ "tracer": "{ hostio: function(info) {}, result: function() {} }" });
    assert_eq!(
        trace(&chained.node, &chained.receipt, script),
        steps,
        "a script for host calls stands for the built-in tracer"
    );
}

#[test]
fn tracing_changes_neither_gas_nor_outcome() {
    for status in [0, 1] {
        let chained = Chained::new(status);
        let steps = trace(&chained.node, &chained.receipt, json!({ "tracer": "stylusTracer" }));
        let last = steps.as_array().and_then(|steps| steps.last()).expect("steps");
        assert_eq!(last["outs"] == "0x00000000", status == 0, "{last}");
        let frame = trace(&chained.node, &chained.receipt, json!({ "tracer": "callTracer" }));
        assert_eq!(number(&frame["gasUsed"]), chained.receipt.0.gas_used);
    }
}

#[test]
fn a_transaction_is_traced_on_what_came_before_it_in_the_block() {
    let node = Node::new(Config {
        mining: Mining::Auto,
        ..Config::default()
    })
    .expect("the engine runs on this machine");
    let store = program(&node, STORE);
    node.set_mining(Mining::Manual);
    let sent = [5, 6].map(|value| {
        let request = request(&node, store, store_input(value, 1, 0)).gas_limit(500_000);
        node.send_transaction(request).expect("it waits")
    });
    node.mine(1, None);
    let receipts = sent.map(|hash| node.receipt(hash).expect("it is mined"));
    assert_eq!(receipts[0].0.block_hash, receipts[1].0.block_hash);

    let frames = receipts
        .clone()
        .map(|receipt| trace(&node, &receipt, json!({ "tracer": "callTracer" })));
    assert_eq!(frames[0]["output"], json!(word(0)));
    assert_eq!(frames[1]["output"], json!(word(5)));
    for (frame, receipt) in frames.iter().zip(&receipts) {
        assert_eq!(
            number(&frame["gasUsed"]),
            receipt.0.gas_used,
            "cached in the block or not"
        );
    }
    let block = receipts[0].0.block_number.expect("a block");
    let traces = node
        .trace_block(block.into(), &options(json!({ "tracer": "callTracer" })))
        .expect("traces");
    let by_user: Vec<_> = traces.into_iter().filter(|(hash, _)| sent.contains(hash)).collect();
    assert_eq!(by_user, sent.into_iter().zip(frames).collect::<Vec<_>>());
}

#[test]
fn calls_are_traced_on_assumptions() {
    let node = node();
    let store = program(&node, STORE);
    let assumed = json!({
        "tracer": "callTracer",
        "stateOverrides": { store.to_string(): { "stateDiff": { B256::ZERO.to_string(): word(99) } } },
    });
    let frame = trace_call(&node, request(&node, store, store_input(1, 1, 0)), assumed).expect("a trace");
    assert_eq!(frame["output"], json!(word(99)));
    assert_eq!(slot(&node, store, 0), B256::ZERO, "nothing was changed");
    let steps = trace_call(
        &node,
        request(&node, store, store_input(1, 1, 0)),
        json!({ "tracer": "stylusTracer" }),
    );
    assert_eq!(names(&steps.expect("a trace")).len(), 8);
}

#[test]
fn what_cannot_be_traced_is_refused() {
    let node = node();
    let unknown = node.trace_transaction(B256::ZERO, GethDebugTracingOptions::default());
    assert_eq!(unknown, Err(NodeError::Execution("transaction not found".into())));
    let transfer = request(&node, Address::ZERO, Bytes::new());
    for tracer in ["weatherTracer", "{ step: function() {} }"] {
        let error = trace_call(&node, transfer.clone(), json!({ "tracer": tracer })).expect_err("no such tracer");
        assert_eq!(error.code(), -32602);
        assert!(
            error.to_string().starts_with("unknown tracer: expected callTracer"),
            "{error}"
        );
    }
}

#[test]
fn a_trace_that_would_not_fit_is_refused() {
    let node = node();
    // Jumps for ever.
    let endless = deploy(&node, &hex!("5b5f56"));
    let call = request(&node, endless, Bytes::new()).gas_limit(30_000_000);
    let error = trace_call(&node, call.clone(), json!({})).expect_err("too many steps");
    assert!(error.to_string().contains("the trace is too large"), "{error}");
    let limited = trace_call(&node, call.clone(), json!({ "limit": 10 })).expect("a short trace");
    assert_eq!(limited["structLogs"].as_array().map(Vec::len), Some(10));
    assert_eq!(limited["failed"], true);
    let frame = trace_call(&node, call, json!({ "tracer": "callTracer" })).expect("one frame");
    assert!(frame["error"].is_string());
}

#[test]
fn the_frames_of_a_trace_share_what_it_may_record() {
    let node = node();
    // Hashes almost a page a hundred times: 6.5 MB of arguments.
    let hasher = program(
        &node,
        r#"(module
            (import "vm_hooks" "native_keccak256" (func $hash (param i32 i32 i32)))
            (memory (export "memory") 1 1)
            (func (export "user_entrypoint") (param i32) (result i32) (local $i i32)
                (loop $again
                    (call $hash (i32.const 0) (i32.const 65504) (i32.const 65504))
                    (local.set $i (i32.add (local.get $i) (i32.const 1)))
                    (br_if $again (i32.lt_u (local.get $i) (i32.const 100))))
                (i32.const 0)))"#,
    );
    // Calls the program as often as calldata says.
    let caller = [
        &hex!("5f355b5f5f5f5f5f73")[..],
        hasher.as_slice(),
        &hex!("5af15060019003806002570000"),
    ]
    .concat();
    let caller = deploy(&node, &caller);
    let traced = |calls: u64, tracer: &str| {
        let call = request(&node, caller, word(calls)).gas_limit(50_000_000);
        trace_call(&node, call, json!({ "tracer": tracer }))
    };
    let steps = traced(4, "stylusTracer").expect("26 MB fit");
    let hashes = |frame: &Value| names(&frame["steps"]).len() - 2;
    assert_eq!(
        steps.as_array().expect("steps").iter().map(hashes).collect::<Vec<_>>(),
        [100; 4]
    );
    let error = traced(8, "stylusTracer").expect_err("52 MB do not, though each frame would");
    assert!(
        error.to_string().contains("its host calls take more than 32 MiB"),
        "{error}"
    );
    let frame = traced(8, "callTracer").expect("another tracer");
    assert_eq!(frame["calls"].as_array().map(Vec::len), Some(8));
}

#[test]
fn a_trace_of_calls_that_hand_on_much_memory_is_refused() {
    let node = node();
    // Calls an empty account with a megabyte, for ever.
    let endless = deploy(&node, &hex!("5b5f5f621000005f5f60aa5af1505f56"));
    let call = request(&node, endless, Bytes::new()).gas_limit(30_000_000);
    for tracer in ["callTracer", "flatCallTracer"] {
        let error = trace_call(&node, call.clone(), json!({ "tracer": tracer })).expect_err("too much input");
        assert!(
            error.to_string().contains("the trace is too large"),
            "{tracer}: {error}"
        );
    }
}
