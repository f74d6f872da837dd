//! The metering vectors that take one Stylus frame: activation, ink, host calls, output, logs and the gas of the transaction.

mod support;

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use support::chain::{Account, Chain, Transaction};
use surety_stylus::{
    Activation, ActivationError, Engine, Env, FrameInput, Outcome, OutcomeKind, Rules, TraceBudget, activate,
    entry::{cached_gas, init_gas},
    memory::PAGE_LIMIT,
};
use surety_vectors::{Call, Case, FILES, Kind, Suite, digest, load};

/// The rules that the vectors were measured under.
fn measured() -> Rules {
    Rules {
        version: 2,
        max_wasm_size: 131_072,
        ..Rules::default()
    }
}

#[test]
fn opcodes() {
    run("opcode.json", 0);
}

#[test]
fn control_flow() {
    run("control.json", 0);
}

#[test]
fn memory() {
    run("memory.json", 0);
}

#[test]
fn host_functions() {
    // one call of the file calls an EVM contract
    run("hostio.json", 1);
}

#[test]
fn storage() {
    run("storage.json", 0);
}

#[test]
fn failures() {
    run("failure.json", 0);
}

#[test]
fn activated_programs_run() {
    run("activation.json", 0);
}

#[test]
fn sdk_program() {
    run("sdk.json", 0);
}

#[test]
fn activation_accepts_and_prices() {
    let mut failures = Vec::new();
    for file in FILES {
        for case in load(file).cases {
            let Some(expected) = &case.activation else { continue };
            let debug = |rules: Rules| Rules {
                debug_chain: true,
                ..rules
            };
            let at_60 = expected.ok_arbos60.unwrap_or(expected.ok);
            let wasm = case.wasm();
            let checks = [
                (measured(), expected.ok),
                (Rules::default(), at_60),
                (debug(measured()), expected.ok_debug_chain.unwrap_or(expected.ok)),
                (debug(Rules::default()), expected.ok_debug_chain.unwrap_or(at_60)),
            ];
            for (rules, ok) in checks {
                let found = activate(&wasm, PAGE_LIMIT, &rules);
                if found.is_ok() != ok {
                    failures.push(format!("{} ({rules:?}): expected ok {ok}, found {found:?}", case.name));
                }
                if rules == measured() {
                    compare_activation(&case, found, &mut failures);
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn compare_activation(case: &Case, found: Result<Activation, ActivationError>, failures: &mut Vec<String>) {
    let (Some(expected), Ok(found)) = (&case.activation, found) else {
        return;
    };
    let figures = [
        ("gas_dynamic", expected.gas_dynamic, found.prover_gas),
        (
            "footprint",
            expected.footprint.map(u64::from),
            found.entry.footprint.into(),
        ),
        ("init", expected.init.map(u64::from), found.entry.init.into()),
        (
            "cached_init",
            expected.cached_init.map(u64::from),
            found.entry.cached.into(),
        ),
        (
            "asm_estimate",
            expected.asm_estimate.map(u64::from),
            found.asm_estimate.into(),
        ),
        ("init_gas", expected.init_gas, init_gas(found.entry.init)),
        ("cached_gas", expected.cached_gas, cached_gas(found.entry.cached)),
    ];
    for (what, expected, found) in figures {
        if expected.is_some_and(|expected| expected != found) {
            failures.push(format!(
                "{}: {what}: expected {}, found {found}",
                case.name,
                expected.unwrap_or_default()
            ));
        }
    }
}

/// Runs every call of a file, uncached and cached, under both versions. `need_evm` calls of it must turn out to need an EVM.
fn run(file: &str, need_evm: usize) {
    let suite = load(file);
    let mut failures = Vec::new();
    for rules in [measured(), Rules::default()] {
        let engine = Engine::new(rules).expect("the engine starts");
        for cached in [false, true] {
            let mut runner = Runner {
                suite: &suite,
                engine: &engine,
                cached,
                failures: Vec::new(),
                skipped: 0,
                ran: 0,
            };
            for case in suite.cases.iter().filter(|case| !case.calls.is_empty()) {
                runner.case(case);
            }
            assert!(runner.ran > 0, "{file}: no call was checked");
            if runner.skipped != need_evm {
                failures.push(format!(
                    "{file}: expected {need_evm} calls that need an EVM, found {}",
                    runner.skipped
                ));
            }
            failures.append(&mut runner.failures);
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

struct Runner<'a> {
    suite: &'a Suite,
    engine: &'a Engine,
    cached: bool,
    failures: Vec<String>,
    skipped: usize,
    ran: usize,
}

/// What a transaction gave.
struct Receipt {
    status: &'static str,
    outcome: Option<Outcome>,
    gas_used: u64,
    refunded: u64,
}

impl Runner<'_> {
    fn case(&mut self, case: &Case) {
        // the EVM side refuses a program that was never activated
        if case.activation.is_none() {
            return;
        }
        let wasm = case.wasm();
        let activation = match activate(&wasm, PAGE_LIMIT, self.engine.rules()) {
            Ok(activation) => activation,
            Err(error) => return self.failures.push(format!("{}: {error}", case.name)),
        };
        let mut chain = Chain {
            accounts: accounts(case),
            ..Chain::default()
        };
        for (index, call) in case.calls.iter().enumerate() {
            let name = format!(
                "{} call {index} ({}) cached {}, Stylus {}",
                case.name,
                call.label.as_deref().unwrap_or("no label"),
                self.cached,
                self.engine.rules().version,
            );
            self.call(&name, case, call, &activation, &wasm, &mut chain);
        }
    }

    fn call(&mut self, name: &str, case: &Case, call: &Call, activation: &Activation, wasm: &[u8], chain: &mut Chain) {
        let expect = call.expect(self.cached);
        if expect.informative {
            return;
        }
        let warm = (1..=17).map(Address::with_last_byte);
        let mut transaction = Transaction::new(
            chain,
            case.address,
            warm.chain([self.suite.sender, self.suite.block.coinbase]),
        );
        let gas = call.gas_limit - expect.intrinsic_gas;
        let entry_gas = activation.entry.gas(transaction.pages, self.cached);
        let receipt = match gas.checked_sub(entry_gas) {
            None => Receipt {
                status: "out_of_gas",
                outcome: None,
                gas_used: call.gas_limit,
                refunded: 0,
            },
            Some(gas) => {
                transaction.pages = transaction.pages.opened(activation.entry.footprint);
                let module = match self.engine.compile(activation.module_hash, wasm) {
                    Ok(module) => module,
                    Err(error) => return self.failures.push(format!("{name}: {error}")),
                };
                let env = self.env(case, call);
                let calldata = call.input();
                let input = FrameInput {
                    module,
                    calldata,
                    gas,
                    entry_gas,
                    env,
                    is_static: false,
                    reentrant: false,
                    trace: Some(TraceBudget::new(usize::MAX)),
                };
                let Ok(outcome) = transaction.run(input) else {
                    self.skipped += 1;
                    return;
                };
                let used = call.gas_limit - outcome.gas_left;
                let refunded = (transaction.refund.max(0) as u64).min(used / 5);
                Receipt {
                    status: status(&outcome.kind),
                    outcome: Some(outcome),
                    gas_used: used - refunded,
                    refunded,
                }
            }
        };
        self.ran += 1;
        let mut differ = |what: &str, expected: String, found: String| {
            if expected != found {
                self.failures
                    .push(format!("{name}: {what}: expected {expected}, found {found}"));
            }
        };
        let outcome = receipt.outcome.as_ref();
        differ(
            "status",
            expect.status.clone(),
            format!(
                "{}{}",
                receipt.status,
                if expect.status == receipt.status {
                    String::new()
                } else {
                    format!(" {:?}", outcome.map(|outcome| &outcome.kind))
                }
            ),
        );
        if let Some(gas) = expect.gas_used(self.cached) {
            differ("gas used", gas.to_string(), receipt.gas_used.to_string());
        }
        differ("refund", expect.refunded.to_string(), receipt.refunded.to_string());
        differ(
            "ink",
            format!("{:?}", expect.ink_used),
            format!("{:?}", outcome.map(|outcome| outcome.ink_used)),
        );
        let output = outcome.map(|outcome| outcome.output.clone()).unwrap_or_default();
        differ(
            "output",
            format!("{:?}", expect.output_digest()),
            format!("{:?}", digest(&output)),
        );
        differ("logs", format!("{:?}", expect.logs), format!("{:?}", transaction.logs));
        if let Some(inks) = &expect.hostio_ink {
            differ(
                "host calls",
                format!("{inks:?}"),
                format!("{:?}", outcome.map(inks_of).unwrap_or_default()),
            );
        }
        let storage = transaction.storage;
        chain.storage = storage;
    }

    fn env(&self, case: &Case, call: &Call) -> Env {
        let block = &self.suite.block;
        Env {
            chain_id: self.suite.chain_id,
            block_number: block.number,
            block_timestamp: block.timestamp,
            block_gas_limit: self.suite.block_gas_limit,
            block_basefee: U256::from(block.basefee),
            block_coinbase: block.coinbase,
            contract_address: case.address,
            msg_sender: self.suite.sender,
            msg_value: call.value(),
            tx_origin: self.suite.sender,
            tx_gas_price: U256::from(self.suite.gas_price),
            ink_price: self.suite.ink_price,
        }
    }
}

fn accounts(case: &Case) -> BTreeMap<Address, Account> {
    let funded = case.accounts().map(|(address, balance)| {
        (
            address,
            Account {
                balance,
                ..Account::default()
            },
        )
    });
    let coded = case
        .contracts()
        .iter()
        .filter(|contract| contract.kind == Kind::Evm)
        .map(|contract| {
            (
                contract.address,
                Account {
                    code: contract.runtime(),
                    ..Account::default()
                },
            )
        });
    funded.chain(coded).collect()
}

fn status(kind: &OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Success => "success",
        OutcomeKind::Revert | OutcomeKind::Failure(_) => "revert",
        OutcomeKind::OutOfInk => "out_of_gas",
        OutcomeKind::OutOfStack => "out_of_stack",
    }
}

/// The host calls of a frame and their ink, without the tracer's first and last record.
fn inks_of(outcome: &Outcome) -> Vec<(String, u64)> {
    let calls = outcome.trace.iter().filter(|record| !record.name.starts_with("user_"));
    calls
        .map(|record| (record.name.to_owned(), record.start_ink - record.end_ink))
        .collect()
}
