//! K5: delivery. Needs requests linked to first production use, which nothing records yet; it says so.

use super::Indicator;

pub(super) fn indicators() -> Vec<Indicator> {
    vec![Indicator {
        id: String::from("K5"),
        name: String::from("Delivery speed"),
        unit: String::from("days, median"),
        window: String::from("none"),
        scope: String::from("none"),
        insufficient: Some(String::from(
            "Needs a deployment log: request and first production use of at least 5 applications on each side.",
        )),
        definition: String::from(
            "Median days from request to first production use; speed-up only with 5 applications a side.",
        ),
        ..Indicator::default()
    }]
}
