// Readers of the binary files in which MNIST and CIFAR are distributed.
#pragma once

#include <filesystem>
#include <vector>

#include "models/datasets/dataset.hpp"

namespace brownout::models {

/// MNIST idx files, plain or gzip. Like the other readers it throws InputError naming the
/// file: missing, truncated, wrong magic, counts that differ.
Dataset read_mnist_idx(const std::filesystem::path& images, const std::filesystem::path& labels);
/// One or more CIFAR-10 binary batches, concatenated.
Dataset read_cifar10_binary(const std::vector<std::filesystem::path>& batches);
/// One or more CIFAR-100 binary files, concatenated; labels are the 100 fine ones.
Dataset read_cifar100_binary(const std::vector<std::filesystem::path>& files);

}  // namespace brownout::models
