"""Climate files as Terroir reads them beside xarray: the same times, values and units."""

import json
import subprocess
import sys

import cftime
import netCDF4
import numpy as np
import pytest
import xarray
from climate_files import COPY, made
from jobs import REAL, opened, run, terroir, write_recipe

FILES = {
    "bcsd_obs_1999.nc": ["pr", "tas"],
    "oisst_reduced.nc": ["sst", "anom", "err", "ice"],
    "pr_day_CanESM2_2095_noleap.nc": ["pr"],
    "snw_day_CanESM5_1991-2010.nc": ["snw"],
    "tasmax_day_CanESM2_2095_noleap.nc": ["tasmax"],
    "tasmin_day_CanESM2_2095_noleap.nc": ["tasmin"],
    **{f"s2_{band}.nc": [None] for band in ("blue", "green", "red", "nir", "swir1", "swir2")},
}


def copied(folder, path, **source):
    """What Terroir makes of a variable that it only copies."""
    return opened(run(folder, COPY, {"source": {"path": str(path), **source}}))


def by_xarray(path, variable):
    """A variable as (time, y, x) or (y, x) from the north."""
    # The netCDF4 library does not find attributes again whose names are Latin-1, as those of the Sentinel-2 bands.
    engine = "scipy" if path.name.startswith("s2_") else "netcdf4"
    with xarray.open_dataset(path, engine=engine, decode_times=xarray.coders.CFDatetimeCoder(use_cftime=True)) as data:
        names = [name for name in data.data_vars if data[name].ndim >= 2]
        wanted = data[variable or names[0]].load()
    wanted = wanted.squeeze([d for d in wanted.dims if wanted.sizes[d] == 1 and d != "time"], drop=True)
    names = {d: {"latitude": "y", "lat": "y", "longitude": "x", "lon": "x"}.get(d, d) for d in wanted.dims}
    wanted = wanted.rename({old: new for old, new in names.items() if old != new})
    wanted = wanted.transpose(*(["time"] if "time" in wanted.dims else []), "y", "x")
    geographic = wanted.y.attrs.get("units", "").startswith("degrees")
    return wanted.sortby("y", ascending=False) if geographic else wanted


def times(values):
    return [(t.year, t.month, t.day, t.hour, t.minute, t.second) for t in np.atleast_1d(values)]


def times_of(result):
    raw = xarray.open_zarr(result, decode_times=False).time
    return times(cftime.num2date(raw.values, raw.units, raw.calendar)), raw.calendar


def expect_same(got, wanted):
    np.testing.assert_array_equal(np.isnan(got), np.isnan(wanted))
    np.testing.assert_allclose(got, wanted, rtol=3e-7, atol=0)


@pytest.mark.parametrize("name, variable", [(name, one) for name, some in FILES.items() for one in some])
def test_a_real_file_is_what_xarray_reads(tmp_path, name, variable):
    if not (REAL / name).exists():
        pytest.skip(f"NOT RUN: {name}: the folder {REAL} is not there")
    source = {"crs": "EPSG:32632"} if name.startswith("s2_") else {}
    source |= {"variable": variable} if variable else {}
    store = run(tmp_path, COPY, {"source": {"path": str(REAL / name), **source}})
    wanted = by_xarray(REAL / name, variable)
    result = opened(store)["copy"]
    expect_same(result.values.reshape(wanted.shape), wanted.values)
    if "time" in wanted.dims:
        calendar = wanted.time.values[0].calendar
        same_calendar = {"noleap": "365_day", "gregorian": "standard"}.get(calendar, calendar)
        assert times_of(store) == (times(wanted.time.values), same_calendar)
    unit = wanted.attrs.get("units", "")
    assert result.attrs.get("units", "") == {"C": "degC"}.get(unit, unit)
    if not name.startswith("s2_"):
        # A thousandth of a cell: CanESM5's Gaussian latitudes are that regular here.
        for axis in ("x", "y"):
            np.testing.assert_allclose(result[axis], wanted[axis], atol=1e-3 * abs(float(wanted[axis][1] - wanted[axis][0])))


# ecCodes breaks down when its process ends, after all is written.
BY_ECCODES = """
import os, sys, numpy, xarray
data = xarray.open_dataset(sys.argv[1], engine="cfgrib", backend_kwargs={"indexpath": ""})
numpy.savez(sys.argv[2], values=data.t2m.values, times=data.valid_time.values.astype("datetime64[s]").astype("int64"),
            x=data.longitude.values, y=data.latitude.values, unit=data.t2m.attrs["units"])
os._exit(0)
"""


def test_a_real_grib_file_is_what_eccodes_reads(tmp_path):
    path = REAL / "era5_2mt_2019-03_uk.grib"
    if not path.exists():
        pytest.skip(f"NOT RUN: {path.name}: the folder {REAL} is not there")
    subprocess.run([sys.executable, "-c", BY_ECCODES, path, tmp_path / "wanted.npz"], check=True, capture_output=True)
    wanted = np.load(tmp_path / "wanted.npz")
    store = run(tmp_path, COPY, {"source": {"path": str(path)}})
    result = opened(store)["copy"]
    np.testing.assert_allclose(result.values, wanted["values"], rtol=1e-7)
    np.testing.assert_array_equal(result.time.values.astype("datetime64[s]").astype("int64"), wanted["times"])
    np.testing.assert_allclose(result.x, wanted["x"])
    np.testing.assert_allclose(result.y, wanted["y"])
    assert result.attrs["units"] == wanted["unit"] == "K"


# Two hours of 2T on 4 x 6 pixels, then bytes that are no message.
BY_ECCODES_WITH_A_TAIL = """
import os, sys, numpy, eccodes
with open(sys.argv[1], "wb") as file:
    for hour in range(2):
        message = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib1")
        for key, value in {"Ni": 6, "Nj": 4, "latitudeOfFirstGridPointInDegrees": 53, "longitudeOfFirstGridPointInDegrees": 5,
                           "latitudeOfLastGridPointInDegrees": 50, "longitudeOfLastGridPointInDegrees": 10, "iDirectionIncrementInDegrees": 1,
                           "jDirectionIncrementInDegrees": 1, "indicatorOfParameter": 167, "dataDate": 20190301, "dataTime": 100 * hour,
                           "bitsPerValue": 16}.items():
            eccodes.codes_set(message, key, value)
        eccodes.codes_set_values(message, numpy.arange(24.0) + 280 + hour)
        eccodes.codes_write(message, file)
    file.write(bytes(100))
os._exit(0)
"""


# Longitudes from 5 to 355, each value the longitude of its column.
AROUND_THE_GLOBE = """
import os, sys, numpy, eccodes
message = eccodes.codes_grib_new_from_samples(sys.argv[2])
for key, value in {"Ni": 36, "Nj": 4, "latitudeOfFirstGridPointInDegrees": 35, "longitudeOfFirstGridPointInDegrees": 5,
                   "latitudeOfLastGridPointInDegrees": 5, "longitudeOfLastGridPointInDegrees": 355, "iDirectionIncrementInDegrees": 10,
                   "jDirectionIncrementInDegrees": 10, "bitsPerValue": 16}.items():
    eccodes.codes_set(message, key, value)
eccodes.codes_set_values(message, numpy.tile(numpy.arange(5.0, 360, 10), 4))
with open(sys.argv[1], "wb") as file:
    eccodes.codes_write(message, file)
os._exit(0)
"""


@pytest.mark.parametrize("sample", ["regular_ll_sfc_grib1", "regular_ll_sfc_grib2"])
def test_longitudes_of_a_grib_file_stay_where_they_are(tmp_path, sample):
    subprocess.run([sys.executable, "-c", AROUND_THE_GLOBE, tmp_path / "in.grib", sample], check=True, capture_output=True)
    result = copied(tmp_path / "out", tmp_path / "in.grib")["copy"].squeeze()
    np.testing.assert_allclose(result.x, np.arange(5, 360, 10))
    np.testing.assert_allclose(result.values, np.broadcast_to(result.x, (4, 36)), atol=0.01)


@pytest.mark.parametrize("ranks", [0, 2])
def test_documents_are_whole_whatever_a_library_prints(tmp_path, ranks):
    subprocess.run([sys.executable, "-c", BY_ECCODES_WITH_A_TAIL, tmp_path / "tail.grib"], check=True, capture_output=True)
    recipe = {"inputs": {"source": {"path": str(tmp_path / "tail.grib")}}, "steps": COPY,
              "outputs": {"out": {"path": "${{outputs.out}}/o.zarr"}}}
    path = write_recipe(tmp_path / "recipe.yml", recipe)
    for command in ("plan", "run"):
        done = terroir(command, path, "--json", "--output", f"out={tmp_path}", ranks=ranks)
        assert done.returncode == 0, done.stderr
        json.loads(done.stdout)
    # Without the program's guard GDAL's words would stand in the document.
    assert "GRIB2Inventory" in done.stderr
    np.testing.assert_allclose(opened(tmp_path / "o.zarr")["copy"].values[1], np.arange(24.0).reshape(4, 6) + 281, rtol=1e-6)


@pytest.mark.parametrize("dims", [("time", "lat", "lon"), ("lat", "lon", "time"), ("lon", "lat", "time"), ("time", "one", "lon", "lat"),
                                  ("lat", "time", "lon")])
@pytest.mark.parametrize("south_up", [False, True])
def test_any_order_of_dimensions_and_of_latitudes(tmp_path, dims, south_up):
    lat = np.linspace(50.25, 59.75, 20) if south_up else np.linspace(59.75, 50.25, 20)
    chunks = [{"time": 3, "lat": 7, "lon": 8}.get(d, 1) for d in dims]
    data = made(tmp_path / "in.nc", dims=dims, lat=lat, chunksizes=chunks)
    result = copied(tmp_path / "out", tmp_path / "in.nc")["copy"]
    np.testing.assert_array_equal(result.values, data[:, ::-1] if south_up else data)
    np.testing.assert_allclose(result.y, np.linspace(59.75, 50.25, 20))


@pytest.mark.parametrize("encoding", [{}, {"shuffle": False}, {"fletcher32": True}, {"zlib": False}, {"zlib": False, "shuffle": True},
                                      {"endian": "big"}, {"zlib": False, "contiguous": True}, {"format": "NETCDF3_CLASSIC", "zlib": False},
                                      {"format": "NETCDF3_64BIT_DATA", "zlib": False}, {"compression": "szip", "zlib": False},
                                      {"compression": "bzip2", "zlib": False}])
@pytest.mark.parametrize("dtype", ["i2", "f8"])
def test_any_storage(tmp_path, encoding, dtype):
    chunked = "format" not in encoding and not encoding.get("contiguous")
    encoding = dict(encoding, chunksizes=(3, 7, 8)) if chunked else dict(encoding)
    if encoding.get("compression") == "bzip2" and not __import__("netCDF4").Dataset(tmp_path / "x.nc", "w").has_bzip2_filter():
        pytest.skip("NOT RUN: bzip2: the writing netCDF4 has no such filter")
    data = made(tmp_path / "in.nc", dtype=dtype, data=np.random.default_rng(5).integers(-100, 100, (7, 20, 30)).astype(dtype), **encoding)
    result = copied(tmp_path / "out", tmp_path / "in.nc")["copy"]
    np.testing.assert_array_equal(result.values, data.astype("f4"))


def test_packing(tmp_path):
    data = np.array([[[-32768, -999, 100], [201, 5, -5]]], "i2")
    attributes = {"_FillValue": np.int16(-32768), "missing_value": np.int16(-999), "scale_factor": 0.5, "add_offset": 10.0,
                  "valid_range": np.array([-5, 200], "i2"), "units": "K"}
    made(tmp_path / "in.nc", dtype="i2", data=data, days=[0.0], lat=[1.5, 0.5], lon=[0.5, 1.5, 2.5], attributes=attributes)
    result = copied(tmp_path / "out", tmp_path / "in.nc")["copy"]
    np.testing.assert_array_equal(result.values[0], [[np.nan, np.nan, 60], [np.nan, 12.5, 7.5]])


def test_unsigned_bytes_of_the_classic_format(tmp_path):
    data = np.array([[[-1, -2, 100], [0, 5, -128]]], "i1")
    made(tmp_path / "in.nc", dtype="i1", data=data, days=[0.0], lat=[1.5, 0.5], lon=[0.5, 1.5, 2.5], format="NETCDF3_CLASSIC", zlib=False,
         attributes={"_FillValue": np.int8(-1), "_Unsigned": "true"})
    result = copied(tmp_path / "out", tmp_path / "in.nc")["copy"]
    np.testing.assert_array_equal(result.values[0], [[np.nan, 254, 100], [0, 5, 128]])


@pytest.mark.parametrize("calendar, units, value", [
    ("360_day", "months since 2000-01-01", 13), ("noleap", "days since 1999-02-28", 2), ("julian", "hours since 1582-10-04 12:00", 36.5),
    ("standard", "days since 1582-10-04", 1), ("proleptic_gregorian", "seconds since 1500-02-28T23:00:00Z", 7200),
    ("all_leap", "days since 2001-02-28", 1), ("standard", "days since 1858-11-17 00:00:00.5", 60000.25), ("standard", "days since 1858-11-17 00:00:00 -06:00", 60000.25),
    ("gregorian", "minutes since 2000-1-1 0:0:0 +01:30", 90), ("365_day", "common_years since 2001-03-01", 3)])
def test_a_date_is_what_cftime_says(tmp_path, calendar, units, value):
    made(tmp_path / "in.nc", days=[float(value), value + 1.0], calendar=calendar, units=units)
    store = run(tmp_path / "out", COPY, {"source": {"path": str(tmp_path / "in.nc")}})
    wanted = cftime.num2date([float(value), value + 1.0], units, "noleap" if "common" in units else calendar)
    wanted = [t if t.microsecond < 500000 else t + __import__("datetime").timedelta(microseconds=500000) for t in wanted]
    assert times_of(store)[0] == times(wanted)


def test_many_files_make_one_axis_in_order(tmp_path):
    for name, first in (("b", 0.0), ("a", 10.0), ("c", 5.0)):
        made(tmp_path / f"{name}.nc", days=first + np.arange(5.0), data=np.full((5, 20, 30), first, "f4"))
    result = copied(tmp_path / "out", tmp_path / "*.nc")
    np.testing.assert_array_equal(result["copy"][:, 0, 0], np.repeat([0, 5, 10], 5))
    assert str(result.time.values[-1])[:10] == "2000-01-15"


def test_files_packed_differently_are_each_decoded_as_they_say(tmp_path):
    for day, scale in ((0.0, 0.5), (1.0, 0.25)):
        made(tmp_path / f"{day}.nc", dtype="i2", days=[day], data=np.full((1, 20, 30), 8, "i2"), attributes={"scale_factor": scale})
    result = copied(tmp_path / "out", tmp_path / "*.nc")["copy"]
    np.testing.assert_array_equal(result[:, 3, 3], [4, 2])


@pytest.mark.parametrize("selection, days", [
    ({"time": ["2000-02", "2000-03-15"]}, range(31, 75)), ({"season": "djf"}, [*range(60), *range(335, 366)]), ({"month": 2}, range(31, 60))])
def test_select(tmp_path, selection, days):
    data = made(tmp_path / "in.nc", days=np.arange(366.0), data=np.broadcast_to(np.arange(366, dtype="f4")[:, None, None], (366, 4, 5)),
                lat=np.arange(4, 0, -1.0), lon=np.arange(5.0))
    del data
    result = copied(tmp_path / "out", tmp_path / "in.nc", select=selection)["copy"]
    np.testing.assert_array_equal(result[:, 0, 0], list(days))


def test_global_longitudes_from_0_meet_a_grid_from_minus_180(tmp_path):
    lon, lat = np.arange(0.5, 360), np.arange(-89.5, 90)
    data = np.broadcast_to(lon.astype("f4"), (2, 180, 360))
    made(tmp_path / "in.nc", days=[0.0, 1.0], lat=lat, lon=lon, data=data, coordinate="f4", chunksizes=(1, 60, 90))
    for name, grid in (("whole", {"global": 1}), ("part", {"crs": "EPSG:4326", "resolution": 1, "bounds": [-20, 30, 40, 60]})):
        result = opened(run(tmp_path / name, COPY, {"source": {"path": str(tmp_path / "in.nc")}}, grid=grid))["copy"]
        np.testing.assert_array_equal(result.values, np.broadcast_to(result.x.values % 360, result.shape))


def complaint(tmp_path, **source):
    recipe = {"inputs": {"source": source}, "steps": COPY, "outputs": {"out": {"path": "${{outputs.out}}/o.zarr"}}}
    done = terroir("check", write_recipe(tmp_path / "recipe.yml", recipe), "--output", f"out={tmp_path}")
    return done.returncode, done.stderr.replace(str(tmp_path) + "/", "")


def test_units(tmp_path):
    made(tmp_path / "k.nc", data=np.full((7, 20, 30), 300, "f4"), attributes={"units": "K"})
    result = copied(tmp_path / "out", tmp_path / "k.nc", unit="degC")["copy"]
    assert result.attrs["units"] == "degC"
    np.testing.assert_allclose(result, 26.85, rtol=1e-6)
    made(tmp_path / "pr.nc", data=np.full((7, 20, 30), 2, "f4"), attributes={"units": "kg m-2 s-1"})
    code, text = complaint(tmp_path, path=str(tmp_path / "pr.nc"), unit="mm d-1")
    assert code == 2 and "'kg m-2 s-1' cannot become 'mm d-1'; 1 kg m-2 of water is 1 mm" in text
    result = copied(tmp_path / "rate", tmp_path / "pr.nc", unit="mm d-1", unit_as="mm s-1")["copy"]
    np.testing.assert_allclose(result, 172800)
    made(tmp_path / "c.nc", data=np.full((7, 20, 30), 10, "f4"), attributes={"units": "C"})
    code, text = complaint(tmp_path, path=str(tmp_path / "c.nc"), unit="K")
    assert code == 0 and "warning" in text and "'C' is taken for degC" in text
    np.testing.assert_allclose(copied(tmp_path / "kelvin", tmp_path / "c.nc", unit="K")["copy"], 283.15)
    made(tmp_path / "mm.nc", attributes={"units": "mm"})
    code, text = complaint(tmp_path, path=str(tmp_path / "mm.nc"), unit="mm d-1")
    assert code == 2 and "an amount and a rate differ by the length of a step" in text
    made(tmp_path / "odd.nc", attributes={"units": "furball"})
    code, text = complaint(tmp_path, path=str(tmp_path / "odd.nc"), unit="mm")
    assert code == 2 and "UDUNITS knows no unit 'furball'" in text and "unit_as" in text


def test_bad_files_are_told_before_the_run(tmp_path):
    made(tmp_path / "a.nc")
    assert complaint(tmp_path, path=str(tmp_path / "a.nc"), variable="tas") == (
        2, "recipe.yml:5:15: inputs.source.variable: a.nc has no variable 'tas'; use t\n")
    made(tmp_path / "calendar.nc", calendar="mayan")
    code, text = complaint(tmp_path, path=str(tmp_path / "calendar.nc"))
    assert code == 2 and "time: the calendar 'mayan' is not known; use standard" in text
    made(tmp_path / "units.nc", units="fortnights since 2000-01-01")
    code, text = complaint(tmp_path, path=str(tmp_path / "units.nc"))
    assert code == 2 and "the time unit 'fortnights' is not known" in text
    made(tmp_path / "noleap.nc", calendar="noleap", days=10 + np.arange(7.0))
    made(tmp_path / "normal.nc")
    code, text = complaint(tmp_path, path=str(tmp_path / "no*.nc"))
    assert code == 2 and "noleap.nc counts in the calendar 365_day and normal.nc in standard" in text
    made(tmp_path / "twice.nc")
    made(tmp_path / "twice2.nc", days=6 + np.arange(7.0))
    code, text = complaint(tmp_path, path=str(tmp_path / "twice*.nc"))
    assert code == 2 and "twice.nc and twice2.nc both have 2000-01-07" in text
    made(tmp_path / "late1.nc")
    made(tmp_path / "late2.nc", days=9 + np.arange(7.0))
    code, text = complaint(tmp_path, path=str(tmp_path / "late*.nc"))
    assert code == 0 and "its times jump from 2000-01-07 to 2000-01-10" in text
    made(tmp_path / "gauss.nc", lat=np.degrees(np.arcsin(np.linspace(0.9, 0.1, 20))))
    code, text = complaint(tmp_path, path=str(tmp_path / "gauss.nc"))
    assert code == 2 and "grid.like: 'source' is on a grid of uneven rows or columns, on which nothing can be written; give grid" in text
    made(tmp_path / "months.nc", units="months since 2000-01-01", days=0.5 + np.arange(7.0))
    code, text = complaint(tmp_path, path=str(tmp_path / "months.nc"))
    assert code == 2 and "a month has no fixed length in the calendar standard, so 0.5 of them end at no date; count days" in text
    for name, unit, first in (("cold", "degC", 0), ("colder", "K", 7)):
        made(tmp_path / f"{name}.nc", days=first + np.arange(7.0), attributes={"units": unit})
    code, text = complaint(tmp_path, path=str(tmp_path / "cold*.nc"))
    assert code == 2 and "colder.nc is in 'K' and cold.nc in 'degC'; give each an input of its own" in text
    for name, shift, first in (("here", 0, 0), ("here_not", 0.1, 7)):
        made(tmp_path / f"{name}.nc", days=first + np.arange(7.0), lon=np.linspace(0.25, 14.75, 30) + shift)
    code, text = complaint(tmp_path, path=str(tmp_path / "here*.nc"))
    assert code == 2 and "here_not.nc is not on the same grid as the other files of 'source'" in text


@pytest.mark.parametrize("kind", ["NETCDF4", "NETCDF3_CLASSIC"])
@pytest.mark.parametrize("kept", [0.05, 0.6])
def test_a_truncated_file_ends_with_one_message(tmp_path, kind, kept):
    data = np.random.default_rng(1).random((50, 20, 30)).astype("f4")
    made(tmp_path / "in.nc", days=np.arange(50.0), data=data, format=kind, zlib=kind == "NETCDF4")
    whole = (tmp_path / "in.nc").read_bytes()
    (tmp_path / "in.nc").write_bytes(whole[: int(len(whole) * kept)])
    recipe = {"inputs": {"source": {"path": str(tmp_path / "in.nc")}}, "steps": COPY, "outputs": {"out": {"path": "${{outputs.out}}/o.zarr"}}}
    done = terroir("run", write_recipe(tmp_path / "recipe.yml", recipe), "--output", f"out={tmp_path}")
    assert done.returncode in (2, 3), done.stderr
    assert "in.nc" in done.stderr and len(done.stderr.splitlines()) == 1


def test_levels(tmp_path):
    with netCDF4.Dataset(tmp_path / "in.nc", "w") as file:
        for name, values, unit in (("plev", [85000.0, 50000.0], "Pa"), ("lat", [2.0, 1.0], "degrees_north"), ("lon", [5.0, 6.0, 7.0], "degrees_east")):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].units = unit
        file.createVariable("t", "f4", ("plev", "lat", "lon"))[:] = np.arange(12).reshape(2, 2, 3)
    result = copied(tmp_path / "out", tmp_path / "in.nc", select={"level": 50000})["copy"]
    np.testing.assert_array_equal(result, np.arange(6, 12).reshape(2, 3))
    code, text = complaint(tmp_path, path=str(tmp_path / "in.nc"))
    assert code == 2 and "it has several levels along 'plev' (Pa); give select: {level: NUMBER}, one of 85000 or 50000" in text


def test_bands_name_variables(tmp_path):
    made(tmp_path / "in.nc")
    with netCDF4.Dataset(tmp_path / "in.nc", "a") as file:
        file.createVariable("p", "f4", ("time", "lat", "lon"))[:] = 4
    code, text = complaint(tmp_path, path=str(tmp_path / "in.nc"))
    assert (code, text) == (2, "recipe.yml:3:3: inputs.source.variable: in.nc has several variables; give variable: t or p\n")
    result = copied(tmp_path / "out", tmp_path / "in.nc", bands={"rain": "p", "warmth": "t"})
    assert (result.copy_rain == 4).all() and result.copy_warmth.max() > 4


def test_newer_hdf5_with_many_chunks(tmp_path):
    """21,000 maps of 3 x 4 in an extensible array, which the library would be slow to tell the addresses of."""
    import h5py

    random = np.random.default_rng(9)
    maps = random.integers(-500, 500, (21000, 3, 4)).astype("f4")
    path = tmp_path / "many.h5"
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        axes = {"time": np.arange(21000.0), "lat": np.array([60.0, 59, 58]), "lon": np.array([1.0, 2, 3, 4])}
        for name, units in (("time", "hours since 2001-01-01"), ("lat", "degrees_north"), ("lon", "degrees_east")):
            file[name] = axes[name]
            file[name].attrs["units"] = np.bytes_(units)
            file[name].make_scale(name)
        data = file.create_dataset("t", data=maps, chunks=(1, 3, 4), maxshape=(None, 3, 4), shuffle=True)
        for number, name in enumerate(axes):
            data.dims[number].attach_scale(file[name])
    steps = {"s": {"process": "reduce_time", "data": "source", "reducer": ["min", "max", "median"]}}
    result = opened(run(tmp_path, steps, {"source": {"path": str(path), "variable": "t"}}))
    with h5py.File(path) as file:
        stored = file["t"][:]
    np.testing.assert_array_equal(result.s_min, stored.min(axis=0))
    np.testing.assert_array_equal(result.s_max, stored.max(axis=0))
    np.testing.assert_array_equal(result.s_median, np.median(stored, axis=0))
