//! The contracts as WASM on the chain, among accounts that misbehave as EVM programs, and as Stylus programs.

mod beside_evm {
    surety_native::suite!(surety_tests::Devnet);
}

mod beside_stylus {
    surety_native::suite!(surety_tests::Devnet<true>);
}
