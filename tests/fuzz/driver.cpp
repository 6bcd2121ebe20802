#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::string> read_corpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return texts;
}

class Mutator {
 public:
  explicit Mutator(std::vector<std::string> corpus) : corpus_(std::move(corpus)) {}

  std::string next() {
    std::string text = any();
    for (std::size_t rounds = 1 + below(4); rounds > 0; --rounds) change(text);
    return text;
  }

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }
  const std::string& any() { return corpus_[below(corpus_.size())]; }

  void change(std::string& text) {
    const std::size_t at = below(text.size() + 1), length = below(text.size() - at + 1);
    switch (below(6)) {
      case 0: text.erase(at, std::min<std::size_t>(length, 8)); break;
      case 1: text.insert(at, 1, static_cast<char>(below(256))); break;
      case 2: text.insert(at, 1 + below(200), static_cast<char>(' ' + below(95))); break;
      case 3: text.insert(at, text.substr(at, length)); break;
      case 4:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
      default: {
        const std::string& other = any();
        const std::size_t from = below(other.size() + 1);
        text = text.substr(0, at) + other.substr(from, 1 + below(other.size() - from + 1));
      }
    }
    if (text.size() > 20000) text.resize(20000);
  }

  std::vector<std::string> corpus_;
  std::mt19937_64 random_{20240601};
};

const std::string* current = nullptr;

/// The process ends anyway: what is not safe in a signal handler can do no more harm.
void keep_input(int signal) {
  std::ofstream("crash-input", std::ios::binary) << *current;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void run(const std::string& text) {
  current = &text;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

/// Stands in for libFuzzer where there is no clang: `driver CORPUS ITERATIONS` runs every file of the corpus, then as many seeded
/// mutations of them. The same inputs each time; a crash leaves its input in `crash-input`.
int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " CORPUS ITERATIONS\n";
    return 2;
  }
  const auto corpus = read_corpus(argv[1]);
  if (corpus.empty()) {
    std::cerr << "the corpus " << argv[1] << " is empty\n";
    return 2;
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL}) std::signal(signal, keep_input);
  for (const auto& text : corpus) run(text);
  Mutator mutator(corpus);
  const long iterations = std::atol(argv[2]);
  for (long i = 0; i < iterations; ++i) run(mutator.next());
  std::cout << corpus.size() << " inputs and " << iterations << " mutations without a crash\n";
  return 0;
}
