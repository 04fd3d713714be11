"""A step whose code is drawn statement by statement: nested loops, branches and expressions over a few variables.

Values stay small: each assignment to a Long ends in `Mod`, texts are cut, doubles that grow are set back. So nothing overflows
by chance, which the two sides would report at different operations (LibreOffice computes Integer by Integer in a wider type).
"""

from vba import function, indented

LONGS = ("a", "b", "c", "n")
DOUBLES = ("x", "y")
TEXTS = ("s", "t")
FLAGS = ("p", "q")
LONGEST_TEXT = 16
DEEPEST = 3


class Writer:
    """Writes statements, and remembers the loop variables and subroutines that they need."""

    def __init__(self, draw, name):
        self.draw = draw
        self.name = name
        self.counters = []
        self.labels = 0
        self.open_counters = []

    def one_of(self, *choices):
        return self.draw.choice(choices)()

    # Expressions. `depth` is what may still be nested.

    def long_leaf(self):
        draw = self.draw
        return draw.choice(LONGS + tuple(self.open_counters) + (str(draw.randint(0, 40)),))

    def long(self, depth):
        if depth == 0:
            return self.long_leaf()
        draw, inner = self.draw, lambda: self.long(depth - 1)
        return self.one_of(
            self.long_leaf,
            lambda: f"({inner()} + {inner()})",
            lambda: f"({inner()} - {inner()})",
            lambda: f"{draw.choice(LONGS)} * {draw.choice(LONGS)}",
            # Only a variable times a literal: two literals are Integers, and their product may overflow.
            lambda: f"{draw.choice(LONGS)} * {draw.randint(2, 9)}",
            lambda: f"({inner()} \\ {draw.randint(2, 9)})",
            lambda: f"({inner()} Mod {draw.randint(2, 17)})",
            lambda: f"Abs({inner()})",
            lambda: f"Sgn({inner()})",
            lambda: f"Len({self.text(depth - 1)})",
            lambda: f'InStr({draw.choice(TEXTS)}, "{draw.choice("abxyz")}")',
            lambda: f'Asc({draw.choice(TEXTS)} & "k")',
            lambda: f"CLng(Int({draw.choice(DOUBLES)}))",
            lambda: f"IIf({self.test(depth - 1)}, {inner()}, {inner()})",
            lambda: f"({draw.choice(LONGS)} {draw.choice(('And', 'Or', 'Xor'))} {draw.randint(1, 15)})",
            lambda: f"Halved{self.name}({inner()})",
        )

    def double(self, depth):
        draw = self.draw
        if depth == 0:
            return draw.choice(DOUBLES + (str(draw.randint(1, 60) / 4),))
        inner = lambda: self.double(depth - 1)
        return self.one_of(
            inner,
            lambda: f"({inner()} + {inner()})",
            lambda: f"({inner()} - {inner()})",
            lambda: f"{inner()} * {draw.randint(2, 5)}",
            lambda: f"({inner()}) / {draw.randint(2, 9)}",
            lambda: f"Sqr(Abs({inner()}))",
            lambda: f"Abs({inner()})",
            lambda: f"Fix({inner()})",
            lambda: f"{draw.choice(LONGS)} / {draw.randint(2, 8)}",
        )

    def text(self, depth):
        draw = self.draw
        if depth == 0:
            return draw.choice(TEXTS + ('"ab"', '"x"', '"Zy a"'))
        inner = lambda: self.text(depth - 1)
        return self.one_of(
            inner,
            lambda: f"{inner()} & {inner()}",
            lambda: f"UCase({inner()})",
            lambda: f"LCase({inner()})",
            lambda: f"Left({inner()}, {draw.randint(0, 5)})",
            lambda: f"Right({inner()}, {draw.randint(0, 5)})",
            lambda: f"Mid({inner()}, {draw.randint(1, 6)}, {draw.randint(0, 4)})",
            lambda: f"Mid({inner()}, {draw.randint(1, 4)})",
            lambda: f"Trim({inner()})",
            lambda: f'Replace({inner()}, "{draw.choice("abxy")}", "{draw.choice(("", "q", "aa"))}")',
            lambda: f"StrReverse({inner()})",
            lambda: f'String({draw.randint(0, 3)}, "{draw.choice("xyz")}")',
            lambda: f"Chr(65 + Abs({draw.choice(LONGS)}) Mod 26)",
            lambda: f"CStr({draw.choice(LONGS)})",
            lambda: f"IIf({self.test(depth - 1)}, {inner()}, {inner()})",
            lambda: f'Format({draw.choice(LONGS)}, "0000")',
        )

    def test(self, depth):
        draw = self.draw
        comparison = draw.choice(("=", "<>", "<", "<=", ">", ">="))
        if depth <= 0:
            return draw.choice((f"{draw.choice(LONGS)} {comparison} {draw.randint(-5, 40)}", draw.choice(FLAGS)))
        inner = lambda: self.test(depth - 1)
        return self.one_of(
            lambda: f"{self.long(1)} {comparison} {self.long(1)}",
            lambda: f"{draw.choice(TEXTS)} {comparison} {self.text(1)}",
            lambda: f"({inner()} And {inner()})",
            lambda: f"({inner()} Or {inner()})",
            lambda: f"Not ({inner()})",
            lambda: f"{draw.choice(DOUBLES)} {draw.choice('<>')} {draw.randint(-20, 90) + 0.3}",
            lambda: f'{draw.choice(TEXTS)} Like "{draw.choice(("*a*", "?b*", "[x-z]*", "#*", "*"))}"',
        )

    # Statements, each a list of lines.

    def assignment(self):
        draw = self.draw
        return self.one_of(
            lambda: [f"{draw.choice(LONGS)} = ({self.long(3)}) Mod 1000"],
            lambda: [f"{draw.choice(LONGS)} = ({self.long(2)}) Mod 1000"],
            lambda: [f"{draw.choice(TEXTS)} = Left({self.text(3)}, {LONGEST_TEXT})"],
            lambda: [f"{draw.choice(FLAGS)} = {self.test(2)}"],
            self.double_assignment,
            lambda: [f"Grow{self.name} {draw.choice(LONGS)}, {self.text(1)}"],
        )

    def double_assignment(self):
        target = self.draw.choice(DOUBLES)
        return [f"{target} = {self.double(2)}", f"If Abs({target}) > 100000 Then {target} = 1.5"]

    def block(self, depth, leave=None):
        """A few statements; `leave` is what ends the innermost loop."""
        lines = []
        for _ in range(self.draw.randint(1, 3)):
            lines += self.statement(depth, leave)
        if leave and self.draw.random() < 0.4:
            lines.append(f"If {self.test(1)} Then {leave}")
        return lines

    def inner(self, depth, leave=None):
        return indented("\n".join(self.block(depth, leave))).split("\n")

    def branch(self, depth, leave):
        lines = [f"If {self.test(2)} Then", *self.inner(depth - 1, leave)]
        if self.draw.random() < 0.4:
            lines += [f"ElseIf {self.test(1)} Then", *self.inner(depth - 1, leave)]
        if self.draw.random() < 0.5:
            lines += ["Else", *self.inner(depth - 1, leave)]
        return lines + ["End If"]

    def selection(self, depth, leave):
        draw = self.draw
        low = draw.randint(-5, 10)
        cases = [f"{low} To {low + draw.randint(1, 30)}", f"Is > {draw.randint(20, 90)}", f"{draw.randint(0, 9)}, {draw.randint(10, 20)}"]
        draw.shuffle(cases)
        lines = [f"Select Case {self.long(2)}"]
        for case in cases[: draw.randint(1, 3)]:
            lines += [f"    Case {case}", *("    " + line for line in self.inner(depth - 1, leave))]
        if draw.random() < 0.6:
            lines += ["    Case Else", *("    " + line for line in self.inner(depth - 1, leave))]
        return lines + ["End Select"]

    def counter(self):
        name = f"i{len(self.counters) + 1}"
        self.counters.append(name)
        return name

    def for_loop(self, depth):
        draw, name = self.draw, self.counter()
        head = draw.choice((
            f"For {name} = {draw.randint(-2, 2)} To {draw.randint(1, 6)}",
            f"For {name} = {draw.randint(3, 7)} To {draw.randint(-1, 2)} Step -{draw.randint(1, 3)}",
            f"For {name} = 1 To Abs({draw.choice(LONGS)}) Mod 6",
            f"For {name} = 0 To {draw.randint(4, 12)} Step {draw.randint(2, 4)}",
        ))
        self.open_counters.append(name)
        body = self.inner(depth - 1, "Exit For")
        self.open_counters.remove(name)
        return [head, *body, draw.choice((f"Next {name}", "Next"))]

    def do_loop(self, depth):
        """A loop with a counter of its own, since the drawn test may hold for ever."""
        draw, name = self.draw, self.counter()
        limit = draw.randint(1, 6)
        body = [f"    {name} = {name} + 1", *self.inner(depth - 1, "Exit Do")]
        heads = (
            (f"Do While {name} < {limit} And ({self.test(1)})", "Loop"),
            (f"Do Until {name} >= {limit} Or ({self.test(1)})", "Loop"),
            ("Do", f"Loop While {name} < {limit} And ({self.test(1)})"),
            ("Do", f"Loop Until {name} >= {limit} Or ({self.test(1)})"),
        )
        head, foot = draw.choice(heads)
        return [f"{name} = 0", head, *body, foot]

    def for_each(self, depth):
        items = ", ".join(self.draw.choice((self.long_leaf, lambda: self.text(0)))() for _ in range(self.draw.randint(2, 4)))
        shown = f's = Left(s & item, {LONGEST_TEXT})'
        return [f"For Each item In Array({items})", f"    {shown}", *self.inner(0, "Exit For"), "Next item"]

    def skip(self):
        self.labels += 1
        label = f"Skip{self.labels}"
        return [f"If {self.test(1)} Then GoTo {label}", *self.assignment(), f"{label}:", *self.assignment()]

    def statement(self, depth, leave=None):
        if depth <= 0:
            return self.assignment()
        return self.one_of(
            self.assignment, self.assignment, self.skip, lambda: ["GoSub Shuffled"], lambda: self.branch(depth, leave),
            lambda: self.selection(depth, leave), lambda: self.for_loop(depth), lambda: self.do_loop(depth),
            # A For Each inside another one would share its variable.
            lambda: self.for_each(depth) if depth == DEEPEST else self.assignment(),
        )


def helpers(draw, name):
    halved = f"Function Halved{name}(ByVal value As Long) As Long\n    If value > {draw.randint(5, 60)} Then value = value \\ 2\n    Halved{name} = value\nEnd Function\n"
    grow = (
        f"Sub Grow{name}(ByRef value As Long, ByVal text As String)\n    value = (value + Len(text) * {draw.randint(2, 9)}) Mod 500\n"
        f"    If value Mod {draw.randint(2, 7)} = 0 Then Exit Sub\n    value = value + 1\nEnd Sub\n"
    )
    return halved + "\n" + grow


def results(place):
    lines = [f'Note "{place.name} {name}", {name}' for name in LONGS + DOUBLES + FLAGS]
    # In brackets: a sheet would take a text of digits for a number.
    return "\n".join(lines + [f'Note "{place.name} {name}", "[" & {name} & "]"' for name in TEXTS])


def free_code(draw, place):
    writer = Writer(draw, place.name)
    body = [line for _ in range(draw.randint(4, 7)) for line in writer.statement(DEEPEST)]
    counters = "".join(f", {name} As Long" for name in writer.counters)
    declared = (
        f"Dim a As Long, b As Long, c As Long, n As Long, x As Double, y As Double{counters}\n"
        "Dim s As String, t As String, p As Boolean, q As Boolean, item As Variant\n"
        f'a = {draw.randint(1, 30)}\nb = {draw.randint(-9, 9)}\nx = {draw.randint(1, 40) / 4}\ns = "{draw.choice(("abc", "xay", "Zz b"))}"\n'
    )
    ending = (
        f"\n{results(place)}\n{place.name} = a + n\nExit Function\nShuffled:\nn = (n + a) Mod 100\n"
        f"If n > {draw.randint(10, 60)} Then b = b - 1 Else c = c + 1\nReturn"
    )
    return function(place.name, "Long", declared + "\n".join(body) + ending) + "\n" + helpers(draw, place.name)
