#pragma once

#include "pipeline/ports/vector_file.h"
#include "pipeline/run/headers.h"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace terroir {

/// Asks another opener and adds what it answers to `headers`, which must outlive this.
class RecordingOpener final : public SourceOpener {
 public:
  RecordingOpener(std::unique_ptr<SourceOpener> opener, Headers& headers) : opener_(std::move(opener)), headers_(headers) {}
  std::vector<std::string> variables(const std::string& path) override;
  std::unique_ptr<Source> open(const std::string& path, const SourcePart& part) override;
  /// Polygons are no headers: every rank reads them.
  std::unique_ptr<VectorFile> vectors(const std::string& path) override { return opener_->vectors(path); }
  std::vector<std::string> glob(const std::string& pattern) override;

 private:
  [[nodiscard]] SourceHeader header_of(const Source&);

  std::unique_ptr<SourceOpener> opener_;
  Headers& headers_;
};

/// Answers from headers. Its sources are opened when their first chunk is read, by the opener behind, which is also asked for what the
/// headers do not tell. A file that is then another one than rank 0 saw is an Error. The first file of a folder is opened at once, so that
/// a node without the right mount is found before the run starts, and the first one of each grid of cells (Grid::cells), for these. The
/// opener must outlive its sources.
class ReplayingOpener final : public SourceOpener {
 public:
  ReplayingOpener(Headers headers, std::unique_ptr<SourceOpener> opener);
  std::vector<std::string> variables(const std::string& path) override;
  std::unique_ptr<Source> open(const std::string& path, const SourcePart& part) override;
  std::unique_ptr<VectorFile> vectors(const std::string& path) override { return opener_->vectors(path); }
  std::vector<std::string> glob(const std::string& pattern) override;

 private:
  [[nodiscard]] SourceFacts facts_of(const Headers::Opened&) const;
  [[nodiscard]] std::unique_ptr<Source> open_told(const Headers::Opened&);
  [[nodiscard]] bool first_of_folder(const std::string& path);

  Headers headers_;
  std::map<std::string, std::size_t> listings_, variables_, opened_;  ///< places in the headers
  std::set<std::string> folders_;
  std::map<std::string, std::shared_ptr<const Cells>> cells_;  ///< by digest; those of files that were opened
  std::unique_ptr<SourceOpener> opener_;
  std::mutex opening_;  ///< openers serve one thread at a time
};

}  // namespace terroir
