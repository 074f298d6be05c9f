// Dilated convolutions as converters write them: SPACE_TO_BATCH_ND deals the pixels out to blocks,
// a convolution without dilation runs on each, BATCH_TO_SPACE_ND puts the results together. All
// three become one convolution with a dilation.
#include <algorithm>
#include <utility>

#include "models/tflite/importer.hpp"

namespace brownout::models {
namespace {

constexpr std::int64_t kLargestBlock = 1 << 12;

}  // namespace

void TfliteImporter::space_to_batch(const Operator& op) {
  View made{.id = activation(op, 0), .dims = view(op, 0).dims, .spread = Spread{}};
  require_same_quantization(op, made.id, file_.output(op));
  const Integers block = integers(op, 1), pads = integers(op, 2);
  const std::size_t spatial = block.size();
  if (spatial < 1 || spatial + 2 != made.dims.size() || pads.size() != 2 * spatial) {
    file_.fail(op, "its blocks or paddings are not those of height and width");
  }
  for (std::size_t d = 0; d < spatial; ++d) {
    const auto fits = [](std::int64_t value, std::int64_t lowest) {
      return value >= lowest && value <= kLargestBlock;
    };
    int& extent = made.dims[d + 1];
    if (!fits(block[d], 1) || !fits(pads[2 * d], 0) || !fits(pads[2 * d + 1], 0) ||
        (extent + pads[2 * d] + pads[2 * d + 1]) % block[d] != 0) {
      file_.fail(op, "its blocks do not fit its padded input");
    }
    const auto size = static_cast<int>(block[d]);
    const int before = static_cast<int>(pads[2 * d]), after = static_cast<int>(pads[2 * d + 1]);
    extent = (extent + before + after) / size;
    made.dims[0] *= size;
    if (d + 1 == spatial) {  // width, the only one of a row
      made.spread->width = size;
      made.spread->pad_left = before;
      made.spread->pad_right = after;
    } else {
      made.spread->height = size;
      made.spread->pad_top = before;
      made.spread->pad_bottom = after;
    }
  }
  views_[file_.output(op)] = made;
}

std::pair<Window, int> TfliteImporter::place(const Operator& op, const Shape& input,
                                             const Sliding& sliding) {
  Window result = window(op, input, sliding);
  const std::optional<Spread>& spread = view(op, 0).spread;
  if (!spread) return {result, file_.output(op)};
  Window plain = result;
  plain.kernel_height = plain.kernel_width = 1;
  const Dims& dims = view(op, 0).dims;
  const int height = input.height + spread->pad_top + spread->pad_bottom;
  const int width = input.width + spread->pad_left + spread->pad_right;
  if (plain != Window{} || dims != Dims{spread->height * spread->width, height / spread->height,
                                        width / spread->width, input.channels}) {
    file_.fail(op, "behind SPACE_TO_BATCH_ND it needs VALID padding, stride 1 and no dilation");
  }
  if (std::max(spread->height * std::int64_t{result.kernel_height},
               spread->width * std::int64_t{result.kernel_width}) > kLargestDimension) {
    file_.fail(op, "behind SPACE_TO_BATCH_ND its kernel reaches too far");
  }
  result.dilation_height = spread->height;
  result.dilation_width = spread->width;
  result.pad_top = spread->pad_top;
  result.pad_bottom = spread->pad_bottom;
  result.pad_left = spread->pad_left;
  result.pad_right = spread->pad_right;
  return {result, follow_to_space(op, result, *spread)};
}

/// The output of the BATCH_TO_SPACE_ND that alone reads a convolution's; its crops become smaller
/// pads of the window.
int TfliteImporter::follow_to_space(const Operator& op, Window& window, const Spread& spread) {
  using enum tflite::OperatorKind;
  int index = file_.output(op);
  for (;;) {
    const Operator* reader = nullptr;
    int readers = file_.is_output(index) ? 1 : 0;
    for (const Operator& other : file_.operators()) {
      if (file_.input(other, 0) != index) continue;
      reader = &other;
      ++readers;
    }
    const bool reshapes = reader != nullptr && (reader->kind == RESHAPE || reader->kind == SQUEEZE);
    if (readers != 1 || reader == nullptr || (!reshapes && reader->kind != BATCH_TO_SPACE_ND)) {
      file_.fail(op, "behind SPACE_TO_BATCH_ND its only reader must be a BATCH_TO_SPACE_ND");
    }
    if (!merged_.insert(reader->index).second) file_.fail(*reader, "it reads its own result");
    const int made = file_.output(*reader);
    require_one_quantization(*reader, read_quantization(index), read_quantization(made));
    index = made;
    if (reshapes) continue;
    const Integers block = integers(*reader, 1), crops = integers(*reader, 2);
    const bool row = spread.height == 1 && block.size() == 1;
    const Integers expected = row ? Integers{spread.width} : Integers{spread.height, spread.width};
    const bool fits = std::all_of(crops.begin(), crops.end(), [](std::int64_t crop) {
      return crop >= 0 && crop <= kLargestBlock;
    });
    if (block != expected || crops.size() != 2 * block.size() || !fits) {
      file_.fail(*reader, "its blocks are not those of the SPACE_TO_BATCH_ND before");
    }
    const std::size_t last = crops.size() - 2;
    if (!row) {
      window.pad_top -= static_cast<int>(crops[0]);
      window.pad_bottom -= static_cast<int>(crops[1]);
    }
    window.pad_left -= static_cast<int>(crops[last]);
    window.pad_right -= static_cast<int>(crops[last + 1]);
    if (std::min({window.pad_top, window.pad_bottom, window.pad_left, window.pad_right}) < 0) {
      file_.fail(*reader, "it takes more away than the SPACE_TO_BATCH_ND before has added");
    }
    return index;
  }
}

}  // namespace brownout::models
