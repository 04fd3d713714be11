//! Holds a document against the generated JSON Schema and names the place of the first difference.
//! serde alone would say what is wrong but not where, and would drop unknown fields of steps without a word.
//! Understands the part of JSON Schema that the model's types produce; must not know those types.

use serde_json::{Map, Value};

use super::json::{Json, pointer_token};

/// The first thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misfit {
    pub pointer: String,
    pub kind: MisfitKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MisfitKind {
    UnknownField,
    Other(String),
}

impl Misfit {
    fn under(self, pointer: &str, token: &str) -> Misfit {
        Misfit { pointer: format!("{pointer}/{token}{}", self.pointer), ..self }
    }
}

/// Checks `value` against `schema`, whose `$ref`s point into `root`.
pub(super) fn check(value: &Json, schema: &Value, root: &Value, pointer: &str) -> Result<(), Misfit> {
    Checker { root }.value(value, schema, pointer)
}

struct Checker<'a> {
    root: &'a Value,
}

/// What an object may and must hold, after `$ref`, `allOf` and the fitting alternative are merged.
#[derive(Default)]
struct Shape<'a> {
    properties: Vec<&'a Map<String, Value>>,
    required: Vec<&'a str>,
    additional: Option<&'a Value>,
}

impl<'a> Shape<'a> {
    fn property(&self, key: &str) -> Option<&'a Value> {
        self.properties.iter().find_map(|set| set.get(key)).or(self.additional)
    }
}

fn misfit(pointer: &str, message: String) -> Misfit {
    Misfit { pointer: pointer.to_string(), kind: MisfitKind::Other(message) }
}

impl<'a> Checker<'a> {
    fn value(&self, value: &Json, schema: &'a Value, pointer: &str) -> Result<(), Misfit> {
        match value {
            Json::Object(fields) => self.object(value, fields, schema, pointer),
            _ => self.plain(value, schema, pointer),
        }
    }

    fn resolve(&self, schema: &'a Value) -> Option<&'a Value> {
        let name = schema.get("$ref")?.as_str()?;
        self.root.pointer(name.strip_prefix('#')?)
    }

    fn object(&self, value: &Json, fields: &[(String, Json)], schema: &'a Value, pointer: &str) -> Result<(), Misfit> {
        let mut shape = Shape::default();
        let mut accepts_objects = false;
        self.collect(value, schema, pointer, &mut shape, &mut accepts_objects)?;
        if !accepts_objects {
            return Err(misfit(pointer, format!("{} was expected, not an object", self.expected(schema))));
        }
        for (key, item) in fields {
            let under = |found: Misfit| found.under(pointer, &pointer_token(key));
            match shape.property(key) {
                // The place is put together on the way back up, so that a good document costs no text.
                Some(known) => self.value(item, known, "").map_err(under)?,
                None => return Err(under(Misfit { pointer: String::new(), kind: MisfitKind::UnknownField })),
            }
        }
        match shape.required.iter().find(|key| value.get(key).is_none()) {
            Some(missing) => Err(misfit(pointer, format!("the field \"{missing}\" is missing"))),
            None => Ok(()),
        }
    }

    fn collect(
        &self,
        value: &Json,
        schema: &'a Value,
        pointer: &str,
        shape: &mut Shape<'a>,
        accepts: &mut bool,
    ) -> Result<(), Misfit> {
        if let Some(target) = self.resolve(schema) {
            self.collect(value, target, pointer, shape, accepts)?;
        }
        *accepts |= has_type(schema, "object");
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            shape.properties.push(properties);
        }
        shape.required.extend(strings(schema.get("required")));
        if let Some(additional) = schema.get("additionalProperties").filter(|rest| rest.is_object()) {
            shape.additional = Some(additional);
        }
        for part in list(schema.get("allOf")) {
            self.collect(value, part, pointer, shape, accepts)?;
        }
        let alternatives: Vec<&Value> = alternatives(schema).collect();
        if alternatives.is_empty() {
            return Ok(());
        }
        match self.fitting(value, &alternatives, pointer)? {
            Some(chosen) => self.collect(value, chosen, pointer, shape, accepts),
            None => Ok(()),
        }
    }

    /// The alternative an object means: by its tag (`type`, `on`), else by its required fields.
    fn fitting(&self, value: &Json, alternatives: &[&'a Value], pointer: &str) -> Result<Option<&'a Value>, Misfit> {
        let tagged: Vec<(&str, &str, &Value)> = alternatives.iter().filter_map(|one| tag(one)).collect();
        if let Some((key, _, _)) = tagged.first() {
            let place = format!("{pointer}/{key}");
            let Some(Json::Text(given)) = value.get(key) else {
                return Err(misfit(pointer, format!("the field \"{key}\" is missing or no text")));
            };
            let known = tagged.iter().find(|(_, name, _)| name == given);
            return known
                .map(|(_, _, chosen)| Some(*chosen))
                .ok_or_else(|| misfit(&place, unknown_word(given, tagged.iter().map(|one| one.1))));
        }
        let objects: Vec<&Value> = alternatives
            .iter()
            .map(|one| self.resolve(one).unwrap_or(one))
            .filter(|one| has_type(one, "object") || alternatives_of(one))
            .collect();
        if objects.len() <= 1 {
            return Ok(objects.first().copied());
        }
        let fit = objects.iter().find(|one| strings(one.get("required")).all(|key| value.get(key).is_some()));
        fit.map(|one| Some(*one)).ok_or_else(|| {
            let forms: Vec<String> = objects.iter().map(|one| names(strings(one.get("required")))).collect();
            misfit(pointer, format!("one of these fields or groups of fields was expected: {}", forms.join("; ")))
        })
    }

    fn plain(&self, value: &Json, schema: &'a Value, pointer: &str) -> Result<(), Misfit> {
        if let Some(target) = self.resolve(schema) {
            return self.plain(value, target, pointer);
        }
        let alternatives: Vec<&Value> = alternatives(schema).collect();
        if !alternatives.is_empty() {
            let mut results = alternatives.iter().map(|one| self.plain(value, one, pointer));
            if results.any(|result| result.is_ok()) {
                return Ok(());
            }
            if let Some(list) =
                alternatives.iter().map(|one| self.resolve(one).unwrap_or(one)).find(|one| has_type(one, "array"))
            {
                return self.plain(value, list, pointer);
            }
            return Err(misfit(pointer, format!("{} was expected, not {}", self.expected(schema), described(value))));
        }
        if !self.type_fits(value, schema) {
            return Err(misfit(pointer, format!("{} was expected, not {}", self.expected(schema), described(value))));
        }
        match value {
            Json::Array(items) => self.array(items, schema, pointer),
            Json::Number(digits) => in_range(digits, schema, pointer),
            _ => Ok(()),
        }
    }

    fn array(&self, items: &[Json], schema: &'a Value, pointer: &str) -> Result<(), Misfit> {
        let prefix: Vec<&Value> = list(schema.get("prefixItems")).collect();
        if !prefix.is_empty() && prefix.len() != items.len() {
            return Err(misfit(pointer, format!("{} items were expected, not {}", prefix.len(), items.len())));
        }
        for (place, item) in items.iter().enumerate() {
            if let Some(known) = prefix.get(place).copied().or_else(|| schema.get("items")) {
                self.value(item, known, "").map_err(|found| found.under(pointer, &place.to_string()))?;
            }
        }
        Ok(())
    }

    fn type_fits(&self, value: &Json, schema: &Value) -> bool {
        if let Some(only) = schema.get("const") {
            return *only == value.to_value();
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            return choices.contains(&value.to_value());
        }
        if schema.get("type").is_none() {
            return true;
        }
        match value {
            Json::Null => has_type(schema, "null"),
            Json::Bool(_) => has_type(schema, "boolean"),
            Json::Number(digits) => {
                has_type(schema, "number") || (has_type(schema, "integer") && !digits.contains(['.', 'e', 'E']))
            }
            Json::Text(_) => has_type(schema, "string"),
            Json::Array(_) => has_type(schema, "array"),
            Json::Object(_) => has_type(schema, "object"),
        }
    }

    /// What a schema asks for, in words.
    fn expected(&self, schema: &'a Value) -> String {
        if let Some(target) = self.resolve(schema) {
            return self.expected(target);
        }
        if let Some(only) = schema.get("const").and_then(Value::as_str) {
            return format!("\"{only}\"");
        }
        if schema.get("enum").is_some() {
            return format!("one of {}", names(strings(schema.get("enum"))));
        }
        let forms: Vec<String> =
            alternatives(schema).filter(|one| !has_type(one, "null")).map(|one| self.expected(one)).collect();
        if let [only] = forms.as_slice() {
            return only.clone();
        }
        if !forms.is_empty() {
            return format!("one of {}", forms.join(", "));
        }
        let kinds = [
            ("string", "text"),
            ("integer", "a whole number"),
            ("number", "a number"),
            ("boolean", "true or false"),
            ("array", "a list"),
            ("object", "an object"),
        ];
        let known = kinds.iter().find(|(kind, _)| has_type(schema, kind));
        known.map_or("a value", |(_, words)| words).to_string()
    }
}

fn described(value: &Json) -> String {
    match value {
        Json::Null => "null".to_string(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(digits) => digits.clone(),
        Json::Text(text) => {
            /// Enough of a wrong word to recognise it.
            const SHOWN: usize = 40;
            format!("\"{}\"", text.chars().take(SHOWN).collect::<String>())
        }
        Json::Array(_) => "a list".to_string(),
        Json::Object(_) => "an object".to_string(),
    }
}

fn in_range(digits: &str, schema: &Value, pointer: &str) -> Result<(), Misfit> {
    let Ok(number) = digits.parse::<f64>() else {
        return Err(misfit(pointer, "this is not a number".to_string()));
    };
    if !number.is_finite() {
        return Err(misfit(pointer, format!("{digits} is too large for a number")));
    }
    let format_limit = match schema.get("format").and_then(Value::as_str) {
        Some("uint8") => Some(f64::from(u8::MAX)),
        Some("uint32") => Some(f64::from(u32::MAX)),
        Some("uint64") if digits.parse::<u64>().is_err() => Some(-1.0),
        _ => None,
    };
    let low = schema.get("minimum").and_then(Value::as_f64);
    let high = schema.get("maximum").and_then(Value::as_f64).or(format_limit);
    if low.is_some_and(|low| number < low) || high.is_some_and(|high| number > high) {
        return Err(misfit(pointer, format!("{digits} is out of range")));
    }
    Ok(())
}

fn has_type(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == kind,
        Some(Value::Array(kinds)) => kinds.iter().any(|one| one.as_str() == Some(kind)),
        _ => false,
    }
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn strings(value: Option<&Value>) -> impl Iterator<Item = &str> {
    list(value).filter_map(Value::as_str)
}

fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    list(schema.get("anyOf")).chain(list(schema.get("oneOf")))
}

fn alternatives_of(schema: &Value) -> bool {
    alternatives(schema).next().is_some()
}

/// The tag of one alternative of a tagged enumeration: field, word, schema.
fn tag(schema: &Value) -> Option<(&str, &str, &Value)> {
    let properties = schema.get("properties")?.as_object()?;
    properties.iter().find_map(|(key, one)| Some((key.as_str(), one.get("const")?.as_str()?, schema)))
}

/// A list of words longer than this is not shown; the nearest ones help more.
const SHOWN_WORDS: usize = 12;

fn unknown_word<'w>(given: &str, known: impl Iterator<Item = &'w str>) -> String {
    const NEAREST: usize = 3;
    let mut words: Vec<&str> = known.collect();
    if words.len() <= SHOWN_WORDS {
        return format!("\"{given}\" is not one of {}", names(words.into_iter()));
    }
    words.sort_by_key(|word| (distance(given, word), *word));
    format!("\"{given}\" is none of the known words; the nearest are {}", names(words.into_iter().take(NEAREST)))
}

/// Letters to change, add or remove (Levenshtein). The words of the schema are short; of the given one only the start counts.
fn distance(given: &str, word: &str) -> usize {
    const COMPARED: usize = 32;
    let word: Vec<char> = word.chars().collect();
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for (place, letter) in given.chars().take(COMPARED).enumerate() {
        let mut next = vec![place.saturating_add(1)];
        for (column, other) in word.iter().enumerate() {
            let same = row.get(column).copied().unwrap_or(0).saturating_add(usize::from(letter != *other));
            let above = row.get(column.saturating_add(1)).copied().unwrap_or(0).saturating_add(1);
            let left = next.get(column).copied().unwrap_or(0).saturating_add(1);
            next.push(same.min(above).min(left));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

fn names<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}
