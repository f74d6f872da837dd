//! Compiled programs.

use std::{
    collections::{HashMap, VecDeque},
    num::NonZeroUsize,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use alloy_primitives::{B256, keccak256};
use thiserror::Error;
use wasmtime::{Config, InstancePre, Linker, OptLevel};

use crate::{ActivationError, Rules, activation, hostio, hostio::guest::HostState};

/// Native stack of a program. The depth checker stops a program after 22,000 words, long before this is used up.
const WASM_STACK: usize = 8 << 20;
/// Native stack that host functions have on top of it.
const HOST_STACK: usize = 1 << 20;

/// Compiled programs kept at once. One takes up to a few megabytes.
const MODULES_KEPT: usize = 512;

/// Compiles programs and keeps what it compiled. Clones share everything.
#[derive(Clone)]
pub struct Engine {
    rules: Rules,
    linker: Arc<Linker<HostState>>,
    modules: Arc<Mutex<Modules>>,
}

/// The programs kept, oldest first.
#[derive(Default)]
struct Modules {
    slots: HashMap<B256, Slot>,
    order: VecDeque<B256>,
}

impl Modules {
    /// The place for a program; the oldest one makes room if need be, and is compiled again should it be called.
    fn slot(&mut self, module_hash: B256) -> Slot {
        if let Some(slot) = self.slots.get(&module_hash) {
            return slot.clone();
        }
        if self.order.len() == MODULES_KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.slots.remove(&oldest);
        }
        self.order.push_back(module_hash);
        self.slots.entry(module_hash).or_default().clone()
    }
}

/// A place for a module, filled by whoever comes first while others wait.
type Slot = Arc<OnceLock<Result<Arc<Module>, EngineError>>>;

/// A program ready to run.
pub struct Module {
    pub(crate) instance: InstancePre<HostState>,
    pub(crate) max_stack_depth: u32,
}

/// A program that cannot be compiled, or an engine that cannot be set up.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EngineError {
    #[error(transparent)]
    Rejected(#[from] ActivationError),
    #[error("native compiler: {0}")]
    Compiler(String),
    #[error("the program is not the one that was activated: expected module {expected}, found {found}")]
    Changed { expected: B256, found: B256 },
}

impl Engine {
    /// An engine without programs.
    pub fn new(rules: Rules) -> Result<Self, EngineError> {
        let mut config = Config::new();
        config
            .cranelift_opt_level(OptLevel::Speed)
            .cranelift_nan_canonicalization(true)
            .signals_based_traps(true)
            .max_wasm_stack(WASM_STACK)
            .async_stack_size(WASM_STACK + HOST_STACK)
            .wasm_backtrace_max_frames(None::<NonZeroUsize>)
            .generate_address_map(false);
        let engine = wasmtime::Engine::new(&config).map_err(compiler)?;
        let mut linker = Linker::new(&engine);
        hostio::link(&mut linker).map_err(compiler)?;
        Ok(Self {
            rules,
            linker: Arc::new(linker),
            modules: Arc::default(),
        })
    }

    /// The rules that programs are checked by.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The compiled program with this [`Activation::module_hash`](crate::Activation::module_hash), if this engine has it.
    pub fn get(&self, module_hash: B256) -> Option<Arc<Module>> {
        let modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        modules.slots.get(&module_hash)?.get()?.clone().ok()
    }

    /// Instruments and compiles `wasm`, a decompressed program that was activated as `module_hash`, unless that was done
    /// before.
    ///
    /// # Errors
    /// If the program would not activate, is not the one that did, or the native compiler gives up on it.
    pub fn compile(&self, module_hash: B256, wasm: &[u8]) -> Result<Arc<Module>, EngineError> {
        if let Some(module) = self.get(module_hash) {
            return Ok(module);
        }
        // Checked before it takes the place, which another program must not spoil.
        let instrumented = activation::prepare(wasm, &self.rules)?;
        let found = keccak256(&instrumented);
        if found != module_hash {
            return Err(EngineError::Changed {
                expected: module_hash,
                found,
            });
        }
        let slot = {
            let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
            modules.slot(module_hash)
        };
        slot.get_or_init(|| self.build(&instrumented)).clone()
    }

    fn build(&self, instrumented: &[u8]) -> Result<Arc<Module>, EngineError> {
        let module = wasmtime::Module::from_binary(self.linker.engine(), instrumented).map_err(compiler)?;
        let instance = self.linker.instantiate_pre(&module).map_err(compiler)?;
        Ok(Arc::new(Module {
            instance,
            max_stack_depth: self.rules.max_stack_depth,
        }))
    }
}

fn compiler(error: wasmtime::Error) -> EngineError {
    EngineError::Compiler(format!("{error:#}"))
}
