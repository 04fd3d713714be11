//! Search over names: files, applications, tables, fields, macros. Cell values are not kept and cannot be found.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use super::{Page, PageError, blocking, html, shell, theme};
use crate::model::Application;
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/search.html")]
struct Search {
    shell: Shell,
    sentence: String,
    /// (name, address, where it matched)
    hits: Vec<(String, String, String)>,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    q: String,
}

/// Hits shown.
const MOST_HITS: usize = 200;

pub(in crate::web) async fn page(State(web): State<Web>, Query(asked): Query<Asked>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, asked.q.trim())?)).await
}

fn build(web: &Web, theme: &str, asked: &str) -> Result<Search, PageError> {
    let wanted = asked.to_lowercase();
    let holds = |text: &str| !wanted.is_empty() && text.to_lowercase().contains(&wanted);
    let mut hits = Vec::new();
    for file in web.workspace.files()?.into_iter().filter(|file| holds(&file.path)) {
        hits.push((file.path, format!("/files/{}", file.asset), String::from("file")));
    }
    for row in web.workspace.current_applications()? {
        let address = format!("/apps/{}", row.application);
        if holds(&row.name) || holds(&row.application) {
            hits.push((row.name.clone(), address.clone(), String::from("application")));
        }
        let model: Application = web.workspace.fetch(&row.model)?;
        for table in &model.data_models {
            if holds(&table.name) {
                hits.push((table.name.clone(), address.clone(), format!("table of {}", row.name)));
            }
            for field in table.fields.iter().filter(|field| holds(&field.name)) {
                hits.push((
                    format!("{}.{}", table.name, field.name),
                    address.clone(),
                    format!("field of {}", row.name),
                ));
            }
        }
        for workflow in model.workflows.iter().filter(|workflow| holds(&workflow.name)) {
            let to = format!("/macros/{}/{}", row.application, workflow.name);
            hits.push((workflow.name.clone(), to, format!("macro of {}", row.name)));
        }
        if hits.len() > MOST_HITS {
            break;
        }
    }
    hits.truncate(MOST_HITS);
    let mut shell = shell(web, theme, "Search", "/search")?;
    shell.query = asked.to_string();
    let sentence = if asked.is_empty() {
        String::from("Type a part of a name.")
    } else if hits.len() == MOST_HITS {
        format!("The first {MOST_HITS} hits for “{asked}”.")
    } else {
        format!("{} hits for “{asked}”.", hits.len())
    };
    Ok(Search { shell, sentence, hits })
}
