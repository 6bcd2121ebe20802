#include "pipeline/run/chunk_runner.h"

#include "kernels/moments.h"

#include <algorithm>
#include <cstring>

namespace terroir {
namespace {

void copy(Block<const float> from, Block<float> to) {
  if (from.row(0, 0) == to.row(0, 0)) return;  // computed in its home
  for (Index r = 0; r < from.rows(); ++r) std::memcpy(to.row(0, r), from.row(0, r), static_cast<std::size_t>(from.cols()) * sizeof(float));
}

}  // namespace

std::vector<WrittenArray> written_arrays(const Plan& plan, const Pass& pass, const std::vector<Sink*>& sinks) {
  std::vector<WrittenArray> arrays;
  for (std::size_t o = 0; o < pass.outputs.size(); ++o) {
    const OutputPlan& output = plan.outputs[pass.outputs[o]];
    for (std::size_t a = 0; a < output.arrays.size(); ++a) arrays.push_back({o, a, &output.arrays[a], sinks[pass.outputs[o]]});
  }
  return arrays;
}

ChunkRunner::ChunkRunner(const PassContext& c)
    : plan_(c.plan),
      pass_(c.pass),
      layout_(c.layout),
      arrays_(c.arrays),
      meter_(c.meter),
      kept_(c.kept),
      kept_source_(c.shorter, c.reader),
      whole_{BlockRunner(c.plan, c.pass, c.program, c.reader, c.fitted, c.meter), c.pass.block},
      shorter_{BlockRunner(c.plan, c.shorter, c.shorter_program, kept_source_, c.fitted, c.meter), c.shorter.block},
      assemblies_(c.arrays.size()) {
  const auto area = static_cast<std::size_t>(pass_.chunk.area()) * sizeof(float);
  for (std::size_t a = 0; a < arrays_.size(); ++a) {
    const ArrayPlan& array = *arrays_[a].plan;
    Assembly& assembly = assemblies_[a];
    assembly.held = held_time_chunks(pass_, array);
    assembly.pixels.reserve(static_cast<std::size_t>(assembly.held * array.time_chunk) * array.layers.size() * area);
    for (std::size_t i = 0; i < array.layers.size(); ++i) targets_[array.layers[i]].places.push_back({a, i});
  }
  const bool still =
      std::all_of(c.program.targets.begin(), c.program.targets.end(), [&](LayerId id) { return plan_.layers[id].axis == no_entry; });
  if (still && warps(plan_, pass_)) whole_.limit = block_limit(plan_, pass_, c.program);
  if (still && !pass_.kept.empty() && warps(plan_, c.shorter)) shorter_.limit = block_limit(plan_, c.shorter, c.shorter_program);
  for (std::size_t f = 0; f < pass_.fits.size(); ++f) targets_[plan_.ops[pass_.fits[f]].in[0]].fits.push_back(f);
  for (const LayerId id : pass_.keeps) targets_[id];
  for (auto& [id, target] : targets_)
    if (target.places.empty() && plan_.layers[id].axis == no_entry) target.observed.reserve(area);
}

std::vector<ChunkResult> ChunkRunner::run(const Window& piece, const std::function<EncodedChunks()>& spare) {
  const TileGrid chunks(piece, pass_.chunk);
  piece_ = {};
  bool together = chunks.size() > 1;
  for (Index i = 0; i < chunks.size() && together; ++i) together = !is_kept(chunks[i]);
  if (together) run_together(piece);
  std::vector<ChunkResult> results;
  for (Index i = 0; i < chunks.size(); ++i) results.push_back(run_chunk(chunks[i], spare()));
  return results;
}

void ChunkRunner::run_together(const Window& piece) {
  piece_ = piece;
  for (auto& [id, target] : targets_) target.piece.reserve(static_cast<std::size_t>(piece.shape().area()) * sizeof(float));
  run_blocks(whole_, intersect(piece, pass_.window));
}

ChunkResult ChunkRunner::run_chunk(const Window& chunk, EncodedChunks spare) {
  begin(chunk, std::move(spare));
  if (!piece_.empty()) {
    take_from_piece();
  } else if (is_kept(chunk)) {
    kept_source_.use(chunk, kept_.find(chunk));
    run_blocks(shorter_, valid_);
  } else {
    run_blocks(whole_, valid_);
  }
  return finish();
}

void ChunkRunner::begin(const Window& chunk, EncodedChunks spare) {
  chunk_ = chunk;
  valid_ = intersect(chunk, pass_.window);
  result_ = {std::move(spare), layout_.empty()};
  emitted_ = 0;
  seen_.assign(layout_.size(), false);
  clear_arrays();
}

ChunkResult ChunkRunner::finish() {
  finish_static();
  if (!pass_.keeps.empty()) keep();
  result_.encoded.resize(emitted_);
  return std::move(result_);
}

void ChunkRunner::run_blocks(Way& way, const Window& window) {
  for (Index row = window.row; row < window.row_end(); row += way.size.rows)
    for (Index col = window.col; col < window.col_end(); col += way.size.cols) {
      run_block(way, intersect(window, {row, col, way.size.rows, way.size.cols}));
    }
}

/// A block that asks for too much of its source is run in parts: its pixels do not depend on that.
void ChunkRunner::run_block(Way& way, const Window& block) {
  if (way.limit > 0 && block.shape().area() > 1 && way.blocks.bytes(block) > way.limit) {
    Window first = block, second = block;
    if (block.rows >= block.cols)
      first.rows /= 2, second.row += first.rows, second.rows -= first.rows;
    else
      first.cols /= 2, second.col += first.cols, second.cols -= first.cols;
    run_block(way, first);
    run_block(way, second);
    return;
  }
  block_ = block;
  way.blocks.run(block, *this);
}

/// Keeps the pixels that later passes start from, if there is still room.
void ChunkRunner::keep() {
  const auto area = static_cast<std::size_t>(pass_.chunk.area());
  if (!kept_.reserve(pass_.keeps.size() * area)) return;
  auto pixels = std::make_shared<Buffer>(pass_.keeps.size() * area * sizeof(float));
  auto* place = reinterpret_cast<float*>(pixels->data());
  for (const LayerId id : pass_.keeps) place = std::copy_n(still_plane(targets_.at(id)), area, place);
  kept_.put(chunk_, std::move(pixels));
}

float* ChunkRunner::still_plane(const Target& target) {
  return target.places.empty() ? reinterpret_cast<float*>(target.observed.data()) : plane(target.places.front(), 0);
}

/// Pixels beyond the window, which no block will set.
void ChunkRunner::clear_arrays() {
  for (std::size_t a = 0; a < arrays_.size(); ++a) {
    Assembly& assembly = assemblies_[a];
    assembly.received = assembly.emitted = 0;
    if (valid_ != chunk_) std::fill_n(reinterpret_cast<float*>(assembly.pixels.data()), assembly.pixels.bytes() / sizeof(float), no_value);
  }
}

/// The pixels of a chunk that was computed with its neighbours.
void ChunkRunner::take_from_piece() {
  for (auto& [id, target] : targets_) {
    const Block<const float> pixels = view_of_piece(target, valid_);
    if (target.places.empty()) copy(pixels, view(still_plane(target), valid_));
    for (const Place& place : target.places) copy(pixels, view(plane(place, 0), valid_));
  }
}

float* ChunkRunner::plane(const Place& place, Index time) {
  const ArrayPlan& array = *arrays_[place.array].plan;
  Assembly& assembly = assemblies_[place.array];
  const Index held = time / array.time_chunk % assembly.held, within = time % array.time_chunk;
  const Index planes = (held * static_cast<Index>(array.layers.size()) + static_cast<Index>(place.feature)) * array.time_chunk + within;
  return reinterpret_cast<float*>(assembly.pixels.data()) + planes * pass_.chunk.area();
}

Block<float> ChunkRunner::view(float* plane, const Window& window) const {
  const Index stride = pass_.chunk.cols;
  return {plane + (window.row - chunk_.row) * stride + (window.col - chunk_.col), 1, window.shape(), pass_.chunk.area(), stride};
}

Block<float> ChunkRunner::view_of_piece(Target& target, const Window& window) const {
  const Index stride = piece_.cols;
  auto* pixels = reinterpret_cast<float*>(target.piece.data());
  return {pixels + (window.row - piece_.row) * stride + (window.col - piece_.col), 1, window.shape(), piece_.shape().area(), stride};
}

Block<float> ChunkRunner::home(LayerId id) {
  Target& target = targets_.at(id);
  return piece_.empty() ? view(still_plane(target), block_) : view_of_piece(target, block_);
}

void ChunkRunner::deliver(LayerId id, Index first, Block<const float> pixels) {
  Target& target = targets_.at(id);
  if (plan_.layers[id].axis != no_entry) return deliver_times(target, first, pixels);
  if (!piece_.empty() || target.places.empty()) copy(pixels, home(id));
  if (!piece_.empty()) return;
  for (const Place& place : target.places) copy(pixels, view(plane(place, 0), block_));
}

/// A layer with time comes in whole chunks (the block is the chunk), some times at once.
void ChunkRunner::deliver_times(const Target& target, Index first, Block<const float> pixels) {
  for (Index t = 0; t < pixels.times(); ++t)
    for (const std::size_t fit : target.fits) observe_fit(fit, pixels.at_time(t));
  for (const Place& place : target.places) {
    const ArrayPlan& array = *arrays_[place.array].plan;
    Assembly& assembly = assemblies_[place.array];
    for (Index t = 0; t < pixels.times(); ++t) {
      copy(pixels.at_time(t), view(plane(place, first + t), block_));
      observe_layer(place, pixels.at_time(t));
      ++assembly.received;
    }
    // All features of a slab have come: its whole time chunks go out.
    const auto features = static_cast<Index>(array.layers.size());
    const Index last = first + pixels.times();
    if (assembly.received < last * features) continue;
    const Index whole = last == array.times ? ceil_div(last, array.time_chunk) : last / array.time_chunk;
    while (assembly.emitted < whole) emit(place.array, assembly.emitted++);
  }
}

void ChunkRunner::finish_static() {
  for (auto& [id, target] : targets_) {
    if (plan_.layers[id].axis != no_entry) continue;
    const Block<const float> pixels = view(still_plane(target), valid_);
    for (const std::size_t fit : target.fits) observe_fit(fit, pixels);
    for (const Place& place : target.places) observe_layer(place, pixels);
  }
  for (std::size_t a = 0; a < arrays_.size(); ++a)
    if (arrays_[a].plan->axis == no_entry) emit(a, 0);
}

void ChunkRunner::observe_fit(std::size_t fit, Block<const float> pixels) {
  const auto& field = layout_.fits()[fit];
  const std::span into = std::span(result_.state).subspan(field.offset, field.size);
  const Block<const float> in[] = {pixels};
  if (!seen_[field.offset]) {
    field.kernel->observe(in, into);
    seen_[field.offset] = true;
    return;
  }
  std::vector<double> next(field.size);
  field.kernel->observe(in, next);
  field.kernel->merge(into, next);
}

void ChunkRunner::observe_layer(const Place& place, Block<const float> pixels) {
  const Stopwatch watch(meter_.compute_ns);
  const WrittenArray& array = arrays_[place.array];
  const auto& field = layout_.statistics(array.output, array.array, place.feature);
  const auto into = std::span(result_.state).subspan(field.offset).first<moments::size>();
  LayerStatistics next;
  observe_moments(pixels, next);
  merge_moments(into, next);
}

void ChunkRunner::emit(std::size_t a, Index time_chunk) {
  const Stopwatch watch(meter_.encode_ns);
  const ArrayPlan& array = *arrays_[a].plan;
  const std::size_t floats = static_cast<std::size_t>(pass_.chunk.area() * array.time_chunk) * array.layers.size();
  EncodedChunk& encoded = emitted_ < result_.encoded.size() ? result_.encoded[emitted_] : result_.encoded.emplace_back();
  ++emitted_;
  encoded.array = a;
  encoded.time_chunk = time_chunk;
  // Times beyond the last one are nodata.
  for (std::size_t feature = 0; feature < array.layers.size(); ++feature)
    for (Index t = array.times; t < (time_chunk + 1) * array.time_chunk; ++t)
      std::fill_n(plane({a, feature}, t), pass_.chunk.area(), no_value);
  EncodeCounts counts;
  arrays_[a].sink->encode(arrays_[a].array, {plane({a, 0}, time_chunk * array.time_chunk), floats}, encoded.bytes, scratch_, counts);
  meter_.unfit += counts.unfit;
}

}  // namespace terroir
