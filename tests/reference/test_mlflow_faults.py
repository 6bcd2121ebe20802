"""What a run loses to an MLflow server that is dead, slow or lying: one line of warning and at most five seconds. And what it leaves in the
./outputs of a job of Azure ML, where the server's run is not its own."""

import json
import re
import shutil
import subprocess
import time

import fake_mlflow
import pytest
from fake_mlflow import serving, unused_address
from jobs import DEM, OPEN_MPI, opened, terroir, write_recipe

TOKEN = "tk-5ecr3t-0f-th3-s3rv3r"
LOOPBACK = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
# What a server does, and what the warning says of it.
BAD = {
    fake_mlflow.drops: "it closed the connection without an answer",
    fake_mlflow.babbles: "HTTP",
    fake_mlflow.fails: "it answered 500",
    fake_mlflow.shows_a_page: "it answers what no MLflow server does",
    fake_mlflow.lies: "it answers what no MLflow server does",
    fake_mlflow.never_ends: "the answer is longer than 1024 KiB",
    fake_mlflow.never_answers: "",
    fake_mlflow.drips: "",
    fake_mlflow.goes_in_circles: "it redirects in circles",
    fake_mlflow.refuses: "it answered 403 PERMISSION_DENIED:  [31mBearer [redacted]x",
    fake_mlflow.dies_later: "",
}


@pytest.fixture(name="recipe")
def fixture_recipe(tmp_path):
    steps = {"slope": {"process": "slope", "data": "dem"}}
    outputs = {"o": {"path": "${{outputs.out}}/o.zarr"}}
    return write_recipe(tmp_path / "valley.yml", {"inputs": {"dem": {"path": "${{inputs.dem}}"}}, "steps": steps, "outputs": outputs})


def run(recipe, uri, *words, folder=None, ranks=0, **environment):
    folder = folder or recipe.parent
    env = OPEN_MPI | {"PATH": "/usr/bin:/bin", "USER": "ada"} | LOOPBACK | {"MLFLOW_TRACKING_URI": uri, "MLFLOW_TRACKING_TOKEN": TOKEN} | environment
    command = ["run", recipe, "--input", f"dem={DEM}", "--output", f"out={folder / 'out'}", *words]
    return terroir(*command, ranks=ranks, env=env, cwd=folder)


def assert_done(done, recipe, warnings):
    assert done.returncode == 0, done.stderr
    assert "Done in" in done.stdout
    assert opened(recipe.parent / "out/o.zarr").slope.shape == (512, 512)
    told = [line for line in done.stderr.splitlines() if not line.startswith("MLflow: http")]
    assert len(told) == warnings, done.stderr
    assert TOKEN not in done.stdout + done.stderr
    return told


@pytest.mark.parametrize("behave", BAD, ids=lambda behave: behave.__name__)
def test_a_bad_server_costs_a_line(behave, recipe):
    with serving(behave) as server:
        began = time.monotonic()
        done = run(recipe, server.url)
        lost = time.monotonic() - began - float(re.search(r"Done in ([\d.]+) s", done.stdout).group(1))
        (line,) = assert_done(done, recipe, 1)
        assert line.startswith(f"warning: MLflow at {server.url}: ") and BAD[behave] in line
        assert line.endswith("; the run is not logged there any more, check the server and MLFLOW_TRACKING_URI")
        assert line.isprintable() and len(line) < 500
        # What it says that it has waited, and, with room for a slow machine, what it has.
        waited = re.search(r"no answer within ([\d.]+) s", line)
        assert waited is None or float(waited.group(1)) <= 5
        assert lost < 20
        assert len(server.seen) < 20


def test_a_dead_server_costs_a_line(recipe):
    (line,) = assert_done(run(recipe, unused_address()), recipe, 1)
    assert "cannot connect" in line


def test_a_password_in_the_uri_is_not_repeated(recipe):
    (line,) = assert_done(run(recipe, unused_address().replace("://", "://ada:0pen-5esame@")), recipe, 1)
    assert "http://ada:[redacted]@127.0.0.1:" in line and "5esame" not in line


def test_a_bad_server_of_several_ranks_costs_a_line(recipe):
    with serving(fake_mlflow.fails) as server:
        (line,) = assert_done(run(recipe, server.url, ranks=3), recipe, 1)
        assert "it answered 500" in line


def test_a_quiet_run_warns_of_nothing(recipe):
    done = run(recipe, unused_address(), "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_failing_run_keeps_its_exit_code(recipe):
    with serving(fake_mlflow.drops) as server:
        (recipe.parent / "out/o.zarr").mkdir(parents=True)
        (recipe.parent / "out/o.zarr/mine").write_text("")
        done = run(recipe, server.url)
        assert done.returncode == 2 and "holds 'mine'" in done.stderr


def test_a_good_server_costs_nothing(recipe):
    with serving() as server:
        assert_done(run(recipe, server.url), recipe, 0)
        methods = {path.split("?")[0].rsplit("/", 2)[-2] + "/" + path.split("?")[0].rsplit("/", 1)[-1] for _, path, _, _ in server.seen}
        assert {"runs/create", "runs/log-batch", "runs/update", "valley/summary.json"} <= methods
        assert all(headers["Authorization"] == f"Bearer {TOKEN}" for _, _, headers, _ in server.seen)


@pytest.fixture(name="certificate", scope="module")
def fixture_certificate(tmp_path_factory):
    """Files of a certificate for 127.0.0.1 that nobody has signed, and of its key."""
    files = [tmp_path_factory.mktemp("tls") / name for name in ("certificate.pem", "key.pem")]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, "-out", files[0], "-keyout", files[1]]
    subprocess.run(["openssl", *words], check=True, capture_output=True)
    return files


def test_a_server_is_trusted_by_its_certificate_only(recipe, certificate):
    with serving(certificate=certificate) as server:
        url = server.url.replace("http:", "https:")
        (line,) = assert_done(run(recipe, url), recipe, 1)
        assert "certificate" in line and server.seen == []
        shutil.rmtree(recipe.parent / "out")
        assert_done(run(recipe, url, MLFLOW_TRACKING_SERVER_CERT_PATH=str(certificate[0])), recipe, 0)
        assert any("runs/update" in path for _, path, _, _ in server.seen)


@pytest.mark.parametrize(
    "uri, ranks", [("file:///tmp/mlruns", 0), ("file:///tmp/mlruns", 2), ("./mlruns", 0), ("sqlite:///mlflow.db", 0), ("databricks", 0)]
)
def test_what_is_no_server_is_refused(uri, ranks, recipe):
    done = run(recipe, uri, ranks=ranks)
    line = next(line for line in done.stderr.splitlines() if line.startswith("terroir: "))
    assert done.returncode == 2
    assert f"MLFLOW_TRACKING_URI: '{uri}' is no server" in line and "mlflow server --backend-store-uri sqlite:///mlflow.db" in line
    assert not (recipe.parent / "out").exists()


def test_a_mistake_in_the_recipe_is_told_as_well(recipe):
    recipe.write_text(recipe.read_text().replace("process: slope", "process: slop"))
    done = run(recipe, "file:///tmp/mlruns")
    assert done.returncode == 2 and "is no server" in done.stderr and "did you mean 'slope'" in done.stderr


def documents(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_a_job_of_azure_ml_keeps_its_run_open_and_its_files_in_outputs(recipe):
    with serving() as server:
        done = run(recipe, server.url, AZUREML_RUN_ID="job1", MLFLOW_RUN_ID="job1")
        assert_done(done, recipe, 0)
        assert {path.rsplit("/", 1)[-1] for _, path, _, _ in server.seen} == {"log-batch"}
        assert {json.loads(body)["run_id"] for _, _, _, body in server.seen} == {"job1"}
    outputs = recipe.parent / "outputs"
    assert documents(outputs) == [f"valley/{name}" for name in ("plan.json", "plan.txt", "recipe.json", "summary.json")]
    plan = terroir("plan", recipe, "--input", f"dem={DEM}", "--output", "out=out").stdout
    assert (outputs / "valley/plan.txt").read_text() == plan
    summary = json.loads((outputs / "valley/summary.json").read_text())
    assert summary["plan"] == json.loads((outputs / "valley/plan.json").read_text())["hash"]
    assert summary["failure"] is None and summary["tiles"]["computed"] > 0
    again = terroir("run", outputs / "valley/recipe.json", "--input", f"dem={DEM}", "--output", f"out={recipe.parent / 'out'}")
    assert again.returncode == 0 and "Nothing to do" in again.stdout, again.stderr


def test_outputs_are_not_needed(recipe, tmp_path):
    (tmp_path / "outputs").write_text("a file where the folder should be")
    done = run(recipe, "", AZUREML_RUN_ID="job1")
    (line,) = assert_done(done, recipe, 1)
    assert line.startswith("warning: ") and "make ./outputs writable" in line


def test_outputs_are_no_foreign_files_of_an_output(recipe, tmp_path):
    recipe.write_text(recipe.read_text().replace("/o.zarr", ""))
    command = ["run", recipe, "--input", f"dem={DEM}", "--output", f"out={tmp_path / 'outputs'}"]
    for text in ("Done in", "Nothing to do"):
        done = terroir(*command, env={"AZUREML_RUN_ID": "job1"}, cwd=tmp_path)
        assert done.returncode == 0 and text in done.stdout, done.stderr
        assert "./outputs is an output of this run" in done.stderr
    assert opened(tmp_path / "outputs").slope.shape == (512, 512)


def test_nothing_is_left_elsewhere(recipe):
    assert_done(run(recipe, ""), recipe, 0)
    assert sorted(file.name for file in recipe.parent.iterdir()) == ["out", "valley.yml"]
