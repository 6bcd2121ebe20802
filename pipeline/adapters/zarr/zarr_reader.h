#pragma once

#include "pipeline/dataset/variable.h"
#include "pipeline/ports/store.h"

#include <string>
#include <vector>

namespace terroir {

/// The metadata of a Zarr store, version 2 or 3, as found.
struct ZarrStore {
  int format = 3;
  bool committed = false;  ///< it has its root document: a reader takes it for a data set
  bool is_array = false;   ///< no group: the folder of a single array
  Json attributes = Json::object();
  std::vector<Variable> variables;  ///< in the order of the consolidated metadata, or sorted by name
  std::vector<std::string> unread;  ///< what is wrong with arrays whose metadata cannot be read, beside others that can

  [[nodiscard]] const Variable* find(const std::string& name) const noexcept;
};

/// Reads the metadata of a store that Terroir wrote, also of one that is not committed as far as there is any. Nothing when there is
/// none at all. Throws Error(Fault::data) when a document is damaged.
[[nodiscard]] std::optional<ZarrStore> read_zarr(Store& store);

/// The numbers of a coordinate: a variable of one dimension that stands in one chunk. Empty when it is none, or not stored.
/// Throws Error(Fault::data) when it cannot be decoded.
[[nodiscard]] std::vector<double> read_numbers(Store& store, const ZarrStore& zarr, const Variable& variable);
/// The same of a variable of type "string", as Terroir writes them; empty when others have packed them.
[[nodiscard]] std::vector<std::string> read_texts(Store& store, const ZarrStore& zarr, const Variable& variable);

/// "blosc (zstd 1, byte shuffle)", "gzip 5", "none".
[[nodiscard]] std::string compression_text(const Compression&);
/// The same with the names of what others do to chunks besides.
[[nodiscard]] std::string compression_text(const Variable&);

}  // namespace terroir
