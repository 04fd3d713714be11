//! Which door a legacy name needs: the manifest of a workflow. The words are those of the sandbox.

use super::words::one_of;

const CLOCK: &[&str] = &["now", "date", "time", "timer", "date$", "time$", "ontime", "wait"];
const RANDOM: &[&str] = &["rnd", "randomize"];
const DIALOGS: &[&str] = &["msgbox", "inputbox", "getopenfilename", "getsaveasfilename", "filedialog"];
const FILE: &[&str] = &[
    "dir",
    "kill",
    "mkdir",
    "rmdir",
    "chdir",
    "chdrive",
    "curdir",
    "filecopy",
    "filelen",
    "filedatetime",
    "getattr",
    "setattr",
    "freefile",
    "eof",
    "lof",
    "loc",
    "fileattr",
];
const DATABASE: &[&str] = &[
    "currentdb",
    "dbengine",
    "docmd",
    "dlookup",
    "dcount",
    "dsum",
    "dmax",
    "dmin",
    "davg",
    "dfirst",
    "dlast",
    "dstdev",
    "dvar",
    "currentproject",
    "tempvars",
    "codedb",
    "opendatabase",
    "currentdata",
];
const PROCESS: &[&str] = &["shell", "appactivate", "sendkeys", "declare"];
const REGISTRY: &[&str] = &["getsetting", "savesetting", "deletesetting", "getallsettings"];
const WORKBOOK: &[&str] = &[
    "activesheet",
    "activeworkbook",
    "activecell",
    "activechart",
    "thisworkbook",
    "selection",
    "workbooks",
    "worksheets",
    "sheets",
    "charts",
    "range",
    "cells",
    "rows",
    "columns",
    "worksheetfunction",
    "evaluate",
    "intersect",
    "union",
    "activewindow",
    "names",
];

/// The capability a global name needs, if any.
pub(super) fn of_global(name: &str) -> Option<&'static str> {
    let table: [(&[&str], &str); 8] = [
        (CLOCK, "clock"),
        (RANDOM, "random"),
        (DIALOGS, "dialogs"),
        (FILE, "file"),
        (DATABASE, "database"),
        (PROCESS, "process"),
        (REGISTRY, "registry"),
        (WORKBOOK, "workbook"),
    ];
    table.into_iter().find(|(names, _)| one_of(name, names)).map(|(_, capability)| capability)
}

/// The capability an automation class needs (`CreateObject`, `New`); none for those that live inside the sandbox.
pub(super) fn of_class(program_id: &str) -> Option<&'static str> {
    let key = program_id.to_ascii_lowercase();
    let known = [
        ("scripting.dictionary", None),
        ("dictionary", None),
        ("collection", None),
        ("vbscript.regexp", None),
        ("regexp", None),
        ("scripting.filesystemobject", Some("file")),
        ("filesystemobject", Some("file")),
        ("adodb.stream", Some("file")),
        ("adodb.", Some("database")),
        ("dao.", Some("database")),
        ("access.", Some("database")),
        ("outlook.", Some("mail")),
        ("cdo.", Some("mail")),
        ("msxml2.xmlhttp", Some("network")),
        ("msxml2.serverxmlhttp", Some("network")),
        ("winhttp.", Some("network")),
        ("winhttprequest", Some("network")),
        ("microsoft.xmlhttp", Some("network")),
        ("internetexplorer", Some("network")),
        ("excel.", Some("workbook")),
        ("wscript.shell", Some("process")),
        ("shell.application", Some("process")),
        ("msforms.dataobject", Some("clipboard")),
        ("dataobject", Some("clipboard")),
    ];
    known.into_iter().find(|(prefix, _)| key.starts_with(prefix)).and_then(|(_, found)| found)
}
