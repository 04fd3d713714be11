//! K8: how much of the macros was converted, how much of that is proved, and how far recalculated formulas can be trusted.
//! No replay is "unproven", never 100 %.

use super::rows::{Coverage, Observations, Recalculated};
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
        formulas(rows),
    ]
}

fn formulas(rows: &Observations) -> Indicator {
    let total = |part: fn(&Recalculated) -> u64| rows.recalculated.iter().map(part).sum::<u64>();
    let (formulas, compared, equal) = (total(|one| one.formulas), total(|one| one.compared), total(|one| one.equal));
    Indicator {
        id: String::from("K8c"),
        name: String::from("Formulas recalculated as saved"),
        value: percent(equal as f64, compared as f64),
        unit: String::from("%"),
        n: compared,
        window: String::from("last reading of every workbook"),
        scope: String::from("formula cells with a saved result, of all workbooks that are there"),
        measured_share: (formulas > 0).then(|| compared as f64 / formulas as f64),
        insufficient: (compared == 0).then(|| String::from("No formula with a saved result was found.")),
        definition: String::from(
            "Formula cells that compute to the result Excel saved / formula cells compared. Not compared: those that the clock or chance decides, that hold no saved result, or that need what is not offered.",
        ),
        terms: vec![
            term("equal", equal),
            term("different", compared.saturating_sub(equal)),
            term("not compared", formulas.saturating_sub(compared)),
        ],
        series: Vec::new(),
    }
}
