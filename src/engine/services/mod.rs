//! Outside services: a registry of named ones, each a mock from a file or an address on the network, and calls with
//! retries. Only transient failures are retried (408, 429, 5xx, transport); a service nobody registered is refused.
//! Knows nothing of WebAssembly or VBA: requests and answers are JSON.

mod address;
mod http;
mod mock;
mod retry;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use thiserror::Error;

use crate::model::RetryPolicy;

pub use address::is_forbidden;
pub use http::{HttpService, MAX_RESPONSE_BYTES};
pub use mock::MockService;
pub use retry::{Backoff, RandomSource, delay_ms, is_transient};

/// What cannot be registered.
#[derive(Debug, Error)]
pub enum ServiceError {
    #[error("the mock of service `{name}` is not valid JSON")]
    MockSyntax {
        name: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("the mock of service `{name}` is wrong: {reason}")]
    MockShape { name: String, reason: String },
    #[error("the address of service `{name}` is not allowed: {reason}")]
    Address { name: String, reason: String },
}

/// One call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    pub operation: String,
    pub arguments: BTreeMap<String, Json>,
    /// Idempotency key: the same for every attempt of one visit of a step.
    pub key: String,
    pub timeout_ms: Option<u64>,
}

/// What one attempt gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Attempt {
    Answered(Json),
    /// The service answered with an error status.
    Status(u16, String),
    /// No answer arrived.
    Transport(String),
    /// The address may not be reached.
    Denied(String),
}

/// What a call with its retries gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Delivery {
    Answered(Json),
    Failed { reason: String },
    Denied { reason: String },
}

/// The whole call, for the record of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub delivery: Delivery,
    pub attempts: u32,
    /// Virtual milliseconds between attempts.
    pub waited_ms: u64,
    /// Milliseconds in all.
    pub ms: u64,
}

/// One registered service.
#[derive(Debug)]
pub enum Service {
    Mock(MockService),
    Http(HttpService),
}

/// Services by name.
#[derive(Debug, Default)]
pub struct ServiceRegistry {
    services: BTreeMap<String, Service>,
}

/// Attempts of one call, whatever a policy asks for.
pub const MAX_ATTEMPTS: u32 = 20;

impl ServiceRegistry {
    pub fn add(&mut self, name: impl Into<String>, service: Service) {
        self.services.insert(name.into(), service);
    }

    /// Registers a mock from its JSON text.
    pub fn add_mock(&mut self, name: &str, text: &str) -> Result<(), ServiceError> {
        let mock = MockService::from_json(name, text)?;
        self.add(name, Service::Mock(mock));
        Ok(())
    }

    /// Registers an address. Private addresses are refused unless the grant named this very host.
    pub fn add_url(&mut self, name: &str, url: &str, private: PrivateHosts) -> Result<(), ServiceError> {
        let service = HttpService::new(name, url, private)?;
        self.add(name, Service::Http(service));
        Ok(())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(String::as_str)
    }

    /// Calls a service, with retries.
    pub fn call(&mut self, name: &str, request: &Request, policy: &RetryPolicy, random: &mut RandomSource) -> Outcome {
        let started = Instant::now();
        let Some(service) = self.services.get_mut(name) else {
            let reason = format!("no service `{name}` is registered for this run");
            return Outcome { delivery: Delivery::Denied { reason }, attempts: 0, waited_ms: 0, ms: 0 };
        };
        let most = policy.max_attempts.clamp(1, MAX_ATTEMPTS);
        let mut waited_ms = 0u64;
        let mut attempts = 0;
        let delivery = loop {
            attempts += 1;
            let attempt = match service {
                Service::Mock(mock) => mock.call(request),
                Service::Http(http) => http.call(request),
            };
            let reason = match attempt {
                Attempt::Answered(answer) => break Delivery::Answered(answer),
                Attempt::Denied(reason) => break Delivery::Denied { reason },
                Attempt::Status(status, text) if !is_transient(status) => {
                    break Delivery::Failed { reason: format!("status {status} {text}") };
                }
                Attempt::Status(status, text) => format!("status {status} {text}"),
                Attempt::Transport(text) => text,
            };
            if attempts >= most {
                break Delivery::Failed { reason: reason.trim().to_string() };
            }
            let pause = delay_ms(policy, attempts, random);
            waited_ms = waited_ms.saturating_add(pause);
            if let Service::Http(_) = service {
                std::thread::sleep(Duration::from_millis(pause));
            }
        };
        let spent = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let real = matches!(self.services.get(name), Some(Service::Http(_)));
        let ms = if real { spent } else { spent.saturating_add(waited_ms) };
        Outcome { delivery, attempts, waited_ms: if real { 0 } else { waited_ms }, ms }
    }
}

/// Whether a grant named a host that lies in a private network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PrivateHosts {
    #[default]
    Denied,
    /// The grant names the host of this service explicitly.
    Granted,
}
