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

# brownout_library(NAME SOURCES ... [USES lower libraries ...] [PRIVATE_USES third-party ...])
function(brownout_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  add_library(brownout_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(brownout_${name}
    PUBLIC brownout_options ${ARG_USES} PRIVATE ${ARG_PRIVATE_USES})
endfunction()
