//! The dashboards: HTTP in, pages out. Translates, decides nothing; every figure comes from `pipeline`.
//! Strict CSP, no inline style or script, every form works without JavaScript. One router on one page.

mod assets;
mod chart;
mod flow;
mod guard;
mod pages;
mod router;
mod shell;
mod source_text;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;

use crate::pipeline::{Jobs, Workspace};

/// Why the service could not be started or had to end.
#[derive(Debug, Error)]
pub enum WebError {
    #[error("cannot start the service")]
    Start { source: std::io::Error },
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("{address} can be reached from other machines and the dashboards have no log-in yet; listen on 127.0.0.1")]
    Exposed { address: SocketAddr },
    #[error("the service ended")]
    Serve { source: std::io::Error },
}

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Web {
    pub workspace: Arc<Workspace>,
    pub jobs: Jobs,
    /// The service is asked to stop: answers that wait for news are given at once.
    pub closing: Arc<AtomicBool>,
}

/// Serves the dashboards until the process is told to stop; `ready` is called with the address once it listens.
///
/// # Errors
/// When the address is taken, or reachable from elsewhere.
pub fn serve(workspace: Arc<Workspace>, listen: SocketAddr, ready: &dyn Fn(SocketAddr)) -> Result<(), WebError> {
    if !listen.ip().is_loopback() {
        return Err(WebError::Exposed { address: listen });
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| WebError::Start { source })?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen)
            .await
            .map_err(|source| WebError::Listen { address: listen, source })?;
        ready(listener.local_addr().unwrap_or(listen));
        let closing = Arc::new(AtomicBool::new(false));
        let app = router::router(Web { workspace, jobs: Jobs::default(), closing: Arc::clone(&closing) });
        axum::serve(listener, app)
            .with_graceful_shutdown(async move {
                let _ = tokio::signal::ctrl_c().await;
                closing.store(true, Ordering::Relaxed);
            })
            .await
            .map_err(|source| WebError::Serve { source })
    })
}
