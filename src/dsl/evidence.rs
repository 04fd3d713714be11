//! The evidence file beside a model: why each of its claims is believed, one claim per line, in a stable order.

use serde::Serialize;

use crate::model::{Evidence, Inference, Region};

use super::write::write_document;

#[derive(Serialize)]
struct EvidenceFile<'a> {
    regions: Vec<&'a Region>,
    evidence: Vec<&'a Evidence>,
}

/// Canonical text of `{"regions": [...], "evidence": [...]}`, sorted by place and by subject, claim and rule.
pub fn write_evidence(inference: &Inference) -> String {
    let mut regions: Vec<&Region> = inference.regions.iter().collect();
    regions.sort_by(|a, b| (&a.workbook, &a.sheet, &a.range).cmp(&(&b.workbook, &b.sheet, &b.range)));
    let mut evidence: Vec<&Evidence> = inference.evidence.iter().collect();
    evidence.sort_by(|a, b| (&a.subject, &a.claim, &a.rule, &a.place).cmp(&(&b.subject, &b.claim, &b.rule, &b.place)));
    write_document(&EvidenceFile { regions, evidence })
}
