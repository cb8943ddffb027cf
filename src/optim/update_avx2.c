/* update_avx2.c - the passes for x86-64-v3. */
#define UPDATE_SET update_avx2
#include "optim/update_set.h"
