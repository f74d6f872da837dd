//! A Stylus program that hashes as often as its calldata, a little-endian u32, says, and returns the digest.

use crate::sha256;

#[link(wasm_import_module = "vm_hooks")]
unsafe extern "C" {
    fn read_args(to: *mut u8);
    fn write_result(from: *const u8, len: usize);
    fn pay_for_memory_grow(pages: u32);
}

#[unsafe(no_mangle)]
pub extern "C" fn user_entrypoint(len: usize) -> usize {
    let mut rounds = [0; 4];
    if len != rounds.len() {
        // Never grows, but must import what growing would need.
        // SAFETY: takes no pointer.
        unsafe { pay_for_memory_grow(0) };
        return 1;
    }
    // SAFETY: calldata has the length of the buffer.
    unsafe { read_args(rounds.as_mut_ptr()) };
    let digest = sha256::chain(u32::from_le_bytes(rounds));
    // SAFETY: the digest has 32 bytes.
    unsafe { write_result(digest.as_ptr(), digest.len()) };
    0
}
