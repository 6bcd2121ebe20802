// Checks many job files as `terroir check` does, in one process: reads lines of arguments, separated by tabs, and prints a JSON list of
// what it says of each. The program itself takes longer to load its libraries than to check a file.

#include "pipeline/commands/check.h"
#include "pipeline/error.h"

#include <nlohmann/json.hpp>

#include <iostream>
#include <sstream>
#include <vector>

namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream text(line);
  for (std::string word; std::getline(text, word, '\t');) words.push_back(word);
  return words;
}

nlohmann::json check(const std::vector<std::string>& words) {
  std::ostringstream out, errors;
  int code = 0;
  try {
    code = terroir::run_check(words, out, errors);
  } catch (const terroir::Error& error) {  // as main() has it
    errors << "terroir: " << error.what() << "\n";
    code = static_cast<int>(error.fault());
  }
  return {{"code", code}, {"out", out.str()}, {"errors", errors.str()}};
}

}  // namespace

int main() {
  auto answers = nlohmann::json::array();
  for (std::string line; std::getline(std::cin, line);) answers.push_back(check(words_of(line)));
  std::cout << answers.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}
