//! Rego under limits. One engine holds the library and every rule; where that fails, each rule is tried alone, so that a bad
//! rule is found by name. Fails closed: a rule that errs or runs too long is a fault, never silence. Reads no clock but the
//! limit's own.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, PolicyLengthConfig, Value as Rego};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rule::{self, Rule};
use super::{PolicyError, visible};

/// Longest time for getting ready, for all rules together and for one rule alone. Wall-clock time, generous because a busy
/// machine must not deny (measured: 7 ms for a small model, under 3 s for 3,000 fields and 9,000 steps, unoptimised).
const READY: Duration = Duration::from_secs(5);
const TOGETHER: Duration = Duration::from_secs(20);
const ALONE: Duration = Duration::from_secs(5);
/// Once the rules tried alone took this long in all, the rest fails closed without a try.
const ALTOGETHER: Duration = Duration::from_secs(60);
/// Work units between two looks at the clock.
const CLOCK_EVERY: NonZeroU32 = NonZeroU32::new(64).unwrap();
/// Largest rule text. (Own choice: the longest shipped rule is under 3 KB.)
const LENGTHS: PolicyLengthConfig = PolicyLengthConfig {
    max_col: NonZeroU32::new(400).unwrap(),
    max_file_bytes: NonZeroUsize::new(64 << 10).unwrap(),
    max_lines: NonZeroUsize::new(2_000).unwrap(),
};
/// Built-ins a rule may not name: one call of the first three can ask for any amount of memory, which the time limit does
/// not see; the others bring the outside world or chance into a decision.
const REFUSED: [&str; 9] = [
    "numbers.range",
    "bits.lsh",
    "strings.render_template",
    "http.send",
    "net.lookup",
    "opa.runtime",
    "time.now_ns",
    "rand.intn",
    "uuid.rfc4122",
];
/// The module that asks for every rule at once.
const GATHERED: &str = "data.daylight.gathered.hits";

/// What one rule says of one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hit {
    pub object: String,
    pub message: String,
}

/// Why a rule gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault(pub String);

/// One rule's answer: its hits in order, or a fault.
pub(super) type Answer = Result<Vec<Hit>, Fault>;

/// Rules made ready once.
pub(super) struct Program<'a> {
    rules: &'a [Rule],
    library: String,
    /// Cloned for each evaluation; behind a lock only because the engine is not made for sharing.
    engine: Option<Mutex<Engine>>,
}

impl<'a> Program<'a> {
    /// Compiles the rules together. A pack that does not compile is kept, to be tried rule by rule.
    pub fn new(rules: &'a [Rule]) -> Result<Self, PolicyError> {
        let library = rule::library()?;
        let engine = together(rules, &library).ok().map(Mutex::new);
        Ok(Program { rules, library, engine })
    }

    /// The answers of all rules, in the order of the rules.
    pub fn answers(&self, input: &Value) -> Vec<Answer> {
        let input = Rego::from(input.clone());
        if input == Rego::Undefined {
            // An undefined input would make every rule silent.
            return self.rules.iter().map(|_| Err(Fault(String::from("the input cannot be read")))).collect();
        }
        self.gathered(&input).unwrap_or_else(|| self.one_by_one(&input))
    }

    fn gathered(&self, input: &Rego) -> Option<Vec<Answer>> {
        let mut engine = self.engine.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).clone();
        engine.set_input(input.clone());
        let all = engine.eval_rule(GATHERED.to_string()).ok()?;
        let all = all.as_object().ok()?;
        self.rules.iter().map(|rule| hits(all.get(&Rego::from(rule.id.as_str()))?).ok().map(Ok)).collect()
    }

    fn one_by_one(&self, input: &Rego) -> Vec<Answer> {
        let start = Instant::now();
        self.rules
            .iter()
            .map(|rule| {
                if start.elapsed() > ALTOGETHER {
                    return Err(Fault(String::from("no time was left")));
                }
                alone(rule, &self.library, input)
            })
            .collect()
    }
}

/// The shipped rules, compiled on first use.
pub(super) fn shipped() -> Result<&'static Program<'static>, PolicyError> {
    static PROGRAM: OnceLock<Result<Program<'static>, PolicyError>> = OnceLock::new();
    PROGRAM.get_or_init(|| Program::new(rule::loaded()?)).as_ref().map_err(Clone::clone)
}

fn engine(library: &str, limit: Duration) -> Result<Engine, Fault> {
    let mut engine = Engine::new();
    engine.set_policy_length_config(LENGTHS);
    engine.set_strict_builtin_errors(true);
    limit_time(&mut engine, limit);
    add(&mut engine, "lib", library)?;
    Ok(engine)
}

fn limit_time(engine: &mut Engine, limit: Duration) {
    engine.set_execution_timer_config(ExecutionTimerConfig { limit, check_interval: CLOCK_EVERY });
}

fn add(engine: &mut Engine, name: &str, rego: &str) -> Result<(), Fault> {
    let bare: String = rego.chars().filter(|letter| !letter.is_whitespace()).collect();
    if let Some(refused) = REFUSED.iter().find(|name| bare.contains(*name)) {
        return Err(Fault(format!("{refused} is not allowed in a rule")));
    }
    engine.add_policy(format!("{name}.rego"), rego.to_string()).map(|_| ()).map_err(|error| fault(&error.to_string()))
}

fn together(rules: &[Rule], library: &str) -> Result<Engine, Fault> {
    let mut engine = engine(library, READY)?;
    let mut all = String::from("package daylight.gathered\n\nimport rego.v1\n\nhits := {\n");
    for rule in rules {
        add(&mut engine, &rule.id, &rule.rego)?;
        all.push_str(&format!("\t\"{}\": {},\n", rule.id, path(rule)?));
    }
    all.push_str("}\n");
    add(&mut engine, "gathered", &all)?;
    engine.set_input(Rego::from(super::document::empty()));
    engine.eval_rule(GATHERED.to_string()).map_err(|error| fault(&error.to_string()))?;
    limit_time(&mut engine, TOGETHER);
    Ok(engine)
}

fn alone(rule: &Rule, library: &str, input: &Rego) -> Answer {
    let mut engine = engine(library, ALONE)?;
    add(&mut engine, &rule.id, &rule.rego)?;
    engine.set_input(input.clone());
    let value = engine.eval_rule(path(rule)?).map_err(|error| fault(&error.to_string()))?;
    hits(&value)
}

/// `data.daylight.gdpr.g01.hits`; a name that is no plain word is refused.
fn path(rule: &Rule) -> Result<String, Fault> {
    let plain = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !plain(&rule.pack) || !plain(&rule.id) {
        return Err(Fault(String::from("pack or id is no plain word")));
    }
    Ok(format!("data.daylight.{}.{}.hits", rule.pack, rule.id.to_lowercase()))
}

fn hits(value: &Rego) -> Answer {
    let set = value.as_set().map_err(|_| Fault(String::from("its result is no set of hits")))?;
    let mut found = Vec::with_capacity(set.len());
    for item in set {
        let json = serde_json::to_value(item).map_err(|error| fault(&error.to_string()))?;
        let hit: Hit = serde_json::from_value(json).map_err(|error| fault(&error.to_string()))?;
        found.push(Hit { object: visible(&hit.object), message: visible(&hit.message) });
    }
    found.sort();
    Ok(found)
}

/// The last line of an engine's report says what was wrong; the lines before it quote the rule.
fn fault(report: &str) -> Fault {
    let line = report.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no reason given");
    Fault(visible(line))
}
