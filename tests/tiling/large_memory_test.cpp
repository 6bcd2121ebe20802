#include "tiling/large_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <map>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace terroir {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

// Each buffer is filled with a value of its own; none is found changed when it is given back.
TEST(LargeMemory, BuffersDoNotOverlap) {
  std::minstd_rand random(1);
  struct Taken {
    std::byte* memory;
    std::size_t bytes;
    int value;
  };
  std::vector<Taken> taken;
  for (int round = 0; round < 2000; ++round) {
    if (taken.size() < 12 || random() % 2 == 0) {
      const std::size_t bytes = 1 + random() % (round % 100 == 0 ? 80 * mebibyte : mebibyte);
      taken.push_back({take_memory(bytes), bytes, round % 251});
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(taken.back().memory) % memory_alignment, 0U);
      std::memset(taken.back().memory, taken.back().value, bytes);
    } else {
      const std::size_t place = random() % taken.size();
      const Taken gone = taken[place];
      taken.erase(taken.begin() + static_cast<std::ptrdiff_t>(place));
      for (std::size_t i = 0; i < gone.bytes; i += 509) ASSERT_EQ(static_cast<int>(gone.memory[i]), gone.value);
      ASSERT_EQ(static_cast<int>(gone.memory[gone.bytes - 1]), gone.value);
      give_memory(gone.memory, gone.bytes);
    }
  }
  for (const Taken& rest : taken) give_memory(rest.memory, rest.bytes);
}

// OwnMemory: what a sanitizer does otherwise, which keeps what is given back for a while.

std::size_t resident_bytes() {
  std::size_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(OwnMemory, IsUsedAgain) {
  std::byte* const first = take_memory(mebibyte);
  give_memory(first, mebibyte);
  std::byte* const again = take_memory(mebibyte);
  EXPECT_EQ(first, again);
  give_memory(again, mebibyte);
}

// Neighbours that are free are one place: three of a mebibyte, from the highest one down, hold one of three.
TEST(OwnMemory, JoinsWhatIsFree) {
  std::vector<std::byte*> memory;
  for (int i = 0; i < 3; ++i) memory.push_back(take_memory(mebibyte));
  for (const int i : {0, 2, 1}) give_memory(memory[static_cast<std::size_t>(i)], mebibyte);
  std::byte* const large = take_memory(3 * mebibyte);
  EXPECT_EQ(large + 2 * mebibyte, memory[0]);
  give_memory(large, 3 * mebibyte);
}

// Buffers of 2^19 bytes begin in different sets of a cache of 2^12 bytes a way.
TEST(OwnMemory, EqualBuffersDoNotShareCacheSets) {
  constexpr std::size_t bytes = mebibyte / 2;
  std::map<std::uintptr_t, int> places;
  std::vector<std::byte*> taken;
  for (int i = 0; i < 16; ++i) {
    taken.push_back(take_memory(bytes));
    ++places[reinterpret_cast<std::uintptr_t>(taken.back()) % 4096];
  }
  EXPECT_EQ(places.size(), 16U);
  for (std::byte* const memory : taken) give_memory(memory, bytes);
}

TEST(OwnMemory, GoesBackToTheSystemWhenTrimmed) {
  std::byte* const memory = take_memory(128 * mebibyte);
  std::memset(memory, 1, 128 * mebibyte);
  const std::size_t full = resident_bytes();
  give_memory(memory, 128 * mebibyte);
  EXPECT_GT(resident_bytes() + mebibyte, full);
  trim_memory();
  EXPECT_LT(resident_bytes() + 120 * mebibyte, full);
}

// Every other buffer stays: all of the small pages between them go.
TEST(OwnMemory, GoesBackFromBetweenBuffers) {
  std::vector<std::byte*> taken;
  for (int i = 0; i < 64; ++i) {
    taken.push_back(take_memory(mebibyte));
    std::memset(taken.back(), 1, mebibyte);
  }
  const std::size_t full = resident_bytes();
  for (std::size_t i = 0; i < taken.size(); i += 2) give_memory(taken[i], mebibyte);
  trim_memory();
  EXPECT_LT(resident_bytes() + 31 * mebibyte, full);
  for (std::size_t i = 1; i < taken.size(); i += 2) {
    EXPECT_EQ(taken[i][mebibyte - 1], std::byte{1});
    give_memory(taken[i], mebibyte);
  }
}

// What was given back in the first 64 MiB is used before more is asked for.
TEST(OwnMemory, FillsWhatItHasBeforeItGrows) {
  std::vector<std::byte*> taken;
  for (int i = 0; i < 100; ++i) taken.push_back(take_memory(mebibyte));
  std::byte* const early = taken[10];
  give_memory(early, mebibyte);
  std::byte* const again = take_memory(mebibyte);
  EXPECT_EQ(again, early);
  taken[10] = again;
  for (std::byte* const memory : taken) give_memory(memory, mebibyte);
}

TEST(OwnMemory, ThatTheSystemDoesNotHaveIsRefused) { EXPECT_THROW((void)take_memory(SIZE_MAX / 4 - 100), std::bad_alloc); }

TEST(LargeMemory, ThatNobodyHasIsRefused) {
  for (const std::size_t bytes : {SIZE_MAX, SIZE_MAX - 4096, SIZE_MAX / 2}) EXPECT_THROW((void)take_memory(bytes), std::bad_alloc) << bytes;
}

TEST(LargeMemory, IsGivenToSeveralThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t] {
      for (int i = 0; i < 300; ++i) {
        std::byte* const memory = take_memory(mebibyte);
        std::memset(memory, t, mebibyte);
        ASSERT_EQ(static_cast<int>(memory[mebibyte - 1]), t);
        give_memory(memory, mebibyte);
      }
    });
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace terroir
