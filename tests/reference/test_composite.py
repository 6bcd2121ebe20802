"""A season's scenes to a composite, indices and scaled cubes, against numpy in float64."""

import functools
import json
import warnings

import numpy as np
import pytest
from jobs import SCENES, compute, read, same_gaps, write

BANDS = {"B": "B02", "G": "B03", "R": "B04", "N": "B08", "S1": "B11"}
DATES = ["20240408", "20240503", "20240602", "20240707", "20240811", "20240915"]
CLOUDY = [0, 1, 3, 8, 9, 10, 11]
INPUT = {
    "s2": {
        "path": str(SCENES / "{time:%Y%m%d}_{band}.tif"),
        "bands": {**BANDS, "SCL": {"band": "SCL", "categorical": True, "scale": 1}},
        "scale": 0.0001,
        "unit": "1",
    }
}
CLEAR = {"clear": {"process": "mask_values", "data": "s2", "mask": "s2.SCL", "values": CLOUDY}}
MEDIAN = {"median": {"process": "reduce_time", "data": "clear", "reducer": "median"}}

# Pixels are float32: of relative error 2^-24 after decoding; one more rounding at the end.
ROUNDED = {"rtol": 2**-22, "atol": 1e-9}


@functools.cache
def scenes():
    """Reflectances of the clear pixels, (band) -> (time, row, col); the only rounding is that of the program's input to float32."""
    masked = np.stack([np.isin(read(SCENES / f"{date}_SCL.tif"), CLOUDY) for date in DATES])
    stacks = {}
    for layer, band in BANDS.items():
        stored = np.stack([read(SCENES / f"{date}_{band}.tif") for date in DATES])
        stacks[layer] = np.where(masked, np.nan, (stored * 0.0001).astype(np.float32).astype(np.float64))
    assert not np.isnan(stacks["N"]).all() and np.isnan(stacks["N"]).any(axis=0).any()
    return stacks


@functools.cache
def medians():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pixels that are never clear
        return {layer: np.nanmedian(stack, axis=0).astype(np.float32).astype(np.float64) for layer, stack in scenes().items()}


def close(got, wanted, what="", **tolerance):
    np.testing.assert_allclose(*same_gaps(np.asarray(got, np.float64), wanted), err_msg=what, **(tolerance or ROUNDED))


REDUCERS = {
    "mean": np.nanmean,
    "sd": functools.partial(np.nanstd, ddof=1),
    "min": np.nanmin,
    "max": np.nanmax,
    "sum": np.nansum,
    "median": np.nanmedian,
}
PROBABILITIES = {"q00": 0, "q05": 0.05, "q25": 0.25, "q50": 0.5, "q90": 0.9, "q99_9": 0.999, "q100": 1}


@pytest.fixture(scope="module")
def reduced(tmp_path_factory):
    step = {"process": "reduce_time", "data": "clear"}
    steps = {
        **CLEAR,
        "all": {**step, "reducer": [*REDUCERS, "count"]},
        "q": {**step, "reducer": "quantiles", "probabilities": list(PROBABILITIES.values())},
        "some": {**step, "reducer": ["mean", "median"], "min_valid": 4},
        "population": {**step, "reducer": "sd", "ddof": 0},
    }
    return compute(tmp_path_factory.mktemp("reduced"), steps, INPUT)


@pytest.mark.filterwarnings("ignore:All-NaN", "ignore:Mean of empty", "ignore:Degrees of freedom")
@pytest.mark.parametrize("layer", BANDS)
def test_reducers(reduced, layer):
    stack = scenes()[layer]
    count = (~np.isnan(stack)).sum(axis=0)
    names = {name.split("_")[1] for name in reduced.data_vars if name.startswith("all_")}
    assert names == set(BANDS), sorted(reduced.data_vars)
    for name, reducer in REDUCERS.items():
        wanted = np.where(count > 0, reducer(stack, axis=0), np.nan)
        close(reduced[f"all_{layer}_{name}"], wanted, rtol=2**-22, atol=1e-8)
    np.testing.assert_array_equal(reduced[f"all_{layer}_count"], count)
    some = np.s_[::5, ::3]  # numpy's quantiles take their time
    for name, probability in PROBABILITIES.items():
        wanted = np.nanquantile(stack[:, *some], probability, axis=0)
        close(reduced[f"q_{layer}_{name}"].values[some], wanted, rtol=2**-22, atol=1e-8)
    close(reduced[f"some_{layer}_mean"], np.where(count >= 4, np.nanmean(stack, axis=0), np.nan))
    close(reduced[f"some_{layer}_median"], np.where(count >= 4, np.nanmedian(stack, axis=0), np.nan))
    close(reduced[f"population_{layer}"], np.nanstd(stack, axis=0), rtol=2**-22, atol=1e-8)


# Ranges of the reflectance of each band, as of vegetation, so that no divisor comes near 0 and float32 keeps its digits.
RANGES = {
    "A": (0.01, 0.02), "B": (0.02, 0.05), "G": (0.13, 0.2), "R": (0.06, 0.12), "RE1": (0.2, 0.28), "RE2": (0.3, 0.4), "RE3": (0.4, 0.45),
    "N": (0.46, 0.6), "N2": (0.46, 0.6), "S1": (0.22, 0.35), "S2": (0.08, 0.2), "T": (0.5, 0.9),
}


def ratio(x, y):
    return (x - y) / (x + y)


INDICES = {
    "NDVI": lambda s: ratio(s.N, s.R),
    "EVI": lambda s: 2.5 * (s.N - s.R) / (s.N + 6 * s.R - 7.5 * s.B + 1),
    "EVI2": lambda s: 2.5 * (s.N - s.R) / (s.N + 2.4 * s.R + 1),
    "SAVI": lambda s: 1.5 * (s.N - s.R) / (s.N + s.R + 0.5),  # with L = 0.5, set by the recipe below
    "MSAVI": lambda s: s.N + 0.5 - np.sqrt((s.N + 0.5) ** 2 - 2 * (s.N - s.R)),
    "OSAVI": lambda s: (s.N - s.R) / (s.N + s.R + 0.16),
    "ARVI": lambda s: ratio(s.N, s.R - (s.R - s.B)),
    "GNDVI": lambda s: ratio(s.N, s.G),
    "NDREI": lambda s: ratio(s.N, s.RE1),
    "RENDVI": lambda s: ratio(s.RE2, s.RE1),
    "CIRE": lambda s: (s.N - s.RE1) / s.RE1,
    "CIG": lambda s: (s.N - s.G) / s.G,
    "MCARI": lambda s: (0.8 * s.RE1 - s.R + 0.2 * s.G) * s.RE1 / s.R,
    "IRECI": lambda s: (s.RE3 - s.R) * s.RE2 / s.RE1,
    "S2REP": lambda s: 705 + 35 * ((s.RE3 + s.R) / 2 - s.RE1) / (s.RE2 - s.RE1),
    "PSRI": lambda s: (s.R - s.B) / s.RE2,
    "NIRv": lambda s: s.N * ratio(s.N, s.R),
    "kNDVI": lambda s: np.tanh(ratio(s.N, s.R) ** 2),
    "VARI": lambda s: (s.G - s.R) / (s.G + s.R - s.B),
    "GLI": lambda s: ratio(2 * s.G, s.R + s.B),
    "NDWI": lambda s: ratio(s.G, s.N),
    "MNDWI": lambda s: ratio(s.G, s.S1),
    "NDMI": lambda s: ratio(s.N, s.S1),
    "MSI": lambda s: s.S1 / s.N,
    "AWEIsh": lambda s: s.B + 2.5 * s.G - 1.5 * s.N - 1.5 * s.S1 - 0.25 * s.S2,
    "AWEInsh": lambda s: 4 * s.G - 4 * s.S1 - 0.25 * s.N + 2.75 * s.S2,
    "NBR": lambda s: ratio(s.N, s.S2),
    "NBR2": lambda s: ratio(s.S1, s.S2),
    "BAI": lambda s: 1 / ((s.R - 0.1) ** 2 + (s.N - 0.06) ** 2),
    "BAIS2": lambda s: (1 - np.sqrt(s.RE2 * s.RE3 * s.N2 / s.R)) * (1 + (s.S2 - s.N2) / np.sqrt(s.S2 + s.N2)),
    "NDSI": lambda s: ratio(s.G, s.S1),
    "NDBI": lambda s: ratio(s.S1, s.N),
    "UI": lambda s: ratio(s.S2, s.N),
    "BI": lambda s: ratio(s.S1 + s.R, s.N + s.B),
    "NDTI": lambda s: ratio(s.R, s.G),
    "NDCI": lambda s: ratio(s.RE1, s.R),
}


@pytest.fixture(name="spectra", scope="module")
def fixture_spectra(tmp_path_factory):
    """A raster of twelve bands with gaps, and its bands as float64 by name."""
    rng = np.random.default_rng(5)
    values = np.stack([rng.uniform(*limits, (70, 90)) for limits in RANGES.values()])
    values[rng.random(values.shape) < 0.01] = np.nan
    path = write(tmp_path_factory.mktemp("spectra") / "spectra.tif", values, nodata=-1)
    bands = {name: read(path, band=k + 1) for k, name in enumerate(RANGES)}
    inputs = {"s": {"path": str(path), "bands": {name: k + 1 for k, name in enumerate(RANGES)}, "unit": "1"}}
    return inputs, type("Spectra", (), bands)


def test_all_spectral_indices(spectra, tmp_path):
    inputs, bands = spectra
    assert len(INDICES) == 36
    step = {"process": "spectral_index", "data": "s", "index": list(INDICES), "constants": {"SAVI": {"L": 0.5}}}
    result = compute(tmp_path, {"i": step}, inputs)
    assert list(result.data_vars) == [f"i_{name}" for name in INDICES]
    for name, formula in INDICES.items():
        # Differences of bands lose at most a decimal digit, products of four rounded factors 2^-22.
        close(result[f"i_{name}"], formula(bands), name, rtol=3e-6, atol=1e-6)


def test_constants_of_indices(spectra, tmp_path):
    inputs, s = spectra
    constants = {"EVI": {"g": 2, "C1": 5, "C2": 7, "L": 1.5}, "ARVI": {"gamma": 0.5}}
    step = {"process": "spectral_index", "data": "s", "index": ["EVI", "ARVI", "SAVI"], "constants": constants}
    result = compute(tmp_path, {"i": step}, inputs)
    close(result.i_EVI, 2 * (s.N - s.R) / (s.N + 5 * s.R - 7 * s.B + 1.5), rtol=3e-6, atol=1e-6)
    close(result.i_ARVI, ratio(s.N, s.R - 0.5 * (s.R - s.B)), rtol=3e-6, atol=1e-6)
    close(result.i_SAVI, 2 * (s.N - s.R) / (s.N + s.R + 1), rtol=3e-6, atol=1e-6)


def test_a_divisor_of_zero_is_nodata(tmp_path):
    bands = np.zeros((2, 16, 16))
    bands[:, 1:] = [[[0.5]], [[-0.5]]]
    path = write(tmp_path / "zero.tif", bands)
    inputs = {"s": {"path": str(path), "bands": {"N": 1, "R": 2}, "unit": "1"}}
    steps = {
        "index": {"process": "spectral_index", "data": "s", "index": "NDVI"},
        "nd": {"process": "normalized_difference", "data": "s", "x": "N", "y": "R"},
        "quotient": {"process": "expression", "data": "s", "formula": "N / (N + R)"},
        "logarithm": {"process": "expression", "data": "s", "formula": "log(N + R)"},
        "there": {"process": "expression", "data": "s", "formula": "N + R"},
    }
    result = compute(tmp_path / "out", steps, inputs)
    for name in ("index", "nd", "quotient", "logarithm"):
        assert np.isnan(result[name].values).all(), name
    assert (result.there.values == 0).all()


EXPRESSIONS = {
    "where(N > 2 * R, N - R, -(N + R) / 3)": lambda s: np.where(s.N > 2 * s.R, s.N - s.R, -(s.N + s.R) / 3),
    "sqrt(N) * exp(-R) + log(S1 / B) ** 3": lambda s: np.sqrt(s.N) * np.exp(-s.R) + np.log(s.S1 / s.B) ** 3,
    "sin(10 * N) + cos(pi * R) * tan(G) - atan2(S1, -N) + tanh(T)": lambda s: (
        np.sin(10 * s.N) + np.cos(np.pi * s.R) * np.tan(s.G) - np.arctan2(s.S1, -s.N) + np.tanh(s.T)
    ),
    "asin(N) - acos(R) * atan(20 * S2) + log10(G)": lambda s: np.arcsin(s.N) - np.arccos(s.R) * np.arctan(20 * s.S2) + np.log10(s.G),
    "max(N, N2, T) - min(B, A) + abs(R - G) * floor(10 * N) + ceil(7 * S1)": lambda s: (
        np.maximum(np.maximum(s.N, s.N2), s.T) - np.minimum(s.B, s.A) + np.abs(s.R - s.G) * np.floor(10 * s.N) + np.ceil(7 * s.S1)
    ),
    "pow(N, 1.7) - R ** -2": lambda s: s.N**1.7 - s.R**-2.0,
    "2 ** 3 ** 0.5 * N - 1": lambda s: 2 ** (3**0.5) * s.N - 1,
    "-N ** 2": lambda s: -(s.N**2),
    "(N > 0.5 and R < 0.09) + 2 * (not (S1 >= 0.3 or G <= 0.15)) + 0 * (N + R + S1 + G)": lambda s: (
        (s.N > 0.5) * (s.R < 0.09) + 2.0 * ~((s.S1 >= 0.3) | (s.G <= 0.15)) + 0 * (s.N + s.R + s.S1 + s.G)
    ),
    "(N == N) + (N != R) + 0 * R": lambda s: 2.0 + 0 * (s.N + s.R),
}


def test_expressions(spectra, tmp_path):
    inputs, bands = spectra
    steps = {f"e{k}": {"process": "expression", "data": "s", "formula": formula} for k, formula in enumerate(EXPRESSIONS)}
    result = compute(tmp_path, steps, inputs)
    for k, (formula, function) in enumerate(EXPRESSIONS.items()):
        wanted = function(bands)
        # Whether a missing operand that does not matter makes a gap is asked in the next test.
        same = ~np.isnan(result[f"e{k}"].values) if "where" in formula else slice(None)
        close(result[f"e{k}"].values[same], wanted[same], formula, rtol=3e-6, atol=2e-6)


def test_scaling_and_clipping(spectra, tmp_path):
    inputs, bands = spectra
    steps = {
        "nd": {"process": "normalized_difference", "data": "s", "x": "S1", "y": "G"},
        "scaled": {"process": "linear_scale", "data": "s.T", "factor": 1.8, "offset": -40},
        "clipped": {"process": "clip", "data": "s.N", "min": 0.5, "max": 0.55},
        "capped": {"process": "clip", "data": "s.N", "max": 0.5},
        "kept": {"process": "mask_values", "data": "s.N", "mask": "whole", "values": [4, 5], "invert": True},
        "whole": {"process": "expression", "data": "s", "formula": "floor(20 * S1)"},
    }
    layers = ["nd", "scaled", "clipped", "capped", "kept"]
    result = compute(tmp_path, steps, inputs, output={"layers": layers})
    assert list(result.data_vars) == layers
    close(result.nd, ratio(bands.S1, bands.G), rtol=1e-6, atol=1e-7)
    close(result.scaled, bands.T * 1.8 - 40)
    close(result.clipped, np.clip(bands.N, 0.5, 0.55))
    close(result.capped, np.minimum(bands.N, 0.5))
    whole = np.floor(20 * bands.S1)
    close(result.kept, np.where((whole == 4) | (whole == 5), bands.N, np.nan))


STATISTICS = {
    "valid_count": lambda x: np.count_nonzero(~np.isnan(x)),
    "mean": np.nanmean,
    "standard_deviation": np.nanstd,
    "minimum": np.nanmin,
    "maximum": np.nanmax,
}


def statistics_agree(attributes, values, prefix="statistics_", rtol=1e-12):
    for name, function in STATISTICS.items():
        # Sums in double, in another order: the mean of a standardised layer is 0 but for that.
        np.testing.assert_allclose(attributes[prefix + name], function(values.astype(np.float64)), rtol=rtol, atol=1e-15, err_msg=name)


def test_standardised_and_scaled_layers_with_time(tmp_path):
    steps = {
        **CLEAR,
        "z": {"process": "standardize", "data": "clear"},
        "range": {"process": "min_max_scale", "data": "clear", "min": -1, "max": 1},
    }
    result = compute(tmp_path, steps, INPUT)
    assert result.z_N.dims == ("time", "y", "x")
    assert [str(date)[:10].replace("-", "") for date in result.time.values] == DATES
    for layer in BANDS:
        stack = scenes()[layer]
        close(result[f"z_{layer}"], (stack - np.nanmean(stack)) / np.nanstd(stack), rtol=2e-6, atol=1e-6)
        low, high = np.nanmin(stack), np.nanmax(stack)
        close(result[f"range_{layer}"], -1 + 2 * (stack - low) / (high - low), rtol=2e-6, atol=1e-6)
        for name in (f"z_{layer}", f"range_{layer}"):
            statistics_agree(result[name].attrs, result[name].values)


def test_the_stacked_cube_of_the_season(tmp_path):
    index = ["NDVI", "EVI", "NDWI", "NDMI"]
    steps = {
        **CLEAR, **MEDIAN,
        "index": {"process": "spectral_index", "data": "median", "index": index},
        "z": {"process": "standardize", "data": ["median", "index"]},
    }
    cube = compute(tmp_path, steps, INPUT, output={"layers": ["z"], "layout": "stacked"})["out"]
    assert cube.dims == ("feature", "y", "x")
    assert list(cube.feature.values) == [f"z_median_{layer}" for layer in BANDS] + [f"z_index_{name}" for name in index]
    spectra = type("Spectra", (), medians())
    for k, layer in enumerate([*medians().values(), *(INDICES[name](spectra) for name in index)]):
        # An index near 0 is a difference of float32 reflectances.
        close(cube[k], (layer - np.nanmean(layer)) / np.nanstd(layer), rtol=1e-5, atol=1e-5)
        facts = {name: cube[f"feature_{name}"].values[k] for name in STATISTICS}
        statistics_agree(facts, cube[k].values, prefix="")


def test_packed_integers(tmp_path):
    steps = {**CLEAR, **MEDIAN, "ratio": {"process": "expression", "data": "median", "formula": "100 * S1 / N - 80"}}
    encoding = {
        "ratio": {"dtype": "int16", "scale_factor": 0.001, "nodata": -32768},
        "red": {"dtype": "uint8", "scale_factor": 0.00055, "add_offset": 0.01},
    }
    output = {"layers": {"ratio": "ratio", "red": "median.R", "green": "median.G"}, "encoding": encoding}
    result = compute(tmp_path, steps, INPUT, output=output)
    summary = json.loads(next((tmp_path / "out.zarr/__terroir").glob("summary-*.json")).read_text())
    layers = medians()
    ratio_wanted = 100 * layers["S1"] / layers["N"] - 80
    unfit = 0
    for name, wanted, dtype, scale, offset, low, high in (
        ("ratio", ratio_wanted, "int16", 0.001, 0, -32767, 32767),
        ("red", layers["R"], "uint8", 0.00055, 0.01, 0, 254),
    ):
        assert result[name].encoding["dtype"] == np.dtype(dtype)
        stored = (wanted - offset) / scale
        got = result[name].values.astype(np.float64)
        fits = (stored > low - 0.5) & (stored < high + 0.5)
        assert fits.any() and (~fits & ~np.isnan(stored)).any()
        np.testing.assert_array_equal(np.isnan(got), ~fits)
        unfit += np.count_nonzero(~fits & ~np.isnan(stored))
        # Half a step; the formula is computed in float32, and xarray multiplies in float32.
        assert np.abs(got - wanted)[fits].max() <= scale * 0.5 + 1e-5
        # Statistics are those of the layer, before it is packed.
        statistics_agree(result[name].attrs, wanted, rtol=2e-6)
    assert summary["unfit_pixels"] == unfit
    assert result.green.dtype == np.float32
    close(result.green, layers["G"])
