#pragma once

#include "pipeline/adapters/zarr/zarr_array.h"
#include "pipeline/adapters/zarr/zarr_hierarchy.h"
#include "pipeline/cf/cf_file.h"
#include "pipeline/ports/source.h"

#include <memory>
#include <string>
#include <vector>

namespace terroir {

/// A Zarr store in a folder, version 2 or 3, as a file of variables.
class ZarrFile final : public CfFile {
 public:
  /// Reads its metadata. Throws as `read_hierarchy`.
  ZarrFile(std::string path, std::shared_ptr<ZarrHandles> handles);

  [[nodiscard]] const std::string& path() const noexcept override { return path_; }
  [[nodiscard]] const std::vector<CfVariable>& variables() const noexcept override { return variables_; }
  [[nodiscard]] std::vector<double> numbers(const CfVariable&) override;
  [[nodiscard]] std::vector<std::string> texts(const CfVariable&) override;
  /// The numbers of a variable in the chunks of the storage. Throws Error(Fault::mistake) when something of it is not known here.
  [[nodiscard]] std::unique_ptr<StoredArray> array(const CfVariable&) const;
  /// Why the first array that is not known here cannot be read; empty when all can.
  [[nodiscard]] std::string unknown() const;
  /// What tells one content of a variable from another without reading all of it: all metadata of the store; sizes of its objects (of
  /// many, evenly chosen ones), the ends of the first and the last one; the same of the coordinates of its dimensions
  /// and of their bounds.
  [[nodiscard]] Fingerprint fingerprint(const CfVariable&) const;

 private:
  [[nodiscard]] const InputArray& about(const CfVariable&) const;

  std::string path_;
  std::shared_ptr<ZarrHandles> handles_;
  ZarrHierarchy store_;
  std::vector<CfVariable> variables_;
};

}  // namespace terroir
