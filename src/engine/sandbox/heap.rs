//! The heap in linear memory: allocation from free lists, and collection by marking from the shadow stack, the globals and
//! nothing else. Objects never move, so the address of an array element or record field stays good while its owner lives.
//! Words on the stack are taken conservatively: only the start of a live object counts as a pointer.

use std::collections::BTreeMap;

use wasmtime::AsContextMut;

use crate::engine::compile::word::{self, HEADER_BYTES, PAGE, WORD};

use super::state::{Answer, State, Vm, raised};

/// Blocks up to this size have a list of their own each.
const SMALL: u32 = 512;
/// The first collection comes after this many bytes, later ones after as much as survived, within these limits.
const FIRST_COLLECTION: u32 = 4 << 20;
const LAST_COLLECTION: u32 = 48 << 20;
/// Least growth of memory, in pages.
const GROWTH_PAGES: u32 = 16;
const MARKED: u32 = 1;
/// "Out of memory".
const OUT_OF_MEMORY: i32 = 7;

/// Bookkeeping of the heap, on the host.
#[derive(Debug, Default)]
pub(super) struct Heap {
    start: u32,
    /// First address never used.
    pub bump: u32,
    small: Vec<Vec<u32>>,
    large: BTreeMap<u32, Vec<u32>>,
    /// One bit per eight bytes from `start`: a live object begins here.
    starts: Vec<u64>,
    since: u32,
    threshold: u32,
}

impl Heap {
    pub(super) fn new(start: u32) -> Self {
        Heap {
            start,
            bump: start,
            small: vec![Vec::new(); (SMALL / WORD + 1) as usize],
            threshold: FIRST_COLLECTION,
            ..Heap::default()
        }
    }

    fn bit(&self, address: u32) -> Option<(usize, u64)> {
        let place = address.checked_sub(self.start)? / WORD;
        Some(((place / 64) as usize, 1 << (place % 64)))
    }

    pub(super) fn is_start(&self, address: u32) -> bool {
        address.is_multiple_of(WORD)
            && self.bit(address).is_some_and(|(word, bit)| self.starts.get(word).is_some_and(|bits| bits & bit != 0))
    }

    fn set_start(&mut self, address: u32) {
        if let Some((word, bit)) = self.bit(address) {
            if word >= self.starts.len() {
                self.starts.resize(word + 1, 0);
            }
            self.starts[word] |= bit;
        }
    }

    fn clear_start(&mut self, address: u32) {
        if let Some((word, bit)) = self.bit(address)
            && let Some(bits) = self.starts.get_mut(word)
        {
            *bits &= !bit;
        }
    }

    fn put_free(&mut self, address: u32, size: u32) {
        if size <= SMALL {
            self.small[(size / WORD) as usize].push(address);
        } else {
            self.large.entry(size).or_default().push(address);
        }
    }

    /// A free block of at least this size, with its size.
    fn take_free(&mut self, size: u32) -> Option<(u32, u32)> {
        if size <= SMALL
            && let Some(address) = self.small[(size / WORD) as usize].pop()
        {
            return Some((address, size));
        }
        let (&found, list) = self.large.range_mut(size..).next()?;
        let address = list.pop();
        if list.is_empty() {
            self.large.remove(&found);
        }
        Some((address?, found))
    }

    fn forget_free(&mut self) {
        self.small.iter_mut().for_each(Vec::clear);
        self.large.clear();
    }
}

impl<C: AsContextMut<Data = State>> Vm<C> {
    /// A new object with a zeroed body; error 7 when memory is at its limit.
    pub(super) fn allocate(&mut self, tag: u32, body: u32) -> Answer<u32> {
        let Some(size) = body.checked_add(HEADER_BYTES).and_then(|size| size.checked_next_multiple_of(WORD)) else {
            return raised(OUT_OF_MEMORY);
        };
        let address = self.reserve(size)?;
        self.slice_mut(address, size).fill(0);
        self.set_u32(address, size);
        self.set_u32(address + 4, tag);
        let heap = &mut self.state().heap;
        heap.set_start(address);
        heap.since = heap.since.saturating_add(size);
        if heap.since >= heap.threshold {
            self.set_u32(word::COLLECT_AT, 1);
        }
        Ok(address)
    }

    fn reserve(&mut self, size: u32) -> Answer<u32> {
        if let Some((address, found)) = self.state().heap.take_free(size) {
            let rest = found - size;
            if rest > 0 {
                self.set_u32(address + size, rest);
                self.set_u32(address + size + 4, 0);
                self.state().heap.put_free(address + size, rest);
            }
            return Ok(address);
        }
        let address = self.state().heap.bump;
        let Some(end) = address.checked_add(size) else { return raised(OUT_OF_MEMORY) };
        let have = self.memory.data_size(&self.context) as u64;
        if u64::from(end) > have {
            self.grow(end)?;
        }
        self.state().heap.bump = end;
        Ok(address)
    }

    fn grow(&mut self, end: u32) -> Answer<()> {
        let have = self.memory.size(&self.context) as u32;
        let need = end.div_ceil(PAGE).saturating_sub(have);
        let most = word::MAX_PAGES.saturating_sub(have);
        let wanted = need.max(GROWTH_PAGES.max(have / 4)).min(most);
        if need > most || self.memory.grow(&mut self.context, u64::from(wanted)).is_err() {
            // What can be freed is freed at the next statement; this one fails.
            self.set_u32(word::COLLECT_AT, 1);
            return raised(OUT_OF_MEMORY);
        }
        Ok(())
    }

    /// Frees what neither the globals nor the stack below `top` reach.
    pub(super) fn collect(&mut self, top: u32) {
        self.set_u32(word::COLLECT_AT, 0);
        let layout = self.meta().layout;
        let mut open = Vec::new();
        self.mark_range(layout.globals_at, layout.globals_at + layout.globals * WORD, &mut open);
        self.mark_range(layout.stack_at, top.min(layout.heap_at), &mut open);
        self.mark_terminable(&mut open);
        while let Some(address) = open.pop() {
            let size = self.u32(address) & !MARKED;
            let tag = self.u32(address + 4);
            if matches!(
                tag,
                word::ARRAY | word::COLLECTION | word::DICTIONARY | word::RECORD | word::INSTANCE | word::BUFFER
            ) {
                self.mark_range(address + HEADER_BYTES, address.saturating_add(size), &mut open);
            }
        }
        let live = self.sweep();
        self.forget_listeners();
        let heap = &mut self.state().heap;
        heap.since = 0;
        heap.threshold = live.clamp(FIRST_COLLECTION, LAST_COLLECTION);
    }

    pub(super) fn mark_range(&mut self, from: u32, to: u32, open: &mut Vec<u32>) {
        let mut at = from;
        while at + WORD <= to {
            let found = self.word(at);
            at += WORD;
            if !word::is_pointer(found) {
                continue;
            }
            let address = word::low(found);
            if address >= self.state().heap.bump || !self.state().heap.is_start(address) {
                continue;
            }
            let size = self.u32(address);
            if size & MARKED == 0 {
                self.set_u32(address, size | MARKED);
                open.push(address);
            }
        }
    }

    /// Unmarks the living, joins the dead into free blocks; answers the living bytes.
    fn sweep(&mut self) -> u32 {
        self.state().heap.forget_free();
        let (mut at, end) = (self.state().heap.start, self.state().heap.bump);
        let mut live = 0;
        let mut free_from = None;
        while at < end {
            let header = self.u32(at);
            let size = header & !MARKED;
            if size < HEADER_BYTES || !size.is_multiple_of(WORD) || size > end - at {
                // Only code that was not made by this compiler could have done this: use no more of the old heap.
                return live;
            }
            if header & MARKED != 0 {
                self.set_u32(at, size);
                live += size;
                self.release(free_from.take(), at);
            } else {
                self.state().heap.clear_start(at);
                free_from = free_from.or(Some(at));
            }
            at += size;
        }
        if let Some(from) = free_from {
            self.state().heap.bump = from;
        }
        live
    }

    fn release(&mut self, from: Option<u32>, to: u32) {
        let Some(from) = from else { return };
        self.set_u32(from, to - from);
        self.set_u32(from + 4, 0);
        self.state().heap.put_free(from, to - from);
    }
}
