//! Every rule against its own examples. A case is read by the DSL's strict reader, so an example cannot use a member that the
//! model does not have; then it goes the way of any other application.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::document::{self, Observed};
use super::evaluate::{Answer, Hit};
use super::rule::{Rule, RuleCase, loaded};
use super::{PolicyError, evaluate};

/// The day of a case that names none. (A fixed one, 2024-10-04, day 20,000 since 1970, so that cases never age.)
const CASE_DAY: i64 = 20_000;

/// How one rule did on its cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleReport {
    pub id: String,
    pub cases: usize,
    pub passed: usize,
    /// One line per case that failed.
    pub failures: Vec<String>,
}

/// Runs the cases of every shipped rule.
///
/// # Errors
/// When the rules cannot be loaded.
pub fn test_rules() -> Result<Vec<RuleReport>, PolicyError> {
    let program = evaluate::shipped()?;
    Ok(loaded()?
        .iter()
        .enumerate()
        .map(|(at, rule)| report(rule, |input| program.answers(input).into_iter().nth(at)))
        .collect())
}

fn report(rule: &Rule, ask: impl Fn(&Value) -> Option<Answer>) -> RuleReport {
    let failures: Vec<String> = rule
        .cases
        .iter()
        .filter_map(|case| run(case, &ask).err().map(|reason| format!("{}: {reason}", case.name)))
        .collect();
    let passed = rule.cases.len().saturating_sub(failures.len());
    RuleReport { id: rule.id.clone(), cases: rule.cases.len(), passed, failures }
}

fn run(case: &RuleCase, ask: impl Fn(&Value) -> Option<Answer>) -> Result<(), String> {
    let input = input(case)?;
    match ask(&input) {
        None => Err(String::from("the rule was not asked")),
        Some(Err(fault)) => Err(fault.0),
        Some(Ok(hits)) => compare(case, &hits),
    }
}

fn compare(case: &RuleCase, hits: &[Hit]) -> Result<(), String> {
    for wanted in &case.fires {
        let met =
            |hit: &&Hit| hit.object == wanted.object && wanted.message.as_ref().is_none_or(|text| *text == hit.message);
        if hits.iter().find(met).is_none() {
            return Err(format!("expected a hit on {} ({:?}), got {hits:?}", wanted.object, wanted.message));
        }
    }
    let extra = hits.iter().find(|hit| !case.fires.iter().any(|wanted| wanted.object == hit.object));
    extra.map_or(Ok(()), |hit| Err(format!("fired on {} ({})", hit.object, hit.message)))
}

fn input(case: &RuleCase) -> Result<Value, String> {
    let known = ["application", "findings", "inventory", "now"];
    let members = case.input.as_object().cloned().unwrap_or_else(Map::new);
    if let Some(stranger) = members.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(format!("unknown member {stranger}"));
    }
    let body = members.get("application").cloned().unwrap_or(Value::Null);
    let application = crate::dsl::read(&body.to_string()).map_err(|error| error.to_string())?;
    let seen = json!({"findings": members.get("findings"), "inventory": members.get("inventory")});
    let observed: Observed = document::observed(&seen).map_err(|error| error.to_string())?;
    let now = members.get("now").and_then(Value::as_i64).unwrap_or(CASE_DAY);
    let mut input = document::document(&application, &observed, "1970-01-01").map_err(|error| error.to_string())?;
    input["now"] = json!(now);
    Ok(input)
}
