//! The WebAssembly module of a program: types, imports, memory, table, helpers, procedures and constant data.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction as I, MemorySection, MemoryType,
    Module, RefType, TableSection, TableType, TypeSection, ValType,
};

use super::capability::Capability;
use super::code::at32;
use super::meta::Layout;
use super::tables::{ENTRY, FIRST_PROCEDURE, IMPORTS};
use super::word;

/// Signature of every procedure: `(frame) -> status`.
const PROCEDURE_TYPE: u32 = 0;
/// Name of the module that the runtime's imports are found under; capabilities are under `cap`.
pub(in crate::engine) const RUNTIME: &str = "rt";
pub(in crate::engine) const CAPABILITY: &str = "cap";

fn kinds(letters: &str) -> Vec<ValType> {
    letters.chars().map(|letter| if letter == 'l' { ValType::I64 } else { ValType::I32 }).collect()
}

/// Puts the module together.
pub(super) fn assemble(bodies: &[Function], layout: &Layout, statics: &[u8]) -> Vec<u8> {
    let mut module = Module::new();
    let count = bodies.len() as u32;
    let (types, imports, functions) = signatures(count);
    module.section(&types).section(&imports).section(&functions);
    let mut tables = TableSection::new();
    let size = u64::from(count.max(1));
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        minimum: size,
        maximum: Some(size),
        table64: false,
        shared: false,
    });
    module.section(&tables);
    let mut memories = MemorySection::new();
    let pages = layout.heap_at.div_ceil(word::PAGE);
    memories.memory(MemoryType {
        minimum: u64::from(pages),
        maximum: Some(u64::from(word::MAX_PAGES)),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    module.section(&memories);
    let mut globals = GlobalSection::new();
    let fixed = GlobalType { val_type: ValType::I32, mutable: false, shared: false };
    globals.global(fixed, &ConstExpr::i32_const((layout.stack_at + word::STACK_BYTES) as i32));
    module.section(&globals);
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0).export("run", ExportKind::Func, ENTRY);
    module.section(&exports);
    let mut elements = ElementSection::new();
    let all: Vec<u32> = (0..count).map(|number| FIRST_PROCEDURE + number).collect();
    elements.active(Some(0), &ConstExpr::i32_const(0), Elements::Functions(all.into()));
    module.section(&elements);
    let mut code = CodeSection::new();
    for helper in [element_1(), element_2(), entry()] {
        code.function(&helper);
    }
    for body in bodies {
        code.function(body);
    }
    module.section(&code);
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(layout.statics_at as i32), statics.iter().copied());
    module.section(&data);
    module.finish()
}

fn signatures(count: u32) -> (TypeSection, ImportSection, FunctionSection) {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I64, ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I64, ValType::I32, ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I32, ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I32, ValType::I32], [ValType::I64]);
    const OWN_TYPES: u32 = 5;
    const CAPABILITY_TYPE: u32 = 4;
    let mut imports = ImportSection::new();
    for (place, (name, parameters, result)) in IMPORTS.iter().enumerate() {
        types.ty().function(kinds(parameters), kinds(result));
        imports.import(RUNTIME, name, EntityType::Function(OWN_TYPES + place as u32));
    }
    for capability in Capability::ALL {
        imports.import(CAPABILITY, capability.name(), EntityType::Function(CAPABILITY_TYPE));
    }
    let mut functions = FunctionSection::new();
    functions.function(1).function(2).function(3);
    for _ in 0..count {
        functions.function(PROCEDURE_TYPE);
    }
    (types, imports, functions)
}

fn function(locals: &[ValType], instructions: &[I<'static>]) -> Function {
    let mut function = Function::new(locals.iter().map(|kind| (1, *kind)));
    for instruction in instructions {
        function.instruction(instruction);
    }
    function
}

/// `entry(procedure, frame)`: calls a procedure by number.
fn entry() -> Function {
    let call = I::CallIndirect { type_index: PROCEDURE_TYPE, table_index: 0 };
    function(&[], &[I::LocalGet(1), I::LocalGet(0), call, I::End])
}

/// Pushes whether local 0 is no array of so many dimensions.
fn not_array(dimensions: i32) -> Vec<I<'static>> {
    vec![
        I::LocalGet(0),
        I::I64Const(32),
        I::I64ShrU,
        I::I64Const(word::ARRAY as i64),
        I::I64Ne,
        I::If(BlockType::Empty),
        I::I32Const(0),
        I::Return,
        I::End,
        I::LocalGet(0),
        I::I32WrapI64,
        I::I32Load(at32(word::ARRAY_DIMENSIONS_AT)),
        I::I32Const(dimensions),
        I::I32Ne,
        I::If(BlockType::Empty),
        I::I32Const(0),
        I::Return,
        I::End,
    ]
}

/// `element_1(array, index)`: address of an element of a one-dimensional array, or 0.
fn element_1() -> Function {
    let mut code = not_array(1);
    code.extend([
        // 2: index from 0, 3: address of the array
        I::LocalGet(0),
        I::I32WrapI64,
        I::LocalSet(3),
        I::LocalGet(1),
        I::LocalGet(3),
        I::I32Load(at32(word::ARRAY_BOUNDS_AT)),
        I::I32Sub,
        I::LocalTee(2),
        I::LocalGet(3),
        I::I32Load(at32(word::ARRAY_COUNT_AT)),
        I::I32GeU,
        I::If(BlockType::Empty),
        I::I32Const(0),
        I::Return,
        I::End,
        I::LocalGet(3),
        I::LocalGet(2),
        I::I32Const(3),
        I::I32Shl,
        I::I32Add,
        I::I32Const(word::VECTOR_AT as i32),
        I::I32Add,
        I::End,
    ]);
    function(&[ValType::I32, ValType::I32], &code)
}

/// `element_2(array, first, second)`: the first index varies fastest.
fn element_2() -> Function {
    let second_bounds = word::ARRAY_BOUNDS_AT + word::WORD;
    let elements = word::VECTOR_AT + word::WORD;
    let mut code = not_array(2);
    code.extend([
        // 3: address of the array, 4: first from 0, 5: second from 0, 6: length of the first dimension
        I::LocalGet(0),
        I::I32WrapI64,
        I::LocalSet(3),
        I::LocalGet(1),
        I::LocalGet(3),
        I::I32Load(at32(word::ARRAY_BOUNDS_AT)),
        I::I32Sub,
        I::LocalSet(4),
        I::LocalGet(2),
        I::LocalGet(3),
        I::I32Load(at32(second_bounds)),
        I::I32Sub,
        I::LocalSet(5),
    ]);
    code.extend(length_of(word::ARRAY_BOUNDS_AT));
    code.extend([I::LocalTee(6), I::LocalGet(4), I::I32LeU]);
    code.extend([I::LocalGet(5)]);
    code.extend(length_of(second_bounds));
    code.extend([
        I::I32GeU,
        I::I32Or,
        I::If(BlockType::Empty),
        I::I32Const(0),
        I::Return,
        I::End,
        I::LocalGet(5),
        I::LocalGet(6),
        I::I32Mul,
        I::LocalGet(4),
        I::I32Add,
        I::I32Const(3),
        I::I32Shl,
        I::LocalGet(3),
        I::I32Add,
        I::I32Const(elements as i32),
        I::I32Add,
        I::End,
    ]);
    function(&[ValType::I32; 4], &code)
}

/// Pushes the length of a dimension of the array in local 3.
fn length_of(bounds: u32) -> Vec<I<'static>> {
    vec![
        I::LocalGet(3),
        I::I32Load(at32(bounds + 4)),
        I::LocalGet(3),
        I::I32Load(at32(bounds)),
        I::I32Sub,
        I::I32Const(1),
        I::I32Add,
    ]
}
