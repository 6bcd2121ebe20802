"""Job files as Microsoft's client judges them and as `terroir check` does: the same verdict, and the same text of every literal.

The client judges what it can without the service. What only the service refuses (SERVICE), and what only a launch on this machine cannot
do (HERE), are listed apart, each with its reason: there the client says yes, and we say no.
"""

import concurrent.futures
import json
import os
import pathlib
import random
import re
import shlex
import subprocess

import pytest

TERROIR = os.environ["TERROIR"]
AZURE_PYTHON = os.environ["AZURE_PYTHON"]
VERDICTS = pathlib.Path(__file__).with_name("azure_verdicts.py")

COMMAND = "command: terroir processes slope"
ENVIRONMENT = "environment: azureml:terroir@latest"


def job(*lines, command=COMMAND, environment=ENVIRONMENT):
    return "\n".join([command, environment, *lines]) + "\n"


def data(text):
    """A job with one input of data, which its command uses."""
    return job(f"inputs:\n  a: {text}", command="command: terroir processes ${{inputs.a}}")


def output(text):
    return job(f"outputs:\n  a: {text}", command="command: terroir processes ${{outputs.a}}")


def each(form, *texts):
    """One case for each text that stands in the form."""
    return {form.replace("%", text): job(form.replace("%", text)) for text in texts}


def environments(*texts):
    return {f"environment: {text}": job(environment=f"environment: {text}") for text in texts}


def inputs(*texts):
    return {f"inputs.a: {text}": data(text) for text in texts}


def outputs(*texts):
    return {f"outputs.a: {text}": output(text) for text in texts}


DASK = """$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
display_name: taxi
experiment_name: taxi-trips
description: Reads tables of trips
environment: azureml:dask@latest
compute: azureml:cluster
inputs:
  trips:
    path: wasbs://tables@account.blob.core.windows.net/trips/
    mode: ro_mount
outputs:
  folder:
    type: uri_folder
distribution:
  type: mpi
  process_count_per_instance: 8
resources:
  instance_count: 4
code: src
command: >-
  python trips.py --trips ${{inputs.trips}}
  --folder ${{outputs.folder}}
"""

VALID = {
    "smallest": job(),
    "dask": DASK,
    "no inputs, an empty output": job("outputs:\n  made:", command="command: python make.py ${{outputs.made}}"),
    "doubled resources": job("distribution: {type: mpi}\nresources: {instance_count: 1}\nresources: {instance_count: 2}"),
    "byte order mark": "\ufeff" + job(),
    "an input named type": job("inputs: {type: 5}", command="command: terroir processes ${{inputs.type}}"),
    "an input named code": job("inputs: {code: 5}", command="command: terroir processes ${{inputs.code}}"),
    "spaces in braces": job("inputs: {a: 5}", command="command: terroir processes ${{ inputs.a }}"),
    "single braces": job("inputs: {a: 5}", command="command: terroir processes {inputs.a}"),
    "an unused input": job("inputs: {a: 5}"),
    "what the service writes": job("id: azureml:x", "status: Completed", "creation_context: {created_by: me}", "parameters: {a: 1}"),
    "text in numbers' place": job("distribution: {type: mpi, process_count_per_instance: '4'}", "resources: {instance_count: ' 2 '}"),
    **each("%: abc", "name", "display_name", "experiment_name", "description", "parent_job_name"),
    **each("type: %", "command", "'command'"),
    **each("tags: %", "{a: b}", "{a: null}", "{}", "{a: '1'}"),
    **each("properties: %", "{a: b}", "{a: null}", "{}"),
    **each("environment_variables: %", "{A: b}", "{A: '1'}", "{A: 1}", "{A: true}", "{A: null}", "{}"),
    **each("compute: %", "azureml:c", "c", "local", "serverless", "''"),
    **each("code: %", "src", "./src", "src/main.py", "..", "azureml:c:1", "azureml:c@latest", "https://example.org/code.zip",
           "azureml://registries/r/codes/c/versions/1"),
    **each("distribution: {type: %}", "mpi", "MPI", "Mpi"),
    **each("distribution: {type: mpi, process_count_per_instance: %}", "4", "4.0", "4.7", "'+4'", "'1_0'"),
    **each("resources: {%}", "instance_count: 2, instance_type: x", "shm_size: 2g", "docker_args: --ipc=host", "docker_args: [a, b]",
           "locations: [a]", "properties: {a: {b: 1}}", "max_instance_count: 5", ""),
    **each("limits: {%}", "timeout: 60", "timeout: '60'", "timeout: 1.5", "timeout: 1:30", "timeout: 0", ""),
    **each("queue_settings: {%}", "job_tier: spot", "job_tier: Spot", "job_tier: 'null'", "priority: High", ""),
    **each("identity: {%}", "type: user_identity", "type: UserIdentity", "type: managed, client_id: x", "type: ManagedIdentity",
           "type: aml_token", "type: AMLToken", "type: AmlTOKEN", "type: USER_IDENTITY"),
    **each("services: {s: {%}}", "type: ssh, ssh_public_keys: k", "type: tensor_board, log_dir: d", "type: vs_code, nodes: all, port: 5",
           "type: jupyter_lab, properties: {a: 1}", "type: SSH", "log_dir: d", "type: custom", ""),
    **environments("azureml:e", "azureml:e:1", "azureml://registries/r/environments/e/versions/1", "{image: i}", "file:./env.yml",
                   "{image: i, conda_file: conda.yml}", "{image: i, conda_file: {name: x}}", "{build: {path: image}}",
                   "{build: {path: image, dockerfile_path: D}}", "{build: {path: 'https://example.org/x'}}", "{image: i, os_type: Linux}",
                   "{image: i, name: n, version: 1, description: d, tags: {a: b}}"),
    **inputs("{path: data}", "{path: ./data, type: uri_folder}", "{path: data/f.csv, type: uri_file}", "{path: 'file:./data'}",
             "{path: 'azureml:d:1'}", "{path: 'azureml:d@latest'}", "{path: 'azureml://datastores/d/paths/x'}",
             "{path: 'https://example.org/x'}", "{path: 'abfss://f@a.dfs.core.windows.net/x'}", "{path: data, type: URI_FOLDER}",
             "{path: data, mode: RO_MOUNT}", "{path: data, mode: download}", "{path: data, mode: direct}", "{path: data, datastore: d}",
             "{path: data, type: mltable, mode: eval_mount}", "{path: 'runs:/r/m', type: mlflow_model}", "{value: 5}", "{value: abc}"),
    **outputs("", "{}", "{type: uri_file}", "{type: MLTable, mode: direct}", "{mode: rw_mount}", "{mode: Upload}", "{mode: mount}",
              "{path: 'azureml://datastores/d/paths/x'}", "{path: 'azureml://datastores/${{default_datastore}}/paths/${{name}}'}",
              "{name: n-1_A}", "{name: n, version: 1}", "{name: n, version: '1'}"),
}

INVALID = {
    "empty": "",
    "a list": "- command\n",
    "no command": ENVIRONMENT + "\n",
    "no environment": COMMAND + "\n",
    "two documents": job() + "---\na: 1\n",
    "a tab": job() + "inputs:\n\ta: 1\n",
    "a tag": job("inputs: {a: !own 1}"),
    "undeclared input": job(command="command: terroir processes ${{inputs.b}}"),
    "an input's input": job("inputs: {a: 5}", command="command: terroir processes ${{inputs.a.b}}"),
    "no names": job("inputs: {}", command="command: terroir processes ${{inputs.b}}"),
    **each("%: 5", "name", "display_name", "experiment_name", "description", "parent_job_name", "compute", "comand", "5"),
    **each("%: true", "name", "description"),
    **each("%: 2024-01-01", "name", "experiment_name"),
    **each("%:", "name", "tags", "properties", "environment_variables", "compute", "code", "distribution", "resources", "limits", "inputs",
           "outputs", "identity", "services", "queue_settings"),
    **each("type: %", "Command", "foo", "sweep", "spark", "parallel", "5", "true"),
    **each("tags: %", "{a: 1}", "{a: true}", "{a: [b]}", "[a]", "abc", "{1: b}", "{yes: b}"),
    **each("properties: %", "{a: 1.5}", "{no: b}", "abc"),
    **each("environment_variables: %", "[a]", "abc"),
    **each("compute: %", "[a]", "{a: b}"),
    **each("code: %", "nowhere", "file:./src", "azureml:c", "5", "[a]", "git+https://example.org/r", "azureml://datastores/d/paths/x",
           "wasbs://c@a.blob.core.windows.net/x"),
    **each("distribution: %", "{}", "mpi", "{process_count_per_instance: 4}", "{type: gloo}", "{type: 5}", "{type: mpi, processes: 4}"),
    **each("distribution: {type: mpi, process_count_per_instance: %}", "four", "true", "'4.5'", "'0x4'", ".inf", "[4]", ""),
    **each("resources: {%}", "instance_count: two", "instance_counts: 2", "node_count: 2", "instance_type: 5", "shm_size: 2",
           "docker_args: 5", "docker_args: [1]", "locations: a", "locations: [1]", "properties: {1: a}", "instance_count: "),
    **each("resources: %", "[a]", "5"),
    **each("limits: {%}", "timeout: 60s", "timeout: ", "timeouts: 60", "trial_timeout: 60"),
    **each("queue_settings: {%}", "job_tier: cheap", "priority: urgent", "priority: 5", "tier: spot"),
    **each("identity: {%}", "", "type: nobody", "type: user_identity, client_id: x", "type: managed, client_id: 5", "type: managed, a: b"),
    **each("services: {s: {%}}", "type: ssh, log_dir: d", "job_service_type: ssh", "port: a", "nodes: 1", "nodes: some", "properties: a",
           "ssh_public_keys: k, log_dir: d", "type: jupyter_lab, a: b"),
    **each("services: {s: %}", "", "ssh"),
    **each("inputs: %", "[a]", "abc", "5", "{5: 1}", "{yes: 1}", "{a-b: 1}", "{1a: 1}", "{a.b: 1}", "{'': 1}", "{é: 1}"),
    **each("outputs: %", "[a]", "abc", "{a-b: }", "{on: }"),
    **environments("", "e", "5", "[a]", "{}", "{imge: i}", "{conda_file: conda.yml}", "{image: i, build: {path: image}}",
                   "{build: {path: nowhere}}", "{image: i, conda_file: nowhere.yml}", "{image: i, os_type: plan9}", "file:./nowhere.yml",
                   "{image: i, dependencies: [a]}"),
    **inputs("", "[1]", "2024-01-01", ".inf", "-.inf", ".nan", "{path: 5}", "{path: }", "{path: [a]}", "{path: data, type: folder}",
             "{path: data, type: string}", "{type: integer, default: 5}", "{path: data, mode: rw_mount}", "{path: data, mode: upload}",
             "{path: data, type: uri_folder, mode: eval_mount}", "{path: data, mod: download}", "{path: data, optional: true}",
             "{path: data, description: d}", "{path: data, value: 5}", "{value: 5, mode: download}", "{value: [1]}", "{value: }",
             "{value: 2024-01-01}", "{path: data, datastore: 5}"),
    **outputs("5", "[a]", "abc", "{type: folder}", "{mode: ro_mount}", "{mode: download}", "{path: 5}", "{path: }", "{datastore: d}",
              "{description: d}", "{version: 1}", "{name: 5}", "{name: a b}", "{name: n, version: [1]}"),
}

# Not verified by the client: the service refuses these (or its documentation says so), or the client finds them only while it uploads.
SERVICE = {
    "an undeclared output": (job(command="command: terroir processes ${{outputs.b}}"), "the service resolves outputs"),
    "an undeclared input with spaces": (job(command="command: terroir processes ${{ inputs.b }}"), "the client looks for ${{inputs. only"),
    "braces not closed": (job("inputs: {a: 5}", command="command: terroir processes ${{inputs.a"), "the service resolves expressions"),
    "a parent": (job(command="command: terroir processes ${{parent.inputs.a}}"), "known in pipelines only"),
    "a search space": (job(command="command: terroir processes ${{search_space.a}}"), "known in sweep jobs only"),
    "an unknown name": (job(command="command: terroir processes ${{foo.a}}"), "the service resolves expressions"),
    "a name bound to a name": (job("inputs: {a: '${{inputs.b}}'}"), "the service resolves expressions"),
    "optional brackets": (
        job("inputs: {a: 5}", command="command: terroir processes $[[${{inputs.a}}]]"), "only components have optional inputs"),
    "a continued line": (job(command="command: |\n  terroir \\\n  processes"), "the documentation excludes backslashes at line ends"),
    "an empty command": (job(command="command: ''"), "there is nothing to run"),
    "an empty environment": (job(environment="environment: 'azureml:'"), "it names nothing"),
    "an empty size": (job("resources: {shm_size: ''}"), "the documentation asks for a number and b, k, m or g"),
    "another size": (job("resources: {shm_size: 2x}"), "the documentation asks for a number and b, k, m or g"),
    "no instances": (job("resources: {instance_count: 0}"), "a job needs a node"),
    "fewer than no instances": (job("resources: {instance_count: -1}"), "a job needs a node"),
    "fewer instances at most": (
        job("distribution: {type: mpi}", "resources: {instance_count: 4, max_instance_count: 2}"), "a contradiction"),
    "no processes": (job("distribution: {type: mpi, process_count_per_instance: 0}"), "a node needs a process"),
    "a time before now": (job("limits: {timeout: -5}"), "a timeout is positive"),
    "a list in a variable": (job("environment_variables: {A: [1]}"), "a variable is text"),
    "an input without a path": (data("{type: uri_folder}"), "found by the client while it uploads"),
    "an input with an empty path": (data("{path: ''}"), "found by the client while it uploads"),
    "a missing folder": (data("{path: nowhere}"), "found by the client while it uploads"),
    "a file for a folder": (data("{path: data/f.csv, type: uri_folder}"), "found by the client while it uploads"),
    "a folder for a file": (data("{path: data, type: uri_file}"), "found by the client while it uploads"),
    "a local output": (output("{path: data}"), "outputs go to data stores"),
    "an output in a blob": (output("{path: 'wasbs://c@a.blob.core.windows.net/x'}"), "outputs go to data stores"),
    "an output of an asset": (output("{path: 'azureml:d:1'}"), "an asset is named by name and version"),
    "a direct folder": (output("{type: uri_folder, mode: direct}"), "the table of modes in the documentation"),
    "one place twice": (
        job("outputs: {a: {path: 'azureml://datastores/d/paths/x'}, b: {path: 'azureml://datastores/d/paths/x/'}}",
            command="command: terroir processes ${{outputs.a}} ${{outputs.b}}"), "two outputs would overwrite each other"),
    **{f"the reserved name {name}": (job(f"inputs: {{{name}: 5}}"), "names become environment variables")
       for name in ("path", "PATH", "ld_library_path", "user", "logname", "home", "pwd", "shell")},
}  # fmt: skip

# What Azure ML runs, and a launch on this machine does not.
HERE = {
    "pytorch": (job("distribution: {type: pytorch, process_count_per_instance: 2}"), "ranks talk through MPI"),
    "tensorflow": (job("distribution: {type: tensorflow, worker_count: 2}"), "ranks talk through MPI"),
    "ray": (job("distribution: {type: ray, port: 5}"), "ranks talk through MPI"),
    "an anchor": (job("inputs: {a: &x 1, b: *x}"), "no anchors and aliases: they are how small files become large"),
    "a merged map": (job("inputs: {<<: {a: 1}, b: 3}"), "no merging of maps"),
}

COMPONENT = """$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
type: command
name: prepare
version: 1
is_deterministic: false
inputs:
  dem: {type: uri_folder}
  year: {type: integer, default: 2024, min: 1, max: 2100}
  note: {type: string, optional: true}
outputs:
  made: {type: uri_folder}
environment: azureml:terroir@latest
command: >-
  terroir processes ${{inputs.dem}} ${{inputs.year}} $[[${{inputs.note}}]] ${{outputs.made}}
distribution: {type: mpi, process_count_per_instance: 2, added: 7}
resources: {instance_count: 1, added: 3}
"""


def pipeline(step, *more):
    """A pipeline of the step `prepare`."""
    top = ["type: pipeline", "settings: {default_compute: azureml:c}", "inputs: {n: 2, dem: {type: uri_folder, path: data}}",
           "outputs: {made: {type: uri_folder}}", *more]  # fmt: skip
    return "\n".join([*top, "jobs:", "  prepare:", *("    " + line for line in step)]) + "\n"


BOUND = ["type: command", "component: ./component.yml", "inputs: {dem: '${{parent.inputs.dem}}', year: '${{parent.inputs.n}}'}",
         "outputs: {made: '${{parent.outputs.made}}'}"]  # fmt: skip
INLINE = ["command: terroir processes ${{inputs.dem}} ${{outputs.made}}", "environment: azureml:terroir@latest",
          "inputs: {dem: '${{parent.inputs.dem}}'}", "outputs: {made: }"]  # fmt: skip

VALID |= {
    "a step of a component": pipeline(BOUND),
    "a step of a component with file:": pipeline([line.replace("./comp", "file:./comp") for line in BOUND]),
    "a step with a command": pipeline(INLINE),
    "a step without a type": pipeline(BOUND[1:]),
    "a step with bound settings": pipeline([*BOUND, "distribution: {type: mpi, process_count_per_instance: '${{parent.inputs.n}}'}"]),
    "a step with a mode": pipeline(BOUND).replace("'${{parent.inputs.dem}}'", "{path: '${{parent.inputs.dem}}', mode: download}"),
    "a step with a key that nobody knows": pipeline([*BOUND, "own: 3"]),
    "a step after a step": pipeline(INLINE) + "  after:\n    command: echo ${{inputs.x}}\n    environment: azureml:e@latest\n"
    "    inputs: {x: '${{parent.jobs.prepare.outputs.made}}'}\n",
    "a schedule's macro": pipeline(BOUND).replace("n: 2", "n: 2, run: '${{name}}'"),
}
INVALID |= {
    "a pipeline with a key that nobody knows": pipeline(BOUND, "own: 3"),
    "a step that lacks an input": pipeline([BOUND[0], BOUND[1], "inputs: {year: 3}"]),
    "a step of a missing component": pipeline([line.replace("component.yml", "nowhere.yml") for line in BOUND]),
    "a step with a command and another key": pipeline([*INLINE, "own: 3"]),
    "a step that is not deterministic by itself": pipeline([*INLINE, "is_deterministic: false"]),
    "a step with capitals": pipeline(BOUND).replace("  prepare:", "  Prepare:"),
}
SERVICE |= {
    "an input of the pipeline that is not declared": (
        pipeline(BOUND).replace("parent.inputs.dem", "parent.inputs.dam"), "the service resolves bindings"),
    "an input that the component lacks": (pipeline(BOUND).replace("inputs: {dem: '", "inputs: {own: 3, dem: '"), "the client drops it"),
    "text for a whole number": (pipeline(BOUND).replace("'${{parent.inputs.n}}'", "abc"), "the service checks types"),
    "a number below the least": (pipeline(BOUND).replace("'${{parent.inputs.n}}'", "0"), "the service checks ranges"),
}  # fmt: skip

EVERYTHING = {**VALID, **INVALID, **{name: text for name, (text, _) in {**SERVICE, **HERE}.items()}}


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
    (folder / "component.yml").write_text(COMPONENT)
    for number, text in enumerate(EVERYTHING.values()):
        (folder / f"{number}.yml").write_text(text)
    names = [f"l{number}" for number in range(len(LITERALS))]
    words = " ".join(f"${{{{inputs.{name}}}}}" for name in names)
    lines = [f"  {name}: {text}" for name, text in zip(names, LITERALS, strict=True)]
    wrapped = [f"  w{name}: {{value: {text}}}" for name, text in zip(names[:28], LITERALS, strict=False)]
    words += " " + " ".join(f"${{{{inputs.w{name}}}}}" for name in names[:28])
    (folder / "literals.yml").write_text(job("inputs:", *lines, *wrapped, command=f"command: terroir processes {words}"))
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


def check(place, file):
    text = (place / file).read_text()
    step = ["--step", "Prepare" if "Prepare:" in text else "prepare"] if text.startswith("type: pipeline") and "jobs:" in text else []
    return subprocess.run([TERROIR, "check", file, *step], cwd=place, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module", name="checks")
def fixture_checks(place):
    """What `terroir check` says of each case, with the name of its file."""
    files = {name: f"{number}.yml" for number, name in enumerate(EVERYTHING)}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        done = dict(zip(files, pool.map(lambda file: check(place, file), files.values()), strict=True))
    assert {one.returncode for one in done.values()} == {0, 2}
    return {name: (done[name], file) for name, file in files.items()}


def assert_refused(done, file):
    """Each mistake says where it stands, what is wrong and what to do."""
    assert done.returncode == 2, done.stdout
    mistakes = [line for line in done.stderr.splitlines() if ": warning: " not in line and ": note: " not in line]
    assert mistakes
    for line in mistakes:
        assert re.match(rf"{re.escape(file)}:\d+:\d+: .+; .+", line), line


def test_there_are_enough_cases():
    assert len(VALID) >= 60
    assert len(INVALID) >= 60
    assert len(EVERYTHING) == len(VALID) + len(INVALID) + len(SERVICE) + len(HERE)


@pytest.mark.parametrize("name", VALID)
def test_both_take(name, checks, client):
    done, file = checks[name]
    assert client[file]["valid"], client[file]["why"]
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", INVALID)
def test_both_refuse(name, checks, client):
    done, file = checks[name]
    assert not client[file]["valid"]
    assert_refused(done, file)


@pytest.mark.parametrize("name", [*SERVICE, *HERE])
def test_only_we_refuse(name, checks, client):
    done, file = checks[name]
    assert client[file]["valid"], client[file]["why"]
    assert_refused(done, file)


def test_literals_travel_alike(place, client):
    theirs = client["literals.yml"]
    assert theirs["valid"], theirs["why"]
    done = check(place, "literals.yml")
    assert done.returncode == 0, done.stderr
    ours = shlex.split(done.stdout.splitlines()[1].removeprefix("1 rank: "))[2:]
    names = [f"l{number}" for number in range(len(LITERALS))] + [f"wl{number}" for number in range(28)]
    assert dict(zip(names, ours, strict=True)) == theirs["literals"]


def lines_for_a_shell(count, seed):
    """Arguments with quotes, backslashes and signs that mean something only in some places."""
    rng = random.Random(seed)
    pieces = ["a", "b.tif", " ", " ", "'c d'", '"e f"', "\\ ", "\\'", '\\"', '"\\""', "'\\'", '"\\g"', "''", "x=y", "{", "}", "{h}", "#",
              "~", "!", ",", "]", "%Y", "^", ":", "\\$", "'$'", '"\\$"', "\\*"]  # fmt: skip
    return ["".join(rng.choice(pieces) for _ in range(rng.randint(2, 12))) for _ in range(count)]


def test_commands_are_cut_as_bash_cuts_them(tmp_path):
    compared = 0
    for number, line in enumerate(lines_for_a_shell(80, 20240601)):
        file = f"{number}.yml"
        (tmp_path / file).write_text(f"command: {json.dumps('terroir processes ' + line)}\n{ENVIRONMENT}\n")
        done = subprocess.run([TERROIR, "check", file], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        if "needs a shell" in done.stderr:
            continue
        compared += 1
        bash = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], cwd=tmp_path, capture_output=True, text=True, check=True)
        words = shlex.split(done.stdout.splitlines()[1].removeprefix("1 rank: "))[2:]
        assert words == (bash.stdout.split("\0")[:-1] if words else []), line
    assert compared >= 30
