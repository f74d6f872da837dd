//! Tasks in words.

use crate::Task;

impl Task<'_> {
    /// What the task asks for, in one line.
    pub fn describe(&self) -> String {
        match self {
            Self::Primes(task) => format!("the primes in [{}, {})", task.range.lo(), task.range.hi()),
            Self::Preimage(task) => format!(
                "the x in [{}, {}) for which SHA-256({}x) begins with {} zero bits",
                task.range.lo(),
                task.range.hi(),
                if task.prefix.is_empty() {
                    String::new()
                } else {
                    format!("0x{} || ", hex::encode(task.prefix))
                },
                task.bits,
            ),
            Self::Squarings(chain) => {
                let (steps, block) = (chain.count - 1, chain.block);
                let bits = chain.modulus.len() * 8 - chain.modulus[0].leading_zeros() as usize;
                format!("{steps} steps of {block} squarings modulo a number of {bits} bits")
            }
            Self::ModExp(table) => {
                let bits = table.modulus.len() * 8 - table.modulus[0].leading_zeros() as usize;
                let exponent =
                    match <[u8; 8]>::try_from([&[0; 8][..], table.exponent].concat().split_off(table.exponent.len())) {
                        Ok(short) if table.exponent.len() <= 8 => u64::from_be_bytes(short).to_string(),
                        _ => format!("a {}-byte exponent", table.exponent.len()),
                    };
                format!("{} powers to {exponent} modulo a number of {bits} bits", table.count)
            }
        }
    }
}
