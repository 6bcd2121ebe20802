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
# On top of that for our own code under sanitizers, with assertions. What tests are compiled with is the same in all presets: ccache serves
# them here from what `release` made, and what they do wrong shows in the layers they call.
add_library(terroir_layer_settings INTERFACE)
if(TERROIR_SANITIZE)
  target_compile_options(terroir_layer_settings INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g1 -UNDEBUG)
  target_link_options(terroir_settings INTERFACE -fsanitize=address,undefined)
endif()
find_program(TERROIR_CCACHE ccache)
if(TERROIR_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TERROIR_CCACHE})
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/version.h.in ${PROJECT_BINARY_DIR}/generated/terroir_version.h @ONLY)
