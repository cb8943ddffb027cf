/* fuzz.h - the entry of every harness in this folder: called once an input, by libFuzzer or by replay.c. */
#ifndef RAO_FUZZ_H
#define RAO_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold on any input: ends the run, so that the fuzzer keeps the input. */
#define FUZZ_REQUIRE(condition)    \
    do {                           \
        if (!(condition)) abort(); \
    } while (0)

#endif
