//! What a file is, by its content and never by its name. Says for a kind that is not read what it looks like.
//! Reads beginnings and directories only.

use crate::facts::{FileKind, Notice};

use super::SourceError;
use super::content::Content;
use super::precheck::{compound, zip_directory};
use super::spend::Spend;
use super::text::{Guess, decoded_start, guess};
use super::xml::{Piece, attribute, local};
use super::zipped::Package;

/// The kind of a content.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sniffed {
    /// The kind, `Unknown` when it is not read.
    pub kind: FileKind,
    /// For people: `a Word document without macros`.
    pub looks_like: String,
    /// What the look showed.
    pub notices: Vec<Notice>,
}

/// Bytes that are looked at to tell kinds apart.
const START_BYTES: usize = 64 * 1024;
/// Offset and text of the format name of Jet and ACE files (mdbtools HACKING.md).
const DATABASE_NAME: (usize, [&[u8]; 2]) = (4, [b"Standard Jet DB\0", b"Standard ACE DB\0"]);
/// Signatures of containers.
const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";
const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Beginnings of files that people keep beside workbooks and that are not read.
const OTHERS: [(&[u8], &str); 14] = [
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"7z\xBC\xAF", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"MZ", "a Windows program"),
    (b"\x7FELF", "a Linux program"),
    (b"BM", "a bitmap picture"),
    (b"\x05\x00\x00\x00", "a binary file"),
];

/// BIFF streams of Excel 2 to 4, written without a compound file: BOF records 0x0009, 0x0209, 0x0409 (MS-XLS 2.4.21, OpenOffice's
/// description of the format 5.8).
const BARE_BIFF: [&[u8]; 3] = [&[0x09, 0x00, 0x04, 0x00], &[0x09, 0x02, 0x06, 0x00], &[0x09, 0x04, 0x06, 0x00]];

/// Tells the kind of a content. An error is a content that must not be read further.
pub fn sniff(content: &Content, spend: &mut Spend) -> Result<Sniffed, SourceError> {
    let start =
        content.slice(0, START_BYTES).map_err(|source| SourceError::Io { operation: "read the file", source })?;
    if start.iter().all(|byte| *byte == 0) {
        return Ok(unknown(if start.is_empty() { "an empty file" } else { "a file of zero bytes only" }));
    }
    if start.starts_with(ZIP) || start.starts_with(EMPTY_ZIP) {
        return zipped(content, spend);
    }
    if start.starts_with(COMPOUND) {
        return compounded(content);
    }
    if let Some(kind) = database(&start) {
        return Ok(known(kind));
    }
    if BARE_BIFF.iter().any(|mark| start.starts_with(mark)) {
        return Ok(unknown("a workbook of Excel 2 to 4; save it as .xlsx in a newer Excel"));
    }
    if let Some((_, name)) = OTHERS.iter().find(|(mark, _)| start.starts_with(mark)) {
        return Ok(unknown(name));
    }
    Ok(written(&start))
}

fn known(kind: FileKind) -> Sniffed {
    Sniffed { kind, ..Sniffed::default() }
}

fn unknown(looks_like: &str) -> Sniffed {
    Sniffed { looks_like: format!("looks like {looks_like}"), ..Sniffed::default() }
}

fn database(start: &[u8]) -> Option<FileKind> {
    let (at, [jet, ace]) = DATABASE_NAME;
    let name = start.get(at..)?;
    if name.starts_with(jet) {
        Some(FileKind::Mdb)
    } else if name.starts_with(ace) {
        Some(FileKind::Accdb)
    } else {
        None
    }
}

fn written(start: &[u8]) -> Sniffed {
    let Some(text) = decoded_start(start) else {
        return unknown("a binary file of no known kind");
    };
    match guess(&text) {
        Guess::Delimited => known(FileKind::Csv),
        Guess::AccessXml => known(FileKind::AccessXml),
        Guess::AccessText => known(FileKind::AccessText),
        Guess::Vba => known(FileKind::VbaText),
        Guess::Other(name) => unknown(name),
    }
}

fn zipped(content: &Content, spend: &mut Spend) -> Result<Sniffed, SourceError> {
    let notices = zip_directory(content, spend)?;
    let mut package = Package::open(content, spend)?;
    let (kind, looks_like) = package_kind(&mut package)?;
    let looks_like = if looks_like.is_empty() { String::new() } else { format!("looks like {looks_like}") };
    Ok(Sniffed { kind, looks_like, notices })
}

fn package_kind(package: &mut Package) -> Result<(FileKind, String), SourceError> {
    if package.has("mimetype") {
        let name = package.bytes("mimetype", 200)?.unwrap_or_default();
        let name = String::from_utf8_lossy(&name).trim().to_string();
        if name.starts_with("application/vnd.oasis.opendocument.spreadsheet") {
            return Ok((FileKind::Ods, String::new()));
        }
        let family = name.rsplit('.').next().unwrap_or_default().replace(|c: char| !c.is_ascii_alphanumeric(), " ");
        return Ok((FileKind::Unknown, format!("an OpenDocument file ({family})")));
    }
    if !package.has("[Content_Types].xml") {
        return Ok((
            FileKind::Unknown,
            String::from("a zip archive that is no Office file; unpack it and scan the folder"),
        ));
    }
    super::precheck::no_type_definitions(package)?;
    let main = main_types(package)?;
    let macros = !package.named("", "vbaproject.bin").is_empty();
    let kind = main.iter().find_map(|name| workbook_kind(name));
    match kind {
        Some(FileKind::Xlsx) if macros => Ok((FileKind::Xlsm, String::new())),
        Some(kind) => Ok((kind, String::new())),
        None if macros => Ok((FileKind::OfficeCode, String::new())),
        None => Ok((FileKind::Unknown, office_name(&main))),
    }
}

/// Content types that the package declares, of the main part where it is told.
fn main_types(package: &mut Package) -> Result<Vec<String>, SourceError> {
    let mut found = Vec::new();
    let Some(mut markup) = package.markup("[Content_Types].xml")? else {
        return Ok(found);
    };
    loop {
        match markup.next()? {
            Piece::Start(tag) if matches!(local(&tag), "Override" | "Default") => {
                found.extend(attribute(&tag, "ContentType"));
            }
            Piece::Finished => return Ok(found),
            _ => {}
        }
    }
}

/// Workbook, template and add-in types of ECMA-376 part 1, 12.3.23, and their macro-enabled and binary kin (MS-OFFMACRO2 2.2.1, MS-XLSB 2.1.7).
fn workbook_kind(content_type: &str) -> Option<FileKind> {
    let name = content_type.to_ascii_lowercase();
    if name.contains("ms-excel.sheet.binary") {
        return Some(FileKind::Xlsb);
    }
    if !name.ends_with(".main+xml") {
        return None;
    }
    if name.contains("ms-excel.sheet.macroenabled")
        || name.contains("ms-excel.template.macroenabled")
        || name.contains("ms-excel.addin.macroenabled")
    {
        return Some(FileKind::Xlsm);
    }
    name.contains("spreadsheetml").then_some(FileKind::Xlsx)
}

fn office_name(types: &[String]) -> String {
    let any = |word: &str| types.iter().any(|name| name.contains(word));
    if any("wordprocessingml") {
        String::from("a Word document without macros")
    } else if any("presentationml") {
        String::from("a PowerPoint file without macros")
    } else if any("visio") {
        String::from("a Visio drawing without macros")
    } else {
        String::from("an Office package that is no workbook")
    }
}

fn compounded(content: &Content) -> Result<Sniffed, SourceError> {
    let file = compound(content)?;
    let has = |path: &str| file.exists(path);
    if has("/EncryptedPackage") || has("/EncryptionInfo") {
        return Err(SourceError::Encrypted {
            what: String::from("the Office file is protected by a password to open; save it without and scan again"),
        });
    }
    if has("/Workbook") || has("/Book") {
        return Ok(known(FileKind::Xls));
    }
    let dir = file.walk().any(|entry| entry.is_stream() && entry.name().eq_ignore_ascii_case("dir"));
    if dir {
        return Ok(known(FileKind::OfficeCode));
    }
    Ok(if has("/WordDocument") {
        unknown("a Word document without macros")
    } else if has("/PowerPoint Document") {
        if has("/Current User") { known(FileKind::OfficeCode) } else { unknown("a PowerPoint file without macros") }
    } else if has("/__properties_version1.0") {
        unknown("an Outlook message")
    } else {
        unknown("a compound file that is no workbook")
    })
}
