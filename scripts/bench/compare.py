"""Do Terroir and its peer compute the same? `compare.py STORE PEER_STORE` prints the largest difference per layer, away from the border."""

import sys

import numpy as np
import xarray as xr

BORDER = 8
# Hillshade and aspect are compared as numbers too; near north an aspect may read 359.99 or 0.01.
CIRCULAR = {"aspect": 360.0}


def main(ours, theirs):
    a, b = xr.open_zarr(ours), xr.open_zarr(theirs)
    for name in sorted(set(a.data_vars) & set(b.data_vars)):
        if a[name].ndim < 2 or a[name].shape != b[name].shape:
            continue
        window = (..., slice(BORDER, -BORDER), slice(BORDER, -BORDER))
        x, y = a[name].values[window].astype(np.float64), b[name].values[window].astype(np.float64)
        difference = np.abs(x - y)
        if name in CIRCULAR:
            difference = np.minimum(difference, CIRCULAR[name] - difference)
        only_one = np.count_nonzero(np.isnan(x) != np.isnan(y))
        print(f"{name:16} largest difference {np.nanmax(difference):.3g}, missing in only one: {only_one} of {x.size}")
    missing = sorted(set(a.data_vars) ^ set(b.data_vars))
    if missing:
        print("in only one store:", ", ".join(missing))


if __name__ == "__main__":
    main(*sys.argv[1:])
