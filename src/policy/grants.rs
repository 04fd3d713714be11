//! Which capabilities may be linked into the sandbox of a run. What is not granted is not there to be called, and this is the
//! one place where anything is granted: by policy for a workflow that was judged, by a person's explicit act for a macro.

use std::collections::{BTreeSet, HashSet};

use super::document::each_step;
use super::{PolicyError, hosts};
use crate::model::{Action, Application, Decision, Step, Verdict, Workflow};

/// Capabilities that stay inside the sandbox and the application's own data.
const HARMLESS: [&str; 5] = ["clock", "database", "dialogs", "random", "workbook"];
/// Inside for a run that holds a copy of one; a macro of a workbook that asks for one means somebody else's.
const DATABASE: &str = "database";
/// The way out; granted only when every host a workflow names is known.
const NETWORK: &str = "network";
/// A macro's file statements see an empty file system in memory; a folder of the machine only when a person names one.
const FILE: &str = "file";
/// Doors that a person may open for one run.
const PERSONAL: [&str; 4] = ["clipboard", FILE, "mail", NETWORK];
/// Doors that nobody opens: a macro's programs and settings belong to the machine it came from.
const NEVER: [&str; 2] = ["process", "registry"];

/// What a run asks for beside its model.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// Capabilities the compiled program needs, for models whose workflows declare no manifest.
    pub manifest: &'a [&'a str],
    /// Services the caller registered for this run, whose address the caller chose.
    pub services: &'a [&'a str],
}

/// The capabilities `workflow` may have, sorted: nothing when the verdict denies or the workflow is unknown; `workbook`,
/// `dialogs`, `clock`, `random` and `database` as its manifest or its program asks; `network` only when every step that calls
/// out, here and in called workflows, has its host on `metadata.networkAllow` or calls a registered service. Never `process`,
/// `registry`, `file`, `mail` or `clipboard`: real files and mail need a person's own grant (`macro_grants`).
pub fn grants(application: &Application, workflow: &str, verdict: &Verdict, asked: &Asked<'_>) -> Vec<String> {
    let reached = reached(application, workflow);
    if verdict.decision == Decision::Deny || reached.is_empty() {
        return Vec::new();
    }
    let manifest = reached.iter().flat_map(|one| &one.capabilities).map(String::as_str);
    let mut granted: BTreeSet<&str> = manifest
        .chain(asked.manifest.iter().copied())
        .filter_map(|asked| HARMLESS.iter().copied().find(|name| *name == asked))
        .collect();
    if may_call_out(application, &reached, asked.services) {
        granted.insert(NETWORK);
    }
    granted.into_iter().map(str::to_string).collect()
}

/// The capabilities of a macro that a person runs on a copy of their own file: what stays inside the run, `database` when a
/// copy of one is among the data it `holds`, `file` because its files lie in memory unless the person names a folder, and the doors the person names (`file`, `mail`, `network`, `clipboard`,
/// `database`; `file:DIR` names the same door).
///
/// # Errors
/// `NotGiven` for `process`, `registry` and words that name no door.
pub fn macro_grants(person: &[String], holds: &[&str]) -> Result<Vec<String>, PolicyError> {
    let mut granted: BTreeSet<&str> =
        HARMLESS.iter().copied().filter(|name| *name != DATABASE || holds.contains(&DATABASE)).collect();
    granted.insert(FILE);
    for text in person {
        let word = text.split(':').next().unwrap_or(text).trim().to_lowercase();
        let word = word.strip_suffix('s').filter(|single| *single == "file").unwrap_or(&word);
        let door = PERSONAL.iter().chain(&HARMLESS).copied().find(|name| *name == word);
        granted.insert(door.ok_or_else(|| PolicyError::NotGiven {
            capability: super::visible(text),
            reason: if NEVER.contains(&word) { "it is never given to a macro" } else { "there is no such capability" },
            known: PERSONAL.join(", "),
        })?);
    }
    Ok(granted.into_iter().map(str::to_string).collect())
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
