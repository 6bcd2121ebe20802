#include "pipeline/run/messages.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace terroir {
namespace {

template <class M>
M round_trip(const M& message) {
  const auto decoded = decode_message(encode_message(message));
  return std::get<M>(decoded.value());
}

Work some_work() { return {3, 1, 2, 4, 5, 6, 7, 0.5, 1.5, 2.5, 3.5, {"tile 3 of dem.tif", ""}}; }

TEST(Messages, ComeThroughUnchanged) {
  EXPECT_EQ(round_trip(Hello{"hash"}).plan_hash, "hash");
  EXPECT_EQ(round_trip(WantTiles{7, 0}).pass, 7u);
  EXPECT_EQ(round_trip(WantTiles{7, 0}).idle, 0);
  EXPECT_EQ(round_trip(Quit{75}).code, 75);
  const auto failed = round_trip(Failed{4, "No space left"});
  EXPECT_EQ(failed.code, 4);
  EXPECT_EQ(failed.text, "No space left");
  EXPECT_EQ(round_trip(Tiles{1, {3, -1, 1000000000000}}).tiles, (std::vector<Index>{3, -1, 1000000000000}));

  const auto piece = round_trip(PartPiece{1, "a", std::string("\0b", 2)});
  EXPECT_EQ(piece.bytes, std::string("\0b", 2));
  EXPECT_EQ(piece.key, "a");
  EXPECT_EQ(round_trip(GetPart{3, "a"}).output, 3u);

  const auto done = round_trip(TileDone{2, {9, {{"a/c/0/0", 12, 0xdeadbeef}, {"b", 0, 0, 3}}, {1.0 / 3, -0.0}}, 0.25});
  EXPECT_EQ(done.pass, 2u);
  EXPECT_EQ(done.result.tile, 9);
  EXPECT_EQ(done.result.objects, (std::vector<ObjectRecord>{{"a/c/0/0", 12, 0xdeadbeef}, {"b", 0, 0, 3}}));
  EXPECT_EQ(done.result.state, (std::vector<double>{1.0 / 3, 0}));
  EXPECT_TRUE(std::signbit(done.result.state[1]));
  EXPECT_EQ(done.seconds, 0.25);

  const auto start = round_trip(StartPass{1, "attempt", {{0, {1, 2}}, {5, {}}}});
  EXPECT_EQ(start.attempt, "attempt");
  EXPECT_EQ(start.fitted, (std::map<std::size_t, std::vector<double>>{{0, {1, 2}}, {5, {}}}));

  const auto bye = round_trip(Bye{some_work(), 1u << 30});
  EXPECT_EQ(bye.peak_memory, 1u << 30);
  EXPECT_EQ(bye.work.skipped, some_work().skipped);
  EXPECT_EQ(bye.work.unfit, 6u);
  EXPECT_EQ(bye.work.alone, 7u);
  const auto alive = round_trip(Alive{some_work(), 1u << 20});
  EXPECT_EQ(alive.work.write_seconds, 3.5);
  EXPECT_EQ(alive.peak_memory, 1u << 20);
}

TEST(Messages, AreRefusedWhenCutOrTooLong) {
  for (const AnyMessage& message : {AnyMessage(TileDone{2, {9, {{"key", 12, 1}}, {1}}, 0.25}), AnyMessage(Alive{some_work(), 7}),
                                    AnyMessage(StartPass{1, "attempt", {{0, {1, 2}}}})}) {
    auto bytes = encode_message(message);
    for (std::size_t length = 0; length < bytes.size(); ++length) EXPECT_FALSE(decode_message(std::span(bytes).first(length))) << length;
    bytes.push_back({});
    EXPECT_FALSE(decode_message(bytes));
  }
}

TEST(Messages, SurviveRandomDamage) {
  std::mt19937 random(3);
  const auto whole = encode_message(TileDone{2, {9, {{"a/c/0/0", 12, 0xdeadbeef}, {"b", 0, 0}}, {1.0 / 3}}, 0.25});
  for (int i = 0; i < 20000; ++i) {
    auto bytes = whole;
    for (unsigned n = 1 + random() % 4; n > 0; --n) bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    const auto message = decode_message(bytes);
    EXPECT_TRUE(!message || encode_message(*message).size() == bytes.size());
  }
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::byte> bytes(random() % 64);
    for (auto& b : bytes) b = static_cast<std::byte>(random());
    (void)decode_message(bytes);
  }
}

}  // namespace
}  // namespace terroir
