#pragma once

#include "pipeline/plan/inventory.h"

#include <limits>
#include <map>
#include <optional>
#include <vector>

namespace terroir {

/// Sorts the files of a layer into time steps. The time axis of a file counts; a file without one has the time that its name tells, or
/// none. What cannot be one axis is reported: files with time and without, other calendars, one time in two files at one place, and
/// places that overlap in part.
class TimeSteps {
 public:
  TimeSteps(const InputSpec& spec, const Inventory& inventory, std::vector<Diagnostic>& diagnostics)
      : spec_(spec), inventory_(inventory), diagnostics_(diagnostics) {}

  /// A band of a file, at all of its times that are selected.
  void add(std::size_t file, int band, const std::optional<DateTime>& name_time);
  /// A file of another band: its time is a step that this layer should have as well.
  void expect(std::size_t file, const std::optional<DateTime>& name_time);
  /// Fills the times and steps of a layer; false when something was wrong. Steps that jump are a warning.
  bool sort(InventoryLayer& layer);

 private:
  void complain(const std::string& key, const std::string& problem, const std::string& remedy, bool warning = false);
  bool fits(std::size_t file, const TimeAxis& times, const std::optional<DateTime>& name_time);
  void warn_of_gaps(const TimeAxis& times);
  /// What the files of a step say of its bounds; nothing where one says none, or they differ.
  [[nodiscard]] std::optional<TimeBounds> bounds_of(const std::vector<InventoryLayer::Part>& parts) const;
  /// Files of times lie on one grid, or side by side; else each would be nodata where only the others are.
  [[nodiscard]] bool covers_a_place(std::size_t file);
  [[nodiscard]] bool overlap(std::size_t a, std::size_t b) const;
  [[nodiscard]] const std::string& name_of(std::size_t file) const { return inventory_.files[file].planned.name; }

  const InputSpec& spec_;
  const Inventory& inventory_;
  std::vector<Diagnostic>& diagnostics_;
  std::map<std::int64_t, std::vector<InventoryLayer::Part>> steps_;
  std::vector<std::size_t> places_;   ///< a file for each place that files with times cover
  std::optional<std::size_t> first_;  ///< the file that says whether there is time, and of which calendar
  bool has_time_ = false, by_axis_ = false, wrong_ = false;
  Calendar calendar_ = Calendar::standard;
  std::int64_t since_ = std::numeric_limits<std::int64_t>::max();  ///< the earliest time of the files so far
  std::optional<std::int64_t> earliest_, latest_;                  ///< of all times, selected or not
};

}  // namespace terroir
