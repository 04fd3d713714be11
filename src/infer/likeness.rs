//! How likely one column refers to another before a value is compared, and how telling it is that its values are among
//! the other's: names in several languages, roles of persons, and the odds of chance.

use std::collections::BTreeSet;

use super::column::Profile;
use super::names::{KEY_WORDS, is_key_name, plain, singular, words};
use super::semantic::written_out;

/// Parents or children with fewer distinct values prove nothing by inclusion alone.
const FEW_VALUES: usize = 3;
/// Letters from which a word inside a compound or a common stem says something.
const TELLING_LETTERS: usize = 4;
/// Share of the range that surrogate numbers fill; any small number is among them.
const DENSE: f64 = 0.9;

/// Roles that persons have in other tables, and words for tables of persons (en, de, fr, es, it).
const ROLES: &[&str] = &[
    "manager",
    "mgr",
    "supervisor",
    "boss",
    "rep",
    "representative",
    "reports",
    "salesperson",
    "seller",
    "agent",
    "owner",
    "author",
    "creator",
    "editor",
    "approver",
    "assignee",
    "reviewer",
    "requester",
    "mentor",
    "coach",
    "advisor",
    "adviser",
    "head",
    "chief",
    "leader",
    "lead",
    "contact",
    "leiter",
    "vorgesetzter",
    "chef",
    "betreuer",
    "berater",
    "verkaeufer",
    "bearbeiter",
    "ansprechpartner",
    "verantwortlicher",
    "responsable",
    "vendeur",
    "vendedor",
    "gerente",
    "jefe",
    "capo",
    "venditore",
];
const PERSONS: &[&str] = &[
    "employee",
    "staff",
    "person",
    "people",
    "user",
    "worker",
    "member",
    "personnel",
    "contact",
    "instructor",
    "teacher",
    "faculty",
    "mitarbeiter",
    "angestellte",
    "angestellter",
    "personal",
    "benutzer",
    "mitglied",
    "lehrer",
    "dozent",
    "employe",
    "empleado",
    "persona",
    "usuario",
    "impiegato",
    "dipendente",
    "utilisateur",
    "useracct",
];
/// Words that say a column points into its own table: a manager is an employee.
const TO_ITSELF: &[&str] = &[
    "parent",
    "manager",
    "reportsto",
    "supervisor",
    "boss",
    "vorgesetzt",
    "mgr",
    "previous",
    "vorherig",
    "leiter",
    "uebergeordnet",
    "superior",
    "predecessor",
    "vorgaenger",
    "replaces",
];

/// Whether a name says that the column points into its own table.
pub(super) fn refers_to_self(name: &str) -> bool {
    let name = plain(&written_out(name));
    TO_ITSELF.iter().any(|word| name.contains(word))
}

/// Whether two types can hold the same keys.
pub(super) fn same_class(a: &str, b: &str) -> bool {
    let class = |kind: &str| match kind.split('(').next().unwrap_or("") {
        "Integer" => 1,
        "Text" => 2,
        "UUID" => 3,
        "Date" => 4,
        _ => 0,
    };
    class(a) != 0 && class(a) == class(b)
}

/// How alike the names are (0 to 1): the child's name equals the parent key's, names the parent table, or names a role of
/// the persons in it.
pub(super) fn name_score(child: &str, key: &str, parent: &str) -> f64 {
    let (child_plain, key_plain) = (folded(child), folded(key));
    let general = is_general(&key_plain);
    if child_plain == key_plain {
        return if general { 0.0 } else { 1.0 };
    }
    let (child_words, parent_words) = (stems(child), stems(parent));
    let by_table = named_by(&child_plain, &child_words, &parent_words);
    if by_table > 0.0 {
        let as_key = is_key_name(child) || child_words.len() == 1;
        return if as_key { by_table } else { by_table - 0.2 };
    }
    if !general && key_plain.chars().count() >= TELLING_LETTERS && child_plain.ends_with(&key_plain) {
        return 0.8;
    }
    let has = |list: &[&str], found: &[String]| {
        found.iter().any(|word| list.iter().any(|known| word == known || *word == singular(known)))
    };
    if has(ROLES, &child_words) && has(PERSONS, &parent_words) {
        return 0.8;
    }
    shared(&child_words, &stems(key), &parent_words)
}

fn is_general(key: &str) -> bool {
    matches!(key, "id" | "code" | "key" | "no" | "nr" | "number" | "name" | "nummer" | "uuid" | "guid" | "sku")
}

/// The words of a name without plural endings, umlauts written out.
fn stems(name: &str) -> Vec<String> {
    words(name).iter().map(|word| singular(&folded(word))).collect()
}

/// Letters and digits in lower case without accents: the umlaut of a plural (`Länder`) does not hide the noun (`Land`).
fn folded(name: &str) -> String {
    let bare = |c: char| match c {
        'ä' => 'a',
        'ö' => 'o',
        'ü' => 'u',
        other => other,
    };
    written_out(&plain(name).chars().map(bare).collect::<String>())
}

/// 0.95 when the child's name holds all words of the table's, or its last word, which is the noun.
fn named_by(child: &str, child_words: &[String], parent: &[String]) -> f64 {
    let told = |word: &String| {
        child_words.contains(word)
            || word.chars().count() >= TELLING_LETTERS && child.contains(word.as_str())
            || child.starts_with(word.as_str())
    };
    let nouns: Vec<&String> =
        parent.iter().filter(|word| word.chars().count() >= 3 && !KEY_WORDS.contains(&word.as_str())).collect();
    match nouns.last() {
        Some(noun) if told(noun) => 0.95,
        // `Kundenliste`, `tblCustomerMaster`: the noun stands in front.
        Some(_) if nouns.len() > 1 && nouns.first().is_some_and(|noun| told(noun)) && is_list_word(nouns.last()) => 0.9,
        _ => 0.0,
    }
}

/// Last words of a table's name that say what it is and not what is in it.
fn is_list_word(word: Option<&&String>) -> bool {
    const LISTS: &[&str] = &[
        "list",
        "liste",
        "table",
        "tabelle",
        "data",
        "daten",
        "master",
        "stamm",
        "stammdate",
        "catalog",
        "catalogue",
        "katalog",
        "overview",
        "uebersicht",
        "register",
        "sheet",
        "report",
        "info",
    ];
    word.is_some_and(|word| LISTS.contains(&word.as_str()))
}

/// 0.6 for the same noun or a common stem (`ShipVia` and `Shippers`), 0.4 for a common word beside the general ones.
fn shared(child: &[String], key: &[String], parent: &[String]) -> f64 {
    let telling = |word: &&String| !KEY_WORDS.contains(&word.as_str()) && word.chars().count() >= 3;
    let own: BTreeSet<&String> = child.iter().filter(telling).collect();
    let others: BTreeSet<&String> = key.iter().chain(parent.last()).filter(telling).collect();
    let head = |words: &[String]| words.iter().rfind(|word| telling(word)).cloned();
    let noun = head(child);
    if noun.is_some() && (noun == head(key) || noun == head(parent)) {
        return 0.6;
    }
    if own.intersection(&others).next().is_some() {
        return 0.4;
    }
    let stem = |a: &str, b: &str| a.chars().count() >= TELLING_LETTERS && b.starts_with(a);
    let related = own.iter().any(|a| others.iter().any(|b| stem(a, b) || stem(b, a)));
    if related { 0.6 } else { 0.0 }
}

/// Whether a name is a plural that is no key: a count or a list, such as `AutomaticResponses`.
pub(super) fn counts_things(name: &str) -> bool {
    let last = words(name).pop().unwrap_or_default();
    !is_key_name(name) && last.ends_with('s') && singular(&last) != last
}

/// Whether both are the general key word alone: `id` that repeats here and is the key there.
pub(super) fn both_general(child: &str, key: &str) -> bool {
    plain(child) == plain(key) && is_general(&plain(key))
}

/// How telling the inclusion itself is (0 to 1): the odds that as many values drawn from the parent's range were all
/// among its values by chance.
pub(super) fn is_telling(kind: &str, child: &Profile, parent: &Profile) -> f64 {
    let (own, others) = (child.distinct.len(), parent.distinct.len());
    if own < FEW_VALUES || others < FEW_VALUES {
        return 0.1;
    }
    match kind.split('(').next().unwrap_or("") {
        "UUID" => 1.0,
        "Text" if child.longest >= 3 => 0.9,
        "Text" => 0.4,
        "Integer" => {
            let range = (parent.largest - parent.smallest + 1.0).max(1.0);
            let density = (others as f64 / range).min(1.0);
            if density >= DENSE {
                return if parent.smallest > 1000.0 { 0.6 } else { 0.2 };
            }
            let drawn = own.min(64) as i32;
            (1.0 - density.powi(drawn)).clamp(0.2, 1.0)
        }
        _ => 0.1,
    }
}

/// The part of their names that all columns of a table share, as TPC-H's `l_` and `ps_`; empty when there is none.
pub(super) fn common_prefix(names: &[&str]) -> usize {
    let Some((first, rest)) = names.split_first() else { return 0 };
    if rest.len() < 2 {
        return 0;
    }
    let mut length = first.len();
    for name in rest {
        length = first.bytes().zip(name.bytes()).take(length).take_while(|(a, b)| a == b).count();
    }
    // Only whole words count, and something must be left of each name.
    let ends_word = |name: &&str| {
        let (before, after) = (name.get(..length), name.get(length..));
        let next = after.and_then(|rest| rest.chars().next());
        let last = before.and_then(|head| head.chars().next_back());
        next.is_some() && (matches!(last, Some('_' | '-' | ' ' | '.')) || next.is_some_and(char::is_uppercase))
    };
    if length > 0 && names.iter().all(ends_word) { length } else { 0 }
}
