//! The one test binary: a file per room or part of a room, so that everything is linked once.

mod support;

mod architecture;
mod base;
mod cli;
mod convert;
mod convert_access;
mod dsl;
mod engine_database;
mod engine_database_code;
mod engine_fidelity;
mod engine_formula;
mod engine_macros;
mod engine_sandbox;
mod engine_value;
mod engine_workbook;
mod hostile;
mod infer;
mod infer_sightings;
mod insight;
mod kill;
mod lang_formula;
mod lang_sql;
mod lang_vba;
mod ledger;
mod macro_run;
mod pipeline;
mod pipeline_estate;
mod pipeline_facts;
mod policy;
mod source;
mod source_books;
mod store;
mod vba_judge;
mod web;
