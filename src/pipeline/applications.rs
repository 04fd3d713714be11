//! From files to logical applications: each file is modelled by itself, copies are grouped, and the application takes the
//! model of its fullest copy. An application id is given once; grouping anew never renames what the ledger knows.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::judge::{self, Seen};
use super::owners::{self, OwnerRow};
use super::report::{CoverageReport, ModuleReport, WorkbookFidelity};
use super::scan::Read;
use super::workspace::SYSTEM;
use super::{FileRow, PipelineError, Workspace, review};
use crate::facts::{LinkFacts, Reading, SourceFacts};
use crate::infer::{Sighting, Source, cluster, infer, sightings, sketch};
use crate::model::{Application, Field, Inference, Workflow};

/// Raised whenever reading, inferring or converting gives something else for the same file: unchanged files are then read
/// again at the next scan.
pub(super) const FORMAT: u32 = 4;

/// A file's facts as kept, with the object that holds its model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptFacts {
    pub facts: SourceFacts,
    pub model: String,
}

/// What one file alone amounts to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct FileModel {
    pub inference: Inference,
    pub coverage: CoverageReport,
    pub modules: Vec<ModuleReport>,
    pub rows: u64,
    pub risk: f64,
    pub links: Vec<LinkFacts>,
    /// What contents showed beside the model.
    #[serde(default)]
    pub sightings: Vec<Sighting>,
    /// What recalculating its formulas gave.
    #[serde(default)]
    pub fidelity: Option<WorkbookFidelity>,
    /// Models that forms and reports show.
    #[serde(default)]
    pub shown_models: Vec<String>,
}

/// The object id of the model kept with facts `id`; none when they were kept by an older version.
pub(super) fn model_of(workspace: &Workspace, id: &str) -> Result<Option<String>, PipelineError> {
    Ok(workspace.fetch::<KeptFacts>(id).ok().map(|kept| kept.model))
}

/// Infers, converts and weighs one file.
pub(super) fn model_file(name: &str, sha256: &str, reading: &Reading) -> FileModel {
    let source = Source { name, reading };
    let mut inference = infer(&[source]);
    let mut converted = super::convert::convert_facts(&reading.facts);
    let formulas = super::convert::reported(super::formulas::apply(&mut inference, name, reading));
    converted.report.extend(formulas.report);
    converted.coverage.add(formulas.coverage);
    let fidelity = super::fidelity::of_reading(name, reading, (&converted.modules, &converted.workflows));
    inference.application.modules = converted.modules;
    inference.application.workflows = converted.workflows;
    inference.application.metadata.sources = vec![name.to_string()];
    inference.application.id = format!("{}-{}", slug(name), sha256.get(..6).unwrap_or(""));
    let rows = reading.tables.iter().map(|table| table.rows.len() as u64).sum::<u64>()
        + inference.regions.iter().map(region_rows).sum::<u64>();
    let risk = risk_of(reading, &inference.application);
    let sightings = sightings(&source, &inference.application, &inference.regions);
    FileModel {
        sightings,
        fidelity,
        shown_models: shown_models(&reading.facts, &inference.application),
        inference,
        coverage: converted.coverage,
        modules: converted.report,
        rows,
        risk,
        links: reading.facts.links.clone(),
    }
}

/// Models that a form or a report takes its records from, directly or through a saved query that names them.
fn shown_models(facts: &SourceFacts, application: &Application) -> Vec<String> {
    let records = facts.forms.iter().chain(&facts.reports).filter_map(|object| object.record_source.as_deref());
    let sources: Vec<String> = records
        .map(|source| {
            let query = facts.queries.iter().find(|query| query.name.eq_ignore_ascii_case(source.trim()));
            query.map_or(source, |query| query.sql.as_str()).to_lowercase()
        })
        .collect();
    let named = |model: &str| {
        let model = model.to_lowercase();
        sources.iter().any(|source| {
            source.match_indices(&model).any(|(at, found)| {
                let touches = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
                let head = source.get(..at).unwrap_or("").chars().next_back();
                let tail = source.get(at + found.len()..).unwrap_or("").chars().next();
                !touches(head) && !touches(tail)
            })
        })
    };
    let models = application.data_models.iter().map(|model| &model.name);
    models.filter(|name| !name.is_empty() && named(name)).cloned().collect()
}

fn region_rows(region: &crate::model::Region) -> u64 {
    let rows: Vec<u64> = region
        .data_range
        .split(':')
        .filter_map(|cell| cell.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().ok())
        .collect();
    match rows.as_slice() {
        [first, last] => last.saturating_sub(*first) + 1,
        [_] => 1,
        _ => 0,
    }
}

/// Error rate per formula cell: 0.8 to 1.8 % in field audits (Powell, Baker and Lawson); 1 % is used.
const CELL_ERROR_RATE: f64 = 0.01;
/// Formula cells beyond which the likelihood no longer grows (`kpis.md`).
const MOST_FORMULAS: u64 = 1000;

/// Impact (1 to 5, by the worst data class seen) x likelihood of at least one error (`kpis.md`); an estimate.
fn risk_of(reading: &Reading, application: &Application) -> f64 {
    let formulas: u64 = reading.facts.formulas.iter().map(|shape| shape.cells).sum();
    let statements: u64 = reading.facts.code.iter().map(|module| module.code.lines().count() as u64).sum();
    let n = (formulas + statements).min(MOST_FORMULAS);
    let likelihood = 1.0 - (1.0 - CELL_ERROR_RATE).powi(n as i32);
    f64::from(impact_of(application)) * likelihood.max(CELL_ERROR_RATE)
}

fn impact_of(application: &Application) -> u8 {
    let fields = application.data_models.iter().flat_map(|model| &model.fields);
    let worst = |field: &Field| match field.tags.iter().map(String::as_str).max_by_key(|tag| tag_impact(tag)) {
        Some(tag) => tag_impact(tag),
        None => 1,
    };
    fields.map(worst).max().unwrap_or(1)
}

fn tag_impact(tag: &str) -> u8 {
    match tag {
        "SAD" | "special" | "criminal" => 5,
        "CHD" | "nationalId" => 4,
        "personal" => 3,
        _ => 1,
    }
}

/// Groups what was read into applications, records each, its tags and its policy check; returns asset → application id.
/// `before` holds the assets as they were known before this scan: an id is given once. `elsewhere` are files of the estate
/// that this scan did not look at: a copy on another share is a copy.
pub(super) fn group(
    workspace: &Workspace,
    (snapshot, day): (u64, &str),
    read: &[Read],
    before: &BTreeMap<String, FileRow>,
    elsewhere: &[FileRow],
) -> Result<BTreeMap<String, String>, PipelineError> {
    let known: BTreeMap<String, String> = before
        .values()
        .filter(|row| !row.application.is_empty())
        .map(|row| (row.asset.clone(), row.application.clone()))
        .collect();
    let _turn = workspace.take_turn();
    let others: Vec<Read> = elsewhere.iter().filter_map(|row| not_read_now(workspace, row)).collect();
    let paths = read.iter().chain(&others).map(|read| read.file.path.as_str()).collect();
    let about = About { snapshot, day, owners: owners::rows(workspace)?, tags: workspace.tags()?, paths };
    let members: Vec<&Read> = read.iter().chain(&others).filter(|read| !read.model.is_empty()).collect();
    let now: BTreeSet<&str> = read.iter().map(|read| read.asset.as_str()).collect();
    let mut sketches = Vec::with_capacity(members.len());
    for member in &members {
        let kept: KeptFacts = workspace.fetch(&member.facts)?;
        sketches.push(sketch(&kept.facts));
    }
    let mut assigned = BTreeMap::new();
    let mut taken = BTreeSet::new();
    let concerned = |copies: &[&Read]| copies.iter().any(|copy| now.contains(copy.asset.as_str()));
    let families = families(&members, cluster(&sketches)).into_iter().filter(|(copies, _)| concerned(copies));
    for (copies, is_export) in families {
        let Some((fullest, mut model)) = fullest(workspace, &copies)? else { continue };
        if is_export {
            model = union(workspace, &copies, model)?;
        }
        let id = application_id(&copies, &known, &model.inference.application.id, &mut taken);
        for copy in &copies {
            assigned.insert(copy.asset.clone(), id.clone());
        }
        let sightings = all_sightings(workspace, fullest, &copies, &about.owners)?;
        record(workspace, &about, &id, (fullest, &copies), model, sightings)?;
    }
    let members: Vec<Value> = assigned.iter().map(|(asset, id)| json!({ "asset": asset, "application": id })).collect();
    workspace.record(SYSTEM, vec![("files.grouped", json!({ "snapshot": snapshot, "members": members }))])?;
    let states = owners::states(workspace, day)?;
    if !states.is_empty() {
        workspace.record(SYSTEM, states)?;
    }
    Ok(assigned)
}

/// What every application of a scan is weighed with.
struct About<'a> {
    snapshot: u64,
    day: &'a str,
    owners: Vec<OwnerRow>,
    tags: Vec<super::TagRow>,
    /// Of every file of the estate.
    paths: Vec<&'a str>,
}

/// A file of the estate as an earlier scan read it; none when nothing could be read of it.
fn not_read_now(workspace: &Workspace, row: &FileRow) -> Option<Read> {
    let model = model_of(workspace, &row.facts).ok().flatten()?;
    Some(Read {
        root: row.root.clone(),
        path: row.path.clone(),
        place: row.place.clone(),
        file: super::ScannedFile { path: row.path.clone(), kind: row.kind.clone(), ..super::ScannedFile::default() },
        asset: row.asset.clone(),
        facts: row.facts.clone(),
        model,
        risk: row.risk,
        compared: row.compared,
        equal: row.equal,
    })
}

/// What all copies of a family showed. The fullest copy's places stand as they are, those of other copies say which copy.
fn all_sightings(
    workspace: &Workspace,
    fullest: &Read,
    copies: &[&Read],
    owners: &[OwnerRow],
) -> Result<Vec<Value>, PipelineError> {
    let mut found: BTreeSet<(String, String)> = BTreeSet::new();
    let mut sightings = Vec::new();
    let mut order: Vec<&Read> = copies.iter().copied().filter(|copy| copy.asset != fullest.asset).collect();
    order.insert(0, fullest);
    for copy in order {
        let model: FileModel = workspace.fetch(&copy.model)?;
        let environment = judge::environment(copy.within(), owners::of_paths([copy.file.path.as_str()], owners));
        for sighting in model.sightings {
            if !found.insert((sighting.kind.clone(), sighting.location.clone())) {
                continue;
            }
            let elsewhere = (copy.asset != fullest.asset).then(|| super::contents::file_name(copy.file.path.as_ref()));
            sightings.push(judge::finding(&sighting, elsewhere.as_deref(), environment));
        }
    }
    Ok(sightings)
}

/// Folders into which Access and version-control add-ins sort the objects of one database.
const OBJECT_FOLDERS: &[&str] =
    &["forms", "reports", "queries", "macros", "modules", "tables", "tbldefs", "relations", "images", "themes"];

/// The folder of the export that a file is a part of; none for files that stand for themselves.
fn export_root(read: &Read) -> Option<String> {
    if !matches!(read.file.kind.as_str(), "accesstext" | "accessxml" | "vbatext") {
        return None;
    }
    let folder = std::path::Path::new(&read.file.path).parent()?;
    let last = folder.file_name()?.to_string_lossy().to_ascii_lowercase();
    let root = if OBJECT_FOLDERS.contains(&last.as_str()) { folder.parent()? } else { folder };
    Some(root.display().to_string())
}

/// Families of copies by content; the parts of one export are one application, whatever they hold. The flag says that the
/// members are parts and not copies.
fn families<'a>(members: &[&'a Read], clusters: Vec<Vec<usize>>) -> Vec<(Vec<&'a Read>, bool)> {
    let mut exports: BTreeMap<String, Vec<&'a Read>> = BTreeMap::new();
    let mut found = Vec::new();
    for cluster in clusters {
        let mut copies = Vec::new();
        for member in cluster.iter().filter_map(|at| members.get(*at).copied()) {
            match export_root(member) {
                Some(root) => exports.entry(root).or_default().push(member),
                None => copies.push(member),
            }
        }
        if !copies.is_empty() {
            found.push((copies, false));
        }
    }
    found.extend(exports.into_values().map(|parts| (parts, true)));
    found
}

/// The models of all parts of an export together.
fn union(workspace: &Workspace, parts: &[&Read], whole: FileModel) -> Result<FileModel, PipelineError> {
    let mut all = FileModel {
        inference: Inference { application: whole.inference.application, ..Inference::default() },
        ..FileModel::default()
    };
    let application = &mut all.inference.application;
    (application.data_models, application.relationships) = (Vec::new(), Vec::new());
    (application.modules, application.workflows) = (Vec::new(), Vec::new());
    for part in parts {
        let model: FileModel = workspace.fetch(&part.model)?;
        let from = model.inference.application;
        let to = &mut all.inference.application;
        to.data_models.extend(from.data_models);
        to.relationships.extend(from.relationships);
        to.modules.extend(from.modules);
        add_workflows(&mut to.workflows, from.workflows);
        all.inference.regions.extend(model.inference.regions);
        all.inference.evidence.extend(model.inference.evidence);
        all.modules.extend(model.modules);
        all.links.extend(model.links);
        all.shown_models.extend(model.shown_models);
        all.coverage.add(model.coverage);
        all.rows += model.rows;
        all.risk = all.risk.max(model.risk);
    }
    Ok(all)
}

/// Adds the workflows of a further part. An export holds a query twice, as Access saved it and as SQL: it stays one.
pub(super) fn add_workflows(to: &mut Vec<Workflow>, from: Vec<Workflow>) {
    for workflow in from {
        let is_query = workflow.module.is_none();
        let known = to.iter_mut().find(|known| is_query && known.module.is_none() && known.name == workflow.name);
        match known {
            // The text that could be read wins.
            Some(known) if known.grade > workflow.grade => *known = workflow,
            Some(_) => {}
            None => to.push(workflow),
        }
    }
}

/// The copy with most statements, then most rows, then the last path: it stands for the family.
fn fullest<'a>(workspace: &Workspace, copies: &[&'a Read]) -> Result<Option<(&'a Read, FileModel)>, PipelineError> {
    let mut best: Option<(&'a Read, FileModel)> = None;
    for copy in copies {
        let model: FileModel = workspace.fetch(&copy.model)?;
        let weight =
            |model: &FileModel| (model.coverage.statements, model.inference.application.data_models.len(), model.rows);
        if best.as_ref().is_none_or(|(_, chosen)| weight(&model) >= weight(chosen)) {
            best = Some((copy, model));
        }
    }
    Ok(best)
}

/// The id most of the copies already have, else a new one; no two families of a scan share one.
fn application_id(
    copies: &[&Read],
    known: &BTreeMap<String, String>,
    proposed: &str,
    taken: &mut BTreeSet<String>,
) -> String {
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    for id in copies.iter().filter_map(|copy| known.get(&copy.asset)) {
        *votes.entry(id.as_str()).or_default() += 1;
    }
    let kept = votes.into_iter().filter(|(id, _)| !taken.contains(*id)).max_by_key(|(_, count)| *count);
    let mut id = kept.map_or_else(|| proposed.to_string(), |(id, _)| id.to_string());
    while taken.contains(&id) || (kept.is_none() && known.values().any(|other| *other == id)) {
        id.push_str("-2");
    }
    taken.insert(id.clone());
    id
}

fn record(
    workspace: &Workspace,
    about: &About<'_>,
    id: &str,
    (fullest, copies): (&Read, &[&Read]),
    model: FileModel,
    sightings: Vec<Value>,
) -> Result<(), PipelineError> {
    let mut inference = model.inference;
    let known = |target: &str| about.paths.iter().any(|path| same_name(path, target));
    let owner = owners::of_paths(copies.iter().map(|copy| copy.file.path.as_str()), &about.owners);
    let seen = Seen {
        live_copies: copies.len() as u64,
        path: fullest.path.clone(),
        shown_models: model.shown_models,
        sightings,
        links: judge::unknown_links(&model.links, &known),
        orphans: judge::orphans(&inference),
    };
    let observations = workspace.keep(&seen)?;
    let application = &mut inference.application;
    application.id = id.to_string();
    application.version = String::from("1.0.0");
    let name = stem(&fullest.file.path);
    application.metadata.name = Some(name.clone());
    application.metadata.sources = copies.iter().map(|copy| copy.file.path.clone()).collect();
    let domain = owner.map(|owner| owner.domain.clone()).unwrap_or_default();
    let fields: usize = application.data_models.iter().map(|model| model.fields.len()).sum();
    let proposals = judge::tagged_fields(&inference);
    let inferred = workspace.keep(&inference)?;
    let mut application = inference.application;
    if let Some(owner) = owner {
        owners::apply(&mut application, owner);
    }
    review::apply_decisions(&mut application, &about.tags);
    let status = owners::status_of(workspace, id, owner)?;
    let verdict = judge::check_application(&application, &seen.document(&status), about.day)?;
    let events = vec![
        (
            "application.inferred",
            json!({
                "snapshot": about.snapshot, "application": id, "name": name, "domain": domain, "files": copies.len(),
                "model": workspace.keep(&application)?, "models": application.data_models.len(), "fields": fields,
                "workflows": application.workflows.len(), "coverage": model.coverage,
                "report": workspace.keep(&model.modules)?, "inference": inferred, "observations": observations,
            }),
        ),
        ("fields.tagged", json!({ "application": id, "fields": proposals })),
        ("policy.checked", judge::checked(id, "scan", &verdict)),
    ];
    workspace.record(SYSTEM, events)
}

/// Whether two paths end in the same file name, whatever their separators and escapes.
fn same_name(path: &str, target: &str) -> bool {
    let last = |text: &str| text.rsplit(['/', '\\']).next().unwrap_or("").replace("%20", " ").to_lowercase();
    last(path) == last(target)
}

fn stem(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_string()
}

/// Lower-case letters, digits and single dashes of a file's stem, for an id that people recognise.
fn slug(name: &str) -> String {
    let words: Vec<String> = stem(name)
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_string)
        .collect();
    let text = words.join("-");
    if text.is_empty() { String::from("application") } else { text.chars().take(48).collect() }
}
