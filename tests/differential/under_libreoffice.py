"""Runs a program under LibreOffice's VBA runtime and tells its outcome.

One soffice serves many programs. It has a profile folder and a pipe of its own, so that it neither sees nor disturbs an office
that the user runs. It executes the program with the caller's rights: only generated programs are fed to it.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.script import ModuleInfo
from com.sun.star.uno import Exception as UnoException

from outcome import Outcome, unusable

# Seconds until a started office must listen, and that a program may take.
STARTING = 60
PATIENCE = 40
# Programs per process: closing a document that was shown ends LibreOffice 7.4 now and then, so documents stay open.
PROGRAMS_PER_PROCESS = 25

LIBRARY = "VBAProject"
# com.sun.star.script.ModuleType.NORMAL
STANDARD_MODULE = 1
# com.sun.star.document.MacroExecMode.ALWAYS_EXECUTE_NO_WARN
ALWAYS_EXECUTE = 4
# com.sun.star.util.NumberFormat.LOGICAL: how a sheet tells True from 1.
LOGICAL = 1024
HEADER = "Rem Attribute VBA_ModuleType=VBAModule\nOption VBASupport 1\n"
SCRIPT = "vnd.sun.star.script:{}.{}.{}?language=Basic&location=document"
# Basic gives nothing back when a module does not compile, so the first element says that the end was reached.
ENTRY = """Function Judged()
    Dim returned As String
    On Error GoTo Failed
    {call}
    Judged = Array("ended", returned)
    Exit Function
Failed:
    Judged = Array("failed", Err.Number)
End Function
"""


class Office:
    """A headless soffice, started when first needed and again whenever it is gone."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="daylight-differential-")
        self.process = None
        self.desktop = None
        self.served = 0
        self.starts = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self):
        """Ends the process and what it started: it leads a group of its own."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
        self.process = None

    def ready_desktop(self):
        if self.served >= PROGRAMS_PER_PROCESS:
            self.stop()
        if self.process is None or self.process.poll() is not None:
            self.stop()
            self.start()
        self.served += 1
        return self.desktop

    def start(self):
        self.starts += 1
        self.served = 0
        pipe = f"daylight-differential-{os.getpid()}-{self.starts}"
        profile = uno.systemPathToFileUrl(os.path.join(self.folder, "profile"))
        command = ["soffice", "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"]
        command += [f"-env:UserInstallation={profile}", f"--accept=pipe,name={pipe};urp;"]
        surroundings = dict(os.environ, LC_ALL="C.UTF-8", HOME=self.folder, SAL_USE_VCLPLUGIN="svp")
        with open(os.path.join(self.folder, "office.log"), "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=surroundings, start_new_session=True
            )
        self.desktop = self.await_desktop(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")

    def await_desktop(self, address):
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        deadline = time.monotonic() + STARTING
        while time.monotonic() < deadline:
            try:
                context = resolver.resolve(address)
                return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            except UnoException:
                time.sleep(0.2)
        raise RuntimeError(f"soffice did not listen within {STARTING} s")


def named(name, value):
    setting = PropertyValue()
    setting.Name = name
    setting.Value = value
    return setting


def opened(desktop, workbook):
    settings = (named("MacroExecutionMode", ALWAYS_EXECUTE), named("Hidden", False))
    return desktop.loadComponentFromURL(uno.systemPathToFileUrl(workbook), "_blank", 0, settings)


def add_modules(document, modules):
    """Puts (name, text) modules into a library of the document that follows VBA's rules."""
    libraries = document.BasicLibraries
    libraries.VBACompatibilityMode = True
    if not libraries.hasByName(LIBRARY):
        libraries.createLibrary(LIBRARY)
    library = libraries.getByName(LIBRARY)
    for name, text in modules:
        kind = ModuleInfo()
        kind.ModuleType = STANDARD_MODULE
        library.insertModuleInfo(name, kind)
        library.insertByName(name, HEADER + text)


def called(document, module, procedure):
    script = document.getScriptProvider().getScript(SCRIPT.format(LIBRARY, module, procedure))
    result, _, _ = script.invoke((), (), ())
    return result


def column_name(column):
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(65 + letter) + name
    return name


def value_of(sheet, formats, column, row, value):
    """The value as both sides tell it; None for an empty cell."""
    if value == "":
        return None
    cell = sheet.getCellByPosition(column, row)
    if value is None or cell.getError():
        return cell.String or None
    if value in (0.0, 1.0) and formats.getByKey(cell.NumberFormat).Type & LOGICAL:
        return bool(value)
    return value


def cells_of(document, sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.RangeAddress
    rows = sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow).getDataArray()
    cells = {}
    for row, values in enumerate(rows):
        for column, raw in enumerate(values):
            value = value_of(sheet, document.NumberFormats, column, row, raw)
            if value is not None:
                cells[f"{column_name(column)}{row + 1}"] = value
    return cells


def entry(program):
    """The module that runs `Main`, which gives a value only if it is a Function."""
    return ENTRY.format(call="returned = CStr(Main())" if "Function Main()" in program else "Main")


def outcome_of(document, program):
    add_modules(document, (("Module1", program), ("Judge", entry(program))))
    ending = called(document, "Judge", "Judged")
    if not isinstance(ending, tuple) or len(ending) != 2:
        return unusable("LibreOffice did not compile the program or left it early")
    sheets = tuple((sheet.Name, cells_of(document, sheet)) for sheet in document.Sheets)
    if ending[0] == "failed":
        return Outcome(error=int(ending[1]), sheets=sheets)
    return Outcome(returned=ending[1], sheets=sheets)


def run(office, workbook, program):
    """The outcome of `Main` of the program text on the workbook file."""
    desktop = office.ready_desktop()
    # A program that hangs keeps the office busy for good; killing it makes the call below fail.
    watch = threading.Timer(PATIENCE, office.stop)
    watch.start()
    began = time.monotonic()
    try:
        return outcome_of(opened(desktop, workbook), program)
    except UnoException as failure:
        office.stop()
        if time.monotonic() - began >= PATIENCE:
            return unusable(f"LibreOffice gave no answer within {PATIENCE} s")
        return unusable(f"LibreOffice: {type(failure).__name__}")
    finally:
        watch.cancel()
