//! Audit: who decided what, and is the record whole?

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use super::{Page, PageError, blocking, counted, escape, html, shell, theme};
use crate::pipeline::{AuditRow, verify_ledger};
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/audit.html")]
struct Audit {
    shell: Shell,
    sentence: String,
    rows: Vec<AuditRow>,
    older: String,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Filter {
    before: Option<u64>,
    event: Option<String>,
}

pub(in crate::web) async fn page(State(web): State<Web>, Query(filter): Query<Filter>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, &filter)?)).await
}

fn build(web: &Web, theme: &str, filter: &Filter) -> Result<Audit, PageError> {
    let checked = verify_ledger(web.workspace.folder())?;
    let rows = web.workspace.audit(filter.before, filter.event.as_deref())?;
    let older = match rows.last().filter(|last| last.seq > 1 && rows.len() >= 200) {
        Some(last) => match &filter.event {
            Some(event) => format!("/audit?before={}&event={}", last.seq, escape(event)),
            None => format!("/audit?before={}", last.seq),
        },
        None => String::new(),
    };
    let receipts = match (&checked.receipts.bad[..], checked.receipts.signed) {
        ([], 0) => String::new(),
        ([], signed) => format!(
            " {} hold, signed by the key {}.",
            counted(signed as usize, "receipt"),
            checked.receipts.keys.join(", ")
        ),
        (bad, _) => {
            let numbers: Vec<String> = bad.iter().map(u64::to_string).collect();
            format!(" The receipts of records {} are gone, changed or not signed.", numbers.join(", "))
        }
    };
    let checked = checked.chain;
    let chain = match &checked.broken {
        Some(place) => format!("The chain breaks at record {} in {}: {}.", place.seq, place.file, place.reason),
        None => {
            format!("All {} records hold; the chain was checked just now. Head: {}.", checked.records, checked.head)
        }
    };
    Ok(Audit { shell: shell(web, theme, "Audit trail", "/audit")?, sentence: chain + &receipts, rows, older })
}
