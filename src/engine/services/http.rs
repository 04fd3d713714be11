//! Services on the network: POST of JSON to `<address>/<operation>`. Names are resolved once per call and the connection goes
//! to exactly the addresses that were checked; no redirects, no proxies, bounded time and bytes.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value as Json;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use super::address::is_forbidden;
use super::{Attempt, PrivateHosts, Request, ServiceError};

/// Most bytes of an answer that are read.
pub const MAX_RESPONSE_BYTES: u64 = 4 << 20;
/// Time of one attempt when the step names none, and the most it may ask for.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_TIMEOUT: Duration = Duration::from_secs(60);

/// A service with an address.
#[derive(Debug)]
pub struct HttpService {
    base: String,
    private: PrivateHosts,
}

impl HttpService {
    pub(super) fn new(name: &str, url: &str, private: PrivateHosts) -> Result<Self, ServiceError> {
        let wrong = |reason: &str| ServiceError::Address { name: name.to_string(), reason: reason.to_string() };
        let uri: Uri = url.parse().map_err(|_| wrong("it is not an address"))?;
        if !matches!(uri.scheme_str(), Some("https" | "http")) {
            return Err(wrong("only https and http are understood"));
        }
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("an address must not hold credentials"));
        }
        if uri.query().is_some() {
            return Err(wrong("an address of a service has no query"));
        }
        Ok(HttpService { base: url.trim_end_matches('/').to_string(), private })
    }

    pub(super) fn call(&self, request: &Request) -> Attempt {
        let timeout = request.timeout_ms.map_or(DEFAULT_TIMEOUT, Duration::from_millis).min(MAX_TIMEOUT);
        let config = Agent::config_builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .build();
        let agent = Agent::with_parts(
            config,
            DefaultConnector::default(),
            CheckedResolver { inner: DefaultResolver::default(), private: self.private },
        );
        let Ok(body) = serde_json::to_vec(&request.arguments) else {
            return Attempt::Transport(String::from("the arguments are not JSON"));
        };
        let sent = agent
            .post(format!("{}/{}", self.base, escaped(&request.operation)))
            .header("content-type", "application/json")
            .header("idempotency-key", &request.key)
            .send(&body[..]);
        match sent {
            Ok(response) => answered(response),
            Err(error) => failed(&error),
        }
    }
}

fn answered(mut response: ureq::http::Response<ureq::Body>) -> Attempt {
    let status = response.status();
    if !status.is_success() {
        return Attempt::Status(status.as_u16(), status.canonical_reason().unwrap_or_default().to_string());
    }
    match response.body_mut().with_config().limit(MAX_RESPONSE_BYTES).read_to_vec() {
        Ok(bytes) if bytes.is_empty() => Attempt::Answered(Json::Null),
        Ok(bytes) => match serde_json::from_slice(&bytes) {
            Ok(json) => Attempt::Answered(json),
            Err(_) => Attempt::Answered(Json::String(String::from_utf8_lossy(&bytes).into_owned())),
        },
        Err(error) => failed(&error),
    }
}

/// Errors without the address or the body: both may hold personal data.
fn failed(error: &Error) -> Attempt {
    match error {
        Error::Io(inner) if inner.kind() == std::io::ErrorKind::PermissionDenied => {
            Attempt::Denied(String::from("the address lies in a private or local network that the grant does not name"))
        }
        Error::Timeout(_) => Attempt::Transport(String::from("no answer in time")),
        Error::HostNotFound => Attempt::Transport(String::from("the host is not known")),
        Error::BodyExceedsLimit(_) => {
            const TOO_LARGE: u16 = 413;
            Attempt::Status(TOO_LARGE, String::from("the answer is too large"))
        }
        _ => Attempt::Transport(String::from("the connection failed")),
    }
}

/// An operation as one segment of a path (RFC 3986 2.3: only unreserved characters stay).
fn escaped(operation: &str) -> String {
    let mut path = String::new();
    for byte in operation.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => path.push(char::from(byte)),
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    path
}

/// Resolves, then refuses what must not be reached; the transport connects to these addresses and asks no one again.
#[derive(Debug)]
struct CheckedResolver {
    inner: DefaultResolver,
    private: PrivateHosts,
}

impl Resolver for CheckedResolver {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let forbidden = |address: &SocketAddr| is_forbidden(address.ip());
        if self.private == PrivateHosts::Denied && found.iter().any(forbidden) {
            return Err(Error::Io(std::io::Error::new(std::io::ErrorKind::PermissionDenied, "forbidden address")));
        }
        Ok(found)
    }
}
