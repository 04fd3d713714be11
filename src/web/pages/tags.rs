//! What tags and rules mean, in plain words with the norm behind them: the sentence a page shows beside the claim.

/// What a tag says and where that is written (`docs/policy.md`).
pub(super) fn meaning(tag: &str) -> &'static str {
    match tag {
        "personal" => {
            "Personal data: it relates to a person who can be identified (GDPR Art. 4(1)). Needs a lawful basis and an erasure time."
        }
        "special" => {
            "Special category: health, belief, union membership, origin and the like (GDPR Art. 9(1)). Forbidden without a condition of Art. 9(2)."
        }
        "criminal" => {
            "Criminal convictions and offences (GDPR Art. 10). Only under official authority or a law that allows it."
        }
        "nationalId" => "National identification number (GDPR Art. 87). Member States set conditions of their own.",
        "CHD" => "Cardholder data (PCI DSS, requirement 3). Stored only where needed, the card number unreadable.",
        "SAD" => {
            "Sensitive authentication data (PCI DSS 3.3). Must not be kept after authorisation, not even encrypted."
        }
        _ => "A tag that this version does not know.",
    }
}

/// The regime of a field's gravest tag in a word or two, and the pill class.
pub(super) fn regime(tags: &[String]) -> (&'static str, &'static str) {
    let has = |name: &str| tags.iter().any(|tag| tag == name);
    if has("SAD") {
        ("PCI SAD", "bad")
    } else if has("special") {
        ("GDPR Art. 9", "bad")
    } else if has("criminal") {
        ("GDPR Art. 10", "bad")
    } else if has("CHD") {
        ("PCI card", "manual")
    } else if has("nationalId") {
        ("National ID", "manual")
    } else if has("personal") {
        ("GDPR", "manual")
    } else {
        ("no tag", "")
    }
}

/// What a rule of inference looked at; empty for a rule that says it itself.
pub(super) fn rule_words(rule: &str) -> &'static str {
    match rule {
        "header words" => {
            "The column's name holds a word that names such data. No value was tested, so a misnamed column is possible."
        }
        "form and checksum of distinct values" => {
            "The distinct values have the form, and the check digits where there are any, of such data."
        }
        "header and form of distinct values" => {
            "The column's name says so and the distinct values have the form of such data."
        }
        "all values" => "Every value that is not empty was read as this type.",
        "no empty value" => "No row leaves it empty.",
        "few values often" => "A few values come again and again.",
        "declared type" | "declared required" | "declared relationship" => "The file itself declares it.",
        _ => "",
    }
}

/// How grave the gravest tag of a field or file is, from 0 to 3: `regime` as a number.
pub(super) fn gravity(tags: &[String]) -> u8 {
    match regime(tags).1 {
        "bad" => 3,
        "manual" if regime(tags).0 != "GDPR" => 2,
        "manual" => 1,
        _ => 0,
    }
}
