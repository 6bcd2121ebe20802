"""Copies of Zarr stores by Terroir, and recipes whose outputs are stores to copy."""

from jobs import DEM, opened, run, terroir, write_recipe

COPY = {"copy": {"process": "linear_scale", "data": "source", "factor": 1, "offset": 0}}
CHAIN = {"dem": {"path": str(DEM), "unit": "m"}}
RELIEF = {"slope": {"process": "slope", "data": "dem"},
          "relief": {"process": "focal_statistics", "data": "dem", "size": 5, "reducer": ["mean", "sd"]}}


def copied(folder, path, **source):
    """What Terroir makes of a variable that it only copies."""
    return opened(run(folder, COPY, {"source": {"path": str(path), **source}}))


def complaint(folder, command="check", **source):
    recipe = {"inputs": {"source": source}, "steps": COPY, "outputs": {"out": {"path": "${{outputs.out}}/o.zarr"}}}
    done = terroir(command, write_recipe(folder / "recipe.yml", recipe), "--output", f"out={folder}")
    return done.returncode, done.stderr.replace(str(folder) + "/", "")
