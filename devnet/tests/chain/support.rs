//! Chains to test on, and short ways to deploy and call.

use alloy::{
    eips::BlockId,
    network::{AnyRpcBlock, AnyTransactionReceipt},
    rpc::types::{TransactionInput, TransactionRequest},
};
use alloy_primitives::{Address, B256, Bytes, U256};
use surety_devnet::{Config, Node, NodeError};

pub const ETHER: u64 = 1_000_000_000_000_000_000;

pub fn node() -> Node {
    Node::new(Config::default()).expect("the engine runs on this machine")
}

/// A transaction from the first development account.
pub fn request(node: &Node, to: impl Into<Option<Address>>, input: impl Into<Bytes>) -> TransactionRequest {
    let request = TransactionRequest::default()
        .from(node.accounts()[0])
        .input(TransactionInput::new(input.into()));
    match to.into() {
        Some(to) => request.to(to),
        None => request,
    }
}

pub fn send(node: &Node, request: TransactionRequest) -> AnyTransactionReceipt {
    let hash = node.send_transaction(request).expect("the transaction is accepted");
    node.receipt(hash).expect("it is mined at once")
}

/// Puts `runtime` on the chain by a create transaction.
pub fn deploy(node: &Node, runtime: &[u8]) -> Address {
    let receipt = send(node, request(node, None, init_code(runtime)));
    assert!(receipt.is_success(), "deployment succeeds");
    receipt.deployed_contract().expect("a contract was created")
}

/// Init code that returns `runtime`.
pub fn init_code(runtime: &[u8]) -> Vec<u8> {
    let len = (runtime.len() as u16).to_be_bytes();
    // PUSH2 len, DUP1, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 0, RETURN
    let mut code = vec![0x61, len[0], len[1], 0x80, 0x60, 12, 0x60, 0, 0x39, 0x60, 0, 0xf3];
    code.extend_from_slice(runtime);
    code
}

pub fn call(node: &Node, to: Address, input: impl Into<Bytes>) -> Result<Bytes, NodeError> {
    node.call(request(node, to, input), BlockId::latest(), None, None)
}

/// A block that is kept, with its transactions' hashes.
pub fn block(node: &Node, id: impl Into<BlockId>) -> AnyRpcBlock {
    let block = node.block(id.into(), false).expect("it is kept");
    block.expect("there is such a block")
}

pub fn balance(node: &Node, address: Address) -> U256 {
    node.balance(address, BlockId::latest())
        .expect("the latest state is kept")
}

pub fn slot(node: &Node, address: Address, slot: u64) -> B256 {
    node.storage_at(address, U256::from(slot), BlockId::latest())
        .expect("the latest state is kept")
}

pub fn word(value: u64) -> B256 {
    U256::from(value).into()
}

pub const ARB_WASM: Address = Address::with_last_byte(0x71);

/// The code that deploys a program given as WebAssembly text.
pub fn program_code(wat: &str) -> Vec<u8> {
    let wasm = wat::parse_str(wat).expect("the text is WebAssembly");
    surety_stylus::code::compress(&wasm).expect("memory is enough")
}

/// Deploys a program given as text and activates it.
pub fn program(node: &Node, wat: &str) -> Address {
    let address = deploy(node, &program_code(wat));
    let receipt = activate(node, address);
    assert!(receipt.is_success(), "activation succeeds");
    address
}

/// Calls ArbWasm.activateProgram with more than enough for the fee.
pub fn activate(node: &Node, program: Address) -> AnyTransactionReceipt {
    send(
        node,
        request(node, ARB_WASM, activate_input(program))
            .value(U256::from(ETHER))
            .gas_limit(20_000_000),
    )
}

pub fn activate_input(program: Address) -> Bytes {
    [&[0x58, 0xc7, 0x80, 0xc2], program.into_word().as_slice()]
        .concat()
        .into()
}
