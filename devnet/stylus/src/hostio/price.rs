//! Ink prices of the host functions.

/// Base of a host function.
pub(crate) const HOSTIO: u64 = 8_400;
/// For each pointer argument.
pub(crate) const POINTER: u64 = 5_040;
/// Of a host function that crosses into the EVM.
pub(crate) const EVM: u64 = 59_673;
/// 256-bit division and remainder.
pub(crate) const DIV: u64 = 20_000;
pub(crate) const ADD_MOD: u64 = 21_000;
pub(crate) const MUL_MOD: u64 = 24_100;

/// Of a log, in gas.
pub(crate) const LOG: u64 = 375;
pub(crate) const LOG_TOPIC: u64 = 375;
pub(crate) const LOG_BYTE: u64 = 8;
/// Of transient storage, in gas.
pub(crate) const TRANSIENT: u64 = 100;
/// Of touching an account that is not yet in the access list, in gas.
pub(crate) const COLD_ACCOUNT: u64 = 2_600;
/// Of loading code, on top of touching the account, in gas.
pub(crate) const CODE: u64 = 700;
/// Of a creation, in gas.
pub(crate) const CREATE: u64 = 32_000;
/// Of hashing a word of init code for CREATE2, in gas.
pub(crate) const CREATE2_WORD: u64 = 6;

/// Writing `len` bytes to the program.
pub(crate) fn write(len: u32) -> u64 {
    5_040 + 30 * u64::from(len.saturating_sub(32))
}

/// Reading `len` bytes from the program.
pub(crate) fn read(len: u32) -> u64 {
    16_381 + 55 * u64::from(len.saturating_sub(32))
}

/// keccak-256 of `len` bytes.
pub(crate) fn keccak(len: u32) -> u64 {
    121_800 + 21_000 * u64::from(len.div_ceil(32).saturating_sub(2))
}

/// 256-bit power; `zeros` are the leading zero bytes of the exponent.
pub(crate) fn pow(zeros: usize) -> u64 {
    3_000 + 17_500 * (33 - zeros as u64)
}
