"""Outputs at places where they cannot be, alone and under mpirun: one clear message, and what is there stays as it was."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
from jobs import DEM, OPEN_MPI, TERROIR, terroir, write_recipe
from refusals import BOTH, MEMORY, MISTAKE, SYSTEM, assert_refused, contents, fixture_earlier, recipe  # noqa: F401


@BOTH
def test_another_plans_result(ranks, earlier, tmp_path):
    other = recipe(steps={"slope": {"process": "slope", "data": "dem", "unit": "percent"}})
    before = contents(earlier)
    done = terroir("run", write_recipe(tmp_path / "r.yml", other), "--input", f"dem={DEM}", "--output", f"out={earlier}", ranks=ranks)
    assert_refused(done, MISTAKE, ["o.zarr holds the result of another plan (different: steps.slope.unit)", "--overwrite"])
    assert contents(earlier) == before


@BOTH
@pytest.mark.parametrize("words", [[], ["--overwrite"]])
def test_foreign_files(words, ranks, tmp_path):
    (tmp_path / "out/o.zarr/photos").mkdir(parents=True)
    (tmp_path / "out/o.zarr/photos/one.jpg").write_bytes(b"mine")
    before = contents(tmp_path / "out")
    path = write_recipe(tmp_path / "recipe.yml", recipe())
    done = terroir("run", path, "--input", f"dem={DEM}", "--output", f"out={tmp_path / 'out'}", *words, ranks=ranks)
    assert_refused(done, MISTAKE, ["o.zarr", "photos"])
    assert contents(tmp_path / "out") == before


@BOTH
@pytest.mark.parametrize(("place", "phrase"), [("o.zarr", "is an input as well"), ("o.zarr/deeper.zarr", "lie in each other")])
def test_an_output_over_an_input(place, phrase, ranks, earlier, tmp_path):
    """--overwrite would remove the input before it is read."""
    before = contents(earlier)
    (tmp_path / "link").symlink_to(earlier)
    outputs = {"p": {"path": "${{outputs.out}}/" + place}}
    steps = {"c": {"process": "clip", "data": "slope", "min": 1}}
    path = write_recipe(tmp_path / "recipe.yml", {"inputs": {"slope": {"path": "${{inputs.s}}"}}, "steps": steps, "outputs": outputs})
    words = ["--input", f"s={earlier / 'o.zarr'}", "--output", f"out={tmp_path / 'link'}", "--overwrite"]
    assert_refused(terroir("run", path, *words, ranks=ranks), MISTAKE, ["outputs.p.path", phrase, "a path of its own"])
    assert contents(earlier) == before


@pytest.mark.parametrize(
    ("read", "place", "phrase"),
    [
        ("link.zarr", "o.zarr", "is an input as well"),
        ("o.zarr/", "o.zarr", "is an input as well"),
        ("o.zarr/", "o.zarr/deeper.zarr", "lie in each other"),
    ],
)
def test_an_input_by_another_name(read, place, phrase, earlier, tmp_path):
    shutil.copytree(earlier / "o.zarr", tmp_path / "o.zarr")
    (tmp_path / "link.zarr").symlink_to("o.zarr")
    steps = {"c": {"process": "clip", "data": "slope", "min": 1}}
    outputs = {"p": {"path": "${{outputs.out}}"}}
    path = write_recipe(tmp_path / "recipe.yml", {"inputs": {"slope": {"path": "${{inputs.s}}"}}, "steps": steps, "outputs": outputs})
    words = ["--input", f"s={tmp_path}/{read}", "--output", f"out={tmp_path}/{place}"]
    assert_refused(terroir("check", path, *words), MISTAKE, ["outputs.p.path", phrase, "a path of its own"])


@BOTH
@pytest.mark.parametrize(("output", "phrase"), [({}, "is a file"), ({"format": "netcdf"}, "o.zarr/result.nc")])
def test_an_output_of_another_kind(output, phrase, ranks, tmp_path):
    if output:
        (tmp_path / "o.zarr").mkdir()
    else:
        (tmp_path / "o.zarr").write_text("mine")
    outputs = {"o": {"path": "${{outputs.out}}/o.zarr", **output}}
    path = write_recipe(tmp_path / "recipe.yml", recipe() | {"outputs": outputs})
    words = [path, "--input", f"dem={DEM}", "--output", f"out={tmp_path}"]
    for command in ("check", "run"):
        assert_refused(terroir(command, *words, ranks=ranks), MISTAKE, ["recipe.yml:", "outputs.o.path: ", phrase])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"path": "q"}, {"path": "link/q"}),
        ({"path": "link/q/inner.nc", "format": "netcdf"}, {"path": "q"}),
        ({"path": "q.nc", "format": "netcdf"}, {"path": "q.nc.terroir"}),
        ({"path": "new"}, {"path": "later"}),
        ({"path": "later/inner.zarr"}, {"path": "new"}),
    ],
)
def test_outputs_in_each_other_that_paths_do_not_show(first, second, tmp_path):
    (tmp_path / "link").symlink_to(".")
    (tmp_path / "later").symlink_to("new")  # which does not exist yet
    outputs = {name: {**output, "path": "${{outputs.out}}/" + output["path"]} for name, output in (("a", first), ("b", second))}
    path = write_recipe(tmp_path / "recipe.yml", recipe() | {"outputs": outputs})
    words = [path, "--input", f"dem={DEM}", "--output", f"out={tmp_path}"]
    for command in ("check", "run"):
        assert_refused(terroir(command, *words), MISTAKE, ["outputs.b.path: ", "and output 'a'", "lie in each other", "its own folder"])
    assert {entry.name for entry in tmp_path.iterdir()} == {"link", "later", "recipe.yml"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"path": "o.zarr"}, {"path": "o.zarr"}),
        ({"path": "o.zarr"}, {"path": "o.zarr/inner.zarr"}),
        ({"path": "o.zarr/inner.zarr"}, {"path": "o.zarr"}),
        ({"path": "o.nc", "format": "netcdf"}, {"path": "o.nc", "format": "netcdf"}),
    ],
)
def test_outputs_in_each_other_by_a_folder_that_does_not_exist(first, second, tmp_path):
    """Named once from the current folder and once from the root."""
    outputs = {"a": {**first, "path": "${{outputs.a}}/" + first["path"]}, "b": {**second, "path": "${{outputs.b}}/" + second["path"]}}
    write_recipe(tmp_path / "recipe.yml", recipe() | {"outputs": outputs})
    words = ["recipe.yml", "--input", f"dem={DEM}", "--output", "a=new", "--output", f"b={tmp_path}/new"]
    for command in ("check", "run"):
        done = terroir(command, *words, cwd=tmp_path)
        assert_refused(done, MISTAKE, ["outputs.b.path: ", "and output 'a'", "lie in each other", "its own folder"])
    assert {entry.name for entry in tmp_path.iterdir()} == {"recipe.yml"}


def test_an_output_in_a_new_folder_of_an_inputs_store(earlier, tmp_path):
    shutil.copytree(earlier / "o.zarr", tmp_path / "o.zarr")
    before = contents(tmp_path)
    outputs = {"p": {"path": "${{outputs.out}}/p.zarr"}}
    steps = {"c": {"process": "clip", "data": "slope", "min": 1}}
    inside = {"inputs": {"slope": {"path": "${{inputs.s}}"}}, "steps": steps, "outputs": outputs}
    path = write_recipe(tmp_path.parent / "inside.yml", inside)
    for out in ("deeper", "../o.zarr/deeper"):
        words = [path, "--input", f"s={tmp_path}/o.zarr", "--output", f"out={out}"]
        for command in ("check", "run"):
            done = terroir(command, *words, cwd=tmp_path / "o.zarr")
            assert_refused(done, MISTAKE, ["outputs.p.path", "lie in each other", "a path of its own"])
    assert contents(tmp_path) == before


def test_outputs_beside_each_other(tmp_path):
    """Files in one folder, and names that begin alike."""
    places = {"a": "q/a.nc", "b": "q/b.nc", "c": "q/a.nc2"}
    outputs = {name: {"path": "${{outputs.out}}/" + place, "format": "netcdf"} for name, place in places.items()}
    path = write_recipe(tmp_path / "recipe.yml", recipe() | {"outputs": outputs})
    assert terroir("run", path, "--input", f"dem={DEM}", "--output", f"out={tmp_path}").returncode == 0
    assert all((tmp_path / place).is_file() for place in places.values())


@BOTH
@pytest.mark.parametrize("place", ["https://a.blob.core.windows.net/c?sig=secret", "azureml://datastores/d/paths/p", "/vsiaz/c/p"])
def test_an_address_as_an_output(place, ranks, tmp_path):
    """It would be written to a folder of that name, which nobody looks for."""
    words = [write_recipe(tmp_path / "recipe.yml", recipe()), "--input", f"dem={DEM}", "--output", f"out={place}"]
    for command in ("run", "check"):
        done = terroir(command, *words, ranks=ranks if command == "run" else 0, cwd=tmp_path)
        assert_refused(done, MISTAKE, ["outputs.o.path: ", "is no path of a folder", "a mount of a container"])
        assert "secret" not in done.stderr + done.stdout
    assert contents(tmp_path).keys() == {"recipe.yml"}


def test_paths_that_are_no_text(tmp_path):
    odd = os.fsencode(tmp_path) + b"/d\xff.tif", os.fsencode(tmp_path) + b"/out\xff"
    shutil.copy(DEM, odd[0])
    path = write_recipe(tmp_path / "recipe.yml", recipe())
    words = [path, "--input", b"dem=" + odd[0], "--output", b"out=" + odd[1]]
    for command in (["plan", "--json"], ["run"], ["run"]):
        done = subprocess.run([TERROIR, *command, *words], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    shown = subprocess.run([TERROIR, "inspect", "--json", odd[1] + b"/o.zarr"], capture_output=True, check=True)
    assert json.loads(shown.stdout)["complete"]


@BOTH
def test_an_output_below_a_file(ranks, tmp_path):
    (tmp_path / "file").write_text("x")
    words = [write_recipe(tmp_path / "r.yml", recipe()), "--input", f"dem={DEM}", "--output", f"out={tmp_path / 'file' / 'features'}"]
    for command in ("check", "run"):
        done = terroir(command, *words, ranks=ranks)
        assert_refused(done, MISTAKE, ["outputs.o.path: ", f"lies below {tmp_path / 'file'}, which is a file"])
    assert (tmp_path / "file").read_text() == "x"


@BOTH
def test_a_budget_that_is_too_small(ranks, earlier):
    before = contents(earlier)
    words = ["--input", f"dem={DEM}", "--output", f"out={earlier}", "--overwrite", "--memory", "20M"]
    done = terroir("run", earlier / "recipe.yml", *words, ranks=ranks)
    assert_refused(done, MEMORY, ["memory: each rank would take up to ", "and may take 20 MiB", "--memory"])
    assert contents(earlier) == before


@BOTH
def test_a_folder_that_cannot_be_made(ranks, tmp_path):
    out = "/proc/features"
    done = terroir("run", write_recipe(tmp_path / "r.yml", recipe()), "--input", f"dem={DEM}", "--output", f"out={out}", ranks=ranks)
    assert_refused(done, SYSTEM, ["terroir: cannot create", out])


@pytest.fixture(name="plain_user")
def fixture_plain_user():
    """A folder, and how to run the program there as someone whom permissions bind: root reads and writes what it likes."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="terroir-user-", dir="/tmp"))
    shutil.copy(TERROIR, folder / "terroir")
    shutil.copy(DEM, folder / "dem.tif")
    write_recipe(folder / "recipe.yml", recipe())
    who = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    (folder / "home").mkdir()
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
        if who:
            os.chown(path, 65534, 65534)
    environment = OPEN_MPI | os.environ | {"HOME": str(folder / "home"), "TMPDIR": str(folder / "home")}
    yield folder, {"program": str(folder / "terroir"), "cwd": folder, "env": environment, **who}
    for path in folder.rglob("*"):
        path.chmod(0o755)
    shutil.rmtree(folder)


@BOTH
def test_an_unreadable_file(ranks, plain_user):
    folder, process = plain_user
    (folder / "dem.tif").chmod(0)
    done = terroir("run", "recipe.yml", "--input", "dem=dem.tif", "--output", "out=out", ranks=ranks, **process)
    assert_refused(done, MISTAKE, ["recipe.yml:", "inputs.dem.path", "dem.tif", "ermission"])
    assert not (folder / "out").exists()


@BOTH
def test_a_read_only_folder(ranks, plain_user):
    folder, process = plain_user
    (folder / "out").mkdir()
    (folder / "out").chmod(0o555)
    done = terroir("run", "recipe.yml", "--input", "dem=dem.tif", "--output", "out=out", ranks=ranks, **process)
    assert_refused(done, SYSTEM, ["cannot create", "out", "ermission denied"])
    assert not list((folder / "out").iterdir())


@BOTH
def test_a_read_only_result_of_another_plan(ranks, plain_user):
    folder, process = plain_user
    words = ["run", "recipe.yml", "--input", "dem=dem.tif", "--output", "out=out"]
    assert terroir(*words, **process).returncode == 0
    before = contents(folder / "out")
    for path in [folder / "out", *(folder / "out").rglob("*")]:
        path.chmod(0o555)
    write_recipe(folder / "recipe.yml", recipe(steps={"slope": {"process": "slope", "data": "dem", "unit": "percent"}}))
    done = terroir(*words, "--overwrite", ranks=ranks, **process)
    assert_refused(done, SYSTEM, ["o.zarr", "ermission denied"])
    assert contents(folder / "out") == before
