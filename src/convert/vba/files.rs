//! VBA's file statements as calls of file functions, named after the statement: `OPENFILE(path, "input", number)`,
//! `PRINTFILE(number, ...)`, `LINEINPUT(number, target)`. A print list is its values in order; a comma is `TAB()`, a list that
//! ends in `;` or `,` (no new line) ends in `SPC(0)`.

use crate::lang::formula::Node;
use crate::lang::vba::ast::{Bound, Expr, OpenAccess, OpenLock, OpenMode, PrintItem, StmtKind};
use crate::model::Action;

use super::procedure::{Body, Made, Refusal};

impl<'a> Body<'a> {
    pub fn file_statement(&mut self, kind: &'a StmtKind) -> Made<Action> {
        match kind {
            StmtKind::Open { path, mode, access, lock, number, record_length } => {
                let mut args = vec![self.value(path)?, Node::Text(mode_word(*mode).to_string()), self.value(number)?];
                args.push(access.map_or(Node::Omitted, |access| Node::Text(access_word(access).to_string())));
                args.push(lock.map_or(Node::Omitted, |lock| Node::Text(lock_word(lock).to_string())));
                args.push(record_length.as_ref().map_or(Ok(Node::Omitted), |length| self.value(length))?);
                let reads = *mode == OpenMode::Input;
                self.file_step("OPENFILE", trimmed(args), if reads { Action::ReadFile } else { Action::WriteFile })
            }
            StmtKind::Close(numbers) => {
                let args = self.nodes(numbers)?;
                self.file_step("CLOSEFILE", args, Action::WriteFile)
            }
            StmtKind::Reset => self.file_step("RESETFILES", Vec::new(), Action::WriteFile),
            StmtKind::Write { number, items } => {
                let mut args = vec![self.value(number)?];
                for item in items {
                    if let PrintItem::Value(value) = item {
                        args.push(self.value(value)?);
                    }
                }
                if let Some(PrintItem::Comma | PrintItem::Semicolon) = items.last() {
                    args.push(no_new_line());
                }
                self.file_step("WRITEFILE", args, Action::WriteFile)
            }
            StmtKind::Input { number, targets } => {
                let mut args = vec![self.value(number)?];
                args.extend(self.nodes(targets)?);
                self.file_step("INPUTFILE", args, Action::ReadFile)
            }
            StmtKind::LineInput { number, target } => self.file_call("LINEINPUT", &[number, target], Action::ReadFile),
            StmtKind::Get { number, record, target } => {
                self.record_call("GETFILE", number, record.as_ref(), target, Action::ReadFile)
            }
            StmtKind::Put { number, record, value } => {
                self.record_call("PUTFILE", number, record.as_ref(), value, Action::WriteFile)
            }
            StmtKind::Seek { number, position } => self.file_call("SEEK", &[number, position], Action::ReadFile),
            StmtKind::Lock { number, records } => self.lock_call("LOCKFILE", number, records.as_ref()),
            StmtKind::Unlock { number, records } => self.lock_call("UNLOCKFILE", number, records.as_ref()),
            StmtKind::Width { number, width } => self.file_call("WIDTHFILE", &[number, width], Action::WriteFile),
            StmtKind::Rename { from, to } => self.file_call("RENAMEFILE", &[from, to], Action::WriteFile),
            _ => Err(Refusal("a statement this conversion does not know".to_string())),
        }
    }

    fn nodes(&mut self, values: &[Expr]) -> Made<Vec<Node>> {
        values.iter().map(|value| self.value(value)).collect()
    }

    fn file_call(&mut self, name: &str, values: &[&Expr], kind: fn(crate::model::Method) -> Action) -> Made<Action> {
        let args = values.iter().map(|value| self.value(value)).collect::<Made<Vec<_>>>()?;
        self.file_step(name, args, kind)
    }

    fn record_call(
        &mut self,
        name: &str,
        number: &Expr,
        record: Option<&Expr>,
        value: &Expr,
        kind: fn(crate::model::Method) -> Action,
    ) -> Made<Action> {
        let number = self.value(number)?;
        let record = record.map_or(Ok(Node::Omitted), |record| self.value(record))?;
        let args = vec![number, record, self.value(value)?];
        self.file_step(name, args, kind)
    }

    fn lock_call(&mut self, name: &str, number: &Expr, records: Option<&Bound>) -> Made<Action> {
        let mut args = vec![self.value(number)?];
        if let Some(records) = records {
            args.push(records.lower.as_ref().map_or(Ok(Node::Omitted), |lower| self.value(lower))?);
            args.push(self.value(&records.upper)?);
        }
        self.file_step(name, args, Action::WriteFile)
    }

    /// The values of a print list.
    pub fn print_list(&mut self, items: &[PrintItem]) -> Made<Vec<Node>> {
        let mut nodes = Vec::new();
        for item in items {
            match item {
                PrintItem::Value(value) => nodes.push(self.value(value)?),
                PrintItem::Spaces(count) => nodes.push(Node::call("SPC", vec![self.value(count)?])),
                PrintItem::Tab(Some(column)) => nodes.push(Node::call("TAB", vec![self.value(column)?])),
                PrintItem::Tab(None) | PrintItem::Comma => nodes.push(Node::call("TAB", Vec::new())),
                PrintItem::Semicolon => {}
            }
        }
        if let Some(PrintItem::Semicolon | PrintItem::Comma) = items.last() {
            nodes.push(no_new_line());
        }
        Ok(nodes)
    }
}

fn no_new_line() -> Node {
    Node::call("SPC", vec![Node::Integer(0)])
}

/// Without the arguments left out at the end.
fn trimmed(mut args: Vec<Node>) -> Vec<Node> {
    while matches!(args.last(), Some(Node::Omitted)) {
        args.pop();
    }
    args
}

fn mode_word(mode: OpenMode) -> &'static str {
    match mode {
        OpenMode::Append => "append",
        OpenMode::Binary => "binary",
        OpenMode::Input => "input",
        OpenMode::Output => "output",
        OpenMode::Random => "random",
    }
}

fn access_word(access: OpenAccess) -> &'static str {
    match access {
        OpenAccess::Read => "read",
        OpenAccess::Write => "write",
        OpenAccess::ReadWrite => "read write",
    }
}

fn lock_word(lock: OpenLock) -> &'static str {
    match lock {
        OpenLock::Shared => "shared",
        OpenLock::LockRead => "lock read",
        OpenLock::LockWrite => "lock write",
        OpenLock::LockReadWrite => "lock read write",
    }
}
