//! The JSON Schema of the DSL, generated from the model's types, so that it cannot drift from what is read.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::model::Application;

/// A DSL document: the application under its one key.
#[derive(Serialize, JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct Document {
    application: Application,
}

static SCHEMA: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(Document).to_value());

/// The JSON Schema (draft 2020-12) of a DSL document.
pub fn schema() -> Value {
    SCHEMA.clone()
}

pub(super) fn shared() -> &'static Value {
    &SCHEMA
}
