//! A service that answers from a file: `{"operation": response}` or `{"operation": [response, ...]}`.
//! A response is `{"body": ...}`, `{"status": 503}`, `{"transport": "reason"}`, each with an optional `times`;
//! after the last one of a list the last is repeated. Anything else is itself the body.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Attempt, Request, ServiceError};

/// Answers by operation, and how often each operation was called.
#[derive(Debug, Clone, Default)]
pub struct MockService {
    operations: BTreeMap<String, Vec<Answer>>,
    calls: BTreeMap<String, u64>,
    /// Requests in order, for tests.
    pub received: Vec<Request>,
}

#[derive(Debug, Clone)]
struct Answer {
    attempt: Attempt,
    times: u64,
}

impl MockService {
    pub fn from_json(name: &str, text: &str) -> Result<Self, ServiceError> {
        let json: Json =
            serde_json::from_str(text).map_err(|source| ServiceError::MockSyntax { name: name.to_string(), source })?;
        let wrong = |reason: &str| ServiceError::MockShape { name: name.to_string(), reason: reason.to_string() };
        let Json::Object(map) = json else { return Err(wrong("the top level is not an object")) };
        let mut operations = BTreeMap::new();
        for (operation, answers) in map {
            let list = match answers {
                Json::Array(list) => list,
                one => vec![one],
            };
            if list.is_empty() {
                return Err(wrong("an operation has no response"));
            }
            operations.insert(operation, list.into_iter().map(answer).collect());
        }
        Ok(MockService { operations, ..MockService::default() })
    }

    pub(super) fn call(&mut self, request: &Request) -> Attempt {
        self.received.push(request.clone());
        let Some(answers) = self.operations.get(&request.operation) else {
            const NOT_FOUND: u16 = 404;
            return Attempt::Status(NOT_FOUND, format!("the mock has no operation `{}`", request.operation));
        };
        let calls = self.calls.entry(request.operation.clone()).or_default();
        let mut before = *calls;
        *calls += 1;
        for answer in answers {
            if before < answer.times {
                return answer.attempt.clone();
            }
            before -= answer.times;
        }
        answers.last().map_or(Attempt::Answered(Json::Null), |answer| answer.attempt.clone())
    }
}

fn answer(json: Json) -> Answer {
    let times = json.get("times").and_then(Json::as_u64).unwrap_or(1);
    let text = |key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default().to_string();
    let attempt =
        if let Some(status) = json.get("status").and_then(Json::as_u64).and_then(|status| u16::try_from(status).ok()) {
            const OK: std::ops::RangeInclusive<u16> = 200..=299;
            match OK.contains(&status) {
                true => Attempt::Answered(json.get("body").cloned().unwrap_or(Json::Null)),
                false => Attempt::Status(status, text("message")),
            }
        } else if json.get("transport").is_some() {
            Attempt::Transport(text("transport"))
        } else if let Some(body) = json.get("body") {
            Attempt::Answered(body.clone())
        } else {
            Attempt::Answered(json.clone())
        };
    Answer { attempt, times }
}
