// A self-contained SVG picture, built shape by shape. Lengths are pixels, y runs down.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brownout::cli {

class Svg {
 public:
  Svg(double width, double height) : width_(width), height_(height) {}

  void rect(double x, double y, double width, double height, std::string_view fill);
  void line(double x1, double y1, double x2, double y2, std::string_view colour);
  void polyline(const std::vector<std::pair<double, double>>& points, std::string_view colour);
  /// A hollow circle.
  void ring(double x, double y, std::string_view colour);
  /// `data` as SVG defines it, filled.
  void path(std::string_view data, std::string_view fill);

  struct TextStyle {
    double size = 12;
    std::string_view anchor = "start";  ///< start, middle, end
    std::string_view colour = "#333333";
    bool bold = false;
  };
  void text(double x, double y, std::string_view text, const TextStyle& style);
  void text(double x, double y, std::string_view content) { text(x, y, content, {}); }

  /// The file.
  std::string document() const;

 private:
  double width_, height_;
  std::string shapes_;
};

/// A length for `path` data: one decimal, none where it is 0.
std::string svg_number(double value);

}  // namespace brownout::cli
