//! The projection: every record counts once, what cannot be opened is set aside and built anew, tenants do not see each
//! other, and nothing outside of it can be read through it.

use std::path::Path;

use daylight::base::TenantId;
use daylight::store::{LedgerRow, Question, Store, StoreError};
use serde_json::{Value, json};

const EVENTS: Question = Question {
    name: "test events",
    sql: "SELECT e.seq, e.actor, e.event FROM event e JOIN me USING (tenant_id) ORDER BY e.seq",
};
const RUNS: Question = Question {
    name: "test runs",
    sql: "SELECT r.seq, r.application, r.status, r.ms FROM run r JOIN me USING (tenant_id) ORDER BY r.seq",
};
const BACKLOG: Question = Question {
    name: "test backlog",
    sql: "SELECT b.item, b.status FROM backlog b JOIN me USING (tenant_id) ORDER BY b.item",
};

fn tenant(name: &str) -> TenantId {
    TenantId::try_from(name.to_string()).expect("a tenant id")
}

fn row(seq: u64, event: &str, data: &Value) -> LedgerRow {
    LedgerRow {
        seq,
        time: String::from("2026-05-31T12:00:00.000Z"),
        actor: String::from("system"),
        event: event.to_string(),
        data: data.to_string(),
    }
}

fn run(seq: u64) -> LedgerRow {
    let data = json!({
        "run": format!("run-{seq}"), "application": "stock", "workflow": "Reorder.Main", "status": "ok", "ms": 2.5, "steps": 3,
        "memoryBytes": 65_536, "error": null, "detail": { "purpose": "run" },
    });
    row(seq, "run.finished", &data)
}

fn backlog(seq: u64, items: &[&str]) -> LedgerRow {
    let rows: Vec<Value> =
        items.iter().map(|item| json!({ "item": item, "created": "2026-01-02", "status": "open" })).collect();
    row(seq, "records.imported", &json!({ "kind": "backlog", "file": "b.csv", "rows": rows }))
}

fn ask(store: &Store, tenant: &TenantId, question: Question) -> Vec<Value> {
    store.scope(tenant).ask(question, &Value::Null).expect("the question is answered")
}

fn open(path: &Path) -> (Store, Option<String>) {
    let opened = Store::open(path).expect("the projection opens");
    (opened.store, opened.set_aside)
}

#[test]
fn a_record_applied_twice_counts_once() {
    let (store, local) = (Store::in_memory().expect("opens"), tenant("local"));
    store.apply(&local, &[run(1), run(2)]).expect("applies");
    store.apply(&local, &[run(1), run(2), run(3)]).expect("applies");
    store.apply(&local, &[run(2)]).expect("applies");
    assert_eq!(store.applied(&local).expect("answers"), 3);
    let seqs: Vec<u64> = ask(&store, &local, RUNS).iter().filter_map(|run| run["seq"].as_u64()).collect();
    assert_eq!(seqs, [1, 2, 3]);
    assert_eq!(ask(&store, &local, EVENTS).len(), 3);
}

#[test]
fn a_kept_answer_is_forgotten_with_the_next_record_and_never_another_tenants() {
    let (store, local, other) = (Store::in_memory().expect("opens"), tenant("local"), tenant("other"));
    let by = |argument: &str| {
        let one = Question {
            name: "test runs of an application",
            sql: "SELECT r.seq FROM run r JOIN me USING (tenant_id) WHERE r.application = me.argument->>'application'",
        };
        let rows: Vec<Value> = store.scope(&local).ask(one, &json!({ "application": argument })).expect("answers");
        rows.len()
    };
    assert_eq!((ask(&store, &local, RUNS).len(), by("stock"), store.revision()), (0, 0, 0));
    store.apply(&local, &[run(1)]).expect("applies");
    assert_eq!((ask(&store, &local, RUNS).len(), by("stock"), by("other"), store.revision()), (1, 1, 0, 1));
    assert_eq!((ask(&store, &local, RUNS).len(), ask(&store, &other, RUNS).len()), (1, 0));
    store.apply(&other, &[run(1), run(2)]).expect("applies");
    assert_eq!((ask(&store, &local, RUNS).len(), ask(&store, &other, RUNS).len()), (1, 2));
}

#[test]
fn records_give_the_same_rows_however_they_arrive() {
    let local = tenant("local");
    // More than one batch of 500, in one go and in uneven parts.
    let records: Vec<LedgerRow> = (1..=1201).map(run).collect();
    let whole = Store::in_memory().expect("opens");
    whole.apply(&local, &records).expect("applies");
    let parts = Store::in_memory().expect("opens");
    for part in [&records[..1], &records[1..499], &records[499..501], &records[501..]] {
        parts.apply(&local, part).expect("applies");
    }
    let rows = ask(&whole, &local, RUNS);
    assert_eq!(rows.len(), 1201);
    assert_eq!(rows, ask(&parts, &local, RUNS));
}

#[test]
fn rows_survive_reopening() {
    let folder = tempfile::tempdir().expect("temp");
    let (path, local) = (folder.path().join("projection.duckdb"), tenant("local"));
    let (store, set_aside) = open(&path);
    assert_eq!(set_aside, None);
    store.apply(&local, &[run(1), run(2)]).expect("applies");
    drop(store);
    let (store, set_aside) = open(&path);
    assert_eq!(set_aside, None);
    assert_eq!(store.applied(&local).expect("answers"), 2);
    assert_eq!(ask(&store, &local, RUNS).len(), 2);
}

#[test]
fn an_unreadable_projection_is_set_aside_and_built_anew() {
    let folder = tempfile::tempdir().expect("temp");
    let (path, local) = (folder.path().join("projection.duckdb"), tenant("local"));
    let (store, _) = open(&path);
    store.apply(&local, &[run(1)]).expect("applies");
    drop(store);
    let garbage = b"this was a database once".repeat(512);
    std::fs::write(&path, &garbage).expect("writes");
    let (store, set_aside) = open(&path);
    assert!(set_aside.is_some_and(|reason| !reason.is_empty()), "it must say why");
    let kept = std::fs::read(folder.path().join("projection.duckdb.unreadable")).expect("the old file is kept");
    assert_eq!(kept, garbage);
    assert_eq!(store.applied(&local).expect("answers"), 0, "everything has to be applied again");
    store.apply(&local, &[run(1), run(2)]).expect("applies");
    assert_eq!(ask(&store, &local, RUNS).len(), 2);
}

#[test]
fn tenants_do_not_see_each_other() {
    let store = Store::in_memory().expect("opens");
    let (a, b) = (tenant("a"), tenant("b"));
    store.apply(&a, &[run(1), run(2), backlog(3, &["A-1"])]).expect("applies");
    store.apply(&b, &[run(1), backlog(2, &["B-1", "B-2"])]).expect("applies");
    assert_eq!(store.applied(&a).expect("answers"), 3);
    assert_eq!(store.applied(&b).expect("answers"), 2);
    assert_eq!((ask(&store, &a, RUNS).len(), ask(&store, &b, RUNS).len()), (2, 1));
    let items = |tenant| ask(&store, tenant, BACKLOG).iter().map(|row| row["item"].to_string()).collect::<String>();
    assert_eq!(items(&a), "\"A-1\"");
    assert_eq!(items(&b), "\"B-1\"\"B-2\"");
    assert!(ask(&store, &tenant("c"), EVENTS).is_empty());
}

#[test]
fn a_tenant_id_is_checked_where_it_enters() {
    let too_long = "x".repeat(64);
    for text in ["", "A", "a b", "a/b", "../a", "a'--", "é", too_long.as_str()] {
        assert!(TenantId::try_from(text.to_string()).is_err(), "{text:?}");
    }
}

#[test]
fn an_import_replaces_the_earlier_one_of_its_kind_for_its_tenant_only() {
    let store = Store::in_memory().expect("opens");
    let (a, b) = (tenant("a"), tenant("b"));
    store.apply(&a, &[backlog(1, &["A-1", "A-2"])]).expect("applies");
    store.apply(&b, &[backlog(1, &["B-1"])]).expect("applies");
    store.apply(&a, &[backlog(2, &["A-3"])]).expect("applies");
    let left: Vec<Value> = ask(&store, &a, BACKLOG).into_iter().map(|row| row["item"].clone()).collect();
    assert_eq!(left, [json!("A-3")]);
    assert_eq!(ask(&store, &b, BACKLOG).len(), 1);
}

#[test]
fn an_import_of_hundreds_of_thousands_of_records_fits() {
    let (store, local) = (Store::in_memory().expect("opens"), tenant("local"));
    let names: Vec<String> = (0..300_000).map(|n| format!("OPS-{n:06}")).collect();
    let items: Vec<&str> = names.iter().map(String::as_str).collect();
    store.apply(&local, &[backlog(1, &items)]).expect("applies");
    let count = Question {
        name: "test size of the backlog",
        sql: "SELECT count(*) AS n, max(b.item) AS last FROM backlog b JOIN me USING (tenant_id)",
    };
    assert_eq!(ask(&store, &local, count), [json!({ "n": 300_000, "last": "OPS-299999" })]);
}

#[test]
fn two_imports_of_a_kind_in_one_batch_leave_the_last() {
    let (store, local) = (Store::in_memory().expect("opens"), tenant("local"));
    store.apply(&local, &[backlog(1, &["A-1"]), backlog(2, &["A-2"])]).expect("applies");
    let left: Vec<Value> = ask(&store, &local, BACKLOG).into_iter().map(|row| row["item"].clone()).collect();
    assert_eq!(left, [json!("A-2")]);
}

#[test]
fn a_batch_that_cannot_be_applied_leaves_nothing_behind() {
    let (store, local) = (Store::in_memory().expect("opens"), tenant("local"));
    store.apply(&local, &[run(1)]).expect("applies");
    let broken = LedgerRow { data: String::from("{not json"), ..run(3) };
    let refused = store.apply(&local, &[run(2), broken]);
    assert!(matches!(refused, Err(StoreError::Apply { seq: 3, .. })), "{refused:?}");
    assert_eq!(store.applied(&local).expect("answers"), 1);
    assert_eq!(ask(&store, &local, EVENTS).len(), 1);
    store.apply(&local, &[run(2), run(3)]).expect("applies");
    assert_eq!(ask(&store, &local, RUNS).len(), 3);
}

#[test]
fn no_question_reaches_a_file_or_another_database() {
    let folder = tempfile::tempdir().expect("temp");
    let secret = folder.path().join("secret.csv");
    std::fs::write(&secret, "word\nhunter2\n").expect("writes");
    let (store, _) = open(&folder.path().join("projection.duckdb"));
    let path = secret.display();
    let questions = [
        format!("SELECT content FROM read_text('{path}')"),
        format!("SELECT * FROM read_csv('{path}')"),
        format!("SELECT * FROM '{path}'"),
        format!("SELECT * FROM glob('{}/*')", folder.path().display()),
        format!("SELECT * FROM read_blob('{path}')"),
        String::from("SELECT * FROM read_csv('https://example.com/a.csv')"),
    ];
    for sql in questions {
        // A question's text is a constant of the program; the test stands in for one that was written by mistake.
        let question = Question { name: "outside", sql: Box::leak(sql.into_boxed_str()) };
        let answer: Result<Vec<Value>, StoreError> = store.scope(&tenant("local")).ask(question, &Value::Null);
        assert!(matches!(answer, Err(StoreError::Ask { .. })), "{}: {answer:?}", question.sql);
    }
}

#[test]
fn an_answer_of_another_shape_is_an_error_and_no_guess() {
    #[derive(Debug, serde::Deserialize)]
    struct Wanted {
        #[allow(dead_code, reason = "only its absence in the answer is looked at")]
        missing: String,
    }
    let (store, local) = (Store::in_memory().expect("opens"), tenant("local"));
    store.apply(&local, &[run(1)]).expect("applies");
    let answer: Result<Vec<Wanted>, StoreError> = store.scope(&local).ask(RUNS, &Value::Null);
    assert!(matches!(answer, Err(StoreError::Shape { .. })), "{answer:?}");
}
