#include "pipeline/cf/cf_file.h"

#include <algorithm>

namespace terroir {

const CfAttribute* CfVariable::find(std::string_view attribute) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.name == attribute; });
  return found == attributes.end() ? nullptr : &*found;
}

std::string CfVariable::text(std::string_view attribute) const {
  const CfAttribute* found = find(attribute);
  return found == nullptr ? "" : found->text;
}

std::optional<double> CfVariable::number(std::string_view attribute) const {
  const CfAttribute* found = find(attribute);
  return found == nullptr || found->numbers.empty() ? std::nullopt : std::optional(found->numbers.front());
}

const CfVariable* CfFile::find(std::string_view name) const {
  const auto& all = variables();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& v) { return v.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<Index> chunk_of_contiguous(std::span<const Index> shape, std::size_t element) {
  constexpr Index most_bytes = Index{1} << 20;
  std::vector<Index> chunk(shape.size(), 1);
  Index bytes = static_cast<Index>(element);
  for (std::size_t d = shape.size(); d-- > 0;) {
    chunk[d] = std::clamp<Index>(most_bytes / bytes, 1, std::max<Index>(1, shape[d]));
    bytes *= chunk[d];
    if (chunk[d] < shape[d]) break;
  }
  return chunk;
}

std::mutex& hdf5_library() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace terroir
