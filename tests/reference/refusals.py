"""What tests of refused commands share: recipes, what was said, and what it has to be."""

import re

import pytest
from jobs import DEM, terroir, write_recipe

MISTAKE, DATA, SYSTEM, MEMORY = 2, 3, 4, 5
BOTH = pytest.mark.parametrize("ranks", [0, 2], ids=["alone", "mpirun"])


def recipe(inputs=None, steps=None, **more):
    inputs = inputs or {"dem": {"path": "${{inputs.dem}}"}}
    steps = steps or {"slope": {"process": "slope", "data": next(iter(inputs))}}
    return {"inputs": inputs, "steps": steps, "outputs": {"o": {"path": "${{outputs.out}}/o.zarr"}}, **more}


def said(done):
    """The lines on standard error that are the program's, not mpirun's own."""
    text = re.sub(r"^-{70,}\n.*?^-{70,}\n", "", done.stderr, flags=re.MULTILINE | re.DOTALL)
    return [line for line in text.splitlines() if line.strip()]


def contents(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def assert_refused(done, code, *lines):
    """Exit code and messages: one line for each of `lines`, which holds all its phrases."""
    told = said(done)
    assert done.returncode == code, done.stderr
    assert len(told) == len(lines), done.stderr
    for line, phrases in zip(told, lines, strict=True):
        for phrase in [phrases] if isinstance(phrases, str) else phrases:
            assert phrase in line, done.stderr
        # Where or who, what, and what to do.
        assert re.search(r"[^;]+: .+; .+", line), line
    for sign in ("terminate called", "what():", "core dumped", "Signal:", "Aborted", "std::", ".cpp:"):
        assert sign not in done.stderr + done.stdout


def unpublished(folder):
    return not [file for file in folder.rglob("*") if file.name in ("zarr.json", ".zgroup", ".zmetadata")]


@pytest.fixture(scope="module", name="earlier")
def fixture_earlier(tmp_path_factory):
    """A finished result, with the recipe that made it."""
    folder = tmp_path_factory.mktemp("earlier")
    path = write_recipe(folder / "recipe.yml", recipe())
    done = terroir("run", path, "--input", f"dem={DEM}", "--output", f"out={folder}")
    assert done.returncode == 0, done.stderr
    return folder
