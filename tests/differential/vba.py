"""Pieces of VBA text that the steps share: loops over the rows of Orders, conditions and figures of a row."""

from typing import NamedTuple

import fixture

LAST_OF_ORDERS = 'last = .Cells(.Rows.Count, 1).End(xlUp).Row'


class Place(NamedTuple):
    """What belongs to one step alone: its function's name, a free column of Orders, the name of a sheet it may add."""

    name: str
    column: int
    sheet: str


def indented(text, levels=1):
    return "\n".join("    " * levels + line if line.strip() else line for line in text.strip("\n").split("\n"))


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def region(draw):
    return quoted(draw.choice(fixture.REGIONS))


def status(draw):
    return quoted(draw.choice(fixture.STATUSES))


def customer(draw):
    return quoted(draw.choice(fixture.CUSTOMERS))


def simple_condition(draw):
    """A test of row r of the sheet that the enclosing With names."""
    return draw.choice((
        f".Cells(r, 3).Value = {region(draw)}",
        f".Cells(r, 3).Value <> {region(draw)}",
        f'.Range("G" & r).Value = {status(draw)}',
        f".Cells(r, 5).Value {draw.choice(('>', '>=', '<', '<='))} {draw.randint(3, 35)}",
        f".Cells(r, 6).Value > {draw.randint(10, 160) / 4}",
        f"Month(.Cells(r, 4).Value) {draw.choice(('=', '<=', '>'))} {draw.randint(1, 12)}",
        "IsEmpty(.Cells(r, 7).Value)",
        f"Left(.Cells(r, 2).Value, 1) {draw.choice(('<', '>='))} {quoted(draw.choice('BCDE'))}",
        f".Cells(r, 1).Value Mod {draw.randint(2, 4)} = {draw.randint(0, 1)}",
        f'InStr(.Cells(r, 2).Value, "{draw.choice("aegjr")}") > 0',
        f"Weekday(.Cells(r, 4).Value) = {draw.randint(1, 7)}",
        f".Cells(r, 5).Value * .Cells(r, 6).Value > {draw.randint(50, 900)}",
    ))


def condition(draw):
    if draw.random() < 0.6:
        return simple_condition(draw)
    left, right = simple_condition(draw), simple_condition(draw)
    return draw.choice((f"{left} And {right}", f"{left} Or {right}", f"Not ({left})", f"({left}) Xor ({right})"))


def figure(draw):
    """A number that row r gives."""
    return draw.choice((
        ".Cells(r, 5).Value * .Cells(r, 6).Value",
        ".Cells(r, 5).Value",
        '.Range("F" & r).Value',
        ".Cells(r, 6).Value / 4 + .Cells(r, 5).Value",
        ".Cells(r, 5).Value - .Cells(r - 1, 1).Row",
        "Day(.Cells(r, 4).Value)",
        "Int(.Cells(r, 6).Value)",
        "Len(.Cells(r, 2).Value & .Cells(r, 7).Value)",
        f"IIf({simple_condition(draw)}, .Cells(r, 5).Value, {draw.randint(-3, 3)})",
    ))


def over_rows(draw, body, leaves=False):
    """A loop that runs `body` for the rows r from 2 to last; `{leave}` in the body ends it, if `leaves` says it may."""
    down = "For r = 2 To last\n{}\nNext r"
    up = "For r = last To 2 Step -1\n{}\nNext"
    do_while = "r = 2\nDo While r <= last\n{}\n    r = r + 1\nLoop"
    do_until = "r = 2\nDo Until r > last\n{}\n    r = r + 1\nLoop"
    while_wend = "r = 2\nWhile r <= last\n{}\n    r = r + 1\nWend"
    shape = draw.choice((down, down, up, do_while, do_until) + (() if leaves else (while_wend,)))
    leave = "Exit For" if shape in (down, up) else "Exit Do"
    return shape.format(indented(body.replace("{leave}", leave)))


def with_orders(text):
    """The text inside a With on Orders, after `last` is found."""
    return f'With Worksheets("Orders")\n    {LAST_OF_ORDERS}\n{indented(text)}\nEnd With'


def function(name, kind, text):
    return f"Function {name}() As {kind}\n{indented(text)}\nEnd Function\n"
