// Reads it.
#include "sim/config/input_codes.hpp"

#include "sim/config/yaml_reader.hpp"

namespace brownout::config {

models::InputCodes read_input_codes(const Value& value) {
  const MapReader map(value, {"scale", "zero_point", "bits", "signed"});
  models::InputCodes codes;
  map.read_required("scale", codes.scale);
  if (!(codes.scale > 0)) fail(map.require("scale"), "must be above 0");
  map.read_in_range("bits", codes.bits, 2, 8);
  map.read("signed", codes.is_signed);
  const int lowest = codes.is_signed ? -(1 << (codes.bits - 1)) : 0;
  map.read_in_range("zero_point", codes.zero_point, lowest, lowest + (1 << codes.bits) - 1);
  return codes;
}

}  // namespace brownout::config
