/* limit.c - the machine's memory, or less where a control group allows less: past that limit the kernel kills, and no allocation fails. */
#include "base/limit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

double rao_memory_limit_file(const char *path) {
    char text[64] = "";
    FILE *file = fopen(path, "r");
    if (!file) return INFINITY;
    const int read = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    const double bytes = read ? strtod(text, NULL) : 0;
    return bytes > 0 ? bytes : (double)INFINITY; /* NaN too */
}

double rao_memory_limit(void) {
    static const char *const files[] = {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
    double least = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < 2; i++) least = fmin(least, rao_memory_limit_file(files[i])); /* version 1 says 2^63 for none */
    return least;
}
