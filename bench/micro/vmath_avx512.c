#define LOOPS vmath_avx512
#include "vmath_loops.h"
