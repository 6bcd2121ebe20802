#include "fake_job.h"

#include "pipeline/adapters/memory/communicators.h"
#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"

#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace terroir::testing {
namespace {

std::string number(Index i) { return std::to_string(i); }

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

class FakeTileWriter : public TileWriter {
 public:
  FakeTileWriter(Store& store, std::string key, std::string text) : store_(store), key_(std::move(key)), text_(std::move(text)) {}
  void append(Index, Index, Index, std::span<const std::byte>) override {}
  [[nodiscard]] std::vector<ObjectRecord> close() override {
    if (text_.empty()) return {{key_, 0, 0}};
    store_.put(key_, bytes_of(text_));
    return {{key_, text_.size(), crc32c(bytes_of(text_))}};
  }

 private:
  Store& store_;
  std::string key_, text_;
};

/// What one node sees of a store: of parts, those that it wrote.
class NodeView : public Store {
 public:
  explicit NodeView(Store& store) : store_(store) {}
  [[nodiscard]] std::string location() const override { return store_.location(); }
  [[nodiscard]] std::unique_ptr<ObjectWriter> create(const std::string& key) override {
    const std::lock_guard lock(mutex_);
    written_.insert(key);
    return store_.create(key);
  }
  [[nodiscard]] std::optional<std::vector<std::byte>> get(const std::string& key) override {
    return sees(key) ? store_.get(key) : std::nullopt;
  }
  [[nodiscard]] std::vector<std::string> list(const std::string& prefix) override {
    auto keys = store_.list(prefix);
    std::erase_if(keys, [this](const auto& key) { return !sees(key); });
    return keys;
  }
  void remove(const std::string& key) override { store_.remove(key); }

 private:
  bool sees(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return !key.starts_with(parts_prefix) || written_.contains(key);
  }
  Store& store_;
  std::mutex mutex_;
  std::set<std::string> written_;
};

/// A rank's view of all outputs.
struct RankView {
  RankView(FakeWorld& world) {
    for (std::size_t o = 0; o < world.stores.size(); ++o) {
      Store* store = world.stores[o].get();
      if (world.hides_parts) store = stores.emplace_back(std::make_unique<NodeView>(*store)).get();
      sinks.push_back(
          std::make_unique<FakeSink>(*store, world.plan.outputs[o].window.shape(), world.sinks[o]->makes_files(), world.on_take));
      destinations.push_back({store, sinks.back().get()});
    }
  }
  std::vector<std::unique_ptr<Store>> stores;
  std::vector<std::unique_ptr<FakeSink>> sinks;
  std::vector<Destination> destinations;
};

class FakeRunner : public TileRunner {
 public:
  FakeRunner(FakeWorld& world, RankView& view, int rank, std::size_t pass) : world_(world), view_(view), rank_(rank), pass_(pass) {}
  TileResult run(Index tile, Index) override {
    if (cancelled_) throw Error(Fault::interrupted, "interrupted");
    if (world_.on_tile) world_.on_tile(rank_, pass_, tile);
    if (cancelled_) throw Error(Fault::interrupted, "interrupted");
    const Index cols = world_.plan.passes[pass_].tiles.counts().cols;
    const auto value = static_cast<double>(tile);
    TileResult result{tile, view_.sinks[pass_]->open_tile(0, tile / cols, tile % cols)->close(), {1, value, 0, value, value}};
    for (auto& object : result.objects) object.output = static_cast<std::uint32_t>(pass_);
    ++world_.tiles_computed;
    ++tiles_;
    return result;
  }
  void cancel() noexcept override { cancelled_ = true; }
  [[nodiscard]] Work work() const override {
    Work work;
    work.tiles = tiles_;
    return work;
  }

 private:
  FakeWorld& world_;
  RankView& view_;
  const int rank_;
  const std::size_t pass_;
  std::atomic<bool> cancelled_ = false;
  std::atomic<std::uint64_t> tiles_ = 0;
};

/// Writes down what rank 0 tells.
class Listener : public JobObserver {
 public:
  Listener(const FakeWorld& world, FakeOutcome& outcome) : world_(world), outcome_(outcome) {}
  void publishing(const PublishProgress& progress) override {
    if (world_.on_publishing) world_.on_publishing(progress);
  }
  void note(const std::string& text) override { outcome_.notes.push_back(text); }
  void failed(const JobFailure& failure) override { outcome_.failures.push_back(failure.text); }
  void ended(const JobSummary& summary) override { outcome_.summary = summary; }

 private:
  const FakeWorld& world_;
  FakeOutcome& outcome_;
};

int run_rank(FakeWorld& world, const FakeRun& how, MemoryHub& hub, int rank, FakeOutcome& outcome) {
  const auto communicator = hub.communicator(rank);
  Listener listener(world, outcome);
  RankView view(world);
  JobWorld job_world{*communicator,
                     [&world, &view, rank](std::size_t pass, const auto&) { return std::make_unique<FakeRunner>(world, view, rank, pass); },
                     view.destinations,
                     listener,
                     "host" + number(rank),
                     [&how, rank] { return how.signal(rank); },
                     [] { return std::uint64_t{1000}; },
                     [](int code, const std::string&) { throw MemoryHub::Aborted{code}; }};
  JobOptions options = how.options;
  if (how.stillborn.count(rank) > 0) options.stillborn = how.stillborn.at(rank);
  Plan plan = world.plan;
  if (how.other_hash.count(rank) > 0) plan.hash = how.other_hash.at(rank);
  try {
    return run_job(plan, job_world, options);
  } catch (const MemoryHub::Aborted& aborted) {
    return -1 - aborted.exit_code;
  }
}

}  // namespace

Plan fake_plan(Shape tiles, std::size_t outputs, const std::string& hash) {
  Plan plan;
  plan.hash = hash;
  plan.canonical = Value::map({{"steps", {}, Value::scalar("some")}});
  plan.layers.resize(1);
  for (std::size_t o = 0; o < outputs; ++o) {
    OutputPlan output;
    output.window = {0, 0, tiles.rows, tiles.cols};
    output.chunk = output.shard = {1, 1};
    output.arrays.resize(1);
    output.arrays[0].name = "v";
    output.arrays[0].layers = {0};
    plan.outputs.push_back(output);
    Pass pass;
    pass.window = output.window;
    pass.chunk = pass.shard = {1, 1};
    pass.tiles = TileGrid(pass.window, pass.shard);
    pass.outputs = {o};
    plan.passes.push_back(pass);
  }
  return plan;
}

std::unique_ptr<TileWriter> FakeSink::open_tile(std::size_t array, Index tile_row, Index tile_col) {
  const Index tile = tile_row * tiles_.cols + tile_col;
  return std::make_unique<FakeTileWriter>(store_, tile_keys(array, tile_row, tile_col)[0], tile % 7 == 6 ? "" : "tile " + number(tile));
}

std::vector<std::string> FakeSink::tile_keys(std::size_t, Index tile_row, Index tile_col) const {
  return {(files_ ? parts_prefix : "") + std::string("v/c/") + number(tile_row) + "/" + number(tile_col)};
}

void FakeSink::take(Index tile, PartReader& parts) {
  const auto part = parts.read(0, tile);
  if (on_take_) on_take_(tile, {reinterpret_cast<const char*>(part.data()), part.size()});
}

std::vector<ObjectRecord> FakeSink::publish(const std::vector<std::vector<LayerStatistics>>& statistics, PartReader& parts) {
  if (files_) {
    std::string text;
    for (Index tile = 0; tile < tiles_.area(); ++tile) {
      const auto part = parts.read(0, tile);
      text += std::string(reinterpret_cast<const char*>(part.data()), part.size()) + "\n";
    }
    store_.put("zarr.json", bytes_of(text));
    return {{"zarr.json", text.size(), crc32c(bytes_of(text))}};
  }
  const std::string mean = "mean " + std::to_string(statistics.at(0).at(0)[1]);
  store_.put("v/zarr.json", bytes_of(mean));
  store_.put("zarr.json", bytes_of("root"));
  return {{"v/zarr.json", mean.size(), crc32c(bytes_of(mean))}, {"zarr.json", 4, crc32c(bytes_of("root"))}};
}

FakeWorld::FakeWorld(Plan of, bool files) : plan(std::move(of)) {
  for (const auto& output : plan.outputs) {
    stores.push_back(std::make_unique<MemoryStore>("out" + std::to_string(stores.size())));
    sinks.push_back(std::make_unique<FakeSink>(*stores.back(), output.window.shape(), files));
  }
}

std::vector<Destination> FakeWorld::destinations() const {
  std::vector<Destination> out;
  for (std::size_t o = 0; o < stores.size(); ++o) out.push_back({stores[o].get(), sinks[o].get()});
  return out;
}

std::map<std::string, std::string> FakeWorld::objects() const {
  std::map<std::string, std::string> out;
  for (const auto& store : stores) {
    for (const auto& key : store->list("")) {
      if (key.starts_with(run_folder)) continue;
      const auto bytes = *store->get(key);
      out[store->location() + "/" + key] = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
  }
  return out;
}

FakeOutcome run_fake(FakeWorld& world, const FakeRun& how) {
  MemoryHub hub(how.ranks, world.hides_parts);
  world.cut = [&hub](int rank) { hub.cut(rank); };
  FakeOutcome outcome;
  outcome.codes.resize(static_cast<std::size_t>(how.ranks));
  std::vector<std::thread> ranks;
  for (int rank = 0; rank < how.ranks; ++rank)
    ranks.emplace_back([&, rank] { outcome.codes[static_cast<std::size_t>(rank)] = run_rank(world, how, hub, rank, outcome); });
  for (auto& rank : ranks) rank.join();
  return outcome;
}

}  // namespace terroir::testing
