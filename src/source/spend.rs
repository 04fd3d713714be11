//! The budget of one reading as it is used up. Shared by every layer of a reader, so that a part within a part
//! charges the same account.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use crate::base::Budget;

use super::SourceError;

/// Largest single token of markup: the text of a cell has at most 32,767 characters (Excel specifications), a
/// formula 8,192; a query's or memo's text at most 65,535; the rest is room for embedded documents.
const TOKEN_BYTES: u64 = 16 * super::MIB;

/// What is left of a budget. Clones share it.
#[derive(Debug, Clone)]
pub struct Spend {
    bytes: Rc<Cell<u64>>,
    rows: Rc<Cell<u64>>,
    token: Rc<Cell<u64>>,
    depth: u32,
}

impl Spend {
    /// A full account.
    pub fn new(budget: Budget) -> Spend {
        Spend {
            bytes: Rc::new(Cell::new(budget.bytes)),
            rows: Rc::new(Cell::new(budget.rows)),
            token: Rc::new(Cell::new(TOKEN_BYTES)),
            depth: budget.depth,
        }
    }

    /// Charges bytes read, inflated or built.
    pub fn bytes(&self, count: usize) -> Result<(), SourceError> {
        take(&self.bytes, count as u64).ok_or_else(|| SourceError::Limit {
            limit: "inflated bytes",
            what: String::from("the content unpacks to more than the budget allows"),
        })
    }

    /// Charges delivered cells.
    pub fn cells(&self, count: usize) -> Result<(), SourceError> {
        take(&self.rows, count as u64).ok_or_else(|| SourceError::Limit {
            limit: "cells",
            what: String::from("the content holds more cells than the budget allows"),
        })
    }

    /// Bytes left.
    pub fn bytes_left(&self) -> u64 {
        self.bytes.get()
    }

    /// Cells left.
    pub fn cells_left(&self) -> u64 {
        self.rows.get()
    }

    /// Deepest nesting of markup.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Starts a new token of markup.
    pub fn new_token(&self) {
        self.token.set(TOKEN_BYTES);
    }

    fn passed(&self, count: usize) -> io::Result<()> {
        take(&self.bytes, count as u64).ok_or_else(|| io::Error::other(OVER_BYTES))?;
        take(&self.token, count as u64).ok_or_else(|| io::Error::other(OVER_TOKEN))
    }
}

const OVER_BYTES: &str = "more inflated bytes than the budget allows";
const OVER_TOKEN: &str = "one piece of markup is longer than 16 MiB";

fn take(account: &Cell<u64>, count: u64) -> Option<()> {
    let left = account.get().checked_sub(count);
    account.set(left.unwrap_or(0));
    left.map(|_| ())
}

/// Whether an I/O error was raised by a `Charged` reader, so that it is a limit and not a broken file.
pub(crate) fn limit_of(error: &io::Error) -> Option<SourceError> {
    let text = error.to_string();
    let over = |name: &'static str, words: &str| {
        text.contains(words).then(|| SourceError::Limit { limit: name, what: words.to_string() })
    };
    over("inflated bytes", OVER_BYTES).or_else(|| over("token bytes", OVER_TOKEN))
}

/// A buffered reader that charges what passes through it.
pub(crate) struct Charged<R> {
    inner: R,
    spend: Spend,
    /// The limit that was hit while something was consumed, which cannot fail; the next filling does.
    over: Option<io::Error>,
}

impl<R> Charged<R> {
    pub(crate) fn new(inner: R, spend: &Spend) -> Charged<R> {
        Charged { inner, spend: spend.clone(), over: None }
    }
}

impl<R: Read> Read for Charged<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(into)?;
        self.spend.passed(got)?;
        Ok(got)
    }
}

impl<R: BufRead> BufRead for Charged<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some(over) = self.over.take() {
            return Err(over);
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        if let Err(over) = self.spend.passed(count) {
            self.over = Some(over);
        }
        self.inner.consume(count);
    }
}
