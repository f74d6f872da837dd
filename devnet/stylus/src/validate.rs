//! Reads a WASM module and checks all that can be checked before it is instrumented.

use wasmparser::{
    ConstExpr, Data, DataKind, Element, ElementItems, ElementKind, Export, ExternalKind, FuncType,
    FuncValidatorAllocations, FunctionBody, Global, Import, KnownCustom, MemoryType, Name, Operator, Parser, Payload,
    TypeRef, ValType, ValidPayload, Validator, WasmFeatures,
};

use crate::{
    Rules,
    error::{ActivationError, check_limit},
    hostio::table,
};

pub(crate) const ENTRYPOINT: &str = "user_entrypoint";
pub(crate) const MEMORY: &str = "memory";
const RESERVED: &str = "stylus";
const PAGE: u64 = 65_536;

const MAX_IMPORTS: u64 = 513;
const MAX_FUNCTIONS: u64 = 4_096;
const MAX_LOCALS: u64 = 348;
const MAX_SEGMENTS: u64 = 128;
const MAX_TABLE_ENTRIES: u64 = 4_096;
const MAX_ELEMENT_BYTES: u64 = 4_096;

/// The WebAssembly that programs may use; [`prices`](crate::prices) narrows it down further.
const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::FLOATS);

/// A module that passed validation.
#[derive(Default)]
pub(crate) struct Program<'a> {
    pub wasm_len: usize,
    pub signatures: Signatures,
    /// Names of the imported functions.
    pub imports: Vec<&'a str>,
    /// Function that `pay_for_memory_grow` is imported as.
    pub memory_grow: Option<u32>,
    pub memory: Option<MemoryType>,
    pub globals: Vec<Global<'a>>,
    pub exports: Vec<Export<'a>>,
    pub start: Option<u32>,
    pub bodies: Vec<FunctionBody<'a>>,
    pub module_name: &'a str,
    /// Sections that instrumentation leaves as they are: id and contents.
    pub kept: Vec<(u8, &'a [u8])>,
    pub sizes: Sizes,
}

/// The figures of a module that set its price.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sizes {
    /// Payload bytes of the data segments.
    pub data: u64,
    /// Encoded bytes of the element segments.
    pub elements: u64,
    /// Encoded bytes of the data segments.
    pub encoded_data: u64,
}

/// The types of a module's functions.
#[derive(Default)]
pub(crate) struct Signatures {
    types: Vec<FuncType>,
    /// Type indices of all functions, imported ones first.
    functions: Vec<u32>,
    imported: usize,
}

impl Signatures {
    pub fn of_type(&self, type_index: u32) -> Option<&FuncType> {
        self.types.get(type_index as usize)
    }

    pub fn of_function(&self, function: u32) -> Option<&FuncType> {
        self.of_type(*self.functions.get(function as usize)?)
    }

    /// Types of the functions that the module defines.
    pub fn defined(&self) -> impl ExactSizeIterator<Item = Option<&FuncType>> {
        self.functions[self.imported..].iter().map(|index| self.of_type(*index))
    }
}

/// Reads and checks `wasm`.
pub(crate) fn validate<'a>(wasm: &'a [u8], page_budget: u16, rules: &Rules) -> Result<Program<'a>, ActivationError> {
    check_limit("bytes of WASM", wasm.len(), rules.max_wasm_size as u64)?;
    let mut program = Program {
        wasm_len: wasm.len(),
        ..Program::default()
    };
    let mut validator = Validator::new_with_features(FEATURES);
    let mut allocations = FuncValidatorAllocations::default();
    let mut tables = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
            check_locals(&body)?;
            let mut function = function.into_validator(allocations);
            function.validate(&body)?;
            allocations = function.into_allocations();
        }
        if let Some((id, range)) = payload.as_section()
            && KEPT_SECTIONS.contains(&id)
        {
            program.kept.push((id, &wasm[range.start as usize..range.end as usize]));
        }
        program.read(payload, &mut tables, rules)?;
    }
    program.check_memory(page_budget)?;
    program.check_exports()?;
    Ok(program)
}

const TYPE_SECTION: u8 = 1;
const IMPORT_SECTION: u8 = 2;
const FUNCTION_SECTION: u8 = 3;
const TABLE_SECTION: u8 = 4;
const ELEMENT_SECTION: u8 = 9;
const DATA_SECTION: u8 = 11;
const KEPT_SECTIONS: [u8; 6] = [
    TYPE_SECTION,
    IMPORT_SECTION,
    FUNCTION_SECTION,
    TABLE_SECTION,
    ELEMENT_SECTION,
    DATA_SECTION,
];

impl<'a> Program<'a> {
    fn read(&mut self, payload: Payload<'a>, tables: &mut Vec<u64>, rules: &Rules) -> Result<(), ActivationError> {
        match payload {
            Payload::Version { .. } | Payload::End(_) | Payload::CodeSectionStart { .. } => {}
            Payload::TypeSection(types) => {
                for ty in types.into_iter_err_on_gc_types() {
                    self.signatures.types.push(ty?);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    self.read_import(import?, rules)?;
                }
                self.signatures.imported = self.signatures.functions.len();
                check_limit("imports", self.imports.len(), MAX_IMPORTS)?;
            }
            Payload::FunctionSection(functions) => {
                check_limit("functions", functions.count(), MAX_FUNCTIONS)?;
                for type_index in functions {
                    self.signatures.functions.push(type_index?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    tables.push(table?.ty.initial);
                }
                let entries = tables.iter().fold(0u64, |sum, initial| sum.saturating_add(*initial));
                check_limit("table entries", entries, MAX_TABLE_ENTRIES)?;
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.memory = Some(memory?);
                }
            }
            Payload::GlobalSection(globals) => {
                for (index, global) in globals.into_iter().enumerate() {
                    let global = global?;
                    if !is_constant(&global.init_expr)? {
                        return Err(ActivationError::Global(index));
                    }
                    self.globals.push(global);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    self.exports.push(export?);
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(elements) => {
                check_limit("element segments", elements.count(), MAX_SEGMENTS)?;
                for (index, element) in elements.into_iter().enumerate() {
                    let element = element?;
                    if !element_fits(&element, tables)? {
                        return Err(ActivationError::Elements(index));
                    }
                    self.sizes.elements += element.range.end - element.range.start;
                }
                check_limit("bytes of element segments", self.sizes.elements, MAX_ELEMENT_BYTES)?;
            }
            Payload::DataSection(segments) => {
                check_limit("data segments", segments.count(), MAX_SEGMENTS)?;
                for (index, data) in segments.into_iter().enumerate() {
                    let data = data?;
                    if !self.data_fits(&data)? {
                        return Err(ActivationError::Data(index));
                    }
                    self.sizes.data += data.data.len() as u64;
                    self.sizes.encoded_data += data.range.end - data.range.start;
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    for name in names {
                        if let Name::Module { name, .. } = name? {
                            self.module_name = name;
                        }
                    }
                }
            }
            Payload::DataCountSection { .. } => return Err(ActivationError::Section("data count")),
            Payload::TagSection(_) => return Err(ActivationError::Section("tag")),
            _ => return Err(ActivationError::Section("unknown")),
        }
        Ok(())
    }

    fn read_import(&mut self, import: Import<'a>, rules: &Rules) -> Result<(), ActivationError> {
        let unknown = || ActivationError::Import {
            module: import.module.into(),
            name: import.name.into(),
        };
        let TypeRef::Func(type_index) = import.ty else {
            return Err(unknown());
        };
        let hostio = table::find(import.module, import.name)
            .filter(|hostio| hostio.module == table::VM_HOOKS || rules.debug_chain)
            .ok_or_else(unknown)?;
        let found = self.signatures.of_type(type_index).ok_or_else(unknown)?;
        if found.params() != hostio.params || found.results() != hostio.results {
            return Err(ActivationError::ImportType {
                module: import.module.into(),
                name: import.name.into(),
                expected: show_type(hostio.params, hostio.results),
                found: show_type(found.params(), found.results()),
            });
        }
        if import.module == table::VM_HOOKS && import.name == table::PAY_FOR_MEMORY_GROW {
            self.memory_grow = Some(self.imports.len() as u32);
        }
        self.imports.push(import.name);
        self.signatures.functions.push(type_index);
        Ok(())
    }

    fn data_fits(&self, data: &Data) -> Result<bool, ActivationError> {
        let DataKind::Active { offset_expr, .. } = &data.kind else {
            return Ok(true);
        };
        let memory = self.memory.map_or(0, |memory| memory.initial.saturating_mul(PAGE));
        Ok(constant_offset(offset_expr)?.is_some_and(|offset| offset + data.data.len() as u64 <= memory))
    }

    fn check_memory(&self, page_budget: u16) -> Result<(), ActivationError> {
        let found = self.memory.ok_or(ActivationError::Memory)?.initial;
        if found > u64::from(page_budget) {
            return Err(ActivationError::Pages {
                found,
                budget: page_budget,
            });
        }
        Ok(())
    }

    /// The entrypoint and the memory must be there, and no other export may pass for a host function.
    fn check_exports(&self) -> Result<(), ActivationError> {
        for export in &self.exports {
            let plain = export.name.rsplit("__").next().unwrap_or(export.name);
            if self.imports.contains(&plain) || export.name.starts_with(RESERVED) || plain.starts_with(RESERVED) {
                return Err(ActivationError::ReservedExport(export.name.into()));
            }
        }
        if !self
            .exports
            .iter()
            .any(|export| export.name == MEMORY && export.kind == ExternalKind::Memory)
        {
            return Err(ActivationError::Memory);
        }
        let entrypoint = self.exports.iter().find(|export| export.name == ENTRYPOINT);
        entrypoint
            .filter(|export| export.kind == ExternalKind::Func)
            .and_then(|export| self.signatures.of_function(export.index))
            .filter(|ty| ty.params() == [ValType::I32] && ty.results() == [ValType::I32])
            .map(|_| ())
            .ok_or(ActivationError::Entrypoint)
    }
}

fn check_locals(body: &FunctionBody) -> Result<(), ActivationError> {
    let mut locals = 0u64;
    for run in body.get_locals_reader()? {
        locals += u64::from(run?.0);
    }
    check_limit("locals of a function", locals, MAX_LOCALS)
}

fn element_fits(element: &Element, tables: &[u64]) -> Result<bool, ActivationError> {
    let ElementKind::Active {
        table_index,
        offset_expr,
    } = &element.kind
    else {
        return Ok(false);
    };
    let ElementItems::Functions(functions) = &element.items else {
        return Ok(false);
    };
    let entries = tables.get(table_index.unwrap_or(0) as usize).copied().unwrap_or(0);
    Ok(constant_offset(offset_expr)?.is_some_and(|offset| offset + u64::from(functions.count()) <= entries))
}

/// True if the expression is one constant.
fn is_constant(expr: &ConstExpr) -> Result<bool, ActivationError> {
    use Operator::*;
    let mut operators = expr.get_operators_reader();
    let first = operators.read()?;
    Ok(matches!(
        first,
        I32Const { .. } | I64Const { .. } | F32Const { .. } | F64Const { .. }
    ) && matches!(operators.read()?, End))
}

/// The value of an expression that is one i32 constant.
fn constant_offset(expr: &ConstExpr) -> Result<Option<u64>, ActivationError> {
    let mut operators = expr.get_operators_reader();
    let Operator::I32Const { value } = operators.read()? else {
        return Ok(None);
    };
    Ok(matches!(operators.read()?, Operator::End).then_some(u64::from(value as u32)))
}

fn show_type(params: &[ValType], results: &[ValType]) -> String {
    let join = |types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    format!("({}) -> ({})", join(params), join(results))
}
