//! VBA source as pages show it: a line in pieces, each with its colour class.

/// A piece of a line and the class that colours it.
pub(super) struct Part {
    pub class: &'static str,
    pub text: String,
}

/// Words the editor shows in blue.
const KEYWORDS: &[&str] = &[
    "sub",
    "function",
    "end",
    "if",
    "then",
    "else",
    "elseif",
    "for",
    "each",
    "next",
    "to",
    "step",
    "do",
    "loop",
    "while",
    "wend",
    "until",
    "select",
    "case",
    "dim",
    "as",
    "set",
    "let",
    "const",
    "private",
    "public",
    "static",
    "option",
    "explicit",
    "with",
    "exit",
    "on",
    "error",
    "resume",
    "goto",
    "call",
    "new",
    "nothing",
    "true",
    "false",
    "and",
    "or",
    "not",
    "mod",
    "in",
    "byval",
    "byref",
    "optional",
    "attribute",
    "property",
    "get",
    "is",
    "like",
    "redim",
    "preserve",
    "erase",
    "type",
    "enum",
    "long",
    "integer",
    "string",
    "double",
    "boolean",
    "variant",
    "date",
    "object",
    "currency",
    "single",
    "byte",
];

/// A line in pieces: keywords, texts, comments.
pub(super) fn highlight(line: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut push = |class: &'static str, text: &str| match parts.last_mut() {
        Some(last) if last.class == class => last.text.push_str(text),
        _ => parts.push(Part { class, text: text.to_string() }),
    };
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\'' => rest.len(),
            '"' => rest.char_indices().skip(1).find(|(_, c)| *c == '"').map_or(rest.len(), |(at, _)| at + 1),
            c if c.is_alphabetic() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        let class = match c {
            '\'' => "cm",
            '"' => "s",
            _ if KEYWORDS.contains(&piece.to_ascii_lowercase().as_str()) => "k",
            _ => "",
        };
        push(class, piece);
        rest = after;
    }
    parts
}
