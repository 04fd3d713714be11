//! The database in memory: queries and action queries from folders of cases, DAO call by call, and what stays after errors.

use daylight::engine::database::{Database, DatabaseData, FieldValue};
use daylight::engine::object::ObjectModel;
use daylight::engine::sandbox::DatabaseModel;
use daylight::engine::value::{Arguments, Array, Assign, Fault, HostObject, Object, Value, coerce};
use proptest::prelude::*;

fn file(name: &str) -> String {
    let path = crate::support::root().join("tests/data/engine/database").join(name);
    std::fs::read_to_string(path).expect("the file is readable")
}

fn shop() -> Database {
    let data: DatabaseData = serde_json::from_str(&file("shop.json")).expect("the description is valid");
    Database::new(data).expect("the data fit their columns")
}

fn cases(name: &str) -> Vec<Vec<String>> {
    file(name).lines().skip(1).map(|line| line.split('|').map(str::to_owned).collect()).collect()
}

fn shown(value: &Value) -> String {
    if *value == Value::Null { "Null".to_owned() } else { coerce::to_text(value).expect("a plain value") }
}

fn number(fault: Fault) -> String {
    match fault {
        Fault::Raised(error) => format!("error {}", error.number),
        Fault::Refused { capability, .. } => format!("refused {capability}"),
    }
}

/// Rows of an array (row, column) as `a,b;c,d`.
fn rows(array: &Array) -> String {
    let (height, width) = ((array.bounds[0].1 + 1) as usize, (array.bounds[1].1 + 1) as usize);
    let row = |at: usize| (0..width).map(|column| shown(&array.elements[at + column * height])).collect::<Vec<_>>();
    (0..height).map(|at| row(at).join(",")).collect::<Vec<_>>().join(";")
}

fn select(database: &mut Database, sql: &str) -> String {
    match database.query(sql, &[]).map(|rows| rows.values) {
        Ok(Value::Array(array)) => rows(&array),
        Ok(other) => panic!("rows were expected: {other:?}"),
        Err(fault) => number(fault),
    }
}

#[test]
fn queries_give_their_rows() {
    let mut database = shop();
    for case in cases("select.psv") {
        assert_eq!(select(&mut database, &case[1]), case[0], "{}", case[1]);
    }
}

#[test]
fn action_queries_change_what_they_say() {
    for case in cases("action.psv") {
        let mut database = shop();
        let found = database.execute(&case[1], &[]).map_or_else(number, |done| done.to_string());
        assert_eq!(found, case[0], "{}", case[1]);
        assert_eq!(select(&mut database, &case[2]), case[3], "{}", case[1]);
    }
}

#[test]
fn records_are_created_updated_and_deleted_by_name() {
    let mut database = shop();
    let values = [("Name".to_owned(), Value::text("Echo")), ("city".to_owned(), Value::text("Ulm"))];
    assert_eq!(database.create("Customers", &values), Ok(1));
    let city = [("@1".to_owned(), Value::text("Köln"))];
    assert_eq!(database.execute("UPDATE [Customers] SET [City] = [@1] WHERE ([City] = \"bonn\")", &city), Ok(2));
    assert_eq!(database.execute("DELETE [Orders].* FROM [Orders] WHERE (Total Is Null OR Total < 10)", &[]), Ok(2));
    assert_eq!(select(&mut database, "SELECT ID, City FROM Customers"), "1,Köln;2,Kiel;3,Null;4,Köln;5,Ulm");
    assert_eq!(select(&mut database, "SELECT Count(*) FROM Orders"), "3");
    assert_eq!(
        database.create("Customers", &[("Colour".to_owned(), Value::Null)]).map_err(number),
        Err("error 3265".to_owned())
    );
}

#[test]
fn data_read_back_are_the_data_given() {
    let database = shop();
    let again = Database::new(database.data()).expect("its own data");
    assert_eq!(again.data(), database.data());
    assert_eq!(again.dump()[1].rows[0][2], FieldValue::Text("2024-01-15 00:00:00".to_owned()));
}

// ---- DAO ----

fn given(values: &[Value]) -> Arguments {
    Arguments::positional(values.iter().cloned())
}

fn host(value: Value) -> HostObject {
    match value {
        Value::Object(Object::Host(object)) => object,
        other => panic!("an object was expected: {other:?}"),
    }
}

fn current(database: &mut Database) -> HostObject {
    host(database.global("CurrentDb", &Arguments::default()).expect("a global").expect("an object"))
}

/// A member's value as text, or its error.
fn get(database: &mut Database, object: &HostObject, member: &str, values: &[Value]) -> String {
    match database.get(object, member, &given(values)) {
        Ok(Value::Object(Object::Host(object))) => object.class.to_string(),
        Ok(value) => shown(&value),
        Err(fault) => number(fault),
    }
}

fn open(database: &mut Database, source: &str, kind: Option<i32>) -> HostObject {
    let current = current(database);
    let mut values = vec![Value::text(source)];
    values.extend(kind.map(Value::Long));
    host(database.get(&current, "OpenRecordset", &given(&values)).expect("a recordset"))
}

/// `rs!name`, as the converter writes it.
fn field(database: &mut Database, set: &HostObject, name: &str) -> String {
    match database.get(set, "Fields", &given(&[Value::text(name)])) {
        Ok(field) => {
            let field = host(field);
            get(database, &field, "Value", &[])
        }
        Err(fault) => number(fault),
    }
}

fn put(database: &mut Database, set: &HostObject, name: &str, value: Value) -> String {
    let done = database.put(set, "Fields", &given(&[Value::text(name)]), &value, Assign::Let);
    done.map_or_else(number, |()| "ok".to_owned())
}

#[test]
fn a_recordset_loop_visits_every_record() {
    let mut database = shop();
    let set = open(&mut database, "SELECT * FROM Customers ORDER BY Name DESC", None);
    assert_eq!(get(&mut database, &set, "RecordCount", &[]), "1");
    let mut names = Vec::new();
    while get(&mut database, &set, "EOF", &[]) == "False" {
        names.push(field(&mut database, &set, "Name"));
        get(&mut database, &set, "MoveNext", &[]);
    }
    assert_eq!(names, ["Delta", "Charlie", "Bravo", "Alpha"]);
    assert_eq!(get(&mut database, &set, "RecordCount", &[]), "4");
    assert_eq!(get(&mut database, &set, "MoveNext", &[]), "error 3021");
    assert_eq!(field(&mut database, &set, "Name"), "error 3021");
    get(&mut database, &set, "MoveFirst", &[]);
    assert_eq!(field(&mut database, &set, "Colour"), "error 3265");
    get(&mut database, &set, "Close", &[]);
    assert_eq!(get(&mut database, &set, "EOF", &[]), "error 3420");
}

#[test]
fn an_edit_without_update_is_lost() {
    let mut database = shop();
    let set = open(&mut database, "Customers", Some(2));
    assert_eq!(put(&mut database, &set, "City", Value::text("Ulm")), "error 3020");
    get(&mut database, &set, "Edit", &[]);
    assert_eq!(put(&mut database, &set, "City", Value::text("Ulm")), "ok");
    assert_eq!(field(&mut database, &set, "City"), "Ulm");
    get(&mut database, &set, "MoveNext", &[]);
    assert_eq!(select(&mut database, "SELECT City FROM Customers WHERE ID = 1"), "Bonn");
    get(&mut database, &set, "MoveFirst", &[]);
    get(&mut database, &set, "Edit", &[]);
    put(&mut database, &set, "City", Value::text("Ulm"));
    assert_eq!(get(&mut database, &set, "Update", &[]), "");
    assert_eq!(select(&mut database, "SELECT City FROM Customers WHERE ID = 1"), "Ulm");
    assert_eq!(get(&mut database, &set, "Update", &[]), "error 3020");
}

#[test]
fn records_are_added_and_deleted() {
    let mut database = shop();
    let set = open(&mut database, "Customers", None);
    get(&mut database, &set, "AddNew", &[]);
    assert_eq!(field(&mut database, &set, "ID"), "5");
    assert_eq!(get(&mut database, &set, "Update", &[]), "error 3314");
    put(&mut database, &set, "Name", Value::text("Echo"));
    assert_eq!(get(&mut database, &set, "Update", &[]), "");
    assert_eq!(field(&mut database, &set, "Name"), "Alpha");
    assert_eq!(get(&mut database, &set, "RecordCount", &[]), "5");
    get(&mut database, &set, "Delete", &[]);
    assert_eq!(field(&mut database, &set, "Name"), "error 3167");
    get(&mut database, &set, "MoveNext", &[]);
    assert_eq!(field(&mut database, &set, "Name"), "Bravo");
    assert_eq!(select(&mut database, "SELECT ID FROM Customers"), "2;3;4;5");
}

#[test]
fn only_rows_of_one_table_can_be_changed() {
    let mut database = shop();
    for source in ["ByCustomer", "SELECT DISTINCT City FROM Customers", "SELECT Name FROM Customers, Orders"] {
        let set = open(&mut database, source, Some(2));
        assert_eq!(get(&mut database, &set, "Edit", &[]), "error 3027", "{source}");
    }
    let snapshot = open(&mut database, "Customers", Some(4));
    assert_eq!(get(&mut database, &snapshot, "AddNew", &[]), "error 3027");
    let saved = open(&mut database, "OpenOrders", Some(2));
    assert_eq!(get(&mut database, &saved, "Edit", &[]), "");
}

#[test]
fn records_are_found_filtered_and_sorted() {
    let mut database = shop();
    let set = open(&mut database, "Orders", Some(2));
    get(&mut database, &set, "FindFirst", &[Value::text("[CustomerID] = 1")]);
    assert_eq!(
        (field(&mut database, &set, "ID"), get(&mut database, &set, "NoMatch", &[])),
        ("10".into(), "False".into())
    );
    get(&mut database, &set, "FindNext", &[Value::text("[CustomerID] = 1")]);
    assert_eq!(field(&mut database, &set, "ID"), "11");
    get(&mut database, &set, "FindNext", &[Value::text("[CustomerID] = 1")]);
    assert_eq!(get(&mut database, &set, "NoMatch", &[]), "True");
    assert_eq!(get(&mut database, &set, "FindFirst", &[Value::text("[CustomerID] =")]), "error 3075");
    for (member, value) in [("Filter", "Total > 10"), ("Sort", "Total, ID DESC")] {
        let done = database.put(&set, member, &Arguments::default(), &Value::text(value), Assign::Let);
        assert_eq!(done, Ok(()));
    }
    let sorted = host(database.get(&set, "OpenRecordset", &Arguments::default()).expect("a recordset"));
    let Ok(Value::Array(array)) = database.get(&sorted, "GetRows", &given(&[Value::Long(9)])) else { panic!("rows") };
    assert_eq!(array.bounds, [(0, 4), (0, 2)]);
    let ids: Vec<String> = (0..3).map(|row| shown(array.element(&[0, row]).expect("an element"))).collect();
    assert_eq!(ids, ["11", "12", "10"]);
}

#[test]
fn seek_and_bookmarks_place_the_cursor() {
    let mut database = shop();
    let set = open(&mut database, "Orders", None);
    assert_eq!(get(&mut database, &set, "Seek", &[Value::text("="), Value::Long(12)]), "error 3251");
    let done = database.put(&set, "Index", &Arguments::default(), &Value::text("PrimaryKey"), Assign::Let);
    assert_eq!(done, Ok(()));
    get(&mut database, &set, "Seek", &[Value::text("="), Value::Long(12)]);
    assert_eq!(field(&mut database, &set, "CustomerID"), "2");
    let mark = database.get(&set, "Bookmark", &Arguments::default()).expect("a bookmark");
    get(&mut database, &set, "MoveLast", &[]);
    assert_eq!(field(&mut database, &set, "ID"), "14");
    assert_eq!(database.put(&set, "Bookmark", &Arguments::default(), &mark, Assign::Let), Ok(()));
    assert_eq!(field(&mut database, &set, "ID"), "12");
}

#[test]
fn transactions_roll_back_and_commit() {
    let mut database = shop();
    let engine = host(database.global("DBEngine", &Arguments::default()).expect("a global").expect("an object"));
    assert_eq!(get(&mut database, &engine, "Rollback", &[]), "error 3034");
    get(&mut database, &engine, "BeginTrans", &[]);
    assert_eq!(database.execute("DELETE FROM Orders", &[]), Ok(5));
    get(&mut database, &engine, "Rollback", &[]);
    assert_eq!(select(&mut database, "SELECT Count(*) FROM Orders"), "5");
    let workspace = host(database.get(&engine, "Workspaces", &given(&[Value::Long(0)])).expect("a workspace"));
    get(&mut database, &workspace, "BeginTrans", &[]);
    assert_eq!(database.execute("DELETE FROM Orders WHERE ID = 10", &[]), Ok(1));
    get(&mut database, &workspace, "CommitTrans", &[]);
    assert_eq!(select(&mut database, "SELECT Count(*) FROM Orders"), "4");
}

#[test]
fn execute_without_fail_on_error_skips_rows() {
    let mut database = shop();
    let current = current(&mut database);
    let sql = Value::text("UPDATE Orders SET ID = 11 WHERE ID = 12 OR ID = 13");
    assert_eq!(get(&mut database, &current, "Execute", &[sql.clone(), Value::Long(128)]), "error 3022");
    assert_eq!(get(&mut database, &current, "Execute", &[sql]), "");
    assert_eq!(get(&mut database, &current, "RecordsAffected", &[]), "0");
    get(&mut database, &current, "Execute", &[Value::text("Finish")]);
    assert_eq!(get(&mut database, &current, "RecordsAffected", &[]), "2");
    let other = self::current(&mut database);
    assert_eq!(get(&mut database, &other, "RecordsAffected", &[]), "0");
}

#[test]
fn domain_functions_read_their_criterion_as_sql() {
    let mut database = shop();
    let mut ask = |name: &str, values: [&str; 3]| {
        let arguments = given(&values.map(Value::text));
        let found = database.global(name, &arguments).expect("a global");
        found.map_or_else(number, |value| shown(&value))
    };
    assert_eq!(ask("DLookup", ["Name", "Customers", "ID = 2"]), "Bravo");
    assert_eq!(ask("DLookup", ["Name", "Customers", "ID = 99"]), "Null");
    assert_eq!(ask("DCount", ["*", "Orders", "Done = True"]), "2");
    assert_eq!(ask("DCount", ["Total", "Orders", ""]), "4");
    assert_eq!(ask("DSum", ["[Total]*2", "OpenOrders", "ID < 100"]), "54.5");
    assert_eq!(ask("DMax", ["ID", "[Orders]", ""]), "14");
    assert_eq!(ask("DLookup", ["Name", "Customers", "Nme = 'x'"]), "error 3061");
    assert_eq!(ask("DLookup", ["Name", "Customers", "Name = 'O'Brien'"]), "error 3075");
    assert_eq!(ask("DLookup", ["Name", "Nowhere", ""]), "error 3078");
}

#[test]
fn commands_run_queries_and_refuse_forms() {
    let mut database = shop();
    let command = host(database.global("DoCmd", &Arguments::default()).expect("a global").expect("an object"));
    let twice = Value::text("INSERT INTO Orders (ID) VALUES (10)");
    assert_eq!(get(&mut database, &command, "RunSQL", std::slice::from_ref(&twice)), "error 3022");
    get(&mut database, &command, "SetWarnings", &[Value::Boolean(false)]);
    assert_eq!(get(&mut database, &command, "RunSQL", &[twice]), "");
    assert_eq!(get(&mut database, &command, "OpenQuery", &[Value::text("Finish")]), "");
    assert_eq!(select(&mut database, "SELECT Count(*) FROM Orders WHERE Done"), "4");
    assert_eq!(get(&mut database, &command, "OpenForm", &[Value::text("Main")]), "refused manual");
    assert_eq!(get(&mut database, &command, "OpenQuery", &[Value::text("ByCustomer")]), "");
}

#[test]
fn query_definitions_take_parameters() {
    let mut database = shop();
    let current = current(&mut database);
    assert_eq!(get(&mut database, &current, "OpenRecordset", &[Value::text("Later")]), "error 3061");
    let later = host(database.get(&current, "QueryDefs", &given(&[Value::text("Later")])).expect("a query"));
    let parameter = host(database.get(&later, "Parameters", &given(&[Value::text("From day")])).expect("a parameter"));
    assert_eq!(get(&mut database, &parameter, "Name", &[]), "From day");
    let day = Value::text("2024-03-01");
    let day = Value::Date(coerce::to_date(&day).expect("a date"));
    assert_eq!(database.put(&parameter, "Value", &Arguments::default(), &day, Assign::Let), Ok(()));
    let set = host(database.get(&later, "OpenRecordset", &Arguments::default()).expect("a recordset"));
    assert_eq!(field(&mut database, &set, "ID"), "13");
    let made = [Value::text("Named"), Value::text("DELETE FROM Orders WHERE CustomerID = [who]")];
    let made = host(database.get(&current, "CreateQueryDef", &given(&made)).expect("a query"));
    assert_eq!(get(&mut database, &made, "Execute", &[]), "error 3061");
    assert_eq!(database.put(&made, "Parameters", &given(&[Value::Long(0)]), &Value::Long(1), Assign::Let), Ok(()));
    assert_eq!(get(&mut database, &made, "Execute", &[]), "");
    assert_eq!(get(&mut database, &made, "RecordsAffected", &[]), "2");
    assert!(database.data().queries.iter().any(|query| query.name == "Named"));
}

#[test]
fn table_definitions_tell_their_fields() {
    let mut database = shop();
    let current = current(&mut database);
    let tables = host(database.get(&current, "TableDefs", &Arguments::default()).expect("a collection"));
    assert_eq!(get(&mut database, &tables, "Count", &[]), "2");
    let names: Vec<HostObject> = database.items(&tables).expect("tables").into_iter().map(host).collect();
    assert_eq!(get(&mut database, &names[1], "Name", &[]), "Orders");
    let fields = host(database.get(&names[1], "Fields", &Arguments::default()).expect("fields"));
    let day = host(database.get(&fields, "", &given(&[Value::Long(2)])).expect("a field"));
    assert_eq!(
        (get(&mut database, &day, "Name", &[]), get(&mut database, &day, "Type", &[])),
        ("Day".into(), "8".into())
    );
    assert_eq!(get(&mut database, &fields, "", &[Value::text("Colour")]), "error 3265");
}

#[test]
fn a_product_beyond_the_budget_is_error_3035() {
    let mut database = shop();
    let names: Vec<String> = ('a'..='z').map(|alias| format!("Orders AS {alias}")).collect();
    assert_eq!(select(&mut database, &format!("SELECT Count(*) FROM {}", names.join(", "))), "error 3035");
}

#[test]
fn queries_within_expressions_within_queries_do_not_exhaust_the_stack() {
    let mut database = shop();
    let mut sql = "SELECT 1".to_owned();
    for _ in 0..12 {
        sql = format!("SELECT ({sql}){}", "+1".repeat(120));
    }
    assert_eq!(select(&mut database, &sql), "error 3360");
    assert_eq!(select(&mut database, &format!("SELECT (SELECT 1){}", "+1".repeat(120))), "121");
}

#[test]
fn the_first_database_of_the_first_workspace_is_the_current_one() {
    let mut database = shop();
    let engine = host(database.global("DBEngine", &Arguments::default()).expect("a global").expect("an object"));
    let workspace = host(database.get(&engine, "", &given(&[Value::Long(0)])).expect("a workspace"));
    let first = host(database.get(&workspace, "", &given(&[Value::Long(0)])).expect("a database"));
    assert_eq!(get(&mut database, &first, "Name", &[]), "shop.accdb");
    assert!(database.is_a(&first, "DAO.Database"));
    let set = open(&mut database, "Orders", None);
    assert!(database.is_a(&set, "Recordset"));
}

proptest! {
    #[test]
    fn any_statement_ends_in_rows_or_an_error(words in proptest::collection::vec(proptest::sample::select(vec![
        "SELECT", "FROM", "Orders", "Customers", "ID", "Name", "*", ",", "WHERE", "=", "1", "'x'", "Count(*)", "GROUP BY",
        "ORDER BY", "(", ")", "INNER JOIN", "ON", "Orders.ID", "Customers.ID", "UPDATE", "SET", "DELETE", "Total",
    ]), 0..14)) {
        let mut database = shop();
        let text = words.join(" ");
        let _ = database.query(&text, &[]);
        let _ = database.execute(&text, &[]);
        prop_assert_eq!(database.data().tables.len(), 2);
    }
}
