//! Finding files under roots, without reading them.

use std::path::{Path, PathBuf};

/// A root as it was given, and what was found under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    pub path: PathBuf,
    /// Whether it could be listed to its end. Files under a root that was not are unknown, never gone.
    pub readable: bool,
    pub files: Vec<PathBuf>,
}

/// Deepest folder nesting that is followed; file shares stay far below, link cycles do not.
const DEEPEST: usize = 64;

/// Lists the regular files of every root, sorted; a root may be a link, links below it are not followed. Skipped: hidden folders and files, Office's own
/// lock files (`~$…`), Access' lock files (`.laccdb`, `.ldb`) and the companions that readers fetch themselves.
pub fn discover(roots: &[PathBuf], leave_out: &Path) -> Vec<Root> {
    let hidden = std::fs::canonicalize(leave_out).ok();
    roots
        .iter()
        .map(|path| {
            let mut root = Root { path: path.clone(), readable: true, files: Vec::new() };
            walk(path, 0, hidden.as_deref(), &mut root);
            root.files.sort();
            root
        })
        .collect()
}

fn walk(path: &Path, depth: usize, leave_out: Option<&Path>, root: &mut Root) {
    let about = if depth == 0 { std::fs::metadata(path) } else { std::fs::symlink_metadata(path) };
    let Ok(about) = about else {
        root.readable = false;
        return;
    };
    if about.is_file() {
        root.files.push(path.to_path_buf());
        return;
    }
    if depth == 0 && !about.is_dir() {
        // A device or a pipe has no content that could be read to its end.
        root.readable = false;
    }
    let is_store = leave_out.is_some() && std::fs::canonicalize(path).ok().as_deref() == leave_out;
    if !about.is_dir() || is_store {
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else {
        root.readable = false;
        return;
    };
    if depth >= DEEPEST {
        root.readable = false;
        return;
    }
    for entry in entries {
        let Ok(entry) = entry else {
            root.readable = false;
            continue;
        };
        if !is_passed_over(&entry.file_name().to_string_lossy()) {
            walk(&entry.path(), depth + 1, leave_out, root);
        }
    }
}

fn is_passed_over(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let companion = lower == "schema.ini" || lower.ends_with(".xsd");
    let lock = lower.starts_with("~$") || lower.ends_with(".laccdb") || lower.ends_with(".ldb");
    name.starts_with('.') || lock || companion
}
