#define LOOPS vmath_generic
#include "vmath_loops.h"
