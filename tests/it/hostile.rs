//! A service under attack: it answers while files that were made to hurt it are imported, and each of them ends in a state.
//! A reader that is killed costs its own file only and leaves nothing behind.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use daylight::base::SystemClock;
use daylight::pipeline::{ReaderCommand, ScanOptions, ScannedFile, Silent, Workspace, scan};

use crate::support::hostile::{self, Hostile};
use crate::support::mutant::{files_below, mutant};
use crate::support::root;
use crate::support::service::{Service, get, left_over, pause};

/// Pages that are asked for again and again meanwhile.
const ASKED: [&str; 4] = ["/healthz", "/", "/files", "/import"];
/// Files imported at a time.
const TOGETHER: usize = 12;

/// Asks the service without a pause until told to stop; gives the number of answers and the slowest.
fn ask(address: &str, stop: &AtomicBool) -> (usize, Duration, &'static str) {
    let (mut answers, mut slowest, mut where_to) = (0, Duration::ZERO, "");
    while !stop.load(Ordering::Relaxed) {
        for path in ASKED {
            let answer = get(address, path);
            assert_eq!(answer.status, 200, "{path}");
            answers += 1;
            if answer.took > slowest {
                (slowest, where_to) = (answer.took, path);
            }
        }
    }
    (answers, slowest, where_to)
}

/// Does the work while the service is asked.
fn while_asked(service: &Service, work: impl FnOnce()) {
    let (address, stop) = (service.address(), AtomicBool::new(false));
    std::thread::scope(|threads| {
        let asking = threads.spawn(|| ask(&address, &stop));
        // The asking ends even when the work fails, so that the failure is seen.
        let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        stop.store(true, Ordering::Relaxed);
        let (answers, slowest, path) = asking.join().expect("every request is answered");
        println!("{answers} requests answered meanwhile, the slowest ({path}) in {slowest:?}");
        if let Err(failure) = worked {
            std::panic::resume_unwind(failure);
        }
        assert!(answers > 0);
    });
}

fn text<'a>(file: &'a serde_json::Value, name: &str) -> &'a str {
    file[name].as_str().unwrap_or_default()
}

/// The file of this name in the store.
fn named<'a>(files: &'a [serde_json::Value], name: &str) -> &'a serde_json::Value {
    let is_it =
        |file: &&serde_json::Value| Path::new(text(file, "path")).file_name().is_some_and(|found| found == name);
    files.iter().find(is_it).unwrap_or_else(|| panic!("{name} is in no state"))
}

fn differences(files: &[serde_json::Value], wanted: &[Hostile]) -> Vec<String> {
    let mut wrong = Vec::new();
    for Hostile { name, states, .. } in wanted {
        let file = named(files, name);
        let (state, reason) = (text(file, "state"), text(file, "reason"));
        println!("{name}: {state} {reason:.100}");
        if !states.contains(&state) || (state == "parsed") != reason.is_empty() {
            wrong.push(format!("{name}: {state} ({reason}), not one of {states:?}"));
        }
    }
    wrong
}

#[test]
fn hostile_imports_end_in_states_while_the_service_answers() {
    let folder = tempfile::tempdir().expect("temp");
    let service = Service::start(folder.path());
    let all = hostile::files();
    while_asked(&service, || {
        for some in all.chunks(TOGETHER) {
            let files: Vec<(&str, &[u8])> = some.iter().map(|file| (file.name, file.bytes.as_slice())).collect();
            let answer = service.import(&files);
            assert_eq!(answer.status, 303, "{}", answer.body);
        }
        service.wait(|_| {});
    });
    let wrong = differences(&service.files(), &all);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(service.readers(), [], "readers outlive their files");
    assert_eq!(service.left_over(), Vec::<PathBuf>::new(), "files are left in clear");
}

/// A file whose reading takes long enough to be interrupted: one column of numbers.
fn long_table() -> Vec<u8> {
    b"n\n".iter().copied().chain(std::iter::repeat_n(*b"1\n", 6_000_000).flatten()).collect()
}

/// Waits until a reader is at work on a file of this name; none when the work is over first.
fn reader_of(service: &Service, name: &str) -> Option<u32> {
    let is_it = |(_, input): &(u32, PathBuf)| input.file_name().is_some_and(|found| found == name);
    loop {
        if let Some((id, _)) = service.readers().into_iter().find(is_it) {
            return Some(id);
        }
        if !service.get("/jobs/fragment").running {
            return None;
        }
    }
}

fn kill(id: u32) {
    let done = Command::new("kill").args(["-9", &id.to_string()]).status().expect("kill is there");
    assert!(done.success(), "reader {id} is over already");
}

#[test]
fn a_killed_reader_costs_its_file_only() {
    let folder = tempfile::tempdir().expect("temp");
    let service = Service::start(folder.path());
    let long = long_table();
    let sound = hostile::book(&hostile::sheet(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#), &[]);
    while_asked(&service, || {
        service.import(&[("long.csv", &long), ("before.xlsx", &sound), ("zz-after.xlsx", &sound)]);
        kill(reader_of(&service, "long.csv").expect("the long file is being read"));
        service.wait(|_| {});
    });
    let files = service.files();
    let lost = named(&files, "long.csv");
    assert_eq!(text(lost, "state"), "crashed", "{lost}");
    assert!(text(lost, "reason").contains("signal 9"), "{lost}");
    for name in ["before.xlsx", "zz-after.xlsx"] {
        assert_eq!(text(named(&files, name), "state"), "parsed");
    }
    assert_eq!(service.readers(), []);
    assert_eq!(service.left_over(), Vec::<PathBuf>::new());
}

#[test]
fn readers_end_with_the_service_and_its_clear_copies_go_at_the_next_start() {
    let folder = tempfile::tempdir().expect("temp");
    let service = Service::start(folder.path());
    service.import(&[("long.csv", &long_table())]);
    reader_of(&service, "long.csv").expect("the long file is being read");
    service.kill();
    while !Service::readers_of(folder.path()).is_empty() {
        pause();
    }
    let service = Service::start(folder.path());
    assert_eq!(service.get("/healthz").status, 200);
    assert_eq!(left_over(folder.path()), Vec::<PathBuf>::new(), "the upload lies there in clear");
}

/// Mutants of the samples that every run of the tests reads; `DAYLIGHT_MUTANTS` asks for more.
const MUTANTS: u64 = 250;
/// First number, so that runs compare.
const FIRST_MUTANT: u64 = 20_261_122_000_000;

#[test]
fn mutants_of_the_samples_end_in_states() {
    let wanted = std::env::var("DAYLIGHT_MUTANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(MUTANTS);
    let folder = tempfile::tempdir().expect("temp");
    let estate = folder.path().join("estate");
    std::fs::create_dir(&estate).expect("a folder");
    let originals = files_below(&root().join("samples/estate/2026-11"));
    for number in FIRST_MUTANT..FIRST_MUTANT + wanted {
        let (name, bytes) = mutant(&originals, number);
        std::fs::write(estate.join(name), bytes).expect("it is written");
    }
    let reader = ReaderCommand::of(PathBuf::from(env!("CARGO_BIN_EXE_daylight")));
    let workspace = Workspace::open(&folder.path().join("store"), Arc::new(SystemClock), reader).expect("a store");
    // What is checked is the whole way: the reader's process and, in this one, inference and conversion of what came of it.
    let report = scan(&workspace, &[estate], &ScanOptions::default(), &Silent).expect("the scan ends");
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &report.files {
        *states.entry(&file.state).or_default() += 1;
    }
    let slowest = report.files.iter().max_by_key(|file| file.ms).expect("there are files");
    println!("{states:?}, the slowest {} in {} ms", slowest.path, slowest.ms);
    // `schema.ini`, lock files and schemas are read with their file and not as files.
    assert!(report.files.len() as u64 > wanted * 9 / 10, "{} of {wanted}", report.files.len());
    let dead = |file: &&ScannedFile| file.state == "crashed" || (file.state == "parsed") != file.reason.is_empty();
    let dead: Vec<String> =
        report.files.iter().filter(dead).map(|file| format!("{} {} {}", file.path, file.state, file.reason)).collect();
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}
