// How weights become words: everything between a weight and its cells.
#pragma once

#include <memory>

#include "memory/encoding.hpp"
#include "memory/word_code.hpp"
#include "memory/write_policy.hpp"

namespace brownout::memory {

/// In this order when words are written; backward when they are read.
struct StorageScheme {
  Encoding encoding = Encoding::kTwosComplement;
  std::shared_ptr<const WritePolicy> policy = make_write_policy("plain");
  const WordCodeKind* code = &find_word_code("none");  ///< never null
};

}  // namespace brownout::memory
