#include "pipeline/run/coarse_source.h"

#include "pipeline/error.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>

namespace terroir {
namespace {

/// Takes the blocks of one chunk of one layer.
class ChunkReceiver final : public BlockReceiver {
 public:
  ChunkReceiver(const Window& chunk, float* pixels) : chunk_(chunk), pixels_(pixels) {}
  void expect(const Window& block) { block_ = block; }
  Block<float> home(LayerId) override {
    return {pixels_ + (block_.row - chunk_.row) * chunk_.cols + (block_.col - chunk_.col), 1, block_.shape(), chunk_.shape().area(),
            chunk_.cols};
  }
  void deliver(LayerId id, Index, Block<const float> pixels) override {
    const Block<float> to = home(id);
    if (pixels.row(0, 0) == to.row(0, 0)) return;  // computed in its home
    for (Index r = 0; r < pixels.rows(); ++r) std::copy_n(pixels.row(0, r), pixels.cols(), to.row(0, r));
  }

 private:
  Window chunk_, block_;
  float* pixels_;
};

}  // namespace

CoarseSource::CoarseSource(const Plan& plan, const Pass& pass, LayerSource& behind, const Fitted& fitted, Meter& meter, SharedWork* shared)
    : plan_(plan), behind_(behind), fitted_(fitted), meter_(meter), shared_(shared), cache_(coarse_bytes(plan)) {
  const auto places = coarse_places(plan);
  for (const LayerId id : coarse_layers(plan, pass)) {
    Pass own = coarse_pass(plan, id);
    Program program = make_program(plan, own);
    layers_.emplace(id, Layer{std::move(own), std::move(program), places.at(id)});
  }
}

std::vector<LayerId> coarse_inputs(const Plan& plan, const Pass& pass) {
  std::vector<LayerId> all;
  for (const LayerId id : coarse_layers(plan, pass)) {
    const Program program = make_program(plan, coarse_pass(plan, id));
    all.insert(all.end(), program.layers.begin(), program.layers.end());
  }
  return all;
}

void CoarseSource::read(LayerId id, Index first, const Window& window, Block<float> out) {
  const auto found = layers_.find(id);
  if (found == layers_.end()) return behind_.read(id, first, window, out);
  Layer& layer = found->second;
  for (Index r = 0; r < out.rows(); ++r) std::fill_n(out.row(0, r), out.cols(), std::numeric_limits<float>::quiet_NaN());
  const Window all = layer.pass.window, asked = intersect(window, all);
  const Shape shape = layer.pass.chunk;
  if (asked.empty()) return;
  for (Index row = (asked.row - all.row) / shape.rows; all.row + row * shape.rows < asked.row_end(); ++row)
    for (Index col = (asked.col - all.col) / shape.cols; all.col + col * shape.cols < asked.col_end(); ++col) {
      const Window place{all.row + row * shape.rows, all.col + col * shape.cols, shape.rows, shape.cols};
      const Window part = intersect(asked, place);
      const ChunkCache::Chunk held = chunk(id, layer, row, col);
      const auto* pixels = reinterpret_cast<const float*>(held->buffer.data());
      for (Index r = part.row; r < part.row_end(); ++r)
        std::copy_n(pixels + (r - place.row) * shape.cols + (part.col - place.col), part.cols,
                    out.row(0, r - window.row) + (part.col - window.col));
    }
}

ChunkCache::Chunk CoarseSource::chunk(LayerId id, Layer& layer, Index row, Index col) {
  const Pass& pass = layer.pass;
  const Window place{pass.window.row + row * pass.chunk.rows, pass.window.col + col * pass.chunk.cols, pass.chunk.rows, pass.chunk.cols};
  const auto bytes = static_cast<std::size_t>(place.shape().area()) * sizeof(float);
  const auto number = static_cast<std::size_t>(row * pass.tiles.counts().cols + col);
  return cache_.get({id, 0, {0, row, col}}, bytes, [&](ChunkCache::Numbers& numbers) {
    compute_once(layer, number, place, {numbers.buffer.data(), bytes});
  });
}

/// Computes a chunk, or takes it from the rank of this node that has. From when scratch has failed this rank computes for itself.
void CoarseSource::compute_once(Layer& layer, std::size_t number, const Window& place, std::span<std::byte> pixels) {
  enum class Stage { wanted, begun, computed } stage = Stage::wanted;
  const auto own = [&] {
    stage = Stage::begun;
    compute(layer, place, reinterpret_cast<float*>(pixels.data()));
    stage = Stage::computed;
  };
  if (!shared_) return own();
  try {
    if (!alone_) return share(layer.at.chunks + number, layer.at.bytes + number * pixels.size(), pixels, own);
  } catch (const Error&) {
    if (stage == Stage::begun) throw;  // it is not scratch that has failed
    alone_ = true;
  }
  if (stage != Stage::computed) own();
  ++meter_.alone;
}

void CoarseSource::share(std::size_t part, std::uint64_t offset, std::span<std::byte> pixels, const std::function<void()>& own) {
  while (!shared_->done(part)) {
    const bool ours = shared_->try_part(part, [&] {
      own();
      shared_->write(offset, pixels);
    });
    if (ours) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  shared_->read(offset, pixels);
}

std::unique_ptr<BlockRunner> CoarseSource::take_runner(Layer& layer) {
  const std::lock_guard lock(mutex_);
  if (layer.idle.empty()) return std::make_unique<BlockRunner>(plan_, layer.pass, layer.program, *this, fitted_, meter_);
  auto runner = std::move(layer.idle.back());
  layer.idle.pop_back();
  return runner;
}

void CoarseSource::compute(Layer& layer, const Window& place, float* pixels) {
  const Pass& pass = layer.pass;
  ChunkReceiver receiver(place, pixels);
  std::unique_ptr<BlockRunner> blocks = take_runner(layer);
  const Window valid = intersect(place, pass.window);
  for (Index r = valid.row; r < valid.row_end(); r += pass.block.rows)
    for (Index c = valid.col; c < valid.col_end(); c += pass.block.cols) {
      const Window block = intersect(valid, {r, c, pass.block.rows, pass.block.cols});
      receiver.expect(block);
      blocks->run(block, receiver);
    }
  const std::lock_guard lock(mutex_);
  layer.idle.push_back(std::move(blocks));
}

}  // namespace terroir
