#include "sim/storage/fault_filter.hpp"

#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::storage {
namespace {

constexpr FaultPolarity kPolarities[] = {FaultPolarity::kBoth, FaultPolarity::kZeroToOne,
                                         FaultPolarity::kOneToZero};

}  // namespace

std::string to_string(FaultPolarity polarity) {
  switch (polarity) {
    case FaultPolarity::kBoth:
      return "both";
    case FaultPolarity::kZeroToOne:
      return "0to1";
    case FaultPolarity::kOneToZero:
      return "1to0";
  }
  throw std::logic_error("a polarity without a name");
}

FaultPolarity parse_polarity(std::string_view name) {
  std::string names;
  for (const FaultPolarity polarity : kPolarities) {
    if (name == to_string(polarity)) return polarity;
    names += (names.empty() ? "" : ", ") + to_string(polarity);
  }
  throw InputError(in_quotes(name) + " is not one of " + names);
}

}  // namespace brownout::storage
