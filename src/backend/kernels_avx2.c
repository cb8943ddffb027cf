/* kernels_avx2.c - the kernels for x86-64-v3. */
#define KERNEL_SET rao_backend_avx2
#define KERNEL_ISA "avx2"
#include "backend/kernels_set.h"
