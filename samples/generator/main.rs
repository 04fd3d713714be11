//! Writes everything under `samples/` but the README: the estate of an invented retailer at two dates, the records beside it, the planted truth.
//! Same bytes on every run. `cargo run --release --example make_samples [folder]` (default: `samples`).

mod approvals;
mod biff;
mod build;
mod calendar;
mod catalogue;
mod deflate;
mod exports;
mod grid;
mod jet;
mod ods;
mod office;
mod package;
mod records;
mod rng;
mod shifts;
mod stock;
mod vba;
mod warehouse;
mod xlsb;

use build::{Result, Sample};
use serde_json::{Map, Value as Json, json};
use std::path::{Path, PathBuf};

/// The snapshots: folder, day the share was read.
const SNAPSHOTS: [(&str, &str); 2] = [("2025-05", "2025-05-31"), ("2026-11", "2026-11-18")];

fn main() -> Result<()> {
    let root = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("samples"), PathBuf::from);
    let mut samples = samples()?;
    samples.sort_by(|a, b| a.path.cmp(&b.path));
    let manifest = snapshots(&samples);
    let truth = truth(&samples);
    for sample in &samples {
        write(&root, &sample.path, &sample.bytes)?;
    }
    write(&root, "snapshots.json", canonical(&manifest, 0).as_bytes())?;
    write(&root, "truth.json", canonical(&truth, 0).as_bytes())?;
    let bytes: usize = samples.iter().map(|s| s.bytes.len()).sum();
    println!("{} files, {bytes} bytes", samples.len());
    Ok(())
}

fn samples() -> Result<Vec<Sample>> {
    let mut out = Vec::new();
    for year in [2025, 2026] {
        for (i, drift) in stock::family(year).iter().enumerate() {
            out.push(stock::workbook(drift, 100 * (year as u64 - 2020) + i as u64)?);
        }
        for (i, plan) in shifts::family(year).iter().enumerate() {
            out.push(shifts::workbook(plan, 100 * (year as u64 - 2020) + 50 + i as u64)?);
        }
        out.push(office::price_list(year)?);
        out.push(office::employees(year)?);
        out.push(office::payments(year)?);
        out.push(office::inventory(year)?);
        out.push(ods::opening_hours(year)?);
    }
    out.push(duplicate(
        &out,
        "estate/2026-11/stores/027/shift-plan-027.xlsm",
        "estate/2026-11/stores/027/old/shift-plan-027 (2).xlsm",
    ));
    out.push(office::promotions()?);
    out.push(office::supplier_orders()?);
    out.push(office::customers()?);
    out.extend(approvals::discount()?);
    out.extend(approvals::report()?);
    out.push(biff::returns_log()?);
    out.push(biff::encrypted()?);
    out.push(xlsb::key_figures()?);
    out.extend(exports::deliveries());
    out.extend(exports::loyalty());
    out.extend(exports::frontend());
    out.extend(warehouse::databases()?);
    out.extend(records::all()?);
    Ok(out)
}

/// An exact copy, as found in every `old` folder: same hash, so a duplicate and not an asset of its own.
fn duplicate(samples: &[Sample], of: &str, path: &str) -> Sample {
    let original = samples.iter().find(|s| s.path == of).unwrap_or_else(|| panic!("{of} is not written"));
    let mut truth = original.truth.clone();
    truth["duplicate_of"] = json!(of);
    Sample { path: path.to_string(), bytes: original.bytes.clone(), truth }
}

/// What lay on the share at which date, by hash; the folders hold the files themselves.
fn snapshots(samples: &[Sample]) -> Json {
    let one = |(id, taken): &(&str, &str)| {
        let prefix = format!("estate/{id}/");
        let inside = samples.iter().filter_map(|s| s.path.strip_prefix(&prefix).map(|p| (p, s)));
        let files: Vec<Json> = inside
            .map(|(path, s)| json!({"path": path, "sha256": records::sha256_hex(&s.bytes), "bytes": s.bytes.len()}))
            .collect();
        json!({"id": id, "taken": taken, "folder": format!("estate/{id}"), "roots": ["access", "office", "stores"], "files": files})
    };
    json!({"snapshots": SNAPSHOTS.iter().map(one).collect::<Vec<_>>()})
}

fn truth(samples: &[Sample]) -> Json {
    let mut files = Map::new();
    for s in samples {
        let mut entry = s.truth.clone();
        entry["sha256"] = json!(records::sha256_hex(&s.bytes));
        files.insert(s.path.clone(), entry);
    }
    let members = |family: &str| {
        let of = |id: &str| -> Vec<&str> {
            samples
                .iter()
                .filter(|s| s.truth["family"] == family && s.path.contains(id))
                .map(|s| s.path.as_str())
                .collect()
        };
        json!({"2025-05": of("estate/2025-05/"), "2026-11": of("estate/2026-11/")})
    };
    let only = |here: &str, there: &str| -> Vec<String> {
        let (a, b) = (format!("estate/{here}/"), format!("estate/{there}/"));
        let in_there = |p: &str| samples.iter().any(|s| s.path.strip_prefix(&b) == Some(p));
        samples.iter().filter_map(|s| s.path.strip_prefix(&a)).filter(|p| !in_there(p)).map(str::to_string).collect()
    };
    json!({
        "families": {"stock-count": members("stock-count"), "shift-plan": members("shift-plan")},
        "changes": {"gone": only("2025-05", "2026-11"), "new": only("2026-11", "2025-05")},
        "databases": {
            "warehouse": ["estate/2026-11/access/warehouse.mdb"], "deliveries-export": ["estate/2026-11/access/deliveries-export"],
            "loyalty-csv": ["estate/2026-11/access/loyalty-csv"], "complaints-frontend": ["estate/2026-11/access/complaints-frontend"]
        },
        "files": files
    })
}

/// JSON with sorted keys, whatever map the build's `serde_json` has. Objects and lists of plain values stay on one line.
fn canonical(value: &Json, depth: usize) -> String {
    let pad = "  ".repeat(depth + 1);
    let nested = |v: &Json| v.is_object() || v.is_array();
    let (open, close, items): (_, _, Vec<String>) = match value {
        Json::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            (
                '{',
                '}',
                keys.iter()
                    .map(|k| format!("{}: {}", Json::from(k.as_str()), canonical(&map[*k], depth + 1)))
                    .collect(),
            )
        }
        Json::Array(list) => ('[', ']', list.iter().map(|v| canonical(v, depth + 1)).collect()),
        plain => return plain.to_string(),
    };
    let flat = match value {
        Json::Object(map) => !map.values().any(nested),
        Json::Array(list) => !list.iter().any(nested),
        _ => true,
    };
    let end = if depth == 0 { "\n" } else { "" };
    if flat || items.is_empty() {
        return format!("{open}{}{close}{end}", items.join(", "));
    }
    format!("{open}\n{pad}{}\n{}{close}{end}", items.join(&format!(",\n{pad}")), "  ".repeat(depth))
}

fn write(root: &Path, path: &str, bytes: &[u8]) -> Result<()> {
    let target = root.join(path);
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(target, bytes)?)
}
