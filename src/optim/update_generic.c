/* update_generic.c - the passes for any machine. */
#define UPDATE_SET update_generic
#include "optim/update_set.h"
