//! An OpenDocument spreadsheet written by hand (ODF 1.3): opening hours and cleaning rota of the stores.
//! The same file lies in both snapshots: an unchanged file must not look new or changed.

use crate::build::{Result, Sample};
use crate::office::snapshot;
use crate::package;
use serde_json::json;

const NAMESPACES: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" office:version=\"1.3\"";
const MIME: &str = "application/vnd.oasis.opendocument.spreadsheet";

fn text(t: &str) -> String {
    format!("<table:table-cell office:value-type=\"string\"><text:p>{}</text:p></table:table-cell>", package::escape(t))
}
fn number(n: f64) -> String {
    format!(
        "<table:table-cell office:value-type=\"float\" office:value=\"{n}\"><text:p>{n}</text:p></table:table-cell>"
    )
}
fn date(iso: &str) -> String {
    format!(
        "<table:table-cell office:value-type=\"date\" office:date-value=\"{iso}\"><text:p>{iso}</text:p></table:table-cell>"
    )
}
fn row(cells: &[String]) -> String {
    format!("<table:table-row>{}</table:table-row>", cells.concat())
}

pub fn opening_hours(year: i64) -> Result<Sample> {
    const STORES: [(&str, &str, f64, f64, &str); 6] = [
        ("014", "Dresden Neustadt", 7.0, 20.0, "2019-04-01"),
        ("027", "Berlin Mitte", 7.0, 22.0, "2021-09-15"),
        ("031", "Kassel Wehlheiden", 8.0, 20.0, "2017-02-20"),
        ("044", "Erfurt Anger", 8.0, 21.5, "2023-06-01"),
        ("052", "Leipzig Plagwitz", 7.5, 20.0, "2020-11-02"),
        ("061", "Fulda Bahnhof", 6.0, 22.0, "2018-08-13"),
    ];
    let mut rows = row(&[text("Opening hours all stores")]);
    rows.push_str("<table:table-row><table:table-cell table:number-columns-repeated=\"6\"/></table:table-row>");
    rows.push_str(&row(&["Store", "Name", "Opens", "Closes", "Hours", "Open since"].map(text)));
    for (i, (store, name, opens, closes, since)) in STORES.iter().enumerate() {
        let r = i + 4;
        let hours = format!(
            "<table:table-cell table:formula=\"of:=[.D{r}]-[.C{r}]\" office:value-type=\"float\" office:value=\"{}\"><text:p>{}</text:p></table:table-cell>",
            closes - opens,
            closes - opens
        );
        rows.push_str(&row(&[text(store), text(name), number(*opens), number(*closes), hours, date(since)]));
    }
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-content {NAMESPACES}><office:body><office:spreadsheet><table:table table:name=\"Hours\"><table:table-column table:number-columns-repeated=\"6\"/>{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let manifest = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" manifest:version=\"1.3\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{MIME}\"/><manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/><manifest:file-entry manifest:full-path=\"styles.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>"
    );
    let styles = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-styles {NAMESPACES}/>");
    let parts = vec![
        ("mimetype".to_string(), MIME.as_bytes().to_vec()),
        ("content.xml".to_string(), content.into_bytes()),
        ("styles.xml".to_string(), styles.into_bytes()),
        ("META-INF/manifest.xml".to_string(), manifest.into_bytes()),
    ];
    let truth = json!({
        "kind": "ods", "state": "parsed", "family": null, "unchanged": true,
        "tables": [{"sheet": "Hours", "header_row": 3, "first_row": 4, "last_row": 9, "key": "Store", "planted": ["store numbers with leading zeros", "formula column Hours"]}],
        "relationships": [], "sensitive": []
    });
    Ok(Sample {
        path: format!("estate/{}/office/opening-hours.ods", snapshot(year)),
        bytes: package::zip(&parts),
        truth,
    })
}
