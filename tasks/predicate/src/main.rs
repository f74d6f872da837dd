//! Prints the contract's interface; cargo-stylus runs this.

fn main() {
    surety_predicate::print_from_args();
}
