//! Grades and manifests of whole procedures: the weakest of their own steps and of everything they may call, and every
//! capability on the way.

use std::collections::{BTreeSet, HashMap};

use crate::convert::Coverage;
use crate::dsl::branches;
use crate::facts::Notice;
use crate::model::{Grade, Step, Workflow};

/// One converted procedure with what is needed to judge it.
#[derive(Debug)]
pub(super) struct Procedure {
    /// Place of its module.
    pub module: usize,
    pub workflow: Workflow,
    pub grade: Grade,
    pub coverage: Coverage,
    /// Workflow names of procedures it may call.
    pub callees: BTreeSet<String>,
    pub capabilities: BTreeSet<String>,
    pub notices: Vec<Notice>,
}

/// Fills `grade`, `capabilities` and `conversionConfidence` of every workflow: the least fixpoint over the call graph, so that
/// procedures that call each other in a circle end alike.
pub(super) fn settle(procedures: &mut [Procedure]) {
    for procedure in procedures.iter_mut() {
        procedure.grade = weakest(&procedure.workflow.steps);
    }
    let places: HashMap<String, usize> =
        procedures.iter().enumerate().map(|(place, one)| (one.workflow.name.to_lowercase(), place)).collect();
    let callees: Vec<Vec<usize>> = procedures
        .iter()
        .map(|one| one.callees.iter().filter_map(|name| places.get(&name.to_lowercase()).copied()).collect())
        .collect();
    spread(procedures, &callees);
    for procedure in procedures.iter_mut() {
        let coverage = procedure.coverage;
        let workflow = &mut procedure.workflow;
        workflow.grade = Some(procedure.grade);
        workflow.capabilities = procedure.capabilities.iter().cloned().collect();
        let judged = coverage.statements.saturating_sub(coverage.noop);
        workflow.conversion_confidence = Some(if judged == 0 { 1.0 } else { hundredths(coverage.exact, judged) });
    }
}

/// Callers are looked at again only when a callee changed; grades and capabilities only grow, so this ends.
fn spread(procedures: &mut [Procedure], callees: &[Vec<usize>]) {
    let mut callers = vec![Vec::new(); procedures.len()];
    for (caller, list) in callees.iter().enumerate() {
        for callee in list {
            if let Some(known) = callers.get_mut(*callee) {
                known.push(caller);
            }
        }
    }
    let mut open: Vec<usize> = (0..procedures.len()).collect();
    while let Some(callee) = open.pop() {
        let Some((grade, manifest)) = procedures.get(callee).map(|one| (one.grade, one.capabilities.clone())) else {
            continue;
        };
        for caller in callers.get(callee).into_iter().flatten() {
            let Some(one) = procedures.get_mut(*caller) else { continue };
            let before = (one.grade, one.capabilities.len());
            one.grade = one.grade.max(grade);
            one.capabilities.extend(manifest.iter().cloned());
            if before != (one.grade, one.capabilities.len()) {
                open.push(*caller);
            }
        }
    }
}

fn weakest(steps: &[Step]) -> Grade {
    let below = |step: &Step| branches(&step.action).into_iter().map(|inner| weakest(inner)).max();
    let own = |step: &Step| step.grade.unwrap_or(Grade::Exact).max(below(step).unwrap_or(Grade::Exact));
    steps.iter().map(own).max().unwrap_or(Grade::Exact)
}

/// A share with two digits, so that the text of a model does not change with the machine.
fn hundredths(part: usize, whole: usize) -> f64 {
    const STEPS: usize = 100;
    let rounded = part.saturating_mul(STEPS).saturating_add(whole / 2) / whole.max(1);
    rounded as f64 / STEPS as f64
}
