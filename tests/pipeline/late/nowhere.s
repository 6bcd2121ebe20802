# A function of a library that is not there.
    .include "pipeline/late/late_x86_64.inc"
    late_library "libterroir_nowhere.so.1", "/nowhere/libterroir_nowhere.so"
    late_function terroir_nowhere
