#include "tests/pipeline/late/late_sample.h"

#include <cstdarg>
#include <cstdlib>

namespace {
int calls = 0;
}

double late_sum(int a, long b, const char* c, unsigned d, long long e, short f, double g, float h, double i, double j, double k, double l,
                double m, double n, double on_stack, long also_on_stack) {
  ++calls;
  const double whole = a + static_cast<double>(b) + std::atoi(c) + d + static_cast<double>(e) + f;
  return whole + g + static_cast<double>(h) + i + j + k + l + m + n + on_stack + static_cast<double>(also_on_stack);
}

double late_variadic(int count, ...) {
  ++calls;
  va_list rest;
  va_start(rest, count);
  double sum = 0;
  for (int i = 0; i < count; ++i) sum += va_arg(rest, double);
  va_end(rest);
  return sum;
}

LateRow late_row(double first) {
  ++calls;
  return {{first, first + 1, first + 2, first + 3}};
}

int late_calls() { return calls; }
