//! The stock-count family: four copies that drifted, and the reorder macro mirrored by hand in Rust.
//! The mirror follows `macros/reorder.bas` statement by statement, so that replaying the macro reproduces the cells written here.

use crate::build::{Book, Result, Sample, module_truth, outputs};
use crate::calendar::{dotted, iso, serial};
use crate::catalogue::{Article, articles};
use crate::grid::{BOLD, Grid, Style, Value, formula};
use crate::rng::Rng;
use crate::vba::{Kind, Module};
use rust_xlsxwriter::{Button, Note, Worksheet, XlsxError};
use serde_json::json;

const FIRST_ROW: u32 = 6;
const OUT_FIRST: u32 = 5;
const RED: u32 = 0x00FF_C7CE;
const GREEN: u32 = 0x00C6_EFCE;
const YELLOW: u32 = 0x00FF_EB9C;

/// How one copy differs from the first.
pub struct Drift {
    pub store: &'static str,
    pub path: &'static str,
    pub sheet: &'static str,
    pub seed: u64,
    pub articles: usize,
    pub safety: f64,
    /// Store 027 added two pieces to every need.
    pub extra_need: f64,
    pub notes_sheet: Option<&'static str>,
    pub day: (i64, i64, i64),
    pub what: &'static str,
}

fn source(drift: &Drift) -> String {
    let mut text = include_str!("macros/reorder.bas").to_string();
    if drift.extra_need != 0.0 {
        let old = "need = minLevel * safety - counted";
        assert!(text.contains(old));
        text = text.replace(
            old,
            &format!("need = minLevel * safety - counted + {}   ' filial 027: always two more", drift.extra_need),
        );
    }
    if drift.sheet != "Count" {
        text = text.replace("Worksheets(\"Count\")", &format!("Worksheets(\"{}\")", drift.sheet));
    }
    text
}

fn modules(drift: &Drift) -> Vec<Module> {
    let mut list = vec![
        Module::new("ThisWorkbook", Kind::Workbook, include_str!("macros/reorder_workbook.cls")),
        Module::new("Sheet1", Kind::Sheet, include_str!("macros/reorder_sheet.cls")),
        Module::new("Sheet2", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("Sheet3", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("Sheet4", Kind::Sheet, include_str!("macros/empty.cls")),
    ];
    if drift.notes_sheet.is_some() {
        list.push(Module::new("Sheet5", Kind::Sheet, include_str!("macros/empty.cls")));
    }
    list.push(Module::new("modReorder", Kind::Standard, &source(drift)));
    list
}

/// The count as people typed it: counts as text, n/a, blanks, spaces, one SKU that no list has.
fn count_sheet(drift: &Drift, list: &[Article]) -> Grid {
    let mut rng = Rng::new(drift.seed);
    let mut g = Grid::new(drift.sheet);
    let day = serial(drift.day.0, drift.day.1, drift.day.2);
    g.put_as(1, 1, format!("Weekly stock count, store {}", drift.store), BOLD);
    g.put(2, 1, format!("Week of {}", dotted(day)));
    g.put(3, 1, "Count BEFORE the delivery. Blank = not counted!");
    for (i, label) in ["to reorder", "to check", "ok"].iter().enumerate() {
        g.put(2 + i as u32, 10, *label);
    }
    g.put_as(4, 5, "Stock", BOLD);
    g.put_as(4, 8, "Result (macro)", BOLD);
    g.header(
        5,
        1,
        &["SKU", "Article", "Shelf", "Counted on", "Counted", "Min level", "Pack", "Order qty", "Status", "Changed at"],
    );
    let mut row = FIRST_ROW;
    for (i, article) in list.iter().take(drift.articles).enumerate() {
        if i == 20 {
            row += 1; // a blank line between ambient and chilled, as on the paper form
        }
        let padded = if rng.chance(8) { format!("{} ", article.sku) } else { article.sku.clone() };
        g.put(row, 1, padded);
        g.put(row, 2, article.name.as_str());
        g.put(row, 3, format!("{}{:02}", char::from(b'A' + rng.below(5) as u8), rng.between(1, 24)));
        let counted_on = day + rng.between(0, 2);
        g.put(
            row,
            4,
            match rng.below(6) {
                0 => Value::Text(dotted(counted_on)),
                1 => Value::Text(iso(counted_on)),
                _ => Value::Date(counted_on as f64),
            },
        );
        let counted = rng.between(0, 40);
        match rng.below(20) {
            0 => g.put(row, 5, "n/a"),
            1 => g.put(row, 5, format!("{counted}")),
            2 => g.put(row, 5, format!("{counted} ")),
            3 => {}
            4 => g.put(row, 5, "?"),
            5 => g.put(row, 5, 0i64),
            _ => g.put(row, 5, counted),
        }
        g.put(row, 6, rng.between(6, 24));
        g.put(row, 7, *rng.pick(&[1i64, 4, 6, 10, 12]));
        row += 1;
    }
    g.put(row, 1, "XX-9999");
    g.put(row, 2, "Promo display (no master data)");
    g.put(row, 5, 1i64);
    g.put(row, 6, 3i64);
    g.put(row, 7, 1i64);
    row += 2;
    g.put_as(row, 1, "Total", BOLD);
    let sum: f64 =
        (FIRST_ROW..row).filter_map(|r| if let Some(Value::Num(n)) = g.get(r, 5) { Some(*n) } else { None }).sum();
    g.put_as(row, 5, formula(format!("SUM(E{FIRST_ROW}:E{})", row - 1), sum), BOLD);
    g.put(row + 1, 1, "counted by: K. Platzhalter / checked: ______");
    g
}

fn items_sheet(list: &[Article]) -> Grid {
    let mut g = Grid::new("Items");
    g.header(1, 1, &["SKU", "Article", "Supplier", "Cost"]);
    for (i, a) in list.iter().enumerate() {
        g.row(2 + i as u32, 1, vec![a.sku.as_str().into(), a.name.as_str().into(), a.supplier.into(), a.cost.into()]);
    }
    g
}

fn params_sheet(drift: &Drift) -> Grid {
    let mut g = Grid::new("Params");
    g.put_as(1, 1, "Parameters, do not touch", BOLD);
    g.put(3, 1, "Store");
    g.put(3, 2, drift.store);
    g.put(4, 1, "Safety factor");
    g.put(4, 2, drift.safety);
    g.put(5, 1, "Responsible");
    g.put(5, 2, "filial@example.com");
    g
}

fn order_quantity(counted: f64, min_level: f64, pack: f64, safety: f64, extra: f64) -> f64 {
    let need = min_level * safety - counted + extra;
    if need <= 0.0 {
        0.0
    } else if pack <= 1.0 {
        -(-need).floor()
    } else {
        -(-need / pack).floor() * pack
    }
}

fn priority(counted: f64, min_level: f64) -> &'static str {
    if counted == 0.0 {
        "A"
    } else if counted < min_level / 2.0 {
        "B"
    } else {
        "C"
    }
}

/// `ReorderCheck` of `macros/reorder.bas`. Returns the text of its closing message.
fn reorder_check(count: &mut Grid, out: &mut Grid, items: &Grid, safety: f64, extra: f64) -> String {
    let last_row = count.last_row(1);
    out.clear((OUT_FIRST, 400), (1, 5));
    out.clear((OUT_FIRST, 60), (7, 8));
    let mut out_row = OUT_FIRST;
    let (mut orders, mut checks) = (0i64, 0i64);
    let mut per_supplier: Vec<(String, f64)> = Vec::new();
    for r in FIRST_ROW..=last_row {
        let sku = count.text(r, 1).trim().to_string();
        if sku == "Total" {
            break;
        }
        if sku.is_empty() {
            continue;
        }
        let Some(counted) = count.number(r, 5).filter(|n| *n >= 0.0) else {
            count.output(r, 8, 0.0);
            count.output(r, 9, "CHECK");
            count.fill(r, 9, YELLOW);
            checks += 1;
            continue;
        };
        let min_level = count.number(r, 6).unwrap_or(0.0);
        let qty = order_quantity(counted, min_level, count.number(r, 7).unwrap_or(0.0), safety, extra);
        count.output(r, 8, qty);
        if qty <= 0.0 {
            count.output(r, 9, "OK");
            count.fill(r, 9, GREEN);
            continue;
        }
        count.output(r, 9, "REORDER");
        count.fill(r, 9, RED);
        let supplier = supplier_of(items, &sku);
        out.output(out_row, 1, sku.as_str());
        out.output(out_row, 2, count.text(r, 2));
        out.output(out_row, 3, supplier.as_str());
        out.output(out_row, 4, qty);
        out.output(out_row, 5, priority(counted, min_level));
        match per_supplier.iter_mut().find(|p| p.0 == supplier) {
            Some(entry) => entry.1 += qty,
            None => per_supplier.push((supplier, qty)),
        }
        out_row += 1;
        orders += 1;
    }
    for (i, (supplier, qty)) in per_supplier.into_iter().enumerate() {
        out.output(OUT_FIRST + i as u32, 7, supplier);
        out.output(OUT_FIRST + i as u32, 8, qty);
    }
    let ok = (FIRST_ROW..=last_row).filter(|r| count.text(*r, 9).eq_ignore_ascii_case("OK")).count();
    count.output(2, 11, orders);
    count.output(3, 11, checks);
    count.output(4, 11, ok as i64);
    format!("{orders} articles to reorder, {checks} lines to check.")
}

fn supplier_of(items: &Grid, sku: &str) -> String {
    (2..=400).find(|r| items.text(*r, 1).eq_ignore_ascii_case(sku)).map_or("UNKNOWN".to_string(), |r| items.text(r, 3))
}

fn dress_count(sheet: &mut Worksheet) -> std::result::Result<(), XlsxError> {
    sheet.set_column_width(1, 26)?;
    sheet.set_freeze_panes(5, 0)?;
    sheet.insert_button(0, 7, &Button::new().set_caption("Reorder check").set_macro("ReorderCheck"))?;
    sheet.insert_note(4, 4, &Note::new("pieces, not packs!").set_author("Filialleitung"))?;
    Ok(())
}

/// One copy: workbook and truth.
pub fn workbook(drift: &Drift, project: u64) -> Result<Sample> {
    let list = articles();
    let mut count = count_sheet(drift, &list);
    let items = items_sheet(&list);
    let params = params_sheet(drift);
    let mut out = Grid::new("Reorder");
    out.put_as(1, 1, "Reorder list (filled by macro)", BOLD);
    out.header(4, 1, &["SKU", "Article", "Supplier", "Qty", "Prio", "", "Supplier", "Total qty"]);
    let message = reorder_check(&mut count, &mut out, &items, drift.safety, drift.extra_need);
    let mut notes = Grid::new(drift.notes_sheet.unwrap_or("Notes"));
    notes.put_as(1, 1, "Notes of the branch", Style { bold: true, ..Style::default() });
    notes.put(2, 1, "always order two more, the truck is late on Fridays");
    notes.put(3, 1, "call D. Testmann +49 30 000000 when the scanner fails");

    let modules = modules(drift);
    let mut book =
        Book::new("Filiale", drift.day).sheet_with(&count, dress_count).sheet(&out).sheet(&items).sheet(&params);
    if drift.notes_sheet.is_some() {
        book = book.sheet(&notes);
    }
    book.modules = modules.clone();
    book.project = project;
    let rows = count.last_row(1);
    let truth = json!({
        "kind": "xlsm", "state": "parsed", "family": "stock-count", "drift": drift.what,
        "modules": module_truth(&modules),
        "tables": [
            {"sheet": drift.sheet, "header_row": 5, "first_row": 6, "last_row": rows - 3, "key": "SKU", "planted": ["title lines", "numbers as text", "mixed date texts", "n/a and ? noise", "blank line", "total row", "note below", "trailing spaces"]},
            {"sheet": "Items", "header_row": 1, "first_row": 2, "last_row": list.len() + 1, "key": "SKU"}
        ],
        "relationships": [{"from": format!("{}.SKU", drift.sheet), "to": "Items.SKU", "evidence": "VLookup in modReorder", "orphans": ["XX-9999"]}],
        "macros": [{"entry": "modReorder.ReorderCheck", "answers": [], "messages": [message], "idempotent": true, "outputs": outputs(&[&count, &out])}],
        "triggers": [{"module": "Sheet1", "event": "Worksheet_Change", "range": "E6:E400"}, {"module": "ThisWorkbook", "event": "Workbook_Open"}, {"sheet": drift.sheet, "button": "Reorder check", "macro": "ReorderCheck"}],
        "sensitive": if drift.notes_sheet.is_some() { json!([{"sheet": "Notes", "cell": "A3", "type": "phone", "class": "personal", "where": "free text"}]) } else { json!([]) }
    });
    Ok(Sample { path: drift.path.to_string(), bytes: book.bytes()?, truth })
}

/// The copies of one snapshot.
pub fn family(year: i64) -> Vec<Drift> {
    let base = |store, path, seed, day| Drift {
        store,
        path,
        sheet: "Count",
        seed,
        articles: 44,
        safety: 1.25,
        extra_need: 0.0,
        notes_sheet: None,
        day,
        what: "as first written",
    };
    if year == 2025 {
        return vec![
            Drift { articles: 38, ..base("014", "estate/2025-05/stores/014/stock-count-014.xlsm", 140, (2025, 5, 26)) },
            Drift { articles: 36, ..base("027", "estate/2025-05/stores/027/stock-count-027.xlsm", 270, (2025, 5, 27)) },
            Drift {
                articles: 30,
                sheet: "Zaehlung",
                what: "sheet Count renamed to Zaehlung, fewer rows",
                ..base("031", "estate/2025-05/stores/031/Bestand 031.xlsm", 310, (2025, 5, 28))
            },
        ];
    }
    vec![
        base("014", "estate/2026-11/stores/014/stock-count-014.xlsm", 141, (2026, 11, 9)),
        Drift {
            extra_need: 2.0,
            notes_sheet: Some("Notes"),
            what: "edited line in OrderQuantity (+ 2), extra sheet Notes",
            ..base("027", "estate/2026-11/stores/027/stock-count-027.xlsm", 271, (2026, 11, 10))
        },
        Drift {
            articles: 33,
            safety: 1.5,
            sheet: "Zaehlung",
            what: "sheet Count renamed to Zaehlung, fewer rows, other safety factor",
            ..base("031", "estate/2026-11/stores/031/Bestand 031.xlsm", 311, (2026, 11, 11))
        },
        Drift {
            what: "new copy since 2025-05: copy of 014 with other counts",
            ..base("044", "estate/2026-11/stores/044/Copy of stock-count-014.xlsm", 441, (2026, 11, 12))
        },
    ]
}
