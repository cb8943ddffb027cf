/* blas_info.c - holds BLAS at one thread, and says which BLAS runs and how fast.
 *
 * One thread, because results differ bitwise between thread counts and our parallelism lies above BLAS. The setters are looked up at
 * run time: the generic libblas.so.3 that pkg-config links may be any of them, and none of their names is part of BLAS.
 */
#define _GNU_SOURCE 1 /* RTLD_DEFAULT */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "la/blas.h"
#include "la/view.h"

/* POSIX promises that a function's address survives the trip through void *; ISO C does not, hence the copy. */
static int find(const char *name, void *function) {
    void *symbol = dlsym(RTLD_DEFAULT, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

static void hold_one_thread(void) {
    void (*set_int)(int);
    void (*set_int64)(int64_t);
    if (find("openblas_set_num_threads", &set_int)) set_int(1);
    if (find("MKL_Set_Num_Threads", &set_int)) set_int(1);
    if (find("bli_thread_set_num_threads", &set_int64)) set_int64(1);
}

void la_blas_once(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, hold_one_thread);
}
