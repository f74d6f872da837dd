//! The contracts as WASM, built from this workspace by the build script and embedded.

/// A contract ready for a Stylus chain.
#[derive(Debug, Clone, Copy)]
pub struct Artifact {
    pub name: &'static str,
    /// The module as activated, without custom sections.
    pub wasm: &'static [u8],
    /// What lies at the contract's address: EF F0 00, dictionary byte 0, brotli stream.
    pub code: &'static [u8],
}

impl Artifact {
    /// Init code that deploys [`Artifact::code`].
    pub fn init_code(&self) -> Vec<u8> {
        init_code(self.code)
    }
}

/// Init code that deploys `code`: a prelude which returns all that follows it.
///
/// `PUSH32 length, DUP1, PUSH1 43, PUSH1 0, CODECOPY, PUSH1 0, RETURN, STOP`, as cargo-stylus has it.
pub fn init_code(code: &[u8]) -> Vec<u8> {
    let mut init = Vec::with_capacity(43 + code.len());
    init.push(0x7f);
    init.extend([0; 24]);
    init.extend((code.len() as u64).to_be_bytes());
    init.extend([0x80, 0x60, 0x2b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3, 0x00]);
    init.extend(code);
    init
}

macro_rules! artifacts {
    ($($(#[$doc:meta])* $constant:ident = $name:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $constant: Artifact = Artifact {
                name: $name,
                wasm: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".wasm")),
                code: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".code")),
            };
        )*
        /// Every contract of the workspace.
        pub const ALL: &[Artifact] = &[$($constant),*];
    };
}

artifacts! {
    /// Delegation (DCR_C1) and fair payment.
    ESCROW = "escrow";
    /// Verification (DCR_C3) and reputation. Constructor: the escrow's address.
    REFEREE = "referee";
    /// The bribe contract (DCR_C2). Constructor: the addresses of escrow and referee contract.
    COLLUSION = "collusion";
    /// The predicate of the built-in tasks.
    PREDICATE = "predicate";
}

/// The compiler that built the artifacts, as `rustc --version` prints it, and where std came from.
pub const COMPILER: &str = env!("SURETY_WASM_COMPILER");
