//! Whether a host is on an allow-list of `scheme://host:port` entries. Knows no network.

/// A host with what was said of its scheme and port.
#[derive(Debug, PartialEq, Eq)]
struct Address<'a> {
    scheme: Option<&'a str>,
    host: String,
    port: Option<&'a str>,
}

/// Whether one entry covers `host`. Scheme and port count when both sides name them; there are no wildcards.
pub(super) fn allowed(entries: &[String], host: &str) -> bool {
    let wanted = address(host);
    !wanted.host.is_empty() && entries.iter().any(|entry| covers(&address(entry), &wanted))
}

fn covers(entry: &Address<'_>, wanted: &Address<'_>) -> bool {
    let agree = |a: Option<&str>, b: Option<&str>| match (a, b) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => true,
    };
    entry.host == wanted.host && agree(entry.scheme, wanted.scheme) && agree(entry.port, wanted.port)
}

/// Splits `scheme://host:port/path`; user information before `@` is dropped, as a URL's host comes after it.
fn address(text: &str) -> Address<'_> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let port_at = authority.rfind(':').filter(|at| !authority.get(*at..).is_some_and(|tail| tail.contains(']')));
    let (host, port) = match port_at {
        Some(at) => (authority.get(..at).unwrap_or_default(), authority.get(at.saturating_add(1)..)),
        None => (authority, None),
    };
    Address { scheme, host: host.trim_end_matches('.').to_lowercase(), port: port.filter(|port| !port.is_empty()) }
}
