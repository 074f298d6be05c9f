// Elements as text.
#include "sim/cli/map/svg.hpp"

#include <fmt/format.h>

#include <cmath>

namespace brownout::cli {
namespace {

// Texts come from files: markup is escaped, control characters are not allowed in XML.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (static_cast<unsigned char>(c) < ' ') {
      result += ' ';
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

std::string svg_number(double value) {
  const double rounded = std::round(value * 10) / 10;
  return rounded == std::floor(rounded) ? fmt::format("{:.0f}", rounded)
                                        : fmt::format("{:.1f}", rounded);
}

void Svg::rect(double x, double y, double width, double height, std::string_view fill) {
  shapes_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
                         svg_number(x), svg_number(y), svg_number(width), svg_number(height), fill);
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view colour) {
  shapes_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\"/>\n",
                         svg_number(x1), svg_number(y1), svg_number(x2), svg_number(y2), colour);
}

void Svg::polyline(const std::vector<std::pair<double, double>>& points, std::string_view colour) {
  std::string list;
  for (const auto& [x, y] : points) list += svg_number(x) + "," + svg_number(y) + " ";
  shapes_ += fmt::format(
      "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n", list, colour);
}

void Svg::ring(double x, double y, std::string_view colour) {
  shapes_ += fmt::format(
      "<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>\n",
      svg_number(x), svg_number(y), colour);
}

void Svg::path(std::string_view data, std::string_view fill) {
  shapes_ += fmt::format("<path d=\"{}\" fill=\"{}\"/>\n", data, fill);
}

void Svg::text(double x, double y, std::string_view text, const TextStyle& style) {
  shapes_ += fmt::format(
      "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{}\" fill=\"{}\"{}>{}</text>\n",
      svg_number(x), svg_number(y), svg_number(style.size), style.anchor, style.colour,
      style.bold ? " font-weight=\"bold\"" : "", escaped(text));
}

std::string Svg::document() const {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\" font-family=\"Helvetica, Arial, sans-serif\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n{2}</svg>\n",
      svg_number(width_), svg_number(height_), shapes_);
}

}  // namespace brownout::cli
