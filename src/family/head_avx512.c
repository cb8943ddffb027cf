/* head_avx512.c - the kernels of the heads for x86-64-v4. */
#define HEAD_SET rao_head_avx512
#include "family/head_set.h"
