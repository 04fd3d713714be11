//! Delimited and fixed-width texts as one table: encoding, delimiter and header are found unless `schema.ini` tells them.
//! Values stay texts; what they are is inferred elsewhere.

use std::io::{BufReader, Read};

use encoding_rs::{CoderResult, Decoder};

use crate::facts::{ColumnFacts, FileKind, Notice, Problem, Scalar, SourceFacts, TableFacts};

use super::super::content::Content;
use super::super::sink::{Completeness, Sink, grouped};
use super::super::spend::Spend;
use super::super::{SourceError, Surroundings};
use super::encoding_of;
use super::schema_ini::{Format, Schema, section};

/// Delimiters that are tried, best known first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Bytes and lines looked at to find the encoding, the delimiter and the header.
const START_BYTES: usize = 256 * 1024;
const START_ROWS: usize = 200;
/// Share of lines that must have the same number of fields, in tenths.
const SAME_TENTHS: usize = 8;
/// Most words in a field of a text of one line; more is a sentence with commas.
const NAME_WORDS: usize = 4;
/// Rows in one delivery.
const BATCH: usize = 1_024;
/// Columns of a table; Excel's 16,384 is the widest an export can be.
const COLUMNS: usize = 16_384;
/// Longest field: an unclosed quote would otherwise make the rest of the file one field.
const FIELD_BYTES: usize = 4 * 1024 * 1024;

/// The delimiter that splits the most lines alike; none when no one does.
pub(crate) fn best_delimiter(text: &str) -> Option<u8> {
    let mut best: Option<(usize, usize, u8)> = None;
    for delimiter in DELIMITERS {
        let counts = field_counts(text, delimiter);
        if counts.len() < 2
            && text.split(char::from(delimiter)).any(|field| field.split_whitespace().count() > NAME_WORDS)
        {
            continue;
        }
        let Some((fields, alike)) = most_common(&counts) else {
            continue;
        };
        if fields < 2 || alike * 10 < counts.len() * SAME_TENTHS {
            continue;
        }
        let score = (alike * 10 / counts.len().max(1), fields);
        if best.is_none_or(|(share, widest, _)| score > (share, widest)) {
            best = Some((score.0, score.1, delimiter));
        }
    }
    best.map(|(_, _, delimiter)| delimiter)
}

fn field_counts(text: &str, delimiter: u8) -> Vec<usize> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let rows = reader.byte_records().map_while(Result::ok).take(START_ROWS);
    // The last line looked at may be cut.
    let mut counts: Vec<usize> = rows.map(|row| row.len()).collect();
    if counts.len() > 2 {
        counts.pop();
    }
    counts
}

fn most_common(counts: &[usize]) -> Option<(usize, usize)> {
    let alike = |fields: usize| counts.iter().filter(|count| **count == fields).count();
    let mut distinct = counts.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.into_iter().map(|fields| (fields, alike(fields))).max_by_key(|(fields, alike)| (*alike, *fields))
}

/// Reads a delimited text.
pub(crate) fn read_delimited(
    content: &Content,
    around: &Surroundings,
    spend: &mut Spend,
    sink: &mut dyn Sink,
) -> Result<SourceFacts, SourceError> {
    let schema = around.schema_ini.as_deref().and_then(|text| section(text, &around.name)).unwrap_or_default();
    let start =
        content.slice(0, START_BYTES).map_err(|source| SourceError::Io { operation: "read the file", source })?;
    let mut encoding = encoding_of(&start);
    if schema.utf8 == Some(true) && encoding == encoding_rs::WINDOWS_1252 {
        encoding = encoding_rs::UTF_8;
    }
    let text = encoding.decode(&start).0.into_owned();
    let input = Decoded::new(content.start(), encoding.new_decoder(), spend);
    let told = separator_line(&text);
    let found = || told.or_else(|| best_delimiter(&text)).map(Format::Delimited);
    let format = schema.format.or_else(found).unwrap_or(Format::Delimited(b','));
    let mut rows: Box<dyn Iterator<Item = Result<Vec<Field>, SourceError>>> = match format {
        Format::Delimited(delimiter) => Box::new(Fields::new(input, delimiter)),
        Format::Fixed => Box::new(Widths::new(input, &schema)),
    };
    if told.is_some() {
        rows.next().transpose()?;
    }
    deliver(rows, around, schema, spend, sink)
}

/// The delimiter that a first line `sep=;` names, as Excel reads and other programs write it.
fn separator_line(text: &str) -> Option<u8> {
    let line = text.trim_start_matches('\u{feff}').lines().next()?.trim_end_matches('\r').trim_matches('"');
    let (key, sign) = line.split_at_checked(4)?;
    match sign.as_bytes() {
        [sign] if key.eq_ignore_ascii_case("sep=") => Some(*sign),
        _ => None,
    }
}

/// One field as written. An empty one without quotes is nothing, an empty one with quotes an empty text (RFC 4180 does
/// not say; the export of this program does).
type Field = Option<String>;

fn deliver(
    mut rows: Box<dyn Iterator<Item = Result<Vec<Field>, SourceError>> + '_>,
    around: &Surroundings,
    schema: Schema,
    spend: &Spend,
    sink: &mut dyn Sink,
) -> Result<SourceFacts, SourceError> {
    let mut facts = SourceFacts { kind: FileKind::Csv, ..SourceFacts::default() };
    let first = rows.next().transpose()?.unwrap_or_default();
    let has_header = schema.header.unwrap_or_else(|| looks_like_header(&first));
    let columns = columns_of(&first, &schema, has_header);
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    sink.table(around.stem(), &names)?;
    let mut table = TableFacts { name: around.stem().to_string(), columns, ..TableFacts::default() };
    let mut batch = Vec::with_capacity(BATCH);
    let mut ragged = 0u64;
    let mut completeness = Completeness::Whole;
    let data = (!has_header).then_some(Ok(first)).into_iter().chain(rows);
    for row in data {
        let sent = row.and_then(|row| {
            spend.cells(row.len().max(1))?;
            Ok(row)
        });
        match sent {
            Ok(row) => {
                ragged += u64::from(row.len() != names.len());
                table.rows += 1;
                batch.push(row.into_iter().map(scalar).collect());
            }
            Err(error) => {
                completeness = Completeness::Cut;
                facts.notices.push(error.notice(around.stem(), &format!("rows 1 to {} are in", grouped(table.rows))));
                break;
            }
        }
        if batch.len() >= BATCH {
            sink.rows(std::mem::take(&mut batch))?;
        }
    }
    if !batch.is_empty() {
        sink.rows(batch)?;
    }
    sink.table_end(completeness)?;
    if ragged > 0 {
        let message =
            format!("{} rows have more or fewer fields than the first; all fields were kept", grouped(ragged));
        facts.notices.push(Notice { place: around.stem().to_string(), problem: Problem::Remark, message });
    }
    facts.tables.push(table);
    Ok(facts)
}

fn scalar(field: Field) -> Scalar {
    field.map_or(Scalar::Empty, Scalar::Text)
}

/// Names are there, differ, and are no numbers or dates.
fn looks_like_header(first: &[Field]) -> bool {
    let name = |field: &Field| {
        field.as_ref().is_some_and(|text| text.chars().any(char::is_alphabetic) && text.trim().parse::<f64>().is_err())
    };
    let mut seen = std::collections::HashSet::new();
    !first.is_empty() && first.iter().all(|field| name(field) && seen.insert(field.clone()))
}

fn columns_of(first: &[Field], schema: &Schema, has_header: bool) -> Vec<ColumnFacts> {
    let count = first.len().max(schema.columns.len()).min(COLUMNS);
    let column = |index: usize| {
        let written = if has_header { first.get(index).cloned().flatten() } else { None };
        let described = schema.columns.get(index).cloned();
        let name = described.as_ref().map(|column| column.name.clone()).or(written);
        // The text driver names columns without header F1, F2...
        let name = name.unwrap_or_else(|| format!("F{}", index + 1));
        ColumnFacts { name, ..described.unwrap_or_default() }
    };
    (0..count).map(column).collect()
}

/// A byte stream of another encoding as UTF-8, charged to the budget.
struct Decoded {
    input: BufReader<Content>,
    decoder: Decoder,
    spend: Spend,
    block: Vec<u8>,
    ready: Vec<u8>,
    at: usize,
    done: bool,
}

/// Bytes decoded at a time.
const BLOCK: usize = 64 * 1024;

impl Decoded {
    fn new(content: Content, decoder: Decoder, spend: &Spend) -> Decoded {
        let input = BufReader::with_capacity(BLOCK, content);
        Decoded { input, decoder, spend: spend.clone(), block: vec![0; BLOCK], ready: Vec::new(), at: 0, done: false }
    }

    /// The next decoded block; empty at the end.
    fn fill(&mut self) -> Result<(), SourceError> {
        self.ready.clear();
        self.at = 0;
        while self.ready.is_empty() && !self.done {
            let got = self
                .input
                .read(&mut self.block)
                .map_err(|source| SourceError::Io { operation: "read the file", source })?;
            self.spend.bytes(got)?;
            self.done = got == 0;
            let room = self.decoder.max_utf8_buffer_length(got).unwrap_or(BLOCK * 4);
            self.ready.resize(room, 0);
            let block = self.block.get(..got).unwrap_or_default();
            let (result, _, written, _) = self.decoder.decode_to_utf8(block, &mut self.ready, self.done);
            self.ready.truncate(written);
            if result == CoderResult::OutputFull {
                return Err(SourceError::malformed("text", "it cannot be decoded"));
            }
        }
        Ok(())
    }

    fn next_byte(&mut self) -> Result<Option<u8>, SourceError> {
        if self.at >= self.ready.len() {
            self.fill()?;
        }
        let byte = self.ready.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        Ok(byte)
    }

    fn peek(&mut self) -> Result<Option<u8>, SourceError> {
        if self.at >= self.ready.len() {
            self.fill()?;
        }
        Ok(self.ready.get(self.at).copied())
    }
}

/// Rows of delimited fields. The reader of the `csv` crate does not tell an empty quoted field from an empty one.
struct Fields {
    input: Decoded,
    delimiter: u8,
    ended: bool,
}

/// How a field came to its end.
enum End {
    Field,
    Row,
    File,
}

impl Fields {
    fn new(input: Decoded, delimiter: u8) -> Fields {
        Fields { input, delimiter, ended: false }
    }

    fn row(&mut self) -> Result<Option<Vec<Field>>, SourceError> {
        let mut row = Vec::new();
        loop {
            let (field, end) = self.field()?;
            let alone = row.is_empty() && field.is_none();
            match end {
                End::Field if row.len() < COLUMNS => row.push(field),
                End::Field => {
                    return Err(SourceError::Limit {
                        limit: "columns",
                        what: format!("a line has more than {COLUMNS} fields"),
                    });
                }
                // An empty line is no row.
                End::Row if alone => {}
                End::Row => {
                    row.push(field);
                    return Ok(Some(row));
                }
                End::File => {
                    self.ended = true;
                    if alone {
                        return Ok(None);
                    }
                    row.push(field);
                    return Ok(Some(row));
                }
            }
        }
    }

    fn field(&mut self) -> Result<(Field, End), SourceError> {
        let mut bytes = Vec::new();
        let mut quoted = false;
        if self.input.peek()? == Some(b'"') {
            self.input.next_byte()?;
            quoted = true;
            self.quoted(&mut bytes)?;
        }
        let end = loop {
            match self.input.next_byte()? {
                None => break End::File,
                Some(b'\n') => break End::Row,
                Some(b'\r') => {
                    if self.input.peek()? == Some(b'\n') {
                        self.input.next_byte()?;
                    }
                    break End::Row;
                }
                Some(byte) if byte == self.delimiter => break End::Field,
                Some(byte) => push(&mut bytes, byte)?,
            }
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(((quoted || !text.is_empty()).then_some(text), end))
    }

    /// Up to the closing quote; two quotes stand for one.
    fn quoted(&mut self, bytes: &mut Vec<u8>) -> Result<(), SourceError> {
        while let Some(byte) = self.input.next_byte()? {
            if byte != b'"' {
                push(bytes, byte)?;
            } else if self.input.peek()? == Some(b'"') {
                self.input.next_byte()?;
                push(bytes, b'"')?;
            } else {
                break;
            }
        }
        Ok(())
    }
}

fn push(bytes: &mut Vec<u8>, byte: u8) -> Result<(), SourceError> {
    if bytes.len() >= FIELD_BYTES {
        let what = String::from("a field is longer than 4 MiB; a quote may not be closed");
        return Err(SourceError::Limit { limit: "field bytes", what });
    }
    bytes.push(byte);
    Ok(())
}

impl Iterator for Fields {
    type Item = Result<Vec<Field>, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.row();
        self.ended |= row.is_err();
        row.transpose()
    }
}

/// Rows of fields of fixed width.
struct Widths {
    lines: Fields,
    widths: Vec<usize>,
}

impl Widths {
    /// A line is read as one field that no delimiter splits.
    fn new(input: Decoded, schema: &Schema) -> Widths {
        let widths = schema.columns.iter().map(|column| column.length.unwrap_or(0) as usize).collect();
        Widths { lines: Fields::new(input, 0), widths }
    }
}

impl Iterator for Widths {
    type Item = Result<Vec<Field>, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.lines.next()? {
            Ok(row) => row.into_iter().next().flatten().unwrap_or_default(),
            Err(error) => return Some(Err(error)),
        };
        let mut letters = line.chars();
        let cut = |width: &usize| {
            let text: String = letters.by_ref().take(*width).collect();
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_string())
        };
        Some(Ok(self.widths.iter().map(cut).collect()))
    }
}
