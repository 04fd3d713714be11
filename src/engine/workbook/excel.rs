//! Excel's object model over one workbook in memory: implements `ObjectModel` by the member tables of the classes.
//! It knows which class answers; what the members do is in the files of the classes.

use std::collections::{BTreeSet, HashMap};

use super::application::{APPLICATION, WORKBOOK, WORKBOOKS};
use super::area::Area;
use super::book::{Change, Workbook};
use super::data::SheetDump;
use super::events::Events;
use super::fault::{Answer, Done, no_member, not_set, object_required, refused};
use super::find::FindState;
use super::formats::{self, Styled};
use super::members::{Member, bind, read_member, write_member};
use super::names::{NAME, NAMES};
use super::range::RANGE_MEMBERS;
use super::range_edit::Clipboard;
use super::range_ref::{BOOK, RANGE, RangeRef, object};
use super::recalc::Recalculation;
use super::sheet::Sheet;
use super::sheets::{SHEETS, WORKSHEET};
use super::{filter, functions, notes, sort, tables};
use crate::engine::object::{Callback, KnownProcedure, Moment, ObjectModel};
use crate::engine::value::{Arguments, Assign, Fault, HostObject, Object, RunError, Value};

/// Excel, as a workflow sees it.
pub struct Excel {
    pub book: Workbook,
    /// Remembered properties of the application, by lower-case name.
    pub settings: HashMap<String, Value>,
    /// Virtual time that `Application.Wait` let pass, in days, and the calls of `OnTime` and `OnKey` as recorded.
    pub waited: f64,
    pub scheduled: Vec<Scheduled>,
    /// The sheet serial of "now": set by the caller's clock, so that a replay sees the same time.
    pub now: f64,
    pub(super) find: FindState,
    pub(super) clipboard: Option<Clipboard>,
    pub(super) recalculation: Recalculation,
    pub(super) events: Events,
    /// Sheets selected together; empty when it is the active one only.
    pub(super) selected_sheets: Vec<u32>,
}

/// A call of `Application.OnTime`.
#[derive(Debug, Clone, PartialEq)]
pub struct Scheduled {
    /// Sheet serial of the time asked for.
    pub at: f64,
    pub procedure: String,
}

/// What a table is read against, by class.
enum Target<'a> {
    Range(RangeRef),
    Sheet(u32),
    Styled(Styled),
    Words(&'a [u32]),
}

impl Excel {
    /// Excel with one workbook open. `now` is the sheet serial of the present moment.
    pub fn new(book: Workbook, now: f64) -> Self {
        Self {
            book,
            settings: HashMap::new(),
            waited: 0.0,
            scheduled: Vec::new(),
            now,
            find: FindState::default(),
            clipboard: None,
            recalculation: Recalculation::default(),
            events: Events::default(),
            selected_sheets: Vec::new(),
        }
    }

    /// The areas written since the last call, in order: what `Worksheet_Change` is to be called for.
    pub fn take_changes(&mut self) -> Vec<Change> {
        self.book.take_changes()
    }

    /// The object behind a code module: a sheet's or the workbook's (`Me`).
    pub fn module_object(&self, code_name: &str) -> Option<Value> {
        if code_name.eq_ignore_ascii_case(&self.book.code_name) {
            return Some(object("Workbook", &[BOOK]));
        }
        self.book.sheet_coded(code_name).map(|sheet| sheet_object(sheet.id))
    }

    /// A Range descriptor that follows its cells, for event procedures (`Target`).
    pub fn range_object(&self, sheet: u32, area: Area) -> Value {
        self.range_value(&RangeRef::new(sheet, area))
    }

    /// Starts to note which cells are written.
    pub fn watch(&mut self) {
        self.book.watch();
    }

    /// What was written since `watch`; see `Workbook::written`.
    pub fn written(&self) -> Option<BTreeSet<(String, String)>> {
        self.book.written()
    }

    /// Recalculates what is due and lists every sheet's cells.
    pub fn dump(&mut self) -> Vec<SheetDump> {
        self.settle();
        self.book.dump()
    }

    pub(super) fn range_value(&self, range: &RangeRef) -> Value {
        let shifts = self.book.sheet(range.sheet).map_or(0, |sheet| sheet.shifts.len());
        object(RANGE, &range.words(shifts))
    }

    /// A range, or Nothing.
    pub(super) fn range_or_nothing(&self, range: Option<RangeRef>) -> Value {
        range.map_or(Value::Nothing, |range| self.range_value(&range))
    }

    pub(super) fn sheet(&self, id: u32) -> Result<&Sheet, Fault> {
        self.book.sheet(id).ok_or_else(object_required)
    }

    pub(super) fn sheet_mut(&mut self, id: u32) -> Result<&mut Sheet, Fault> {
        self.book.sheet_mut(id).ok_or_else(object_required)
    }

    /// The range a descriptor means now.
    pub(super) fn range_of(&self, object: &HostObject) -> Result<RangeRef, Fault> {
        let sheet = object.words.get(1).copied().ok_or_else(object_required)?;
        RangeRef::read(&object.words, self.sheet(sheet)?)
    }

    /// The range an argument is; error 91 for Nothing, 424 for what is no range.
    pub(super) fn range_argument(&self, value: &Value) -> Result<RangeRef, Fault> {
        match value {
            Value::Object(Object::Host(object)) if &*object.class == RANGE => self.range_of(object),
            Value::Nothing => Err(not_set()),
            _ => Err(object_required()),
        }
    }

    /// A value with objects replaced by their default member.
    pub(super) fn plain(&mut self, value: &Value) -> Answer {
        match value {
            Value::Object(Object::Host(object)) => self.read(&object.clone(), "", &Arguments::default()),
            Value::Object(Object::Guest(_)) => Err(no_member()),
            Value::Nothing => Err(not_set()),
            other => Ok(other.clone()),
        }
    }

    /// The year a typed date without one gets.
    pub(super) fn year(&self) -> i64 {
        const DAYS_PER_YEAR: f64 = 365.2425;
        // Sheet serial 1 is 1900-01-01; exact enough except in the hours around a new year, so ask the calendar.
        let days = self.now.floor().clamp(1.0, 2_958_465.0) as i64;
        let epoch = jiff::civil::date(1899, 12, 30);
        let date = epoch.checked_add(jiff::Span::new().days(days));
        date.map_or(1900 + (self.now / DAYS_PER_YEAR) as i64, |date| i64::from(date.year()))
    }

    /// Reads a member of an object of any class.
    pub(super) fn read(&mut self, object: &HostObject, member: &str, arguments: &Arguments) -> Answer {
        if let Some(reason) = not_offered(member) {
            return Err(reason);
        }
        if !TEXT_BLIND.iter().any(|known| known.eq_ignore_ascii_case(member)) {
            self.book.flush();
        }
        if &*object.class == "WorksheetFunction" {
            return functions::strict(self, member, arguments);
        }
        match self.target(object)? {
            Target::Range(range) => read_member(range_table(&object.class), self, &range, member, arguments),
            Target::Sheet(sheet) => read_member(sheet_table(&object.class), self, &sheet, member, arguments),
            Target::Styled(styled) => formats::read(self, &styled, member, arguments),
            Target::Words(words) => {
                let result = read_member(words_table(&object.class), self, words, member, arguments);
                match result {
                    Err(fault) if fault == no_member() && &*object.class == "Application" => {
                        functions::lenient(self, member, arguments)
                    }
                    other => other,
                }
            }
        }
    }

    pub(super) fn write(&mut self, object: &HostObject, member: &str, arguments: &Arguments, value: &Value) -> Done {
        if !TEXT_BLIND.iter().any(|known| known.eq_ignore_ascii_case(member)) {
            self.book.flush();
        }
        match self.target(object)? {
            Target::Range(range) => write_member(range_table(&object.class), self, &range, member, arguments, value),
            Target::Sheet(sheet) => write_member(sheet_table(&object.class), self, &sheet, member, arguments, value),
            Target::Styled(styled) => formats::write(self, &styled, member, value),
            Target::Words(words) => write_member(words_table(&object.class), self, words, member, arguments, value),
        }
    }

    fn target<'a>(&self, object: &'a HostObject) -> Result<Target<'a>, Fault> {
        if let Some(styled) = formats::decode(self, object)? {
            return Ok(Target::Styled(styled));
        }
        if !range_table(&object.class).is_empty() {
            return Ok(Target::Range(self.range_of(object)?));
        }
        if !sheet_table(&object.class).is_empty() {
            let id = object.words.get(1).copied().ok_or_else(object_required)?;
            self.sheet(id)?;
            return Ok(Target::Sheet(id));
        }
        Ok(Target::Words(&object.words))
    }
}

/// Members that never look at a formula's text (a value they read flushes by itself): the ones loops over rows are made of.
const TEXT_BLIND: [&str; 24] = [
    "",
    "ActiveSheet",
    "Address",
    "Cells",
    "Column",
    "Columns",
    "Count",
    "Delete",
    "End",
    "EntireColumn",
    "EntireRow",
    "Insert",
    "Item",
    "Name",
    "Offset",
    "Parent",
    "Range",
    "Resize",
    "Row",
    "Rows",
    "Sheets",
    "Value",
    "Value2",
    "Worksheets",
];

/// Collections of a sheet or the application whose content is not part of the workbook model.
const DRAWINGS: [&str; 12] = [
    "Shapes",
    "ChartObjects",
    "Charts",
    "PivotTables",
    "PivotCaches",
    "OLEObjects",
    "CheckBoxes",
    "Buttons",
    "DropDowns",
    "Pictures",
    "SlicerCaches",
    "QueryTables",
];

/// Touching what is not modelled must end the run, not do something else.
fn not_offered(member: &str) -> Option<Fault> {
    let found = DRAWINGS.iter().find(|name| name.eq_ignore_ascii_case(member))?;
    Some(refused(
        &format!("excel:{}", found.to_ascii_lowercase()),
        "drawings, charts, pivot tables and controls are not part of the workbook model",
    ))
}

/// A sheet's descriptor.
pub(super) fn sheet_object(id: u32) -> Value {
    object("Worksheet", &[BOOK, id])
}

fn range_table(class: &str) -> &'static [Member<RangeRef>] {
    match class {
        RANGE => RANGE_MEMBERS,
        "Areas" => super::range::AREAS,
        _ => &[],
    }
}

fn sheet_table(class: &str) -> &'static [Member<u32>] {
    match class {
        "Worksheet" => WORKSHEET,
        "ListObjects" => tables::LIST_OBJECTS,
        "Sort" => sort::SORT,
        "SortFields" => sort::SORT_FIELDS,
        "AutoFilter" => filter::AUTO_FILTER,
        "Filters" => filter::FILTERS,
        "Comments" => notes::COMMENTS,
        "Hyperlinks" => notes::HYPERLINKS,
        _ => &[],
    }
}

fn words_table(class: &str) -> &'static [Member<[u32]>] {
    match class {
        "Application" => APPLICATION,
        "Workbook" => WORKBOOK,
        "Workbooks" => WORKBOOKS,
        "Sheets" => SHEETS,
        "Names" => NAMES,
        "Name" => NAME,
        "ListObject" => tables::LIST_OBJECT,
        "ListColumns" => tables::LIST_COLUMNS,
        "ListColumn" => tables::LIST_COLUMN,
        "ListRows" => tables::LIST_ROWS,
        "ListRow" => tables::LIST_ROW,
        "SortField" => sort::SORT_FIELD,
        "Filter" => filter::FILTER,
        "Comment" => notes::COMMENT,
        "Hyperlink" => notes::HYPERLINK,
        _ => &[],
    }
}

/// Every class this model answers for, besides the format classes.
const CLASSES: [&str; 26] = [
    "Application",
    "WorksheetFunction",
    "Workbooks",
    "Workbook",
    "Sheets",
    "Worksheet",
    "Range",
    "Areas",
    "Names",
    "Name",
    "ListObjects",
    "ListObject",
    "ListColumns",
    "ListColumn",
    "ListRows",
    "ListRow",
    "Sort",
    "SortFields",
    "SortField",
    "AutoFilter",
    "Filters",
    "Filter",
    "Comments",
    "Comment",
    "Hyperlinks",
    "Hyperlink",
];

/// What the converter grades statements by: (class, member, grade), every member that is offered.
pub fn coverage() -> &'static [(&'static str, &'static str, &'static str)] {
    static LIST: std::sync::OnceLock<Vec<(&'static str, &'static str, &'static str)>> = std::sync::OnceLock::new();
    fn add<T: ?Sized>(
        list: &mut Vec<(&'static str, &'static str, &'static str)>,
        class: &'static str,
        table: &[Member<T>],
    ) {
        list.extend(table.iter().filter(|m| !m.name.is_empty()).map(|m| (class, m.name, m.grade.text())));
    }
    LIST.get_or_init(|| {
        let mut list = Vec::new();
        for class in CLASSES {
            add(&mut list, class, range_table(class));
            add(&mut list, class, sheet_table(class));
            add(&mut list, class, words_table(class));
        }
        list.extend(formats::coverage());
        list.extend(DRAWINGS.iter().map(|member| ("Worksheet", *member, super::members::REFUSED.text())));
        list
    })
}

/// Members of the Application object that VBA also offers without naming it.
const GLOBALS: [&str; 22] = [
    "ActiveCell",
    "ActiveSheet",
    "ActiveWindow",
    "ActiveWorkbook",
    "Application",
    "Calculate",
    "Cells",
    "Columns",
    "Evaluate",
    "Intersect",
    "Names",
    "Range",
    "Rows",
    "Selection",
    "Sheets",
    "ThisWorkbook",
    "Union",
    "Windows",
    "Workbooks",
    "Worksheets",
    "WorksheetFunction",
    "Charts",
];

impl ObjectModel for Excel {
    fn global(&mut self, name: &str, arguments: &Arguments) -> Option<Answer> {
        if GLOBALS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            let application = HostObject { class: "Application".into(), words: [].into() };
            return Some(self.read(&application, name, arguments));
        }
        let found = self.module_object(name)?;
        if *arguments == Arguments::default() {
            return Some(Ok(found));
        }
        None
    }

    fn knows(&self, name: &str) -> bool {
        GLOBALS.iter().any(|known| known.eq_ignore_ascii_case(name)) || self.module_object(name).is_some()
    }

    fn put_global(&mut self, name: &str, arguments: &Arguments, value: &Value, by: Assign) -> Option<Done> {
        match (self.global(name, arguments)?, by) {
            (Ok(Value::Object(Object::Host(object))), Assign::Let) => {
                Some(self.write(&object, "", &Arguments::default(), value))
            }
            (Ok(_), _) => Some(Err(no_member())),
            (Err(fault), _) => Some(Err(fault)),
        }
    }

    fn owns(&self, class: &str) -> bool {
        CLASSES.iter().any(|known| known.eq_ignore_ascii_case(class)) || formats::is_class(class)
    }

    fn get(&mut self, object: &HostObject, member: &str, arguments: &Arguments) -> Answer {
        self.read(object, member, arguments)
    }

    fn put(&mut self, object: &HostObject, member: &str, arguments: &Arguments, value: &Value, by: Assign) -> Done {
        if by == Assign::Set {
            return Err(no_member());
        }
        let value = match value {
            Value::Object(_) | Value::Nothing if takes_objects(&object.class, member) => value.clone(),
            other => self.plain(other)?,
        };
        self.write(object, member, arguments, &value)
    }

    fn items(&mut self, object: &HostObject) -> Result<Vec<Value>, Fault> {
        super::items::items(self, object)
    }

    fn introduce(&mut self, procedures: &[KnownProcedure]) {
        self.meet(procedures);
    }

    fn next_call(&mut self, when: Moment) -> Option<Callback> {
        self.call_due(when)
    }

    fn called(&mut self, call: &Callback, arguments: &[Value], result: Result<Value, RunError>) {
        self.call_ended(call, arguments, result);
    }

    fn is_a(&self, object: &HostObject, name: &str) -> bool {
        let short = name.strip_prefix("Excel.").unwrap_or(name);
        object.class.eq_ignore_ascii_case(short)
            || short.eq_ignore_ascii_case("Object")
            || (&*object.class == "Sheets" && short.eq_ignore_ascii_case("Worksheets"))
    }
}

/// Properties that are assigned an object without `Set`.
fn takes_objects(class: &str, member: &str) -> bool {
    class == "SortField" && member.eq_ignore_ascii_case("Key")
}

/// An argument list of positional values only.
pub(super) fn positional(values: &[Value]) -> Arguments {
    Arguments { positional: values.to_vec(), named: Vec::new() }
}

/// The one argument of an `Item`-like member, if given.
pub(super) fn only<'a>(arguments: &'a Arguments, name: &str) -> Result<Option<&'a Value>, Fault> {
    bind(arguments, [name]).map(|[value]| value)
}
