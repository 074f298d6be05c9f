// What differs between manifests made up here.
#include "sim/experiment/compare/differences.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brownout::experiment {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ManifestEntries manifest(ManifestEntries more = {}) {
  more.insert({{"workload", "digits"},
               {"configuration/workload.dataset.images", "images.gz"},
               {"configuration/workload.network", "net.onnx"},
               {"inputs/images.gz", "aa"},
               {"inputs/net.onnx", "bb"},
               {"criterion/value", "1"}});
  return more;
}

std::vector<std::string> keys_of(const std::vector<Difference>& differences) {
  std::vector<std::string> keys;
  for (const Difference& difference : differences) keys.push_back(difference.key);
  return keys;
}

TEST(Differences, AreTheKeysWhoseValuesAreNotAllTheSame) {
  const auto found = differences({manifest(), manifest({{"workload", "letters"}}),
                                  manifest({{"configuration/memory.mitigations.faq", ""}})});
  ASSERT_THAT(keys_of(found), ElementsAre("memory.mitigations.faq", "workload"));
  EXPECT_THAT(found[0].values, ElementsAre(std::nullopt, std::nullopt, ""));
  EXPECT_THAT(found[1].values, ElementsAre("digits", "letters", "digits"));
}

TEST(Differences, LeaveOutWhatEachWasJudgedBy) {
  EXPECT_THAT(differences({manifest(), manifest({{"criterion/value", "3"}})}), IsEmpty());
}

TEST(Differences, TellOfOtherImages) {
  const auto images_of = [](const ManifestEntries& other) {
    const std::vector<ManifestEntries> both = {manifest(), manifest(other)};
    return of_images(differences(both), both);
  };
  EXPECT_THAT(images_of({{"inputs/images.gz", "cc"}}), ElementsAre("inputs/images.gz"));
  EXPECT_THAT(images_of({{"configuration/run.images", "10"}}), ElementsAre("run.images"));
  EXPECT_THAT(images_of({{"inputs/net.onnx", "cc"}, {"workload", "x"}}), IsEmpty());
}

}  // namespace
}  // namespace brownout::experiment
