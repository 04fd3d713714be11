//! The invented retailer: articles, suppliers, people, customers. All names are made up, all mail addresses end in example.com,
//! card numbers and IBANs are the public test numbers of their issuers or computed examples.

use crate::rng::Rng;

pub struct Article {
    pub sku: String,
    pub name: String,
    pub category: &'static str,
    pub supplier: &'static str,
    pub cost: f64,
    pub markup: f64,
}

pub struct Supplier {
    pub code: &'static str,
    pub name: &'static str,
    pub city: &'static str,
    pub lead_days: i64,
}

pub const SUPPLIERS: [Supplier; 7] = [
    Supplier { code: "NORDF", name: "Nordfrucht Handel", city: "Bremen", lead_days: 2 },
    Supplier { code: "ALPMI", name: "Alpenmilch eG", city: "Kempten", lead_days: 1 },
    Supplier { code: "BACKW", name: "Backwerk Sonnenberg", city: "Erfurt", lead_days: 1 },
    Supplier { code: "KAFFE", name: "Kaffeekontor Hafen", city: "Hamburg", lead_days: 5 },
    Supplier { code: "DRINK", name: "Getränke Talquell", city: "Fulda", lead_days: 3 },
    Supplier { code: "HAUSH", name: "Haushalt & Mehr", city: "Kassel", lead_days: 7 },
    Supplier { code: "TIERF", name: "Tierfutter Waldkater", city: "Siegen", lead_days: 6 },
];

const RANGES: [(&str, &str, &str, &[&str]); 7] = [
    (
        "FR",
        "Fruit & veg",
        "NORDF",
        &[
            "Apples Elstar 1kg",
            "Bananas loose",
            "Potatoes 2.5kg",
            "Carrots 1kg",
            "Tomatoes vine",
            "Cucumber",
            "Onions 1kg",
            "Lemons net",
            "Pears 1kg",
        ],
    ),
    (
        "DA",
        "Dairy",
        "ALPMI",
        &[
            "Milk 3.5% 1l",
            "Milk 1.5% 1l",
            "Butter 250g",
            "Yoghurt 500g",
            "Gouda sliced",
            "Quark 500g",
            "Cream 200g",
            "Feta 150g",
        ],
    ),
    ("BK", "Bakery", "BACKW", &["Rye bread 750g", "Rolls 6 pcs", "Croissant", "Baguette", "Toast 500g", "Pretzel"]),
    (
        "CO",
        "Coffee & tea",
        "KAFFE",
        &["Espresso beans 1kg", "Filter coffee 500g", "Decaf 500g", "Green tea 20", "Herbal tea 20", "Cocoa 250g"],
    ),
    (
        "DR",
        "Drinks",
        "DRINK",
        &[
            "Still water 6x1.5l",
            "Sparkling 6x1.5l",
            "Apple juice 1l",
            "Cola 1l",
            "Orange soda 1l",
            "Beer crate 20",
            "Iced tea 1.5l",
            "Tonic 0.75l",
        ],
    ),
    (
        "HH",
        "Household",
        "HAUSH",
        &[
            "Washing powder",
            "Dish soap",
            "Kitchen roll 4",
            "Toilet paper 8",
            "Bin bags 35l",
            "Sponges 10",
            "Candles 6",
            "Batteries AA 4",
        ],
    ),
    ("PE", "Pets", "TIERF", &["Cat food 400g", "Dog food 3kg", "Cat litter 10l", "Bird seed 1kg", "Dog treats"]),
];

/// The 50 articles of the price list, the same in every file.
pub fn articles() -> Vec<Article> {
    let mut rng = Rng::new(1);
    let mut out = Vec::new();
    for (prefix, category, supplier, names) in RANGES {
        for (i, name) in names.iter().enumerate() {
            out.push(Article {
                sku: format!("{prefix}-{:04}", 101 + i * 7),
                name: (*name).to_string(),
                category,
                supplier,
                cost: rng.between(39, 1499) as f64 / 100.0,
                markup: rng.between(15, 60) as f64 / 100.0,
            });
        }
    }
    out
}

pub const GIVEN: [&str; 24] = [
    "Anka", "Bero", "Cilia", "Dorian", "Elmo", "Fenja", "Gesa", "Hauke", "Ilva", "Jorin", "Keno", "Liska", "Mirko",
    "Nela", "Ondra", "Pia", "Quirin", "Rieke", "Sören", "Tilda", "Ubbo", "Vesna", "Wanja", "Yorick",
];
pub const FAMILY: [&str; 20] = [
    "Musterfrau",
    "Beispiel",
    "Testmann",
    "Probst-Muster",
    "Fiktiv",
    "Erdacht",
    "Platzhalter",
    "Ohnename",
    "Vorlage",
    "Entwurf",
    "Sample",
    "Specimen",
    "Dummer",
    "Exempel",
    "Phantasie",
    "Niemand",
    "Irgendwer",
    "Schablone",
    "Modell",
    "Demo",
];

/// The `i`-th invented person: given name, family name, mail address.
pub fn person(i: usize) -> (String, String, String) {
    let given = GIVEN[i % GIVEN.len()];
    let family = FAMILY[(i * 7 + i / GIVEN.len()) % FAMILY.len()];
    let ascii = |s: &str| s.to_lowercase().replace('ö', "oe");
    (given.to_string(), family.to_string(), format!("{}.{}@example.com", ascii(given), ascii(family)))
}

/// Public test card numbers of the card schemes: pass Luhn, belong to nobody.
pub const TEST_PANS: [&str; 8] = [
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
    "4012888888881881",
    "5105105105105100",
    "371449635398431",
    "6011111111111117",
    "3530111333300000",
];

/// A German IBAN with correct check digits (ISO 13616, mod 97) for the bank code 00000000, which no bank has.
pub fn test_iban(account: u64) -> String {
    let bban = format!("00000000{account:010}");
    // "DE00" moved to the end with letters as numbers: D=13, E=14.
    let digits = format!("{bban}131400");
    let rest = digits.bytes().fold(0u32, |acc, b| (acc * 10 + u32::from(b - b'0')) % 97);
    format!("DE{:02}{bban}", 98 - rest)
}

/// An invented number with the right check digit of the German tax id (ISO 7064 Mod 11,10); no person's.
pub fn test_tax_id(seed: u64) -> String {
    let mut rng = Rng::new(seed);
    // Ten digits of which exactly one occurs twice, first not zero.
    let mut digits: Vec<u32> = (0..10).collect();
    for i in (1..10).rev() {
        digits.swap(i, rng.below(i as u64 + 1) as usize);
    }
    digits[9] = digits[4];
    if digits[0] == 0 {
        digits.swap(0, 1);
    }
    let product = digits.iter().fold(10, |product, d| {
        let sum = match (d + product) % 10 {
            0 => 10,
            s => s,
        };
        sum * 2 % 11
    });
    let check = (11 - product) % 10;
    digits.iter().map(|d| char::from(b'0' + *d as u8)).chain(char::from_digit(check, 10)).collect()
}
