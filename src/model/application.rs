//! The application: the unit that is inferred, reviewed, checked, deployed and compared.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CodeModule, DataModel, Relationship, Workflow};

/// One logical application. `id` and `version` are kept as written; both may be any text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    pub id: String,
    /// Semantic version; `dsl::diff` proposes the next one.
    pub version: String,
    #[serde(default)]
    pub metadata: Metadata,
    #[serde(default)]
    pub data_models: Vec<DataModel>,
    /// From the referencing (child) model to the referenced (parent) one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relationships: Vec<Relationship>,
    /// Modules of converted code: what procedures share (variables, types, constants).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<CodeModule>,
    #[serde(default)]
    pub workflows: Vec<Workflow>,
}

/// What a compliance officer must know of an application; the policy rules read these names (`docs/policy.md`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// Claims such as `GDPR` or `PCI-DSS`; rules compare them with what was found, in both directions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compliance_tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_active: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mitigation_plan: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_domain: Option<String>,
    /// `low`, `medium`, `high` or `critical`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The letter of GDPR Art. 6(1), or its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lawful_basis: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controller: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpo_contact: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_subjects: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_subject_count: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<Recipient>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_measures: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpia: Option<Dpia>,
    /// `scheme://host:port` entries that steps may reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub network_allow: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalRecord>,
    /// Day of the last owner attestation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested_day: Option<Day>,
    /// Day on which the PCI scope was last confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_confirmed_day: Option<Day>,
    /// How parental consent is obtained where children's data is processed (GDPR Art. 8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_consent_control: Option<String>,
    /// Record of the works-council or national-law check where employees are monitored (GDPR Art. 88).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employment_law_check: Option<String>,
    /// The legacy files this application was inferred from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// A day as `YYYY-MM-DD` or as days since 1970-01-01.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Day {
    Number(i64),
    Text(String),
}

/// Someone personal data goes to (GDPR Art. 30(1)(d)).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Recipient {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safeguard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_ref: Option<String>,
}

/// State of the data protection impact assessment (GDPR Art. 35).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dpia {
    /// `not-needed`, `draft` or `approved`.
    pub status: String,
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Who approved the application for use.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalRecord {
    pub approved_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
}
