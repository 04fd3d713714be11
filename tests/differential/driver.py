"""Runs generated VBA programs under LibreOffice and under Daylight and compares what they leave behind.

Prints how many agreed, disagreed or could not be compared, and each disagreeing program with the first cells that differ.
Exit code: 0 when no program disagreed, 1 when one did, 2 when nothing could be run.
"""

import argparse
import collections
import os
import random
import shutil
import signal
import sys
import tempfile
from typing import NamedTuple

import fixture
import generator
import outcome
import under_daylight
import under_libreoffice

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Verdict(NamedTuple):
    """What became of one program: `kind` is agreed, disagreed or not comparable."""

    kind: str
    lines: tuple = ()


def arguments():
    parser = argparse.ArgumentParser(prog="tests/differential/run", description=__doc__)
    parser.add_argument("--programs", type=int, default=240, help="how many programs (240)")
    parser.add_argument("--seed", type=int, default=1, help="what the programs are drawn from (1)")
    parser.add_argument("--daylight", default=built_daylight(), help="the program to judge (the release build)")
    parser.add_argument("--only", type=int, help="run this one program of the seed and print it")
    parser.add_argument("--keep", help="a folder for the workbooks and modules of disagreeing programs")
    return parser.parse_args()


def built_daylight():
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    return os.path.join(target, "release", "daylight")


def judged(office, daylight, workbook, module, program):
    """The verdict on one program. Each side gets a workbook of its own, since a side may lock its file."""
    own = workbook.replace(".xlsx", "-office.xlsx")
    shutil.copyfile(workbook, own)
    left = under_libreoffice.run(office, own, program)
    right = under_daylight.run(daylight, workbook, module)
    reasons = tuple(side.unusable for side in (left, right) if side.unusable)
    if reasons:
        return Verdict("not comparable", reasons)
    found = outcome.differences(left, right)
    return Verdict("disagreed", tuple(found)) if found else Verdict("agreed")


def write_case(folder, seed, number):
    """Writes workbook and module of one program; the same seed and number always give the same two."""
    stem = os.path.join(folder, f"program-{seed}-{number}")
    fixture.write(f"{stem}.xlsx", random.Random(f"workbook {seed} {number}"))
    program = generator.program(random.Random(f"program {seed} {number}"))
    with open(f"{stem}.bas", "w", encoding="utf-8") as module:
        module.write(program)
    return f"{stem}.xlsx", f"{stem}.bas", program


def keep(folder, paths):
    os.makedirs(folder, exist_ok=True)
    for path in paths:
        shutil.copy(path, folder)


def report(number, program, verdict, whole):
    if verdict.kind == "agreed" and not whole:
        return
    print(f"\n== program {number}: {verdict.kind}")
    for line in verdict.lines:
        print(f"   {line}")
    if verdict.kind == "disagreed" or whole:
        print(program)
    sys.stdout.flush()


def run_all(options, folder):
    """Every program in turn; gives the verdicts."""
    numbers = [options.only] if options.only is not None else range(1, options.programs + 1)
    verdicts = []
    with under_libreoffice.Office() as office:
        for number in numbers:
            workbook, module, program = write_case(folder, options.seed, number)
            verdict = judged(office, options.daylight, workbook, module, program)
            report(number, program, verdict, options.only is not None)
            if options.keep and verdict.kind == "disagreed":
                keep(options.keep, (workbook, module))
            verdicts.append(verdict)
    return verdicts


def summary(verdicts, seed):
    kinds = collections.Counter(verdict.kind for verdict in verdicts)
    reasons = collections.Counter(line for verdict in verdicts if verdict.kind == "not comparable" for line in verdict.lines)
    lines = [
        f"seed {seed}: {len(verdicts)} programs, {kinds['agreed']} agreed, {kinds['disagreed']} disagreed, "
        f"{kinds['not comparable']} not comparable"
    ]
    return "\n".join(lines + [f"  {count} not comparable: {reason}" for reason, count in reasons.most_common()])


def main():
    options = arguments()
    if not os.access(options.daylight, os.X_OK):
        print(f"{options.daylight} is not built; run: cargo build --release", file=sys.stderr)
        return 2
    # A run that is told to stop takes its office and its files with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    with tempfile.TemporaryDirectory(prefix="daylight-differential-") as folder:
        verdicts = run_all(options, folder)
    print("\n" + summary(verdicts, options.seed))
    return 1 if any(verdict.kind == "disagreed" for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
