// Git LFS leaves a small text in place of a file that was not fetched.
#pragma once

#include <algorithm>
#include <string_view>

namespace brownout::models {

constexpr char kGitLfsPointer[] = "a Git LFS pointer in place of the file: git lfs pull fetches it";

/// Of a container of bytes.
template <typename Bytes>
bool is_git_lfs_pointer(const Bytes& bytes) {
  constexpr std::string_view kStart = "version https://git-lfs.github.com/spec/";
  return bytes.size() >= kStart.size() && std::equal(kStart.begin(), kStart.end(), bytes.begin());
}

}  // namespace brownout::models
