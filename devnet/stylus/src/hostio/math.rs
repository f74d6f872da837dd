//! 256-bit arithmetic and keccak-256.

use alloy_primitives::{U256, keccak256};

use super::{
    guest::{Guest, Result},
    price::{self, ADD_MOD, DIV, HOSTIO, MUL_MOD, POINTER},
};

pub(super) async fn math_div(g: &mut Guest<'_>, value: u32, divisor: u32) -> Result<()> {
    g.buy_ink(HOSTIO + 3 * POINTER + DIV)?;
    binary(g, "math_div", value, divisor, |a, b| {
        a.checked_div(b).unwrap_or_default()
    })
}

pub(super) async fn math_mod(g: &mut Guest<'_>, value: u32, modulus: u32) -> Result<()> {
    g.buy_ink(HOSTIO + 3 * POINTER + DIV)?;
    binary(g, "math_mod", value, modulus, |a, b| {
        a.checked_rem(b).unwrap_or_default()
    })
}

pub(super) async fn math_pow(g: &mut Guest<'_>, value: u32, exponent: u32) -> Result<()> {
    g.buy_ink(HOSTIO + 3 * POINTER)?;
    let zeros = g.read_uint(exponent)?.leading_zeros() / 8;
    g.buy_ink(price::pow(zeros))?;
    binary(g, "math_pow", value, exponent, U256::wrapping_pow)
}

pub(super) async fn math_add_mod(g: &mut Guest<'_>, value: u32, addend: u32, modulus: u32) -> Result<()> {
    g.buy_ink(HOSTIO + 4 * POINTER + ADD_MOD)?;
    ternary(g, "math_add_mod", [value, addend, modulus], U256::add_mod)
}

pub(super) async fn math_mul_mod(g: &mut Guest<'_>, value: u32, multiplier: u32, modulus: u32) -> Result<()> {
    g.buy_ink(HOSTIO + 4 * POINTER + MUL_MOD)?;
    ternary(g, "math_mul_mod", [value, multiplier, modulus], U256::mul_mod)
}

fn binary(g: &mut Guest, name: &'static str, value: u32, other: u32, f: fn(U256, U256) -> U256) -> Result<()> {
    let [a, b] = [g.read_uint(value)?, g.read_uint(other)?];
    let result = f(a, b).to_be_bytes::<32>();
    g.write(value, &result)?;
    g.record(name, || words(&[a, b]), || result.to_vec());
    Ok(())
}

fn ternary(g: &mut Guest, name: &'static str, args: [u32; 3], f: fn(U256, U256, U256) -> U256) -> Result<()> {
    let [a, b, c] = [g.read_uint(args[0])?, g.read_uint(args[1])?, g.read_uint(args[2])?];
    let result = f(a, b, c).to_be_bytes::<32>();
    g.write(args[0], &result)?;
    g.record(name, || words(&[a, b, c]), || result.to_vec());
    Ok(())
}

fn words(values: &[U256]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes::<32>()).collect()
}

pub(super) async fn native_keccak256(g: &mut Guest<'_>, data: u32, len: u32, out: u32) -> Result<()> {
    g.buy_ink(price::keccak(len))?;
    let preimage = g.read(data, len)?;
    let digest = keccak256(&preimage);
    g.write(out, digest.as_slice())?;
    g.record("native_keccak256", || preimage, || digest);
    Ok(())
}
