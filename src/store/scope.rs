//! One tenant's view. A question is a named SQL text whose only reach is the tenant's own rows. Its answer is kept until the
//! next record is applied.

use std::sync::Arc;

use duckdb::params;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Store, StoreError};
use crate::base::TenantId;

/// A named query. Its text starts from the CTE `me(tenant_id, argument)`, where `argument` is the caller's JSON;
/// every table in it is joined to `me` by `tenant_id`. The texts are constants of the program, never built from input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Shown in errors.
    pub name: &'static str,
    pub sql: &'static str,
}

/// The rows of one tenant. There is no way to make one without a tenant, and no method that takes another.
pub struct TenantScope<'a> {
    store: &'a Store,
    tenant: TenantId,
}

impl<'a> TenantScope<'a> {
    pub(super) fn new(store: &'a Store, tenant: TenantId) -> Self {
        TenantScope { store, tenant }
    }

    /// Whose rows these are.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Asks a question; each row of the answer is read as `T` by its column names.
    ///
    /// # Errors
    /// `Ask` when DuckDB refuses, `Shape` when a row does not fit `T`.
    pub fn ask<T: DeserializeOwned>(&self, question: Question, argument: &Value) -> Result<Vec<T>, StoreError> {
        let shape_error = |source| StoreError::Shape { question: question.name, source };
        self.rows(question, argument.to_string())?
            .iter()
            .map(|row| serde_json::from_str(row).map_err(shape_error))
            .collect()
    }

    /// The answer as JSON texts: the kept one, else DuckDB's. Planning a question takes it longer than answering, and a page
    /// asks a dozen of them.
    fn rows(&self, question: Question, argument: String) -> Result<Arc<[String]>, StoreError> {
        let key = (self.tenant.clone(), question.sql, argument);
        if let Some(kept) = self.store.answers()?.get(&key) {
            return Ok(kept);
        }
        let ask_error = |source| StoreError::Ask { question: question.name, source };
        let text = format!(
            "WITH me AS (SELECT ?::VARCHAR AS tenant_id, ?::JSON AS argument), result_row AS ({}) SELECT to_json(result_row)::VARCHAR FROM result_row",
            question.sql
        );
        let connection = self.store.connection()?;
        let mut statement = connection.prepare(&text).map_err(ask_error)?;
        let mut rows = statement.query(params![self.tenant.as_str(), key.2]).map_err(ask_error)?;
        let mut found: Vec<String> = Vec::new();
        while let Some(row) = rows.next().map_err(ask_error)? {
            found.push(row.get(0).map_err(ask_error)?);
        }
        let found: Arc<[String]> = found.into();
        // Still under the connection's lock: no record can be applied between the question and the keeping of its answer.
        self.store.answers()?.keep(key, Arc::clone(&found));
        Ok(found)
    }
}
