"""Steps that work on sheets as wholes: copying, inserting, deleting, sorting, filtering, finding, arrays to and from ranges.

Steps that move cells work on a copy of their own, so that the next step finds the tables where they were.
"""

import fixture
from vba import condition, customer, function, indented, over_rows, quoted, region, simple_condition, status

HEAD = "Dim r As Long, last As Long"


def new_sheet(place):
    return f'Set target = Worksheets.Add(After:=Worksheets(Worksheets.Count))\ntarget.Name = "{place.sheet}"\n'


def copied_orders(draw, place):
    """Declares `target` and `last` and fills a new sheet with the orders in one of several ways."""
    way = draw.choice((
        'Worksheets("Orders").Range("A1:G" & last).Copy target.Range("A1")',
        'Worksheets("Orders").Range("A1:G" & last).Copy Destination:=target.Cells(1, 1)',
        'target.Range("A1:G" & last).Value = Worksheets("Orders").Range("A1:G" & last).Value',
        'target.Range("A1").Resize(last, 7).Value = Worksheets("Orders").Range("A1").Resize(last, 7).Value',
    ))
    return f'Dim r As Long, last As Long, target As Worksheet\nlast = LastRow("Orders")\n{new_sheet(place)}{way}\n'


def on_copy(draw, place, kind, text, declarations=""):
    """A function that works inside a With on its own copy of the orders."""
    return function(place.name, kind, f"{declarations}{copied_orders(draw, place)}With target\n{indented(text)}\nEnd With")


def delete_matching_rows(draw, place):
    how = draw.choice((".Rows(r).Delete", ".Cells(r, 1).EntireRow.Delete", '.Range("A" & r & ":G" & r).Delete xlShiftUp',
                       '.Rows(r & ":" & r).Delete'))
    text = (
        f"For r = last To 2 Step -1\n    If {condition(draw)} Then {how}\nNext r\n"
        f"{place.name} = .Cells(.Rows.Count, 1).End(xlUp).Row"
    )
    return on_copy(draw, place, "Long", text)


def insert_rows_between_groups(draw, place):
    how = draw.choice((".Rows(r).Insert", ".Cells(r, 2).EntireRow.Insert", '.Rows(r & ":" & r + 1).Insert',
                       '.Range("A" & r & ":G" & r).Insert xlShiftDown'))
    text = (
        f"For r = last To 3 Step -1\n    If .Cells(r, 3).Value <> .Cells(r - 1, 3).Value Then\n        {how}\n"
        f'        .Cells(r, 2).Value = "-- " & .Cells(r - 1, 3).Value\n    End If\nNext r\n'
        f"{place.name} = .Cells(.Rows.Count, 1).End(xlUp).Row"
    )
    return on_copy(draw, place, "Long", text)


def change_columns(draw, place):
    """Left out: deleting part of some columns upwards, after which LibreOffice's whole columns of a sheet just added neither
    insert nor copy anything."""
    changes = draw.sample((
        ".Columns(2).Delete", ".Columns(3).Insert", '.Columns("E:F").Delete', '.Range("D1").EntireColumn.Insert',
        '.Range("B2:C4").Delete xlShiftToLeft', '.Range("A3:B5").Insert xlShiftToRight', '.Range("E3:E6").ClearContents',
        '.Range("A2:A4").Insert Shift:=xlShiftDown', '.Range("F4:G5").Clear',
        '.Columns("A:B").Copy .Range("L1")', '.Range("A2:B4").Cut .Range("N2")', '.Rows(4).ClearContents',
        '.Rows("3:4").Copy .Range("A40")',
    ), draw.randint(2, 4))
    text = "\n".join(changes) + f"\n{place.name} = WorksheetFunction.CountA(.Range(\"A1:Z60\"))"
    return on_copy(draw, place, "Long", text)


def sort_by_method(draw, place):
    """The order number is the last key: without it the order of equal rows would be open. Left out: booleans among numbers,
    which LibreOffice sorts as numbers."""
    column, order = draw.choice("BCDEFG"), draw.choice(("xlAscending", "xlDescending"))
    reach = '.Range("A1:G" & last)'
    call = draw.choice((
        f'{reach}.Sort Key1:=.Range("{column}1"), Order1:={order}, Key2:=.Range("A1"), Order2:=xlAscending, Header:=xlYes',
        f'.Range("A2:G" & last).Sort Key1:=.Range("{column}2"), Order1:={order}, Key2:=.Range("A2"), Order2:=xlDescending, Header:=xlNo',
        f'{reach}.Sort Key1:=.Range("C1"), Order1:={order}, Key2:=.Range("{column}1"), Order2:=xlAscending, '
        'Key3:=.Range("A1"), Order3:=xlAscending, Header:=xlYes',
        f'{reach}.Sort Key1:=.Range("A1"), Order1:=xlDescending, Header:=xlYes',
    ))
    return on_copy(draw, place, "String", f"{call}\n{place.name} = \"first \" & .Cells(2, 1).Value & .Cells(3, 2).Value")


def filter_and_count(draw, place):
    """Left out: wildcards and a filter on a second field, which LibreOffice does not combine with the first."""
    criterion = draw.choice((
        f"Field:=3, Criteria1:={region(draw)}",
        f"Field:=2, Criteria1:={customer(draw)}",
        f'Field:=5, Criteria1:=">{draw.randint(5, 25)}"',
        f'Field:=5, Criteria1:=">={draw.randint(3, 12)}", Operator:=xlAnd, Criteria2:="<{draw.randint(18, 38)}"',
        'Field:=7, Criteria1:="="',
        'Field:=7, Criteria1:="<>"',
        f"Field:=3, Criteria1:={region(draw)}, Operator:=xlOr, Criteria2:={region(draw)}",
    ))
    text = (
        f'.Range("A1:G" & last).AutoFilter {criterion}\nFor r = 2 To last\n    If Not .Rows(r).Hidden Then\n'
        f"        shown = shown + 1\n        total = total + .Cells(r, 6).Value\n    End If\nNext r\n"
        f"{place.name} = total + shown * 10000"
    )
    return on_copy(draw, place, "Double", text, "Dim shown As Long, total As Double\n")


def find_texts(draw, place):
    """Left out: a range whose first cell matches. Excel looks at that cell last, LibreOffice first."""
    what, area = draw.choice((
        (customer(draw), '.Range("B1:B" & last)'), (status(draw), '.Range("G1:G" & last)'), (status(draw), ".Columns(7)"),
        (region(draw), '.Range("A1:G" & last)'), (str(draw.randint(1001, 1030)), '.Range("A1:A" & last)'),
        (quoted(draw.choice(("ar", "mb", "zz"))), '.Range("B1:B" & last)'),
    ))
    start = draw.choice(("", "", ", SearchDirection:=xlPrevious", f', After:={area}.Cells({draw.randint(2, 6)})'))
    look = "xlPart" if "ar" in what or "mb" in what else "xlWhole"
    text = (
        f'With Worksheets("Orders")\n    Set hit = {area}.Find(What:={what}, LookIn:=xlValues, LookAt:={look}{start})\n'
        f"    If hit Is Nothing Then\n        {place.name} = -1\n    Else\n"
        f'        hit.Offset(0, {place.column}).Value = "found"\n        {place.name} = hit.Row * 100 + hit.Column\n    End If\nEnd With'
    )
    return function(place.name, "Long", f'Dim hit As Range, last As Long\nlast = LastRow("Orders")\n{text}')


def copy_matching_rows(draw, place):
    how = draw.choice((
        '.Range("A" & r & ":G" & r).Copy target.Cells(free, 1)',
        '.Rows(r).Copy target.Rows(free)',
        '.Cells(r, 1).EntireRow.Copy Destination:=target.Cells(free, 1)',
        'target.Cells(free, 1).Resize(1, 7).Value = .Cells(r, 1).Resize(1, 7).Value',
        'target.Range("A" & free & ":C" & free).Value = .Range(.Cells(r, 1), .Cells(r, 3)).Value',
        "For c = 1 To 7\n    target.Cells(free, c).Value = .Cells(r, 8 - c).Value\nNext c",
    ))
    body = f"If {condition(draw)} Then\n{indented(how)}\n    free = free + 1\nEnd If"
    # Whole rows would carry what other steps wrote beside the table, which is wanted: it must be the same on both sides.
    text = (
        f'{HEAD}, c As Long, free As Long, target As Worksheet\n{new_sheet(place)}free = 1\nWith Worksheets("Orders")\n'
        f"    last = .Cells(.Rows.Count, 1).End(xlUp).Row\n{indented(over_rows(draw, body))}\nEnd With\n"
        f"{place.name} = free"
    )
    return function(place.name, "Long", text)


def append_to_next_free_row(draw, place):
    body = (
        f'If {simple_condition(draw)} Then\n    free = Worksheets("Notes").Cells(Worksheets("Notes").Rows.Count, 1).End(xlUp).Row + 1\n'
        f'    Worksheets("Notes").Cells(free, 1).Value = "n:" & .Cells(r, 2).Value\n'
        f'    Worksheets("Notes").Range("A" & free).Offset(0, 1).Value = .Cells(r, 3).Value\nEnd If'
    )
    text = (
        f'{HEAD}, free As Long\nWith Worksheets("Orders")\n    last = .Range("A1").End(xlDown).Row\n'
        f"{indented(over_rows(draw, body))}\nEnd With\n{place.name} = free"
    )
    return function(place.name, "Long", text)


def array_and_back(draw, place):
    change = draw.choice((
        f"If data(i, 5) > {draw.randint(3, 30)} Then data(i, 6) = data(i, 5) * 2",
        'data(i, 2) = UCase(data(i, 2)) & "-" & Left(data(i, 3), 2)',
        "For j = 1 To UBound(data, 2)\n    If IsEmpty(data(i, j)) Then data(i, j) = \"none\"\nNext j",
        "If i > 2 Then data(i, 6) = data(i, 6) + data(i - 1, 6)",
        "swap = data(i, 2)\ndata(i, 2) = data(i, 3)\ndata(i, 3) = swap",
    ))
    text = (
        f"Dim data As Variant, swap As Variant, i As Long, j As Long, last As Long, target As Worksheet\n{new_sheet(place)}"
        f'last = LastRow("Orders")\ndata = Worksheets("Orders").Range("A1:G" & last).Value\nFor i = 2 To UBound(data, 1)\n'
        f"{indented(change)}\nNext i\n"
        f"target.Range(\"A1\").Resize(UBound(data, 1), UBound(data, 2)).Value = data\n{place.name} = UBound(data, 1) * 10 + LBound(data, 2)"
    )
    return function(place.name, "Long", text)


def turned_table(draw, place):
    text = (
        f"Dim i As Long, j As Long, last As Long, turned() As Variant, target As Worksheet\n{new_sheet(place)}"
        f'With Worksheets("Rates")\n    last = .Cells(1, 1).End(xlDown).Row\n    ReDim turned(1 To 3, 1 To last)\n'
        f"    For i = 1 To last\n        For j = 1 To 3\n            turned({draw.choice(('j', '4 - j'))}, i) = .Cells(i, j).Value\n"
        "        Next j\n    Next i\nEnd With\n"
        f"target.Range(target.Cells(2, 2), target.Cells(4, last + 1)).Value = turned\n{place.name} = UBound(turned, 2)"
    )
    return function(place.name, "Long", text)


def sheet_tour(draw, place):
    text = (
        'Dim sheet As Worksheet, joined As String, n As Long\nFor Each sheet In Worksheets\n'
        '    joined = joined & Left(sheet.Name, 3) & sheet.Index & ","\n    n = n + sheet.Cells(sheet.Rows.Count, 1).End(xlUp).Row\n'
        f'    If sheet.Name = {quoted(draw.choice(("Notes", "Log", "None")))} Then Exit For\nNext sheet\n'
        f'{place.name} = joined & n & " of " & Worksheets.Count'
    )
    return function(place.name, "String", text)


def add_rename_delete(draw, place):
    where = draw.choice((
        "Worksheets.Add(After:=Worksheets(Worksheets.Count))", 'Worksheets.Add(Before:=Worksheets("Log"))',
        "Worksheets.Add(Before:=Worksheets(1))", 'Worksheets.Add(After:=Worksheets("Rates"))',
    ))
    delete = draw.choice((
        "", f'Application.DisplayAlerts = False\nWorksheets("{place.sheet}b").Delete\nApplication.DisplayAlerts = True\n',
    ))
    text = (
        f'Dim one As Worksheet, two As Worksheet\nSet one = {where}\none.Name = "{place.sheet}"\n'
        f'Set two = Worksheets.Add(After:=one)\ntwo.Name = "{place.sheet}b"\none.Range("B2").Value = two.Index\n'
        f'two.Range("A1:B3").Value = "x"\n{delete}{place.name} = one.Index * 100 + Worksheets.Count'
    )
    return function(place.name, "Long", text)


def active_sheet_cells(draw, place):
    """Unqualified cells after Activate."""
    sheet = draw.choice(("Orders", "Rates", "Notes"))
    text = (
        f'Dim r As Long, n As Long\nWorksheets("{sheet}").Activate\nFor r = 1 To Cells(Rows.Count, 1).End(xlUp).Row\n'
        f'    If Len(Cells(r, 2).Value) > {draw.randint(3, 6)} Then n = n + 1\nNext r\n'
        f'Cells(2, {place.column}).Value = n\nRange(Cells(4, {place.column}), Cells(6, {place.column})).Value = ActiveSheet.Name\n'
        f'{place.name} = Range("A1").CurrentRegion.Rows.Count + n * 100'
    )
    return function(place.name, "Long", text)


def offset_blocks(draw, place):
    rows, columns = draw.randint(2, 5), draw.randint(2, 4)
    text = (
        f"Dim block As Range, cell As Range, i As Long, target As Worksheet\n{new_sheet(place)}"
        f'Set block = target.Range("{draw.choice("BCD")}{draw.randint(2, 6)}").Resize({rows}, {columns})\n'
        f"For Each cell In block\n    i = i + 1\n    cell.Value = i * {draw.randint(2, 9)}\nNext cell\n"
        f"block.Offset({rows + 1}, 1).Value = block.Value\n"
        f"block.Rows({draw.randint(1, rows)}).ClearContents\nblock.Columns({columns}).Value = \"c\"\n"
        f"block.Cells({rows}, 1).Offset(-1, {draw.randint(0, 2)}).Value = block.Row * 100 + block.Column\n"
        f"{place.name} = block.Count + block.Rows.Count * 100 + block.Columns.Count * 1000"
    )
    return function(place.name, "Long", text)


def common_cells(draw, place):
    text = (
        f'Dim both As Range, all As Range\nWith Worksheets("Orders")\n'
        f'    Set both = Intersect(.Range("B2:D{draw.randint(4, 9)}"), .Range("{draw.choice("CDEH")}{draw.randint(1, 6)}:F20"))\n'
        f'    Set all = Union(.Range("A1:A3"), .Range("C{draw.randint(1, 3)}:C6"))\nEnd With\nIf both Is Nothing Then\n'
        f"    {place.name} = -all.Count\nElse\n    {place.name} = both.Count * 1000 + both.Row * 10 + both.Column + all.Count * 100000\nEnd If"
    )
    return function(place.name, "Long", text)


def replace_in_range(draw, place):
    old, new = draw.choice(fixture.REGIONS), draw.choice(("Centre", "N", "Coast"))
    look = draw.choice(("xlWhole", "xlPart"))
    text = (
        f'.Range("B1:G" & last).Replace What:="{old}", Replacement:="{new}", LookAt:={look}\n'
        f'{place.name} = WorksheetFunction.CountIf(.Range("C1:C" & last), "{new}")'
    )
    return on_copy(draw, place, "Long", text)


def rows_of_a_range(draw, place):
    text = (
        "Dim band As Range, cell As Range, total As Double, best As Double, bestRow As Long\n"
        f'For Each band In Worksheets("Orders").Range("{draw.choice(("E2:F7", "E3:E9", "D2:F6"))}").Rows\n    total = 0\n'
        "    For Each cell In band.Cells\n        total = total + cell.Value\n    Next cell\n"
        "    If total > best Then\n        best = total\n        bestRow = band.Row\n    End If\nNext band\n"
        f"{place.name} = bestRow"
    )
    return function(place.name, "Long", text)


def ends_of_blocks(draw, place):
    """End upwards and downwards from inside, from an edge and over a gap."""
    start, gap = draw.randint(2, 5), draw.randint(7, 9)
    text = (
        f"Dim i As Long, joined As String, target As Worksheet\n{new_sheet(place)}For i = {start} To {gap + 6}\n"
        f"    If i <> {gap} Then target.Cells(i, 2).Value = i\nNext i\n"
        f'joined = "e" & target.Cells({start}, 2).End(xlDown).Row\njoined = joined & " " & target.Cells(1, 2).End(xlDown).Row\n'
        f'joined = joined & " " & target.Cells({gap - 1}, 2).End(xlDown).Row\n'
        f'joined = joined & " " & target.Cells({gap + 3}, 2).End(xlUp).Row\njoined = joined & " " & target.Cells({gap + 1}, 2).End(xlUp).Row\n'
        f'joined = joined & " " & target.Cells(40, 2).End(xlUp).Row & " " & target.Cells(30, 3).End(xlUp).Row\n'
        f"{place.name} = joined"
    )
    return function(place.name, "String", text)


def hidden_rows(draw, place):
    text = (
        f"For r = 2 To last\n    If {simple_condition(draw)} Then .Rows(r).Hidden = True\nNext r\n"
        f"For r = last To 2 Step -1\n    If .Rows(r).Hidden Then\n        .Cells(r, {place.column}).Value = \"hidden\"\n"
        f"        {place.name} = {place.name} + 1\n    End If\nNext r"
    )
    return on_copy(draw, place, "Long", text)


def paste_values(draw, place):
    """The last of its program: once something was copied without a destination, LibreOffice's Insert pastes it, even after
    CutCopyMode = False."""
    text = (
        '.Range("J1").Formula = "=SUM(E2:E" & last & ")"\n.Range("J2").Formula = "=J1*2"\n'
        f'.Range("J1:J2").Copy\n.Range("K{draw.randint(1, 5)}").PasteSpecial xlPasteValues\nApplication.CutCopyMode = False\n'
        f'.Range("E2").Value = {draw.randint(50, 99)}\n{place.name} = .Range("J2").Value'
    )
    return on_copy(draw, place, "Double", text)


def fill_and_series(draw, place):
    """Left out: copying a cell to several, of which LibreOffice fills the first only."""
    letter = chr(64 + place.column)
    way = draw.choice((
        f'.Range("{letter}1").Value = {draw.randint(1, 9)}\n.Range("{letter}1:{letter}{draw.randint(3, 9)}").FillDown',
        f'.Range("{letter}1").Formula = "=E2*{draw.randint(2, 5)}"\n.Range("{letter}1:{letter}{draw.randint(3, 6)}").FillDown',
        f'.Range("{letter}1").Value = {draw.randint(1, 9)}\n.Range("{letter}2").Value = {draw.randint(10, 19)}\n'
        f'.Range("{letter}1:{letter}2").AutoFill .Range("{letter}1:{letter}{draw.randint(4, 9)}")',
        f'.Range("{letter}1").FormulaR1C1 = "=R{draw.randint(2, 4)}C5*2"\n.Range("{letter}1").Copy .Range("{letter}3")',
        f'.Range("{letter}2:{letter}5").Formula = "=SUM($E$2:$E$6)"',
    ))
    text = f'With Worksheets("Orders")\n{indented(way)}\n    {place.name} = .Range("{letter}3").Value\nEnd With'
    return function(place.name, "Double", text)


def copied_sheet(draw, place):
    """Left out: the name that Excel gives a copy, "Orders (2)"; LibreOffice gives another."""
    where = draw.choice(("After:=Worksheets(Worksheets.Count)", "Before:=Worksheets(1)", 'After:=Worksheets("Rates")'))
    text = (
        f'Worksheets("{draw.choice(("Orders", "Rates", "Notes"))}").Copy {where}\nActiveSheet.Name = "{place.sheet}"\n'
        f'Worksheets("{place.sheet}").Rows({draw.randint(1, 4)}).Delete\n'
        f'Worksheets("{place.sheet}").Range("J1").Value = Worksheets("{place.sheet}").Index\n'
        + draw.choice(("", f'Worksheets("{place.sheet}").Move Before:=Worksheets("Log")\n'))
        + f'{place.name} = Worksheets("{place.sheet}").Index * 100 + Worksheets("{place.sheet}").UsedRange.Rows.Count'
    )
    return function(place.name, "Long", text)


def blanks_filled(draw, place):
    text = (
        f'.Range("G2").ClearContents\nFor Each cell In .Range("A1:G" & last).SpecialCells(xlCellTypeBlanks)\n'
        f'    n = n + 1\n    cell.Value = {draw.choice((quoted("empty"), "n", ".Cells(cell.Row, 1).Value"))}\nNext cell\n'
        f'{place.name} = n * 100 + WorksheetFunction.CountA(.Range("A1:G" & last))'
    )
    return on_copy(draw, place, "Long", text, "Dim cell As Range, n As Long\n")


def rows_of_figures(draw, place):
    """Lists written to a row, over a block, and sorted from left to right."""
    figures = ", ".join(str(one) for one in draw.sample(range(-20, 60), 4))
    text = (
        f"Dim i As Long, target As Worksheet\n{new_sheet(place)}With target\n"
        f'    .Range("B2:E2").Value = Array({figures})\n    .Range("B4:E{draw.randint(5, 7)}").Value = Array({figures})\n'
        f'    .Range("G2:G4").Value = Array({figures})\n'
        f'    .Range("B2:E2").Sort Key1:=.Range("B2"), Order1:={draw.choice(("xlAscending", "xlDescending"))}, Orientation:=xlLeftToRight\n'
        f'    {place.name} = .Range("B2").End(xlToRight).Column * 100 + .Range("C4").CurrentRegion.Rows.Count\nEnd With'
    )
    return function(place.name, "Long", text)


STEPS = (
    delete_matching_rows, insert_rows_between_groups, change_columns, sort_by_method, filter_and_count, find_texts,
    copy_matching_rows, append_to_next_free_row, array_and_back, turned_table, sheet_tour, add_rename_delete,
    active_sheet_cells, offset_blocks, common_cells, replace_in_range, rows_of_a_range, ends_of_blocks, hidden_rows,
    fill_and_series, copied_sheet, blanks_filled, rows_of_figures, paste_values,
)
# What must follow every other step of its program.
LAST_STEPS = (paste_values,)
