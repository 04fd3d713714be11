//! A running `serve` with a store of its own, asked over HTTP as a browser would, and ended with the test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// An answer that takes longer counts as none; a busy machine may run many tests beside this one. An upload has to be sent
/// first.
const ANSWER: Duration = Duration::from_secs(60);
const UPLOAD: Duration = Duration::from_secs(300);
/// Between two looks at something that changes by itself.
const LOOK: Duration = Duration::from_millis(5);
const BOUNDARY: &str = "hostile-boundary-7461";

/// The service and the folder it works in.
pub struct Service {
    child: Child,
    address: String,
    folder: PathBuf,
}

/// What came back, and how long it took.
pub struct Answer {
    pub status: u16,
    pub body: String,
    pub running: bool,
    pub took: Duration,
}

impl Service {
    /// Starts it on a free port, its store and its folder for temporary files below `folder`.
    pub fn start(folder: &Path) -> Service {
        let temporary = folder.join("temporary");
        std::fs::create_dir_all(&temporary).expect("a folder for temporary files");
        let mut child = Command::new(env!("CARGO_BIN_EXE_daylight"))
            .arg("--data")
            .arg(folder.join("store"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("TMPDIR", &temporary)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the service starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split("http://").nth(1).map(|rest| rest.split('/').next().unwrap_or("").to_string()))
            .expect("it says where it listens");
        Service { child, address, folder: folder.to_path_buf() }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks for a page.
    pub fn get(&self, path: &str) -> Answer {
        get(&self.address, path)
    }

    /// What another thread needs to ask.
    pub fn address(&self) -> String {
        self.address.clone()
    }

    /// Imports files as the form of the Import page does; gives the job's page.
    pub fn import(&self, files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, bytes) in files {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        let started = Instant::now();
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let sent =
            agent(UPLOAD).post(format!("http://{}/import", self.address)).header("content-type", kind).send(&body[..]);
        answer(sent, started, "/import")
    }

    /// Waits until no job runs; the answers on the way are given to `seen`.
    pub fn wait(&self, mut seen: impl FnMut(&Answer)) {
        loop {
            let answer = self.get("/jobs/fragment");
            seen(&answer);
            if !answer.running {
                return;
            }
            pause();
        }
    }

    /// The files that the store holds.
    pub fn files(&self) -> Vec<Value> {
        let answer = self.get("/files.json");
        let document: Value = serde_json::from_str(&answer.body).expect("one JSON document");
        document["files"].as_array().cloned().unwrap_or_default()
    }

    /// Processes below this one that read a file: their ids and what is open as their standard input.
    pub fn readers(&self) -> Vec<(u32, PathBuf)> {
        processes()
            .into_iter()
            .filter(|(_, parent, _)| *parent == self.id())
            .map(|(id, _, input)| (id, input))
            .collect()
    }

    /// Processes anywhere that have a file of this service's folder as their standard input.
    pub fn readers_of(folder: &Path) -> Vec<u32> {
        processes().into_iter().filter(|(_, _, input)| input.starts_with(folder)).map(|(id, ..)| id).collect()
    }

    /// What lies where uploads and temporary files go.
    pub fn left_over(&self) -> Vec<PathBuf> {
        left_over(&self.folder)
    }

    /// Ends it as a crash of the machine would.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What lies where a service in `folder` puts uploads and temporary files.
pub fn left_over(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.join("temporary"), folder.join("store/incoming")];
    while let Some(place) = open.pop() {
        for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found
}

/// Asks a service for a page.
pub fn get(address: &str, path: &str) -> Answer {
    let started = Instant::now();
    answer(agent(ANSWER).get(format!("http://{address}{path}")).call(), started, path)
}

fn agent(within: Duration) -> ureq::Agent {
    let config = ureq::Agent::config_builder();
    config.timeout_global(Some(within)).http_status_as_error(false).max_redirects(0).proxy(None).build().into()
}

fn answer(sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>, started: Instant, path: &str) -> Answer {
    let mut response = sent.unwrap_or_else(|error| panic!("{path} was not answered: {error}"));
    let header =
        |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_string();
    let running = header("x-running") == "yes";
    let status = response.status().as_u16();
    let body = response.body_mut().read_to_string().unwrap_or_else(|error| panic!("{path} broke off: {error}"));
    Answer { status, body, running, took: started.elapsed() }
}

/// Lets other threads and processes go on.
pub fn pause() {
    std::thread::park_timeout(LOOK);
}

/// Every process of this machine that this one may look at: id, parent, what its standard input is.
fn processes() -> Vec<(u32, u32, PathBuf)> {
    let number = |name: &std::ffi::OsStr| name.to_str().and_then(|name| name.parse::<u32>().ok());
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| number(&entry.file_name()));
    all.filter_map(|id| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name is in parentheses and may hold blanks; state and parent follow it.
        let mut after = stat.rsplit(')').next()?.split_whitespace();
        let state = after.next()?;
        let parent = after.next()?.parse().ok()?;
        let input = std::fs::read_link(format!("/proc/{id}/fd/0")).unwrap_or_default();
        (state != "Z").then_some((id, parent, input))
    })
    .collect()
}
