"""Job files as Microsoft's client judges them and as `terroir check` does: the same verdict, and the same text of every literal."""

import json
import os
import pathlib
import random
import re
import shlex
import subprocess

import job_cases
import pipeline_cases
import public_jobs
import pytest
from job_checks import check_all

TERROIR = os.environ["TERROIR"]
AZURE_PYTHON = os.environ["AZURE_PYTHON"]
VERDICTS = pathlib.Path(__file__).with_name("azure_verdicts.py")

VALID = job_cases.VALID | pipeline_cases.VALID | {name: text for name, (text, _) in public_jobs.TAKEN.items()}
INVALID = job_cases.INVALID | pipeline_cases.INVALID | {name: text for name, (text, _) in public_jobs.REFUSED.items()}
SERVICE = job_cases.SERVICE | pipeline_cases.SERVICE
EVERYTHING = {**VALID, **INVALID, **{name: text for name, (text, _) in {**SERVICE, **job_cases.HERE}.items()}}


def scalars(count, seed):
    """Numbers and words as people write them, and in every form that YAML 1.1 has for them."""
    rng = random.Random(seed)
    fixed = ["true", "no", "On", "0", "-0", "007", "010", "0x1F", "0b101", "1_000", "1:30", "190:20:30", "0.10", "10.0", "1.", ".5", "1e5",
             "1e-05", "1.5e+3", "1.0e-400", "-0.0", "0o17", "123456789012345678901234567890", "abc", "v1.2", "'5'", '"true"',
             "'0.10'"]  # fmt: skip
    forms = [
        lambda: repr(rng.uniform(-1, 1) * 10 ** rng.randint(-20, 25)),
        lambda: repr(rng.uniform(0, 1e6)),
        lambda: f"{rng.uniform(0, 100):.{rng.randint(0, 6)}f}",
        lambda: f"{rng.uniform(1, 10):.{rng.randint(1, 17)}f}e{rng.choice('+-')}{rng.randint(0, 30)}",
        lambda: str(rng.randint(-(10**18), 10**18)),
        lambda: hex(rng.randint(0, 10**20)),
        lambda: f"{rng.randint(1, 90)}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}.{rng.randint(0, 999)}",
        lambda: f"{rng.randint(1, 999)}_{rng.randint(0, 999):03}.{rng.randint(0, 99)}",
    ]
    return fixed + [rng.choice(forms)() for _ in range(count)]


LITERALS = scalars(200, 20240601)


@pytest.fixture(scope="module", name="place")
def fixture_place(tmp_path_factory):
    """A folder with what the files name, and the files."""
    folder = tmp_path_factory.mktemp("jobs") / "project"
    for name in ("src", "data", "image", "jobs"):
        (folder / name).mkdir(parents=True)
    (folder / "src/main.py").write_text("print()\n")
    (folder / "data/f.csv").write_text("1\n")
    (folder / "image/Dockerfile").write_text("FROM x\n")
    (folder / "conda.yml").write_text("name: x\ndependencies: [python]\n")
    (folder / "env.yml").write_text("image: x\n")
    for name, text in ({"component.yml": pipeline_cases.COMPONENT} | public_jobs.BESIDE).items():
        (folder / name).write_text(text)
    for number, text in enumerate(EVERYTHING.values()):
        (folder / f"{number}.yml").write_text(text)
    names = [f"l{number}" for number in range(len(LITERALS))]
    words = " ".join(f"${{{{inputs.{name}}}}}" for name in names)
    lines = [f"  {name}: {text}" for name, text in zip(names, LITERALS, strict=True)]
    wrapped = [f"  w{name}: {{value: {text}}}" for name, text in zip(names[:28], LITERALS, strict=False)]
    words += " " + " ".join(f"${{{{inputs.w{name}}}}}" for name in names[:28])
    (folder / "literals.yml").write_text(job_cases.job("inputs:", *lines, *wrapped, command=f"command: terroir processes {words}"))
    return folder


@pytest.fixture(scope="module", name="client")
def fixture_client(place):
    """The client's verdicts by file; one process judges all, because it takes seconds to load."""
    files = sorted(place.glob("[0-9l]*.yml"))
    done = subprocess.run(
        [AZURE_PYTHON, str(VERDICTS)], input="\n".join(map(str, files)), cwd=place, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(zip((file.name for file in files), json.loads(done.stdout), strict=True))


def step_of(name):
    """The step of a pipeline that is checked."""
    if name in public_jobs.TAKEN:
        return public_jobs.TAKEN[name][1]
    text = EVERYTHING[name]
    return ("Prepare" if "Prepare:" in text else "prepare") if text.startswith("type: pipeline") and "jobs:" in text else None


@pytest.fixture(scope="module", name="checks")
def fixture_checks(place):
    """What `terroir check` says of each case, with the name of its file."""
    files = {name: f"{number}.yml" for number, name in enumerate(EVERYTHING)}
    steps = {name: step_of(name) for name in files}
    answers = check_all(place, [[file, *(["--step", steps[name]] if steps[name] else [])] for name, file in files.items()])
    assert {answer.code for answer in answers} == {0, 2}
    return {name: (answer, file) for (name, file), answer in zip(files.items(), answers, strict=True)}


def assert_refused(answer, file):
    """Each mistake says where it stands, what is wrong and what to do."""
    assert answer.code == 2, answer.out
    mistakes = [line for line in answer.errors.splitlines() if ": warning: " not in line and ": note: " not in line]
    assert mistakes
    for line in mistakes:
        assert re.match(rf"{re.escape(file)}:\d+:\d+: .+; .+", line), line


def test_there_are_enough_cases():
    assert len(VALID) >= 60
    assert len(INVALID) >= 60
    assert len(EVERYTHING) == len(VALID) + len(INVALID) + len(SERVICE) + len(job_cases.HERE)


@pytest.mark.parametrize("name", ["smallest", "no command", "a component with a compute"])
def test_the_program_says_the_same(name, place, checks):
    answer, file = checks[name]
    step = ["--step", step_of(name)] if step_of(name) else []
    done = subprocess.run([TERROIR, "check", file, *step], cwd=place, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (answer.code, answer.out, answer.errors)


@pytest.mark.parametrize("name", VALID)
def test_both_take(name, checks, client):
    answer, file = checks[name]
    assert client[file]["valid"], client[file]["why"]
    assert answer.code == 0, answer.errors


@pytest.mark.parametrize("name", INVALID)
def test_both_refuse(name, checks, client):
    answer, file = checks[name]
    assert not client[file]["valid"]
    assert_refused(answer, file)


@pytest.mark.parametrize("name", [*SERVICE, *job_cases.HERE])
def test_only_we_refuse(name, checks, client):
    answer, file = checks[name]
    assert client[file]["valid"], client[file]["why"]
    assert_refused(answer, file)


@pytest.mark.parametrize("name", public_jobs.REFUSED)
def test_the_reason_is_told(name, checks):
    assert public_jobs.REFUSED[name][1] in checks[name][0].errors


def test_literals_travel_alike(place, client):
    theirs = client["literals.yml"]
    assert theirs["valid"], theirs["why"]
    (answer,) = check_all(place, [["literals.yml"]])
    assert answer.code == 0, answer.errors
    ours = shlex.split(answer.command())[2:]
    names = [f"l{number}" for number in range(len(LITERALS))] + [f"wl{number}" for number in range(28)]
    assert dict(zip(names, ours, strict=True)) == theirs["literals"]
