//! The rules as shipped: one folder per rule under `rules/<pack>/<ID>/`, embedded into the program.
//! Promises that every rule is complete (text, facts, cases) and that the list is sorted by id. Evaluates nothing.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::PolicyError;
use crate::model::Severity;

#[derive(RustEmbed)]
#[folder = "rules/"]
struct Folder;

/// The packs in the order they are shown: data protection, card data, end-user computing.
pub const PACKS: [&str; 3] = ["gdpr", "pci", "euc"];

/// Where the words and sets that rules share lie.
const LIBRARY: &str = "lib/lib.rego";
/// Where the admissible values lie that `explain` tries.
const VALUES: &str = "lib/values.json";

/// One rule with everything an officer asks of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// `G01`, `P03`, `E08`...
    pub id: String,
    /// Folder and Rego package: `gdpr`, `pci` or `euc`.
    pub pack: String,
    /// The norm and its number.
    #[serde(rename = "ref")]
    pub reference: String,
    pub severity: Severity,
    pub title: String,
    /// What to do when it fires.
    pub remedy: String,
    /// The document the citation was checked against, or that it could not be checked against the original.
    pub source: String,
    /// The paths of the input it depends on, remedies first: `metadata.purpose`, `dataModels[].fields[].tags`.
    pub reads: Vec<String>,
    /// The rule's text: package `daylight.<pack>.<id in lower case>`, result `hits`.
    pub rego: String,
    pub cases: Vec<RuleCase>,
}

/// One example of a rule: what goes in and on what it fires.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleCase {
    /// File name without `.json`.
    pub name: String,
    pub input: Value,
    pub fires: Vec<ExpectedHit>,
}

/// A hit a case expects; without a message any message will do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpectedHit {
    pub object: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    id: String,
    #[serde(rename = "ref")]
    reference: String,
    severity: Severity,
    title: String,
    remedy: String,
    source: String,
    reads: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    input: Value,
    fires: Vec<ExpectedHit>,
}

/// Every rule in force, sorted by id. Empty only when the embedded rules cannot be loaded; `check` then says why.
pub fn rules() -> &'static [Rule] {
    loaded().map_or(&[], Vec::as_slice)
}

/// The same, or why they cannot be loaded.
pub(super) fn loaded() -> Result<&'static Vec<Rule>, PolicyError> {
    static RULES: OnceLock<Result<Vec<Rule>, PolicyError>> = OnceLock::new();
    RULES.get_or_init(load).as_ref().map_err(Clone::clone)
}

/// The Rego text every rule may import as `data.daylight.lib`.
pub(super) fn library() -> Result<String, PolicyError> {
    text(LIBRARY).ok_or_else(|| fault("lib", "lib.rego is missing"))
}

/// Admissible values by path, for `explain`.
pub(super) fn admissible() -> Result<BTreeMap<String, Vec<Value>>, PolicyError> {
    let text = text(VALUES).ok_or_else(|| fault("lib", "values.json is missing"))?;
    serde_json::from_str(&text).map_err(|error| fault("lib", &format!("values.json: {error}")))
}

fn load() -> Result<Vec<Rule>, PolicyError> {
    let mut files: BTreeMap<(String, String), BTreeMap<String, String>> = BTreeMap::new();
    for path in Folder::iter() {
        let path = path.replace('\\', "/");
        let mut parts = path.splitn(3, '/');
        let (Some(pack), Some(id), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { continue };
        if !PACKS.contains(&pack) {
            return Err(fault(id, &format!("unknown pack {pack}")));
        }
        let content = text(&path).ok_or_else(|| fault(id, &format!("{rest} is no UTF-8 text")))?;
        files.entry((pack.to_string(), id.to_string())).or_default().insert(rest.to_string(), content);
    }
    let mut rules = files.iter().map(|((pack, id), files)| one(pack, id, files)).collect::<Result<Vec<_>, _>>()?;
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(rules)
}

fn one(pack: &str, id: &str, files: &BTreeMap<String, String>) -> Result<Rule, PolicyError> {
    let file = |name: &str| files.get(name).ok_or_else(|| fault(id, &format!("{name} is missing")));
    let facts: RuleFile =
        serde_json::from_str(file("rule.json")?).map_err(|error| fault(id, &format!("rule.json: {error}")))?;
    if facts.id != id {
        return Err(fault(id, &format!("rule.json is about {}", facts.id)));
    }
    let cases = files
        .iter()
        .filter_map(|(name, text)| Some((name.strip_prefix("cases/")?.strip_suffix(".json")?, text)))
        .map(|(name, text)| case(id, name, text))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Rule {
        id: facts.id,
        pack: pack.to_string(),
        reference: facts.reference,
        severity: facts.severity,
        title: facts.title,
        remedy: facts.remedy,
        source: facts.source,
        reads: facts.reads,
        rego: file("rule.rego")?.clone(),
        cases,
    })
}

fn case(id: &str, name: &str, text: &str) -> Result<RuleCase, PolicyError> {
    let file: CaseFile =
        serde_json::from_str(text).map_err(|error| fault(id, &format!("cases/{name}.json: {error}")))?;
    Ok(RuleCase { name: name.to_string(), input: file.input, fires: file.fires })
}

fn text(path: &str) -> Option<String> {
    String::from_utf8(Folder::get(path)?.data.into_owned()).ok()
}

fn fault(rule: &str, reason: &str) -> PolicyError {
    PolicyError::Load { rule: rule.to_string(), reason: reason.to_string() }
}
