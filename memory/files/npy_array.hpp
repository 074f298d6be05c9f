// The container of NumPy's .npy files: a header that is a Python dictionary, then the elements.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace brownout::memory {

struct NpyArray {
  std::string type;                  ///< "<u2": byte order, kind, bytes
  std::vector<std::uint64_t> shape;  ///< in C order, the last index runs fastest
  std::string_view elements;         ///< within the bytes that were parsed, of shape x size
};

/// Whether the bytes begin as an .npy file does.
bool is_npy(std::string_view bytes);

/// Versions 1.0 and 2.0 in C order, of little endian or one-byte elements. `name` stands for the
/// file in the InputError of anything else. The result refers to `bytes`.
NpyArray parse_npy(std::string_view bytes, const std::string& name);

/// A file (version 1.0, <f8) of the elements.
std::string npy_bytes(const std::vector<double>& elements, const std::vector<std::uint64_t>& shape);

}  // namespace brownout::memory
