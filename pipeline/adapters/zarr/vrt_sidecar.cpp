#include "pipeline/adapters/zarr/vrt_sidecar.h"

#include "pipeline/adapters/zarr/documents.h"
#include "pipeline/redaction/redactor.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace terroir {
namespace {

constexpr std::size_t most_bands = 65535;

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

/// Shortest decimal number that reads back as the same double.
std::string exact(double number) {
  if (std::isnan(number)) return "nan";
  std::array<char, 40> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr};
}

std::string whole(Index number) { return std::to_string(number); }

/// GDAL's name of a type. Before 3.7 it reads int8 as the next larger type.
const char* gdal_type(StoredType type) {
  switch (type) {
    case StoredType::uint8: return "Byte";
    case StoredType::int8:
    case StoredType::int16: return "Int16";
    case StoredType::uint16: return "UInt16";
    case StoredType::int32: return "Int32";
    case StoredType::uint32: return "UInt32";
    case StoredType::float64: return "Float64";
    case StoredType::float32: break;
  }
  return "Float32";
}

std::string element(const std::string& name, const std::string& text) {
  return text.empty() ? "" : "    <" + name + ">" + escaped(text) + "</" + name + ">\n";
}

std::string metadata_item(const std::string& key, const std::string& text) {
  return "      <MDI key=\"" + key + "\">" + escaped(text) + "</MDI>\n";
}

std::string rectangle(const char* name, Index row, Shape shape) {
  return std::string("      <") + name + " xOff=\"0\" yOff=\"" + whole(row) + "\" xSize=\"" + whole(shape.cols) + "\" ySize=\"" +
         whole(shape.rows) + "\"/>\n";
}

/// How an array is seen as arrays of two dimensions, one for each chunk of time: the planes of a chunk, time by time and feature by
/// feature, stand below each other, and so do the rows of chunks.
struct View {
  const ArrayLayout& layout;

  [[nodiscard]] bool plain() const noexcept { return !layout.has_time && !layout.stacked; }
  [[nodiscard]] Index planes() const noexcept { return layout.time_chunk * layout.features; }
  [[nodiscard]] Index chunk_rows() const noexcept { return ceil_div(layout.grid.rows, layout.chunk_area.rows); }
  [[nodiscard]] Shape block() const noexcept { return {planes() * layout.chunk_area.rows, layout.chunk_area.cols}; }
  [[nodiscard]] Shape shape() const noexcept { return plain() ? layout.grid : Shape{chunk_rows() * block().rows, layout.grid.cols}; }
  [[nodiscard]] std::string folder(Index time_chunk) const {
    return layout.name + (layout.has_time ? "/" + whole(time_chunk) : "") + (layout.stacked ? "/0" : "");
  }
};

std::string source(const View& view, Index time_chunk, Index from_row, Index to_row, Index rows) {
  const Shape shape{rows, view.layout.grid.cols}, all = view.shape(), block = view.block();
  return "    <SimpleSource>\n      <SourceFilename relativeToVRT=\"1\">" + view.folder(time_chunk) +
         "</SourceFilename>\n      <SourceBand>1</SourceBand>\n      <SourceProperties RasterXSize=\"" + whole(all.cols) +
         "\" RasterYSize=\"" + whole(all.rows) + "\" DataType=\"" + gdal_type(view.layout.encoding.type) + "\" BlockXSize=\"" +
         whole(block.cols) + "\" BlockYSize=\"" + whole(block.rows) + "\"/>\n" + rectangle("SrcRect", from_row, shape) +
         rectangle("DstRect", to_row, shape) + "    </SimpleSource>\n";
}

/// Where the pixels of a plane come from: all of a plain array, else its share of each row of chunks.
std::string sources(const View& view, Index time, Index feature) {
  const ArrayLayout& layout = view.layout;
  if (view.plain()) return source(view, 0, 0, 0, layout.grid.rows);
  const Index height = layout.chunk_area.rows;
  const Index plane = time % layout.time_chunk * layout.features + feature;
  std::string out;
  for (Index row = 0; row < view.chunk_rows(); ++row)
    out += source(view, time / layout.time_chunk, (row * view.planes() + plane) * height, row * height,
                  std::min(height, layout.grid.rows - row * height));
  return out;
}

void put_views(const ArrayLayout& layout, Store& store) {
  const View view{layout};
  if (view.plain()) return;
  Variable array = variable_of(layout, Json::object());
  array.shape = {view.shape().rows, view.shape().cols};
  array.chunk = {view.block().rows, view.block().cols};
  const std::string text = array_document_v2(array).dump(2);
  for (Index time = 0; time < layout.time_chunks; ++time) store.put(view.folder(time) + "/.zarray", std::as_bytes(std::span(text)));
}

class BandWriter {
 public:
  BandWriter(const Plan& plan, ObjectWriter& out) : plan_(plan), out_(out) {}

  void write(const std::string& text) { out_.write(std::as_bytes(std::span(text))); }

  void write_array(const ArrayPlan& array, const ArrayLayout& layout) {
    for (Index time = 0; time < array.times; ++time)
      for (std::size_t f = 0; f < array.layers.size(); ++f) write_band(array, layout, time, f);
  }

 private:
  void write_band(const ArrayPlan& array, const ArrayLayout& layout, Index time, std::size_t feature) {
    const LayerInfo& info = plan_.layers[array.layers[feature]].info;
    std::string date, items;
    if (array.axis != no_entry) {
      const TimeAxis& axis = plan_.axes[array.axis];
      date = to_text(from_seconds(axis.seconds[static_cast<std::size_t>(time)], axis.calendar));
      items = metadata_item(axis.name, date) + metadata_item("calendar", calendar_name(axis.calendar));
    }
    if (!info.long_name.empty()) items += metadata_item("long_name", redacted(info.long_name));
    const PixelEncoding& encoding = layout.encoding;
    const bool packed = encoding.scale_factor != 1 || encoding.add_offset != 0;
    write("  <VRTRasterBand dataType=\"" + std::string(gdal_type(encoding.type)) + "\" band=\"" + std::to_string(++band_) + "\">\n" +
          (items.empty() ? "" : "    <Metadata>\n" + items + "    </Metadata>\n") +
          element("Description", (date.empty() ? "" : date + " ") + array.features[feature]) +
          element("NoDataValue", exact(encoding.nodata)) + element("UnitType", redacted(info.unit)) +
          (packed ? element("Offset", exact(encoding.add_offset)) + element("Scale", exact(encoding.scale_factor)) : "") +
          sources({layout}, time, static_cast<Index>(feature)) + "  </VRTRasterBand>\n");
  }

  const Plan& plan_;
  ObjectWriter& out_;
  int band_ = 0;
};

void write_bands(const Plan& plan, const OutputPlan& output, const std::vector<ArrayLayout>& layouts, ObjectWriter& object) {
  BandWriter writer(plan, object);
  const Grid& grid = output.grid;
  const Affine& a = grid.affine();
  writer.write("<VRTDataset rasterXSize=\"" + whole(grid.shape().cols) + "\" rasterYSize=\"" + whole(grid.shape().rows) + "\">\n");
  // Without a mapping of its axes GDAL takes x before y, as the transform has them.
  if (grid.crs().known()) writer.write("  <SRS>" + escaped(grid.crs().wkt) + "</SRS>\n");
  writer.write("  <GeoTransform>" + exact(a.x0) + ", " + exact(a.dx) + ", 0, " + exact(a.y0) + ", 0, " + exact(a.dy) + "</GeoTransform>\n");
  for (std::size_t i = 0; i < layouts.size(); ++i) writer.write_array(output.arrays[i], layouts[i]);
  writer.write("</VRTDataset>\n");
}

}  // namespace

std::string vrt_name(const OutputPlan& output) { return output.name + ".vrt"; }

bool has_vrt(const OutputPlan& output) {
  std::size_t bands = 0;
  for (const auto& array : output.arrays) bands += static_cast<std::size_t>(array.times) * array.layers.size();
  return output.format == Format::zarr && output.zarr_format == 2 && bands <= most_bands;
}

void write_vrt(const Plan& plan, const OutputPlan& output, const std::vector<ArrayLayout>& layouts, Store& store) {
  for (const ArrayLayout& layout : layouts) put_views(layout, store);
  store.make(vrt_name(output), [&](ObjectWriter& object) { write_bands(plan, output, layouts, object); });
}

}  // namespace terroir
