//! The Chain of repeated squarings: the time-lock puzzle of Rivest, Shamir and Wagner (1996). No way is known to be
//! faster than one squaring after the other, unless one knows the factors of the modulus.

use crate::{ModExp, modexp::MAX_WIDTH};

/// First bytes of the function, after their length.
pub const NAME: &[u8] = b"squarings";

/// s_0 = start, s_(i+1) = s_i^(2^block) mod modulus, for i in 0..count - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Squarings<'a> {
    /// Squarings of one step, at least 1.
    pub block: u8,
    /// Big-endian, 1 to [`MAX_WIDTH`] bytes, the first of them not zero; odd and above 1.
    pub modulus: &'a [u8],
    /// As wide as the modulus, and below it.
    pub start: &'a [u8],
    /// States, the start among them; at least 2.
    pub count: u64,
}

impl Squarings<'_> {
    /// Is `element` the state after `previous`, or the start for index 0? Every state is as wide as the modulus.
    ///
    /// # Errors
    /// The backend's.
    pub fn holds<B: ModExp>(&self, index: u64, previous: &[u8], element: &[u8], backend: &B) -> Result<bool, B::Error> {
        let width = self.modulus.len();
        if index >= self.count || element.len() != width {
            return Ok(false);
        }
        if index == 0 {
            return Ok(previous.is_empty() && element == self.start);
        }
        if previous.len() != width {
            return Ok(false);
        }
        let mut buffer = [0; MAX_WIDTH];
        let next = &mut buffer[..width.min(MAX_WIDTH)];
        let mut exponent = [0; 32];
        let exponent = self.exponent(&mut exponent);
        backend.modexp(previous, exponent, self.modulus, next)?;
        Ok(next == element)
    }

    /// 2^block in its shortest form.
    fn exponent<'b>(&self, buffer: &'b mut [u8; 32]) -> &'b [u8] {
        let bytes = &mut buffer[..usize::from(self.block) / 8 + 1];
        bytes[0] = 1 << (self.block % 8);
        bytes
    }
}
