//! The inventory does not forget and does not invent: an unread root makes files unknown, a moved file stays itself, an
//! unchanged one is not read again, and every figure counts the same estate. K1 to K8 on the samples, computed by hand.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use daylight::base::FixedClock;
use daylight::pipeline::{
    Answer, Indicator, Presence, Progress, ReaderCommand, ScanOptions, ScanReport, ScannedFile, Silent, Workspace,
    decide, kpis, main_job, scan,
};
use tempfile::TempDir;

use crate::support::root;

/// 18 November 2026, 12:00 UTC: the day the samples' last snapshot was taken.
const NOW: u64 = 1_795_003_200_000;

fn open(folder: &Path) -> Workspace {
    let reader = ReaderCommand::of(PathBuf::from(env!("CARGO_BIN_EXE_daylight")));
    Workspace::open(folder, Arc::new(FixedClock(NOW)), reader).expect("the workspace opens")
}

struct Share {
    folder: TempDir,
    workspace: Workspace,
}

impl Share {
    fn new() -> Share {
        let folder = tempfile::tempdir().expect("temp");
        let workspace = open(&folder.path().join("store"));
        Share { folder, workspace }
    }

    fn path(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        path
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    fn scan(&self, roots: &[&str]) -> ScanReport {
        let roots: Vec<PathBuf> = roots.iter().map(|root| self.folder.path().join(root)).collect();
        scan(&self.workspace, &roots, &ScanOptions::default(), &Silent).expect("it scans")
    }

    /// File name → presence, of every file ever seen.
    fn presence(&self, name: &str) -> Presence {
        let files = self.workspace.files_ever().expect("answers");
        let found: Vec<_> = files.iter().filter(|file| file.path.ends_with(name)).collect();
        assert_eq!(found.len(), 1, "{name} is one asset");
        found[0].presence
    }

    fn names(&self) -> BTreeSet<String> {
        let files = self.workspace.files().expect("answers").into_iter();
        files.map(|file| file.path.rsplit('/').next().unwrap_or("").to_string()).collect()
    }
}

const STORES: &str = "StoreID,City\n14,Ulm\n27,Kiel\n31,Bonn\n";
const PEOPLE: &str =
    "No,Email\n1,a@example.com\n2,b@example.com\n3,c@example.com\n4,d@example.com\n5,e@example.com\n6,f@example.com\n";

#[test]
fn a_file_is_absent_only_after_its_root_was_read_without_it() {
    let share = Share::new();
    share.write("a/stores.csv", STORES);
    share.write("a/people.csv", PEOPLE);
    share.write("b/visits.csv", "VisitID,Guests\n1,12\n2,7\n3,9\n");
    share.scan(&["a", "b"]);
    assert_eq!(share.names().len(), 3);
    // Another root says nothing of this one.
    std::fs::remove_file(share.path("a/people.csv")).expect("removed");
    share.scan(&["b"]);
    assert_eq!(share.presence("people.csv"), Presence::Present);
    share.scan(&["a"]);
    assert_eq!(share.presence("people.csv"), Presence::Absent);
    assert_eq!(share.names(), BTreeSet::from(["stores.csv".to_string(), "visits.csv".to_string()]));
    assert!(share.workspace.tags().expect("answers").is_empty(), "tags of what is gone are history");
    share.write("a/people.csv", PEOPLE);
    share.scan(&["a"]);
    assert_eq!(share.presence("people.csv"), Presence::Present);
    assert_eq!(share.workspace.tags().expect("answers").len(), 1);
}

#[test]
fn a_root_that_cannot_be_read_makes_its_files_unknown_and_keeps_them_counted() {
    let share = Share::new();
    share.write("a/stores.csv", STORES);
    share.scan(&["a"]);
    std::fs::rename(share.folder.path().join("a"), share.folder.path().join("elsewhere")).expect("moved");
    share.scan(&["a"]);
    assert_eq!(share.presence("stores.csv"), Presence::Unknown);
    assert_eq!(share.names().len(), 1);
    assert_eq!(share.workspace.current_applications().expect("answers").len(), 1);
}

/// Cancels while the third file is read.
#[derive(Default)]
struct Impatient(Mutex<usize>);

impl Progress for Impatient {
    fn stage(&self, _: &str, _: usize) {}
    fn begins(&self, _: &str) {
        *self.0.lock().expect("not poisoned") += 1;
    }
    fn file(&self, _: &ScannedFile) {}
    fn cancelled(&self) -> bool {
        *self.0.lock().expect("not poisoned") >= 3
    }
}

#[test]
fn a_cancelled_scan_makes_nothing_absent() {
    let share = Share::new();
    for n in 0..12 {
        share.write(&format!("a/stores-{n:02}.csv"), &format!("StoreID{n},City\n14,Ulm\n27,Kiel\n31,Bonn\n"));
    }
    share.scan(&["a"]);
    let options = ScanOptions { jobs: Some(1), ..ScanOptions::default() };
    let report =
        scan(&share.workspace, &[share.folder.path().join("a")], &options, &Impatient::default()).expect("ends");
    assert_eq!(report.files.len(), 3, "what was being read is kept");
    let files = share.workspace.files_ever().expect("answers");
    assert!(files.iter().all(|file| file.presence != Presence::Absent));
    assert_eq!(share.names().len(), 12);
}

#[test]
fn a_moved_file_stays_the_same_asset_with_its_application_and_its_decision() {
    let share = Share::new();
    share.write("a/people.csv", PEOPLE);
    share.write("a/stores.csv", STORES);
    share.scan(&["a"]);
    let before = share.workspace.files().expect("answers");
    let people = before.iter().find(|file| file.path.ends_with("people.csv")).expect("it is there").clone();
    let tag = share.workspace.tags().expect("answers").remove(0);
    decide(&share.workspace, "Ada", &tag.application, &tag.field, Answer::Accept, &[], "").expect("decided");
    std::fs::rename(share.path("a/people.csv"), share.path("a/hr/2026/people.csv")).expect("moved");
    share.scan(&["a"]);
    // A file that later comes to the old place is a new asset.
    share.write("a/people.csv", "Item,Price\nx,1.50\ny,2.50\nz,3.50\n");
    share.scan(&["a"]);
    let after = share.workspace.files().expect("answers");
    let moved = after.iter().find(|file| file.path.ends_with("hr/2026/people.csv")).expect("it is there");
    assert_eq!((&moved.asset, &moved.application), (&people.asset, &people.application));
    let fresh = after.iter().find(|file| file.path.ends_with("a/people.csv")).expect("it is there");
    assert_ne!(fresh.asset, people.asset);
    assert_ne!(fresh.application, people.application);
    assert_eq!(after.len(), 3);
    let tags = share.workspace.tags().expect("answers");
    assert_eq!((tags.len(), tags[0].answer.as_str()), (1, "accept"));
    share.scan(&["a"]);
    assert_eq!(share.workspace.files().expect("answers").len(), 3, "and it stays so");
}

#[test]
fn two_copies_that_moved_are_told_apart_by_name_and_a_changed_one_is_new() {
    let share = Share::new();
    share.write("a/one.csv", STORES);
    share.write("a/two.csv", STORES);
    share.scan(&["a"]);
    let asset = |name: &str| {
        let files = share.workspace.files().expect("answers");
        files.iter().find(|file| file.path.ends_with(name)).map(|file| file.asset.clone())
    };
    let (one, two) = (asset("one.csv"), asset("two.csv"));
    std::fs::rename(share.path("a/one.csv"), share.path("a/z/one.csv")).expect("moved");
    std::fs::rename(share.path("a/two.csv"), share.path("a/y/two.csv")).expect("moved");
    share.scan(&["a"]);
    assert_eq!((asset("z/one.csv"), asset("y/two.csv")), (one.clone(), two));
    std::fs::remove_file(share.path("a/z/one.csv")).expect("removed");
    share.write("a/w/one.csv", "StoreID,City\n14,Ulm\n27,Kiel\n31,Bonn\n44,Jena\n");
    share.scan(&["a"]);
    assert_ne!(asset("w/one.csv"), one);
}

#[test]
fn what_did_not_change_is_not_read_again() {
    let share = Share::new();
    share.write("a/stores.csv", STORES);
    share.write("a/letter.pdf", "%PDF-1.7 no workbook");
    share.scan(&["a"]);
    let first = share.workspace.files().expect("answers");
    let again = share.scan(&["a"]);
    // A file that is taken over from an earlier scan costs no reading time.
    assert!(again.files.iter().all(|file| file.ms == 0), "{:?}", again.files);
    let second = share.workspace.files().expect("answers");
    for (before, after) in first.iter().zip(&second) {
        assert_eq!((&before.asset, &before.facts, &before.state), (&after.asset, &after.facts, &after.state));
    }
}

#[test]
fn a_copy_on_another_share_joins_the_application_it_is_a_copy_of() {
    let share = Share::new();
    let rows: String = (1..=40).map(|n| format!("{n},Article {n},{}.50,box,{}\n", n * 3, n % 4)).collect();
    share.write("north/prices.csv", &format!("No,Article,Price,Unit,Shelf\n{rows}"));
    share.write("south/prices.csv", &format!("No,Article,Price,Unit,Shelf\n{rows}"));
    share.scan(&["north"]);
    share.scan(&["south"]);
    let files = share.workspace.files().expect("answers");
    assert_eq!(files.len(), 2);
    assert_eq!(files[0].application, files[1].application);
}

#[test]
fn a_relative_and_an_absolute_path_are_the_same_root() {
    let share = Share::new();
    share.write("a/stores.csv", STORES);
    share.scan(&["a"]);
    share.scan(&["./a"]);
    share.scan(&["a/"]);
    assert_eq!(share.workspace.files_ever().expect("answers").len(), 1);
    let roots: BTreeSet<String> = share.workspace.roots().expect("answers").into_iter().map(|root| root.root).collect();
    assert_eq!(roots.len(), 1, "{roots:?}");
}

#[test]
fn a_record_with_an_impossible_number_does_not_stop_the_store() {
    let share = Share::new();
    let file = share.path("usage.csv");
    std::fs::write(
        &file,
        "app,user,date,n\nstock,a,2026-06-01,-3\nstock,b,2026-06-01,99999999999\nstock,c,2026-06-01,2\n",
    )
    .expect("written");
    let kind = daylight::pipeline::RecordKind::Usage;
    let report = daylight::pipeline::import_records(&share.workspace, kind, &file, &[]).expect("imported");
    assert_eq!((report.rows, report.skipped.get("n is not a count")), (1, Some(&2)));
}

// ---- the samples ----

fn sample_workspace() -> &'static Workspace {
    static DONE: OnceLock<(TempDir, Workspace)> = OnceLock::new();
    let (_, workspace) = DONE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("temp");
        let workspace = open(folder.path());
        main_job(&workspace, &root().join("samples"), &Silent).expect("the main job ends");
        (folder, workspace)
    });
    workspace
}

fn of(id: &str, day: &str) -> Indicator {
    let report = kpis(sample_workspace(), Some(day)).expect("computed");
    report.kpis.into_iter().find(|kpi| kpi.id == id).unwrap_or_else(|| panic!("no {id}"))
}

fn term<'a>(kpi: &'a Indicator, name: &str) -> &'a str {
    kpi.terms.iter().find(|(known, _)| known.starts_with(name)).map_or("(no such term)", |(_, value)| value.as_str())
}

#[test]
fn k1_on_the_samples_is_what_owners_said_of_the_first_snapshot() {
    // May 2025 held eight applications: stock count, shift plan, price list, inventory, staff, phone payments, opening hours,
    // promo calendar. Since then three are controlled, the promo calendar is retired, four are as they were.
    let eliminated = of("K1a", "2026-11-18");
    assert_eq!((eliminated.value, eliminated.n), (Some(12.5), 8), "{:?}", eliminated.terms);
    assert_eq!(of("K1b", "2026-11-18").value, Some(37.5));
    let unmanaged: BTreeSet<String> = {
        let known: BTreeSet<String> = ["stock-count", "Bestand", "shift-plan", "price-list", "complaints-frontend"]
            .into_iter()
            .map(str::to_string)
            .collect();
        let files = sample_workspace().files().expect("answers").into_iter();
        let open = files.filter(|file| !file.application.is_empty());
        open.filter(|file| !known.iter().any(|name| file.path.contains(name.as_str())))
            .map(|file| file.application)
            .collect()
    };
    let net = ((1.0 - unmanaged.len() as f64 / 8.0) * 1000.0).round() / 10.0;
    assert_eq!(of("K1c", "2026-11-18").value, Some(net), "{unmanaged:?}");
    assert!(of("K1a", "2025-12-31").value.is_none(), "one snapshot says nothing of a change");
}

#[test]
fn k2_k3_k5_and_k6_on_the_samples_are_what_a_second_program_computed() {
    // Computed from the CSV files with another program: 72 open of 199, 28 done in July to September.
    let backlog = of("K2", "2026-10-31");
    assert_eq!((backlog.value, backlog.n), (Some(7.7), 72));
    assert_eq!(term(&backlog, "completed per month"), "9.3");
    // 16 of 24, 12 of 18, 14 of 30 and 0 of 6 people.
    let reach = of("K3", "2026-10-31");
    assert_eq!((reach.value, reach.n), (Some(53.8), 42));
    assert_eq!(term(&reach, "apps in production use"), "3");
    // 520 runs, 281 openings of the old files.
    assert_eq!(of("K3b", "2026-10-31").value, Some(64.9));
    let delivery = of("K5", "2026-10-31");
    assert!(delivery.value.is_none() && delivery.insufficient.is_some());
    assert_eq!(term(&delivery, "platform: days from request, median"), "55");
    assert_eq!(term(&delivery, "legacy: days from request, median"), "232.5");
    // Stock count and shift plan have three months on both sides: 1,669.80 before, 566.54 after.
    let cost = of("K6", "2026-10-31");
    assert_eq!((cost.value, cost.n), (Some(66.1), 2));
}

#[test]
fn k4_on_the_samples_is_the_median_of_three_apps_with_runs() {
    let workspace = sample_workspace();
    let health = of("K4", "2026-10-31");
    assert_eq!(health.n, 3, "stock count, shift plan and complaints: {:?}", health.insufficient);
    // Recomputed from the rows: (runs ok, runs failed or timed out) of 28 days, as counted by another program.
    let counts = [("stock-count", 91.0, 1.0), ("shift-plan", 93.0, 6.0), ("complaints", 89.0, 5.0)];
    let shown = health.value.expect("a score");
    assert!((0.0..=100.0).contains(&shown));
    for (app, ok, failed) in counts {
        let success: f64 = ok / (ok + failed);
        assert!(success > 0.9, "{app}");
    }
    assert_eq!(term(&health, "apps with runs"), "3");
    assert_eq!(term(&health, "runs in the window"), "296");
    let receipts = workspace.receipts().expect("answers");
    assert!(!receipts.is_empty());
}

#[test]
fn k7_and_k8_on_the_samples_count_what_is_there() {
    let workspace = sample_workspace();
    let tags = workspace.tags().expect("answers");
    let reviewed = of("K7", "2026-11-18");
    let decided = tags.iter().filter(|tag| !tag.answer.is_empty()).count();
    assert_eq!(reviewed.n, tags.len() as u64);
    assert_eq!(reviewed.value, Some((decided as f64 / tags.len() as f64 * 1000.0).round() / 10.0));
    let coverage: Vec<_> =
        workspace.current_applications().expect("answers").into_iter().map(|row| row.coverage).collect();
    let statements: u64 = coverage.iter().map(|one| one.statements).sum();
    let manual: u64 = coverage.iter().map(|one| one.manual).sum();
    let converted = of("K8", "2026-11-18");
    assert_eq!(converted.n, statements);
    assert_eq!(converted.value, Some(((statements - manual) as f64 / statements as f64 * 1000.0).round() / 10.0));
    let receipts: Vec<_> =
        workspace.receipts().expect("answers").into_iter().filter(|receipt| receipt.level != "self").collect();
    let equal = receipts.iter().filter(|receipt| receipt.equal).count();
    let proved = of("K8b", "2026-11-18");
    assert_eq!(proved.n, receipts.len() as u64);
    assert_eq!(proved.value, Some((equal as f64 / receipts.len() as f64 * 1000.0).round() / 10.0));
}

#[test]
fn the_review_queue_holds_each_field_once_also_after_rescans() {
    let folder = tempfile::tempdir().expect("temp");
    let workspace = open(folder.path());
    let estate = root().join("samples/estate/2026-11/office");
    for _ in 0..3 {
        scan(&workspace, std::slice::from_ref(&estate), &ScanOptions::default(), &Silent).expect("it scans");
        let tags = workspace.tags().expect("answers");
        let distinct: BTreeSet<(&str, &str)> =
            tags.iter().map(|tag| (tag.application.as_str(), tag.field.as_str())).collect();
        assert!(tags.len() > 10 && distinct.len() == tags.len(), "{} rows, {} fields", tags.len(), distinct.len());
    }
    let first = workspace.files().expect("answers").len();
    assert_eq!(first, workspace.files_ever().expect("answers").len());
}

#[test]
fn pages_and_menu_count_the_same_files() {
    let workspace = sample_workspace();
    let (now, ever) = (workspace.files().expect("answers"), workspace.files_ever().expect("answers"));
    assert_eq!(now, workspace.current_files().expect("answers"));
    // Two files of 2025 are gone.
    assert_eq!(ever.len(), now.len() + 2);
    let gone: Vec<_> = ever.iter().filter(|file| file.presence == Presence::Absent).collect();
    assert!(gone.iter().all(|file| file.path.contains("promo-calendar") || file.path.contains("shift-plan-031")));
}
