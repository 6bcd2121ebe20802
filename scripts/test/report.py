"""Sums up a test run: seconds and counts per suite, what failed, what this machine could not run, and the closing line."""

import pathlib
import re
import sys
import xml.etree.ElementTree as xml

NOT_RUN_EXIT = 77


def cases(folder):
    """Every test case of the JUnit files that GoogleTest and pytest wrote: (name, "passed" | "failed" | reason not run)."""
    for file in sorted(folder.glob("*.xml")):
        for case in xml.parse(file).iter("testcase"):
            name = f"{case.get('classname')}.{case.get('name')}"
            skipped = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                yield name, "failed"
            elif skipped is not None or case.get("status") == "notrun":
                reason = skipped.get("message") if skipped is not None else "disabled"
                yield name, "not run: " + " ".join((reason or "no reason given").split())
            else:
                yield name, "passed"


def judge(status_file):
    """(passed, names of failed, what could not run) of one suite."""
    name = status_file.stem
    kind, status, _ = status_file.read_text().split()
    log = status_file.with_suffix(".log").read_text(errors="replace")
    not_run = re.findall(r"^NOT RUN: (.*)$", log, re.MULTILINE)
    passed, failed = 0, []
    if kind == "unit":
        results = list(cases(status_file.with_suffix("")))
        passed = sum(result == "passed" for _, result in results)
        failed = [case for case, result in results if result == "failed"]
        not_run += [f"{case}: {result[len('not run: '):]}" for case, result in results if result.startswith("not run")]
    elif kind == "script" and int(status) == NOT_RUN_EXIT:
        return 0, [], not_run or [name]
    elif kind == "script":
        counts = re.findall(r"^(\d+) passed, (\d+) failed", log, re.MULTILINE)
        passed = int(counts[-1][0]) if counts else int(status) == 0
        failed = [f"{name} {i + 1}" for i in range(int(counts[-1][1]))] if counts else []
    if int(status) != 0 and not failed:
        failed = [f"{name} (exit {status})"]
    return passed, failed, not_run


def main(folder):
    passed, failed, not_run = 0, [], []
    print("\nseconds  passed  failed  suite")
    for file in sorted(folder.glob("*.status"), key=lambda file: file.stat().st_mtime):
        suite_passed, suite_failed, suite_not_run = judge(file)
        seconds = file.read_text().split()[2]
        print(f"{seconds:>7}  {suite_passed:>6}  {len(suite_failed):>6}  {file.stem}")
        passed += suite_passed
        failed += suite_failed
        not_run += suite_not_run
    for name in failed:
        print(f"FAILED: {name}")
    if not_run:
        print("This machine could not run:")
        for name in not_run:
            print(f"  {name}")
    skipped = f", {len(not_run)} skipped" if not_run else ""
    print(f"{passed} passed, {len(failed)} failed{skipped}", flush=True)
    return 1 if failed or passed == 0 else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
