#include "pipeline/commands/rechunk_sources.h"

#include "pipeline/adapters/scratch/rechunked_source.h"

#include <utility>

namespace terroir {

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
  const std::string& folder = plan.resources.scratch.folder;
  remove_abandoned(folder);
  const auto scratch = std::make_shared<ScratchFile>(
      ScratchFile::Place{folder, communicator.node_token(), static_cast<std::uint32_t>(communicator.local_size())}, all.bytes, all.parts);
  for (std::size_t i = 0; i < sources.size(); ++i)
    if (const auto& rechunk = plan.files[i].rechunk)
      sources[i] = std::make_shared<RechunkedSource>(std::move(sources[i]), plan.files[i].chunk, *rechunk, scratch, places[i]);
  return sources;
}

}  // namespace terroir
