#pragma once

/// Shared libraries that are loaded when the first of their functions is called, not when the program starts: GDAL alone brings a
/// hundred others, whose loading takes longer than everything else at the start of a run that reads no file by it (what MSVC calls
/// /DELAYLOAD). cmake/LateLibraries.cmake writes, for each adapter, an assembly file with a small function for each one of a library
/// that the adapter calls; its first call comes here.
namespace terroir {

/// A library by its name for the loader, and by the path that the program was built with. Which one is tried first, the build decides:
/// what lies in a folder of the system is found by its name.
struct LateLibrary {
  const char* first;
  const char* second;
};

/// One of its functions: where a call goes to.
struct LateFunction {
  const void* address;
  const char* name;
  const LateLibrary* library;
};

/// The address of a function, which is kept in it. Loads the library, which stays. May be called from several threads.
/// Throws Error(Fault::system) when the library or the function is not there.
extern "C" const void* terroir_find_late(LateFunction* function);

}  // namespace terroir
