//! Changes of workflows: trigger, interface, capabilities; the steps are compared in `steps`.

use crate::model::{Parameter, Workflow};

use super::{ChangeKind, Effect, Log, changed, fields_of, json, shown, steps};

/// Keys compared one by one elsewhere, or that carry no meaning of the workflow itself: who reviewed it, how well it was
/// converted, where statements without a step stood.
const HANDLED: [&str; 14] = [
    "name",
    "trigger",
    "inputs",
    "outputs",
    "returns",
    "coercion",
    "steps",
    "capabilities",
    "unmapped",
    "grade",
    "conversionConfidence",
    "equivalence",
    "reviewedBy",
    "version",
];

pub(super) fn workflows(log: &mut Log, before: &[Workflow], after: &[Workflow]) {
    for flow in before {
        let path = format!("/workflows/{}", flow.name);
        match after.iter().find(|other| same(flow, other)) {
            None => log.add(&path, ChangeKind::WorkflowRemoved, Effect::Breaking, "removed"),
            Some(other) => one_workflow(log, &path, flow, other),
        }
    }
    for flow in after.iter().filter(|flow| !before.iter().any(|other| same(flow, other))) {
        log.add(&format!("/workflows/{}", flow.name), ChangeKind::WorkflowAdded, Effect::Compatible, "added");
    }
}

fn same(one: &Workflow, other: &Workflow) -> bool {
    one.name == other.name && one.procedure == other.procedure
}

fn one_workflow(log: &mut Log, path: &str, before: &Workflow, after: &Workflow) {
    if before.trigger != after.trigger {
        let detail = changed(&shown(Some(&json(&before.trigger))), &shown(Some(&json(&after.trigger))));
        log.add(&format!("{path}/trigger"), ChangeKind::TriggerChanged, Effect::Breaking, detail);
    }
    inputs(log, path, &before.inputs, &after.inputs);
    for (key, old, new) in [
        ("returns", json(&before.returns), json(&after.returns)),
        ("coercion", json(&before.coercion), json(&after.coercion)),
    ] {
        if old != new {
            let detail = changed(&shown(Some(&old)), &shown(Some(&new)));
            log.add(&format!("{path}/{key}"), ChangeKind::WorkflowChanged, Effect::Breaking, detail);
        }
    }
    let outputs = format!("{path}/outputs");
    names(
        log,
        &outputs,
        (&before.outputs, &after.outputs),
        (ChangeKind::OutputRemoved, Effect::Breaking),
        ChangeKind::OutputAdded,
    );
    let manifest = format!("{path}/capabilities");
    let removal = (ChangeKind::CapabilityRemoved, Effect::Compatible);
    names(log, &manifest, (&before.capabilities, &after.capabilities), removal, ChangeKind::CapabilityAdded);
    steps::steps(log, &format!("{path}/steps"), &before.steps, &after.steps);
    fields_of(log, path, ChangeKind::WorkflowChanged, (&json(before), &json(after)), &HANDLED);
}

fn names(
    log: &mut Log,
    path: &str,
    (before, after): (&[String], &[String]),
    (removed, effect): (ChangeKind, Effect),
    added: ChangeKind,
) {
    for name in before.iter().filter(|name| !after.contains(name)) {
        log.add(path, removed, effect, name.clone());
    }
    for name in after.iter().filter(|name| !before.contains(name)) {
        log.add(path, added, Effect::Compatible, name.clone());
    }
}

/// Inputs are passed by place, so a new one in the middle changes those behind it.
fn inputs(log: &mut Log, path: &str, before: &[Parameter], after: &[Parameter]) {
    for (place, old) in before.iter().enumerate() {
        let path = format!("{path}/inputs/{}", old.name);
        match after.iter().position(|new| new.name == old.name) {
            None => log.add(&path, ChangeKind::InputRemoved, Effect::Breaking, old.kind.clone()),
            Some(found) if found != place => {
                let detail =
                    changed(&format!("place {}", place.saturating_add(1)), &found.saturating_add(1).to_string());
                log.add(&path, ChangeKind::InputChanged, Effect::Breaking, detail);
            }
            Some(found) => {
                if let Some(new) = after.get(found).filter(|new| *new != old) {
                    let detail = changed(&json(old).to_string(), &json(new).to_string());
                    let relaxed = Parameter { optional: old.optional, default: old.default.clone(), ..new.clone() }
                        == *old
                        && (new.optional || !old.optional);
                    log.add(&path, ChangeKind::InputChanged, Effect::breaking_if(!relaxed), detail);
                }
            }
        }
    }
    for new in after.iter().filter(|new| !before.iter().any(|old| old.name == new.name)) {
        let effect = Effect::breaking_if(!new.optional && !new.rest);
        log.add(&format!("{path}/inputs/{}", new.name), ChangeKind::InputAdded, effect, new.kind.clone());
    }
}
