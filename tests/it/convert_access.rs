//! Saved queries and macros of Access: what they become, how that is graded, and that it does on the data what they did.

use std::collections::BTreeSet;

use daylight::convert::formula::{self, Place, Restriction};
use daylight::convert::query::{Catalog, KNOWN_FUNCTIONS};
use daylight::convert::{Context, Conversion, Host as Program, convert, macros, query};
use daylight::dsl::branches;
use daylight::engine::database::{Database, DatabaseData};
use daylight::engine::sandbox::DatabaseModel;
use daylight::engine::value::{Array, Value, coerce, functions};
use daylight::engine::{Capability, CompileOptions, Host, Lenient, Limits, RunStatus, compile, run};
use daylight::facts::{CodeFacts, ColumnFacts, FormulaFacts, ObjectFacts, QueryFacts, TableFacts, ValidationFacts};
use daylight::model::{Action, Application, Grade, Step, Workflow};

fn data() -> DatabaseData {
    let path = crate::support::data("engine").join("database/shop.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the file is readable"))
        .expect("the description is valid")
}

fn shop() -> Database {
    Database::new(data()).expect("the data fit their columns")
}

/// The same tables as a reader would describe them, and one that is linked.
fn catalog() -> Catalog {
    let data = data();
    let mut tables: Vec<TableFacts> = data
        .tables
        .iter()
        .map(|table| TableFacts {
            name: table.name.clone(),
            columns: table
                .columns
                .iter()
                .map(|column| ColumnFacts {
                    name: column.name.clone(),
                    declared_type: Some(column.kind.clone()),
                    ..ColumnFacts::default()
                })
                .collect(),
            ..TableFacts::default()
        })
        .collect();
    tables.push(TableFacts {
        name: "Elsewhere".to_string(),
        linked_to: Some("hq.accdb".to_string()),
        ..TableFacts::default()
    });
    let queries: Vec<QueryFacts> = data
        .queries
        .iter()
        .map(|query| QueryFacts { name: query.name.clone(), kind: "select".to_string(), sql: query.sql.clone() })
        .collect();
    Catalog::new(&tables, &queries)
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).expect("plain data").as_str().unwrap_or_default().to_string()
}

/// The kinds of all steps, outermost first.
fn kinds(steps: &[Step]) -> Vec<String> {
    let mut found = Vec::new();
    for step in steps {
        let json = serde_json::to_value(&step.action).expect("plain data");
        found.push(json["type"].as_str().unwrap_or_default().to_string());
        for branch in branches(&step.action) {
            found.extend(kinds(branch));
        }
    }
    found
}

fn shown(value: &Value) -> String {
    if *value == Value::Null { "Null".to_owned() } else { coerce::to_text(value).expect("a plain value") }
}

fn rows(array: &Array) -> String {
    let (height, width) = ((array.bounds[0].1 + 1) as usize, (array.bounds[1].1 + 1) as usize);
    let row = |at: usize| (0..width).map(|column| shown(&array.elements[at + column * height])).collect::<Vec<_>>();
    (0..height).map(|at| row(at).join(",")).collect::<Vec<_>>().join(";")
}

fn asked(database: &mut Database, sql: &str) -> String {
    match database.query(sql, &[]).expect("a query").values {
        Value::Array(array) => rows(&array),
        other => panic!("rows were expected: {other:?}"),
    }
}

struct Case {
    name: String,
    kinds: String,
    grade: String,
    sql: String,
    lines: Vec<(String, String)>,
}

impl Case {
    fn line(&self, key: &str) -> Option<&str> {
        self.lines.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

fn cases() -> Vec<Case> {
    let path = crate::support::data("convert").join("queries.txt");
    let text = std::fs::read_to_string(path).expect("the file is readable");
    let mut found = Vec::new();
    for part in text.split("### ").skip(1) {
        let mut lines = part.lines().filter(|line| !line.trim().is_empty());
        let head: Vec<&str> = lines.next().expect("a head").split('|').map(str::trim).collect();
        let mut case = Case {
            name: head[0].to_string(),
            kinds: head[1].to_string(),
            grade: head[2].to_string(),
            sql: String::new(),
            lines: Vec::new(),
        };
        for line in lines {
            match ["in", "rows", "then", "why"].iter().find(|key| line.starts_with(&format!("{key}: "))) {
                Some(key) => case.lines.push(((*key).to_string(), line[key.len() + 2..].to_string())),
                None => case.sql.push_str(line),
            }
        }
        found.push(case);
    }
    found
}

fn converted(sql: &str) -> Conversion {
    let facts = QueryFacts { name: "Q".to_string(), kind: "select".to_string(), sql: sql.to_string() };
    query::convert(&[facts], &catalog(), &["Markup".to_string()])
}

fn ran(workflow: &Workflow, inputs: &str, database: &Database) -> Result<Vec<(String, Value)>, String> {
    let application = Application { workflows: vec![workflow.clone()], ..Application::default() };
    let program =
        compile(&application, &CompileOptions { lenient: Lenient::Fail }).map_err(|error| error.to_string())?;
    let given: Vec<(&str, &str)> = inputs.split("; ").filter_map(|pair| pair.split_once('=')).collect();
    let argument = |name: &str| {
        let (_, text) = given.iter().find(|(known, _)| *known == name)?;
        Some(text.parse::<i32>().map_or_else(|_| Value::text(*text), Value::Long))
    };
    let arguments = workflow.inputs.iter().map(|input| argument(&input.name).unwrap_or(Value::Missing)).collect();
    let host = Host {
        database: Some(Box::new(database.clone())),
        grants: BTreeSet::from([Capability::Database]),
        ..Host::default()
    };
    let outcome =
        run(&program, &workflow.name, arguments, host, Limits::default()).map_err(|error| error.to_string())?;
    match (outcome.status, outcome.error, outcome.refusal) {
        (RunStatus::Ok, ..) => Ok(outcome.outputs),
        (_, error, refusal) => Err(format!("{error:?} {refusal:?}")),
    }
}

/// What differs, for one case.
fn differences(case: &Case) -> Vec<String> {
    let conversion = converted(&case.sql);
    let workflow = &conversion.workflows[0];
    let mut found = Vec::new();
    let mut check = |what: &str, got: String, wanted: &str| {
        if got != wanted {
            found.push(format!("{what}: {got}, expected {wanted}"));
        }
    };
    check("steps", kinds(&workflow.steps).join(" "), &case.kinds);
    check("grade", workflow.grade.as_ref().map(word).unwrap_or_default(), &case.grade);
    let coverage = conversion.coverage;
    check("counted", (coverage.exact + coverage.approximate + coverage.manual).to_string(), "1");
    let note = serde_json::to_string(&workflow.steps).expect("plain data");
    if let Some(why) = case.line("why") {
        check("reason", note.contains(why).to_string(), "true");
    }
    let inputs = case.line("in").unwrap_or_default();
    let names: Vec<&str> = inputs.split("; ").filter_map(|pair| Some(pair.split_once('=')?.0)).collect();
    let known: Vec<&str> = workflow.inputs.iter().map(|input| input.name.as_str()).collect();
    check("inputs", known.join("; "), &names.join("; "));
    if case.line("rows").is_none() && case.line("then").is_none() {
        return found;
    }
    let mut database = shop();
    match ran(workflow, inputs, &database) {
        Err(reason) => check("run", reason, "ok"),
        Ok(outputs) => {
            if let Some(wanted) = case.line("rows") {
                let got = outputs.iter().find(|(name, _)| name == "rows").map(|(_, value)| match value {
                    Value::Array(array) => rows(array),
                    other => format!("{other:?}"),
                });
                check("rows", got.unwrap_or_default(), wanted);
            }
            if let Some((sql, wanted)) = case.line("then").and_then(|line| line.split_once(" => ")) {
                check("then", asked(&mut database, sql), wanted);
            }
        }
    }
    found
}

#[test]
fn saved_queries_become_workflows_that_do_the_same() {
    let cases = cases();
    assert!(cases.len() >= 30, "{} cases", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .flat_map(|case| differences(case).into_iter().map(move |line| format!("{}: {line}", case.name)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_that_sql_may_call_is_one_the_engine_has() {
    let special = ["avg", "count", "first", "last", "max", "min", "stdev", "stdevp", "sum", "var", "varp", "iif"];
    let domain = |name: &str| {
        ["davg", "dcount", "dfirst", "dlast", "dlookup", "dmax", "dmin", "dstdev", "dstdevp", "dsum", "dvar", "dvarp"]
            .contains(&name)
    };
    let missing: Vec<&&str> = KNOWN_FUNCTIONS
        .iter()
        .filter(|name| !special.contains(*name) && !domain(name) && functions::resolve(name).is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn hidden_queries_say_whose_rows_they_give() {
    let facts = |name: &str| QueryFacts {
        name: name.to_string(),
        kind: "select".to_string(),
        sql: "SELECT ID FROM Orders".to_string(),
    };
    let all = [facts("~sq_fOrders"), facts("~sq_cOrders~sq_cCustomer"), facts("~sq_rBill"), facts("~SQ_fOrders")];
    let labels: Vec<Option<String>> =
        query::convert(&all, &catalog(), &[]).workflows.into_iter().map(|workflow| workflow.label).collect();
    assert_eq!(labels.len(), 3, "one query under two spellings is one");
    assert_eq!(labels[0].as_deref(), Some("rows of the form Orders"));
    assert_eq!(labels[1].as_deref(), Some("rows of the control Customer on Orders"));
    assert_eq!(labels[2].as_deref(), Some("rows of the report Bill"));
}

// ---- macros ----

fn object(name: &str, text: &str) -> ObjectFacts {
    ObjectFacts { name: name.to_string(), record_source: None, text: Some(text.to_string()) }
}

fn macro_conversion(objects: &[ObjectFacts], code: &[CodeFacts]) -> Conversion {
    let mut all = code.to_vec();
    all.extend(macros::modules(objects, code));
    convert(&all, &Context { host: Program::Access, ..Context::default() })
}

/// Runs a procedure of a conversion on the shop; its boxes, and the database afterwards.
fn performed(conversion: Conversion, entry: &str) -> (Vec<String>, Database) {
    assert!(conversion.syntax_errors.is_empty(), "{:?}", conversion.syntax_errors);
    let application =
        Application { modules: conversion.modules, workflows: conversion.workflows, ..Application::default() };
    let program = compile(&application, &CompileOptions { lenient: Lenient::Refuse }).expect("it compiles");
    let database = shop();
    let host = Host {
        models: vec![Box::new(database.clone())],
        database: Some(Box::new(database.clone())),
        grants: BTreeSet::from([Capability::Database, Capability::Dialogs]),
        ..Host::default()
    };
    let outcome = run(&program, entry, Vec::new(), host, Limits::default()).expect("it runs");
    assert_eq!(outcome.status, RunStatus::Ok, "{:?} {:?}", outcome.error, outcome.refusal);
    (outcome.output.iter().map(|line| line.text.clone()).collect(), database)
}

const GRID: &str = r#"Version =196611
ColumnsShown =3
Begin
    Action ="SetWarnings"
    Argument ="0"
End
Begin
    Condition ="DCount(\"*\",\"Orders\",\"Done=False\")>2"
    Action ="MsgBox"
    Argument ="=\"Open: \" & DCount(\"*\",\"Orders\",\"Done=False\")"
    Argument ="-1"
    Argument ="4"
    Argument ="Orders"
End
Begin
    Condition ="..."
    Action ="OpenQuery"
    Argument ="Finish"
    Argument ="0"
    Argument ="1"
End
Begin
    Action ="RunMacro"
    Argument ="Tools.Say it"
End
"#;

const TOOLS: &str = r#"Version =196611
ColumnsShown =1
Begin
    MacroName ="Say it"
    Action ="MsgBox"
    Argument ="said"
End
Begin
    MacroName ="Clean"
    Action ="RunSQL"
    Argument ="DELETE FROM Orders WHERE Total Is Null"
    Argument ="-1"
End
"#;

#[test]
fn a_macro_sheet_runs_as_its_actions_say() {
    let objects = [object("Daily", GRID), object("Tools", TOOLS)];
    let conversion = macro_conversion(&objects, &[]);
    let names: Vec<&str> = conversion.workflows.iter().map(|workflow| workflow.name.as_str()).collect();
    assert_eq!(names, ["Macro_Daily.Daily", "Macro_Tools.Tools", "Macro_Tools.Say_it", "Macro_Tools.Clean"]);
    assert_eq!(conversion.coverage.manual, 0);
    let (said, mut database) = performed(conversion.clone(), "Daily");
    assert_eq!(said, ["Open: 3", "said"]);
    assert_eq!(asked(&mut database, "SELECT Count(*) FROM Orders WHERE Done = True"), "4");
    let (_, mut database) = performed(conversion, "Macro_Tools.Clean");
    assert_eq!(asked(&mut database, "SELECT Count(*) FROM Orders"), "4");
}

/// Markup split over comments, as newer versions keep it beside a sheet that no longer says everything.
fn packed(markup: &str) -> String {
    let pieces: Vec<String> = markup
        .as_bytes()
        .chunks(60)
        .map(|piece| {
            let text = std::str::from_utf8(piece).expect("plain letters").replace('"', "\\\"");
            format!("Begin\n    Comment =\"_AXL:{text}\"\nEnd\n")
        })
        .collect();
    format!("Version =196611\nColumnsShown =0\nBegin\n    Action =\"Beep\"\nEnd\n{}", pieces.concat())
}

const BLOCKS: &str = r#"<?xml version="1.0" encoding="UTF-16" standalone="no"?><UserInterfaceMacro xmlns="http://schemas.microsoft.com/office/accessservices/2009/11/application"><Statements><Comment>Counts</Comment><Action Name="SetTempVar"><Argument Name="Name">City</Argument><Argument Name="Expression">"Kiel"</Argument></Action><Action Name="SetLocalVar"><Argument Name="Name">n</Argument><Argument Name="Expression">DCount("*","Customers","City=[TempVars]![City]")</Argument></Action><ConditionalBlock><If><Condition>[LocalVars]![n]&gt;5</Condition><Statements><Action Name="MessageBox"><Argument Name="Message">many</Argument></Action></Statements></If><ElseIf><Condition>[LocalVars]![n] Between 1 And 5 And Not [TempVars]![City] Is Null</Condition><Statements><Action Name="MessageBox"><Argument Name="Message">="some in " &amp; [TempVars]![City]</Argument><Argument Name="Type">Warning!</Argument></Action></Statements></ElseIf><Else><Statements><Action Name="StopMacro"/></Statements></Else></ConditionalBlock><Action Name="RunCode"><Argument Name="FunctionName">Tidy(3)</Argument></Action></Statements></UserInterfaceMacro>"#;

#[test]
fn a_macro_of_blocks_runs_with_its_variables_and_code() {
    let code = CodeFacts {
        name: "Module1".to_string(),
        kind: "module".to_string(),
        code: "Public Function Tidy(n)\nCurrentDb.Execute \"DELETE FROM Customers WHERE ID = \" & n\nEnd Function\n"
            .to_string(),
    };
    let conversion = macro_conversion(&[object("Blocks", &packed(BLOCKS))], &[code]);
    let (said, mut database) = performed(conversion, "Blocks");
    assert_eq!(said, ["some in Kiel"]);
    assert_eq!(asked(&mut database, "SELECT Count(*) FROM Customers"), "3");
}

const DATA: &str = r#"<?xml version="1.0"?><DataMacros xmlns="http://schemas.microsoft.com/office/accessservices/2009/11/application"><DataMacro Name="Reprice"><Parameters><Parameter Name="Share"/></Parameters><Statements><ForEachRecord><Data><Reference>Orders</Reference><WhereCondition>[Done]=False And [Total] Is Not Null</WhereCondition></Data><Statements><EditRecord><Data/><Statements><Action Name="SetField"><Argument Name="Field">Orders.Total</Argument><Argument Name="Value">[Orders].[Total]*2</Argument></Action></Statements></EditRecord></Statements></ForEachRecord><CreateRecord><Data><Reference>Customers</Reference></Data><Statements><Action Name="SetField"><Argument Name="Field">Name</Argument><Argument Name="Value">"Logged"</Argument></Action></Statements></CreateRecord></Statements></DataMacro><DataMacro Event="AfterUpdate"><Statements><Action Name="SetField"><Argument Name="Field">Done</Argument><Argument Name="Value">True</Argument></Action></Statements></DataMacro></DataMacros>"#;

#[test]
fn a_named_data_macro_changes_records_and_an_event_needs_a_person() {
    let conversion = macro_conversion(&[object("Orders", DATA)], &[]);
    let grades: Vec<(String, Option<Grade>)> =
        conversion.workflows.iter().map(|workflow| (workflow.name.clone(), workflow.grade)).collect();
    assert_eq!(grades[1], ("Macro_Orders.AfterUpdate".to_string(), Some(Grade::Manual)));
    let reason = &conversion.workflows[1].unmapped[0].reason;
    assert!(reason.contains("the record whose change started it") && !reason.contains("Application.Run"), "{reason}");
    let (_, mut database) = performed(conversion, "Macro_Orders.Reprice");
    assert_eq!(asked(&mut database, "SELECT ID, Total FROM Orders WHERE ID In (10, 11, 14)"), "10,100.5;11,40;14,14.5");
    assert_eq!(asked(&mut database, "SELECT Name FROM Customers WHERE ID = 5"), "Logged");
}

#[test]
fn actions_of_open_forms_keep_their_names_and_unknown_ones_need_a_person() {
    let text = "Version =1\nBegin\n    Action =\"GoToControl\"\n    Argument =\"txtName\"\nEnd\nBegin\n    Action =\"Levitate\"\nEnd\n";
    let conversion = macro_conversion(&[object("Form tools", text)], &[]);
    let workflow = &conversion.workflows[0];
    assert_eq!(workflow.name, "Macro_Form_tools.Form_tools");
    assert!(matches!(&workflow.steps[0].action, Action::Navigate(method) if method.expression.0.contains("txtName")));
    assert!(
        matches!(&workflow.steps[1].action, Action::Manual { reason, .. } if reason == "Levitate is no action this conversion knows"),
        "{:?}",
        workflow.steps[1].action
    );
}

#[test]
fn damaged_macros_are_read_as_far_as_they_go() {
    for text in [
        "<UserInterfaceMacro><Statements><Action Name=\"Beep\"/>",
        "<a",
        "Begin\nBegin\nAction",
        "\u{feff}",
        "<x>&#xFFFFFFFF;</x>",
    ] {
        let conversion = macro_conversion(&[object("Broken", text)], &[]);
        assert!(conversion.syntax_errors.is_empty(), "{text}: {:?}", conversion.syntax_errors);
    }
    let deep = "<a>".repeat(100_000);
    assert!(!daylight::lang::macros::parse(&deep).notices.is_empty());
}

// ---- formulas ----

fn orders() -> Place {
    Place {
        model: "Orders".to_string(),
        sheet: "Order lines".to_string(),
        first_row: 2,
        last_row: 101,
        fields: [(1, "Qty"), (2, "Unit price"), (3, "Total"), (4, "State")]
            .map(|(at, name)| (at, name.to_string()))
            .into(),
    }
}

fn shape(cell: &str, formula: &str, cells: u64) -> FormulaFacts {
    FormulaFacts {
        sheet: "Order lines".to_string(),
        cell: cell.to_string(),
        formula: formula.to_string(),
        cells,
        ..FormulaFacts::default()
    }
}

#[test]
fn a_column_of_one_formula_is_a_computed_field() {
    let found = formula::convert(&[shape("C2", "A2*B2", 100)], &[orders()]);
    let rule = &found.computed[0];
    assert_eq!((rule.model.as_str(), rule.field.as_str()), ("Orders", "Total"));
    assert_eq!(rule.expression, "Qty * [Unit price]");
    assert_eq!((rule.grade, rule.note.as_str()), (Grade::Exact, "1 formula × 100 cells"));
    assert_eq!(rule.place, "'Order lines'!C2:C101");
    assert_eq!((found.conversion.coverage.statements, found.conversion.coverage.exact), (1, 1));
}

#[test]
fn cells_that_deviate_are_counted_and_kept() {
    let shapes = [shape("C2", "A2*B2", 97), shape("C50", "A50*B50*0.9", 2), shape("C102", "SUM(C2:C101)", 1)];
    let found = formula::convert(&shapes, &[orders()]);
    let rule = &found.computed[0];
    assert_eq!((rule.grade, rule.note.as_str()), (Grade::Approximate, "1 formula × 97 cells, 3 deviate"));
    assert_eq!((rule.held, rule.seen), (97, 100));
    let coverage = found.conversion.coverage;
    assert_eq!((coverage.statements, coverage.approximate), (3, 3));
    let texts: Vec<&str> = found.conversion.report[0]
        .procedures
        .iter()
        .flat_map(|procedure| &procedure.unmapped)
        .map(|unmapped| unmapped.text.as_str())
        .collect();
    assert_eq!(texts, ["=SUM(C2:C101)", "=A2*B2", "=A50*B50*0.9"]);
}

#[test]
fn what_stands_beside_the_record_keeps_its_place_as_a_name() {
    let found = formula::convert(&[shape("C2", "A2*Rates!$B$1", 100)], &[orders()]);
    assert_eq!(found.computed[0].expression, "Qty * [Rates!$B$1]");
    assert_eq!(found.computed[0].grade, Grade::Approximate);
    let above = formula::convert(&[shape("C3", "C2+A3", 99)], &[orders()]);
    assert_eq!(above.computed[0].expression, "C2 + Qty");
    let side = formula::convert(&[shape("C2", "SUM(A2:B2)+MAX($A2:A2)", 100)], &[orders()]);
    assert_eq!(side.computed[0].expression, "SUM(Qty, [Unit price]) + MAX(Qty)");
    assert_eq!(side.computed[0].grade, Grade::Exact);
    let broken = formula::convert(&[shape("C2", "A2*(", 100)], &[orders()]);
    assert!(broken.computed.is_empty());
    assert_eq!(broken.conversion.coverage.manual, 1);
}

#[test]
fn data_validations_restrict_fields() {
    let rule = |kind: &str, operator: Option<&str>, first: &str, second: Option<&str>| ValidationFacts {
        sheet: "Order lines".to_string(),
        range: "D2:D101".to_string(),
        kind: kind.to_string(),
        operator: operator.map(str::to_string),
        formula1: Some(first.to_string()),
        formula2: second.map(str::to_string),
    };
    let all = [
        rule("list", None, "\"open, done\"", None),
        rule("list", None, "$H$1:$H$3", None),
        rule("whole", None, "1", Some("9")),
        rule("textLength", Some("lessThanOrEqual"), "4", None),
        rule("custom", None, "D2>A2", None),
    ];
    let found: Vec<Restriction> =
        formula::restrictions(&all, &[orders()]).into_iter().map(|(_, _, restriction)| restriction).collect();
    let condition = |text: &str| Restriction::Condition(text.to_string());
    assert_eq!(
        found,
        [
            Restriction::Choices(vec!["open".to_string(), "done".to_string()]),
            condition("AND(State >= 1, State <= 9)"),
            condition("LEN(State) <= 4"),
            condition("State > Qty"),
        ]
    );
}
