//! The metering vectors as whole transactions: activation, status, output, logs and gas used, on the chain of this crate.
//!
//! Each is run at ArbOS 61, the default, and at ArbOS 51, where it was measured; with no program cached, and with all.

use std::fmt::Debug;

use alloy::{
    eips::BlockId,
    network::AnyTransactionReceipt,
    rpc::types::{TransactionInput, TransactionRequest},
};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use surety_devnet::{Config, Node, NodeError, config::NITRO_DEV_ACCOUNT};
use surety_vectors::{Call, Case, FILES, Kind, Log, Suite, digest, load};

const ARB_WASM: Address = Address::with_last_byte(0x71);
const ARB_WASM_CACHE: Address = Address::with_last_byte(0x72);
const ACTIVATE_PROGRAM: [u8; 4] = [0x58, 0xc7, 0x80, 0xc2];
const CACHE_PROGRAM: [u8; 4] = [0xe7, 0x3a, 0xc9, 0xf2];
const SETUP_GAS: u64 = 31_000_000;
/// From ArbOS 50 on, no transaction executes with more; the vectors were measured without this limit.
const TX_GAS_LIMIT: u64 = 32_000_000;
const ETHER: u64 = 1_000_000_000_000_000_000;

#[test]
fn measured_version() {
    run(Version {
        arbos: 51,
        cached: false,
    });
}

#[test]
fn measured_version_with_cached_programs() {
    run(Version {
        arbos: 51,
        cached: true,
    });
}

#[test]
fn default_version() {
    run(Version {
        arbos: 61,
        cached: false,
    });
}

#[test]
fn default_version_with_cached_programs() {
    run(Version {
        arbos: 61,
        cached: true,
    });
}

#[derive(Clone, Copy, Debug)]
struct Version {
    arbos: u64,
    cached: bool,
}

fn run(version: Version) {
    let mut failures = Vec::new();
    for file in FILES {
        let suite = load(file);
        for case in &suite.cases {
            let node = chain(&suite, case, version);
            Run {
                suite: &suite,
                case,
                version,
                node,
                failures: &mut failures,
            }
            .case();
        }
    }
    assert!(
        failures.is_empty(),
        "{version:?}: {} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// A fresh chain as the file's head describes it, whose blocks all carry the same time.
fn chain(suite: &Suite, case: &Case, version: Version) -> Node {
    let node = Node::new(Config {
        chain_id: suite.chain_id,
        arbos_version: version.arbos,
        debug_chain: false,
        base_fee: suite.block.basefee,
        l1_block_number: suite.block.number,
        genesis_timestamp: Some(suite.block.timestamp),
        ..Config::default()
    })
    .expect("the engine runs on this machine");
    node.set_block_interval(Some(std::time::Duration::ZERO));
    node.set_auto_impersonate(true);
    node.set_balance(suite.sender, suite.sender_balance);
    for (address, balance) in case.accounts() {
        node.set_balance(address, balance);
    }
    node
}

struct Run<'a> {
    suite: &'a Suite,
    case: &'a Case,
    version: Version,
    node: Node,
    failures: &'a mut Vec<String>,
}

impl Run<'_> {
    fn case(mut self) {
        if !self.deploy_all() {
            return;
        }
        for (index, call) in self.case.calls.iter().enumerate() {
            if !call.expect(self.version.cached).informative {
                let label = call.label.as_deref().unwrap_or("no label");
                self.call(&format!("call {index} ({label})"), call);
            }
        }
    }

    /// Puts the case's contracts on the chain. False if there is nothing to call.
    fn deploy_all(&mut self) -> bool {
        let case = self.case;
        let program = |wasm: &[u8]| surety_stylus::code::compress(wasm).expect("memory is enough");
        self.deploy(case.address, &program(&case.wasm()));
        if let Some(expected) = &case.activation {
            let ok = if self.version.arbos >= 60 {
                expected.ok_arbos60.unwrap_or(expected.ok)
            } else {
                expected.ok
            };
            let receipt = self.activate(case.address);
            self.differ("activation", "ok", ok, receipt.is_success());
            if !receipt.is_success() {
                // a program that is too large fails when it is decompressed, and keeps the gas that is left
                let fits = case.wasm().len() <= max_wasm_size(self.version.arbos);
                self.differ("activation", "takes all gas", fits, receipt.gas_used == SETUP_GAS);
                return false;
            }
            if let (Some(fee), Some(log)) = (expected.data_fee_wei, receipt.logs().first()) {
                // (module hash, program, fee, version)
                let found = log.data().data.get(64..96).map(U256::from_be_slice);
                self.differ("activation", "data fee", Some(fee), found);
            }
        }
        for contract in case.contracts() {
            match contract.kind {
                Kind::Evm => self.deploy(contract.address, &contract.runtime()),
                Kind::Stylus => {
                    self.deploy(contract.address, &program(&contract.wasm(case)));
                    if contract.activate {
                        let receipt = self.activate(contract.address);
                        self.differ("activation of a contract", "ok", true, receipt.is_success());
                    }
                }
            }
        }
        true
    }

    fn deploy(&mut self, address: Address, code: &[u8]) {
        let mut request = self.request(None, init_code(code));
        request.gas = Some(SETUP_GAS);
        let receipt = self.send(request);
        self.differ("deployment", "address", Some(address), receipt.deployed_contract());
    }

    fn activate(&mut self, program: Address) -> AnyTransactionReceipt {
        let input = [&ACTIVATE_PROGRAM[..], program.into_word().as_slice()].concat();
        let request = self
            .request(Some(ARB_WASM), input)
            .value(U256::from(ETHER))
            .gas_limit(SETUP_GAS);
        let receipt = self.send(request);
        if receipt.is_success() && self.version.cached {
            let input = [&CACHE_PROGRAM[..], program.into_word().as_slice()].concat();
            let request = self
                .request(Some(ARB_WASM_CACHE), input)
                .from(NITRO_DEV_ACCOUNT)
                .gas_limit(SETUP_GAS);
            assert!(
                self.send(request).is_success(),
                "{}: the chain owner can cache a program",
                self.case.name
            );
        }
        receipt
    }

    fn call(&mut self, name: &str, call: &Call) {
        let cached = self.version.cached;
        let expect = call.expect(cached);
        let mut request = self.request(Some(call.to.unwrap_or(self.case.address)), call.input());
        request.from = Some(call.from.unwrap_or(self.suite.sender));
        let request = request.value(call.value()).gas_limit(call.gas_limit);
        let output = match self.node.call(request.clone(), BlockId::latest(), None, None) {
            Ok(output) => output,
            Err(NodeError::Revert { data, .. }) => data,
            Err(_) => Bytes::new(),
        };
        let receipt = self.send(request);

        let measured = if self.version.arbos >= 60 && !cached {
            expect.gas_used_arbos60
        } else {
            None
        };
        let gas_used = measured.or(expect.gas_used(cached));
        if gas_used.is_some_and(|gas| gas > TX_GAS_LIMIT) {
            self.differ(name, "success within 32 million gas", false, receipt.is_success());
            self.differ(name, "gas used", TX_GAS_LIMIT, receipt.gas_used);
            return;
        }
        self.differ(name, "success", expect.status == "success", receipt.is_success());
        self.differ(name, "output", expect.output_digest(), digest(&output));
        if let Some(gas_used) = gas_used {
            self.differ(name, "gas used", gas_used, receipt.gas_used);
        }
        let logs = receipt.logs().iter().map(|log| Log {
            address: log.address(),
            topics: log.topics().to_vec(),
            data: log.data().data.clone(),
        });
        self.differ(name, "logs", expect.logs, logs.collect());
    }

    fn request(&self, to: Option<Address>, input: impl Into<Bytes>) -> TransactionRequest {
        TransactionRequest {
            from: Some(self.suite.sender),
            to: Some(to.map_or(TxKind::Create, TxKind::Call)),
            gas_price: Some(self.suite.gas_price.into()),
            input: TransactionInput::new(input.into()),
            ..TransactionRequest::default()
        }
    }

    fn send(&self, request: TransactionRequest) -> AnyTransactionReceipt {
        let hash = self
            .node
            .send_transaction(request)
            .unwrap_or_else(|error| panic!("{}: {error}", self.case.name));
        self.node
            .receipt(hash)
            .unwrap_or_else(|| panic!("{}: a transaction is mined at once", self.case.name))
    }

    fn differ<T: PartialEq + Debug>(&mut self, step: &str, what: &str, expected: T, found: T) {
        if expected != found {
            let name = &self.case.name;
            self.failures.push(format!(
                "{name}, {step}: {what}: expected {expected:?}, found {found:?}"
            ));
        }
    }
}

fn max_wasm_size(arbos: u64) -> usize {
    if arbos >= 60 { 262_144 } else { 131_072 }
}

/// Init code that returns `runtime`.
fn init_code(runtime: &[u8]) -> Vec<u8> {
    let len = (runtime.len() as u16).to_be_bytes();
    // PUSH2 len, DUP1, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 0, RETURN
    let mut code = vec![0x61, len[0], len[1], 0x80, 0x60, 12, 0x60, 0, 0x39, 0x60, 0, 0xf3];
    code.extend_from_slice(runtime);
    code
}
