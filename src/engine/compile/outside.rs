//! Steps that ask something of the world: services, people, databases, the record of the run.

use std::collections::BTreeMap;
use std::sync::Arc;

use wasm_encoder::Instruction as I;

use crate::lang::formula::Node;
use crate::model::{Action, Expression, Step};

use super::body::{Body, Done};
use super::call::STEP_BIT;
use super::capability::Capability;
use super::code::Rep;
use super::criteria::{Meaning, Parameters, bracketed, mentions_field, sql};
use super::meta::{Outside, Use};
use super::scope::Symbol;
use super::tables::{capability_import, import};
use super::word::WORD;

fn names_of(values: &BTreeMap<String, Expression>) -> Vec<Arc<str>> {
    values.keys().map(|name| name.as_str().into()).collect()
}

impl Body<'_> {
    pub(super) fn outside_step(&mut self, step: &Step, action: &Action) -> Done<()> {
        match action {
            Action::ApiCall { service, operation, with, into } => {
                self.outside(
                    Outside::Service {
                        service: service.clone(),
                        operation: operation.clone(),
                        names: with.keys().map(|name| name.as_str().into()).collect(),
                        retry: step.retry_policy.clone().unwrap_or_default(),
                        timeout_ms: step.timeout_ms,
                    },
                    with.len() as u32,
                );
                let parts: Vec<&Expression> = with.values().collect();
                self.hand_out(&parts, Some(Capability::Network))?;
                self.answer_into(into.as_ref())
            }
            Action::Emit { topic, payload } => self.note(Outside::Emit { topic: topic.clone() }, &[payload]),
            Action::Wait { milliseconds } => self.note(Outside::Wait, &[milliseconds]),
            Action::Log { values } => self.note(Outside::Log, &values.iter().collect::<Vec<_>>()),
            Action::Notify { message } => self.ask(Outside::Notify, &[message], Capability::Dialogs, None),
            Action::UserTask { prompt, into } => self.ask(Outside::Ask, &[prompt], Capability::Dialogs, into.as_ref()),
            Action::Query { sql, with, into } => {
                let parts: Vec<&Expression> = std::iter::once(sql).chain(with.values()).collect();
                self.ask(Outside::Query { names: names_of(with) }, &parts, Capability::Database, into.as_ref())
            }
            Action::ExecuteSql { sql, on: Some(on), options, .. } => self.execute_on(on, sql, options.as_ref()),
            Action::ExecuteSql { sql, with, .. } => {
                let parts: Vec<&Expression> = std::iter::once(sql).chain(with.values()).collect();
                self.ask(Outside::Sql { names: names_of(with) }, &parts, Capability::Database, None)
            }
            Action::CreateRecord { model, values } => {
                let parts: Vec<&Expression> = values.values().collect();
                let names = names_of(values);
                self.ask(Outside::Create { model: model.clone(), names }, &parts, Capability::Database, None)
            }
            Action::UpdateRecord { model, filter, values } => self.update_records(model, filter.as_ref(), values),
            Action::DeleteRecord { model, filter } => {
                let mut parameters = Parameters::default();
                let condition = self.where_of(model, filter.as_ref(), &mut parameters);
                let table = bracketed(model);
                self.change(format!("DELETE {table}.* FROM {table}{condition}"), parameters)
            }
            _ => Ok(()),
        }
    }

    /// `db.Execute sql, options`, `DoCmd.RunSQL sql`: a call of the object model, which knows what an error does.
    fn execute_on(&mut self, on: &Expression, sql: &Expression, options: Option<&Expression>) -> Done<()> {
        let object = self.parse(on)?;
        let is_command = matches!(&object, Node::Name(name) if name.eq_ignore_ascii_case("DoCmd"));
        let mut args = vec![self.parse(sql)?];
        args.extend(options.map(|options| self.parse(options)).transpose()?);
        let name = String::from(if is_command { "RunSQL" } else { "Execute" });
        self.expr(&Node::MemberCall { object: Box::new(object), name, args })?;
        self.code.op(I::Drop);
        Ok(())
    }

    /// A value that mentions fields is computed for each record; any other once, before.
    fn update_records(
        &mut self,
        model: &str,
        filter: Option<&Expression>,
        values: &BTreeMap<String, Expression>,
    ) -> Done<()> {
        let mut parameters = Parameters::default();
        let mut assigned = Vec::with_capacity(values.len());
        for (name, value) in values {
            let node = self.parse(value)?;
            let meaning = |name: &str| if self.is_known(name) { Meaning::Variable } else { Meaning::Field };
            let inline = if mentions_field(&node, &meaning) { sql(&node, &meaning, &mut parameters) } else { None };
            let text = inline.unwrap_or_else(|| parameters.of(&node));
            assigned.push(format!("{} = {text}", bracketed(name)));
        }
        let condition = self.where_of(model, filter, &mut parameters);
        self.change(format!("UPDATE {} SET {}{condition}", bracketed(model), assigned.join(", ")), parameters)
    }

    /// The `WHERE` of a filter. What the expression language cannot read is taken as a criterion in SQL.
    fn where_of(&self, model: &str, filter: Option<&Expression>, parameters: &mut Parameters) -> String {
        let Some(filter) = filter.filter(|filter| !filter.0.trim().is_empty()) else { return String::new() };
        let meaning = |name: &str| {
            if self.is_known(name) && !self.scope.has_field(model, name) { Meaning::Variable } else { Meaning::Field }
        };
        let written = self.parse(filter).ok().and_then(|node| sql(&node, &meaning, parameters));
        format!(" WHERE {}", written.unwrap_or_else(|| format!("({})", filter.0)))
    }

    /// Whether a name is the workflow's own: a variable, or a procedure, constant or variable of a module.
    fn is_known(&self, name: &str) -> bool {
        self.variable(name).is_some() || !matches!(self.scope.find(self.module, name), Symbol::Unknown)
    }

    fn change(&mut self, sql: String, parameters: Parameters) -> Done<()> {
        let names = parameters.names.iter().map(|name| name.as_str().into()).collect();
        self.outside(Outside::Change { sql, names }, parameters.values.len() as u32);
        self.hand_out_nodes(&parameters.values, Some(Capability::Database))?;
        self.answer_into(None)
    }

    fn note(&mut self, outside: Outside, parts: &[&Expression]) -> Done<()> {
        self.outside(outside, parts.len() as u32);
        self.hand_out(parts, None)?;
        self.code.op(I::Drop);
        Ok(())
    }

    fn ask(
        &mut self,
        outside: Outside,
        parts: &[&Expression],
        capability: Capability,
        into: Option<&Expression>,
    ) -> Done<()> {
        self.outside(outside, parts.len() as u32);
        self.hand_out(parts, Some(capability))?;
        self.answer_into(into)
    }

    fn answer_into(&mut self, into: Option<&Expression>) -> Done<()> {
        match into {
            None => {
                self.code.op(I::Drop);
                Ok(())
            }
            Some(into) => {
                let target = self.parse(into)?;
                self.assign_value(&target, Rep::Any, Use::Let)
            }
        }
    }

    /// Lays out the words of the current step and calls the host; pushes the answer.
    pub(super) fn hand_out(&mut self, parts: &[&Expression], capability: Option<Capability>) -> Done<()> {
        let nodes: Vec<Node> = parts.iter().map(|part| self.parse(part)).collect::<Done<_>>()?;
        self.hand_out_nodes(&nodes, capability)
    }

    fn hand_out_nodes(&mut self, parts: &[Node], capability: Option<Capability>) -> Done<()> {
        let start = self.open_arguments(parts.len() as u32 * WORD);
        for (place, node) in parts.iter().enumerate() {
            self.word_of(node)?;
            self.store_argument(start + place as u32 * WORD);
        }
        let step = self.step | if capability.is_some() { STEP_BIT } else { 0 };
        self.code.op(I::I32Const(step as i32));
        self.argument_address(start);
        let target = match capability {
            Some(capability) => {
                self.tables.capabilities.insert(capability);
                capability_import(capability)
            }
            None => import("record"),
        };
        self.code.op(I::Call(target));
        self.close_arguments(start);
        self.checked();
        Ok(())
    }
}
