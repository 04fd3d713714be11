//! Recalculation: one formula grammar (`lang::formula`) and one function library for sheet cells, VBA's WorksheetFunction and
//! Evaluate, and the DSL. A cell is computed when it is read; hostile formulas end in a `Refusal`, never in a hang or a panic,
//! and a function that is not offered is a `Refusal` too, never a wrong or stale value. Knows cells only through `SheetSource`.

mod arithmetic;
mod calculator;
mod context;
mod criteria;
pub mod dates;
mod evaluate;
pub mod functions;
mod general;
mod grid;
pub mod number_format;
mod refer;
mod source;
mod text_number;
mod value;

pub use calculator::{Calculator, DEFAULT_STEPS, FormulaEngine};
pub use context::{Context, Mode};
pub use functions::Arg;
pub use general::general_text;
pub use grid::{Grid, Operand, Range};
pub use source::{CellAddress, CellContent, SheetSource, TableArea};
pub use text_number::text_to_number;
pub use value::{CellValue, Fail, Outcome, Refusal};

pub use crate::lang::formula::ErrorKind;
