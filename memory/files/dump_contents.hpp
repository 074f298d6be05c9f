// A dump file's contents as digits of rows, however they are written: hexadecimal text, as
// Verilog's $readmemh takes it, Intel HEX, or raw bytes. What differs from what was written is
// memory_dump.hpp's business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "memory/cells.hpp"

namespace brownout::memory {

enum class DumpEncoding : std::uint8_t { kText, kIntelHex, kBinary };

/// What the bytes show: Intel HEX begins with a colon; a text has no byte that no text has.
DumpEncoding dump_encoding_of(std::string_view bytes);

/// The values 0 to 15 of the rows of bank 0, then of bank 1, ..., each columns / 4, the highest
/// first. `name` stands for the file in the InputError, with the line, of contents that are
/// not exactly those of the geometry.
///
/// kText: digits; blanks, line ends, '_' and comments (//, #, /* */) do not matter. Where 0x or @
/// stands in it, each word is a row, with all its digits; @ and a hexadecimal number is the row of
/// the next word. kIntelHex and kBinary: bytes, of a row the lowest first, or with
/// `high_byte_first` the highest.
std::vector<std::uint8_t> dump_digits(std::string_view bytes, const std::string& name,
                                      DumpEncoding encoding, const SramGeometry& geometry,
                                      bool high_byte_first);

}  // namespace brownout::memory
