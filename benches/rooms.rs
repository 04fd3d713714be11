//! How fast the rooms are that every file goes through: reading, parsing code, inferring a model, running a macro.
//! All inputs are made here or lie in `samples/`. Run with `cargo bench`.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use daylight::base::SystemClock;
use daylight::infer::{Source, infer};
use daylight::lang::vba::{ModuleKind, parse};
use daylight::pipeline::{MacroRequest, run_macro};
use daylight::source::{self, Limits, ReaderCommand};

/// The measured workbook: orders with an id, a text, a number, a date, a formula and a code each.
const ROWS: u32 = 20_000;
const COLUMNS: u64 = 6;
/// Procedures of the measured module.
const PROCEDURES: usize = 500;

fn order_book() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    let sheet = book.add_worksheet();
    for (column, name) in (0u16..).zip(["Id", "Customer", "Amount", "Ordered", "Gross", "Code"]) {
        sheet.write(0, column, name).expect("a header is written");
    }
    for row in 1..=ROWS {
        sheet.write(row, 0, row).expect("a number is written");
        sheet.write(row, 1, format!("Customer {}", row % 700)).expect("a text is written");
        sheet.write(row, 2, f64::from(row % 9_973) / 100.0).expect("a number is written");
        sheet.write_with_format(row, 3, 45_000 + row % 900, &date).expect("a date is written");
        sheet.write_formula(row, 4, format!("=C{0}*1.19", row + 1).as_str()).expect("a formula is written");
        sheet.write(row, 5, format!("{:05}", row % 4_000)).expect("a code is written");
    }
    book.save_to_buffer().expect("the workbook is made")
}

fn module() -> String {
    let procedure = |number: usize| {
        format!(
            "Public Function Price{number}(ByVal amount As Double, Optional ByVal rate As Double = 0.19) As Double\n\
             \x20   Dim total As Double, i As Long\n\
             \x20   For i = 1 To 10\n\
             \x20       If amount > 100 And Not IsNull(rate) Then\n\
             \x20           total = total + amount * (1 + rate) / i ' with tax\n\
             \x20       ElseIf amount = 0 Then\n\
             \x20           Exit For\n\
             \x20       Else\n\
             \x20           Worksheets(\"Orders\").Cells(i, 2).Value = Format(total, \"0.00\") & \" EUR\"\n\
             \x20       End If\n\
             \x20   Next i\n\
             \x20   Price{number} = Round(total, 2)\n\
             End Function\n"
        )
    };
    (0..PROCEDURES).map(procedure).collect()
}

fn reader() -> ReaderCommand {
    ReaderCommand::of(PathBuf::from(env!("CARGO_BIN_EXE_daylight")))
}

fn reading(criterion: &mut Criterion) {
    let bytes = order_book();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("orders.xlsx");
    std::fs::write(&path, &bytes).expect("it is written");
    let mut group = criterion.benchmark_group("read a workbook");
    group.sample_size(10).throughput(Throughput::Elements(u64::from(ROWS) * COLUMNS));
    group.bench_function("in this process", |bencher| {
        bencher.iter(|| source::read_bytes(black_box(bytes.clone()), "orders.xlsx", &Limits::default()).is_ok());
    });
    group.bench_function("in a reader of its own", |bencher| {
        bencher.iter(|| source::read_file(black_box(&path), &Limits::default(), &reader()).bytes);
    });
    group.finish();
    let small = folder.path().join("small.csv");
    std::fs::write(&small, "a,b\n1,2\n").expect("it is written");
    criterion.bench_function("start a reader and end it", |bencher| {
        bencher.iter(|| source::read_file(black_box(&small), &Limits::default(), &reader()).bytes);
    });
}

fn parsing(criterion: &mut Criterion) {
    let text = module();
    let mut group = criterion.benchmark_group("parse VBA");
    group.sample_size(20).throughput(Throughput::Elements(text.lines().count() as u64));
    group.bench_function("lines", |bencher| {
        bencher.iter(|| parse("Prices", black_box(&text), ModuleKind::Standard).statements);
    });
    group.finish();
}

fn inferring(criterion: &mut Criterion) {
    let reading = source::read_bytes(order_book(), "orders.xlsx", &Limits::default()).expect("the workbook is read");
    let mut group = criterion.benchmark_group("infer a model");
    group.sample_size(10).throughput(Throughput::Elements(u64::from(ROWS)));
    group.bench_function("rows", |bencher| {
        bencher.iter(|| infer(&[Source { name: "orders", reading: black_box(&reading) }]).evidence.len());
    });
    group.finish();
}

fn running(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Loop.bas");
    let text = "Function Main() As Double\nDim i As Long, t As Double\nFor i = 1 To 1000000\nt = t + i Mod 7\nNext i\nMain = t\nEnd Function\n";
    std::fs::write(&path, text).expect("it is written");
    let ran = |request: &MacroRequest| run_macro(request, &SystemClock, &reader()).expect("the macro runs").status;
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/estate/2026-11");
    let stock = MacroRequest {
        workbook: Some(samples.join("stores/014/stock-count-014.xlsm")),
        procedure: String::from("ReorderCheck"),
        ..MacroRequest::default()
    };
    let turns = MacroRequest { modules: vec![path], procedure: String::from("Main"), ..MacroRequest::default() };
    let mut group = criterion.benchmark_group("run a macro");
    group.sample_size(10);
    group.bench_function("of the sample workbook, reading and converting included", |bencher| {
        bencher.iter(|| ran(black_box(&stock)));
    });
    group.throughput(Throughput::Elements(1_000_000));
    group.bench_function("turns of a loop, converting included", |bencher| bencher.iter(|| ran(black_box(&turns))));
    group.finish();
}

criterion_group!(rooms, reading, parsing, inferring, running);
criterion_main!(rooms);
