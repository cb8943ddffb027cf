#define LEVEL RAO_CPU_AVX2
#include "vmath_tests.h"
