//! The DSL's text: the article's example, errors with their places, round trips over generated applications, semantic diffs.

use std::collections::BTreeSet;

use daylight::dsl::{Bump, ChangeKind, DslError, assign_ids, diff, read, schema, write, write_evidence};
use daylight::model::{
    Action, Application, Case, CaseTest, CodeModule, DataModel, Evidence, Expression, Field, Grade, Index, Inference,
    Metadata, Method, Parameter, RetryPolicy, SourceSpan, Step, Trigger, Variable, Workflow,
};
use proptest::prelude::*;

fn article() -> Application {
    let text = std::fs::read_to_string(crate::support::data("dsl").join("article.json")).expect("the example is there");
    read(&text).expect("the article's example loads unchanged")
}

#[test]
fn the_articles_example_loads() {
    let application = article();
    assert_eq!(application.id, "order-management-v2");
    assert_eq!(application.metadata.compliance_tags, ["GDPR", "PCI-DSS"]);
    let order = &application.data_models[0];
    assert_eq!(order.fields[2].precision, Some(10));
    assert_eq!(order.indexes[1].fields, ["customerEmail", "createdAt"]);
    let step = &application.workflows[0].steps[0];
    assert_eq!(step.id, "s1");
    assert_eq!(step.retry_policy.as_ref().map(|policy| policy.max_attempts), Some(3));
    assert!(
        matches!(&step.action, Action::ApiCall { service, operation, .. } if service == "inventory" && operation == "reserveItems")
    );
}

#[test]
fn the_canonical_text_is_stable_and_has_one_item_per_line() {
    let text = write(&article());
    let expected = std::fs::read_to_string(crate::support::data("dsl").join("article.canonical.json"))
        .expect("the canonical text is there");
    assert_eq!(text, expected);
    assert_eq!(write(&read(&text).expect("canonical text loads")), text);
}

#[test]
fn malformed_documents_name_the_place() {
    let folder = crate::support::data("dsl").join("malformed");
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a document");
        let expected = std::fs::read_to_string(path.with_extension("txt")).expect("its message");
        let error = read(&text).expect_err("a malformed document");
        assert_eq!(error.to_string(), expected.trim_end(), "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 15);
}

#[test]
fn what_infer_and_convert_print_loads_as_a_model() {
    let text =
        r#"{"application": {"id": "a", "version": "1"}, "regions": [], "evidence": [], "coverage": {}, "modules": []}"#;
    assert_eq!(read(text).map(|application| application.id), Ok("a".to_string()));
}

#[test]
fn deep_nesting_is_refused_not_overflowed() {
    let deep = "[".repeat(1_000_000);
    assert!(matches!(read(&deep), Err(DslError::TooDeep { .. })));
    let steps = format!("{}{}", r#"[{"type": "sequence", "steps": "#.repeat(100_000), "]");
    let text = format!(r#"{{"id": "a", "version": "1", "workflows": [{{"name": "w", "steps": {steps}}}]}}"#);
    assert!(matches!(read(&text), Err(DslError::TooDeep { .. })));
}

/// Converted code nests up to 64 blocks, and a `switch` takes four levels of JSON.
#[test]
fn the_deepest_converted_code_is_read() {
    let mut steps = vec![Step { action: Action::Stop {}, ..Step::default() }];
    for _ in 0..64 {
        let when = vec![CaseTest::Equals { equals: Expression::from("1") }];
        let action =
            Action::Switch { on: Expression::from("x"), cases: vec![Case { when, steps }], otherwise: Vec::new() };
        steps = vec![Step { action, ..Step::default() }];
    }
    let workflow = Workflow { name: "w".into(), steps, ..Workflow::default() };
    let mut application =
        Application { id: "a".into(), version: "1".into(), workflows: vec![workflow], ..Application::default() };
    assign_ids(&mut application);
    assert_eq!(read(&write(&application)), Ok(application));
}

#[test]
fn absent_step_ids_are_derived_by_place() {
    let text = r#"{"id": "a", "version": "1", "workflows": [{"name": "w", "steps": [
        {"type": "if", "condition": "x", "then": [{"type": "stop"}], "else": [{"type": "stop"}]},
        {"id": "s3", "type": "stop"}, {"type": "stop"}]}]}"#;
    let application = read(text).expect("a document");
    let steps = &application.workflows[0].steps;
    let Action::If { then, otherwise, .. } = &steps[0].action else { panic!("an if") };
    let ids = [&steps[0].id, &then[0].id, &otherwise[0].id, &steps[1].id, &steps[2].id];
    assert_eq!(ids, ["s1", "s1.1", "s1.2", "s3", "s3-2"]);
}

#[test]
fn the_schema_describes_documents() {
    let schema = schema();
    assert!(schema.pointer("/properties/application").is_some());
    assert!(
        schema.pointer("/$defs/Step/oneOf").and_then(|kinds| kinds.as_array()).is_some_and(|kinds| kinds.len() > 50)
    );
}

#[test]
fn evidence_is_sorted_one_claim_per_line() {
    let claim = |subject: &str| Evidence {
        subject: subject.into(),
        claim: "primary key".into(),
        rule: "unique".into(),
        held: 9,
        seen: 9,
        confidence: 1.0,
        ..Evidence::default()
    };
    let inference = Inference { evidence: vec![claim("/b"), claim("/a")], ..Inference::default() };
    let text = write_evidence(&inference);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("subject")).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains("/a") && lines[1].contains("/b"));
}

// --- semantic diff ---

/// Names are what a diff goes by, so a model that is compared has each once.
fn unique_by<T>(list: &mut Vec<T>, name: fn(&T) -> &String) {
    let mut seen = BTreeSet::new();
    list.retain(|one| seen.insert(name(one).clone()));
}

fn kinds(before: &Application, after: &Application) -> Vec<(ChangeKind, bool)> {
    diff(before, after).changes.into_iter().map(|change| (change.kind, change.breaking)).collect()
}

#[test]
fn a_re_export_changes_nothing() {
    let before = article();
    let mut after = read(&write(&before)).expect("canonical text");
    after.metadata.last_modified = Some("2031-01-01T00:00:00Z".into());
    after.version = "9.9.9".into();
    after.data_models[0].fields.reverse();
    after.workflows[0].steps[0].id = "other".into();
    let diff = diff(&before, &after);
    assert_eq!((diff.changes, diff.bump, diff.proposed_version.as_deref()), (vec![], Bump::None, Some("2.1.0")));
}

#[test]
fn fields_change_in_named_ways() {
    let change = |edit: fn(&mut DataModel)| {
        let (before, mut after) = (article(), article());
        edit(&mut after.data_models[0]);
        kinds(&before, &after)
    };
    let amount = |model: &mut DataModel, precision, scale| {
        (model.fields[2].precision, model.fields[2].scale) = (Some(precision), Some(scale));
    };
    assert_eq!(
        change(|model| {
            model.fields.remove(1);
        }),
        [(ChangeKind::FieldRemoved, true)]
    );
    assert_eq!(
        change(|model| model.fields.push(Field { name: "note".into(), kind: "Text".into(), ..Field::default() })),
        [(ChangeKind::FieldAdded, false)]
    );
    assert_eq!(
        change(|model| model.fields.push(Field {
            name: "note".into(),
            kind: "Text".into(),
            required: Some(true),
            ..Field::default()
        })),
        [(ChangeKind::FieldAdded, true)]
    );
    assert_eq!(change(|model| model.fields[1].name = "email".into()), [(ChangeKind::FieldRenamed, true)]);
    assert_eq!(change(|model| model.fields[1].required = Some(true)), [(ChangeKind::RequiredAdded, true)]);
    assert_eq!(change(|model| model.fields[0].required = None), [(ChangeKind::RequiredDropped, false)]);
    assert_eq!(change(|model| model.primary_key = vec!["orderId".into()]), [(ChangeKind::KeyChanged, true)]);
    assert_eq!(change(|model| model.fields[0].kind = "Text".into()), [(ChangeKind::TypeWidened, false)]);
    assert_eq!(change(|model| model.fields[0].kind = "Integer".into()), [(ChangeKind::TypeChanged, true)]);
    let (before, mut wide, mut narrow) = (article(), article(), article());
    amount(&mut wide.data_models[0], 12, 2);
    amount(&mut narrow.data_models[0], 10, 4);
    assert_eq!(kinds(&before, &wide), [(ChangeKind::TypeWidened, false)]);
    assert_eq!(kinds(&before, &narrow), [(ChangeKind::TypeChanged, true)]);
    assert_eq!(kinds(&wide, &before), [(ChangeKind::TypeNarrowed, true)]);
}

#[test]
fn workflows_change_in_named_ways() {
    let change = |edit: fn(&mut Workflow)| {
        let (before, mut after) = (article(), article());
        edit(&mut after.workflows[0]);
        kinds(&before, &after)
    };
    assert_eq!(
        change(|flow| flow.steps[0].retry_policy.as_mut().expect("a policy").max_attempts = 5),
        [(ChangeKind::RetryChanged, false)]
    );
    assert_eq!(change(|flow| flow.trigger = Some(Trigger::OnOpen)), [(ChangeKind::TriggerChanged, true)]);
    assert_eq!(change(|flow| flow.steps.clear()), [(ChangeKind::StepRemoved, true)]);
    assert_eq!(
        change(|flow| flow.steps.insert(0, Step { action: Action::Stop {}, ..Step::default() })),
        [(ChangeKind::StepAdded, false)]
    );
    assert_eq!(
        change(|flow| flow.inputs.push(Parameter { name: "x".into(), kind: "Long".into(), ..Parameter::default() })),
        [(ChangeKind::InputAdded, true)]
    );
    assert_eq!(change(|flow| flow.capabilities.push("mail".into())), [(ChangeKind::CapabilityAdded, false)]);
    assert_eq!(
        change(|flow| flow.name = "other".into()),
        [(ChangeKind::WorkflowRemoved, true), (ChangeKind::WorkflowAdded, false)]
    );
}

#[test]
fn steps_that_move_or_change_are_told_apart() {
    let log = |text: &str| Step { action: Action::Log { values: vec![Expression::from(text)] }, ..Step::default() };
    let flow = |steps: Vec<Step>| {
        let workflow = Workflow { name: "w".into(), steps, ..Workflow::default() };
        let mut application = Application {
            id: "a".into(),
            version: "1.2.3".into(),
            workflows: vec![workflow],
            ..Application::default()
        };
        assign_ids(&mut application);
        application
    };
    let before = flow(vec![log("1"), log("2"), Step { action: Action::Stop {}, ..Step::default() }]);
    let moved = flow(vec![log("2"), Step { action: Action::Stop {}, ..Step::default() }, log("1")]);
    assert_eq!(kinds(&before, &moved), [(ChangeKind::StepMoved, false)]);
    let changed = flow(vec![log("1"), log("3"), Step { action: Action::Stop {}, ..Step::default() }]);
    let found = diff(&before, &changed);
    assert_eq!(
        found.changes.iter().map(|one| (one.kind, one.path.as_str())).collect::<Vec<_>>(),
        [(ChangeKind::StepChanged, "/workflows/w/steps/s2")]
    );
    assert_eq!((found.bump, found.proposed_version.as_deref()), (Bump::Patch, Some("1.2.4")));
}

// --- generated applications ---

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z][A-Za-z0-9 ]{0,8}", "\\PC{1,6}", Just("Größe \"x\" \\ \u{1}\n".to_string())]
}

fn expression() -> impl Strategy<Value = Expression> {
    word().prop_map(Expression)
}

fn leaf() -> impl Strategy<Value = Action> {
    prop_oneof![
        (expression(), expression(), any::<bool>()).prop_map(|(target, value, reference)| Action::Set {
            target,
            value,
            reference
        }),
        expression().prop_map(|expression| Action::Invoke(Method { expression })),
        prop::collection::vec(expression(), 0..3).prop_map(|values| Action::Log { values }),
        (word(), prop::collection::vec(expression(), 0..3), prop::option::of(expression()))
            .prop_map(|(workflow, arguments, into)| Action::Call { workflow, arguments, into }),
        (word(), word(), prop::collection::btree_map(word(), expression(), 0..3))
            .prop_map(|(service, operation, with)| Action::ApiCall { service, operation, with, into: None }),
        (expression(), prop::collection::vec((expression(), expression()), 0..3), any::<bool>()).prop_map(
            |(variable, bounds, preserve)| Action::DeclareArray { variable, bounds, preserve, element: None }
        ),
        (word(), word()).prop_map(|(reason, text)| Action::Manual { reason, text }),
        Just(Action::Continue {}),
        Just(Action::GosubReturn {}),
    ]
}

fn dressed(action: impl Strategy<Value = Action> + 'static) -> BoxedStrategy<Step> {
    let source = (word(), 1u32..500, 1u32..90).prop_map(|(module, line, column)| SourceSpan {
        module,
        procedure: "P".into(),
        start_line: line,
        start_column: column,
        end_line: line,
        end_column: column + 3,
    });
    let grade = prop::option::of(prop_oneof![Just(Grade::Exact), Just(Grade::Approximate), Just(Grade::Manual)]);
    let policy = prop::option::of((0u32..9).prop_map(|max_attempts| RetryPolicy {
        max_attempts,
        backoff: Some("fixed".into()),
        ..RetryPolicy::default()
    }));
    (action, prop::collection::vec(source, 0..2), grade, policy, prop::option::of(any::<u64>()))
        .prop_map(|(action, source, grade, retry_policy, timeout_ms)| Step {
            action,
            source,
            grade,
            retry_policy,
            timeout_ms,
            ..Step::default()
        })
        .boxed()
}

fn step() -> BoxedStrategy<Step> {
    dressed(leaf())
        .prop_recursive(4, 24, 3, |inner| {
            let block = prop::collection::vec(inner, 0..3);
            dressed(prop_oneof![
                (expression(), block.clone(), block.clone()).prop_map(|(condition, then, otherwise)| Action::If {
                    condition,
                    then,
                    otherwise
                }),
                (expression(), block.clone()).prop_map(|(condition, steps)| Action::While {
                    condition,
                    test: Some("head".into()),
                    steps
                }),
                (expression(), expression(), block.clone(), block).prop_map(|(on, equals, steps, otherwise)| {
                    Action::Switch {
                        on,
                        cases: vec![
                            Case {
                                when: vec![
                                    CaseTest::Equals { equals: equals.clone() },
                                    CaseTest::Between { from: equals.clone(), to: equals.clone() },
                                ],
                                steps,
                            },
                            Case {
                                when: vec![CaseTest::Compared { is: "<".into(), value: equals }],
                                steps: Vec::new(),
                            },
                        ],
                        otherwise,
                    }
                }),
            ])
        })
        .boxed()
}

fn model() -> impl Strategy<Value = DataModel> {
    let field = (
        word(),
        word(),
        prop::option::of(any::<bool>()),
        prop::option::of(any::<u8>()),
        prop::collection::vec(word(), 0..3),
    )
        .prop_map(|(name, kind, required, precision, tags)| Field {
            name,
            kind,
            required,
            precision,
            tags,
            ..Field::default()
        });
    let index = (prop::collection::vec(word(), 0..3), prop::option::of(any::<bool>()))
        .prop_map(|(fields, unique)| Index { fields, unique, ..Index::default() });
    (
        word(),
        prop::collection::vec(field, 0..4),
        prop::collection::vec(index, 0..3),
        prop::collection::vec(word(), 0..2),
    )
        .prop_map(|(name, fields, indexes, primary_key)| DataModel {
            name,
            fields,
            indexes,
            primary_key,
            ..DataModel::default()
        })
}

fn application() -> impl Strategy<Value = Application> {
    let workflow = (word(), prop::collection::vec(step(), 0..4), prop::option::of(0.0f64..=1.0)).prop_map(
        |(name, steps, confidence)| Workflow {
            name,
            steps,
            conversion_confidence: confidence,
            trigger: Some(Trigger::OnUpdate { model: "Orders".into(), fields: vec!["total".into()] }),
            variables: vec![Variable {
                name: "x".into(),
                kind: "Long".into(),
                bounds: vec![(Expression::from("0"), Expression::from("n"))],
                ..Variable::default()
            }],
            ..Workflow::default()
        },
    );
    (
        word(),
        prop::collection::vec(model(), 0..3),
        prop::collection::vec(workflow, 0..3),
        prop::collection::vec(word(), 0..3),
    )
        .prop_map(|(id, data_models, workflows, tags)| {
            let mut application = Application {
                id,
                version: "1.0.0".into(),
                metadata: Metadata { compliance_tags: tags, ..Metadata::default() },
                data_models,
                workflows,
                modules: vec![CodeModule { name: "Module1".into(), ..CodeModule::default() }],
                ..Application::default()
            };
            assign_ids(&mut application);
            application
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn reading_undoes_writing(application in application()) {
        let text = write(&application);
        let back = read(&text);
        prop_assert_eq!(back.as_ref(), Ok(&application));
        prop_assert_eq!(write(&back.expect("read")), text);
    }

    #[test]
    fn a_model_does_not_differ_from_itself(application in application()) {
        let mut unique = application;
        unique_by(&mut unique.data_models, |model| &model.name);
        unique_by(&mut unique.workflows, |flow| &flow.name);
        unique.data_models.iter_mut().for_each(|model| unique_by(&mut model.fields, |field| &field.name));
        prop_assert_eq!(diff(&unique, &unique).changes, vec![]);
    }

    #[test]
    fn damaged_text_is_an_error_or_a_model_never_a_panic(application in application(), at in any::<prop::sample::Index>(), with in "\\PC{0,3}") {
        let text = write(&application);
        let mut place = at.index(text.len());
        while !text.is_char_boundary(place) {
            place -= 1;
        }
        let damaged = format!("{}{with}{}", &text[..place], &text[place..]);
        if let Err(error) = read(&damaged) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
