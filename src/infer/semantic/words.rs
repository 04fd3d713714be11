//! What headers say, in English, German, French, Spanish, Italian, Dutch and Polish. Words must match whole words of a
//! header, so that "Shipping" is no IP address and "Panel" no card number.

use crate::infer::names;

/// A class of data that a header names.
pub(super) struct Class {
    pub name: &'static str,
    pub tags: &'static [&'static str],
    pub confidence: f64,
    /// A form the values must have as well.
    pub fits: Option<fn(&str) -> bool>,
}

struct Rule {
    class: Class,
    words: &'static [&'static str],
    /// Only beside a card number.
    beside_card: bool,
    /// Only for columns of these storage types; empty for all.
    kinds: &'static [&'static str],
}

/// Special categories: GDPR Art. 9(1). Criminal offences: Art. 10. National identifiers: Art. 87. Sensitive authentication
/// data and cardholder data: PCI DSS 4.0.1, 3.3 and table 1.
const RULES: &[Rule] = &[
    rule(
        "CVV",
        &["SAD"],
        0.95,
        Some(is_cvv),
        &["cvv", "cvc", "cvv2", "cvc2", "cid", "cav2", "security code", "card verification"],
        false,
        &[],
    ),
    rule("PIN", &["SAD"], 0.8, Some(is_pin), &["pin", "pin code"], true, &[]),
    rule("TrackData", &["SAD"], 0.8, None, &["track 1", "track 2", "track data", "magstripe"], false, &[]),
    rule(
        "CardExpiry",
        &["CHD"],
        0.85,
        None,
        &["expiry", "expires", "exp", "exp date", "valid thru", "valid until", "gueltig bis", "ablauf"],
        true,
        &[],
    ),
    rule(
        "CardholderName",
        &["CHD", "personal"],
        0.85,
        None,
        &["cardholder", "card holder", "name on card", "karteninhaber"],
        false,
        &["Text"],
    ),
    rule(
        "HealthData",
        &["special"],
        0.8,
        None,
        &[
            "health",
            "illness",
            "sick",
            "sickness",
            "diagnosis",
            "medical",
            "disability",
            "disabled",
            "allergy",
            "allergies",
            "blood",
            "krank",
            "krankheit",
            "gesundheit",
            "behinderung",
            "gdb",
            "diagnose",
            "schwerbehinderung",
            "handicap",
            "salud",
            "salute",
            "ziekte",
            "zdrowie",
            "maternity",
            "pregnant",
        ],
        false,
        &[],
    ),
    rule(
        "Religion",
        &["special"],
        0.85,
        None,
        &[
            "religion",
            "religious",
            "church",
            "denomination",
            "faith",
            "kirche",
            "kirchensteuer",
            "konfession",
            "church tax",
            "religione",
            "wyznanie",
        ],
        false,
        &[],
    ),
    rule(
        "UnionMembership",
        &["special"],
        0.85,
        None,
        &["union", "trade union", "union member", "gewerkschaft", "syndicat", "sindicato", "sindacato", "vakbond"],
        false,
        &["Boolean", "Text", "Integer"],
    ),
    rule(
        "EthnicOrigin",
        &["special"],
        0.85,
        None,
        &["ethnicity", "ethnic", "race", "rasse", "ethnie", "ethnic origin"],
        false,
        &["Text"],
    ),
    rule(
        "PoliticalOpinion",
        &["special"],
        0.8,
        None,
        &["political", "party membership", "parteizugehoerigkeit"],
        false,
        &[],
    ),
    rule("SexualOrientation", &["special"], 0.85, None, &["sexual orientation", "orientation sexuelle"], false, &[]),
    rule(
        "BiometricData",
        &["special"],
        0.8,
        None,
        &["biometric", "fingerprint", "face id", "iris", "fingerabdruck"],
        false,
        &[],
    ),
    rule(
        "CriminalRecord",
        &["criminal"],
        0.85,
        None,
        &["criminal record", "conviction", "convictions", "criminal", "vorstrafe", "vorstrafen", "casier judiciaire"],
        false,
        &[],
    ),
    rule(
        "NationalId",
        &["personal", "nationalId"],
        0.75,
        None,
        &[
            "national id",
            "ssn",
            "social security",
            "nino",
            "ni number",
            "national insurance",
            "sozialversicherung",
            "sv nummer",
            "steuer id",
            "tax id",
            "passport",
            "reisepass",
            "personalausweis",
            "bsn",
            "pesel",
            "dni",
            "nie",
            "codice fiscale",
        ],
        false,
        &[],
    ),
    rule(
        "DateOfBirth",
        &["personal"],
        0.9,
        None,
        &[
            "birth",
            "birthdate",
            "birth date",
            "date of birth",
            "dob",
            "birthday",
            "geburtsdatum",
            "geburtstag",
            "geb",
            "naissance",
            "nacimiento",
            "nascita",
            "geboortedatum",
        ],
        false,
        &["Date", "DateTime", "Text"],
    ),
    rule(
        "PersonName",
        &["personal"],
        0.8,
        None,
        &[
            "first name",
            "last name",
            "surname",
            "given name",
            "family name",
            "full name",
            "firstname",
            "lastname",
            "fullname",
            "middle name",
            "employee name",
            "contact name",
            "customer name",
            "employee",
            "vorname",
            "nachname",
            "familienname",
            "prenom",
            "apellido",
            "cognome",
            "achternaam",
            "voornaam",
            "mitarbeiter",
            "driver name",
            "manager name",
            "contact person",
            "ansprechpartner",
        ],
        false,
        &["Text"],
    ),
    rule(
        "StreetAddress",
        &["personal"],
        0.7,
        None,
        &[
            "street",
            "street address",
            "address",
            "home address",
            "strasse",
            "adresse",
            "anschrift",
            "direccion",
            "indirizzo",
            "adres",
        ],
        false,
        &["Text"],
    ),
    rule(
        "Phone",
        &["personal"],
        0.6,
        None,
        &["phone", "telephone", "mobile", "telefon", "handy", "mobilnummer", "home phone"],
        false,
        &["Text", "Integer"],
    ),
    rule("Gender", &["personal"], 0.75, None, &["gender", "sex", "geschlecht", "sexe", "genere"], false, &["Text"]),
    rule(
        "Salary",
        &["personal"],
        0.8,
        None,
        &[
            "salary",
            "wage",
            "gehalt",
            "lohn",
            "hourly wage",
            "hourly rate eur",
            "base pay",
            "salaire",
            "sueldo",
            "stipendio",
        ],
        false,
        &["Decimal", "Integer", "Float"],
    ),
    rule(
        "Nationality",
        &["personal"],
        0.75,
        None,
        &["nationality", "citizenship", "staatsangehoerigkeit", "nationalitaet"],
        false,
        &["Text"],
    ),
    rule(
        "Credential",
        &["personal"],
        0.8,
        None,
        &["password", "passwort", "kennwort", "pwd", "api key", "secret"],
        false,
        &["Text"],
    ),
];

const fn rule(
    name: &'static str,
    tags: &'static [&'static str],
    confidence: f64,
    fits: Option<fn(&str) -> bool>,
    words: &'static [&'static str],
    beside_card: bool,
    kinds: &'static [&'static str],
) -> Rule {
    Rule { class: Class { name, tags, confidence, fits }, words, beside_card, kinds }
}

/// The class that a header names, the most severe first.
pub(super) fn class_of(header: &str, kind: &str, has_card: bool) -> Option<&'static Class> {
    let plain_kind = kind.split('(').next().unwrap_or("");
    RULES
        .iter()
        .find(|rule| {
            (!rule.beside_card || has_card)
                && (rule.kinds.is_empty() || rule.kinds.contains(&plain_kind))
                && names(header, rule.words)
        })
        .map(|rule| &rule.class)
}

/// Whether one of the phrases stands in the header as whole words, umlauts written out.
pub(in crate::infer) fn names(header: &str, phrases: &[&str]) -> bool {
    let found = names::words(&written_out(header)).join(" ");
    let joined = found.replace(' ', "");
    phrases.iter().any(|phrase| {
        let padded = format!(" {found} ");
        padded.contains(&format!(" {phrase} ")) || (phrase.len() >= 6 && joined == phrase.replace(' ', ""))
    })
}

/// A header with its umlauts written out and other accents left away.
pub(in crate::infer) fn written_out(header: &str) -> String {
    let mut written = String::with_capacity(header.len());
    for c in header.chars() {
        match c {
            'ä' => written.push_str("ae"),
            'Ä' => written.push_str("Ae"),
            'ö' => written.push_str("oe"),
            'Ö' => written.push_str("Oe"),
            'ü' => written.push_str("ue"),
            'Ü' => written.push_str("Ue"),
            'ß' => written.push_str("ss"),
            'à' | 'á' | 'â' | 'ã' | 'å' | 'ą' => written.push('a'),
            'è' | 'é' | 'ê' | 'ë' | 'ę' => written.push('e'),
            'É' | 'È' => written.push('E'),
            'ì' | 'í' | 'î' | 'ï' => written.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' => written.push('o'),
            'ù' | 'ú' | 'û' => written.push('u'),
            'ç' | 'ć' => written.push('c'),
            'ñ' | 'ń' => written.push('n'),
            'ł' => written.push('l'),
            'ś' => written.push('s'),
            'ż' | 'ź' => written.push('z'),
            other => written.push(other),
        }
    }
    written
}

fn is_cvv(text: &str) -> bool {
    matches!(text.len(), 3 | 4) && text.bytes().all(|byte| byte.is_ascii_digit())
        || matches!(text.len(), 1 | 2) && text.parse::<u8>().is_ok()
}

fn is_pin(text: &str) -> bool {
    (4..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
