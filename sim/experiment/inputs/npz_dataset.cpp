#include "sim/experiment/inputs/npz_dataset.hpp"

#include <zip.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"
#include "memory/base/world_error.hpp"
#include "memory/files/file_bytes.hpp"
#include "memory/files/npy_array.hpp"

namespace brownout::experiment {
namespace {

using memory::NpyArray;

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

/// Throws a WorldError where the archive's library failed for no fault of the file.
void require_world(int zip_code, const std::string& place) {
  if (zip_code == ZIP_ER_READ) throw WorldError(place + ": reading failed; see to the disk");
  if (zip_code == ZIP_ER_MEMORY) {
    throw WorldError(place + ": not enough memory; end other processes, or take fewer --jobs");
  }
}

/// "images, labels"
std::string arrays_in(zip_t* archive) {
  constexpr zip_int64_t kMost = 12;
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  std::string names;
  for (zip_int64_t i = 0; i < std::min(count, kMost); ++i) {
    const char* name = zip_get_name(archive, static_cast<zip_uint64_t>(i), 0);
    std::string text = name == nullptr ? "?" : name;
    if (text.ends_with(".npy")) text.resize(text.size() - 4);
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
    names += (names.empty() ? "" : ", ") + text;
  }
  if (count > kMost) names += ", ...";
  return names.empty() ? "none" : names;
}

std::unique_ptr<zip_t, CloseArchive> open_archive(const std::filesystem::path& path) {
  int code = 0;
  std::unique_ptr<zip_t, CloseArchive> archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive) {
    memory::read_file_bytes(path);  // says so where it cannot be read, or was not fetched
    require_world(code, path.string());
    throw InputError("not an .npz file, or a truncated one").within(path.string());
  }
  return archive;
}

/// One unpacked member; what the directory claims of its size is checked before it gets memory.
std::string read_member(zip_t* archive, const std::string& name, const std::string& place) {
  constexpr zip_uint64_t kMostBytes = zip_uint64_t{1} << 34U;
  zip_stat_t status;
  zip_stat_init(&status);
  if (zip_stat(archive, name.c_str(), 0, &status) != 0) {
    throw InputError("no such array in the file; it holds " + arrays_in(archive)).within(place);
  }
  if ((status.valid & ZIP_STAT_SIZE) == 0 || status.size > kMostBytes) {
    throw InputError("larger than 16 GiB, or of unknown size").within(place);
  }
  const std::unique_ptr<zip_file_t, CloseMember> file(zip_fopen(archive, name.c_str(), 0));
  if (!file) {
    require_world(zip_error_code_zip(zip_get_error(archive)), place);
    throw InputError(zip_strerror(archive)).within(place);
  }
  std::string bytes;
  std::string block(std::size_t{1} << 20U, '\0');
  for (;;) {
    const zip_int64_t count = zip_fread(file.get(), block.data(), block.size());
    if (count < 0) {
      require_world(zip_error_code_zip(zip_file_get_error(file.get())), place);
      throw InputError(std::string("damaged: ") + zip_file_strerror(file.get())).within(place);
    }
    if (count == 0) break;
    bytes.append(block, 0, static_cast<std::size_t>(count));
    if (bytes.size() > status.size) break;
  }
  if (bytes.size() != status.size) {
    throw InputError("damaged: not as long as the file's directory says").within(place);
  }
  return bytes;
}

template <typename T>
double element(std::string_view elements, std::size_t index) {
  T value;
  std::memcpy(&value, elements.data() + index * sizeof(T), sizeof(T));
  return static_cast<double>(value);
}

using Element = double (*)(std::string_view, std::size_t);

/// How elements of a type are read; int64 beyond 2^53 would be rounded, which no label is.
Element reader_of(const std::string& type, bool reals, const std::string& place) {
  struct Entry {
    const char* type;
    Element read;
    bool real;
  };
  static constexpr Entry kEntries[] = {
      {"|u1", element<std::uint8_t>, false},  {"|i1", element<std::int8_t>, false},
      {"<u2", element<std::uint16_t>, false}, {"<i2", element<std::int16_t>, false},
      {"<u4", element<std::uint32_t>, false}, {"<i4", element<std::int32_t>, false},
      {"<u8", element<std::uint64_t>, false}, {"<i8", element<std::int64_t>, false},
      {"<f4", element<float>, true},          {"<f8", element<double>, true}};
  for (const Entry& entry : kEntries) {
    if (type == entry.type && (reals || !entry.real)) return entry.read;
  }
  throw InputError("elements of type '" + type + "'; integers" +
                   (reals ? ", float32 and float64" : "") + " are allowed")
      .within(place);
}

std::vector<std::uint16_t> read_labels(const NpyArray& array, const std::string& place) {
  if (array.shape.size() != 1) {
    throw InputError(std::to_string(array.shape.size()) +
                     " dimensions; one label an image is wanted")
        .within(place);
  }
  const Element read = reader_of(array.type, false, place);
  std::vector<std::uint16_t> labels;
  for (std::size_t i = 0; i < array.shape[0]; ++i) {
    const double label = read(array.elements, i);
    if (!(label >= 0 && label <= std::numeric_limits<std::uint16_t>::max())) {
      throw InputError("label " + format_double(label) + " of image " + std::to_string(i) +
                       " is not in 0..65535")
          .within(place);
    }
    labels.push_back(static_cast<std::uint16_t>(label));
  }
  return labels;
}

/// Three dimensions are a grey image, or the row of channels that the network takes: (N, W, C) or,
/// with the channels first, (N, C, W).
models::Shape image_shape(const std::vector<std::uint64_t>& dims, config::AxisOrder axes,
                          const models::Shape& wanted, const std::string& place) {
  if (dims.size() < 2 || dims.size() > 4) {
    throw InputError(std::to_string(dims.size()) +
                     " dimensions; images x features, images x height x width, images x "
                     "width x channels of a network of rows, or all three are allowed")
        .within(place);
  }
  for (std::size_t i = 1; i < dims.size(); ++i) {
    if (dims[i] == 0 || dims[i] > 1U << 24U) {
      throw InputError("a dimension of " + std::to_string(dims[i]) + " is not in 1..16777216")
          .within(place);
    }
  }
  const auto dim = [&](std::size_t i) { return static_cast<int>(dims[i]); };
  if (dims.size() == 2) return {.channels = dim(1), .height = 1, .width = 1};
  const bool first = axes == config::AxisOrder::kChannelsFirst;
  const models::Shape grey{.channels = 1, .height = dim(1), .width = dim(dims.size() - 1)};
  const bool takes_rows = wanted.height == 1 && wanted.width > 1;
  if (dims.size() == 3 && (!takes_rows || grey == wanted)) return grey;
  if (dims.size() == 3) {
    return {.channels = dim(first ? 1 : 2), .height = 1, .width = dim(first ? 2 : 1)};
  }
  if (first) {
    return {.channels = dim(1), .height = dim(2), .width = dim(3)};
  }
  return {.channels = dim(3), .height = dim(1), .width = dim(2)};
}

/// Calls `take(index of the element in the file)` in NHWC order.
template <typename Take>
void for_each_nhwc(std::size_t images, const models::Shape& shape, bool channels_first,
                   Take&& take) {
  const std::size_t channels = shape.channel_count();
  const std::size_t plane = models::Shape{1, shape.height, shape.width}.elements();
  for (std::size_t image = 0; image < images; ++image) {
    const std::size_t base = image * plane * channels;
    for (std::size_t pixel = 0; pixel < plane; ++pixel) {
      for (std::size_t c = 0; c < channels; ++c) {
        take(base + (channels_first ? c * plane + pixel : pixel * channels + c));
      }
    }
  }
}

}  // namespace

std::string npz_arrays(const std::filesystem::path& path) {
  return arrays_in(open_archive(path).get());
}

models::Dataset read_npz_dataset(const std::filesystem::path& path, config::AxisOrder axes,
                                 const models::Shape& wanted) {
  const std::unique_ptr<zip_t, CloseArchive> archive = open_archive(path);
  const std::string x_place = path.string() + ": x";
  const std::string x_bytes = read_member(archive.get(), "x.npy", x_place);
  const NpyArray x = memory::parse_npy(x_bytes, x_place);

  models::Dataset dataset;
  dataset.shape = image_shape(x.shape, axes, wanted, x_place);
  const std::size_t images = x.shape[0];
  if (images == 0) throw InputError("it holds no images").within(x_place);
  if (zip_name_locate(archive.get(), "y.npy", 0) >= 0) {
    const std::string y_place = path.string() + ": y";
    const std::string y_bytes = read_member(archive.get(), "y.npy", y_place);
    dataset.labels = read_labels(memory::parse_npy(y_bytes, y_place), y_place);
    if (images != dataset.labels.size()) {
      throw InputError(std::to_string(images) + " images for " +
                       std::to_string(dataset.labels.size()) + " labels in y")
          .within(x_place);
    }
  }
  const bool channels_first = axes == config::AxisOrder::kChannelsFirst;
  if (x.type == "|u1") {
    for_each_nhwc(images, dataset.shape, channels_first, [&](std::size_t i) {
      dataset.pixels.push_back(static_cast<std::uint8_t>(x.elements[i]));
    });
    return dataset;
  }
  const Element read = reader_of(x.type, true, x_place);
  for_each_nhwc(images, dataset.shape, channels_first, [&](std::size_t i) {
    const auto value = static_cast<float>(read(x.elements, i));
    if (!std::isfinite(value)) {
      throw InputError("element " + std::to_string(i) + " is not finite").within(x_place);
    }
    dataset.reals.push_back(value);
  });
  return dataset;
}

}  // namespace brownout::experiment
