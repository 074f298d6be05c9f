// Which node of a network, and lists with a value per node.
#pragma once

#include "memory/base/index.hpp"

namespace brownout::models {

/// Into QuantizedNetwork::nodes.
using NodeIndex = Index<struct NodeKind>;

/// A value per node of a network.
template <typename T>
using ByNode = Indexed<NodeIndex, T>;

}  // namespace brownout::models
