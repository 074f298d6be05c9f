#include "sim/storage/tile_transfer.hpp"

namespace brownout::storage {
namespace {

constexpr std::uint64_t kByteBits = 8;

void put_bytes(const memory::WideBits& data, std::span<std::uint8_t> bytes) {
  for (std::size_t b = 0; b < bytes.size(); ++b) {
    bytes[b] =
        static_cast<std::uint8_t>(data.field(static_cast<std::uint32_t>(kByteBits * b), kByteBits));
  }
}

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
    put_bytes(path.data(word), std::span(bytes).subspan(w * word_bytes, word_bytes));
    const std::uint64_t flags = path.flag_bits(word);
    for (std::uint64_t f = 0; f < flag_bits; ++f) {
      const std::uint64_t bit = first_flag + w * flag_bits + f;
      bytes[bit / kByteBits] |= static_cast<std::uint8_t>((flags >> f & 1) << bit % kByteBits);
    }
  }
  std::uint64_t at_byte = bytes.size() - at.flag_words * word_bytes;
  for (const memory::WideBits& flags : image.flag_words(program, tile)) {
    put_bytes(flags, std::span(bytes).subspan(at_byte, word_bytes));
    at_byte += word_bytes;
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

std::vector<memory::WideBits> flag_words_of_bytes(const schedule::TileProgram& program,
                                                  const schedule::Tile& tile,
                                                  std::span<const std::uint8_t> bytes) {
  const std::uint64_t word_bytes = program.word_bytes();
  const auto flags = bytes.last(tile.flag_words * word_bytes);
  std::vector<memory::WideBits> words;
  for (std::uint64_t w = 0; w < tile.flag_words; ++w) {
    words.push_back(data_of_bytes(flags.subspan(w * word_bytes, word_bytes)));
  }
  return words;
}

}  // namespace brownout::storage
