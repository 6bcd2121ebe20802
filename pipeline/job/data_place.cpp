#include "pipeline/job/data_place.h"

#include "pipeline/address.h"

#include <string_view>

namespace terroir {
namespace {

using PlaceKind = DataPlace::Kind;

bool starts_with(std::string_view text, std::string_view front) { return text.substr(0, front.size()) == front; }

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// azureml://datastores/NAME/paths/PATH, or azureml://subscriptions/.../datastores/NAME/paths/PATH.
void read_datastore(std::string_view text, DataPlace& place) {
  constexpr std::string_view front = "azureml://", datastores = "datastores/", paths = "/paths/";
  std::string_view rest = text.substr(front.size());
  if (starts_with(rest, "subscriptions/")) {
    const auto at = rest.find("/datastores/");
    if (at == std::string_view::npos) return;
    rest.remove_prefix(at + 1);
  }
  const auto at = rest.find(paths);
  if (!starts_with(rest, datastores) || at == std::string_view::npos || at <= datastores.size()) return;
  place.kind = PlaceKind::datastore;
  place.name = rest.substr(datastores.size(), at - datastores.size());
  place.path = rest.substr(at + paths.size());
}

/// CONTAINER@ACCOUNT.blob.core.windows.net/PATH, after the scheme.
void read_container_at_account(std::string_view rest, DataPlace& place) {
  const auto at = rest.find('@'), slash = rest.find('/');
  if (at == std::string_view::npos || at == 0 || at > slash) return;
  const std::string_view host = rest.substr(at + 1, slash == std::string_view::npos ? slash : slash - at - 1);
  place.kind = PlaceKind::blob;
  place.name = rest.substr(0, at);
  place.account = host.substr(0, host.find('.'));
  if (slash != std::string_view::npos) place.path = rest.substr(slash + 1);
}

/// ACCOUNT.blob.core.windows.net/CONTAINER/PATH, after https://; other addresses, and those with a query, stay remote.
void read_blob_url(std::string_view rest, DataPlace& place) {
  const auto slash = rest.find('/');
  const std::string_view host = rest.substr(0, slash);
  if (slash == std::string_view::npos || !ends_with(host, ".blob.core.windows.net") || rest.find('?') != std::string_view::npos) return;
  const std::string_view inside = rest.substr(slash + 1);
  const auto end = inside.find('/');
  if (end == 0 || inside.empty()) return;
  place.kind = PlaceKind::blob;
  place.account = host.substr(0, host.find('.'));
  place.name = inside.substr(0, end);
  if (end != std::string_view::npos) place.path = inside.substr(end + 1);
}

}  // namespace

DataPlace data_place(const std::string& text) {
  DataPlace place;
  place.text = text;
  if (text.empty()) return place;
  const std::string_view scheme = scheme_of(text);
  place.kind = scheme.empty() ? PlaceKind::local : PlaceKind::remote;
  if (scheme == "azureml") read_datastore(text, place);
  if (scheme == "wasbs" || scheme == "wasb" || scheme == "abfss" || scheme == "abfs")
    read_container_at_account(std::string_view(text).substr(scheme.size() + 3), place);
  if (scheme == "https") read_blob_url(std::string_view(text).substr(scheme.size() + 3), place);
  if (scheme.empty() && starts_with(text, "azureml:")) {
    const std::string inner = text.substr(8);
    // Azure's own samples also print azureml: in front of a URI.
    if (!scheme_of(inner).empty()) place = data_place(inner);
    place.text = text;
    if (place.kind == PlaceKind::local) {
      place.kind = PlaceKind::asset;
      place.name = inner;
    }
  }
  if (scheme.empty() && starts_with(text, "runs:/")) place.kind = PlaceKind::remote;
  if (place.kind == PlaceKind::local) place.name = starts_with(text, "file:") ? text.substr(5) : text;
  return place;
}

std::string shown(const DataPlace& place) { return place.text.substr(0, place.text.find('?')); }

}  // namespace terroir
