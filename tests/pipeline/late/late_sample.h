#pragma once

/// What stands in registers, on the stack, in the number of vector registers, and behind a hidden pointer.
extern "C" {

double late_sum(int a, long b, const char* c, unsigned d, long long e, short f, double g, float h, double i, double j, double k, double l,
                double m, double n, double on_stack, long also_on_stack);
double late_variadic(int count, ...);
struct LateRow {
  double values[4];
};
LateRow late_row(double first);
int late_calls();
}
