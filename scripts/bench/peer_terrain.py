"""The job of terrain.yml in xarray and Dask: `peer_terrain.py DEM OUTPUT BLOCK`. Two worker processes, float32, Blosc zstd 1 byte shuffle."""

import sys

import dask.array as da
import numpy as np
import rioxarray
import xarray as xr
from dask.distributed import Client, LocalCluster
from scipy import ndimage
from zarr.codecs import BloscCodec

PIXEL = 30.0


def shifts(z):
    """The nine neighbours of every inner pixel, north-west first."""
    rows, cols = z.shape
    return [z[r : rows - 2 + r, c : cols - 2 + c] for r in range(3) for c in range(3)]


def framed(inner):
    return np.pad(inner, 1, constant_values=np.nan)


def gradients(z):
    a, b, c, d, _, f, g, h, i = shifts(z)
    factor = np.float32(1 / (8 * PIXEL))
    return ((c + 2 * f + i) - (a + 2 * d + g)) * factor, ((g + 2 * h + i) - (a + 2 * b + c)) * factor


def slope(z):
    gx, gy = gradients(z)
    return framed(np.degrees(np.arctan(np.hypot(gx, gy))))


def aspect(z):
    gx, gy = gradients(z)
    angle = np.degrees(np.arctan2(gy, -gx))
    compass = np.where(angle > 90, 450 - angle, 90 - angle)
    return framed(np.where((gx == 0) & (gy == 0), np.nan, compass % 360).astype(np.float32))


def hillshade(z, azimuth=315.0, altitude=45.0):
    gx, gy = gradients(z)
    az, alt = np.float32(np.radians(azimuth)), np.float32(np.radians(altitude))
    light = np.sin(alt) - (gx * np.sin(az) - gy * np.cos(az)) * np.cos(alt)
    return framed(1 + 254 * np.maximum(0, light / np.sqrt(1 + gx * gx + gy * gy)))


def tpi(z):
    around = shifts(z)
    centre = around.pop(4)
    return framed(centre - sum(around) * np.float32(1 / 8))


def tri(z):
    around = shifts(z)
    centre = around.pop(4)
    return framed(np.sqrt(sum((n - centre) ** 2 for n in around)))


def roughness(z):
    around = shifts(z)
    highest, lowest = around[0], around[0]
    for n in around[1:]:
        highest, lowest = np.maximum(highest, n), np.minimum(lowest, n)
    return framed(highest - lowest)


def box_means(z, powers, size=9):
    """Means of the valid pixels of each window: of z - reference, of its square, and so on as asked."""
    valid = np.isfinite(z)
    reference = np.nanmean(z, dtype=np.float64)
    centred = np.where(valid, z - reference, 0)
    share = ndimage.uniform_filter(valid.astype(np.float64), size, mode="constant")
    means = [ndimage.uniform_filter(centred**power, size, mode="constant") / share for power in powers]
    return reference, [np.where(valid, mean, np.nan) for mean in means]


def focal_mean(z):
    reference, (mean,) = box_means(z, [1])
    return (mean + reference).astype(np.float32)


def focal_sd(z):
    _, (mean, square) = box_means(z, [1, 2])
    return np.sqrt(np.maximum(square - mean * mean, 0)).astype(np.float32)


LAYERS = {slope: 1, aspect: 1, hillshade: 1, tpi: 1, tri: 1, roughness: 1, focal_mean: 4, focal_sd: 4}
NAMES = {focal_mean: "mean", focal_sd: "sd"}


def main(dem, output, block):
    z = rioxarray.open_rasterio(dem, chunks={"x": block, "y": block}, lock=False, masked=True).squeeze("band", drop=True)
    layers = {
        NAMES.get(kernel, kernel.__name__): (
            ("y", "x"),
            da.map_overlap(kernel, z.data, depth=halo, boundary=np.nan, dtype=np.float32, meta=np.array((), np.float32)),
        )
        for kernel, halo in LAYERS.items()
    }
    result = xr.Dataset(layers, coords={"x": z.x, "y": z.y})
    codec = BloscCodec(cname="zstd", clevel=1, shuffle="shuffle", typesize=4)
    encoding = {name: {"compressors": [codec], "chunks": (block, block)} for name in layers}
    result.to_zarr(output, mode="w", encoding=encoding, zarr_format=3)


if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
