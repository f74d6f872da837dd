//! Rewrites a validated module so that it pays for itself.
//!
//! Every function body goes through four passes, each seeing the output of the one before: [`ink`] charges each basic block,
//! [`dynamic`] charges bulk memory operators by length, [`depth`] bounds the stack, and [`heap`] asks the host before
//! memory grows. The host sets the counters, which are globals of the module, at each call and reads them after it. What
//! comes out is counted; then [`late`] makes it faster.

mod depth;
mod dynamic;
mod heap;
mod ink;
mod late;

use std::borrow::Cow;

use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, Function, GlobalSection, GlobalType, MemorySection, MemoryType,
    RawSection, SectionId, ValType,
    reencode::{Reencode, RoundtripReencoder},
};
use wasmparser::{BlockType, ExternalKind, FunctionBody, Operator};

use crate::{
    Rules,
    error::{ActivationError, check_limit},
    validate::{ENTRYPOINT, MEMORY, Program, Signatures},
};

pub(crate) const INK_LEFT: &str = "stylus_ink_left";
pub(crate) const INK_STATUS: &str = "stylus_ink_status";
pub(crate) const SCRATCH: &str = "stylus_scratch_global";
pub(crate) const STACK_LEFT: &str = "stylus_stack_left";
const START: &str = "stylus_start";

const MAX_OPERATORS: u64 = 65_536;
const MAX_GLOBALS: u64 = 32_768;
const MAX_EXPORTS: u64 = 1_024;
const MAX_NAME: u64 = 512;
/// Declared maxima of memories are lowered to this.
const MAX_PAGES: u64 = 65_534;

/// A module that meters itself.
pub(crate) struct Instrumented {
    pub wasm: Vec<u8>,
    /// Operators of all function bodies, those injected included.
    pub operators: u64,
    /// Globals, the four added included.
    pub globals: u64,
}

/// What a pass needs to know of the module.
pub(crate) struct Context<'a> {
    signatures: &'a Signatures,
    ink_left: u32,
    ink_status: u32,
    scratch: u32,
    stack_left: u32,
    /// The function to call before memory grows, if it can grow.
    memory_grow: Option<u32>,
}

/// Instruments `program`.
pub(crate) fn instrument(program: &Program, rules: &Rules) -> Result<Instrumented, ActivationError> {
    if program.start.is_some() && !rules.debug_chain {
        return Err(ActivationError::Start);
    }
    let memory = memory_type(program)?;
    let first = program.globals.len() as u32;
    let context = Context {
        signatures: &program.signatures,
        ink_left: first,
        ink_status: first + 1,
        scratch: first + 2,
        stack_left: first + 3,
        memory_grow: heap::import(program, &memory)?,
    };
    let (code, operators) = code_section(program, &context)?;
    let globals = u64::from(first) + 4;
    check_limit("globals", globals, MAX_GLOBALS)?;

    let mut module = wasm_encoder::Module::new();
    let kept = |module: &mut wasm_encoder::Module, wanted: SectionId| {
        for &(id, data) in program.kept.iter().filter(|(id, _)| *id == wanted as u8) {
            module.section(&RawSection { id, data });
        }
    };
    kept(&mut module, SectionId::Type);
    kept(&mut module, SectionId::Import);
    kept(&mut module, SectionId::Function);
    kept(&mut module, SectionId::Table);
    let mut memories = MemorySection::new();
    memories.memory(memory);
    module.section(&memories);
    module.section(&global_section(program)?);
    module.section(&export_section(program, &context, rules)?);
    kept(&mut module, SectionId::Element);
    module.section(&code);
    kept(&mut module, SectionId::Data);
    Ok(Instrumented {
        wasm: module.finish(),
        operators,
        globals,
    })
}

fn memory_type(program: &Program) -> Result<MemoryType, ActivationError> {
    let memory = program.memory.ok_or(ActivationError::Memory)?;
    Ok(MemoryType {
        minimum: memory.initial,
        maximum: Some(memory.maximum.unwrap_or(MAX_PAGES).min(MAX_PAGES)),
        memory64: false,
        shared: false,
        page_size_log2: None,
    })
}

fn code_section(program: &Program, context: &Context) -> Result<(CodeSection, u64), ActivationError> {
    let mut code = CodeSection::new();
    let mut total = 0;
    for body in &program.bodies {
        let operators = instrument_function(body, context)?;
        check_limit("operators of a function", operators.len(), MAX_OPERATORS)?;
        total += operators.len() as u64;
        let locals = body.get_locals_reader()?.into_iter().map(|run| {
            let (count, ty) = run?;
            Ok((count, RoundtripReencoder.val_type(ty).map_err(unencodable)?))
        });
        let mut function = Function::new(locals.collect::<Result<Vec<_>, ActivationError>>()?);
        for operator in late::test(operators, context) {
            function.instruction(&RoundtripReencoder.instruction(operator).map_err(unencodable)?);
        }
        code.function(&function);
    }
    Ok((code, total))
}

fn instrument_function<'a>(body: &FunctionBody<'a>, context: &Context) -> Result<Vec<Operator<'a>>, ActivationError> {
    let mut locals = 0;
    for run in body.get_locals_reader()? {
        locals += run?.0;
    }
    let operators = body
        .get_operators_reader()?
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    let operators = ink::meter(operators, context)?;
    let operators = dynamic::meter(operators, context);
    let operators = depth::check(operators, locals, context)?;
    Ok(heap::bound(operators, context))
}

fn global_section(program: &Program) -> Result<GlobalSection, ActivationError> {
    let mut globals = GlobalSection::new();
    for global in &program.globals {
        let ty = RoundtripReencoder.global_type(global.ty).map_err(unencodable)?;
        globals.global(
            ty,
            &RoundtripReencoder
                .const_expr(global.init_expr.clone())
                .map_err(unencodable)?,
        );
    }
    let counter = |val_type| GlobalType {
        val_type,
        mutable: true,
        shared: false,
    };
    globals.global(counter(ValType::I64), &ConstExpr::i64_const(0));
    for _ in 0..3 {
        globals.global(counter(ValType::I32), &ConstExpr::i32_const(0));
    }
    Ok(globals)
}

/// Keeps the exports the host needs (on a debug chain all), and adds the counters.
fn export_section(program: &Program, context: &Context, rules: &Rules) -> Result<ExportSection, ActivationError> {
    let mut exports = ExportSection::new();
    let mut names = Vec::new();
    for export in &program.exports {
        if rules.debug_chain || [ENTRYPOINT, MEMORY].contains(&export.name) {
            let kind = match export.kind {
                ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func,
                ExternalKind::Table => ExportKind::Table,
                ExternalKind::Memory => ExportKind::Memory,
                ExternalKind::Global => ExportKind::Global,
                ExternalKind::Tag => ExportKind::Tag,
            };
            exports.export(export.name, kind, export.index);
            names.push(Cow::Borrowed(export.name));
        }
    }
    if let Some(start) = program.start {
        exports.export(START, ExportKind::Func, start);
        names.push(START.into());
    }
    for (name, index) in [
        (INK_LEFT, context.ink_left),
        (INK_STATUS, context.ink_status),
        (SCRATCH, context.scratch),
        (STACK_LEFT, context.stack_left),
    ] {
        exports.export(name, ExportKind::Global, index);
        names.push(name.into());
    }
    check_limit("exports", names.len(), MAX_EXPORTS)?;
    for name in names {
        check_limit("bytes of an export's name", name.len(), MAX_NAME)?;
    }
    if rules.debug_chain {
        check_limit("bytes of the module's name", program.module_name.len(), MAX_NAME)?;
    }
    Ok(exports)
}

/// Ends the call if the i32 on the stack is true: sets `global` to `value` and traps. The caller puts it after a test.
fn trap_if<'a>(global: u32, value: i32) -> [Operator<'a>; 5] {
    [
        Operator::If {
            blockty: BlockType::Empty,
        },
        Operator::I32Const { value },
        Operator::GlobalSet { global_index: global },
        Operator::Unreachable,
        Operator::End,
    ]
}

fn unencodable<E: std::fmt::Display>(error: wasm_encoder::reencode::Error<E>) -> ActivationError {
    ActivationError::Invalid(error.to_string())
}
