/* head_generic.c - the kernels of the heads for any machine. */
#define HEAD_SET rao_head_generic
#include "family/head_set.h"
