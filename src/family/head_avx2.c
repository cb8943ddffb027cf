/* head_avx2.c - the kernels of the heads for x86-64-v3. */
#define HEAD_SET rao_head_avx2
#include "family/head_set.h"
