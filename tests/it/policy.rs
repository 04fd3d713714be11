//! Policy: the shipped rules against their cases, the article's example, hostile rules and names, explanations, grants.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use daylight::dsl;
use daylight::model::{Application, Decision, Severity, Verdict};
use daylight::policy::{self, Asked, EVALUATION_ERROR, Rule, UNKNOWN_FINDING};
use serde_json::{Value, json};

use crate::support;

/// The day of every decision here, 20,000 days after 1970-01-01.
const DAY: &str = "2024-10-04";

fn article() -> Application {
    let text = fs::read_to_string(support::data("policy").join("article.json")).unwrap();
    dsl::read(&text).unwrap()
}

fn application(body: &Value) -> Application {
    dsl::read(&body.to_string()).unwrap()
}

fn ids(verdict: &Verdict) -> Vec<&str> {
    let ids: BTreeSet<&str> = verdict.violations.iter().map(|violation| violation.id.as_str()).collect();
    ids.into_iter().collect()
}

fn objects<'a>(verdict: &'a Verdict, id: &str) -> Vec<&'a str> {
    verdict
        .violations
        .iter()
        .filter(|violation| violation.id == id)
        .map(|violation| violation.object.as_str())
        .collect()
}

fn rule(id: &str) -> Rule {
    policy::rules().iter().find(|rule| rule.id == id).unwrap().clone()
}

/// A rule with another text, under the id of a shipped one.
fn with_text(id: &str, body: &str) -> Rule {
    let shipped = rule(id);
    let rego = format!("package daylight.{}.{}\n\nimport rego.v1\n\n{body}\n", shipped.pack, shipped.id.to_lowercase());
    Rule { rego, ..shipped }
}

#[test]
fn the_pack_has_its_62_rules_sorted_by_id() {
    let found: Vec<&str> = policy::rules().iter().map(|rule| rule.id.as_str()).collect();
    let mut wanted: Vec<String> = Vec::new();
    wanted.extend((1..=14).map(|number| format!("E{number:02}")));
    wanted.extend((1..=28).map(|number| format!("G{number:02}")));
    wanted.extend((1..=20).map(|number| format!("P{number:02}")));
    assert_eq!(found, wanted);
}

#[test]
fn every_rule_is_complete_and_has_firing_and_quiet_cases() {
    for rule in policy::rules() {
        for (what, text) in
            [("ref", &rule.reference), ("title", &rule.title), ("remedy", &rule.remedy), ("source", &rule.source)]
        {
            assert!(text.len() > 3, "{}: {what} is empty", rule.id);
        }
        assert!(!rule.reads.is_empty(), "{}: reads nothing", rule.id);
        assert!(rule.cases.iter().any(|case| !case.fires.is_empty()), "{}: no firing case", rule.id);
        assert!(rule.cases.iter().any(|case| case.fires.is_empty()), "{}: no quiet case", rule.id);
        let package = format!("package daylight.{}.{}\n", rule.pack, rule.id.to_lowercase());
        assert!(rule.rego.contains(&package), "{}: package does not mirror its folder", rule.id);
    }
}

#[test]
fn every_folder_under_rules_is_a_rule() {
    let mut folders = BTreeSet::new();
    for pack in policy::PACKS {
        for entry in fs::read_dir(support::root().join("rules").join(pack)).unwrap() {
            folders.insert(entry.unwrap().file_name().to_string_lossy().into_owned());
        }
    }
    let known: BTreeSet<String> = policy::rules().iter().map(|rule| rule.id.clone()).collect();
    assert_eq!(folders, known);
}

#[test]
fn every_case_of_every_rule_passes() {
    let reports = policy::test_rules().unwrap();
    let failures: Vec<String> = reports
        .iter()
        .flat_map(|report| report.failures.iter().map(move |failure| format!("{} {failure}", report.id)))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(reports.len(), policy::rules().len());
    for report in &reports {
        assert_eq!((report.passed, report.passed >= 2), (report.cases, true), "{}", report.id);
    }
}

#[test]
fn a_rule_that_loses_its_condition_fails_its_quiet_cases() {
    let always = with_text("G01", "hits contains {\"object\": input.application.id, \"message\": \"always\"}");
    for case in rule("G01").cases.iter().filter(|case| case.fires.is_empty()) {
        let verdict = policy::evaluate_with(
            std::slice::from_ref(&always),
            &application(&case.input["application"]),
            &Value::Null,
            DAY,
        );
        assert_eq!(ids(&verdict.unwrap()), ["G01"], "{}", case.name);
    }
}

#[test]
fn the_article_fires_twelve_rules_and_is_for_review() {
    let verdict = policy::check(&article(), &Value::Null, DAY).unwrap();
    let wanted = ["E01", "E04", "G01", "G02", "G03", "G06", "G07", "G08", "G17", "G19", "G20", "P17"];
    assert_eq!(ids(&verdict), wanted);
    assert_eq!(verdict.decision, Decision::Review);
    assert_eq!(objects(&verdict, "E04"), ["processOrder/s1"]);
    assert_eq!(objects(&verdict, "G17"), ["Order.customerEmail"]);
}

#[test]
fn violations_come_most_severe_first_then_by_id_and_object() {
    let verdict = policy::check(&article(), &Value::Null, DAY).unwrap();
    let keys: Vec<_> = verdict
        .violations
        .iter()
        .map(|found| (std::cmp::Reverse(found.severity), found.id.clone(), found.object.clone()))
        .collect();
    assert!(keys.is_sorted(), "{keys:?}");
}

#[test]
fn a_complete_model_of_orders_is_allowed_without_a_violation() {
    let verdict = policy::check(
        &clean(),
        &json!({"inventory": {"status": "migrated", "liveCopies": 0, "sharedWith": "group"}}),
        DAY,
    );
    let verdict = verdict.unwrap();
    assert_eq!(verdict.violations, []);
    assert_eq!(verdict.decision, Decision::Allow);
}

fn clean() -> Application {
    application(&json!({
        "id": "orders", "version": "2.1.0",
        "metadata": {
            "createdBy": "analyst@example.org", "owner": "owner@example.org", "ownerActive": true, "deputy": "deputy@example.org",
            "mitigationPlan": "plan 1", "approval": {"approvedBy": "officer@example.org"}, "criticality": "high",
            "attestedDay": "2024-06-26", "scopeConfirmedDay": 19900, "complianceTags": ["GDPR", "PCI-DSS"],
            "purpose": "order fulfilment", "controller": "ACME", "dpoContact": "dpo@example.org", "dataSubjects": ["customers"],
            "lawfulBasis": "contract", "securityMeasures": ["role-based access"],
            "recipients": [{"name": "inventory", "country": "DE", "role": "processor", "contractRef": "C-9"}],
            "networkAllow": ["https://inv.local:443"]
        },
        "dataModels": [{
            "name": "Order", "audit": true, "roles": ["order-clerk"], "oldestRecordDays": 200,
            "retention": {"days": 365, "purgeCheckDays": 90}, "primaryKey": ["orderId"],
            "fields": [
                {"name": "orderId", "type": "UUID"}, {"name": "customerEmail", "type": "Email"},
                {"name": "total", "type": "Decimal", "precision": 10, "scale": 2},
                {"name": "card", "type": "Text(19)", "semanticType": "PAN", "displayMask": "last4", "storage": {"method": "token"}}
            ]
        }],
        "workflows": [{
            "name": "processOrder", "equivalence": {"passed": true},
            "steps": [
                {"type": "apiCall", "service": "inventory", "operation": "reserve", "external": true, "tls": "1.3",
                 "network": true, "host": "inv.local", "reads": ["Order.customerEmail"], "timeoutMs": 2000,
                 "retryPolicy": {"maxAttempts": 3, "backoff": "exponential"}},
                {"type": "data", "operation": "erase", "model": "Order"},
                {"type": "data", "operation": "subjectExport", "model": "Order"}
            ]
        }]
    }))
}

/// A shift planner as it comes out of a spreadsheet: nothing recorded, nearly everything wrong.
fn neglected() -> (Application, Value) {
    let pan = |name: &str, method: &str| json!({"name": name, "type": "Text", "semanticType": "PAN", "displayMask": "hidden", "storage": {"method": method}});
    let model = application(&json!({
        "id": "shifts", "version": "0.1.0",
        "metadata": {
            "createdBy": "a@example.org", "approval": {"approvedBy": "a@example.org"}, "criticality": "critical",
            "dataSubjects": ["employees", "children"], "dataSubjectCount": 48000, "sources": ["a.xlsm", "b.accdb"],
            "recipients": [{"name": "payrollco", "country": "US", "role": "processor"}], "complianceTags": ["SOX"]
        },
        "dataModels": [
            {"name": "Employee", "retention": {"days": 730}, "oldestRecordDays": 4000, "fields": [
                {"name": "name", "type": "Text", "semanticType": "PersonName"}, {"name": "nid", "type": "NationalId"},
                {"name": "sickNote", "type": "Text", "tags": ["special"]}, {"name": "dbs", "type": "Text", "tags": ["criminal"]},
                {"name": "clockIn", "type": "Time", "semanticType": "ClockTime"},
                {"name": "rating", "type": "Integer", "semanticType": "PerformanceRating"}]},
            {"name": "Contact", "fields": [{"name": "email", "type": "Email"}]},
            {"name": "Payment", "fields": [
                {"name": "card", "type": "PAN", "displayMask": "none"}, {"name": "cvv", "type": "CVV"},
                {"name": "cvvTmp", "type": "Text", "tags": ["SAD"], "transient": true}, pan("hash", "hash"),
                pan("cut", "truncation"), pan("disk", "disk-encryption"), pan("sealed", "strong-crypto")]}
        ],
        "workflows": [{"name": "payroll", "conversionConfidence": 0.5, "steps": [
            {"type": "apiCall", "service": "unknown", "operation": "send", "external": true, "network": true, "host": "h",
             "reads": ["Employee.name", "Payment.card"], "logFields": ["Employee.name", "Payment.card"]},
            {"type": "sendEmail", "expression": "Mail.Send", "reads": ["Contact.email", "Payment.card"]},
            {"type": "if", "condition": "TRUE", "then": [{"type": "exportFile", "reads": ["Payment.card"]}]},
            {"type": "set", "target": "x", "value": "1", "decision": "automated-significant", "reads": ["Employee.nid"]}
        ]}]
    }));
    let observed = json!({
        "inventory": {"path": "//share/x.xlsm", "status": "migrated", "liveCopies": 3, "sharedWith": "everyone"},
        "findings": [
            {"kind": "pii_in_free_text", "location": "Contact.Notes", "hits": 12},
            {"kind": "luhn_pan", "location": "Orders.Comment", "hits": 4, "environment": "sample"},
            {"kind": "hardcoded_secret", "location": "mod1:12"},
            {"kind": "unsupported_construct", "location": "mod2:40", "detail": "SendKeys"},
            {"kind": "orphan_rows", "location": "Shift.empId", "hits": 9}, {"kind": "external_link", "location": "Sheet1!A1"},
            {"kind": "hardcoded_constant", "location": "S!B2"}, {"kind": "formula_overwritten", "location": "S!C3"}
        ]
    });
    (model, observed)
}

#[test]
fn a_neglected_model_fires_every_rule_it_can() {
    let (model, observed) = neglected();
    let verdict = policy::check(&model, &observed, DAY).unwrap();
    let quiet: Vec<&str> =
        policy::rules().iter().map(|rule| rule.id.as_str()).filter(|id| !ids(&verdict).contains(id)).collect();
    // It names its data subjects (else G12, G13 and G28 were quiet) and has data behind its tags.
    assert_eq!(quiet, ["G03", "G16", "P17"]);
    assert_eq!(verdict.decision, Decision::Deny);
    assert_eq!(objects(&verdict, "P08"), ["payroll/s3.1"]);
}

#[test]
fn tags_without_data_fire_in_both_packs() {
    let tagged = application(
        &json!({"id": "parts", "version": "1", "metadata": {"owner": "o@example.org", "complianceTags": ["GDPR", "PCI-DSS"]},
        "dataModels": [{"name": "Part", "fields": [{"name": "id", "type": "UUID"}], "primaryKey": ["id"]}]}),
    );
    let verdict = policy::check(&tagged, &json!([]), DAY).unwrap();
    assert_eq!(ids(&verdict), ["G16", "P17"]);
    assert_eq!(verdict.decision, Decision::Allow);
}

#[test]
fn the_same_input_gives_the_same_verdict() {
    let (model, observed) = neglected();
    let first = policy::check(&model, &observed, DAY).unwrap();
    for _ in 0..3 {
        assert_eq!(policy::check(&model, &observed, DAY).unwrap(), first);
    }
}

#[test]
fn of_many_findings_of_one_rule_the_rest_is_counted_in_one() {
    let secrets = |n: usize| -> Value {
        (0..n).map(|line| json!({"kind": "hardcoded_secret", "location": format!("mod1:{line}")})).collect()
    };
    let few = policy::check(&clean(), &secrets(3), DAY).unwrap();
    let rule =
        few.violations.iter().find(|one| one.object.contains("mod1:")).expect("a credential is a finding").id.clone();
    let places = |n: usize| {
        let verdict = policy::check(&clean(), &secrets(n), DAY).unwrap();
        assert_eq!(verdict.decision, few.decision);
        objects(&verdict, &rule).into_iter().map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(places(200).len(), 200);
    let many = places(512);
    assert_eq!((many.len(), many.last().map(String::as_str)), (201, Some("312 further places")));
}

#[test]
fn observations_may_be_a_list_or_an_object() {
    let seen = json!([{"kind": "hardcoded_secret", "location": "Module1:12"}]);
    let as_list = policy::check(&clean(), &seen, DAY).unwrap();
    let as_object = policy::check(&clean(), &json!({"findings": seen, "liveCopies": 4}), DAY).unwrap();
    assert_eq!(as_list, as_object);
    assert_eq!((ids(&as_list), as_list.decision), (vec!["P18"], Decision::Deny));
    let copies = policy::check(&clean(), &json!({"liveCopies": 4, "inventory": {"status": "migrated"}}), DAY).unwrap();
    assert_eq!(ids(&copies), ["G24"]);
}

#[test]
fn observations_of_another_shape_are_refused() {
    for wrong in
        [json!("x"), json!([1]), json!([{"location": "A1"}]), json!({"findings": 3}), json!({"liveCopies": "many"})]
    {
        assert!(policy::check(&clean(), &wrong, DAY).is_err(), "{wrong}");
    }
    for day in ["", "2024-02-30", "yesterday", "99999999999-01-01"] {
        assert!(policy::check(&clean(), &Value::Null, day).is_err(), "{day}");
    }
}

#[test]
fn an_observation_no_rule_knows_is_shown() {
    let verdict = policy::check(&clean(), &json!([{"kind": "luhn-pan", "location": "A1"}]), DAY).unwrap();
    assert_eq!((ids(&verdict), verdict.decision), (vec![UNKNOWN_FINDING], Decision::Allow));
    assert_eq!(verdict.violations[0].object, "luhn-pan");
}

#[test]
fn rules_that_give_no_answer_deny_and_leave_the_others_alone() {
    let bad: BTreeMap<&str, &str> = BTreeMap::from([
        ("G02", "hits contains {\"object\": \"a\"} if true"),
        ("G03", "hits := 3"),
        ("G04", "this is no rego"),
        ("G05", "hits contains {\"object\": \"a\", \"message\": sprintf(\"%d\", [to_number(\"x\")])}"),
        ("G06", "hits contains {\"object\": \"a\", \"message\": http.send({\"url\": \"x\"})}"),
        ("G07", "hits contains {\"object\": \"a\", \"message\": \"b\"} if count(numbers.range(1, 1000000000)) > 3"),
        ("G08", "misses contains \"x\""),
        ("G09", "hits contains {\"object\": \"a\", \"message\": data.daylight.lib.nothing}\n\nhits contains unsafe"),
    ]);
    let mut rules: Vec<Rule> = bad.iter().map(|(id, text)| with_text(id, text)).collect();
    rules.push(rule("G01"));
    let verdict = policy::evaluate_with(&rules, &article(), &Value::Null, DAY).unwrap();
    let failed: Vec<&str> = objects(&verdict, EVALUATION_ERROR);
    assert_eq!(failed, bad.keys().copied().collect::<Vec<_>>());
    assert_eq!(objects(&verdict, "G01"), ["order-management-v2"]);
    assert_eq!(verdict.decision, Decision::Deny);
    for found in verdict.violations.iter().filter(|found| found.id == EVALUATION_ERROR) {
        assert_eq!(found.severity, Severity::Critical);
        assert!(found.message.contains(&found.object), "{}", found.message);
    }
}

#[test]
fn a_rule_that_never_ends_denies() {
    let digits = "digits := [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n\n";
    let loops: Vec<String> = (0..12).map(|number| format!("\tsome x{number} in digits")).collect();
    let sum: Vec<String> = (0..12).map(|number| format!("x{number}")).collect();
    let text = format!(
        "{digits}hits contains {{\"object\": \"a\", \"message\": \"b\"}} if {{\n{}\n\t{} < 0\n}}",
        loops.join("\n"),
        sum.join(" + ")
    );
    let verdict =
        policy::evaluate_with(&[with_text("G01", &text), rule("G08")], &article(), &Value::Null, DAY).unwrap();
    assert_eq!(objects(&verdict, EVALUATION_ERROR), ["G01"]);
    assert_eq!(objects(&verdict, "G08"), ["order-management-v2"]);
    assert_eq!(verdict.decision, Decision::Deny);
}

#[test]
fn names_with_line_breaks_cannot_forge_a_line() {
    let model = application(&json!({"id": "a\r\nDECISION allow", "version": "1",
        "metadata": {"owner": "o@example.org"},
        "dataModels": [{"name": "P\u{202e}\n", "fields": [{"name": "mail\u{1b}[2J", "type": "Email"}]}],
        "workflows": [{"name": "w\u{2028}", "steps": [{"type": "apiCall", "service": "x\ny", "operation": "o",
                       "reads": ["P\u{202e}\n.mail\u{1b}[2J"]}]}]}));
    let seen = json!([{"kind": "hardcoded_secret", "location": "Module\u{85}1\r\n"}, {"kind": "odd\nkind"}]);
    let verdict = policy::check(&model, &seen, DAY).unwrap();
    assert!(ids(&verdict).contains(&"G04") && ids(&verdict).contains(&"P18"), "{:?}", ids(&verdict));
    for found in &verdict.violations {
        let text = format!("{}{}", found.object, found.message);
        assert!(!text.chars().any(|letter| letter.is_control() || "\u{202e}\u{2028}".contains(letter)), "{text:?}");
    }
    let recipient = verdict.violations.iter().find(|found| found.id == "G04").unwrap();
    assert!(recipient.message.contains("x\\ny"), "{}", recipient.message);
}

#[test]
fn a_case_cannot_use_a_member_the_model_does_not_have() {
    for rule in policy::rules() {
        for case in &rule.cases {
            if let Some(body) = case.input.get("application") {
                let read = dsl::read(&body.to_string());
                assert!(read.is_ok(), "{} {}: {:?}", rule.id, case.name, read.err());
            }
        }
    }
}

#[test]
fn a_large_model_is_judged() {
    let fields: Vec<Value> = (0..300).map(|number| json!({"name": format!("f{number}"), "type": "Email"})).collect();
    let steps: Vec<Value> = (0..300)
        .map(|number| json!({"type": "notify", "message": "\"x\"", "reads": [format!("M.f{number}")]}))
        .collect();
    let model = application(&json!({"id": "large", "version": "1", "dataModels": [{"name": "M", "fields": fields}],
        "workflows": [{"name": "w", "steps": steps}]}));
    let verdict = policy::check(&model, &Value::Null, DAY).unwrap();
    assert_eq!(objects(&verdict, EVALUATION_ERROR), Vec::<&str>::new());
    assert!(objects(&verdict, "G17").is_empty());
}

#[test]
fn steps_that_touch_nothing_still_count_as_steps() {
    let step = json!({"type": "set", "target": "x", "value": "1"});
    let model = application(
        &json!({"id": "a", "version": "1", "dataModels": [{"name": "M", "fields": [{"name": "f", "type": "Email"}]}],
        "workflows": [{"name": "w", "steps": vec![step; 2_000]}]}),
    );
    let verdict = policy::check(&model, &Value::Null, DAY).unwrap();
    assert_eq!(objects(&verdict, "G17"), ["M.f"]);
}

#[test]
fn explaining_the_article_says_what_to_record() {
    let found = policy::explain("G01", &article(), &Value::Null, DAY).unwrap();
    assert!(found.fired);
    let flip = found.flip.unwrap();
    assert!(!flip.fires);
    assert_eq!(flip.edits.len(), 1);
    assert_eq!((flip.edits[0].path.as_str(), &flip.edits[0].before), ("metadata.purpose", &Value::Null));
    assert!(found.facts.iter().any(|fact| fact.path == "metadata.purpose" && fact.value.is_null()));
    assert!(
        found
            .facts
            .iter()
            .any(|fact| fact.path == "dataModels[Order].fields[customerEmail].type" && fact.value == "Email")
    );
}

#[test]
fn a_flip_is_the_remedy_and_not_another_class_of_data() {
    let found = policy::explain("G02", &article(), &Value::Null, DAY).unwrap();
    let flip = found.flip.unwrap();
    let paths: Vec<&str> = flip.edits.iter().map(|edit| edit.path.as_str()).collect();
    assert_eq!(paths, ["metadata.controller", "metadata.dpoContact"]);
}

#[test]
fn a_flip_that_adds_to_a_list_shows_only_what_is_added() {
    let found = policy::explain("G19", &article(), &Value::Null, DAY).unwrap();
    let flip = found.flip.unwrap();
    assert_eq!(flip.edits.iter().map(|edit| edit.path.as_str()).collect::<Vec<_>>(), ["workflows[+]"]);
    assert_eq!(flip.edits[0].after["steps"][0]["model"], "Order");
}

#[test]
fn every_rule_that_fires_on_the_article_has_a_flip() {
    let verdict = policy::check(&article(), &Value::Null, DAY).unwrap();
    for id in ids(&verdict) {
        let found = policy::explain(id, &article(), &Value::Null, DAY).unwrap();
        assert!(found.fired && found.flip.as_ref().is_some_and(|flip| !flip.fires), "{id}: {found:?}");
    }
}

#[test]
fn a_quiet_rule_is_told_what_would_make_it_fire() {
    for id in ["G01", "G09", "P03", "P16", "P18", "E01", "E06", "E09", "G24", "G15"] {
        let found = policy::explain(id, &clean(), &Value::Null, DAY).unwrap();
        assert!(!found.fired && found.flip.as_ref().is_some_and(|flip| flip.fires), "{id}: {found:?}");
    }
}

#[test]
fn an_explanation_shows_no_person() {
    for id in ["E01", "E03", "G02", "P20"] {
        let found = policy::explain(id, &clean(), &Value::Null, DAY).unwrap();
        let mut shown = serde_json::to_value(&found).unwrap();
        shown["flip"]["edits"].as_array_mut().into_iter().flatten().for_each(|edit| edit["after"] = Value::Null);
        for person in ["analyst@", "owner@", "officer@", "dpo@example", "deputy@"] {
            assert!(!shown.to_string().contains(person), "{id}: {shown}");
        }
    }
}

#[test]
fn explaining_an_unknown_rule_is_refused() {
    assert!(policy::explain("G99", &article(), &Value::Null, DAY).is_err());
}

fn allowed() -> Verdict {
    Verdict { decision: Decision::Allow, violations: Vec::new() }
}

fn granted(application: &Application, workflow: &str, verdict: &Verdict, services: &[&str]) -> Vec<String> {
    policy::grants(application, workflow, verdict, &Asked { services, ..Asked::default() })
}

#[test]
fn a_program_gets_what_stays_inside_also_without_a_declared_manifest() {
    let bare = application(&json!({"id": "a", "version": "1", "workflows": [{"name": "w", "steps": []}]}));
    let asked = Asked { manifest: &["workbook", "mail", "process"], ..Asked::default() };
    assert_eq!(policy::grants(&bare, "w", &allowed(), &asked), ["workbook"]);
    assert!(policy::grants(&bare, "other", &allowed(), &asked).is_empty(), "an unknown workflow gets nothing");
}

#[test]
fn a_person_opens_some_doors_for_a_macro_and_never_others() {
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_string()).collect::<Vec<_>>();
    assert_eq!(policy::macro_grants(&[], &[]).unwrap(), ["clock", "dialogs", "file", "random", "workbook"]);
    let more = policy::macro_grants(&words(&["file:/tmp", "Mail"]), &["database"]).unwrap();
    assert_eq!(more, ["clock", "database", "dialogs", "file", "mail", "random", "workbook"]);
    for refused in ["process", "registry", "everything", ""] {
        assert!(policy::macro_grants(&words(&[refused]), &[]).is_err(), "{refused}");
    }
}

#[test]
fn a_denied_application_is_granted_nothing() {
    let denied = Verdict { decision: Decision::Deny, ..allowed() };
    assert!(granted(&converted(), "main", &denied, &[]).is_empty());
    assert!(granted(&converted(), "no such workflow", &allowed(), &[]).is_empty());
}

fn converted() -> Application {
    application(&json!({"id": "a", "version": "1", "workflows": [
        {"name": "main", "capabilities": ["workbook", "dialogs", "clock", "process", "registry", "network", "mail", "file"],
         "steps": [{"type": "call", "workflow": "helper"}]},
        {"name": "helper", "capabilities": ["random", "database"], "steps": [{"type": "call", "workflow": "main"}]}]}))
}

#[test]
fn a_manifest_is_granted_what_stays_inside() {
    assert_eq!(granted(&converted(), "main", &allowed(), &[]), ["clock", "database", "dialogs", "random", "workbook"]);
}

#[test]
fn the_network_is_granted_only_when_every_call_is_known() {
    assert_eq!(granted(&clean(), "processOrder", &allowed(), &[]), ["network"]);
    assert_eq!(granted(&article(), "processOrder", &allowed(), &[]), Vec::<String>::new());
    assert_eq!(granted(&article(), "processOrder", &allowed(), &["inventory"]), ["network"]);
    let call = |host: &str| json!({"type": "apiCall", "service": "s", "operation": "o", "host": host});
    let two = application(
        &json!({"id": "a", "version": "1", "metadata": {"networkAllow": ["https://inv.local"]}, "workflows": [
        {"name": "w", "steps": [call("inv.local"), {"type": "if", "condition": "TRUE", "then": [call("inv.local@evil.example")]}]}]}),
    );
    assert_eq!(granted(&two, "w", &allowed(), &[]), Vec::<String>::new());
}
