//! What the tracers do not show by themselves.

use alloy_primitives::Bytes;
use revm::bytecode::opcode::OpCode;
use revm_inspectors::tracing::{
    DebugInspector,
    types::{CallKind, CallTrace, CallTraceNode, CallTraceStep},
};
use serde_json::{Value, json};

use super::super::start::StartBlock;
use crate::evm::recorder::Step;

/// The opcode logger shows a frame below the step that called it. A program has no steps, so each of its calls gets one: the
/// opcode that does the same, with the gas that it handed on.
pub fn program_calls(nodes: &mut [CallTraceNode]) {
    for index in 0..nodes.len() {
        if !nodes[index].trace.steps.is_empty() {
            continue;
        }
        let children = nodes[index].children.clone();
        nodes[index].trace.steps = children
            .into_iter()
            .map(|child| call_step(&nodes[child].trace))
            .collect();
    }
}

fn call_step(callee: &CallTrace) -> CallTraceStep {
    CallTraceStep {
        pc: 0,
        op: match callee.kind {
            CallKind::StaticCall => OpCode::STATICCALL,
            CallKind::CallCode => OpCode::CALLCODE,
            CallKind::DelegateCall => OpCode::DELEGATECALL,
            CallKind::Create => OpCode::CREATE,
            CallKind::Create2 => OpCode::CREATE2,
            _ => OpCode::CALL,
        },
        stack: Some(Box::default()),
        push_stack: None,
        memory: None,
        returndata: Bytes::new(),
        gas_remaining: callee.gas_limit,
        gas_refund_counter: callee.gas_refund_counter,
        gas_used: 0,
        gas_cost: callee.gas_used,
        state_gas_cost: None,
        state_gas_reservoir: None,
        state_gas_spent: 0,
        storage_change: None,
        status: callee.status,
        immediate_bytes: None,
        decoded: None,
    }
}

/// A host call, with the host calls of whom it called.
pub fn host_call(step: &Step) -> Value {
    let mut object = json!({
        "name": step.name,
        "args": step.args,
        "outs": step.outs,
        "startInk": step.start_ink,
        "endInk": step.end_ink,
    });
    if let Some((address, steps)) = &step.callee {
        object["address"] = json!(address);
        object["steps"] = steps.iter().map(host_call).collect();
    }
    object
}

/// ArbOS' transaction at the start of a block: it runs no code and takes no gas. Without a tracer of geth's, what
/// `stylusTracer` says of it.
pub fn start(start: &StartBlock, tracer: Option<&DebugInspector>) -> Value {
    match tracer {
        None | Some(DebugInspector::FlatCallTracer(_)) => json!([]),
        Some(DebugInspector::Default(..)) => {
            json!({ "gas": 0, "failed": false, "returnValue": "0x", "structLogs": [] })
        }
        Some(DebugInspector::CallTracer(..)) => json!({
            "type": "CALL",
            "from": StartBlock::ADDRESS,
            "to": StartBlock::ADDRESS,
            "gas": "0x0",
            "gasUsed": "0x0",
            "value": "0x0",
            "input": start.input,
        }),
        Some(DebugInspector::PreStateTracer(_, config)) if config.is_diff_mode() => json!({ "pre": {}, "post": {} }),
        Some(_) => json!({}),
    }
}
