#include "pipeline/commands/doctor_ranks.h"

#include "kernels/value.h"
#include "pipeline/error.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <thread>

namespace terroir {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double view_seconds = 2;  // that an object may take to show on another host
constexpr const char *seen = "seen", *unseen = "unseen", *dismissed = "";

Clock::time_point after(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

void send_text(Communicator& communicator, int to, const std::string& text) { communicator.send(to, std::as_bytes(std::span(text))); }

/// The next message, if one comes before a time.
std::optional<std::pair<int, std::string>> receive_text(Communicator& communicator, Clock::time_point end) {
  while (true) {
    if (const auto message = communicator.poll()) {
      const auto* text = reinterpret_cast<const char*>(message->bytes.data());
      return std::pair(message->from, std::string(text, message->bytes.size()));
    }
    if (Clock::now() >= end) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

bool shows(Store& store, const std::string& key) {
  for (const auto end = after(view_seconds);;) {
    try {
      if (store.get(key)) return true;
    } catch (const Error&) {
      return false;
    }
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

std::vector<RankFindings> DoctorDesk::gather(std::vector<Finding> own) {
  const auto hosts = communicator_.hosts();
  std::vector<RankFindings> all = {{0, hosts.at(0), std::move(own)}};
  const auto end = after(patience_);
  while (static_cast<int>(all.size()) < communicator_.size()) {
    const auto message = receive_text(communicator_, end);
    if (!message) break;
    const auto& [rank, text] = *message;
    all.push_back({rank, hosts.at(static_cast<std::size_t>(rank)), parse_findings(text)});
    present_.push_back(rank);
  }
  std::sort(present_.begin(), present_.end());
  std::sort(all.begin(), all.end(), [](const RankFindings& a, const RankFindings& b) { return a.rank < b.rank; });
  for (int rank = 1; rank < communicator_.size(); ++rank)
    if (!std::binary_search(present_.begin(), present_.end(), rank))
      all.front().findings.push_back({"MPI", "silence", Verdict::fault,
                                      "rank " + std::to_string(rank) + " on " + hosts.at(static_cast<std::size_t>(rank)) +
                                          " has said nothing for " + std::to_string(static_cast<int>(patience_)) + " s",
                                      "run `terroir doctor` on that host alone"});
  return all;
}

std::vector<Finding> DoctorDesk::compare_views(Store& store, const std::string& key) {
  const auto hosts = communicator_.hosts();
  std::set<std::string> asked = {hosts.at(0)};
  std::vector<int> witnesses;
  for (const int rank : present_)
    if (asked.insert(hosts[static_cast<std::size_t>(rank)]).second) witnesses.push_back(rank);
  if (witnesses.empty()) return {};
  const std::string content = "written by rank 0";
  store.put(key, std::as_bytes(std::span(content)));
  for (const int rank : witnesses) send_text(communicator_, rank, key);
  std::vector<std::string> blind;
  const auto end = after(view_seconds + patience_);
  for (std::size_t answers = 0; answers < witnesses.size(); ++answers) {
    const auto message = receive_text(communicator_, end);
    if (!message) break;
    if (message->second != seen) blind.push_back(hosts[static_cast<std::size_t>(message->first)]);
  }
  store.remove(key);
  const std::string first = "an object that " + hosts[0] + " has written is ";
  Finding finding{"Storage of " + store.location(), "other hosts", Verdict::ok, first + "seen on the others", ""};
  if (blind.empty()) return {finding};
  std::sort(blind.begin(), blind.end());
  finding.verdict = Verdict::note;
  finding.value = first + "not seen on " + list_words(blind, "and") + " at once";
  finding.remedy = "fine: ranks tell each other by messages; but see that it is one folder and not one of each host";
  return {finding};
}

bool DoctorDesk::dismiss() {
  for (const int rank : present_) send_text(communicator_, rank, dismissed);
  return static_cast<int>(present_.size()) + 1 == communicator_.size();
}

void visit_desk(Communicator& communicator, const std::vector<Finding>& findings, Store* store, double patience) {
  send_text(communicator, 0, findings_json(findings));
  const auto end = after(3 * patience + view_seconds);
  for (auto message = receive_text(communicator, end); message && message->second != dismissed; message = receive_text(communicator, end))
    send_text(communicator, 0, store != nullptr && shows(*store, message->second) ? seen : unseen);
}

}  // namespace terroir
