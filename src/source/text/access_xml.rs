//! Access' ExportXML: rows under `dataroot`, a schema with `od:` attributes within the file or beside it.

use std::collections::HashMap;
use std::io::{BufReader, Cursor};

use quick_xml::events::BytesStart;

use crate::facts::{ColumnFacts, FileKind, IndexFacts, Notice, Problem, Scalar, SourceFacts, TableFacts};

use super::super::content::Content;
use super::super::sink::{Completeness, Sink};
use super::super::spend::Spend;
use super::super::xml::{Markup, Piece, attribute, local, local_end, number, unescape_hex};
use super::super::{SourceError, Surroundings};

/// Columns of an Access table (Access specifications: 255).
const COLUMNS: usize = 1_024;
/// Rows in one delivery.
const BATCH: usize = 1_024;

/// Reads an export, its schema from the file itself and from the one beside it.
pub(crate) fn read_access_xml(
    content: &Content,
    around: &Surroundings,
    spend: &mut Spend,
    sink: &mut dyn Sink,
) -> Result<SourceFacts, SourceError> {
    let mut tables = Vec::new();
    if let Some(xsd) = &around.xsd {
        let input = Box::new(Cursor::new(xsd.clone().into_bytes()));
        read_schema(&mut Markup::new(input, "schema", spend), &mut tables)?;
    }
    let mut own = Markup::new(input_of(content, spend)?, "data", spend);
    read_schema(&mut own, &mut tables)?;
    let mut facts = SourceFacts { kind: FileKind::AccessXml, tables, ..SourceFacts::default() };
    let undeclared = facts.tables.is_empty();
    sink.early_facts(&facts)?;
    let mut markup = Markup::new(input_of(content, spend)?, "data", spend);
    let mut rows =
        Rows { open: None, columns: Vec::new(), by_name: HashMap::new(), batch: Vec::new(), done: Vec::new() };
    let read = rows.run(&mut markup, &mut facts, undeclared, spend, sink);
    if let Err(error) = read {
        if matches!(error, SourceError::Limit { limit: super::super::xml::NO_DTD, .. }) {
            return Err(error);
        }
        rows.close(sink, Completeness::Cut)?;
        facts.notices.push(error.notice("data", "the rows before it were kept"));
    }
    Ok(facts)
}

fn input_of(content: &Content, spend: &Spend) -> Result<Box<dyn std::io::BufRead>, SourceError> {
    let start = content.slice(0, 2).map_err(|source| SourceError::Io { operation: "read the file", source })?;
    if matches!(start.as_slice(), [0xFF, 0xFE] | [0xFE, 0xFF]) {
        return Ok(Box::new(Cursor::new(super::whole_text(content, spend)?.into_bytes())));
    }
    Ok(Box::new(BufReader::with_capacity(1 << 16, content.start())))
}

/// Tables declared by a schema: each top element with `od:` annotations, except the root of the data.
fn read_schema(markup: &mut Markup<'_>, tables: &mut Vec<TableFacts>) -> Result<(), SourceError> {
    let mut depth = 0u32;
    let mut table: Option<(TableFacts, u32)> = None;
    loop {
        match markup.next()? {
            Piece::Start(tag) => {
                depth = depth.saturating_add(1);
                let name = attribute(&tag, "name").map(|name| unescape_hex(&name).into_owned());
                match (local(&tag), &mut table, name) {
                    ("element", None, Some(name)) if name != "dataroot" => {
                        table = Some((TableFacts { name, ..TableFacts::default() }, depth));
                    }
                    ("element", Some((table, _)), Some(name)) if table.columns.len() < COLUMNS => {
                        table.columns.push(column(&tag, name))
                    }
                    ("index", Some((table, _)), _) => table.indexes.extend(index(&tag)),
                    ("maxLength", Some((table, _)), _) => {
                        if let Some(column) = table.columns.last_mut() {
                            column.length = number(&tag, "value");
                        }
                    }
                    ("fieldProperty", Some((table, _)), Some(name)) => field_property(table, &tag, &name),
                    _ => {}
                }
            }
            Piece::End(_) => {
                if table.as_ref().is_some_and(|(_, start)| *start == depth)
                    && let Some((table, _)) = table.take()
                    && !table.columns.is_empty()
                    && tables.iter().all(|known| known.name != table.name)
                {
                    tables.push(table);
                }
                depth = depth.saturating_sub(1);
            }
            Piece::Finished => return Ok(()),
            Piece::Text(_) => {}
        }
    }
}

fn column(tag: &BytesStart<'_>, name: String) -> ColumnFacts {
    let yes = |wanted: &str| attribute(tag, wanted).as_deref() == Some("yes");
    ColumnFacts {
        name,
        declared_type: attribute(tag, "od:jetType").map(|kind| jet_name(&kind)),
        required: yes("od:nonNullable"),
        auto_number: yes("od:autoUnique"),
        ..ColumnFacts::default()
    }
}

/// The names that the reader of databases gives to the same types.
fn jet_name(kind: &str) -> String {
    let name = match kind {
        "yesno" => "Boolean",
        "byte" => "Byte",
        "integer" => "Integer",
        "longinteger" | "autonumber" => "Long",
        "currency" => "Currency",
        "single" => "Single",
        "double" => "Double",
        "datetime" => "DateTime",
        "text" => "Text",
        "memo" | "hyperlink" => "Memo",
        "oleobject" => "OLE",
        "replicationid" => "GUID",
        "decimal" => "Decimal",
        "binary" => "Binary",
        "complex" | "attachment" => "Complex",
        other => other,
    };
    name.to_string()
}

fn index(tag: &BytesStart<'_>) -> Option<IndexFacts> {
    let yes = |wanted: &str| attribute(tag, wanted).as_deref() == Some("yes");
    let key = attribute(tag, "index-key")?;
    Some(IndexFacts {
        name: attribute(tag, "index-name")?,
        columns: key.split_whitespace().map(|name| unescape_hex(name).into_owned()).collect(),
        unique: yes("unique"),
        primary: yes("primary"),
        foreign: false,
    })
}

fn field_property(table: &mut TableFacts, tag: &BytesStart<'_>, name: &str) {
    let (Some(column), Some(value)) = (table.columns.last_mut(), attribute(tag, "value")) else {
        return;
    };
    match name {
        "DefaultValue" => column.default = Some(value),
        "ValidationRule" => column.validation_rule = Some(value),
        "ValidationText" => column.validation_text = Some(value),
        "Caption" => column.caption = Some(value),
        "Description" => column.description = Some(value),
        "RowSource" => column.row_source = Some(value),
        _ => {}
    }
}

/// The rows of one table after the other.
struct Rows {
    open: Option<String>,
    columns: Vec<String>,
    by_name: HashMap<String, usize>,
    batch: Vec<Vec<Scalar>>,
    done: Vec<String>,
}

/// Children of `dataroot` are rows, their children fields.
const ROW_DEPTH: u32 = 2;

impl Rows {
    fn run(
        &mut self,
        markup: &mut Markup<'_>,
        facts: &mut SourceFacts,
        undeclared: bool,
        spend: &Spend,
        sink: &mut dyn Sink,
    ) -> Result<(), SourceError> {
        let mut in_data = 0u32;
        loop {
            let mut row = None;
            match markup.next()? {
                Piece::Start(tag) => {
                    let name = local(&tag);
                    if name == "dataroot" || in_data > 0 {
                        in_data = in_data.saturating_add(1);
                    }
                    if in_data == ROW_DEPTH {
                        row = Some(unescape_hex(name).into_owned());
                    }
                }
                Piece::End(tag) if in_data > 0 => {
                    in_data = in_data.saturating_sub(1);
                    if local_end(&tag) == "dataroot" {
                        in_data = 0;
                    }
                }
                Piece::Finished => break,
                _ => {}
            }
            if let Some(table) = row {
                let fields = row_fields(markup)?;
                in_data = in_data.saturating_sub(1);
                self.take(&table, fields, facts, undeclared, spend, sink)?;
            }
        }
        self.close(sink, Completeness::Whole)
    }

    fn take(
        &mut self,
        table: &str,
        fields: Vec<(String, String)>,
        facts: &mut SourceFacts,
        undeclared: bool,
        spend: &Spend,
        sink: &mut dyn Sink,
    ) -> Result<(), SourceError> {
        if self.open.as_deref() != Some(table) {
            self.close(sink, Completeness::Whole)?;
            if self.done.iter().any(|done| done == table) {
                told_once(facts, table);
                return Ok(());
            }
            self.begin(table, &fields, facts, undeclared, sink)?;
        }
        let Some(known) = facts.tables.iter_mut().find(|known| known.name == table) else {
            return Ok(());
        };
        let mut row = vec![Scalar::Empty; self.columns.len()];
        spend.cells(row.len().max(1))?;
        for (name, text) in fields {
            // A column that the schema does not know comes behind the others.
            let at = *self.by_name.entry(name.clone()).or_insert_with(|| {
                self.columns.push(name.clone());
                known.columns.push(ColumnFacts { name: name.clone(), ..ColumnFacts::default() });
                self.columns.len() - 1
            });
            if at >= COLUMNS {
                continue;
            }
            if row.len() <= at {
                row.resize(at + 1, Scalar::Empty);
            }
            let kind = known.columns.get(at).and_then(|column| column.declared_type.as_deref());
            if let Some(cell) = row.get_mut(at) {
                *cell = scalar(text, kind);
            }
        }
        known.rows += 1;
        self.batch.push(row);
        if self.batch.len() >= BATCH { sink.rows(std::mem::take(&mut self.batch)) } else { Ok(()) }
    }

    fn begin(
        &mut self,
        table: &str,
        fields: &[(String, String)],
        facts: &mut SourceFacts,
        undeclared: bool,
        sink: &mut dyn Sink,
    ) -> Result<(), SourceError> {
        if undeclared || facts.tables.iter().all(|known| known.name != table) {
            let column = |(name, _): &(String, String)| ColumnFacts { name: name.clone(), ..ColumnFacts::default() };
            let columns = fields.iter().take(COLUMNS).map(column).collect();
            facts.tables.push(TableFacts { name: table.to_string(), columns, ..TableFacts::default() });
        }
        let known = facts.tables.iter().find(|known| known.name == table);
        self.columns =
            known.map(|known| known.columns.iter().map(|column| column.name.clone()).collect()).unwrap_or_default();
        self.by_name = self.columns.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        self.open = Some(table.to_string());
        sink.table(table, &self.columns)
    }

    fn close(&mut self, sink: &mut dyn Sink, completeness: Completeness) -> Result<(), SourceError> {
        let Some(table) = self.open.take() else {
            return Ok(());
        };
        if !self.batch.is_empty() {
            sink.rows(std::mem::take(&mut self.batch))?;
        }
        self.done.push(table);
        sink.table_end(completeness)
    }
}

fn told_once(facts: &mut SourceFacts, table: &str) {
    let message =
        "rows of this table come in more than one run; those after the first were left out; export it on its own";
    let told = facts.notices.iter().any(|notice| notice.place == table && notice.problem == Problem::Truncated);
    if !told {
        facts.notices.push(Notice {
            place: table.to_string(),
            problem: Problem::Truncated,
            message: message.to_string(),
        });
    }
}

/// The fields of the row just started, up to its end.
fn row_fields(markup: &mut Markup<'_>) -> Result<Vec<(String, String)>, SourceError> {
    let mut fields = Vec::new();
    loop {
        let mut name = None;
        match markup.next()? {
            Piece::Start(tag) => name = Some(unescape_hex(local(&tag)).into_owned()),
            Piece::End(_) | Piece::Finished => return Ok(fields),
            Piece::Text(_) => {}
        }
        if let Some(name) = name {
            let text = markup.text()?;
            if fields.len() < COLUMNS {
                fields.push((name, text));
            }
        }
    }
}

/// The value by the declared type; texts stay texts.
fn scalar(text: String, kind: Option<&str>) -> Scalar {
    match kind {
        Some("Boolean") => Scalar::Boolean(matches!(text.trim(), "1" | "-1" | "true")),
        Some("Byte" | "Integer" | "Long" | "Single" | "Double") => {
            let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            number.map_or(Scalar::Text(text), Scalar::Number)
        }
        Some("Currency" | "Decimal") => Scalar::Exact(text.trim().to_string()),
        Some("DateTime") => Scalar::Moment(text.trim().trim_end_matches("T00:00:00").to_string()),
        // Base64 takes four letters for three bytes.
        Some("OLE" | "Binary") => Scalar::Binary(text.len() as u64 / 4 * 3),
        _ => Scalar::Text(text),
    }
}
