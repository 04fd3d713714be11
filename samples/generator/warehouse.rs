//! The warehouse database as a native Jet 4 file: items, warehouses, stock moves, people; one saved query, three relationships, one orphan reference.

use crate::build::{Result, Sample};
use crate::calendar::serial;
use crate::catalogue::{SUPPLIERS, articles, person};
use crate::jet::{self, Column, Field, Index, Kind, Query, Relation, Table, column};
use crate::rng::Rng;
use serde_json::json;

const MOVES: i64 = 380;
const PICKERS: i64 = 60;

fn key(name: &'static str) -> Column {
    Column { name, kind: Kind::Long, auto: true }
}

fn primary() -> Index {
    Index { name: "PrimaryKey", column: 0, primary: true }
}

fn warehouses() -> Table {
    const HOUSES: [(&str, &str, bool); 4] = [
        ("WH Nord", "Bremen", true),
        ("WH Mitte", "Kassel", true),
        ("WH Süd", "Kempten", true),
        ("WH Alt (closed)", "Fulda", false),
    ];
    let rows = HOUSES.iter().enumerate().map(|(i, (name, city, open))| {
        vec![
            (i as i64 + 1).into(),
            (*name).into(),
            (*city).into(),
            Field::Bool(*open),
            Field::Double(1200.5 + 310.25 * i as f64),
        ]
    });
    Table {
        name: "Warehouse",
        columns: vec![
            key("WarehouseID"),
            column("WarehouseName", Kind::Text(40)),
            column("City", Kind::Text(40)),
            column("IsOpen", Kind::Bool),
            column("FloorArea", Kind::Double),
        ],
        indexes: vec![primary()],
        rows: rows.collect(),
    }
}

fn items() -> Table {
    let mut rng = Rng::new(71);
    let rows = articles().into_iter().enumerate().map(|(i, a)| {
        let note = match i % 10 {
            3 => Field::from("fragile"),
            7 => Field::Text(format!("Supplier {} delivers {} only on even weeks; see the agreement of 2019. Ask purchasing before changing the pack size, because the till labels are printed from it.", a.supplier, a.name)),
            _ => Field::Null,
        };
        let since = serial(2015, 1, 1) + rng.between(0, 3800);
        vec![
            (i as i64 + 1).into(),
            a.sku.as_str().into(),
            a.name.as_str().into(),
            SUPPLIERS.iter().find(|s| s.code == a.supplier).map_or(Field::Null, |s| s.name.into()),
            Field::Money((a.cost * 100.0).round() as i64 * 100),
            Field::Double(since as f64),
            Field::Bool(i % 11 != 5),
            note,
        ]
    });
    Table {
        name: "Item",
        columns: vec![
            key("ItemID"),
            column("SKU", Kind::Text(12)),
            column("Description", Kind::Text(80)),
            column("Supplier", Kind::Text(60)),
            column("UnitCost", Kind::Money),
            column("ListedSince", Kind::Date),
            column("Active", Kind::Bool),
            column("Notes", Kind::Memo),
        ],
        indexes: vec![primary()],
        rows: rows.collect(),
    }
}

fn pickers() -> Table {
    let rows = (0..PICKERS).map(|i| {
        let (given, family, mail) = person(i as usize);
        let badge = format!("{:05}", 4100 + i);
        vec![
            (i + 1).into(),
            badge.as_str().into(),
            Field::Text(format!("{given} {family}")),
            if i % 8 == 5 { Field::Null } else { Field::Text(mail) },
            Field::Double((serial(1965, 3, 1) + i * 211) as f64),
        ]
    });
    Table {
        name: "Picker",
        columns: vec![
            key("PickerID"),
            column("BadgeNo", Kind::Text(5)),
            column("FullName", Kind::Text(60)),
            column("Mail", Kind::Text(80)),
            column("BirthDate", Kind::Date),
        ],
        indexes: vec![primary()],
        rows: rows.collect(),
    }
}

fn moves(item_count: i64) -> Table {
    let mut rng = Rng::new(73);
    let rows = (0..MOVES).map(|i| {
        let moved = serial(2026, 8, 3) as f64 + i as f64 / 4.0 + rng.between(0, 5) as f64 / 24.0;
        // Move 200 lost its item: its reference is empty, the old number stands in the remark.
        let item = if i == 199 { Field::Null } else { rng.between(1, item_count).into() };
        let remark = if i == 199 {
            Field::from("item 777 deleted")
        } else if rng.chance(6) {
            Field::from("damaged pallet")
        } else {
            Field::Null
        };
        let quantity = rng.between(1, 240);
        vec![
            (i + 1).into(),
            rng.between(1, 3).into(),
            item,
            rng.between(1, PICKERS).into(),
            Field::Double(moved),
            (if rng.chance(45) { -quantity } else { quantity }).into(),
            (*rng.pick(&["IN", "OUT", "CORR"])).into(),
            remark,
        ]
    });
    Table {
        name: "StockMove",
        columns: vec![
            key("MoveID"),
            column("WarehouseID", Kind::Long),
            column("ItemID", Kind::Long),
            column("PickerID", Kind::Long),
            column("MovedAt", Kind::Date),
            column("Quantity", Kind::Int),
            column("MoveType", Kind::Text(4)),
            column("Remark", Kind::Text(120)),
        ],
        indexes: vec![
            primary(),
            Index { name: "WarehouseID", column: 1, primary: false },
            Index { name: "ItemID", column: 2, primary: false },
            Index { name: "PickerID", column: 3, primary: false },
        ],
        rows: rows.collect(),
    }
}

fn relation(name: &'static str, parent: &'static str, column: &'static str, bits: i64) -> Relation {
    Relation { name, child: "StockMove", child_column: column, parent, parent_column: column, bits }
}

pub fn databases() -> Result<Vec<Sample>> {
    let item = items();
    let count = item.rows.len() as i64;
    let tables = [warehouses(), item, pickers(), moves(count)];
    let relations = [
        relation("WarehouseStockMove", "Warehouse", "WarehouseID", 0),
        relation("ItemStockMove", "Item", "ItemID", 0x100),
        relation("PickerStockMove", "Picker", "PickerID", 0),
    ];
    // A select with an inner join, a sum, a condition, grouping and an order.
    let stock = Query {
        name: "qryStockByItem",
        rows: vec![
            (1, "", "", "", Some(1)),
            (5, "Item", "", "", None),
            (5, "StockMove", "", "", None),
            (6, "", "", "Item.SKU", None),
            (6, "OnHand", "", "Sum(StockMove.Quantity)", None),
            (7, "Item", "StockMove", "Item.ItemID=StockMove.ItemID", Some(1)),
            (8, "", "", "StockMove.MoveType<>\"CORR\"", None),
            (9, "", "", "Item.SKU", None),
            (11, "", "", "Item.SKU", None),
        ],
    };
    let bytes = jet::database(&tables, &relations, &[stock], serial(2019, 3, 4) as f64);
    let listed = |t: &Table| json!({"name": t.name, "rows": t.rows.len(), "columns": t.columns.iter().map(|c| c.name).collect::<Vec<_>>(), "primary_key": [t.columns[0].name]});
    let truth = json!({
        "kind": "mdb", "state": "parsed", "family": null, "database": "warehouse",
        "tables": tables.iter().map(listed).collect::<Vec<_>>(),
        "queries": ["qryStockByItem"],
        "relationships": relations.iter().map(|r| json!({"name": r.name, "from": format!("{}.{}", r.child, r.child_column), "to": format!("{}.{}", r.parent, r.parent_column), "enforced": true, "cascade_update": r.bits & 0x100 != 0})).collect::<Vec<_>>(),
        "planted": ["move 200 has no item", "currency in ten-thousandths", "memo in a long-value page"],
        "sensitive": [
            {"table": "Picker", "column": "FullName", "type": "personName", "class": "personal"}, {"table": "Picker", "column": "Mail", "type": "email", "class": "personal"},
            {"table": "Picker", "column": "BirthDate", "type": "birthDate", "class": "personal"}
        ]
    });
    Ok(vec![Sample { path: "estate/2026-11/access/warehouse.mdb".into(), bytes, truth }])
}
