//! Macros of Access to trees, from any form they are stored in: the grid as SaveAsText writes it, `UserInterfaceMacro` and
//! `DataMacros` markup, and markup packed into the comments of a grid. Never fails; depth and length are bounded.
//! Source of the vocabulary: [MS-AXL] and Microsoft Learn, "Macro actions".

mod grid;
mod markup;

pub use grid::unquoted;
use markup::Element;

/// Characters of a macro that are read: a macro object of Access holds 999 actions.
pub const MAX_TEXT: usize = 4_000_000;
/// Levels of blocks (Access: 10 levels of `If`).
pub(super) const MAX_LEVELS: usize = 48;

/// What a text holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// One for a macro object; one per event or name for the data macros of a table.
    pub macros: Vec<Macro>,
    /// What could not be read.
    pub notices: Vec<String>,
}

/// One macro.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Macro {
    /// The event of a table or control: `AfterUpdate`, `OnClick`.
    pub event: Option<String>,
    /// The name of a named data macro.
    pub name: Option<String>,
    /// Parameters of a named data macro.
    pub parameters: Vec<String>,
    pub statements: Vec<Statement>,
}

/// One line or block of a macro.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    Action {
        name: String,
        arguments: Vec<Argument>,
    },
    Comment(String),
    /// The last branch may have no condition.
    If(Vec<Branch>),
    Group(Vec<Statement>),
    SubMacro {
        name: String,
        statements: Vec<Statement>,
    },
    /// A block of a data macro: `ForEachRecord`, `EditRecord`; `data` are the settings before its statements.
    Block {
        kind: String,
        data: Vec<(String, String)>,
        statements: Vec<Statement>,
    },
    /// An element without a known meaning, by its name.
    Unknown(String),
}

/// A value given to an action: by name in markup, by place in a grid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Argument {
    pub name: Option<String>,
    pub value: String,
}

/// One way of an `If`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branch {
    pub condition: Option<String>,
    pub statements: Vec<Statement>,
}

/// Reads a macro's text.
pub fn parse(text: &str) -> Parsed {
    if text.len() > MAX_TEXT {
        return Parsed { notices: vec![String::from("the macro is longer than Access allows")], ..Parsed::default() };
    }
    let text = text.trim_start_matches('\u{feff}');
    let packed = grid::packed_markup(text);
    let source = packed.as_deref().unwrap_or(text);
    if !source.trim_start().starts_with('<') {
        let statements = grid::statements(text);
        return Parsed { macros: vec![Macro { statements, ..Macro::default() }], notices: Vec::new() };
    }
    let (roots, notices) = markup::read(source);
    let mut parsed = Parsed { macros: Vec::new(), notices };
    for root in &roots {
        collect(root, &mut parsed.macros);
    }
    parsed
}

fn collect(element: &Element, found: &mut Vec<Macro>) {
    match element.name.as_str() {
        "DataMacro" | "UserInterfaceMacro" => found.push(Macro {
            event: element.attribute("Event"),
            name: element.attribute("Name").filter(|_| element.name == "DataMacro"),
            parameters: parameters(element),
            statements: statements_of(element),
        }),
        _ => element.children.iter().for_each(|child| collect(child, found)),
    }
}

fn parameters(element: &Element) -> Vec<String> {
    let all = element.children.iter().filter(|child| child.name == "Parameters").flat_map(|child| &child.children);
    all.filter_map(|parameter| parameter.attribute("Name")).collect()
}

/// The statements in the `Statements` child; markup nests no deeper than its reader allows.
fn statements_of(element: &Element) -> Vec<Statement> {
    let lists = element.children.iter().filter(|child| child.name == "Statements");
    lists.flat_map(|list| &list.children).map(statement).collect()
}

fn statement(element: &Element) -> Statement {
    match element.name.as_str() {
        "Action" => Statement::Action {
            name: element.attribute("Name").unwrap_or_default(),
            arguments: element
                .children
                .iter()
                .filter(|child| child.name == "Argument")
                .map(|child| Argument { name: child.attribute("Name"), value: child.text.clone() })
                .collect(),
        },
        "Comment" => Statement::Comment(element.text.clone()),
        "ConditionalBlock" => Statement::If(element.children.iter().map(branch).collect()),
        "StatementGroup" => Statement::Group(statements_of(element)),
        "SubMacro" => Statement::SubMacro {
            name: element.attribute("Name").unwrap_or_default(),
            statements: statements_of(element),
        },
        kind if element.children.iter().any(|child| matches!(child.name.as_str(), "Statements" | "Data")) => {
            let data = element.children.iter().filter(|child| child.name == "Data");
            let mut settings: Vec<(String, String)> = element.attributes.clone();
            for child in data {
                settings.extend(child.attributes.iter().cloned());
                settings.extend(child.children.iter().map(|one| (one.name.clone(), one.text.clone())));
            }
            Statement::Block { kind: kind.to_string(), data: settings, statements: statements_of(element) }
        }
        other => Statement::Unknown(other.to_string()),
    }
}

fn branch(element: &Element) -> Branch {
    let condition = element.children.iter().find(|child| child.name == "Condition").map(|child| child.text.clone());
    Branch { condition, statements: statements_of(element) }
}
