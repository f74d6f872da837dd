//! Computing the tasks, beside other crates that do the same work.

use crate::{
    Args,
    timing::{Report, best, rate, ratio},
};
use anyhow::{Context as _, Result};
use crypto_bigint::{
    Odd, Uint,
    modular::{FixedMontyForm, FixedMontyParams},
};
use dashu_int::{UBig, fast_div::ConstDivisor};
use num_bigint::BigUint;
use rayon::prelude::*;
use sha2::block_api::compress256;
use std::hint::black_box;
use surety_engine::{batch::Batch, compute::Engine};
use surety_protocol::hash::INITIAL;
use surety_tasks::{Encoded, Range, Task};

pub fn measure(report: &mut Report, args: &Args) -> Result<()> {
    primes(report, args)?;
    preimage(report, args)?;
    for bits in [256, 2048] {
        powers(report, args, bits, &[1, 0, 1])?;
    }
    powers(report, args, 2048, &[0xd5; 256])?;
    squarings(report, args)
}

/// Computes a whole task and drops what is found, as a worker that has written it does.
fn run(engine: &Engine<'_>) -> usize {
    let step = 8 * engine.piece() * rayon::current_num_threads() as u64;
    let (mut from, mut found, mut last) = (0, 0, Vec::new());
    while from < engine.domain() {
        let batches = engine.compute(from, from + step, &last, |_| {}).unwrap_or_default();
        found += batches.iter().map(Batch::len).sum::<usize>();
        last = batches.iter().rev().find_map(Batch::last).unwrap_or_default().to_vec();
        from += step;
    }
    found
}

fn scaled(args: &Args, count: f64) -> u64 {
    ((count * args.scale) as u64).max(64)
}

fn primes(report: &mut Report, args: &Args) -> Result<()> {
    let hi = scaled(args, 1e9);
    report.part(format!("primes below {hi}"));
    let encoded = Encoded::primes(from_zero(hi)?);
    let engine = Engine::new(encoded.task()?);
    let (ours, count) = best(args.rounds, || run(&engine));
    let (alone, _) = on_one_thread(|| best(args.rounds, || run(&engine)));
    let (primal, same) = best(args.rounds, || {
        primal::Primes::all().take_while(|prime| *prime < hi as usize).count()
    });
    assert_eq!(count, same, "primal finds as many primes");
    let found = |time| rate(count as f64, time, "primes");
    report.time("primal::Primes, one thread", primal, found(primal));
    report.beside("ours, one thread", alone, found(alone), "primal", ratio(alone, primal));
    report.beside("ours, all threads", ours, found(ours), "primal", ratio(ours, primal));
    Ok(())
}

fn from_zero(hi: u64) -> Result<Range> {
    Range::new(0, hi).context("there are no candidates")
}

fn on_one_thread<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

fn preimage(report: &mut Report, args: &Args) -> Result<()> {
    let candidates = scaled(args, 5e7);
    report.part(format!("preimages among {candidates} candidates"));
    let encoded = Encoded::preimage(b"surety", 20, from_zero(candidates)?)?;
    let engine = Engine::new(encoded.task()?);
    let (ours, _) = best(args.rounds, || run(&engine));
    let (raw, _) = best(args.rounds, || {
        (0..candidates as usize)
            .into_par_iter()
            .with_min_len(1 << 16)
            .for_each(|x| {
                let mut block = [0u8; 64];
                block[..8].copy_from_slice(&x.to_be_bytes());
                let mut state = INITIAL;
                compress256(&mut state, &[block]);
                black_box(state);
            })
    });
    let hashed = |time| rate(candidates as f64, time, "candidates");
    report.time("raw hashing by the sha2 crate", raw, hashed(raw));
    report.beside("ours", ours, hashed(ours), "raw sha2", ratio(ours, raw));
    Ok(())
}

/// An odd number of so many bits.
pub fn modulus(bits: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..bits / 8).map(|i| (i * 89 + 31) as u8).collect();
    bytes[0] |= 0x80;
    bytes[bits / 8 - 1] |= 1;
    bytes
}

fn powers(report: &mut Report, args: &Args, bits: usize, exponent: &[u8]) -> Result<()> {
    let work = (bits * bits) as f64 * if exponent.len() > 3 { 1800.0 } else { 17.0 };
    let count = scaled(args, 1.2e12 / work);
    report.part(format!(
        "{count} powers mod {bits} bits, exponent of {} bytes",
        exponent.len()
    ));
    let modulus = modulus(bits);
    let encoded = Encoded::modexp(exponent, &modulus, &[7; 32], count)?;
    let engine = Engine::new(encoded.task()?);
    let (ours, _) = best(args.rounds, || run(&engine));
    let bases: Vec<Vec<u8>> = (0..count)
        .map(|n| [&n.to_be_bytes()[..], &modulus[8..]].concat())
        .collect();
    let (n, e) = (BigUint::from_bytes_be(&modulus), BigUint::from_bytes_be(exponent));
    let (num, _) = best(args.rounds, || {
        bases.par_iter().for_each(|base| {
            black_box(BigUint::from_bytes_be(base).modpow(&e, &n));
        })
    });
    let ring = ConstDivisor::new(UBig::from_be_bytes(&modulus));
    let e = UBig::from_be_bytes(exponent);
    let (dashu, _) = best(args.rounds, || {
        bases.par_iter().for_each(|base| {
            black_box(ring.reduce(UBig::from_be_bytes(base)).pow(&e).residue());
        })
    });
    let (crypto, _) = best(args.rounds, || match bits {
        256 => by_crypto_bigint::<4>(&bases, exponent, &modulus),
        _ => by_crypto_bigint::<32>(&bases, exponent, &modulus),
    });
    let done = |time| rate(count as f64, time, "powers");
    report.time("num-bigint", num, done(num));
    report.time("dashu-int", dashu, done(dashu));
    report.time("crypto-bigint", crypto, done(crypto));
    let fastest = num.min(dashu).min(crypto);
    report.beside("ours", ours, done(ours), "best of them", ratio(ours, fastest));
    Ok(())
}

fn params<const LIMBS: usize>(modulus: &[u8]) -> Option<FixedMontyParams<LIMBS>> {
    let modulus = Odd::new(number(modulus)).into_option()?;
    Some(FixedMontyParams::new_vartime(modulus))
}

fn number<const LIMBS: usize>(bytes: &[u8]) -> Uint<LIMBS> {
    let mut words = [0; LIMBS];
    for (word, chunk) in words.iter_mut().zip(bytes.rchunks(8)) {
        *word = chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    }
    Uint::from_words(words)
}

fn by_crypto_bigint<const LIMBS: usize>(bases: &[Vec<u8>], exponent: &[u8], modulus: &[u8]) {
    let Some(params) = params::<LIMBS>(modulus) else { return };
    let e = number::<LIMBS>(exponent);
    let bits = e.bits_vartime();
    bases.par_iter().for_each(|base| {
        let form = FixedMontyForm::new(&number::<LIMBS>(base), &params);
        black_box(form.pow_bounded_exp(&e, bits).retrieve());
    });
}

fn squarings(report: &mut Report, args: &Args) -> Result<()> {
    const BLOCK: u8 = 64;
    let states = scaled(args, 2e4);
    let total = (states - 1) * u64::from(BLOCK);
    report.part(format!("{total} squarings mod 2048 bits, one after the other"));
    let modulus = modulus(2048);
    let start = modulus[1..].to_vec();
    let encoded = Encoded::squarings(&start, &modulus, BLOCK, states)?;
    let task: Task<'_> = encoded.task()?;
    let engine = Engine::new(task);
    let (ours, _) = best(args.rounds, || run(&engine));
    let (n, s) = (BigUint::from_bytes_be(&modulus), BigUint::from_bytes_be(&start));
    let (num, _) = best(args.rounds, || {
        black_box((0..total).fold(s.clone(), |s, _| &s * &s % &n))
    });
    let ring = ConstDivisor::new(UBig::from_be_bytes(&modulus));
    let (dashu, _) = best(args.rounds, || {
        let start = ring.reduce(UBig::from_be_bytes(&start));
        black_box((0..total).fold(start, |s, _| s.sqr()).residue())
    });
    let (crypto, _) = best(args.rounds, || {
        let Some(params) = params::<32>(&modulus) else { return };
        let start = FixedMontyForm::new(&number::<32>(&start), &params);
        black_box((0..total).fold(start, |s, _| s.square()));
    });
    let done = |count: u64, time| rate(count as f64, time, "squarings");
    report.time("num-bigint", num, done(total, num));
    report.time("dashu-int", dashu, done(total, dashu));
    report.time("crypto-bigint", crypto, done(total, crypto));
    let fastest = num.min(dashu).min(crypto);
    report.beside("ours", ours, done(total, ours), "best of them", ratio(ours, fastest));
    Ok(())
}
