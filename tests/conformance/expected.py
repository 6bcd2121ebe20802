"""What the stores of write_store hold: the formula of cases.cpp and the packing rules, written again in numpy."""

import atexit
import functools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np

TIMES = ["1850-02-28T00:00:00", "1970-01-01T00:00:00", "2024-02-28T12:00:00", "2024-03-01T00:00:00", "2100-03-01T06:30:15"]
SHARD, CHUNK, TIME_CHUNK = 32, 16, 2


@functools.cache
def folder():
    """The stores, written once for a run of the tests."""
    source = pathlib.Path(os.environ.get("TERROIR_SOURCE", pathlib.Path(__file__).parents[2]))
    program = os.environ.get("TERROIR_WRITE_STORE", source / "build/release/tests/conformance/write_store")
    path = pathlib.Path(tempfile.mkdtemp(prefix="terroir-stores-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    subprocess.run([program, path], check=True)
    return path


@functools.cache
def cases():
    return json.loads((folder() / "cases.json").read_text())


def names(**wanted):
    return [c["name"] for c in cases() if all(c[key] == value for key, value in wanted.items())]


def case(name):
    return next(c for c in cases() if c["name"] == name)


def store(name):
    return str(folder() / f"{name}.zarr")


def pixels(one, array):
    """Values before they are packed, as float64: (time, feature, y, x), the absent ones of these dimensions of size 1."""
    first = [a["name"] for a in one["arrays"]].index(array["name"])
    times, features = max(array["times"], 1), len(array["features"])
    shape = (times, features, one["rows"], one["cols"])
    t, f, r, c = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    f = f + first
    value = (f * 200 + t * 50 + r) * 0.5 + c * 0.25 - 20
    missing = (r < 32) & (c >= 32) & (c < 64) | (r >= 32) & (r < 48) & (c < 16) | ((r * 7 + c * 3 + t + f) % 11 == 0)
    return np.where(missing, np.nan, value)


def shaped(values, array):
    """Without the dimensions that the array does not have."""
    if len(array["features"]) == 1:
        values = values[:, 0]
    return values if array["times"] else values[0]


def nodata(array):
    if array["nodata"] is not None:
        return array["nodata"]
    if array["dtype"].startswith("float"):
        return np.nan
    info = np.iinfo(array["dtype"])
    return info.min if info.min < 0 else info.max


def stored(one, array):
    """The numbers in the store."""
    values, missing = pixels(one, array), nodata(array)
    if array["dtype"].startswith("float"):
        values = np.where(np.isnan(values), missing, values)
    else:
        info = np.iinfo(array["dtype"])
        values = np.rint((values - array["add_offset"]) / array["scale_factor"])
        values = np.where((values >= info.min) & (values <= info.max), values, missing)
    return shaped(values.astype(array["dtype"]), array)


def decoded(one, array):
    """What a reader makes of them that knows CF."""
    numbers = stored(one, array)
    missing = np.isnan(numbers) | (numbers == nodata(array))
    return np.where(missing, np.nan, numbers.astype(np.float64) * array["scale_factor"] + array["add_offset"])


def centres(one):
    x0, dx, y0, dy = one["transform"]
    return x0 + (np.arange(one["cols"]) + 0.5) * dx, y0 + (np.arange(one["rows"]) + 0.5) * dy
