//! The code of one procedure while it is written: instructions, wasm locals, frame slots, and jumps that are resolved
//! when the body is put together, either structured or as a `br_table` over basic blocks.

use wasm_encoder::{BlockType, Instruction as I, MemArg, ValType};

use super::word::{self, WORD};

/// Most instructions of one procedure: far above any real macro, far below what makes compilation slow.
pub(super) const MAX_INSTRUCTIONS: usize = 2_000_000;

/// One instruction, or a jump whose depth is known only when the body is put together.
#[derive(Debug, Clone)]
pub(super) enum Emit {
    Op(I<'static>),
    /// To the dispatcher of the basic blocks; the number of blocks opened since the basic block began.
    Top(u32),
    /// Out of the body.
    Leave(u32),
}

/// How a value lies on the wasm stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rep {
    /// Integer as i32.
    I16,
    /// Long as i32.
    I32,
    F64,
    /// 0 or 1 as i32.
    Bool,
    /// A boxed word.
    Any,
}

impl Rep {
    pub(super) fn wasm(self) -> ValType {
        match self {
            Rep::I16 | Rep::I32 | Rep::Bool => ValType::I32,
            Rep::F64 => ValType::F64,
            Rep::Any => ValType::I64,
        }
    }
}

/// Local 0 is the frame address.
pub(super) const FRAME: u32 = 0;
/// Status that the body answers: 0 done, 1 a VBA error is pending.
pub(super) const STATUS: u32 = 1;
/// Number of the basic block to run next.
pub(super) const NEXT: u32 = 2;
const FIXED_LOCALS: usize = 3;

/// A growing body.
pub(super) struct Code {
    pub blocks: Vec<Vec<Emit>>,
    pub current: usize,
    /// Structured blocks open in the current basic block.
    pub nest: u32,
    /// Types of all locals, the parameter included.
    pub locals: Vec<ValType>,
    free: [Vec<u32>; 3],
    pub instructions: usize,
}

fn bank(kind: ValType) -> usize {
    match kind {
        ValType::I32 => 0,
        ValType::I64 => 1,
        _ => 2,
    }
}

impl Code {
    pub(super) fn new() -> Self {
        Code {
            blocks: vec![Vec::new()],
            current: 0,
            nest: 0,
            locals: vec![ValType::I32; FIXED_LOCALS],
            free: [Vec::new(), Vec::new(), Vec::new()],
            instructions: 0,
        }
    }

    pub(super) fn op(&mut self, instruction: I<'static>) {
        match instruction {
            I::Block(_) | I::Loop(_) | I::If(_) => self.nest += 1,
            I::End => self.nest = self.nest.saturating_sub(1),
            _ => {}
        }
        self.emit(Emit::Op(instruction));
    }

    pub(super) fn ops(&mut self, instructions: &[I<'static>]) {
        for instruction in instructions {
            self.op(instruction.clone());
        }
    }

    fn emit(&mut self, emit: Emit) {
        self.instructions += 1;
        if self.instructions <= MAX_INSTRUCTIONS
            && let Some(block) = self.blocks.get_mut(self.current)
        {
            block.push(emit);
        }
    }

    pub(super) fn leave(&mut self) {
        let nest = self.nest;
        self.emit(Emit::Leave(nest));
    }

    /// Goes on at a basic block.
    pub(super) fn go(&mut self, block: usize) {
        self.ops(&[I::I32Const(block as i32), I::LocalSet(NEXT)]);
        self.top();
    }

    /// To the dispatcher; `NEXT` is set.
    pub(super) fn top(&mut self) {
        let nest = self.nest;
        self.emit(Emit::Top(nest));
    }

    /// A fresh basic block, not yet current.
    pub(super) fn block(&mut self) -> usize {
        self.blocks.push(Vec::new());
        self.blocks.len() - 1
    }

    /// Ends the current basic block by going on at this one, and writes there.
    pub(super) fn enter(&mut self, block: usize) {
        self.go(block);
        self.switch_to(block);
    }

    /// Writes at this block from now on.
    pub(super) fn switch_to(&mut self, block: usize) {
        self.current = block;
        self.nest = 0;
    }

    /// A structured jump to a block opened when `nest` had this value (after opening).
    pub(super) fn branch(&mut self, nest: u32) {
        let depth = self.nest.saturating_sub(nest);
        self.op(I::Br(depth));
    }

    pub(super) fn branch_if(&mut self, nest: u32) {
        let depth = self.nest.saturating_sub(nest);
        self.op(I::BrIf(depth));
    }

    /// A local that lives as long as the body.
    pub(super) fn local(&mut self, kind: ValType) -> u32 {
        self.locals.push(kind);
        (self.locals.len() - 1) as u32
    }

    /// A local that is given back with `release`.
    pub(super) fn borrow(&mut self, kind: ValType) -> u32 {
        match self.free[bank(kind)].pop() {
            Some(local) => local,
            None => self.local(kind),
        }
    }

    pub(super) fn release(&mut self, kind: ValType, local: u32) {
        self.free[bank(kind)].push(local);
    }

    /// A boxed constant.
    pub(super) fn word(&mut self, value: u64) {
        self.op(I::I64Const(value as i64));
    }

    /// Pushes the word of a frame slot.
    pub(super) fn load_slot(&mut self, offset: u32) {
        self.ops(&[I::LocalGet(FRAME), I::I64Load(at(offset))]);
    }

    /// Stores the word on the stack into a frame slot.
    pub(super) fn store_slot(&mut self, offset: u32) {
        let held = self.borrow(ValType::I64);
        self.ops(&[I::LocalSet(held), I::LocalGet(FRAME), I::LocalGet(held), I::I64Store(at(offset))]);
        self.release(ValType::I64, held);
    }

    /// Pushes an address in the frame.
    pub(super) fn frame_address(&mut self, offset: u32) {
        self.ops(&[I::LocalGet(FRAME), I::I32Const(offset as i32), I::I32Add]);
    }

    /// Boxes an i32 on the stack under a tag.
    pub(super) fn tag_low(&mut self, tag: u32) {
        self.ops(&[I::I64ExtendI32U, I::I64Const(word::word(tag, 0) as i64), I::I64Or]);
    }

    /// Boxes the value on the stack.
    pub(super) fn boxed(&mut self, rep: Rep) {
        match rep {
            Rep::Any => {}
            Rep::F64 => self.op(I::I64ReinterpretF64),
            Rep::Bool => self.tag_low(word::BOOLEAN),
            Rep::I16 => self.tag_low(word::INTEGER),
            Rep::I32 => self.tag_low(word::LONG),
        }
    }

    /// Unboxes a word that is known to have the representation.
    pub(super) fn unboxed(&mut self, rep: Rep) {
        match rep {
            Rep::Any => {}
            Rep::F64 => self.op(I::F64ReinterpretI64),
            _ => self.op(I::I32WrapI64),
        }
    }

    /// Opens an `if` without a result.
    pub(super) fn open_if(&mut self) {
        self.op(I::If(BlockType::Empty));
    }

    /// The upper half of the word on the stack.
    pub(super) fn upper(&mut self) {
        self.ops(&[I::I64Const(32), I::I64ShrU, I::I32WrapI64]);
    }
}

/// A word in memory.
pub(super) fn at(offset: u32) -> MemArg {
    MemArg { offset: u64::from(offset), align: 3, memory_index: 0 }
}

/// An i32 in memory.
pub(super) fn at32(offset: u32) -> MemArg {
    MemArg { offset: u64::from(offset), align: 2, memory_index: 0 }
}

/// Frame offset of the reference word of a parameter.
pub(super) fn reference_offset(parameter: u32) -> u32 {
    WORD + parameter * 2 * WORD
}

/// Frame offset of the word a parameter's own value has.
pub(super) fn home_offset(parameter: u32) -> u32 {
    reference_offset(parameter) + WORD
}
