//! The next version number (Semantic Versioning 2.0.0).

use super::Bump;

/// `version` raised; unchanged for no change, none when it does not start with three numbers.
pub(super) fn raised(version: &str, bump: Bump) -> Option<String> {
    if bump == Bump::None {
        return Some(version.to_string());
    }
    let core = version.split(['-', '+']).next()?;
    let parts: Vec<u64> = core.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    let (major, minor, patch) = match parts.as_slice() {
        [major] => (*major, 0, 0),
        [major, minor] => (*major, *minor, 0),
        [major, minor, patch] => (*major, *minor, *patch),
        _ => return None,
    };
    Some(match bump {
        Bump::Major => format!("{}.0.0", major.checked_add(1)?),
        Bump::Minor => format!("{major}.{}.0", minor.checked_add(1)?),
        _ => format!("{major}.{minor}.{}", patch.checked_add(1)?),
    })
}
