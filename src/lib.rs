//! Daylight brings shadow IT into the open. Rooms, in reading order; a room imports only rooms above it
//! (`tests/it/architecture.rs` proves it, `docs/architecture.md` explains it).

pub mod base;
pub mod model;
pub mod facts;
pub mod lang;
pub mod dsl;
pub mod source;
pub mod infer;
pub mod convert;
pub mod policy;
pub mod engine;
pub mod ledger;
pub mod store;
pub mod insight;
pub mod pipeline;
pub mod web;
pub mod cli;
