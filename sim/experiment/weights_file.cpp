#include "sim/experiment/weights_file.hpp"

#include <zip.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/experiment/runner/whole_file.hpp"

namespace brownout::experiment {
namespace {

/// A .npy file, format 1.0: magic, header length, a Python dictionary padded to 64 bytes, data.
std::string npy(const std::string& type, const std::vector<std::int64_t>& shape,
                const std::string& data) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (";
  for (std::int64_t extent : shape) header += std::to_string(extent) + ", ";
  header += "), }";
  const std::size_t unpadded = 10 + header.size() + 1;
  header += std::string((64 - unpadded % 64) % 64, ' ') + '\n';
  std::string file = "\x93NUMPY";
  file += '\x01';
  file += '\0';
  file += static_cast<char>(header.size() & 0xff);
  file += static_cast<char>(header.size() >> 8);
  return file + header + data;
}

struct NamedFile {
  std::string name;
  std::string bytes;
};

struct CloseSource {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};

/// An uncompressed zip archive in memory; the fixed time stamp keeps equal contents equal.
std::string zip_archive(const std::vector<NamedFile>& files) {
  zip_error_t error;
  zip_error_init(&error);
  const std::unique_ptr<zip_source_t, CloseSource> archive_bytes(
      zip_source_buffer_create(nullptr, 0, 0, &error));
  zip_t* archive = zip_open_from_source(archive_bytes.get(), ZIP_TRUNCATE, &error);
  if (archive == nullptr) throw std::logic_error("cannot make a zip archive");
  zip_source_keep(archive_bytes.get());
  for (const NamedFile& file : files) {
    zip_source_t* source = zip_source_buffer(archive, file.bytes.data(), file.bytes.size(), 0);
    const zip_int64_t index = zip_file_add(archive, file.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    constexpr zip_uint16_t kDate1980 = (1U << 5U) | 1U;
    if (index < 0 ||
        zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(archive, static_cast<zip_uint64_t>(index), 0, kDate1980, 0) != 0) {
      throw std::logic_error("cannot add " + file.name + " to a zip archive");
    }
  }
  if (zip_close(archive) != 0) throw std::logic_error("cannot close a zip archive");
  zip_source_open(archive_bytes.get());
  zip_source_seek(archive_bytes.get(), 0, SEEK_END);
  std::string bytes(static_cast<std::size_t>(zip_source_tell(archive_bytes.get())), '\0');
  zip_source_seek(archive_bytes.get(), 0, SEEK_SET);
  zip_source_read(archive_bytes.get(), bytes.data(), bytes.size());
  zip_source_close(archive_bytes.get());
  return bytes;
}

/// Back to the order and the codes of the source file.
std::string in_file_layout(const models::Convolution& convolution,
                           const std::vector<std::int8_t>& weights) {
  const std::size_t k_size = convolution.products();
  std::string data(weights.size(), '\0');
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t place = models::file_place(convolution, i / k_size, i % k_size);
    data[place] = static_cast<char>(weights[i] + convolution.weight_shift);
  }
  return data;
}

}  // namespace

void write_weights_npz(const std::filesystem::path& path, const models::QuantizedNetwork& network,
                       const models::WeightSet& weights) {
  std::vector<NamedFile> files;
  for (const models::NodeIndex i : network.nodes.indices()) {
    const auto* convolution = std::get_if<models::Convolution>(&network.nodes[i]);
    if (convolution == nullptr) continue;
    files.push_back({convolution->weight_name + ".npy",
                     npy(convolution->weight_shift == 0 ? "|i1" : "|u1", convolution->weight_shape,
                         in_file_layout(*convolution, weights[i]))});
  }
  write_whole_file(path, zip_archive(files));
}

void write_codes_npz(const std::filesystem::path& path, const std::vector<NamedCodes>& arrays) {
  std::vector<NamedFile> files;
  for (const NamedCodes& array : arrays) {
    files.push_back({array.name + ".npy",
                     npy("|u1", array.shape, std::string(array.codes.begin(), array.codes.end()))});
  }
  write_whole_file(path, zip_archive(files));
}

}  // namespace brownout::experiment
