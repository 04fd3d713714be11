"""Steps about the language: texts, arrays, collections, procedures and their arguments, errors, GoSub and Static."""

import fixture
from vba import function, indented, quoted

NOTES = 'Dim r As Long, last As Long\nlast = LastRow("Notes")\n'
LETTERS = "aeiounrlt"


def over_notes(body):
    return f'With Worksheets("Notes")\n    For r = 2 To last\n{indented(body, 2)}\n    Next r\nEnd With\n'


def clean_texts(draw, place):
    cleaned = draw.choice((
        "Trim(.Cells(r, 1).Value)", "UCase(Trim(.Cells(r, 1).Value))", 'Replace(.Cells(r, 1).Value, "  ", " ")',
        "LTrim(LCase(.Cells(r, 1).Value))", "UCase(Left(Trim(.Cells(r, 1).Value), 1)) & LCase(Mid(Trim(.Cells(r, 1).Value), 2))",
        "StrReverse(RTrim(.Cells(r, 1).Value))", 'Replace(LCase(.Cells(r, 1).Value), "e", "")',
    ))
    body = (
        f'text = {cleaned}\n.Cells(r, {place.column}).Value = "[" & text & "]"\nsize = size + Len(text)\n'
        f'If InStr(text, "{draw.choice(LETTERS)}") > {draw.randint(0, 6)} Then size = size + 1000'
    )
    return function(place.name, "Long", f"Dim text As String, size As Long\n{NOTES}{over_notes(body)}{place.name} = size")


def letters_counted(draw, place):
    body = (
        "For i = 1 To Len(.Cells(r, 1).Value)\n    letter = Mid(.Cells(r, 1).Value, i, 1)\n    Select Case LCase(letter)\n"
        '        Case "a", "e", "i", "o", "u"\n            vowels = vowels + 1\n        Case "a" To "z"\n'
        '            others = others + 1\n        Case " "\n            blanks = blanks + 1\n    End Select\nNext i'
    )
    return function(
        place.name, "String",
        f"Dim i As Long, letter As String, vowels As Long, others As Long, blanks As Long\n{NOTES}{over_notes(body)}"
        f'{place.name} = "v" & vowels & " o" & others & " b" & blanks',
    )


def codes_taken_apart(draw, place):
    body = (
        'code = .Cells(r, 2).Value\ndash = InStr(code, "-")\nIf dash > 0 Then\n'
        f'    total = total + Val(Mid(code, dash + 1)) {draw.choice(("", "Mod 7", "* 2"))}\n'
        f'    .Cells(r, {place.column}).Value = "c" & Right(code, {draw.randint(1, 3)}) & LCase(Left(code, dash - 1))\n'
        f'    If code Like "{draw.choice(("A*", "?x-*", "*1*", "[AB]?-###", "*-[!5]*"))}" Then total = total + 10000\nEnd If'
    )
    return function(place.name, "Long", f"Dim code As String, dash As Long, total As Long\n{NOTES}{over_notes(body)}{place.name} = total")


def list_built_and_read(draw, place):
    separator = draw.choice((",", ";", " | "))
    words = ", ".join(quoted(word) for word in draw.sample(fixture.CUSTOMERS + fixture.REGIONS, 5))
    return function(
        place.name, "String",
        "Dim word As Variant, joined As String, rest As String, at As Long, n As Long\n"
        f'For Each word In Array({words})\n    If Len(joined) > 0 Then joined = joined & "{separator}"\n    joined = joined & word\nNext word\n'
        f'rest = joined\nat = InStr(rest, "{separator}")\nDo While at > 0\n    n = n + 1\n'
        f'    Worksheets("Rates").Cells(n, {place.column}).Value = Left(rest, at - 1)\n'
        f'    rest = Mid(rest, at + Len("{separator}"))\n    at = InStr(rest, "{separator}")\nLoop\n'
        f'{place.name} = rest & n & ":" & InStrRev(joined, "{draw.choice("aehr")}")',
    )


def shifted_letters(draw, place):
    shift = draw.randint(1, 25)
    return function(
        place.name, "String",
        f'Dim plain As String, secret As String, i As Long, code As Long\nplain = "{draw.choice(fixture.NOTES)} {draw.choice(fixture.NOTES)}"\n'
        "For i = 1 To Len(plain)\n    code = Asc(Mid(plain, i, 1))\n    If code >= 97 And code <= 122 Then\n"
        f"        secret = secret & Chr((code - 97 + {shift}) Mod 26 + 97)\n    ElseIf code >= 65 And code <= 90 Then\n"
        f"        secret = secret & Chr((code - 65 + {shift}) Mod 26 + 65)\n    Else\n        secret = secret & \"_\"\n    End If\nNext i\n"
        f"{place.name} = secret",
    )


def palindromes(draw, place):
    body = (
        f'If IsPalindrome{place.name}(Trim(.Cells(r, 1).Value)) Then\n    n = n + 1\n    .Cells(r, {place.column}).Value = True\n'
        f"Else\n    .Cells(r, {place.column}).Value = False\nEnd If"
    )
    helper = (
        f"Function IsPalindrome{place.name}(ByVal text As String) As Boolean\n    Dim i As Long\n    text = LCase(text)\n"
        f"    IsPalindrome{place.name} = True\n    For i = 1 To Len(text) \\ 2\n"
        f"        If Mid(text, i, 1) <> Mid(text, Len(text) - i + 1, 1) Then\n            IsPalindrome{place.name} = False\n"
        "            Exit Function\n        End If\n    Next i\nEnd Function\n"
    )
    return function(place.name, "Long", f"Dim n As Long\n{NOTES}{over_notes(body)}{place.name} = n") + "\n" + helper


def compared_texts(draw, place):
    one, two = quoted(draw.choice(("Acme", "acme", "Birch", "b", ""))), quoted(draw.choice(("Acme", "ACME", "birch", "c")))
    return function(
        place.name, "String",
        f'Dim one As String, two As String, joined As String\none = {one}\ntwo = {two}\n'
        'joined = "s" & StrComp(one, two, vbBinaryCompare) & StrComp(one, two, vbTextCompare) & "/"\n'
        'If one < two Then joined = joined & "less"\nIf one = two Then joined = joined & "same"\nIf LCase(one) = LCase(two) Then joined = joined & "fold"\n'
        f'joined = joined & String({draw.randint(0, 4)}, "*") & Space({draw.randint(0, 3)}) & Len(one & two)\n{place.name} = joined & "."',
    )


def sorted_array(draw, place):
    """A sort written out, on figures read from a column."""
    column, sign = draw.choice((5, 6)), draw.choice("<>")
    return function(
        place.name, "Double",
        'Dim values() As Double, i As Long, j As Long, held As Double, last As Long\nlast = LastRow("Orders")\n'
        f'ReDim values(0 To last - 2)\nFor i = 0 To UBound(values)\n    values(i) = Worksheets("Orders").Cells(i + 2, {column}).Value\nNext i\n'
        "For i = LBound(values) To UBound(values) - 1\n    For j = i + 1 To UBound(values)\n"
        f"        If values(j) {sign} values(i) Then\n            held = values(i)\n            values(i) = values(j)\n"
        "            values(j) = held\n        End If\n    Next j\nNext i\nFor i = LBound(values) To UBound(values)\n"
        f'    Worksheets("Orders").Cells(i + 2, {place.column}).Value = values(i)\nNext i\n'
        f"{place.name} = values(UBound(values) \\ 2)",
    )


def binary_search(draw, place):
    name = f"Position{place.name}"
    helper = (
        f"Function {name}(list() As Long, ByVal wanted As Long) As Long\n    Dim low As Long, high As Long, middle As Long\n"
        f"    low = LBound(list)\n    high = UBound(list)\n    {name} = -1\n    Do While low <= high\n        middle = (low + high) \\ 2\n"
        f"        If list(middle) = wanted Then\n            {name} = middle\n            Exit Do\n"
        "        ElseIf list(middle) < wanted Then\n            low = middle + 1\n        Else\n            high = middle - 1\n"
        "        End If\n    Loop\nEnd Function\n"
    )
    first, last, factor = draw.randint(-3, 1), draw.randint(8, 20), draw.randint(2, 7)
    text = (
        f"Dim list({first} To {last}) As Long, i As Long, total As Long\nFor i = LBound(list) To UBound(list)\n"
        f"    list(i) = i * {factor} + {draw.randint(0, 5)}\nNext i\nFor i = -5 To {last * factor} Step {draw.randint(1, 4)}\n"
        f"    total = total + {name}(list, i)\nNext i\n{place.name} = total"
    )
    return function(place.name, "Long", text) + "\n" + helper


def number_puzzles(draw, place):
    text = draw.choice((
        f"n = {draw.randint(20, 90)}\nReDim sieve(2 To n)\nFor i = 2 To n\n    If Not sieve(i) Then\n        total = total + i\n"
        "        For j = i * i To n Step i\n            sieve(j) = True\n        Next j\n    End If\nNext i",
        f"n = {draw.randint(5, 40)}\nDo While n <> 1\n    If n Mod 2 = 0 Then\n        n = n \\ 2\n    Else\n        n = 3 * n + 1\n"
        "    End If\n    total = total + 1\nLoop",
        f"i = {draw.randint(40, 999)}\nj = {draw.randint(30, 700)}\nDo Until j = 0\n    n = i Mod j\n    i = j\n    j = n\nLoop\ntotal = i",
        f"i = 0\nj = 1\nFor n = 1 To {draw.randint(5, 30)}\n    total = i + j\n    i = j\n    j = total\nNext n",
        f"n = {draw.randint(1000, 99999)}\nWhile n > 0\n    total = total * 10 + n Mod 10\n    n = n \\ 10\nWend",
    ))
    return function(place.name, "Long", f"Dim n As Long, i As Long, j As Long, total As Long, sieve() As Boolean\n{text}\n{place.name} = total")


def recursion(draw, place):
    name = f"Deep{place.name}"
    helper = draw.choice((
        f"Function {name}(ByVal n As Long) As Double\n    If n <= 1 Then\n        {name} = 1\n    Else\n        {name} = n * {name}(n - 1)\n"
        "    End If\nEnd Function\n",
        f"Function {name}(ByVal n As Long) As Double\n    If n < 2 Then\n        {name} = n\n        Exit Function\n    End If\n"
        f"    {name} = {name}(n - 1) + {name}(n - 2)\nEnd Function\n",
        f"Function {name}(ByVal n As Long) As Double\n    Dim part As Long\n    For part = 1 To n\n        If n Mod part = 0 And part < n Then\n"
        f"            {name} = {name} + 1 + {name}(part)\n        End If\n    Next part\nEnd Function\n",
    ))
    return function(place.name, "Double", f"{place.name} = {name}({draw.randint(3, 13)})") + "\n" + helper


def arguments(draw, place):
    """ByRef and ByVal, of variables and of array elements."""
    name = f"Change{place.name}"
    ways = [draw.choice(("ByRef ", "ByVal ", "")) for _ in range(3)]
    helper = (
        f"Sub {name}({ways[0]}one As Long, {ways[1]}two As String, {ways[2]}three As Double)\n    one = one + {draw.randint(1, 9)}\n"
        f'    two = two & "{draw.choice("xyz")}"\n    three = three * {draw.randint(2, 5)}\nEnd Sub\n'
    )
    call = draw.choice((f"{name} a, b, c", f"Call {name}(a, b, c)", f"{name} list(2), b, c", f"Call {name}(list(1), b, c)"))
    text = (
        f'Dim a As Long, b As String, c As Double, list(1 To 3) As Long, i As Long\na = {draw.randint(1, 20)}\nb = "b"\nc = 1.5\n'
        f"For i = 1 To {draw.randint(1, 4)}\n    {call}\nNext i\n"
        f'{place.name} = a & "/" & b & "/" & c & "/" & list(1) & list(2)'
    )
    return function(place.name, "String", text) + "\n" + helper


def optional_arguments(draw, place):
    name = f"Priced{place.name}"
    helper = (
        f"Function {name}(ByVal amount As Double, Optional ByVal factor As Double = {draw.randint(2, 9)}, "
        f"Optional ByVal added As Long) As Double\n    {name} = amount * factor + added\nEnd Function\n"
    )
    parts = [f"{name}({draw.randint(1, 9)})", f"{name}({draw.randint(1, 9)}, {draw.randint(2, 5)})", f"{name}(2.5, 4, {draw.randint(1, 90)})"]
    return function(place.name, "Double", f"{place.name} = {' + '.join(draw.sample(parts, 2))}") + "\n" + helper


def static_counter(draw, place):
    name = f"Next{place.name}"
    helper = (
        f"Function {name}() As Long\n    Static count As Long\n    Dim fresh As Long\n    fresh = fresh + 1\n"
        f"    count = count + {draw.randint(1, 5)}\n    {name} = count * 10 + fresh\nEnd Function\n"
    )
    text = (
        f'Dim i As Long, total As Long\nFor i = {draw.randint(1, 3)} To {draw.randint(4, 7)}\n    total = total + {name}()\nNext i\n'
        f"{place.name} = total"
    )
    return function(place.name, "Long", text) + "\n" + helper


def collection_work(draw, place):
    keys = draw.sample(fixture.CUSTOMERS, 4)
    adds = "\n".join(f'bag.Add {draw.randint(1, 50)}, "{key.lower()}"' for key in keys)
    change = draw.choice((
        "bag.Remove 2", f'bag.Remove "{keys[1].lower()}"', 'bag.Add 7, "new", 1', 'bag.Add 8, Before:=2', "bag.Add 9, After:=1",
    ))
    return function(
        place.name, "String",
        f"Dim bag As Collection, item As Variant, joined As String, i As Long\nSet bag = New Collection\n{adds}\n{change}\n"
        'For Each item In bag\n    joined = joined & item & " "\nNext item\n'
        'For i = bag.Count To 1 Step -2\n    joined = joined & "<" & bag.Item(i)\nNext i\n'
        f'{place.name} = joined & ":" & bag("{keys[0].lower()}") & "of" & bag.Count',
    )


def division_guarded(draw, place):
    """A division by a quantity that may be zero, caught row by row."""
    ending = draw.choice(("Resume Next", "Resume Continued"))
    return function(
        place.name, "Double",
        'Dim r As Long, last As Long, faults As Long, total As Double, divisor As Long\nOn Error GoTo Fault\nlast = LastRow("Orders")\n'
        f'With Worksheets("Orders")\n    For r = 2 To last\n        divisor = .Cells(r, 5).Value\n'
        f"        If r Mod {draw.randint(3, 6)} = 0 Then divisor = 0\n        total = total + 100 / divisor\n"
        f"        .Cells(r, {place.column}).Value = 100 \\ (divisor + 1)\nContinued:\n    Next r\nEnd With\n"
        f"{place.name} = total + faults * 100000\nExit Function\nFault:\nfaults = faults + 1\n"
        f'Worksheets("Log").Cells(faults, {place.column}).Value = Err.Number\n{ending}',
    )


def resume_next_inline(draw, place):
    second = draw.choice(("small = big", "n = n \\ zero", "n = n + 1"))
    failing = draw.choice(("n = 10 \\ zero", "x = 1 / zero", "small = big", "n = list(9)", "n = 7 Mod zero", "x = Sqr(-4 - zero)"))
    return function(
        place.name, "String",
        "Dim zero As Long, n As Long, x As Double, small As Integer, big As Long, list(1 To 3) As Long, joined As String\n"
        f"big = {draw.randint(40000, 90000)}\nn = 5\nOn Error Resume Next\n{failing}\n"
        'joined = "e" & Err.Number & " n" & n\nErr.Clear\njoined = joined & " " & Err.Number\nn = n + 1\n'
        f"{second}\nIf Err.Number <> 0 Then joined = joined & \" again \" & Err.Number\n"
        f"{place.name} = joined & \" \" & n & \" \" & small",
    )


def error_in_callee(draw, place):
    name = f"Risky{place.name}"
    failing = draw.choice(("{0} = 100 \\ (n Mod 3)", "small = n * big\n    {0} = small", "{0} = list(n)")).format(name)
    helper = (
        f"Function {name}(ByVal n As Long) As Long\n    Dim small As Integer, big As Long, list(1 To 4) As Long\n    big = 15000\n"
        f"    {failing}\n    {name} = {name} + 1\nEnd Function\n"
    )
    text = (
        f"Dim i As Long, total As Long, faults As Long\nOn Error GoTo Fault\nFor i = 1 To {draw.randint(4, 7)}\n"
        f"    total = total + {name}(i)\nNext i\n{place.name} = total * 100 + faults\nExit Function\nFault:\n"
        "faults = faults + Err.Number\nResume Next"
    )
    return function(place.name, "Long", text) + "\n" + helper


def unhandled_error(draw, place):
    """Ends the run, unless Main catches errors; what was written before stays."""
    failing = draw.choice(("n = 12 \\ zero", "small = big", "n = list(7)", "n = n Mod zero", "Err.Raise 1234"))
    return function(
        place.name, "Long",
        "Dim zero As Long, n As Long, small As Integer, big As Long, list(1 To 3) As Long\nbig = 70000\n"
        f'Worksheets("Log").Cells(30, {place.column}).Value = "before"\n{failing}\n'
        f'Worksheets("Log").Cells(31, {place.column}).Value = "after"\n{place.name} = n',
    )


def gosub_work(draw, place):
    return function(
        place.name, "Long",
        f"Dim i As Long, total As Long, factor As Long\nfactor = {draw.randint(2, 5)}\nFor i = 1 To {draw.randint(3, 8)}\n"
        f"    If i Mod {draw.randint(2, 3)} = 0 Then\n        GoSub Doubled\n    Else\n        GoSub Added\n    End If\nNext i\n"
        f"If total > {draw.randint(20, 60)} Then GoTo Finished\ntotal = total + 1000\nFinished:\n{place.name} = total\nExit Function\n"
        "Doubled:\ntotal = total + i * factor\nReturn\nAdded:\ntotal = total + 1\n"
        f"If total Mod 2 = 0 Then GoSub Doubled\nReturn",
    )


def goto_retry(draw, place):
    return function(
        place.name, "Long",
        f"Dim tries As Long, sum As Long\nAgain:\ntries = tries + 1\nsum = sum + tries * {draw.randint(1, 6)}\n"
        f"If sum < {draw.randint(20, 90)} Then GoTo Again\nIf tries > {draw.randint(3, 6)} Then GoTo Many\nsum = -sum\nMany:\n"
        f"{place.name} = sum * 100 + tries",
    )


def matrix_work(draw, place):
    size = draw.randint(2, 4)
    return function(
        place.name, "Long",
        f"Dim a({size}, {size}) As Long, b(1 To {size}, 0 To {size}) As Long, i As Long, j As Long, k As Long, trace As Long\n"
        f"For i = 0 To {size}\n    For j = 0 To {size}\n        a(i, j) = i * {draw.randint(2, 7)} - j\n    Next j\nNext i\n"
        f"For i = 1 To UBound(b, 1)\n    For j = LBound(b, 2) To UBound(b, 2)\n        For k = 0 To {size}\n"
        "            b(i, j) = b(i, j) + a(i, k) * a(k, j)\n        Next k\n    Next j\n    trace = trace + b(i, i)\nNext i\n"
        f'Worksheets("Rates").Cells(20, {place.column}).Value = b(1, {size})\n{place.name} = trace',
    )


def growing_array(draw, place):
    return function(
        place.name, "String",
        f"Dim parts() As Variant, n As Long, part As Variant, joined As String\nReDim parts(0)\nparts(0) = \"start\"\n"
        f"For n = 1 To {draw.randint(2, 6)}\n    ReDim Preserve parts(n)\n    If n Mod 2 = 0 Then\n        parts(n) = n * 1.5\n    Else\n"
        f'        parts(n) = Chr(64 + n) & n\n    End If\nNext n\nFor Each part In parts\n    joined = joined & part & "|"\nNext part\n'
        f'{place.name} = joined & UBound(parts) & (UBound(parts) = n - 1)',
    )


def texts_changed_in_place(draw, place):
    """Left out: Mid with a new text shorter than its length, by which LibreOffice shortens the whole; proper case of words that
    signs divide, where LibreOffice begins a new word."""
    return function(
        place.name, "String",
        f'Dim code As String, i As Long, joined As String\ncode = "{draw.choice(("abcdefgh", "north-07", "x y z w"))}"\n'
        f'Mid(code, {draw.randint(1, 4)}, {draw.randint(1, 3)}) = "{draw.choice(("QRS", "WXYZ", "mno"))}"\n'
        f"For i = 1 To {draw.randint(2, 3)}\n    joined = joined & Choose(i, code, UCase(code), StrConv(code, vbProperCase)) & \"/\"\n"
        f'    joined = joined & Switch(i = 1, "one", i > {draw.randint(1, 2)}, "many", True, "some")\nNext i\n'
        f'{place.name} = joined & Val("{draw.choice(("12.5x", "x", " 7 8", "-3"))}") & Hex({draw.randint(16, 300)})',
    )


STEPS = (
    clean_texts, letters_counted, codes_taken_apart, list_built_and_read, shifted_letters, palindromes, compared_texts,
    sorted_array, binary_search, number_puzzles, recursion, arguments, optional_arguments, static_counter, collection_work,
    division_guarded, resume_next_inline, error_in_callee, unhandled_error, gosub_work, goto_retry, matrix_work, growing_array,
    texts_changed_in_place,
)
