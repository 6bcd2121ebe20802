"""What `terroir check` says of many files, told by one process (check_jobs.cpp)."""

import json
import os
import pathlib
import subprocess
from dataclasses import dataclass

SOURCE = pathlib.Path(os.environ["TERROIR_SOURCE"])
PROGRAM = os.environ.get("TERROIR_CHECK_JOBS", SOURCE / "build/release/tests/conformance/check_jobs")


@dataclass
class Answer:
    code: int
    out: str
    errors: str

    def command(self):
        """The command that each rank of a right job would run."""
        return self.out.splitlines()[1].split(": ", 1)[1]


def check_all(folder, files):
    """The answers to arguments of `terroir check`, each a list of words."""
    lines = "".join("\t".join(words) + "\n" for words in files)
    done = subprocess.run([PROGRAM], input=lines, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [Answer(**answer) for answer in json.loads(done.stdout)]
