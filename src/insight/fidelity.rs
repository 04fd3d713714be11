//! K8: how much of the macros was converted, and how much of that is proved. No replay is "unproven", never 100 %.

use super::rows::{Coverage, Observations};
use super::{Indicator, percent, term};

pub(super) fn indicators(rows: &Observations) -> Vec<Indicator> {
    let total = |part: fn(&Coverage) -> u64| rows.coverage.iter().map(part).sum::<u64>();
    let statements = total(|coverage| coverage.statements);
    let converted = total(|coverage| coverage.exact + coverage.approximate + coverage.noop);
    // A workflow compared with itself proves determinism only, so it is no proof here.
    let proofs: Vec<bool> =
        rows.replays.iter().filter(|replay| replay.level != "self").map(|replay| replay.equal).collect();
    let equal = proofs.iter().filter(|equal| **equal).count();
    vec![
        Indicator {
            id: String::from("K8"),
            name: String::from("Macro statements converted"),
            value: percent(converted as f64, statements as f64),
            unit: String::from("%"),
            n: statements,
            window: String::from("now"),
            scope: String::from("statements of all macros, by static count"),
            measured_share: Some(1.0),
            insufficient: (statements == 0).then(|| String::from("No macro statements were found.")),
            definition: String::from(
                "Statements that became steps (exact or approximate) or deliberate no-ops / all executable statements.",
            ),
            terms: vec![
                term("exact", total(|coverage| coverage.exact)),
                term("approximate", total(|coverage| coverage.approximate)),
                term("no-op on purpose", total(|coverage| coverage.noop)),
                term("left to a person", total(|coverage| coverage.manual)),
            ],
            series: Vec::new(),
        },
        Indicator {
            id: String::from("K8b"),
            name: String::from("Replays equal"),
            value: percent(equal as f64, proofs.len() as f64),
            unit: String::from("%"),
            n: proofs.len() as u64,
            window: String::from("last replay of every macro"),
            scope: String::from("macros with a legacy result to compare with"),
            measured_share: Some(1.0),
            insufficient: proofs
                .is_empty()
                .then(|| String::from("Unproven: no macro was replayed against a legacy result.")),
            definition: String::from(
                "Macros whose workflow gave the legacy result cell by cell / macros replayed against a legacy result.",
            ),
            terms: vec![term("equal", equal), term("different", proofs.len() - equal)],
            series: Vec::new(),
        },
    ]
}
