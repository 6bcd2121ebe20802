#pragma once

#include <string>

namespace terroir {

/// Where data are, as the `path` of an input or output says.
struct DataPlace {
  enum class Kind {
    none,       ///< no path
    local,      ///< a file or folder, also as file:PATH
    datastore,  ///< azureml://datastores/NAME/paths/PATH, also in its long form
    asset,      ///< azureml:NAME:VERSION or azureml:NAME@LABEL
    blob,       ///< wasbs://, abfss:// and the https:// URL of a blob
    remote      ///< any other URI
  };
  Kind kind = Kind::none;
  std::string text;     ///< as written
  std::string name;     ///< local: the path; datastore, asset: its name; blob: the container
  std::string path;     ///< datastore, blob: the path in it
  std::string account;  ///< blob: the storage account
};

[[nodiscard]] DataPlace data_place(const std::string& text);

/// The path as written, for messages: without the query of a URL, which may hold a signature.
[[nodiscard]] std::string shown(const DataPlace& place);

}  // namespace terroir
