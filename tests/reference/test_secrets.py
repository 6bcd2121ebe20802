"""Secrets are planted in the environment, in an input's path and in a recipe's parameter. None is found in what a run leaves behind: what it
prints, the folders of its outputs, ./outputs, and what an MLflow server was sent."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import fake_mlflow
import pytest
from jobs import DEM, OPEN_MPI, TERROIR, terroir, write_recipe

TOKEN = "tk+5ecr3t/0f-th3=3nv1r0nm3nt"
KEY = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4+/=="
SIGNATURE = "s1gn4tur3%2B0f%2Fth3%3D1nput"
RUN_TOKEN = "rt-0f-th3-c0nt3xt"
SECRETS = [TOKEN, KEY, SIGNATURE, RUN_TOKEN, "tk%2B5ecr3t"]
ENVIRONMENT = {
    "PLANTED_TOKEN": TOKEN,
    "AZURE_STORAGE_CONNECTION_STRING": f"DefaultEndpointsProtocol=https;AccountName=store;AccountKey={KEY}",
    "AZUREML_CR_AZUREML_CONTEXT": json.dumps({"experiment": "soil", "run_token": RUN_TOKEN}),
    "MLFLOW_TRACKING_TOKEN": TOKEN,
    "AZUREML_RUN_ID": "job1",
    "NO_PROXY": "127.0.0.1",
}


@pytest.fixture(name="recipe")
def fixture_recipe(tmp_path):
    """A recipe whose name is a parameter, and an input whose file has the name of a signed URL."""
    shutil.copy(DEM, tmp_path / f"dem.tif?sv=2023&sig={SIGNATURE}")
    steps = {"rough": {"process": "focal_statistics", "data": "dem", "size": 31, "reducer": "sd"}, "z": {"process": "standardize", "data": "rough"}}
    outputs = {
        "three": {"path": "${{outputs.out}}/three.zarr", "chunk": 32, "shard": 64},
        "two": {"path": "${{outputs.out}}/two.zarr", "zarr_format": 2, "layout": "stacked", "layers": ["z"], "chunk": 32},
    }
    parameters = {"title": {"type": "string"}}
    inputs = {"dem": {"path": "${{inputs.dem}}"}}
    return write_recipe(
        tmp_path / "valley.yml", {"name": "${{inputs.title}}", "parameters": parameters, "inputs": inputs, "steps": steps, "outputs": outputs}
    )


def words(recipe, *more, dem=f"dem.tif?sv=2023&sig={SIGNATURE}", title=f"made with {TOKEN}, {RUN_TOKEN}, AccountKey={KEY}"):
    paths = ["--input", f"dem={recipe.parent / dem}", "--output", f"out={recipe.parent / 'out'}"]
    return ["run", str(recipe), *paths, "--input", f"title={title}", *more]


def clean():
    """The environment without what it may have of all this."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "AZUREML_", "AZURE_"))} | OPEN_MPI


def run(recipe, *more, ranks=0, environment=None, **names):
    return terroir(*words(recipe, *more, **names), ranks=ranks, env=clean() | (ENVIRONMENT if environment is None else environment), cwd=recipe.parent)


def assert_clean(what, *texts):
    for text in texts:
        for secret in SECRETS:
            assert secret not in text, f"{secret} in {what}: {text[:2000]}"


def left_behind(folder):
    """(path, text) of every file but the recipe and the input itself."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.name.startswith(("dem.tif", "valley.yml")):
            yield str(file.relative_to(folder)), file.read_bytes().decode("latin-1")


def assert_nothing_left(folder):
    files = list(left_behind(folder))
    for path, text in files:
        assert_clean(path, path, text)
    return dict(files)


@pytest.mark.parametrize("ranks", [0, 2], ids=["alone", "mpirun"])
def test_a_run_leaves_no_secret(ranks, recipe):
    with fake_mlflow.serving() as server:
        done = run(recipe, ranks=ranks, environment=ENVIRONMENT | {"MLFLOW_TRACKING_URI": server.url})
        assert done.returncode == 0, done.stderr
        sent = [path + body.decode() for _, path, _, body in server.seen]
    assert_clean("standard output", done.stdout)
    assert_clean("standard error", done.stderr)
    assert any("log-batch" in text for text in sent)
    for text in sent:
        assert_clean("what the server was sent", text)
    files = assert_nothing_left(recipe.parent)
    # The places where they would be.
    root = json.loads(files["out/three.zarr/zarr.json"])["attributes"]
    assert root["title"] == "made with [redacted], [redacted], AccountKey=[redacted]"
    assert json.loads(root["terroir_recipe"])["name"] == root["title"]
    assert json.loads(root["terroir_inputs"])[0]["name"] == "dem.tif"
    assert json.loads(files["out/two.zarr/.zattrs"])["title"] == root["title"]
    marker = json.loads(next(text for path, text in files.items() if "/__terroir/plan-" in path))
    assert marker["recipe"]["name"] == root["title"] and list(marker["inputs"]) == ["dem.tif"]
    kinds = {path.split("/__terroir/")[1].split("-")[0] for path in files if "/__terroir/" in path}
    assert kinds == {"plan", "journal", "summary", "published"}
    assert any(path.startswith("outputs/") and path.endswith("/summary.json") for path in files)


def test_messages_hold_no_secret(recipe):
    refused = [
        run(recipe, dem=f"missing.tif?sv=2023&sig={SIGNATURE}"),
        run(recipe, dem=f"missing.tif?sv=2023&sig={SIGNATURE}", ranks=2),
        run(recipe, dem=f"*.none?sig={SIGNATURE}"),
        run(recipe, "--memory", TOKEN),
        run(recipe, environment=ENVIRONMENT | {"MLFLOW_TRACKING_URI": f"postgresql://ada:{KEY}@host/runs"}),
        terroir(TOKEN, env=ENVIRONMENT),
        terroir("processes", TOKEN, env=ENVIRONMENT),
        terroir("inspect", f"store.zarr?sig={SIGNATURE}", env=ENVIRONMENT),
    ]
    for done in refused:
        assert done.returncode == 2, done.stderr
        assert_clean("a message", done.stdout, done.stderr)
        assert "[redacted]" in done.stderr, done.stderr
    assert not (recipe.parent / "out").exists()


def test_an_unreadable_input_is_named_without_its_signature(recipe):
    file = next(recipe.parent.glob("dem.tif*"))
    content = bytearray(file.read_bytes())
    content[-4000:] = b"\xff" * 4000
    file.write_bytes(content)
    for ranks in (0, 2):
        done = run(recipe, "--overwrite", ranks=ranks)
        assert done.returncode == 3, done.stderr
        assert "dem.tif?sv=2023&sig=[redacted]" in done.stderr
        assert_clean("a message", done.stdout, done.stderr)
        assert_nothing_left(recipe.parent)


def test_plan_and_check_print_none(recipe):
    for command in (["plan"], ["plan", "--json"], ["check"]):
        arguments = [command[0], *words(recipe)[1:], *command[1:]]
        done = terroir(*arguments, env=clean() | ENVIRONMENT)
        assert done.returncode == 0, done.stderr
        assert_clean("a plan", done.stdout, done.stderr)


def test_an_interrupted_run_resumes_without_the_environment(recipe):
    command = [TERROIR, *words(recipe, "--block", "4x4")]
    with subprocess.Popen(command, env=clean() | ENVIRONMENT, cwd=recipe.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as job:
        while job.poll() is None and len(list(recipe.parent.glob("out/*/*/c/*/*"))) < 3:
            time.sleep(0.01)
        job.send_signal(signal.SIGUSR1)
        said = job.communicate(timeout=60)
    assert job.returncode == 75, said
    assert_clean("a message", *said)
    assert_nothing_left(recipe.parent)
    # Its signature has been renewed meanwhile, too.
    file = next(recipe.parent.glob("dem.tif*"))
    file.rename(file.with_name("dem.tif?sv=2024&sig=another"))
    done = run(recipe, dem="dem.tif?sv=2024&sig=another", environment={})
    assert done.returncode == 0 and "resumes: " in done.stderr, done.stderr
    done = run(recipe, dem="dem.tif?sv=2024&sig=another")
    assert done.returncode == 0 and "Nothing to do" in done.stdout, done.stderr


def test_another_recipe_is_told_without_the_secrets_of_either(recipe):
    assert run(recipe).returncode == 0
    done = run(recipe, title=f"another {TOKEN}")
    assert done.returncode == 2 and "(different: name)" in done.stderr, done.stderr
    assert_clean("a message", done.stderr)


def test_a_store_with_a_secret_in_its_attributes_shows_none(recipe):
    assert run(recipe, title="plain", environment={}).returncode == 0
    store = recipe.parent / "out/three.zarr/zarr.json"
    store.write_text(store.read_text().replace("plain", f"made with {TOKEN}"))
    for more in ([], ["--json"]):
        done = terroir("inspect", store.parent, *more, env=clean() | ENVIRONMENT)
        assert done.returncode == 0, done.stderr
        assert_clean("an inspection", done.stdout, done.stderr)


def test_a_run_without_secrets_is_printed_as_it_is(recipe):
    title = "ordinary: key=value, token of trust, sign=up"
    done = run(recipe, title=title, dem=f"dem.tif?sv=2023&sig={SIGNATURE}", environment={})
    assert done.returncode == 0
    root = json.loads((recipe.parent / "out/three.zarr/zarr.json").read_text())["attributes"]
    assert root["title"] == title and "[redacted]" not in json.dumps(root)
    assert pathlib.Path(recipe.parent / "outputs").exists() is False
