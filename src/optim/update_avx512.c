/* update_avx512.c - the passes for x86-64-v4. */
#define UPDATE_SET update_avx512
#include "optim/update_set.h"
