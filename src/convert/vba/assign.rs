//! Assignments: to variables, cells, formulas, names of sheets, cosmetics, and settings without effect.

use crate::lang::vba::ast::{AssignKind, Expr, ExprKind, Ident, ProcedureKind};
use crate::model::{Action, Grade};

use super::class::Class;
use super::expr::named;
use super::flow::Alignment;
use super::procedure::{Body, Made, Refusal};
use super::symbols::Symbol;
use super::words::{COSMETICS, SILENT_SETTINGS, WINDOW_SETTINGS, one_of};

impl<'a> Body<'a> {
    pub fn assign(&mut self, kind: AssignKind, target: &Expr, value: &Expr) -> Made<Action> {
        match kind {
            AssignKind::Set => self.set_reference(target, value),
            AssignKind::Let => self.let_value(target, value),
            AssignKind::LSet => self.align(target, value, Alignment::Left),
            AssignKind::RSet => self.align(target, value, Alignment::Right),
        }
    }

    fn set_reference(&mut self, target: &Expr, value: &Expr) -> Made<Action> {
        self.uses_property(target, ProcedureKind::PropertySet);
        self.remembered_search(value);
        let value = self.object(value)?;
        let value = self.written(&value)?;
        let target = self.object(target)?;
        Ok(Action::Set { target: self.written(&target)?, value, reference: true })
    }

    /// `Find` without `LookIn` or `LookAt` uses what was asked last.
    pub fn remembered_search(&mut self, value: &Expr) {
        if let ExprKind::Call { callee, args } = &value.kind
            && let ExprKind::Member { member, .. } | ExprKind::WithMember(member) = &callee.kind
            && member.is("Find")
            && self.class_of(value) == Class::Range
            && (named(args, "LookIn", 2).is_none() || named(args, "LookAt", 3).is_none())
        {
            self.weaken(Grade::Approximate, "Find without LookIn and LookAt uses those of the last search");
        }
    }

    fn align(&mut self, target: &Expr, value: &Expr, side: Alignment) -> Made<Action> {
        if matches!(self.class_of(target), Class::Record(_)) {
            return Err(Refusal("LSet between records copies their bytes".to_string()));
        }
        let target = self.value(target)?;
        let value = Body::aligned_text(target.clone(), self.value(value)?, side);
        Ok(Action::Set { target: self.written(&target)?, value: self.written(&value)?, reference: false })
    }

    fn let_value(&mut self, target: &Expr, value: &Expr) -> Made<Action> {
        self.uses_property(target, ProcedureKind::PropertyLet);
        if let Some(noop) = self.silent_setting(target, value) {
            return Ok(noop);
        }
        let value = self.value_text(value)?;
        let node = self.value(target)?;
        let written = self.written(&node)?;
        let named = match &target.kind {
            ExprKind::Member { object, member } => Some((self.class_of(object), member)),
            ExprKind::WithMember(member) => Some((self.withs.last().map_or(Class::Unknown, |with| with.class), member)),
            _ => None,
        };
        if let Some((owner, member)) = named {
            return Ok(self.property_write(owner, member, written, value));
        }
        if self.class_of(target) == Class::Range {
            return Ok(Action::WriteRange { target: written, value });
        }
        Ok(Action::Set { target: written, value, reference: false })
    }

    fn property_write(
        &mut self,
        owner: Class,
        member: &Ident,
        target: crate::model::Expression,
        value: crate::model::Expression,
    ) -> Action {
        let own = matches!(owner, Class::Record(_) | Class::Own(_));
        let name = member.text.to_ascii_lowercase();
        match (owner, name.as_str()) {
            (Class::Range, "value" | "value2") => Action::WriteRange { target, value },
            (
                Class::Range | Class::Unknown,
                "formula" | "formular1c1" | "formulalocal" | "formulaarray" | "formula2" | "formula2r1c1",
            ) => Action::SetFormula { target, value },
            (Class::Worksheet, "name") => Action::RenameSheet { target, value },
            (Class::Application, "enableevents") => {
                self.note("triggers are off while this is False");
                Action::Set { target, value, reference: false }
            }
            (Class::Cosmetic, _) => self.cosmetic(target, value),
            _ if !own && one_of(&name, COSMETICS) => self.cosmetic(target, value),
            _ if !own && self.default_is_cells(owner, member) => Action::WriteRange { target, value },
            _ => Action::Set { target, value, reference: false },
        }
    }

    /// `c.Offset(0, 1) = x`, `ActiveSheet.UsedRange = x`: the default member of cells is their value.
    fn default_is_cells(&self, owner: Class, member: &Ident) -> bool {
        owner != Class::Unknown && super::class::of_member(owner, &member.text) == Class::Range
    }

    fn cosmetic(&mut self, target: crate::model::Expression, value: crate::model::Expression) -> Action {
        self.weaken(Grade::Approximate, "changes how it looks, not what it holds");
        Action::Format { target, value: Some(value) }
    }

    /// Settings that change what the screen shows; kept as a step where the new value has effects of its own.
    fn silent_setting(&mut self, target: &Expr, value: &Expr) -> Option<Action> {
        let (owner, member) = match &target.kind {
            ExprKind::Member { object, member } => (self.class_of(object), member),
            ExprKind::WithMember(member) => (self.withs.last()?.class, member),
            _ => return None,
        };
        let silent = match owner {
            Class::Application => one_of(&member.text, SILENT_SETTINGS),
            Class::Window => one_of(&member.text, WINDOW_SETTINGS),
            _ => false,
        };
        if !silent || self.has_effects(value) {
            return None;
        }
        let reason = if member.is("DisplayAlerts") {
            "asks nobody: questions of the program get their default answer here anyway".to_string()
        } else {
            format!("{} changes what the screen shows, not what results", member.text)
        };
        Some(Action::Noop { reason })
    }

    /// Whether evaluating may do something: any call that is not known to be free of effects.
    pub fn has_effects(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Literal(_) => false,
            ExprKind::Name(name) => {
                !self.is_local(&name.text)
                    && matches!(self.symbol(&name.text), Symbol::Procedure(..) | Symbol::External(_))
            }
            ExprKind::Paren(inner) => self.has_effects(inner),
            ExprKind::Unary { operand, .. } => self.has_effects(operand),
            ExprKind::Binary { left, right, .. } => self.has_effects(left) || self.has_effects(right),
            ExprKind::Member { object, .. } => {
                self.has_effects(object) || matches!(self.class_of(object), Class::Own(_))
            }
            ExprKind::Call { callee, args } => {
                args.iter().filter_map(|arg| arg.value.as_ref()).any(|arg| self.has_effects(arg))
                    || self.has_effects(callee)
            }
            ExprKind::WithMember(_) | ExprKind::Bang { .. } | ExprKind::WithBang(_) => false,
            _ => true,
        }
    }

    /// A property procedure of the project that an assignment runs.
    fn uses_property(&mut self, target: &Expr, kind: ProcedureKind) {
        let target = match &target.kind {
            ExprKind::Call { callee, .. } => callee,
            _ => target,
        };
        let (module, name) = match &target.kind {
            // Inside a function its own name is the variable of its result.
            ExprKind::Name(name) if self.source.name.is(&name.text) => return,
            ExprKind::Name(name) if !self.is_local(&name.text) => match self.symbol(&name.text) {
                Symbol::Procedure(procedure, module) => (module, procedure.name.text.clone()),
                _ => return,
            },
            ExprKind::Member { object, member } => match (self.class_of(object), &object.kind) {
                (Class::Own(module), _) => (module, member.text.clone()),
                (_, owner) if owner.is_me() => (self.place, member.text.clone()),
                _ => return,
            },
            _ => return,
        };
        self.uses_procedure(module, &name, &[kind]);
    }
}
