//! Capabilities: the doors out of the sandbox, and which names of the legacy code need which door.

use std::fmt;

/// One door. What is not granted is not linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Capability {
    Workbook,
    Database,
    Dialogs,
    Clock,
    Random,
    Files,
    Network,
    Mail,
    Process,
    Registry,
}

impl Capability {
    /// Every capability, in the order of the imports.
    pub const ALL: [Self; 10] = [
        Self::Workbook,
        Self::Database,
        Self::Dialogs,
        Self::Clock,
        Self::Random,
        Self::Files,
        Self::Network,
        Self::Mail,
        Self::Process,
        Self::Registry,
    ];

    /// The word used in manifests, grants and refusals.
    pub fn name(self) -> &'static str {
        match self {
            Self::Workbook => "workbook",
            Self::Database => "database",
            Self::Dialogs => "dialogs",
            Self::Clock => "clock",
            Self::Random => "random",
            Self::Files => "file",
            Self::Network => "network",
            Self::Mail => "mail",
            Self::Process => "process",
            Self::Registry => "registry",
        }
    }

    /// The capability a word names; singular and plural are both understood.
    pub fn from_name(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        let word = match word.as_str() {
            "files" => "file",
            "dialog" => "dialogs",
            "api" | "apicall" => "network",
            other => other,
        };
        Self::ALL.into_iter().find(|capability| capability.name() == word)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

const CLOCK: &[&str] = &["now", "date", "time", "timer", "date$", "time$"];
const RANDOM: &[&str] = &["rnd", "randomize"];
const DIALOGS: &[&str] = &["msgbox", "inputbox"];
const FILES: &[&str] = &[
    "dir",
    "dir$",
    "kill",
    "mkdir",
    "rmdir",
    "chdir",
    "chdrive",
    "curdir",
    "curdir$",
    "filecopy",
    "filelen",
    "filedatetime",
    "getattr",
    "setattr",
    "freefile",
    "eof",
    "lof",
    "loc",
    "seek",
    "fileattr",
    "openfile",
    "closefile",
    "printfile",
    "writefile",
    "inputfile",
    "lineinput",
    "getfile",
    "putfile",
    "lockfile",
    "widthfile",
    "unlockfile",
    "renamefile",
    "resetfiles",
    "input",
    "input$",
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
const REGISTRY: &[&str] = &["getsetting", "savesetting", "deletesetting", "getallsettings"];
const PROCESS: &[&str] = &["shell", "appactivate", "sendkeys"];

/// The door a global name of VBA or of an object model needs, when that name is not part of the pure library.
pub fn of_global(name: &str) -> Option<Capability> {
    let key = name.to_ascii_lowercase();
    let table = [
        (CLOCK, Capability::Clock),
        (RANDOM, Capability::Random),
        (DIALOGS, Capability::Dialogs),
        (FILES, Capability::Files),
        (DATABASE, Capability::Database),
        (PROCESS, Capability::Process),
        (REGISTRY, Capability::Registry),
    ];
    table.into_iter().find(|(names, _)| names.contains(&key.as_str())).map(|(_, capability)| capability)
}

/// The door an automation class (`CreateObject`) needs; `None` for the classes that live inside the sandbox.
pub fn of_class(program_id: &str) -> Option<Capability> {
    let key = program_id.to_ascii_lowercase();
    let known = [
        ("scripting.filesystemobject", Capability::Files),
        ("filesystemobject", Capability::Files),
        ("adodb.stream", Capability::Files),
        ("adodb.", Capability::Database),
        ("dao.", Capability::Database),
        ("access.", Capability::Database),
        ("outlook.", Capability::Mail),
        ("cdo.", Capability::Mail),
        ("msxml2.xmlhttp", Capability::Network),
        ("msxml2.serverxmlhttp", Capability::Network),
        ("winhttp.", Capability::Network),
        ("microsoft.xmlhttp", Capability::Network),
        ("internetexplorer.", Capability::Network),
        ("excel.", Capability::Workbook),
    ];
    if matches!(key.as_str(), "scripting.dictionary" | "dictionary" | "collection" | "vbscript.regexp" | "regexp") {
        return None;
    }
    Some(known.into_iter().find(|(prefix, _)| key.starts_with(prefix)).map_or(Capability::Process, |(_, found)| found))
}
