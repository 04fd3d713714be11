//! Receipts in the ledger: each is kept as an object, signed, and named by a record; and the check that an auditor runs over them
//! and over the chain of records.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::replay::Replayed;
use super::workspace::{SYSTEM, ledger_folder};
use super::{PipelineError, Workspace};
use crate::base::TenantId;
use crate::ledger::{ObjectId, Objects, Signature, TenantKeys, Verification};
use crate::model::{Application, Receipt};

/// The event that issues a receipt.
const ISSUED: &str = "receipt.issued";

/// The event that issues a receipt for a macro of an application; the application is empty for a file that is not in the
/// estate.
pub(super) fn issue(
    workspace: &Workspace,
    application: &str,
    receipt: &Receipt,
) -> Result<(&'static str, Value), PipelineError> {
    let (id, signature) = workspace.keep_signed(receipt)?;
    let data = json!({
        "application": application, "macro": receipt.procedure, "level": receipt.level, "equal": receipt.equal,
        "cells": receipt.cells, "differences": receipt.differences.len(), "statementsReached": receipt.statements_reached,
        "receipt": id, "signature": signature.signature, "signedBy": signature.signed_by,
    });
    Ok((ISSUED, data))
}

/// Records the receipts of a replay. They count for the application that has the same code, if there is one.
///
/// # Errors
/// When the ledger refuses.
pub fn record_receipts(workspace: &Workspace, replayed: &Replayed) -> Result<(), PipelineError> {
    let application = application_of(workspace, &replayed.code)?;
    let issued = replayed.report.receipts.iter().map(|receipt| issue(workspace, &application, receipt));
    let events = issued.collect::<Result<Vec<_>, _>>()?;
    if events.is_empty() { Ok(()) } else { workspace.record(SYSTEM, events) }
}

/// The id of the application whose modules are exactly these; empty when there is none.
fn application_of(workspace: &Workspace, code: &BTreeSet<String>) -> Result<String, PipelineError> {
    if code.is_empty() {
        return Ok(String::new());
    }
    for row in workspace.current_applications()? {
        let model: Application = workspace.fetch(&row.model)?;
        let own = model.modules.iter().map(|module| module.sha256.clone()).filter(|hash| !hash.is_empty());
        if own.collect::<BTreeSet<_>>() == *code {
            return Ok(row.application);
        }
    }
    Ok(String::new())
}

/// What checking a data folder gave: the chain of records, and the receipts that they issue.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerVerification {
    #[serde(flatten)]
    pub chain: Verification,
    pub receipts: ReceiptVerification,
}

/// What checking the signatures of receipts gave.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptVerification {
    /// Receipts whose signature holds.
    pub signed: u64,
    /// Receipts of versions that did not sign.
    pub unsigned: u64,
    /// Public keys they are signed by, in hexadecimal (Ed25519). Write them down elsewhere.
    pub keys: Vec<String>,
    /// Numbers of the records whose receipt is gone, changed or not signed by the key it names.
    pub bad: Vec<u64>,
}

/// Checks the ledger in a data folder, and its receipts, without opening it for writing.
///
/// # Errors
/// When a segment or the keys cannot be read; what does not hold is not an error but the answer.
pub fn verify_ledger(folder: &Path) -> Result<LedgerVerification, PipelineError> {
    let chain = crate::ledger::verify_folder(&ledger_folder(folder))?;
    Ok(LedgerVerification { receipts: verify_receipts(folder)?, chain })
}

fn verify_receipts(folder: &Path) -> Result<ReceiptVerification, PipelineError> {
    let mut issued: Vec<(u64, Value)> = Vec::new();
    crate::ledger::read_folder(&ledger_folder(folder), &mut |record| {
        if record.event == ISSUED {
            issued.push((record.seq, record.data));
        }
    })?;
    let mut found = ReceiptVerification::default();
    if issued.is_empty() {
        return Ok(found);
    }
    let home = folder.join("tenants").join(TenantId::local().as_str());
    let objects = Objects::open(&home.join("objects"), TenantKeys::open(&home.join("keys"))?)?;
    let mut keys = BTreeSet::new();
    for (seq, data) in issued {
        if data.get("signature").is_none() {
            found.unsigned += 1;
            continue;
        }
        let id = data.get("receipt").and_then(Value::as_str).unwrap_or_default().to_string();
        match (objects.get(&ObjectId(id)), serde_json::from_value::<Signature>(data)) {
            (Ok(bytes), Ok(signature)) if signature.holds(&bytes) => {
                found.signed += 1;
                keys.insert(signature.signed_by);
            }
            _ => found.bad.push(seq),
        }
    }
    found.keys = keys.into_iter().collect();
    Ok(found)
}
