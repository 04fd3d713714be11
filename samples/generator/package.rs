//! Zip packages with the same bytes on every run: fixed times, given order, one compressor.
//! Also adds to a finished workbook what `rust_xlsxwriter` does not write: a VBA project held in memory and external links.

use crate::deflate;
use std::io::{Cursor, Read};
use zip::ZipArchive;

pub type Parts = Vec<(String, Vec<u8>)>;

/// All parts of a zip file, in their order.
pub fn unzip(bytes: Vec<u8>) -> Result<Parts, Box<dyn std::error::Error>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut parts = Vec::new();
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i)?;
        let mut data = Vec::new();
        entry.read_to_end(&mut data)?;
        parts.push((entry.name()?.into_owned(), data));
    }
    Ok(parts)
}

/// A zip file of the given parts; a part named `mimetype` is stored, as ODF asks (ODF 1.3 part 2, 3.3).
pub fn zip(parts: &Parts) -> Vec<u8> {
    deflate::zip(parts, |name| name == "mimetype")
}

/// One external workbook and the cells of it that the linking workbook caches.
pub struct ExternalBook {
    /// As stored in the relationship: relative path or UNC path.
    pub target: String,
    pub sheet: String,
    /// (A1 reference, row number, cached text or number) of cached cells, in row order.
    pub cached: Vec<(String, u32, Result<f64, String>)>,
}

fn replace(parts: &mut Parts, name: &str, from: &str, to: &str) {
    let part = parts.iter_mut().find(|p| p.0 == name).unwrap_or_else(|| panic!("part {name} is missing"));
    let text = String::from_utf8_lossy(&part.1).into_owned();
    assert!(text.contains(from), "{name} does not hold {from}");
    part.1 = text.replacen(from, to, 1).into_bytes();
}

/// Takes out the wish to be recalculated on opening, by which `rust_xlsxwriter` says that it computes nothing: the generator
/// writes the result of each formula itself.
pub fn trust_results(parts: &mut Parts) {
    replace(parts, "xl/workbook.xml", " fullCalcOnLoad=\"1\"", "");
}

/// Turns a workbook package into a macro-enabled one that carries `project`.
pub fn add_vba(parts: &mut Parts, project: Vec<u8>) {
    const TYPES: &str = "[Content_Types].xml";
    replace(
        parts,
        TYPES,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    );
    replace(
        parts,
        TYPES,
        "<Default Extension=\"xml\"",
        "<Default Extension=\"bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/><Default Extension=\"xml\"",
    );
    replace(
        parts,
        "xl/_rels/workbook.xml.rels",
        "</Relationships>",
        "<Relationship Id=\"rIdVba\" Type=\"http://schemas.microsoft.com/office/2006/relationships/vbaProject\" Target=\"vbaProject.bin\"/></Relationships>",
    );
    parts.push(("xl/vbaProject.bin".into(), project));
}

/// Adds external links; formulas refer to them as `[1]Sheet!A1`, `[2]Sheet!A1` in the given order.
pub fn add_external_links(parts: &mut Parts, books: &[ExternalBook]) {
    let mut references = String::from("</sheets><externalReferences>");
    for (i, book) in books.iter().enumerate() {
        let n = i + 1;
        references.push_str(&format!("<externalReference r:id=\"rIdExt{n}\"/>"));
        replace(
            parts,
            "[Content_Types].xml",
            "</Types>",
            &format!(
                "<Override PartName=\"/xl/externalLinks/externalLink{n}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml\"/></Types>"
            ),
        );
        replace(
            parts,
            "xl/_rels/workbook.xml.rels",
            "</Relationships>",
            &format!(
                "<Relationship Id=\"rIdExt{n}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink\" Target=\"externalLinks/externalLink{n}.xml\"/></Relationships>"
            ),
        );
        parts.push((format!("xl/externalLinks/externalLink{n}.xml"), external_link_xml(book).into_bytes()));
        parts.push((
            format!("xl/externalLinks/_rels/externalLink{n}.xml.rels"),
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath\" Target=\"{}\" TargetMode=\"External\"/></Relationships>", escape(&book.target)).into_bytes(),
        ));
    }
    references.push_str("</externalReferences>");
    replace(parts, "xl/workbook.xml", "</sheets>", &references);
}

fn external_link_xml(book: &ExternalBook) -> String {
    let mut rows = String::new();
    let mut current = 0;
    for (reference, row, value) in &book.cached {
        if *row != current {
            if current != 0 {
                rows.push_str("</row>");
            }
            rows.push_str(&format!("<row r=\"{row}\">"));
            current = *row;
        }
        match value {
            Ok(n) => rows.push_str(&format!("<cell r=\"{reference}\"><v>{n}</v></cell>")),
            Err(t) => rows.push_str(&format!("<cell r=\"{reference}\" t=\"str\"><v>{}</v></cell>", escape(t))),
        }
    }
    if current != 0 {
        rows.push_str("</row>");
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<externalLink xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><externalBook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" r:id=\"rId1\"><sheetNames><sheetName val=\"{}\"/></sheetNames><sheetDataSet><sheetData sheetId=\"0\">{rows}</sheetData></sheetDataSet></externalBook></externalLink>",
        escape(&book.sheet)
    )
}

/// Escapes text for XML content and attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
