#include "pipeline/run/header_openers.h"

#include "pipeline/ports/known_source.h"
#include "tiling/cells.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace terroir {
namespace {

/// The place of an item in a list, where it is put if it is not there. Files of a stack have most in common with those before them, so only
/// the latest items are looked at.
template <class T, class Same>
std::uint32_t place_in(std::vector<T>& items, const T& item, const Same& same) {
  constexpr std::ptrdiff_t latest = 64;
  const auto end = items.size() > latest ? items.rbegin() + latest : items.rend();
  const auto found = std::find_if(items.rbegin(), end, [&](const T& known) { return same(known, item); });
  if (found != end) return static_cast<std::uint32_t>(items.rend() - found - 1);
  items.push_back(item);
  return static_cast<std::uint32_t>(items.size() - 1);
}

/// Asks, and notes a refusal in the answer.
template <class Answer, class Ask>
void note(Answer& answer, const Ask& ask) {
  try {
    ask();
  } catch (const Error& error) {
    answer.refusal = {error.fault(), error.what()};
  }
}

/// An answer that is none is thrown again.
template <class Answer>
const Answer& answered(const Answer& answer) {
  if (answer.refusal) throw Error(answer.refusal->fault, answer.refusal->text);
  return answer;
}

std::string key_of(const std::string& path, const SourcePart& part) {
  return path + '\0' + part.variable + '\0' + (part.level ? std::to_string(*part.level) : "");
}

std::string not_the_same(const std::string& path) {
  return path + " is not the file that rank 0 has opened under this name; compare the mounts of the nodes";
}

/// A source that other ranks' headers tell of, opened when its first chunk is read.
class LateSource final : public KnownSource {
 public:
  LateSource(SourceFacts facts, std::function<std::unique_ptr<Source>()> open) : KnownSource(std::move(facts)), open_(std::move(open)) {}

  std::size_t read_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) override {
    return opened().read_chunk(bands, place, out);
  }
  [[nodiscard]] std::unique_ptr<FetchedChunk> fetch_chunk(std::span<const int> bands, const ChunkPlace& place,
                                                          std::span<std::byte* const> out) override {
    return opened().fetch_chunk(bands, place, out);
  }

 private:
  [[nodiscard]] Source& opened() {
    std::call_once(opened_, [&] { source_ = open_as_told(); });
    return *source_;
  }

  [[nodiscard]] std::unique_ptr<Source> open_as_told() const {
    std::unique_ptr<Source> source;
    try {
      source = open_();
    } catch (const Error& error) {
      if (error.fault() != Fault::mistake) throw;
      throw Error(Fault::system, std::string(error.what()) + "; rank 0 has opened it: compare the mounts of the nodes");
    }
    if (source->fingerprint() == fingerprint()) return source;
    throw Error(Fault::data, not_the_same(path()));
  }

  const std::function<std::unique_ptr<Source>()> open_;
  std::once_flag opened_;
  std::unique_ptr<Source> source_;
};

}  // namespace

std::vector<std::string> RecordingOpener::glob(const std::string& pattern) {
  auto& answer = headers_.listings.emplace_back(Headers::Listing{pattern, {}, {}});
  note(answer, [&] { answer.paths = opener_->glob(pattern); });
  return answered(answer).paths;
}

std::vector<std::string> RecordingOpener::variables(const std::string& path) {
  auto& answer = headers_.variables.emplace_back(Headers::Variables{path, {}, {}});
  note(answer, [&] { answer.names = opener_->variables(path); });
  return answered(answer).names;
}

std::unique_ptr<Source> RecordingOpener::open(const std::string& path, const SourcePart& part) {
  auto& answer = headers_.opened.emplace_back(Headers::Opened{path, part, {}, {}});
  std::unique_ptr<Source> source;
  note(answer, [&] {
    source = opener_->open(path, part);
    answer.header = header_of(*source);
  });
  (void)answered(answer);
  return source;
}

SourceHeader RecordingOpener::header_of(const Source& source) {
  SourceHeader header;
  const auto same_text = [](const Crs& a, const Crs& b) { return a.wkt == b.wkt && a.authority == b.authority; };
  header.crs = place_in(headers_.systems, source.grid().crs(), same_text);
  header.times = place_in(headers_.axes, source.times(), std::equal_to<>());
  header.affine = source.grid().affine();
  header.shape = source.grid().shape();
  if (source.grid().cells()) header.cells = source.grid().cells()->digest;
  for (std::size_t band = 0; band < source.bands().size(); ++band) {
    header.bands.push_back(place_in(headers_.bands, source.bands()[band], std::equal_to<>()));
    header.types.push_back(source.stored_type(static_cast<int>(band)));
  }
  header.chunk = source.chunk();
  header.interleaved = source.interleaved();
  header.scratch = source.scratch_bytes();
  header.reopens = source.reopens();
  header.by_gdal = source.by_gdal();
  header.fingerprint = source.fingerprint();
  return header;
}

ReplayingOpener::ReplayingOpener(Headers headers, std::unique_ptr<SourceOpener> opener)
    : headers_(std::move(headers)), opener_(std::move(opener)) {
  for (std::size_t i = 0; i < headers_.listings.size(); ++i) listings_.emplace(headers_.listings[i].pattern, i);
  for (std::size_t i = 0; i < headers_.variables.size(); ++i) variables_.emplace(headers_.variables[i].path, i);
  for (std::size_t i = 0; i < headers_.opened.size(); ++i) opened_.emplace(key_of(headers_.opened[i].path, headers_.opened[i].part), i);
}

std::vector<std::string> ReplayingOpener::glob(const std::string& pattern) {
  const auto found = listings_.find(pattern);
  return found == listings_.end() ? opener_->glob(pattern) : answered(headers_.listings[found->second]).paths;
}

std::vector<std::string> ReplayingOpener::variables(const std::string& path) {
  const auto found = variables_.find(path);
  return found == variables_.end() ? opener_->variables(path) : answered(headers_.variables[found->second]).names;
}

std::unique_ptr<Source> ReplayingOpener::open(const std::string& path, const SourcePart& part) {
  const auto found = opened_.find(key_of(path, part));
  if (found == opened_.end()) return opener_->open(path, part);
  const Headers::Opened& answer = answered(headers_.opened[found->second]);
  const bool needs_cells = answer.header && !answer.header->cells.empty() && cells_.count(answer.header->cells) == 0;
  if (!answer.header) return opener_->open(path, part);
  if (!first_of_folder(path) && !needs_cells)
    return std::make_unique<LateSource>(facts_of(answer), [this, &answer] {
      const std::lock_guard lock(opening_);
      return open_told(answer);
    });
  auto source = open_told(answer);
  if (!(source->fingerprint() == answer.header->fingerprint)) throw Error(Fault::mistake, not_the_same(path));
  if (needs_cells) cells_[answer.header->cells] = source->grid().cells();
  return source;
}

std::unique_ptr<Source> ReplayingOpener::open_told(const Headers::Opened& answer) {
  return answer.header->reopens ? opener_->reopen(facts_of(answer)) : opener_->open(answer.path, answer.part);
}

bool ReplayingOpener::first_of_folder(const std::string& path) {
  constexpr std::size_t most = 16;
  return folders_.size() < most && folders_.insert(path.substr(0, path.rfind('/') + 1)).second;
}

SourceFacts ReplayingOpener::facts_of(const Headers::Opened& answer) const {
  const SourceHeader& header = *answer.header;
  const auto cells = header.cells.empty() ? nullptr : cells_.at(header.cells);
  SourceFacts facts{answer.path,
                    Grid(headers_.systems[header.crs], header.affine, header.shape, cells),
                    headers_.axes[header.times],
                    {},
                    header.types,
                    header.chunk,
                    header.interleaved,
                    header.scratch,
                    header.fingerprint,
                    header.by_gdal};
  for (const std::uint32_t band : header.bands) facts.bands.push_back(headers_.bands[band]);
  return facts;
}

}  // namespace terroir
