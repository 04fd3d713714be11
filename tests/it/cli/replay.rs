//! Receipts: equal where the workflow does what the macro did, and not after one changed operator; rows of databases compared.

use serde_json::{Value, json};

use super::{Place, estate, items, sample, text, workbook};

#[test]
fn replay_finds_its_own_output_equal() {
    let (code, found) = Place::new().json(&["replay", &workbook(), "--macro", "ReorderCheck", "--json"]);
    let receipt = &found["receipts"][0];
    assert_eq!(
        (code, receipt["equal"].as_bool(), receipt["level"].as_str()),
        (0, Some(true), Some("found")),
        "{receipt:.800}"
    );
    assert!(receipt["cells"].as_u64().is_some_and(|cells| cells > 50));
}

#[test]
fn replay_of_a_pair_is_recorded_evidence() {
    for (pair, after) in [("weekly-report", "weekly-report.xlsm"), ("discount-approval", "discount-approval.xlsm")] {
        let before = sample(&format!("pairs/{pair}/before.xlsm"));
        let after = estate(&format!("office/{after}"));
        let (_, found) = Place::new().json(&["replay", &before, "--after", &after, "--json"]);
        let receipts = items(&found["receipts"]);
        assert!(receipts.iter().all(|receipt| receipt["level"] == "recorded") && !receipts.is_empty(), "{pair}");
        assert!(receipts.iter().any(|receipt| receipt["equal"] == true), "{pair}: {:.800}", found);
    }
}

/// Visits every step, blocks within blocks included, until `change` accepts one.
fn change_first(value: &mut Value, change: &mut dyn FnMut(&mut serde_json::Map<String, Value>) -> bool) -> bool {
    match value {
        Value::Object(members) => change(members) || members.values_mut().any(|member| change_first(member, change)),
        Value::Array(list) => list.iter_mut().any(|item| change_first(item, change)),
        _ => false,
    }
}

/// The application with one operator changed: in the n-th assignment of the workflow that holds `from`. None when there is
/// no such step.
fn mutated(application: &Value, workflow: &str, (from, to): (char, &str), n: usize) -> Option<Value> {
    let mut copy = application.clone();
    let found = copy["workflows"]
        .as_array_mut()?
        .iter_mut()
        .find(|flow| flow["name"].as_str().is_some_and(|name| name.ends_with(workflow)))?;
    let mut seen = 0;
    let mut change = |step: &mut serde_json::Map<String, Value>| {
        let kind = step.get("type").and_then(Value::as_str).unwrap_or("");
        let value = step.get("value").and_then(Value::as_str).unwrap_or("");
        if !matches!(kind, "set" | "writeRange") || !value.contains(from) || value.contains('"') {
            return false;
        }
        seen += 1;
        if seen <= n {
            return false;
        }
        let other = value.replacen(from, to, 1);
        step.insert(String::from("value"), Value::String(other));
        true
    };
    change_first(&mut found["steps"], &mut change).then_some(copy)
}

#[test]
fn a_receipt_fails_when_one_operator_of_the_workflow_is_changed() {
    let place = Place::new();
    let (_, converted) = place.json(&["convert", &workbook(), "--json"]);
    let application = &converted["application"];
    let receipt_of = |application: &Value| {
        let model = place.write("model.json", json!({ "application": application }).to_string());
        let (code, found) =
            place.json(&["replay", &workbook(), "--macro", "ReorderCheck", "--model", &model, "--json"]);
        (code, found["receipts"][0]["equal"].clone(), items(&found["receipts"][0]["differences"]).len())
    };
    assert_eq!(receipt_of(application), (0, json!(true), 0), "the unchanged model is equal");
    // The macro's own counters, and the order quantity in the function it calls for every article.
    let changes = [("ReorderCheck", ('+', "-"), 0), ("ReorderCheck", ('+', "-"), 1), ("OrderQuantity", ('*', "+"), 0)];
    for (workflow, (from, to), n) in changes {
        let changed = mutated(application, workflow, (from, to), n);
        let changed = changed.unwrap_or_else(|| panic!("{workflow} holds no {from} number {n} to change"));
        let (code, equal, differences) = receipt_of(&changed);
        assert_eq!((code, equal), (1, json!(false)), "{from} number {n} of {workflow}");
        assert!(differences > 0, "{from} number {n} of {workflow}: the receipt names no cell");
    }
}

#[test]
fn a_model_that_leaves_out_one_write_does_not_pass_by_the_old_output() {
    let place = Place::new();
    let (_, converted) = place.json(&["convert", &workbook(), "--json"]);
    let mut application = converted["application"].clone();
    let mut silence = |step: &mut serde_json::Map<String, Value>| {
        let writes = step.get("type").is_some_and(|kind| kind == "writeRange");
        if writes {
            step.retain(|key, _| matches!(key.as_str(), "id" | "source"));
            step.insert(String::from("type"), json!("noop"));
            step.insert(String::from("reason"), json!("left out"));
        }
        writes
    };
    let workflows = application["workflows"].as_array_mut().expect("workflows");
    let reorder = workflows.iter_mut().find(|flow| text(&flow["name"]).ends_with(".ReorderCheck")).expect("the macro");
    assert!(change_first(reorder, &mut silence), "the macro writes cells");
    let model = place.write("model.json", json!({ "application": application }).to_string());
    let (code, found) = place.json(&["replay", &workbook(), "--macro", "ReorderCheck", "--model", &model, "--json"]);
    let receipt = &found["receipts"][0];
    assert_eq!(
        (code, text(&receipt["level"]), receipt["equal"].as_bool()),
        (1, "found", Some(false)),
        "{receipt:.800}"
    );
}

#[test]
fn output_found_in_a_file_is_evidence_only_when_it_does_not_feed_on_itself() {
    let place = Place::new();
    let file = place.write("counter.csv", "Count,Limit\n5,4\n");
    let writes = |value: &str| {
        json!({"application": {"id": "counter", "version": "1.0.0", "workflows": [{
            "name": "Main", "coercion": "vba", "procedure": "sub", "trigger": {"on": "manual"},
            "steps": [{"id": "s1", "type": "writeRange", "target": "ThisWorkbook.Worksheets(1).Range(\"A2\").Value", "value": value}],
        }]}})
    };
    let of = |value: &str| {
        let model = place.write("model.json", writes(value).to_string());
        let (_, found) = place.json(&["replay", &file, "--model", &model, "--macro", "Main", "--json"]);
        let receipt = found["receipts"][0].clone();
        (text(&receipt["level"]).to_string(), receipt["equal"].as_bool(), receipt["cells"].as_u64())
    };
    let limit = "ThisWorkbook.Worksheets(1).Range(\"B2\").Value";
    let count = "ThisWorkbook.Worksheets(1).Range(\"A2\").Value";
    assert_eq!(of(&format!("{limit} + 1")), (String::from("found"), Some(true), Some(1)));
    assert_eq!(of(&format!("{limit} + 2")), (String::from("found"), Some(false), Some(1)));
    assert_eq!(
        of(&format!("{count} * 1")),
        (String::from("self"), Some(true), Some(1)),
        "a stale value is no evidence"
    );
}

// ---- databases ----

/// The table Orders as Access exports it, with these rows of (ID, State, Total).
fn orders_export(rows: &[(u32, &str, &str)]) -> String {
    let row = |(id, state, total): &(u32, &str, &str)| {
        format!("<Orders><ID>{id}</ID><State>{state}</State><Total>{total}</Total></Orders>")
    };
    let rows: String = rows.iter().map(row).collect();
    format!(
        "<root xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:od=\"urn:schemas-microsoft-com:officedata\">\
         <xsd:schema><xsd:element name=\"dataroot\"><xsd:complexType><xsd:sequence><xsd:element ref=\"Orders\"/></xsd:sequence></xsd:complexType></xsd:element>\
         <xsd:element name=\"Orders\"><xsd:annotation><xsd:appinfo><od:index index-name=\"PrimaryKey\" index-key=\"ID \" primary=\"yes\" unique=\"yes\"/></xsd:appinfo></xsd:annotation>\
         <xsd:complexType><xsd:sequence><xsd:element name=\"ID\" od:jetType=\"longinteger\"/><xsd:element name=\"State\" od:jetType=\"text\"/>\
         <xsd:element name=\"Total\" od:jetType=\"currency\"/></xsd:sequence></xsd:complexType></xsd:element></xsd:schema>\
         <dataroot xmlns:od=\"urn:schemas-microsoft-com:officedata\">{rows}</dataroot></root>"
    )
}

/// A model whose one workflow doubles what is open.
const DOUBLING: &str = r#"{"application": {"id": "orders", "version": "1.0.0", "dataModels": [{"name": "Orders", "fields": [{"name": "ID", "type": "Integer"}, {"name": "State", "type": "Text"}, {"name": "Total", "type": "Decimal", "precision": 19, "scale": 4}]}], "workflows": [{"name": "Double", "coercion": "vba", "procedure": "sub", "trigger": {"on": "manual"}, "steps": [{"type": "updateRecord", "model": "Orders", "filter": "State = \"open\"", "values": {"Total": "Total * 2"}}]}, {"name": "Show", "coercion": "vba", "inputs": [{"name": "state", "type": "String"}], "outputs": ["rows"], "variables": [{"name": "rows", "type": "Variant"}], "steps": [{"type": "query", "sql": "\"SELECT ID, Total FROM Orders WHERE State = wanted ORDER BY ID\"", "with": {"wanted": "state"}, "into": "rows"}]}]}}"#;

#[test]
fn a_database_receipt_compares_tables_row_by_row() {
    let place = Place::new();
    let model = place.write("model.json", DOUBLING);
    let before = place.write("before.xml", orders_export(&[(1, "open", "10.5"), (2, "done", "4"), (3, "open", "1")]));
    let after = place.write("after.xml", orders_export(&[(3, "open", "2"), (1, "open", "21"), (2, "done", "4")]));
    let wrong = place.write("wrong.xml", orders_export(&[(1, "open", "21"), (2, "done", "5"), (4, "open", "2")]));
    let replay = |after: &str| {
        place.json(&["replay", &before, "--model", &model, "--macro", "Double", "--after", after, "--json"])
    };
    let (code, found) = replay(&after);
    let receipt = &found["receipts"][0];
    assert_eq!((code, text(&receipt["level"]), receipt["equal"].as_bool()), (0, "recorded", Some(true)), "{receipt}");
    assert_eq!(receipt["cells"].as_u64(), Some(9));
    let (code, found) = replay(&wrong);
    let differences: Vec<&str> =
        items(&found["receipts"][0]["differences"]).iter().map(|difference| text(&difference["cell"])).collect();
    assert_eq!((code, differences), (1, vec!["Orders[ID=2].Total", "Orders[ID=3]", "Orders[ID=4]"]));
    let (_, found) = place.json(&["replay", &before, "--model", &model, "--macro", "Double", "--json"]);
    assert_eq!(text(&found["receipts"][0]["level"]), "self");
}

#[test]
fn a_workflow_runs_on_the_tables_of_a_file() {
    let place = Place::new();
    let model = place.write("model.json", DOUBLING);
    let data = place.write("orders.xml", orders_export(&[(1, "open", "10.5"), (2, "done", "4"), (3, "open", "1")]));
    let run = [
        "run",
        &model,
        "--workflow",
        "Show",
        "--input",
        "state=open",
        "--data-in",
        &data,
        "--approve",
        "test",
        "--json",
    ];
    let (code, found) = place.json(&run);
    assert_eq!(code, 0, "{found}");
    assert_eq!(found["outputs"]["rows"], json!([{"ID": 1, "Total": 10.5}, {"ID": 3, "Total": 1}]));
    let sheet = place.write("Orders.csv", "ID,State,Total\n1,open,10.5\n2,done,4\n");
    let run = [
        "run",
        &model,
        "--workflow",
        "Show",
        "--input",
        "state=done",
        "--data-in",
        &sheet,
        "--approve",
        "test",
        "--json",
    ];
    assert_eq!(place.json(&run).1["outputs"]["rows"], json!([{"ID": 2, "Total": 4}]));
}

#[test]
fn a_receipt_is_signed_into_the_ledger_and_a_changed_one_is_found() {
    let place = Place::new();
    assert_eq!(place.code(&["replay", &workbook(), "--macro", "ReorderCheck"]), 0);
    let (code, held) = place.json(&["ledger", "verify", "--json"]);
    assert_eq!((code, &held["receipts"]["signed"], &held["receipts"]["bad"]), (0, &json!(1), &json!([])));
    assert_eq!(text(&held["receipts"]["keys"][0]).len(), 64);
    let ledger = std::fs::read_to_string(place.ledger()).expect("a ledger");
    let record: Value = serde_json::from_str(ledger.lines().last().expect("a record")).expect("JSON");
    assert_eq!(record["event"], "receipt.issued");
    // Who can write the ledger can make its chain fit; without the key the signature does not.
    let forged = text(&record["data"]["signature"]).replace(['0', '1', '2', '3'], "4");
    let line = ledger.replace(text(&record["data"]["signature"]), &forged);
    std::fs::write(place.ledger(), line).expect("written");
    let (code, found) = place.json(&["ledger", "verify", "--json"]);
    assert_eq!((code, &found["receipts"]["bad"]), (1, &json!([record["seq"]])));
}

#[test]
fn a_receipt_of_a_changed_model_counts_for_no_application() {
    let place = Place::new();
    assert_eq!(place.code(&["scan", &estate("stores/014")]), 0);
    let (_, converted) = place.json(&["convert", &workbook(), "--json"]);
    let model = place.write("model.json", converted["application"].to_string());
    place.code(&["replay", &workbook(), "--macro", "ReorderCheck"]);
    place.code(&["replay", &workbook(), "--macro", "ReorderCheck", "--model", &model]);
    let ledger = std::fs::read_to_string(place.ledger()).expect("a ledger");
    let records: Vec<Value> = ledger.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let issued: Vec<&str> = records
        .iter()
        .filter(|record| record["event"] == "receipt.issued")
        .map(|record| text(&record["data"]["application"]))
        .collect();
    // The changed model has a second receipt, for the boundary variants.
    assert_eq!(issued.len(), 3);
    assert!(!issued[0].is_empty() && issued[1].is_empty() && issued[2].is_empty(), "{issued:?}");
}
