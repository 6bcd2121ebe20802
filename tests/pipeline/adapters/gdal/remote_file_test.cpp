#include "pipeline/adapters/gdal/remote_file.h"

#include "pipeline/adapters/gdal/gdal_library.h"

#include <gtest/gtest.h>

// What a storage answers is tested with a real one: tests/azure.

namespace terroir {
namespace {

/// Why a path is refused; empty when it is not.
std::string refusal(const std::string& path) {
  try {
    require_allowed(path);
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::mistake);
    return error.what();
  }
  return "";
}

TEST(RemoteFile, PlainPathsAreAllowedAndNotRemote) {
  for (const std::string path :
       {"dem.tif", "/mnt/data/dem.tif", "../a b/20??_*.tif", "vsiaz/data/dem.tif", "./x:y.tif", "/VSIZIP/a.zip", "a:/b.tif", ""}) {
    EXPECT_EQ(refusal(path), "");
    EXPECT_FALSE(is_remote(path)) << path;
  }
}

TEST(RemoteFile, StoragesThatAreAllowed) {
  for (const std::string path : {"/vsiaz/data/dem.tif", "/vsiaz/data/data", "/vsiaz/data/2024*/{time:%Y%m%d}_{band}.tif",
                                 "/vsiadls/lake/a/dem.tif", "/vsicurl/https://example.org/dem.tif"}) {
    EXPECT_EQ(refusal(path), "");
    EXPECT_TRUE(is_remote(path)) << path;
  }
}

TEST(RemoteFile, OtherVirtualFileSystemsAreRefused) {
  const std::string why = ": this virtual file system of GDAL may not be used; name a file, /vsiaz/CONTAINER/... or /vsicurl/https://...";
  for (const std::string path : {"/vsistdin/", "/vsizip/a.zip/b.tif", "/vsizip//vsicurl/https://example.org/a.zip", "/vsimem/a.tif",
                                 "/vsicurl/http://example.org/a.tif", "/vsicurl/ftp://example.org/a.tif", "/vsis3/bucket/a.tif",
                                 "/vsiaz_streaming/data/a.tif", "/vsisubfile/0_100,a.tif"})
    EXPECT_EQ(refusal(path), path + why);
  EXPECT_EQ(refusal("/vsicurl?url=http://example.org/a"), "/vsicurl?url=http://example.org/a" + why);
}

TEST(RemoteFile, AContainerAndAFileAreNamed) {
  for (const std::string path :
       {"/vsiaz/", "/vsiaz/data", "/vsiaz/data/", "/vsiaz/*/dem.tif", "/vsiaz//dem.tif", "/vsicurl/https://example.org/"})
    EXPECT_EQ(refusal(path), path + ": it names no file of a container or server; write /vsiaz/CONTAINER/FILE");
}

TEST(RemoteFile, AWebAddressHoldsNoSecretAndNoPattern) {
  EXPECT_EQ(refusal("/vsicurl/https://example.org/a.tif?sv=1&sig=SECRET"),
            "/vsicurl/https://example.org/a.tif: a web address may hold neither a query nor a password; read the container as "
            "/vsiaz/CONTAINER/... with AZURE_STORAGE_SAS_TOKEN");
  EXPECT_EQ(refusal("/vsicurl/https://me:SECRET@example.org/a.tif").find("SECRET"), std::string::npos);
  EXPECT_NE(refusal("/vsicurl/https://me:SECRET@example.org/a.tif"), "");
  EXPECT_NE(refusal("/vsicurl/https://example.org/*.tif").find("a web server lists no files"), std::string::npos);
}

TEST(RemoteFile, AnAddressIsToldItsPath) {
  EXPECT_EQ(refusal("https://example.org/a.tif"),
            "https://example.org/a.tif: an address is no path; write /vsicurl/https://example.org/a.tif");
  EXPECT_EQ(refusal("wasbs://data@acc.blob.core.windows.net/x/dem.tif"),
            "wasbs://data@acc.blob.core.windows.net/x/dem.tif: an address is no path; write /vsiaz/data/x/dem.tif, with the account in "
            "AZURE_STORAGE_ACCOUNT");
  EXPECT_EQ(refusal("s3://bucket/a.tif"),
            "s3://bucket/a.tif: an address is no path; write /vsiaz/CONTAINER/... (Azure) or /vsicurl/https://...");
  EXPECT_EQ(refusal("https://example.org/a.tif?sig=SECRET").find("SECRET"), std::string::npos);
}

TEST(RemoteFile, SecretsAreTakenOutOfTexts) {
  EXPECT_EQ(without_secrets("HTTP error code: 503 - http://h:1/c/a.tif?sv=1&sig=SECRET. Retrying again in 1 secs"),
            "HTTP error code: 503 - http://h:1/c/a.tif Retrying again in 1 secs");
  EXPECT_EQ(without_secrets("'https://h/a?sig=S' and https://u:p@h/b"), "'https://h/a' and https://h/b");
  EXPECT_EQ(without_secrets("what? no address"), "what? no address");
}

}  // namespace
}  // namespace terroir
