//! K7: how far detected personal and card data has been confirmed by people, and how policy stands.

use super::rows::Observations;
use super::{Indicator, percent, tenth, term};

pub(super) fn indicators(rows: &Observations) -> Vec<Indicator> {
    let decided = rows.tags.iter().filter(|tag| tag.decided).count();
    let by_regime = |regime: &str| {
        let of: Vec<bool> = rows.tags.iter().filter(|tag| tag.regime == regime).map(|tag| tag.decided).collect();
        format!("{} of {}", of.iter().filter(|decided| **decided).count(), of.len())
    };
    let findings: u64 = rows.policy.iter().map(|policy| policy.findings).sum();
    let fields: u64 = rows.policy.iter().map(|policy| policy.fields).sum();
    let scanned = !rows.snapshots.is_empty();
    let needs = (!scanned).then(|| String::from("Nothing was scanned yet."));
    let none_found = (scanned && rows.tags.is_empty())
        .then(|| String::from("No personal or card data was detected in what was scanned."));
    let decisions = |decision: &str| rows.policy.iter().filter(|policy| policy.decision == decision).count();
    vec![
        Indicator {
            id: String::from("K7"),
            name: String::from("Compliance: fields reviewed"),
            value: percent(decided as f64, rows.tags.len() as f64),
            unit: String::from("%"),
            n: rows.tags.len() as u64,
            window: String::from("now"),
            scope: String::from("fields with a proposed tag"),
            measured_share: Some(1.0),
            insufficient: needs.clone().or(none_found),
            definition: String::from("Proposed tags that a person accepted, changed or rejected / all proposed tags."),
            terms: vec![
                term("decided", decided),
                term("GDPR fields decided", by_regime("GDPR")),
                term("PCI-DSS fields decided", by_regime("PCI-DSS")),
            ],
            series: Vec::new(),
        },
        Indicator {
            id: String::from("K7b"),
            name: String::from("Findings per 100 fields"),
            value: if scanned && fields > 0 { Some(tenth(findings as f64 * 100.0 / fields as f64)) } else { None },
            unit: String::from("findings"),
            n: fields,
            window: String::from("last check of every application"),
            scope: String::from("all applications"),
            measured_share: Some(1.0),
            insufficient: needs.or((fields == 0).then(|| String::from("No fields were inferred yet."))),
            definition: String::from("Open policy findings x 100 / fields of all models."),
            terms: vec![
                term("applications allowed", decisions("allow")),
                term("applications to review", decisions("review")),
                term("applications denied", decisions("deny")),
            ],
            series: Vec::new(),
        },
    ]
}
