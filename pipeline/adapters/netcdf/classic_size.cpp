#include "pipeline/adapters/netcdf/classic_size.h"

#include "pipeline/error.h"
#include "pipeline/ports/local_files.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

namespace terroir {
namespace {

Error cut_off(const std::string& path) { return {Fault::mistake, path + ": it is cut off; get a fresh copy of it"}; }

/// Takes big-endian numbers from a header (NetCDF Classic Format Specification).
class Header {
 public:
  explicit Header(const LocalFile& file) : file_(file) { more(1 << 16); }

  std::uint64_t number(std::size_t bytes) {
    while (at_ + bytes > data_.size()) more(data_.size() * 4);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8U | static_cast<std::uint64_t>(data_[at_ + i]);
    at_ += bytes;
    return value;
  }
  void skip(std::uint64_t bytes) {
    if (bytes > limit) throw cut_off(file_.path());
    at_ += static_cast<std::size_t>(bytes + 3) / 4 * 4;
    while (at_ > data_.size()) more(data_.size() * 4);
  }

 private:
  static constexpr std::size_t limit = std::size_t{64} << 20;

  void more(std::size_t wanted) {
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(file_.size(), std::min(wanted, limit)));
    if (size <= data_.size()) throw cut_off(file_.path());
    data_.resize(size);
    file_.read(0, data_);
  }

  const LocalFile& file_;
  std::vector<std::byte> data_;
  std::size_t at_ = 0;
};

std::uint64_t type_bytes(std::uint64_t type) {
  constexpr std::array<std::uint64_t, 12> bytes = {0, 1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8};
  return type < bytes.size() ? bytes[type] : 0;
}

class ClassicFile {
 public:
  explicit ClassicFile(const LocalFile& file) : header_(file) {}

  std::optional<std::uint64_t> size() {
    const std::uint64_t magic = header_.number(4);
    const auto version = static_cast<unsigned>(magic & 0xFFU);
    if (magic >> 8U != 0x434446 || (version != 1 && version != 2 && version != 5)) return std::nullopt;
    count_bytes_ = version == 5 ? 8 : 4;
    records_ = header_.number(count_bytes_);
    const std::uint64_t streaming = version == 5 ? ~std::uint64_t{0} : 0xFFFFFFFFU;
    if (records_ == streaming) records_ = 0;
    read_dimensions();
    skip_attributes();
    header_.number(4);
    for (std::uint64_t left = count(); left > 0; --left) read_variable(version == 1 ? 4 : 8);
    if (records_ == 0 || record_.empty()) return end_;
    std::uint64_t stride = 0;
    for (const auto& [begin, bytes] : record_) stride += record_.size() == 1 ? bytes : (bytes + 3) / 4 * 4;
    for (const auto& [begin, bytes] : record_) end_ = std::max(end_, begin + (records_ - 1) * stride + bytes);
    return end_;
  }

 private:
  std::uint64_t count() { return header_.number(count_bytes_); }

  void read_dimensions() {
    header_.number(4);
    for (std::uint64_t left = count(); left > 0; --left) {
      header_.skip(count());
      dimensions_.push_back(count());
    }
  }

  void skip_attributes() {
    header_.number(4);
    for (std::uint64_t left = count(); left > 0; --left) {
      header_.skip(count());
      const std::uint64_t type = header_.number(4);
      header_.skip(count() * type_bytes(type));
    }
  }

  void read_variable(std::size_t offset_bytes) {
    header_.skip(count());
    std::uint64_t elements = 1;
    bool record = false;
    const std::uint64_t rank = count();
    for (std::uint64_t d = 0; d < rank; ++d) {
      const std::uint64_t id = count(), length = id < dimensions_.size() ? dimensions_[id] : 1;
      record = record || (d == 0 && length == 0);
      if (length > 0) elements *= length;
    }
    skip_attributes();
    const std::uint64_t bytes = elements * type_bytes(header_.number(4));
    count();  // its size, which is limited to 4 GiB and may be wrong
    const std::uint64_t begin = header_.number(offset_bytes);
    if (record)
      record_.emplace_back(begin, bytes);
    else
      end_ = std::max(end_, begin + bytes);
  }

  Header header_;
  std::size_t count_bytes_ = 4;
  std::uint64_t records_ = 0, end_ = 0;
  std::vector<std::uint64_t> dimensions_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> record_;  ///< begin, and bytes of one record
};

}  // namespace

std::optional<std::uint64_t> classic_netcdf_size(const std::string& path) {
  const LocalFile file(path);
  return ClassicFile(file).size();
}

void require_whole_netcdf(const std::string& path) {
  const auto wanted = classic_netcdf_size(path);
  const std::uint64_t size = LocalFile(path).size();
  if (wanted && size < *wanted)
    throw Error(Fault::mistake, path + ": it is cut off: it has " + std::to_string(size) + " of " + std::to_string(*wanted) +
                                    " bytes; get a fresh copy of it");
}

}  // namespace terroir
