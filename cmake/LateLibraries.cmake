# terroir_load_late(NAME FROM code LIBRARIES paths...): a static library with the functions of shared libraries that the static
# library `code` calls; each loads its library when it is first called (pipeline/late/late_library.h).
# Where there is no such function for the processor, the libraries are linked as usual.
function(terroir_load_late name)
  cmake_parse_arguments(arg "" "FROM" "LIBRARIES" ${ARGN})
  if(NOT TERROIR_LATE OR NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${arg_LIBRARIES})
    return()
  endif()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.s)
  set(script ${PROJECT_SOURCE_DIR}/cmake/late_functions.cmake)
  set(trampolines ${PROJECT_SOURCE_DIR}/pipeline/late/late_x86_64.inc)
  add_custom_command(
    OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DCODE=$<TARGET_FILE:${arg_FROM}> "-DLIBRARIES=${arg_LIBRARIES}" -DTRAMPOLINES=${trampolines}
            "-DSYSTEM_FOLDERS=${CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES}" -DNM=${CMAKE_NM} -DOBJDUMP=${CMAKE_OBJDUMP} -DOUTPUT=${source} -P ${script}
    DEPENDS ${arg_FROM} ${arg_LIBRARIES} ${script} ${trampolines}
    VERBATIM)
  set_source_files_properties(${source} PROPERTIES LANGUAGE ASM)
  add_library(${name} STATIC ${source})
  target_link_libraries(${name} PUBLIC terroir_late)
endfunction()
