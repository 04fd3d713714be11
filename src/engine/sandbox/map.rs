//! Collection and Scripting.Dictionary in linear memory: entries in order of insertion, and a hash index beside them.
//! Layout of the object: count of entries used, count alive, compare mode, capacity, then the words of two buffers.
//! An entry is a key, an item and the key's hash; a removed entry has no key and no item.

use wasmtime::AsContextMut;

use crate::engine::compile::word::{self, WORD};
use crate::engine::value::operators::compare::fold_text;
use crate::engine::value::{Object, Value, coerce, errors};

use super::state::{Answer, State, Vm, raised};

const USED_AT: u32 = 8;
const ALIVE_AT: u32 = 12;
/// `CompareMode` of a Dictionary: 0 binary, 1 text.
const MODE_AT: u32 = 16;
const CAPACITY_AT: u32 = 20;
const ENTRIES_AT: u32 = 24;
const INDEX_AT: u32 = 32;
const BODY: u32 = 32;
const ENTRY: u32 = 3 * WORD;
const FIRST_CAPACITY: u32 = 8;
/// Marks a removed entry, and an entry of a Collection without a key.
const NO_KEY: u64 = word::word(word::MISSING, 0);
const REMOVED: u64 = word::word(word::FAULT, 0);

const INVALID_CALL: i32 = 5;
const OUT_OF_RANGE: i32 = 9;
const DUPLICATE_KEY: i32 = 457;
const ELEMENT_NOT_FOUND: i32 = 32811;
const NO_MEMBER: i32 = 438;

/// What a lookup of an item asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    Let,
    Set,
}

impl<C: AsContextMut<Data = State>> Vm<C> {
    pub(super) fn new_map(&mut self, tag: u32) -> Answer<u64> {
        let address = self.allocate(tag, BODY)?;
        self.make_room(address, FIRST_CAPACITY)?;
        Ok(word::word(tag, address))
    }

    fn entry(&mut self, map: u32, place: u32) -> u32 {
        word::low(self.word(map + ENTRIES_AT)) + word::HEADER_BYTES + place * ENTRY
    }

    fn make_room(&mut self, map: u32, capacity: u32) -> Answer<()> {
        let Some(bytes) = capacity.checked_mul(ENTRY) else { return raised(super::heap_error()) };
        let entries = self.allocate(word::BUFFER, bytes)?;
        let index = self.allocate(word::BUFFER, capacity * 2 * 4)?;
        let (used, mut kept) = (self.u32(map + USED_AT), 0);
        for place in 0..used {
            let old = self.entry(map, place);
            if self.word(old + WORD) == REMOVED {
                continue;
            }
            let bytes = self.slice(old, ENTRY).to_vec();
            let target = entries + word::HEADER_BYTES + kept * ENTRY;
            self.slice_mut(target, ENTRY).copy_from_slice(&bytes);
            kept += 1;
        }
        self.set_word(map + ENTRIES_AT, word::word(word::BUFFER, entries));
        self.set_word(map + INDEX_AT, word::word(word::BUFFER, index));
        self.set_u32(map + CAPACITY_AT, capacity);
        self.set_u32(map + USED_AT, kept);
        self.index_all(map);
        Ok(())
    }

    fn index_all(&mut self, map: u32) {
        let capacity = self.u32(map + CAPACITY_AT);
        let index = word::low(self.word(map + INDEX_AT)) + word::HEADER_BYTES;
        self.slice_mut(index, capacity * 8).fill(0);
        for place in 0..self.u32(map + USED_AT) {
            let entry = self.entry(map, place);
            if self.word(entry) != NO_KEY && self.word(entry + WORD) != REMOVED {
                let hash = self.word(entry + 2 * WORD);
                self.index_one(map, place, hash);
            }
        }
    }

    fn index_one(&mut self, map: u32, place: u32, hash: u64) {
        let slots = self.u32(map + CAPACITY_AT) * 2;
        let index = word::low(self.word(map + INDEX_AT)) + word::HEADER_BYTES;
        let mut slot = (hash % u64::from(slots.max(1))) as u32;
        for _ in 0..slots {
            if self.u32(index + slot * 4) == 0 {
                return self.set_u32(index + slot * 4, place + 1);
            }
            slot = (slot + 1) % slots;
        }
    }

    /// The entry of a key, and the key's hash.
    fn find(&mut self, map: u32, key: &Key) -> (Option<u32>, u64) {
        let hash = key.hash();
        let slots = self.u32(map + CAPACITY_AT) * 2;
        let index = word::low(self.word(map + INDEX_AT)) + word::HEADER_BYTES;
        let mut slot = (hash % u64::from(slots.max(1))) as u32;
        for _ in 0..slots {
            let Some(place) = self.u32(index + slot * 4).checked_sub(1) else { break };
            let entry = self.entry(map, place);
            if self.word(entry + 2 * WORD) == hash && self.word(entry + WORD) != REMOVED {
                let stored = self.word(entry);
                if self.key(map, stored).is_ok_and(|stored| stored == *key) {
                    return (Some(place), hash);
                }
            }
            slot = (slot + 1) % slots.max(1);
        }
        (None, hash)
    }

    /// A key as the map compares it.
    fn key(&mut self, map: u32, from: u64) -> Answer<Key> {
        let collection = self.u32(map + 4) == word::COLLECTION;
        let fold = collection || self.u32(map + MODE_AT) != 0;
        Ok(match self.decode(from) {
            Value::Text(text) if fold => Key::Text(fold_text(&text)),
            Value::Text(text) => Key::Text(text.to_string()),
            Value::Empty => Key::Number(0),
            Value::Object(Object::Guest(address)) => Key::Object(address),
            value if value.is_numeric() => Key::Number(coerce::to_double(&value)?.to_bits()),
            value => Key::Text(format!("\u{1}{value:?}")),
        })
    }

    /// Adds an entry; `key` may be `NO_KEY`.
    fn append(&mut self, map: u32, key: u64, item: u64, hash: u64) -> Answer<()> {
        let (used, capacity) = (self.u32(map + USED_AT), self.u32(map + CAPACITY_AT));
        if used >= capacity {
            let alive = self.u32(map + ALIVE_AT);
            self.make_room(map, (alive * 2).max(FIRST_CAPACITY))?;
        }
        let place = self.u32(map + USED_AT);
        let entry = self.entry(map, place);
        self.set_word(entry, key);
        self.set_word(entry + WORD, item);
        self.set_word(entry + 2 * WORD, hash);
        self.set_u32(map + USED_AT, place + 1);
        let alive = self.u32(map + ALIVE_AT);
        self.set_u32(map + ALIVE_AT, alive + 1);
        if key != NO_KEY {
            self.index_one(map, place, hash);
        }
        Ok(())
    }

    fn remove_entry(&mut self, map: u32, place: u32) {
        let entry = self.entry(map, place);
        self.set_word(entry, NO_KEY);
        self.set_word(entry + WORD, REMOVED);
        let alive = self.u32(map + ALIVE_AT);
        self.set_u32(map + ALIVE_AT, alive.saturating_sub(1));
        if self.u32(map + USED_AT) == place + 1 {
            // The index still names the place, but no key will match a removed entry.
            return;
        }
        let (used, alive) = (self.u32(map + USED_AT), self.u32(map + ALIVE_AT));
        if used > FIRST_CAPACITY && alive < used / 2 {
            self.compact(map);
        }
    }

    fn compact(&mut self, map: u32) {
        let mut kept = 0;
        for place in 0..self.u32(map + USED_AT) {
            let from = self.entry(map, place);
            if self.word(from + WORD) == REMOVED {
                continue;
            }
            let to = self.entry(map, kept);
            let bytes = self.slice(from, ENTRY).to_vec();
            self.slice_mut(to, ENTRY).copy_from_slice(&bytes);
            kept += 1;
        }
        self.set_u32(map + USED_AT, kept);
        self.index_all(map);
    }

    /// Living entries in order: (place, key, item).
    fn entries(&mut self, map: u32) -> Vec<(u32, u64, u64)> {
        let used = self.u32(map + USED_AT);
        let all = (0..used).map(|place| {
            let entry = self.entry(map, place);
            (place, self.word(entry), self.word(entry + WORD))
        });
        let all: Vec<_> = all.collect();
        all.into_iter().filter(|(_, _, item)| *item != REMOVED).collect()
    }

    /// What `For Each` visits: items of a Collection, keys of a Dictionary.
    pub(super) fn map_items(&mut self, map: u32) -> Vec<u64> {
        let keys = self.u32(map + 4) == word::DICTIONARY;
        self.entries(map).into_iter().map(|(_, key, item)| if keys { key } else { item }).collect()
    }

    // ---- Collection ----

    pub(super) fn collection_member(
        &mut self,
        map: u32,
        name: &str,
        words: &[u64],
        named: &[(String, u64)],
    ) -> Answer<u64> {
        match name {
            "count" => {
                let alive = self.u32(map + ALIVE_AT);
                Ok(word::word(word::LONG, alive))
            }
            "add" => {
                let get = |place: usize, name: &str| pick(words, named, place, name);
                self.collection_add(map, get(0, "item"), get(1, "key"), get(2, "before"), get(3, "after"))
            }
            "_newenum" | "newenum" => Ok(word::word(word::COLLECTION, map)),
            "item" | "" => {
                let place = self.collection_place(map, pick(words, named, 0, "index"))?;
                let entry = self.entry(map, place);
                Ok(self.word(entry + WORD))
            }
            "remove" => {
                let place = self.collection_place(map, pick(words, named, 0, "index"))?;
                self.remove_entry(map, place);
                self.compact(map);
                Ok(word::word(word::EMPTY, 0))
            }
            _ => raised(NO_MEMBER),
        }
    }

    fn collection_add(&mut self, map: u32, item: u64, key: u64, before: u64, after: u64) -> Answer<u64> {
        let item = self.copy(item)?;
        let missing = |word: u64| !word::is_double(word) && word::tag(word) == word::MISSING;
        let mut hash = 0;
        if !missing(key) {
            if word::is_double(key) || word::tag(key) != word::TEXT {
                return raised(super::member::TYPE_MISMATCH);
            }
            let compared = self.key(map, key)?;
            let (found, made) = self.find(map, &compared);
            if found.is_some() {
                return raised(DUPLICATE_KEY);
            }
            hash = made;
        }
        let position = match (missing(before), missing(after)) {
            (true, true) => None,
            (false, true) => Some(self.collection_place(map, before)?),
            (true, false) => Some(self.collection_place(map, after)? + 1),
            (false, false) => return raised(INVALID_CALL),
        };
        self.append(map, if missing(key) { NO_KEY } else { key }, item, hash)?;
        if let Some(position) = position {
            self.rotate_last(map, position);
        }
        Ok(word::word(word::EMPTY, 0))
    }

    /// Moves the last entry to a place.
    fn rotate_last(&mut self, map: u32, position: u32) {
        let last = self.u32(map + USED_AT).saturating_sub(1);
        let (start, end) = (self.entry(map, position), self.entry(map, last));
        let length = (end + ENTRY).saturating_sub(start);
        self.slice_mut(start, length).rotate_right(ENTRY as usize);
        self.index_all(map);
    }

    /// The entry an index or key names. A Collection has no removed entries between two calls.
    fn collection_place(&mut self, map: u32, index: u64) -> Answer<u32> {
        if !word::is_double(index) && word::tag(index) == word::TEXT {
            let key = self.key(map, index)?;
            return self.find(map, &key).0.map_or_else(|| raised(INVALID_CALL), Ok);
        }
        let value = self.plain(index)?;
        let number = coerce::to_long(&value)?;
        let alive = self.u32(map + ALIVE_AT);
        match u32::try_from(number) {
            Ok(number) if (1..=alive).contains(&number) => Ok(number - 1),
            _ => raised(OUT_OF_RANGE),
        }
    }

    // ---- Dictionary ----

    pub(super) fn dictionary_member(
        &mut self,
        map: u32,
        name: &str,
        words: &[u64],
        named: &[(String, u64)],
    ) -> Answer<u64> {
        let first = pick(words, named, 0, "key");
        match name {
            "count" => {
                let alive = self.u32(map + ALIVE_AT);
                Ok(word::word(word::LONG, alive))
            }
            "exists" => {
                let key = self.dictionary_key(map, first)?;
                let found = self.find(map, &key.1).0.is_some();
                Ok(word::word(word::BOOLEAN, u32::from(found)))
            }
            "add" => {
                let (stored, key) = self.dictionary_key(map, first)?;
                let (found, hash) = self.find(map, &key);
                if found.is_some() {
                    return raised(DUPLICATE_KEY);
                }
                let item = self.copy(pick(words, named, 1, "item"))?;
                self.append(map, stored, item, hash)?;
                Ok(word::word(word::EMPTY, 0))
            }
            "item" | "" => self.dictionary_item(map, first),
            "keys" => {
                let keys: Vec<u64> = self.entries(map).into_iter().map(|(_, key, _)| key).collect();
                self.listed(&keys, words)
            }
            "items" => {
                let items: Vec<u64> = self.entries(map).into_iter().map(|(_, _, item)| item).collect();
                self.listed(&items, words)
            }
            "remove" => {
                let key = self.dictionary_key(map, first)?.1;
                let Some(place) = self.find(map, &key).0 else { return raised(ELEMENT_NOT_FOUND) };
                self.remove_entry(map, place);
                Ok(word::word(word::EMPTY, 0))
            }
            "removeall" => {
                self.set_u32(map + USED_AT, 0);
                self.set_u32(map + ALIVE_AT, 0);
                self.index_all(map);
                Ok(word::word(word::EMPTY, 0))
            }
            "comparemode" => {
                let mode = self.u32(map + MODE_AT);
                Ok(word::word(word::LONG, mode))
            }
            _ => raised(NO_MEMBER),
        }
    }

    /// `d.Keys(2)`: an element of the list, where one is asked for.
    fn listed(&mut self, words: &[u64], index: &[u64]) -> Answer<u64> {
        match index.first() {
            None => self.vector(words),
            Some(index) => {
                let place = self.plain(*index)?;
                let place = usize::try_from(coerce::to_long(&place)?).unwrap_or(usize::MAX);
                words.get(place).copied().map_or_else(|| raised(OUT_OF_RANGE), Ok)
            }
        }
    }

    /// A key as stored (objects and arrays apart, a value without default members) and as compared.
    fn dictionary_key(&mut self, map: u32, from: u64) -> Answer<(u64, Key)> {
        let tag = if word::is_double(from) { 0 } else { word::tag(from) };
        let stored = match tag {
            word::ARRAY => return raised(INVALID_CALL),
            word::MISSING => return Err(errors::argument_missing().into()),
            // A range as a key is its value to most code that is written; Excel keeps the object, which no lookup ever finds.
            word::HOST => {
                let value = self.plain(from)?;
                self.encode(&value)?
            }
            _ => from,
        };
        let key = self.key(map, stored)?;
        Ok((stored, key))
    }

    /// Reading an item that is not there adds it, empty.
    fn dictionary_item(&mut self, map: u32, key: u64) -> Answer<u64> {
        let (stored, key) = self.dictionary_key(map, key)?;
        let (found, hash) = self.find(map, &key);
        match found {
            Some(place) => {
                let entry = self.entry(map, place);
                Ok(self.word(entry + WORD))
            }
            None => {
                self.append(map, stored, word::word(word::EMPTY, 0), hash)?;
                Ok(word::word(word::EMPTY, 0))
            }
        }
    }

    pub(super) fn dictionary_put(&mut self, map: u32, name: &str, words: &[u64], value: u64, by: Put) -> Answer<()> {
        match name {
            "item" | "" => {
                let value = if by == Put::Let { self.coerce_let(&VARIANT, value, false)? } else { value };
                let Some(first) = words.first() else { return Err(errors::argument_missing().into()) };
                let (stored, key) = self.dictionary_key(map, *first)?;
                let (found, hash) = self.find(map, &key);
                match found {
                    Some(place) => {
                        let entry = self.entry(map, place);
                        self.set_word(entry + WORD, value);
                        Ok(())
                    }
                    None => self.append(map, stored, value, hash),
                }
            }
            "key" => {
                let Some(first) = words.first() else { return Err(errors::argument_missing().into()) };
                let old = self.dictionary_key(map, *first)?.1;
                let Some(place) = self.find(map, &old).0 else { return raised(ELEMENT_NOT_FOUND) };
                let (stored, new) = self.dictionary_key(map, value)?;
                let (taken, hash) = self.find(map, &new);
                if taken.is_some() {
                    return raised(DUPLICATE_KEY);
                }
                let entry = self.entry(map, place);
                self.set_word(entry, stored);
                self.set_word(entry + 2 * WORD, hash);
                self.index_all(map);
                Ok(())
            }
            "comparemode" => {
                if self.u32(map + ALIVE_AT) > 0 {
                    return raised(INVALID_CALL);
                }
                let mode = self.plain(value)?;
                let mode = coerce::to_long(&mode)?;
                self.set_u32(map + MODE_AT, u32::from(mode != 0));
                Ok(())
            }
            _ => raised(NO_MEMBER),
        }
    }
}

const VARIANT: crate::engine::compile::meta::Type =
    crate::engine::compile::meta::Type::Plain(crate::engine::value::Subtype::Variant);

/// A key as maps compare it: numbers of all types by their value, texts folded where the map says so.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Text(String),
    Number(u64),
    Object(u32),
}

impl Key {
    /// FNV-1a, 64 bits.
    fn hash(&self) -> u64 {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        let fold = |bytes: &[u8]| bytes.iter().fold(OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME));
        match self {
            Key::Text(text) => fold(text.as_bytes()),
            Key::Number(bits) => fold(&bits.to_le_bytes()),
            Key::Object(address) => fold(&address.to_be_bytes()),
        }
    }
}

/// An argument by name, else by place, else missing.
pub(super) fn pick(words: &[u64], named: &[(String, u64)], place: usize, name: &str) -> u64 {
    let by_name = named.iter().find(|(given, _)| given == name).map(|(_, word)| *word);
    by_name.or_else(|| words.get(place).copied()).unwrap_or(NO_KEY)
}
