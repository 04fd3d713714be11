//! Running programs: one WebAssembly instance per run, with the granted capabilities linked and nothing else.
//! Promises an outcome for every run: a value, a VBA error with its line, a refusal, a timeout or a stop. No WASI, no start
//! function, no shared state between runs. Object models come back with the outcome.

mod ask;
mod callback;
mod convert;
mod globals;
mod heap;
mod lifetime;
mod link;
mod map;
mod member;
mod operate;
mod outside;
mod print;
mod shared;
mod state;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;
use std::time::Duration;

use wasmtime::{AsContextMut, Config, Engine, Linker, Module, Store, StoreLimitsBuilder, Strategy, Trap};

pub use outside::{SERVICE_FAILED, json};
pub use shared::Shared;

use super::compile::meta::{Meta, Type};
use super::compile::word::{self, WORD};
use super::compile::{Capability, EngineError, Program};
use super::dialogs::{Dialogs, Output};
use super::object::{Moment, ObjectModel};
use super::services::{RandomSource, ServiceRegistry};
use super::value::functions::Environment;
use super::value::{Fault, RunError, Subtype, Value, errors};

use heap::Heap;
use state::{Ending, ErrorState, State, Vm};

/// Time a run may take unless told otherwise (the command line's default).
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(10);
/// Memory a run may take (`docs/engine.md`).
pub const MEMORY_BYTES: usize = 256 << 20;
/// The machine's stack for WebAssembly code: more than the shadow stack, less than a Rust thread's 2 MB.
const MACHINE_STACK: usize = 1280 * 1024;
/// The deadline is checked against a clock that ticks this often.
const TICK: Duration = Duration::from_millis(1);

/// "Out of memory", for allocations that no memory could hold.
pub(crate) const fn heap_error() -> i32 {
    7
}

/// Rows of a database, for the steps that name tables instead of objects.
pub trait DatabaseModel {
    /// Runs a query, by its text or its name, with values for its parameters.
    fn query(&mut self, sql: &str, parameters: &[(String, Value)]) -> Result<Rows, Fault>;
    /// Runs an action query, whole or not at all; answers the rows it touched.
    fn execute(&mut self, sql: &str, parameters: &[(String, Value)]) -> Result<u64, Fault>;
    fn create(&mut self, model: &str, values: &[(String, Value)]) -> Result<u64, Fault>;
}

/// What a query gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    pub columns: Vec<String>,
    /// A two-dimensional array (row, column), both from 0.
    pub values: Value,
}

/// What a run may use, and what it leaves behind.
#[derive(Default)]
pub struct Host {
    /// Asked in order for names and classes.
    pub models: Vec<Box<dyn ObjectModel>>,
    pub database: Option<Box<dyn DatabaseModel>>,
    pub dialogs: Dialogs,
    pub services: ServiceRegistry,
    /// Jitter of retries; seeded, so that a run repeats.
    pub random: RandomSource,
    /// Local time at the start of the run as a VBA serial.
    pub clock_serial: f64,
    /// Environment variables that were granted, names in upper case.
    pub variables: BTreeMap<String, String>,
    /// First part of idempotency keys.
    pub run_id: String,
    pub grants: BTreeSet<Capability>,
}

/// Bounds of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub deadline: Duration,
    /// Bytes of linear memory; at most `MEMORY_BYTES`.
    pub memory_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { deadline: DEFAULT_DEADLINE, memory_bytes: MEMORY_BYTES }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    Ok,
    RuntimeError,
    Refused,
    Timeout,
    /// The code ended itself (`End`).
    Stopped,
}

impl RunStatus {
    /// The word of the JSON contract.
    pub fn name(self) -> &'static str {
        match self {
            RunStatus::Ok | RunStatus::Stopped => "ok",
            RunStatus::RuntimeError => "runtime-error",
            RunStatus::Refused => "refused",
            RunStatus::Timeout => "timeout",
        }
    }
}

/// An error no handler took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UncaughtError {
    pub number: i32,
    pub description: String,
    pub source: String,
    pub module: String,
    /// First line of the failing statement in the legacy module, from 1; 0 where there is none.
    pub line: u32,
    /// Id of the failing step.
    pub step: String,
}

/// One step that asked something of the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRecord {
    pub id: String,
    /// `ok`, `failed` or `refused`.
    pub status: String,
    pub attempts: u32,
    /// Time the outside took, waits between attempts included.
    pub ms: u64,
    /// Names of the columns of a query's rows.
    pub columns: Vec<String>,
}

/// What a run did.
pub struct RunOutcome {
    pub status: RunStatus,
    /// What a function returned; `None` for procedures without a result and for runs that did not end well.
    pub value: Option<Value>,
    pub error: Option<UncaughtError>,
    /// (capability, reason) of a refusal; the capability is `manual` for logic that was not converted.
    pub refusal: Option<(String, String)>,
    pub output: Vec<Output>,
    /// Outside calls in order.
    pub steps: Vec<StepRecord>,
    /// How often each step ran, in the order of `Program::steps`.
    pub hits: Vec<u32>,
    /// Final values of the workflow's output variables.
    pub outputs: Vec<(String, Value)>,
    pub capabilities_used: Vec<Capability>,
    /// Bytes of linear memory at the end.
    pub memory_bytes: usize,
    /// The object models, services and dialogs, back in the caller's hands.
    pub host: Host,
}

impl RunOutcome {
    /// Steps executed, each time counted.
    pub fn steps_executed(&self) -> u64 {
        self.hits.iter().map(|hits| u64::from(*hits)).sum()
    }
}

/// A module made ready for this machine.
#[derive(Debug, Clone)]
pub struct CompiledModule(Module);

/// How code is made: Cranelift's is quick to run, Winch's quick to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    Optimised,
    Baseline,
}

/// Modules above this are compiled by Winch: a whole workbook's code took Cranelift 3 ms per kilobyte of it.
const LARGE_MODULE: usize = 128 * 1024;

/// Which tier a program's code is made by.
pub fn tier_of(program: &Program) -> Tier {
    if program.bytes.len() > LARGE_MODULE { Tier::Baseline } else { Tier::Optimised }
}

/// The engine that runs of a tier share, with the thread that ticks for deadlines.
fn engine(tier: Tier) -> Result<&'static Engine, EngineError> {
    static OPTIMISED: OnceLock<Result<Engine, String>> = OnceLock::new();
    static BASELINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    let (made, strategy) = match tier {
        Tier::Optimised => (&OPTIMISED, Strategy::Cranelift),
        Tier::Baseline => (&BASELINE, Strategy::Winch),
    };
    let made = made.get_or_init(|| {
        let mut config = Config::new();
        config.epoch_interruption(true).max_wasm_stack(MACHINE_STACK).strategy(strategy);
        let engine = Engine::new(&config).map_err(|error| error.to_string())?;
        let ticking = engine.weak();
        std::thread::spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        });
        Ok(engine)
    });
    made.as_ref().map_err(|reason| EngineError::Module(reason.clone().into()))
}

fn module(program: &Program) -> Result<&Module, EngineError> {
    if let Some(ready) = program.module.get() {
        return Ok(&ready.0);
    }
    let made = Module::new(engine(tier_of(program))?, &program.bytes)
        .map_err(|error| EngineError::Module(format!("{error:#}").into()))?;
    Ok(&program.module.get_or_init(|| CompiledModule(made)).0)
}

/// Runs a workflow of a program. `Err` only when the workflow is unknown or the module is not accepted.
pub fn run(
    program: &Program,
    entry: &str,
    arguments: Vec<Value>,
    host: Host,
    limits: Limits,
) -> Result<RunOutcome, EngineError> {
    let procedure = program.find(entry).ok_or_else(|| EngineError::UnknownWorkflow { name: entry.to_string() })?;
    let module = module(program)?;
    let mut linker = Linker::new(engine(tier_of(program))?);
    let broken = |error: wasmtime::Error| EngineError::Module(format!("{error:#}").into());
    link::link(&mut linker, &host.grants).map_err(broken)?;
    let mut store = Store::new(engine(tier_of(program))?, fresh_state(program, host, limits));
    store.limiter(|state| &mut state.limits);
    let ticks = u64::try_from(limits.deadline.as_millis()).unwrap_or(u64::MAX / 2).clamp(1, u64::MAX / 2);
    store.set_epoch_deadline(ticks);
    store.epoch_deadline_trap();
    let instance = linker.instantiate(&mut store, module).map_err(broken)?;
    let Some(memory) = instance.get_memory(&mut store, "memory") else {
        return Err(EngineError::Module("the module has no memory".into()));
    };
    store.data_mut().memory = Some(memory);
    let call = instance.get_typed_func::<(u32, u32), i32>(&mut store, "run").map_err(broken)?;
    store.data_mut().entry = Some(call.clone());
    let frame = program.meta.layout.stack_at;
    let mut vm = Vm { context: store, memory };
    vm.introduce();
    let mut ended = match begin(&mut vm, procedure, frame, arguments) {
        Err(fault) => Ended::Fault(fault),
        Ok(()) => Ended::Code(call.call(&mut vm.context, (procedure, frame))),
    };
    while matches!(ended, Ended::Code(Ok(0))) {
        // What only the variables of the entry referred to ends with it; its result stays.
        match vm.next_to_terminate(frame + WORD) {
            Ok(Some((procedure, frame))) => ended = Ended::Code(call.call(&mut vm.context, (procedure, frame))),
            Ok(None) => break,
            Err(fault) => ended = Ended::Fault(fault),
        }
    }
    if matches!(ended, Ended::Code(Ok(0))) {
        ended = Ended::Code(settle(&mut vm, frame).map(|()| 0));
    }
    Ok(outcome(vm, program, procedure, frame, ended))
}

/// Bytes above the entry's frame that its own words may take.
const ENTRY_FRAME: u32 = 64 * 1024;

/// Functions that formulas of the listing still need, run above the frame that holds the result.
fn settle(vm: &mut Vm<Store<State>>, frame: u32) -> wasmtime::Result<()> {
    vm.callbacks(Moment::Ended, frame + ENTRY_FRAME).map(|_| ())
}

enum Ended {
    Fault(Fault),
    Code(wasmtime::Result<i32>),
}

fn fresh_state(program: &Program, host: Host, limits: Limits) -> State {
    let meta = program.meta.clone();
    let mut environment = Environment::at(host.clock_serial);
    environment.variables = host.variables.clone();
    State {
        types: meta.types.clone(),
        heap: Heap::new(meta.layout.heap_at),
        meta,
        host,
        memory: None,
        limits: StoreLimitsBuilder::new()
            .memory_size(limits.memory_bytes.min(MEMORY_BYTES))
            .instances(1)
            .tables(1)
            .memories(1)
            .build(),
        error: ErrorState::default(),
        ending: None,
        environment,
        records: Vec::new(),
        used: BTreeSet::new(),
        waited_ms: 0,
        visits: HashMap::new(),
        entry: None,
        nested: 0,
        printed: String::new(),
        terminable: Vec::new(),
        listeners: Vec::new(),
    }
}

/// First values of the globals, then the arguments of the entry.
fn begin<C: AsContextMut<Data = State>>(
    vm: &mut Vm<C>,
    procedure: u32,
    frame: u32,
    arguments: Vec<Value>,
) -> Result<(), Fault> {
    let meta = vm.meta();
    for (place, global) in meta.globals.iter().enumerate() {
        let first = vm.initial(&global.kind, &global.bounds)?;
        vm.set_word(meta.layout.globals_at + place as u32 * WORD, first);
    }
    let mut words = Vec::new();
    for argument in &arguments {
        words.push(vm.encode(argument)?);
    }
    // The words lie at the far end of the stack, where the callee's frame does not reach them at once.
    let base = meta.layout.heap_at - (words.len() as u32 + 1) * WORD;
    for (place, word) in words.iter().enumerate() {
        vm.set_word(base + place as u32 * WORD, *word);
    }
    let call = member::Call {
        name: "".into(),
        usage: super::compile::meta::Use::Get,
        positional: words,
        named: Vec::new(),
        value: None,
        base,
        top: frame,
        inside: None,
    };
    let me = entry_instance(vm, &meta, procedure)?;
    vm.prepare(procedure, me, &call)?;
    // Arguments by reference would point at the words above: give them homes in the frame.
    let first = meta.procedures.get(procedure as usize).map_or(0, |target| u32::from(target.method));
    let count = meta.procedures.get(procedure as usize).map_or(0, |target| target.parameters.len() as u32);
    for number in first..first + count {
        let reference = frame + WORD + number * 2 * WORD;
        let from = word::low(vm.word(reference));
        let value = vm.word(from);
        vm.set_word(reference + WORD, value);
        vm.set_word(reference, u64::from(reference + WORD));
    }
    Ok(())
}

/// A method as entry runs on a fresh instance.
fn entry_instance<C: AsContextMut<Data = State>>(
    vm: &mut Vm<C>,
    meta: &Meta,
    procedure: u32,
) -> Result<Option<u64>, Fault> {
    let owner = meta.classes.iter().position(|class| class.procedures.contains(&procedure));
    match owner.and_then(|owner| meta.classes.get(owner).map(|class| (owner, class))) {
        Some((owner, class)) => vm.fields(word::INSTANCE, owner as u32, &class.fields, 0).map(Some),
        None => Ok(None),
    }
}

fn outcome(mut vm: Vm<Store<State>>, program: &Program, procedure: u32, frame: u32, ended: Ended) -> RunOutcome {
    let meta = program.meta.clone();
    let (status, error, refusal) = judge(&mut vm, &meta, ended);
    vm.end_line();
    let target = meta.procedures.get(procedure as usize);
    let mut value = None;
    let mut outputs = Vec::new();
    if let Some(target) = target {
        let function =
            !matches!(target.kind, crate::model::ProcedureKind::Sub) || target.result != Type::Plain(Subtype::Variant);
        let result = vm.word(frame);
        if status == RunStatus::Ok && (function || !is_empty(result)) {
            value = Some(vm.plain(result).unwrap_or(Value::Nothing));
        }
        for (name, offset) in &target.outputs {
            let word = vm.word(frame + offset);
            outputs.push((name.to_string(), vm.decode(word)));
        }
    }
    let hits = (0..meta.steps.len() as u32).map(|step| vm.u32(word::COUNTERS_AT + step * 4)).collect();
    let memory_bytes = vm.memory.data_size(&vm.context);
    let state = vm.context.into_data();
    RunOutcome {
        status,
        value,
        error,
        refusal,
        output: state.host.dialogs.output.clone(),
        steps: state.records,
        hits,
        outputs,
        capabilities_used: state.used.into_iter().collect(),
        memory_bytes,
        host: state.host,
    }
}

fn is_empty(found: u64) -> bool {
    !word::is_double(found) && word::tag(found) == word::EMPTY
}

type Verdict = (RunStatus, Option<UncaughtError>, Option<(String, String)>);

fn judge(vm: &mut Vm<Store<State>>, meta: &Meta, ended: Ended) -> Verdict {
    match ended {
        Ended::Fault(Fault::Raised(error)) => {
            vm.note_error(error);
            (RunStatus::RuntimeError, Some(uncaught(vm, meta)), None)
        }
        Ended::Fault(Fault::Refused { capability, reason }) => (RunStatus::Refused, None, Some((capability, reason))),
        Ended::Code(Ok(0)) => (RunStatus::Ok, None, None),
        Ended::Code(Ok(_)) => (RunStatus::RuntimeError, Some(uncaught(vm, meta)), None),
        Ended::Code(Err(error)) => match vm.state().ending.take() {
            Some(Ending::Refused { capability, reason }) => (RunStatus::Refused, None, Some((capability, reason))),
            Some(Ending::Stopped) => (RunStatus::Stopped, None, None),
            Some(Ending::Failed) => (RunStatus::RuntimeError, Some(uncaught(vm, meta)), None),
            None => trapped(vm, meta, &error),
        },
    }
}

/// Only the deadline traps by design; a stack that ran out in code with huge frames is VBA's error 28, and anything else is
/// reported as what it is.
fn trapped(vm: &mut Vm<Store<State>>, meta: &Meta, error: &wasmtime::Error) -> Verdict {
    const OUT_OF_STACK: i32 = 28;
    const INTERNAL: i32 = 51;
    let noted = match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => return (RunStatus::Timeout, None, None),
        Some(Trap::StackOverflow) => errors::raise(OUT_OF_STACK),
        _ => errors::described(INTERNAL, format!("Internal error: {error:#}")),
    };
    vm.note_error(noted);
    (RunStatus::RuntimeError, Some(uncaught(vm, meta)), None)
}

fn uncaught(vm: &mut Vm<Store<State>>, meta: &Meta) -> UncaughtError {
    let error = vm.state().error.clone();
    let step = meta.steps.get(error.step as usize).cloned().unwrap_or_default();
    UncaughtError {
        number: error.number,
        description: error.description,
        source: error.source,
        module: step.module.to_string(),
        line: if error.at_end { step.end_line } else { step.line },
        step: step.id,
    }
}

/// An error as a value of the library, for callers that report it.
impl From<&UncaughtError> for RunError {
    fn from(error: &UncaughtError) -> Self {
        RunError { number: error.number, description: error.description.clone(), source: error.source.clone() }
    }
}
