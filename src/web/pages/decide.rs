//! Decisions of the review queue: one, with its identical ones, or several of one rule at once. Translates forms; what a
//! decision needs is known to `pipeline`.

use axum::extract::{Form, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::review::{alike, identical, key};
use super::{PageError, blocking, escape};
use crate::pipeline::{Answer, PipelineError, TagRow, decide as record};
use crate::web::Web;

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

pub(in crate::web) async fn one(State(web): State<Web>, Form(form): Form<Decision>) -> Result<Response, PageError> {
    let actor = named(&form.actor)?;
    let name = actor.clone();
    let to = blocking(web, move |web| Ok(decided(web, &form, &name))).await?;
    Ok(go_on(&actor, &to))
}

/// The form of several decisions at once: `actor`, and one `item` per checked proposal.
pub(in crate::web) async fn batch(
    State(web): State<Web>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let actor = named(value("actor"))?;
    let name = actor.clone();
    let keys: Vec<String> = pairs.iter().filter(|(name, _)| name == "item").map(|(_, value)| value.clone()).collect();
    let to = blocking(web, move |web| Ok(accepted(web, &name, &keys))).await?;
    Ok(go_on(&actor, &to))
}

fn named(actor: &str) -> Result<String, PageError> {
    let actor: String = actor.trim().chars().take(LONGEST_NAME).collect();
    if actor.is_empty() {
        let text = "A decision needs the name of who decides; nothing was recorded.";
        return Err(PageError::Refused(StatusCode::BAD_REQUEST, String::from(text)));
    }
    Ok(actor)
}

/// Goes on to the next proposal and remembers the name.
fn go_on(actor: &str, to: &str) -> Response {
    let cookie = format!("actor={}; Path=/review; Max-Age=31536000; SameSite=Lax; HttpOnly", escape(actor));
    ([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response()
}

/// Records the decision, and the identical ones where asked; gives the address to go on to.
fn decided(web: &Web, form: &Decision, actor: &str) -> String {
    let decided = escape(&format!("{}:{}", form.application, form.field));
    // Only an address of this page is followed.
    let next = if form.next.starts_with("/review") { form.next.as_str() } else { "/review" };
    let sign = if next.contains('?') { '&' } else { '?' };
    match decide_all(web, form, actor) {
        Ok(()) => format!("{next}{sign}done={decided}#item"),
        Err(error) => {
            format!("/review?id={decided}&message={}#item", escape(&crate::base::Chain(&error).to_string()))
        }
    }
}

fn decide_all(web: &Web, form: &Decision, actor: &str) -> Result<(), PipelineError> {
    let tags = web.workspace.tags()?;
    let chosen = vec![form.tag.clone()];
    record(&web.workspace, actor, &form.application, &form.field, form.answer, &chosen, &form.reason)?;
    let Some(tag) = tags.iter().find(|tag| tag.application == form.application && tag.field == form.field) else {
        return Ok(());
    };
    if form.identical == "yes" && form.answer != Answer::Undo {
        for other in identical(&tags, tag) {
            record(&web.workspace, actor, &other.application, &other.field, form.answer, &chosen, &form.reason)?;
        }
    }
    Ok(())
}

/// Accepts the checked proposals when they rest on one rule; gives the address to go on to, with what was done.
fn accepted(web: &Web, actor: &str, keys: &[String]) -> String {
    let said = match accept_alike(web, actor, keys) {
        Ok(0) => String::from("No proposal was checked; nothing was recorded."),
        Ok(n) => format!("{n} proposals accepted by {actor}. Each can be taken back on its own page."),
        Err(error) => crate::base::Chain(&error).to_string(),
    };
    format!("/review?message={}#item", escape(&said))
}

fn accept_alike(web: &Web, actor: &str, keys: &[String]) -> Result<usize, PipelineError> {
    let tags = web.workspace.tags()?;
    let chosen: Vec<&TagRow> = tags.iter().filter(|tag| keys.contains(&key(tag)) && tag.answer.is_empty()).collect();
    let Some(first) = chosen.first() else { return Ok(0) };
    let same = alike(&tags, first);
    if !chosen.iter().all(|tag| same.iter().any(|other| key(other) == key(tag))) {
        return Err(PipelineError::Argument {
            what: String::from("the decisions"),
            reason: String::from("proposals of different rules are decided one by one; nothing was recorded"),
        });
    }
    for tag in &chosen {
        record(&web.workspace, actor, &tag.application, &tag.field, Answer::Accept, &[], "")?;
    }
    Ok(chosen.len())
}
