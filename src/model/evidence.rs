//! Why the machine believes something.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Application, Region};

/// One claim with the rule behind it and how often it held. Values shown are masked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// JSON-pointer-like path by names: `/dataModels/Order/fields/orderId`, `/relationships/orders_customer`.
    pub subject: String,
    /// What is claimed: `type Integer`, `primary key`, `semantic type Email`, `references Customers(CustomerID)`.
    pub claim: String,
    /// Name of the rule.
    pub rule: String,
    /// Rows (or values) for which it held.
    pub held: u64,
    /// Rows (or values) looked at.
    pub seen: u64,
    /// A place a person can open: `Orders!C2:C830`, `table Orders`.
    #[serde(rename = "where")]
    pub place: String,
    /// 0 to 1; an estimate unless the file itself declared it (then 1).
    pub confidence: f64,
    /// Where it did not hold, at most a handful, values masked.
    #[serde(default)]
    pub counter_examples: Vec<String>,
}

/// What inference gives: the model, the regions it was found in, the evidence beside it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inference {
    pub application: Application,
    pub regions: Vec<Region>,
    pub evidence: Vec<Evidence>,
}
