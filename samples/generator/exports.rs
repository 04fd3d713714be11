//! Access databases that came as exports: XML with its schema (ExportXML), CSV with `schema.ini`, and a tree of SaveAsText files of a front end.

use crate::build::Sample;
use crate::calendar::{iso, serial};
use crate::catalogue::{SUPPLIERS, articles, person};
use crate::package::escape;
use crate::rng::Rng;
use serde_json::{Value as Json, json};

const XML_DIR: &str = "estate/2026-11/access/deliveries-export";
const CSV_DIR: &str = "estate/2026-11/access/loyalty-csv";
const TREE: &str = "estate/2026-11/access/complaints-frontend";
const OD: &str = "urn:schemas-microsoft-com:officedata";

fn sample(path: String, text: String, truth: Json) -> Sample {
    Sample { path, bytes: text.replace('\n', "\r\n").into_bytes(), truth }
}

struct Column {
    name: &'static str,
    jet: &'static str,
    sql: &'static str,
    xsd: &'static str,
    required: bool,
    size: u16,
}

const fn column(
    name: &'static str,
    jet: &'static str,
    sql: &'static str,
    xsd: &'static str,
    required: bool,
    size: u16,
) -> Column {
    Column { name, jet, sql, xsd, required, size }
}

const CARRIER: [Column; 4] = [
    column("CarrierID", "autonumber", "int", "int", true, 0),
    column("Carrier Name", "text", "nvarchar", "string", true, 60),
    column("Contact Mail", "text", "nvarchar", "string", false, 80),
    column("Active", "yesno", "bit", "boolean", true, 0),
];
const DELIVERY: [Column; 7] = [
    column("DeliveryID", "autonumber", "int", "int", true, 0),
    column("CarrierID", "longinteger", "int", "int", true, 0),
    column("StoreNo", "text", "nvarchar", "string", true, 3),
    column("Due", "datetime", "datetime", "dateTime", true, 0),
    column("Pallets", "integer", "smallint", "short", false, 0),
    column("Freight", "currency", "money", "double", false, 0),
    column("Remarks", "memo", "ntext", "string", false, 0),
];

/// The name as Access writes it in XML.
fn xml_name(name: &str) -> String {
    name.replace(' ', "_x0020_")
}

fn schema_of(table: &str, columns: &[Column], indexes: &[(&str, &str, &str, &str)]) -> String {
    let mut out = format!("<xsd:element name=\"{}\">\n<xsd:annotation>\n<xsd:appinfo>\n", xml_name(table));
    for (name, key, primary, unique) in indexes {
        out.push_str(&format!("<od:index index-name=\"{name}\" index-key=\"{key} \" primary=\"{primary}\" unique=\"{unique}\" clustered=\"no\" order=\"asc\"/>\n"));
    }
    out.push_str("<od:tableProperty name=\"Orientation\" type=\"2\" value=\"0\"/>\n</xsd:appinfo>\n</xsd:annotation>\n<xsd:complexType>\n<xsd:sequence>\n");
    for c in columns {
        let auto = if c.jet == "autonumber" { " od:autoUnique=\"yes\"" } else { "" };
        let required = if c.required { " od:nonNullable=\"yes\"" } else { "" };
        let optional = if c.required { "1" } else { "0" };
        let simple = c.size > 0 || c.jet == "memo";
        let kind = if simple { String::new() } else { format!(" type=\"xsd:{}\"", c.xsd) };
        out.push_str(&format!("<xsd:element name=\"{}\" minOccurs=\"{optional}\" od:jetType=\"{}\" od:sqlSType=\"{}\"{auto}{required}{kind}>\n", xml_name(c.name), c.jet, c.sql));
        out.push_str(&format!("<xsd:annotation>\n<xsd:appinfo>\n<od:fieldProperty name=\"ColumnWidth\" type=\"3\" value=\"-1\"/>\n<od:fieldProperty name=\"Required\" type=\"1\" value=\"{}\"/>\n</xsd:appinfo>\n</xsd:annotation>\n", u8::from(c.required)));
        if simple {
            let size = if c.size > 0 { c.size.to_string() } else { "536870910".to_string() };
            out.push_str(&format!("<xsd:simpleType>\n<xsd:restriction base=\"xsd:string\">\n<xsd:maxLength value=\"{size}\"/>\n</xsd:restriction>\n</xsd:simpleType>\n"));
        }
        out.push_str("</xsd:element>\n");
    }
    out.push_str("</xsd:sequence>\n</xsd:complexType>\n</xsd:element>\n");
    out
}

fn schema(table: &str, columns: &[Column], indexes: &[(&str, &str, &str, &str)]) -> String {
    let name = xml_name(table);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xsd:schema xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:od=\"{OD}\">\n<xsd:element name=\"dataroot\">\n<xsd:complexType>\n<xsd:sequence>\n<xsd:element ref=\"{name}\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>\n</xsd:sequence>\n<xsd:attribute name=\"generated\" type=\"xsd:dateTime\"/>\n</xsd:complexType>\n</xsd:element>\n{}</xsd:schema>\n",
        schema_of(table, columns, indexes)
    )
}

fn data(table: &str, rows: &[Vec<(&str, String)>]) -> String {
    let name = xml_name(table);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dataroot xmlns:od=\"{OD}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:noNamespaceSchemaLocation=\"{table}.xsd\" generated=\"2026-11-16T09:00:00\">\n"
    );
    for row in rows {
        out.push_str(&format!("<{name}>\n"));
        for (column, value) in row {
            out.push_str(&format!("<{0}>{1}</{0}>\n", xml_name(column), escape(value)));
        }
        out.push_str(&format!("</{name}>\n"));
    }
    out + "</dataroot>\n"
}

/// Carriers and deliveries as ExportXML writes them; an absent element is a null.
pub fn deliveries() -> Vec<Sample> {
    const CARRIERS: [&str; 6] = [
        "Spedition Muster",
        "Kühlfracht Beispiel",
        "Fiktiv Logistik",
        "Nordlauf Test",
        "Eilbote Demo",
        "Bahnfracht Exempel",
    ];
    let carriers: Vec<_> = CARRIERS
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let mut row = vec![("CarrierID", (i + 1).to_string()), ("Carrier Name", name.to_string())];
            if i != 3 {
                row.push(("Contact Mail", format!("dispo{}@example.com", i + 1)));
            }
            row.push(("Active", u8::from(i != 4).to_string()));
            row
        })
        .collect();
    let mut rng = Rng::new(37);
    const ROWS: usize = 90;
    let deliveries: Vec<_> = (0..ROWS)
        .map(|i| {
            // One delivery refers to a carrier that was deleted.
            let carrier = if i == 57 { 9 } else { rng.between(1, 6) };
            let mut row = vec![
                ("DeliveryID", (i + 1).to_string()),
                ("CarrierID", carrier.to_string()),
                ("StoreNo", rng.pick(&["014", "027", "031", "044"]).to_string()),
            ];
            row.push(("Due", format!("{}T0{}:30:00", iso(serial(2026, 9, 1) + i as i64 / 2), rng.between(5, 9))));
            if i % 9 != 4 {
                row.push(("Pallets", rng.between(1, 22).to_string()));
            }
            row.push(("Freight", format!("{:.2}", rng.between(4500, 39_000) as f64 / 100.0)));
            if i % 12 == 7 {
                row.push(("Remarks", format!("ramp < 2 m & no lift; call {}", person(i).1)));
            }
            row
        })
        .collect();
    let truth = |table: &str, columns: &[Column], rows: usize| json!({"kind": "access-xml", "state": "parsed", "database": "deliveries-export", "table": table, "rows": rows, "columns": columns.iter().map(|c| json!({"name": c.name, "jetType": c.jet, "required": c.required})).collect::<Vec<_>>(), "primary_key": [columns[0].name], "sensitive": []});
    let mut delivery_truth = truth("Delivery", &DELIVERY, ROWS);
    delivery_truth["relationships"] = json!([{"from": "Delivery.CarrierID", "to": "Carrier.CarrierID", "evidence": "name and contained values", "orphans": ["9"]}]);
    let mut carrier_truth = truth("Carrier", &CARRIER, CARRIERS.len());
    carrier_truth["sensitive"] = json!([{"column": "Contact Mail", "type": "email", "class": "business contact"}]);
    let part_of =
        |of: &str| json!({"kind": "access-xsd", "state": "parsed", "database": "deliveries-export", "schema_of": of});
    vec![
        sample(format!("{XML_DIR}/Carrier.xml"), data("Carrier", &carriers), carrier_truth),
        sample(
            format!("{XML_DIR}/Carrier.xsd"),
            schema(
                "Carrier",
                &CARRIER,
                &[("PrimaryKey", "CarrierID", "yes", "yes"), ("CarrierName", "Carrier_x0020_Name", "no", "yes")],
            ),
            part_of("Carrier"),
        ),
        sample(format!("{XML_DIR}/Delivery.xml"), data("Delivery", &deliveries), delivery_truth),
        sample(
            format!("{XML_DIR}/Delivery.xsd"),
            schema(
                "Delivery",
                &DELIVERY,
                &[
                    ("PrimaryKey", "DeliveryID", "yes", "yes"),
                    ("CarrierID", "CarrierID", "no", "no"),
                    ("StoreNo", "StoreNo", "no", "no"),
                ],
            ),
            part_of("Delivery"),
        ),
    ]
}

/// Loyalty cards as CSV with the `schema.ini` the text driver reads.
pub fn loyalty() -> Vec<Sample> {
    let mut rng = Rng::new(41);
    const MEMBERS: u32 = 110;
    const POINTS: u32 = 260;
    let mut members = String::from("CardNo;Name;Mail;Phone;Joined;Active\n");
    for i in 0..MEMBERS {
        let (given, family, mail) = person(i as usize + 2);
        let joined = serial(2018, 1, 1) + rng.between(0, 3000);
        members.push_str(&format!(
            "{:010};\"{family}, {given}\";{mail};+49 40 0000{:04};{};{}\n",
            7_700_100 + i * 3,
            1000 + i * 17 % 9000,
            crate::calendar::dotted(joined),
            if i % 9 == 0 { "0" } else { "-1" }
        ));
    }
    let mut points = String::from("Id;CardNo;Store;Day;Amount;Points\n");
    for i in 0..POINTS {
        let card = if i == 133 { 9_999_999 } else { 7_700_100 + rng.below(u64::from(MEMBERS)) as u32 * 3 };
        let amount = rng.between(150, 19_900) as f64 / 100.0;
        let text = format!("{amount:.2}").replace('.', ",");
        points.push_str(&format!(
            "{};{card:010};{};{};{text};{}\n",
            i + 1,
            rng.pick(&["014", "027", "031"]),
            crate::calendar::dotted(serial(2026, 8, 1) + i64::from(i / 3)),
            amount.floor()
        ));
    }
    let ini = "[members.csv]\nColNameHeader=True\nFormat=Delimited(;)\nMaxScanRows=0\nCharacterSet=65001\nDateTimeFormat=dd.mm.yyyy\nCol1=CardNo Text Width 10\nCol2=Name Text Width 60\nCol3=Mail Text Width 80\nCol4=Phone Text Width 24\nCol5=Joined DateTime\nCol6=Active Bit\n\n[points.csv]\nColNameHeader=True\nFormat=Delimited(;)\nMaxScanRows=0\nCharacterSet=65001\nDateTimeFormat=dd.mm.yyyy\nDecimalSymbol=,\nCol1=Id Long\nCol2=CardNo Text Width 10\nCol3=Store Text Width 3\nCol4=Day DateTime\nCol5=Amount Currency\nCol6=Points Long\n";
    let truth = |table: &str, rows: u32, extra: Json| json!({"kind": "csv", "state": "parsed", "database": "loyalty-csv", "table": table, "rows": rows, "sensitive": extra});
    let mut points_truth = truth("points", POINTS, json!([]));
    points_truth["relationships"] = json!([{"from": "points.CardNo", "to": "members.CardNo", "evidence": "name and contained values", "orphans": ["0009999999"]}]);
    vec![
        sample(
            format!("{CSV_DIR}/members.csv"),
            members,
            truth(
                "members",
                MEMBERS,
                json!([{"column": "Name", "type": "personName", "class": "personal"}, {"column": "Mail", "type": "email", "class": "personal"}, {"column": "Phone", "type": "phone", "class": "personal"}]),
            ),
        ),
        sample(format!("{CSV_DIR}/points.csv"), points, points_truth),
        sample(
            format!("{CSV_DIR}/schema.ini"),
            ini.into(),
            json!({"kind": "schema.ini", "state": "parsed", "database": "loyalty-csv"}),
        ),
    ]
}

/// The complaints front end as SaveAsText and a version-control add-in leave it.
pub fn frontend() -> Vec<Sample> {
    let mut out = Vec::new();
    let mut put = |path: &str, text: &str, object: &str, name: &str| {
        out.push(sample(format!("{TREE}/{path}"), text.to_string(), json!({"kind": "access-text", "state": "parsed", "database": "complaints-frontend", "object": object, "name": name})))
    };
    put("forms/frmComplaint.form", include_str!("frontend/frmComplaint.form"), "form", "frmComplaint");
    put("forms/frmMain.form", include_str!("frontend/frmMain.form"), "form", "frmMain");
    put(
        "reports/rptOpenComplaints.report",
        include_str!("frontend/rptOpenComplaints.report"),
        "report",
        "rptOpenComplaints",
    );
    put("modules/modComplaints.bas", include_str!("frontend/modComplaints.bas"), "module", "modComplaints");
    put("modules/clsRefund.cls", include_str!("frontend/clsRefund.cls"), "module", "clsRefund");
    put("queries/qryOpenByStore.qdef", include_str!("frontend/qryOpenByStore.qdef"), "query", "qryOpenByStore");
    put("queries/qryOpenByStore.sql", include_str!("frontend/qryOpenByStore.sql"), "query", "qryOpenByStore");
    put("queries/qryCloseOld.qdef", include_str!("frontend/qryCloseOld.qdef"), "query", "qryCloseOld");
    put("queries/qryCloseOld.sql", include_str!("frontend/qryCloseOld.sql"), "query", "qryCloseOld");
    put("macros/AutoExec.macro", include_str!("frontend/AutoExec.macro"), "macro", "AutoExec");
    put("relations/StoreComplaint.json", include_str!("frontend/StoreComplaint.json"), "relation", "StoreComplaint");
    put("tbldefs/Complaint.sql", include_str!("frontend/Complaint.sql"), "table", "Complaint");
    put("tbldefs/Store.sql", include_str!("frontend/Store.sql"), "table", "Store");
    let mut rng = Rng::new(43);
    let mut complaints =
        String::from("ComplaintID\tStoreNo\tCustomerName\tReceived\tSubject\tRefund\tState\tClosedOn\n");
    let list = articles();
    for i in 0..60u32 {
        let (given, family, _) = person(i as usize + 15);
        let received = serial(2026, 8, 3) + i64::from(i);
        let state = *rng.pick(&["open", "closed", "open", "escalated"]);
        let closed_on = if state == "closed" { iso(received + rng.between(1, 20)) } else { String::new() };
        let (store, subject, refund) =
            (rng.pick(&["014", "027", "031", "044"]), &rng.pick(&list).name, rng.between(0, 6000) as f64 / 100.0);
        complaints.push_str(&format!(
            "{}\t{store}\t{given} {family}\t{}\t{subject}\t{refund:.2}\t{state}\t{closed_on}\n",
            i + 1,
            iso(received)
        ));
    }
    put("tables/Complaint.txt", &complaints, "table data", "Complaint");
    let mut stores = String::from("StoreNo\tCity\tSupplierHint\n");
    for (i, no) in ["014", "027", "031", "044"].iter().enumerate() {
        stores.push_str(&format!("{no}\t{}\t{}\n", SUPPLIERS[i].city, SUPPLIERS[i].code));
    }
    put("tables/Store.txt", &stores, "table data", "Store");
    out
}
