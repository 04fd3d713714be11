//! Every model the program writes fits the JSON Schema it prints, by an independent reading of that schema.

use serde_json::{Value, json};

use super::{Place, estate, items};
use crate::support::data;

/// Checks a document against a JSON Schema of draft 2020-12, as far as the generated one goes: types, properties, required
/// and further members, alternatives, references, enumerations. An independent reading beside the program's own.
struct Schema<'a>(&'a Value);

impl Schema<'_> {
    fn misfit(&self, value: &Value, schema: &Value, place: &str) -> Option<String> {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.0.pointer(reference.trim_start_matches('#')).expect("a reference leads somewhere");
            if let Some(found) = self.misfit(value, target, place) {
                return Some(found);
            }
        }
        if schema == &json!(false) {
            return Some(format!("{place}: nothing is allowed here"));
        }
        if let Some(types) = schema.get("type") {
            let named: Vec<&str> =
                types.as_str().into_iter().chain(items(types).iter().filter_map(Value::as_str)).collect();
            if !named.iter().any(|name| is_of(value, name)) {
                return Some(format!("{place}: not {named:?}"));
            }
        }
        if schema.get("const").is_some_and(|only| only != value) {
            return Some(format!("{place}: not the constant"));
        }
        if schema.get("enum").is_some_and(|all| !items(all).contains(value)) {
            return Some(format!("{place}: not one of the enumerated"));
        }
        for part in items(&schema["allOf"]) {
            if let Some(found) = self.misfit(value, part, place) {
                return Some(found);
            }
        }
        for key in ["anyOf", "oneOf"] {
            let parts = items(&schema[key]);
            let fitting = parts.iter().filter(|part| self.misfit(value, part, place).is_none()).count();
            if !parts.is_empty() && (fitting == 0 || (key == "oneOf" && fitting > 1)) {
                return Some(format!("{place}: {fitting} alternatives of {key} fit"));
            }
        }
        self.members(value, schema, place)
    }

    fn members(&self, value: &Value, schema: &Value, place: &str) -> Option<String> {
        if let Some(object) = value.as_object() {
            if let Some(missing) =
                items(&schema["required"]).iter().filter_map(Value::as_str).find(|name| !object.contains_key(*name))
            {
                return Some(format!("{place}: no {missing}"));
            }
            for (name, member) in object {
                let known = schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
                let found = known.filter(|known| known.is_object() || known.is_boolean());
                if let Some(found) = found.and_then(|known| self.misfit(member, known, &format!("{place}/{name}"))) {
                    return Some(found);
                }
            }
        }
        let each = schema.get("items")?;
        items(value).iter().enumerate().find_map(|(at, item)| self.misfit(item, each, &format!("{place}/{at}")))
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("a type the test does not know: {other}"),
    }
}

#[test]
fn every_model_the_program_writes_fits_the_schema_it_prints() {
    let place = Place::new();
    let (_, schema) = place.json(&["schema"]);
    let check = Schema(&schema);
    let mut documents = vec![
        serde_json::from_slice(&std::fs::read(data("policy").join("article.json")).expect("reads")).expect("JSON"),
        json!({"application": place.json(&["infer", &estate("office"), "--json"]).1["application"]}),
        json!({"application": place.json(&["infer", &estate("access"), "--json"]).1["application"]}),
    ];
    for path in ["stores", "office", "access"] {
        documents.push(json!({"application": place.json(&["convert", &estate(path), "--json"]).1["application"]}));
    }
    for document in &documents {
        assert_eq!(check.misfit(document, &schema, ""), None);
        let path = place.write("model.json", document.to_string());
        assert!(matches!(place.json(&["check", &path, "--json"]).0, 0 | 1), "its own reader takes it as well");
    }
    for wrong in [
        json!({"application": {"id": 7, "version": "1"}}),
        json!({"application": {"version": "1"}}),
        json!({"application": {"id": "a", "version": "1", "dataModels": {}}}),
        json!({"application": {"id": "a", "version": "1", "workflows": [{"name": "w", "steps": [{"type": "noSuchStep"}]}]}}),
    ] {
        assert!(check.misfit(&wrong, &schema, "").is_some(), "{wrong}");
    }
}
