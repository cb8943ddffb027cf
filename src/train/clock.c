/* clock.c - the clock that times training. */
#include <time.h>

#include "train/train.h"

double train_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
