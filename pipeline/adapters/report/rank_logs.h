#pragma once

#include "pipeline/redaction/redactor.h"

#include <iosfwd>
#include <map>
#include <string>
#include <string_view>

namespace terroir {

/// Shows what the ranks of a launched job print, and keeps it in files named as Azure ML names them: `std_log_process_07.txt` for rank 7,
/// `std_log.txt` for a command that is one process, `mpi_log.txt` for what mpirun itself says. Values of secrets stay out of both.
class RankLogs {
 public:
  /// Begins a file for each of mpirun's ranks, or for the only process when there is no mpirun (0), in `folder`, which exists. Files of
  /// an earlier job are removed from it.
  RankLogs(std::string folder, int ranks, std::ostream& out, const Redactor& redactor);

  /// A line of a rank (0 for the only process). Those of rank 0 are shown as they are, so that a job's progress and summary read as
  /// without a launcher; the others begin with "[7] ".
  void rank_line(int rank, std::string_view line);
  /// A line of mpirun; shown, with "[mpirun] " before it, when it tells what the exit code does not.
  void mpirun_line(std::string_view line, bool shown);
  /// Writes what has come. A file that cannot be written is told once; it ends no job.
  void flush();

 private:
  std::string folder_;
  int ranks_;
  std::ostream& out_;
  const Redactor& redactor_;
  std::map<std::string, std::string> waiting_;  // by file
  bool told_ = false;
};

}  // namespace terroir
