//! The service over HTTP as a browser without JavaScript uses it: uploads with folders, live progress as server-sent events,
//! decisions that can be taken back, and an estate that an upload adds to and never replaces.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use daylight::base::FixedClock;
use daylight::pipeline::{
    Answer, Change, Jobs, Progress, ReaderCommand, ScanOptions, ScannedFile, Silent, Upload, Workspace, decide, scan,
};

/// 18 November 2026, 12:00 UTC.
const NOW: u64 = 1_795_003_200_000;
/// Time after which a job that does not end counts as hanging.
const PATIENCE: Duration = Duration::from_secs(120);

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_daylight"))
}

fn open(folder: &Path) -> Workspace {
    Workspace::open(folder, Arc::new(FixedClock(NOW)), ReaderCommand::of(program())).expect("the workspace opens")
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join(name), text).expect("the file is written");
}

// ---- the service ----

/// A service of its own over an empty store; it ends with the test.
struct Service {
    child: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answered {
    status: u16,
    head: String,
    body: String,
}

impl Answered {
    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
        line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
    }
}

fn service() -> Service {
    let folder = tempfile::tempdir().expect("temp");
    let mut child = Command::new(program())
        .arg("--data")
        .arg(folder.path().join("store"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let output = child.stdout.take().expect("piped");
    let link = BufReader::new(output).lines().map_while(Result::ok).find(|line| line.contains("http://"));
    let link = link.expect("it says where it listens");
    let rest = link.split_once("http://").expect("a link").1;
    let address = rest.split('/').next().expect("an address").to_string();
    Service { child, address, _folder: folder }
}

impl Service {
    fn ask(&self, method: &str, path: &str, more: &str, body: &[u8]) -> Answered {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n{more}\r\n",
            self.address
        );
        stream.write_all(head.as_bytes()).expect("it takes the request");
        stream.write_all(body).expect("it takes the body");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("it answers");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").expect("head and body");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Answered { status, head: head.to_string(), body: body.to_string() }
    }

    fn get(&self, path: &str) -> Answered {
        self.ask("GET", path, "", &[])
    }

    /// Uploads files by their names, as a browser's form does; gives the address of the job.
    fn upload(&self, files: &[(&str, &[u8])]) -> Answered {
        let mut body = Vec::new();
        for (name, bytes) in files {
            let head = format!(
                "--cut\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--cut--\r\n");
        self.ask("POST", "/import", "Content-Type: multipart/form-data; boundary=cut\r\n", &body)
    }

    /// Follows the events of a job to its end: the (id, event, data) of each.
    fn follow(&self, job: &str) -> Vec<(u64, String, String)> {
        let id = job.rsplit('/').next().expect("a number");
        let mut seen: u64 = 0;
        let mut events = Vec::new();
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let answer = self.ask("GET", &format!("/jobs/events?job={id}"), &format!("Last-Event-ID: {seen}\r\n"), &[]);
            assert_eq!(answer.status, 200);
            assert!(answer.header("content-type").starts_with("text/event-stream"), "{}", answer.head);
            assert_eq!(answer.header("cache-control"), "no-store");
            assert!(answer.body.starts_with("retry: "), "{}", answer.body);
            let field = |name: &str| -> Vec<&str> {
                answer.body.lines().filter_map(|line| line.strip_prefix(name)).map(|value| value.trim_start()).collect()
            };
            let Some(number) = field("id:").first().and_then(|value| value.parse().ok()) else { continue };
            let event = field("event:").first().map_or("", |value| value).to_string();
            seen = number;
            events.push((number, event.clone(), field("data:").join("\n")));
            if event == "done" {
                return events;
            }
        }
        panic!("the job did not end: {events:?}");
    }
}

const STORES: &[u8] = b"StoreID,City\n14,Ulm\n27,Kiel\n31,Bonn\n";
const PEOPLE: &[u8] =
    b"No,Email\n1,a.one@example.com\n2,b.two@example.com\n3,c.three@example.com\n4,d.four@example.com\n5,e.five@example.com\n";

#[test]
fn an_upload_of_files_and_folders_is_followed_event_by_event_to_its_end() {
    let service = service();
    let sent = service.upload(&[
        ("stores.csv", STORES),
        ("share/north/people.csv", PEOPLE),
        ("../../outside.csv", b"A,B\n1,2\n"),
        ("broken.xlsx", b"PK\x03\x04 no zip at all"),
    ]);
    assert_eq!(sent.status, 303, "{}", sent.body);
    let job = sent.header("location").to_string();
    let events = service.follow(&job);
    let numbers: Vec<u64> = events.iter().map(|(number, _, _)| *number).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    let (_, last, data) = events.last().expect("at least one");
    assert_eq!(last, "done");
    for shown in ["4 of 4 files", "stores.csv", "uploads/share/north/", "people.csv", "outside.csv", "broken.xlsx"] {
        assert!(data.contains(shown), "{shown} is missing in {data}");
    }
    assert!(!data.contains("incoming"), "the place of the clear copy is nobody's business");
    let reloaded = service.get(&job);
    assert!(reloaded.body.contains("4 of 4 files"), "the page itself shows the same");
    let estate = service.get("/files.json").body;
    assert!(estate.contains("\"uploads/stores.csv\"") && !estate.contains("incoming"), "{estate}");
    assert!(estate.contains("\"uploads/outside.csv\""), "a way up is not followed: {estate}");
}

#[test]
fn an_event_stream_waits_for_news_and_a_plain_poll_shows_the_same() {
    let service = service();
    let job = service.upload(&[("stores.csv", STORES)]).header("location").to_string();
    let events = service.follow(&job);
    let (_, _, data) = events.last().expect("the end");
    let id = job.rsplit('/').next().expect("a number");
    let plain = service.get(&format!("/jobs/fragment?job={id}"));
    assert_eq!(plain.header("x-running"), "no");
    let lines = |text: &str| text.lines().map(str::to_string).collect::<Vec<_>>();
    assert_eq!(lines(&plain.body), lines(data));
    assert_eq!(service.get("/jobs/events?job=99").status, 404);
}

#[test]
fn a_form_without_a_file_or_with_a_folder_that_is_not_there_says_so_and_starts_nothing() {
    let service = service();
    let none = service.upload(&[("", b"")]);
    assert_eq!(none.status, 303);
    assert!(none.header("location").starts_with("/import?message=No%20file"), "{}", none.head);
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let missing = service.ask("POST", "/scan", form, b"path=%2Fno%2Fsuch%2Ffolder");
    assert!(missing.header("location").contains("does%20not%20exist"), "{}", missing.head);
    assert!(service.get("/import").body.contains("Nothing was scanned yet."));
}

#[test]
fn a_decision_made_in_the_browser_can_be_taken_back_and_both_stand_in_the_trail() {
    let service = service();
    let job = service.upload(&[("people.csv", PEOPLE)]).header("location").to_string();
    service.follow(&job);
    let page = service.get("/review").body;
    assert!(page.contains("1 of 1 proposals wait"), "{page}");
    let field = |name: &str| {
        let start = page.find(&format!("name=\"{name}\" value=\"")).expect("the form holds it");
        let value = &page[start + format!("name=\"{name}\" value=\"").len()..];
        value[..value.find('"').expect("its end")].replace(' ', "%20")
    };
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let send = |answer: &str, more: &str| {
        let body =
            format!("application={}&field={}&answer={answer}&actor=Ada&{more}", field("application"), field("field"));
        service.ask("POST", "/review", form, body.as_bytes())
    };
    let accepted = send("accept", "");
    assert!(accepted.header("location").contains("done="), "{}", accepted.head);
    assert!(service.get("/review").body.contains("Every proposal is decided."));
    let nameless = service.ask("POST", "/review", form, b"application=a&field=b&answer=accept&actor=%20");
    assert_eq!(nameless.status, 400);
    send("undo", "");
    let again = service.get("/review").body;
    assert!(again.contains("1 of 1 proposals wait"), "it is open again");
    assert!(again.contains("<b>accepted</b> by Ada") && again.contains("<b>taken back</b> by Ada"), "{again}");
    let audit = service.get("/audit?event=tag.decided").body;
    assert!(audit.contains("· accept") && audit.contains("· undo"), "{audit}");
    let batch = format!("actor=Ada&item={}:{}", field("application"), field("field"));
    let all = service.ask("POST", "/review/batch", form, batch.as_bytes());
    assert!(all.header("location").contains("1%20proposals%20accepted"), "{}", all.head);
}

#[test]
fn every_page_of_an_empty_store_says_what_it_needs() {
    let service = service();
    for path in [
        "/", "/files", "/import", "/apps", "/models", "/macros", "/runs", "/review", "/policy", "/audit", "/changes",
        "/search",
    ] {
        let page = service.get(path);
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.body.matches("<h1").count(), 1, "{path}");
        assert!(page.header("content-security-policy").contains("default-src 'none'"), "{path}");
    }
    assert!(service.get("/").body.contains("No scan yet."));
    assert!(service.get("/changes").body.contains("Nothing to compare yet."));
}

// ---- what the pages ask ----

/// Asks a scan of one worker to stop before its third file: the worker asks once before each.
#[derive(Default)]
struct StopsAtThird(AtomicUsize);

impl Progress for StopsAtThird {
    fn stage(&self, _: &str, _: usize) {}
    fn file(&self, _: &ScannedFile) {}
    fn cancelled(&self) -> bool {
        self.0.fetch_add(1, Ordering::SeqCst) >= 2
    }
}

fn names(workspace: &Workspace) -> Vec<String> {
    let files = workspace.current_files().expect("answers");
    files.iter().map(|file| file.path.rsplit('/').next().unwrap_or("").to_string()).collect()
}

#[test]
fn a_look_at_one_folder_or_an_upload_leaves_the_rest_of_the_estate_in_place() {
    let folder = tempfile::tempdir().expect("temp");
    let workspace = Arc::new(open(&folder.path().join("store")));
    let (north, south) = (folder.path().join("north"), folder.path().join("south"));
    write(&north, "stores.csv", "StoreID,City\n14,Ulm\n27,Kiel\n");
    write(&south, "visits.csv", "VisitID,Guests\n1,12\n2,7\n");
    let options = ScanOptions::default();
    scan(&workspace, std::slice::from_ref(&north), &options, &Silent).expect("it scans");
    scan(&workspace, std::slice::from_ref(&south), &options, &Silent).expect("it scans");
    assert_eq!(names(&workspace), ["stores.csv", "visits.csv"]);

    let mut upload = Upload::begin(&workspace).expect("it begins");
    upload.next_file("deep/../people.csv").expect("a file");
    upload.write(PEOPLE).expect("its bytes");
    let incoming = upload.seal(&workspace).expect("it is sealed");
    let jobs = Jobs::default();
    let id = jobs.start_upload(Arc::clone(&workspace), incoming.clone());
    let begun = Instant::now();
    while jobs.get(id).is_some_and(|job| job.snapshot.is_none() && job.error.is_none()) && begun.elapsed() < PATIENCE {
        std::thread::yield_now();
    }
    let job = jobs.get(id).expect("it is listed");
    assert_eq!((job.roots.as_slice(), job.error.as_deref()), ([String::from("uploads")].as_slice(), None));
    assert_eq!(job.files[0].path, "uploads/deep/people.csv");
    assert!(job.reading.is_empty() && job.version == jobs.version());
    assert_eq!(names(&workspace), ["stores.csv", "visits.csv", "people.csv"]);
    assert_eq!(workspace.share_snapshots().expect("answers").len(), 2, "an upload is no look at the estate");
    assert_eq!(workspace.status_history().expect("answers").len(), 2);

    std::fs::remove_file(south.join("visits.csv")).expect("it goes");
    scan(&workspace, &[south], &options, &Silent).expect("it scans");
    assert_eq!(names(&workspace), ["stores.csv", "people.csv"], "gone is gone, in its own folder only");
}

#[test]
fn a_cancelled_scan_calls_nothing_gone() {
    let folder = tempfile::tempdir().expect("temp");
    let workspace = open(&folder.path().join("store"));
    let share = folder.path().join("share");
    for n in 0..6 {
        write(&share, &format!("stores-{n}.csv"), &format!("StoreID,City\n{n},Ulm\n"));
    }
    scan(&workspace, std::slice::from_ref(&share), &ScanOptions::default(), &Silent).expect("it scans");
    let one = ScanOptions { jobs: Some(1), ..ScanOptions::default() };
    let report = scan(&workspace, std::slice::from_ref(&share), &one, &StopsAtThird::default()).expect("it ends");
    assert_eq!(report.files.len(), 2, "it was stopped");
    assert_eq!(workspace.current_files().expect("answers").len(), 6);
    let changes = workspace.changes(None, None).expect("answers").expect("two snapshots");
    assert!(changes.files.iter().all(|file| matches!(file.change, Change::Same | Change::Unknown)), "{changes:?}");
    assert!(changes.gone_applications.is_empty());
}

#[test]
fn changes_name_what_is_new_gone_changed_and_the_same() {
    let folder = tempfile::tempdir().expect("temp");
    let workspace = open(&folder.path().join("store"));
    let share = folder.path().join("share");
    assert!(workspace.changes(None, None).expect("answers").is_none());
    for (name, text) in [("a.csv", "A,B\n1,2\n"), ("b.csv", "C,D\n1,2\n"), ("c.csv", "E,F\n1,2\n")] {
        write(&share, name, text);
    }
    scan(&workspace, std::slice::from_ref(&share), &ScanOptions::default(), &Silent).expect("it scans");
    std::fs::remove_file(share.join("a.csv")).expect("it goes");
    write(&share, "b.csv", "C,D\n1,2\n3,4\n");
    write(&share, "d.csv", "G,H\n1,2\n");
    scan(&workspace, std::slice::from_ref(&share), &ScanOptions::default(), &Silent).expect("it scans");
    let changes = workspace.changes(None, None).expect("answers").expect("two snapshots");
    let found: Vec<(Change, &str)> = changes
        .files
        .iter()
        .map(|file| {
            let path = &file.after.as_ref().or(file.before.as_ref()).expect("one side").path;
            (file.change, path.rsplit('/').next().unwrap_or(""))
        })
        .collect();
    let wanted = [(Change::New, "d.csv"), (Change::Gone, "a.csv"), (Change::Changed, "b.csv"), (Change::Same, "c.csv")];
    assert_eq!(found, wanted);
    assert_eq!((changes.from.snapshot, changes.to.snapshot), (1, 2));
    assert_eq!((changes.new_applications.len(), changes.gone_applications.len()), (1, 1));
}

#[test]
fn a_decision_is_taken_back_once_and_never_forgotten() {
    let folder = tempfile::tempdir().expect("temp");
    let workspace = open(&folder.path().join("store"));
    let share = folder.path().join("share");
    write(&share, "people.csv", std::str::from_utf8(PEOPLE).expect("text"));
    scan(&workspace, &[share], &ScanOptions::default(), &Silent).expect("it scans");
    let tag = workspace.tags().expect("answers").into_iter().next().expect("the addresses were found");
    let give = |answer, reason: &str| decide(&workspace, "Ada", &tag.application, &tag.field, answer, &[], reason);
    give(Answer::Undo, "").expect_err("nothing is decided yet");
    give(Answer::Reject, "role mailboxes").expect("it is recorded");
    give(Answer::Undo, "they are people").expect("it is taken back");
    give(Answer::Undo, "").expect_err("it is open already");
    let now = workspace.tags().expect("answers").into_iter().next().expect("it is listed");
    assert_eq!((now.answer.as_str(), now.decided_tags), ("", None));
    let trail = workspace.tag_trail(&tag.application, &tag.field).expect("answers");
    let told: Vec<(&str, &str)> = trail.iter().map(|row| (row.answer.as_str(), row.reason.as_str())).collect();
    assert_eq!(told, [("reject", "role mailboxes"), ("undo", "they are people")]);
}
