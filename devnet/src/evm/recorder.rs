//! The host calls of a transaction as a tree, for `stylusTracer`.
//!
//! Every running contract has an open node. A program's node fills with its host calls when it ends; the calls that left the
//! program then take the nodes of their callees. An EVM contract has no host calls; what it called is its only content.

use alloy_primitives::{Address, Bytes};
use revm::{
    context_interface::CreateScheme,
    interpreter::{CallScheme, FrameInput},
};
use surety_stylus::{HostioRecord, TraceBudget};

/// One host call, or one call that an EVM contract made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub name: &'static str,
    pub args: Bytes,
    pub outs: Bytes,
    pub start_ink: u64,
    pub end_ink: u64,
    /// Whom the call went to, and what it did.
    pub callee: Option<(Address, Vec<Step>)>,
}

/// Collects steps while a transaction runs.
#[derive(Debug)]
pub struct Recorder {
    open: Vec<Node>,
    done: Vec<Step>,
    /// What all frames together may record. What is over it is left out.
    budget: TraceBudget,
}

#[derive(Debug)]
struct Node {
    /// How an EVM contract's call of this one is named.
    name: &'static str,
    address: Address,
    /// Host calls, if it is a program that has ended.
    records: Option<Vec<HostioRecord>>,
    callees: Vec<Callee>,
}

#[derive(Debug)]
struct Callee {
    name: &'static str,
    address: Address,
    steps: Vec<Step>,
}

impl Recorder {
    pub const fn new(budget: TraceBudget) -> Self {
        Self {
            open: Vec::new(),
            done: Vec::new(),
            budget,
        }
    }

    pub const fn budget(&self) -> &TraceBudget {
        &self.budget
    }

    /// A contract begins to run.
    pub fn enter(&mut self, input: &FrameInput, address: Address) {
        self.open.push(Node {
            name: name(input),
            address,
            records: None,
            callees: Vec::new(),
        });
    }

    /// The program on top ends, with these host calls.
    pub fn program_ended(&mut self, records: Vec<HostioRecord>) {
        if let Some(node) = self.open.last_mut() {
            node.records = Some(records);
        }
    }

    /// The contract on top is left.
    pub fn leave(&mut self) {
        let Some(Node {
            name,
            address,
            records,
            callees,
        }) = self.open.pop()
        else {
            return;
        };
        let steps = match records {
            Some(records) => program_steps(records, callees),
            None => callees.into_iter().map(Callee::into_evm_step).collect(),
        };
        match self.open.last_mut() {
            Some(caller) => {
                if self.budget.spend(0) {
                    caller.callees.push(Callee { name, address, steps });
                }
            }
            None => self.done = steps,
        }
    }

    /// A call of the contract on top ended without a contract running: an account without code, a precompile, or refused.
    pub fn nothing_ran(&mut self, name: &'static str, address: Address) {
        if let Some(caller) = self.open.last_mut()
            && self.budget.spend(0)
        {
            caller.callees.push(Callee {
                name,
                address,
                steps: Vec::new(),
            });
        }
    }

    /// The steps of the outermost contract.
    pub fn into_steps(self) -> Vec<Step> {
        self.done
    }
}

impl Callee {
    /// A call that an EVM contract made: it has no ink.
    fn into_evm_step(self) -> Step {
        Step {
            name: self.name,
            args: Bytes::new(),
            outs: Bytes::new(),
            start_ink: 0,
            end_ink: 0,
            callee: Some((self.address, self.steps)),
        }
    }
}

/// Host calls in order; each that left the program takes the next callee. A creation shows twice, as the frame and as the host
/// call, which is how Arbitrum's tracer has it.
fn program_steps(records: Vec<HostioRecord>, callees: Vec<Callee>) -> Vec<Step> {
    let mut callees = callees.into_iter();
    let mut steps = Vec::with_capacity(records.len());
    for record in records {
        let callee = match record.name {
            "call_contract" | "delegate_call_contract" | "static_call_contract" => {
                callees.next().map(|callee| (callee.address, callee.steps))
            }
            "create1" | "create2" => {
                steps.extend(callees.next().map(Callee::into_evm_step));
                None
            }
            _ => None,
        };
        steps.push(Step {
            name: record.name,
            args: record.args,
            outs: record.outs,
            start_ink: record.start_ink,
            end_ink: record.end_ink,
            callee,
        });
    }
    steps
}

/// How the tracer names a call or creation.
const fn name(input: &FrameInput) -> &'static str {
    match input {
        FrameInput::Call(inputs) => match inputs.scheme {
            CallScheme::Call => "evm_call_contract",
            CallScheme::DelegateCall | CallScheme::CallCode => "evm_delegate_call_contract",
            CallScheme::StaticCall => "evm_static_call_contract",
        },
        FrameInput::Create(inputs) => match inputs.scheme() {
            CreateScheme::Create2 { .. } => "evm_create2",
            _ => "evm_create1",
        },
        FrameInput::Empty => "evm_call_contract",
    }
}

/// Name and target of a call or creation.
pub fn callee(input: &FrameInput) -> (&'static str, Address) {
    let address = match input {
        FrameInput::Call(inputs) => inputs.bytecode_address,
        FrameInput::Create(_) | FrameInput::Empty => Address::ZERO,
    };
    (name(input), address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &'static str) -> HostioRecord {
        HostioRecord {
            name,
            args: Bytes::new(),
            outs: Bytes::new(),
            start_ink: 2,
            end_ink: 1,
        }
    }

    fn callee(name: &'static str, low: u8) -> Callee {
        Callee {
            name,
            address: Address::with_last_byte(low),
            steps: Vec::new(),
        }
    }

    #[test]
    fn calls_take_their_callees_in_order() {
        let records = ["read_args", "call_contract", "create1", "static_call_contract"]
            .map(record)
            .into();
        let callees = vec![
            callee("evm_call_contract", 1),
            callee("evm_create1", 2),
            callee("evm_static_call_contract", 3),
        ];
        let steps = program_steps(records, callees);
        let shown: Vec<_> = steps
            .iter()
            .map(|step| (step.name, step.callee.as_ref().map(|callee| callee.0[19])))
            .collect();
        let expected = [
            ("read_args", None),
            ("call_contract", Some(1)),
            ("evm_create1", Some(2)),
            ("create1", None),
            ("static_call_contract", Some(3)),
        ];
        assert_eq!(shown, expected);
    }
}
