//! kill -9 at seeded moments during imports and during decisions: what was acknowledged is there afterwards, what was not is
//! there whole or not at all, and the chain holds after each.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use daylight::base::FixedClock;
use daylight::pipeline::{ReaderCommand, ScanOptions, Silent, Workspace, scan, verify_ledger};

/// 18 November 2026, 12:00 UTC.
const NOW: u64 = 1_795_003_200_000;
/// Kills of each kind.
const KILLS: u64 = 20;
/// Latest moment of a kill, in milliseconds after the start of the process or of the work.
const LATEST: u64 = 400;
/// Longest wait for the first decision of a service that has just started, on a busy machine.
const FIRST_ANSWER: Duration = Duration::from_secs(60);

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_daylight"))
}

fn open(folder: &Path) -> Workspace {
    Workspace::open(folder, Arc::new(FixedClock(NOW)), ReaderCommand::of(program())).expect("the workspace opens")
}

/// The same moments in every run (splitmix64).
fn moment(kill: u64) -> Duration {
    let mut mixed = (kill + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Duration::from_millis((mixed ^ (mixed >> 31)) % LATEST)
}

fn kill_after(child: &mut Child, moment: Duration) {
    let until = std::time::Instant::now() + moment;
    while std::time::Instant::now() < until && child.try_wait().expect("it can be asked").is_none() {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    child.kill().expect("it is killed or over");
    child.wait().expect("it is over");
}

fn ledger_text(data: &Path) -> String {
    std::fs::read_to_string(data.join("tenants/local/ledger/000001.jsonl")).unwrap_or_default()
}

fn holds(data: &Path, what: &str) {
    let verified = verify_ledger(data).expect("the ledger is read").chain;
    assert_eq!((verified.broken, verified.torn_bytes), (None, 0), "{what}");
}

#[test]
fn a_killed_import_is_in_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("temp");
    let data = folder.path().join("store");
    drop(open(&data));
    let mut whole = 0;
    for kill in 0..KILLS {
        let rows: String = (0..3000).map(|n| format!("app-{kill},user-{n},2026-06-{:02},1\n", n % 28 + 1)).collect();
        let file = folder.path().join("usage.csv");
        std::fs::write(&file, format!("app,user,date,n\n{rows}")).expect("written");
        let before = ledger_text(&data);
        let mut command = Command::new(program());
        command.arg("--data").arg(&data).args(["import", "usage"]).arg(&file);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the import starts");
        kill_after(&mut child, moment(kill) * 3);
        drop(open(&data));
        let after = ledger_text(&data);
        assert!(after.starts_with(&before), "kill {kill} changed what was acknowledged");
        holds(&data, &format!("kill {kill}"));
        let more: Vec<&str> = after[before.len()..].lines().collect();
        assert!(more.len() <= 1, "kill {kill}: {} records", more.len());
        whole += more.iter().filter(|line| line.contains("\"count\":3000")).count();
        assert!(more.iter().all(|line| line.contains("\"count\":3000")), "kill {kill}");
    }
    println!("{whole} of {KILLS} killed imports were in whole");
}

/// A service with a store of its own and the address it answers on.
struct Service {
    child: Child,
    address: String,
}

fn serve(data: &Path) -> Service {
    let mut command = Command::new(program());
    command.arg("--data").arg(data).args(["serve", "--listen", "127.0.0.1:0"]);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let line = lines.map_while(Result::ok).find(|line| line.contains("http://")).expect("it says where it answers");
    let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or("").to_string();
    Service { child, address }
}

/// Sends a decision; true when the service said that it is recorded.
fn decided(address: &str, application: &str, field: &str, reason: &str) -> bool {
    let body = format!(
        "application={}&field={}&answer=reject&tag=&actor=Ada&reason={reason}",
        encoded(application),
        encoded(field)
    );
    let request = format!(
        "POST /review HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let mut answer = Vec::new();
    let _ = stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_end(&mut answer));
    answer.starts_with(b"HTTP/1.1 2") || answer.starts_with(b"HTTP/1.1 3")
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn killed_decisions_that_were_acknowledged_are_there() {
    let folder = tempfile::tempdir().expect("temp");
    let (data, share) = (folder.path().join("store"), folder.path().join("share"));
    std::fs::create_dir_all(&share).expect("a folder");
    let people: String = (0..8).map(|n| format!("{n},person{n}@example.com\n")).collect();
    std::fs::write(share.join("people.csv"), format!("No,Email\n{people}")).expect("written");
    let workspace = open(&data);
    scan(&workspace, &[share], &ScanOptions::default(), &Silent).expect("it scans");
    let tag = workspace.tags().expect("answers").into_iter().next().expect("the addresses were found");
    drop(workspace);
    let mut acknowledged = 0;
    for kill in 0..KILLS {
        let Service { mut child, address } = serve(&data);
        let (application, field) = (tag.application.clone(), tag.field.clone());
        let (tell, told) = std::sync::mpsc::channel();
        let deciding = std::thread::spawn(move || {
            let mut given = Vec::new();
            for n in 0.. {
                let reason = format!("kill-{kill}-decision-{n}");
                if !decided(&address, &application, &field, &reason) {
                    return given;
                }
                given.push(reason);
                let _ = tell.send(());
            }
            given
        });
        // The first decision waits for the rules to be compiled; three of four kills come after it.
        if kill % 4 != 0 {
            told.recv_timeout(FIRST_ANSWER).expect("the first decision is acknowledged");
        }
        kill_after(&mut child, moment(kill));
        let given = deciding.join().expect("the visitor ends");
        let workspace = open(&data);
        let kept = ledger_text(&data);
        for reason in &given {
            assert!(kept.contains(reason.as_str()), "kill {kill}: {reason} was acknowledged and is lost");
        }
        holds(&data, &format!("kill {kill}"));
        if let Some(last) = given.last() {
            let shown = workspace.tags().expect("answers").remove(0).reason;
            let number = |text: &str| text.rsplit('-').next().and_then(|n| n.parse::<u64>().ok());
            assert!(number(&shown) >= number(last), "kill {kill}: {shown} is shown, {last} was acknowledged");
        }
        acknowledged += given.len();
    }
    assert!(acknowledged > 0, "no decision was ever acknowledged");
}
