//! What policy says of a model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How bad a violation is. Any critical one denies, any high one asks for review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

/// One rule that fired on one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// `G01`, `P03`, `E08`...
    pub id: String,
    /// The norm: `GDPR 30(1)(b), 5(1)(b)`.
    #[serde(rename = "ref")]
    pub reference: String,
    pub severity: Severity,
    /// What it fired on: `Order.customerEmail`, `processOrder/step-1`, the application's id.
    pub object: String,
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Whether a model may be deployed or run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    Allow,
    Review,
    Deny,
}

/// The policy decision with every violation behind it, most severe first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    pub decision: Decision,
    pub violations: Vec<Finding>,
}
