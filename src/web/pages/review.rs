//! Review queue: is this tag right, and can I defend it?

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::files::Facet;
use super::{Page, PageError, blocking, csv_answer, escape, html, shell, theme};
use crate::pipeline::{Answer, FindingRow, PipelineError, TAGS, TagRow, decide as record};
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/review.html")]
struct Review {
    shell: Shell,
    sentence: String,
    message: String,
    nothing: String,
    open: usize,
    facets: Vec<Facet>,
    queue: Vec<Item>,
    item: Item,
    position: usize,
    identical: usize,
    next: String,
    all_tags: &'static [&'static str],
    actor: String,
    files: u64,
    trail: Vec<(String, String, String)>,
    effects: Vec<FindingRow>,
}

#[derive(Clone, Default)]
struct Item {
    href: String,
    current: bool,
    field: String,
    application: String,
    application_id: String,
    kind: String,
    tags: Vec<String>,
    rule: String,
    held: u64,
    seen: u64,
    share: usize,
    place: String,
    confidence: String,
    against: Vec<String>,
    answer: String,
    class: &'static str,
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
}

/// The form of a decision.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Decision {
    application: String,
    field: String,
    answer: Answer,
    #[serde(default)]
    tag: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    actor: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    identical: String,
}

/// Longest name of a person that is recorded, in characters.
const LONGEST_NAME: usize = 100;

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

fn key(tag: &TagRow) -> String {
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
    let in_pack = |tag: &&TagRow| match asked.pack.as_str() {
        "gdpr" => !is_card(tag),
        "pci" => is_card(tag),
        _ => true,
    };
    let shown: Vec<&TagRow> = tags.iter().filter(in_pack).collect();
    let at = shown.iter().position(|tag| key(tag) == asked.id).unwrap_or(0);
    let queue: Vec<Item> = shown
        .iter()
        .enumerate()
        .map(|(index, tag)| {
            let name = names.iter().find(|row| row.application == tag.application).map_or("", |row| row.name.as_str());
            item(tag, name, index == at, &asked.pack)
        })
        .collect();
    let open = tags.iter().filter(|tag| tag.answer.is_empty()).count();
    let current = shown.get(at).copied();
    let next = shown
        .iter()
        .enumerate()
        .find(|(index, tag)| *index != at && tag.answer.is_empty())
        .map(|(_, tag)| address(tag, &asked.pack))
        .unwrap_or_else(|| String::from("/review"));
    Ok(Review {
        shell: shell(web, theme, "Compliance review", "/review")?,
        sentence: format!(
            "{open} of {} proposals wait for a decision. Values are masked before they leave the reader.",
            tags.len()
        ),
        message: asked.message.clone(),
        nothing: String::from(if tags.is_empty() {
            "No proposal: no personal or card data was found, or nothing was scanned."
        } else {
            "No proposal in this filter."
        }),
        open,
        facets: facets(&tags, &asked.pack),
        item: queue.get(at).cloned().unwrap_or_default(),
        position: at + 1,
        identical: current.map_or(0, |tag| identical(&tags, tag).len()),
        next,
        all_tags: TAGS,
        actor,
        files: current
            .and_then(|tag| names.iter().find(|row| row.application == tag.application))
            .map_or(0, |row| row.files),
        trail: current.map(trail).unwrap_or_default(),
        effects: match current {
            Some(tag) => web
                .workspace
                .findings()?
                .into_iter()
                .filter(|finding| finding.application == tag.application && finding.object.contains(&tag.field))
                .collect(),
            None => Vec::new(),
        },
        queue,
    })
}

fn address(tag: &TagRow, pack: &str) -> String {
    let id = escape(&key(tag));
    if pack.is_empty() { format!("/review?id={id}") } else { format!("/review?pack={pack}&id={id}") }
}

fn item(tag: &TagRow, application: &str, current: bool, pack: &str) -> Item {
    let (answer, class) = match tag.answer.as_str() {
        "accept" => ("accepted", "ok"),
        "change" => ("changed", "acc"),
        "reject" => ("rejected", "bad"),
        _ => ("open", "warn"),
    };
    let share = (tag.held * 100).checked_div(tag.seen).unwrap_or(0).min(100);
    Item {
        href: address(tag, pack),
        current,
        field: tag.field.clone(),
        application: application.to_string(),
        application_id: tag.application.clone(),
        kind: tag.semantic_type.clone(),
        tags: tag.decided_tags.clone().unwrap_or_else(|| tag.tags.clone()),
        rule: tag.rule.clone(),
        held: tag.held,
        seen: tag.seen,
        share: share as usize,
        place: tag.place.clone(),
        confidence: format!("{:.0} %", tag.confidence * 100.0),
        against: tag.against.clone(),
        answer: answer.to_string(),
        class,
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
        facet("All", open(None), ""),
        facet("GDPR", open(Some(false)), "gdpr"),
        facet("PCI-DSS", open(Some(true)), "pci"),
    ]
}

/// Open proposals of other applications with the same column, semantic type and rule.
fn identical<'a>(tags: &'a [TagRow], tag: &TagRow) -> Vec<&'a TagRow> {
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

fn trail(tag: &TagRow) -> Vec<(String, String, String)> {
    if tag.answer.is_empty() {
        return Vec::new();
    }
    let reason = if tag.reason.is_empty() { String::new() } else { format!(": “{}”", tag.reason) };
    vec![(tag.answer.clone(), format!("by {}{reason}", tag.actor), tag.decided.clone())]
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

pub(in crate::web) async fn decide(State(web): State<Web>, Form(form): Form<Decision>) -> Result<Response, PageError> {
    let actor: String = form.actor.trim().chars().take(LONGEST_NAME).collect();
    if actor.is_empty() {
        return Err(PageError::Refused(
            StatusCode::BAD_REQUEST,
            String::from("A decision needs the name of who decides; nothing was recorded."),
        ));
    }
    let name = actor.clone();
    let to = blocking(web, move |web| Ok(decided(web, &form, &name))).await?;
    let cookie = format!("actor={}; Path=/review; Max-Age=31536000; SameSite=Lax; HttpOnly", escape(&actor));
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&to)).into_response())
}

/// Records the decision, and the identical ones where asked; gives the address to go on to.
fn decided(web: &Web, form: &Decision, actor: &str) -> String {
    let back = format!("/review?id={}", escape(&format!("{}:{}", form.application, form.field)));
    match decide_all(web, form, actor) {
        // Only an address of this page is followed.
        Ok(()) if form.next.starts_with("/review") => form.next.clone(),
        Ok(()) => String::from("/review"),
        Err(error) => format!("{back}&message={}", escape(&crate::base::Chain(&error).to_string())),
    }
}

fn decide_all(web: &Web, form: &Decision, actor: &str) -> Result<(), PipelineError> {
    let tags = web.workspace.tags()?;
    let chosen = vec![form.tag.clone()];
    record(&web.workspace, actor, &form.application, &form.field, form.answer, &chosen, &form.reason)?;
    let Some(tag) = tags.iter().find(|tag| tag.application == form.application && tag.field == form.field) else {
        return Ok(());
    };
    if form.identical == "yes" {
        for other in identical(&tags, tag) {
            record(&web.workspace, actor, &other.application, &other.field, form.answer, &chosen, &form.reason)?;
        }
    }
    Ok(())
}
