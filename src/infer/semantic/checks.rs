//! What values show by themselves: forms and checksums of norms.

use super::Kind;
use crate::infer::column::is_uuid;

/// All kinds, most telling first.
pub(super) const KINDS: &[Kind] = &[
    Kind { name: "Email", tags: &["personal"], passes: is_email, certain: true, headers: &["mail", "email", "epost"] },
    Kind {
        name: "IBAN",
        tags: &["personal"],
        passes: is_iban,
        certain: true,
        headers: &["iban", "bank account", "konto", "account"],
    },
    Kind {
        name: "PAN",
        tags: &["CHD"],
        passes: is_pan,
        certain: true,
        headers: &["card", "pan", "karte", "cc", "credit card"],
    },
    Kind { name: "UUID", tags: &[], passes: is_uuid, certain: true, headers: &["uuid", "guid"] },
    Kind {
        name: "URL",
        tags: &[],
        passes: is_url,
        certain: true,
        headers: &["url", "link", "web", "website", "homepage"],
    },
    Kind { name: "IPAddress", tags: &["personal"], passes: is_ip, certain: true, headers: &["ip"] },
    Kind {
        name: "USSocialSecurityNumber",
        tags: &["personal", "nationalId"],
        passes: is_ssn,
        certain: false,
        headers: &["ssn", "social security"],
    },
    Kind {
        name: "GermanTaxId",
        tags: &["personal", "nationalId"],
        passes: is_german_tax_id,
        certain: false,
        headers: &["steuer", "tax id", "steuer id", "tin", "national id"],
    },
    Kind { name: "BIC", tags: &[], passes: is_bic, certain: false, headers: &["bic", "swift"] },
    Kind { name: "GTIN", tags: &[], passes: is_gtin, certain: false, headers: &["ean", "gtin", "barcode", "upc"] },
    Kind {
        name: "Phone",
        tags: &["personal"],
        passes: is_phone,
        certain: false,
        headers: &["phone", "tel", "telefon", "mobile", "fax", "cell", "handy"],
    },
];

/// addr-spec of RFC 5322 in its common form: dot-atom, `@`, a domain with a dot.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_fits = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c));
    let labels: Vec<&str> = domain.split('.').collect();
    let label_fits = |label: &&str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    local_fits && labels.len() >= 2 && labels.iter().all(label_fits) && labels.last().is_some_and(|top| top.len() >= 2)
}

/// ISO 13616: country, two check digits, modulus 97 equal 1; lengths of the registry for the countries listed.
fn is_iban(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let Some((country, rest)) = plain.split_at_checked(2) else { return false };
    let form = country.bytes().all(|byte| byte.is_ascii_uppercase())
        && rest.bytes().take(2).all(|byte| byte.is_ascii_digit())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let length_fits = match country {
        "DE" => plain.len() == 22,
        "FR" | "IT" => plain.len() == 27,
        "ES" => plain.len() == 24,
        "GB" => plain.len() == 22,
        "NL" => plain.len() == 18,
        "AT" => plain.len() == 20,
        "CH" => plain.len() == 21,
        "BE" => plain.len() == 16,
        "PL" => plain.len() == 28,
        _ => (15..=34).contains(&plain.len()),
    };
    if !form || !length_fits {
        return false;
    }
    let turned = plain.chars().skip(4).chain(plain.chars().take(4));
    let remainder = turned.filter_map(|c| c.to_digit(36)).fold(0u32, |sum, digit| {
        let shift = if digit >= 10 { 100 } else { 10 };
        (sum * shift + digit) % 97
    });
    remainder == 1
}

/// ISO/IEC 7812: 13 to 19 digits, a known issuer range, and the Luhn sum.
fn is_pan(text: &str) -> bool {
    let digits: Vec<u32> =
        text.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_digit(10).unwrap_or(99)).collect();
    (13..=19).contains(&digits.len()) && !digits.contains(&99) && is_issuer(&digits) && luhn(&digits)
}

fn is_issuer(digits: &[u32]) -> bool {
    let prefix = |length: usize| digits.iter().take(length).fold(0, |number, digit| number * 10 + digit);
    prefix(1) == 4
        || (51..=55).contains(&prefix(2))
        || (2221..=2720).contains(&prefix(4))
        || matches!(prefix(2), 34 | 36 | 37 | 38 | 65)
        || prefix(4) == 6011
        || (3528..=3589).contains(&prefix(4))
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}

fn is_url(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let rest = ["http://", "https://", "ftp://"]
        .iter()
        .find_map(|scheme| lower.strip_prefix(scheme))
        .or_else(|| lower.starts_with("www.").then_some(lower.as_str()));
    rest.is_some_and(|rest| rest.len() > 3 && rest.contains('.') && !rest.contains(char::is_whitespace))
}

fn is_ip(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}

/// US Social Security numbers: area 000, 666 and 9xx, group 00 and serial 0000 are never given (SSA).
fn is_ssn(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let [area, group, serial] = groups.as_slice() else { return false };
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(area, 3)
        && digits(group, 2)
        && digits(serial, 4)
        && *area != "000"
        && *area != "666"
        && !area.starts_with('9')
        && *group != "00"
        && *serial != "0000"
}

/// German tax id (§ 139b AO): 11 digits, the first not 0, check digit by ISO/IEC 7064 MOD 11,10.
fn is_german_tax_id(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(10).unwrap_or(99)).collect();
    let [body @ .., check] = digits.as_slice() else { return false };
    if digits.len() != 11 || digits.contains(&99) || digits.first() == Some(&0) {
        return false;
    }
    let product = body.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == *check
}

/// ISO 9362: bank, country, location, optional branch.
fn is_bic(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.len(), 8 | 11)
        && bytes.iter().take(6).all(u8::is_ascii_uppercase)
        && bytes.iter().skip(6).all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// GS1: 8, 12, 13 or 14 digits with the modulus-10 check digit.
fn is_gtin(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(10).unwrap_or(99)).collect();
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 3 }).sum();
    matches!(digits.len(), 8 | 12 | 13 | 14) && !digits.contains(&99) && sum.is_multiple_of(10)
}

/// A telephone number as people write it: 7 to 15 digits (ITU-T E.164), with the signs that separate groups.
fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let bare = text.split(['x', 'X']).next().unwrap_or(text);
    (7..=15).contains(&digits) && bare.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c))
}
