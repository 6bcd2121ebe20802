"""What README.md and the guide show is done here: their recipe, their commands, their Python, their messages."""

import os
import pathlib
import re
import shlex
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ["TERROIR_SOURCE"])
README, GUIDE, JOBS = ((SOURCE / page).read_text() for page in ("README.md", "docs/guide.md", "docs/jobs.md"))
DEM = str(SOURCE / "data-samples/dem.tif")

# What xarray says of consolidated metadata is told in the guide.
pytestmark = pytest.mark.filterwarnings("ignore:Consolidated metadata")


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def terroir(*words, cwd):
    return subprocess.run([os.environ["TERROIR"], *words], cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def shape(text):
    """A text without its numbers, which change with the program."""
    return re.sub(r"\([0-9a-f]{12}\)", "(#)", re.sub(r"\d+(\.\d+)?( [KMG]iB)?", "#", text)).splitlines()


@pytest.fixture(scope="module", name="place")
def fixture_place(tmp_path_factory):
    """A folder in which the README's command lines have been run, with one rank."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "valley.yml").write_text(blocks(README, "yaml")[0])
    for name in ("configs", "data-samples"):
        (folder / name).symlink_to(SOURCE / name)
    lines = [line for text in (README, GUIDE) for block in blocks(text, "sh") for line in block.splitlines()]
    runs = [shlex.split(line)[1:] for line in lines if line.startswith("terroir run")]
    assert [run[1] for run in runs] == ["valley.yml", "configs/terrain.yml", "out/valley.zarr"]
    for run in runs:
        done = terroir(*run, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


def test_a_store_is_made_again(place):
    def contents(store):
        files = [f for f in sorted(store.rglob("*")) if f.is_file() and "__terroir" not in f.parts]
        return {str(f.relative_to(store)): f.read_bytes() for f in files}

    assert contents(place / "again/valley.zarr") == contents(place / "out/valley.zarr")


def test_the_table_has_a_row_for_each_valid_pixel(place, monkeypatch):
    monkeypatch.chdir(place)
    names = {}
    exec(blocks(README, "python")[0], names)  # pylint: disable=exec-used
    # A pixel has a slope if its 3 x 3 neighbours are there: neither at the edge of the 512 x 512 pixels nor beside the gap.
    assert names["table"].dims == ("pixel", "feature")
    assert names["table"].shape == (int(names["cube"].feature_valid_count.min()), 3)
    assert list(names["cube"].feature.values) == ["z_slope", "z_relief_mean", "z_relief_sd"]
    assert abs(names["table"][:, 0].values.astype(float).mean()) < 1e-6
    assert abs(names["table"][:, 0].values.astype(float).std() - 1) < 1e-6


def test_the_guide_reads_both_layouts(place, monkeypatch):
    monkeypatch.chdir(place)
    names = {}
    for block in blocks(GUIDE, "python"):
        exec(block, names)  # pylint: disable=exec-used
    assert names["data"].rio.crs.to_string() == "EPSG:32632"
    assert names["data"].slope.attrs["units"] == "degree"
    assert names["patch"].shape == (3, 128, 128)
    assert names["mean"].shape == names["sd"].shape == (3,)


def test_plans_look_as_shown(place):
    words = ["plan", "valley.yml", "--input", f"dem={DEM}", "--output", "out=out", "--memory", "2G", "--threads", "1"]
    plan = shape(terroir(*words, cwd=place).stdout)
    shown = next(block for block in blocks(README, "text") if block.startswith("Plan of"))
    assert shape(shown) == plan[: len(shown.splitlines())]
    terms = next(block for block in blocks(GUIDE, "text") if block.startswith("Memory of"))
    assert shape(terms) == plan[-len(terms.splitlines()) :]


def test_mistakes_look_as_shown(place):
    recipe = (place / "valley.yml").read_text()
    for right, wrong in [("unit: degree", "unit: deg"), ("focal_statistics", "focal_statistic"), ("layout: stacked", "layer: stacked")]:
        assert right in recipe
        recipe = recipe.replace(right, wrong)
    folder = place / "mistakes"
    folder.mkdir()
    (folder / "valley.yml").write_text(recipe)
    done = terroir("check", "valley.yml", "--input", f"dem={DEM}", "--output", "out=out", cwd=folder)
    assert (done.returncode, done.stderr) == (2, blocks(README, "text")[0])


@pytest.mark.parametrize(
    "text, unit, arguments",
    [
        ("Nothing to do: the outputs of this plan are complete", "degree", []),
        ("out/valley.zarr holds the result of another plan (different: steps.slope.unit)", "percent", []),
        ("may take 48 MiB (most for program and libraries", "degree", ["--memory", "48M", "--overwrite"]),
    ],
)
def test_messages_are_as_shown(place, text, unit, arguments):
    assert text in README + GUIDE
    (place / "other.yml").write_text((place / "valley.yml").read_text().replace("unit: degree", f"unit: {unit}"))
    done = terroir("run", "other.yml", "--input", f"dem={DEM}", "--output", "out=out", *arguments, cwd=place)
    assert text in done.stdout + done.stderr


def test_foreign_files_are_refused_as_shown(place):
    folder = place / "foreign"
    (folder / "out/valley.zarr").mkdir(parents=True)
    (folder / "out/valley.zarr/notes.txt").write_text("mine")
    done = terroir("run", "../valley.yml", "--input", f"dem={DEM}", "--output", "out=out", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.removeprefix("terroir: ").strip() in README
    assert (folder / "out/valley.zarr/notes.txt").read_text() == "mine"


def test_jobs_look_as_shown(tmp_path):
    job, (mistake, right) = blocks(JOBS, "yaml")[0], blocks(JOBS, "text")
    for name in ("configs", "data-samples"):
        (tmp_path / name).symlink_to(SOURCE / name)
    (tmp_path / "job.yml").write_text(job)
    done = terroir("check", "job.yml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.replace(str(tmp_path), "/home/ann") == right
    (tmp_path / "job.yml").write_text(job.replace("\nresources:", "\nresource:"))
    done = terroir("check", "job.yml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, mistake)


def test_literals_travel_as_shown(tmp_path):
    rows = re.findall(r"^\| (`.*`) \| `(.*?)`.* \|$", JOBS[JOBS.index("## Literals") : JOBS.index("## The folder")], re.MULTILINE)
    written = [(text, printed) for texts, printed in rows for text in re.findall("`(.*?)`", texts)]
    assert len(written) == 10
    for text, printed in written:
        (tmp_path / "job.yml").write_text(f"command: terroir processes ${{{{inputs.a}}}}\nenvironment: azureml:e@latest\ninputs: {{a: {text}}}\n")
        done = terroir("check", "job.yml", cwd=tmp_path)
        assert done.stdout == f"job.yml is right\n1 rank: terroir processes {printed}\n", done.stderr


def test_links_lead_somewhere():
    pages = [SOURCE / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "configs/azureml/README.md")]
    for page in [*pages, *sorted((SOURCE / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            if target.startswith("http"):
                continue
            path, _, anchor = target.partition("#")
            linked = (page.parent / path) if path else page
            assert linked.exists(), f"{page.name}: {target}"
            headings = re.findall(r"^#+ (.*)$", linked.read_text(), re.MULTILINE) if anchor else []
            anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert not anchor or anchor in anchors, f"{page.name}: {target}"
