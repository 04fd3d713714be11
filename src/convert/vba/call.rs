//! Calls as statements: procedures of the project, functions of VBA, members of the hosts' objects. The kind of the step comes
//! from the last member's name and the class of what it is called on; the call itself is kept as the step's expression.

use crate::lang::formula::Node;
use crate::lang::vba::ast::{Arg, Expr, ExprKind, Ident, Param, Procedure, ProcedureKind};
use crate::model::{Action, Expression, Grade};

use super::class::Class;
use super::expr::{argument, named, stripped, text_literal};
use super::procedure::{Body, Made, Refusal};
use super::symbols::{Symbol, workflow_name};
use super::words::{COSMETIC_METHODS, SILENT_CALLS, one_of};

/// Statement-like functions of VBA that change files.
const FILE_CALLS: &[&str] = &["kill", "mkdir", "rmdir", "chdir", "chdrive", "filecopy", "setattr"];
/// Members of `DoCmd` that show or close something.
const DOCMD_NAVIGATION: &[&str] = &[
    "openform",
    "openreport",
    "opentable",
    "openmodule",
    "close",
    "gotocontrol",
    "gotorecord",
    "gotopage",
    "selectobject",
    "maximize",
    "minimize",
    "restore",
    "movesize",
    "showallrecords",
    "findrecord",
    "findnext",
    "browseto",
    "openview",
];
/// Members of `DoCmd` and `Application` that move data between tables and files.
const FILE_TRANSFERS: &[&str] = &["transferspreadsheet", "transfertext", "transferdatabase", "importxml", "exportxml"];
/// Methods of the file system object that change files.
const FILE_SYSTEM_WRITES: &[&str] = &[
    "copyfile",
    "movefile",
    "deletefile",
    "createfolder",
    "deletefolder",
    "copyfolder",
    "movefolder",
    "createtextfile",
];

impl<'a> Body<'a> {
    pub fn call(&mut self, callee: &Expr, args: &[Arg]) -> Made<Action> {
        match &callee.kind {
            ExprKind::Name(name) => self.call_name(callee, name, args),
            ExprKind::Member { object, member } => {
                let names_module = match &object.kind {
                    ExprKind::Name(owner) => !self.is_local(&owner.text),
                    _ => false,
                };
                if names_module && let Some(action) = self.call_in_module(object, member, args)? {
                    return Ok(action);
                }
                let class = self.class_of(object);
                self.call_member(callee, class, member, args)
            }
            ExprKind::WithMember(member) => {
                let class = self.with_object()?.class;
                self.call_member(callee, class, member, args)
            }
            _ => {
                let node = self.call_node(callee, args)?;
                self.method(&node, Action::Invoke)
            }
        }
    }

    /// The call as an expression, always with its brackets.
    fn call_node(&mut self, callee: &Expr, args: &[Arg]) -> Made<Node> {
        if let Some(node) = self.special(callee, args)? {
            return Ok(node);
        }
        self.warn_of_other_sheet(callee, args);
        let target = match &callee.kind {
            ExprKind::Call { callee, args } => {
                let inner =
                    Expr { span: callee.span, kind: ExprKind::Call { callee: callee.clone(), args: args.clone() } };
                self.object(&inner)?
            }
            _ => self.object(callee)?,
        };
        Ok(Node::apply(target, self.arguments(args)?))
    }

    fn invoke(&mut self, callee: &Expr, args: &[Arg]) -> Made<Action> {
        let node = self.call_node(callee, args)?;
        self.method(&node, Action::Invoke)
    }

    // --- procedures of the project ---

    fn call_name(&mut self, callee: &Expr, name: &Ident, args: &[Arg]) -> Made<Action> {
        if self.is_local(&name.text) {
            return self.invoke(callee, args);
        }
        match self.symbol(&name.text) {
            Symbol::Procedure(procedure, module) => self.call_own(callee, procedure, module, args),
            Symbol::External(external)
                if external.name.is("Sleep") && external.library.to_lowercase().starts_with("kernel32") =>
            {
                self.sleep(args)
            }
            Symbol::Unknown => self.call_global(callee, name, args),
            _ => self.invoke(callee, args),
        }
    }

    fn sleep(&mut self, args: &[Arg]) -> Made<Action> {
        let pause = argument(args, 0).ok_or_else(|| Refusal("Sleep without a time".to_string()))?;
        Ok(Action::Wait { milliseconds: self.value_text(pause)? })
    }

    /// `Module1.Foo`, `Me.Foo`, `Sheet1.Foo`.
    fn call_in_module(&mut self, object: &Expr, member: &Ident, args: &[Arg]) -> Made<Option<Action>> {
        let module = match &object.kind {
            owner if owner.is_me() => Some(self.place),
            ExprKind::Name(owner) => match self.symbol(&owner.text) {
                Symbol::Module(module) => Some(module),
                _ => None,
            },
            _ => None,
        };
        let Some(module) = module else {
            return Ok(None);
        };
        match self.project.find_in(module, &member.text) {
            Symbol::Procedure(procedure, _) => {
                let span = object.span.to(member.span);
                let callee =
                    Expr { span, kind: ExprKind::Member { object: Box::new(object.clone()), member: member.clone() } };
                self.call_own(&callee, procedure, module, args).map(Some)
            }
            Symbol::External(external) => Err(Refusal(format!(
                "calls {} of {}, a library of the operating system",
                external.name.text, external.library
            ))),
            _ => Ok(None),
        }
    }

    /// A `call` step with the arguments in the order of the parameters; one left out is an empty expression. A call that names
    /// no known parameter stays as it stands.
    fn call_own(&mut self, callee: &Expr, procedure: &'a Procedure, module: usize, args: &[Arg]) -> Made<Action> {
        let owner = self.project.modules.get(module).map(|one| one.name.clone()).unwrap_or_default();
        let workflow = workflow_name(&owner, procedure);
        self.callees.insert(workflow.clone());
        let is_plain = matches!(procedure.kind, ProcedureKind::Sub | ProcedureKind::Function);
        match in_order(args, &procedure.params) {
            Some(ordered) if is_plain => {
                let mut arguments = Vec::new();
                for arg in ordered {
                    let Some(arg) = arg else {
                        arguments.push(crate::model::Expression::default());
                        continue;
                    };
                    let node = self.one_argument(&Arg { name: None, ..arg.clone() })?;
                    arguments.push(self.written(&node)?);
                }
                Ok(Action::Call { workflow, arguments, into: None })
            }
            _ => self.invoke(callee, args),
        }
    }

    // --- functions of VBA and globals of the hosts ---

    fn call_global(&mut self, callee: &Expr, name: &Ident, args: &[Arg]) -> Made<Action> {
        if let Some((_, reason)) = SILENT_CALLS.iter().find(|(known, _)| name.is(known)) {
            return Ok(Action::Noop { reason: (*reason).to_string() });
        }
        match name.text.to_ascii_lowercase().as_str() {
            "msgbox" => self.message(callee, args),
            "calculate" => {
                self.capabilities.insert("workbook");
                let node = self.call_node(callee, args)?;
                self.method(&node, Action::Recalc)
            }
            "load" | "unload" => {
                self.weaken(Grade::Approximate, "a form is shown by the new application's pages");
                let node = self.call_node(callee, args)?;
                self.method(&node, Action::Navigate)
            }
            "shell" => {
                let node = self.call_node(callee, args)?;
                self.method(&node, Action::RunProcess)
            }
            "sendobject" => self.method_of(callee, args, Action::SendEmail),
            word if one_of(word, FILE_CALLS) => self.method_of(callee, args, Action::WriteFile),
            _ => self.invoke(callee, args),
        }
    }

    fn method_of(&mut self, callee: &Expr, args: &[Arg], kind: fn(crate::model::Method) -> Action) -> Made<Action> {
        let node = self.call_node(callee, args)?;
        self.method(&node, kind)
    }

    /// `MsgBox` as a statement: the answer is not asked for, so buttons and title change nothing but looks.
    fn message(&mut self, callee: &Expr, args: &[Arg]) -> Made<Action> {
        let rest = args.iter().skip(1).filter_map(|arg| arg.value.as_ref());
        let prompt = named(args, "Prompt", 0);
        let acts = rest.clone().any(|value| self.has_effects(value));
        let Some(prompt) =
            prompt.filter(|_| !acts && args.iter().all(|arg| !arg.name.as_ref().is_some_and(|name| name.is("Prompt"))))
        else {
            return self.invoke(callee, args);
        };
        self.capabilities.insert("dialogs");
        let shown: Vec<String> = rest.map(|value| self.text_of(value.span).to_string()).collect();
        if !shown.is_empty() {
            self.note(format!("buttons and title: {}", shown.join(", ")));
        }
        Ok(Action::Notify { message: self.value_text(stripped(prompt))? })
    }

    // --- members ---

    fn call_member(&mut self, callee: &Expr, class: Class, member: &Ident, args: &[Arg]) -> Made<Action> {
        let name = member.text.to_ascii_lowercase();
        if let Some((_, reason)) = SILENT_CALLS.iter().find(|(known, _)| *known == name)
            && matches!(class, Class::DoCmd | Class::Application | Class::Form | Class::Unknown)
        {
            return Ok(Action::Noop { reason: (*reason).to_string() });
        }
        match class {
            Class::Debug => Ok(Action::Noop { reason: "checks only while the editor is open".to_string() }),
            Class::Error if name == "raise" => self.raise(callee, args),
            Class::Application => self.call_application(callee, &name, args),
            Class::DoCmd => self.call_docmd(callee, &name, args),
            Class::Database if name == "execute" => self.execute(callee, args),
            Class::Range => self.call_range(callee, &name, args),
            Class::Worksheet | Class::Sheets => self.call_sheet(callee, &name, args),
            Class::Workbook => self.call_workbook(callee, &name, args),
            Class::Cosmetic => self.cosmetic_call(callee, args),
            Class::Sorting if name == "apply" => self.method_of(callee, args, Action::SortRange),
            Class::Mail if one_of(&name, &["send", "display", "save"]) => self.mail(callee, args),
            Class::Http if name == "send" => self.http(callee, args),
            Class::Shell if one_of(&name, &["run", "exec", "shellexecute"]) => {
                self.weaken(Grade::Manual, "starts another program");
                self.method_of(callee, args, Action::RunProcess)
            }
            Class::FileSystem if one_of(&name, FILE_SYSTEM_WRITES) => self.method_of(callee, args, Action::WriteFile),
            Class::TextStream if name.starts_with("write") => self.method_of(callee, args, Action::WriteFile),
            Class::TextStream if name.starts_with("read") || name.starts_with("skip") => {
                self.method_of(callee, args, Action::ReadFile)
            }
            _ => self.call_late(callee, class, &name, args),
        }
    }

    /// Members whose name alone says what they do.
    fn call_late(&mut self, callee: &Expr, class: Class, name: &str, args: &[Arg]) -> Made<Action> {
        let own = matches!(class, Class::Own(_) | Class::Record(_) | Class::Dictionary | Class::Collection);
        match name {
            _ if own && name != "show" && name != "setfocus" => self.invoke(callee, args),
            "select" | "activate" => self.activation(callee, args),
            "clearcontents" => self.method_of(callee, args, Action::ClearRange),
            "autofilter" | "advancedfilter" | "showalldata" => {
                self.weaken(
                    Grade::Approximate,
                    "filters hide rows; what hidden rows mean later is for a person to check",
                );
                self.method_of(callee, args, Action::FilterRange)
            }
            "pastespecial" | "paste" => self.paste(callee, args),
            "show" | "hide" | "setfocus" => {
                self.weaken(Grade::Approximate, "a form is shown by the new application's pages");
                self.method_of(callee, args, Action::Navigate)
            }
            "exportasfixedformat" => self.export_document(callee, args),
            "printout" | "printpreview" => self.print_out(callee, args),
            _ if one_of(name, COSMETIC_METHODS) => self.cosmetic_call(callee, args),
            _ => self.invoke(callee, args),
        }
    }

    fn activation(&mut self, callee: &Expr, args: &[Arg]) -> Made<Action> {
        self.weaken(Grade::Approximate, "changes what is selected; later steps may depend on it");
        self.invoke(callee, args)
    }

    fn paste(&mut self, callee: &Expr, args: &[Arg]) -> Made<Action> {
        self.weaken(Grade::Approximate, "pastes what was copied last");
        self.method_of(callee, args, Action::CopyRange)
    }

    fn cosmetic_call(&mut self, callee: &Expr, args: &[Arg]) -> Made<Action> {
        self.weaken(Grade::Approximate, "changes how it looks, not what it holds");
        let node = self.call_node(callee, args)?;
        Ok(Action::Format { target: self.written(&node)?, value: None })
    }

    /// `Err.Raise number, source, description`.
    fn raise(&mut self, callee: &Expr, args: &[Arg]) -> Made<Action> {
        let source = named(args, "Source", 1);
        let number = named(args, "Number", 0).filter(|_| source.is_none());
        let help = named(args, "HelpFile", 3).or_else(|| named(args, "HelpContext", 4));
        match (number, help) {
            (Some(number), None) => {
                let description = named(args, "Description", 2).map(|text| self.value_text(text)).transpose()?;
                Ok(Action::Raise { number: self.value_text(number)?, description })
            }
            _ => self.invoke(callee, args),
        }
    }

    fn call_application(&mut self, callee: &Expr, name: &str, args: &[Arg]) -> Made<Action> {
        match name {
            "run" => {
                let target = argument(args, 0).and_then(text_literal).and_then(|name| self.macro_named(name));
                let found = target.map(|(module, name)| (module, self.project.find_in(module, &name)));
                if let Some((module, Symbol::Procedure(procedure, _))) = found {
                    return self.call_own(callee, procedure, module, args.get(1..).unwrap_or_default());
                }
                let node = self.expr(
                    &Expr {
                        span: callee.span,
                        kind: ExprKind::Call { callee: Box::new(callee.clone()), args: args.to_vec() },
                    },
                    super::expr::Want::Object,
                )?;
                self.method(&node, Action::Invoke)
            }
            "calculate" | "calculatefull" | "calculatefullrebuild" => {
                self.capabilities.insert("workbook");
                self.method_of(callee, args, Action::Recalc)
            }
            "ontime" | "wait" => {
                self.weaken(Grade::Approximate, "runs by the clock; a schedule may serve better");
                self.invoke(callee, args)
            }
            "goto" => self.activation(callee, args),
            "quit" => {
                self.weaken(Grade::Approximate, "closes the program");
                self.invoke(callee, args)
            }
            _ => self.call_late(callee, Class::Application, name, args),
        }
    }

    fn call_docmd(&mut self, callee: &Expr, name: &str, args: &[Arg]) -> Made<Action> {
        match name {
            "runsql" => self.execute(callee, args),
            "setwarnings" => {
                self.weaken(
                    Grade::Approximate,
                    "rows that an action query cannot change are passed over without a word",
                );
                self.invoke(callee, args)
            }
            "sendobject" => self.mail(callee, args),
            "runmacro" | "runcommand" => {
                self.weaken(Grade::Approximate, "runs something that is not in the code");
                self.invoke(callee, args)
            }
            _ if one_of(name, DOCMD_NAVIGATION) => {
                self.weaken(Grade::Approximate, "a form or report is shown by the new application's pages");
                self.method_of(callee, args, Action::Navigate)
            }
            _ if one_of(name, FILE_TRANSFERS) => self.transfer(callee, name, args),
            "outputto" => self.export_document(callee, args),
            "printout" => self.print_out(callee, args),
            _ => self.invoke(callee, args),
        }
    }

    /// Between a table and a file; which way, the first argument or the member says.
    fn transfer(&mut self, callee: &Expr, name: &str, args: &[Arg]) -> Made<Action> {
        self.capabilities.insert("file");
        self.weaken(Grade::Approximate, "the file's layout follows the program's own rules");
        let way = named(args, "TransferType", 0).map(|way| self.text_of(way.span).to_ascii_lowercase());
        let exports = name.starts_with("export") || way.is_some_and(|way| way.starts_with("acexport"));
        self.method_of(callee, args, if exports { Action::ExportFile } else { Action::ImportFile })
    }

    fn export_document(&mut self, callee: &Expr, args: &[Arg]) -> Made<Action> {
        self.capabilities.insert("file");
        self.weaken(Grade::Approximate, "the document's layout follows the program's own rules");
        self.method_of(callee, args, Action::ExportDocument)
    }

    fn print_out(&mut self, callee: &Expr, args: &[Arg]) -> Made<Action> {
        self.weaken(Grade::Approximate, "prints on whatever printer is set");
        self.method_of(callee, args, Action::Print)
    }

    /// `CurrentDb.Execute sql`, `DoCmd.RunSQL sql`.
    fn execute(&mut self, callee: &Expr, args: &[Arg]) -> Made<Action> {
        self.capabilities.insert("database");
        let sql = args
            .first()
            .and_then(|arg| arg.value.as_ref())
            .ok_or_else(|| Refusal("executes no statement".to_string()))?;
        if text_literal(sql).is_none() {
            self.weaken(
                Grade::Approximate,
                "the SQL is put together at run time; parameters would keep values out of it",
            );
        }
        if matches!(callee.kind, ExprKind::WithMember(_)) {
            return self.invoke(callee, args);
        }
        let options = argument(args, 1);
        if let Some(options) = options {
            self.note(format!("options: {}", self.text_of(options.span)));
        }
        let on = match &callee.kind {
            ExprKind::Member { object, .. } => {
                let node = self.expr(object, super::expr::Want::Object)?;
                Some(self.written(&node)?)
            }
            _ => None,
        };
        let sql = self.value_text(stripped(sql))?;
        // `Execute` of an ADO connection writes the number of rows into its second argument.
        let counted = options.and_then(super::procedure::plain_name).filter(|name| self.is_local(&name.text));
        if let (Some(counted), Some(owner)) = (counted, on.as_ref().filter(|on| is_connection(&on.0))) {
            let target = self.written(&Node::Name(counted.text.clone()))?;
            let value = Expression(format!("{}.RecordsAffected", owner.0));
            let done = Action::ExecuteSql { sql, with: Default::default(), on: on.clone(), options: None };
            let set = Action::Set { target, value, reference: false };
            let steps = [done, set].map(|action| crate::model::Step { action, ..Default::default() });
            return Ok(Action::Sequence { steps: steps.into() });
        }
        let options = options.map(|options| self.value_text(options)).transpose()?;
        Ok(Action::ExecuteSql { sql, with: Default::default(), on, options })
    }

    fn call_range(&mut self, callee: &Expr, name: &str, args: &[Arg]) -> Made<Action> {
        match name {
            "clear" | "clearcontents" | "clearcomments" | "clearnotes" => {
                self.method_of(callee, args, Action::ClearRange)
            }
            "clearformats" => self.cosmetic_call(callee, args),
            "insert" => self.method_of(callee, args, Action::InsertRows),
            "delete" => self.method_of(callee, args, Action::DeleteRows),
            "copy" | "cut" => {
                if named(args, "Destination", 0).is_none() {
                    self.weaken(Grade::Approximate, "copies for a later paste");
                }
                self.method_of(callee, args, Action::CopyRange)
            }
            "filldown" | "fillright" | "fillup" | "fillleft" | "autofill" => {
                self.method_of(callee, args, Action::CopyRange)
            }
            "sort" => {
                if !args.iter().any(|arg| arg.name.as_ref().is_some_and(|name| name.is("Header"))) {
                    self.weaken(Grade::Approximate, "Sort without Header guesses whether the first row is one");
                }
                self.method_of(callee, args, Action::SortRange)
            }
            "find" | "findnext" | "findprevious" => {
                let call = Expr {
                    span: callee.span,
                    kind: ExprKind::Call { callee: Box::new(callee.clone()), args: args.to_vec() },
                };
                self.remembered_search(&call);
                self.method_of(callee, args, Action::FindCell)
            }
            "replace" => {
                if named(args, "LookAt", 2).is_none() {
                    self.weaken(Grade::Approximate, "Replace without LookAt uses that of the last search");
                }
                self.invoke(callee, args)
            }
            "calculate" => self.method_of(callee, args, Action::Recalc),
            _ => self.call_late(callee, Class::Range, name, args),
        }
    }

    fn call_sheet(&mut self, callee: &Expr, name: &str, args: &[Arg]) -> Made<Action> {
        match name {
            "add" | "copy" => self.method_of(callee, args, Action::AddSheet),
            "delete" => self.method_of(callee, args, Action::DeleteSheet),
            "calculate" => self.method_of(callee, args, Action::Recalc),
            _ => self.call_late(callee, Class::Worksheet, name, args),
        }
    }

    fn call_workbook(&mut self, callee: &Expr, name: &str, args: &[Arg]) -> Made<Action> {
        match name {
            "save" | "saveas" | "savecopyas" => {
                self.capabilities.insert("file");
                self.method_of(callee, args, Action::WriteFile)
            }
            "close" => {
                self.weaken(Grade::Approximate, "closes a workbook");
                self.invoke(callee, args)
            }
            "refreshall" => {
                self.weaken(Grade::Approximate, "refreshes data from outside the workbook");
                self.invoke(callee, args)
            }
            _ => self.call_late(callee, Class::Workbook, name, args),
        }
    }

    fn mail(&mut self, callee: &Expr, args: &[Arg]) -> Made<Action> {
        self.capabilities.insert("mail");
        self.mark.external = true;
        self.method_of(callee, args, Action::SendEmail)
    }

    fn http(&mut self, callee: &Expr, args: &[Arg]) -> Made<Action> {
        self.capabilities.insert("network");
        (self.mark.network, self.mark.external) = (true, true);
        self.invoke(callee, args)
    }

    /// A step that calls a file function with ready arguments.
    pub fn file_step(&mut self, name: &str, args: Vec<Node>, kind: fn(crate::model::Method) -> Action) -> Made<Action> {
        self.capabilities.insert("file");
        self.method(&Node::call(name, args), kind)
    }
}

/// Arguments by place, named ones moved to their parameter, gaps where one is left out; none where a name is unknown.
fn in_order<'e>(args: &'e [Arg], params: &[Param]) -> Option<Vec<Option<&'e Arg>>> {
    let mut places: Vec<Option<&Arg>> = Vec::new();
    for (place, arg) in args.iter().enumerate() {
        let place = match &arg.name {
            None => place,
            Some(name) => params.iter().position(|param| param.name.is(&name.text))?,
        };
        if places.len() <= place {
            places.resize(place.checked_add(1)?, None);
        }
        *places.get_mut(place)? = Some(arg).filter(|arg| arg.value.is_some());
    }
    Some(places)
}

/// Whether an object is a connection by its name: `CurrentProject.Connection`, `cn`, `conn`.
fn is_connection(owner: &str) -> bool {
    let owner = owner.to_ascii_lowercase();
    owner.contains("conn") || owner.starts_with("cn")
}
