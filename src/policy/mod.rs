//! Policy: 62 rules in Rego over a model and what was observed beside it, and the decision they give.
//! Promises the same findings in the same order for the same input (the day is an input), and to fail closed: a rule that errs
//! or runs out of time denies. Must not know where a model came from or who asks. The rules are data: `rules/`, `docs/policy.md`.

mod cases;
mod document;
mod edits;
mod error;
mod evaluate;
mod explain;
mod grants;
mod hosts;
mod index;
mod rule;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::Value;

pub use cases::{RuleReport, test_rules};
pub use document::FINDING_KINDS;
pub use error::PolicyError;
pub use evaluate::Hit;
pub use explain::{Edit, Explanation, Fact, Flip, explain};
pub use grants::{Asked, grants, macro_grants};
pub use rule::{ExpectedHit, PACKS, Rule, RuleCase, rules};

use evaluate::{Answer, Fault, Program};

use crate::model::{Application, Decision, Finding, Severity, Verdict};

/// Id of the finding about a rule that gave no answer.
pub const EVALUATION_ERROR: &str = "evaluation_error";
/// Id of the finding about an observation no rule knows.
pub const UNKNOWN_FINDING: &str = "unknown_finding";
/// Longest object or message, in characters: names in a model may be of any length.
const LONGEST_TEXT: usize = 500;

/// The decision about an application on `day` (`YYYY-MM-DD`). `observations` is null, a list of findings, or an object with
/// `findings`, `inventory` and `liveCopies`. Deny if any violation is critical, review if any is high, else allow.
///
/// # Errors
/// When the rules cannot be loaded, or `day` or `observations` is not what it should be.
pub fn check(application: &Application, observations: &Value, day: &str) -> Result<Verdict, PolicyError> {
    judge(evaluate::shipped()?, rule::loaded()?, (application, observations, day))
}

/// As `check`, with these rules instead of the shipped ones.
///
/// # Errors
/// As `check`.
pub fn evaluate_with(
    rules: &[Rule],
    application: &Application,
    observations: &Value,
    day: &str,
) -> Result<Verdict, PolicyError> {
    judge(&Program::new(rules)?, rules, (application, observations, day))
}

fn judge(
    program: &Program<'_>,
    rules: &[Rule],
    (application, observations, day): (&Application, &Value, &str),
) -> Result<Verdict, PolicyError> {
    let observed = document::observed(observations)?;
    let input = document::document(application, &observed, day)?;
    let mut violations: Vec<Finding> =
        rules.iter().zip(program.answers(&input)).flat_map(|(rule, answer)| findings(rule, answer)).collect();
    violations.extend(unknown(&observed.findings));
    violations.sort_by(|a, b| {
        (Reverse(a.severity), &a.id, &a.object, &a.message).cmp(&(Reverse(b.severity), &b.id, &b.object, &b.message))
    });
    violations.dedup();
    Ok(Verdict { decision: decision(&violations), violations: bounded(violations) })
}

/// Findings of one rule that are listed one by one. A person mends the cause and not the five hundredth place, and a verdict
/// is kept whole in the ledger.
const MOST_OF_A_RULE: usize = 200;

/// The findings in their order; those of a rule beyond `MOST_OF_A_RULE` are one that says how many they are.
fn bounded(violations: Vec<Finding>) -> Vec<Finding> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<Finding> = Vec::with_capacity(violations.len());
    let mut beyond: BTreeMap<String, Finding> = BTreeMap::new();
    for violation in violations {
        let count = seen.entry(violation.id.clone()).or_insert(0);
        *count += 1;
        if *count <= MOST_OF_A_RULE {
            kept.push(violation);
        } else {
            let last = beyond.entry(violation.id.clone()).or_insert(violation);
            last.object = format!("{} further places", *count - MOST_OF_A_RULE);
        }
    }
    for (id, last) in beyond {
        let after = kept.iter().rposition(|one| one.id == id).map_or(kept.len(), |at| at + 1);
        kept.insert(after, last);
    }
    kept
}

fn decision(violations: &[Finding]) -> Decision {
    match violations.iter().map(|violation| violation.severity).max() {
        Some(Severity::Critical) => Decision::Deny,
        Some(Severity::High) => Decision::Review,
        _ => Decision::Allow,
    }
}

fn findings(rule: &Rule, answer: Answer) -> Vec<Finding> {
    match answer {
        Ok(hits) => hits.into_iter().map(|hit| finding(rule, hit)).collect(),
        Err(Fault(reason)) => vec![Finding {
            id: EVALUATION_ERROR.to_string(),
            reference: rule.reference.clone(),
            severity: Severity::Critical,
            object: rule.id.clone(),
            message: format!("rule {} gave no answer: {reason}", rule.id),
            remedy: String::from("Repair the rule, then decide again. Until then nothing may be deployed or run."),
        }],
    }
}

fn finding(rule: &Rule, hit: Hit) -> Finding {
    Finding {
        id: rule.id.clone(),
        reference: rule.reference.clone(),
        severity: rule.severity,
        object: hit.object,
        message: hit.message,
        remedy: rule.remedy.clone(),
    }
}

/// Observations of a kind no rule reads are shown, because dropping them would look like a clean result.
fn unknown(seen: &[Value]) -> Vec<Finding> {
    let kind = |finding: &Value| finding.get("kind").and_then(Value::as_str).unwrap_or_default().to_string();
    seen.iter()
        .map(kind)
        .filter(|kind| !FINDING_KINDS.contains(&kind.as_str()))
        .map(|kind| Finding {
            id: UNKNOWN_FINDING.to_string(),
            reference: String::from("completeness"),
            severity: Severity::Info,
            object: visible(&kind),
            message: String::from("an observation of this kind was given, but no rule reads it"),
            remedy: format!("Check the kind's spelling. Known kinds: {}.", FINDING_KINDS.join(", ")),
        })
        .collect()
}

/// Text that stands on one line and shows what it holds: control characters, line separators and marks that turn the
/// direction of writing are escaped, so that a name in a model cannot forge a line of a log.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (count, letter) in text.chars().enumerate() {
        if count == LONGEST_TEXT {
            shown.push('…');
            break;
        }
        let hidden = letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if hidden {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}
