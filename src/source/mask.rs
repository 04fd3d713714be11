//! Masks credentials in connection texts where they are first seen, so that no fact, notice or log ever holds one.

/// Keys of connection strings whose values are secrets or name a person's account (OLE DB, ODBC, ADO.NET spellings).
const SECRET_KEYS: [&str; 14] = [
    "pwd",
    "password",
    "uid",
    "user id",
    "userid",
    "user",
    "username",
    "user name",
    "jet oledb:database password",
    "accesstoken",
    "access token",
    "token",
    "apikey",
    "sharedaccesskey",
];

/// What stands instead.
const MASK: &str = "***";

/// The text with the values of secret keys and the user part of web addresses replaced.
pub(crate) fn credentials(text: &str) -> String {
    text.split(';').map(|pair| user_part(&pair_masked(pair))).collect::<Vec<_>>().join(";")
}

fn pair_masked(pair: &str) -> String {
    let Some((key, _)) = pair.split_once('=').filter(|(_, value)| !value.trim().is_empty()) else {
        return pair.to_string();
    };
    let name = key.rsplit(['&', '?', ' ']).next().unwrap_or(key);
    let secret = |wanted: &&str| wanted.eq_ignore_ascii_case(key.trim()) || wanted.eq_ignore_ascii_case(name.trim());
    if SECRET_KEYS.iter().any(secret) { format!("{key}={MASK}") } else { pair.to_string() }
}

/// `scheme://user:secret@host` without the user.
fn user_part(text: &str) -> String {
    let Some(start) = text.find("://").map(|at| at.saturating_add(3)) else {
        return text.to_string();
    };
    let (head, rest) = text.split_at_checked(start).unwrap_or((text, ""));
    let host_end = rest.find(['/', '?', '#', ' ']).unwrap_or(rest.len());
    let (host, tail) = rest.split_at_checked(host_end).unwrap_or((rest, ""));
    match host.rsplit_once('@') {
        Some((_, server)) => format!("{head}{MASK}@{server}{tail}"),
        None => text.to_string(),
    }
}
