#include "pipeline/run/pass_runner.h"

#include "pipeline/error.h"
#include "pipeline/plan/passes.h"
#include "pipeline/plan/reading.h"
#include "pipeline/run/chunk_runner.h"
#include "pipeline/run/coarse_source.h"

#include <algorithm>
#include <condition_variable>
#include <optional>
#include <thread>

namespace terroir {
namespace {

/// The chunks of one tile on their way from compute threads, which take them in pieces, to the writer, which takes them in row order.
class ChunkQueue {
 public:
  /// Chunks of the tile, those of a piece, and how many pieces may be computed before the first of them has been written.
  ChunkQueue(Shape chunks, Shape piece, Index ahead)
      : pieces_({0, 0, chunks.rows, chunks.cols}, piece), ahead_(ahead), results_(static_cast<std::size_t>(chunks.area())) {}

  /// The next piece to compute, or nothing when all are taken or the tile has failed. Waits while the writer is too far behind.
  std::optional<Index> take() {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [&] { return failed_ || next_ >= pieces_.size() || next_ < written_ + ahead_; });
    if (failed_ || next_ >= pieces_.size()) return std::nullopt;
    moved_.notify_all();
    return next_++;
  }
  /// The results of a piece's chunks, row by row.
  void put(Index piece, std::vector<ChunkResult> results) {
    const std::lock_guard lock(mutex_);
    const Window chunks = pieces_[piece];
    auto result = results.begin();
    for (Index row = chunks.row; row < chunks.row_end(); ++row)
      for (Index col = chunks.col; col < chunks.col_end(); ++col)
        results_[static_cast<std::size_t>(row * pieces_.all().cols + col)] = std::move(*result++);
    moved_.notify_all();
  }
  /// The next chunk to write, in order; nothing when all are written or the tile has failed.
  std::optional<std::pair<Index, ChunkResult>> next_result() {
    std::unique_lock lock(mutex_);
    if (taken_ > 0 && ends_piece(taken_ - 1)) ++written_, moved_.notify_all();
    if (taken_ >= chunks()) return std::nullopt;
    moved_.wait(lock, [&] { return failed_ || results_[static_cast<std::size_t>(taken_)].has_value(); });
    if (failed_) return std::nullopt;
    std::pair<Index, ChunkResult> next{taken_, std::move(*results_[static_cast<std::size_t>(taken_)])};
    results_[static_cast<std::size_t>(taken_)].reset();
    ++taken_;
    return next;
  }
  /// Waits until a piece may be read ahead: it is at most `distance` beyond the one being computed. False at the tile's end.
  bool wait_to_read(Index piece, Index distance) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [&] { return failed_ || next_ + distance > piece || next_ >= pieces_.size(); });
    return !failed_ && piece >= next_;
  }
  void fail(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (!failed_) error_ = std::move(error);
    failed_ = true;
    moved_.notify_all();
  }
  /// Whether all chunks have been handed to the writer.
  [[nodiscard]] bool complete() {
    const std::lock_guard lock(mutex_);
    return !failed_ && taken_ == chunks();
  }
  void rethrow() const {
    if (failed_) std::rethrow_exception(error_);
  }
  [[nodiscard]] Index chunks() const noexcept { return static_cast<Index>(results_.size()); }
  [[nodiscard]] const TileGrid& pieces() const noexcept { return pieces_; }

 private:
  /// Whether a chunk is the last one of its piece, in row order.
  [[nodiscard]] bool ends_piece(Index chunk) const {
    const auto ends = [](Index at, Index piece, Index all) { return (at + 1) % piece == 0 || at + 1 == all; };
    const Window all = pieces_.all();
    const Shape piece = pieces_.tile_shape();
    return ends(chunk / all.cols, piece.rows, all.rows) && ends(chunk % all.cols, piece.cols, all.cols);
  }

  std::mutex mutex_;
  std::condition_variable moved_;
  const TileGrid pieces_;
  const Index ahead_;
  Index next_ = 0, taken_ = 0, written_ = 0;  ///< pieces begun, chunks handed to the writer, pieces written
  std::vector<std::optional<ChunkResult>> results_;
  bool failed_ = false;
  std::exception_ptr error_;
};

/// Memory of chunks that are written, for the next ones.
class SpareChunks {
 public:
  EncodedChunks take() {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) return {};
    EncodedChunks chunks = std::move(spare_.back());
    spare_.pop_back();
    return chunks;
  }
  void give(EncodedChunks chunks) {
    const std::lock_guard lock(mutex_);
    spare_.push_back(std::move(chunks));
  }

 private:
  std::mutex mutex_;
  std::vector<EncodedChunks> spare_;
};

class PassRunner final : public TileRunner {
 public:
  PassRunner(const Plan& plan, std::size_t number, const std::vector<std::shared_ptr<Source>>& sources, const std::vector<Sink*>& sinks,
             const std::map<std::size_t, std::vector<double>>& fitted, KeptChunks& kept, SharedWork* shared)
      : plan_(plan),
        pass_(plan.passes[number]),
        shorter_(shortened(plan_, pass_)),
        program_(make_program(plan_, pass_)),
        shorter_program_(make_program(plan_, shorter_)),
        layout_(plan_, pass_),
        arrays_(written_arrays(plan_, pass_, sinks)),
        fitted_(fitted),
        kept_(kept),
        reader_(plan, sources, layers_to_read(), meter_),
        coarse_(plan_, pass_, reader_, fitted_, meter_, shared) {
    const PassContext context{plan_, pass_, program_, shorter_, shorter_program_, layout_, arrays_, fitted_, coarse_, kept_, meter_};
    for (int i = 0; i < plan.resources.threads; ++i) runners_.push_back(std::make_unique<ChunkRunner>(context));
    // Reading ahead pays only where the cache holds two pieces' input; else it would throw out what is in use.
    const Shape piece = pass_.piece();
    reads_ahead_ = 2 * input_footprint(plan, pass_, {pass_.window.row, pass_.window.col, piece.rows, piece.cols}) <= plan.cache_bytes;
  }

  TileResult run(Index tile, Index next) override {
    try {
      return run_tile(tile, next);
    } catch (const Error& error) {
      throw error.during("tile " + std::to_string(tile + 1) + " of " + std::to_string(pass_.tiles.size()));
    }
  }
  void cancel() noexcept override {
    cancelled_ = true;
    reader_.cancel();
  }
  [[nodiscard]] Work work() const override { return meter_.work(); }

 private:
  [[nodiscard]] std::vector<LayerId> layers_to_read() const {
    std::vector<LayerId> layers = coarse_inputs(plan_, pass_);
    layers.insert(layers.end(), program_.layers.begin(), program_.layers.end());
    return layers;
  }
  [[nodiscard]] TileGrid chunks_of(const Window& tile) const { return {tile, pass_.chunk}; }
  /// The chunks of a tile in pieces, counted in chunks.
  [[nodiscard]] ChunkQueue queue_of(const Window& tile) const {
    const Shape piece = pass_.piece(), chunks{piece.rows / pass_.chunk.rows, piece.cols / pass_.chunk.cols};
    return {chunks_of(tile).counts(), chunks, pass_.pieces_ahead(static_cast<Index>(runners_.size()))};
  }
  /// The window of some chunks of a tile, each in full, also where the tile is cut off by the pass's edge.
  [[nodiscard]] Window window_of(const Window& tile, const Window& chunks) const {
    const Shape chunk = pass_.chunk;
    return {tile.row + chunks.row * chunk.rows, tile.col + chunks.col * chunk.cols, chunks.rows * chunk.rows, chunks.cols * chunk.cols};
  }

  TileResult run_tile(Index tile, Index next) {
    const Window window = pass_.tiles[tile];
    ChunkQueue queue = queue_of(window);
    TileResult result{tile, {}, {}};
    {
      std::vector<std::jthread> threads;
      const auto start = [&](auto work) { threads.emplace_back([&queue, work] { guard(queue, work); }); };
      guard(queue, [&] {  // a thread that cannot be started ends the others, which would wait for it
        if (reads_ahead_) start([&] { read_ahead(queue, window, next); });
        for (std::size_t i = 1; i < runners_.size(); ++i) start([&, i] { compute(queue, *runners_[i], window); });
        start([&] { result = write(queue, tile, window); });
        compute(queue, *runners_[0], window);
      });
    }
    queue.rethrow();
    ++meter_.tiles;
    return result;
  }

  template <class Work>
  static void guard(ChunkQueue& queue, const Work& work) {
    try {
      work();
    } catch (...) {
      queue.fail(std::current_exception());
    }
  }

  void compute(ChunkQueue& queue, ChunkRunner& runner, const Window& tile) {
    while (const auto piece = queue.take()) {
      if (cancelled_) throw Error(Fault::interrupted, "interrupted");
      queue.put(*piece, runner.run(window_of(tile, queue.pieces()[*piece]), [&] { return spare_.take(); }));
    }
  }

  void read_ahead(ChunkQueue& queue, const Window& tile, Index next) {
    constexpr Index distance = 2;
    for (Index piece = 1; piece < queue.pieces().size(); ++piece)
      if (queue.wait_to_read(piece, distance)) prefetch(window_of(tile, queue.pieces()[piece]));
    if (next < 0 || cancelled_) return;
    const Shape piece = pass_.piece();
    const Window there = pass_.tiles[next];
    prefetch({there.row, there.col, piece.rows, piece.cols});
  }

  void prefetch(const Window& piece) {
    const TileGrid chunks(piece, pass_.chunk);
    bool kept = !pass_.kept.empty();
    for (Index i = 0; i < chunks.size() && kept; ++i) kept = kept_.find(chunks[i]) != nullptr;
    const Program& program = kept ? shorter_program_ : program_;
    std::vector<Window> windows;
    request_windows(plan_, kept ? shorter_ : pass_, program, intersect(piece, pass_.window), windows);
    for (const LayerId id : program.layers)
      if (plan_.layers[id].producer == no_entry && !windows[id].empty()) {
        const std::size_t axis = plan_.layers[id].axis;
        reader_.prefetch(id, 0, axis == no_entry ? 1 : plan_.axes[axis].size(), windows[id]);
      }
  }

  TileResult write(ChunkQueue& queue, Index tile, const Window& window) {
    const Shape counts = chunks_of(window).counts();
    const Index tile_cols = pass_.tiles.counts().cols;
    std::vector<std::unique_ptr<TileWriter>> writers;
    for (const auto& array : arrays_) writers.push_back(array.sink->open_tile(array.array, tile / tile_cols, tile % tile_cols));
    std::vector<std::vector<double>> states(static_cast<std::size_t>(queue.chunks()));
    while (auto next = queue.next_result()) {
      auto& [chunk, result] = *next;
      const Stopwatch watch(meter_.write_ns);
      for (const auto& encoded : result.encoded)
        writers[encoded.array]->append(encoded.time_chunk, chunk / counts.cols, chunk % counts.cols, encoded.bytes);
      states[static_cast<std::size_t>(chunk)] = std::move(result.state);
      spare_.give(std::move(result.encoded));
    }
    TileResult result{tile, {}, fold_tree(layout_, counts, std::move(states))};
    const Stopwatch watch(meter_.write_ns);
    if (queue.complete())  // else the objects are left without an end, and are not journaled
      for (std::size_t i = 0; i < writers.size(); ++i)
        for (auto& object : writers[i]->close()) {
          object.output = static_cast<std::uint32_t>(pass_.outputs[arrays_[i].output]);
          meter_.bytes_written += object.bytes;
          result.objects.push_back(std::move(object));
        }
    return result;
  }

  const Plan& plan_;
  const Pass& pass_;
  const Pass shorter_;
  const Program program_, shorter_program_;
  const StateLayout layout_;
  const std::vector<WrittenArray> arrays_;
  const Fitted fitted_;
  KeptChunks& kept_;
  Meter meter_;
  Reader reader_;
  CoarseSource coarse_;
  SpareChunks spare_;
  std::vector<std::unique_ptr<ChunkRunner>> runners_;
  bool reads_ahead_ = false;
  std::atomic<bool> cancelled_{false};
};

}  // namespace

std::unique_ptr<TileRunner> TileRunners::make(std::size_t pass, const std::map<std::size_t, std::vector<double>>& fitted) {
  return std::make_unique<PassRunner>(plan_, pass, sources_, sinks_, fitted, kept_, shared_.get());
}

}  // namespace terroir
