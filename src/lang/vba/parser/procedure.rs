//! Procedures: head, parameters, body, end.

use super::super::ast::{Ident, Param, Passing, Procedure, ProcedureKind, Span, TypeRef, Visibility};
use super::super::token::TokenKind;
use super::super::word::Word;
use super::block::{Block, Closer};
use super::{Parser, Res};

/// What a procedure head says after its name.
#[derive(Default)]
struct Signature {
    params: Vec<Param>,
    return_type: Option<TypeRef>,
    returns_array: bool,
}

impl Parser<'_> {
    /// How many lexemes stand before `Sub`, `Function` or `Property` when a procedure head starts here.
    pub(super) fn procedure_head_length(&self) -> Option<usize> {
        let mut length = 0;
        while matches!(
            self.ahead(length).word,
            Word::Public | Word::Private | Word::Friend | Word::Global | Word::Static
        ) {
            length += 1;
            if length > 2 {
                return None;
            }
        }
        let after = self.ahead(length + 1);
        match self.ahead(length).word {
            Word::Sub | Word::Function => Some(length),
            Word::Property if matches!(after.word, Word::Get | Word::Let | Word::Set) => Some(length),
            _ => None,
        }
    }

    /// The visibility word here, if any.
    pub(super) fn visibility(&mut self) -> Visibility {
        let visibility = match self.peek().word {
            Word::Public => Visibility::Public,
            Word::Private => Visibility::Private,
            Word::Friend => Visibility::Friend,
            Word::Global => Visibility::Global,
            _ => return Visibility::Default,
        };
        self.at += 1;
        visibility
    }

    pub(super) fn procedure(&mut self) -> Procedure {
        let start = self.at;
        let mut is_static = self.eat_word(Word::Static);
        let visibility = self.visibility();
        is_static |= self.eat_word(Word::Static);
        let kind = self.procedure_kind();
        let name = self.procedure_name();
        let signature = self.signature();
        let head = self.span_from(start);
        let mut body = Vec::new();
        self.attributes.clear();
        self.inside(Block::Procedure, &mut body);
        if self.next_left > 0 {
            self.next_left = 0;
            self.report(self.span_at(self.at.saturating_sub(1)), "Next names more loops than are open");
            self.inside(Block::Procedure, &mut body);
            self.next_left = 0;
        }
        self.end_procedure(kind, head);
        Procedure {
            span: self.closed_span(start),
            head,
            name,
            kind,
            visibility,
            is_static,
            params: signature.params,
            return_type: signature.return_type,
            returns_array: signature.returns_array,
            attributes: std::mem::take(&mut self.attributes),
            body,
        }
    }

    /// From `start` to the last lexeme read that is no line end.
    fn closed_span(&self, start: usize) -> Span {
        let read = self.lexemes.get(start..self.at).unwrap_or(&[]);
        let last = read.iter().rposition(|l| !matches!(l.kind, TokenKind::Newline | TokenKind::Colon)).unwrap_or(0);
        self.span_at(start).to(self.span_at(start + last))
    }

    fn procedure_kind(&mut self) -> ProcedureKind {
        let word = self.bump().word;
        if word != Word::Property {
            return if word == Word::Sub { ProcedureKind::Sub } else { ProcedureKind::Function };
        }
        match self.bump().word {
            Word::Let => ProcedureKind::PropertyLet,
            Word::Set => ProcedureKind::PropertySet,
            _ => ProcedureKind::PropertyGet,
        }
    }

    /// The name; an absent one is reported and empty.
    fn procedure_name(&mut self) -> Ident {
        match self.any_name() {
            Ok(name) => name,
            Err(fault) => {
                self.report_fault(fault);
                self.skip_to_end();
                Ident { span: self.span_at(self.at), text: String::new(), suffix: None, bracketed: false }
            }
        }
    }

    /// What follows the name; what cannot be read is reported and skipped.
    fn signature(&mut self) -> Signature {
        let mut signature = Signature::default();
        let outcome = self.read_signature(&mut signature);
        let outcome = outcome.and_then(|()| if self.at_end() { Ok(()) } else { self.expected("end of statement") });
        if let Err(fault) = outcome {
            self.report_fault(fault);
            self.skip_to_end();
        }
        signature
    }

    fn read_signature(&mut self, signature: &mut Signature) -> Res<()> {
        if self.is(TokenKind::LeftParen) {
            signature.params = self.params()?;
        }
        signature.return_type = self.as_type()?.map(|(type_ref, _)| type_ref);
        if signature.return_type.is_some() && self.is(TokenKind::LeftParen) {
            self.bounds()?;
            signature.returns_array = true;
        }
        self.eat_word(Word::Static);
        Ok(())
    }

    /// `(params)`.
    pub(super) fn params(&mut self) -> Res<Vec<Param>> {
        self.expect(TokenKind::LeftParen, "`(`")?;
        let mut params = Vec::new();
        if self.eat(TokenKind::RightParen) {
            return Ok(params);
        }
        loop {
            params.push(self.param()?);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightParen, "`,` or `)`")?;
        Ok(params)
    }

    fn param(&mut self) -> Res<Param> {
        let start = self.at;
        let (mut passing, mut optional, mut param_array) = (Passing::Default, false, false);
        loop {
            match self.peek().word {
                Word::Optional => optional = true,
                Word::ByVal => passing = Passing::ByVal,
                Word::ByRef => passing = Passing::ByRef,
                Word::ParamArray => param_array = true,
                _ => break,
            }
            self.at += 1;
        }
        let name = self.name()?;
        let is_array = self.is(TokenKind::LeftParen) && self.bounds().map(|_| true)?;
        let declared_type = self.as_type()?.map(|(type_ref, _)| type_ref);
        let default = if self.eat(TokenKind::Equal) { Some(self.expr()?) } else { None };
        let span = self.span_from(start);
        Ok(Param { span, name, passing, optional, param_array, is_array, declared_type, default })
    }

    /// `End Sub` and its kin; reports when it is missing or another kind.
    fn end_procedure(&mut self, kind: ProcedureKind, head: Span) {
        let (word, ending) = match kind {
            ProcedureKind::Sub => (Word::Sub, "End Sub"),
            ProcedureKind::Function => (Word::Function, "End Function"),
            _ => (Word::Property, "End Property"),
        };
        if self.at_eof() || self.closer() != Some(Closer::EndProcedure) {
            return self.report(head, format!("procedure without {ending}"));
        }
        if self.ahead(1).word != word {
            self.report(self.peek().span, format!("expected {ending}"));
        }
        self.at += 2;
        if !self.at_end() {
            let fault = self.expected::<()>("end of statement").err();
            fault.into_iter().for_each(|fault| self.report_fault(fault));
            self.skip_to_end();
        }
    }
}
