//! A Stylus program that hashes, metered, against the same code compiled for this machine.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use alloy_primitives::Bytes;
use anyhow::{Result, bail, ensure};
use surety_bench_program as sha256;
use surety_stylus::{Engine, Env, Frame, FrameInput, Module, OutcomeKind, Rules, Step, activate, memory::PAGE_LIMIT};

/// The program as the build script made it.
const PROGRAM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/program.wasm"));
const ROUNDS: u32 = 1_000_000;
const REPEATS: usize = 7;
const INK_PRICE: u32 = 10_000;
/// Bytes of the program whose compilation is measured.
const LARGE: usize = 100_000;

pub fn measure() -> Result<String> {
    let engine = Engine::new(Rules::default())?;
    let activation = activate(PROGRAM, PAGE_LIMIT, engine.rules())?;
    let module = engine.compile(activation.module_hash, PROGRAM)?;
    let expected = sha256::chain(ROUNDS);
    let (mut metered, mut native) = (Duration::MAX, Duration::MAX);
    for _ in 0..REPEATS {
        native = native.min(time(|| {
            ensure!(black_box(sha256::chain(black_box(ROUNDS))) == expected);
            Ok(())
        })?);
        metered = metered.min(time(|| {
            ensure!(run(&module)?[..] == expected, "the program computes something else");
            Ok(())
        })?);
    }

    let large = large_program();
    let activation = activate(&large, PAGE_LIMIT, engine.rules())?;
    let compile = time(|| Ok(engine.compile(activation.module_hash, &large).map(drop)?))?;
    let again = time(|| Ok(engine.compile(activation.module_hash, &large).map(drop)?))?;
    Ok(format!(
        "{ROUNDS} rounds of SHA-256: native {} ms, metered Stylus program {} ms: {:.2} times as long\n\
         program of {} bytes: compiled in {} ms, found again in {} us\n",
        native.as_millis(),
        metered.as_millis(),
        metered.as_secs_f64() / native.as_secs_f64(),
        large.len(),
        compile.as_millis(),
        again.as_micros(),
    ))
}

fn time(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

fn run(module: &std::sync::Arc<Module>) -> Result<Bytes> {
    let mut frame = Frame::new(FrameInput {
        module: module.clone(),
        calldata: Bytes::copy_from_slice(&ROUNDS.to_le_bytes()),
        gas: u64::MAX / u64::from(INK_PRICE),
        entry_gas: 0,
        env: Env {
            ink_price: INK_PRICE,
            ..Env::default()
        },
        is_static: false,
        reentrant: false,
        trace: None,
    });
    match frame.resume(None) {
        Step::Done(outcome) if outcome.kind == OutcomeKind::Success => Ok(outcome.output),
        other => bail!("the program ended with {other:?}"),
    }
}

/// A program of many small functions with loops, memory accesses and calls, as compilers make them.
fn large_program() -> Vec<u8> {
    let mut functions = String::new();
    let mut count = 0;
    loop {
        functions += &function(count);
        count += 1;
        if count % 50 == 0 {
            let wasm = wat::parse_str(format!(
                "(module (memory (export \"memory\") 1 1) {functions}
                 (func (export \"user_entrypoint\") (param i32) (result i32) (call $f{} (local.get 0) (i64.const 3)) drop
                 (i32.const 0)))",
                count - 1
            ))
            .unwrap_or_default();
            if wasm.is_empty() || wasm.len() >= LARGE {
                return wasm;
            }
        }
    }
}

fn function(number: usize) -> String {
    let inner = match number.checked_sub(1) {
        Some(before) => format!("(call $f{before} (local.get $x) (local.get $y))"),
        None => "(local.get $y)".into(),
    };
    format!(
        "(func $f{number} (param $x i32) (param $y i64) (result i64) (local $i i32)
            (loop $again
                (i64.store offset={offset} (i32.and (local.get $x) (i32.const 1016))
                    (i64.xor (local.get $y) (i64.load offset=8 (i32.and (local.get $i) (i32.const 1016)))))
                (local.set $y (i64.add (i64.mul (local.get $y) (i64.const {number})) (i64.extend_i32_u (local.get $i))))
                (local.set $x (i32.rotl (i32.add (local.get $x) (local.get $i)) (i32.const 5)))
                (if (i32.lt_u (local.get $x) (i32.const {number}))
                    (then (local.set $y (i64.shr_u (local.get $y) (i64.const 3)))))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $i) (i32.const 3))))
            {inner})\n",
        offset = 8 * (number % 100),
    )
}
