#include "sim/experiment/runner/manifest.hpp"

#include <openssl/evp.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "memory/base/world_error.hpp"
#include "memory/files/file_bytes.hpp"

namespace brownout::experiment {
namespace {

using Json = nlohmann::ordered_json;

/// Of the rows in the journal and the CSV files; 1 had no top-5 and no reconstruction, 2 no
/// reference without faults.
constexpr int kFormat = 5;

constexpr char kCriterion[] = "criterion";

std::string sha256(const std::string& bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr) != 1) {
    throw WorldError("OpenSSL has no SHA-256; see to its configuration (OPENSSL_CONF)");
  }
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

/// A value with the paths of input files cut down to their names.
std::string without_directories(std::string value, const Plan& plan) {
  for (const std::filesystem::path& path : plan.config.input_files) {
    const std::size_t at = value.find(path.string());
    if (at != std::string::npos) value.replace(at, path.string().size(), path.filename().string());
  }
  return value;
}

/// The keys, at any depth, whose values differ.
std::string differences(const Json& old_manifest, const Json& new_manifest) {
  std::string keys;
  for (const Json& patch : Json::diff(old_manifest, new_manifest)) {
    std::string key = patch.at("path").get<std::string>();
    if (!keys.empty()) keys += ", ";
    keys += key.substr(key.find_first_not_of('/'));
  }
  return keys;
}

}  // namespace

std::string manifest_json(const Plan& plan, CosimPolicy cosim, const ManifestEntries& more) {
  Json manifest;
  manifest["brownout"] = BROWNOUT_VERSION;
  manifest["format"] = kFormat;
  manifest["workload"] = plan.config.name;
  manifest["accelerator"] = plan.config.accelerator.name;
  const memory::VoltageProfileData& profile = plan.config.swept_profile().data();
  manifest["profile"] = {
      {"name", profile.name}, {"unit", to_string(profile.unit)}, {"source", profile.source}};
  manifest["cosim"] = to_string(cosim);
  for (const auto& [key, value] : more) manifest[key] = value;
  // Files by name and content: the same inputs elsewhere are the same inputs.
  Json& configuration = manifest["configuration"];
  for (const auto& [key, value] : config::resolved_configuration(plan.config)) {
    if (key != "run.batch") configuration[key] = without_directories(value, plan);
  }
  Json& inputs = manifest["inputs"];
  for (const std::filesystem::path& path : plan.config.input_files) {
    std::filesystem::path name = path.filename();
    if (inputs.contains(name.string())) name = path.parent_path().filename() / name;
    inputs[name.string()] = sha256(memory::read_file_bytes(path));
  }
  return manifest.dump(2) + "\n";
}

std::string with_criterion(const std::string& manifest, const PassMark& mark) {
  Json with = Json::parse(manifest);
  Json& criterion = with[kCriterion];
  criterion["metric"] = to_string(mark.metric);
  criterion["kind"] = mark.max_drop ? "max_drop" : "minimum";
  criterion["value"] = mark.max_drop ? *mark.max_drop : mark.minimum;
  criterion["reference"] = mark.reference;
  criterion["minimum"] = mark.minimum;
  return with.dump(2) + "\n";
}

ManifestEntries read_manifest(const std::filesystem::path& path) {
  const Json manifest = Json::parse(memory::read_file_bytes(path), nullptr, false);
  if (!manifest.is_object()) throw InputError("damaged").within(path.string());
  const Json format = manifest.value("format", Json(1));
  if (format != kFormat) {
    throw InputError("the results have format " + format.dump() + ", this version reads format " +
                     std::to_string(kFormat) + "; run the sweep again")
        .within(path.string());
  }
  const auto text = [](const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  };
  ManifestEntries entries;
  for (const auto& [key, value] : manifest.items()) {
    if (!value.is_object()) {
      entries[key] = text(value);
      continue;
    }
    for (const auto& [inner, field] : value.items()) entries[key + "/" + inner] = text(field);
  }
  return entries;
}

void require_same_manifest(const std::filesystem::path& path, const std::string& expected) {
  const std::string found = memory::read_file_bytes(path);
  if (found == expected) return;
  Json old_manifest = Json::parse(found, nullptr, false);
  if (!old_manifest.is_object()) {
    throw InputError("damaged; choose another --out").within(path.string());
  }
  old_manifest.erase(kCriterion);
  const Json new_manifest = Json::parse(expected);
  if (old_manifest == new_manifest) return;
  const Json format = old_manifest.value("format", Json(1));
  if (format != kFormat) {
    throw InputError("the directory's results have format " + format.dump() +
                     ", this version writes format " + std::to_string(kFormat) +
                     "; choose another --out")
        .within(path.string());
  }
  throw InputError("the directory holds another sweep (different: " +
                   differences(old_manifest, new_manifest) + "); choose another --out")
      .within(path.string());
}

}  // namespace brownout::experiment
