"""Runs the benchmark's jobs and prints a table: median, fastest and slowest of several runs, peak memory of the largest process.

Every run starts mpirun, Python or gdaldem anew and writes into an empty folder; inputs are in the page cache.
"""

import argparse
import os
import pathlib
import shlex
import shutil
import statistics
import subprocess
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
HERE = SOURCE / "scripts" / "bench"
TERROIR = SOURCE / "build" / "release" / "terroir"
PYTHON = SOURCE / "tests" / ".venv" / "bin" / "python"


def touch_memory(folder):
    """Lets the next process find memory for its output that the machine really has. A virtual one gives what is free for a while back to
    its host, and has to ask for it again page by page, which took from nothing to a second of a job, by the job before it."""
    filler = folder / "filler"
    with open(filler, "wb") as file:
        for _ in range(128):
            file.write(bytes(1 << 24))
    filler.unlink()


def emptied(folder):
    return folder.with_name(folder.name + "-emptied")


def empty(folder):
    """Puts an empty folder into the place of one with results. Their files stay until the end, without content: for each file that is
    made, ext4 without a journal looks through all that were removed in its neighbourhood within the last minutes, which took up to a
    fifth of the processor time of a job from the one that came after it."""
    if folder.exists():
        for file in folder.rglob("*"):
            if file.is_file() and not file.is_symlink():
                os.truncate(file, 0)
        aside = emptied(folder)
        aside.mkdir(exist_ok=True)
        folder.rename(aside / str(len(list(aside.iterdir()))))
    folder.mkdir(parents=True)


class Job:
    """A command to time. `after` takes its standard output and returns seconds to take off; `pin` pins it to one core; `check` is a
    command that looks at the first result and prints what it finds."""

    def __init__(self, name, command, pin=None, after=lambda output: 0.0, check=None):
        self.name, self.pin, self.after, self.check = name, pin, after, check
        self.command = [str(word) for word in command]
        self.seconds, self.processor, self.peak, self.found = [], [], 0, ""

    def run(self, folder):
        empty(folder)
        touch_memory(folder)
        log = folder.parent / "log.txt"
        command = ["taskset", "-c", self.pin, *self.command] if self.pin else self.command
        start = time.monotonic()
        with open(log, "w") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=SOURCE)
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"{self.name} failed with {process.returncode}:\n{' '.join(command)}\n{log.read_text()[-3000:]}")
        self.seconds.append(seconds - self.after(log.read_text()))
        self.processor.append(usage.ru_utime + usage.ru_stime)
        self.peak = max(self.peak, usage.ru_maxrss / 1024)
        if self.check and not self.found:
            self.found = subprocess.check_output([str(word) for word in self.check], text=True).strip()

    def row(self, base):
        median = statistics.median(self.seconds)
        ratio = f"{median / base:6.2f}" if base else "      "
        spent = statistics.median(self.processor)
        name = f"{self.name}; {self.found}" if self.found else self.name
        return f"{median:8.2f} {min(self.seconds):8.2f} {max(self.seconds):8.2f}  {ratio}  {spent:7.2f}  {self.peak:7.0f}  {name}"


def fetch_seconds(output):
    return float(next(line.split()[1] for line in output.splitlines() if line.startswith("fetch_seconds")))


def terroir(recipe, inputs, out, ranks, memory):
    words = ["mpirun", "-n", ranks, "--bind-to", "core", TERROIR, "run", HERE / recipe, *inputs]
    return [*words, "--output", f"features={out}", "--memory", memory, "--threads", 1, "--overwrite", "--quiet"]


def both_cores(recipe, inputs, out, memory):
    """Two jobs that know nothing of each other, each on a core of its own. Twice what one takes alone, over what both take, is all that
    two ranks could gain on this machine: cores of a virtual one share theirs, and its memory, with others."""
    def alone(core):
        words = terroir(recipe, inputs, out / f"core{core}", 1, memory)
        words[words.index("core")] = "none"  # each mpirun would take the first core
        return shlex.join(str(word) for word in ["taskset", "-c", core, *words])

    return ["bash", "-c", f"{alone(0)} & first=$!; {alone(1)}; second=$?; wait $first && exit $second"]


def terrain_jobs(data, build, out):
    dem = data / "dem.tif"
    inputs = ["--input", f"dem={dem}"]
    yield Job("Terroir, 2 ranks", terroir("terrain.yml", inputs, out, 2, "300M"))
    yield Job("Terroir, 1 rank on 1 core", terroir("terrain.yml", inputs, out, 1, "300M"), pin="0")
    yield Job("Terroir, two jobs of 1 rank at once: twice the work", both_cores("terrain.yml", inputs, out, "300M"))
    floor = ["mpirun", "-n", 2, "--bind-to", "core", build / "floor", dem, build / "tiles.txt", build / "layers", out]
    yield Job("floor, 2 ranks: decode once, encode eight finished layers", floor, after=fetch_seconds)
    yield Job("xarray + Dask, 2 workers", [PYTHON, "-W", "ignore", HERE / "peer_terrain.py", dem, out / "dask.zarr", 1024])
    options = ["-co", "TILED=YES", "-co", "COMPRESS=ZSTD", "-co", "ZSTD_LEVEL=1", "-co", "PREDICTOR=3"]
    yield Job("gdaldem slope alone (one of the eight, GeoTIFF zstd 1)", ["gdaldem", "slope", dem, out / "slope.tif", *options])


def scenes_jobs(data, build, out):
    scenes = data / "scenes"
    yield Job("Terroir, 2 ranks", terroir("scenes.yml", ["--input", f"scenes={scenes}"], out, 2, "500M"))
    yield Job("xarray + Dask, 2 workers", [PYTHON, "-W", "ignore", HERE / "peer_scenes.py", scenes, out, 1024])


def netcdf_jobs(data, build, out):
    inputs = ["--input", f"dem={data / 'dem.tif'}"]
    level_4 = build / "netcdf_level_4.yml"
    level_4.write_text((HERE / "netcdf.yml").read_text() + "    codec: {name: deflate, level: 4}\n")
    for recipe, level in (("netcdf.yml", "deflate 1"), (level_4, "deflate 4, which netCDF4-python takes unless told")):
        yield Job(f"Terroir, 2 ranks, {level}", terroir(recipe, inputs, out, 2, "400M"))
        yield Job(f"Terroir, 1 rank on 1 core, {level}", terroir(recipe, inputs, out, 1, "400M"), pin="0")


def warp_jobs(data, build, out):
    dem = data / "dem.tif"
    yield Job("Terroir, 2 ranks", terroir("warp.yml", ["--input", f"dem={dem}"], out, 2, "300M"))
    options = ["-co", "TILED=YES", "-co", "COMPRESS=ZSTD", "-co", "ZSTD_LEVEL=1", "-dstnodata", "nan", "-ot", "Float32", "-q"]
    threads = ["-multi", "-wo", "NUM_THREADS=2"]
    yield Job("gdalwarp, 2 threads", ["gdalwarp", "-t_srs", "EPSG:4326", "-r", "bilinear", "-et", 0.01, *threads, *options, dem,
                                      out / "warped.tif"])


def conservative_jobs(data, build, out):
    fields = data / "fields.nc"

    def totals(result, variable):
        return [PYTHON, HERE / "compare_totals.py", fields, result, variable]

    yield Job("Terroir, 2 ranks", terroir("conservative.yml", ["--input", f"fields={fields}"], out, 2, "500M"),
              check=totals(out / "coarse.nc", "coarse"))
    words = ["cdo", "-s", "-P", 2, "-f", "nc4", "-z", "zip_1", "remapcon,r360x180", fields, out / "cdo.nc"]
    yield Job("CDO remapcon, 2 threads", words, check=totals(out / "cdo.nc", "tas"))


def daily_jobs(data, build, out):
    daily = data / "daily.nc"
    yield Job("Terroir, 2 ranks", terroir("daily.yml", ["--input", f"daily={daily}"], out, 2, "500M"))
    for chunks, name in ((1, "in the file's chunks"), (20, "20 of the file's chunks in a task")):
        yield Job(f"xarray + Dask, 2 workers, {name}", [PYTHON, "-W", "ignore", HERE / "peer_daily.py", daily, out, chunks])


def series_jobs(data, build, out):
    maps = data / "hourly.nc"
    yield Job("Terroir, 2 ranks", terroir("series.yml", ["--input", f"tas={maps}"], out, 2, "300M"))
    yield Job("Terroir, 1 rank on 1 core", terroir("series.yml", ["--input", f"tas={maps}"], out, 1, "300M"), pin="0")
    yield Job("xarray + Dask, 2 workers", [PYTHON, "-W", "ignore", HERE / "peer_series.py", maps, out])


def prepare_floor(data, build, out):
    """The floor needs finished layers: those of Terroir."""
    if (build / "layers").exists():
        return
    Job("", terroir("terrain.yml", ["--input", f"dem={data / 'dem.tif'}"], out, 2, "300M")).run(out)
    partial = build / "partial"
    subprocess.run([PYTHON, HERE / "prepare_floor.py", data / "dem.tif", out / "terrain.zarr", partial], check=True)
    (partial / "tiles.txt").rename(build / "tiles.txt")
    (partial / "layers").rename(build / "layers")


def warm(folder):
    """Brings all inputs into the page cache."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            with open(file, "rb") as content:
                while content.read(1 << 24):
                    pass


def benchmarks(name, title, environment=None):
    program = SOURCE / "build" / "release" / "tests" / "bench" / name
    if program.exists():
        print(f"\n{title}:", flush=True)
        words = ["taskset", "-c", "0", program, "--benchmark_repetitions=5", "--benchmark_report_aggregates_only=true"]
        subprocess.run(words, check=True, env=os.environ | (environment or {}))


JOBS = {"terrain": terrain_jobs, "scenes": scenes_jobs, "netcdf": netcdf_jobs, "warp": warp_jobs, "conservative": conservative_jobs,
        "daily": daily_jobs, "series": series_jobs}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, default=SOURCE / "build" / "bench-data")
    parser.add_argument("--out", type=pathlib.Path, default=SOURCE / "build" / "bench-out", help="emptied before every run, removed at the end")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=[*JOBS, "kernels"])
    parser.add_argument("--match", default="", help="only jobs whose name contains this")
    options = parser.parse_args()
    build, out = SOURCE / "build" / "bench", options.out.resolve() / "result"
    data = options.data.resolve()

    print(f"copy bandwidth of one core: {subprocess.check_output([build / 'copy'], text=True).strip()} GB/s")
    for name, jobs in JOBS.items():
        if options.only not in (None, name):
            continue
        if name == "terrain":
            prepare_floor(data, build, out)
        if name == "series":
            subprocess.run([PYTHON, HERE / "make_maps.py", data / "hourly.nc"], check=True)
        warm(data)
        chosen = [job for job in jobs(data, build, out) if options.match in job.name]
        # Round by round, so that what else happens on the machine falls on all jobs alike.
        for _ in range(options.runs):
            for job in chosen:
                job.run(out)
        base = statistics.median(chosen[0].seconds) if chosen else 0
        print(f"\n{name}: {options.runs} runs\n  median      min      max   ratio    CPU s  peak MB  job")
        for job in chosen:
            print(job.row(base))
        for job in chosen:
            print(f"  {job.name}: {' '.join(job.command)}")
    shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(emptied(out), ignore_errors=True)
    if options.only in (None, "daily"):
        stack = {"TERROIR_STACK": str(data / "daily.nc")}
        benchmarks("netcdf_bench", "Reading daily.nc as series, one core, bytes of decoded numbers", stack)
    if options.only in (None, "kernels"):
        benchmarks("kernels_bench", "Kernels, one core, blocks in cache")


if __name__ == "__main__":
    main()
