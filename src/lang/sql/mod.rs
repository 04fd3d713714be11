//! Jet/ACE SQL, the dialect of Access queries, read to trees with positions and notices.
//! Promises never to fail, never to recurse past a bound, and to take linear time; knows no tables and no values.
//! Source of the grammar: Microsoft Learn, "Microsoft Access SQL reference"; limits: "Access specifications".

mod clause;
mod expression;
mod node;
mod parse;
mod token;

pub use node::{
    Assignment, BinaryOp, Column, Expr, ExprKind, InSet, Insertion, JoinKind, Literal, Name, Notice, NoticeKind, Order,
    Parameter, Quantifier, Query, Rows, Select, Source, Span, Statement, StatementKind, TableName, Top, UnaryOp, Union,
};
pub use parse::{MAX_TEXT, Parsed, ParsedExpression, ParsedOrder, parse, parse_expression, parse_order};
