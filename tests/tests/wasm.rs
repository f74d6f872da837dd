//! The contracts as WASM on the chain.

surety_native::suite!(surety_tests::Devnet);
