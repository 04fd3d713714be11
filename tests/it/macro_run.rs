//! VBA's meaning in `macro run`: cases in `tests/data/pipeline/macro_run`, each with the rule its expectation rests on.
//!
//! A case opens with `=== name`, then `key: value` lines, then `---` and the text of `Module1`; `--- class Name` and
//! `--- module Name` begin further modules. Keys: `source` (the rule), `return`, `return-null`, `status`, `output` (one line
//! each: `kind: text`), `error` (`number @line`, then `in Module`, then the description), `answer`, `arg`, `grant` (`@` is a
//! fresh folder), `given` and `written` (files of that folder). In texts `\n` stands for a line end.

use std::fs;
use std::path::{Path, PathBuf};

use daylight::base::FixedClock;

use daylight::pipeline::{MacroReport, MacroRequest, run_macro};
use daylight::source::ReaderCommand;

#[derive(Default)]
struct Case {
    name: String,
    keys: Vec<(String, String)>,
    /// Name, ending and text.
    modules: Vec<(String, &'static str, String)>,
}

impl Case {
    fn all(&self, key: &str) -> Vec<&str> {
        self.keys.iter().filter(|(name, _)| name == key).map(|(_, value)| value.as_str()).collect()
    }

    fn one(&self, key: &str) -> Option<&str> {
        self.all(key).first().copied()
    }

    fn run(&self, folder: &Path) -> MacroReport {
        let granted = folder.join("granted");
        fs::create_dir(&granted).expect("a fresh folder");
        for (name, text) in self.all("given").into_iter().filter_map(|given| given.split_once(" = ")) {
            fs::write(granted.join(name), text.replace("\\n", "\r\n")).expect("written");
        }
        let modules = self.modules.iter().map(|(name, ending, text)| {
            let path = folder.join(format!("{name}.{ending}"));
            fs::write(&path, text).expect("written");
            path
        });
        let texts = |key: &str| self.all(key).into_iter().map(str::to_string).collect();
        let request = MacroRequest {
            modules: modules.collect(),
            procedure: String::from("Main"),
            arguments: texts("arg"),
            answers: texts("answer"),
            grants: self.all("grant").iter().map(|word| word.replace('@', &granted.to_string_lossy())).collect(),
            ..MacroRequest::default()
        };
        // No case reads a workbook, so no reader is started.
        let reader = ReaderCommand { program: PathBuf::from("none"), arguments: Vec::new() };
        const NOON: u64 = 1_700_000_000_000;
        run_macro(&request, &FixedClock(NOON), &reader).expect("a report")
    }

    /// What differs from the expectation.
    fn differences(&self) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let ran = self.run(folder.path());
        let expected = self.one("status").unwrap_or(if self.one("error").is_some() { "runtime-error" } else { "ok" });
        if ran.status != expected {
            return vec![format!("status {} instead of {expected}: {:?}", ran.status, ran.error)];
        }
        let mut found = Vec::new();
        if expected == "ok" {
            let wanted = self.one("return").map(str::to_string);
            if (wanted.is_some() || self.one("return-null").is_some()) && ran.returned != wanted {
                found.push(format!("return {:?} instead of {wanted:?}", ran.returned));
            }
            let output: Vec<String> =
                ran.output.iter().map(|line| format!("{}: {}", line.kind, shown(&line.text))).collect();
            if output != self.all("output") {
                found.push(format!("output {output:?} instead of {:?}", self.all("output")));
            }
        }
        if let (Some(wanted), Some(error)) = (self.one("error"), &ran.error) {
            let mut given = format!("{} @{}", error.number, error.line);
            if wanted.contains(" in ") {
                given = format!("{given} in {}", error.module);
            }
            if wanted.matches(' ').count() > given.matches(' ').count() {
                given = format!("{given} {}", error.description);
            }
            if given != wanted {
                found.push(format!("error {given} instead of {wanted}"));
            }
        }
        for (name, wanted) in self.all("written").into_iter().filter_map(|written| written.split_once(" = ")) {
            let text = fs::read_to_string(folder.path().join("granted").join(name)).unwrap_or_default();
            if shown(&text) != wanted {
                found.push(format!("file {name} holds {text:?} instead of {wanted}"));
            }
        }
        found
    }
}

fn shown(text: &str) -> String {
    text.replace("\r\n", "\\n").replace('\n', "\\n")
}

fn cases(file: &Path) -> Vec<Case> {
    let mut all: Vec<Case> = Vec::new();
    for line in fs::read_to_string(file).expect("readable").lines() {
        if let Some(name) = line.strip_prefix("=== ") {
            all.push(Case { name: name.to_string(), ..Case::default() });
            continue;
        }
        let Some(case) = all.last_mut() else { continue };
        let begins = match line.strip_prefix("---") {
            Some("") => Some(("Module1", "bas")),
            Some(rest) => match rest.trim().split_once(' ') {
                Some(("class", name)) => Some((name, "cls")),
                Some(("module", name)) => Some((name, "bas")),
                _ => None,
            },
            None => None,
        };
        match (begins, case.modules.last_mut()) {
            (Some((name, ending)), _) => case.modules.push((name.to_string(), ending, String::new())),
            (None, Some((_, _, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {
                let (key, value) = line.split_once(": ").unwrap_or((line.trim_end_matches(':'), ""));
                case.keys.push((key.to_string(), value.to_string()));
            }
        }
    }
    all
}

fn files() -> Vec<PathBuf> {
    let folder = crate::support::data("pipeline").join("macro_run");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("cases").flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

#[test]
fn every_case_names_the_rule_it_rests_on() {
    for case in files().iter().flat_map(|file| cases(file)) {
        assert!(case.one("source").is_some_and(|source| !source.is_empty()), "{} names no rule", case.name);
    }
}

#[test]
fn macros_mean_what_vba_means() {
    let mut failed = Vec::new();
    let mut count = 0;
    for file in files() {
        for case in cases(&file) {
            count += 1;
            let found = case.differences();
            if !found.is_empty() {
                let topic = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                failed.push(format!("{topic}, {}: {}", case.name, found.join("; ")));
            }
        }
    }
    assert!(failed.is_empty(), "{} of {count} cases differ\n{}", failed.len(), failed.join("\n"));
}
