//! What one run owns on the host: granted capabilities, object models, the error object, the record of the run.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use wasmtime::{AsContextMut, Memory, StoreLimits, TypedFunc};

use crate::engine::compile::Capability;
use crate::engine::compile::meta::{Meta, Type};
use crate::engine::value::functions::Environment;
use crate::engine::value::{Fault, RunError, errors};

use super::heap::Heap;
use super::{Host, StepRecord};

/// The `Err` object.
#[derive(Debug, Clone, Default)]
pub(super) struct ErrorState {
    pub number: i32,
    pub description: String,
    pub source: String,
    /// Line label last passed (`Erl`).
    pub erl: i32,
    /// Step that failed.
    pub step: u32,
    /// It failed on its last line, between two rounds of a loop.
    pub at_end: bool,
}

/// Why a run ended before its code did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    Refused {
        capability: String,
        reason: String,
    },
    Stopped,
    /// An event procedure had an error that no handler of it took.
    Failed,
}

/// The data of the store.
pub(super) struct State {
    pub meta: Arc<Meta>,
    /// Types of the program, then those met while running.
    pub types: Vec<Type>,
    pub host: Host,
    pub memory: Option<Memory>,
    pub limits: StoreLimits,
    pub heap: Heap,
    pub error: ErrorState,
    pub ending: Option<Ending>,
    pub environment: Environment,
    pub records: Vec<StepRecord>,
    pub used: BTreeSet<Capability>,
    /// Virtual milliseconds added by waits.
    pub waited_ms: u64,
    /// How often each outside step was reached.
    pub visits: HashMap<u32, u32>,
    /// `run` of the instance, for calls from the host, and how deep such calls are nested.
    pub entry: Option<TypedFunc<(u32, u32), i32>>,
    pub nested: u32,
    /// What `Debug.Print` left on an open line.
    pub printed: String,
    /// Living instances whose class has `Class_Terminate`, oldest first.
    pub terminable: Vec<u32>,
    /// Living instances with a variable declared `WithEvents`, oldest first.
    pub listeners: Vec<u32>,
}

/// A view of linear memory and the run's state together.
pub(super) struct Vm<C> {
    pub context: C,
    pub memory: Memory,
}

pub(super) type Answer<T> = Result<T, Fault>;

/// A VBA error by number.
pub(super) fn raised<T>(number: i32) -> Answer<T> {
    Err(Fault::Raised(errors::raise(number)))
}

impl<C: AsContextMut<Data = State>> Vm<C> {
    pub(super) fn state(&mut self) -> &mut State {
        self.memory.data_and_store_mut(&mut self.context).1
    }

    pub(super) fn meta(&mut self) -> Arc<Meta> {
        self.state().meta.clone()
    }

    fn bytes(&mut self) -> &mut [u8] {
        self.memory.data_mut(&mut self.context)
    }

    /// Bytes at an address; empty when it lies outside.
    pub(super) fn slice(&mut self, address: u32, length: u32) -> &[u8] {
        let start = address as usize;
        let end = start.saturating_add(length as usize);
        self.bytes().get(start..end).unwrap_or_default()
    }

    pub(super) fn slice_mut(&mut self, address: u32, length: u32) -> &mut [u8] {
        let start = address as usize;
        let end = start.saturating_add(length as usize);
        self.bytes().get_mut(start..end).unwrap_or_default()
    }

    pub(super) fn u32(&mut self, address: u32) -> u32 {
        self.slice(address, 4).try_into().map_or(0, u32::from_le_bytes)
    }

    pub(super) fn word(&mut self, address: u32) -> u64 {
        self.slice(address, 8).try_into().map_or(0, u64::from_le_bytes)
    }

    pub(super) fn set_u32(&mut self, address: u32, value: u32) {
        if let Ok(slot) = <&mut [u8; 4]>::try_from(self.slice_mut(address, 4)) {
            *slot = value.to_le_bytes();
        }
    }

    pub(super) fn set_word(&mut self, address: u32, value: u64) {
        if let Ok(slot) = <&mut [u8; 8]>::try_from(self.slice_mut(address, 8)) {
            *slot = value.to_le_bytes();
        }
    }

    /// Notes an error as `Err` shows it, with the step it happened in.
    pub(super) fn note_error(&mut self, error: RunError) {
        use crate::engine::compile::word;
        let noted = self.u32(word::STEP_AT);
        let (step, at_end) = (noted & !word::STEP_END, noted & word::STEP_END != 0);
        let erl = self.u32(word::ERL_AT) as i32;
        let state = self.state();
        state.environment.last_error = error.description.clone();
        state.error = ErrorState {
            number: error.number,
            description: error.description,
            source: error.source,
            erl,
            step,
            at_end,
        };
    }
}
