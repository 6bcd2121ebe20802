#include "pipeline/run/journal.h"

#include "pipeline/codecs/crc32c.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdio>
#include <utility>

namespace terroir {
namespace {

using Json = nlohmann::ordered_json;

constexpr int crc_digits = 8, double_digits = 16;

std::string hex(std::uint64_t value, int digits) {
  char text[2 * sizeof value + 1];
  std::snprintf(text, sizeof text, "%0*llx", digits, static_cast<unsigned long long>(value));
  return text;
}

/// First member of a line, for the members that follow it.
std::string crc_member(std::string_view members) {
  return R"({"crc32c":")" + hex(crc32c(std::as_bytes(std::span(members))), crc_digits) + "\",";
}

/// A line with the members of a JSON object behind their CRC.
std::string sealed(const Json& object) {
  const std::string members = object.dump().substr(1);
  return crc_member(members) + members + "\n";
}

/// The object of a line whose CRC is right.
std::optional<Json> unsealed(std::string_view line) {
  const auto members = line.substr(std::min(line.size(), crc_member({}).size()));
  if (!line.starts_with(crc_member(members))) return std::nullopt;
  auto parsed = Json::parse("{" + std::string(members), nullptr, false);
  if (parsed.is_discarded()) return std::nullopt;
  return parsed;
}

std::string bits_of(const std::vector<double>& numbers) {
  std::string text;
  for (const double number : numbers) text += hex(std::bit_cast<std::uint64_t>(number), double_digits);
  return text;
}

std::vector<double> numbers_of(std::string_view bits) {
  std::vector<double> numbers;
  for (; bits.size() >= double_digits; bits.remove_prefix(double_digits)) {
    std::uint64_t value = 0;
    std::from_chars(bits.data(), bits.data() + double_digits, value, 16);
    numbers.push_back(std::bit_cast<double>(value));
  }
  return numbers;
}

JournalEntry entry_of(const Json& line) {
  JournalEntry entry;
  entry.pass = line.at("pass").get<std::size_t>();
  entry.result.tile = line.at("tile").get<Index>();
  for (const auto& object : line.at("objects"))
    entry.result.objects.push_back({object.at(1).get<std::string>(), object.at(2).get<std::uint64_t>(), object.at(3).get<std::uint32_t>(),
                                    object.at(0).get<std::uint32_t>()});
  entry.result.state = numbers_of(line.at("state").get<std::string>());
  return entry;
}

/// Takes the next whole line off a text; a last line without an end is torn.
std::optional<std::string_view> next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string header_line(const JournalHeader& header) {
  return sealed({{"plan", header.plan_hash}, {"attempt", header.attempt}, {"rank", header.rank}});
}

std::string tile_line(std::size_t pass, const TileResult& result) {
  Json objects = Json::array();
  for (const auto& object : result.objects) objects.push_back(Json::array({object.output, object.key, object.bytes, object.crc32c}));
  return sealed({{"pass", pass}, {"tile", result.tile}, {"objects", std::move(objects)}, {"state", bits_of(result.state)}});
}

std::vector<JournalEntry> read_segment(std::string_view text, const std::string& plan_hash) {
  std::vector<JournalEntry> entries;
  const auto first = next_line(text);
  const auto header = first ? unsealed(*first) : std::nullopt;
  if (!header || header->value("plan", "") != plan_hash) return entries;
  while (const auto line = next_line(text)) {
    const auto object = unsealed(*line);
    if (!object) continue;
    try {
      entries.push_back(entry_of(*object));
    } catch (const Json::exception&) {
      continue;  // a line of another kind
    }
  }
  return entries;
}

std::vector<JournalEntry> read_journal(Store& store, const std::string& plan_hash) {
  std::vector<JournalEntry> all;
  for (const auto& key : store.list(std::string(run_folder) + "journal-")) {
    const auto bytes = store.get(key);
    if (!bytes) continue;
    auto entries = read_segment({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, plan_hash);
    all.insert(all.end(), std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end()));
  }
  return all;
}

void JournalWriter::add(std::size_t pass, const TileResult& result) {
  std::string line = tile_line(pass, result);
  const std::lock_guard lock(pending_mutex_);
  pending_ += line;
}

bool JournalWriter::pending() const {
  const std::lock_guard lock(pending_mutex_);
  return !pending_.empty();
}

void JournalWriter::flush() {
  const std::lock_guard one_at_a_time(flush_mutex_);
  std::string lines;
  {
    const std::lock_guard lock(pending_mutex_);
    lines = pending_;
  }
  if (lines.empty()) return;
  char name[32];
  std::snprintf(name, sizeof name, "-%05d-%05d.jsonl", header_.rank, segments_++);
  const std::string text = header_line(header_) + lines;
  store_.put(std::string(run_folder) + "journal-" + header_.attempt + name, std::as_bytes(std::span(text)));
  const std::lock_guard lock(pending_mutex_);
  pending_.erase(0, lines.size());
}

}  // namespace terroir
