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
    /// `PK`, `FK`, `PF` for both, or empty.
    pub key: &'static str,
    /// Where the line that parts it from the one above lies; 0 for the first.
    pub rule_y: f64,
    pub personal: bool,
    pub y: f64,
    pub name_x: f64,
    pub type_x: f64,
}

/// One relationship.
pub(super) struct Link {
    pub title: String,
    /// The line with its ends: a fork at the many side, two bars at the one side.
    pub path: String,
    pub inferred: bool,
    pub ends: String,
    /// How far right the line goes.
    reach: f64,
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
const ENTITY_WIDTH: f64 = 208.0;
const LINE: f64 = 20.0;
const HEAD: f64 = 24.0;
const GAP_X: f64 = 68.0;
const GAP_Y: f64 = 26.0;
/// Tables beside each other that no relationship orders.
const ABREAST: usize = 3;
/// Distance of two lines that would otherwise lie on each other.
const LANE: f64 = 9.0;

/// Lays out the data models of an application: related tables in columns by depth, the others in rows below them.
pub(super) fn er(application: &crate::model::Application) -> Diagram {
    let models: Vec<_> = application.data_models.iter().take(MOST_ENTITIES).collect();
    let related =
        |name: &str| application.relationships.iter().any(|link| link.from.model == name || link.to.model == name);
    let depth = depths(application, models.len());
    let columns = depth.iter().copied().max().map_or(0, |deepest| deepest + 1);
    let mut heights = vec![8.0; columns.max(ABREAST)];
    let mut entities: Vec<Entity> = Vec::new();
    for (model, depth) in models.iter().zip(&depth).filter(|(model, _)| related(&model.name)) {
        set_down((application, model), *depth, &mut heights, &mut entities);
    }
    // Tables that nothing relates go where there is most room, in the order of the model.
    for model in models.iter().filter(|model| !related(&model.name)) {
        let lowest = (0..heights.len()).min_by(|a, b| height_of(&heights, *a).total_cmp(&height_of(&heights, *b)));
        set_down((application, model), lowest.unwrap_or(0), &mut heights, &mut entities);
    }
    let mut lanes = vec![0usize; heights.len()];
    let links: Vec<Link> =
        application.relationships.iter().filter_map(|link| draw(link, &entities, &mut lanes)).collect();
    let left_out = application.data_models.len() - models.len();
    let mut description =
        format!("{} tables, {} relationships.", application.data_models.len(), application.relationships.len());
    if left_out > 0 {
        let _ = write!(description, " {left_out} tables are not drawn; the lists below hold all.");
    }
    for link in application.relationships.iter().take(20) {
        let _ = write!(description, " {} has many {}.", link.to.model, link.from.model);
    }
    let right = entities.iter().map(|entity| entity.x + entity.width).fold(ENTITY_WIDTH, f64::max);
    let reach = links.iter().map(|link| link.reach).fold(right, f64::max);
    Diagram { width: reach + 8.0, height: heights.into_iter().fold(60.0, f64::max), entities, links, description }
}

fn height_of(heights: &[f64], column: usize) -> f64 {
    heights.get(column).copied().unwrap_or(8.0)
}

fn set_down(
    (application, model): (&crate::model::Application, &crate::model::DataModel),
    column: usize,
    heights: &mut [f64],
    entities: &mut Vec<Entity>,
) {
    let x = 8.0 + column as f64 * (ENTITY_WIDTH + GAP_X);
    let entity = entity(application, model, x, height_of(heights, column));
    if let Some(height) = heights.get_mut(column) {
        *height += entity.height + GAP_Y;
    }
    entities.push(entity);
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

fn entity(application: &crate::model::Application, model: &crate::model::DataModel, x: f64, y: f64) -> Entity {
    let shown = model.fields.len().min(MOST_LINES);
    let hidden = model.fields.len() - shown;
    let lines = model
        .fields
        .iter()
        .take(MOST_LINES)
        .enumerate()
        .map(|(index, field)| {
            let refers = application
                .relationships
                .iter()
                .any(|link| link.from.model == model.name && link.from.fields.contains(&field.name));
            let key = match (model.primary_key.contains(&field.name), refers) {
                (true, true) => "PF",
                (true, false) => "PK",
                (false, true) => "FK",
                (false, false) => "",
            };
            EntityLine {
                name: short(&field.name, if field.tags.is_empty() { 15 } else { 13 }),
                kind: short(&field.kind, 11),
                key,
                personal: !field.tags.is_empty(),
                y: y + HEAD + LINE * index as f64 + 15.0,
                name_x: x + 32.0,
                rule_y: if index == 0 { 0.0 } else { y + HEAD + LINE * index as f64 + 1.0 },
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

fn draw(link: &crate::model::Relationship, entities: &[Entity], lanes: &mut [usize]) -> Option<Link> {
    let find = |name: &str| entities.iter().find(|entity| entity.name == short(name, 28));
    let (child, parent) = (find(&link.from.model)?, find(&link.to.model)?);
    let line_of = |entity: &Entity, field: Option<&String>| {
        let wanted = field.map(|name| short(name, 13)).unwrap_or_default();
        let stem = wanted.trim_end_matches('…');
        entity.lines.iter().find(|line| line.name.starts_with(stem)).map_or(entity.y + HEAD / 2.0, |line| line.y - 4.0)
    };
    let (from_y, to_y) = (line_of(child, link.from.fields.first()), line_of(parent, link.to.fields.first()));
    let column = |entity: &Entity| ((entity.x - 8.0) / (ENTITY_WIDTH + GAP_X)).round() as usize;
    // The gap that the line goes down in: left of the child, or right of both when they stand below each other.
    let gap = if child.x > parent.x { column(child).saturating_sub(1) } else { column(child).max(column(parent)) };
    let lane = lanes.get(gap).copied().unwrap_or(0);
    if let Some(used) = lanes.get_mut(gap) {
        *used += 1;
    }
    let shift = (lane % 5) as f64 * LANE;
    let (from_x, to_x, bend, outward) = if child.x > parent.x {
        (child.x, parent.x + parent.width, child.x - 22.0 - shift, -1.0)
    } else {
        let right = child.x.max(parent.x) + ENTITY_WIDTH;
        (child.x + child.width, parent.x + parent.width, right + 22.0 + shift, 1.0)
    };
    let (fork, bars) = (from_x + 10.0 * outward, [to_x + 6.0, to_x + 10.0]);
    let mut ends = format!(
        "M{} {}L{} {}M{} {}L{} {}",
        at(fork),
        at(from_y),
        at(from_x),
        at(from_y - 5.0),
        at(fork),
        at(from_y),
        at(from_x),
        at(from_y + 5.0)
    );
    for bar in bars {
        let _ = write!(ends, "M{} {}V{}", at(bar), at(to_y - 5.0), at(to_y + 5.0));
    }
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
        ends,
        reach: bend,
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
