//! The module level: options, attributes, declarations, procedures, and statements that stray there.

use super::super::ast::{
    Attribute, Compare, Counts, Declaration, DeclarationKind, Expr, ExprKind, Literal, Module, ModuleKind, Options,
    Stmt,
};
use super::super::token::TokenKind;
use super::super::word::Word;
use super::{Parser, Res};

impl Parser<'_> {
    /// The whole text as a module.
    pub(in super::super) fn module(&mut self, name: &str, kind: ModuleKind) -> Module {
        let mut module = empty_module(name, kind);
        let mut straying = false;
        loop {
            self.skip_separators();
            if self.at_eof() {
                break;
            }
            straying = self.item(&mut module, straying);
        }
        if let Some(name) = declared_name(&module.attributes) {
            module.name = name;
        }
        module
    }

    /// One item of the module; says whether it was a stray statement, after one if `straying`.
    fn item(&mut self, module: &mut Module, straying: bool) -> bool {
        if self.procedure_head_length().is_some() {
            let procedure = self.procedure();
            module.procedures.push(procedure);
            return false;
        }
        match self.peek().word {
            Word::Option => self.option(module),
            Word::Attribute if self.at_attribute() => {
                if let Some(attribute) = self.attribute() {
                    module.attributes.push(attribute);
                }
            }
            word if starts_declaration(word) => self.declaration(module),
            _ => {
                self.stray(&mut module.stray, straying);
                return true;
            }
        }
        false
    }

    /// A statement outside every procedure: the first of a run is reported, unless it has a notice of its own.
    fn stray(&mut self, out: &mut Vec<Stmt>, straying: bool) {
        let (span, before) = (self.peek().span, self.notices.len());
        match self.closer() {
            Some(closer) => self.stray_closer(closer, out),
            None => self.statement(out),
        }
        self.open.clear();
        self.next_left = 0;
        if !straying && self.notices.len() == before {
            self.report(span, "statement outside of a procedure");
        }
    }

    fn option(&mut self, module: &mut Module) {
        let start = self.at;
        self.at += 1;
        let outcome = self.read_option(&mut module.options);
        let outcome = outcome.and_then(|()| if self.at_end() { Ok(()) } else { self.expected("end of statement") });
        if let Err(fault) = outcome {
            self.report_fault(fault);
            self.skip_to_end();
            let declaration = self.unparsed_declaration(start);
            module.declarations.push(declaration);
        }
    }

    fn read_option(&mut self, options: &mut Options) -> Res<()> {
        match self.peek().word {
            Word::Explicit => options.explicit = true,
            Word::Private if self.ahead(1).word == Word::Module => {
                self.at += 1;
                options.private_module = true;
            }
            Word::Base => {
                self.at += 1;
                match self.peek().span.text(self.source) {
                    "0" => options.base_one = false,
                    "1" => options.base_one = true,
                    _ => return self.expected("0 or 1"),
                }
            }
            Word::Compare => {
                self.at += 1;
                options.compare = match self.peek().word {
                    Word::Binary => Compare::Binary,
                    Word::Text => Compare::Text,
                    Word::Database => Compare::Database,
                    _ => return self.expected("Binary, Text or Database"),
                };
            }
            _ => return self.expected("Explicit, Base, Compare or Private Module"),
        }
        self.at += 1;
        Ok(())
    }

    fn unparsed_declaration(&mut self, start: usize) -> Declaration {
        let span = self.span_from(start);
        let text = span.text(self.source).to_owned();
        self.statements += 1;
        let visibility = super::super::ast::Visibility::Default;
        Declaration { span, visibility, kind: DeclarationKind::Unparsed { text } }
    }

    fn declaration(&mut self, module: &mut Module) {
        let start = self.at;
        let visibility = self.visibility();
        let outcome = self.declaration_kind();
        let outcome = outcome.and_then(|kind| if self.at_end() { Ok(kind) } else { self.expected("end of statement") });
        match outcome {
            Ok(kind) => {
                let span = self.span_from(start);
                module.declarations.push(Declaration { span, visibility, kind });
            }
            Err(fault) => {
                self.report_fault(fault);
                self.skip_to_end();
                let declaration = self.unparsed_declaration(start);
                module.declarations.push(declaration);
            }
        }
    }

    fn declaration_kind(&mut self) -> Res<DeclarationKind> {
        let word = self.peek().word;
        if let Some(type_name) = default_type(word) {
            self.at += 1;
            return self.def_type(type_name);
        }
        // `Private Type As Long` declares a variable; only a name after the word makes it a block.
        match word {
            Word::Const => self.at += 1,
            Word::Dim | Word::Static => {
                self.at += 1;
                return Ok(DeclarationKind::Variables(self.variables()?));
            }
            Word::Type | Word::Enum | Word::Declare | Word::Event | Word::Implements => self.at += 1,
            _ => return Ok(DeclarationKind::Variables(self.variables()?)),
        }
        match word {
            Word::Const => Ok(DeclarationKind::Constants(self.constants()?)),
            Word::Type => self.type_block(),
            Word::Enum => self.enum_block(),
            Word::Declare => self.declare(),
            Word::Event => self.event(),
            _ => Ok(DeclarationKind::Implements(self.type_ref()?)),
        }
    }

    /// Whether an `Attribute` line starts here (and no variable of that name is used).
    pub(super) fn at_attribute(&self) -> bool {
        matches!(self.ahead(1).kind, TokenKind::Ident | TokenKind::Bracket)
    }

    /// An `Attribute` line inside a procedure.
    pub(super) fn local_attribute(&mut self) {
        if let Some(attribute) = self.attribute() {
            self.attributes.push(attribute);
        }
    }

    fn attribute(&mut self) -> Option<Attribute> {
        match self.read_attribute() {
            Ok(attribute) => Some(attribute),
            Err(fault) => {
                self.report_fault(fault);
                self.skip_line();
                None
            }
        }
    }

    fn read_attribute(&mut self) -> Res<Attribute> {
        let start = self.at;
        self.at += 1;
        let mut name = self.any_name()?.text;
        let mut target: Option<String> = None;
        while self.eat(TokenKind::Dot) {
            let next = self.any_name()?.text;
            let before = std::mem::replace(&mut name, next);
            target = Some(target.map_or(before.clone(), |outer| format!("{outer}.{before}")));
        }
        self.expect(TokenKind::Equal, "`=`")?;
        let values = self.expr_list()?;
        if !self.at_end() {
            return self.expected("end of statement");
        }
        Ok(Attribute { span: self.span_from(start), target, name, values })
    }
}

fn empty_module(name: &str, kind: ModuleKind) -> Module {
    Module {
        name: name.to_owned(),
        kind,
        options: Options::default(),
        attributes: Vec::new(),
        declarations: Vec::new(),
        procedures: Vec::new(),
        stray: Vec::new(),
        comments: Vec::new(),
        preamble: Vec::new(),
        inactive: Vec::new(),
        counts: Counts::default(),
    }
}

/// The value of `Attribute VB_Name`.
fn declared_name(attributes: &[Attribute]) -> Option<String> {
    let named = |a: &&Attribute| a.target.is_none() && a.name.eq_ignore_ascii_case("VB_Name");
    match attributes.iter().find(named)?.values.first() {
        Some(Expr { kind: ExprKind::Literal(Literal::String(name)), .. }) => Some(name.clone()),
        _ => None,
    }
}

fn starts_declaration(word: Word) -> bool {
    use Word::{
        Const, Declare, Dim, Enum, Event, Friend, Global, Implements, Private, Public, Static, Type, WithEvents,
    };
    let word_starts = matches!(
        word,
        Const
            | Declare
            | Dim
            | Enum
            | Event
            | Friend
            | Global
            | Implements
            | Private
            | Public
            | Static
            | Type
            | WithEvents
    );
    word_starts || default_type(word).is_some()
}

/// The type that a `DefXxx` word gives (MS-VBAL 5.2.2).
fn default_type(word: Word) -> Option<&'static str> {
    Some(match word {
        Word::DefBool => "Boolean",
        Word::DefByte => "Byte",
        Word::DefCur => "Currency",
        Word::DefDate => "Date",
        Word::DefDbl => "Double",
        Word::DefInt => "Integer",
        Word::DefLng => "Long",
        Word::DefLngLng => "LongLong",
        Word::DefLngPtr => "LongPtr",
        Word::DefObj => "Object",
        Word::DefSng => "Single",
        Word::DefStr => "String",
        Word::DefVar => "Variant",
        _ => return None,
    })
}
