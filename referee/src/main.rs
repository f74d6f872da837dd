//! Prints the contract's interface; cargo-stylus runs this, and again with `constructor` for the constructor's.

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("constructor") => print!("constructor(address escrow)"),
        _ => print!("{}", surety_contracts::export::solidity()),
    }
}
