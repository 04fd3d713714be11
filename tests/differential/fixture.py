"""The workbook that every generated program starts from, written as plain OOXML.

Sheets: Orders (one row per order), Rates (one row per region), Notes (untidy texts and codes) and Log (empty, where programs
note their results). The figures are drawn, the layout never changes. Prices are multiples of a quarter, so that sums are exact
in binary and both sides must give the same number whatever the order of addition.
"""

import zipfile
from xml.sax.saxutils import escape

CUSTOMERS = ("Acme", "Birch", "Cargo", "Delta", "Ember", "Fjord")
REGIONS = ("North", "South", "East", "West")
STATUSES = ("Open", "Paid", "Late", "Void")
NOTES = ("  late delivery ", "Call  back", "paid in FULL", "ask for receipt ", " wrong   address", "Level", "no remark", "kayak")
# 1 January 2024 as a sheet's serial number.
FIRST_DAY = 45292
DATE_STYLE = 1

CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>{sheets}</Types>'
)
SHEET_TYPE = (
    '<Override PartName="/xl/worksheets/sheet{at}.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIPS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
RELATIONSHIP = '<Relationship Id="{id}" Type="' + OFFICE + '/{kind}" Target="{target}"/>'
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" xfId="0"/><xf numFmtId="14" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


class Day(int):
    """A serial number that is shown as a date."""


def order_rows(draw):
    rows = [("Order", "Customer", "Region", "Ordered", "Quantity", "Price", "Status")]
    for number in range(draw.randint(8, 26)):
        status = None if draw.random() < 0.12 else draw.choice(STATUSES)
        quantity = 0 if draw.random() < 0.1 else draw.randint(1, 40)
        day = Day(FIRST_DAY + draw.randint(0, 365))
        price = draw.randint(2, 200) / 4
        rows.append((1001 + number, draw.choice(CUSTOMERS), draw.choice(REGIONS), day, quantity, price, status))
    return rows


def rate_rows(draw):
    regions = list(REGIONS)
    draw.shuffle(regions)
    rows = [("Region", "Rate", "Manager")]
    return rows + [(region, draw.randint(2, 30) / 4, draw.choice(CUSTOMERS)) for region in regions]


def note_rows(draw):
    rows = [("Note", "Code", "Weight")]
    for _ in range(draw.randint(6, 12)):
        code = f"{draw.choice('ABC')}{draw.choice('xyz')}-{draw.randint(100, 999)}"
        weight = None if draw.random() < 0.2 else draw.randint(-20, 60)
        rows.append((draw.choice(NOTES), code, weight))
    return rows


def sheets(draw):
    """Name and rows of every sheet, in order."""
    return (("Orders", order_rows(draw)), ("Rates", rate_rows(draw)), ("Notes", note_rows(draw)), ("Log", [("Step", "Result")]))


def cell_text(reference, value):
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    style = f' s="{DATE_STYLE}"' if isinstance(value, Day) else ""
    return f'<c r="{reference}"{style}><v>{value}</v></c>'


def sheet_text(rows):
    lines = []
    for at, row in enumerate(rows, 1):
        cells = "".join(cell_text(f"{chr(65 + column)}{at}", value) for column, value in enumerate(row))
        lines.append(f'<row r="{at}">{cells}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def parts(book):
    """Every part of the package: name and text."""
    names = [name for name, _ in book]
    listed = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1))
    links = [(f"rId{at}", "worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(names) + 1)]
    links.append((f"rId{len(names) + 1}", "styles", "styles.xml"))
    yield "[Content_Types].xml", CONTENT_TYPES.format(sheets="".join(SHEET_TYPE.format(at=at + 1) for at in range(len(names))))
    yield "_rels/.rels", RELATIONSHIPS.format(RELATIONSHIP.format(id="rId1", kind="officeDocument", target="xl/workbook.xml"))
    yield "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'
    yield "xl/_rels/workbook.xml.rels", RELATIONSHIPS.format(
        "".join(RELATIONSHIP.format(id=id, kind=kind, target=target) for id, kind, target in links)
    )
    yield "xl/styles.xml", STYLES
    for at, (_, rows) in enumerate(book, 1):
        yield f"xl/worksheets/sheet{at}.xml", sheet_text(rows)


def write(path, draw):
    """Writes the workbook with figures drawn from `draw`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts(sheets(draw)):
            package.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
