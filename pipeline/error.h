#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace terroir {

/// What kind of fault ended a run; the value is the program's exit code.
enum class Fault { mistake = 2, data = 3, system = 4, memory = 5, bug = 70, interrupted = 75 };

/// A fault of the world: context is added outward ("tile 12 of 400, reading dem.tif: ...").
class Error : public std::runtime_error {
 public:
  Error(Fault fault, const std::string& what) : std::runtime_error(what), fault_(fault) {}
  [[nodiscard]] Fault fault() const noexcept { return fault_; }
  [[nodiscard]] Error during(std::string_view step) const { return {fault_, std::string(step) + ": " + what()}; }

 private:
  Fault fault_;
};

}  // namespace terroir
