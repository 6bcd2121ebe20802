"""Bounds of times (CF conventions, section 7.1) from inputs to outputs, as xarray reads both."""

import json

import cftime
import netCDF4
import numpy as np
import pytest
import xarray
import zarr
from climate_files import COPY, made
from jobs import cf_complaints, run, terroir, write_recipe


def with_bounds(path, calendar, units, edges, own_units=None):
    """Maps whose times are the middles of bounds, written by netCDF4."""
    edges = np.asarray(edges, "f8")
    made(path, days=edges.mean(axis=1), calendar=calendar, units=units)
    with netCDF4.Dataset(path, "a") as file:
        file.createDimension("nv", 2)
        file["time"].bounds = "time_edges"
        bounds = file.createVariable("time_edges", "f8", ("time", "nv"))
        bounds[:] = edges
        if own_units:
            bounds.units = own_units
            bounds[:] = edges * 24
    return path


def bounds_of(path, engine):
    """(begin, end) of each time as xarray decodes them with cftime; the bounds' name, and the times'."""
    with xarray.open_dataset(path, engine=engine, decode_times=xarray.coders.CFDatetimeCoder(use_cftime=True)) as data:
        name = data.time.attrs.get("bounds") or data.time.encoding.get("bounds")
        return name, data[name].load().values.tolist() if name else None, data.time.values.tolist()


MONTHS = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31])


@pytest.mark.parametrize("calendar, edges, own_units", [
    ("noleap", np.stack([MONTHS[:-1], MONTHS[1:]], -1) + 59, None), ("360_day", [[30 * m, 30 * m + 30] for m in range(7)], None),
    ("standard", [[d - 0.25, d + 0.75] for d in range(7)], "hours since 2000-01-01")])
def test_bounds_of_time_come_through_a_chain(tmp_path, calendar, edges, own_units):
    source = with_bounds(tmp_path / "in.nc", calendar, "days since 2000-01-01", edges, own_units)
    wanted = bounds_of(source, "netcdf4")
    assert len(wanted[1]) == 7 and wanted[1][0][0].calendar == calendar
    outputs = {"v3": {"path": "a.zarr"}, "v2": {"path": "b.zarr", "zarr_format": 2}, "nc": {"path": "c.nc", "format": "netcdf"}}
    for output in outputs.values():
        output["path"] = f"${{{{outputs.out}}}}/{output['path']}"
    for folder, path in (("first", source), ("from_nc", tmp_path / "first/c.nc"), ("from_v3", tmp_path / "first/a.zarr"),
                         ("from_v2", tmp_path / "first/b.zarr")):
        recipe = {"name": "chain", "inputs": {"source": {"path": str(path)}}, "steps": COPY, "outputs": outputs}
        done = terroir("run", write_recipe(tmp_path / f"{folder}.yml", recipe), "--output", f"out={tmp_path / folder}")
        assert done.returncode == 0, done.stderr
        for name, engine in (("a.zarr", "zarr"), ("b.zarr", "zarr"), ("c.nc", "netcdf4"), ("c.nc", "h5netcdf")):
            assert bounds_of(tmp_path / folder / name, engine) == ("time_bnds", *wanted[1:]), (folder, name, engine)
    with netCDF4.Dataset(tmp_path / "first/c.nc") as file:
        assert file["time_bnds"].dtype == file["time"].dtype == "i8" and file["time_bnds"].dimensions == ("time", "bnds")
    shown = terroir("inspect", tmp_path / "first/a.zarr", "--json")
    assert [variable["name"] for variable in json.loads(shown.stdout)["variables"]] == ["copy"]
    assert cf_complaints(tmp_path / "first/c.nc", tmp_path) == []


def test_joined_files_and_selections_keep_the_bounds_of_their_times(tmp_path):
    units, calendar = "days since 2000-01-01", "noleap"
    for name, first in (("a", 7), ("b", 0)):
        with_bounds(tmp_path / f"{name}.nc", calendar, units, [[d, d + 1] for d in range(first, first + 7)])
    source = {"source": {"path": str(tmp_path / "?.nc"), "select": {"time": ["2000-01-03", "2000-01-10"]}}}
    results = []
    for ranks in (0, 3):
        store = run(tmp_path / str(ranks), COPY, source, ranks=ranks)
        days = cftime.num2date([[d, d + 1] for d in range(2, 10)], units, calendar).tolist()
        assert bounds_of(store, "zarr")[:2] == ("time_bnds", days)
        results.append({str(f.relative_to(store)): f.read_bytes() for f in sorted(store.rglob("*"))
                        if f.is_file() and "__terroir" not in f.parts})
    assert results[0] == results[1] and "time_bnds/c/0/0" in results[0]
    made(tmp_path / "c.nc", days=14 + np.arange(7.0), calendar=calendar, units=units)
    assert bounds_of(run(tmp_path / "out", COPY, {"source": {"path": str(tmp_path / "?.nc")}}), "zarr")[0] is None


def test_a_store_with_other_bounds_is_another_input(tmp_path):
    source = with_bounds(tmp_path / "in.nc", "noleap", "days since 2000-01-01", [[d, d + 1] for d in range(7)])
    store = run(tmp_path / "a", COPY, {"source": {"path": str(source)}})
    words = ["run", write_recipe(tmp_path / "recipe.yml", {
        "inputs": {"source": {"path": str(store)}}, "steps": COPY, "outputs": {"out": {"path": "${{outputs.out}}"}}
    }), "--output", f"out={tmp_path / 'b.zarr'}"]
    assert terroir(*words).returncode == 0 and "Nothing to do" in terroir(*words).stdout
    bounds = zarr.open(store)["time_bnds"]
    bounds[:] = bounds[:] - 3600
    done = terroir(*words)
    assert done.returncode == 2 and "holds the result of another plan" in done.stderr
