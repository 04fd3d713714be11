//! Gathers the rows for the indicators from the projection and hands them to `insight`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::applications::ends_in;
use super::queries;
use super::{PipelineError, Workspace};
use crate::insight::{
    Coverage, Indicator, Observations, PolicyOutcome, Replay, RunOutcome, Snapshot, StatusChange, TagState, indicators,
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
    let rows = observations(workspace)?;
    let kpis = indicators(&rows, &day).map_err(|error| PipelineError::Argument {
        what: String::from("the day"),
        reason: crate::base::Chain(&error).to_string(),
    })?;
    Ok(KpiReport { kpis })
}

fn observations(workspace: &Workspace) -> Result<Observations, PipelineError> {
    let scope = workspace.scope();
    let none = Value::Null;
    let files = scope.ask(queries::FILE_HISTORY, &none)?;
    let statuses: Vec<StatusChange> = scope.ask(queries::STATUSES, &none)?;
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
        runs: runs(workspace)?,
        tags: workspace.tags()?.iter().map(tag_state).collect(),
        policy: policy_outcomes(workspace)?,
        replays: workspace
            .receipts()?
            .into_iter()
            .map(|row| Replay { application: row.application, level: row.level, equal: row.equal })
            .collect(),
        coverage: workspace
            .applications()?
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

/// Runs by application id: records kept elsewhere name an app as its owner record does.
fn runs(workspace: &Workspace) -> Result<Vec<RunOutcome>, PipelineError> {
    #[derive(Deserialize)]
    struct Alias {
        asset: String,
        app: String,
    }
    let aliases: Vec<Alias> = workspace.scope().ask(queries::OWNERS, &Value::Null)?;
    let files = workspace.current_files()?;
    let known = |app: &str| {
        let named = aliases.iter().filter(|alias| !app.is_empty() && alias.app == app);
        named
            .flat_map(|alias| files.iter().filter(|file| ends_in(&file.path, &alias.asset)))
            .map(|file| file.application.clone())
            .next()
    };
    let mut runs: Vec<RunOutcome> = workspace.scope().ask(queries::RUN_OUTCOMES, &Value::Null)?;
    for run in &mut runs {
        if let Some(id) = known(&run.application) {
            run.application = id;
        }
    }
    Ok(runs)
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
