// Hands the command line and the process's streams to the program.
#include <iostream>
#include <string>
#include <vector>

#include "sim/cli/program.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  return brownout::cli::run_program(words, std::cout, std::cerr);
}
