//! Credentials where people leave them: in code, connection texts, web addresses, names, queries and cells. What makes a text
//! a credential is its place (a name that says so) or its form (a key of a known issuer); values are looked at and forgotten.

use serde_json::Value;

use super::Sighting;
use crate::facts::{CodeFacts, SourceFacts};
use crate::lang::vba::{Token, TokenKind, lex};
use crate::model::Application;

/// What a name of a variable, argument, key or heading says when its value is a credential.
const SECRET_WORDS: [&str; 18] = [
    "password",
    "passwort",
    "passwd",
    "passphrase",
    "pwd",
    "kennwort",
    "motdepasse",
    "contrasena",
    "contraseña",
    "wachtwoord",
    "apikey",
    "accesskey",
    "accesstoken",
    "authtoken",
    "apitoken",
    "clientsecret",
    "sharedsecret",
    "privatekey",
];
/// Names that only speak of a password: its prompt, its length, its control on a form.
const ABOUT_WORDS: [&str; 20] = [
    "char",
    "prompt",
    "label",
    "lbl",
    "caption",
    "msg",
    "message",
    "title",
    "hint",
    "field",
    "column",
    "header",
    "length",
    "minlen",
    "maxlen",
    "hash",
    "changed",
    "policy",
    "expire",
    "sheetname",
];
/// Keys of connection texts whose value is a credential (OLE DB, ODBC, ADO.NET, storage accounts).
const CONNECTION_KEYS: [&str; 9] = [
    "pwd",
    "password",
    "jet oledb:database password",
    "accountkey",
    "sharedaccesskey",
    "sharedaccesssignature",
    "accesstoken",
    "apikey",
    "clientsecret",
];
/// Shortest value that is taken for a credential.
const SHORTEST: usize = 3;

/// Credentials in the code, connections, names, queries and macros of a file.
pub(super) fn in_facts(facts: &SourceFacts) -> Vec<Sighting> {
    let mut found: Vec<Sighting> = facts.code.iter().flat_map(in_code).collect();
    let mut text = |place: String, text: &str| {
        if in_text(text) || is_masked_secret(text) {
            found.push(Sighting::at("hardcoded_secret", place, 1));
        }
    };
    for link in &facts.links {
        text(if link.place.is_empty() { String::from("connection") } else { link.place.clone() }, &link.target);
    }
    for query in &facts.queries {
        text(format!("query {}", query.name), &query.sql);
    }
    for object in facts.macros.iter().chain(&facts.forms).chain(&facts.reports) {
        text(format!("object {}", object.name), object.text.as_deref().unwrap_or(""));
    }
    for shape in &facts.formulas {
        text(format!("{}!{}", shape.sheet, shape.cell), &shape.formula);
    }
    for name in &facts.names {
        let value = name.refers_to.trim().trim_start_matches('=');
        let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or("");
        if (is_secret_name(&name.name) && is_real(quoted)) || in_text(value) {
            found.push(Sighting::at("hardcoded_secret", format!("name {}", name.name), 1));
        }
    }
    found
}

/// Readers mask connection texts; the mask behind a key for passwords says that there was one.
fn is_masked_secret(text: &str) -> bool {
    pairs(text).any(|(key, value)| is_connection_key(&key) && value == "***")
}

/// One sighting per line of a module that holds a credential.
fn in_code(module: &CodeFacts) -> Vec<Sighting> {
    let tokens: Vec<Token> = lex(&module.code).into_iter().filter(|token| !is_blank(token.kind)).collect();
    let mut lines: Vec<u32> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let text = token.text(&module.code);
        let is_secret = match token.kind {
            TokenKind::Str | TokenKind::OpenStr => {
                let value = unquoted(text);
                in_text(&value) || (is_real(&value) && is_given_as_secret(&tokens, at, &module.code))
            }
            TokenKind::Comment => in_text(text) || in_remark(text),
            _ => false,
        };
        if is_secret && lines.last() != Some(&token.line) {
            lines.push(token.line);
        }
    }
    lines.into_iter().map(|line| Sighting::at("hardcoded_secret", format!("{}:{line}", module.name), 1)).collect()
}

fn is_blank(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Space | TokenKind::Continuation)
}

fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix('"').unwrap_or(text);
    inner.strip_suffix('"').unwrap_or(inner).replace("\"\"", "\"")
}

/// Whether the string at `at` is what a secret's name is set to or compared with, a sheet's password, or the third argument
/// of a connection's `Open` (connection text, user, password).
fn is_given_as_secret(tokens: &[Token], at: usize, code: &str) -> bool {
    let before = |steps: usize| at.checked_sub(steps).and_then(|place| tokens.get(place));
    let kind = |steps: usize| before(steps).map(|token| token.kind);
    let word = |steps: usize| before(steps).map_or("", |token| token.text(code));
    let ident = |steps: usize| matches!(kind(steps), Some(TokenKind::Ident | TokenKind::Bracket));
    let assigned = matches!(kind(1), Some(TokenKind::Equal | TokenKind::ColonEquals | TokenKind::NotEqual));
    if assigned {
        // `name = "…"`, `name$ = "…"`, `name As String = "…"`
        let typed = ident(2) && word(3).eq_ignore_ascii_case("as");
        let steps = if typed { 4 } else { 2 };
        let steps = if kind(steps) == Some(TokenKind::Suffix) { steps + 1 } else { steps };
        return ident(steps) && is_secret_name(word(steps));
    }
    let opened = if kind(1) == Some(TokenKind::LeftParen) { 2 } else { 1 };
    if ident(opened) && matches!(word(opened).to_ascii_lowercase().as_str(), "protect" | "unprotect") {
        return true;
    }
    let comma = |steps: usize| kind(steps) == Some(TokenKind::Comma);
    let third = comma(1) && kind(2) == Some(TokenKind::Str) && comma(3);
    third && {
        let steps = if kind(5) == Some(TokenKind::LeftParen) { 6 } else { 5 };
        ident(steps) && word(steps).eq_ignore_ascii_case("open")
    }
}

/// `password: hunter2` in a remark; a word without digit or sign is prose.
fn in_remark(text: &str) -> bool {
    let lower = text.to_lowercase();
    SECRET_WORDS.iter().any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            let tail = lower.get(at + word.len()..).unwrap_or("").trim_start();
            let Some(tail) = tail.strip_prefix([':', '=']) else { return false };
            let value = tail.trim_start().trim_matches('"').split_whitespace().next().unwrap_or("");
            is_typed_secret(value.trim_end_matches(['"', '.', ',', ';', ')']))
        })
    })
}

/// Whether a name says that its value is a credential.
fn is_secret_name(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let short = ["pw", "strpw", "spw", "pass", "strpass", "userpass", "dbpass"].contains(&plain.as_str());
    (short || SECRET_WORDS.iter().any(|word| plain.contains(word)))
        && !ABOUT_WORDS.iter().any(|word| plain.contains(word))
}

/// A cell that stands before a password: `Password:`, `Kennwort`, `DB password`.
pub(super) fn is_label(text: &str) -> bool {
    let text = text.trim().trim_end_matches([':', '=', ' ']);
    text.split_whitespace().count() <= 3 && !text.contains(['?', '!']) && is_secret_name(text)
}

/// Cells of a column of passwords.
pub(super) fn in_column(header: &str, values: &[String]) -> usize {
    if !is_label(header) {
        return 0;
    }
    values.iter().filter(|value| is_typed_secret(value) && !is_hashed(value)).count()
}

/// Forms of password hashes (crypt's `$id$`, hexadecimal digests): not the password itself.
fn is_hashed(value: &str) -> bool {
    value.starts_with('$') || (value.len() >= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What a person would type as a password: one word of at least four letters with a digit or a sign in it.
pub(super) fn is_typed_secret(text: &str) -> bool {
    let text = text.trim();
    let long_enough = text.chars().count() > SHORTEST;
    let marked = text.chars().any(|c| !c.is_alphabetic());
    // Dates, numbers and addresses of cells stand beside such labels too.
    let wordy = text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    let one_word = !text.contains(char::is_whitespace);
    long_enough && one_word && marked && wordy && is_real(text) && !text.contains("://") && !is_date(text)
}

fn is_date(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || "-./:T Z".contains(c))
}

/// A value, not a gap to be filled in, a prompt or a mask.
fn is_real(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_lowercase();
    let masked = value.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.' | '•' | '_' | '-' | '?' | '#'));
    let gap =
        value.starts_with(['<', '{', '[', '%', '$', '&']) || lower.starts_with("your") || lower.starts_with("enter ");
    let says_itself = SECRET_WORDS.contains(&lower.as_str()) || value.ends_with([':', '?']);
    let prompt = value.split_whitespace().count() > 2;
    value.chars().count() >= SHORTEST && !masked && !gap && !says_itself && !prompt
}

fn is_connection_key(key: &str) -> bool {
    let last = key.rsplit(['&', '?', ' ', '"']).next().unwrap_or(key);
    CONNECTION_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key) || known.eq_ignore_ascii_case(last))
}

/// The `key=value` pairs of a connection text.
fn pairs(text: &str) -> impl Iterator<Item = (String, &str)> {
    text.split([';', '\n', '\r']).flat_map(|part| part.split_once('=')).map(|(key, value)| {
        let value = value.trim().trim_matches(['"', '\'']);
        (key.trim().to_string(), value)
    })
}

/// Whether a text carries a credential by itself.
pub(super) fn in_text(text: &str) -> bool {
    if text.len() < SHORTEST * 2 {
        return false;
    }
    pairs(text).any(|(key, value)| is_connection_key(&key) && is_whole(value))
        || has_user_part(text)
        || has_issued_key(text)
}

/// A value that is all there: neither masked nor put in at run time.
fn is_whole(value: &str) -> bool {
    is_real(value) && !value.contains(['{', '}', '&', '<', '>']) && !value.contains("\" ")
}

/// `scheme://user:secret@host`.
fn has_user_part(text: &str) -> bool {
    text.match_indices("://").any(|(at, mark)| {
        let rest = text.get(at + mark.len()..).unwrap_or("");
        let authority = rest.split(['/', '?', '#', ' ', '"']).next().unwrap_or("");
        let secret =
            authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map_or("", |(_, secret)| secret);
        is_whole(secret)
    })
}

/// Keys whose form is published by their issuer, and private keys (RFC 7468).
fn has_issued_key(text: &str) -> bool {
    let after = |prefix: &str, length: usize, fits: fn(char) -> bool| {
        text.match_indices(prefix).any(|(at, _)| {
            let bounded = !text.get(..at).unwrap_or("").ends_with(|c: char| c.is_alphanumeric());
            let tail = text.get(at + prefix.len()..).unwrap_or("");
            bounded && tail.chars().take_while(|c| fits(*c)).count() >= length
        })
    };
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let base64 = |c: char| c.is_ascii_alphanumeric() || "+/=._-".contains(c);
    let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    after("AKIA", 16, upper)
        || ["ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "sk_live_", "xoxb-", "xoxp-", "AIza"]
            .iter()
            .any(|prefix| after(prefix, 20, word))
        || after("Bearer ", 20, base64)
        || after("Basic ", 16, base64)
        || (text.contains("-----BEGIN ") && text.contains("PRIVATE KEY"))
}

/// Credentials in the steps of workflows: a literal that a secret's name is set to, and texts that carry one.
pub(super) fn in_steps(application: &Application) -> Vec<Sighting> {
    let mut found = Vec::new();
    for workflow in &application.workflows {
        let steps = serde_json::to_value(&workflow.steps).unwrap_or(Value::Null);
        let mut open = vec![(&steps, String::new())];
        while let Some((value, id)) = open.pop() {
            match value {
                Value::Array(items) => open.extend(items.iter().map(|item| (item, id.clone()))),
                Value::Object(members) => {
                    let id = members.get("id").and_then(Value::as_str).map_or(id, str::to_string);
                    if holds_secret(members) {
                        found.push(Sighting::at("hardcoded_secret", format!("{}/{id}", workflow.name), 1));
                    }
                    open.extend(members.values().filter(|value| !value.is_string()).map(|value| (value, id.clone())));
                }
                _ => {}
            }
        }
    }
    found.sort_by(|a, b| a.location.cmp(&b.location));
    found.dedup();
    found
}

fn holds_secret(members: &serde_json::Map<String, Value>) -> bool {
    let target = ["target", "name", "variable"].iter().find_map(|key| members.get(*key)).and_then(Value::as_str);
    let value = members.get("value").and_then(Value::as_str).map(str::trim);
    let named = target.is_some_and(|name| is_secret_name(name.rsplit('.').next().unwrap_or(name)));
    let literal = value.and_then(|text| text.strip_prefix('"')).and_then(|rest| rest.strip_suffix('"'));
    let told = ["text", "note", "reason", "source"];
    (named && literal.is_some_and(is_real))
        || members
            .iter()
            .filter(|(key, _)| !told.contains(&key.as_str()))
            .filter_map(|(_, value)| value.as_str())
            .any(|text| text.split('"').any(in_text) || in_text(text))
}
