//! The VBA front end: feature modules against their trees, malformed modules against their notices, and hostile text.
//! A case is a folder in tests/data/lang/vba: `good/<case>/{input.bas, expected.txt}` (the tree without spans, one
//! statement to a line) and `bad/<case>/{input.bas, expected.txt}` (one `line:words of the message` to a notice).

use daylight::lang::vba::ast::{Expr, ExprKind, Literal, Stmt, StmtKind};
use daylight::lang::vba::{MAX_MODULE_BYTES, ModuleKind, Parsed, Span, Token, TokenKind, lex, parse};
use proptest::prelude::*;

struct Case {
    name: String,
    input: String,
    expected: String,
}

fn cases(folder: &str) -> Vec<Case> {
    let root = crate::support::root().join("tests/data/lang/vba").join(folder);
    let mut folders: Vec<_> = std::fs::read_dir(&root)
        .expect("the case folder exists")
        .map(|entry| entry.expect("a readable entry").path())
        .collect();
    folders.sort();
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).expect("a readable case file");
    folders
        .iter()
        .map(|path| Case {
            name: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            input: read(path.join("input.bas")),
            expected: read(path.join("expected.txt")),
        })
        .collect()
}

fn read(text: &str) -> Parsed {
    parse("Given", text, ModuleKind::Standard)
}

/// A module with the lines as the body of its only Sub.
fn body(lines: &str) -> Parsed {
    read(&format!("Sub T()\n{lines}\nEnd Sub\n"))
}

fn statements(parsed: &Parsed) -> &[Stmt] {
    &parsed.module.procedures[0].body
}

fn value(expression: &str) -> Expr {
    let parsed = body(&format!("x = {expression}"));
    assert_eq!(parsed.notices, vec![], "{expression}");
    match &statements(&parsed)[0].kind {
        StmtKind::Assign { value, .. } => value.clone(),
        other => panic!("{expression} is read as {other:?}"),
    }
}

fn literal(text: &str) -> Literal {
    match value(text).kind {
        ExprKind::Literal(literal) => literal,
        other => panic!("{text} is read as {other:?}"),
    }
}

// dump: begin
/// The tree without spans and without the usual name flags, one declaration, head or statement to a line.
fn dump(parsed: &Parsed) -> String {
    let module = &parsed.module;
    let mut out = format!("module {} {:?}\n", module.name, module.options);
    let mut line = |indent: &str, text: String| {
        out.push_str(indent);
        out.push_str(&bare(&text));
        out.push('\n');
    };
    module.attributes.iter().for_each(|attribute| line("", format!("{attribute:?}")));
    module.declarations.iter().for_each(|declaration| line("", format!("{declaration:?}")));
    for p in &module.procedures {
        let head = format!("{:?} {:?} {:?} static={}", p.visibility, p.kind, p.name, p.is_static);
        line("", head);
        line("  ", format!("{:?} -> {:?} array={}", p.params, p.return_type, p.returns_array));
        p.attributes.iter().for_each(|attribute| line("  ", format!("{attribute:?}")));
        p.body.iter().for_each(|stmt| line("  ", format!("{stmt:?}")));
    }
    out
}

fn bare(debug: &str) -> String {
    let mut out = String::new();
    let mut rest = debug;
    while let Some(at) = rest.find("span: Span {") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        rest = rest[end..].trim_start_matches([',', ' ']);
    }
    out.push_str(rest);
    out.replace(", suffix: None, bracketed: false", "")
}
// dump: end

#[test]
fn feature_modules_give_their_trees_without_a_notice() {
    let cases = cases("good");
    assert!(cases.len() >= 25);
    for case in cases {
        let parsed = read(&case.input);
        assert_eq!(parsed.notices, vec![], "{}", case.name);
        assert_eq!(parsed.module.counts.unparsed, 0, "{}", case.name);
        assert_eq!(dump(&parsed), case.expected, "{}", case.name);
    }
}

#[test]
fn line_ends_do_not_change_the_tree() {
    for case in cases("good") {
        for line_end in ["\r\n", "\r"] {
            let parsed = read(&case.input.replace('\n', line_end));
            assert_eq!(dump(&parsed), case.expected, "{} with {line_end:?}", case.name);
        }
    }
}

#[test]
fn malformed_modules_are_reported_at_their_lines() {
    let cases = cases("bad");
    assert!(cases.len() >= 12);
    for case in cases {
        let notices = read(&case.input).notices;
        let wanted: Vec<(&str, &str)> = case.expected.lines().filter_map(|line| line.split_once(':')).collect();
        assert_eq!(notices.len(), wanted.len(), "{}: {notices:?}", case.name);
        for (notice, (line, words)) in notices.iter().zip(wanted) {
            assert_eq!(notice.line.to_string(), line, "{}: {notices:?}", case.name);
            assert!(notice.message.contains(words), "{}: {notices:?}", case.name);
            assert!(notice.column >= 1, "{}", case.name);
        }
    }
}

#[test]
fn literals_have_the_type_of_vba() {
    use daylight::lang::vba::ast::Radix::{Decimal, Hex, Octal};
    let table = [
        ("32767", Literal::Integer { value: 32767, radix: Decimal }),
        ("32768", Literal::Long { value: 32768, radix: Decimal }),
        ("3000000000", Literal::Double(3e9)),
        ("5&", Literal::Long { value: 5, radix: Decimal }),
        ("5^", Literal::LongLong { value: 5, radix: Decimal }),
        ("&HFFFF", Literal::Integer { value: -1, radix: Hex }),
        ("&HFFFF&", Literal::Long { value: 65535, radix: Hex }),
        ("&H10000", Literal::Long { value: 65536, radix: Hex }),
        ("&O17", Literal::Integer { value: 15, radix: Octal }),
        ("1.5", Literal::Double(1.5)),
        (".5", Literal::Double(0.5)),
        ("1D3", Literal::Double(1000.0)),
        ("1.5!", Literal::Single(1.5)),
        ("2#", Literal::Double(2.0)),
        ("1.2345@", Literal::Currency { scaled: 12345 }),
        ("\"a\"\"b\"", Literal::String("a\"b".to_owned())),
        ("#1/1/1900#", Literal::Date { serial: 2.0 }),
        ("#12/30/1899 6:00:00 PM#", Literal::Date { serial: 0.75 }),
        ("#12:00:00 AM#", Literal::Date { serial: 0.0 }),
        ("#12/29/1899 6:00#", Literal::Date { serial: -1.25 }),
        ("#2024-02-29#", Literal::Date { serial: 45351.0 }),
        ("#January 1, 1970#", Literal::Date { serial: 25569.0 }),
        ("Nothing", Literal::Nothing),
        ("True", Literal::Boolean(true)),
    ];
    for (text, wanted) in table {
        assert_eq!(literal(text), wanted, "{text}");
    }
}

#[test]
fn unary_minus_binds_weaker_than_power() {
    let expr = value("-2 ^ 2");
    assert!(matches!(expr.kind, ExprKind::Unary { operand, .. } if matches!(operand.kind, ExprKind::Binary { .. })));
}

#[test]
fn spans_give_back_the_statement_text() {
    let text = "Sub T()\r\n  x = 1: Café = \"é\" & y _\r\n    & z ' note\r\nEnd Sub\r\n";
    let parsed = read(text);
    let texts: Vec<&str> = statements(&parsed).iter().map(|stmt| stmt.span.text(text)).collect();
    assert_eq!(texts, ["x = 1", "Café = \"é\" & y _\r\n    & z"]);
    let second = statements(&parsed)[1].span;
    assert_eq!((second.line, second.col, second.end_line, second.end_col), (2, 10, 3, 8));
    assert_eq!(parsed.module.comments[0].text, " note");
    let procedure = parsed.module.procedures[0].span;
    assert_eq!((procedure.line, procedure.end_line, procedure.end_col), (1, 4, 8));
}

#[test]
fn conditional_compilation_keeps_the_64_bit_windows_branch() {
    let text = "#Const Trace = 0\n#If VBA7 And Win64 Then\nDeclare PtrSafe Sub A Lib \"k\" ()\n#Else\nDeclare Sub A Lib \"k\" (\n#End If\n#If Mac Or Trace Then\nbroken (((\n#End If\n";
    let parsed = read(text);
    assert_eq!(parsed.notices, vec![]);
    assert_eq!(parsed.module.declarations.len(), 1);
    let inactive: Vec<(u32, u32)> = parsed.module.inactive.iter().map(|span| (span.line, span.end_line)).collect();
    assert_eq!(inactive, [(1, 3), (4, 10)]);
}

#[test]
fn one_bad_statement_costs_one_statement() {
    let parsed = body("a = 1\nb = = 2\nc = 3: d = ) : e = 5\nf = 6");
    let kinds: Vec<bool> =
        statements(&parsed).iter().map(|stmt| matches!(stmt.kind, StmtKind::Unparsed { .. })).collect();
    assert_eq!(kinds, [false, true, false, true, false, false]);
    assert_eq!(parsed.module.counts.unparsed, 2);
    assert_eq!(parsed.statements, 7);
}

#[test]
fn an_unreadable_block_head_leaves_its_statements_in_place() {
    let parsed = body("For i = To 3\na = 1\nNext\nb = 2");
    assert_eq!(parsed.notices.len(), 1);
    assert_eq!(statements(&parsed).len(), 3);
}

#[test]
fn the_access_form_preamble_is_no_code() {
    let text = "Version =20\nBegin Form\n  Caption =\"x\"\nEnd\nCodeBehindForm\nAttribute VB_Name = \"Form_A\"\nOption Compare Database\nSub T()\nEnd Sub\n";
    let parsed = parse("x", text, ModuleKind::Form);
    assert_eq!(parsed.notices, vec![]);
    assert_eq!(parsed.module.name, "Form_A");
    assert_eq!(parsed.module.procedures[0].span.line, 8);
    assert_eq!((parsed.module.preamble[0].line, parsed.module.preamble[0].end_line), (1, 6));
}

#[test]
fn deep_nesting_is_reported_and_survived() {
    let parens = body(&format!("x = {}1{}", "(".repeat(5000), ")".repeat(5000)));
    assert!(parens.notices[0].message.contains("too deeply"));
    let minus = body(&format!("x = {}1", "-".repeat(5000)));
    assert!(minus.notices[0].message.contains("too deeply"));
    let chain = body(&format!("x = 1{}", " & 1".repeat(5000)));
    assert!(chain.notices[0].message.contains("too deeply"));
    let dots = body(&format!("x = a{}", ".b(1)".repeat(5000)));
    assert!(dots.notices[0].message.contains("too deeply"));
    let blocks = body(&format!("{}x = 1\n{}y = 2", "If a Then\n".repeat(200), "End If\n".repeat(200)));
    assert_eq!(blocks.notices.len(), 1);
    let inline = body(&format!("{}x = 1", "If a Then ".repeat(5000)));
    assert!(inline.notices[0].message.contains("too deeply"));
    let mixed = body(&format!("{}x = {}1", "With a\n".repeat(60), "(".repeat(99)));
    assert!(!mixed.notices.is_empty());
}

#[test]
fn an_oversized_module_is_cut_and_reported() {
    let text = "' a comment line\n".repeat(MAX_MODULE_BYTES / 17 + 10);
    let parsed = read(&text);
    assert_eq!(parsed.notices.len(), 1);
    assert!(parsed.notices[0].message.contains("longer than"));
    assert_eq!(parsed.lines, MAX_MODULE_BYTES / 17 + 10);
}

fn lossless(text: &str) -> Result<(), TestCaseError> {
    let tokens: Vec<Token> = lex(text);
    let joined: String = tokens.iter().map(|token| token.text(text)).collect();
    prop_assert_eq!(&joined, text);
    let mut line = 1;
    for token in &tokens {
        prop_assert!(token.line >= line && token.col >= 1);
        line = token.line;
        prop_assert!(token.end > token.start);
    }
    prop_assert!(tokens.iter().filter(|token| token.kind == TokenKind::Newline).count() <= text.len());
    Ok(())
}

fn bounded(text: &str) -> Result<(), TestCaseError> {
    let parsed = parse("Given", text, ModuleKind::Class);
    let inside = |span: Span| span.start <= span.end && span.end as usize <= text.len();
    for procedure in &parsed.module.procedures {
        prop_assert!(inside(procedure.span));
        for stmt in &procedure.body {
            prop_assert!(inside(stmt.span));
        }
    }
    for notice in &parsed.notices {
        prop_assert!(notice.line >= 1 && notice.column >= 1);
        prop_assert!(notice.line as usize <= parsed.lines + 1);
    }
    prop_assert!(parsed.module.counts.unparsed <= parsed.statements);
    Ok(())
}

/// Real-looking text: the words and signs of the language in any order.
fn word_salad() -> impl Strategy<Value = String> {
    let words = [
        "Sub",
        "End Sub",
        "If",
        "Then",
        "Else",
        "ElseIf",
        "End If",
        "For",
        "Each",
        "In",
        "To",
        "Next",
        "Do",
        "Loop",
        "While",
        "Wend",
        "Until",
        "Select Case",
        "Case",
        "End Select",
        "With",
        "End With",
        "Dim",
        "As",
        "x",
        "y",
        "1",
        "\"s\"",
        "(",
        ")",
        ".",
        "!",
        ",",
        "=",
        ":",
        "\n",
        "\n",
        "\n",
        " _\n",
        "#If",
        "#End If",
        "#Else",
        "'c",
        "Rem",
        "&",
        "&H1",
        "#",
        "#1/1/2000#",
        "[a b]",
        "New",
        "Not",
        "-",
        "Property Get",
        "Function",
        "Type",
        "End Type",
        "Enum",
        "Attribute",
        "Open",
        "Print",
        "ReDim",
        "On Error",
        "GoTo",
        "Resume",
        "Call",
        "Set",
        "Me.Line",
        ":=",
        "Public",
        "Declare",
        "Next i, j",
        "\u{e9}t\u{e9}",
        "\"open",
        "10",
        "Option",
        "^",
        "Line Input",
        "Name",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..200).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_lexed_without_loss(text in any::<String>()) {
        lossless(&text)?;
        bounded(&text)?;
    }

    #[test]
    fn any_line_of_signs_is_lexed_without_loss(text in "[ -~\t\r\n_éß\u{a0}\u{3000}]{0,300}") {
        lossless(&text)?;
        bounded(&text)?;
    }

    #[test]
    fn any_order_of_words_is_survived(text in word_salad()) {
        lossless(&text)?;
        bounded(&text)?;
    }

    #[test]
    fn mutated_modules_are_survived(pick in any::<prop::sample::Index>(), cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..30, "[ -~\n]{0,6}"), 1..6)) {
        let cases = cases("good");
        let mut chars: Vec<char> = cases[pick.index(cases.len())].input.chars().collect();
        for (at, length, insert) in cuts {
            let start = at.index(chars.len() + 1);
            let end = (start + length).min(chars.len());
            chars.splice(start..end, insert.chars());
        }
        let text: String = chars.into_iter().collect();
        lossless(&text)?;
        bounded(&text)?;
    }
}
