#include "memory/storage_scheme.hpp"

#include <stdexcept>

#include "memory/base/input_error.hpp"
#include "memory/base/text_number.hpp"

namespace brownout::memory {

std::string to_string(OnUncorrectable what) {
  switch (what) {
    case OnUncorrectable::kKeep:
      return "keep";
    case OnUncorrectable::kZero:
      return "zero";
    case OnUncorrectable::kRefetch:
      return "refetch";
  }
  throw std::logic_error("something on uncorrectable words without a name");
}

OnUncorrectable parse_on_uncorrectable(std::string_view name) {
  for (const OnUncorrectable what :
       {OnUncorrectable::kKeep, OnUncorrectable::kZero, OnUncorrectable::kRefetch}) {
    if (name == to_string(what)) return what;
  }
  throw InputError(in_quotes(name) + " is not one of keep, zero, refetch");
}

std::string to_string(FlagCells cells) {
  switch (cells) {
    case FlagCells::kFailing:
      return "failing";
    case FlagCells::kErrorFree:
      return "error_free";
  }
  throw std::logic_error("cells of flags without a name");
}

FlagCells parse_flag_cells(std::string_view name) {
  for (const FlagCells cells : {FlagCells::kFailing, FlagCells::kErrorFree}) {
    if (name == to_string(cells)) return cells;
  }
  throw InputError(in_quotes(name) + " is not one of failing, error_free");
}

}  // namespace brownout::memory
