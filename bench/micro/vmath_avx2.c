#define LOOPS vmath_avx2
#include "vmath_loops.h"
