//! Procedures that object models ask for: event procedures that a member set off, functions that a formula needs. They run as
//! calls from the host into the running program, on the shadow stack above the caller's words.

use wasmtime::AsContextMut;

use crate::engine::compile::meta::Use;
use crate::engine::compile::word::{self, WORD};
use crate::engine::object::{CallKind, Callback, KnownProcedure, Moment};
use crate::engine::value::{Fault, RunError, Value, errors};
use crate::model::ProcedureKind;

use super::member::Call;
use super::state::{Answer, Ending, State, Vm, raised};

/// Events inside events: an unguarded `Worksheet_Change` that writes fires itself. Every level takes machine stack of its own;
/// beyond this VBA's error 28 is raised.
const MOST_NESTED: u32 = 24;
const OUT_OF_STACK: i32 = 28;
const NO_PROCEDURE: i32 = 1004;

impl<C: AsContextMut<Data = State>> Vm<C> {
    /// Tells the object models which procedures there are.
    pub(super) fn introduce(&mut self) {
        let meta = self.meta();
        let module = |number: Option<u32>| number.and_then(|number| meta.modules.get(number as usize));
        let known: Vec<KnownProcedure> = meta
            .procedures
            .iter()
            .filter(|procedure| !procedure.method)
            .filter_map(|procedure| {
                Some(KnownProcedure {
                    module: module(procedure.module)?.to_string(),
                    name: procedure.base_name.to_string(),
                    function: procedure.kind == ProcedureKind::Function,
                })
            })
            .collect();
        self.state().host.models.iter_mut().for_each(|model| model.introduce(&known));
    }

    /// Runs what the models ask for at this moment; whether there was anything. `top` is the first free byte of the shadow stack.
    pub(super) fn callbacks(&mut self, when: Moment, top: u32) -> wasmtime::Result<bool> {
        let mut any = false;
        while let Some((model, call)) = self.next_callback(when) {
            any = true;
            self.callback(model, &call, top)?;
        }
        Ok(any)
    }

    fn next_callback(&mut self, when: Moment) -> Option<(usize, Callback)> {
        let models = self.state().host.models.iter_mut().enumerate();
        models.into_iter().find_map(|(place, model)| Some((place, model.next_call(when)?)))
    }

    fn callback(&mut self, model: usize, call: &Callback, top: u32) -> wasmtime::Result<()> {
        let base = top.next_multiple_of(WORD);
        let (step, erl) = (self.u32(word::STEP_AT), self.u32(word::ERL_AT));
        let before = self.state().error.clone();
        let given = call.arguments.len() as u32;
        let result = match self.enter(call, base) {
            Ok((procedure, frame)) => self.enter_program(procedure, frame)?,
            Err(fault) => Err(fault),
        };
        let failed = match result {
            Ok(value) => {
                let arguments: Vec<Value> = (0..given)
                    .map(|place| self.word(base + place * WORD))
                    .collect::<Vec<_>>()
                    .into_iter()
                    .map(|word| self.decode(word))
                    .collect();
                self.tell(model, call, &arguments, Ok(value));
                None
            }
            Err(Fault::Refused { capability, reason }) => {
                self.state().ending = Some(Ending::Refused { capability, reason });
                return Err(wasmtime::Error::msg("refused"));
            }
            Err(Fault::Raised(error)) => Some(error),
        };
        if let Some(error) = failed {
            if call.kind == CallKind::Event {
                self.state().ending = Some(Ending::Failed);
                return Err(wasmtime::Error::msg("an event procedure failed"));
            }
            self.state().error = before;
            self.tell(model, call, &[], Err(error));
        }
        self.set_u32(word::STEP_AT, step);
        self.set_u32(word::ERL_AT, erl);
        Ok(())
    }

    fn tell(&mut self, model: usize, call: &Callback, arguments: &[Value], result: Result<Value, RunError>) {
        if let Some(model) = self.state().host.models.get_mut(model) {
            model.called(call, arguments, result);
        }
    }

    /// Lays out the arguments and the frame of the procedure asked for.
    fn enter(&mut self, call: &Callback, base: u32) -> Answer<(u32, u32)> {
        let Some(procedure) = self.procedure_asked(call) else { return raised(NO_PROCEDURE) };
        if self.state().nested >= MOST_NESTED {
            self.note_error(errors::raise(OUT_OF_STACK));
            return raised(OUT_OF_STACK);
        }
        let mut positional = Vec::new();
        for argument in &call.arguments {
            positional.push(self.encode(argument)?);
        }
        for (place, word) in positional.iter().enumerate() {
            self.set_word(base + place as u32 * WORD, *word);
        }
        let top = base + positional.len() as u32 * WORD;
        let call = Call {
            inside: None,
            name: "".into(),
            usage: Use::Get,
            positional,
            named: Vec::new(),
            value: None,
            base,
            top,
        };
        self.prepare(procedure, None, &call).inspect_err(|fault| {
            if let Fault::Raised(error) = fault {
                self.note_error(error.clone());
            }
        })?;
        Ok((procedure, self.u32(word::CALL_FRAME_AT)))
    }

    /// Runs a prepared procedure: its result, or the error no handler of it took.
    fn enter_program(&mut self, procedure: u32, frame: u32) -> wasmtime::Result<Answer<Value>> {
        let Some(run) = self.state().entry.clone() else { return Ok(raised(NO_PROCEDURE)) };
        self.state().nested += 1;
        let status = run.call(&mut self.context, (procedure, frame))?;
        self.state().nested -= 1;
        if status != 0 {
            let error = &self.state().error;
            let (number, description) = (error.number, error.description.clone());
            return Ok(Err(Fault::Raised(RunError { number, description, source: error.source.clone() })));
        }
        let result = self.word(frame);
        Ok(self.plain(result))
    }

    fn procedure_asked(&mut self, call: &Callback) -> Option<u32> {
        let meta = self.meta();
        let found = meta.procedures.iter().position(|procedure| {
            let module = procedure.module.and_then(|number| meta.modules.get(number as usize));
            let in_module = match (&call.module, module) {
                (Some(wanted), Some(module)) => module.eq_ignore_ascii_case(wanted),
                (Some(_), None) => false,
                (None, _) => procedure.kind == ProcedureKind::Function,
            };
            !procedure.method && in_module && procedure.base_name.eq_ignore_ascii_case(&call.procedure)
        })?;
        u32::try_from(found).ok()
    }
}
