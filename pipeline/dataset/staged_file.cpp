#include "pipeline/dataset/staged_file.h"

#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"

#include <stdlib.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

namespace terroir {
namespace {

constexpr std::size_t piece = std::size_t{4} << 20;

std::string new_folder() {
  std::string folder = scratch_folder() + "/terroir-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr)
    throw Error(Fault::system,
                "cannot make a scratch folder as " + folder + ": " + std::strerror(errno) + "; set TMPDIR to a folder on a local disk");
  return folder;
}

}  // namespace

std::string scratch_folder() {
  const char* const named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/tmp";
}

StagedFile::StagedFile(const std::string& suffix) : folder_(new_folder()), path_(folder_ + "/file" + suffix) {}

StagedFile::~StagedFile() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string StagedFile::failure(const std::string& reason) const {
  return "cannot write the scratch file " + path_ + ": " + reason + "; set TMPDIR to a local folder with room for the whole output";
}

ObjectRecord StagedFile::copy_to(Store& store, const std::string& key) const {
  std::ifstream file(path_, std::ios::binary);
  if (!file) throw Error(Fault::system, "cannot read the scratch file " + path_ + ": " + std::strerror(errno));
  const auto object = store.create(key);
  ObjectRecord record{key};
  std::vector<std::byte> buffer(piece);
  while (file.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(piece)) || file.gcount() > 0) {
    const auto bytes = std::span<const std::byte>(buffer).first(static_cast<std::size_t>(file.gcount()));
    object->write(bytes);
    record.bytes += bytes.size();
    record.crc32c = crc32c(bytes, record.crc32c);
  }
  if (file.bad()) throw Error(Fault::system, "cannot read the scratch file " + path_);
  object->close();
  return record;
}

}  // namespace terroir
