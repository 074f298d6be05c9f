// BROWNOUT_WIDEST_VECTORS before a function of integer loops: one body compiled for several
// instruction sets, chosen when the program is loaded; integers give the same result on each. Not
// under sanitizers, whose run time is not yet up when the choice is made.
#pragma once

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__OPTIMIZE__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define BROWNOUT_WIDEST_VECTORS \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define BROWNOUT_WIDEST_VECTORS
#endif
