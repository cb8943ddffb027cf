/* kernels_generic.c - the kernels for any machine. */
#define KERNEL_SET rao_backend_generic
#define KERNEL_ISA "generic"
#include "backend/kernels_set.h"
