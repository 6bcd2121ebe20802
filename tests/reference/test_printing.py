"""Where the program prints to: what is lost is told, and a reader that has enough is not."""

import os
import signal
import subprocess

import pytest
from jobs import DEM, OPEN_MPI, TERROIR, terroir, write_recipe
from refusals import MISTAKE, SYSTEM, fixture_earlier, recipe  # noqa: F401

INTERRUPTED = 75


def words_of(command, folder, store):
    path = write_recipe(folder / "recipe.yml", recipe())
    bound = [path, "--input", f"dem={DEM}", "--output", f"out={folder}"]
    return {
        "check": ["check", *bound],
        "plan": ["plan", *bound],
        "plan --json": ["plan", "--json", *bound],
        "run": ["run", *bound],
        "run --json": ["run", "--json", *bound],
        "inspect": ["inspect", store],
        "inspect --json": ["inspect", "--json", store],
        "processes --schema": ["processes", "--schema"],
        "--help": ["--help"],
    }[command]


COMMANDS = ["check", "plan", "plan --json", "run", "run --json", "inspect", "inspect --json", "processes --schema"]


@pytest.mark.parametrize("command", [*COMMANDS, "--help"])
def test_a_full_disk(command, earlier, tmp_path):
    with open("/dev/full", "wb") as full:
        done = terroir(*words_of(command, tmp_path, earlier / "o.zarr"), capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == SYSTEM, done.stderr
    why = "" if command == "--help" else ": No space left on device"
    assert done.stderr == f"terroir: cannot write to standard output{why}; send it to where there is room\n"


@pytest.mark.parametrize("command", ["check", "plan", "run", "launch", "processes", "inspect", "doctor"])
def test_help_of_a_command(command):
    shown = [terroir(*words) for words in ([command, "--help"], [command, "-h"], ["help", command], ["--help", command])]
    assert [done.returncode for done in shown] == [0] * 4
    assert {done.stdout for done in shown} == {shown[0].stdout}
    assert shown[0].stdout.startswith(f"terroir {command} ")


def test_help_of_help():
    shown = [terroir(*words) for words in (["help"], ["help", "help"], ["--help", "-h"])]
    assert {(done.returncode, done.stdout) for done in shown} == {(0, shown[0].stdout)}


def test_help_of_what_is_no_command():
    done = terroir("help", "rnu")
    assert (done.returncode, done.stderr) == (MISTAKE, "terroir: unknown command 'rnu'; did you mean 'run'?\n")


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM, signal.SIGINT])
def test_an_end_before_the_job(number, tmp_path):
    os.mkfifo(tmp_path / "recipe.yml")
    words = [TERROIR, "run", str(tmp_path / "recipe.yml")]
    with subprocess.Popen(words, env=OPEN_MPI | os.environ, stderr=subprocess.PIPE, text=True) as run:
        with open(tmp_path / "recipe.yml", "wb"):  # as soon as it is read; the run waits for its text
            run.send_signal(number)
            said = run.communicate(timeout=60)[1]
    assert (run.returncode, said) == (INTERRUPTED, "terroir: interrupted before the job began; run the same command again\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_goes_away(command, earlier, tmp_path):
    words = [TERROIR, *map(str, words_of(command, tmp_path, earlier / "o.zarr"))]
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run(words, env=OPEN_MPI | os.environ, stdout=writes, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writes)
    assert done.stderr == b""
    # A run goes on; others end as programs do that nobody reads.
    assert done.returncode == (0 if command.startswith("run") else -13)
