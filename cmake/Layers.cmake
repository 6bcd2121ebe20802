# terroir_together(TARGET): compiles up to eight files at once, which takes six tenths of the time. Not for hot loops: what g++ inlines there
# must not depend on the neighbours. The preset dev compiles each file by itself and so finds what a file forgot to include.
# Under sanitizers -Og compiles twice as fast as -O1, and what it makes is a fifth slower, -O0 two and a half times.
function(terroir_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${TERROIR_TOGETHER} UNITY_BUILD_BATCH_SIZE 8)
  if(TERROIR_SANITIZE)
    target_compile_options(${target} PRIVATE -Og)
  endif()
endfunction()

# terroir_layer(NAME [RECURSIVE] [APART] [LINK targets...] [LATE packages...]): one static library from the .cpp files of the current
# folder, each compiled by itself if APART. LATE are names of packages that pkg-config found; their shared libraries are loaded when
# first called.
function(terroir_layer name)
  cmake_parse_arguments(arg "RECURSIVE;APART" "" "LINK;LATE" ${ARGN})
  if(arg_LATE)
    terroir_late_layer(${name} LINK ${arg_LINK} LATE ${arg_LATE})
    return()
  endif()
  if(arg_RECURSIVE)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  else()
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC terroir_settings ${arg_LINK})
    if(NOT arg_APART)
      terroir_together(${name})
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE terroir_settings ${arg_LINK})
  endif()
endfunction()

function(terroir_late_layer name)
  cmake_parse_arguments(arg "" "" "LINK;LATE" ${ARGN})
  terroir_layer(${name}_code LINK ${arg_LINK})
  set(libraries "")
  foreach(package IN LISTS arg_LATE)
    target_include_directories(${name}_code SYSTEM PUBLIC ${${package}_INCLUDE_DIRS})
    list(GET ${package}_LINK_LIBRARIES 0 library)
    list(APPEND libraries ${library})
  endforeach()
  terroir_load_late(${name}_late FROM ${name}_code LIBRARIES ${libraries})
  add_library(${name} INTERFACE)
  target_link_libraries(${name} INTERFACE ${name}_code ${name}_late)
endfunction()

# terroir_tests(NAME FOLDER [LINK targets...]): one GoogleTest program from the *_test.cpp files under tests/FOLDER and what helps
# them in its support/.
function(terroir_tests name folder)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*_test.cpp
       ${PROJECT_SOURCE_DIR}/tests/${folder}/support/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  terroir_together(${name})
  target_link_libraries(${name} PRIVATE ${arg_LINK} terroir_test_settings GTest::gtest_main GTest::gmock)
  target_compile_definitions(${name} PRIVATE TERROIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # Tests are compiled often and run once.
  target_compile_options(${name} PRIVATE -Og)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()
