//! How far the formulas of workbooks can be trusted here: each is computed as the file was read and compared with the result
//! that Excel saved. Done for every workbook that is read into the estate, and by `daylight formula check`.

use std::path::{Path, PathBuf};

use super::PipelineError;
use super::contents::{file_name, read_path};
use super::discover::discover;
use super::excel_data::{excel_of, shown, workbook};
use super::report::{DifferenceReport, FormulaReport, WorkbookFidelity};
use crate::engine::workbook::{Fidelity, STEPS_AT_INGEST};
use crate::facts::{FileKind, Reading};
use crate::model::{CodeModule, ModuleKind, ProcedureKind, Workflow};
use crate::source::ReaderCommand;

/// The moment at which formulas are computed. Those that depend on it are not compared, so that any would do.
const MOMENT: f64 = 45_000.0;

/// Computes the formulas of one workbook, whose macros were converted to `workflows`; none for a file without formulas.
pub(super) fn of_reading(
    name: &str,
    reading: &Reading,
    (modules, workflows): (&[CodeModule], &[Workflow]),
) -> Option<WorkbookFidelity> {
    let facts = &reading.facts;
    let is_book =
        matches!(facts.kind, FileKind::Xlsx | FileKind::Xlsm | FileKind::Xlsb | FileKind::Xls | FileKind::Ods);
    if !is_book || facts.formulas.is_empty() {
        return None;
    }
    let mut excel = excel_of(&workbook(name, reading), MOMENT);
    excel.name_functions(functions_of(modules, workflows));
    Some(reported(name, facts.stale_results, excel.check_formulas(STEPS_AT_INGEST)))
}

/// Names of the functions that formulas may call: those of standard modules.
fn functions_of<'a>(modules: &'a [CodeModule], workflows: &'a [Workflow]) -> impl Iterator<Item = &'a str> {
    let is_standard = |name: &str| modules.iter().any(|one| one.kind == ModuleKind::Module && one.name == name);
    workflows
        .iter()
        .filter(|workflow| workflow.procedure == Some(ProcedureKind::Function))
        .filter(move |workflow| workflow.module.as_deref().is_some_and(is_standard))
        .filter_map(|workflow| workflow.name.rsplit('.').next())
}

fn reported(name: &str, stale: bool, mut found: Fidelity) -> WorkbookFidelity {
    if stale {
        found.unsaved = found.unsaved.saturating_add(found.compared());
        (found.equal, found.different, found.inherited) = (0, 0, 0);
        found.differences.clear();
    }
    WorkbookFidelity {
        file: name.to_string(),
        formulas: found.formulas,
        compared: found.compared(),
        equal: found.equal,
        different: found.different,
        inherited: found.inherited,
        unsteady: found.unsteady,
        unsaved: found.unsaved,
        stale,
        of_macros: found.of_macros,
        unchecked: found.unchecked,
        refused: found.refused,
        differences: found
            .differences
            .into_iter()
            .map(|one| DifferenceReport {
                sheet: one.sheet,
                cell: one.cell,
                formula: one.formula,
                saved: shown(&one.saved),
                computed: shown(&one.computed),
            })
            .collect(),
    }
}

/// `daylight formula check`: every workbook among the files of `paths`; the second value lists what could not be read. A
/// folder may hold more than fits into memory at once, so that files are read one after the other.
///
/// # Errors
/// When a named file cannot be read.
pub fn check_formulas(
    paths: &[PathBuf],
    reader: &ReaderCommand,
) -> Result<(FormulaReport, Vec<String>), PipelineError> {
    let (mut report, mut failed) = (FormulaReport::default(), Vec::new());
    for path in paths {
        let is_folder = path.is_dir();
        for file in discover(std::slice::from_ref(path), Path::new("")).into_iter().flat_map(|root| root.files) {
            match read_path(&file, reader) {
                Ok(read) => {
                    let name = if is_folder { file.display().to_string() } else { file_name(&file) };
                    let code = super::convert::convert_facts(&read.reading.facts);
                    report.workbooks.extend(of_reading(&name, &read.reading, (&code.modules, &code.workflows)));
                }
                Err(error) if is_folder => failed.push(error.to_string()),
                Err(error) => return Err(error),
            }
        }
    }
    Ok((report, failed))
}
