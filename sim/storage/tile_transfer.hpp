// A weight tile as DRAM holds it, both ways: the data of its words, whole bytes each, then their
// flags side by side, then its flag words. Check bits are made anew where words are written.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "memory/word_bits.hpp"
#include "sim/schedule/tile_program.hpp"
#include "sim/storage/weight_image.hpp"
#include "sim/storage/word_path.hpp"

namespace brownout::storage {

/// TileProgram::bytes_of bytes.
std::vector<std::uint8_t> tile_bytes(const schedule::TileProgram& program, const WeightImage& image,
                                     const WordPath& path, schedule::TileIndex tile);

/// Its words, row after row.
std::vector<memory::WordBits> words_of_bytes(const schedule::TileProgram& program,
                                             const schedule::Tile& tile, const WordPath& path,
                                             std::span<const std::uint8_t> bytes);

std::vector<memory::WideBits> flag_words_of_bytes(const schedule::TileProgram& program,
                                                  const schedule::Tile& tile,
                                                  std::span<const std::uint8_t> bytes);

/// The data of one word, whose bytes these are.
memory::WideBits data_of_bytes(std::span<const std::uint8_t> bytes);

}  // namespace brownout::storage
