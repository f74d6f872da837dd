//! The three contracts together, as WASM on the chain.

surety_native::suite!(surety_tests::Devnet);
