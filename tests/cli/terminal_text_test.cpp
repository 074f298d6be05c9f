// What a terminal gets of text that somebody else wrote.
#include "sim/cli/terminal_text.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "sim/cli/notes.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/table.hpp"

namespace brownout::cli {
namespace {

TEST(TerminalText, LineEndsAndTabsAreBlanks) { EXPECT_EQ(one_line("a\nb\tc\r"), "a b c "); }

TEST(TerminalText, Utf8StaysReadable) {
  const std::string text = "mesures/puce nº 7 – 電圧 \xF0\x9F\x94\x8B.csv";
  EXPECT_EQ(one_line(text), text);
}

TEST(TerminalText, ControlCharactersAreEscaped) {
  EXPECT_EQ(one_line("\x1b[31mred\x7f"), "\\x1b[31mred\\x7f");
  EXPECT_EQ(one_line(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(one_line("\xC2\x9B"
                     "31m"),
            "\\xc2\\x9b31m");                   // CSI in one character
  EXPECT_EQ(one_line("\xC2\xA0"), "\xC2\xA0");  // the first that is none
}

TEST(TerminalText, BytesThatAreNoUtf8AreEscaped) {
  EXPECT_EQ(one_line("\xff\x80z"), "\\xff\\x80z");
  EXPECT_EQ(one_line("\xC0\xAF"), "\\xc0\\xaf");                    // '/' in two bytes
  EXPECT_EQ(one_line("\xE0\x80\xAF"), "\\xe0\\x80\\xaf");           // in three
  EXPECT_EQ(one_line("\xED\xA0\x80"), "\\xed\\xa0\\x80");           // half of a surrogate pair
  EXPECT_EQ(one_line("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  EXPECT_EQ(one_line("x\xE2\x82"), "x\\xe2\\x82");                  // cut off
}

// Every byte alone and every pair: what comes out is printable, and escapes itself no more.
TEST(TerminalText, WhatComesOutGoesThroughUnchanged) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const std::string line = one_line(text);
      ASSERT_EQ(one_line(line), line) << first << " " << second;
    }
  }
}

TEST(TerminalText, TablesNotesAndProgressShowNothingRaw) {
  const std::string name = "conv\x1b[2J\xff";
  const std::string shown = "conv\\x1b[2J\\xff";
  const Report report{.facts = {{{"layer", "layer"}, name}},
                      .table = {.key = "rows", .columns = {{"x", "x"}}, .rows = {{name}}}};
  const std::string text = render(report, Format::kTable);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find(shown), text.rfind(shown));
  std::ostringstream out;
  print_notes(out, {name}, false);
  EXPECT_EQ(out.str(), "note: " + shown + "\n");
  std::ostringstream terminal;
  Progress(terminal, ProgressForm::kTerminal).show(name);
  EXPECT_NE(terminal.str().find(shown), std::string::npos);
}

}  // namespace
}  // namespace brownout::cli
