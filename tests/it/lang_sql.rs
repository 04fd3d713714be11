//! Jet SQL to trees: a folder of statements that must read whole, one of faults with their places, and hostile text.

use daylight::lang::sql::{
    BinaryOp, Column, ExprKind, JoinKind, Literal, MAX_TEXT, NoticeKind, Source, StatementKind, UnaryOp, parse,
    parse_expression, parse_order,
};
use proptest::prelude::*;

fn cases(file: &str) -> Vec<Vec<String>> {
    let path = crate::support::root().join("tests/data/lang/sql").join(file);
    let text = std::fs::read_to_string(path).expect("the case file is readable");
    text.lines()
        .skip(1)
        .map(|line| line.splitn(if file == "faults.psv" { 3 } else { 2 }, '|').map(str::to_owned).collect())
        .collect()
}

#[test]
fn statements_of_access_read_whole() {
    for case in cases("statements.psv") {
        let parsed = parse(&case[1]);
        assert_eq!(parsed.notices, vec![], "{}", case[1]);
        let kind = match parsed.statement.map(|statement| statement.kind) {
            Some(StatementKind::Query(_)) => "query",
            Some(StatementKind::Insert { .. }) => "insert",
            Some(StatementKind::Update { .. }) => "update",
            Some(StatementKind::Delete { .. }) => "delete",
            Some(StatementKind::Transform { .. }) => "transform",
            Some(StatementKind::Other { .. }) => "other",
            None => "none",
        };
        assert_eq!(kind, case[0], "{}", case[1]);
    }
}

#[test]
fn faults_are_notices_with_their_place() {
    for case in cases("faults.psv") {
        let notices = parse(&case[2]).notices;
        let found: Vec<String> = notices.iter().map(|n| format!("{}|{:?}", n.at.start, n.kind)).collect();
        assert_eq!(found.first(), Some(&format!("{}|{}", case[0], case[1])), "{}", case[2]);
    }
}

#[test]
fn joins_nest_as_their_brackets_say() {
    let parsed = parse("SELECT * FROM (a INNER JOIN b ON a.i=b.i) LEFT JOIN c AS d ON b.j=d.j");
    let Some(StatementKind::Query(query)) = parsed.statement.map(|statement| statement.kind) else {
        panic!("a query was written")
    };
    let [Source::Join { kind: JoinKind::Left, left, right, on: Some(_) }] = query.first.from.as_slice() else {
        panic!("one left join: {:?}", query.first.from)
    };
    assert!(matches!(left.as_ref(), Source::Join { kind: JoinKind::Inner, .. }));
    assert!(matches!(right.as_ref(), Source::Table { alias: Some(alias), .. } if alias.text == "d"));
}

#[test]
fn names_know_their_places() {
    let text = "SELECT [Unit Price] AS p FROM t";
    let parsed = parse(text);
    let Some(StatementKind::Query(query)) = parsed.statement.map(|statement| statement.kind) else {
        panic!("a query was written")
    };
    let Some(Column::Value { value, alias: Some(alias) }) = query.first.columns.first() else { panic!("a column") };
    assert_eq!(value.at.text(text), "[Unit Price]");
    assert_eq!(alias.at.text(text), "p");
}

#[test]
fn operators_bind_as_in_access() {
    let sum = parse_expression("1 + 2 * 3 = 7 And Not a Like 'x*' Or b").expression.expect("an expression");
    let ExprKind::Binary { op: BinaryOp::Or, left, .. } = sum.kind else { panic!("Or is the loosest") };
    let ExprKind::Binary { op: BinaryOp::And, left: equal, right: not } = left.kind else { panic!("then And") };
    assert!(matches!(equal.kind, ExprKind::Binary { op: BinaryOp::Equal, .. }));
    assert!(matches!(not.kind, ExprKind::Unary { op: UnaryOp::Not, .. }));
    let power = parse_expression("-2^2").expression.expect("an expression");
    assert!(matches!(power.kind, ExprKind::Unary { op: UnaryOp::Negate, .. }));
    let text = parse_expression("'it''s'").expression.expect("an expression");
    assert_eq!(text.kind, ExprKind::Literal(Literal::Text("it's".to_owned())));
}

#[test]
fn headings_of_a_cross_tab_are_no_membership() {
    let parsed = parse("TRANSFORM Sum(T) SELECT C FROM o GROUP BY C PIVOT M In ('Jan','Feb')");
    let Some(StatementKind::Transform { pivot, headings, .. }) = parsed.statement.map(|statement| statement.kind)
    else {
        panic!("a cross-tab was written")
    };
    assert!(matches!(pivot.kind, ExprKind::Name(_)));
    assert_eq!(headings.len(), 2);
}

#[test]
fn sort_keys_read_alone() {
    let parsed = parse_order("City DESC, [Order Date]");
    assert_eq!(parsed.notices, vec![]);
    assert_eq!(parsed.terms.iter().map(|term| term.descending).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn nesting_and_length_are_bounded() {
    let deep = |text: String| parse(&text).notices.first().map(|notice| notice.kind);
    assert_eq!(deep(format!("SELECT {}1{}", "(".repeat(5_000), ")".repeat(5_000))), Some(NoticeKind::TooDeep));
    assert_eq!(deep(format!("SELECT {}1", "-".repeat(50_000))), Some(NoticeKind::TooDeep));
    assert_eq!(deep(format!("SELECT 1{}", "+1".repeat(50_000))), Some(NoticeKind::TooDeep));
    assert_eq!(deep(format!("SELECT * FROM a{}", " INNER JOIN a".repeat(5_000))), Some(NoticeKind::TooDeep));
    assert_eq!(deep(format!("SELECT * FROM {}", "(SELECT * FROM ".repeat(5_000))), Some(NoticeKind::TooDeep));
    assert_eq!(deep("x".repeat(MAX_TEXT + 1)), Some(NoticeKind::TooLong));
}

proptest! {
    #[test]
    fn any_text_reads_without_panic(text in "\\PC{0,200}") {
        let parsed = parse(&text);
        prop_assert!(parsed.statement.is_some() || !parsed.notices.is_empty());
        let _ = parse_expression(&text);
        let _ = parse_order(&text);
    }

    #[test]
    fn any_tokens_read_without_panic(words in proptest::collection::vec(proptest::sample::select(vec![
        "SELECT", "FROM", "WHERE", "(", ")", ",", "*", "a", "[b c]", ".", "!", "=", "<>", "NOT", "IN", "LIKE", "BETWEEN",
        "AND", "OR", "IS", "NULL", "1", "'x'", "#1/1/2024#", "INNER", "LEFT", "JOIN", "ON", "GROUP", "BY", "ORDER",
        "UNION", "ALL", "UPDATE", "SET", "DELETE", "INSERT", "INTO", "VALUES", "TOP", "AS", "TRANSFORM", "PIVOT",
        "PARAMETERS", ";", "EXISTS", "-", "Count", "DISTINCT", "HAVING", "[SELECT a FROM t]",
    ]), 0..40)) {
        let text = words.join(" ");
        let parsed = parse(&text);
        for notice in &parsed.notices {
            prop_assert!(notice.at.start <= notice.at.end && notice.at.end as usize <= text.len());
        }
        prop_assert!(parsed.statement.is_some() || !parsed.notices.is_empty());
    }
}
