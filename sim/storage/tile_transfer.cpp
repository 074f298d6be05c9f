#include "sim/storage/tile_transfer.hpp"

namespace brownout::storage {
namespace {

constexpr std::uint64_t kByteBits = 8;

}  // namespace

memory::WideBits data_of_bytes(std::span<const std::uint8_t> bytes) {
  memory::WideBits data;
  for (std::size_t b = 0; b < bytes.size(); ++b) {
    data.put(static_cast<std::uint32_t>(kByteBits * b), bytes[b]);
  }
  return data;
}

std::vector<std::uint8_t> tile_bytes(const schedule::TileProgram& program, const WeightImage& image,
                                     const WordPath& path, schedule::TileIndex tile) {
  const schedule::Tile& at = program.tiles[tile];
  const std::uint64_t word_bytes = program.word_bytes();
  const auto flag_bits = static_cast<std::uint64_t>(program.spec.weight_sram.flag_bits);
  std::vector<std::uint8_t> bytes(program.bytes_of(at));
  const std::uint64_t first_flag = program.data_bytes_of(at) * kByteBits;
  for (std::uint64_t w = 0; w < at.words(); ++w) {
    const memory::WordBits word = image.word(tile, w);
    const memory::WideBits data = path.data(word);
    for (std::uint64_t b = 0; b < word_bytes; ++b) {
      bytes[w * word_bytes + b] = static_cast<std::uint8_t>(
          data.field(static_cast<std::uint32_t>(kByteBits * b), kByteBits));
    }
    const std::uint64_t flags = path.flag_bits(word);
    for (std::uint64_t f = 0; f < flag_bits; ++f) {
      const std::uint64_t bit = first_flag + w * flag_bits + f;
      bytes[bit / kByteBits] |= static_cast<std::uint8_t>((flags >> f & 1) << bit % kByteBits);
    }
  }
  return bytes;
}

std::vector<memory::WordBits> words_of_bytes(const schedule::TileProgram& program,
                                             const schedule::Tile& tile, const WordPath& path,
                                             std::span<const std::uint8_t> bytes) {
  const std::uint64_t word_bytes = program.word_bytes();
  const auto flag_bits = static_cast<std::uint64_t>(program.spec.weight_sram.flag_bits);
  const std::uint64_t first_flag = program.data_bytes_of(tile) * kByteBits;
  std::vector<memory::WordBits> words;
  words.reserve(tile.words());
  for (std::uint64_t w = 0; w < tile.words(); ++w) {
    std::uint64_t flags = 0;
    for (std::uint64_t f = 0; f < flag_bits; ++f) {
      const std::uint64_t bit = first_flag + w * flag_bits + f;
      flags |= (std::uint64_t{bytes[bit / kByteBits]} >> bit % kByteBits & 1) << f;
    }
    words.push_back(path.encoded(data_of_bytes(bytes.subspan(w * word_bytes, word_bytes)), flags));
  }
  return words;
}

}  // namespace brownout::storage
