//! The number formats of a workbook: which format code each cell style has.

use std::collections::HashMap;

use super::super::SourceError;
use super::super::spend::Spend;
use super::super::xml::{Piece, attribute, local, local_end, number};
use super::super::zipped::Package;
use super::dates::shows_moment;

/// Excel allows 64,000 cell styles (Excel specifications).
const STYLES: usize = 65_536;

/// Format codes by style number.
#[derive(Debug, Default)]
pub(crate) struct NumberFormats {
    codes: HashMap<u32, String>,
    styles: Vec<u32>,
}

impl NumberFormats {
    /// Reads `styles.xml`; a workbook without one has only General.
    pub(crate) fn read(package: &mut Package, part: &str, spend: &Spend) -> Result<NumberFormats, SourceError> {
        let mut formats = NumberFormats::default();
        let Some(mut markup) = package.markup(part)? else {
            return Ok(formats);
        };
        let mut in_cell_styles = false;
        loop {
            match markup.next()? {
                Piece::Start(tag) => match local(&tag) {
                    "numFmt" => {
                        if let (Some(id), Some(code)) = (number(&tag, "numFmtId"), attribute(&tag, "formatCode")) {
                            spend.bytes(code.len())?;
                            formats.codes.insert(id, code);
                        }
                    }
                    "cellXfs" => in_cell_styles = true,
                    "xf" if in_cell_styles && formats.styles.len() < STYLES => {
                        formats.styles.push(number(&tag, "numFmtId").unwrap_or(0));
                    }
                    _ => {}
                },
                Piece::End(tag) if local_end(&tag) == "cellXfs" => in_cell_styles = false,
                Piece::Finished => return Ok(formats),
                _ => {}
            }
        }
    }

    /// The code of a style; none for General and for styles that are not there.
    pub(crate) fn code(&self, style: usize) -> Option<&str> {
        let id = *self.styles.get(style)?;
        let code = self.codes.get(&id).map(String::as_str).or_else(|| built_in(id))?;
        (!code.eq_ignore_ascii_case("general")).then_some(code)
    }

    /// Whether each style shows a moment, so that cells need not look at the code.
    pub(crate) fn moments(&self) -> Vec<bool> {
        (0..self.styles.len()).map(|style| self.code(style).is_some_and(shows_moment)).collect()
    }
}

/// The formats that every workbook has without declaring them, as Excel shows them in the United States: ECMA-376 part 1,
/// 18.8.30, except where [MS-OI29500] 2.1.704 names what Excel has instead (14, 22, 37 to 40, 47). 27 to 36 and 50 to 58 are
/// East Asian dates.
pub(crate) fn built_in(id: u32) -> Option<&'static str> {
    Some(match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5 => "#,##0 ;(#,##0)",
        6 => "#,##0 ;[Red](#,##0)",
        7 => "#,##0.00;(#,##0.00)",
        8 => "#,##0.00;[Red](#,##0.00)",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 | 27..=31 | 36 | 50..=54 | 57 | 58 => "m/d/yyyy",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "m/d/yyyy h:mm",
        32..=35 | 55 | 56 => "h:mm",
        37 => "#,##0_);(#,##0)",
        38 => "#,##0_);[Red](#,##0)",
        39 => "#,##0.00_);(#,##0.00)",
        40 => "#,##0.00_);[Red](#,##0.00)",
        41 | 42 => "_(* #,##0_);_(* \\(#,##0\\);_(* \"-\"_);_(@_)",
        43 | 44 => "_(* #,##0.00_);_(* \\(#,##0.00\\);_(* \"-\"??_);_(@_)",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        48 => "##0.0E+0",
        49 => "@",
        _ => return None,
    })
}
