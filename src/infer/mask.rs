//! Values as evidence may show them: their shape, never their content.

/// Longest shape that is shown, in characters.
const LONGEST: usize = 24;

/// Letters become `x`, digits `9`, everything else stays; long texts are cut.
pub(super) fn shape(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .map(|c| match c {
            c if c.is_numeric() => '9',
            c if c.is_alphabetic() => 'x',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
