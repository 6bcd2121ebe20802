/// The least that the terrain job of terrain.yml can cost, without computing anything: every input tile is read and decoded once, and
/// eight finished layers are byte-shuffled, compressed (zstd 1) chunk by chunk and written as shards, by the ranks of an MPI job.
///
///     mpirun -n 2 floor DEM TILE_LIST LAYER_FOLDER OUTPUT_FOLDER
///
/// TILE_LIST: "tile_side tiles" and one line "offset bytes" per tile. LAYER_FOLDER: NAME.raw with float32 chunks, one after another as
/// they stand in the shards (prepare_floor.py makes both). Rank 0 prints the seconds that the slowest rank spent in fetching finished
/// chunks from those files: a fused program has them in its cache, so bench.sh takes that time off.
#include <emmintrin.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <mpi.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr size_t chunk_side = 256;
constexpr size_t chunk_bytes = chunk_side * chunk_side * sizeof(float);
constexpr size_t chunks_per_shard = 64;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "floor: %s\n", what.c_str());
  MPI_Abort(MPI_COMM_WORLD, 1);
  std::abort();
}

/// Running sum of the bytes of one row, as predictor 3 stores their differences.
void undo_differences(uint8_t* row, size_t bytes) {
  __m128i carry = _mm_setzero_si128();
  for (size_t i = 0; i < bytes; i += 16) {
    auto* at = reinterpret_cast<__m128i*>(row + i);
    __m128i sum = _mm_loadu_si128(at);
    sum = _mm_add_epi8(sum, _mm_slli_si128(sum, 1));
    sum = _mm_add_epi8(sum, _mm_slli_si128(sum, 2));
    sum = _mm_add_epi8(sum, _mm_slli_si128(sum, 4));
    sum = _mm_add_epi8(sum, _mm_slli_si128(sum, 8));
    sum = _mm_add_epi8(sum, carry);
    _mm_storeu_si128(at, sum);
    carry = _mm_set1_epi8(static_cast<char>(_mm_extract_epi16(sum, 7) >> 8));
  }
}

/// Four planes of bytes, the most significant first, back to floats.
void join_planes(const uint8_t* planes, float* out, size_t count) {
  const auto load = [&](size_t plane, size_t i) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(planes + plane * count + i)); };
  for (size_t i = 0; i < count; i += 16) {
    const __m128i b3 = load(0, i), b2 = load(1, i), b1 = load(2, i), b0 = load(3, i);
    const __m128i low_a = _mm_unpacklo_epi8(b0, b1), low_b = _mm_unpackhi_epi8(b0, b1);
    const __m128i high_a = _mm_unpacklo_epi8(b2, b3), high_b = _mm_unpackhi_epi8(b2, b3);
    auto* to = reinterpret_cast<__m128i*>(out + i);
    _mm_storeu_si128(to, _mm_unpacklo_epi16(low_a, high_a));
    _mm_storeu_si128(to + 1, _mm_unpackhi_epi16(low_a, high_a));
    _mm_storeu_si128(to + 2, _mm_unpacklo_epi16(low_b, high_b));
    _mm_storeu_si128(to + 3, _mm_unpackhi_epi16(low_b, high_b));
  }
}

void shuffle(const uint8_t* in, uint8_t* out, size_t count) {
  for (size_t byte = 0; byte < 4; ++byte) {
    for (size_t i = 0; i < count; ++i) out[byte * count + i] = in[4 * i + byte];
  }
}

void read_at(int fd, void* out, size_t bytes, size_t offset) {
  if (::pread(fd, out, bytes, static_cast<off_t>(offset)) != static_cast<ssize_t>(bytes)) fail("short read");
}

/// Decodes this rank's share of the tiles; returns a sum of pixels, so that the work cannot be left out.
double decode(const std::string& dem, const std::string& list, int rank, int ranks) {
  std::ifstream text(list);
  size_t side = 0, count = 0;
  text >> side >> count;
  std::vector<size_t> offsets(count), sizes(count);
  for (size_t i = 0; i < count; ++i) text >> offsets[i] >> sizes[i];
  if (!text) fail("cannot read " + list);
  const int fd = ::open(dem.c_str(), O_RDONLY);
  if (fd < 0) fail("cannot open " + dem);
  libdeflate_decompressor* inflater = libdeflate_alloc_decompressor();
  std::vector<uint8_t> packed, planes(side * side * 4);
  std::vector<float> tile(side * side);
  double sum = 0;
  const auto parts = static_cast<size_t>(ranks), part = static_cast<size_t>(rank);
  for (size_t i = count * part / parts; i < count * (part + 1) / parts; ++i) {
    packed.resize(sizes[i]);
    read_at(fd, packed.data(), sizes[i], offsets[i]);
    size_t got = 0;
    if (libdeflate_zlib_decompress(inflater, packed.data(), sizes[i], planes.data(), planes.size(), &got) != LIBDEFLATE_SUCCESS)
      fail("inflate");
    for (size_t row = 0; row < side; ++row) {
      undo_differences(planes.data() + row * side * 4, side * 4);
      join_planes(planes.data() + row * side * 4, tile.data() + row * side, side);
    }
    sum += static_cast<double>(tile[i % tile.size()]);
  }
  libdeflate_free_decompressor(inflater);
  ::close(fd);
  return sum;
}

/// Compresses and writes every `ranks`-th shard of one layer; returns the seconds spent in fetching finished chunks.
double encode(const std::filesystem::path& layer, const std::filesystem::path& folder, int rank, int ranks) {
  using Clock = std::chrono::steady_clock;
  const int in = ::open(layer.c_str(), O_RDONLY);
  if (in < 0) fail("cannot open " + layer.string());
  const size_t shards = std::filesystem::file_size(layer) / (chunk_bytes * chunks_per_shard);
  std::filesystem::create_directories(folder);
  const std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> zstd(ZSTD_createCCtx(), ZSTD_freeCCtx);
  std::vector<uint8_t> chunk(chunk_bytes), shuffled(chunk_bytes), shard(chunks_per_shard * (ZSTD_compressBound(chunk_bytes) + 16));
  Clock::duration fetching{};
  for (auto number = static_cast<size_t>(rank); number < shards; number += static_cast<size_t>(ranks)) {
    std::vector<uint64_t> index;
    size_t used = 0;
    for (size_t i = 0; i < chunks_per_shard; ++i) {
      const auto start = Clock::now();
      read_at(in, chunk.data(), chunk_bytes, (number * chunks_per_shard + i) * chunk_bytes);
      fetching += Clock::now() - start;
      shuffle(chunk.data(), shuffled.data(), chunk_side * chunk_side);
      const size_t size = ZSTD_compressCCtx(zstd.get(), shard.data() + used, shard.size() - used, shuffled.data(), chunk_bytes, 1);
      if (ZSTD_isError(size)) fail("zstd");
      index.insert(index.end(), {used, size});
      used += size;
    }
    const int out = ::open((folder / std::to_string(number)).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const bool written = out >= 0 && ::write(out, shard.data(), used) == static_cast<ssize_t>(used) &&
                         ::write(out, index.data(), index.size() * 8) == static_cast<ssize_t>(index.size() * 8) && ::close(out) == 0;
    if (!written) fail("cannot write to " + folder.string());
  }
  ::close(in);
  return std::chrono::duration<double>(fetching).count();
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  if (argc != 5) fail("usage: floor DEM TILE_LIST LAYER_FOLDER OUTPUT_FOLDER");
  int rank = 0, ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const double sum = decode(argv[1], argv[2], rank, ranks);
  double fetching = 0;
  for (const auto& layer : std::filesystem::directory_iterator(argv[3])) {
    fetching += encode(layer.path(), std::filesystem::path(argv[4]) / layer.path().stem(), rank, ranks);
  }
  double slowest = 0, total = 0;
  MPI_Reduce(&fetching, &slowest, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
  MPI_Reduce(&sum, &total, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
  if (rank == 0) std::printf("fetch_seconds %.3f\nsum of sampled pixels %.1f\n", slowest, total);
  MPI_Finalize();
  return 0;
}
