//! Births and ends of instances: `Class_Terminate` when nothing refers to an object any more, and who listens to whose events.
//! VBA counts references; here the heap is searched after each statement that may drop one, as long as an object is alive
//! whose class has `Class_Terminate`. Objects that refer to each other in a circle never terminate, as in VBA.

use std::collections::HashSet;
use std::sync::Arc;

use wasmtime::AsContextMut;

use crate::engine::compile::meta::{ClassMeta, Use};
use crate::engine::compile::word::{self, WORD};

use super::member::Call;
use super::state::{Answer, State, Vm};

impl<C: AsContextMut<Data = State>> Vm<C> {
    /// A new instance.
    pub(super) fn born(&mut self, instance: u32, class: &ClassMeta) {
        let meta = self.meta();
        let named = |number: &u32| {
            meta.procedures
                .get(*number as usize)
                .is_some_and(|procedure| procedure.base_name.eq_ignore_ascii_case("class_terminate"))
        };
        if class.procedures.iter().any(named) {
            self.state().terminable.push(instance);
            self.count_terminable();
        }
        if class.fields.iter().any(|field| field.with_events) {
            self.state().listeners.push(instance);
        }
    }

    fn count_terminable(&mut self) {
        let count = self.state().terminable.len() as u32;
        self.set_u32(word::TERMINABLE_AT, count);
    }

    /// An object whose `Class_Terminate` has not run yet is not garbage.
    pub(super) fn mark_terminable(&mut self, open: &mut Vec<u32>) {
        for instance in self.state().terminable.clone() {
            let size = self.u32(instance);
            if size & 1 == 0 {
                self.set_u32(instance, size | 1);
                open.push(instance);
            }
        }
    }

    /// After a collection: listeners that were garbage.
    pub(super) fn forget_listeners(&mut self) {
        let state = self.state();
        let heap = &state.heap;
        state.listeners.retain(|instance| heap.is_start(*instance));
    }

    /// The objects that a range of words reaches.
    fn reach(&mut self, from: u32, to: u32, found: &mut HashSet<u32>) {
        let mut open = vec![(from, to)];
        while let Some((mut at, to)) = open.pop() {
            while at + WORD <= to {
                let word = self.word(at);
                at += WORD;
                let address = word::low(word);
                if !word::is_pointer(word) || !self.state().heap.is_start(address) || !found.insert(address) {
                    continue;
                }
                let tag = self.u32(address + 4);
                if matches!(
                    tag,
                    word::ARRAY | word::COLLECTION | word::DICTIONARY | word::RECORD | word::INSTANCE | word::BUFFER
                ) {
                    let size = self.u32(address) & !1;
                    open.push((address + word::HEADER_BYTES, address.saturating_add(size)));
                }
            }
        }
    }

    fn reachable(&mut self, top: u32) -> HashSet<u32> {
        let layout = self.meta().layout;
        let mut found = HashSet::new();
        self.reach(layout.globals_at, layout.globals_at + layout.globals * WORD, &mut found);
        self.reach(layout.stack_at, top.min(layout.heap_at), &mut found);
        found
    }

    /// The next object to terminate: its frame is laid out, and its procedure and frame are answered.
    pub(super) fn next_to_terminate(&mut self, top: u32) -> Answer<Option<(u32, u32)>> {
        if self.state().terminable.is_empty() {
            return Ok(None);
        }
        let living = self.reachable(top);
        let gone: Vec<u32> =
            self.state().terminable.iter().copied().filter(|instance| !living.contains(instance)).collect();
        // An owner goes before what it owns; what lies in a circle is not let go.
        let mut owned = HashSet::new();
        for instance in &gone {
            let size = self.u32(*instance) & !1;
            let mut inner = HashSet::new();
            self.reach(instance + word::HEADER_BYTES, instance.saturating_add(size), &mut inner);
            owned.extend(inner);
        }
        let Some(instance) = gone.into_iter().find(|instance| !owned.contains(instance)) else { return Ok(None) };
        self.state().terminable.retain(|one| *one != instance);
        self.count_terminable();
        let meta = self.meta();
        let owner = self.u32(instance + word::OWNER_AT) as usize;
        let all = meta.classes.get(owner).map(|class| class.procedures.as_slice()).unwrap_or_default();
        let found = all.iter().copied().find(|number| {
            meta.procedures
                .get(*number as usize)
                .is_some_and(|procedure| procedure.base_name.eq_ignore_ascii_case("class_terminate"))
        });
        let Some(procedure) = found else { return Ok(None) };
        let call = Call {
            name: Arc::from("class_terminate"),
            usage: Use::Get,
            positional: Vec::new(),
            named: Vec::new(),
            value: None,
            base: top,
            top,
            inside: None,
        };
        self.prepare(procedure, Some(word::word(word::INSTANCE, instance)), &call)?;
        Ok(Some((procedure, self.u32(word::CALL_FRAME_AT))))
    }

    /// `RaiseEvent`: lays out the frame of the n-th procedure that listens to an object; `MISSING` when there is none.
    pub(super) fn event(&mut self, source: u64, call: &Call, place: u32) -> Answer<u64> {
        let meta = self.meta();
        let listeners = self.state().listeners.clone();
        let none = word::word(word::MISSING, 0);
        if listeners.is_empty() {
            return Ok(none);
        }
        let living = self.reachable(call.top);
        let mut left = place;
        for listener in listeners.into_iter().filter(|listener| living.contains(listener)) {
            let owner = self.u32(listener + word::OWNER_AT) as usize;
            let Some(class) = meta.classes.get(owner) else { continue };
            for (number, field) in class.fields.iter().enumerate().filter(|(_, field)| field.with_events) {
                if self.word(listener + word::FIELDS_AT + number as u32 * WORD) != source {
                    continue;
                }
                let wanted = format!("{}_{}", field.name, call.name);
                let handler = class.procedures.iter().copied().find(|procedure| {
                    meta.procedures
                        .get(*procedure as usize)
                        .is_some_and(|procedure| procedure.base_name.eq_ignore_ascii_case(&wanted))
                });
                let Some(handler) = handler else { continue };
                if left == 0 {
                    return self.prepare(handler, Some(word::word(word::INSTANCE, listener)), call);
                }
                left -= 1;
            }
        }
        Ok(none)
    }
}
