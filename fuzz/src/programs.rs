//! WebAssembly that strangers may send.

use proptest::{collection, prelude::*, sample::Index};

/// A program of everything that damage can hit: imports, a table, data, globals, control flow, growth, host calls.
const PROGRAM: &str = include_str!("../program.wat");

/// Real programs with damage, and bytes that are none.
pub fn programs() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => damaged(vec![program()]),
        1 => damaged(contracts()),
        1 => bytes(),
    ]
}

/// The program that damage is done to.
///
/// # Panics
/// If the text in this crate is not WebAssembly.
pub fn program() -> Vec<u8> {
    wat::parse_str(PROGRAM).expect("the text is WebAssembly")
}

/// The contracts of this workspace.
fn contracts() -> Vec<Vec<u8>> {
    surety_wasm::ALL.iter().map(|contract| contract.wasm.to_vec()).collect()
}

/// What is done to a module.
#[derive(Clone, Debug)]
enum Damage {
    Change(Index, u8),
    Remove(Index, usize),
    Repeat(Index, usize),
}

fn damaged(modules: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let damage = prop_oneof![
        6 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Change(at, byte)),
        1 => (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        1 => (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
    ];
    (any::<Index>(), collection::vec(damage, 1..4)).prop_map(move |(module, damage)| {
        let mut wasm = module.get(&modules).clone();
        for damage in damage {
            damage.apply(&mut wasm);
        }
        wasm
    })
}

impl Damage {
    fn apply(self, wasm: &mut Vec<u8>) {
        if wasm.is_empty() {
            return;
        }
        let range = |at: Index, length: usize| {
            let start = at.index(wasm.len());
            start..(start + length).min(wasm.len())
        };
        match self {
            Self::Change(at, byte) => {
                let position = at.index(wasm.len());
                wasm[position] = byte;
            }
            Self::Remove(at, length) => drop(wasm.drain(range(at, length))),
            Self::Repeat(at, length) => {
                let range = range(at, length);
                let piece = wasm[range.clone()].to_vec();
                wasm.splice(range.end..range.end, piece);
            }
        }
    }
}

/// No module, or only the start of one.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let start = prop_oneof![Just(&b""[..]), Just(&b"\0asm\x01\0\0\0"[..])];
    (start, collection::vec(any::<u8>(), 0..2_000)).prop_map(|(start, rest)| [start, &rest].concat())
}
