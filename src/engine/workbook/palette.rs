//! The 56 colours of ColorIndex (Microsoft, "ColorIndex property": default palette), and which property follows which.

use super::scalar;
use crate::engine::value::Value;

/// As red, green, blue; index 1 first.
const PALETTE: [u32; 56] = [
    0x000000, 0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, 0xFFFF00, 0xFF00FF, 0x00FFFF, 0x800000, 0x008000, 0x000080,
    0x808000, 0x800080, 0x008080, 0xC0C0C0, 0x808080, 0x9999FF, 0x993366, 0xFFFFCC, 0xCCFFFF, 0x660066, 0xFF8080,
    0x0066CC, 0xCCCCFF, 0x000080, 0xFF00FF, 0xFFFF00, 0x00FFFF, 0x800080, 0x800000, 0x008080, 0x0000FF, 0x00CCFF,
    0xCCFFFF, 0xCCFFCC, 0xFFFF99, 0x99CCFF, 0xFF99CC, 0xCC99FF, 0xFFCC99, 0x3366FF, 0x33CCCC, 0x99CC00, 0xFFCC00,
    0xFF9900, 0xFF6600, 0x666699, 0x969696, 0x003366, 0x339966, 0x003300, 0x333300, 0x993300, 0x993366, 0x333399,
    0x333333,
];

/// VBA's colour numbers have red in the lowest byte.
fn turned(color: u32) -> u32 {
    let [_, red, green, blue] = color.to_be_bytes();
    u32::from_be_bytes([0, blue, green, red])
}

/// The colour of an index, as `RGB` numbers it.
fn color_of(index: i64) -> Option<u32> {
    let at = usize::try_from(index.checked_sub(1)?).ok()?;
    PALETTE.get(at).map(|color| turned(*color))
}

/// The index of the nearest colour.
fn nearest(color: u32) -> i32 {
    let parts = |color: u32| color.to_be_bytes().map(i64::from);
    let wanted = parts(color);
    let distance =
        |known: &u32| -> i64 { parts(turned(*known)).iter().zip(wanted).map(|(a, b)| (a - b) * (a - b)).sum() };
    let best = PALETTE.iter().enumerate().min_by_key(|(_, known)| distance(known));
    best.and_then(|(at, _)| i32::try_from(at + 1).ok()).unwrap_or(1)
}

/// What setting Color does to ColorIndex, and the other way round.
pub fn partner(member: &str, value: &Value) -> Option<(String, Value)> {
    let number = scalar::whole(value).ok()?;
    if member.eq_ignore_ascii_case("ColorIndex") {
        const WHITE: i32 = 16_777_215;
        const NONE: i64 = -4142;
        let color = color_of(number).and_then(|color| i32::try_from(color).ok());
        let color = color.or((number == NONE).then_some(WHITE))?;
        return Some(("Color".to_owned(), Value::Long(color)));
    }
    if member.eq_ignore_ascii_case("Color") {
        return Some(("ColorIndex".to_owned(), Value::Long(nearest(u32::try_from(number).ok()?))));
    }
    None
}
