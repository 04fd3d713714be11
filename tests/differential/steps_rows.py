"""Steps that walk the rows of Orders: totals, lookups, marks, groups, dates. Each gives the text of a function."""

import fixture
from vba import condition, customer, figure, function, indented, over_rows, quoted, region, simple_condition, status, with_orders

HEAD = "Dim r As Long, last As Long"


def total_of_matching_rows(draw, place):
    body = f"If {condition(draw)} Then\n    total = total + {figure(draw)}\n    count = count + 1\nEnd If"
    text = f"{HEAD}, total As Double, count As Long\n{with_orders(over_rows(draw, body))}\n"
    return function(place.name, "Double", text + f"{place.name} = total + count * {draw.randint(1, 9)}")


def running_total(draw, place):
    body = (
        f"total = total + {figure(draw)}\n.Cells(r, {place.column}).Value = total\n"
        f"If total > {draw.randint(200, 3000)} Then {{leave}}"
    )
    text = f"{HEAD}, total As Double\n{with_orders(over_rows(draw, body, leaves=True))}\n"
    return function(place.name, "Long", text + f"{place.name} = r")


def mark_by_case(draw, place):
    low, high = sorted(draw.sample(range(2, 38), 2))
    subject = draw.choice((".Cells(r, 5).Value", ".Cells(r, 6).Value", "Day(.Cells(r, 4).Value)"))
    body = (
        f"Select Case {subject}\n    Case Is < {low}\n        mark = \"low\"\n    Case {low} To {high}\n        mark = \"mid\"\n"
        f"    Case {high + 1}, {high + 3}, Is > {high + 20}\n        mark = \"high\"\n        marked = marked + 1\n"
        f"    Case Else\n        mark = \"other\"\nEnd Select\n.Cells(r, {place.column}).Value = mark"
    )
    text = f"{HEAD}, mark As String, marked As Long\n{with_orders(over_rows(draw, body))}\n"
    return function(place.name, "Long", text + f"{place.name} = marked")


def mark_by_text_case(draw, place):
    one, two, three = draw.sample(fixture.STATUSES, 3)
    body = (
        f'Select Case .Cells(r, 7).Value\n    Case "{one}", "{two}"\n        n = n + 1\n        If {simple_condition(draw)} Then\n'
        f'            .Cells(r, {place.column}).Value = "!" & .Cells(r, 2).Value\n        End If\n'
        f'    Case "{three}"\n        n = n + 10\n    Case ""\n        n = n + 100\nEnd Select'
    )
    text = f"{HEAD}, n As Long\n{with_orders(over_rows(draw, body))}\n{place.name} = n"
    return function(place.name, "Long", text)


def totals_by_key(draw, place):
    """Keys and totals in arrays that grow, written to a new sheet."""
    key = draw.choice((2, 3, 7))
    body = (
        f"key = .Cells(r, {key}).Value\nfound = 0\nFor i = 1 To count\n    If keys(i) = key Then\n        found = i\n"
        "        Exit For\n    End If\nNext i\nIf found = 0 Then\n    count = count + 1\n"
        "    ReDim Preserve keys(1 To count)\n    ReDim Preserve totals(1 To count)\n    keys(count) = key\n    found = count\n"
        f"End If\ntotals(found) = totals(found) + {figure(draw)}"
    )
    text = (
        f"{HEAD}, i As Long, found As Long, count As Long, key As String\nDim keys() As String, totals() As Double\n"
        f"Dim target As Worksheet\n{with_orders(over_rows(draw, body))}\n"
        f'Set target = Worksheets.Add(After:=Worksheets(Worksheets.Count))\ntarget.Name = "{place.sheet}"\n'
        'target.Range("A1").Value = "Key"\ntarget.Range("B1").Value = "Total"\n'
        "For i = 1 To count\n    target.Cells(i + 1, 1).Value = \"k:\" & keys(i)\n    target.Cells(i + 1, 2).Value = totals(i)\n"
        f"Next i\n{place.name} = count"
    )
    return function(place.name, "Long", text)


def distinct_in_collection(draw, place):
    column = draw.choice((2, 3))
    body = (
        f"known = False\nFor Each item In seen\n    If item = .Cells(r, {column}).Value Then known = True\nNext item\n"
        f"If Not known And Len(.Cells(r, {column}).Value) > 0 Then seen.Add .Cells(r, {column}).Value"
    )
    text = (
        f"{HEAD}, i As Long, seen As New Collection, item As Variant, known As Boolean, joined As String\n"
        f"{with_orders(over_rows(draw, body))}\nFor i = 1 To seen.Count\n    joined = joined & seen(i) & \"/\"\nNext i\n"
        f"{place.name} = joined"
    )
    return function(place.name, "String", text)


def lookup_by_loop(draw, place):
    body = (
        "rate = 0\nFor k = 2 To lastRate\n    If rates.Cells(k, 1).Value = .Cells(r, 3).Value Then\n"
        "        rate = rates.Cells(k, 2).Value\n        Exit For\n    End If\nNext k\n"
        f".Cells(r, {place.column}).Value = .Cells(r, 5).Value * rate\nsteps = steps + k"
    )
    text = (
        f"{HEAD}, k As Long, lastRate As Long, rate As Double, steps As Long, rates As Worksheet\n"
        f'Set rates = Worksheets("Rates")\nlastRate = rates.Range("A1").End(xlDown).Row\n'
        f"{with_orders(over_rows(draw, body))}\n{place.name} = steps"
    )
    return function(place.name, "Long", text)


def lookup_by_function(draw, place):
    """Only rows whose region is there: a miss raises in Excel and not in LibreOffice."""
    lookup = draw.choice((
        'Application.WorksheetFunction.VLookup(.Cells(r, 3).Value, Worksheets("Rates").Range("A2:C5"), 2, False)',
        'WorksheetFunction.Match(.Cells(r, 3).Value, Worksheets("Rates").Range("A2:A5"), 0)',
        'WorksheetFunction.Index(Worksheets("Rates").Range("B2:B5"), '
        'WorksheetFunction.Match(.Cells(r, 3).Value, Worksheets("Rates").Range("A2:A5"), 0))',
    ))
    body = f'If WorksheetFunction.CountIf(Worksheets("Rates").Range("A2:A5"), .Cells(r, 3).Value) > 0 Then\n    total = total + {lookup}\nEnd If'
    text = f"{HEAD}, total As Double\n{with_orders(over_rows(draw, body))}\n{place.name} = total"
    return function(place.name, "Double", text)


def sheet_figures(draw, place):
    amount = draw.choice(("E", "F"))
    figures = draw.sample((
        f'WorksheetFunction.Sum(.Range("{amount}2:{amount}" & last))',
        f'WorksheetFunction.Max(.Range("{amount}2:{amount}" & last))',
        f'WorksheetFunction.Min(.Range("{amount}2:{amount}" & last))',
        f'WorksheetFunction.Count(.Range("A1:G" & last))',
        f'WorksheetFunction.CountA(.Range("G2:G" & last))',
        f'WorksheetFunction.CountIf(.Range("C2:C" & last), {region(draw)})',
        f'WorksheetFunction.CountIf(.Range("E2:E" & last), ">={draw.randint(5, 30)}")',
        f'WorksheetFunction.SumIf(.Range("C2:C" & last), {region(draw)}, .Range("{amount}2:{amount}" & last))',
        f'WorksheetFunction.SumIf(.Range("B2:B" & last), {customer(draw)}, .Range("E2:E" & last))',
        f'WorksheetFunction.Average(.Range("E1:F" & last))',
        f'WorksheetFunction.CountBlank(.Range("A2:G" & last))',
        f'WorksheetFunction.Large(.Range("E2:E" & last), 2)',
        f'WorksheetFunction.Small(.Range("F2:F" & last), 3)',
        f'WorksheetFunction.Median(.Range("F2:F" & last))',
        f'WorksheetFunction.RoundUp(.Range("F2").Value / 3, {draw.randint(0, 2)})',
        f'WorksheetFunction.CountIfs(.Range("C2:C" & last), {region(draw)}, .Range("E2:E" & last), ">{draw.randint(4, 20)}")',
        f'WorksheetFunction.SumIfs(.Range("E2:E" & last), .Range("C2:C" & last), {region(draw)}, .Range("G2:G" & last), {status(draw)})',
        f'WorksheetFunction.CountIf(.Range("B2:B" & last), "*{draw.choice("aehr")}*")',
        f'WorksheetFunction.SumProduct(.Range("E2:E" & last), .Range("F2:F" & last))',
    ), 4)
    lines = "\n".join(f"total = total + {one}\n.Cells({at + 1}, {place.column}).Value = {one}" for at, one in enumerate(figures))
    text = f"Dim last As Long, total As Double\n{with_orders(lines)}\n{place.name} = total"
    return function(place.name, "Double", text)


def month_totals(draw, place):
    body = f"m = Month(.Cells(r, 4).Value)\nmonths(m) = months(m) + {figure(draw)}"
    text = (
        f"{HEAD}, m As Long, best As Long, months(1 To 12) As Double\n{with_orders(over_rows(draw, body))}\nbest = LBound(months)\n"
        f'For m = LBound(months) To UBound(months)\n    Worksheets("Rates").Cells(m, {place.column}).Value = months(m)\n'
        f"    If months(m) > months(best) Then best = m\nNext m\n{place.name} = best"
    )
    return function(place.name, "Long", text)


def due_dates(draw, place):
    unit = draw.choice(('"d"', '"m"', '"yyyy"', '"ww"', '"q"'))
    day = f"DateSerial({draw.randint(2023, 2025)}, {draw.randint(1, 14)}, {draw.randint(1, 31)})"
    body = (
        f"due = DateAdd({unit}, {draw.randint(-7, 14)}, .Cells(r, 4).Value)\n.Cells(r, {place.column}).Value = due\n"
        f'days = days + DateDiff("{draw.choice(("d", "m", "yyyy", "q"))}", due, {day})\n'
        f"If Year(due) = 2024 And Weekday(due, vbMonday) > {draw.randint(2, 6)} Then days = days + 1"
    )
    text = f"{HEAD}, due As Date, days As Long\n{with_orders(over_rows(draw, body))}\n{place.name} = days"
    return function(place.name, "Long", text)


def formulas_down(draw, place):
    letter = chr(64 + place.column)
    shape = draw.choice((
        '"=E" & r & "*F" & r',
        '"=IF(E" & r & ">10,F" & r & ",0)"',
        '"=SUM(E$2:E" & r & ")"',
        '"=ROUND(F" & r & "/8,0)+LEN(B" & r & ")"',
    ))
    body = f".Cells(r, {place.column}).Formula = {shape}"
    text = (
        f"{HEAD}\n{with_orders(over_rows(draw, body))}\n"
        f'Worksheets("Orders").Cells(last + 3, {place.column}).Formula = "=SUM({letter}2:{letter}" & last & ")"\n'
        f'{place.name} = Worksheets("Orders").Cells(last + 3, {place.column}).Value'
    )
    return function(place.name, "Double", text)


def changes_between_rows(draw, place):
    body = (
        f".Cells(r, {place.column}).Value = .Cells(r, 5).Value - .Cells(r, 5).Offset({draw.choice((1, 2))}, 0).Value\n"
        f"If .Cells(r, {place.column}).Value > 0 Then\n    ups = ups + 1\n"
        f"ElseIf .Cells(r, {place.column}).Value = 0 Then\n    ups = ups + 100\nElse\n    ups = ups - 1\nEnd If"
    )
    text = f"{HEAD}, ups As Long\n{with_orders(over_rows(draw, body))}\n{place.name} = ups"
    return function(place.name, "Long", text)


def for_each_cell(draw, place):
    address = draw.choice(('"E2:F" & last', '"E2:E" & last', '"E2:G" & last'))
    text = (
        "Dim cell As Range, last As Long, total As Double, texts As Long\n"
        + with_orders(
            f"For Each cell In .Range({address})\n    If IsNumeric(cell.Value) Then\n"
            f"        total = total + cell.Value * {draw.randint(1, 4)}\n    Else\n        texts = texts + Len(cell.Value)\n    End If\n"
            f"    If cell.Row > {draw.randint(5, 30)} And cell.Column = 5 Then Exit For\nNext cell"
        )
        + f"\n{place.name} = total + texts"
    )
    return function(place.name, "Double", text)


def first_match(draw, place):
    body = f"If {condition(draw)} Then\n    hit = r\n    {{leave}}\nEnd If"
    text = (
        f"{HEAD}, hit As Long\n{with_orders(over_rows(draw, body, leaves=True))}\nIf hit = 0 Then\n    {place.name} = \"none\"\n"
        f'Else\n    {place.name} = "at " & Worksheets("Orders").Cells(hit, {draw.choice((1, 2, 3, 5))}).Value\nEnd If'
    )
    return function(place.name, "String", text)


def two_largest(draw, place):
    body = (
        f"value = {figure(draw)}\nIf value > best Then\n    nextBest = best\n    best = value\nElseIf value > nextBest Then\n"
        "    nextBest = value\nEnd If"
    )
    text = (
        f"{HEAD}, value As Double, best As Double, nextBest As Double\nbest = -100000\nnextBest = -100000\n"
        f"{with_orders(over_rows(draw, body))}\n{place.name} = best * 2 + nextBest"
    )
    return function(place.name, "Double", text)


def cross_table(draw, place):
    """Regions by statuses in a two-dimensional array, written to a new sheet cell by cell or at once."""
    regions = ", ".join(quoted(one) for one in fixture.REGIONS)
    statuses = ", ".join(quoted(one) for one in fixture.STATUSES)
    body = (
        "For i = 0 To 3\n    For j = 0 To 3\n        If .Cells(r, 3).Value = regions(i) And .Cells(r, 7).Value = statuses(j) Then\n"
        f"            counts(i, j) = counts(i, j) + {draw.choice(('1', '.Cells(r, 5).Value'))}\n        End If\n    Next j\nNext i"
    )
    by_cell = (
        "For i = 0 To UBound(counts, 1)\n    .Cells(i + 2, 1).Value = regions(i)\n    For j = 0 To UBound(counts, 2)\n"
        "        .Cells(1, j + 2).Value = statuses(j)\n        .Cells(i + 2, j + 2).Value = counts(i, j)\n    Next j\nNext i"
    )
    at_once = '.Range("B2").Resize(4, 4).Value = counts\n.Range("B1:E1").Value = statuses'
    written = draw.choice((by_cell, at_once))
    text = (
        f"{HEAD}, i As Long, j As Long, regions As Variant, statuses As Variant, counts(3, 3) As Long\nDim target As Worksheet\n"
        f"regions = Array({regions})\nstatuses = Array({statuses})\n{with_orders(over_rows(draw, body))}\n"
        f'Set target = Worksheets.Add(After:=Worksheets(Worksheets.Count))\ntarget.Name = "{place.sheet}"\n'
        f"With target\n{written}\nEnd With\n{place.name} = counts(0, 0) + counts(1, 2)"
    )
    return function(place.name, "Long", text)


def rows_until_status(draw, place):
    """A Do loop tested at its end, on a row that moves by Offset."""
    text = (
        f'Dim cell As Range, n As Long\nSet cell = Worksheets("Orders").Range("G2")\nDo\n    n = n + 1\n'
        f"    Set cell = cell.Offset(1, 0)\nLoop {draw.choice(('Until', 'While Not'))} "
        f"(cell.Value = {status(draw)} Or cell.Offset(0, -6).Value = \"\")\n"
        f"{place.name} = n * 100 + cell.Row"
    )
    return function(place.name, "Long", text)


def many_formulas(draw, place):
    """Formulas of many functions beside the table. Left out: results that are booleans, which LibreOffice tells from numbers
    by the cell's format alone."""
    chosen = draw.sample((
        '=VLOOKUP(C2,Rates!A:B,2,FALSE)', '=SUMPRODUCT((C2:C30=""North"")*E2:E30)', '=INDEX(B2:B9,MATCH(MAX(E2:E9),E2:E9,0))',
        '=IFERROR(E2/0,""none"")', '=TEXT(D2,""yyyy-mm"")', '=1/(E2-E2)', '=NA()', '=LEFT(B2,2)&UPPER(C2)', '=DATE(2024,2,30)',
        '=EDATE(D2,1)', '=EOMONTH(D3,0)', '=WEEKDAY(D2,2)', '=NETWORKDAYS(D2,D2+30)', '=MOD(-7,E2+1)', '=ROUND(F2*-1.5,0)',
        '=COUNTIF(B:B,""A*"")', '=SUMIFS(E2:E30,C2:C30,""South"",F2:F30,"">10"")', '=IF(AND(E2>5,F2<30),""yes"",""no"")',
        '=MEDIAN(E2:E9)', '=LARGE(F2:F9,2)-SMALL(F2:F9,1)', '=CHOOSE(2,B2,C2,G2)', '=SUBSTITUTE(B2,""a"",""oo"")',
        '=MID(B3,2,3)&LEN(C3)', '=FIND(""r"",B2&""r"")', '=MAX(D2:D9)-MIN(D2:D9)', '=COUNTBLANK(G2:G9)', '=RANK(E2,E2:E9)',
        '=ROUNDUP(F2/7,1)+ROUNDDOWN(F3/7,1)', '=INT(-F2)', '=TRIM(Notes!A2)', '=PROPER(Notes!A3)',
        '=OFFSET(A1,2,1)', '=INDIRECT(""B""&3)', '=HLOOKUP(""Price"",A1:G5,3,FALSE)', '=SUM(E2:E5,F2,10)', '=AVERAGE(E2:F9)',
        '=YEAR(D2)*100+MONTH(D2)', '=DATEDIF(D2,D2+100,""m"")', '=ABS(E2-E3)^2', '=-E2^2', '=E2&""-""&E3', '=SUBTOTAL(9,E2:E8)',
    ), 5)
    lines = "\n".join(f'.Cells({at + 1}, {place.column}).Formula = "{formula}"' for at, formula in enumerate(chosen))
    text = f'With Worksheets("Orders")\n{indented(lines)}\n    .Range("E2").Value = {draw.randint(1, 40)}\nEnd With\n{place.name} = 5'
    return function(place.name, "Long", text)


def parts_of_dates(draw, place):
    body = (
        f'n = n + DatePart("{draw.choice(("q", "y", "ww", "d", "w"))}", .Cells(r, 4).Value)\n'
        f'.Cells(r, {place.column}).Value = "m" & Format(.Cells(r, 4).Value, "{draw.choice(("yyyy-mm-dd", "mmm yy", "dddd", "d.m.yyyy"))}")\n'
        f'days = days + DateDiff("{draw.choice(("ww", "w", "m", "d"))}", .Cells(2, 4).Value, .Cells(r, 4).Value)'
    )
    text = f'{HEAD}, n As Long, days As Long\n{with_orders(over_rows(draw, body))}\n{place.name} = n & "/" & days & MonthName(n Mod 12 + 1)'
    return function(place.name, "String", text)


STEPS = (
    total_of_matching_rows, running_total, mark_by_case, mark_by_text_case, totals_by_key, distinct_in_collection,
    lookup_by_loop, lookup_by_function, sheet_figures, month_totals, due_dates, formulas_down, changes_between_rows,
    for_each_cell, first_match, two_largest, cross_table, rows_until_status, many_formulas,
    parts_of_dates,
)
