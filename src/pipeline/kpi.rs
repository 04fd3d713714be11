//! Gathers the rows for the indicators from the projection and hands them to `insight`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{PipelineError, Presence, Workspace, owners, queries};
use crate::insight::{
    Coverage, Indicator, Objective, Observations, Ownership, PolicyOutcome, Recalculated, Replay, RunOutcome, Snapshot,
    TagState, indicators,
};

/// What `daylight kpi` gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KpiReport {
    pub kpis: Vec<Indicator>,
}

/// K1 to K8 as of the end of `as_of` (today by default).
///
/// # Errors
/// `Argument` when `as_of` is no day; the projection's own.
pub fn kpis(workspace: &Workspace, as_of: Option<&str>) -> Result<KpiReport, PipelineError> {
    let day = as_of.map_or_else(|| workspace.today(), str::to_string);
    let kpis = workspace.indicators(&day, || {
        indicators(&observations(workspace)?, &day).map_err(|error| PipelineError::Argument {
            what: String::from("the day"),
            reason: crate::base::Chain(&error).to_string(),
        })
    })?;
    Ok(KpiReport { kpis })
}

fn observations(workspace: &Workspace) -> Result<Observations, PipelineError> {
    let scope = workspace.scope();
    let none = Value::Null;
    let files = scope.ask(queries::FILE_HISTORY, &none)?;
    let statuses = owners::changes(workspace)?;
    let ids = Aliases::of(workspace)?;
    Ok(Observations {
        snapshots: workspace
            .share_snapshots()?
            .into_iter()
            .map(|row| Snapshot { snapshot: row.snapshot, taken: row.taken })
            .collect(),
        roots: scope.ask(queries::ROOTS, &none)?,
        files,
        statuses,
        backlog: scope.ask(queries::BACKLOG, &none)?,
        usage: scope.ask(queries::USAGE, &none)?,
        eligible: scope.ask(queries::ELIGIBLE, &none)?,
        costs: scope.ask(queries::COSTS, &none)?,
        runs: runs(workspace, &ids)?,
        objectives: objectives(workspace, &ids)?,
        ownership: ids.ownership(),
        recalculated: recalculated(workspace)?,
        deploys: scope.ask(queries::DEPLOYS, &none)?,
        tags: workspace.tags()?.iter().map(tag_state).collect(),
        policy: policy_outcomes(workspace)?,
        replays: workspace
            .receipts()?
            .into_iter()
            .map(|row| Replay { application: row.application, level: row.level, equal: row.equal })
            .collect(),
        coverage: workspace
            .current_applications()?
            .into_iter()
            .map(|row| Coverage {
                application: row.application,
                statements: row.coverage.statements,
                exact: row.coverage.exact,
                approximate: row.coverage.approximate,
                manual: row.coverage.manual,
                noop: row.coverage.noop,
            })
            .collect(),
    })
}

/// Other records name an application as its owner record does; here that name leads to the application's id.
struct Aliases {
    owners: Vec<owners::OwnerRow>,
    /// Application → the paths of its files, those that are gone included.
    paths: BTreeMap<String, Vec<String>>,
}

impl Aliases {
    fn of(workspace: &Workspace) -> Result<Aliases, PipelineError> {
        let files = workspace.files_ever()?;
        let mut paths: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (application, found) in owners::by_application(&files) {
            paths.insert(application.to_string(), found.into_iter().map(str::to_string).collect());
        }
        Ok(Aliases { owners: owners::rows(workspace)?, paths })
    }

    /// The id that a name in other records means; the name itself when no owner record explains it.
    fn id(&self, name: &str) -> String {
        let named: Vec<&owners::OwnerRow> =
            self.owners.iter().filter(|owner| !name.is_empty() && owner.app == name).collect();
        let holds = |paths: &Vec<String>| {
            paths.iter().any(|path| named.iter().any(|owner| owners::lies_at(path, &owner.asset)))
        };
        let found = self.paths.iter().find(|(_, paths)| holds(paths));
        found.map_or_else(|| name.to_string(), |(application, _)| application.clone())
    }

    /// Who answers for the applications, as far as records say.
    fn ownership(&self) -> Vec<Ownership> {
        let known = self.paths.iter().filter_map(|(application, paths)| {
            let owner = owners::of_paths(paths.iter().map(String::as_str), &self.owners)?;
            Some(Ownership {
                application: application.clone(),
                owned: !owner.owner.is_empty() && owner.owner_active != Some(false),
                attested: owner.attested.clone(),
            })
        });
        known.collect()
    }
}

/// Runs by application id.
fn runs(workspace: &Workspace, ids: &Aliases) -> Result<Vec<RunOutcome>, PipelineError> {
    let mut runs: Vec<RunOutcome> = workspace.scope().ask(queries::RUN_OUTCOMES, &Value::Null)?;
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for run in &mut runs {
        let id = known.entry(run.application.clone()).or_insert_with(|| ids.id(&run.application));
        run.application.clone_from(id);
    }
    Ok(runs)
}

/// Service-level objectives by application id.
fn objectives(workspace: &Workspace, ids: &Aliases) -> Result<Vec<Objective>, PipelineError> {
    let mut found: Vec<Objective> = workspace.scope().ask(queries::OBJECTIVES, &Value::Null)?;
    for objective in &mut found {
        objective.application = ids.id(&objective.application);
    }
    Ok(found)
}

/// The workbooks of the estate that have formulas.
fn recalculated(workspace: &Workspace) -> Result<Vec<Recalculated>, PipelineError> {
    let here = workspace.files_ever()?.into_iter().filter(|file| file.presence != Presence::Absent);
    let rows = here.filter(|file| file.formulas > 0).map(|file| Recalculated {
        asset: file.asset,
        formulas: file.formulas,
        compared: file.compared,
        equal: file.equal,
    });
    Ok(rows.collect())
}

/// Card data answers to PCI DSS, all other personal data to the GDPR.
fn tag_state(row: &super::TagRow) -> TagState {
    let card = row.tags.iter().any(|tag| tag == "CHD" || tag == "SAD");
    TagState {
        application: row.application.clone(),
        field: row.field.clone(),
        decided: !row.answer.is_empty(),
        regime: String::from(if card { "PCI-DSS" } else { "GDPR" }),
    }
}

fn policy_outcomes(workspace: &Workspace) -> Result<Vec<PolicyOutcome>, PipelineError> {
    let findings = workspace.findings()?;
    let applications = workspace.applications()?;
    let outcomes = workspace.decisions()?.into_iter().map(|decision| PolicyOutcome {
        findings: findings.iter().filter(|finding| finding.application == decision.application).count() as u64,
        fields: applications.iter().find(|row| row.application == decision.application).map_or(0, |row| row.fields),
        application: decision.application,
        decision: decision.decision,
    });
    Ok(outcomes.collect())
}
