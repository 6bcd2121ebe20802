"""A command that begins with terroir is cut into words without a shell, as bash would cut it."""

import json
import random
import shlex
import subprocess

from job_cases import ENVIRONMENT
from job_checks import check_all


def lines_for_a_shell(count, seed):
    """Arguments with quotes, backslashes and signs that mean something only in some places."""
    rng = random.Random(seed)
    pieces = ["a", "b.tif", " ", " ", "'c d'", '"e f"', "\\ ", "\\'", '\\"', '"\\""', "'\\'", '"\\g"', "''", "x=y", "{", "}", "{h}", "#",
              "~", "!", ",", "]", "%Y", "^", ":", "\\$", "'$'", '"\\$"', "\\*"]  # fmt: skip
    return ["".join(rng.choice(pieces) for _ in range(rng.randint(2, 12))) for _ in range(count)]


def test_commands_are_cut_as_bash_cuts_them(tmp_path):
    lines = lines_for_a_shell(80, 20240601)
    for number, line in enumerate(lines):
        (tmp_path / f"{number}.yml").write_text(f"command: {json.dumps('terroir processes ' + line)}\n{ENVIRONMENT}\n")
    answers = check_all(tmp_path, [[f"{number}.yml"] for number in range(len(lines))])
    assert all(answer.code == 0 for answer in answers)
    plain = [(line, answer) for line, answer in zip(lines, answers, strict=True) if "needs a shell" not in answer.errors]
    assert len(plain) >= 30
    for line, answer in plain:
        bash = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], cwd=tmp_path, capture_output=True, text=True, check=True)
        words = shlex.split(answer.command())[2:]
        assert words == (bash.stdout.split("\0")[:-1] if words else []), line
