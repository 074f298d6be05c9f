// TRANSPOSE_CONV as two nodes: the rows and columns of zero points between those of the input, and
// a convolution whose kernel is turned around. An output in row y is the sum of input[i] * kernel[y
// + pad - i * stride] over i: with the input's row i in row i * stride of the spread tensor, and
// the kernel counted from its end, that is a window which begins kernel - 1 - pad rows before y.
#include <algorithm>
#include <utility>

#include "models/tflite/importer.hpp"

namespace brownout::models {

void TfliteImporter::transposed_convolution(const Operator& op) {
  const tflite::TransposeConv* options = op.table->options_as_TransposeConv();
  if (options == nullptr) file_.fail(op, "it has no options");
  Convolution node;
  node.input = activation(op, 2);
  const Shape input = tensor(node.input).shape;
  const Dims kernel = file_.dims(file_.input(op, 1));
  const Integers made = integers(op, 0);
  if (view(op, 2).dims.size() != 4 || kernel.size() != 4 || kernel[3] != input.channels) {
    file_.fail(op, "its weights do not fit " + std::to_string(input.channels) + " input channels");
  }
  const bool fits = made.size() == 4 && made[0] == 1 && made[3] == kernel[0];
  if (!fits || std::any_of(made.begin(), made.end(), [](std::int64_t extent) {
        return extent < 1 || extent > kLargestDimension;
      })) {
    file_.fail(op, "its output's shape is not (1, height, width, channels of its weights)");
  }
  const Shape output{.channels = kernel[0],
                     .height = static_cast<int>(made[1]),
                     .width = static_cast<int>(made[2])};
  const Window strided = window(op, output,
                                {.kernel_height = kernel[1],
                                 .kernel_width = kernel[2],
                                 .stride_height = options->stride_height(),
                                 .stride_width = options->stride_width(),
                                 .padding = options->padding()});
  Padding between{.name = {},
                  .input = node.input,
                  .rows_between = strided.stride_height - 1,
                  .columns_between = strided.stride_width - 1,
                  .code = static_cast<std::uint8_t>(tensor(node.input).zero_point)};
  if ((input.height - 1) * std::int64_t{strided.stride_height} >= kLargestDimension ||
      (input.width - 1) * std::int64_t{strided.stride_width} >= kLargestDimension) {
    file_.fail(op, "its strides spread the input over more than " +
                       std::to_string(kLargestDimension) + " rows or columns");
  }
  const Dims read = result_dims(op, output, strided, input.channels);
  if (read[1] != input.height || read[2] != input.width) {
    file_.fail(op, "an output of " + std::to_string(output.height) + " x " +
                       std::to_string(output.width) + " pixels does not fit its input");
  }
  const Shape spread = padded_shape(input, between);
  if (spread != input) {
    const std::string name = file_.name(file_.input(op, 2)) + "@" + std::to_string(op.index);
    const ActivationTensor like = tensor(node.input);
    node.input = append_hidden(op, between, spread, like, name);
  }
  node.window = {.kernel_height = kernel[1],
                 .kernel_width = kernel[2],
                 .pad_top = kernel[1] - 1 - strided.pad_top,
                 .pad_left = kernel[2] - 1 - strided.pad_left,
                 .pad_bottom = output.height + strided.pad_top - spread.height,
                 .pad_right = output.width + strided.pad_left - spread.width};
  node.out_channels = output.channels;
  node.weight_layout = WeightLayout::kChannelLastTurned;
  read_weights(op, node, 0, 3);
  limit(op, node.clamp_low, node.clamp_high, options->activation(), file_.output(op));
  append(op, std::move(node), Dims{1, output.height, output.width, output.channels});
}

}  // namespace brownout::models
