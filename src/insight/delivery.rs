//! K5: how long a request waits for its app, and how deployments go, on the legacy side and on the platform.

use std::collections::BTreeMap;

use super::calendar::{Day, day_number, day_text};
use super::rows::Deploy;
use super::{Indicator, percent, quantile, tenth, term};

/// Applications that each side needs (`kpis.md`).
const FEWEST_APPS: usize = 5;
/// Days of a week.
const WEEK: f64 = 7.0;

/// The deployments of one side.
#[derive(Default)]
struct Side<'a> {
    /// Days from request to first deployment, by app.
    leads: BTreeMap<&'a str, f64>,
    deploys: usize,
    failed: usize,
    restored: Vec<f64>,
    span: Option<(Day, Day)>,
}

impl<'a> Side<'a> {
    fn add(&mut self, deploy: &'a Deploy, at: Day) {
        self.deploys += 1;
        self.failed += usize::from(deploy.failed);
        if deploy.failed {
            self.restored.extend(deploy.restored);
        }
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
        let requested = deploy.requested.as_deref().and_then(day_number).filter(|requested| *requested <= at);
        if let Some(requested) = requested {
            let lead = f64::from(at - requested);
            self.leads.entry(deploy.app.as_str()).and_modify(|known| *known = known.min(lead)).or_insert(lead);
        }
    }

    fn lead(&self, share: f64) -> Option<f64> {
        quantile(&self.leads.values().copied().collect::<Vec<f64>>(), share)
    }

    fn per_week(&self) -> Option<f64> {
        let (first, last) = self.span?;
        (last > first).then(|| self.deploys as f64 / (f64::from(last - first) / WEEK))
    }

    fn terms(&self, side: &str) -> Vec<(String, String)> {
        let shown = |value: Option<f64>| value.map_or(String::from("none"), |value| tenth(value).to_string());
        vec![
            term(&format!("{side}: apps"), self.leads.len()),
            term(&format!("{side}: days from request, median"), shown(self.lead(0.5))),
            term(&format!("{side}: days from request, 85th percentile"), shown(self.lead(0.85))),
            term(&format!("{side}: deployments per week"), shown(self.per_week())),
            term(
                &format!("{side}: deployments that failed, %"),
                shown(percent(self.failed as f64, self.deploys as f64)),
            ),
            term(&format!("{side}: hours to restore, median"), shown(quantile(&self.restored, 0.5))),
        ]
    }
}

pub(super) fn indicator(deploys: &[Deploy], day: Day) -> Indicator {
    let (mut legacy, mut platform) = (Side::default(), Side::default());
    for deploy in deploys {
        let Some(at) = day_number(&deploy.day).filter(|at| *at <= day) else { continue };
        let side = if deploy.phase.eq_ignore_ascii_case("legacy") { &mut legacy } else { &mut platform };
        side.add(deploy, at);
    }
    let enough = legacy.leads.len() >= FEWEST_APPS && platform.leads.len() >= FEWEST_APPS;
    let (slow, fast) = (legacy.lead(0.5), platform.lead(0.5));
    let mut terms = platform.terms("platform");
    terms.extend(legacy.terms("legacy"));
    if let (true, Some(slow), Some(fast)) = (enough, slow, fast.filter(|fast| *fast > 0.0)) {
        terms.push(term("speed-up (legacy median / platform median)", tenth(slow / fast)));
    }
    let needs = if deploys.is_empty() {
        String::from("No deployments imported: `daylight import deploys FILE.csv`.")
    } else {
        format!(
            "Needs at least {FEWEST_APPS} apps on each side: {} on the platform, {} legacy.",
            platform.leads.len(),
            legacy.leads.len()
        )
    };
    Indicator {
        id: String::from("K5"),
        name: String::from("Delivery time"),
        value: if enough { fast.map(tenth) } else { None },
        unit: String::from("days, median"),
        n: platform.leads.len() as u64,
        window: format!("deployments to {}", day_text(day)),
        scope: String::from("apps with a request and a deployment"),
        measured_share: (!deploys.is_empty()).then_some(1.0),
        insufficient: (!enough).then_some(needs),
        definition: String::from(
            "Median days from request to first deployment on the platform; shown, with the speed-up over legacy projects, from 5 apps a side on.",
        ),
        terms,
        series: Vec::new(),
    }
}
