# terroir_catalogue(OUTPUT): writes the table of processes from the files kernels/<family>/<name>.cpp.
# A file whose function is missing or misnamed is a link error; self-registration would vanish from a static library.
# A process without its test file is an error here, if tests are built.
function(terroir_catalogue output)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/kernels ${PROJECT_SOURCE_DIR}/kernels/*/*.cpp)
  list(SORT files)
  set(declarations "")
  set(entries "")
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    get_filename_component(family ${file} DIRECTORY)
    if(TERROIR_TESTS AND NOT EXISTS ${PROJECT_SOURCE_DIR}/tests/kernels/${family}/${name}_test.cpp)
      message(FATAL_ERROR "kernels/${file} has no test; write tests/kernels/${family}/${name}_test.cpp")
    endif()
    string(APPEND declarations "Process ${name}();\n")
    string(APPEND entries "      named(\"${name}\", \"${family}\", ${name}()),\n")
  endforeach()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/catalogue.cpp.in ${output} @ONLY)
endfunction()
