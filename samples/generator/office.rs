//! The office workbooks without mirrored macros: price list, supplier orders, employees, payments, customers, inventory, promotions.

use crate::approvals::remark_name;
use crate::build::{Book, Result, Sample, module_truth};
use crate::calendar::{dotted, iso, serial, slashed};
use crate::catalogue::{FAMILY, SUPPLIERS, TEST_PANS, articles, person, test_iban, test_tax_id};
use crate::grid::{BOLD, Grid, MONEY, PERCENT, Style, Value, a1, formula};
use crate::package::ExternalBook;
use crate::rng::Rng;
use crate::vba::{Kind, Module};
use rust_xlsxwriter::{
    Button, ConditionalFormatCell, ConditionalFormatCellRule, DataValidation, DataValidationRule, Format, Formula,
    Note, Table, TableColumn,
};
use serde_json::json;

const VAT_STANDARD: f64 = 0.19;
const VAT_REDUCED: f64 = 0.07;
const PRICE_FIRST_ROW: u32 = 5;

fn cents(x: f64) -> f64 {
    (x * 100.0 + 0.5).floor() / 100.0
}

/// Net price as the sheet's `ROUND(cost*(1+markup),2)` gives it; the planted numbers have no ties.
fn net_price(cost: f64, markup: f64) -> f64 {
    cents(cost * (1.0 + markup))
}

fn vat_of(category: &str) -> f64 {
    if matches!(category, "Household" | "Pets" | "Drinks") { VAT_STANDARD } else { VAT_REDUCED }
}

pub fn price_list(year: i64) -> Result<Sample> {
    let list = articles();
    let shown = if year == 2025 { 40 } else { list.len() };
    let raise = if year == 2025 { 0.95 } else { 1.0 };
    let mut g = Grid::new("Price List");
    g.put_as(1, 1, format!("Price list, valid from {}", if year == 2025 { "01.05.2025" } else { "01.11.2026" }), BOLD);
    g.put(2, 1, "Internal. Changes only by purchasing (A. Musterfrau)");
    let last = PRICE_FIRST_ROW + shown as u32 - 1;
    for (i, a) in list.iter().take(shown).enumerate() {
        let r = PRICE_FIRST_ROW + i as u32;
        let cost = cents(a.cost * raise);
        let net = net_price(cost, a.markup);
        let vat = vat_of(a.category);
        g.row(r, 1, vec![a.sku.as_str().into(), a.name.as_str().into(), a.category.into(), a.supplier.into()]);
        g.put_as(r, 5, cost, MONEY);
        g.put_as(r, 6, a.markup, PERCENT);
        g.put_as(r, 7, formula(format!("ROUND(E{r}*(1+F{r}),2)"), net), MONEY);
        let rate = if vat == VAT_STANDARD { "VAT_STD" } else { "VAT_RED" };
        g.put_as(r, 8, formula(rate, vat), PERCENT);
        g.put_as(r, 9, formula(format!("ROUND(G{r}*(1+H{r}),2)"), cents(net * (1.0 + vat))), MONEY);
    }
    let mut rates = Grid::new("Rates");
    rates.header(1, 1, &["Rate", "Value"]);
    rates.put(2, 1, "standard");
    rates.put_as(2, 2, VAT_STANDARD, PERCENT);
    rates.put(3, 1, "reduced");
    rates.put_as(3, 2, VAT_REDUCED, PERCENT);
    rates.header(1, 4, &["Category"]);
    let mut categories: Vec<&str> = list.iter().map(|a| a.category).collect();
    categories.dedup();
    for (i, c) in categories.iter().enumerate() {
        rates.put(2 + i as u32, 4, *c);
    }
    let refers = [
        ("VAT_STD", "=Rates!$B$2".to_string()),
        ("VAT_RED", "=Rates!$B$3".to_string()),
        ("Categories", format!("=Rates!$D$2:$D${}", categories.len() + 1)),
    ];
    let mut book = Book::new("Einkauf", if year == 2025 { (2025, 5, 2) } else { (2026, 11, 2) })
        .sheet_with(&g, move |s| {
            let columns: Vec<TableColumn> =
                ["SKU", "Description", "Category", "Supplier", "Cost", "Markup", "Net", "VAT", "Gross"]
                    .iter()
                    .map(|n| TableColumn::new().set_header(*n))
                    .collect();
            s.add_table(
                PRICE_FIRST_ROW - 2,
                0,
                last - 1,
                8,
                &Table::new().set_name("tblPrices").set_columns(&columns),
            )?;
            s.add_data_validation(
                PRICE_FIRST_ROW - 1,
                2,
                last - 1,
                2,
                &DataValidation::new().allow_list_formula(Formula::new("=Categories")),
            )?;
            s.add_data_validation(
                PRICE_FIRST_ROW - 1,
                5,
                last - 1,
                5,
                &DataValidation::new().allow_decimal_number(DataValidationRule::Between(0.0, 2.0)),
            )?;
            let red = Format::new().set_background_color("#FFC7CE");
            s.add_conditional_format(
                PRICE_FIRST_ROW - 1,
                5,
                last - 1,
                5,
                &ConditionalFormatCell::new().set_rule(ConditionalFormatCellRule::LessThan(0.2)).set_format(red),
            )?;
            s.set_freeze_panes(4, 2)?;
            s.set_print_area(0, 0, last - 1, 8)?;
            Ok(())
        })
        .sheet_with(&rates, |s| {
            s.protect();
            Ok(())
        });
    book.names = refers.iter().map(|(n, r)| (*n, r.as_str())).collect();
    let truth = json!({
        "kind": "xlsx", "state": "parsed", "family": null,
        "tables": [{"sheet": "Price List", "range": format!("A4:I{last}"), "name": "tblPrices", "header_row": 4, "first_row": 5, "last_row": last, "key": "SKU"}],
        "names": ["VAT_STD", "VAT_RED", "Categories"],
        "relationships": [{"from": "Price List.Category", "to": "Rates.Category", "evidence": "data validation list Categories"}],
        "sensitive": []
    });
    Ok(Sample { path: format!("estate/{}/office/price-list.xlsx", snapshot(year)), bytes: book.bytes()?, truth })
}

pub fn snapshot(year: i64) -> &'static str {
    if year == 2025 { "2025-05" } else { "2026-11" }
}

fn suppliers_sheet() -> Grid {
    let mut g = Grid::new("Suppliers");
    g.header(1, 1, &["Code", "Name", "City", "Mail", "Lead days"]);
    for (i, s) in SUPPLIERS.iter().enumerate() {
        let mail = format!("orders.{}@example.com", s.code.to_lowercase());
        g.row(2 + i as u32, 1, vec![s.code.into(), s.name.into(), s.city.into(), mail.into(), s.lead_days.into()]);
    }
    g
}

/// Orders with lookups into the price list (external) and the suppliers (internal); every cached value is computed here.
pub fn supplier_orders() -> Result<Sample> {
    const ORPHAN_SKU: &str = "FR-0999";
    let list = articles();
    let mut rng = Rng::new(55);
    let mut g = Grid::new("Orders");
    g.put_as(1, 1, "Supplier orders KW 45/46", BOLD);
    g.put(2, 1, "prices come from price-list.xlsx - open it first!");
    g.header(
        4,
        1,
        &["Order", "Supplier", "SKU", "Description", "Qty", "Unit cost", "Amount", "Supplier name", "State", "Ordered"],
    );
    const ROWS: u32 = 60;
    let last = 4 + ROWS;
    let mut totals = vec![0.0; SUPPLIERS.len()];
    for i in 0..ROWS {
        let r = 5 + i;
        let a = rng.pick(&list);
        let orphan = i == 41;
        let qty = rng.between(2, 60);
        g.put(r, 1, format!("PO-{:05}", 7001 + i / 2));
        g.put(r, 2, a.supplier);
        g.put(r, 3, if orphan { ORPHAN_SKU } else { a.sku.as_str() });
        let row_in_list = PRICE_FIRST_ROW as usize + list.iter().position(|x| x.sku == a.sku).unwrap_or(0);
        assert!(row_in_list >= PRICE_FIRST_ROW as usize);
        let missing = || Value::Error("#N/A");
        let lookup = |col: u32| format!("VLOOKUP($C{r},'[1]Price List'!$A$5:$I$54,{col},FALSE)");
        g.put(r, 4, Value::Formula(lookup(2), Box::new(if orphan { missing() } else { a.name.as_str().into() })));
        if i % 13 == 5 {
            g.put(r, 5, format!("{qty}"));
        } else {
            g.put(r, 5, qty);
        }
        g.put_as(r, 6, Value::Formula(lookup(5), Box::new(if orphan { missing() } else { a.cost.into() })), MONEY);
        let amount = cents(qty as f64 * a.cost);
        g.put_as(
            r,
            7,
            Value::Formula(
                format!("IFERROR(ROUND(E{r}*F{r},2),0)"),
                Box::new(if orphan { Value::Num(0.0) } else { amount.into() }),
            ),
            MONEY,
        );
        let at = SUPPLIERS.iter().position(|s| s.code == a.supplier).unwrap_or(0);
        g.put(r, 8, formula(format!("VLOOKUP(B{r},Suppliers!$A$2:$E$8,2,FALSE)"), SUPPLIERS[at].name));
        g.put(r, 9, *rng.pick(&["OPEN", "open", "SENT", "DELIVERED", "DELIVERED"]));
        let day = serial(2026, 11, 2) + i64::from(i / 6);
        g.put(r, 10, if i % 9 == 0 { Value::Text(slashed(day)) } else { Value::Date(day as f64) });
        if !orphan {
            totals[at] += amount;
        }
    }
    let all: f64 = totals.iter().sum();
    g.put_as(last + 1, 1, "Total", BOLD);
    g.put_as(last + 1, 7, formula(format!("SUM(G5:G{last})"), cents(all)), Style { bold: true, ..MONEY });
    g.put(last + 3, 1, "* FR-0999 was delisted, ask purchasing");
    let mut per = Grid::new("Per supplier");
    per.header(1, 1, &["Supplier", "Amount", "Share"]);
    for (i, s) in SUPPLIERS.iter().enumerate() {
        let r = 2 + i as u32;
        per.put(r, 1, s.code);
        per.put_as(
            r,
            2,
            formula(format!("SUMIF(Orders!$B$5:$B${last},A{r},Orders!$G$5:$G${last})"), cents(totals[i])),
            MONEY,
        );
        per.put_as(r, 3, formula(format!("B{r}/SUM($B$2:$B$8)"), cents(totals[i]) / cents(all)), PERCENT);
    }
    let suppliers = suppliers_sheet();
    let modules = vec![
        Module::new("ThisWorkbook", Kind::Workbook, include_str!("macros/empty.cls")),
        Module::new("Sheet1", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("Sheet2", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("Sheet3", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("modSend", Kind::Standard, include_str!("macros/orders_send.bas")),
    ];
    let mut book = Book::new("Einkauf", (2026, 11, 16))
        .sheet_with(&g, move |s| {
            s.add_data_validation(
                4,
                1,
                last - 1,
                1,
                &DataValidation::new().allow_list_formula(Formula::new("=Suppliers!$A$2:$A$8")),
            )?;
            s.insert_button(0, 11, &Button::new().set_caption("Send").set_macro("SendOrders"))?;
            Ok(())
        })
        .sheet(&suppliers)
        .sheet(&per);
    book.modules = modules.clone();
    book.project = 31;
    book.links = vec![price_link(&list)];
    let truth = json!({
        "kind": "xlsm", "state": "parsed", "family": null, "modules": module_truth(&modules),
        "tables": [{"sheet": "Orders", "header_row": 4, "first_row": 5, "last_row": last, "key": "Order + SKU", "planted": ["total row", "note below", "quantities as text", "one #N/A"]}, {"sheet": "Suppliers", "header_row": 1, "first_row": 2, "last_row": 8, "key": "Code"}],
        "relationships": [
            {"from": "Orders.SKU", "to": "price-list.xlsx/Price List.SKU", "evidence": "VLOOKUP exact, external link 1", "orphans": [ORPHAN_SKU]},
            {"from": "Orders.Supplier", "to": "Suppliers.Code", "evidence": "VLOOKUP exact; data validation list"},
            {"from": "Per supplier.Supplier", "to": "Orders.Supplier", "evidence": "SUMIF"}
        ],
        "external_links": ["price-list.xlsx"],
        "capabilities": ["mail", "file", "database", "process"],
        "findings": [{"what": "credential in VBA constant", "module": "modSend"}, {"what": "UNC path in VBA constant", "module": "modSend"}],
        "macros": [{"entry": "modSend.SendOrders", "replayable": false}],
        "sensitive": [{"sheet": "Suppliers", "column": "Mail", "type": "email", "class": "business contact"}]
    });
    Ok(Sample { path: "estate/2026-11/office/supplier-orders.xlsm".into(), bytes: book.bytes()?, truth })
}

/// The link into the price list with the cells a linking workbook would cache.
fn price_link(list: &[crate::catalogue::Article]) -> ExternalBook {
    let mut cached = Vec::new();
    for (i, a) in list.iter().enumerate() {
        let r = PRICE_FIRST_ROW + i as u32;
        cached.push((a1(r, 1), r, Err(a.sku.clone())));
        cached.push((a1(r, 2), r, Err(a.name.clone())));
        cached.push((a1(r, 5), r, Ok(a.cost)));
        cached.push((a1(r, 7), r, Ok(net_price(a.cost, a.markup))));
    }
    ExternalBook { target: "price-list.xlsx".into(), sheet: "Price List".into(), cached }
}

/// Employee master data nobody registered: special categories beside pay data.
pub fn employees(year: i64) -> Result<Sample> {
    let mut rng = Rng::new(11);
    let people = if year == 2025 { 41 } else { 52 };
    let mut g = Grid::new("Staff");
    g.put_as(1, 1, "Staff list - CONFIDENTIAL - please do not forward", BOLD);
    g.put_as(3, 1, "Person", BOLD);
    g.put_as(3, 6, "Payroll", BOLD);
    g.put_as(3, 11, "Other", BOLD);
    let header = [
        "Pers. no.",
        "First name",
        "Last name",
        "Date of birth",
        "Mail",
        "Tax ID",
        "IBAN",
        "Hourly wage",
        "Church tax",
        "Union member",
        "Severely disabled (degree)",
        "Health notes",
        "Store",
        "Entry date",
    ];
    g.header(4, 1, &header);
    const HEALTH: [&str; 6] = [
        "back problems, no lifting over 10 kg",
        "pregnant, due in March",
        "asthma",
        "diabetes type 1, regular breaks",
        "long-term sick since 2026-08",
        "allergy to nuts",
    ];
    for i in 0..people {
        let r = 5 + i as u32;
        let (given, family, mail) = person(i);
        let birth = serial(1962, 1, 1) + rng.between(0, 15_000);
        let entry = serial(2008, 1, 1) + rng.between(0, 6_200);
        g.row(r, 1, vec![format!("{:05}", 4100 + i).into(), given.into(), family.into()]);
        g.put(r, 4, if i % 7 == 3 { Value::Text(dotted(birth)) } else { Value::Date(birth as f64) });
        g.put(r, 5, if i % 11 == 4 { mail.to_uppercase() } else { mail });
        g.put(r, 6, test_tax_id(1000 + i as u64));
        let iban = test_iban(1_000_000 + 7919 * i as u64);
        g.put(r, 7, if i % 5 == 2 { spaced(&iban) } else { iban });
        g.put_as(r, 8, 12.82 + rng.between(0, 900) as f64 / 100.0, MONEY);
        g.put(r, 9, *rng.pick(&["rk", "ev", "--", "--", "none", "ak"]));
        g.put(r, 10, *rng.pick(&["yes", "no", "no", "no", "verdi"]));
        if rng.chance(12) {
            g.put(r, 11, *rng.pick(&[30i64, 50, 60, 80]));
        }
        if rng.chance(22) {
            g.put(r, 12, *rng.pick(&HEALTH));
        }
        g.put(r, 13, *rng.pick(&["014", "027", "031", "044"]));
        g.put(r, 14, if i % 6 == 1 { Value::Text(iso(entry)) } else { Value::Date(entry as f64) });
    }
    let last = 4 + people as u32;
    g.put(last + 2, 1, format!("as of {}, {} persons", if year == 2025 { "31.05.2025" } else { "15.11.2026" }, people));
    let book = Book::new("HR", if year == 2025 { (2025, 5, 30) } else { (2026, 11, 15) }).sheet_with(&g, |s| {
        let bold = Format::new().set_bold();
        s.merge_range(2, 0, 2, 4, "Person", &bold)?;
        s.merge_range(2, 5, 2, 9, "Payroll", &bold)?;
        s.merge_range(2, 10, 2, 13, "Other", &bold)?;
        s.insert_note(8, 11, &Note::new("talked to her on 3 Nov, wants day shifts only").set_author("HR"))?;
        s.set_column_hidden(7)?;
        Ok(())
    });
    let col = |column: &str, kind: &str, class: &str| json!({"sheet": "Staff", "column": column, "type": kind, "class": class});
    let special = |column: &str, kind: &str, article9: &str| json!({"sheet": "Staff", "column": column, "type": kind, "class": "special", "article9": article9});
    let truth = json!({
        "kind": "xlsx", "state": "parsed", "family": null,
        "tables": [{"sheet": "Staff", "header_row": 4, "first_row": 5, "last_row": last, "key": "Pers. no.", "planted": ["merged group header", "hidden column", "mixed date texts", "leading zeros", "IBAN with and without spaces"]}],
        "relationships": [{"from": "shift-plan: Pers. no.", "to": "Staff.Pers. no.", "evidence": "contained values across files"}],
        "sensitive": [
            col("First name", "givenName", "personal"), col("Last name", "familyName", "personal"), col("Date of birth", "birthDate", "personal"), col("Mail", "email", "personal"),
            col("Tax ID", "nationalId", "national id"), col("IBAN", "iban", "personal"), col("Hourly wage", "pay", "personal"),
            special("Church tax", "religion", "religion or belief"), special("Union member", "tradeUnion", "trade union"),
            special("Severely disabled (degree)", "disability", "health"), special("Health notes", "health", "health"),
            {"sheet": "Staff", "cell": "L9", "type": "note", "class": "personal", "where": "cell comment"}
        ]
    });
    Ok(Sample { path: format!("estate/{}/office/staff.xlsx", snapshot(year)), bytes: book.bytes()?, truth })
}

fn spaced(iban: &str) -> String {
    iban.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>().join(" ")
}

/// Phone orders with card numbers and, since 2026, the security code: the scope changes between the snapshots.
pub fn payments(year: i64) -> Result<Sample> {
    let with_cvv = year != 2025;
    let mut rng = Rng::new(13);
    let rows = if with_cvv { 64u32 } else { 37 };
    let mut g = Grid::new("Phone orders");
    g.put_as(1, 1, "Phone orders, card payments to key in later", BOLD);
    g.header(
        3,
        1,
        &[
            "Order",
            "Date",
            "Cardholder",
            "Card number",
            "Expiry",
            if with_cvv { "CVV" } else { "" },
            "Amount",
            "Keyed in",
            "Remark",
        ],
    );
    for i in 0..rows {
        let r = 4 + i;
        let (given, family, _) = person(30 + i as usize);
        let pan = *rng.pick(&TEST_PANS);
        g.put(r, 1, 88_000 + i64::from(i));
        let day = serial(if with_cvv { 2026 } else { 2025 }, if with_cvv { 10 } else { 4 }, 1) + i64::from(i / 2);
        g.put(
            r,
            2,
            match i % 8 {
                3 => Value::Text(slashed(day)),
                6 => Value::Text(dotted(day)),
                _ => Value::Date(day as f64),
            },
        );
        g.put(r, 3, format!("{given} {family}").to_uppercase());
        g.put(
            r,
            4,
            match i % 6 {
                0 => spaced(pan),
                1 => spaced(pan).replace(' ', "-"),
                _ => pan.to_string(),
            },
        );
        g.put(r, 5, format!("{:02}/{:02}", rng.between(1, 12), rng.between(27, 31)));
        if with_cvv {
            g.put(r, 6, format!("{:03}", rng.between(0, 999)));
        }
        g.put_as(r, 7, rng.between(500, 30_000) as f64 / 100.0, MONEY);
        g.put(r, 8, *rng.pick(&["yes", "yes", "no", "x"]));
        if i % 17 == 9 {
            g.put(r, 9, format!("card declined, second card {} ({})", rng.pick(&TEST_PANS), remark_name(i as usize)));
        }
    }
    let last = 3 + rows;
    let sum: f64 = (4..=last).filter_map(|r| g.number(r, 7)).sum();
    g.put_as(last + 1, 1, "TOTAL", BOLD);
    g.put_as(last + 1, 7, formula(format!("SUM(G4:G{last})"), cents(sum)), Style { bold: true, ..MONEY });
    let book = Book::new("Service", if with_cvv { (2026, 11, 4) } else { (2025, 4, 22) }).sheet(&g);
    let mut sensitive = vec![
        json!({"sheet": "Phone orders", "column": "Cardholder", "type": "cardholderName", "class": "CHD"}),
        json!({"sheet": "Phone orders", "column": "Card number", "type": "pan", "class": "CHD"}),
        json!({"sheet": "Phone orders", "column": "Expiry", "type": "cardExpiry", "class": "CHD"}),
        json!({"sheet": "Phone orders", "column": "Remark", "type": "pan", "class": "CHD", "where": "free text"}),
    ];
    if with_cvv {
        sensitive.push(json!({"sheet": "Phone orders", "column": "CVV", "type": "cvv", "class": "SAD"}));
    }
    let truth = json!({
        "kind": "xlsx", "state": "parsed", "family": null,
        "tables": [{"sheet": "Phone orders", "header_row": 3, "first_row": 4, "last_row": last, "key": "Order", "planted": ["total row", "PAN with spaces and dashes", "mixed date texts", "PAN in free text", if with_cvv { "CVV column new since 2025-05" } else { "no CVV column yet; empty column F" }]}],
        "relationships": [], "sensitive": sensitive
    });
    Ok(Sample { path: format!("estate/{}/office/phone-payments.xlsx", snapshot(year)), bytes: book.bytes()?, truth })
}

/// Customers with duplicates, and a second table beside the first.
pub fn customers() -> Result<Sample> {
    let mut rng = Rng::new(17);
    let mut g = Grid::new("Customers");
    g.put_as(1, 1, "Customer list loyalty + delivery", BOLD);
    g.header(3, 1, &["Cust no", "Name", "E-Mail", "Phone", "Street", "ZIP", "City", "Newsletter", "Birthday", "Since"]);
    g.header(3, 12, &["City", "Store"]);
    const CITIES: [(&str, &str, &str); 5] = [
        ("01067", "Dresden", "014"),
        ("10115", "Berlin", "027"),
        ("34117", "Kassel", "031"),
        ("99084", "Erfurt", "044"),
        ("04109", "Leipzig", "014"),
    ];
    for (i, c) in CITIES.iter().enumerate() {
        g.row(4 + i as u32, 12, vec![c.1.into(), c.2.into()]);
    }
    const ROWS: u32 = 120;
    for i in 0..ROWS {
        let r = 4 + i;
        // Every 19th line repeats the customer five lines above under a new number, in capitals.
        let duplicate = i % 19 == 18;
        let who = if duplicate { i - 5 } else { i } as usize;
        let (given, family, mail) = person(who + 3);
        let city = CITIES[who % CITIES.len()];
        let name = format!("{given} {family}");
        g.put(r, 1, format!("C{:05}", 20_001 + i));
        g.put(
            r,
            2,
            if duplicate {
                name.to_uppercase()
            } else if i % 10 == 7 {
                format!("{name}  ")
            } else {
                name
            },
        );
        match i % 14 {
            5 => g.put(r, 3, "-"),
            9 => g.put(r, 3, mail.replace('@', " at ")),
            _ => g.put(r, 3, mail),
        }
        let number = 1000 + (who * 37) % 9000;
        g.put(
            r,
            4,
            match i % 4 {
                0 => format!("+49 30 0000{number}"),
                1 => format!("030/0000{number}"),
                2 => format!("0049300000{number}"),
                _ => "n/a".to_string(),
            },
        );
        g.put(r, 5, format!("Musterweg {}", who % 88 + 1));
        g.put(r, 6, city.0);
        g.put(r, 7, city.1);
        let newsletter = *rng.pick(&["y", "n", "yes", "NO", "1", ""]);
        if i % 23 == 7 {
            g.put(r, 8, Value::Bool(true));
        } else {
            g.put(r, 8, newsletter);
        }
        let birth = serial(1950, 1, 1) + (who as i64 * 311) % 19_000;
        g.put(r, 9, if i % 3 == 0 { Value::Text(dotted(birth)) } else { Value::Date(birth as f64) });
        g.put(r, 10, rng.between(2012, 2026));
    }
    let last = 3 + ROWS;
    let book = Book::new("Service", (2026, 10, 28)).sheet_with(&g, move |s| {
        s.autofilter(2, 0, last - 1, 9)?;
        Ok(())
    });
    let truth = json!({
        "kind": "xlsx", "state": "parsed", "family": null,
        "tables": [{"sheet": "Customers", "header_row": 3, "first_row": 4, "last_row": last, "key": "Cust no", "planted": ["duplicates every 19th line", "ZIP with leading zeros", "trailing spaces", "broken mails"]}, {"sheet": "Customers", "range": "L3:M8", "header_row": 3, "first_row": 4, "last_row": 8, "key": "City"}],
        "relationships": [{"from": "Customers.City", "to": "L3:M8.City", "evidence": "contained values"}],
        "duplicates": (0..ROWS).filter(|i| i % 19 == 18).map(|i| json!([format!("C{:05}", 20_001 + i - 5), format!("C{:05}", 20_001 + i)])).collect::<Vec<_>>(),
        "sensitive": [
            {"sheet": "Customers", "column": "Name", "type": "personName", "class": "personal"}, {"sheet": "Customers", "column": "E-Mail", "type": "email", "class": "personal"},
            {"sheet": "Customers", "column": "Phone", "type": "phone", "class": "personal"}, {"sheet": "Customers", "column": "Street", "type": "address", "class": "personal"},
            {"sheet": "Customers", "column": "ZIP", "type": "postalCode", "class": "personal"}, {"sheet": "Customers", "column": "Birthday", "type": "birthDate", "class": "personal"}
        ]
    });
    Ok(Sample { path: "estate/2026-11/office/customers.xlsx".into(), bytes: book.bytes()?, truth })
}

/// One sheet per warehouse and a summary with sums across sheets.
pub fn inventory(year: i64) -> Result<Sample> {
    const HOUSES: [&str; 3] = ["WH Nord", "WH Mitte", "WH Sued"];
    let list = articles();
    let mut rng = Rng::new(if year == 2025 { 19 } else { 20 });
    let shown = if year == 2025 { 35 } else { list.len() };
    let mut grids = Vec::new();
    let mut quantity = vec![[0i64; 3]; shown];
    for (h, house) in HOUSES.iter().enumerate() {
        let mut g = Grid::new(house);
        g.put_as(1, 2, format!("Inventory {house}"), BOLD);
        g.header(3, 2, &["SKU", "Article", "", "Bin", "Qty", "Unit cost", "Value"]);
        for (i, a) in list.iter().take(shown).enumerate() {
            let r = 4 + i as u32;
            let qty = rng.between(0, 400);
            quantity[i][h] = qty;
            g.row(
                r,
                2,
                vec![
                    a.sku.as_str().into(),
                    a.name.as_str().into(),
                    "".into(),
                    format!("{}-{:02}-{}", h + 1, rng.between(1, 40), rng.between(1, 6)).into(),
                    qty.into(),
                ],
            );
            g.put_as(r, 7, a.cost, MONEY);
            g.put_as(r, 8, formula(format!("F{r}*G{r}"), qty as f64 * a.cost), MONEY);
        }
        grids.push(g);
    }
    let mut sum = Grid::new("Summary");
    sum.put_as(1, 1, "Stock over all warehouses", BOLD);
    sum.header(3, 1, &["SKU", HOUSES[0], HOUSES[1], HOUSES[2], "Total", "Check"]);
    let last = 3 + shown as u32;
    for (i, a) in list.iter().take(shown).enumerate() {
        let r = 4 + i as u32;
        sum.put(r, 1, a.sku.as_str());
        for (h, house) in HOUSES.iter().enumerate() {
            let col = 2 + h as u16;
            if i == 9 && h == 1 {
                // Someone typed over the formula: the total no longer matches the warehouse.
                sum.put(r, col, quantity[i][h] + 12);
            } else {
                sum.put(
                    r,
                    col,
                    formula(format!("SUMIF('{house}'!$B$4:$B${last},$A{r},'{house}'!$F$4:$F${last})"), quantity[i][h]),
                );
            }
        }
        let typed = if i == 9 { 12 } else { 0 };
        let total: i64 = quantity[i].iter().sum::<i64>() + typed;
        sum.put(r, 5, formula(format!("SUM(B{r}:D{r})"), total));
        sum.put(r, 6, formula(format!("IF(E{r}<50,\"low\",\"ok\")"), if total < 50 { "low" } else { "ok" }));
    }
    let mut book = Book::new("Logistik", if year == 2025 { (2025, 5, 19) } else { (2026, 11, 9) }).sheet(&sum);
    for g in &grids {
        book = book.sheet(g);
    }
    let truth = json!({
        "kind": "xlsx", "state": "parsed", "family": null,
        "tables": HOUSES.iter().map(|h| json!({"sheet": h, "header_row": 3, "first_row": 4, "last_row": last, "first_column": "B", "key": "SKU", "planted": ["blank column D inside the table", "starts in column B"]})).chain([json!({"sheet": "Summary", "header_row": 3, "first_row": 4, "last_row": last, "key": "SKU"})]).collect::<Vec<_>>(),
        "relationships": HOUSES.iter().map(|h| json!({"from": "Summary.SKU", "to": format!("{h}.SKU"), "evidence": "SUMIF"})).collect::<Vec<_>>(),
        "findings": [{"what": "value typed over a formula range", "sheet": "Summary", "cell": "C13"}],
        "sensitive": []
    });
    Ok(Sample { path: format!("estate/{}/office/inventory.xlsx", snapshot(year)), bytes: book.bytes()?, truth })
}

/// Gone by 2026-11.
pub fn promotions() -> Result<Sample> {
    let list = articles();
    let mut rng = Rng::new(23);
    let mut g = Grid::new("2025");
    g.put_as(1, 1, "Promotion calendar 2025", BOLD);
    g.header(3, 1, &["Week", "SKU", "Promo price", "Flyer page", "Responsible"]);
    for i in 0..52u32 {
        let a = rng.pick(&list);
        let r = 4 + i;
        g.row(r, 1, vec![format!("KW {:02}", i % 52 + 1).into(), a.sku.as_str().into()]);
        g.put_as(r, 3, cents(a.cost * 1.08), MONEY);
        g.put(r, 4, if i % 10 == 4 { Value::from("tbd") } else { rng.between(1, 8).into() });
        g.put(r, 5, FAMILY[i as usize % 6]);
    }
    let book = Book::new("Marketing", (2025, 3, 14)).sheet(&g);
    let truth = json!({
        "kind": "xlsx", "state": "parsed", "family": null, "gone_in": "2026-11",
        "tables": [{"sheet": "2025", "header_row": 3, "first_row": 4, "last_row": 55, "key": "Week", "planted": ["tbd noise"]}],
        "relationships": [{"from": "2025.SKU", "to": "price-list.xlsx/Price List.SKU", "evidence": "contained values across files"}],
        "sensitive": [{"sheet": "2025", "column": "Responsible", "type": "familyName", "class": "personal"}]
    });
    Ok(Sample { path: "estate/2025-05/office/promo-calendar-2025.xlsx".into(), bytes: book.bytes()?, truth })
}
