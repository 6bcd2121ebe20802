"""The files of configs/azureml: Microsoft's own client reads them, and what matters stands in them."""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess

import pytest
import yaml

SOURCE = pathlib.Path(os.environ["TERROIR_SOURCE"])
ASSETS = SOURCE / "configs/azureml"
SAMPLES = SOURCE / "data-samples"
BINDING = re.compile(r"\$\{\{\s*(\S+?)\s*\}\}")


@pytest.fixture(scope="session", name="answers")
def fixture_answers(tmp_path_factory):
    """What the client makes of the files, offline, and of the same with a misspelt key; one process tells both, because it takes seconds to
    load."""
    misspelt = tmp_path_factory.mktemp("misspelt")
    shutil.copytree(ASSETS, misspelt, dirs_exist_ok=True)
    (misspelt / "job.yml").write_text((ASSETS / "job.yml").read_text().replace("instance_count:", "instance_cuont:"))
    words = [os.environ["AZURE_PYTHON"], SOURCE / "tests/azure/read_assets.py", ASSETS, misspelt]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="session", name="seen")
def fixture_seen(answers):
    assert "fault" not in answers[0], answers[0]
    return answers[0]


def command_words(text):
    """A command by words, without the brackets around optional inputs."""
    return shlex.split(text.replace("$[[", " ").replace("]]", " "))


@pytest.mark.parametrize("name", ["job", "component", "verify", "pipeline", "schedule", "schedule-cron"])
def test_the_client_finds_no_fault(seen, name):
    assert seen[name]["verdict"] == {"result": "Succeeded"}


def test_the_client_does_find_faults(answers):
    assert "instance_cuont" in answers[1]["fault"]


def test_the_job_is_an_mpi_job_whose_output_outlives_it(seen):
    job = seen["job"]["fields"]
    assert job["distribution"] == {"type": "mpi", "process_count_per_instance": 4}
    assert job["resources"] == {"instance_count": 2}
    assert job["environment"] == f"azureml:{seen['environment']['fields']['name']}@latest"
    assert job["compute"] == f"azureml:{seen['compute']['fields']['name']}"
    output = job["outputs"]["features"]
    assert output["mode"] == "rw_mount"
    assert output["path"].startswith("azureml://datastores/") and "${{" not in output["path"]
    assert job["inputs"]["min_valid"] == 2 and job["inputs"]["relief_size"] == 9, "literals stay numbers"
    assert all(isinstance(value, str) for value in job["environment_variables"].values())
    assert job["limits"]["timeout"] == 14400


def test_the_step_is_never_taken_for_done(seen):
    for step in seen["pipeline"]["fields"]["jobs"].values():
        assert step["component"]["is_deterministic"] is False
    assert seen["component"]["fields"]["is_deterministic"] is False


def test_names_between_command_inputs_and_recipe_agree(seen):
    recipe = (ASSETS / "src/features.yml").read_text()
    recipe = "\n".join(line for line in recipe.splitlines() if not line.startswith("#"))
    for holder in (seen["job"]["fields"], seen["component"]["fields"]):
        words = command_words(holder.get("component", holder)["command"])
        assert words[:3] == ["terroir", "run", "features.yml"]
        passed = {flag: {} for flag in ("--input", "--output", "--memory", "--threads")}
        for flag, value in zip(words[3::2], words[4::2]):
            name, _, text = value.rpartition("=")
            passed[flag][name] = BINDING.fullmatch(text)[1]
        assert passed["--input"] == {name: f"inputs.{name}" for name in ("dem", "scenes", "min_valid", "relief_size")}
        assert passed["--output"] == {"features": "outputs.features"}
        assert set(BINDING.findall(recipe)) == {*passed["--input"].values(), *passed["--output"].values()}
        used = {text for group in passed.values() for text in group.values()}
        assert used == {f"inputs.{name}" for name in holder["inputs"]} | {f"outputs.{name}" for name in holder["outputs"]}


def test_optional_inputs_and_no_others_stand_in_double_brackets(seen):
    component = seen["component"]["fields"]
    optional = {name for name, facts in component["inputs"].items() if facts.get("optional")}
    bracketed = re.findall(r"\$\[\[.*?\$\{\{inputs\.(\w+)\}\}\]\]", component["command"])
    assert optional == set(bracketed) == {"memory", "threads"}
    assert {name: facts["type"] for name, facts in component["inputs"].items()} == {
        "dem": "uri_file", "scenes": "uri_folder", "min_valid": "integer", "relief_size": "integer", "memory": "string",
        "threads": "integer",
    }


def test_steps_are_bound_to_what_is_there(seen):
    pipeline = seen["pipeline"]["fields"]
    jobs = pipeline["jobs"]
    assert jobs["verify"]["inputs"]["features"]["path"] == "${{parent.jobs.features.outputs.features}}"
    assert jobs["features"]["outputs"]["features"] == "${{parent.outputs.features}}"
    there = {f"parent.inputs.{name}" for name in pipeline["inputs"]} | {f"parent.outputs.{name}" for name in pipeline["outputs"]}
    there |= {f"parent.jobs.{name}.outputs.{output}" for name, step in jobs.items() for output in step["component"].get("outputs", {})}
    written = yaml.safe_load((ASSETS / "pipeline.yml").read_text())["jobs"]
    for name, step in jobs.items():
        assert set(written[name]["inputs"]) <= set(step["component"]["inputs"]), "the client drops what the component does not have"
        assert set(BINDING.findall(json.dumps([step["inputs"], step.get("outputs", {})]))) <= there
    assert pipeline["settings"]["default_compute"] == f"azureml:{seen['compute']['fields']['name']}"
    assert pipeline["settings"]["continue_on_step_failure"] is False


def test_schedules_run_the_pipeline_into_a_folder_of_its_own(seen):
    recurrence, cron = seen["schedule"]["fields"], seen["schedule-cron"]["fields"]
    assert recurrence["trigger"]["type"] == "recurrence"
    assert (recurrence["trigger"]["frequency"], recurrence["trigger"]["interval"]) == ("week", 1)
    assert recurrence["trigger"]["schedule"] == {"hours": [4], "minutes": [0], "week_days": ["monday"]}
    assert (cron["trigger"]["type"], cron["trigger"]["expression"]) == ("cron", "0 4 * * 1,4")
    assert recurrence["name"] != cron["name"]
    for one in (recurrence, cron):
        job = one["create_job"]
        assert one["trigger"]["time_zone"] == "UTC"
        assert job["type"] == "pipeline"
        assert job["jobs"] == seen["pipeline"]["fields"]["jobs"]
        assert job["inputs"] == seen["pipeline"]["fields"]["inputs"], "the schedule replaces outputs only"
        assert job["outputs"]["features"]["path"].endswith("/${{name}}")


def test_the_cluster_costs_nothing_while_no_job_waits(seen):
    compute = seen["compute"]["fields"]
    assert (compute["type"], compute["tier"], compute["min_instances"]) == ("amlcompute", "dedicated", 0)
    assert compute["max_instances"] >= seen["job"]["fields"]["resources"]["instance_count"]


def test_the_data_store_is_a_container_without_secrets(seen):
    store = seen["datastore"]["fields"]
    assert (store["type"], store["container_name"], store["credentials"]) == ("azure_blob", "terroir", {})


def test_only_what_is_needed_is_sent(seen):
    assert seen["code"] == ["features.yml"]
    tops = {name.split("/")[0] for name in seen["context"]}
    assert tops == {"CMakeLists.txt", "CMakePresets.json", "cmake", "configs", "kernels", "pipeline", "scripts", "tiling"}
    assert [name for name in seen["context"] if name.startswith("configs/")] == ["configs/azureml/Dockerfile"]


DOCKERFILE = (ASSETS / "Dockerfile").read_text()


def steps(keyword):
    """Instructions of one kind, each in one line."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.removeprefix(keyword).strip() for line in joined.splitlines() if line.startswith(keyword + " ")]


def test_the_image_is_built_of_what_is_sent(seen, tmp_path):
    copied = [source for words in steps("COPY") if not words.startswith("--from") for source in words.split()[:-1]]
    for name in seen["context"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if any(name == top or name.startswith(top + "/") for top in copied):
            shutil.copy(SOURCE / name, tmp_path / name)
    configure = next(step for step in steps("RUN") if step.startswith("cmake"))
    command = configure.split("&&")[0].strip()
    assert command == "cmake --preset release -DTERROIR_TESTS=OFF -DTERROIR_BENCH=OFF"
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def test_the_image_has_the_libraries_that_the_program_names():
    step = next(step for step in steps("RUN") if step.startswith("strings"))
    command = step.replace("/opt/terroir/bin/terroir", os.environ["TERROIR"]).split(">")[0]
    packages = subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout.split()
    assert {"libgdal32", "libopenmpi3", "libproj25", "libyaml-cpp0.7", "libstdc++6"} <= set(packages)


def test_the_image_has_debian_packages_only():
    install = next(step for step in steps("RUN") if "xargs -a /opt/terroir/packages apt-get install" in step)
    packages = re.search(r"--no-install-recommends (.*?) &&", install)[1].split()
    assert packages == ["openmpi-bin", "openssh-client", "openssh-server", "ca-certificates"]
    policy = subprocess.run(["apt-cache", "policy", *packages], check=True, capture_output=True, text=True).stdout
    candidates = re.findall(r"^(\S+):\n.*\n  Candidate: (.*)$", policy, re.MULTILINE)
    if not candidates:
        pytest.skip("NOT RUN: packages of the image: this machine has no package lists")
    assert [name for name, _ in candidates] == packages
    assert all(version != "(none)" for _, version in candidates)


def test_open_mpi_takes_the_settings_of_the_image(tmp_path):
    append = next(step for step in steps("RUN") if "openmpi-mca-params.conf" in step)
    settings = tmp_path / "settings.conf"
    settings.write_text("pml=^ucx\nosc=^ucx,pt2pt")  # as Debian's ends: without a line feed
    subprocess.run(append.replace("/etc/openmpi/openmpi-mca-params.conf", str(settings)), shell=True, check=True)
    own = {name: value for name, value in os.environ.items() if not name.startswith("OMPI_MCA_")}
    shown = subprocess.run(["ompi_info", "--all", "--parsable"], check=True, capture_output=True, text=True,
                           env={**own, "OMPI_MCA_mca_base_param_files": str(settings)}).stdout
    got = dict(re.findall(r"^mca:\w+:\w+:param:(\w+):value:(.*)$", shown, re.MULTILINE))
    wanted = {"pml": "ob1", "btl": "self,vader,tcp", "osc": "^ucx,pt2pt", "btl_vader_single_copy_mechanism": "none",
              "btl_tcp_if_exclude": "lo,docker0", "hwloc_base_binding_policy": "none", "rmaps_base_oversubscribe": "true"}
    assert {name: got[name].strip('"') for name in wanted} == wanted


def test_root_may_start_mpirun_in_the_image():
    environment = " ".join(steps("ENV"))
    assert "OMPI_ALLOW_RUN_AS_ROOT=1" in environment and "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1" in environment
    paths = re.search(r"PATH=(\S+)", environment)[1].split(":")
    assert {"/opt/terroir/bin", "/usr/bin"} <= set(paths), "mpirun and terroir"


def check(words, folder):
    return subprocess.run([os.environ["TERROIR"], "check", *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_the_recipe_is_right_with_the_literals_of_the_job(seen, tmp_path):
    words = command_words(seen["job"]["fields"]["component"]["command"])[2:]
    values = {"dem": SAMPLES / "dem.tif", "scenes": SAMPLES / "scenes", "features": tmp_path}
    values |= {name: str(value) for name, value in seen["job"]["fields"]["inputs"].items() if not isinstance(value, dict)}
    bound = [BINDING.sub(lambda match: str(values[match[1].split(".")[1]]), word) for word in words]
    done = check(bound, ASSETS / "src")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module", name="store")
def fixture_store(tmp_path_factory):
    """A folder in place of the workspace's data store, with the samples where the files look for them."""
    folder = tmp_path_factory.mktemp("store")
    shutil.copytree(SAMPLES, folder / "terroir/samples")
    return folder


def test_terroir_accepts_the_job_and_the_step(store):
    for words in (["job.yml"], ["pipeline.yml", "--step", "features"]):
        done = check([*words, "--datastore", f"workspaceblobstore={store}"], ASSETS)
        assert (done.returncode, done.stderr) == (0, "")
        assert "--input min_valid=2" in done.stdout and f"--output features={store}/terroir/features/samples" in done.stdout
