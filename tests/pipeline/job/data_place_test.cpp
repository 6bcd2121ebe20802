#include "pipeline/job/data_place.h"

#include <gtest/gtest.h>

#include <ostream>

namespace terroir {
namespace {

using PlaceKind = DataPlace::Kind;

struct Place {
  std::string text;
  PlaceKind kind;
  std::string name, path, account;
};

void PrintTo(const Place& place, std::ostream* out) { *out << place.text; }

class Places : public testing::TestWithParam<Place> {};

TEST_P(Places, AreKnownByTheirPaths) {
  const DataPlace place = data_place(GetParam().text);
  EXPECT_EQ(place.kind, GetParam().kind);
  EXPECT_EQ(place.name, GetParam().name);
  EXPECT_EQ(place.path, GetParam().path);
  EXPECT_EQ(place.account, GetParam().account);
}

INSTANTIATE_TEST_SUITE_P(
    DataPlace, Places,
    testing::Values(
        Place{"", PlaceKind::none, "", "", ""}, Place{"./data", PlaceKind::local, "./data", "", ""},
        Place{"/data/x.tif", PlaceKind::local, "/data/x.tif", "", ""}, Place{"file:./data", PlaceKind::local, "./data", "", ""},
        Place{"a:b", PlaceKind::local, "a:b", "", ""},
        Place{"azureml://datastores/blobs/paths/a/b", PlaceKind::datastore, "blobs", "a/b", ""},
        Place{"azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/blobs/paths/a/", PlaceKind::datastore, "blobs", "a/", ""},
        Place{"azureml://jobs/j/outputs/o/paths/x", PlaceKind::remote, "", "", ""},
        Place{"azureml://datastores/blobs", PlaceKind::remote, "", "", ""}, Place{"azureml:dem:3", PlaceKind::asset, "dem:3", "", ""},
        Place{"azureml:dem@latest", PlaceKind::asset, "dem@latest", "", ""},
        Place{"wasbs://box@acc.blob.core.windows.net/a/b/", PlaceKind::blob, "box", "a/b/", "acc"},
        Place{"wasbs://box@acc.blob.core.windows.net", PlaceKind::blob, "box", "", "acc"},
        Place{"azureml:wasbs://box@acc.blob.core.windows.net/a", PlaceKind::blob, "box", "a", "acc"},
        Place{"abfss://fs@acc.dfs.core.windows.net/x.tif", PlaceKind::blob, "fs", "x.tif", "acc"},
        Place{"https://acc.blob.core.windows.net/box/a/x.tif", PlaceKind::blob, "box", "a/x.tif", "acc"},
        Place{"https://acc.blob.core.windows.net/box?sv=1", PlaceKind::remote, "", "", ""},
        Place{"https://acc.blob.core.windows.net/", PlaceKind::remote, "", "", ""},
        Place{"https://example.org/x.tif", PlaceKind::remote, "", "", ""}, Place{"wasbs://box/a@b", PlaceKind::remote, "", "", ""},
        Place{"adl://x/y", PlaceKind::remote, "", "", ""}, Place{"runs:/r/model", PlaceKind::remote, "", "", ""}));

}  // namespace
}  // namespace terroir
