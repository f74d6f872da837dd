//! What frames do beyond the vectors: every import links, the native stack holds, frames nest, stop and are abandoned.

use alloy_primitives::{B256, Bytes, U256};
use surety_stylus::{
    Answer, Engine, EngineError, Env, Frame, FrameInput, Outcome, OutcomeKind, Request, Rules, Step, TraceBudget,
    activate, memory::PAGE_LIMIT,
};

const GAS: u64 = 20_000_000;

fn engine(rules: Rules) -> Engine {
    Engine::new(rules).expect("the engine starts")
}

fn frame(engine: &Engine, wat: &str) -> Frame {
    frame_with(engine, wat, GAS, 10_000)
}

fn frame_with(engine: &Engine, wat: &str, gas: u64, ink_price: u32) -> Frame {
    let wasm = wat::parse_str(wat).expect("the text is WebAssembly");
    let activation = activate(&wasm, PAGE_LIMIT, engine.rules()).expect("the program activates");
    let module = engine
        .compile(activation.module_hash, &wasm)
        .expect("the program compiles");
    let env = Env {
        ink_price,
        ..Env::default()
    };
    Frame::new(FrameInput {
        module,
        calldata: Bytes::new(),
        gas,
        entry_gas: 0,
        env,
        is_static: false,
        reentrant: false,
        trace: Some(TraceBudget::new(usize::MAX)),
    })
}

fn run(engine: &Engine, wat: &str) -> Outcome {
    ended(frame(engine, wat))
}

fn ended(mut frame: Frame) -> Outcome {
    match frame.resume(None) {
        Step::Done(outcome) => outcome,
        Step::Ask(request) => panic!("unexpected {request:?}"),
    }
}

/// A module with one page, a body for the entrypoint, and more.
fn module(more: &str, body: &str) -> String {
    format!(
        r#"(module {more} (memory (export "memory") 1 1)
            (func (export "user_entrypoint") (param i32) (result i32) {body} i32.const 0))"#
    )
}

#[test]
fn all_host_functions_link_with_their_types() {
    let signatures = include_str!("support/hostios.txt");
    let rules = Rules {
        debug_chain: true,
        ..Rules::default()
    };
    let mut imports = String::new();
    for line in signatures.lines() {
        let (name, signature) = line.split_once(' ').expect("name and type");
        let (module, name) = name.split_once('.').expect("module and name");
        imports += &format!(r#"(import "{module}" "{name}" (func {signature}))"#);
    }
    assert_eq!(signatures.lines().count(), 51);
    assert_eq!(run(&engine(rules), &module(&imports, "")).kind, OutcomeKind::Success);
}

#[test]
fn the_depth_checker_stops_recursion_before_the_native_stack_does() {
    let engine = engine(Rules::default());
    // many live values for each word that the checker counts: parameters are free there
    let parameters = "i64 ".repeat(900);
    let arguments: String = (0..900)
        .map(|n| format!("local.get {n} i64.const {n} i64.add "))
        .collect();
    let wide = format!("(func $f (param {parameters}) {arguments} call $f)");
    let zeros = "i64.const 0 ".repeat(900);
    // hundreds of locals, all live across the call
    let (set, sum): (String, String) = (0..348)
        .map(|n| {
            (
                format!("i32.const {n} i32.load8_u local.set {n} "),
                format!("local.get {n} i32.add "),
            )
        })
        .unzip();
    let locals = format!(
        "(func $f (result i32) (local {}) {set} call $f {sum})",
        "i32 ".repeat(348)
    );
    for (name, more, body) in [
        ("small frames", "(func $f call $f)".to_owned(), "call $f".to_owned()),
        ("parameters", wide, format!("{zeros} call $f")),
        ("locals", locals, "call $f drop".to_owned()),
    ] {
        let outcome = run(&engine, &module(&more, &body));
        assert_eq!(outcome.kind, OutcomeKind::OutOfStack, "{name}");
        assert_eq!(outcome.gas_left, 0, "{name}");
        assert!(outcome.ink_used > 0, "{name}");
    }
}

const LOADS: &str = r#"(import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
    (import "vm_hooks" "write_result" (func $write (param i32 i32)))"#;
const LOAD_AND_RETURN: &str = "(call $load (i32.const 0) (i32.const 32)) (call $write (i32.const 32) (i32.const 32))";

#[test]
fn ink_that_runs_out_anywhere_is_noticed_whatever_comes_next() {
    let engine = engine(Rules::default());
    let branch =
        "(if (i32.eqz (local.get 0)) (then (local.set 0 (i32.const 0))) (else nop)) (block (br_if 0 (local.get 0)))";
    let turn = format!(
        "(loop {branch} (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br_if 0 (i32.lt_u (local.get 0) (i32.const 3))))"
    );
    let leaf = "(func $leaf (drop (i32.const 1)))";
    for (more, body) in [
        ("", branch.repeat(3)),
        ("", format!("{branch} {turn} {branch}")),
        ("", format!("{branch} unreachable")),
        ("", format!("{branch} (drop (i32.div_u (i32.const 1) (local.get 0)))")),
        (leaf, format!("{branch} (call $leaf) {branch}")),
        (
            "",
            format!("{branch} (memory.fill (i32.const 0) (i32.const 1) (i32.const 40)) {branch}"),
        ),
    ] {
        let wat = module(more, &body);
        let with = |ink| ended(frame_with(&engine, &wat, ink, 1));
        let enough = with(GAS);
        assert_ne!(enough.kind, OutcomeKind::OutOfInk, "{body}");
        // A block costs more than a step.
        for ink in (0..enough.ink_used).step_by(101).chain([enough.ink_used - 1]) {
            let short = with(ink);
            assert_eq!(short.kind, OutcomeKind::OutOfInk, "{ink} units of ink, {body}");
            assert_eq!((short.ink_used, short.gas_left), (ink, 0), "{body}");
        }
        let exact = with(enough.ink_used);
        assert_eq!((exact.kind, exact.ink_used), (enough.kind, enough.ink_used), "{body}");
    }
}

#[test]
fn a_thousand_frames_wait_at_once() {
    let engine = engine(Rules::default());
    let wat = module(LOADS, LOAD_AND_RETURN);
    let mut frames: Vec<Frame> = (0..1_024).map(|_| frame(&engine, &wat)).collect();
    for frame in &mut frames {
        assert!(matches!(
            frame.resume(None),
            Step::Ask(Request::StorageLoad { key: B256::ZERO })
        ));
    }
    for (number, frame) in frames.iter_mut().enumerate().rev() {
        let value = B256::from(U256::from(number));
        let Step::Done(outcome) = frame.resume(Some(Answer::Word { value, gas: 100 })) else {
            panic!("one load is all it asks for");
        };
        assert_eq!(outcome.output, value.to_vec());
    }
}

#[test]
fn a_frame_can_be_abandoned_while_it_waits() {
    let engine = engine(Rules::default());
    let wat = module(LOADS, LOAD_AND_RETURN);
    for _ in 0..100 {
        assert!(matches!(frame(&engine, &wat).resume(None), Step::Ask(_)));
    }
    assert!(matches!(frame(&engine, &wat).resume(None), Step::Ask(_)));
}

#[test]
fn an_answer_to_another_question_fails_the_frame() {
    let mut frame = frame(&engine(Rules::default()), &module(LOADS, LOAD_AND_RETURN));
    assert!(matches!(frame.resume(None), Step::Ask(_)));
    let Step::Done(outcome) = frame.resume(Some(Answer::Done)) else {
        panic!("it cannot go on")
    };
    assert!(matches!(outcome.kind, OutcomeKind::Failure(reason) if reason.contains("storage_load_bytes32")));
}

#[test]
fn the_trace_has_arguments_and_results() {
    let mut frame = frame(&engine(Rules::default()), &module(LOADS, LOAD_AND_RETURN));
    assert!(matches!(frame.resume(None), Step::Ask(_)));
    let value = B256::repeat_byte(7);
    let Step::Done(outcome) = frame.resume(Some(Answer::Word { value, gas: 2_100 })) else {
        panic!("it ends")
    };
    let names: Vec<_> = outcome.trace.iter().map(|record| record.name).collect();
    assert_eq!(
        names,
        [
            "user_entrypoint",
            "storage_load_bytes32",
            "write_result",
            "user_returned"
        ]
    );
    let [entry, load, write, end] = &outcome.trace[..] else {
        panic!("four records")
    };
    assert_eq!(
        (&entry.args[..], entry.start_ink, entry.end_ink),
        (&[0; 4][..], GAS * 10_000, GAS * 10_000)
    );
    assert_eq!(
        (&load.args[..], &load.outs[..]),
        (B256::ZERO.as_slice(), value.as_slice())
    );
    assert_eq!(load.start_ink - load.end_ink, 18_480 + 2_105 * 10_000);
    assert_eq!(&write.args[..], value.as_slice());
    assert_eq!(
        (&end.outs[..], end.end_ink),
        (&[0; 4][..], GAS * 10_000 - outcome.ink_used)
    );
}

#[test]
fn a_program_is_compiled_once() {
    let engine = engine(Rules::default());
    let wasm = wat::parse_str(module("", "")).expect("the text is WebAssembly");
    let activation = activate(&wasm, PAGE_LIMIT, engine.rules()).expect("the program activates");
    let hash = activation.module_hash;
    assert!(engine.get(hash).is_none());
    let first = engine.compile(hash, &wasm).expect("it compiles");
    let second = engine.get(hash).expect("it is kept");
    assert!(std::sync::Arc::ptr_eq(&first, &second));
}

#[test]
fn a_program_does_not_run_in_place_of_another() {
    let engine = engine(Rules::default());
    let wasm = wat::parse_str(module("", "")).expect("the text is WebAssembly");
    let activation = activate(&wasm, PAGE_LIMIT, engine.rules()).expect("the program activates");
    let other = wat::parse_str(module("", "(nop)")).expect("the text is WebAssembly");
    let refused = engine.compile(activation.module_hash, &other).map(|_| ());
    assert!(
        matches!(refused, Err(EngineError::Changed { expected, .. }) if expected == activation.module_hash),
        "{refused:?}"
    );
    assert!(engine.compile(activation.module_hash, &wasm).is_ok());
}
