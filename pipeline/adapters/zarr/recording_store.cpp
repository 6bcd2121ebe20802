#include "pipeline/adapters/zarr/recording_store.h"

#include "pipeline/codecs/crc32c.h"

#include <utility>

namespace terroir {
namespace {

class RecordingWriter final : public ObjectWriter {
 public:
  RecordingWriter(std::unique_ptr<ObjectWriter> writer, std::string key, std::vector<ObjectRecord>& records)
      : writer_(std::move(writer)), record_{std::move(key)}, records_(records) {}

  void write(std::span<const std::byte> bytes) override {
    writer_->write(bytes);
    record_.bytes += bytes.size();
    record_.crc32c = crc32c(bytes, record_.crc32c);
  }
  void close() override {
    writer_->close();
    records_.push_back(record_);
  }

 private:
  std::unique_ptr<ObjectWriter> writer_;
  ObjectRecord record_;
  std::vector<ObjectRecord>& records_;
};

}  // namespace

std::unique_ptr<ObjectWriter> RecordingStore::create(const std::string& key) {
  return std::make_unique<RecordingWriter>(store_.create(key), key, records_);
}

}  // namespace terroir
