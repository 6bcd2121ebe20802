#include "pipeline/job/data_place.h"

#include <gtest/gtest.h>

#include <ostream>

namespace terroir {
namespace {

using Kind = DataPlace::Kind;

struct Place {
  std::string text;
  Kind kind;
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

INSTANTIATE_TEST_SUITE_P(DataPlace, Places,
                         testing::Values(Place{"", Kind::none, "", "", ""}, Place{"./data", Kind::local, "./data", "", ""},
                                         Place{"/data/x.tif", Kind::local, "/data/x.tif", "", ""},
                                         Place{"file:./data", Kind::local, "./data", "", ""}, Place{"a:b", Kind::local, "a:b", "", ""},
                                         Place{"azureml://datastores/blobs/paths/a/b", Kind::datastore, "blobs", "a/b", ""},
                                         Place{"azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/blobs/paths/a/",
                                               Kind::datastore, "blobs", "a/", ""},
                                         Place{"azureml://jobs/j/outputs/o/paths/x", Kind::remote, "", "", ""},
                                         Place{"azureml://datastores/blobs", Kind::remote, "", "", ""},
                                         Place{"azureml:dem:3", Kind::asset, "dem:3", "", ""},
                                         Place{"azureml:dem@latest", Kind::asset, "dem@latest", "", ""},
                                         Place{"wasbs://box@acc.blob.core.windows.net/a/b/", Kind::blob, "box", "a/b/", "acc"},
                                         Place{"wasbs://box@acc.blob.core.windows.net", Kind::blob, "box", "", "acc"},
                                         Place{"azureml:wasbs://box@acc.blob.core.windows.net/a", Kind::blob, "box", "a", "acc"},
                                         Place{"abfss://fs@acc.dfs.core.windows.net/x.tif", Kind::blob, "fs", "x.tif", "acc"},
                                         Place{"https://acc.blob.core.windows.net/box/a/x.tif", Kind::blob, "box", "a/x.tif", "acc"},
                                         Place{"https://acc.blob.core.windows.net/box?sv=1", Kind::remote, "", "", ""},
                                         Place{"https://acc.blob.core.windows.net/", Kind::remote, "", "", ""},
                                         Place{"https://example.org/x.tif", Kind::remote, "", "", ""},
                                         Place{"wasbs://box/a@b", Kind::remote, "", "", ""}, Place{"adl://x/y", Kind::remote, "", "", ""},
                                         Place{"runs:/r/model", Kind::remote, "", "", ""}));

}  // namespace
}  // namespace terroir
