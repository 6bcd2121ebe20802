"""What an MLflow server of today has of our runs, as MLflow's own client sees it. Server and client run in the interpreter that
AZURE_PYTHON names; the server listens on loopback, keeps everything in a temporary folder, and is ended with its children by its id."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

SOURCE = pathlib.Path(os.environ["TERROIR_SOURCE"])
DEM = SOURCE / "data-samples/dem.tif"
RECIPE = SOURCE / "tests/mpi/relief.yml"
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
LOOPBACK = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
TOKEN = "tk-5ecr3t-0f-th3-3nv1r0nm3nt"
LONG = ["--input", "resolution=3.75", "--input", "size=61"]  # 512 tiles; small blocks compute them slowly


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url, body=None):
    """The text that the server answers, without the proxies of the environment."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    data = None if body is None else json.dumps(body).encode()
    with opener.open(urllib.request.Request(url, data, {"Content-Type": "application/json"}), timeout=30) as answer:
        return answer.read()


def await_server(process, url, log):
    for _ in range(1800):  # a busy machine takes a minute to load the server
        assert process.poll() is None, log.read_text()
        try:
            return ask(f"{url}/health")
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()}")


@pytest.fixture(scope="module", name="server")
def fixture_server(tmp_path_factory):
    """(address, folder with all that the server keeps)."""
    folder = tmp_path_factory.mktemp("mlflow")
    url, log = f"http://127.0.0.1:{(port := free_port())}", folder / "log"
    words = ["--backend-store-uri", f"sqlite:///{folder}/runs.db", "--serve-artifacts", "--artifacts-destination", folder / "artefacts"]
    command = [os.environ["AZURE_PYTHON"], "-m", "mlflow", "server", *words, "--host", "127.0.0.1", "--port", port, "--workers", 1]
    with log.open("w") as out:
        # A session of its own: the server starts children.
        process = subprocess.Popen(
            [str(word) for word in command], cwd=folder, env=os.environ | QUIET | LOOPBACK, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True,
        )
    try:
        await_server(process, url, log)
        yield url, folder
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def all_runs(url):
    command = [os.environ["AZURE_PYTHON"], SOURCE / "tests/conformance/mlflow_view.py", url]
    done = subprocess.run(command, env=os.environ | QUIET | LOOPBACK, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run_made_elsewhere(url):
    """The id of a run that somebody else has made."""
    experiment = json.loads(ask(f"{url}/api/2.0/mlflow/experiments/create", {"name": "made elsewhere"}))["experiment_id"]
    made = ask(f"{url}/api/2.0/mlflow/runs/create", {"experiment_id": experiment, "run_name": "mine", "start_time": 1})
    return json.loads(made)["run"]["info"]["run_id"]


def status_of(url, run):
    return json.loads(ask(f"{url}/api/2.0/mlflow/runs/get?run_id={run}"))["run"]["info"]["status"]


class Runs:
    """Runs of the program against the server. `environment` is on top of that of the tests."""

    def __init__(self, url, folder):
        self.url, self.folder = url, folder

    def _command(self, name, words, ranks):
        launcher = ["mpirun", "--bind-to", "none", "-n", str(ranks)] if ranks else []
        out = self.folder / name
        return [*launcher, os.environ["TERROIR"], "run", RECIPE, "--input", f"dem={DEM}", "--output", f"features={out}", *words]

    def _process(self, environment):
        cwd = self.folder / "cwd"
        cwd.mkdir(exist_ok=True)
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "AZUREML_"))}
        env = clean | LOOPBACK | {"MLFLOW_TRACKING_URI": self.url, "MLFLOW_TRACKING_TOKEN": TOKEN} | environment
        return {"env": env, "cwd": cwd, "stdin": subprocess.DEVNULL, "text": True}

    def run(self, name, *words, ranks=0, expected=0, **environment):
        """The id of the run at the server, which the program tells."""
        command = [str(word) for word in self._command(name, words, ranks)]
        done = subprocess.run(command, capture_output=True, timeout=120, check=False, **self._process(environment))
        assert done.returncode == expected, done.stderr
        assert "warning: MLflow" not in done.stderr
        return re.search(r"^MLflow: \S+/#/experiments/\d+/runs/(\w+)$", done.stderr, re.MULTILINE).group(1)

    def stop(self, name, number, **environment):
        """Sends a signal to a run that has written some tiles; its exit code."""
        command = [str(word) for word in self._command(name, [*LONG, "--block", "8x8"], 0)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **self._process(environment)) as process:
            while process.poll() is None and len(list((self.folder / name).rglob("c/*/*"))) < 10:
                time.sleep(0.02)
            process.send_signal(number)
            said = process.stderr.read()
            assert "warning: MLflow" not in said
            return process.wait(60)


@pytest.fixture(scope="module", name="seen")
def fixture_seen(server, tmp_path_factory):
    """(ids by what was run, all runs as the client sees them)."""
    url, _ = server
    runs = Runs(url, tmp_path_factory.mktemp("runs"))
    ids = {"plain": runs.run("plain", MLFLOW_EXPERIMENT_NAME="soil & rock")}
    ids["again"] = runs.run("plain", MLFLOW_EXPERIMENT_NAME="soil & rock")
    ids["default"] = runs.run("default", "--threads", "1", ranks=2)
    ids["failed"] = runs.run("plain", "--input", "size=11", expected=2)
    ids["mine"] = run_made_elsewhere(url)
    assert runs.stop("mine", signal.SIGUSR1, MLFLOW_RUN_ID=ids["mine"]) == 75
    assert status_of(url, ids["mine"]) == "KILLED"
    assert runs.run("mine", *LONG, "--threads", "1", ranks=3, MLFLOW_RUN_ID=ids["mine"]) == ids["mine"]
    assert runs.stop("killed", signal.SIGTERM, MLFLOW_EXPERIMENT_NAME="killed") == 75
    seen = all_runs(url)
    ids["killed"] = next(key for key, run in seen.items() if run["experiment"] == "killed")
    return ids, seen, runs.folder


def summary_of(folder, name):
    return json.loads(next((folder / name / "features.zarr/__terroir").glob("summary-*.json")).read_text())


def test_a_run_is_all_there(seen):
    ids, runs, folder = seen
    run, summary = runs[ids["plain"]], summary_of(folder, "plain")
    assert (run["name"], run["experiment"], run["status"]) == ("relief", "soil & rock", "FINISHED")
    assert run["times"][0] <= run["times"][1]
    assert run["params"]["recipe"] == "relief"
    assert run["params"]["plan_hash"] == summary["plan"]
    assert run["params"]["grid"] == "2048 x 2048 pixels of 7.5 x 7.5, EPSG:32632"
    assert run["params"]["ranks"] == "1" and run["params"]["tiles"] == "128"
    assert run["params"]["terroir_version"] == summary["terroir"]
    assert len(run["params"]["recipe_hash"]) == 64
    assert run["tags"]["mlflow.source.name"] == "terroir"
    assert run["tags"]["terroir.exit_code"] == "0"
    assert run["tags"]["terroir.attempt"] == summary["attempt"]
    assert "failure" not in str(run["tags"])


def test_metrics_are_those_of_the_summary(seen):
    ids, runs, folder = seen
    metrics, summary = runs[ids["plain"]]["metrics"], summary_of(folder, "plain")
    last = {key: history[-1][1] for key, history in metrics.items()}
    assert last["tiles_done"] == 128 and metrics["tiles_done"][-1][0] == 128
    assert last["peak_memory_MiB"] == summary["memory"]["peak"] / 2**20
    for phase, seconds in summary["work"]["seconds"].items():
        assert last[f"seconds_{phase}"] == seconds
    assert last["seconds"] == summary["seconds"]
    assert last["read_MB_per_s"] >= 0 and last["written_MB_per_s"] >= 0


def test_metrics_have_a_history(seen):
    ids, runs, _ = seen
    history = runs[ids["mine"]]["metrics"]  # of two attempts
    for key in ("tiles_done", "read_MB_per_s", "written_MB_per_s", "peak_memory_MiB", "seconds_compute"):
        assert len(history[key]) >= 3, key
        times = [time for _, _, time in history[key]]
        assert times == sorted(times)
    tiles = [value for _, value, _ in history["tiles_done"]]
    assert tiles == sorted(tiles) and tiles[-1] == 512
    assert history["written_MB_per_s"][-2][1] > 0 or history["written_MB_per_s"][-1][1] > 0


def test_artefacts_are_the_bytes_of_the_run(seen, tmp_path):
    ids, runs, folder = seen
    files = {name: bytes.fromhex(content) for name, content in runs[ids["plain"]]["files"].items()}
    assert sorted(files) == ["relief/plan.json", "relief/plan.txt", "relief/recipe.json", "relief/summary.json"]
    words = ["--input", f"dem={DEM}", "--output", f"features={folder / 'plain'}"]

    def terroir(*command):
        return subprocess.run([os.environ["TERROIR"], *map(str, command)], capture_output=True, text=True, timeout=60, check=False)

    assert files["relief/plan.txt"].decode() == terroir("plan", RECIPE, *words).stdout
    assert files["relief/plan.json"].decode() == terroir("plan", RECIPE, *words, "--json").stdout
    kept, told = json.loads(files["relief/summary.json"]), summary_of(folder, "plain")
    for output in told["outputs"]:
        output.pop("excluded_readers")
    for output in kept["outputs"]:
        output.pop("excluded_readers")
    assert kept == told
    # The recipe that the server keeps is the one that was run.
    (tmp_path / "recipe.json").write_bytes(files["relief/recipe.json"])
    again = terroir("run", tmp_path / "recipe.json", *words)
    assert again.returncode == 0 and "Nothing to do" in again.stdout, again.stderr


def test_runs_without_an_experiment_go_to_the_default_one(seen):
    ids, runs, _ = seen
    run = runs[ids["default"]]
    assert (run["experiment"], run["status"], run["params"]["ranks"], run["params"]["threads"]) == ("Default", "FINISHED", "2", "1")


def test_nothing_to_do_is_a_finished_run(seen):
    ids, runs, _ = seen
    run = runs[ids["again"]]
    assert ids["again"] != ids["plain"]
    assert run["status"] == "FINISHED" and "tiles_done" not in run["metrics"]


def test_a_failure_is_told(seen):
    ids, runs, _ = seen
    run = runs[ids["failed"]]
    assert run["status"] == "FAILED"
    assert run["tags"]["terroir.exit_code"] == "2"
    assert "holds the result of another plan (different: steps.relief.size)" in run["tags"]["terroir.failure"]
    assert json.loads(bytes.fromhex(run["files"]["relief/summary.json"]))["failure"]["code"] == 2


def test_an_existing_run_is_stopped_and_resumed(seen):
    ids, runs, _ = seen
    run = runs[ids["mine"]]
    assert (run["name"], run["experiment"], run["status"]) == ("mine", "made elsewhere", "FINISHED")
    # A parameter keeps its first value; what it is now is a tag.
    assert run["params"]["ranks"] == "1" and run["tags"]["terroir.ranks"] == "3"
    assert "terroir.plan_hash" not in run["tags"]


def test_a_run_that_is_killed_is_closed(seen):
    ids, runs, _ = seen
    assert runs[ids["killed"]]["status"] == "KILLED"
    assert "interrupted" in runs[ids["killed"]]["tags"]["terroir.failure"]


def test_no_secret_is_kept(seen, server):
    assert seen
    kept = [file for file in server[1].rglob("*") if file.is_file()]
    assert len(kept) > 20
    for file in kept:
        assert TOKEN.encode() not in file.read_bytes(), file
