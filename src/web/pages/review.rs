//! Review queue: is this tag right, and can I defend it?

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Deserialize;

use super::files::Facet;
use super::tags::{meaning, regime, rule_words};
use super::{Page, PageError, blocking, csv_answer, escape, grouped, html, shell, theme};
use crate::model::Evidence;
use crate::pipeline::{ApplicationView, FileRow, FindingRow, TAGS, TagRow};
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/review.html")]
struct Review {
    shell: Shell,
    sentence: String,
    message: String,
    /// The decision that was recorded just now.
    done: Option<Done>,
    nothing: String,
    open: usize,
    facets: Vec<Facet>,
    queue: Vec<Item>,
    item: Item,
    meanings: Vec<(String, &'static str)>,
    evidence: Vec<EvidenceLine>,
    position: usize,
    identical: usize,
    alike: Vec<Item>,
    next: String,
    here: String,
    all_tags: &'static [&'static str],
    actor: String,
    files: Vec<FileRow>,
    trail: Vec<TrailLine>,
    effects: Vec<FindingRow>,
}

struct Done {
    field: String,
    answer: String,
    application: String,
    key: String,
}

#[derive(Clone, Default)]
struct Item {
    key: String,
    href: String,
    current: bool,
    field: String,
    application: String,
    application_id: String,
    kind: String,
    tags: Vec<String>,
    regime: &'static str,
    regime_class: &'static str,
    rule: String,
    held: String,
    seen: String,
    place: String,
    confidence: String,
    against: Vec<String>,
    answer: String,
    class: &'static str,
    decided: bool,
}

/// One piece of evidence for a claim about the field.
struct EvidenceLine {
    claim: String,
    rule: String,
    words: &'static str,
    held: String,
    seen: String,
    share: usize,
    confidence: String,
}

/// One line of the field's history.
struct TrailLine {
    answer: &'static str,
    tags: String,
    actor: String,
    reason: String,
    time: String,
    seq: u64,
    href: String,
}

/// What the address says.
#[derive(Debug, Default, Clone, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    id: String,
    #[serde(default)]
    pack: String,
    #[serde(default)]
    message: String,
    /// The field that was decided just now.
    #[serde(default)]
    done: String,
}

pub(in crate::web) async fn page(State(web): State<Web>, Query(asked): Query<Asked>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    let actor = actor_of(&headers);
    blocking(web, move |web| html(&build(web, &theme, &asked, actor)?)).await
}

fn actor_of(headers: &HeaderMap) -> String {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let raw = cookies.split(';').filter_map(|pair| pair.trim().strip_prefix("actor=")).next().unwrap_or("");
    unescape(raw)
}

fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, pair) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

pub(super) fn key(tag: &TagRow) -> String {
    format!("{}:{}", tag.application, tag.field)
}

fn is_card(tag: &TagRow) -> bool {
    tag.tags.iter().any(|name| name == "CHD" || name == "SAD")
}

/// Open ones first, the most severe class and the surest first.
fn sorted(web: &Web) -> Result<Vec<TagRow>, PageError> {
    let mut tags = web.workspace.tags()?;
    let carries = |tag: &TagRow, wanted: &[&str]| tag.tags.iter().any(|name| wanted.contains(&name.as_str()));
    let severity = |tag: &TagRow| {
        if carries(tag, &["SAD", "special", "criminal"]) {
            0
        } else if carries(tag, &["CHD", "nationalId"]) {
            1
        } else {
            2
        }
    };
    tags.sort_by(|a, b| {
        (!a.answer.is_empty(), severity(a))
            .cmp(&(!b.answer.is_empty(), severity(b)))
            .then(b.confidence.total_cmp(&a.confidence))
            .then(key(a).cmp(&key(b)))
    });
    Ok(tags)
}

fn build(web: &Web, theme: &str, asked: &Asked, actor: String) -> Result<Review, PageError> {
    let tags = sorted(web)?;
    let names = web.workspace.applications()?;
    let shown: Vec<&TagRow> = tags.iter().filter(|tag| in_pack(tag, &asked.pack)).collect();
    let at = shown.iter().position(|tag| key(tag) == asked.id).unwrap_or(0);
    let item_of = |tag: &TagRow, current: bool| {
        let name = names.iter().find(|row| row.application == tag.application).map_or("", |row| row.name.as_str());
        item(tag, name, current, &asked.pack)
    };
    let queue: Vec<Item> = shown.iter().enumerate().map(|(index, tag)| item_of(tag, index == at)).collect();
    let open = tags.iter().filter(|tag| tag.answer.is_empty()).count();
    let current = shown.get(at).copied();
    let view = match current {
        Some(tag) => web.workspace.application(&tag.application)?,
        None => None,
    };
    // The next open one below, else the first open one.
    let below = shown.iter().enumerate().skip(at + 1).chain(shown.iter().enumerate().take(at));
    let next = below
        .filter(|(_, tag)| tag.answer.is_empty())
        .map(|(_, tag)| address(tag, &asked.pack))
        .next()
        .unwrap_or_else(|| String::from("/review"));
    Ok(Review {
        shell: shell(web, theme, "Compliance review", "/review")?,
        sentence: sentence(open, tags.len()),
        message: asked.message.clone(),
        done: tags.iter().find(|tag| key(tag) == asked.done && !tag.answer.is_empty()).map(|tag| Done {
            field: tag.field.clone(),
            answer: answer_words(&tag.answer).to_string(),
            application: tag.application.clone(),
            key: key(tag),
        }),
        nothing: String::from(if tags.is_empty() {
            "No proposal: no personal or card data was found, or nothing was scanned."
        } else {
            "No proposal in this filter."
        }),
        open,
        facets: facets(&tags, &asked.pack),
        item: queue.get(at).cloned().unwrap_or_default(),
        meanings: current.map(meanings).unwrap_or_default(),
        evidence: match (current, &view) {
            (Some(tag), Some(view)) => evidence_lines(tag, view),
            _ => Vec::new(),
        },
        position: at + 1,
        identical: current.map_or(0, |tag| identical(&tags, tag).len()),
        alike: current.map(|tag| alike(&tags, tag).iter().map(|tag| item_of(tag, false)).collect()).unwrap_or_default(),
        next,
        here: current.map(|tag| address(tag, &asked.pack)).unwrap_or_default(),
        all_tags: TAGS,
        actor,
        files: view.as_ref().map(|view| view.files.clone()).unwrap_or_default(),
        trail: match current {
            Some(tag) => trail(web, tag)?,
            None => Vec::new(),
        },
        effects: match (current, view) {
            (Some(tag), Some(view)) => {
                view.findings.into_iter().filter(|finding| finding.object.contains(&tag.field)).collect()
            }
            _ => Vec::new(),
        },
        queue,
    })
}

fn in_pack(tag: &TagRow, pack: &str) -> bool {
    match pack {
        "gdpr" => !is_card(tag),
        "pci" => is_card(tag),
        "open" => tag.answer.is_empty(),
        "decided" => !tag.answer.is_empty(),
        _ => true,
    }
}

fn sentence(open: usize, all: usize) -> String {
    let wait = match open {
        0 if all > 0 => String::from("Every proposal is decided."),
        _ => format!("{open} of {all} proposals wait for a decision, the gravest first."),
    };
    format!("{wait} A proposal counts until a person rejects it. Values are masked before they leave the reader.")
}

/// What every proposed or decided tag says, in the words of its norm.
fn meanings(tag: &TagRow) -> Vec<(String, &'static str)> {
    let tags = tag.decided_tags.as_ref().unwrap_or(&tag.tags);
    tags.iter().map(|name| (name.clone(), meaning(name))).collect()
}

/// The evidence for what the tag rests on first, then what else is known about the field.
fn evidence_lines(tag: &TagRow, view: &ApplicationView) -> Vec<EvidenceLine> {
    let (model, field) = tag.field.split_once('.').unwrap_or(("", &tag.field));
    // A table's name may hold points: the subject is matched by its end.
    let subject = format!("/fields/{field}");
    let of_field = |evidence: &&Evidence| {
        evidence.subject == format!("/dataModels/{model}/fields/{field}")
            || (evidence.subject.ends_with(&subject) && evidence.subject.contains(model))
    };
    let mut found: Vec<&Evidence> = view.evidence.iter().filter(of_field).collect();
    found.sort_by_key(|evidence| !(evidence.claim.starts_with("semantic") || evidence.claim.starts_with("tag")));
    found
        .into_iter()
        .map(|evidence| EvidenceLine {
            claim: evidence.claim.clone(),
            words: rule_words(&evidence.rule),
            rule: evidence.rule.clone(),
            held: grouped(evidence.held),
            seen: grouped(evidence.seen),
            share: (evidence.held * 100).checked_div(evidence.seen).unwrap_or(0).min(100) as usize,
            confidence: format!("{:.0} %", evidence.confidence * 100.0),
        })
        .collect()
}

fn address(tag: &TagRow, pack: &str) -> String {
    let id = escape(&key(tag));
    if pack.is_empty() { format!("/review?id={id}") } else { format!("/review?pack={}&id={id}", escape(pack)) }
}

fn answer_words(answer: &str) -> &'static str {
    match answer {
        "accept" => "accepted",
        "change" => "changed",
        "reject" => "rejected",
        "undo" => "taken back",
        _ => "open",
    }
}

fn item(tag: &TagRow, application: &str, current: bool, pack: &str) -> Item {
    let class = match tag.answer.as_str() {
        "accept" => "ok",
        "change" => "acc",
        "reject" => "bad",
        _ => "warn",
    };
    let (regime, regime_class) = regime(tag.decided_tags.as_ref().unwrap_or(&tag.tags));
    Item {
        key: key(tag),
        href: address(tag, pack),
        current,
        field: tag.field.clone(),
        application: application.to_string(),
        application_id: tag.application.clone(),
        kind: tag.semantic_type.clone(),
        tags: tag.decided_tags.clone().unwrap_or_else(|| tag.tags.clone()),
        regime,
        regime_class,
        rule: tag.rule.clone(),
        held: grouped(tag.held),
        seen: grouped(tag.seen),
        place: tag.place.clone(),
        confidence: format!("{:.0} %", tag.confidence * 100.0),
        against: tag.against.clone(),
        answer: answer_words(&tag.answer).to_string(),
        class,
        decided: !tag.answer.is_empty(),
    }
}

fn facets(tags: &[TagRow], pack: &str) -> Vec<Facet> {
    let open = |card: Option<bool>| {
        tags.iter().filter(|tag| tag.answer.is_empty() && card.is_none_or(|card| is_card(tag) == card)).count()
    };
    let facet = |name: &str, count, pack_name: &str| Facet {
        name: name.to_string(),
        count,
        href: if pack_name.is_empty() { String::from("/review") } else { format!("/review?pack={pack_name}") },
        current: pack == pack_name,
    };
    vec![
        facet("All", tags.len(), ""),
        facet("Open", open(None), "open"),
        facet("GDPR, open", open(Some(false)), "gdpr"),
        facet("PCI-DSS, open", open(Some(true)), "pci"),
        facet("Decided", tags.iter().filter(|tag| !tag.answer.is_empty()).count(), "decided"),
    ]
}

/// Open proposals of other applications with the same column, semantic type and rule.
pub(super) fn identical<'a>(tags: &'a [TagRow], tag: &TagRow) -> Vec<&'a TagRow> {
    let column = |tag: &TagRow| tag.field.rsplit('.').next().unwrap_or("").to_lowercase();
    tags.iter()
        .filter(|other| {
            key(other) != key(tag)
                && other.answer.is_empty()
                && other.semantic_type == tag.semantic_type
                && other.rule == tag.rule
                && column(other) == column(tag)
        })
        .collect()
}

/// Open proposals of the same semantic type found by the same rule, whatever their column is called. Proposals of
/// different rules are never decided together, because their evidence differs.
pub(super) fn alike<'a>(tags: &'a [TagRow], tag: &TagRow) -> Vec<&'a TagRow> {
    let same = |other: &&TagRow| {
        other.answer.is_empty()
            && other.semantic_type == tag.semantic_type
            && other.rule == tag.rule
            && other.tags == tag.tags
    };
    tags.iter().filter(same).collect()
}

fn trail(web: &Web, tag: &TagRow) -> Result<Vec<TrailLine>, PageError> {
    let rows = web.workspace.tag_trail(&tag.application, &tag.field)?;
    Ok(rows
        .into_iter()
        .map(|row| TrailLine {
            answer: answer_words(&row.answer),
            tags: if row.answer == "change" { format!(" to {}", row.tags.join(", ")) } else { String::new() },
            actor: row.actor,
            reason: row.reason,
            time: row.time,
            href: format!("/audit?event=tag.decided&before={}", row.seq.saturating_add(1)),
            seq: row.seq,
        })
        .collect())
}

pub(in crate::web) async fn csv(State(web): State<Web>) -> Result<Response, PageError> {
    let tags = blocking(web, sorted).await?;
    let rows: Vec<Vec<String>> = tags
        .iter()
        .map(|tag| {
            vec![
                tag.application.clone(),
                tag.field.clone(),
                tag.semantic_type.clone(),
                tag.tags.join(" "),
                tag.rule.clone(),
                tag.held.to_string(),
                tag.seen.to_string(),
                format!("{:.2}", tag.confidence),
                tag.answer.clone(),
                tag.decided_tags.clone().unwrap_or_default().join(" "),
                tag.actor.clone(),
                tag.reason.clone(),
                tag.decided.clone(),
            ]
        })
        .collect();
    let header_row = [
        "application",
        "field",
        "semantic type",
        "proposed tags",
        "rule",
        "held",
        "seen",
        "confidence",
        "answer",
        "decided tags",
        "decided by",
        "reason",
        "decided at",
    ];
    Ok(csv_answer("review.csv", &header_row, &rows))
}
