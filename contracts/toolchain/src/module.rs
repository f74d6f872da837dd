//! WASM in, deployable code out.

use std::io::Write;
use wasm_encoder::{
    Module,
    reencode::{Reencode, RoundtripReencoder},
};
use wasmparser::Parser;

const HEADER: usize = 8;

/// The module as MVP encoders write it. Linkers pad the table index of `call_indirect`, which is a single zero byte unless
/// reference types are on, and on chain they are not; cargo-stylus re-encodes for the same reason.
pub fn normalise(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let mut module = Module::new();
    RoundtripReencoder
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|e| e.to_string())?;
    Ok(module.finish())
}

/// The module without its custom sections (names, producers): they cost deployment and do nothing.
pub fn strip(wasm: &[u8]) -> Option<Vec<u8>> {
    let mut out = wasm.get(..HEADER)?.to_vec();
    let mut at = HEADER;
    while at < wasm.len() {
        let start = at;
        let id = wasm[at];
        at += 1;
        let mut size = 0usize;
        for shift in (0..35).step_by(7) {
            let byte = *wasm.get(at)?;
            at += 1;
            size |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        at = at.checked_add(size)?;
        let section = wasm.get(start..at)?;
        if id != 0 {
            out.extend(section);
        }
    }
    Some(out)
}

/// EF F0 00, dictionary 0, brotli at quality 11 and window 22: what cargo-stylus deploys.
pub fn deployable(wasm: &[u8]) -> Vec<u8> {
    let mut code = vec![0xef, 0xf0, 0x00, 0x00];
    let mut brotli = brotli::CompressorWriter::new(&mut code, 4096, 11, 22);
    brotli
        .write_all(wasm)
        .and_then(|()| brotli.flush())
        .expect("writing to memory does not fail");
    drop(brotli);
    code
}
