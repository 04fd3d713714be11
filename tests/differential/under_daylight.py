"""Runs a program under `daylight macro run` and tells its outcome."""

import json
import subprocess

from outcome import Outcome, unusable

# Seconds that a run may take.
PATIENCE = 60


def cells_of(sheet):
    """The cells by reference. A formula that gives an empty text shows nothing, as an empty cell does."""
    return {cell["ref"]: cell["value"] for cell in sheet["cells"] if cell["value"] not in ("", None)}


def outcome_of(report):
    status = report["status"]
    if status in ("refused", "timeout"):
        return unusable(f"Daylight: {status}: {report['error'].get('description', '')}")
    # Every generated program is valid VBA: one that does not compile is a disagreement, told as an error without number.
    error = None if status == "ok" else report["error"].get("number") or f"{status}: {report['error']}"
    sheets = tuple((sheet["name"], cells_of(sheet)) for sheet in report["sheets"])
    return Outcome(error=error, returned=report["return"] or "", sheets=sheets)


def run(daylight, workbook, module):
    """The outcome of `Main` of the module file on the workbook file."""
    command = [daylight, "macro", "run", "--workbook", workbook, "--module", module, "--macro", "Main", "--json"]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return unusable(f"Daylight gave no answer within {PATIENCE} s")
    if ended.returncode not in (0, 1):
        return Outcome(error=f"exit code {ended.returncode}: {ended.stderr.strip()[-300:]}")
    return outcome_of(json.loads(ended.stdout))
