//! A Stylus program that hashes, metered, against the same code compiled for this machine.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use alloy_primitives::Bytes;
use anyhow::{Result, bail, ensure};
use surety_bench_program as sha256;
use surety_stylus::{Engine, Env, Frame, FrameInput, Module, OutcomeKind, Rules, Step, activate, memory::PAGE_LIMIT};
use wasmtime::Caller;

/// The program as the build script made it.
const PROGRAM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/program.wasm"));
const ROUNDS: u32 = 200_000;
/// The fastest of so many runs counts.
const REPEATS: usize = 30;
const INK_PRICE: u32 = 10_000;
/// Bytes of the program whose compilation is measured.
const LARGE: usize = 100_000;

pub fn measure() -> Result<String> {
    let engine = Engine::new(Rules::default())?;
    let activation = activate(PROGRAM, PAGE_LIMIT, engine.rules())?;
    let module = engine.compile(activation.module_hash, PROGRAM)?;
    let expected = sha256::chain(ROUNDS);
    let plain = Plain::new().map_err(runtime)?;
    let (mut metered, mut unmetered, mut native) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..REPEATS {
        native = native.min(time(|| {
            ensure!(black_box(sha256::chain(black_box(ROUNDS))) == expected);
            Ok(())
        })?);
        unmetered = unmetered.min(time(|| {
            ensure!(
                plain.run().map_err(runtime)? == expected,
                "the program computes something else"
            );
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
         the same program without metering: {} ms: {:.2} times as long as native, which the compiler's code accounts for\n\
         program of {} bytes: compiled in {} ms, found again in {} us\n",
        native.as_millis(),
        metered.as_millis(),
        metered.as_secs_f64() / native.as_secs_f64(),
        unmetered.as_millis(),
        unmetered.as_secs_f64() / native.as_secs_f64(),
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
        gas: i64::MAX as u64 / u64::from(INK_PRICE),
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

/// The program in the same runtime as it was compiled, neither instrumented nor metered.
struct Plain {
    module: wasmtime::Module,
    linker: wasmtime::Linker<[u8; 32]>,
}

impl Plain {
    fn new() -> wasmtime::Result<Self> {
        let engine = wasmtime::Engine::default();
        let module = wasmtime::Module::new(&engine, PROGRAM)?;
        let mut linker = wasmtime::Linker::new(&engine);
        linker.func_wrap("vm_hooks", "read_args", |mut caller: Caller<'_, [u8; 32]>, to: u32| {
            memory(&mut caller)?.write(&mut caller, to as usize, &ROUNDS.to_le_bytes())?;
            Ok(())
        })?;
        linker.func_wrap(
            "vm_hooks",
            "write_result",
            |mut caller: Caller<'_, [u8; 32]>, from: u32, _: u32| {
                let mut digest = [0; 32];
                memory(&mut caller)?.read(&caller, from as usize, &mut digest)?;
                *caller.data_mut() = digest;
                Ok(())
            },
        )?;
        linker.func_wrap("vm_hooks", "pay_for_memory_grow", |_: u32| {})?;
        Ok(Self { module, linker })
    }

    fn run(&self) -> wasmtime::Result<[u8; 32]> {
        let mut store = wasmtime::Store::new(self.module.engine(), [0; 32]);
        let instance = self.linker.instantiate(&mut store, &self.module)?;
        let entry = instance.get_typed_func::<u32, u32>(&mut store, "user_entrypoint")?;
        if entry.call(&mut store, 4)? != 0 {
            return Err(wasmtime::Error::msg("the program refuses its calldata"));
        }
        Ok(store.into_data())
    }
}

fn runtime(error: wasmtime::Error) -> anyhow::Error {
    anyhow::Error::msg(format!("{error:#}"))
}

fn memory(caller: &mut Caller<'_, [u8; 32]>) -> wasmtime::Result<wasmtime::Memory> {
    let memory = caller.get_export("memory").and_then(wasmtime::Extern::into_memory);
    memory.ok_or_else(|| wasmtime::Error::msg("the program exports no memory"))
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
