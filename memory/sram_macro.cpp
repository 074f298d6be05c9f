#include "memory/sram_macro.hpp"

#include <stdexcept>
#include <string>

#include "memory/base/input_error.hpp"

namespace brownout::memory {

SramMacro::SramMacro(const SramOrganisation& organisation)
    : organisation_(organisation), parts_(organisation) {
  organisation_.validate();
  words_.resize(organisation_.words * parts_.count());
}

void SramMacro::set_masks(const WordMasks& masks) {
  if (masks.words() != organisation_.words) {
    throw std::logic_error(std::to_string(masks.words()) + " masks for an SRAM of " +
                           std::to_string(organisation_.words) + " words");
  }
  masks_ = &masks;
}

void SramMacro::write(std::uint64_t word, const WordBits& value) {
  require_word(word);
  const WordBits cells{WideBits::ones(organisation_.word_bits),
                       WideBits::ones(organisation_.check_bits)};
  if ((value & ~cells) != WordBits{}) {
    throw std::logic_error("a value with more than " + std::to_string(organisation_.word_bits) +
                           " bits written to word " + std::to_string(word));
  }
  for (std::size_t p = 0; p < parts_.count(); ++p) {
    words_[word * parts_.count() + p] = parts_.part(value, p);
  }
}

WordBits SramMacro::stored(std::uint64_t word) const {
  require_word(word);
  WordBits result;
  for (std::size_t p = 0; p < parts_.count(); ++p) {
    parts_.part(result, p) = words_[word * parts_.count() + p];
  }
  return result;
}

WordMask SramMacro::mask(std::uint64_t word) const {
  require_word(word);
  return masks_ == nullptr ? WordMask{} : masks_->word(word);
}

void SramMacro::refuse_word(std::uint64_t word) const {
  throw std::logic_error("word " + std::to_string(word) + " is outside an SRAM of " +
                         std::to_string(organisation_.words) + " words");
}

}  // namespace brownout::memory
