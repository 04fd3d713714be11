//! Which of a workflow's capabilities may be linked into its sandbox. What is not granted is not there to be called.
//! Policy grants; the caller may give more by an explicit act of a person (`--grant`), never less than nothing.

use std::collections::{BTreeSet, HashSet};

use super::document::each_step;
use super::hosts;
use crate::model::{Action, Application, Decision, Step, Verdict, Workflow};

/// Capabilities that stay inside the sandbox and the application's own data.
const HARMLESS: [&str; 5] = ["clock", "database", "dialogs", "random", "workbook"];
/// The way out; granted only when every host a workflow names is known.
const NETWORK: &str = "network";

/// The capabilities `workflow` may have, sorted: nothing when the verdict denies or the workflow is unknown; `workbook`,
/// `dialogs`, `clock`, `random` and `database` as its manifest asks; `network` only when every step that calls out, here and in
/// called workflows, has its host on `metadata.networkAllow`. Never `process`, `registry`, `file`, `mail` or `clipboard`: real
/// files and mail need a person's own grant, processes and the registry are not given at all.
pub fn grants(application: &Application, workflow: &str, verdict: &Verdict) -> Vec<String> {
    grants_with(application, workflow, verdict, &[])
}

/// As `grants`; `services` are the names of services the caller registered for this run, whose address the caller chose.
pub fn grants_with(application: &Application, workflow: &str, verdict: &Verdict, services: &[&str]) -> Vec<String> {
    if verdict.decision == Decision::Deny {
        return Vec::new();
    }
    let reached = reached(application, workflow);
    let mut granted: BTreeSet<&str> = reached
        .iter()
        .flat_map(|one| &one.capabilities)
        .filter_map(|asked| HARMLESS.iter().copied().find(|name| name == asked))
        .collect();
    if may_call_out(application, &reached, services) {
        granted.insert(NETWORK);
    }
    granted.into_iter().map(str::to_string).collect()
}

/// The workflow and every workflow it calls, once each.
fn reached<'a>(application: &'a Application, start: &str) -> Vec<&'a Workflow> {
    let find = |name: &str| application.workflows.iter().find(|workflow| workflow.name == name);
    let mut open: Vec<&Workflow> = find(start).into_iter().collect();
    let mut seen: HashSet<&str> = HashSet::new();
    let mut found = Vec::new();
    while let Some(workflow) = open.pop() {
        if !seen.insert(&workflow.name) {
            continue;
        }
        found.push(workflow);
        each_step(&workflow.steps, &mut |step| {
            if let Action::Call { workflow, .. } = &step.action {
                open.extend(find(workflow));
            }
        });
    }
    found
}

/// Whether something calls out and everything that does is known. A manifest that asks for the network while no step names a
/// host (a legacy HTTP object, say) is refused: nobody could say where it would go.
fn may_call_out(application: &Application, reached: &[&Workflow], services: &[&str]) -> bool {
    let mut calls = 0usize;
    let mut all_known = true;
    for workflow in reached {
        each_step(&workflow.steps, &mut |step| {
            if calls_out(step) {
                calls = calls.saturating_add(1);
                all_known &= is_known(application, step, services);
            }
        });
    }
    calls > 0 && all_known
}

fn calls_out(step: &Step) -> bool {
    matches!(step.action, Action::ApiCall { .. }) || step.network == Some(true)
}

fn is_known(application: &Application, step: &Step, services: &[&str]) -> bool {
    let registered = match &step.action {
        Action::ApiCall { service, .. } => services.contains(&service.as_str()),
        _ => false,
    };
    let listed = step.host.as_deref().is_some_and(|host| hosts::allowed(&application.metadata.network_allow, host));
    registered || listed
}
