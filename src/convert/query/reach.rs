//! What a statement touches: the fields it reads and writes, the names it must be given, the functions it calls, and what
//! stands in the way of running it as it is.

use std::collections::BTreeSet;

use crate::lang::sql::{
    BinaryOp, Column, Expr, ExprKind, InSet, Insertion, Name, Query, Select, Source, Statement, StatementKind,
    TableName,
};

use super::catalog::{Catalog, KnownColumn, Origin, Sources};

/// Saved queries that a query uses are followed so deep for their parameters (Access: 50).
const MOST_LEVELS: usize = 16;

/// Functions of Jet SQL and of the VBA library that a statement may call (Microsoft Learn, "Access SQL: use of functions").
pub const KNOWN_FUNCTIONS: &[&str] = &[
    "abs",
    "asc",
    "ascw",
    "atn",
    "avg",
    "cbool",
    "cbyte",
    "ccur",
    "cdate",
    "cdbl",
    "cdec",
    "choose",
    "chr",
    "chrw",
    "cint",
    "clng",
    "cos",
    "count",
    "csng",
    "cstr",
    "cvar",
    "cvdate",
    "date",
    "dateadd",
    "datediff",
    "datepart",
    "dateserial",
    "datevalue",
    "davg",
    "day",
    "dcount",
    "dfirst",
    "dlast",
    "dlookup",
    "dmax",
    "dmin",
    "dstdev",
    "dstdevp",
    "dsum",
    "dvar",
    "dvarp",
    "exp",
    "first",
    "fix",
    "format",
    "formatcurrency",
    "formatdatetime",
    "formatnumber",
    "formatpercent",
    "hex",
    "hour",
    "iif",
    "instr",
    "instrrev",
    "int",
    "isdate",
    "isempty",
    "isnull",
    "isnumeric",
    "last",
    "lcase",
    "left",
    "len",
    "log",
    "ltrim",
    "max",
    "mid",
    "min",
    "minute",
    "month",
    "monthname",
    "now",
    "nz",
    "oct",
    "replace",
    "right",
    "rnd",
    "round",
    "rtrim",
    "second",
    "sgn",
    "sin",
    "space",
    "sqr",
    "stdev",
    "stdevp",
    "str",
    "strcomp",
    "strconv",
    "string",
    "strreverse",
    "sum",
    "switch",
    "tan",
    "time",
    "timeserial",
    "timevalue",
    "trim",
    "typename",
    "ucase",
    "val",
    "var",
    "varp",
    "vartype",
    "weekday",
    "weekdayname",
    "year",
];

/// A name that must be given a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub name: String,
    /// A VBA type, where one is declared or the other side of a comparison tells.
    pub kind: Option<String>,
}

/// See the file's head.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    pub parameters: Vec<Asked>,
    /// `Table.Field`, sorted.
    pub reads: Vec<String>,
    pub writes: Vec<String>,
    /// Why the result may differ.
    pub doubts: Vec<String>,
    /// Why it cannot be run here.
    pub obstacle: Option<String>,
}

pub(super) fn of(statement: &Statement, catalog: &Catalog, functions: &[String]) -> Reach {
    let mut walk = Walk {
        catalog,
        functions,
        found: Reach::default(),
        reads: BTreeSet::new(),
        writes: BTreeSet::new(),
        levels: MOST_LEVELS,
    };
    for parameter in &statement.parameters {
        walk.ask(&parameter.name.text, Some(vba_type(&parameter.kind)));
    }
    walk.statement(&statement.kind);
    Reach { reads: walk.reads.into_iter().collect(), writes: walk.writes.into_iter().collect(), ..walk.found }
}

/// The VBA type of a word that Jet SQL declares a parameter or column by.
fn vba_type(word: &str) -> String {
    let plain: String = word.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let known = match plain.as_str() {
        "text" | "char" | "varchar" | "string" | "memo" | "longtext" | "guid" => "String",
        "long" | "integer" | "int" | "counter" | "autonumber" => "Long",
        "short" | "smallint" => "Integer",
        "byte" => "Byte",
        "bit" | "boolean" | "yesno" | "logical" => "Boolean",
        "currency" | "money" => "Currency",
        "datetime" | "date" | "time" => "Date",
        "ieeesingle" | "single" | "real" => "Single",
        "ieeedouble" | "double" | "float" | "number" | "decimal" | "numeric" => "Double",
        _ => "Variant",
    };
    known.to_string()
}

struct Walk<'a> {
    catalog: &'a Catalog,
    functions: &'a [String],
    found: Reach,
    reads: BTreeSet<String>,
    writes: BTreeSet<String>,
    levels: usize,
}

/// Sources of the query at hand and of those around it, innermost last.
type Scopes = Vec<Sources>;

impl Walk<'_> {
    fn statement(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Query(query) => self.query(query, &mut Scopes::new()),
            StatementKind::Transform { value, query, pivot, headings } => {
                let mut scopes = Scopes::new();
                self.query(query, &mut scopes);
                scopes.push(self.catalog.sources(&query.first.from));
                for expr in [value, pivot].into_iter().chain(headings) {
                    self.expr(expr, &mut scopes);
                }
            }
            StatementKind::Insert { target, columns, source } => {
                self.target(target);
                let named = columns.iter().map(|column| format!("{}.{}", target.name.text, column.text));
                self.writes.extend(named);
                match source {
                    Insertion::Query(query) => self.query(query, &mut Scopes::new()),
                    Insertion::Values(values) => values.iter().for_each(|value| self.expr(value, &mut Scopes::new())),
                }
            }
            StatementKind::Update { from, assignments, filter } => {
                let mut scopes = vec![self.catalog.sources(from)];
                self.sources(from, &mut scopes);
                for assignment in assignments {
                    let field = self.field(&assignment.column, &scopes);
                    self.writes.extend(field);
                    self.expr(&assignment.value, &mut scopes);
                }
                filter.iter().for_each(|filter| self.expr(filter, &mut scopes));
            }
            StatementKind::Delete { from, filter, .. } => {
                let mut scopes = vec![self.catalog.sources(from)];
                self.sources(from, &mut scopes);
                filter.iter().for_each(|filter| self.expr(filter, &mut scopes));
            }
            StatementKind::Other { .. } => {}
        }
    }

    fn obstacle(&mut self, reason: String) {
        self.found.obstacle.get_or_insert(reason);
    }

    fn doubt(&mut self, reason: String) {
        if !self.found.doubts.contains(&reason) {
            self.found.doubts.push(reason);
        }
    }

    fn target(&mut self, target: &TableName) {
        if target.external.is_some() {
            self.obstacle(format!("{} lies in another file", target.name.text));
        }
    }

    fn query(&mut self, query: &Query, scopes: &mut Scopes) {
        let parts = std::iter::once(&query.first).chain(query.unions.iter().map(|part| &part.select));
        for select in parts {
            self.select(select, query, scopes);
        }
    }

    fn select(&mut self, select: &Select, query: &Query, scopes: &mut Scopes) {
        if let Some(into) = &select.into {
            self.target(into);
        }
        if select.top.is_some() && query.order_by.is_empty() {
            self.doubt(String::from("TOP without an order takes whichever rows are stored first"));
        }
        let mut sources = self.catalog.sources(&select.from);
        sources.push(own_names(select));
        scopes.push(sources);
        self.sources(&select.from, scopes);
        for column in &select.columns {
            match column {
                Column::All { table, .. } => self.all(table.as_ref(), scopes),
                Column::Value { value, .. } => self.expr(value, scopes),
            }
        }
        let rest = select.filter.iter().chain(&select.group_by).chain(&select.having);
        rest.for_each(|expr| self.expr(expr, scopes));
        // Access does not know a query's own names in its order; a union is ordered by the names it shows.
        scopes.last_mut().map(Vec::pop);
        if query.unions.is_empty() {
            query.order_by.iter().for_each(|term| self.expr(&term.value, scopes));
        }
        scopes.pop();
    }

    fn all(&mut self, table: Option<&Name>, scopes: &Scopes) {
        for origin in scopes.last().into_iter().flatten().filter(|origin| !origin.table.is_empty()) {
            if table.is_none_or(|table| table.text.eq_ignore_ascii_case(&origin.alias)) {
                let columns = origin.columns.iter().flatten();
                self.reads.extend(columns.map(|column| format!("{}.{}", origin.table, column.name)));
            }
        }
    }

    fn sources(&mut self, from: &[Source], scopes: &mut Scopes) {
        for source in from {
            self.source(source, scopes);
        }
    }

    fn source(&mut self, source: &Source, scopes: &mut Scopes) {
        match source {
            Source::Table { table, .. } => self.table(table),
            Source::Query { query, .. } => self.query(query, &mut Scopes::new()),
            Source::Join { left, right, on, .. } => {
                self.source(left, scopes);
                self.source(right, scopes);
                on.iter().for_each(|on| self.expr(on, scopes));
            }
        }
    }

    fn table(&mut self, table: &TableName) {
        let name = &table.name.text;
        if table.external.is_some() {
            return self.obstacle(format!("{name} lies in another file"));
        }
        if self.catalog.is_linked(name) {
            return self.doubt(format!("{name} is linked: its rows are in another file"));
        }
        if !self.catalog.knows(name) {
            return self.doubt(format!("{name} is not among the tables and queries that were read"));
        }
        // A saved query asks for its own parameters when it is used.
        if let Some(saved) = self.catalog.query(name).filter(|_| !self.catalog.is_table(name)) {
            let Some(levels) = self.levels.checked_sub(1) else { return };
            let before = std::mem::replace(&mut self.levels, levels);
            for parameter in &saved.parameters {
                self.ask(&parameter.name.text, Some(vba_type(&parameter.kind)));
            }
            self.statement(&saved.kind);
            self.levels = before;
        }
    }

    fn expr(&mut self, expr: &Expr, scopes: &mut Scopes) {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Star => {}
            ExprKind::Name(parts) => match self.field(parts, scopes) {
                // A column of the query's own, by its alias, is no field.
                Some(field) if field.starts_with('.') => {}
                Some(field) => {
                    self.reads.insert(field);
                }
                None => self.unknown(parts, scopes, None),
            },
            ExprKind::Unary { operand, .. } => self.expr(operand, scopes),
            ExprKind::IsNull { value, .. } => self.expr(value, scopes),
            ExprKind::Binary { op, left, right } => {
                let compares = matches!(
                    op,
                    BinaryOp::Equal
                        | BinaryOp::NotEqual
                        | BinaryOp::Less
                        | BinaryOp::LessEqual
                        | BinaryOp::Greater
                        | BinaryOp::GreaterEqual
                );
                if compares {
                    self.compared(left, right, scopes);
                    self.compared(right, left, scopes);
                }
                self.expr(left, scopes);
                self.expr(right, scopes);
            }
            ExprKind::Between { value, low, high, .. } => {
                self.compared(low, value, scopes);
                self.compared(high, value, scopes);
                [value, low, high].into_iter().for_each(|part| self.expr(part, scopes));
            }
            ExprKind::In { value, set, .. } => {
                self.expr(value, scopes);
                match set {
                    InSet::List(list) => {
                        for item in list {
                            self.compared(item, value, scopes);
                            self.expr(item, scopes);
                        }
                    }
                    InSet::Query(query) => self.query(query, scopes),
                }
            }
            ExprKind::Call { name, arguments } => {
                self.function(name);
                arguments.iter().for_each(|argument| self.expr(argument, scopes));
            }
            ExprKind::Subquery(query) | ExprKind::Exists(query) => self.query(query, scopes),
            ExprKind::Quantified { left, query, .. } => {
                self.expr(left, scopes);
                self.query(query, scopes);
            }
        }
    }

    fn function(&mut self, name: &Name) {
        let lower = name.text.to_ascii_lowercase();
        let plain = lower.trim_end_matches('$');
        if matches!(plain, "first" | "last") {
            self.doubt(format!("{} takes whichever row is stored so", name.text));
        }
        if KNOWN_FUNCTIONS.contains(&plain) {
            return;
        }
        let own = self.functions.iter().any(|known| known.eq_ignore_ascii_case(plain));
        self.obstacle(if own {
            format!("it calls {} of the code for each row", name.text)
        } else {
            format!("it calls {}, which is no function of Access and not in the code that was read", name.text)
        });
    }

    /// `Table.Field` where a name is a column.
    fn field(&self, parts: &[Name], scopes: &Scopes) -> Option<String> {
        let (owner, name) = match parts {
            [name] => (None, name),
            [owner, name] => (Some(owner), name),
            _ => return None,
        };
        for sources in scopes.iter().rev() {
            for origin in sources {
                if owner.is_some_and(|owner| !owner.text.eq_ignore_ascii_case(&origin.alias)) {
                    continue;
                }
                let has = origin
                    .columns
                    .as_ref()
                    .map(|known| known.iter().any(|one| one.name.eq_ignore_ascii_case(&name.text)));
                // A qualified name of a source whose columns are not known can only be one of them.
                if has == Some(true) || (has.is_none() && owner.is_some()) {
                    return Some(format!("{}.{}", origin.table, name.text));
                }
            }
        }
        None
    }

    /// A parameter beside a column has that column's type.
    fn compared(&mut self, asked: &Expr, beside: &Expr, scopes: &Scopes) {
        let (ExprKind::Name(asked), ExprKind::Name(column)) = (&asked.kind, &beside.kind) else { return };
        if self.field(asked, scopes).is_some() {
            return;
        }
        let kind = column.last().and_then(|name| {
            let columns = scopes.iter().rev().flatten().filter_map(|origin| origin.columns.as_ref()).flatten();
            columns.into_iter().find(|one| one.name.eq_ignore_ascii_case(&name.text))?.kind.clone()
        });
        self.unknown(asked, scopes, kind.map(|kind| column_type(&kind)));
    }

    fn unknown(&mut self, parts: &[Name], scopes: &Scopes, kind: Option<String>) {
        let unknown_columns = scopes.iter().flatten().any(|origin| origin.columns.is_none());
        // Beside a source whose columns are not known a plain name may be one of them.
        if let [only] = parts
            && unknown_columns
            && !only.text.contains(' ')
            && !self.found.parameters.iter().any(|known| known.name.eq_ignore_ascii_case(&only.text))
        {
            return;
        }
        let name = parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("!");
        let first = parts.first().map_or("", |part| part.text.as_str());
        if parts.len() > 1 && (first.eq_ignore_ascii_case("Forms") || first.eq_ignore_ascii_case("Reports")) {
            self.doubt(format!("it reads {name} from an open form; here the person or the caller gives it"));
        }
        self.ask(&name, kind);
    }

    fn ask(&mut self, name: &str, kind: Option<String>) {
        match self.found.parameters.iter_mut().find(|known| known.name.eq_ignore_ascii_case(name)) {
            Some(known) => {
                if known.kind.is_none() {
                    known.kind = kind;
                }
            }
            None => self.found.parameters.push(Asked { name: name.to_string(), kind }),
        }
    }
}

/// The names a query gives its columns, which its other columns may use.
fn own_names(select: &Select) -> Origin {
    let name = |column: &Column| match column {
        Column::Value { alias: Some(alias), .. } => Some(KnownColumn { name: alias.text.clone(), kind: None }),
        _ => None,
    };
    Origin { columns: Some(select.columns.iter().filter_map(name).collect()), ..Origin::default() }
}

/// The VBA type of a column's declared type: Access' `Integer` has two bytes, SQL's four.
fn column_type(declared: &str) -> String {
    if declared.eq_ignore_ascii_case("integer") { String::from("Integer") } else { vba_type(declared) }
}
