#include "pipeline/adapters/zarr/texts.h"

#include "pipeline/error.h"

#include <cstdint>
#include <cstring>

namespace terroir {
namespace {

std::string utf8(std::u32string_view points) {
  std::string out;
  const auto add = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  const auto tail = [&](char32_t point, int shift) { add(0x80 | (point >> shift & 0x3F)); };
  for (const char32_t point : points) {
    if (point == 0) break;
    if (point < 0x80) {
      add(point);
    } else if (point < 0x800) {
      add(0xC0 | point >> 6);
      tail(point, 0);
    } else if (point < 0x10000) {
      add(0xE0 | point >> 12);
      tail(point, 6);
      tail(point, 0);
    } else {
      add(0xF0 | point >> 18);
      tail(point, 12);
      tail(point, 6);
      tail(point, 0);
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> texts_with_lengths(std::span<const std::byte> bytes) {
  std::vector<std::string> out;
  const auto take_number = [&] {
    std::uint32_t number = 0;
    if (bytes.size() < sizeof number) throw Error(Fault::data, "a list of texts ends too early");
    std::memcpy(&number, bytes.data(), sizeof number);
    bytes = bytes.subspan(sizeof number);
    return number;
  };
  for (std::uint32_t left = take_number(); left > 0; --left) {
    const std::size_t length = take_number();
    if (length > bytes.size()) throw Error(Fault::data, "a list of texts ends too early");
    out.emplace_back(reinterpret_cast<const char*>(bytes.data()), length);
    bytes = bytes.subspan(length);
  }
  return out;
}

std::vector<std::string> texts_of_width(std::span<const std::byte> bytes, std::size_t characters) {
  const std::size_t width = characters * sizeof(char32_t);
  std::vector<std::string> out;
  for (std::size_t at = 0; width > 0 && at + width <= bytes.size(); at += width) {
    std::u32string points(characters, U'\0');
    std::memcpy(points.data(), bytes.data() + at, width);
    out.push_back(utf8(points));
  }
  return out;
}

}  // namespace terroir
