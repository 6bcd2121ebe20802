# What every target of the project is compiled with. Foreign headers come in as SYSTEM, so warnings are errors only in our code.
add_library(terroir_settings INTERFACE)
target_include_directories(terroir_settings INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(terroir_settings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wpedantic -Werror
  # g++ 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651).
  -Wno-restrict
  # One baseline for all x86-64 machines; hot loops are cloned for v3 and v4 (kernels/clones.h).
  -march=x86-64-v2
  # No fused multiply-add: the same bits on every CPU. The other two change no result and let g++ vectorise sqrt and selects.
  -ffp-contract=off -fno-math-errno -fno-trapping-math)
if(TERROIR_SANITIZE)
  target_compile_options(terroir_settings INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(terroir_settings INTERFACE -fsanitize=address,undefined)
endif()
# On top of that for tests, to be linked behind the layers. A null pointer that is followed, and what lies behind an object's end, are found
# by AddressSanitizer as well, and these two checks are a fifth of the compiler's work on a test. Functions in headers may lose them, too.
add_library(terroir_test_settings INTERFACE)
target_link_libraries(terroir_test_settings INTERFACE terroir_settings)
if(TERROIR_SANITIZE)
  target_compile_options(terroir_test_settings INTERFACE -fno-sanitize=null,object-size)
endif()
find_program(TERROIR_CCACHE ccache)
if(TERROIR_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TERROIR_CCACHE})
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/version.h.in ${PROJECT_BINARY_DIR}/generated/terroir_version.h @ONLY)
