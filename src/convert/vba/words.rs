//! Word lists of the legacy object models: which names are globals, cosmetics, without effect. Ranked by the member counts
//! measured over 1,693 modules; compared without case.

/// Whether `word` stands in `list` (written in lower case).
pub(super) fn one_of(word: &str, list: &[&str]) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Members of a sheet that may be written without an object in the sheet's own module.
pub(super) const SHEET_MEMBERS: &[&str] = &[
    "range",
    "cells",
    "rows",
    "columns",
    "usedrange",
    "shapes",
    "listobjects",
    "pivottables",
    "chartobjects",
    "oleobjects",
    "protect",
    "unprotect",
    "autofiltermode",
    "autofilter",
    "showalldata",
    "hyperlinks",
    "comments",
    "pagesetup",
    "evaluate",
    "activate",
    "select",
    "calculate",
    "name",
    "codename",
    "index",
    "visible",
    "next",
    "previous",
    "enablecalculation",
    "scrollarea",
    "paste",
    "pastespecial",
    "copy",
    "move",
    "delete",
    "printout",
    "tab",
];

/// Members of a workbook that may be written without an object in the workbook's own module.
pub(super) const WORKBOOK_MEMBERS: &[&str] = &[
    "sheets",
    "worksheets",
    "names",
    "activesheet",
    "save",
    "saveas",
    "savecopyas",
    "close",
    "path",
    "fullname",
    "name",
    "saved",
    "readonly",
    "refreshall",
    "charts",
    "connections",
    "protect",
    "unprotect",
    "customdocumentproperties",
    "builtindocumentproperties",
    "windows",
    "pivotcaches",
    "styles",
];

/// Globals that mean the active sheet in a standard module.
pub(super) const ACTIVE_SHEET_GLOBALS: &[&str] = &["range", "cells", "rows", "columns"];

/// Global objects and functions of the hosts, of VBA and of DAO that are no variables although nothing declares them.
pub(super) const GLOBALS: &[&str] = &[
    "application",
    "activesheet",
    "activeworkbook",
    "activecell",
    "activechart",
    "activewindow",
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
    "names",
    "windows",
    "addins",
    "worksheetfunction",
    "commandbars",
    "err",
    "debug",
    "me",
    "forms",
    "reports",
    "screen",
    "docmd",
    "currentdb",
    "dbengine",
    "currentproject",
    "tempvars",
    "currentdata",
    "codedb",
    "codeproject",
    "syscmd",
    "userforms",
    "vba",
    "excel",
    "access",
    "dao",
    "adodb",
    "now",
    "date",
    "time",
    "timer",
    "rnd",
    "erl",
    "freefile",
    "curdir",
    "dir",
    "command",
    "doevents",
    "null",
    "empty",
    "nothing",
    "true",
    "false",
    "clipboard",
    "printer",
    "activedocument",
    "references",
    "modules",
    "currentuser",
    "evaluate",
    "intersect",
    "union",
    "activeprinter",
    "cutcopymode",
    "error",
    "calendar",
    "environ",
];

/// Beginnings of the constants that type libraries give: `vbYes`, `xlUp`, `dbFailOnError`.
const CONSTANT_PREFIXES: [&str; 14] =
    ["vb", "xl", "db", "ac", "ad", "mso", "ol", "wd", "pp", "rgb", "fm", "vt", "cd", "tristate"];

/// Whether a name reads as a constant of a type library: a known prefix, then a capital letter.
pub(super) fn is_library_constant(name: &str) -> bool {
    CONSTANT_PREFIXES.iter().any(|prefix| {
        name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            && name.get(prefix.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_uppercase()))
    })
}

/// Settings of `Application` that change what is shown, not what results.
pub(super) const SILENT_SETTINGS: &[&str] = &[
    "screenupdating",
    "displayalerts",
    "statusbar",
    "displaystatusbar",
    "cursor",
    "enableanimations",
    "printcommunication",
    "displayformulabar",
    "displayscrollbars",
    "displayfullscreen",
    "asktoupdatelinks",
    "interactive",
    "windowstate",
    "caption",
];

/// Members of a window that change what is shown.
pub(super) const WINDOW_SETTINGS: &[&str] = &[
    "zoom",
    "displaygridlines",
    "displayheadings",
    "displayzeros",
    "freezepanes",
    "scrollrow",
    "scrollcolumn",
    "splitrow",
    "splitcolumn",
    "windowstate",
    "view",
    "tabratio",
    "visible",
    "width",
    "height",
    "top",
    "left",
    "smallscroll",
    "largescroll",
    "scrollintoview",
    "displayworkbooktabs",
    "displayhorizontalscrollbar",
    "displayverticalscrollbar",
];

/// Cosmetic properties, whoever has them.
pub(super) const COSMETICS: &[&str] = &[
    "forecolor",
    "backcolor",
    "bordercolor",
    "fontbold",
    "fontsize",
    "fontname",
    "fontitalic",
    "fontweight",
    "fontunderline",
    "color",
    "colorindex",
    "themecolor",
    "tintandshade",
    "patterncolor",
    "patterncolorindex",
    "patterntintandshade",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "fontstyle",
    "columnwidth",
    "rowheight",
    "horizontalalignment",
    "verticalalignment",
    "wraptext",
    "orientation",
    "addindent",
    "indentlevel",
    "shrinktofit",
    "readingorder",
    "linestyle",
    "weight",
    "specialeffect",
    "borderstyle",
    "backstyle",
    "mousepointer",
    "tooltiptext",
    "controltiptext",
    "statusbartext",
    "gridlines",
    "picture",
    "showgridlines",
    "interior",
    "font",
    "style",
];

/// Cosmetic methods.
pub(super) const COSMETIC_METHODS: &[&str] = &["autofit", "borderaround", "autoformat", "applystyle"];

/// Objects whose every member is cosmetic.
pub(super) const COSMETIC_OBJECTS: &[&str] =
    &["font", "interior", "borders", "border", "pagesetup", "formatconditions", "characters"];

/// Statements and methods without any effect on results, with the reason shown to a reader.
pub(super) const SILENT_CALLS: &[(&str, &str)] = &[
    ("doevents", "lets the screen refresh"),
    ("beep", "makes a sound"),
    ("hourglass", "changes the mouse pointer"),
    ("echo", "changes screen refreshing"),
    ("repaint", "refreshes the screen"),
    ("repaintobject", "refreshes the screen"),
];

/// Reasons for `manual`, by function or member name.
pub(super) const MANUAL_CALLS: &[(&str, &str)] = &[
    ("sendkeys", "SendKeys types into whatever window is in front; there is none"),
    ("appactivate", "AppActivate switches windows of the desktop; there are none"),
    ("varptr", "takes a memory address"),
    ("strptr", "takes a memory address"),
    ("objptr", "takes a memory address"),
];

/// Text formats of `Format` that depend on the regional settings of the computer.
pub(super) const REGIONAL_FORMATS: &[&str] = &[
    "general date",
    "long date",
    "medium date",
    "short date",
    "long time",
    "medium time",
    "short time",
    "currency",
    "general number",
    "standard",
    "fixed",
    "percent",
];
