// A zero point is itself a code.
#include "sim/config/input_codes.hpp"

#include "sim/config/keys.hpp"
#include "sim/config/section_keys.hpp"

namespace brownout::config {

models::InputCodes read_input_codes(const Value& value) {
  models::InputCodes codes;
  read_keys(value, keys_of(codes));
  const int lowest = codes.is_signed ? -(1 << (codes.bits - 1)) : 0;
  if (const Value* zero = value.find("zero_point")) {
    const int highest = lowest + (1 << codes.bits) - 1;
    at_place_of(*zero, [&] { require_range("", codes.zero_point, lowest, highest); });
  }
  return codes;
}

}  // namespace brownout::config
