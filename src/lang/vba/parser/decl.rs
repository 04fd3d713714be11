//! Declarations: variables, constants, bounds, types, enumerations, external procedures, events.

use super::super::ast::{Bound, Constant, DeclarationKind, EnumMember, Expr, ExternalProcedure, TypeRef, Variable};
use super::super::literal;
use super::super::token::TokenKind;
use super::super::word::Word;
use super::{Parser, Res};

impl Parser<'_> {
    /// Variables after `Dim`, `Static`, `Public` ...
    pub(super) fn variables(&mut self) -> Res<Vec<Variable>> {
        let mut list = vec![self.variable()?];
        while self.eat(TokenKind::Comma) {
            list.push(self.variable()?);
        }
        Ok(list)
    }

    fn variable(&mut self) -> Res<Variable> {
        let with_events = self.eat_word(Word::WithEvents);
        if self.peek().word.is_reserved() {
            return self.expected("a name");
        }
        let variable = self.any_variable()?;
        Ok(Variable { with_events, ..variable })
    }

    /// A variable of any name; the members of a `Type` may be named like keywords.
    fn any_variable(&mut self) -> Res<Variable> {
        let start = self.at;
        let name = self.any_name()?;
        let array = if self.is(TokenKind::LeftParen) { Some(self.bounds()?) } else { None };
        let (declared_type, is_new) = match self.as_type()? {
            Some((type_ref, is_new)) => (Some(type_ref), is_new),
            None => (None, false),
        };
        let span = self.span_from(start);
        Ok(Variable { span, name, array, declared_type, is_new, with_events: false })
    }

    /// `(1 To 3, 5)`; `()` gives none.
    pub(super) fn bounds(&mut self) -> Res<Vec<Bound>> {
        self.expect(TokenKind::LeftParen, "`(`")?;
        let mut bounds = Vec::new();
        while !self.is(TokenKind::RightParen) {
            let first = self.expr()?;
            bounds.push(if self.eat_word(Word::To) {
                Bound { lower: Some(first), upper: self.expr()? }
            } else {
                Bound { lower: None, upper: first }
            });
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightParen, "`,` or `)`")?;
        Ok(bounds)
    }

    /// `As [New] type [* length]`, and whether it says `New`.
    pub(super) fn as_type(&mut self) -> Res<Option<(TypeRef, bool)>> {
        if !self.eat_word(Word::As) {
            return Ok(None);
        }
        let is_new = self.eat_word(Word::New);
        let start = self.at;
        let mut type_ref = self.type_ref()?;
        if self.eat(TokenKind::Star) {
            type_ref.fixed_length = Some(Box::new(self.operand()?.expr));
            type_ref.span = self.span_from(start);
        }
        Ok(Some((type_ref, is_new)))
    }

    /// The array of a `ReDim` and its bounds, the last parentheses of the chain.
    pub(super) fn redim_target(&mut self) -> Res<(Expr, Vec<Bound>)> {
        use TokenKind::{Bang, Dot, LeftParen};
        let start = self.at;
        let mut node = self.primary()?;
        loop {
            match self.peek().kind {
                Dot | Bang => node = self.link(start, node)?,
                LeftParen => {
                    let before = self.at;
                    let bounds = self.bounds()?;
                    if !matches!(self.peek().kind, Dot | Bang | LeftParen) {
                        return Ok((node.expr, bounds));
                    }
                    self.at = before;
                    node = self.link(start, node)?;
                }
                _ => return self.expected("`(` and bounds"),
            }
        }
    }

    pub(super) fn constants(&mut self) -> Res<Vec<Constant>> {
        let mut list = vec![self.constant()?];
        while self.eat(TokenKind::Comma) {
            list.push(self.constant()?);
        }
        Ok(list)
    }

    fn constant(&mut self) -> Res<Constant> {
        let start = self.at;
        let name = self.name()?;
        let declared_type = self.as_type()?.map(|(type_ref, _)| type_ref);
        self.expect(TokenKind::Equal, "`=`")?;
        let value = self.expr()?;
        Ok(Constant { span: self.span_from(start), name, declared_type, value })
    }

    /// `Type name ... End Type`, after the word `Type`.
    pub(super) fn type_block(&mut self) -> Res<DeclarationKind> {
        let head = self.at;
        let name = self.block_name()?;
        let mut members = Vec::new();
        while self.in_declaration_block(Word::Type, head, "Type without End Type") {
            match self.any_variable() {
                Ok(member) => self.member(member, &mut members),
                Err(fault) => self.bad_member(fault),
            }
        }
        Ok(DeclarationKind::Type { name, members })
    }

    /// `Enum name ... End Enum`, after the word `Enum`.
    pub(super) fn enum_block(&mut self) -> Res<DeclarationKind> {
        let head = self.at;
        let name = self.block_name()?;
        let mut members = Vec::new();
        while self.in_declaration_block(Word::Enum, head, "Enum without End Enum") {
            match self.enum_member() {
                Ok(member) => self.member(member, &mut members),
                Err(fault) => self.bad_member(fault),
            }
        }
        Ok(DeclarationKind::Enum { name, members })
    }

    fn block_name(&mut self) -> Res<super::super::ast::Ident> {
        let name = self.name()?;
        if self.at_end() { Ok(name) } else { self.expected("end of statement") }
    }

    fn member<T>(&mut self, member: T, members: &mut Vec<T>) {
        members.push(member);
        if !self.at_end() {
            let fault = self.expected::<()>("end of statement").err();
            fault.into_iter().for_each(|fault| self.bad_member(fault));
        }
    }

    fn bad_member(&mut self, fault: super::Fault) {
        self.report_fault(fault);
        self.skip_to_end();
    }

    fn enum_member(&mut self) -> Res<EnumMember> {
        let start = self.at;
        let name = self.any_name()?;
        let value = if self.eat(TokenKind::Equal) { Some(self.expr()?) } else { None };
        Ok(EnumMember { span: self.span_from(start), name, value })
    }

    /// Moves to the next member; false after `End Type` or where it is missing, which is reported.
    fn in_declaration_block(&mut self, word: Word, head: usize, missing: &str) -> bool {
        self.skip_separators();
        if self.is_word(Word::End) && self.ahead(1).word == word {
            self.at += 2;
            return false;
        }
        if self.at_eof() || self.leaves_declaration() {
            self.report(self.span_at(head), missing);
            // Back to the line end, so that the block ends like one that was closed.
            self.at = self.at.saturating_sub(1);
            return false;
        }
        true
    }

    /// Whether a declaration or procedure starts here, which no `Type` or `Enum` may hold.
    fn leaves_declaration(&self) -> bool {
        use Word::{Declare, Dim, End, Enum, Function, Global, Option, Private, Property, Public, Sub, Type};
        let next = self.ahead(1);
        let starts = matches!(
            self.peek().word,
            Declare | Dim | Enum | Function | Global | Option | Private | Public | Sub | Type
        );
        let ends = self.is_word(End) && matches!(next.word, Sub | Function | Property | Type | Enum);
        ends || starts && next.kind == TokenKind::Ident && next.word != Word::As
    }

    /// `Declare` after the word.
    pub(super) fn declare(&mut self) -> Res<DeclarationKind> {
        let ptr_safe = self.eat_word(Word::PtrSafe);
        let is_function = match self.bump().word {
            Word::Function => true,
            Word::Sub => false,
            _ => {
                self.at = self.at.saturating_sub(1);
                return self.expected("Sub or Function");
            }
        };
        let name = self.name()?;
        self.eat_word(Word::CDecl);
        self.expect_word(Word::Lib, "Lib")?;
        let library = self.string_literal()?;
        let alias = if self.eat_word(Word::Alias) { Some(self.string_literal()?) } else { None };
        let params = if self.is(TokenKind::LeftParen) { self.params()? } else { Vec::new() };
        let return_type = self.as_type()?.map(|(type_ref, _)| type_ref);
        if self.is(TokenKind::LeftParen) {
            self.bounds()?;
        }
        let external = ExternalProcedure { name, is_function, ptr_safe, library, alias, params, return_type };
        Ok(DeclarationKind::Declare(external))
    }

    fn string_literal(&mut self) -> Res<String> {
        if !self.is(TokenKind::Str) {
            return self.expected("a string");
        }
        let text = self.bump().span.text(self.source);
        Ok(literal::string(text))
    }

    /// `Event` after the word.
    pub(super) fn event(&mut self) -> Res<DeclarationKind> {
        let name = self.name()?;
        let params = if self.is(TokenKind::LeftParen) { self.params()? } else { Vec::new() };
        Ok(DeclarationKind::Event { name, params })
    }

    /// `DefInt A-Z, X` after the word that gives the type.
    pub(super) fn def_type(&mut self, type_name: &str) -> Res<DeclarationKind> {
        let mut ranges = Vec::new();
        loop {
            let first = self.letter()?;
            let last = if self.eat(TokenKind::Minus) { self.letter()? } else { first };
            ranges.push((first, last));
            if !self.eat(TokenKind::Comma) {
                return Ok(DeclarationKind::DefType { type_name: type_name.to_owned(), ranges });
            }
        }
    }

    fn letter(&mut self) -> Res<char> {
        let text = self.peek().span.text(self.source);
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(letter), None) if letter.is_alphabetic() => {
                self.at += 1;
                Ok(letter.to_ascii_uppercase())
            }
            _ => self.expected("a letter"),
        }
    }
}
