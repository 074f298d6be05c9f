// Positions in lists of one kind of things, as types of their own: kinds do not mix, nor do they
// with plain numbers.
#pragma once

#include <compare>
#include <cstddef>
#include <vector>

namespace brownout {

template <typename Kind>
struct Index {
  std::size_t value = 0;

  constexpr auto operator<=>(const Index&) const = default;
  constexpr Index operator+(std::size_t further) const { return {value + further}; }
  constexpr Index& operator++() {
    ++value;
    return *this;
  }
};

/// The indices from the first to before the last, rising. Not a view of the standard library's:
/// those do not compile with clang before its version 16.
template <typename I>
struct IndexRange {
  struct Iterator {
    I at;

    I operator*() const { return at; }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    bool operator==(const Iterator&) const = default;
  };
  I first, last;

  Iterator begin() const { return {first}; }
  Iterator end() const { return {last}; }
};

/// A vector whose elements are found by the index of their kind.
template <typename I, typename T>
class Indexed : public std::vector<T> {
 public:
  using std::vector<T>::vector;

  typename std::vector<T>::reference operator[](I index) {
    return std::vector<T>::operator[](index.value);
  }
  typename std::vector<T>::const_reference operator[](I index) const {
    return std::vector<T>::operator[](index.value);
  }
  /// Throws std::out_of_range.
  T& at(I index) { return std::vector<T>::at(index.value); }
  const T& at(I index) const { return std::vector<T>::at(index.value); }
  /// Behind the last one.
  I end_index() const { return {this->size()}; }
  /// All of them, rising.
  IndexRange<I> indices() const { return {{}, end_index()}; }
};

}  // namespace brownout
