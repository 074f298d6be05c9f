// Our own main: libsystemc exports one too, and with it a test binary runs no test and succeeds.
// Each process has a temporary directory of its own, so that tests may run side by side.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  std::string directory = std::filesystem::temp_directory_path() / "brownout-test-XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) return EXIT_FAILURE;
  setenv("TEST_TMPDIR", (directory + '/').c_str(), 1);
  const int result = RUN_ALL_TESTS();
  std::filesystem::remove_all(directory);
  return result;
}
