//! The ledger keeps what it acknowledged, names what was tampered with, and belongs to one process.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use daylight::base::FixedClock;
use daylight::ledger::{
    Event, FileLedger, GENESIS, Ledger, LedgerError, Objects, SealedOriginals, TenantKeys, hash_line, verify_folder,
};
use proptest::prelude::*;
use serde_json::json;

const MOMENT: u64 = 1_790_000_000_000;

fn open(folder: &Path) -> FileLedger {
    FileLedger::open(folder, Arc::new(FixedClock(MOMENT))).expect("the ledger opens")
}

fn event(n: u64) -> Event {
    Event { actor: String::from("system"), event: String::from("test.happened"), data: json!({ "n": n }) }
}

fn filled(folder: &Path, count: u64) {
    let mut ledger = open(folder);
    for n in 1..=count {
        ledger.append(&[event(n)]).expect("appends");
    }
}

fn segment(folder: &Path) -> std::path::PathBuf {
    folder.join("000001.jsonl")
}

#[test]
fn numbers_continue_after_reopening() {
    let folder = tempfile::tempdir().expect("temp");
    filled(folder.path(), 3);
    let mut ledger = open(folder.path());
    let recorded = ledger.append(&[event(4), event(5)]).expect("appends");
    assert_eq!(recorded.iter().map(|record| record.seq).collect::<Vec<_>>(), [4, 5]);
    let seen: Vec<u64> = ledger.records_after(2).expect("reads").iter().map(|record| record.seq).collect();
    assert_eq!(seen, [3, 4, 5]);
}

#[test]
fn each_line_names_the_sha256_of_the_line_before() {
    let folder = tempfile::tempdir().expect("temp");
    filled(folder.path(), 3);
    let text = fs::read_to_string(segment(folder.path())).expect("reads");
    let mut expected = GENESIS.to_string();
    for line in text.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("json");
        assert_eq!(record["prev"], expected.as_str());
        expected = hash_line(line.as_bytes());
    }
    assert_eq!(verify_folder(folder.path()).expect("verifies").head, expected);
}

#[test]
fn a_torn_tail_is_cut_and_reported() {
    let folder = tempfile::tempdir().expect("temp");
    filled(folder.path(), 2);
    let whole = fs::read(segment(folder.path())).expect("reads");
    let mut torn = whole.clone();
    torn.extend_from_slice(b"{\"seq\":3,\"time\":\"20");
    fs::write(segment(folder.path()), &torn).expect("writes");
    assert_eq!(verify_folder(folder.path()).expect("verifies").torn_bytes, 19);
    let ledger = open(folder.path());
    assert_eq!(ledger.opening().torn_bytes, 19);
    assert_eq!(ledger.last_seq(), 2);
    assert_eq!(fs::read(segment(folder.path())).expect("reads"), whole);
}

#[test]
fn a_second_process_on_the_folder_is_refused() {
    let folder = tempfile::tempdir().expect("temp");
    let _first = open(folder.path());
    let second = FileLedger::open(folder.path(), Arc::new(FixedClock(MOMENT)));
    assert!(matches!(second, Err(LedgerError::InUse { .. })));
}

#[test]
fn deleted_and_reordered_lines_are_named() {
    let folder = tempfile::tempdir().expect("temp");
    filled(folder.path(), 4);
    let text = fs::read_to_string(segment(folder.path())).expect("reads");
    let lines: Vec<&str> = text.lines().collect();
    let without_second = format!("{}\n{}\n{}\n", lines[0], lines[2], lines[3]);
    let reordered = format!("{}\n{}\n{}\n{}\n", lines[0], lines[2], lines[1], lines[3]);
    for changed in [without_second, reordered] {
        fs::write(segment(folder.path()), changed).expect("writes");
        let found = verify_folder(folder.path()).expect("verifies");
        assert_eq!(found.broken.map(|at| at.seq), Some(2));
        let opened = FileLedger::open(folder.path(), Arc::new(FixedClock(MOMENT)));
        assert!(matches!(opened, Err(LedgerError::Broken { seq: 2, .. })));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_flipped_bit_is_named_by_its_record(at in 0usize..1000, bit in 0u8..8) {
        let folder = tempfile::tempdir().expect("temp");
        filled(folder.path(), 6);
        let mut bytes = fs::read(segment(folder.path())).expect("reads");
        // The last line has no successor that vouches for it; its own form and number are all there is to check.
        let last_start = bytes[..bytes.len() - 1].iter().rposition(|b| *b == b'\n').expect("lines") + 1;
        let at = at % last_start;
        let line_of_flip = bytes[..at].iter().filter(|b| **b == b'\n').count() as u64 + 1;
        bytes[at] ^= 1 << bit;
        fs::write(segment(folder.path()), &bytes).expect("writes");
        let broken = verify_folder(folder.path()).expect("verifies").broken.expect("a break");
        // In the last line but one, nobody vouches for the line that names another hash: either may be the changed one.
        prop_assert_eq!(broken.seq, line_of_flip);
    }

    #[test]
    fn objects_come_back_whole_and_equal_ones_are_kept_once(content in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let folder = tempfile::tempdir().expect("temp");
        let keys = TenantKeys::open(&folder.path().join("keys")).expect("keys");
        let objects = Objects::open(&folder.path().join("objects"), keys).expect("objects");
        let id = objects.put(&content).expect("puts");
        prop_assert_eq!(objects.put(&content).expect("puts"), id.clone());
        prop_assert_eq!(objects.get(&id).expect("gets"), content);
    }
}

#[test]
fn the_same_content_put_by_many_at_once_is_kept_by_all() {
    let folder = tempfile::tempdir().expect("temp");
    let keys = TenantKeys::open(&folder.path().join("keys")).expect("keys");
    let objects = Objects::open(&folder.path().join("objects"), keys).expect("objects");
    for round in 0..20u8 {
        let content = vec![round; 100_000];
        std::thread::scope(|threads| {
            let all: Vec<_> =
                (0..8).map(|_| threads.spawn(|| objects.put(&content).map(|id| objects.get(&id)))).collect();
            for one in all {
                let got = one.join().expect("no panic").expect("it is kept").expect("it is whole");
                assert_eq!(got, content);
            }
        });
    }
}

#[test]
fn two_tenants_name_the_same_content_differently() {
    let folder = tempfile::tempdir().expect("temp");
    let name = |tenant: &str| TenantKeys::open(&folder.path().join(tenant)).expect("keys").name_of(b"same");
    assert_ne!(name("a"), name("b"));
    assert_eq!(name("a"), name("a"));
}

#[test]
fn erasing_an_original_destroys_it_and_its_clear_text_was_never_on_disk() {
    let folder = tempfile::tempdir().expect("temp");
    let originals = SealedOriginals::open(folder.path()).expect("opens");
    let id = originals.seal(b"canary-4111111111111111").expect("seals");
    assert_eq!(originals.open_original(&id).expect("opens"), b"canary-4111111111111111");
    let kept = fs::read(folder.path().join("contents").join(&id.0)).expect("reads");
    assert!(!kept.windows(6).any(|window| window == b"canary"));
    originals.erase(&id).expect("erases");
    originals.erase(&id).expect("erasing twice is no error");
    assert!(matches!(originals.open_original(&id), Err(LedgerError::Missing { .. })));
}

#[test]
fn an_object_changed_on_disk_is_not_served() {
    let folder = tempfile::tempdir().expect("temp");
    let keys = TenantKeys::open(&folder.path().join("keys")).expect("keys");
    let objects = Objects::open(&folder.path().join("objects"), keys).expect("objects");
    let id = objects.put(b"a model").expect("puts");
    let path = folder.path().join("objects").join(&id.0[..2]).join(&id.0);
    let mut packed = fs::read(&path).expect("reads");
    let last = packed.len() - 1;
    packed[last] ^= 1;
    fs::write(&path, packed).expect("writes");
    assert!(matches!(objects.get(&id), Err(LedgerError::Corrupt { .. })));
}
