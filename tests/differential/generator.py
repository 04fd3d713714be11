"""Draws whole VBA programs: a `Main` that calls a few steps as people write them and notes what each gives.

Only what LibreOffice judges as Excel does is drawn; README.md lists what is left out and why. A program is text only: the same
draw gives the same text.
"""

import steps_code
import steps_free
import steps_rows
import steps_sheets
from vba import Place, indented

STEPS = steps_rows.STEPS + steps_sheets.STEPS + steps_code.STEPS
# Free code is drawn statement by statement, so it is worth more than one line in the list of steps.
FREE_SHARE = 0.3
# First column of Orders that a step may write to: the table ends at G.
FIRST_FREE_COLUMN = 9

NOTE = """Sub Note(ByVal label As String, ByVal result As Variant)
    Dim target As Worksheet
    Set target = Worksheets("Log")
    noted = noted + 1
    target.Cells(noted + 1, 1).Value = label
    target.Cells(noted + 1, 2).Value = result
End Sub
"""

LAST_ROW = """Function LastRow(ByVal sheetName As String, Optional ByVal column As Long = 1) As Long
    With Worksheets(sheetName)
        LastRow = .Cells(.Rows.Count, column).End(xlUp).Row
    End With
End Function
"""


def drawn_steps(draw):
    """Name and text of each step's function."""
    count = draw.randint(2, 5)
    steps = [steps_free.free_code if draw.random() < FREE_SHARE else draw.choice(STEPS) for _ in range(count)]
    steps.sort(key=lambda step: step in steps_sheets.LAST_STEPS)
    for at, step in enumerate(steps, 1):
        place = Place(name=f"Step{at}", column=FIRST_FREE_COLUMN + at - 1, sheet=f"Work{at}")
        yield place.name, step(draw, place)


def call(draw, name):
    return draw.choice((f'Note "{name}", {name}()', f"answer = {name}()\nNote \"{name}\", answer"))


def main_function(draw, names):
    calls = "\n".join(call(draw, name) for name in names)
    if draw.random() < 0.4:
        return f"Function Main() As Long\n    Dim answer As Variant\n{indented(calls)}\n    Main = noted\nEnd Function\n"
    if draw.random() < 0.5:
        return f"Sub Main()\n    Dim answer As Variant\n{indented(calls)}\nEnd Sub\n"
    return (
        f"Function Main() As String\n    Dim answer As Variant\n    On Error GoTo Failed\n{indented(calls)}\n"
        '    Main = "steps: " & noted\n    Exit Function\nFailed:\n    Note "failed", Err.Number\n    Resume Next\nEnd Function\n'
    )


def program(draw):
    """The text of one module with a procedure `Main`."""
    steps = list(drawn_steps(draw))
    main = main_function(draw, [name for name, _ in steps])
    texts = [main, *(text for _, text in steps), NOTE, LAST_ROW]
    return "Option Explicit\nPrivate noted As Long\n\n" + "\n".join(texts)
