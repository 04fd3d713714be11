//! VBA modules to workflows: one per procedure, named `Module.Procedure`; property procedures are `Module.Name [get]`,
//! `[let]` and `[set]`. Coercion is `vba`. Default members are left to the runtime except two: a bare `Err` is written
//! `Err.Number`, and a field of a recordset (`rs!Name`) is written `rs.Fields("Name").Value` where a value is wanted.
//! `x = Range("A1")`, `Cells(1, 1) = 3`, `d!key` (`d("key")`) keep their form: the runtime fetches or puts the default member.

mod assign;
mod call;
mod capability;
mod check;
mod class;
mod declare;
mod expr;
mod files;
mod flow;
mod grade;
mod literal;
mod procedure;
mod stmt;
mod symbols;
mod trigger;
mod words;

use crate::base::sha256_hex;
use crate::facts::{CodeFacts, Notice, Problem};
use crate::lang::vba::{ModuleKind, Parsed, parse};
use crate::model::{CodeModule, Workflow};

use super::{Context, Conversion, Coverage, ModuleReport, ProcedureReport, SyntaxError};
use grade::Procedure;
use symbols::Project;

/// Converts modules that belong together.
pub fn convert(modules: &[CodeFacts], context: &Context) -> Conversion {
    let parsed: Vec<Parsed> = modules.iter().map(|code| parse(&code.name, &code.code, kind_of(&code.kind))).collect();
    let project = Project::new(&parsed, context);
    let mut conversion = Conversion::default();
    let mut procedures = Vec::new();
    for (place, (code, parsed)) in modules.iter().zip(&parsed).enumerate() {
        conversion.modules.push(code_module(&project, place, code, parsed));
        syntax_errors(&mut conversion, parsed);
        procedures.extend(procedure::procedures(&project, place, &code.code));
    }
    for place in 0..parsed.len() {
        conversion.compile_errors.extend(check::errors(&project, place));
    }
    conversion.explicit_modules =
        parsed.iter().filter(|one| one.module.options.explicit).map(|one| one.module.name.clone()).collect();
    conversion.modules.extend(declare::predeclared(&project));
    grade::settle(&mut procedures);
    for (place, parsed) in parsed.iter().enumerate() {
        let own: Vec<&Procedure> = procedures.iter().filter(|one| one.module == place).collect();
        conversion.coverage += module_coverage(parsed, &own);
        conversion.report.push(report(&parsed.module.name, &own));
    }
    conversion.notices.extend(procedures.iter().flat_map(|one| one.notices.iter().cloned()));
    conversion.workflows = unique_names(procedures.into_iter().map(|one| one.workflow).collect());
    conversion
}

/// Whether a name belongs to a host or a library although no code declares it.
pub fn is_known_global(name: &str) -> bool {
    words::one_of(name, words::GLOBALS) || words::is_library_constant(name)
}

/// The parser's word for a module kind of the facts; anything unknown is a standard module.
pub(in crate::convert) fn kind_of(kind: &str) -> ModuleKind {
    match kind {
        "class" => ModuleKind::Class,
        "document" => ModuleKind::Document,
        "form" => ModuleKind::Form,
        _ => ModuleKind::Standard,
    }
}

fn code_module(project: &Project, place: usize, code: &CodeFacts, parsed: &Parsed) -> CodeModule {
    let sha256 = sha256_hex(code.code.as_bytes());
    declare::module(project, place, &parsed.module, sha256)
}

fn syntax_errors(conversion: &mut Conversion, parsed: &Parsed) {
    let module = &parsed.module.name;
    conversion.syntax_errors.extend(parsed.notices.iter().map(|notice| SyntaxError {
        module: module.clone(),
        line: notice.line,
        column: notice.column,
        message: notice.message.clone(),
    }));
    for stmt in &parsed.module.stray {
        conversion.notices.push(Notice {
            place: format!("{module}:{}", stmt.span.line),
            problem: Problem::Malformed,
            message: "a statement outside every procedure was not converted".to_string(),
        });
    }
}

/// Stray statements can run nowhere: a person must look at them.
fn module_coverage(parsed: &Parsed, procedures: &[&Procedure]) -> Coverage {
    let declarations = parsed.module.declarations.len().saturating_add(parsed.module.procedures.len());
    let stray = stmt::executable_count(&parsed.module.stray);
    let stray_declarations = stmt::declaration_count(&parsed.module.stray);
    let mut coverage = Coverage {
        statements: stray,
        manual: stray,
        declarations: declarations.saturating_add(stray_declarations),
        ..Coverage::default()
    };
    for procedure in procedures {
        coverage += procedure.coverage;
    }
    coverage
}

fn report(module: &str, procedures: &[&Procedure]) -> ModuleReport {
    let procedures = procedures.iter().map(|one| ProcedureReport {
        name: one.workflow.name.clone(),
        grade: one.grade,
        coverage: one.coverage,
        unmapped: one.workflow.unmapped.clone(),
    });
    ModuleReport { module: module.to_string(), procedures: procedures.collect() }
}

/// A project may not hold two procedures of one name, but a damaged or concatenated one does.
fn unique_names(mut workflows: Vec<Workflow>) -> Vec<Workflow> {
    let mut seen = std::collections::HashMap::new();
    for workflow in &mut workflows {
        let count = seen.entry(workflow.name.to_lowercase()).and_modify(|count| *count += 1usize).or_insert(1);
        if *count > 1 {
            workflow.name = format!("{} ({count})", workflow.name);
        }
    }
    workflows
}
