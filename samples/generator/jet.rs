//! A small writer of Jet 4 databases (.mdb as Access 2000-2003 write them): catalog, tables, long values, one-page indexes on Long columns,
//! relationships, select queries. Layout facts are those of mdbtools' format notes, checked against real files.
//! Left out: indexes of the system tables, access rights, trees of more than one index page. Tables stay within one definition page.

use std::collections::BTreeMap;

const PAGE: usize = 4096;
/// Capacity of an in-row usage map: 64 bytes of bits.
const MAX_PAGES: usize = 512;
const USAGE_ROW: usize = 69;
/// Magic number in front of columns and indexes of a Jet 4 definition.
const MAGIC_TABLE: u32 = 1625;
const MAGIC_INDEX: u32 = 1923;
const NO_COLUMN: u16 = 0xFFFF;
/// Collation "General" (legacy), as stored beside every text column.
const COLLATION: u32 = 0x0409;
/// Longest memo kept inside its row.
const INLINE_MEMO: usize = 64;

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Bool,
    Byte,
    Int,
    Long,
    Money,
    Double,
    Date,
    Binary,
    Text(u16),
    Ole,
    Memo,
}

#[derive(Clone)]
pub enum Field {
    Null,
    Bool(bool),
    Int(i64),
    /// In ten-thousandths, as Currency is stored.
    Money(i64),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Field::Text(text.to_string())
    }
}
impl From<i64> for Field {
    fn from(number: i64) -> Self {
        Field::Int(number)
    }
}

pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub auto: bool,
}

pub fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, auto: false }
}

/// An index on one Long column.
pub struct Index {
    pub name: &'static str,
    pub column: usize,
    pub primary: bool,
}

pub struct Table {
    pub name: &'static str,
    pub columns: Vec<Column>,
    pub indexes: Vec<Index>,
    pub rows: Vec<Vec<Field>>,
}

/// A relationship with enforced integrity, from a Long column with an index to the primary key of the parent.
pub struct Relation {
    pub name: &'static str,
    pub child: &'static str,
    pub child_column: &'static str,
    pub parent: &'static str,
    pub parent_column: &'static str,
    /// `grbit`: 0x100 cascades updates, 0x1000 cascades deletes, 2 does not enforce.
    pub bits: i64,
}

/// A saved query as its `MSysQueries` rows without the first and last: (attribute, name1, name2, expression, flag).
pub struct Query {
    pub name: &'static str,
    pub rows: Vec<(i64, &'static str, &'static str, &'static str, Option<i64>)>,
}

impl Kind {
    fn code(self) -> u8 {
        match self {
            Kind::Bool => 1,
            Kind::Byte => 2,
            Kind::Int => 3,
            Kind::Long => 4,
            Kind::Money => 5,
            Kind::Double => 7,
            Kind::Date => 8,
            Kind::Binary => 9,
            Kind::Text(_) => 10,
            Kind::Ole => 11,
            Kind::Memo => 12,
        }
    }
    /// Bytes in the fixed part of a row; `None` for variable kinds. A Boolean lives in the null mask.
    fn fixed(self) -> Option<u16> {
        match self {
            Kind::Bool => Some(0),
            Kind::Byte => Some(1),
            Kind::Int => Some(2),
            Kind::Long => Some(4),
            Kind::Money | Kind::Double | Kind::Date => Some(8),
            _ => None,
        }
    }
    fn stored_length(self) -> u16 {
        match self {
            Kind::Bool => 1,
            Kind::Binary => 510,
            Kind::Text(chars) => chars * 2,
            Kind::Ole | Kind::Memo => 0,
            other => other.fixed().unwrap_or(0),
        }
    }
    fn is_long_value(self) -> bool {
        matches!(self, Kind::Ole | Kind::Memo)
    }
}

/// A page of rows that grow from its end.
struct RowPage {
    owner: u32,
    rows: Vec<Vec<u8>>,
}

impl RowPage {
    fn used(&self) -> usize {
        14 + self.rows.iter().map(|r| r.len() + 2).sum::<usize>()
    }
    fn bytes(&self) -> Vec<u8> {
        let mut page = vec![0; PAGE];
        page[0..2].copy_from_slice(&[1, 1]);
        page[2..4].copy_from_slice(&((PAGE - self.used()) as u16).to_le_bytes());
        page[4..8].copy_from_slice(&self.owner.to_le_bytes());
        page[12..14].copy_from_slice(&(self.rows.len() as u16).to_le_bytes());
        let mut end = PAGE;
        for (i, row) in self.rows.iter().enumerate() {
            end -= row.len();
            page[end..end + row.len()].copy_from_slice(row);
            page[14 + 2 * i..16 + 2 * i].copy_from_slice(&(end as u16).to_le_bytes());
        }
        page
    }
}

/// Pages by number; definition pages are reserved before their content is known.
struct Pages(Vec<Vec<u8>>);

impl Pages {
    fn push(&mut self, page: Vec<u8>) -> u32 {
        assert_eq!(page.len(), PAGE);
        self.0.push(page);
        self.0.len() as u32 - 1
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Text as stored: compressed (FF FE, then Latin-1) where every character allows it and it saves room.
fn text_bytes(text: &str) -> Vec<u8> {
    let latin: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok().filter(|b| *b != 0)).collect();
    match latin {
        Some(latin) if latin.len() > 2 => [vec![0xFF, 0xFE], latin].concat(),
        _ => utf16(text),
    }
}

fn fixed_bytes(kind: Kind, field: &Field) -> Vec<u8> {
    let width = usize::from(kind.fixed().unwrap_or(0));
    match field {
        Field::Int(n) | Field::Money(n) => n.to_le_bytes()[..width].to_vec(),
        Field::Double(d) => d.to_le_bytes().to_vec(),
        _ => vec![0; width],
    }
}

/// One row: column count, fixed part, variable part, end, offsets backwards, their count, null mask.
fn row_bytes(columns: &[Column], row: &[Field], long_values: &mut LongValues) -> Vec<u8> {
    let mut out = (columns.len() as u16).to_le_bytes().to_vec();
    let mut mask = vec![0u8; columns.len().div_ceil(8)];
    for (i, (column, field)) in columns.iter().zip(row).enumerate() {
        if column.kind.fixed().is_some() {
            out.extend(fixed_bytes(column.kind, field));
        }
        if !matches!(field, Field::Null | Field::Bool(false)) {
            mask[i / 8] |= 1 << (i % 8);
        }
    }
    let mut offsets = Vec::new();
    for (column, field) in columns.iter().zip(row).filter(|(c, _)| c.kind.fixed().is_none()) {
        offsets.push(out.len() as u16);
        let bytes = match field {
            Field::Text(t) => text_bytes(t),
            Field::Bytes(b) => b.clone(),
            _ => continue,
        };
        out.extend(if column.kind.is_long_value() { long_values.store(bytes) } else { bytes });
    }
    if !offsets.is_empty() {
        out.extend((out.len() as u16).to_le_bytes());
        for offset in offsets.iter().rev() {
            out.extend(offset.to_le_bytes());
        }
        out.extend((offsets.len() as u16).to_le_bytes());
    }
    out.extend(mask);
    out
}

/// Long values of one table: short ones stay in the row, others go to pages of their own kind.
struct LongValues {
    /// Number the first long-value page will get.
    first_page: u32,
    pages: Vec<RowPage>,
}

impl LongValues {
    fn store(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        const IN_ROW: u32 = 0x8000_0000;
        const ONE_PAGE: u32 = 0x4000_0000;
        let length = bytes.len() as u32;
        if bytes.len() <= INLINE_MEMO {
            return [(length | IN_ROW).to_le_bytes().to_vec(), vec![0; 8], bytes].concat();
        }
        let owner = u32::from_le_bytes(*b"LVAL");
        if self.pages.last().is_none_or(|p| p.used() + bytes.len() + 2 > PAGE) {
            self.pages.push(RowPage { owner, rows: Vec::new() });
        }
        let number = self.first_page + self.pages.len() as u32 - 1;
        let page = self.pages.last_mut().expect("a page was just made");
        let pointer = (number << 8) | page.rows.len() as u32;
        page.rows.push(bytes);
        [(length | ONE_PAGE).to_le_bytes(), pointer.to_le_bytes(), [0; 4]].concat()
    }
}

/// A usage map inside a row: type 0, first page 0, one bit per page.
fn usage_row(pages: impl IntoIterator<Item = u32>) -> Vec<u8> {
    let mut row = vec![0; USAGE_ROW];
    for page in pages {
        row[5 + page as usize / 8] |= 1 << (page % 8);
    }
    row
}

/// A logical index as the definition lists it.
struct Logical {
    name: String,
    physical: u32,
    other_kind: u8,
    other_index: u32,
    other_page: u32,
    cascade: [u8; 2],
    kind: u8,
}

/// A leaf page of an index on a Long column: entries sorted by key, then the bits where each entry ends.
fn leaf(definition: u32, column: usize, rows: &[Vec<Field>], places: &[(u32, u8)]) -> Vec<u8> {
    const ENTRIES_AT: usize = 0x1E0;
    const MASK_AT: usize = 0x1B;
    const ENTRY: usize = 9;
    let mut entries: Vec<[u8; ENTRY]> = Vec::new();
    for (row, (page, number)) in rows.iter().zip(places) {
        let Field::Int(n) = row[column] else { continue };
        // 0x7F marks a value in ascending order; the sign bit is flipped so that bytes sort as numbers.
        let key = ((n as i32) as u32 ^ 0x8000_0000).to_be_bytes();
        let at = page.to_be_bytes();
        entries.push([0x7F, key[0], key[1], key[2], key[3], at[1], at[2], at[3], *number]);
    }
    entries.sort_unstable();
    assert!(ENTRIES_AT + entries.len() * ENTRY <= PAGE, "one leaf page holds {} entries", (PAGE - ENTRIES_AT) / ENTRY);
    let mut page = vec![0; PAGE];
    page[0..2].copy_from_slice(&[4, 1]);
    page[2..4].copy_from_slice(&((PAGE - ENTRIES_AT - entries.len() * ENTRY) as u16).to_le_bytes());
    page[4..8].copy_from_slice(&definition.to_le_bytes());
    for (i, entry) in entries.iter().enumerate() {
        let end = (i + 1) * ENTRY;
        page[ENTRIES_AT + end - ENTRY..ENTRIES_AT + end].copy_from_slice(entry);
        page[MASK_AT + end / 8] |= 1 << (end % 8);
    }
    page
}

fn distinct(rows: &[Vec<Field>], column: usize) -> u32 {
    let keys: BTreeMap<i64, ()> =
        rows.iter().filter_map(|r| if let Field::Int(n) = r[column] { Some((n, ())) } else { None }).collect();
    keys.len() as u32
}

fn pointer(row: usize, page: u32) -> [u8; 4] {
    ((page << 8) | row as u32).to_le_bytes()
}

/// Writes data, long values, index leaves and usage maps of one table, then its definition into the reserved page.
fn write_table(pages: &mut Pages, definition: u32, table: &Table, logical: &[Logical], system: bool) {
    let lengths: Vec<usize> = table
        .rows
        .iter()
        .map(|r| row_bytes(&table.columns, r, &mut LongValues { first_page: 0, pages: Vec::new() }).len())
        .collect();
    let mut data = vec![RowPage { owner: definition, rows: Vec::new() }];
    let mut used = 14;
    let mut slots = Vec::new();
    for length in lengths {
        if used + length + 2 > PAGE {
            data.push(RowPage { owner: definition, rows: Vec::new() });
            used = 14;
        }
        used += length + 2;
        slots.push(data.len() - 1);
    }
    let first_data = pages.0.len() as u32;
    let mut long_values = LongValues { first_page: first_data + data.len() as u32, pages: Vec::new() };
    let mut places = Vec::new();
    for (row, slot) in table.rows.iter().zip(&slots) {
        let page = &mut data[*slot];
        places.push((first_data + *slot as u32, page.rows.len() as u8));
        page.rows.push(row_bytes(&table.columns, row, &mut long_values));
    }
    for page in data.iter().chain(&long_values.pages) {
        pages.push(page.bytes());
    }
    let leaves: Vec<u32> = table
        .indexes
        .iter()
        .map(|index| leaf(definition, index.column, &table.rows, &places))
        .map(|page| pages.push(page))
        .collect();

    let data_pages = first_data..first_data + data.len() as u32;
    let last = data_pages.end - 1;
    let mut usage = RowPage { owner: definition, rows: vec![usage_row(data_pages), usage_row([last])] };
    usage.rows.extend(leaves.iter().map(|l| usage_row([*l])));
    let long_columns: Vec<usize> =
        (0..table.columns.len()).filter(|i| table.columns[*i].kind.is_long_value()).collect();
    for (i, _) in long_columns.iter().enumerate() {
        // All long values of the table share pages; the first long column owns them.
        let owned =
            long_values.first_page..long_values.first_page + if i == 0 { long_values.pages.len() as u32 } else { 0 };
        usage.rows.push(usage_row(owned.clone()));
        usage.rows.push(usage_row(owned));
    }
    let usage_page = pages.push(usage.bytes());

    let mut d = definition_head(table, logical.len(), usage_page, system);
    for index in &table.indexes {
        d.extend([[0; 4], distinct(&table.rows, index.column).to_le_bytes(), [0; 4]].concat());
    }
    column_entries(&mut d, table, system);
    for column in &table.columns {
        name(&mut d, column.name);
    }
    for (i, index) in table.indexes.iter().enumerate() {
        d.extend(MAGIC_INDEX.to_le_bytes());
        for slot in 0..10 {
            d.extend(if slot == 0 { index.column as u16 } else { NO_COLUMN }.to_le_bytes());
            d.push(u8::from(slot == 0));
        }
        d.extend(pointer(2 + i, usage_page));
        d.extend(leaves[i].to_le_bytes());
        d.extend([0; 4]);
        // 0x80 is set in every Jet 4 index; 1 unique, 8 required.
        d.extend([if index.primary { 0x89 } else { 0x80 }, 0, 0, 0, 0, 0]);
    }
    for (number, l) in logical.iter().enumerate() {
        d.extend(MAGIC_TABLE.to_le_bytes());
        d.extend((number as u32).to_le_bytes());
        d.extend(l.physical.to_le_bytes());
        d.push(l.other_kind);
        d.extend(l.other_index.to_le_bytes());
        d.extend(l.other_page.to_le_bytes());
        d.extend(l.cascade);
        d.push(l.kind);
        d.extend([0; 4]);
    }
    for l in logical {
        name(&mut d, &l.name);
    }
    for (i, column) in long_columns.iter().enumerate() {
        let row = 2 + leaves.len() + 2 * i;
        d.extend((*column as u16).to_le_bytes());
        d.extend(pointer(row, usage_page));
        d.extend(pointer(row + 1, usage_page));
    }
    d.extend(NO_COLUMN.to_le_bytes());
    assert!(d.len() <= PAGE, "{} needs more than one definition page", table.name);
    let free = (PAGE - d.len()) as u16;
    d[2..4].copy_from_slice(&free.to_le_bytes());
    let length = d.len() as u32 - 8;
    d[8..12].copy_from_slice(&length.to_le_bytes());
    d.resize(PAGE, 0);
    pages.0[definition as usize] = d;
}

fn name(d: &mut Vec<u8>, text: &str) {
    let bytes = utf16(text);
    d.extend((bytes.len() as u16).to_le_bytes());
    d.extend(bytes);
}

/// The 63 bytes in front of the index and column entries; free space and length are filled in at the end.
fn definition_head(table: &Table, logical: usize, usage_page: u32, system: bool) -> Vec<u8> {
    let last_auto = table.columns.iter().position(|c| c.auto).map_or(0, |at| distinct(&table.rows, at));
    let variable = table.columns.iter().filter(|c| c.kind.fixed().is_none()).count() as u16;
    let mut d = vec![2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for word in [MAGIC_TABLE, table.rows.len() as u32, last_auto, 1, 0, 0, 0] {
        d.extend(word.to_le_bytes());
    }
    d.push(if system { b'S' } else { b'N' });
    for count in [table.columns.len() as u16, variable, table.columns.len() as u16] {
        d.extend(count.to_le_bytes());
    }
    d.extend((logical as u32).to_le_bytes());
    d.extend((table.indexes.len() as u32).to_le_bytes());
    d.extend(pointer(0, usage_page));
    d.extend(pointer(1, usage_page));
    d
}

fn column_entries(d: &mut Vec<u8>, table: &Table, system: bool) {
    let (mut fixed_at, mut variable_at) = (0u16, 0u16);
    for (number, column) in table.columns.iter().enumerate() {
        let fixed = column.kind.fixed();
        let is_text = matches!(column.kind, Kind::Text(_) | Kind::Memo);
        d.push(column.kind.code());
        d.extend(MAGIC_TABLE.to_le_bytes());
        d.extend((number as u16).to_le_bytes());
        d.extend(variable_at.to_le_bytes());
        d.extend((number as u16).to_le_bytes());
        d.extend(if is_text { COLLATION } else { 0 }.to_le_bytes());
        // 1 fixed, 2 may be null, 4 autonumber, 0x10 system.
        d.push(u8::from(fixed.is_some()) | 2 | if column.auto { 4 } else { 0 } | if system { 0x10 } else { 0 });
        // 1: compressed Unicode.
        d.push(u8::from(is_text));
        d.extend([0; 4]);
        d.extend(if fixed.is_some() { fixed_at } else { 0 }.to_le_bytes());
        d.extend(column.kind.stored_length().to_le_bytes());
        match fixed {
            Some(width) => fixed_at += width,
            None => variable_at += 1,
        }
    }
}

/// RC4, which masks 128 bytes of the first page with a fixed key.
fn rc4(key: &[u8], data: &mut [u8]) {
    let mut s: Vec<u8> = (0..=255).collect();
    let mut j = 0u8;
    for i in 0..256 {
        j = j.wrapping_add(s[i]).wrapping_add(key[i % key.len()]);
        s.swap(i, usize::from(j));
    }
    let (mut i, mut j) = (0u8, 0u8);
    for byte in data {
        i = i.wrapping_add(1);
        j = j.wrapping_add(s[usize::from(i)]);
        s.swap(usize::from(i), usize::from(j));
        *byte ^= s[usize::from(s[usize::from(i)].wrapping_add(s[usize::from(j)]))];
    }
}

/// Page 0: version 1 (Jet 4), pages of the system tables, code page, collation, creation date, no password.
fn header_page(created: f64) -> Vec<u8> {
    const MASK_KEY: [u8; 4] = [0xC7, 0xDA, 0x39, 0x6B];
    let mut page = vec![0; PAGE];
    page[0..4].copy_from_slice(&[0, 1, 0, 0]);
    page[4..19].copy_from_slice(b"Standard Jet DB");
    page[0x14] = 1;
    page[0x1A..0x1C].copy_from_slice(&[1, 1]);
    for (i, table) in [2u32, 3, 4, 5].iter().enumerate() {
        page[0x1E + 4 * i..0x22 + 4 * i].copy_from_slice(&table.to_le_bytes());
    }
    page[0x3C..0x3E].copy_from_slice(&1252u16.to_le_bytes());
    // No password: only its mask, the whole days of the creation date.
    for i in 0..10 {
        page[0x42 + 4 * i..0x46 + 4 * i].copy_from_slice(&(created as u32).to_le_bytes());
    }
    page[0x6E..0x72].copy_from_slice(&COLLATION.to_le_bytes());
    page[0x72..0x7A].copy_from_slice(&created.to_le_bytes());
    rc4(&MASK_KEY, &mut page[0x18..0x98]);
    page[0x9C..0x9F].copy_from_slice(b"4.0");
    page
}

const TABLES_FOLDER: i64 = 0x0F00_0001;
const ROOT_FOLDER: i64 = 0x0F00_0000;
/// Object types of the catalog.
const TYPE_TABLE: i64 = 1;
const TYPE_FOLDER: i64 = 3;
const TYPE_QUERY: i64 = 5;
const SYSTEM_FLAG: i64 = -2_147_483_648;
/// Ids of queries and other non-table objects count up from here.
const FIRST_OBJECT: i64 = -2_147_483_648 + 16;

fn catalog(tables: &[Table], queries: &[Query], created: f64) -> Table {
    let mut columns: Vec<Column> = [
        ("Id", Kind::Long),
        ("ParentId", Kind::Long),
        ("Name", Kind::Text(255)),
        ("Type", Kind::Int),
        ("DateCreate", Kind::Date),
        ("DateUpdate", Kind::Date),
        ("Owner", Kind::Binary),
        ("Flags", Kind::Long),
    ]
    .map(|(n, k)| column(n, k))
    .into();
    columns.extend([
        column("Database", Kind::Memo),
        column("Connect", Kind::Memo),
        column("ForeignName", Kind::Text(255)),
        column("RmtInfoShort", Kind::Binary),
    ]);
    columns.extend(["RmtInfoLong", "Lv", "LvProp", "LvModule", "LvExtra"].map(|n| column(n, Kind::Ole)));
    let count = columns.len();
    let entry = |id: i64, parent: i64, name: &str, kind: i64, flags: i64| {
        let mut row = vec![
            id.into(),
            parent.into(),
            name.into(),
            kind.into(),
            Field::Double(created),
            Field::Double(created),
            Field::Bytes(vec![0xA7, 0x33]),
            flags.into(),
        ];
        row.resize(count, Field::Null);
        row
    };
    let mut rows = Vec::new();
    for (i, folder) in ["Tables", "Databases", "Relationships"].iter().enumerate() {
        rows.push(entry(TABLES_FOLDER + i as i64, ROOT_FOLDER, folder, TYPE_FOLDER, SYSTEM_FLAG));
    }
    for (i, system) in ["MSysObjects", "MSysACEs", "MSysQueries", "MSysRelationships"].iter().enumerate() {
        rows.push(entry(2 + i as i64, TABLES_FOLDER, system, TYPE_TABLE, SYSTEM_FLAG));
    }
    for (i, table) in tables.iter().enumerate() {
        rows.push(entry(6 + i as i64, TABLES_FOLDER, table.name, TYPE_TABLE, 0));
    }
    for (i, query) in queries.iter().enumerate() {
        rows.push(entry(FIRST_OBJECT + i as i64, TABLES_FOLDER, query.name, TYPE_QUERY, 0));
    }
    Table { name: "MSysObjects", columns, indexes: Vec::new(), rows }
}

fn query_table(queries: &[Query]) -> Table {
    let columns = vec![
        column("ObjectId", Kind::Long),
        column("Attribute", Kind::Byte),
        column("Order", Kind::Binary),
        column("Name1", Kind::Text(255)),
        column("Name2", Kind::Text(255)),
        column("Expression", Kind::Memo),
        column("Flag", Kind::Int),
        column("LvExtra", Kind::Long),
    ];
    let mut rows = Vec::new();
    for (i, query) in queries.iter().enumerate() {
        let first = (0, "", "", "", None);
        let last = (255, "", "", "", None);
        for (order, (attribute, name1, name2, expression, flag)) in
            [first].iter().chain(&query.rows).chain(&[last]).enumerate()
        {
            let text = |t: &str| if t.is_empty() { Field::Null } else { t.into() };
            let order = Field::Bytes((order as u32).to_be_bytes().to_vec());
            rows.push(vec![
                (FIRST_OBJECT + i as i64).into(),
                (*attribute).into(),
                order,
                text(name1),
                text(name2),
                text(expression),
                flag.map_or(Field::Null, Field::Int),
                Field::Null,
            ]);
        }
    }
    Table { name: "MSysQueries", columns, indexes: Vec::new(), rows }
}

fn relation_table(relations: &[Relation]) -> Table {
    let mut columns: Vec<Column> = ["ccolumn", "grbit", "icolumn"].map(|n| column(n, Kind::Long)).into();
    columns.extend(
        ["szColumn", "szObject", "szReferencedColumn", "szReferencedObject", "szRelationship"]
            .map(|n| column(n, Kind::Text(255))),
    );
    let row = |r: &Relation| {
        vec![
            Field::Int(1),
            r.bits.into(),
            Field::Int(0),
            r.child_column.into(),
            r.child.into(),
            r.parent_column.into(),
            r.parent.into(),
            r.name.into(),
        ]
    };
    Table { name: "MSysRelationships", columns, indexes: Vec::new(), rows: relations.iter().map(row).collect() }
}

fn rights_table() -> Table {
    let columns = vec![
        column("ObjectId", Kind::Long),
        column("SID", Kind::Binary),
        column("ACM", Kind::Long),
        column("FInheritable", Kind::Bool),
    ];
    Table { name: "MSysACEs", columns, indexes: Vec::new(), rows: Vec::new() }
}

/// The logical indexes of each table: its own, then one per relationship it takes part in, each pointing at its counterpart.
fn logical_indexes(tables: &[Table], relations: &[Relation]) -> Vec<Vec<Logical>> {
    const KIND_PRIMARY: u8 = 1;
    const KIND_FOREIGN: u8 = 2;
    let own = |i: usize, index: &Index| Logical {
        name: index.name.into(),
        physical: i as u32,
        other_kind: 0,
        other_index: u32::MAX,
        other_page: 0,
        cascade: [0; 2],
        kind: if index.primary { KIND_PRIMARY } else { 0 },
    };
    let mut out: Vec<Vec<Logical>> =
        tables.iter().map(|t| t.indexes.iter().enumerate().map(|(i, index)| own(i, index)).collect()).collect();
    let find = |name: &str| tables.iter().position(|t| t.name == name).unwrap_or_else(|| panic!("no table {name}"));
    let physical = |table: usize, column: &str| {
        let t = &tables[table];
        t.indexes
            .iter()
            .position(|i| t.columns[i.column].name == column)
            .unwrap_or_else(|| panic!("{}.{column} has no index", t.name)) as u32
    };
    for (n, r) in relations.iter().enumerate() {
        let (child, parent) = (find(r.child), find(r.parent));
        let (child_number, parent_number) = (out[child].len() as u32, out[parent].len() as u32);
        let cascade = [u8::from(r.bits & 0x100 != 0), u8::from(r.bits & 0x1000 != 0)];
        let side = |name: String, physical, other_kind, other_index, other_page: usize| Logical {
            name,
            physical,
            other_kind,
            other_index,
            other_page: 6 + other_page as u32,
            cascade,
            kind: KIND_FOREIGN,
        };
        // Access names the hidden side .rB, .rC, ...
        let hidden = format!(".r{}", char::from(b'B' + n as u8));
        out[parent].push(side(hidden, physical(parent, r.parent_column), 1, child_number, child));
        out[child].push(side(r.name.to_string(), physical(child, r.child_column), 2, parent_number, parent));
    }
    out
}

/// The bytes of a database; `created` is a date serial.
pub fn database(tables: &[Table], relations: &[Relation], queries: &[Query], created: f64) -> Vec<u8> {
    let mut pages = Pages(vec![vec![0; PAGE]; 6 + tables.len()]);
    for (page, table) in [
        (2, catalog(tables, queries, created)),
        (3, rights_table()),
        (4, query_table(queries)),
        (5, relation_table(relations)),
    ] {
        write_table(&mut pages, page, &table, &[], true);
    }
    let logical = logical_indexes(tables, relations);
    for (i, table) in tables.iter().enumerate() {
        write_table(&mut pages, 6 + i as u32, table, &logical[i], false);
    }
    let count = pages.0.len();
    assert!(count <= MAX_PAGES, "{count} pages need an extended usage map");
    pages.0[0] = header_page(created);
    let global = RowPage { owner: 1, rows: vec![usage_row(count as u32..MAX_PAGES as u32), usage_row([])] };
    pages.0[1] = global.bytes();
    pages.0.concat()
}
