//! What kind of object an expression gives, as far as names and declared types tell: enough to name a step's kind.
//! A wrong guess may cost a nicer step kind, never the meaning: the call itself is kept as written.

use super::words::{COSMETIC_OBJECTS, one_of};

/// The static class of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Variant, Object, or something unknown.
    Unknown,
    /// A number, text, date, boolean.
    Scalar,
    /// A user-defined type: place in `Project::records`.
    Record(usize),
    /// A class module, form or document of the project.
    Own(usize),
    Application,
    Workbooks,
    Workbook,
    Sheets,
    Worksheet,
    Range,
    /// Fonts, colours, borders, page set-up.
    Cosmetic,
    Window,
    Sorting,
    Recordset,
    Fields,
    Field,
    Database,
    DoCmd,
    Form,
    Error,
    Debug,
    Dictionary,
    Collection,
    FileSystem,
    TextStream,
    Mail,
    Http,
    Shell,
    Explorer,
    /// The editor's own object model (`Application.VBE`, `VBProject`).
    Editor,
}

/// The class a declared type names, types of the project apart.
pub(super) fn of_type(name: &str) -> Class {
    let name = name.to_ascii_lowercase();
    let short = name.rsplit('.').next().unwrap_or(&name);
    match (name.as_str(), short) {
        (
            _,
            "string" | "long" | "integer" | "double" | "single" | "boolean" | "date" | "currency" | "byte" | "decimal"
            | "longlong" | "longptr",
        ) => Class::Scalar,
        ("outlook.application" | "outlook.mailitem" | "cdo.message" | "mailitem", _) => Class::Mail,
        ("internetexplorer.application" | "internetexplorer" | "shdocvw.internetexplorer", _) => Class::Explorer,
        ("wscript.shell" | "shell.application" | "wshshell" | "iwshruntimelibrary.wshshell", _) => Class::Shell,
        (_, "application") => Class::Application,
        (_, "workbooks") => Class::Workbooks,
        (_, "workbook") => Class::Workbook,
        (_, "sheets" | "worksheets") => Class::Sheets,
        (_, "worksheet") => Class::Worksheet,
        (_, "range") => Class::Range,
        (_, "font" | "interior" | "border" | "borders" | "pagesetup") => Class::Cosmetic,
        (_, "window") => Class::Window,
        (_, "sort") => Class::Sorting,
        (_, "recordset" | "recordset2") => Class::Recordset,
        (_, "fields") => Class::Fields,
        (_, "field" | "field2") => Class::Field,
        (_, "database" | "connection") => Class::Database,
        (_, "form") => Class::Form,
        (_, "dictionary") => Class::Dictionary,
        (_, "collection") => Class::Collection,
        (_, "filesystemobject") => Class::FileSystem,
        (_, "textstream") => Class::TextStream,
        (_, "errobject") => Class::Error,
        (_, "vbproject" | "vbcomponent" | "vbe" | "codemodule") => Class::Editor,
        (class, _) if is_http(class) => Class::Http,
        _ => Class::Unknown,
    }
}

fn is_http(class: &str) -> bool {
    ["msxml2.xmlhttp", "msxml2.serverxmlhttp", "microsoft.xmlhttp", "winhttp."]
        .iter()
        .any(|start| class.starts_with(start))
        || matches!(class, "xmlhttp" | "xmlhttp60" | "serverxmlhttp" | "serverxmlhttp60" | "winhttprequest")
}

/// The class of a global name of a host.
pub(super) fn of_global(name: &str) -> Class {
    match name.to_ascii_lowercase().as_str() {
        "application" => Class::Application,
        "workbooks" => Class::Workbooks,
        "activeworkbook" | "thisworkbook" => Class::Workbook,
        "sheets" | "worksheets" | "charts" => Class::Sheets,
        "activesheet" => Class::Worksheet,
        "activecell" | "selection" | "range" | "cells" | "rows" | "columns" | "intersect" | "union" => Class::Range,
        "activewindow" => Class::Window,
        "currentdb" | "codedb" => Class::Database,
        "docmd" => Class::DoCmd,
        "err" => Class::Error,
        "debug" => Class::Debug,
        _ => Class::Unknown,
    }
}

/// The class of `owner.member`, called or not.
pub(super) fn of_member(owner: Class, member: &str) -> Class {
    let member = member.to_ascii_lowercase();
    if one_of(&member, COSMETIC_OBJECTS) && !matches!(owner, Class::Record(_) | Class::Own(_)) {
        return Class::Cosmetic;
    }
    match (owner, member.as_str()) {
        (Class::Application, "vbe") | (_, "vbproject" | "vbcomponents" | "codemodule") => Class::Editor,
        (Class::Application, "worksheetfunction") => Class::Unknown,
        (Class::Application, name) => of_global(name),
        (Class::Workbooks, "add" | "open" | "item" | "opentext") => Class::Workbook,
        (Class::Workbook, "sheets" | "worksheets") => Class::Sheets,
        (Class::Workbook, "activesheet") | (Class::Sheets, "add" | "item") => Class::Worksheet,
        (Class::Worksheet, "range" | "cells" | "rows" | "columns" | "usedrange") => Class::Range,
        (Class::Worksheet, "sort") => Class::Sorting,
        (Class::Worksheet | Class::Range | Class::Unknown, "parent") => Class::Unknown,
        (
            Class::Range,
            "offset" | "resize" | "end" | "entirerow" | "entirecolumn" | "currentregion" | "specialcells" | "find"
            | "findnext" | "findprevious" | "cells" | "rows" | "columns" | "range" | "item" | "areas" | "mergearea"
            | "currentarray" | "precedents" | "dependents" | "next" | "previous",
        ) => Class::Range,
        (Class::Range, "worksheet") => Class::Worksheet,
        (Class::Database, "openrecordset") => Class::Recordset,
        (Class::Recordset, "fields") => Class::Fields,
        (Class::Recordset, "clone") => Class::Recordset,
        (Class::Form, "recordset" | "recordsetclone") => Class::Recordset,
        (Class::Form, "form") => Class::Form,
        (Class::FileSystem, "createtextfile" | "opentextfile") => Class::TextStream,
        (Class::Mail, "createitem") => Class::Mail,
        (Class::Cosmetic, _) => Class::Cosmetic,
        (Class::Explorer, _) => Class::Explorer,
        (Class::Editor, _) => Class::Editor,
        (Class::Unknown, name) => of_late_member(name),
        _ => Class::Unknown,
    }
}

/// Members so particular that their name alone tells the class of what they give.
fn of_late_member(member: &str) -> Class {
    match member {
        "usedrange" | "currentregion" | "entirerow" | "entirecolumn" | "specialcells" | "range" | "cells" => {
            Class::Range
        }
        "worksheets" => Class::Sheets,
        "activesheet" => Class::Worksheet,
        "openrecordset" | "recordsetclone" => Class::Recordset,
        "createtextfile" | "opentextfile" => Class::TextStream,
        "connection" => Class::Database,
        _ => Class::Unknown,
    }
}

/// The class of an element: `Sheets(1)`, `Workbooks("x")`, `Fields("y")`, and what `For Each` gives.
pub(super) fn of_item(owner: Class) -> Class {
    match owner {
        Class::Sheets => Class::Worksheet,
        Class::Workbooks => Class::Workbook,
        Class::Range => Class::Range,
        Class::Fields | Class::Recordset => Class::Field,
        Class::Cosmetic => Class::Cosmetic,
        Class::Editor => Class::Editor,
        _ => Class::Unknown,
    }
}
