//! Steps that ask something of the world: services, people, databases, the record of the run.

use wasm_encoder::Instruction as I;

use crate::model::{Action, Expression, Step};

use super::body::{Body, Done};
use super::call::STEP_BIT;
use super::capability::Capability;
use super::code::Rep;
use super::meta::{Outside, Use};
use super::tables::{capability_import, import};
use super::word::WORD;

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
            Action::Query { sql, into } => self.ask(Outside::Query, &[sql], Capability::Database, into.as_ref()),
            Action::ExecuteSql { sql } => self.ask(Outside::Sql, &[sql], Capability::Database, None),
            Action::CreateRecord { model, values } => {
                let names = values.keys().map(|name| name.as_str().into()).collect();
                let parts: Vec<&Expression> = values.values().collect();
                self.ask(Outside::Create { model: model.clone(), names }, &parts, Capability::Database, None)
            }
            Action::UpdateRecord { model, filter, values } => {
                let names = values.keys().map(|name| name.as_str().into()).collect();
                let parts: Vec<&Expression> = values.values().collect();
                let filter = filter.as_ref().map(|filter| filter.0.clone());
                self.ask(Outside::Update { model: model.clone(), names, filter }, &parts, Capability::Database, None)
            }
            Action::DeleteRecord { model, filter } => {
                let filter = filter.as_ref().map(|filter| filter.0.clone());
                self.ask(Outside::Delete { model: model.clone(), filter }, &[], Capability::Database, None)
            }
            _ => Ok(()),
        }
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
        let start = self.open_arguments(parts.len() as u32 * WORD);
        for (place, part) in parts.iter().enumerate() {
            let node = self.parse(part)?;
            self.word_of(&node)?;
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
