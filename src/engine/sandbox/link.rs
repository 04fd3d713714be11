//! The imports of a program: the slow operators always, a capability only when it was granted. What was not granted is
//! bound to a stub that ends the run and names the capability.

use wasmtime::{Caller, Linker, Result};

use crate::engine::compile::meta::{Meta, Shape, Type};
use crate::engine::compile::module::{CAPABILITY, RUNTIME};
use crate::engine::compile::word::{self, WORD};
use crate::engine::compile::{COLLECTION_CLASS, Capability, DICTIONARY_CLASS, STEP_BIT};
use crate::engine::object::Moment;
use crate::engine::value::{Fault, Subtype, Value, coerce, errors};

use super::state::{Answer, Ending, State, Vm, raised};

type Context<'c> = Caller<'c, State>;
const INVALID_CALL: i32 = 5;
const TYPE_MISMATCH: i32 = 13;
const NO_CLASS: i32 = 429;

/// Links everything a program may import.
pub(super) fn link(linker: &mut Linker<State>, grants: &std::collections::BTreeSet<Capability>) -> Result<()> {
    operators(linker)?;
    objects(linker)?;
    control(linker)?;
    for capability in Capability::ALL {
        if grants.contains(&capability) {
            linker.func_wrap(CAPABILITY, capability.name(), move |caller: Context<'_>, shape: u32, base: u32| {
                object_answer(caller, shape, base, |vm| through(vm, shape, base, capability))
            })?;
        } else {
            linker.func_wrap(
                CAPABILITY,
                capability.name(),
                move |mut caller: Context<'_>, shape: u32, _base: u32| -> Result<u64> {
                    let reason = wanted(caller.data(), shape);
                    caller.data_mut().ending =
                        Some(Ending::Refused { capability: capability.name().to_string(), reason });
                    Err(wasmtime::Error::msg("refused"))
                },
            )?;
        }
    }
    Ok(())
}

fn through(vm: &mut Vm<Context<'_>>, shape: u32, base: u32, capability: Capability) -> Answer<u64> {
    if shape & STEP_BIT != 0 {
        return vm.outside(shape & !STEP_BIT, base, Some(capability));
    }
    let meta = vm.meta();
    vm.global(shape_of(&meta, shape)?, base, Some(capability))
}

/// What the code wanted when it was refused.
fn wanted(state: &State, shape: u32) -> String {
    if shape & STEP_BIT != 0 {
        let step = state.meta.steps.get((shape & !STEP_BIT) as usize);
        return format!("the step {} asks for it", step.map_or("", |step| step.id.as_str()));
    }
    let name = state.meta.shapes.get(shape as usize).map_or("", |shape| shape.name.as_ref());
    format!("the code uses {name}")
}

fn shape_of(meta: &Meta, number: u32) -> Answer<&Shape> {
    meta.shapes.get(number as usize).map_or_else(|| raised(INVALID_CALL), Ok)
}

/// Runs a host operation: a VBA error becomes pending, a refusal ends the run.
fn run<T>(caller: Context<'_>, failed: T, work: impl FnOnce(&mut Vm<Context<'_>>) -> Answer<T>) -> Result<T> {
    let Some(memory) = caller.data().memory else { return Err(wasmtime::Error::msg("no memory")) };
    let mut vm = Vm { context: caller, memory };
    match work(&mut vm) {
        Ok(value) => Ok(value),
        Err(Fault::Raised(error)) => {
            vm.note_error(error);
            Ok(failed)
        }
        Err(Fault::Refused { capability, reason }) => {
            vm.state().ending = Some(Ending::Refused { capability, reason });
            Err(wasmtime::Error::msg("refused"))
        }
    }
}

fn answer(caller: Context<'_>, work: impl FnOnce(&mut Vm<Context<'_>>) -> Answer<u64>) -> Result<u64> {
    run(caller, word::word(word::FAULT, 0), work)
}

/// An operation that may reach an object model: what the model asks for in turn (events, functions of formulas) runs before the
/// code goes on; what the answer refers to is kept on the shadow stack meanwhile.
fn object_answer(
    caller: Context<'_>,
    shape: u32,
    base: u32,
    mut work: impl FnMut(&mut Vm<Context<'_>>) -> Answer<u64>,
) -> Result<u64> {
    let Some(memory) = caller.data().memory else { return Err(wasmtime::Error::msg("no memory")) };
    let mut vm = Vm { context: caller, memory };
    let meta = vm.meta();
    let words = if shape & STEP_BIT != 0 {
        meta.steps.get((shape & !STEP_BIT) as usize).map_or(0, |step| step.arguments)
    } else {
        meta.shapes.get(shape as usize).map_or(0, Shape::pairs)
    };
    let top = (base + words * WORD).next_multiple_of(WORD);
    loop {
        match work(&mut vm) {
            Ok(value) if value == word::word(word::CALL, 0) => return Ok(value),
            Ok(value) => {
                if top + WORD <= meta.layout.heap_at {
                    vm.set_word(top, value);
                    vm.callbacks(Moment::Done, top + WORD)?;
                }
                return Ok(value);
            }
            Err(Fault::Raised(error)) => {
                vm.note_error(error);
                return Ok(word::word(word::FAULT, 0));
            }
            Err(Fault::Refused { .. }) if vm.callbacks(Moment::Refused, top)? => {}
            Err(Fault::Refused { capability, reason }) => {
                vm.state().ending = Some(Ending::Refused { capability, reason });
                return Err(wasmtime::Error::msg("refused"));
            }
        }
    }
}

fn operators(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(RUNTIME, "binary", |caller: Context<'_>, flags: u32, a: u64, b: u64| {
        answer(caller, |vm| vm.binary(flags, a, b))
    })?;
    linker.func_wrap(RUNTIME, "unary", |caller: Context<'_>, flags: u32, a: u64| {
        answer(caller, |vm| vm.unary(flags, a))
    })?;
    linker.func_wrap(RUNTIME, "concat", |caller: Context<'_>, base: u32, count: u32, flags: u32| {
        answer(caller, |vm| vm.concat(base, count, flags))
    })?;
    linker.func_wrap(RUNTIME, "coerce", |caller: Context<'_>, kind: u32, from: u64, mode: u32| {
        answer(caller, |vm| vm.coerce(kind, from, mode))
    })?;
    linker.func_wrap(RUNTIME, "truth", |caller: Context<'_>, condition: u64, strict: u32| {
        run(caller, 2, |vm| vm.truth(condition, strict != 0))
    })?;
    linker.func_wrap(RUNTIME, "replace_text", |caller: Context<'_>, target: u64, base: u32| {
        answer(caller, |vm| replace_text(vm, target, base))
    })?;
    Ok(())
}

fn objects(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(RUNTIME, "element", |caller: Context<'_>, array: u64, base: u32, count: u32| {
        run(caller, 0, |vm| element(vm, array, base, count))
    })?;
    linker.func_wrap(RUNTIME, "member", |caller: Context<'_>, shape: u32, object: u64, base: u32| {
        object_answer(caller, shape, base, |vm| {
            let meta = vm.meta();
            let call = vm.call_of(shape_of(&meta, shape)?, base);
            vm.member(object, &call)
        })
    })?;
    linker.func_wrap(RUNTIME, "global", |caller: Context<'_>, shape: u32, base: u32| {
        answer(caller, |vm| {
            let meta = vm.meta();
            vm.global(shape_of(&meta, shape)?, base, None)
        })
    })?;
    linker.func_wrap(RUNTIME, "iterate", |caller: Context<'_>, from: u64| answer(caller, |vm| vm.iterate(from)))?;
    linker.func_wrap(RUNTIME, "new_object", |caller: Context<'_>, class: u32| {
        answer(caller, |vm| new_object(vm, class))
    })?;
    linker.func_wrap(RUNTIME, "new_record", |caller: Context<'_>, record: u32| {
        answer(caller, |vm| vm.initial(&Type::Record(record), &[]))
    })?;
    linker.func_wrap(RUNTIME, "new_array", |caller: Context<'_>, kind: u32, base: u32, count: u32| {
        answer(caller, |vm| {
            let bounds = bounds(vm, base, count)?;
            let made = vm.dimensioned(kind, &bounds, 0)?;
            vm.set_u32(word::low(made) + super::convert::FIXED_AT, 1);
            Ok(made)
        })
    })?;
    linker.func_wrap(
        RUNTIME,
        "redim",
        |caller: Context<'_>, old: u64, kind: u32, base: u32, count: u32, preserve: u32| {
            answer(caller, |vm| redim(vm, old, kind, (base, count), preserve != 0))
        },
    )?;
    linker.func_wrap(RUNTIME, "erase", |caller: Context<'_>, array: u64| answer(caller, |vm| erase(vm, array)))?;
    linker.func_wrap(RUNTIME, "rest", |caller: Context<'_>, base: u32, count: u32| {
        answer(caller, |vm| {
            let words: Vec<u64> = (0..count).map(|place| vm.word(base + place * WORD)).collect();
            vm.vector(&words)
        })
    })?;
    linker.func_wrap(RUNTIME, "is_type", |caller: Context<'_>, object: u64, name: u32| {
        answer(caller, |vm| {
            let name = vm.meta().names.get(name as usize).cloned().unwrap_or_default();
            vm.is_type(object, &name)
        })
    })?;
    Ok(())
}

fn control(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(RUNTIME, "collect", |caller: Context<'_>, top: u32| {
        run(caller, (), |vm| {
            vm.collect(top);
            Ok(())
        })
    })?;
    linker.func_wrap(RUNTIME, "raise", |caller: Context<'_>, number: i32| run(caller, (), |_| raised(number)))?;
    linker.func_wrap(RUNTIME, "clear", |caller: Context<'_>| {
        run(caller, (), |vm| {
            vm.clear_error();
            Ok(())
        })
    })?;
    linker.func_wrap(RUNTIME, "record", |caller: Context<'_>, step: u32, base: u32| {
        answer(caller, |vm| vm.outside(step, base, None))
    })?;
    linker.func_wrap(RUNTIME, "manual", |caller: Context<'_>, step: u32| {
        run(caller, (), |vm| {
            let reason = vm.manual_reason(step);
            Err(Fault::Refused { capability: String::from("manual"), reason })
        })
    })?;
    linker.func_wrap(RUNTIME, "event", |caller: Context<'_>, shape: u32, source: u64, base: u32, place: u32| {
        answer(caller, |vm| {
            let meta = vm.meta();
            let call = vm.call_of(shape_of(&meta, shape)?, base);
            vm.event(source, &call, place)
        })
    })?;
    linker.func_wrap(RUNTIME, "terminate", |caller: Context<'_>, top: u32| {
        answer(caller, |vm| {
            let next = vm.next_to_terminate(top)?;
            Ok(word::word(if next.is_some() { word::CALL } else { word::EMPTY }, 0))
        })
    })?;
    linker.func_wrap(RUNTIME, "stop", |mut caller: Context<'_>| -> Result<()> {
        caller.data_mut().ending = Some(Ending::Stopped);
        Err(wasmtime::Error::msg("stopped"))
    })?;
    Ok(())
}

fn element(vm: &mut Vm<Context<'_>>, array: u64, base: u32, count: u32) -> Answer<u32> {
    if word::is_double(array) || word::tag(array) != word::ARRAY {
        return raised(TYPE_MISMATCH);
    }
    let indices: Vec<u64> = (0..count).map(|place| vm.word(base + place * WORD)).collect();
    vm.element(word::low(array), &indices)
}

fn new_object(vm: &mut Vm<Context<'_>>, class: u32) -> Answer<u64> {
    match class {
        COLLECTION_CLASS => vm.new_map(word::COLLECTION),
        DICTIONARY_CLASS => vm.new_map(word::DICTIONARY),
        class => {
            let meta = vm.meta();
            let Some(found) = meta.classes.get(class as usize) else { return raised(NO_CLASS) };
            let made = vm.fields(word::INSTANCE, class, &found.fields, 0)?;
            vm.born(word::low(made), found);
            Ok(made)
        }
    }
}

fn bounds(vm: &mut Vm<Context<'_>>, base: u32, count: u32) -> Answer<Vec<(i32, i32)>> {
    const MOST: u32 = 60;
    const TOO_MANY: i32 = 9;
    if count > MOST {
        return raised(TOO_MANY);
    }
    let mut all = Vec::new();
    for place in 0..count {
        let at = base + place * 2 * WORD;
        let (lower, upper) = (vm.word(at), vm.word(at + WORD));
        let lower = vm.plain(lower)?;
        let upper = vm.plain(upper)?;
        all.push((coerce::to_long(&lower)?, coerce::to_long(&upper)?));
    }
    Ok(all)
}

/// `ReDim`: with `Preserve` only the last dimension's upper bound may change.
fn redim(vm: &mut Vm<Context<'_>>, old: u64, kind: u32, area: (u32, u32), preserve: bool) -> Answer<u64> {
    const OUT_OF_RANGE: i32 = 9;
    let new = bounds(vm, area.0, area.1)?;
    let had = !word::is_double(old) && word::tag(old) == word::ARRAY;
    let before = if preserve && had { vm.array_bounds(word::low(old)) } else { Vec::new() };
    if before.is_empty() {
        return vm.dimensioned(kind, &new, 0);
    }
    let kept = before.len() - 1;
    if new.len() != before.len() || new[..kept] != before[..kept] || new[kept].0 != before[kept].0 {
        return raised(OUT_OF_RANGE);
    }
    let kind = vm.u32(word::low(old) + word::ARRAY_TYPE_AT);
    let count = super::convert::element_count(&new)?;
    let made = vm.raw_array(kind, &new, count)?;
    let (from, had) = vm.array_data(word::low(old));
    let (to, has) = vm.array_data(word::low(made));
    let same = had.min(has);
    let bytes = vm.slice(from, same * WORD).to_vec();
    let target = vm.slice_mut(to, same * WORD);
    if target.len() == bytes.len() {
        target.copy_from_slice(&bytes);
    }
    vm.fill(made, kind, same, 0)?;
    Ok(made)
}

/// `Erase`: a fixed array gets fresh elements, a dynamic one loses its dimensions.
fn erase(vm: &mut Vm<Context<'_>>, array: u64) -> Answer<u64> {
    if word::is_double(array) || word::tag(array) != word::ARRAY {
        return raised(TYPE_MISMATCH);
    }
    let address = word::low(array);
    let kind = vm.u32(address + word::ARRAY_TYPE_AT);
    if vm.u32(address + super::convert::FIXED_AT) == 0 {
        return vm.raw_array(kind, &[], 0);
    }
    vm.fill(array, kind, 0, 0)?;
    Ok(array)
}

/// `Mid(target, start, length) = value`: the length of the target stays. Positions are those of UTF-16.
fn replace_text(vm: &mut Vm<Context<'_>>, target: u64, base: u32) -> Answer<u64> {
    let text = coerce::to_text(&vm.plain(target)?)?;
    let part = |vm: &mut Vm<Context<'_>>, place: u32| {
        let found = vm.word(base + place * WORD);
        vm.plain(found)
    };
    let start = coerce::to_long(&part(vm, 0)?)?;
    let length = match part(vm, 1)? {
        Value::Missing => None,
        value => Some(coerce::to_long(&value)?),
    };
    let value = coerce::to_text(&part(vm, 2)?)?;
    let mut units: Vec<u16> = text.encode_utf16().collect();
    let from = usize::try_from(start).ok().and_then(|start| start.checked_sub(1)).filter(|from| *from < units.len());
    let (Some(from), Ok(wanted)) = (from, usize::try_from(length.unwrap_or(i32::MAX))) else {
        return Err(errors::invalid_call().into());
    };
    let new: Vec<u16> = value.encode_utf16().collect();
    let count = wanted.min(new.len()).min(units.len() - from);
    units[from..from + count].copy_from_slice(&new[..count]);
    let made = Value::text(String::from_utf16_lossy(&units));
    let made = coerce::coerce(&made, Subtype::Text)?;
    vm.encode(&made)
}
