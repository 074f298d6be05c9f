// Files that hold one voltage of a test each: which they are, and at which voltage.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "memory/voltage.hpp"

namespace brownout::memory {

/// One voltage of a test: a file's name, for messages, and its content.
struct VoltageText {
  Voltage voltage;
  std::string name;
  std::string text;
};

/// Whether read_voltage_files knows what to do with the text.
bool names_voltage_files(const std::string& text);

/// The files that `text` names, by falling voltage. It is a path whose last part holds {V}, or {mV}
/// for thousandths of the unit ("dumps/bram_{V}.txt": all files of that name, whatever the
/// voltage), or a list "0.54=a.txt,0.53=b.txt". Throws InputError: no such file, a voltage
/// that stands twice or is none.
std::vector<VoltageText> read_voltage_files(const std::string& text);

/// The same without their content.
std::vector<std::filesystem::path> voltage_file_paths(const std::string& text);

}  // namespace brownout::memory
