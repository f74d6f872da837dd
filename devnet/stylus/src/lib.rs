//! The Stylus side of the chain: what turns a WebAssembly contract into gas.
//!
//! * [`activate`] validates a program, instruments it and prices its activation;
//! * [`Engine`] compiles activated programs, once each;
//! * [`Frame`] runs one call of a program, and stops with a [`Request`] whenever it needs the chain's state;
//! * [`code`] knows the forms in which programs lie in accounts; [`entry`], [`memory`] and [`call`] hold the price formulas
//!   that the EVM side applies.
//!
//! The crate knows nothing of the EVM that drives it. All prices are those of Nitro's Stylus at ink price 10,000 unless
//! the chain sets another one, exact to the unit of ink.

pub mod activation;
pub mod call;
pub mod code;
pub mod engine;
pub mod entry;
mod error;
pub mod frame;
mod hostio;
mod instrument;
pub mod memory;
mod prices;
mod ramp;
pub mod request;
mod storage_cache;
pub mod trace;
mod validate;

pub use activation::{Activation, activate};
pub use engine::{Engine, EngineError, Module};
pub use error::ActivationError;
pub use frame::{Env, Frame, FrameInput, Outcome, OutcomeKind};
pub use request::{Answer, CallKind, Request, Step};
pub use trace::{HostioRecord, TraceBudget};

/// The rules that a chain runs Stylus under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Stylus version: 2 from ArbOS 31, 3 from ArbOS 59.
    pub version: u16,
    /// On a debug chain (nitro's dev mode) `console` imports and start functions pass activation, and exports are kept.
    pub debug_chain: bool,
    /// Words of stack that each frame may use.
    pub max_stack_depth: u32,
    /// Largest WASM a program may decompress to: 131,072 bytes, from ArbOS 60 on 262,144.
    pub max_wasm_size: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            version: 3,
            debug_chain: false,
            max_stack_depth: 22_000,
            max_wasm_size: code::MAX_WASM_SIZE,
        }
    }
}
