/* kernels_avx512.c - the kernels for x86-64-v4. */
#define KERNEL_SET rao_backend_avx512
#define KERNEL_ISA "avx512"
#include "backend/kernels_set.h"
