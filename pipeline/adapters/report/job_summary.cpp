#include "pipeline/adapters/report/job_reporter.h"
#include "pipeline/json_text.h"
#include "pipeline/plan/memory.h"
#include "pipeline/redaction/redactor.h"
#include "terroir_version.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace terroir {
namespace {

using Json = nlohmann::ordered_json;

/// Input chunks decoded over those needed once in each pass.
double measured_amplification(const Plan& plan, const Work& work) {
  std::size_t needed = 0;
  for (const Pass& pass : plan.passes) needed += pass.input_bytes;
  return needed == 0 ? 0 : static_cast<double>(work.bytes_decoded) / static_cast<double>(needed);
}

Json json_work(const Work& w) {
  return {
      {"tiles", w.tiles},
      {"bytes_read", w.bytes_read},
      {"bytes_decoded", w.bytes_decoded},
      {"bytes_written", w.bytes_written},
      {"chunks_read", w.chunks_read},
      {"seconds", {{"read", w.read_seconds}, {"compute", w.compute_seconds}, {"encode", w.encode_seconds}, {"write", w.write_seconds}}}};
}

std::string number(const char* format, double value) {
  char text[40];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

std::string summary_json(const Plan& plan, const JobSummary& summary, const std::map<std::string, std::vector<std::string>>& excluded) {
  const JobProgress& p = summary.progress;
  Json json = {{"terroir", version},
               {"recipe", plan.name},
               {"plan", plan.hash},
               {"attempt", summary.attempt},
               {"nothing_to_do", summary.nothing_to_do},
               {"seconds", p.seconds},
               {"tiles", {{"computed", p.work.tiles}, {"restored", p.tiles_restored}}},
               {"work", json_work(p.work)},
               {"file_bytes", summary.file_bytes},
               {"read_amplification", measured_amplification(plan, p.work)},
               {"unfit_pixels", p.work.unfit},
               {"unshared_chunks", p.work.alone},
               {"skipped_windows", p.work.skipped},
               {"memory", {{"projected", plan.projected_memory()}, {"peak", p.peak_memory}}}};
  json["failure"] = summary.failure ? Json{{"code", summary.failure->code}, {"text", summary.failure->text}} : Json(nullptr);
  json["ranks"] = Json::array();
  for (const auto& rank : summary.ranks) {
    Json r = json_work(rank.work);
    r["host"] = rank.host;
    r["peak_memory"] = rank.peak_memory;
    json["ranks"].push_back(std::move(r));
  }
  for (const auto& output : plan.outputs) {
    const auto readers = excluded.find(output.name);
    json["outputs"].push_back({{"name", output.name},
                               {"path", output.path},
                               {"excluded_readers", readers == excluded.end() ? std::vector<std::string>{} : readers->second}});
  }
  redact(json);
  return json_text(json, 2);
}

std::string summary_text(const Plan& plan, const JobSummary& summary, const std::map<std::string, std::vector<std::string>>& excluded) {
  const JobProgress& p = summary.progress;
  std::string text;
  if (summary.nothing_to_do) {
    text = "Nothing to do: the outputs of this plan are complete\n";
  } else {
    text = "Done in " + number("%.2f", p.seconds) + " s: " + std::to_string(p.work.tiles) + (p.work.tiles == 1 ? " tile" : " tiles");
    if (p.tiles_restored > 0) text += " (and " + std::to_string(p.tiles_restored) + " of an earlier run)";
    text += ", " + bytes_text(p.work.bytes_read) + " read, " + bytes_text(p.work.bytes_written) + " written";
    if (summary.file_bytes > 0) text += ", made files of " + bytes_text(summary.file_bytes);
    text += "\n";
    text += "Input chunks decoded " + number("%.2f", measured_amplification(plan, p.work)) + " times; peak memory " +
            bytes_text(p.peak_memory) + " of " + bytes_text(plan.projected_memory()) + " projected for a rank\n";
    text += "Seconds of each rank: read, compute, encode, write\n";
    for (std::size_t i = 0; i < summary.ranks.size(); ++i) {
      const Work& w = summary.ranks[i].work;
      text += "  rank " + std::to_string(i) + " on " + summary.ranks[i].host + ": " + number("%.2f", w.read_seconds) + ", " +
              number("%.2f", w.compute_seconds) + ", " + number("%.2f", w.encode_seconds) + ", " + number("%.2f", w.write_seconds) + "; " +
              std::to_string(w.tiles) + " tiles\n";
    }
  }
  if (p.work.unfit > 0) text += std::to_string(p.work.unfit) + " pixels did not fit their stored type and became nodata\n";
  if (p.work.alone > 0)
    text += std::to_string(p.work.alone) +
            " chunks of layers in passes of their own were computed by each rank for itself, because they could not be kept in " +
            plan.resources.scratch.folder + "; make room there, or name another folder by TMPDIR\n";
  if (!p.work.skipped.empty()) text += std::to_string(p.work.skipped.size()) + " windows could not be read and became nodata:\n";
  for (const auto& window : p.work.skipped) text += "  " + window + "\n";
  for (const auto& output : plan.outputs) {
    text += output.name + ": " + output.path + "\n";
    const auto readers = excluded.find(output.name);
    if (readers != excluded.end())
      for (const auto& reader : readers->second) text += "  not for " + reader + "\n";
  }
  return text;
}

}  // namespace terroir
