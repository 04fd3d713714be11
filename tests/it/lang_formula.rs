//! Formula text to tree and back, in both dialects: table of cases, round trips over random trees, and hostile text.

use daylight::lang::formula::{
    BinaryOp, DateLiteral, Dialect, ErrorKind, MAX_TEXT, Node, NoticeKind, PostfixOp, UnaryOp, column_letters,
    column_number, normal, parse, print, print_sheet, to_r1c1,
};
use proptest::prelude::*;

fn cases(file: &str) -> Vec<Vec<String>> {
    let path = crate::support::root().join("tests/data/lang/formula").join(file);
    let text = std::fs::read_to_string(path).expect("the case file is readable");
    text.lines().skip(1).map(|line| line.split('|').map(str::to_owned).collect()).collect()
}

#[test]
fn sheet_formulas_print_as_excel_writes_them() {
    for case in cases("sheet.csv") {
        let (node, notices) = parse(&case[0], Dialect::Sheet);
        assert_eq!(notices, vec![], "{}", case[0]);
        assert_eq!(print_sheet(&node), case[1], "{}", case[0]);
        assert_eq!(parse(&case[1], Dialect::Sheet).0, node, "{}", case[0]);
        assert_eq!(to_r1c1(&case[0], 3, 3).0, case[2], "{}", case[0]);
    }
}

#[test]
fn expressions_over_names_print_as_read() {
    for case in cases("names.csv") {
        let (node, notices) = parse(&case[0], Dialect::Names);
        assert_eq!(notices, vec![], "{}", case[0]);
        assert_eq!(print(&node), case[1], "{}", case[0]);
        assert_eq!(parse(&case[1], Dialect::Names), (node, vec![]), "{}", case[0]);
    }
}

#[test]
fn unary_minus_binds_tighter_than_power() {
    let (node, _) = parse("-2^2", Dialect::Names);
    let two = || Node::Integer(2);
    assert_eq!(node, Node::binary(BinaryOp::Power, Node::unary(UnaryOp::Minus, two()), two()));
}

#[test]
fn faults_are_notices_with_their_place() {
    let faults = [
        ("1+", 2, NoticeKind::UnexpectedEnd),
        ("=SUM(1,2", 8, NoticeKind::UnclosedBracket),
        ("1 2", 2, NoticeKind::TrailingText),
        ("\"abc", 0, NoticeKind::UnclosedString),
        ("1+?", 2, NoticeKind::UnknownCharacter),
        ("*3", 0, NoticeKind::UnexpectedToken),
    ];
    for (text, at, kind) in faults {
        let notices = parse(text, Dialect::Sheet).1;
        assert_eq!(notices.len(), 1, "{text}");
        assert_eq!((notices[0].at, notices[0].kind), (at, kind), "{text}");
    }
    assert_eq!(parse("#2024-02-30#", Dialect::Names).1[0].kind, NoticeKind::BadDate);
}

#[test]
fn hostile_text_is_bounded() {
    for text in ["(".repeat(MAX_TEXT), "-".repeat(9_000), "SUM(".repeat(5_000), "1+".repeat(16_000)] {
        let (_, notices) = parse(&text, Dialect::Sheet);
        assert_eq!(notices[0].kind, NoticeKind::TooDeep);
    }
    assert_eq!(parse(&"1".repeat(MAX_TEXT + 1), Dialect::Sheet).1[0].kind, NoticeKind::TooLong);
    let deep_but_legal = format!("{}1{}", "(".repeat(100), ")".repeat(100));
    assert_eq!(parse(&deep_but_legal, Dialect::Sheet).1, vec![]);
}

#[test]
fn column_letters_and_numbers_agree() {
    for number in 1..=16_384 {
        assert_eq!(column_number(&column_letters(number)), Some(number));
    }
    assert_eq!(column_number("XFE"), None);
}

fn leaf() -> impl Strategy<Value = Node> {
    prop_oneof![
        any::<i64>().prop_map(Node::Integer),
        any::<f64>().prop_map(Node::Number),
        "[ -~]{0,6}".prop_map(Node::Text),
        any::<bool>().prop_map(Node::Boolean),
        (0..ErrorKind::ALL.len()).prop_map(|i| Node::Error(ErrorKind::ALL[i])),
        ((100u16..9999), (1u8..13), (1u8..29), proptest::option::of((0u8..24, 0u8..60, 0u8..60)))
            .prop_map(|(y, m, d, time)| Node::Date(DateLiteral { date: Some((y, m, d)), time })),
        Just(Node::Empty),
        Just(Node::Null),
        Just(Node::Nothing),
        "[A-Za-z_][A-Za-z0-9_]{0,5}|[ -~]{1,6}|TRUE|RANK".prop_map(Node::Name),
    ]
}

fn binary_op() -> impl Strategy<Value = BinaryOp> {
    use BinaryOp::*;
    proptest::sample::select(vec![
        Add,
        Subtract,
        Multiply,
        Divide,
        Power,
        Concat,
        Equal,
        NotEqual,
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
    ])
}

fn tree() -> impl Strategy<Value = Node> {
    leaf().prop_recursive(5, 60, 4, |inner| {
        let word = "[A-Za-z_][A-Za-z0-9_]{0,5}|EQ|STDEV.S|[ -~]{1,4}";
        let arg = prop_oneof![
            6 => inner.clone(),
            1 => Just(Node::Omitted),
            1 => (word, inner.clone())
                .prop_map(|(name, value)| Node::Argument { name, value: Box::new(value) }),
        ];
        let args = proptest::collection::vec(arg, 0..4);
        prop_oneof![
            (binary_op(), inner.clone(), inner.clone()).prop_map(|(op, l, r)| Node::binary(op, l, r)),
            (prop_oneof![Just(UnaryOp::Minus), Just(UnaryOp::Plus)], inner.clone())
                .prop_map(|(op, operand)| Node::unary(op, operand)),
            inner.clone().prop_map(|operand| Node::Postfix { op: PostfixOp::Percent, operand: Box::new(operand) }),
            inner.clone().prop_map(|inner| Node::Paren(Box::new(inner))),
            (inner.clone(), word).prop_map(|(object, name)| Node::member(object, name)),
            (word, args.clone()).prop_map(|(name, args)| Node::call(name, args)),
            (inner.clone(), args.clone()).prop_map(|(object, args)| Node::Index { object: Box::new(object), args }),
            (inner, word, args).prop_map(|(object, name, args)| Node::MemberCall {
                object: Box::new(object),
                name,
                args
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back(node in tree()) {
        let text = print(&node);
        prop_assert_eq!(parse(&text, Dialect::Names), (normal(&node, Dialect::Names), vec![]), "{}", text);
        let once = normal(&node, Dialect::Names);
        prop_assert_eq!(normal(&once, Dialect::Names), once);
    }

    #[test]
    fn any_text_is_read_without_panic(text in "[-+*/^&=<>%(){},;:@#!'\\[\\]\"A-C$1-3. ]{0,40}|\\PC{0,40}") {
        for dialect in [Dialect::Sheet, Dialect::Names] {
            let (node, notices) = parse(&text, dialect);
            if notices.is_empty() {
                let printed = if dialect == Dialect::Sheet { print_sheet(&node) } else { print(&node) };
                let again = parse(&printed, dialect);
                prop_assert_eq!(again, (normal(&node, dialect), vec![]), "{} printed {}", text, printed);
            }
        }
    }
}
