//! Places in the input a rule reads, and changes to them. Paths are written `metadata.purpose`,
//! `dataModels[].fields[].tags`, `workflows[].steps[].host` (steps at any depth), `findings[].kind`, `inventory.liveCopies`.
//! Knows nothing of rules.

use serde_json::{Map, Value};

/// Most places of one path that are looked at.
const MOST_PLACES: usize = 1_000;
/// Members that hold the name or address of a person, or a path that may.
const PERSONAL: [&str; 9] = [
    "owner",
    "deputy",
    "createdBy",
    "dpoContact",
    "controller",
    "approvedBy",
    "reviewedBy",
    "path",
    "childConsentControl",
];
/// What stands for a value that is not shown.
const HIDDEN: &str = "(recorded)";
/// Members of a step that hold further steps.
const BRANCHES: [&str; 5] = ["steps", "then", "else", "catch", "cases"];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Member(String),
    Item(usize),
}

/// One place in the input, whether or not something is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    keys: Vec<Key>,
    /// How a person reads it: `dataModels[Order].fields[customerEmail].tags`.
    pub shown: String,
}

/// One value put in one place; null takes away what is there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub place: Place,
    pub after: Value,
}

/// The places a path means in `input` (`{"application", "findings", "inventory"}`), in order.
pub(super) fn places(input: &Value, path: &str) -> Vec<Place> {
    let outside = ["findings", "inventory"].iter().any(|root| path.starts_with(root));
    let start = if outside { Vec::new() } else { vec![Key::Member(String::from("application"))] };
    let mut open = vec![Place { keys: start, shown: String::new() }];
    for segment in path.split('.') {
        let (member, list) = segment.strip_suffix("[]").map_or((segment, None), |member| (member, Some(member)));
        open = open.iter().map(|place| place.member(member)).collect();
        if let Some(member) = list {
            open = open.iter().flat_map(|place| items(input, place, member == "steps")).take(MOST_PLACES).collect();
        }
    }
    open
}

/// What stands there; null for nothing.
pub(super) fn value_at<'a>(input: &'a Value, place: &Place) -> &'a Value {
    at(input, &place.keys).unwrap_or(&Value::Null)
}

/// The value as it may be shown: names and addresses of persons are only said to be there.
pub(super) fn shown_value(place: &Place, value: &Value) -> Value {
    let last = place.keys.iter().rev().find_map(|key| match key {
        Key::Member(member) => Some(member.as_str()),
        Key::Item(_) => None,
    });
    let personal = last.is_some_and(|member| PERSONAL.contains(&member));
    if personal && !value.is_null() { Value::from(HIDDEN) } else { value.clone() }
}

/// Puts a change in its place; parents that are missing become objects.
pub(super) fn apply(input: &mut Value, change: &Change) {
    let Some((last, parents)) = change.place.keys.split_last() else { return };
    let mut here = input;
    for key in parents {
        let next = match key {
            Key::Item(index) => here.get_mut(*index),
            Key::Member(member) => {
                if here.is_null() {
                    *here = Value::Object(Map::new());
                }
                here.as_object_mut().map(|object| object.entry(member.clone()).or_insert(Value::Null))
            }
        };
        let Some(next) = next else { return };
        here = next;
    }
    if here.is_null() {
        *here = Value::Object(Map::new());
    }
    match (last, here) {
        (Key::Member(member), Value::Object(object)) if change.after.is_null() => {
            object.remove(member);
        }
        (Key::Member(member), Value::Object(object)) => {
            object.insert(member.clone(), change.after.clone());
        }
        (Key::Item(index), Value::Array(items)) => {
            if let Some(item) = items.get_mut(*index) {
                item.clone_from(&change.after);
            }
        }
        _ => {}
    }
}

/// What an admissible value makes of what is there; `None` when it changes nothing. `{"$add": x}` and `{"$remove": x}` are
/// about one item of a list, `{"$push": x}` appends an item.
pub(super) fn changed(before: &Value, wanted: &Value) -> Option<Value> {
    let order = wanted.as_object().filter(|object| object.len() == 1).and_then(|object| object.iter().next());
    let list = || before.as_array().cloned().unwrap_or_default();
    let after = match order.map(|(word, item)| (word.as_str(), item)) {
        Some(("$add", item)) if list().contains(item) => before.clone(),
        Some(("$add" | "$push", item)) => {
            let mut items = list();
            items.push(item.clone());
            Value::Array(items)
        }
        Some(("$remove", item)) => {
            let kept: Vec<Value> = list().into_iter().filter(|known| known != item).collect();
            if before.is_null() { Value::Null } else { Value::Array(kept) }
        }
        _ => wanted.clone(),
    };
    (after != *before).then_some(after)
}

impl Place {
    fn member(&self, member: &str) -> Place {
        let shown = if self.shown.is_empty() { member.to_string() } else { format!("{}.{member}", self.shown) };
        let mut keys = self.keys.clone();
        keys.push(Key::Member(member.to_string()));
        Place { keys, shown }
    }

    fn item(&self, index: usize, name: &str) -> Place {
        let mut keys = self.keys.clone();
        keys.push(Key::Item(index));
        Place { keys, shown: format!("{}[{name}]", self.shown) }
    }
}

fn at<'a>(input: &'a Value, keys: &[Key]) -> Option<&'a Value> {
    keys.iter().try_fold(input, |here, key| match key {
        Key::Member(member) => here.get(member),
        Key::Item(index) => here.get(*index),
    })
}

/// The items of a list; with `nested`, also those of the lists below (steps in steps).
fn items(input: &Value, list: &Place, nested: bool) -> Vec<Place> {
    let mut found = Vec::new();
    let mut open = vec![list.clone()];
    while let Some(list) = open.pop() {
        if found.len() >= MOST_PLACES {
            break;
        }
        let Some(items) = at(input, &list.keys).and_then(Value::as_array) else { continue };
        for (index, item) in items.iter().enumerate() {
            let place = list.item(index, &name(item, index));
            if nested {
                open.extend(
                    BRANCHES.iter().filter(|branch| item.get(branch).is_some()).map(|branch| place.member(branch)),
                );
            }
            if !nested || item.get("type").is_some() {
                found.push(place);
            }
        }
    }
    found
}

/// What a person calls an item: its name or id, else its number from 1.
fn name(item: &Value, index: usize) -> String {
    ["name", "id", "location"]
        .iter()
        .find_map(|key| item.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()))
        .map_or_else(|| index.saturating_add(1).to_string(), super::visible)
}
