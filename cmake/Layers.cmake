# terroir_layer(NAME [RECURSIVE] [LINK targets...]): one static library from the .cpp files of the current folder.
function(terroir_layer name)
  cmake_parse_arguments(arg "RECURSIVE" "" "LINK" ${ARGN})
  if(arg_RECURSIVE)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  else()
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC terroir_settings ${arg_LINK})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE terroir_settings ${arg_LINK})
  endif()
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
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gtest_main GTest::gmock)
  target_compile_definitions(${name} PRIVATE TERROIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # Tests are compiled often and run once.
  target_compile_options(${name} PRIVATE -O1)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()
