#include "pipeline/job/shell_words.h"

#include <string_view>
#include <utility>

namespace terroir {
namespace {

enum class Quote { none, single, twice };

/// Follows the quotes of a command line character by character.
class Quoting {
 public:
  /// What a character is: part of a word as it stands, or something that the shell takes for itself.
  enum class Role { letter, quote, escape, plain };

  Role take(char c) {
    if (escaped_) {
      escaped_ = false;
      // In double quotes a backslash stays in front of all but four.
      return Role::letter;
    }
    if (c == '\\' && quote_ != Quote::single) {
      escaped_ = true;
      return Role::escape;
    }
    if (c == '\'' && quote_ != Quote::twice) return toggle(Quote::single);
    if (c == '"' && quote_ != Quote::single) return toggle(Quote::twice);
    return quote_ == Quote::none ? Role::plain : Role::letter;
  }

  [[nodiscard]] Quote quote() const noexcept { return quote_; }
  [[nodiscard]] bool escaped() const noexcept { return escaped_; }
  void end_escape() noexcept { escaped_ = false; }

 private:
  Role toggle(Quote quote) {
    quote_ = quote_ == Quote::none ? quote : Quote::none;
    return Role::quote;
  }

  Quote quote_ = Quote::none;
  bool escaped_ = false;
};

constexpr std::string_view expanded_in_quotes = "$`", kept_after_backslash = "$`\"\\\n";

/// Cuts parts into words: of one command, or of each of several.
class Cutter {
 public:
  explicit Cutter(bool apart) : apart_(apart) {}

  std::vector<ShellWords> cut(const std::vector<ShellPart>& parts) {
    for (const auto& part : parts) {
      if (part.value) {
        quoting_.end_escape();
        begin();
        word_ += part.text;
        bare_ = false;
        continue;
      }
      for (const char c : part.text) take(c);
    }
    result_.unclosed = quoting_.quote() != Quote::none && result_.shell.empty();
    if (quoting_.quote() != Quote::none) need("a quote that is not closed");
    if (quoting_.escaped()) need("'\\' at the end");
    end_command();
    return std::move(commands_);
  }

 private:
  void take(char c) {
    if (comment_ && c != '\n') return;
    comment_ = false;
    const bool escaped = quoting_.escaped();
    switch (quoting_.take(c)) {
      case Quoting::Role::quote:
        begin();
        bare_ = false;
        return;
      case Quoting::Role::escape:
        begin();
        bare_ = false;
        return;
      case Quoting::Role::letter: take_letter(c, escaped); return;
      case Quoting::Role::plain: take_plain(c); return;
    }
  }

  void take_letter(char c, bool escaped) {
    begin();
    const bool twice = quoting_.quote() == Quote::twice;
    if (escaped && twice && kept_after_backslash.find(c) == std::string_view::npos) word_ += '\\';
    if (!escaped && twice && expanded_in_quotes.find(c) != std::string_view::npos) need(std::string("'") + c + "'");
    word_ += c;
  }

  void take_plain(char c) {
    constexpr std::string_view operators = "|&;<>()$`*?[\n", between_commands = "|&;\n", first_only = "#~!";
    if (c == ' ' || c == '\t') {
      end_word();
      return;
    }
    if (apart_ && between_commands.find(c) != std::string_view::npos) {
      end_command();
      return;
    }
    const bool first = !in_word_;
    if (apart_ && first && c == '#') {
      comment_ = true;
      return;
    }
    if (operators.find(c) != std::string_view::npos || (first && first_only.find(c) != std::string_view::npos))
      need(c == '\n' ? "a second line" : std::string("'") + c + "'");
    if (c == '=' && result_.words.empty() && bare_ && !first) need("an assignment");
    begin();
    if (c == '{') brace_ = true;
    if (brace_ && (c == ',' || (c == '.' && !word_.empty() && word_.back() == '.'))) list_ = true;
    if (c == '}' && list_) need("'{'");
    word_ += c;
  }

  void begin() { in_word_ = true; }

  void end_word() {
    if (in_word_) result_.words.push_back(word_);
    word_.clear();
    in_word_ = brace_ = list_ = false;
    bare_ = true;
  }

  void end_command() {
    end_word();
    if (!apart_ || !result_.words.empty() || !result_.shell.empty()) commands_.push_back(std::exchange(result_, {}));
  }

  void need(const std::string& what) {
    if (result_.shell.empty()) result_.shell = what;
  }

  bool apart_;
  Quoting quoting_;
  std::vector<ShellWords> commands_;
  ShellWords result_;
  std::string word_;
  bool in_word_ = false;
  bool comment_ = false;               ///< to the end of its line
  bool bare_ = true;                   ///< the word has no quotes so far
  bool brace_ = false, list_ = false;  ///< the word has a {, and a list in it
};

std::string in_single_quotes(const std::string& text) {
  std::string result = "'";
  for (const char c : text) c == '\'' ? result += "'\\''" : result += c;
  return result + "'";
}

bool is_harmless(const std::string& text) {
  constexpr std::string_view others = "_-+./:,@%=^";
  for (const char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos))
      return false;
  return true;
}

std::string quoted_for(Quote quote, const std::string& value) {
  if (is_harmless(value)) return value;
  if (quote == Quote::none) return in_single_quotes(value);
  // Ends the quotes in which the value stands, and begins them again behind it.
  const char sign = quote == Quote::single ? '\'' : '"';
  return sign + in_single_quotes(value) + sign;
}

}  // namespace

ShellWords split_words(const std::vector<ShellPart>& parts) { return Cutter(false).cut(parts).front(); }
std::vector<ShellWords> split_commands(const std::vector<ShellPart>& parts) { return Cutter(true).cut(parts); }

std::string shell_text(const std::vector<ShellPart>& parts) {
  std::string text;
  Quoting quoting;
  for (const auto& part : parts) {
    if (part.value) {
      quoting.end_escape();
      text += quoted_for(quoting.quote(), part.text);
      continue;
    }
    for (const char c : part.text) quoting.take(c);
    text += part.text;
  }
  return text;
}

std::string quoted_word(const std::string& word) { return is_harmless(word) && !word.empty() ? word : in_single_quotes(word); }

}  // namespace terroir
