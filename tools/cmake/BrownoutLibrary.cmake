# How our own targets are compiled; third-party targets are left alone.
include_guard()

add_library(brownout_options INTERFACE)
target_compile_options(brownout_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  # Contraction would change roundings between CPUs (docs/model.md, "Same bytes everywhere").
  -ffp-contract=off
  # GCC 12 reports overlaps in std::string's own operator+ (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<BOOL:${BROWNOUT_WERROR}>:-Werror>
  $<$<BOOL:${BROWNOUT_NATIVE}>:-march=native>)
target_include_directories(brownout_options INTERFACE ${PROJECT_SOURCE_DIR})
if(BROWNOUT_SANITIZE)
  target_compile_options(brownout_options INTERFACE
    -fsanitize=${BROWNOUT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(brownout_options INTERFACE -fsanitize=${BROWNOUT_SANITIZE})
endif()

# brownout_library(NAME [SOURCES ...] [RUNS_ONCE ...] [USES lower libraries ...]
#                  [PRIVATE_USES third-party ...])
# RUNS_ONCE: sources that run once a command or a file, not for every image, weight or cell.
# BROWNOUT_QUICK_BUILD compiles these at -O1, and the standard headers once a library; nothing of
# ours, so that what a file includes stays its own business. That saves a third of the time or more.
function(brownout_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;RUNS_ONCE;USES;PRIVATE_USES" ${ARGN})
  add_library(brownout_${name} STATIC ${ARG_SOURCES} ${ARG_RUNS_ONCE})
  target_link_libraries(brownout_${name}
    PUBLIC brownout_options ${ARG_USES} PRIVATE ${ARG_PRIVATE_USES})
  if(NOT BROWNOUT_QUICK_BUILD)
    return()
  endif()
  if(ARG_RUNS_ONCE)
    set_source_files_properties(${ARG_RUNS_ONCE} PROPERTIES COMPILE_OPTIONS -O1)
  endif()
  list(LENGTH ARG_SOURCES hot)
  list(LENGTH ARG_RUNS_ONCE cold)
  math(EXPR sources "${hot} + ${cold}")
  if(sources GREATER 9)  # for fewer it takes longer than it saves
    target_precompile_headers(brownout_${name} PRIVATE <algorithm> <array> <cmath> <cstdint>
      <filesystem> <functional> <map> <memory> <optional> <ostream> <string> <string_view> <utility>
      <variant> <vector>)
  endif()
endfunction()
