//! What pages show, as plain rows: asked from the projection, completed from objects. Pages format, they do not compute.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::applications::{self, KeptFacts};
use super::queries;
use super::uploads::UPLOADS;
use super::{CoverageReport, ModuleReport, PipelineError, WorkbookFidelity, Workspace};
use crate::facts::SourceFacts;
use crate::insight::{FileState, StatusChange};
use crate::model::{Application, Evidence, Inference, Receipt, Region};

/// One file of the estate as last read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileRow {
    pub seq: u64,
    pub snapshot: u64,
    /// Stable id of the file asset; part of its page's address.
    pub asset: String,
    pub root: String,
    pub path: String,
    pub sha256: String,
    pub bytes: u64,
    pub kind: String,
    pub state: String,
    pub reason: String,
    pub tables: u64,
    pub rows: u64,
    pub formulas: u64,
    pub macros: u64,
    pub ms: u64,
    pub application: String,
    /// Object id of the facts; empty when nothing could be read.
    pub facts: String,
    /// 0 to 5, an estimate; none when the file could not be read.
    pub risk: Option<f64>,
    /// Day of the snapshot that saw it last.
    pub seen: Option<String>,
    /// Where the asset lies: its absolute path, or its path within the share whose dated copies are compared.
    pub place: String,
    /// Which version of reading and inferring its facts come from.
    pub format: u32,
    /// Formulas that were computed and compared with the result Excel saved, and how many of them were equal.
    pub compared: u64,
    pub equal: u64,
    #[serde(default)]
    pub presence: Presence,
}

/// What the last look at a file's root says of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// Seen when its root was last read.
    #[default]
    Present,
    /// Its root could not be read since: it may be there or not.
    Unknown,
    /// Its root was read since, and it was not there.
    Absent,
}

/// One finished scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotRow {
    pub snapshot: u64,
    pub taken: String,
    pub files: u64,
    pub applications: u64,
}

/// One root of one scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RootRow {
    pub snapshot: u64,
    pub root: String,
    pub readable: bool,
}

/// One logical application as last inferred.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApplicationRow {
    pub application: String,
    pub name: String,
    pub domain: String,
    /// Object id of the model with people's decisions in it.
    pub model: String,
    /// Object id of what scanning saw beside the model.
    pub observations: String,
    pub inference: String,
    pub report: String,
    pub files: u64,
    pub models: u64,
    pub fields: u64,
    pub workflows: u64,
    #[serde(flatten)]
    pub coverage: CoverageReport,
}

/// One proposed tag and what was decided about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TagRow {
    pub application: String,
    /// `Model.field`.
    pub field: String,
    pub semantic_type: String,
    pub tags: Vec<String>,
    pub rule: String,
    pub held: u64,
    pub seen: u64,
    pub place: String,
    pub confidence: f64,
    /// Evidence against, masked.
    pub against: Vec<String>,
    /// `accept`, `change`, `reject`, or empty while open.
    pub answer: String,
    pub decided_tags: Option<Vec<String>>,
    pub reason: String,
    pub actor: String,
    pub decided: String,
}

/// One finding of the last check of an application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingRow {
    pub application: String,
    pub id: String,
    #[serde(rename = "ref")]
    pub reference: String,
    pub severity: String,
    pub object: String,
    pub message: String,
    pub remedy: String,
}

/// The last decision about an application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionRow {
    pub application: String,
    pub stage: String,
    pub decision: String,
    /// Rules that were evaluated.
    pub rules: u64,
    pub time: String,
}

/// One workflow run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    pub run: String,
    pub application: String,
    pub workflow: String,
    pub status: String,
    pub ms: f64,
    pub steps: u64,
    pub memory_bytes: u64,
    pub error: String,
    /// `{"purpose": "replay"|"run", "steps":[{id,status,attempts,ms}], "capabilities":[…]}`.
    pub detail: Option<Value>,
    pub time: String,
}

/// The last receipt of a macro.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiptRow {
    pub application: String,
    #[serde(rename = "macro")]
    pub procedure: String,
    pub level: String,
    pub equal: bool,
    pub cells: u64,
    pub differences: u64,
    pub statements_reached: f64,
    pub receipt: String,
    pub time: String,
}

impl ReceiptRow {
    /// Whether the legacy side's own result was met. A workflow that equals itself is no proof.
    pub fn is_proof(&self) -> bool {
        self.equal && self.level != "self"
    }

    /// `equal`, `different`, or `unproven` when there was nothing of the legacy side to compare with.
    pub fn word(&self) -> &'static str {
        match (self.equal, self.is_proof()) {
            (_, true) => "equal",
            (true, false) => "unproven",
            (false, false) => "different",
        }
    }
}

/// One line of the audit trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    pub seq: u64,
    pub time: String,
    pub actor: String,
    pub event: String,
    pub subject: String,
    /// What of it a person looks for: the decision and its reason, the state, the result.
    pub detail: String,
}

/// One decision about a proposed tag, as it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrailRow {
    pub seq: u64,
    pub time: String,
    pub actor: String,
    /// `accept`, `change`, `reject` or `undo`.
    pub answer: String,
    pub tags: Vec<String>,
    pub reason: String,
}

/// An ISO day and how many applications had each status on it.
pub type DatedCounts = (String, BTreeMap<String, usize>);

/// A file's page.
#[derive(Debug, Clone)]
pub struct FileView {
    pub file: FileRow,
    /// None when nothing could be read.
    pub facts: Option<SourceFacts>,
    /// What recalculating its formulas gave; none for a file without formulas.
    pub fidelity: Option<WorkbookFidelity>,
    /// Other files of the same application.
    pub copies: Vec<FileRow>,
    pub findings: Vec<FindingRow>,
}

/// An application's page.
#[derive(Debug, Clone)]
pub struct ApplicationView {
    pub row: ApplicationRow,
    pub model: Application,
    pub evidence: Vec<Evidence>,
    pub regions: Vec<Region>,
    pub modules: Vec<ModuleReport>,
    pub files: Vec<FileRow>,
    pub tags: Vec<TagRow>,
    pub findings: Vec<FindingRow>,
    pub decision: Option<DecisionRow>,
    pub receipts: Vec<ReceiptRow>,
    pub runs: Vec<RunRow>,
}

/// One macro beside its workflow.
#[derive(Debug, Clone)]
pub struct MacroView {
    pub application: ApplicationRow,
    /// Name of the workflow.
    pub workflow: String,
    pub model: Application,
    /// The module's source as extracted.
    pub code: String,
    pub receipt: Option<Receipt>,
}

impl Workspace {
    /// Every asset ever seen, as last read, with what is known of its presence.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn files_ever(&self) -> Result<Vec<FileRow>, PipelineError> {
        self.estate(|| {
            let mut files: Vec<FileRow> = self.scope().ask(queries::FILES, &Value::Null)?;
            let roots = self.roots()?;
            for file in &mut files {
                file.presence = presence(file, &roots);
            }
            Ok(files)
        })
    }

    /// The estate: every file that is there or may be there. A file that a readable root no longer shows is left out.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn files(&self) -> Result<Vec<FileRow>, PipelineError> {
        Ok(self.files_ever()?.into_iter().filter(|file| file.presence != Presence::Absent).collect())
    }

    /// The same as `files`: menu, pages and summary count the same estate.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn current_files(&self) -> Result<Vec<FileRow>, PipelineError> {
        self.files()
    }

    /// The applications that have a file in the estate.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn current_applications(&self) -> Result<Vec<ApplicationRow>, PipelineError> {
        let gone = self.gone_applications()?;
        Ok(self.applications()?.into_iter().filter(|row| !gone.contains(&row.application)).collect())
    }

    /// Applications of which no file is in the estate any more: their tags and findings are history.
    fn gone_applications(&self) -> Result<BTreeSet<String>, PipelineError> {
        let files = self.files()?;
        let present: BTreeSet<&str> = files.iter().map(|file| file.application.as_str()).collect();
        let all = self.applications()?.into_iter().map(|row| row.application);
        Ok(all.filter(|application| !present.contains(application.as_str())).collect())
    }

    /// All finished scans, oldest first.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn snapshots(&self) -> Result<Vec<SnapshotRow>, PipelineError> {
        Ok(self.scope().ask(queries::SNAPSHOTS, &Value::Null)?)
    }

    /// The finished scans of shares: an upload adds files, but it is no look at the estate.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn share_snapshots(&self) -> Result<Vec<SnapshotRow>, PipelineError> {
        let roots = self.roots()?;
        let is_upload = |row: &SnapshotRow| {
            let mut of = roots.iter().filter(|root| root.snapshot == row.snapshot).peekable();
            of.peek().is_some() && of.all(|root| root.root == UPLOADS)
        };
        Ok(self.snapshots()?.into_iter().filter(|row| !is_upload(row)).collect())
    }

    /// The roots of all scans.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn roots(&self) -> Result<Vec<RootRow>, PipelineError> {
        Ok(self.scope().ask(queries::ROOTS, &Value::Null)?)
    }

    /// All applications by name.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn applications(&self) -> Result<Vec<ApplicationRow>, PipelineError> {
        Ok(self.scope().ask(queries::APPLICATIONS, &Value::Null)?)
    }

    /// The proposed tags of the estate's applications with their decisions, each field once.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn tags(&self) -> Result<Vec<TagRow>, PipelineError> {
        let gone = self.gone_applications()?;
        let rows: Vec<TagRow> = self.scope().ask(queries::TAGS, &Value::Null)?;
        Ok(rows.into_iter().filter(|row| !gone.contains(&row.application)).collect())
    }

    /// Everything that was decided about a proposed tag, oldest first.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn tag_trail(&self, application: &str, field: &str) -> Result<Vec<TrailRow>, PipelineError> {
        Ok(self.scope().ask(queries::TAG_TRAIL, &json!({ "application": application, "field": field }))?)
    }

    /// The findings of the last checks of the estate's applications, most severe first.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn findings(&self) -> Result<Vec<FindingRow>, PipelineError> {
        let gone = self.gone_applications()?;
        let rows: Vec<FindingRow> = self.scope().ask(queries::FINDINGS, &Value::Null)?;
        Ok(rows.into_iter().filter(|row| !gone.contains(&row.application)).collect())
    }

    /// The last policy decision for every application of the estate.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn decisions(&self) -> Result<Vec<DecisionRow>, PipelineError> {
        let gone = self.gone_applications()?;
        let rows: Vec<DecisionRow> = self.scope().ask(queries::DECISIONS, &Value::Null)?;
        Ok(rows.into_iter().filter(|row| !gone.contains(&row.application)).collect())
    }

    /// Workflow runs, newest first.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn runs(&self) -> Result<Vec<RunRow>, PipelineError> {
        Ok(self.scope().ask(queries::RUNS, &Value::Null)?)
    }

    /// The last receipt of every macro of the estate.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn receipts(&self) -> Result<Vec<ReceiptRow>, PipelineError> {
        let gone = self.gone_applications()?;
        let rows: Vec<ReceiptRow> = self.scope().ask(queries::RECEIPTS, &Value::Null)?;
        // A receipt for a file that is not in the estate says nothing about it.
        let counts = |row: &ReceiptRow| !row.application.is_empty() && !gone.contains(&row.application);
        Ok(rows.into_iter().filter(counts).collect())
    }

    /// The trail, newest first: 200 records below `before`, of one kind of event or of all.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn audit(&self, before: Option<u64>, event: Option<&str>) -> Result<Vec<AuditRow>, PipelineError> {
        Ok(self.scope().ask(queries::AUDIT, &json!({ "before": before, "event": event }))?)
    }

    /// One file's page; `None` when there is no such asset.
    ///
    /// # Errors
    /// When the projection refuses or an object is damaged.
    pub fn file(&self, asset: &str) -> Result<Option<FileView>, PipelineError> {
        let files = self.files_ever()?;
        let Some(file) = files.iter().find(|file| file.asset == asset).cloned() else {
            return Ok(None);
        };
        let facts = if file.facts.is_empty() { None } else { Some(self.facts(&file.facts)?) };
        let model = applications::model_of(self, &file.facts)?;
        let fidelity = match model {
            Some(model) => self.fetch::<applications::FileModel>(&model)?.fidelity,
            None => None,
        };
        let same = |other: &&FileRow| !file.application.is_empty() && other.application == file.application;
        let here = |other: &&FileRow| other.asset != asset && other.presence != Presence::Absent;
        let copies = files.iter().filter(same).filter(here).cloned().collect();
        let findings = self.findings()?.into_iter().filter(|finding| finding.application == file.application).collect();
        Ok(Some(FileView { file, facts, fidelity, copies, findings }))
    }

    /// One application's page; `None` when there is no such application.
    ///
    /// # Errors
    /// When the projection refuses or an object is damaged.
    pub fn application(&self, id: &str) -> Result<Option<ApplicationView>, PipelineError> {
        let Some(row) = self.applications()?.into_iter().find(|row| row.application == id) else {
            return Ok(None);
        };
        let model: Application = self.fetch(&row.model)?;
        let inference: Inference =
            if row.inference.is_empty() { Inference::default() } else { self.fetch(&row.inference)? };
        let modules: Vec<ModuleReport> = if row.report.is_empty() { Vec::new() } else { self.fetch(&row.report)? };
        let of = |application: &str| application == id;
        Ok(Some(ApplicationView {
            model,
            evidence: inference.evidence,
            regions: inference.regions,
            modules,
            files: self.files_of(id)?,
            tags: self.tags()?.into_iter().filter(|tag| of(&tag.application)).collect(),
            findings: self.findings()?.into_iter().filter(|finding| of(&finding.application)).collect(),
            decision: self.decisions()?.into_iter().find(|decision| of(&decision.application)),
            receipts: self.receipts()?.into_iter().filter(|receipt| of(&receipt.application)).collect(),
            runs: self.runs()?.into_iter().filter(|run| of(&run.application)).collect(),
            row,
        }))
    }

    /// One macro's page: application id and workflow name; `None` when there is none.
    ///
    /// # Errors
    /// When the projection refuses or an object is damaged.
    pub fn macro_view(&self, id: &str, workflow: &str) -> Result<Option<MacroView>, PipelineError> {
        let Some(view) = self.application(id)? else { return Ok(None) };
        let Some(found) = view.model.workflows.iter().find(|candidate| candidate.name == workflow) else {
            return Ok(None);
        };
        let module = found.module.clone().unwrap_or_default();
        let receipt = view
            .receipts
            .iter()
            .find(|receipt| receipt.procedure == workflow && !receipt.receipt.is_empty())
            .map(|row| self.fetch::<Receipt>(&row.receipt))
            .transpose()?;
        let code = if found.module.is_some() { self.code_of(&view, &module)? } else { self.query_of(&view, workflow)? };
        Ok(Some(MacroView { application: view.row, workflow: workflow.to_string(), model: view.model, code, receipt }))
    }

    /// The files of an application that are in the estate; of one that is gone, those it had.
    fn files_of(&self, id: &str) -> Result<Vec<FileRow>, PipelineError> {
        let all: Vec<FileRow> = self.files_ever()?.into_iter().filter(|file| file.application == id).collect();
        let here: Vec<FileRow> = all.iter().filter(|file| file.presence != Presence::Absent).cloned().collect();
        Ok(if here.is_empty() { all } else { here })
    }

    fn facts(&self, id: &str) -> Result<SourceFacts, PipelineError> {
        Ok(self.fetch::<KeptFacts>(id)?.facts)
    }

    fn code_of(&self, view: &ApplicationView, module: &str) -> Result<String, PipelineError> {
        for file in view.files.iter().filter(|file| !file.facts.is_empty()) {
            let facts = self.facts(&file.facts)?;
            let wanted = view.model.modules.iter().find(|known| known.name == module).map(|known| &known.sha256);
            let found = super::convert::code_of(&facts).into_iter().find(|code| {
                code.name == module && wanted.is_none_or(|sha| *sha == crate::base::sha256_hex(code.code.as_bytes()))
            });
            if let Some(code) = found {
                return Ok(code.code);
            }
        }
        Ok(String::new())
    }

    /// The text of a saved query.
    fn query_of(&self, view: &ApplicationView, name: &str) -> Result<String, PipelineError> {
        for file in view.files.iter().filter(|file| !file.facts.is_empty()) {
            if let Some(query) = self.facts(&file.facts)?.queries.into_iter().find(|query| query.name == name) {
                return Ok(query.sql);
            }
        }
        Ok(String::new())
    }

    /// Applications by status at every snapshot, oldest first: the ISO day, then how many have each status.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn status_history(&self) -> Result<Vec<DatedCounts>, PipelineError> {
        let statuses: Vec<StatusChange> = self.scope().ask(queries::STATUSES, &Value::Null)?;
        let files: Vec<FileState> = self.scope().ask(queries::FILE_HISTORY, &Value::Null)?;
        let mut history = Vec::new();
        for snapshot in self.share_snapshots()? {
            let present: BTreeSet<&str> = files
                .iter()
                .filter(|file| file.snapshot == snapshot.snapshot && !file.application.is_empty())
                .map(|file| file.application.as_str())
                .collect();
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for application in present {
                let known =
                    statuses.iter().rfind(|change| change.application == application && change.day <= snapshot.taken);
                let status = known.map_or("unmanaged", |change| change.status.as_str());
                *counts.entry(status.to_string()).or_default() += 1;
            }
            history.push((snapshot.taken, counts));
        }
        Ok(history)
    }
}

/// Whether a root covers a place: it is the place, or a folder above it.
pub(super) fn covers(root: &str, place: &str) -> bool {
    place.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || root.ends_with('/'))
}

/// By the scans after the one that saw the file last (an upload is no look at what was uploaded before): absent when one of them could read its root, unknown when they only
/// tried, present when none looked there.
fn presence(file: &FileRow, roots: &[RootRow]) -> Presence {
    let later = |root: &&RootRow| {
        root.snapshot > file.snapshot
            && root.root != UPLOADS
            && (covers(&root.root, &file.place) || root.root == file.root)
    };
    let looked: Vec<bool> = roots.iter().filter(later).map(|root| root.readable).collect();
    match (looked.contains(&true), looked.is_empty()) {
        (true, _) => Presence::Absent,
        (false, false) => Presence::Unknown,
        (false, true) => Presence::Present,
    }
}
