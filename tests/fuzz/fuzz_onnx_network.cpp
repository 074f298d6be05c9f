// ONNX files. Most bytes of a protobuf are no field's value, so fields are changed, not bytes.
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <random>

#include "models/onnx/import.hpp"
#include "tests/fuzz/fuzzed_network.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// A field, or one element of a repeated one (index -1: not repeated).
struct Place {
  Message* message;
  const FieldDescriptor* field;
  int index;
};

/// All that a message holds, and names, which edges between nodes are.
void collect(Message& message, std::vector<Place>& places, std::vector<std::string>& names) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool many = field->is_repeated();
    const int count = many ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      places.push_back({&message, field, many ? i : -1});
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        collect(many ? *reflection.MutableRepeatedMessage(&message, field, i)
                     : *reflection.MutableMessage(&message, field),
                places, names);
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        names.push_back(many ? reflection.GetRepeatedString(message, field, i)
                             : reflection.GetString(message, field));
      }
    }
  }
}

std::int64_t new_number(std::int64_t old, std::mt19937& random) {
  constexpr std::int64_t kValues[] = {0,  1,       2,       3,         4,         7,        16,
                                      64, 1 << 16, 1 << 24, INT32_MAX, INT64_MAX, INT64_MIN};
  const std::int64_t value = kValues[random() % std::size(kValues)];
  switch (random() % 3) {
    case 0:
      return value;
    case 1:
      return value == INT64_MIN ? value : -value;
    default:
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(old) + random() % 9 - 4);
  }
}

float new_float(float old, std::mt19937& random) {
  constexpr float kValues[] = {0, -1, 1, 1e-38F, 1e38F, 0.5F, -INFINITY, NAN};
  return random() % 2 == 0 ? kValues[random() % std::size(kValues)] : old * 1.5F;
}

std::string new_bytes(std::string bytes, std::mt19937& random) {
  const std::size_t size = bytes.size();
  bytes.resize(size + 4);
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size,
                                random() % 4 == 0 ? size + 4 : std::max<std::size_t>(size, 1)));
  return bytes;
}

void change(const Place& place, const std::vector<std::string>& names, std::mt19937& random) {
  const google::protobuf::Reflection& of = *place.message->GetReflection();
  const auto [message, field, index] = place;
  const bool many = index >= 0;
  if (random() % 8 == 0 || field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    if (!many) return of.ClearField(message, field);
    const int other = static_cast<int>(random() % unsigned(of.FieldSize(*message, field)));
    of.SwapElements(message, field, index, other);
    if (random() % 2 == 0) of.RemoveLast(message, field);
    return;
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      return many ? of.SetRepeatedInt64(
                        message, field, index,
                        new_number(of.GetRepeatedInt64(*message, field, index), random))
                  : of.SetInt64(message, field, new_number(of.GetInt64(*message, field), random));
    case FieldDescriptor::CPPTYPE_INT32: {
      const std::int32_t old =
          many ? of.GetRepeatedInt32(*message, field, index) : of.GetInt32(*message, field);
      const auto value = static_cast<std::int32_t>(new_number(old, random));
      return many ? of.SetRepeatedInt32(message, field, index, value)
                  : of.SetInt32(message, field, value);
    }
    case FieldDescriptor::CPPTYPE_FLOAT:
      return many ? of.SetRepeatedFloat(
                        message, field, index,
                        new_float(of.GetRepeatedFloat(*message, field, index), random))
                  : of.SetFloat(message, field, new_float(of.GetFloat(*message, field), random));
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string old =
          many ? of.GetRepeatedString(*message, field, index) : of.GetString(*message, field);
      const bool name = field->type() == FieldDescriptor::TYPE_STRING;
      const std::string value = name ? names[random() % names.size()] : new_bytes(old, random);
      return many ? of.SetRepeatedString(message, field, index, value)
                  : of.SetString(message, field, value);
    }
    default:
      return;
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  std::mt19937 random(seed);
  const google::protobuf::LogSilencer silencer;
  onnx::ModelProto model;
  if (random() % 16 == 0 || !model.ParseFromArray(data, static_cast<int>(size))) {
    return LLVMFuzzerMutate(data, size, most);
  }
  for (unsigned changes = 0; changes <= random() % 3; ++changes) {
    std::vector<Place> places;
    std::vector<std::string> names{""};
    collect(model, places, names);
    if (!places.empty()) change(places[random() % places.size()], names, random);
  }
  const std::string changed = model.SerializePartialAsString();
  if (changed.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::copy(changed.begin(), changed.end(), data);
  return changed.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  brownout::models::import_bytes(data, size, [](const std::filesystem::path& path) {
    return brownout::models::import_onnx(path);
  });
  return 0;
}
