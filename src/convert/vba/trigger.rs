//! What starts a procedure, by its name and the module it stands in (event procedures are bound by name in VBA).

use crate::convert::Host;
use crate::lang::vba::ast::{ModuleKind, Procedure, ProcedureKind, Visibility};
use crate::model::Trigger;

use super::symbols::{Document, Project};

/// The trigger of a procedure; none for functions, properties and private helpers, which only other procedures call.
pub(super) fn of(project: &Project, place: usize, procedure: &Procedure) -> Option<Trigger> {
    let module = project.modules.get(place)?;
    if procedure.kind != ProcedureKind::Sub {
        return None;
    }
    let name = procedure.name.text.as_str();
    if let Some(trigger) = bound_by_name(project, place, name) {
        return Some(trigger);
    }
    let macro_like = procedure.visibility != Visibility::Private && procedure.params.iter().all(|param| param.optional);
    (module.kind != ModuleKind::Class && macro_like).then_some(Trigger::Manual)
}

fn bound_by_name(project: &Project, place: usize, name: &str) -> Option<Trigger> {
    let module = project.modules.get(place)?;
    let lower = name.to_ascii_lowercase();
    match module.kind {
        ModuleKind::Standard => match lower.as_str() {
            "auto_open" | "autoexec" => Some(Trigger::OnOpen),
            "auto_close" => Some(Trigger::BeforeClose),
            _ => None,
        },
        ModuleKind::Class => None,
        ModuleKind::Document if project.context.host == Host::Excel => document_event(project, place, name, &lower),
        ModuleKind::Document | ModuleKind::Form => form_event(&module.name, name, &lower),
    }
}

fn document_event(project: &Project, place: usize, name: &str, lower: &str) -> Option<Trigger> {
    let module = project.modules.get(place)?;
    let sheet = || project.sheet_name(&module.name).unwrap_or(&module.name).to_string();
    match (project.document(place), lower) {
        (_, "workbook_open") => Some(Trigger::OnOpen),
        (_, "workbook_beforeclose") => Some(Trigger::BeforeClose),
        (_, "workbook_beforesave") => Some(Trigger::BeforeSave),
        (Document::Sheet, "worksheet_change") => Some(Trigger::OnUpdate { model: sheet(), fields: Vec::new() }),
        _ if name.contains('_') => Some(Trigger::OnControl { control: format!("{}.{name}", module.name) }),
        _ => None,
    }
}

/// Events of forms and reports. Those of the record become the model's; the form's name stands for its model.
fn form_event(module: &str, name: &str, lower: &str) -> Option<Trigger> {
    let model = || module.strip_prefix("Form_").unwrap_or(module).to_string();
    match lower {
        "form_afterinsert" | "form_beforeinsert" => Some(Trigger::OnCreate { model: model() }),
        "form_afterupdate" | "form_beforeupdate" => Some(Trigger::OnUpdate { model: model(), fields: Vec::new() }),
        "form_delete" | "form_afterdelconfirm" | "form_beforedelconfirm" => Some(Trigger::OnDelete { model: model() }),
        _ => {
            let (control, event) = name.rsplit_once('_')?;
            if event.eq_ignore_ascii_case("AfterUpdate") && !control.is_empty() {
                return Some(Trigger::OnUpdate { model: model(), fields: vec![control.to_string()] });
            }
            Some(Trigger::OnControl { control: format!("{module}.{name}") })
        }
    }
}
