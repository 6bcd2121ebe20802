#include "pipeline/commands/node_scratch.h"

#include "pipeline/adapters/scratch/rechunked_source.h"
#include "pipeline/error.h"
#include "pipeline/plan/coarse.h"

#include <utility>

namespace terroir {
namespace {

std::shared_ptr<ScratchFile> open_scratch(const Plan& plan, const Communicator& communicator, const std::string& use, std::uint64_t bytes,
                                          std::size_t parts) {
  const std::string& folder = plan.resources.scratch.folder;
  remove_abandoned(folder);
  const ScratchFile::Place place{folder, communicator.node_token() + use, static_cast<std::uint32_t>(communicator.local_size())};
  return std::make_shared<ScratchFile>(place, bytes, parts);
}

/// What a rank shares its layers through that could not make its scratch: it finds out with the first chunk, as when the disk fills later.
class NoScratch final : public SharedWork {
 public:
  void write(std::uint64_t, std::span<const std::byte>) override { throw Error(Fault::system, "there is no scratch"); }
  void read(std::uint64_t, std::span<std::byte>) const override { throw Error(Fault::system, "there is no scratch"); }
  bool try_part(std::size_t, const std::function<void()>& work) override { return work(), true; }
  [[nodiscard]] bool done(std::size_t) const noexcept override { return false; }
};

}  // namespace

std::vector<std::shared_ptr<Source>> rechunk_sources(const Plan& plan, std::vector<std::shared_ptr<Source>> sources,
                                                     const Communicator& communicator) {
  std::vector<RechunkedSource::Room> places(sources.size());
  RechunkedSource::Room all;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    places[i] = all;
    if (!plan.files[i].rechunk) continue;
    const auto room = RechunkedSource::room(*sources[i], plan.files[i].chunk);
    all.bytes += room.bytes;
    all.parts += room.parts;
  }
  if (all.parts == 0) return sources;
  const auto scratch = open_scratch(plan, communicator, "-chunks", all.bytes, all.parts);
  for (std::size_t i = 0; i < sources.size(); ++i)
    if (const auto& rechunk = plan.files[i].rechunk)
      sources[i] = std::make_shared<RechunkedSource>(std::move(sources[i]), plan.files[i].chunk, *rechunk, scratch, places[i]);
  return sources;
}

std::shared_ptr<SharedWork> share_layers(const Plan& plan, const Communicator& communicator) {
  const CoarseRoom room = coarse_room(plan);
  if (communicator.local_size() == 1 || room.chunks == 0) return nullptr;
  try {
    // Ranks whose limits differ may have cut their passes differently: only those with the same layers share them.
    return open_scratch(plan, communicator, "-layers-" + coarse_token(plan), room.bytes, room.chunks);
  } catch (const Error&) {
    return std::make_shared<NoScratch>();
  }
}

}  // namespace terroir
