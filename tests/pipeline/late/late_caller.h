#pragma once

#include <string>

namespace terroir::test {

/// What the sample library makes of given numbers; see late_caller.cpp.
double sum_of_all_kinds();
double sum_of_three();
double last_of_row();
int calls();
/// Whether the library is in the process.
bool is_loaded();

}  // namespace terroir::test
