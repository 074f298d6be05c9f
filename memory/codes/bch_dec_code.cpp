#include "memory/codes/bch_dec_code.hpp"

#include <span>
#include <vector>

#include "memory/base/input_error.hpp"
#include "memory/codes/column_sum.hpp"
#include "memory/codes/galois_field.hpp"

namespace brownout::memory {
namespace {

constexpr std::uint32_t kLeastDataBits = 4, kMostDataBits = 128;

GaloisField field_for(std::uint32_t data_bits) {
  std::uint32_t m = GaloisField::kLeastBits;
  while ((std::uint32_t{1} << m) - 1 < data_bits + 2 * m) ++m;
  return GaloisField(m);
}

// Of each data bit the check bits: the rest of its power of x on division by the generator.
std::vector<std::uint32_t> check_columns(const GaloisField& field, std::uint32_t data_bits) {
  const std::uint32_t generator =
      polynomial_product(field.minimal_polynomial(1), field.minimal_polynomial(3));
  const std::uint32_t top = std::uint32_t{1} << (2 * field.bits());
  std::vector<std::uint32_t> columns;
  std::uint32_t rest = generator ^ top;
  while (columns.size() < data_bits) {
    columns.push_back(rest);
    rest <<= 1;
    if ((rest & top) != 0) rest ^= generator;
  }
  return columns;
}

// Of each coefficient what it adds to the syndromes: a^degree, and above it a^(3 degree).
std::vector<std::uint32_t> syndrome_columns(const GaloisField& field, std::uint32_t length) {
  std::vector<std::uint32_t> columns;
  for (std::uint32_t degree = 0; degree < length; ++degree) {
    columns.push_back(field.power(degree) | field.power(3 * degree) << field.bits());
  }
  return columns;
}

// Of each c a root of y^2 + y = c, or 0; the other root is y + 1.
std::vector<std::uint32_t> roots_of(const GaloisField& field) {
  std::vector<std::uint32_t> roots(field.units() + 1);
  for (std::uint32_t y = 2; y <= field.units(); ++y) roots[field.product(y, y) ^ y] = y;
  return roots;
}

class BchDecCode final : public WordCode {
 public:
  explicit BchDecCode(std::uint32_t data_bits)
      : field_(field_for(data_bits)), length_(data_bits + check_bits()), roots_(roots_of(field_)) {
    const auto checks = check_columns(field_, data_bits);
    const auto syndromes = syndrome_columns(field_, length_);
    const auto rows = static_cast<int>(check_bits());
    check_of_data_ = ColumnSum(checks);
    syndrome_of_check_ = ColumnSum(std::span(syndromes).first(check_bits()));
    syndrome_of_data_ = ColumnSum(std::span(syndromes).subspan(check_bits()));
    gates_ = {ones_of(checks) - rows, ones_of(syndromes) - rows};
  }

  std::uint32_t check_bits() const override { return 2 * field_.bits(); }
  WordBits encode(const WideBits& data) const override { return {data, check_of_data_(data)}; }
  DecodedWord decode(const WordBits& read) const override;
  CodeGates gates() const override { return gates_; }

 private:
  void flip(std::uint32_t degree, WideBits& data) const {
    if (degree >= check_bits()) data.flip(degree - check_bits());
  }

  GaloisField field_;
  std::uint32_t length_;
  std::vector<std::uint32_t> roots_;
  ColumnSum check_of_data_, syndrome_of_data_, syndrome_of_check_;
  CodeGates gates_;
};

// Peterson's decoder: wrong coefficients of the degrees i and j are the roots a^i and a^j of
// z^2 + s1 z + (s3 + s1^3) / s1, where z = s1 y.
DecodedWord BchDecCode::decode(const WordBits& read) const {
  const std::uint32_t sums = syndrome_of_data_(read.data) ^ syndrome_of_check_(read.check);
  if (sums == 0) return {read.data};
  const DecodedWord uncorrectable{read.data, WordStatus::kUncorrectable};
  DecodedWord corrected{read.data, WordStatus::kCorrected};
  const std::uint32_t s1 = sums & field_.units(), s3 = sums >> field_.bits();
  if (s1 == 0) return uncorrectable;
  const std::uint32_t degree = field_.exponent_of(s1);
  // s3 / s1^3, which is 1 where a single coefficient is wrong
  const std::uint32_t ratio = field_.product(s3, field_.power(3 * (field_.units() - degree)));
  if (ratio == 1) {
    if (degree >= length_) return uncorrectable;
    flip(degree, corrected.data);
    return corrected;
  }
  const std::uint32_t root = roots_[ratio ^ 1];
  if (root == 0) return uncorrectable;
  for (const std::uint32_t y : {root, root ^ 1}) {
    const std::uint32_t wrong = (degree + field_.exponent_of(y)) % field_.units();
    if (wrong >= length_) return uncorrectable;  // of a coefficient that the shortened code lacks
    flip(wrong, corrected.data);
  }
  return corrected;
}

}  // namespace

WordCodeKind bch_dec_code() {
  return {"bch_dec",
          [](std::uint32_t data_bits) -> std::shared_ptr<const WordCode> {
            require_range("data_bits", data_bits, kLeastDataBits, kMostDataBits);
            return std::make_shared<BchDecCode>(data_bits);
          },
          kMostDataBits};
}

}  // namespace brownout::memory
