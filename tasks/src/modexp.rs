//! The Table of modular powers: the benchmark computation of paper 2.

use surety_protocol::sha256;

/// First bytes of the function, after their length.
pub const NAME: &[u8] = b"modexp";

/// Widest modulus and exponent, in bytes: 2048 bits.
pub const MAX_WIDTH: usize = 256;

/// Modular exponentiation, done by whoever does it best: the EVM's precompile on chain, a library natively.
pub trait ModExp {
    /// Why there is no result.
    type Error;

    /// Writes base^exponent mod modulus to `power`. All are big-endian; `power` is as long as `modulus`, which is odd
    /// and above 1; `base` may be any number.
    ///
    /// # Errors
    /// When it could not be computed. That must never show as a wrong result.
    fn modexp(&self, base: &[u8], exponent: &[u8], modulus: &[u8], power: &mut [u8]) -> Result<(), Self::Error>;
}

/// y_i = x_i^exponent mod modulus for i in 0..count.
///
/// x_i is SHA-256(seed || i || 0) || SHA-256(seed || i || 1) || ..., i as 8 bytes and the block number as 4 bytes
/// big-endian, cut to the width of the modulus and read as a big-endian number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModExpTable<'a> {
    /// Big-endian, 1 to [`MAX_WIDTH`] bytes, the first of them not zero.
    pub exponent: &'a [u8],
    /// As `exponent`; odd and above 1.
    pub modulus: &'a [u8],
    pub seed: &'a [u8; 32],
    pub count: u64,
}

impl ModExpTable<'_> {
    /// Is `element` y_index, as wide as the modulus?
    ///
    /// # Errors
    /// The backend's.
    pub fn holds<B: ModExp>(&self, index: u64, element: &[u8], backend: &B) -> Result<bool, B::Error> {
        if index >= self.count || element.len() != self.modulus.len() {
            return Ok(false);
        }
        let mut buffer = [0; MAX_WIDTH];
        let power = self.width_of(&mut buffer);
        self.value(index, backend, power)?;
        Ok(power == element)
    }

    /// Writes y_index to `power`, which is as long as the modulus.
    ///
    /// # Errors
    /// The backend's.
    pub fn value<B: ModExp>(&self, index: u64, backend: &B, power: &mut [u8]) -> Result<(), B::Error> {
        let mut buffer = [0; MAX_WIDTH];
        let base = self.width_of(&mut buffer);
        for (block, bytes) in base.chunks_mut(32).enumerate() {
            let digest = sha256(&[self.seed, &index.to_be_bytes(), &(block as u32).to_be_bytes()]);
            bytes.copy_from_slice(&digest[..bytes.len()]);
        }
        backend.modexp(base, self.exponent, self.modulus, power)
    }

    fn width_of<'b>(&self, buffer: &'b mut [u8; MAX_WIDTH]) -> &'b mut [u8] {
        &mut buffer[..self.modulus.len().min(MAX_WIDTH)]
    }
}
