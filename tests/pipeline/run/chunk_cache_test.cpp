#include "pipeline/run/chunk_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace terroir {
namespace {

constexpr std::size_t kilobyte = 1024;

TEST(ChunkCache, DecodesAChunkOnceWhileItFits) {
  ChunkCache cache(4 * kilobyte);
  int decoded = 0;
  for (int round = 0; round < 3; ++round)
    for (Index col = 0; col < 4; ++col) (void)cache.get({0, 0, {0, 0, col}}, kilobyte, [&](ChunkCache::Numbers&) { ++decoded; });
  EXPECT_EQ(decoded, 4);
}

TEST(ChunkCache, DropsTheLeastRecentlyUsed) {
  ChunkCache cache(2 * kilobyte);
  int decoded = 0;
  const auto get = [&](Index col) { (void)cache.get({0, 0, {0, 0, col}}, kilobyte, [&](ChunkCache::Numbers&) { ++decoded; }); };
  get(0);
  get(1);
  get(0);
  get(2);  // drops 1
  get(0);
  EXPECT_EQ(decoded, 3);
  get(1);
  EXPECT_EQ(decoded, 4);
}

TEST(ChunkCache, WhatIsFoundIsUsed) {
  ChunkCache cache(2 * kilobyte);
  const auto key = [](Index col) { return ChunkKey{0, 0, {0, 0, col}}; };
  const auto get = [&](Index col) { return cache.get(key(col), kilobyte, [](ChunkCache::Numbers&) {}); };
  EXPECT_EQ(cache.find(key(0)), nullptr);
  {
    const auto claim = cache.claim(key(0), kilobyte);
    EXPECT_EQ(cache.find(key(0)), nullptr) << "it is being brought";
  }
  const auto first = get(0);
  (void)get(1);
  EXPECT_EQ(cache.find(key(0)), first);
  (void)get(2);  // drops 1
  EXPECT_EQ(cache.find(key(0)), first);
  EXPECT_EQ(cache.find(key(1)), nullptr);
}

TEST(ChunkCache, AClaimIsForOneAndTakenBackWhenItIsNotKept) {
  ChunkCache cache(4 * kilobyte);
  const ChunkKey key{0, 0, {0, 0, 3}};
  {
    const auto dropped = cache.claim(key, kilobyte);
    EXPECT_TRUE(dropped);
    EXPECT_FALSE(cache.claim(key, kilobyte)) << "somebody brings it";
  }
  auto claim = cache.claim(key, kilobyte);
  ASSERT_TRUE(claim);
  std::thread other([&] {
    const auto chunk = cache.get(key, kilobyte, [](ChunkCache::Numbers&) { ADD_FAILURE() << "it is being brought"; });
    EXPECT_EQ(chunk->buffer.data()[0], std::byte{5});
  });
  claim->numbers().buffer.data()[0] = std::byte{5};
  claim->keep();
  other.join();
  EXPECT_FALSE(cache.claim(key, kilobyte)) << "it is there";
}

TEST(ChunkCache, AChunkInUseOutlivesItsPlace) {
  ChunkCache cache(kilobyte);
  const auto held = cache.get({0, 0, {0, 0, 0}}, kilobyte, [](ChunkCache::Numbers& n) { n.buffer.data()[0] = std::byte{7}; });
  for (Index col = 1; col < 10; ++col)
    (void)cache.get({0, 0, {0, 0, col}}, kilobyte, [](ChunkCache::Numbers& n) { n.buffer.data()[0] = std::byte{9}; });
  EXPECT_EQ(held->buffer.data()[0], std::byte{7});
}

TEST(ChunkCache, ThreadsShareOneDecoding) {
  ChunkCache cache(10 * kilobyte);
  std::atomic<int> decoded = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        (void)cache.get({1, 2, {3, 4, 5}}, kilobyte, [&](ChunkCache::Numbers&) {
          ++decoded;
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
        });
      });
  }
  EXPECT_EQ(decoded, 1);
}

TEST(ChunkCache, AFailedDecodingIsTriedAgain) {
  ChunkCache cache(kilobyte);
  EXPECT_THROW((void)cache.get({}, kilobyte, [](ChunkCache::Numbers&) { throw std::runtime_error("damaged"); }), std::runtime_error);
  bool decoded = false;
  (void)cache.get({}, kilobyte, [&](ChunkCache::Numbers&) { decoded = true; });
  EXPECT_TRUE(decoded);
}

}  // namespace
}  // namespace terroir
