"""Writing GeoTIFFs for samples and benchmarks through GDAL's Python bindings (Debian: python3-gdal)."""

from osgeo import gdal, osr

gdal.UseExceptions()


def write(path, array, origin, pixel, *, tile, predictor, nodata=None, epsg=32632, level=9):
    """Writes a 2-D array as a north-up GeoTIFF: tiled, DEFLATE, with the given predictor (1 none, 2 integer, 3 float)."""
    types = {"float32": gdal.GDT_Float32, "uint16": gdal.GDT_UInt16, "uint8": gdal.GDT_Byte}
    options = ["TILED=YES", f"BLOCKXSIZE={tile}", f"BLOCKYSIZE={tile}", "COMPRESS=DEFLATE", f"PREDICTOR={predictor}", f"ZLEVEL={level}"]
    rows, cols = array.shape
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), cols, rows, 1, types[array.dtype.name], options)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(epsg)
    dataset.SetProjection(reference.ExportToWkt())
    dataset.SetGeoTransform((origin[0], pixel, 0, origin[1], 0, -pixel))
    band = dataset.GetRasterBand(1)
    if nodata is not None:
        band.SetNoDataValue(nodata)
    band.WriteArray(array)
    band.FlushCache()
    dataset.FlushCache()
