// The program as a whole: which stream, which status.
#include "sim/cli/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "memory/base/input_error.hpp"
#include "memory/base/world_error.hpp"

namespace brownout::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Outcome {
  int status;
  std::string out, err;
};

Outcome run(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  const int status = run_program(words, out, err);
  return {status, out.str(), err.str()};
}

TEST(Program, AloneListsTheCommands) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, std::vector<std::string>{"--help"},
        std::vector<std::string>{"-h"}}) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, HasSubstr("\n  sweep "));
    EXPECT_EQ(outcome.err, "");
  }
}

TEST(Program, Version) {
  EXPECT_THAT(run({"--version"}).out, StartsWith("brownout "));
  EXPECT_EQ(run({"run", "--version"}).out, run({"--version"}).out);
}

TEST(Program, HelpOfCommandsAndGroups) {
  EXPECT_THAT(run({"run", "--help"}).out, HasSubstr("usage: brownout run WORKLOAD.yaml"));
  EXPECT_THAT(run({"map", "info", "-h"}).out, HasSubstr("usage: brownout map info MAP [options]"));
  EXPECT_THAT(run({"map", "--help"}).out, HasSubstr("\n  map generate "));
}

TEST(Program, UnknownCommandsNameTheNearestAndAll) {
  const Outcome misspelt = run({"swep", "w.yaml"});
  EXPECT_EQ(misspelt.status, 2);
  EXPECT_EQ(misspelt.out, "");
  EXPECT_EQ(misspelt.err,
            "error: unknown command \"swep\", did you mean sweep? Commands are init, run, sweep, "
            "vmin, sensitivity, compare, report, network, weights, map generate, map info, "
            "map convert, map plot, map fit, map profile, completion\n");
  EXPECT_THAT(run({"topology"}).err, HasSubstr("run, sweep, vmin, sensitivity, compare, report"));
  EXPECT_THAT(run({"map"}).err, HasSubstr("map generate, map info"));
  EXPECT_THAT(run({"map", "inf"}).err, HasSubstr("did you mean map info?"));
  EXPECT_EQ(run({"map", "convert"}).status, 2);
  EXPECT_EQ(run({"--quiet"}).status, 2);
}

TEST(Program, BadInputIsOneLineAndStatusTwo) {
  const Outcome outcome = run({"run", "no\nsuch.yaml"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "error: no such file: no such.yaml\n");
}

// A command that ends by `thrown`.
template <typename Error>
Outcome run_throwing(Error thrown) {
  Command command;
  command.spec.name = "fail";
  command.run = [&](const Arguments&, const Streams&) -> int { throw thrown; };
  std::ostringstream out;
  std::ostringstream err;
  const int status = run_program({"fail"}, out, err, {command});
  return {status, out.str(), err.str()};
}

TEST(Program, OnlyAnInputErrorIsStatusTwo) {
  const Outcome input = run_throwing(InputError("rows", "0 is not above 0").within("f.yaml:3"));
  EXPECT_EQ(input.status, 2);
  EXPECT_EQ(input.err, "error: f.yaml:3: rows: 0 is not above 0\n");
  const Outcome world = run_throwing(WorldError("f.csv: the disk is full; free some space"));
  EXPECT_EQ(world.status, 1);
  EXPECT_EQ(world.err, "error: f.csv: the disk is full; free some space\n");
  const Outcome system = run_throwing(std::system_error(ENOSPC, std::generic_category(), "f"));
  EXPECT_EQ(system.status, 1);
  const Outcome library = run_throwing(std::runtime_error("the solver broke"));
  EXPECT_EQ(library.status, 1);
  EXPECT_EQ(library.err, "internal error: the solver broke\n");
  const Outcome ours = run_throwing(std::logic_error("unknown kind"));
  EXPECT_EQ(ours.status, 1);
  EXPECT_EQ(ours.err, "internal error: unknown kind\n");
}

TEST(Program, OutputThatCannotBeWrittenIsAFailureOfTheWorld) {
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  EXPECT_EQ(run_program({"--help"}, out, err), 1);
  EXPECT_THAT(err.str(), StartsWith("error: the results could not be written to the output; "));
}

}  // namespace
}  // namespace brownout::cli
