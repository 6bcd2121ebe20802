#include "pipeline/redaction/redacting_buffer.h"

#include <gtest/gtest.h>

#include <sstream>

namespace terroir {
namespace {

const Redactor& redactor() {
  static const Redactor it({"hunter2"});
  return it;
}

TEST(RedactedStream, SeesASecretThatIsPrintedInPieces) {
  std::ostringstream out;
  {
    const RedactedStream guard(out, redactor());
    out << "it is hun" << 't' << "er2\n"
        << "sig="
        << "abc"
        << "\n";
  }
  EXPECT_EQ(out.str(), "it is [redacted]\nsig=[redacted]\n");
}

TEST(RedactedStream, LetsAStreamFlushAndRedraw) {
  std::ostringstream out;
  std::stringbuf seen;
  out.std::ios::rdbuf(&seen);
  const RedactedStream guard(out, redactor());
  out << "tile 1";
  EXPECT_EQ(seen.str(), "");
  out << std::flush;
  EXPECT_EQ(seen.str(), "tile 1");
  out << "\r\033[Ktile 2";
  EXPECT_EQ(seen.str(), "tile 1\r");
  out << std::endl;
  EXPECT_EQ(seen.str(), "tile 1\r\033[Ktile 2\n");
}

TEST(RedactedStream, IsNotFlushedByItselfAfterEachPiece) {
  std::ostringstream out;
  std::stringbuf seen;
  out.std::ios::rdbuf(&seen);
  out << std::unitbuf;
  {
    const RedactedStream guard(out, redactor());
    out << "hun";
    EXPECT_EQ(seen.str(), "");
    out << "ter2";
  }
  EXPECT_EQ(seen.str(), "[redacted]");
  EXPECT_NE(out.flags() & std::ios::unitbuf, 0);
}

TEST(RedactedStream, TellsWhenTheTargetIsFull) {
  class Full : public std::streambuf {
  } full;
  std::ostream out(&full);
  const RedactedStream guard(out, redactor());
  out << "lost\n";
  EXPECT_TRUE(out.bad());
}

}  // namespace
}  // namespace terroir
