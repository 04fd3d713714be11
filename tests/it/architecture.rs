//! The house holds: rooms import one way, each heavy vendor is named in its own rooms only, files stay readable,
//! and no page or text carries what the rules forbid.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// (room, rooms it may import). The order is the reading order.
const ROOMS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("model", &["base"]),
    ("facts", &["base", "model"]),
    ("lang", &["base"]),
    ("dsl", &["base", "model", "lang"]),
    ("source", &["base", "model", "facts", "lang"]),
    ("infer", &["base", "model", "facts", "lang", "dsl"]),
    ("convert", &["base", "model", "facts", "lang", "dsl"]),
    ("policy", &["base", "model", "dsl"]),
    ("engine", &["base", "model", "lang", "dsl"]),
    ("ledger", &["base"]),
    ("store", &["base", "model"]),
    ("insight", &["base", "model"]),
    (
        "pipeline",
        &[
            "base", "model", "facts", "lang", "dsl", "source", "infer", "convert", "policy", "engine", "ledger",
            "store", "insight",
        ],
    ),
    ("web", &["base", "model", "dsl", "pipeline"]),
    ("cli", &["base", "model", "dsl", "pipeline", "web"]),
];

/// A heavy crate and the rooms that may name it.
const VENDORS: &[(&str, &[&str])] = &[
    ("calamine", &["source"]),
    ("jetdb", &["source"]),
    ("cfb", &["source"]),
    ("seccompiler", &["source"]),
    ("wasmtime", &["engine"]),
    ("wasm_encoder", &["engine"]),
    ("ureq", &["engine"]),
    ("regorus", &["policy"]),
    ("duckdb", &["store"]),
    ("polars", &["infer", "insight"]),
    ("chacha20poly1305", &["ledger"]),
    ("axum", &["web"]),
    ("askama", &["web"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
];

/// Longest source file. Good trees have a median of 94 to 199 lines; this bound only stops the worst.
const LONGEST_FILE: usize = 800;

fn files_under(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_under(&path, extension));
        } else if path.extension().is_some_and(|ending| ending == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn room_of(file: &Path) -> String {
    let inside = file.strip_prefix(root().join("src")).expect("under src");
    let first = inside.components().next().expect("a component").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_string()
}

fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line.split("//").next().unwrap_or("")))
}

fn mentions(line: &str, crate_name: &str) -> bool {
    line.match_indices(&format!("{crate_name}::")).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
    })
}

#[test]
fn imports_go_one_way() {
    let mut wrong = Vec::new();
    for file in files_under(&root().join("src"), "rs") {
        let room = room_of(&file);
        if room == "lib" || room == "main" {
            continue;
        }
        let Some((_, may)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{}: no such room", file.display()));
            continue;
        };
        let text = fs::read_to_string(&file).expect("readable");
        for (number, line) in code_lines(&text) {
            for (at, prefix) in line.match_indices("crate::") {
                let to: String =
                    line[at + prefix.len()..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if to != room && !may.contains(&to.as_str()) {
                    wrong.push(format!("{}:{number}: {room} must not import {to}", file.display()));
                }
            }
            for (vendor, homes) in VENDORS {
                if mentions(line, vendor) && !homes.contains(&room.as_str()) {
                    wrong.push(format!("{}:{number}: {vendor} belongs in {homes:?}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_room_list_points_backward_only() {
    for (at, (room, may)) in ROOMS.iter().enumerate() {
        for to in *may {
            assert!(ROOMS[..at].iter().any(|(earlier, _)| earlier == to), "{room} -> {to} points forward");
        }
    }
}

#[test]
fn files_open_with_what_they_hold_and_stay_readable() {
    for file in files_under(&root().join("src"), "rs") {
        let text = fs::read_to_string(&file).expect("readable");
        assert!(text.starts_with("//!"), "{} does not open with what it holds", file.display());
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", file.display());
    }
}

#[test]
fn pages_carry_no_inline_style_script_or_unescaped_value() {
    let forbidden = [" style=\"", "javascript:", "|safe", " onclick=", " onchange=", " onsubmit=", " onload="];
    for file in files_under(&root().join("templates"), "html") {
        let text = fs::read_to_string(&file).expect("readable");
        for word in forbidden {
            assert!(!text.contains(word), "{} holds {word:?}", file.display());
        }
    }
}

#[test]
fn library_code_has_no_anyhow_and_no_unfinished_marks() {
    let marks = ["todo!(", "unimplemented!(", "anyhow::", "dbg!("];
    for file in files_under(&root().join("src"), "rs") {
        let text = fs::read_to_string(&file).expect("readable");
        for mark in marks {
            assert!(!text.contains(mark), "{} holds {mark}", file.display());
        }
    }
}
