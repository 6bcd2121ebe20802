"""`compare_totals.py SOURCE RESULT VARIABLE`: prints the largest relative difference of a day's total (value times area on the sphere)
between tas of 0.25 degrees and VARIABLE of 1 degree."""

import sys

import netCDF4
import numpy as np


def totals(path, name):
    with netCDF4.Dataset(path) as file:
        field = file[name]
        rows = field.shape[1]
        belts = -np.diff(np.sin(np.radians(np.linspace(90, -90, rows + 1)))) / 2
        latitude = file[field.dimensions[1]][:]
        assert np.allclose(belts, belts[::-1]) and abs(latitude[0]) > 89
        return np.array([(np.asarray(field[day], np.float64).mean(axis=1) * belts).sum() for day in range(field.shape[0])])


source, result = totals(sys.argv[1], "tas"), totals(sys.argv[2], sys.argv[3])
print(f"totals differ by {np.abs(result / source - 1).max():.1e} at most")
