//! VBA's values against hand-written expectations (`tests/data/engine/value/*.json`, each with its source), and
//! properties that hold for all values. Expectations are VBA's, not those of another Basic.

use std::fs;
use std::str::FromStr;
use std::sync::Arc;

use daylight::engine::value::coerce;
use daylight::engine::value::functions::{self, Environment};
use daylight::engine::value::operators::{self, BinaryOp, Typing, UnaryOp, like};
use daylight::engine::value::{
    Arguments, Array, Compare, RunError, Subtype, Value, constants, errors, parse, serial, text,
};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value as Json;

/// 2024-03-05 14:07:09, the clock of all cases.
const NOW: f64 = 45_356.588_298_611_11;

fn environment() -> Environment {
    let mut environment = Environment::at(NOW);
    environment.variables.insert("GRANTED".into(), "yes".into());
    environment
}

fn number_of<T: FromStr>(json: &Json) -> T {
    let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    text.parse().unwrap_or_else(|_| panic!("not a number: {json}"))
}

/// Plain JSON is what a VBA literal would be; `{"Currency": "1.5"}` names another subtype.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Boolean(*flag),
        Json::String(text) => Value::text(text),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => i16::try_from(whole)
                .map(Value::Integer)
                .unwrap_or_else(|_| i32::try_from(whole).map(Value::Long).unwrap_or(Value::Double(whole as f64))),
            None => Value::Double(number.as_f64().unwrap()),
        },
        Json::Array(items) => Value::Array(Arc::new(Array::of(Subtype::Variant, 0, items.iter().map(value).collect()))),
        Json::Object(fields) => {
            let (tag, inner) = fields.iter().next().expect("a tag");
            tagged(tag, inner)
        }
    }
}

fn tagged(tag: &str, inner: &Json) -> Value {
    match tag {
        "Empty" => Value::Empty,
        "Missing" => Value::Missing,
        "Nothing" => Value::Nothing,
        "Byte" => Value::Byte(number_of(inner)),
        "Integer" => Value::Integer(number_of(inner)),
        "Long" => Value::Long(number_of(inner)),
        "LongLong" => Value::LongLong(number_of(inner)),
        "Single" => Value::Single(number_of(inner)),
        "Double" => Value::Double(number_of(inner)),
        "Currency" => Value::Currency(coerce::to_currency(&value(inner)).unwrap()),
        "Decimal" => Value::Decimal(Decimal::from_str(inner.as_str().unwrap()).unwrap()),
        "Date" => match inner {
            Json::String(text) => Value::Date(parse::date(text, None).unwrap_or_else(|| panic!("date {text}"))),
            number => Value::Date(number.as_f64().unwrap()),
        },
        "Error" => Value::Error(number_of(inner)),
        "Bytes" => Value::Array(Arc::new(coerce::text_bytes(inner.as_str().unwrap()))),
        "Strings" => {
            let items = inner.as_array().unwrap().iter().map(value).collect();
            Value::Array(Arc::new(Array::of(Subtype::Text, 0, items)))
        }
        other => panic!("unknown tag {other}"),
    }
}

fn compare_of(row: &Json) -> Compare {
    match row["compare"].as_str() {
        Some("text") => Compare::Text,
        Some("database") => Compare::Database,
        _ => Compare::Binary,
    }
}

fn operator(word: &str) -> Option<BinaryOp> {
    Some(match word {
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Subtract,
        "*" => BinaryOp::Multiply,
        "/" => BinaryOp::Divide,
        "\\" => BinaryOp::IntegerDivide,
        "Mod" => BinaryOp::Modulo,
        "^" => BinaryOp::Power,
        "&" => BinaryOp::Concatenate,
        "=" => BinaryOp::Equal,
        "<>" => BinaryOp::NotEqual,
        "<" => BinaryOp::Less,
        "<=" => BinaryOp::LessEqual,
        ">" => BinaryOp::Greater,
        ">=" => BinaryOp::GreaterEqual,
        "Like" => BinaryOp::Like,
        "Is" => BinaryOp::Is,
        "And" => BinaryOp::And,
        "Or" => BinaryOp::Or,
        "Xor" => BinaryOp::Xor,
        "Eqv" => BinaryOp::Eqv,
        "Imp" => BinaryOp::Imp,
        _ => return None,
    })
}

fn subtype(word: &str) -> Subtype {
    match word {
        "Boolean" => Subtype::Boolean,
        "Byte" => Subtype::Byte,
        "Integer" => Subtype::Integer,
        "Long" => Subtype::Long,
        "LongLong" => Subtype::LongLong,
        "Single" => Subtype::Single,
        "Double" => Subtype::Double,
        "Currency" => Subtype::Currency,
        "Decimal" => Subtype::Decimal,
        "Date" => Subtype::Date,
        "String" => Subtype::Text,
        "String*5" => Subtype::FixedText(5),
        other => panic!("unknown type {other}"),
    }
}

fn outcome(row: &Json) -> Result<Value, RunError> {
    let args: Vec<Value> = row["args"].as_array().expect("args").iter().map(value).collect();
    if let Some(word) = row["op"].as_str() {
        return operation(word, &args, row);
    }
    if let Some(word) = row["coerce"].as_str() {
        return coerce::coerce(&args[0], subtype(word));
    }
    let mut environment = environment();
    environment.compare = compare_of(row);
    environment.base = row["base"].as_i64().unwrap_or(0) as i32;
    let named = row["named"]
        .as_object()
        .map(|fields| fields.iter().map(|(name, json)| (Arc::from(name.as_str()), value(json))).collect());
    let arguments = Arguments { positional: args, named: named.unwrap_or_default() };
    let name = row["call"].as_str().expect("call, op or coerce");
    functions::call(name, &arguments, &mut environment).unwrap_or_else(|| panic!("no function {name}"))
}

fn operation(word: &str, args: &[Value], row: &Json) -> Result<Value, RunError> {
    let typing = |at: usize| {
        let word = row["typing"].as_str().unwrap_or("DD");
        if word.as_bytes()[at] == b'V' { Typing::Variant } else { Typing::Declared }
    };
    match (word, args) {
        ("Not", [a]) => operators::unary_typed(UnaryOp::Not, a, typing(0)),
        ("-", [a]) => operators::unary_typed(UnaryOp::Negate, a, typing(0)),
        ("+", [a]) => operators::unary_typed(UnaryOp::Identity, a, typing(0)),
        (word, [a, b]) => {
            let op = operator(word).unwrap_or_else(|| panic!("operator {word}"));
            operators::binary_typed(op, (a, typing(0)), (b, typing(1)), compare_of(row))
        }
        _ => panic!("operands of {word}"),
    }
}

/// Financial results are documented with rounded figures; everything else is equal to the last bits.
const CLOSE: f64 = 1e-9;

fn same(actual: &Value, json: &Json, tolerance: f64) -> bool {
    let expected = value(json);
    if matches!(json, Json::Object(_) | Json::Array(_)) {
        return match (actual, &expected) {
            (Value::Array(a), Value::Array(e)) => {
                a.bounds == e.bounds && a.elements.iter().zip(json_items(json)).all(|(a, e)| same(a, e, tolerance))
            }
            (Value::Date(a), Value::Date(e)) => (a - e).abs() < CLOSE,
            _ => *actual == expected,
        };
    }
    match (actual, &expected) {
        (Value::Date(_), _) => false,
        (actual, expected) if actual.is_numeric() && json.is_number() => {
            let (a, e) = (coerce::to_double(actual).unwrap(), coerce::to_double(expected).unwrap());
            (a - e).abs() <= tolerance.max(e.abs() * 1e-14)
        }
        _ => *actual == expected,
    }
}

fn json_items(json: &Json) -> Vec<&Json> {
    let items = json.as_array().or_else(|| json["Strings"].as_array());
    items.map(|items| items.iter().collect()).unwrap_or_default()
}

fn failure(row: &Json) -> Option<String> {
    let actual = outcome(row);
    let tolerance = row["within"].as_f64().unwrap_or(0.0);
    let right = match (&actual, row.get("error")) {
        (Err(error), Some(number)) => Some(i64::from(error.number)) == number.as_i64(),
        (Ok(value), None) => {
            let typed = row["type"].as_str().is_none_or(|name| coerce::type_name(value) == name);
            typed && same(value, row.get("expect").expect("expect or error"), tolerance)
        }
        _ => false,
    };
    (!right).then(|| format!("{row}\n     gave {actual:?}"))
}

#[test]
fn every_case_gives_what_vba_gives() {
    let folder = crate::support::data("engine/value");
    let mut failures = Vec::new();
    let mut rows = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file: Json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert!(file["cite"].is_string(), "{} names its source", path.display());
        for row in file["rows"].as_array().unwrap() {
            rows += 1;
            failures.extend(failure(row));
        }
    }
    assert!(rows > 600, "only {rows} cases were found");
    assert!(failures.is_empty(), "{} of {rows} cases differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn rnd_gives_the_documented_sequence() {
    let mut environment = environment();
    let mut next = |argument: Option<f64>| {
        let arguments = Arguments::positional(argument.map(Value::Double));
        match functions::call("Rnd", &arguments, &mut environment) {
            Some(Ok(Value::Single(number))) => text::float(number.into(), text::SINGLE_DIGITS),
            other => panic!("{other:?}"),
        }
    };
    let sequence: Vec<String> = (0..5).map(|_| next(None)).collect();
    assert_eq!(sequence, ["0.7055475", "0.533424", "0.5795186", "0.2895625", "0.301948"]);
    assert_eq!(next(Some(0.0)), "0.301948", "Rnd(0) repeats the last number");
    assert_eq!(next(Some(-1.0)), "0.224007", "a negative number seeds");
    let after = next(None);
    assert_eq!(next(Some(-1.0)), "0.224007");
    assert_eq!(next(None), after, "the same negative number repeats the sequence");
}

#[test]
fn constants_have_their_documented_values() {
    let longs = [
        ("vbYesNo", 4),
        ("vbNo", 7),
        ("vbYes", 6),
        ("vbMonday", 2),
        ("vbTextCompare", 1),
        ("vbObjectError", -2_147_221_504),
        ("vbLongLong", 20),
        ("xlUp", -4162),
        ("xlDown", -4121),
        ("xlToLeft", -4159),
        ("xlToRight", -4161),
        ("xlYes", 1),
        ("xlDescending", 2),
        ("xlPasteValues", -4163),
        ("xlCellTypeVisible", 12),
        ("xlCellTypeLastCell", 11),
        ("xlCalculationManual", -4135),
        ("xlContinuous", 1),
        ("xlNone", -4142),
        ("xlErrNA", 2042),
        ("xlWhole", 1),
        ("xlCSV", 6),
        ("xlOpenXMLWorkbook", 51),
        ("dbOpenDynaset", 2),
        ("dbFailOnError", 128),
        ("dbAutoIncrField", 16),
        ("adOpenStatic", 3),
        ("adCmdText", 1),
        ("adVarChar", 200),
        ("acNormal", 0),
        ("acViewPreview", 2),
        ("acDialog", 3),
        ("acQuitSaveNone", 2),
        ("msoTrue", -1),
        ("msoFileDialogFilePicker", 3),
    ];
    for (name, number) in longs {
        assert_eq!(constants::constant(name), Some(Value::Long(number)), "{name}");
    }
    assert_eq!(constants::constant("VBCRLF"), Some(Value::text("\r\n")));
    assert_eq!(constants::constant("vbNothingOfTheKind"), None);
}

#[test]
fn errors_carry_number_and_text() {
    assert_eq!(errors::mismatch().description, "Type mismatch");
    assert_eq!(errors::raise(1004).description, "Application-defined or object-defined error");
    assert_eq!(errors::no_current_record().description, "No current record.");
    for number in [
        5, 6, 7, 9, 10, 11, 13, 14, 20, 28, 35, 48, 52, 53, 58, 62, 70, 75, 76, 91, 92, 93, 94, 380, 381, 383, 424,
        429, 430, 432, 438, 440, 446, 448, 449, 450, 451, 457, 458, 3021,
    ] {
        assert_ne!(errors::description(number), errors::UNKNOWN, "{number}");
    }
}

#[test]
fn arrays_keep_their_bounds() {
    let mut array = Array::dimensioned(Subtype::Integer, &[(1, 3), (0, 1)]).unwrap();
    array.put(&[2, 1], &Value::text("7")).unwrap();
    assert_eq!(array.elements[4], Value::Integer(7), "the first dimension varies fastest");
    assert_eq!(array.put(&[4, 0], &Value::Integer(1)).unwrap_err().number, 9);
    assert_eq!(array.put(&[1, 0], &Value::text("x")).unwrap_err().number, 13);
    let wider = array.preserved(&[(1, 3), (0, 4)]).unwrap();
    assert_eq!(wider.element(&[2, 1]), Ok(&Value::Integer(7)));
    assert_eq!(array.preserved(&[(1, 4), (0, 1)]).unwrap_err().number, 9, "only the last dimension may change");
    assert_eq!(Array::dimensioned(Subtype::Byte, &[(i32::MIN, i32::MAX)]).unwrap_err().number, 7);
    assert_eq!(Array::dimensioned(Subtype::Byte, &[(1, 0)]).unwrap_err().number, 9);
}

#[test]
fn hostile_arguments_end_in_errors() {
    let huge = [
        Value::Long(i32::MAX),
        Value::text("x"),
        Value::Double(f64::MAX),
        Value::Double(f64::NAN),
        Value::Date(f64::MIN),
        Value::text("1e400"),
        Value::text("9".repeat(400)),
        Value::Long(i32::MIN),
        Value::Null,
        Value::Error(5),
        Value::text("\u{1f600}é"),
        Value::Decimal(Decimal::MAX),
        Value::Currency(i64::MIN),
        Value::LongLong(i64::MIN),
        Value::Integer(i16::MIN),
    ];
    let names = [
        "Space",
        "String",
        "Mid",
        "Left",
        "Format",
        "Partition",
        "DateAdd",
        "DateSerial",
        "TimeSerial",
        "Round",
        "Int",
        "Abs",
        "Hex",
        "FormatNumber",
        "FV",
        "DDB",
        "Rate",
        "InStr",
        "InStrRev",
        "Replace",
        "Split",
        "Choose",
        "RGB",
        "Weekday",
        "WeekdayName",
        "MonthName",
        "CDate",
        "CDec",
        "Str",
        "Val",
        "StrConv",
        "DateDiff",
        "DatePart",
        "Year",
        "Hour",
        "FormatDateTime",
    ];
    for name in names {
        for a in &huge {
            for b in &huge {
                for c in &huge[..4] {
                    let arguments = Arguments::positional([a.clone(), b.clone(), c.clone()]);
                    // Whatever comes back, nothing may panic; results are covered by the cases.
                    let result = functions::call(name, &arguments, &mut environment()).expect("a library function");
                    if let Ok(Value::Date(date)) = result {
                        assert!(
                            date.is_finite() || name == "Abs" || name == "Int" || name == "Round",
                            "{name} gave {date}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn function_ids_survive_as_numbers() {
    for name in ["left$", "VBA.Array", "Format", "DDB"] {
        let id = functions::resolve(name).unwrap();
        assert_eq!(functions::FunctionId::from_code(id.code()), Some(id), "{name}");
    }
    assert_eq!(functions::FunctionId::from_code(u32::MAX), None);
    assert_eq!(functions::resolve("MsgBox"), None);
}

#[test]
fn option_base_moves_array_but_not_vba_array() {
    let mut environment = environment();
    environment.base = 1;
    let lower = |name: &str, environment: &mut Environment| match functions::call(
        name,
        &Arguments::positional([Value::Integer(1)]),
        environment,
    ) {
        Some(Ok(Value::Array(array))) => array.bounds[0].0,
        other => panic!("{other:?}"),
    };
    assert_eq!((lower("Array", &mut environment), lower("VBA.Array", &mut environment)), (1, 0));
    assert_eq!(environment.base, 1);
}

/// Regression: a naive search took text times pattern, and a host call cannot be interrupted.
#[test]
fn searching_repetitive_text_is_linear() {
    let text = Value::text("a".repeat(1 << 20));
    let wanted = Value::text(format!("{}b", "a".repeat(1 << 19)));
    for name in ["InStr", "InStrRev", "Split", "InStrB"] {
        let arguments = Arguments::positional([text.clone(), wanted.clone()]);
        assert!(functions::call(name, &arguments, &mut environment()).unwrap().is_ok(), "{name}");
    }
}

#[test]
fn every_mask_of_the_corpus_letters_is_total() {
    let values = [
        Value::Double(-1234.5678),
        Value::Date(-1.25),
        Value::text("abc"),
        Value::Null,
        Value::Double(1e300),
        Value::Double(1e-300),
    ];
    let letters =
        ["0", "#", ".", ",", "%", "E+", "e-0", ";", "d", "m", "h", "y", "AM/PM", "@", "&", "<", "!", "\\", "\"", "é"];
    for a in letters {
        for b in letters {
            for c in letters {
                let mask = Value::text(format!("{a}{b}{c}"));
                for value in &values {
                    let arguments = Arguments::positional([value.clone(), mask.clone()]);
                    assert!(functions::call("Format", &arguments, &mut environment()).is_some());
                }
            }
        }
    }
}

/// Like without any cleverness: tries every way a `*` can go.
fn naive_like(text: &[char], pattern: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|at| naive_like(&text[at..], rest)),
        Some((&one, rest)) => text.split_first().is_some_and(|(&c, tail)| {
            let fits = match one {
                '?' => true,
                '#' => c.is_ascii_digit(),
                other => other == c,
            };
            fits && naive_like(tail, rest)
        }),
    }
}

proptest! {
    #[test]
    fn instr_and_instrrev_agree_with_the_naive_search(text in "[ab]{0,12}", wanted in "[ab]{1,4}") {
        let call = |name: &str| {
            let arguments = Arguments::positional([Value::text(&text), Value::text(&wanted)]);
            functions::call(name, &arguments, &mut environment()).unwrap().unwrap()
        };
        let place = |at: Option<usize>| Value::Long(at.map_or(0, |at| at as i32 + 1));
        prop_assert_eq!(call("InStr"), place(text.find(&wanted)));
        prop_assert_eq!(call("InStrRev"), place(text.rfind(&wanted)));
    }

    #[test]
    fn like_agrees_with_a_naive_matcher(text in "[ab1]{0,8}", pattern in "[ab1?#*]{0,8}") {
        let characters: Vec<char> = text.chars().collect();
        let signs: Vec<char> = pattern.chars().collect();
        prop_assert_eq!(like::matches(&text, &pattern, Compare::Binary).unwrap(), naive_like(&characters, &signs));
    }

    #[test]
    fn like_never_panics(text in ".{0,12}", pattern in "[\\[\\]!\\-a-c*?#é]{0,12}") {
        if let Err(error) = like::matches(&text, &pattern, Compare::Text) {
            prop_assert_eq!(error.number, 93);
        }
    }

    #[test]
    fn a_double_survives_text_to_fifteen_digits(number in any::<f64>().prop_filter("finite", |n| n.is_finite())) {
        let shown = text::float(number, text::DOUBLE_DIGITS);
        // Rounding the largest Doubles to 15 digits leaves their range: VBA overflows there too.
        if let Ok(back) = coerce::to_double(&Value::text(&shown)) {
            prop_assert_eq!(text::float(back, text::DOUBLE_DIGITS), shown);
            prop_assert!((back - number).abs() <= number.abs() * 1e-14);
        } else {
            prop_assert!(number.abs() > 1.797e308);
        }
    }

    #[test]
    fn clng_rounds_half_to_even(halves in -2_000_000i32..2_000_000) {
        let number = f64::from(halves) / 2.0;
        let below = halves.div_euclid(2);
        let expected = if halves % 2 == 0 { halves / 2 } else if below % 2 == 0 { below } else { below + 1 };
        prop_assert_eq!(coerce::to_long(&Value::Double(number)).unwrap(), expected);
        prop_assert_eq!(coerce::to_long(&Value::text(number.to_string())).unwrap(), expected);
        prop_assert_eq!(coerce::to_long(&Value::Currency(i64::from(halves) * 5_000)).unwrap(), expected);
    }

    #[test]
    fn civil_dates_go_there_and_back(day in serial::FIRST_DAY..=serial::LAST_DAY) {
        let (year, month, of_month) = serial::civil(day);
        prop_assert_eq!(serial::day_number(year, month, of_month), day);
        prop_assert!((1..=12).contains(&month) && of_month >= 1 && of_month <= serial::month_length(year, month));
    }

    #[test]
    fn a_date_survives_its_text(day in serial::FIRST_DAY..=serial::LAST_DAY, seconds in 0..serial::DAY_SECONDS) {
        let date = serial::join(day, seconds);
        let back = coerce::to_date(&Value::text(text::date(date))).unwrap();
        // A bare time reads as day 0, which is where a bare time was written from.
        prop_assert!((back - date).abs() < 1e-6, "{} became {}", date, back);
    }

    #[test]
    fn reading_text_never_panics(source in ".{0,40}") {
        let _ = parse::number(&source);
        let _ = parse::date(&source, Some(2024));
        let _ = functions::conversion::val(&source);
    }

    #[test]
    fn numbers_and_dates_with_noise_never_panic(source in "[0-9a-f$&HO,.()+\\-eEdD :/amp]{0,16}") {
        let _ = coerce::to_double(&Value::text(&source));
        let _ = coerce::to_currency(&Value::text(&source));
        let _ = coerce::to_decimal(&Value::text(&source));
        let _ = coerce::to_date(&Value::text(&source));
        let _ = functions::conversion::val(&source);
    }

    #[test]
    fn currency_text_is_exact(units in any::<i64>()) {
        let shown = text::currency(units);
        prop_assert_eq!(coerce::to_currency(&Value::text(shown)).unwrap(), units);
    }

    #[test]
    fn integer_operations_fit_or_overflow(a in any::<i16>(), b in any::<i16>()) {
        let exact = i32::from(a) * i32::from(b);
        let declared = operators::binary(BinaryOp::Multiply, &Value::Integer(a), &Value::Integer(b), Compare::Binary);
        match i16::try_from(exact) {
            Ok(fits) => prop_assert_eq!(declared.unwrap(), Value::Integer(fits)),
            Err(_) => prop_assert_eq!(declared.unwrap_err().number, 6),
        }
        let (left, right) = (Value::Integer(a), Value::Integer(b));
        let widened = operators::binary_typed(BinaryOp::Multiply, (&left, Typing::Variant), (&right, Typing::Declared), Compare::Binary);
        prop_assert_eq!(coerce::to_long(&widened.unwrap()).unwrap(), exact);
    }
}
