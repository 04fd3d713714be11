//! Geometry of charts and diagrams: numbers in, coordinates out. The same input gives the same drawing, byte by byte.

use std::fmt::Write;

/// A coordinate as SVG writes it: at most one decimal.
pub(super) fn at(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == rounded.trunc() { format!("{rounded:.0}") } else { format!("{rounded:.1}") }
}

/// A polyline through points.
pub(super) fn polyline(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let _ = write!(path, "{}{} {}", if index == 0 { 'M' } else { 'L' }, at(*x), at(*y));
    }
    path
}

/// Values as points in a box, equally spaced; a flat line lies in its middle.
pub(super) fn scale(values: &[f64], (left, right): (f64, f64), (top, bottom): (f64, f64)) -> Vec<(f64, f64)> {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let steps = (values.len().max(2) - 1) as f64;
    values
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let share = if high > low { (value - low) / (high - low) } else { 0.5 };
            (left + (right - left) * index as f64 / steps, bottom - (bottom - top) * share)
        })
        .collect()
}

/// A spark line and the area under it, in a box of 160 by 30; empty for fewer than two values.
pub(super) fn spark(values: &[f64]) -> (String, String) {
    if values.len() < 2 {
        return (String::new(), String::new());
    }
    let line = polyline(&scale(values, (0.0, 160.0), (3.0, 27.0)));
    let area = format!("{line}L160 30L0 30z");
    (line, area)
}

/// A share in whole per cent for a bar of width 100.
pub(super) fn width(part: usize, whole: usize) -> usize {
    (part * 100).checked_div(whole).unwrap_or(0).min(100)
}

/// One table of an ER diagram.
pub(super) struct Entity {
    pub name: String,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    pub text_x: f64,
    pub title_y: f64,
    pub lines: Vec<EntityLine>,
    /// `and 7 more fields`, or empty.
    pub more: String,
    pub more_y: f64,
}

/// One field of a table.
pub(super) struct EntityLine {
    pub name: String,
    pub kind: String,
    pub key: bool,
    pub personal: bool,
    pub y: f64,
    pub name_x: f64,
    pub type_x: f64,
}

/// One relationship.
pub(super) struct Link {
    pub title: String,
    pub path: String,
    pub inferred: bool,
    pub many_x: String,
    pub many_y: String,
    pub one_x: String,
    pub one_y: String,
}

/// An ER diagram: tables in columns by their depth of references, relationships between them.
pub(super) struct Diagram {
    pub width: f64,
    pub height: f64,
    pub entities: Vec<Entity>,
    pub links: Vec<Link>,
    pub description: String,
}

/// Fields drawn per table; the field lists below the diagram hold all.
const MOST_LINES: usize = 9;
/// Tables drawn; a larger model says how many are left out.
const MOST_ENTITIES: usize = 40;
const ENTITY_WIDTH: f64 = 210.0;
const LINE: f64 = 18.0;
const HEAD: f64 = 24.0;
const GAP_X: f64 = 90.0;
const GAP_Y: f64 = 22.0;

/// Lays out the data models of an application.
pub(super) fn er(application: &crate::model::Application) -> Diagram {
    let models: Vec<_> = application.data_models.iter().take(MOST_ENTITIES).collect();
    let depth = depths(application, models.len());
    let columns = depth.iter().copied().max().map_or(0, |deepest| deepest + 1);
    let mut heights = vec![8.0; columns];
    let mut entities: Vec<Entity> = Vec::new();
    for (model, depth) in models.iter().zip(&depth) {
        let x = 8.0 + *depth as f64 * (ENTITY_WIDTH + GAP_X);
        let y = heights.get(*depth).copied().unwrap_or(8.0);
        let entity = entity(model, x, y);
        if let Some(height) = heights.get_mut(*depth) {
            *height = y + entity.height + GAP_Y;
        }
        entities.push(entity);
    }
    let links: Vec<Link> = application.relationships.iter().filter_map(|link| draw(link, &entities)).collect();
    let left_out = application.data_models.len() - models.len();
    let mut description =
        format!("{} tables, {} relationships.", application.data_models.len(), application.relationships.len());
    if left_out > 0 {
        let _ = write!(description, " {left_out} tables are not drawn; the lists below hold all.");
    }
    for link in application.relationships.iter().take(20) {
        let _ = write!(description, " {} has many {}.", link.to.model, link.from.model);
    }
    Diagram {
        width: 16.0 + columns as f64 * ENTITY_WIDTH + columns.saturating_sub(1) as f64 * GAP_X,
        height: heights.into_iter().fold(60.0, f64::max),
        entities,
        links,
        description,
    }
}

/// Parents stand left of their children; cycles are cut by the number of rounds.
fn depths(application: &crate::model::Application, count: usize) -> Vec<usize> {
    let position =
        |name: &str| application.data_models.iter().position(|model| model.name == name).filter(|at| *at < count);
    let mut depth = vec![0usize; count];
    for _ in 0..count.min(6) {
        for link in &application.relationships {
            if let (Some(child), Some(parent)) = (position(&link.from.model), position(&link.to.model))
                && child != parent
                && let (Some(above), Some(below)) = (depth.get(parent).copied(), depth.get_mut(child))
            {
                *below = (*below).max(above + 1).min(5);
            }
        }
    }
    // Empty columns, left over from cut cycles, are closed.
    let mut used: Vec<usize> = depth.clone();
    used.sort_unstable();
    used.dedup();
    depth.iter().map(|deep| used.iter().position(|known| known == deep).unwrap_or(0)).collect()
}

fn entity(model: &crate::model::DataModel, x: f64, y: f64) -> Entity {
    let shown = model.fields.len().min(MOST_LINES);
    let hidden = model.fields.len() - shown;
    let lines = model
        .fields
        .iter()
        .take(MOST_LINES)
        .enumerate()
        .map(|(index, field)| {
            let key = model.primary_key.contains(&field.name);
            EntityLine {
                name: short(&field.name, if field.tags.is_empty() { 20 } else { 17 }),
                kind: short(&field.kind, 11),
                key,
                personal: !field.tags.is_empty(),
                y: y + HEAD + LINE * index as f64 + 15.0,
                name_x: x + if key { 30.0 } else { 10.0 },
                type_x: x + ENTITY_WIDTH - 8.0,
            }
        })
        .collect();
    let rows = shown + usize::from(hidden > 0);
    Entity {
        name: short(&model.name, 28),
        x,
        y,
        width: ENTITY_WIDTH,
        height: HEAD + LINE * rows as f64 + 8.0,
        text_x: x + 10.0,
        title_y: y + 16.0,
        lines,
        more: if hidden > 0 { format!("and {hidden} more fields") } else { String::new() },
        more_y: y + HEAD + LINE * shown as f64 + 15.0,
    }
}

fn draw(link: &crate::model::Relationship, entities: &[Entity]) -> Option<Link> {
    let find = |name: &str| entities.iter().find(|entity| entity.name == short(name, 28));
    let (child, parent) = (find(&link.from.model)?, find(&link.to.model)?);
    let line_of = |entity: &Entity, field: Option<&String>| {
        let wanted = field.map(|name| short(name, 17)).unwrap_or_default();
        entity
            .lines
            .iter()
            .find(|line| line.name.starts_with(&wanted))
            .map_or(entity.y + HEAD / 2.0, |line| line.y - 4.0)
    };
    let (from_y, to_y) = (line_of(child, link.from.fields.first()), line_of(parent, link.to.fields.first()));
    let (from_x, to_x, bend) = if child.x > parent.x {
        (child.x, parent.x + parent.width, (child.x + parent.x + parent.width) / 2.0)
    } else {
        (child.x + child.width, parent.x + parent.width, child.x.max(parent.x) + ENTITY_WIDTH + 30.0)
    };
    let beside = if child.x > parent.x { -12.0 } else { 5.0 };
    Some(Link {
        title: format!(
            "{}.{} references {}.{}",
            link.from.model,
            link.from.fields.join("+"),
            link.to.model,
            link.to.fields.join("+")
        ),
        path: format!("M{} {}H{}V{}H{}", at(from_x), at(from_y), at(bend), at(to_y), at(to_x)),
        inferred: link.enforced != Some(true),
        many_x: at(from_x + beside),
        many_y: at(from_y - 4.0),
        one_x: at(to_x + 5.0),
        one_y: at(to_y - 4.0),
    })
}

/// A text cut to `most` characters.
pub(super) fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_string();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}
