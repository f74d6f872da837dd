//! The forms in which Stylus programs lie in accounts.
//!
//! | prefix | rest | what |
//! |---|---|---|
//! | `EF F0 00` | dictionary byte, brotli stream | a program in one piece |
//! | `EF F0 01` | a piece of a brotli stream | a fragment, not callable |
//! | `EF F0 02` | dictionary byte, length of the WASM (u32, big-endian), addresses of fragments | the root of a program in pieces |

use std::io::{self, Read};

use alloy_primitives::Address;
use thiserror::Error;

const CLASSIC: [u8; 3] = [0xef, 0xf0, 0x00];
const FRAGMENT: [u8; 3] = [0xef, 0xf0, 0x01];
const ROOT: [u8; 3] = [0xef, 0xf0, 0x02];
/// A root names at most this many fragments.
pub const MAX_FRAGMENTS: usize = 4;
/// Largest WASM that a program may decompress to, from ArbOS 60 on.
pub const MAX_WASM_SIZE: usize = 262_144;

const WINDOW: i32 = 22;
const QUALITY: i32 = 11;
const BUFFER: usize = 4_096;

/// What the first bytes of an account's code say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A program in one piece.
    Classic,
    /// A piece of a program.
    Fragment,
    /// The root of a program in pieces.
    Root,
}

/// Code that is no valid program.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CodeError {
    #[error("code does not start with a Stylus prefix (EFF000, or EFF002 for a program in pieces)")]
    NotProgram,
    #[error("a fragment cannot be activated or called; use the root's address")]
    IsFragment,
    #[error("dictionary {0} is not supported, only 0 (none)")]
    Dictionary(u8),
    #[error("brotli stream does not decompress: {0}")]
    Brotli(String),
    #[error("WASM is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("root is malformed: {0}")]
    Root(&'static str),
    #[error("account {0} does not hold a fragment (prefix EFF001)")]
    NotFragment(Address),
    #[error("root announces {announced} bytes of WASM, its fragments hold {found}")]
    Length { announced: usize, found: usize },
}

/// The kind of Stylus code, or None for any other code. A prefix alone, with nothing after it, is other code.
pub fn kind(code: &[u8]) -> Option<Kind> {
    if code.len() <= 3 {
        return None;
    }
    match [code[0], code[1], code[2]] {
        CLASSIC => Some(Kind::Classic),
        FRAGMENT => Some(Kind::Fragment),
        ROOT => Some(Kind::Root),
        _ => None,
    }
}

/// True for code that calls as a Stylus program: in one piece or a root.
pub fn is_program(code: &[u8]) -> bool {
    matches!(kind(code), Some(Kind::Classic | Kind::Root))
}

/// The WASM of a program in one piece, at most `max_wasm_size` bytes.
pub fn decompress(code: &[u8], max_wasm_size: usize) -> Result<Vec<u8>, CodeError> {
    match kind(code) {
        Some(Kind::Classic) => unpack(code[3], &code[4..], max_wasm_size),
        Some(Kind::Fragment) => Err(CodeError::IsFragment),
        Some(Kind::Root) => Err(CodeError::Root("its fragments are needed")),
        None => Err(CodeError::NotProgram),
    }
}

/// The root of a program in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    dictionary: u8,
    /// Length of the decompressed WASM.
    pub wasm_len: usize,
    /// Where the pieces lie, in order.
    pub fragments: Vec<Address>,
}

impl Root {
    /// Reads a root and checks its own limits.
    pub fn parse(code: &[u8], max_wasm_size: usize) -> Result<Self, CodeError> {
        if kind(code) != Some(Kind::Root) {
            return Err(CodeError::NotProgram);
        }
        let Some((&[dictionary, a, b, c, d], addresses)) = code[3..].split_first_chunk::<5>() else {
            return Err(CodeError::Root("shorter than its header of 8 bytes"));
        };
        let (addresses, rest) = addresses.as_chunks::<20>();
        if !rest.is_empty() {
            return Err(CodeError::Root("addresses are not a multiple of 20 bytes"));
        }
        if addresses.is_empty() || addresses.len() > MAX_FRAGMENTS {
            return Err(CodeError::Root("1 to 4 fragments are allowed"));
        }
        let wasm_len = u32::from_be_bytes([a, b, c, d]) as usize;
        if wasm_len > max_wasm_size {
            return Err(CodeError::TooLarge { limit: max_wasm_size });
        }
        Ok(Self {
            dictionary,
            wasm_len,
            fragments: addresses.iter().map(Address::from).collect(),
        })
    }

    /// The WASM, given the code of each fragment in the order of [`Root::fragments`].
    pub fn decompress(&self, fragments: &[impl AsRef<[u8]>]) -> Result<Vec<u8>, CodeError> {
        if fragments.len() != self.fragments.len() {
            return Err(CodeError::Root("not every fragment was given"));
        }
        let mut stream = Vec::new();
        for (address, code) in self.fragments.iter().zip(fragments) {
            let code = code.as_ref();
            if kind(code) != Some(Kind::Fragment) {
                return Err(CodeError::NotFragment(*address));
            }
            stream.extend_from_slice(&code[3..]);
        }
        let wasm = unpack(self.dictionary, &stream, self.wasm_len)?;
        if wasm.len() != self.wasm_len {
            return Err(CodeError::Length {
                announced: self.wasm_len,
                found: wasm.len(),
            });
        }
        Ok(wasm)
    }
}

/// The code that deploys `wasm` in one piece, compressed as Arbitrum's tools do it.
pub fn compress(wasm: &[u8]) -> io::Result<Vec<u8>> {
    let mut code = CLASSIC.to_vec();
    code.push(0);
    let params = brotli::enc::BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW,
        size_hint: wasm.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &wasm[..], &mut code, &params)?;
    Ok(code)
}

fn unpack(dictionary: u8, stream: &[u8], limit: usize) -> Result<Vec<u8>, CodeError> {
    if dictionary != 0 {
        return Err(CodeError::Dictionary(dictionary));
    }
    let mut wasm = Vec::new();
    brotli::Decompressor::new(stream, BUFFER)
        .take(limit as u64 + 1)
        .read_to_end(&mut wasm)
        .map_err(|error| CodeError::Brotli(error.to_string()))?;
    if wasm.len() > limit {
        return Err(CodeError::TooLarge { limit });
    }
    Ok(wasm)
}
