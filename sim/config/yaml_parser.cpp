// The only user of yaml-cpp: copies its nodes into Values and closes its gaps (it keeps the first
// of two equal keys, closes quotes that the file leaves open, and lets an alias contain itself).
#include "sim/config/yaml_parser.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::config {
namespace {

// Far above any configuration; they stop aliases that contain themselves or multiply.
constexpr int kDeepest = 32;
constexpr int kMostValues = 50000;

// yaml-cpp closes a quote that the file leaves open. This comment behind every text then ends up in
// the quoted scalar, where it shows.
constexpr std::string_view kEndMark = "#brownout-end-of-text";

using OriginPointer = std::shared_ptr<const Origin>;

class Copier {
 public:
  explicit Copier(OriginPointer origin) : origin_(std::move(origin)) {}

  Value copy(const YAML::Node& node, const std::string& path, int line, int depth = 0) {
    Value value;
    value.path = path;
    value.line = line;
    value.origin = origin_;
    if (depth > kDeepest) fail(value, "the file nests too deeply");
    if (++count_ > kMostValues) fail(value, "the file has too many values");
    check_tag(node, value);
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        break;
      case YAML::NodeType::Scalar:
        value.kind = Value::Kind::kScalar;
        value.text = node.Scalar();
        value.quoted = node.Tag() == "!";
        if (value.quoted && value.text.find(kEndMark) != std::string::npos) {
          fail(value, "not valid YAML: the quote is not closed");
        }
        break;
      case YAML::NodeType::Sequence:
        copy_list(node, value, depth);
        break;
      case YAML::NodeType::Map:
        copy_map(node, value, depth);
        break;
    }
    return value;
  }

 private:
  // "?" and "!" are what yaml-cpp calls plain and quoted.
  static void check_tag(const YAML::Node& node, const Value& value) {
    const std::string& tag = node.Tag();
    if (!tag.empty() && tag != "?" && tag != "!") {
      fail(value, "the tag " + in_quotes(tag) + " is not supported");
    }
  }

  static int line_of(const YAML::Node& node, int fallback) {
    const YAML::Mark mark = node.Mark();
    return mark.is_null() ? fallback : mark.line + 1;
  }

  void copy_list(const YAML::Node& node, Value& value, int depth) {
    value.kind = Value::Kind::kList;
    for (std::size_t i = 0; i < node.size(); ++i) {
      const YAML::Node item = node[i];
      value.items.push_back(copy(item, value.path + "[" + std::to_string(i) + "]",
                                 line_of(item, value.line), depth + 1));
    }
  }

  void copy_map(const YAML::Node& node, Value& value, int depth) {
    value.kind = Value::Kind::kMap;
    for (const auto& pair : node) {
      const int line = line_of(pair.first, value.line);
      if (!pair.first.IsScalar()) fail(value, "a key is not a word");
      const std::string& key = pair.first.Scalar();
      std::string path = value.path.empty() ? key : value.path + "." + key;
      if (const Value* first = value.find(key)) {
        Value second;
        second.path = std::move(path);
        second.line = line;
        second.origin = origin_;
        fail(second, "duplicate key, first given in line " + std::to_string(first->line));
      }
      Value child = copy(pair.second, path, line, depth + 1);
      value.entries.push_back({key, std::move(child)});
    }
  }

  OriginPointer origin_;
  int count_ = 0;
};

// yaml-cpp's messages are one line; a stray line break would still split ours.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// The documents of a text; errors get the place in front.
std::vector<YAML::Node> load_documents(std::string_view text, const Origin& origin) {
  try {
    return YAML::LoadAll(std::string(text) + "\n" + std::string(kEndMark) + "\n");
  } catch (const YAML::Exception& error) {
    std::string place = origin.name;
    if (origin.is_file && !error.mark.is_null()) {
      const auto lines = static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
      place += ":" + std::to_string(std::min(error.mark.line + 1, lines));
    }
    throw InputError("not valid YAML: " + one_line(error.msg)).within(place);
  }
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    // An empty file inserts nothing, which also counts as a failure of the output.
    if (in.is_open() && in.peek() == std::ifstream::traits_type::eof() && !in.bad()) return {};
    throw InputError("the file cannot be read").within(path.string());
  }
  return text.str();
}

}  // namespace

Value parse_yaml_text(std::string_view text, const std::string& name) {
  auto origin = std::make_shared<Origin>();
  origin->name = name;
  origin->directory = std::filesystem::path(name).parent_path();
  const std::vector<YAML::Node> documents = load_documents(text, *origin);
  if (documents.empty() || documents.front().IsNull()) {
    throw InputError(name + ":1: the file is empty");
  }
  if (documents.size() > 1) {
    throw InputError("a second YAML document; a file holds one")
        .within(name + ":" + std::to_string(documents[1].Mark().line + 1));
  }
  Value root = Copier(origin).copy(documents.front(), "", documents.front().Mark().line + 1);
  if (root.kind != Value::Kind::kMap) fail(root, "the file must be a map of keys and values");
  return root;
}

Value parse_yaml_file(const std::filesystem::path& path) {
  return parse_yaml_text(read_text(path), path.string());
}

Value parse_override_value(std::string_view text, const std::string& path,
                           const std::shared_ptr<const Origin>& origin) {
  const std::vector<YAML::Node> documents = load_documents(text, *origin);
  if (documents.size() != 1) throw InputError("no value").within(origin->name);
  return Copier(origin).copy(documents.front(), path, 0);
}

}  // namespace brownout::config
