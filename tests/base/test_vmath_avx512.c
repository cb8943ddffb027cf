#define LEVEL RAO_CPU_AVX512
#include "vmath_tests.h"
