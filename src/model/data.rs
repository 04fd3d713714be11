//! Data models: tables with fields, keys and indexes, and the relationships between them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One table of records. `name` is the source's own, unaltered; a friendlier one goes to `label`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataModel {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ModelSource>,
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Field names; empty when no key was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub primary_key: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// Age of the oldest record when last looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_record_days: Option<u32>,
    /// Who may see the records, by role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Whether reads and writes leave an audit trail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<bool>,
}

/// Where the records of a model come from: a range of a sheet or a table of a database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelSource {
    pub file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// A1 range with its header rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
}

/// How long records are kept (GDPR Art. 5(1)(e)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Retention {
    pub days: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purge_check_days: Option<u32>,
}

/// One field. `type` is a storage type (`Text`, `Text(40)`, `Integer`, `Decimal`, `Float`, `Boolean`, `Date`, `DateTime`,
/// `Time`, `UUID`, `Binary`) or a semantic one that implies it (`Email`, `Phone`, `IBAN`, `PAN`, `URL`, ...).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semantic_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<u8>,
    /// A named format (`RFC5322`) or an expression that must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// An expression over the fields of the same record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computed: Option<String>,
    /// `personal`, `special`, `criminal`, `nationalId`, `CHD`, `SAD`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<Storage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_mask: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
    /// The letter of GDPR Art. 9(2) that allows the processing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub art9_condition: Option<String>,
    /// The law that allows processing criminal-offence data (GDPR Art. 10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_authority: Option<String>,
    /// Held in memory only, never written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transient: Option<bool>,
}

/// One allowed value of a field.
pub type Choice = String;

/// How a field is protected where it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    /// `plain`, `strong-crypto`, `token`, `hash`, `keyed-hash`, `truncation` or `disk-encryption`.
    pub method: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_ref: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cryptoperiod_days: Option<u32>,
}

/// An index or a unique set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub fields: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// A reference from child records to parent records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Relationship {
    #[serde(default)]
    pub name: String,
    /// The referencing side.
    pub from: End,
    /// The referenced side.
    pub to: End,
    /// `many-to-one` or `one-to-one`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cardinality: Option<String>,
    /// Whether the source itself enforced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enforced: Option<bool>,
}

/// One side of a relationship.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct End {
    pub model: String,
    pub fields: Vec<String>,
}

/// A table found on a sheet (in reports, not in the model). Ranges are A1 without `$`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    pub workbook: String,
    pub sheet: String,
    /// Header rows included; title, totals and notes left out.
    pub range: String,
    pub header_rows: u32,
    pub data_range: String,
    /// Name of the data model made from it.
    pub table: String,
}
