"""Prints the VBA modules of a file as oletools' olevba reads them: {"modules": [{"name", "code"}]}.

A second reader, written by others, to compare `daylight vba extract` with. Usage: olevba_json.py FILE
"""

import json
import sys

from oletools import olevba


def modules_of(path):
    parser = olevba.VBA_Parser(path)
    try:
        if not parser.detect_vba_macros():
            return []
        found = []
        for _, stream, name, code in parser.extract_macros():
            if stream in ("xlm_macro", "VBA P-code"):
                continue
            if isinstance(code, bytes):
                code = code.decode("utf-8", "replace")
            found.append({"name": name.rsplit(".", 1)[0], "code": code})
        return found
    finally:
        parser.close()


def main():
    if len(sys.argv) != 2:
        print("usage: olevba_json.py FILE", file=sys.stderr)
        return 2
    json.dump({"modules": modules_of(sys.argv[1])}, sys.stdout)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
