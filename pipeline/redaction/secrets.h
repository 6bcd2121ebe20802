#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace terroir {

/// Whether a variable of this name holds a secret: *TOKEN*, *KEY*, *SECRET*, *CONTEXT*, *PASSWORD*, *PASSWD* or *CONNECTION_STRING*, in
/// upper or lower case.
[[nodiscard]] bool is_secret_name(std::string_view name);

/// The secrets of an environment, a list of NAME=VALUE that ends with null: the values of variables with such names, and the parts of
/// them that may go about alone (the key in a connection string, the signature in a SAS token, the token in a JSON document). Short
/// values, truth values, numbers, the words of ordinary settings and paths of existing files are none.
[[nodiscard]] std::vector<std::string> secrets_of(const char* const* environment);

}  // namespace terroir
