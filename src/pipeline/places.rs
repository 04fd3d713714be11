//! Which asset a file is. An asset is a place that was given a number once: a file that was moved is found again by its
//! content and stays the asset it was, so that its history, its application and the decisions about it stay with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::FileRow;
use super::contents::file_name;
use super::discover::Root;
use super::scan::ScanOptions;
use super::uploads::UPLOADS;
use super::views::covers;
use crate::base::{Sha256Hex, sha256_hex};

/// Hexadecimal digits of an asset's id.
const ID_DIGITS: usize = 16;

/// A file where it lies, and the asset it is.
pub(super) struct Place {
    /// Name of its root: an absolute path, or the share of which dated copies are compared.
    pub root: String,
    pub path: PathBuf,
    /// The path as the command's answer and its progress show it: as it was given.
    pub given: String,
    /// The path as records show it.
    pub shown: String,
    /// What makes the asset: the absolute path, or the path within the share.
    pub place: String,
    pub asset: String,
}

/// A root's name in records: the share's, else its absolute path, whatever folder the command was given in.
pub(super) fn root_name(root: &Root, share: Option<&str>) -> String {
    share.map_or_else(|| absolute(&root.path), str::to_string)
}

fn absolute(path: &Path) -> String {
    let text = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string();
    let bare = text.trim_end_matches('/');
    if bare.is_empty() { text } else { bare.to_string() }
}

/// Every file under the roots with its asset. A file given twice is one file.
pub(super) fn place_files(roots: &[Root], known: &BTreeMap<String, FileRow>, options: &ScanOptions) -> Vec<Place> {
    let share = options.share.as_deref();
    let by_place: BTreeMap<&str, &FileRow> = newest_by_place(known);
    let mut seen = BTreeSet::new();
    let mut places: Vec<Place> = Vec::new();
    for root in roots {
        for path in &root.files {
            let place = match share {
                Some(share) => {
                    let within = path.strip_prefix(&root.path).unwrap_or(path);
                    Path::new(share).join(within).display().to_string()
                }
                None => absolute(path),
            };
            if !seen.insert(place.clone()) {
                continue;
            }
            let asset = by_place.get(place.as_str()).map(|row| row.asset.clone()).unwrap_or_default();
            let given = if options.transient { place.clone() } else { path.display().to_string() };
            let shown = if share.is_some() { given.clone() } else { place.clone() };
            places.push(Place { root: root_name(root, share), path: path.clone(), given, shown, place, asset });
        }
    }
    // An upload adds files; it says nothing of those uploaded before.
    if share != Some(UPLOADS) {
        find_moved(&mut places, roots, known, share);
    }
    let mut taken: BTreeSet<String> = known.keys().cloned().collect();
    for place in places.iter_mut().filter(|place| place.asset.is_empty()) {
        place.asset = fresh_id(&place.place, &taken);
        taken.insert(place.asset.clone());
    }
    places
}

/// The asset that was last seen at each place.
fn newest_by_place(known: &BTreeMap<String, FileRow>) -> BTreeMap<&str, &FileRow> {
    let mut found: BTreeMap<&str, &FileRow> = BTreeMap::new();
    for row in known.values() {
        let newest = found.entry(row.place.as_str()).or_insert(row);
        if row.seq > newest.seq {
            *newest = row;
        }
    }
    found
}

/// 16 hexadecimal digits of the SHA-256 of the place; a place whose asset moved away gets the next number.
fn fresh_id(place: &str, taken: &BTreeSet<String>) -> String {
    let id = |text: &str| sha256_hex(text.as_bytes()).chars().take(ID_DIGITS).collect::<String>();
    let mut candidate = id(place);
    let mut number = 1u32;
    while taken.contains(&candidate) {
        number = number.saturating_add(1);
        candidate = id(&format!("{place}#{number}"));
    }
    candidate
}

/// Gives files at new places the asset of a file with the same content that is no longer where it was, under a root that was
/// read to its end. Of several, one with the same name wins.
fn find_moved(places: &mut [Place], roots: &[Root], known: &BTreeMap<String, FileRow>, share: Option<&str>) {
    let here: BTreeSet<String> = places.iter().map(|place| place.place.clone()).collect();
    let read: Vec<String> = roots.iter().filter(|root| root.readable).map(|root| root_name(root, share)).collect();
    let mut gone: Vec<&FileRow> = known
        .values()
        .filter(|row| !here.contains(&row.place))
        .filter(|row| read.iter().any(|root| covers(root, &row.place)))
        .collect();
    gone.sort_by(|a, b| a.path.cmp(&b.path));
    for place in places.iter_mut().filter(|place| place.asset.is_empty()) {
        let bytes = std::fs::metadata(&place.path).map_or(0, |about| about.len());
        if bytes == 0 || !gone.iter().any(|row| row.bytes == bytes) {
            continue;
        }
        let Some(hash) = hash_file(&place.path) else { continue };
        let same_name = |row: &&FileRow| file_name(Path::new(&row.path)) == file_name(&place.path);
        let fits = |row: &&FileRow| row.sha256 == hash;
        let found = gone.iter().position(|row| fits(row) && same_name(row)).or_else(|| gone.iter().position(fits));
        if let Some(at) = found {
            place.asset.clone_from(&gone.remove(at).asset);
        }
    }
}

/// The SHA-256 of a file; none when it cannot be read.
pub(super) fn hash_file(path: &Path) -> Option<String> {
    use std::io::Read as _;
    let mut file = std::fs::File::open(path).ok()?;
    let mut hash = Sha256Hex::default();
    let mut buffer = vec![0u8; 1 << 16];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => return Some(hash.finish()),
            n => hash.update(buffer.get(..n)?),
        }
    }
}
