#pragma once

#include "pipeline/adapters/proj/proj_handles.h"
#include "pipeline/ports/crs_reader.h"

#include <map>
#include <mutex>
#include <string>

namespace terroir {

/// Coordinate reference systems by PROJ: no network, no messages on the terminal. May be called from several threads. Functions throw
/// Error(Fault::system) as well, when PROJ cannot find its database.
class ProjCrsReader final : public CrsReader {
 public:
  [[nodiscard]] Crs read(const std::string& text) override;
  [[nodiscard]] std::optional<Crs> epsg(int code) override;
  [[nodiscard]] std::vector<Attribute> cf_attributes(const Crs& crs) override;
  [[nodiscard]] Crs read_cf(const std::vector<Attribute>& attributes) override;
  [[nodiscard]] std::shared_ptr<const CrsOperation> operation(const Crs& from, const Crs& to, std::span<const MapPoint> area) override;

 private:
  /// PROJ is loaded when it is first needed. With the mutex held.
  [[nodiscard]] PJ_CONTEXT* context();
  Crs parse(const std::string& text);

  std::mutex mutex_;
  std::string message_;  ///< PROJ's last one
  PjContextPtr context_;
  std::map<int, std::optional<Crs>> codes_;
  std::map<std::string, Crs> known_;  ///< of texts read before: the files of a stack name the same few systems
};

}  // namespace terroir
