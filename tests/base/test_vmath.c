#define LEVEL RAO_CPU_GENERIC
#include "vmath_tests.h"
