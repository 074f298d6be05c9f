# Third-party packages, all from the distribution (README, "Build by hand").
include_guard()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)

# The package's own CMake config asks for an OpenCL that the CPU engine does not need.
find_library(DNNL_LIBRARY dnnl REQUIRED)
find_path(DNNL_INCLUDE_DIR dnnl.hpp REQUIRED)
add_library(DNNL::dnnl UNKNOWN IMPORTED)
set_target_properties(DNNL::dnnl PROPERTIES
  IMPORTED_LOCATION ${DNNL_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${DNNL_INCLUDE_DIR})

find_package(Protobuf REQUIRED)
find_package(ONNX REQUIRED)
# Header-only for us; distributions disagree about the name of its CMake config.
find_program(FLATC flatc REQUIRED)
find_path(FLATBUFFERS_INCLUDE_DIR flatbuffers/flatbuffers.h REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(Boost REQUIRED CONFIG COMPONENTS program_options)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(NLOPT REQUIRED IMPORTED_TARGET nlopt_cxx)
find_package(PNG 1.6 REQUIRED)
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)

# The packaged SystemC is compiled as C++17 and checks the standard of its users at link time.
pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)
target_compile_definitions(PkgConfig::SYSTEMC INTERFACE SC_CPLUSPLUS=201703L)

if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
if(BROWNOUT_TESTS)
  find_package(GTest REQUIRED)
endif()
if(BROWNOUT_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()
