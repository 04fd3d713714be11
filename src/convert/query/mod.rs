//! Saved queries to workflows: one per query, named as the query is. A query that shows rows becomes a `query` step, changes
//! of one table become steps over the model's records, everything else the statement as written. What is asked of the
//! person who starts it (declared parameters, names that are no column, controls of forms) becomes an input. Must not know
//! how a database runs.

mod catalog;
mod expression;
mod reach;
mod statement;

use std::collections::BTreeMap;

use crate::facts::QueryFacts;
use crate::lang::sql::{self, NoticeKind, StatementKind};
use crate::model::{
    Action, Coercion, Expression, Grade, Parameter, ProcedureKind, SourceSpan, Step, Trigger, Unmapped, Variable,
    Workflow,
};

use super::{Conversion, Coverage, ModuleReport, ProcedureReport};

pub use catalog::{Catalog, KnownColumn};
pub use reach::KNOWN_FUNCTIONS;

/// The name queries go by in reports and source spans, where procedures have their module.
pub const MODULE: &str = "Queries";
/// Names that Access gives to the queries it keeps behind forms, reports and their controls.
const HIDDEN: &str = "~sq_";
/// The variable that holds the rows of a query.
const ROWS: &str = "rows";

/// Converts the saved queries of what belongs together. `functions` are the procedures of its code, which SQL may call.
pub fn convert(queries: &[QueryFacts], catalog: &Catalog, functions: &[String]) -> Conversion {
    let mut conversion = Conversion::default();
    let mut procedures = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for query in queries {
        // An export holds a query twice: as Access saved it, and as SQL for people.
        if !seen.insert(query.name.to_lowercase()) {
            continue;
        }
        let workflow = converted(query, catalog, functions);
        let grade = workflow.grade.unwrap_or(Grade::Exact);
        let coverage = Coverage {
            statements: 1,
            exact: usize::from(grade == Grade::Exact),
            approximate: usize::from(grade == Grade::Approximate),
            manual: usize::from(grade == Grade::Manual),
            ..Coverage::default()
        };
        conversion.coverage += coverage;
        procedures.push(ProcedureReport {
            name: workflow.name.clone(),
            grade,
            coverage,
            unmapped: workflow.unmapped.clone(),
        });
        conversion.workflows.push(workflow);
    }
    if !procedures.is_empty() {
        conversion.report.push(ModuleReport { module: MODULE.to_string(), procedures });
    }
    conversion
}

/// What a query becomes, with everything that was noticed on the way.
struct Draft {
    steps: Vec<Step>,
    variables: Vec<Variable>,
    shows_rows: bool,
    grade: Grade,
    notes: Vec<String>,
}

fn converted(query: &QueryFacts, catalog: &Catalog, functions: &[String]) -> Workflow {
    let parsed = sql::parse(&query.sql);
    let broken = parsed.notices.iter().find(|notice| notice.kind != NoticeKind::NotRead);
    let Some(read) = parsed.statement.as_ref().filter(|_| broken.is_none()) else {
        let why = broken.map_or_else(|| String::from("there is no statement"), ToString::to_string);
        return finished(query, manual(query, &format!("the SQL cannot be read: {why}")), Vec::new());
    };
    if query.kind == "passThrough" {
        return finished(query, manual(query, "it runs on another server, in that server's own SQL"), Vec::new());
    }
    if let StatementKind::Other { keyword } = &read.kind {
        let reason = format!("{} changes the structure of the database, which a data model declares", keyword.text);
        return finished(query, manual(query, &reason), Vec::new());
    }
    let reach = reach::of(read, catalog, functions);
    if let Some(reason) = &reach.obstacle {
        return finished(query, manual(query, reason), Vec::new());
    }
    let mut draft = statement::drafted(query, read, &reach, catalog);
    draft.notes.extend(reach.doubts.iter().cloned());
    if !reach.doubts.is_empty() {
        draft.grade = draft.grade.max(Grade::Approximate);
    }
    let inputs = reach.parameters.iter().map(|parameter| Parameter {
        name: parameter.name.clone(),
        kind: parameter.kind.clone().unwrap_or_else(|| String::from("Variant")),
        ..Parameter::default()
    });
    finished(query, draft, inputs.collect())
}

fn manual(query: &QueryFacts, reason: &str) -> Draft {
    let action = Action::Manual { reason: reason.to_string(), text: query.sql.trim().to_string() };
    Draft {
        steps: vec![Step { action, ..Step::default() }],
        variables: Vec::new(),
        shows_rows: false,
        grade: Grade::Manual,
        notes: vec![reason.to_string()],
    }
}

fn finished(query: &QueryFacts, mut draft: Draft, inputs: Vec<Parameter>) -> Workflow {
    let span = span(query);
    let note = (!draft.notes.is_empty()).then(|| draft.notes.join("; "));
    for step in &mut draft.steps {
        mark(step, draft.grade, &span);
    }
    // The note belongs to the step that touches the data, which is the first.
    if let Some(first) = draft.steps.first_mut() {
        first.note.clone_from(&note);
    }
    crate::dsl::assign_step_ids(&mut draft.steps);
    let unmapped = (draft.grade == Grade::Manual).then(|| Unmapped {
        reason: note.unwrap_or_default(),
        text: query.sql.trim().to_string(),
        source: span,
    });
    Workflow {
        name: query.name.clone(),
        label: query.name.starts_with(HIDDEN).then(|| behind(&query.name)),
        trigger: Some(Trigger::Manual),
        procedure: Some(ProcedureKind::Sub),
        coercion: Coercion::Vba,
        inputs,
        outputs: if draft.shows_rows { vec![ROWS.to_string()] } else { Vec::new() },
        variables: draft.variables,
        steps: draft.steps,
        unmapped: unmapped.into_iter().collect(),
        grade: Some(draft.grade),
        conversion_confidence: Some(if draft.grade == Grade::Exact { 1.0 } else { 0.0 }),
        capabilities: vec![String::from("database")],
        ..Workflow::default()
    }
}

fn mark(step: &mut Step, grade: Grade, span: &SourceSpan) {
    step.grade = Some(grade);
    step.source = vec![span.clone()];
    for branch in crate::dsl::branches_mut(&mut step.action) {
        branch.iter_mut().for_each(|inner| mark(inner, grade, span));
    }
}

/// The whole text of the query.
fn span(query: &QueryFacts) -> SourceSpan {
    let lines = query.sql.lines().count().max(1);
    let last = query.sql.lines().last().map_or(0, |line| line.chars().count());
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    SourceSpan {
        module: MODULE.to_string(),
        procedure: query.name.clone(),
        start_line: 1,
        start_column: 1,
        end_line: number(lines),
        end_column: number(last.saturating_add(1)),
    }
}

/// `~sq_fOrders`, `~sq_cOrders~sq_cStore`: whose rows a hidden query gives.
fn behind(name: &str) -> String {
    let rest = name.strip_prefix(HIDDEN).unwrap_or(name);
    let (owner, control) = rest.split_once("~sq_").map_or((rest, None), |(owner, control)| (owner, Some(control)));
    let plain = |text: &str| text.chars().skip(1).collect::<String>();
    let kind = if matches!(owner.chars().next(), Some('r' | 'd')) { "report" } else { "form" };
    match control {
        Some(control) => format!("rows of the control {} on {}", plain(control), plain(owner)),
        None => format!("rows of the {kind} {}", plain(owner)),
    }
}

/// Inputs as the parameters of a statement.
fn with(reach: &reach::Reach) -> BTreeMap<String, Expression> {
    let name = |name: &String| crate::lang::formula::print(&crate::lang::formula::Node::Name(name.clone()));
    reach.parameters.iter().map(|one| (one.name.clone(), Expression(name(&one.name)))).collect()
}
