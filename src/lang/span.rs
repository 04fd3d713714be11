//! Where something stands in a text: one measure for every language read here.

/// A stretch of text. `end` is exclusive in all three measures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Physical line of the first character, from 1; 0 where lines are not counted, as in SQL.
    pub line: u32,
    /// Column of the first character, from 1, in Unicode scalar values.
    pub col: u32,
    /// Physical line of the position after the last character.
    pub end_line: u32,
    /// Column after the last character.
    pub end_col: u32,
}

impl Span {
    /// A stretch of a text whose lines are not counted.
    pub fn bytes(start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: offset(start), end: offset(end), ..Span::default() }
    }

    /// The same stretch of a text that stands that many bytes further on in another.
    pub fn shifted(self, by: usize) -> Span {
        let by = u32::try_from(by).unwrap_or(u32::MAX);
        Span { start: self.start.saturating_add(by), end: self.end.saturating_add(by), ..self }
    }

    /// The span from the start of `self` to the end of `last`.
    pub fn to(self, last: Span) -> Span {
        Span { end: last.end, end_line: last.end_line, end_col: last.end_col, ..self }
    }

    /// The bytes of this span in the text it was made from; empty when the text is another one.
    pub fn text(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}
