//! Prints the contract's interface; cargo-stylus runs this, and again with `constructor`, of which there is none.

fn main() {
    if std::env::args().nth(1).as_deref() != Some("constructor") {
        print!("{}", surety_contracts::export::solidity());
    }
}
