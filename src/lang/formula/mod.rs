//! Formula text to `Node` and back: Excel's formula syntax over cells (`Dialect::Sheet`) or over names (`Dialect::Names`).
//! Reading never fails and never panics: what could not be read is a `Notice`, and the tree holds what could.
//! It must not know what a formula is worth; that is the engine's.

mod node;
mod parse;
mod print;
mod r1c1;
mod reference;
mod tokens;

pub use node::*;
pub use parse::parse;
pub use print::{normal, print, print_sheet};
pub use r1c1::to_r1c1;
pub use reference::{column_letters, column_number, quote_sheet};
